"""Rules: when what happens, if which ticket, then do what. Tried on history before they are in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.lines import Line as DrawnLine
from app.setup import acts, common
from app.setup.fields import Field, Line
from app.setup.figures import Day, Span
from app.setup.picks import Choice, Choices, Option, Toggle
from app.setup.rooms import Reading, Record, Room, Trial
from app.words import _, language
from desk.automation.rules import keep
from desk.automation.rules.model import TRIGGERS, Rule, rule_from, rule_to_table
from desk.changes import FIELDS
from desk.inbox import many
from store.errors import N_, DeskError
from store.sql import rules as rows

if TYPE_CHECKING:
    from desk.versions import Version
    from store.unit import UnitOfWork

_NEXT = {"off": "shadow", "shadow": "on", "on": "off"}


class Rules(Room):
    about = N_("What happens to tickets by itself: sorted, assigned, answered. From top to bottom; try one before it is on.")
    can = frozenset({"new", "remove", "move", "toggle", "test", "history"})
    kind = keep.KIND

    def records(self, desk: Reading) -> Sequence[Record]:
        from desk.automation.rules.effect import hits

        found, broken = [], keep.unreadable(desk.conn)
        fired = hits(desk.conn, [row.id for row in rows.listed(desk.conn)], desk.now)
        readable = {rule.id: rule for rule in keep.every(desk.conn)}
        for row in rows.listed(desk.conn):
            count = fired.get(row.id, 0)
            rule = readable.get(row.id)
            title = rule.title(language()) if rule else row.name
            state = "fault" if row.id in broken else row.state
            found.append(Record(row.id, title, state, f"{many(count)} / 7 d" if count else "–", rule.condition if rule else ""))
        return found

    def fields(self, desk: Reading, ident: str) -> Sequence[Field]:
        values = self.values(desk, ident)
        return (
            Line(key="name", label=_("Name"), needed=True),
            Choices(key="when", label=_("When"), needed=True, options=common.named(TRIGGERS)),
            Choices(key="fields", label=_("Which field"), options=tuple(Option(f, f) for f in FIELDS),
                    when=lambda v: "changed" in v.get("when", ()), help=_("None is any of them.")),
            Span(key="every", label=_("How often"), needed=True, when=lambda v: "timer" in v.get("when", ()),
                 help=_("Such as 1h; the rule looks at every ticket that its query finds.")),
            common.query(desk, "if", _("If"),
                         _("A query such as type:damaged amount:..20USD; empty is every ticket. w shows it as rows.")),
            Choice(key="channel", label=_("Channel"),
                   options=common.with_own(common.any_of(common.channels(desk.conn), _("all")), values.get("channel"))),
            acts.parts(desk, "then", _("Then"), needed=True),
            Toggle(key="stop", label=_("Stop here"), help=_("Rules below are not looked at where this one fired.")),
            Day(key="from", label=_("From"), help=_("First day it is in force, such as 2026-11-27.")),
            Day(key="until", label=_("Until"), help=_("Last day it is in force.")),
        )  # fmt: skip

    def values(self, desk: Reading, ident: str) -> dict[str, Any]:
        if not ident:
            return {"name": "", "when": ["created"], "then": []}
        return {**_form(rule_to_table(keep.one(desk.conn, ident))), "state": keep.need(desk.conn, ident).state}

    def save(self, unit: UnitOfWork, ident: str, values: Mapping[str, Any]) -> str:
        taken = [row.id for row in rows.listed(unit.conn)]
        wanted = str(values.get("id") or "")
        found = ident or (wanted if wanted and wanted not in taken else "") or common.slug(str(values["name"]), taken, "rule")
        try:
            made = keep.save(unit, _table(values, found))
            if made.state == "on":
                keep.check_names(unit.conn, made)
            return made.id
        except DeskError as error:
            raise _placed(error) from error

    def remove(self, unit: UnitOfWork, ident: str) -> None:
        keep.remove(unit, ident)

    def move(self, unit: UnitOfWork, ident: str, by: int) -> None:
        at = [row.id for row in rows.listed(unit.conn)].index(ident)
        keep.move(unit, ident, max(0, at + by))

    tries_first = True
    live = False

    def turned(self, state: str) -> str:
        return _NEXT.get(state, "off")

    def put_state(self, unit: UnitOfWork, ident: str, state: str) -> None:
        keep.set_state(unit, ident, state)

    def versioned(self, version: Version, ident: str) -> dict[str, Any]:
        return _form({"id": ident, **version.body})

    def preview(self, desk: Reading, values: Mapping[str, Any], width: int) -> Sequence[DrawnLine]:
        """What is to mind about the rule as it stands in the form."""
        if not values.get("when") or not values.get("then"):
            return ()
        from datetime import datetime

        from app.setup.drawn import text_lines
        from desk.automation.rules.lint import check

        ident = str(values.get("id") or "new")
        try:
            mine = rule_from({**_table(values, ident), "state": "on"})
            today = datetime.fromtimestamp(desk.now / 1000, desk.zone).date()
            found = [f for f in check(desk.conn, desk.context(), today, _together(keep.every(desk.conn), mine))
                     if f.rule == ident]  # fmt: skip
        except DeskError:
            return ()
        return [line for f in found for line in text_lines(
            [f"{'!' if f.severity == 'error' else '▲'} {f.what.render(_)}"], width,
            "danger" if f.severity == "error" else "warning")]  # fmt: skip

    def test(self, desk: Reading, ident: str, values: Mapping[str, Any], width: int, trial: Trial) -> Sequence[DrawnLine]:
        from app.setup.rule_trial import lines
        from desk.automation.rules.trial import dry_run

        mine = rule_from({**_table(values, ident or "new"), "state": "on"})

        def go_on(done: int, of: int) -> bool:
            trial.tell(done, of)
            return not trial.stopped()

        found = dry_run(trial.store, _together(keep.every(desk.conn), mine), desk.context(), asked=[mine.id], progress=go_on)
        return lines(found, mine, desk, width)


def _together(every: Sequence[Rule], mine: Rule) -> list[Rule]:
    """The rules in force with the one that is tried in its place; a new one comes last."""
    found = [mine if rule.id == mine.id else rule for rule in every if rule.id == mine.id or rule.state == "on"]
    return found if any(rule.id == mine.id for rule in found) else [*found, mine]


def _form(table: Mapping[str, Any]) -> dict[str, Any]:
    names = table.get("names", {})
    return {**table, "name": names.get(language()) or table.get("name", ""),
            "then": [acts.spread(row) for row in table.get("then", ())]}  # fmt: skip


def _table(values: Mapping[str, Any], ident: str) -> dict[str, Any]:
    """The table of a form: what is empty is left out. A name that was changed is that of the reader's language."""
    table = {key: value for key, value in values.items() if value not in ("", [], (), {}, None, False)}
    table["id"] = ident
    if table.get("names") and language() in table["names"]:
        table["names"] = {**table["names"], language(): str(table["name"])}
        table["name"] = table["names"].get("en", table["name"])
    table["then"] = [acts.gathered(part) for part in values.get("then") or ()]
    return table


def _placed(error: DeskError) -> DeskError:
    """The error as one about a field of the form: `then[2].status` is the steps, a column alone the query."""
    key = str(error.gaps.get("key", "if" if "column" in error.gaps else "name"))
    return common.about(error, key)
