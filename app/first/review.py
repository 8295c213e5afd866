"""The last step: what the answers come to, before anything is made."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.first import always_on, guess
from app.first.choosing import (
    WEEKS,
    Hours,
    ReplyTimes,
    Rules,
    choices_of,
    hours_table,
    offered,
    policy_name,
    shipped_policies,
)
from app.first.keeping import Answers
from app.first.making import Plan
from app.first.steps import AlwaysOn, Channel, DeskFile, Place, Step, Team
from app.lines import Line as DrawnLine
from app.safe import cells, width_of
from app.setup.fields import Field
from app.setup.rooms import Reading
from app.words import N_, _, language, ngettext
from app.wrap import wrap
from desk.agents import NewAgent


class Review(Step):
    """Says it all once more; Enter makes it."""

    id, label = "review", N_("Make it")
    about = N_("Nothing is made yet. Go back to whatever is not right; Enter makes the desk.")
    onward = N_("make the desk")

    def asks(self) -> Sequence[Field]:
        return ()

    def start(self) -> dict[str, Any]:
        return {}

    def preview(self, desk: Reading, values: Mapping[str, Any], width: int) -> Sequence[DrawnLine]:
        rows = summary(self.answers)
        wide = max(width_of(label) for label, _text in rows)
        lines: list[DrawnLine] = []
        for label, text in rows:
            for number, part in enumerate(wrap(text, max(16, width - wide - 4))):
                lines.append(((f" {cells('' if number else label, wide)}  ", "muted"), (part, "text")))
        return lines


STEPS: tuple[type[Step], ...] = (Place, DeskFile, Team, Hours, ReplyTimes, Rules, Channel, AlwaysOn, Review)
"""In their order."""


def folder_of(answers: Answers) -> Path:
    return Path(answers["desk"]["folder"]).expanduser().absolute()


def service_desk(answers: Answers) -> Path | None:
    """The folder as the service must be told of it; None for the usual one."""
    folder = folder_of(answers)
    return None if folder == always_on.usual_desk() else folder


def chosen_of(answers: Answers) -> tuple[list[str], list[str]]:
    """Reply times that are in force, and packs that are on or watch."""
    policies = [policy_name(p) for p in shipped_policies() if answers["policies"].get(p["id"])]
    packs = [f"{p.name(language())} ({_('shadow') if state == 'shadow' else _('on')})"
             for p in offered() if (state := answers["packs"].get(p.id, "off")) != "off"]  # fmt: skip
    return policies, packs


def summary(answers: Answers) -> list[tuple[str, str]]:
    """(what, how it will be)."""
    desk, team, hours = answers["desk"], answers["team"], answers["hours"]
    people = [str(team["name"]), *(str(one["name"]) for one in team.get("others") or ())]
    policies, packs = chosen_of(answers)
    way = answers["sync"]["way"]
    lock = _("encrypted") if desk.get("encrypt") else _("not encrypted")
    off = ngettext("{count} line of holidays", "{count} lines of holidays", len(hours.get("off") or ()))
    written = answers["sync"].get("write") and way == "systemd"
    return [
        (_("Desk"), f"{desk['name']} · {desk['folder']} · {lock}"),
        (_("Team"), ", ".join(people)),
        (_("Hours"), f"{_(WEEKS[hours['kind']][0])} · {answers['place']['zone']}"
         + (" · " + off.format(count=len(hours["off"])) if hours.get("off") else "")),
        (_("Reply times"), " · ".join(policies) or _("none chosen")),
        (_("Rules"), " · ".join(packs) or _("none for now")),
        (_("Channel"), _("the form opens right after") if answers["channel"]["when"] == "now" else _("later")),
        (_("Sync, always on"), _(always_on.WAYS[way]) + (" · " + _("its file is written") if written else "")),
    ]  # fmt: skip


def plan(answers: Answers) -> Plan:
    """The desk that the answers describe."""
    from app.wire import unix_user

    place, desk, team = answers["place"], answers["desk"], answers["team"]
    me = str(team["id"])
    others = list(team.get("others") or ())
    people = (NewAgent(me, str(team["name"]), unix_user(), "admin"),
              *(NewAgent(str(o["id"]), str(o["name"]), "", str(o.get("role") or "agent")) for o in others))  # fmt: skip
    languages = {str(one["id"]): dict(one.get("languages") or {}) for one in (team, *others)}
    policies = {table["id"]: wanted for table in shipped_policies()
                if (wanted := bool(answers["policies"].get(table["id"]))) != table.get("enabled", True)}  # fmt: skip
    packs = {ident: (str(state), choices_of(ident, me)) for ident, state in answers["packs"].items() if state != "off"}
    hours = answers["hours"]
    usual = hours["kind"] == "week" and not hours.get("off")
    return Plan(
        folder_of(answers), str(desk["name"]), str(place["zone"]), people, bool(desk.get("encrypt")), languages,
        None if usual else hours_table(hours, str(place["zone"])), policies, packs, _habits(place),
    )  # fmt: skip


def _habits(place: Mapping[str, Any]) -> dict[str, str]:
    """What was chosen otherwise than this terminal would have it."""
    from app.look import choose

    found = {}
    if place["lang"] != guess.language(None).value:
        found["lang"] = str(place["lang"])
    if place["theme"] != choose(None, os.environ):
        found["theme"] = str(place["theme"])
    return found
