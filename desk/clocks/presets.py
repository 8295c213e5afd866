"""Deadlines of marketplaces, as data with a source and the date somebody looked.

A preset is a proposal: a due date the platform itself supplies beats it, and past its check date it says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from desk.clocks.policies import BUYER_MESSAGE, WARN, Policy
from desk.clocks.targets import Target, target_from, target_text
from desk.clocks.toml_text import shipped, wrong
from desk.reason import Reason
from store.errors import N_, Refused

RECHECK_DAYS = 92
"""A quarter: how long a looked-up rule is taken for current."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A platform's rule. `target` holds everywhere, unless `by_country` (ISO 3166) has another; it is None where the
    platform states the date with each case only. `alternative` is what `alternative_when` allows instead. `checked`
    is the day of the notes it was taken from (the source itself may be older), None for one from memory."""

    id: str
    platform: str
    starts: str
    stops: str
    calendar: str
    source: str
    checked: date | None
    target: Target | None = None
    by_country: tuple[tuple[str, Target], ...] = ()
    calendars: tuple[tuple[str, str], ...] = ()
    """Sites (ISO 3166) whose days are counted on a calendar of their own."""
    alternative: Target | None = None
    alternative_when: str = ""
    consequence: str = ""
    note: str = ""

    def target_in(self, country: str) -> Target | None:
        """The target of a site; None: only the platform knows."""
        return dict(self.by_country).get(country.upper(), self.target)

    def calendar_in(self, country: str) -> str:
        """The name of the calendar a site counts on."""
        return dict(self.calendars).get(country.upper(), self.calendar)

    def policy(self, country: str = "", *, alternative: bool = False) -> Policy:
        """The preset as a policy of its platform, not enabled; with its `alternative` target where that is allowed.
        Raises Refused where only the platform knows."""
        target = self.alternative if alternative else self.target_in(country)
        if target is None:
            raise Refused(
                N_("{item} has no fixed target."),
                item=self.id,
                next=N_("The date comes with each case; name a country to use the rule of its site."),
            )
        return Policy(
            id=self.id,
            name=self.id,
            kind="platform",
            target=target,
            calendar=self.calendar_in(country),
            starts=self.starts,
            platform=self.platform,
            warn=WARN,
            enabled=False,
        )

    def table(self, country: str = "", *, alternative: bool = False, ident: str = "") -> dict[str, Any]:
        """The same in force, as `keep_setup.save_policy` takes it. Raises Refused as `policy`."""
        made = self.policy(country, alternative=alternative)
        return {
            "id": ident or self.id, "name": ident or self.id, "kind": made.kind, "target": target_text(made.target),
            "calendar": made.calendar, "platform": made.platform, "enabled": True,
            **({"starts": made.starts} if made.starts != BUYER_MESSAGE else {}),
        }  # fmt: skip

    def doubt(self, today: date) -> Reason | None:
        """Why not to rely on it: never looked up, or too long ago. None: looked up within a quarter."""
        if self.checked is None:
            text = N_("{preset} was written down from memory; check it before relying on it.")
            return Reason(text, {"preset": self.id})
        if (today - self.checked).days > RECHECK_DAYS:
            gaps: dict[str, object] = {"preset": self.id, "date": self.checked.isoformat()}
            return Reason(N_("{preset} was last checked on {date}; it may have changed."), gaps)
        return None


@cache
def presets() -> dict[str, Preset]:
    """Every shipped preset by id, in the order of the data file."""
    table = shipped("desk.clocks", "data/presets.toml")
    made = [_preset(row) for row in table["preset"]]
    return {p.id: p for p in made}


@cache
def without_clock() -> tuple[str, ...]:
    """Platforms looked at for which no seller's deadline was found."""
    return tuple(shipped("desk.clocks", "data/presets.toml")["without_clock"])


def _preset(row: dict[str, Any]) -> Preset:
    item = str(row["id"])
    checked = row.get("checked")
    if checked is not None and not isinstance(checked, date):
        raise wrong(item, "checked", checked)

    def target(key: str) -> Target | None:
        return target_from(row[key], item, key) if key in row else None

    return Preset(
        id=item,
        platform=row["platform"],
        starts=row.get("starts", BUYER_MESSAGE),
        stops=row["stops"],
        calendar=row.get("calendar", "24x7"),
        source=row["source"],
        checked=checked,
        target=target("target"),
        by_country=tuple((c, target_from(t, item, f"by_country.{c}")) for c, t in row.get("by_country", {}).items()),
        calendars=tuple(row.get("calendars", {}).items()),
        alternative=target("alternative"),
        alternative_when=row.get("alternative_when", ""),
        consequence=row.get("consequence", ""),
        note=row.get("note", ""),
    )
