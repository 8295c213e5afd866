"""Calendars: the hours that count, holidays, and days worked although they would be off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.lines import Line as DrawnLine
from app.setup import common
from app.setup.fields import Entries, Field, Line
from app.setup.picks import WEEKDAYS, Week
from app.setup.rooms import Questions, Reading, Record, Room
from app.words import _, ngettext
from desk.clocks import keep_setup
from desk.clocks.calendar_files import calendar_from, hours_from
from desk.clocks.calendars import Calendar, next_open
from store.errors import N_, DeskError, Invalid
from store.values import HOUR

if TYPE_CHECKING:
    from desk.versions import Version
    from store.unit import UnitOfWork


def hours_check(value: Any) -> None:
    """Whether the hours of one day read."""
    try:
        Calendar("-", weekly=(hours_from("-", "-", value), *[()] * 6))
    except Invalid as error:
        raise Invalid(N_("Write hours in order, such as 09:00-12:00, 13:30-18:00.")) from error


def zone_check(value: Any) -> None:
    Calendar("-", str(value))


def days_off_check(value: Any) -> None:
    try:
        calendar_from({"week": {"mon": "09:00-10:00"}, "dates": {"off": [value]}})
    except Invalid as error:
        raise Invalid(N_("Write a date or a span of dates: 2026-10-01 or 2026-10-01..2026-10-07.")) from error


def extra_check(value: Any) -> None:
    day, _blank, hours = str(value).partition(" ")
    try:
        calendar_from({"week": {"mon": "09:00-10:00"}, "dates": {"extra": {day: hours.strip()}}})
    except Invalid as error:
        raise Invalid(N_("Write a date and its hours: 2026-10-10 09:00-18:00.")) from error


def week_of(table: Mapping[str, Any]) -> dict[str, str]:
    """The hours of each weekday, from a table that may say `mon-fri`."""
    week = {"week": dict(table.get("week", {})), "dates": {"extra": {"2000-01-01": "00:00-24:00"}}}
    calendar = calendar_from(week)
    return {day: hours_text(hours) for day, hours in zip(WEEKDAYS, calendar.weekly, strict=True) if hours}


def hours_text(hours: Sequence[tuple[int, int]]) -> str:
    return ", ".join(f"{a // 60:02}:{a % 60:02}-{_end(b)}" for a, b in hours)


def _end(minute: int) -> str:
    minute = minute - 1440 if minute > 1440 else minute
    return f"{minute // 60:02}:{minute % 60:02}"


def form_of(table: Mapping[str, Any]) -> dict[str, Any]:
    """A calendar's table as a form takes it."""
    dates = table.get("dates", {})
    extra = [f"{day} {hours}" for day, hours in dates.get("extra", {}).items()]
    return {"zone": table.get("zone", "UTC"), "week": week_of(table), "off": list(map(str, dates.get("off", []))),
            "extra": extra}  # fmt: skip


def table_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The table of a form."""
    extra = dict(line.split(None, 1) for line in values.get("extra") or ())
    dates: dict[str, Any] = {}
    if values.get("off"):
        dates["off"] = list(values["off"])
    if extra:
        dates["extra"] = extra
    return {"zone": values.get("zone") or "UTC", "week": dict(values.get("week") or {}),
            **({"dates": dates} if dates else {})}  # fmt: skip


def day_fields(week: str, off: str, extra: str) -> tuple[Field, ...]:
    """The fields of weekly hours and of single days."""
    return (
        Week(key="week", label=week, check=hours_check,
             help=_("09:00-12:00, 13:30-18:00; 22:00-06:00 ends the next morning; empty is closed. Space: as the day above.")),
        Entries(key="off", label=off, check=days_off_check,
                help=_("One date or span a line: 2026-10-01..2026-10-07.")),
        Entries(key="extra", label=extra, check=extra_check,
                help=_("One a line with its hours: 2026-10-10 09:00-18:00. It counts before a day off.")),
    )  # fmt: skip


class Calendars(Room):
    about = N_("Hours that count for reply times: weekly hours, holidays, and make-up days.")
    can = frozenset({"new", "remove", "history", "test"})
    kind = keep_setup.CALENDAR

    def records(self, desk: Reading) -> Sequence[Record]:
        found = []
        for name, (table, own) in keep_setup.calendar_tables(desk.conn).items():
            found.append(Record(name, name, "on" if own else "", str(table.get("zone", ""))))
        return sorted(found, key=lambda r: (r.id != keep_setup.SHOP, not r.state, r.id))

    def fields(self, desk: Reading, ident: str) -> Sequence[Field]:
        return (
            Line(key="name", label=_("Name"), needed=True, fixed=bool(ident)),
            Line(key="zone", label=_("Time zone"), needed=True, check=zone_check,
                 help=_("Such as Asia/Shanghai or Europe/Berlin.")),
            *day_fields(_("Weekly hours"), _("Holidays"), _("Make-up days")),
        )  # fmt: skip

    def values(self, desk: Reading, ident: str) -> dict[str, Any]:
        if not ident:
            zone = keep_setup.calendar_tables(desk.conn)[keep_setup.SHOP][0].get("zone", "UTC")
            return {"name": "", "zone": zone, "week": dict.fromkeys(WEEKDAYS[:5], "09:00-18:00"), "off": [], "extra": []}
        return {"name": ident, **form_of(keep_setup.calendar_table(desk.conn, ident))}

    def save(self, unit: UnitOfWork, ident: str, values: Mapping[str, Any]) -> str:
        name = ident or str(values["name"])
        if not ident and keep_setup.calendar_tables(unit.conn).get(name, ({}, False))[1]:
            raise Invalid(N_("There is a calendar {item} already."), item=name, key="name")
        try:
            keep_setup.save_calendar(unit, name, table_of(values))
        except DeskError as error:
            key = str(error.gaps.get("key", "")).removeprefix("dates.")
            raise common.about(error, key or "week") from error
        return name

    def remove(self, unit: UnitOfWork, ident: str) -> None:
        keep_setup.remove_calendar(unit, ident)

    def follow_up(self, unit: UnitOfWork) -> bool:
        return keep_setup.recompute_some(unit)

    def versioned(self, version: Version, ident: str) -> dict[str, Any]:
        return {"name": ident, **form_of(version.body)}

    def preview(self, desk: Reading, values: Mapping[str, Any], width: int) -> Sequence[DrawnLine]:
        return hours_preview(desk, values)

    def simulator(self) -> Questions:
        from app.setup.simulator import Simulator

        return Simulator()


def hours_preview(desk: Reading, values: Mapping[str, Any]) -> Sequence[DrawnLine]:
    """How many hours a week come to, and when it opens next."""
    try:
        calendar = calendar_from(table_of(values))
        minutes = sum(b - a for hours in calendar.weekly for a, b in hours)
        opens = calendar.local(next_open(calendar, desk.now))
    except (DeskError, ValueError):
        return ()
    hours = minutes * 60_000 / HOUR
    total = _("{hours} hours a week").format(hours=f"{hours:g}")
    days = ngettext("{count} day off", "{count} days off", len(calendar.off)).format(count=len(calendar.off))
    when = _("open next: {when}").format(when=f"{opens:%Y-%m-%d %H:%M}")
    return [((f" {total} · {days} · {when}", "accent"),)]
