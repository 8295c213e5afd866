"""Steps that choose among what ships: hours, reply times, packs of rules. Everything is off that writes to buyers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.first.steps import Step
from app.lines import Line as DrawnLine
from app.setup.calendars import day_fields, days_off_check, hours_check, hours_preview, week_of
from app.setup.drawn import text_lines
from app.setup.fields import Entries, Field
from app.setup.picks import WEEKDAYS, Choice, Option, Toggle, Week
from app.setup.rooms import Reading
from app.words import N_, _, language, ngettext
from desk.automation.pack_form import Pack, said
from desk.vocabulary import PRIORITIES
from store.errors import Invalid

WEEKS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "week": (N_("Monday to Friday, 09:00-18:00"), {"mon-fri": "09:00-18:00"}),
    "saturday": (N_("Monday to Saturday, 09:00-18:00"), {"mon-sat": "09:00-18:00"}),
    "daily": (N_("every day, 09:00-21:00"), {"mon-sun": "09:00-21:00"}),
    "always": (N_("around the clock"), {"mon-sun": "00:00-24:00"}),
    "own": (N_("hours of our own"), {"mon-fri": "09:00-18:00"}),
}
"""Weeks to choose from: what they are called and their hours."""
_BAR = 24
"""Cells of a day: one is an hour."""


class Hours(Step):
    """The team's hours: the calendar named shop."""

    id, label = "hours", N_("Working hours")
    about = N_("Reply times that count working hours count these. Shifts of single people come later, at each person.")

    def asks(self) -> Sequence[Field]:
        def own(values: Mapping[str, Any]) -> bool:
            return values.get("kind") == "own"

        return (
            Choice(key="kind", label=_("Open hours"), options=tuple(Option(k, _(name)) for k, (name, _week) in WEEKS.items()),
                   help=_("Space turns it; Enter shows all.")),
            Week(key="week", label=_("Weekly hours"), check=hours_check, when=own, needed=True,
                 help=day_fields("", "", "")[0].help),
            Entries(key="off", label=_("Holidays"), check=days_off_check,
                    help=_("One date or span a line: 2026-10-01..2026-10-07. They can wait: g S, Calendars.")),
        )  # fmt: skip

    def start(self) -> dict[str, Any]:
        return {"kind": "week", "week": week_of({"week": WEEKS["own"][1]}), "off": []}

    def preview(self, desk: Reading, values: Mapping[str, Any], width: int) -> Sequence[DrawnLine]:
        """Each day as a bar of its hours, and what the week comes to."""
        names = dict(zip(WEEKDAYS, (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")), strict=True))
        table = hours_table(values, str(self.answer("place", "zone", "UTC")))
        lines: list[DrawnLine] = [((f"      0     6     12    18    24  {table['zone']}", "muted"),)]
        for day, hours in week_of(table).items():
            lines.append(((f" {names[day]}  ", "muted"), (bar_of(hours), "accent"), (f"  {hours}", "text")))
        return [*lines, *hours_preview(desk, table)]


def bar_of(hours: str) -> str:
    """`09:00-18:00` as a line of 24 cells, one an hour; past midnight goes on at the left."""
    cells = ["·"] * _BAR
    for span in hours.split(", "):
        first, last = (int(part[:2]) + int(part[3:5]) / 60 for part in span.split("-"))
        last = last + 24 if last <= first else last
        for hour in range(int(first), -int(-last // 1)):
            cells[hour % 24] = "█"
    return "".join(cells)


def hours_table(values: Mapping[str, Any], zone: str) -> dict[str, Any]:
    """The calendar's table."""
    kind = str(values.get("kind", "week"))
    week = dict(values.get("week") or {}) if kind == "own" else dict(WEEKS[kind][1])
    off = list(values.get("off") or ())
    return {"zone": zone, "week": week, **({"dates": {"off": off}} if off else {})}


@dataclass(frozen=True, kw_only=True)
class Ticked(Toggle):
    """Something to tick, its name behind the box."""

    name: str

    def shown(self, raw: Any) -> str:
        return f"[x] {self.name}" if raw else f"[ ] {self.name}"


def shipped_policies() -> list[dict[str, Any]]:
    """The policies that ship, as tables in their order."""
    from desk.clocks.toml_text import shipped

    return list(shipped("desk.clocks", "data/shop.toml")["policy"])


class ReplyTimes(Step):
    """Which of the shipped policies are in force."""

    id, label = "policies", N_("Reply times")
    about = N_("Each is a clock on a ticket; where several fit, the strictest counts. Space ticks. Figures change later: "
               "g S, Reply times.")  # fmt: skip

    def asks(self) -> Sequence[Field]:
        return [
            Ticked(key=table["id"], label="", name=policy_name(table), help=policy_meaning(table))
            for table in shipped_policies()
        ]

    def start(self) -> dict[str, Any]:
        return {table["id"]: table.get("enabled", True) for table in shipped_policies()}


def policy_name(table: Mapping[str, Any]) -> str:
    return str(table.get("names", {}).get(language()) or table["name"])


def policy_meaning(table: Mapping[str, Any]) -> str:
    """Which tickets, from when to when, on which hours, and when it warns: one line."""
    kinds = {"first_response": _("from the buyer's first message to a person's answer"),
             "next_response": _("from each further message of the buyer to the answer"),
             "periodic_update": _("the buyer hears from you at least so often"),
             "resolution": _("from the first message until the ticket is solved"),
             "step": _("from the request until somebody decides")}  # fmt: skip
    which = {"email": _("mail"), "chat": _("chats"), "marketplace": _("marketplaces")}
    parts = [
        _(PRIORITIES[str(table["priority"])]) if table.get("priority") else "",
        which.get(str(table.get("channel_kind", "")), ""),
        str(table.get("scope", "")),
    ]
    about = " · ".join(part for part in parts if part) or _("every ticket")
    hours = _("counts working hours") if table.get("calendar") == "shop" else _("counts around the clock")
    warns = _("warns after {share} of the time").format(share=table.get("warn", "4/5"))
    return _("{about}: {what}; {hours}; {warns}.").format(
        about=about, what=kinds.get(str(table["kind"]), ""), hours=hours, warns=warns)  # fmt: skip



STATES = ("off", "shadow", "on")
_GLYPHS = {"off": "○", "shadow": "◐", "on": "●"}


@dataclass(frozen=True, kw_only=True)
class Chosen(Choice):
    """A state, its thing's name behind it."""

    name: str

    def shown(self, raw: Any) -> str:
        return f"{_GLYPHS.get(str(raw), ' ')} {super().shown(raw)}  {self.name}"


def offered() -> list[Pack]:
    """The packs a new desk can use at once: what they have to be told is told by what ships, or is a person."""
    from desk.automation.packs import shipped_packs

    return [pack for pack in shipped_packs().values() if told(pack, "-") is not None]


def told(pack: Pack, me: str) -> dict[str, str] | None:
    """The choices of a pack on a desk without groups, given to `me` where a person will do; None where that is not
    enough."""
    found: dict[str, str] = {}
    for choice in pack.choices:
        if choice.optional:
            continue
        if choice.kind in ("agent", "who"):
            found[choice.id] = me
        elif choice.kind == "group" or not choice.usual:
            return None
    return found


def writes(pack: Pack) -> bool:
    """Whether its rules write to buyers."""
    return any(act["do"] == "reply" for rule in pack.rules for act in rule["then"])


class Rules(Step):
    """Which packs of rules are in force, or only watch."""

    id, label = "packs", N_("Rules")
    about = N_("Rules do what you would do by hand. Shadow only notes on each ticket what it would have done. What writes to "
               "buyers can be no more than a shadow here: try it first.")  # fmt: skip

    def asks(self) -> Sequence[Field]:
        words = {"off": _("off"), "shadow": _("shadow"), "on": _("in use")}
        return [
            Chosen(key=pack.id, label="", name=pack.name(language()), help=_meaning(pack),
                   options=tuple(Option(s, words[s]) for s in STATES[: 2 if writes(pack) else 3]))
            for pack in offered()
        ]  # fmt: skip

    def start(self) -> dict[str, Any]:
        return {pack.id: "off" for pack in offered()}

    def preview(self, desk: Reading, values: Mapping[str, Any], width: int) -> Sequence[DrawnLine]:
        from desk.automation.packs import shipped_packs

        more = len(shipped_packs()) - len(offered())
        text = ngettext("{count} more needs groups or dates first: g S, Rules ready to use.",
                        "{count} more need groups or dates first: g S, Rules ready to use.", more)  # fmt: skip
        return text_lines([text.format(count=more)], width, "muted")


def _meaning(pack: Pack) -> str:
    text = said(pack.about, language())
    return text + " " + _("It writes to buyers.") if writes(pack) else text


def choices_of(pack_id: str, me: str) -> dict[str, str]:
    """The choices an offered pack begins with. Raises Invalid for one that needs more."""
    from desk.automation.packs import need

    found = told(need(pack_id), me)
    if found is None:
        raise Invalid(N_("The pack {item} needs groups first."), item=pack_id)
    return found
