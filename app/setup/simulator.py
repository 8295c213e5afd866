"""When would it be due? A form whose answer stands below it as one types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from app.lines import Line as DrawnLine
from app.setup.drawn import error_line, text_lines
from app.setup.fields import Entries, Field, Line
from app.setup.figures import Span
from app.setup.picks import Choice, Option
from app.setup.policies import target_check
from app.setup.rooms import Questions, Reading
from app.words import _
from desk.clocks.calendars import Calendar, elapsed, is_open, next_open
from desk.clocks.countdown import spell
from desk.clocks.keep import calendars
from desk.clocks.targets import deadline, target_from, warning
from store.errors import N_, DeskError, Invalid
from store.values import NEVER, Instant


class Simulator(Questions):
    label = N_("When is it due?")
    takes = frozenset({"target", "calendar", "warn"})

    def fields(self, desk: Reading, ident: str) -> Sequence[Field]:
        known = tuple(Option(name, name, c.zone) for name, c in calendars(desk.conn).items())
        return (
            Line(key="start", label=_("Begins"), needed=True, check=_moment,
                 help=_("In the zone of the calendar, such as 2026-10-01 09:00.")),
            Span(key="target", label=_("Time"), needed=True, check=target_check,
                 help=_("30s, 90m, 8h, 2d; 4cd are calendar days, 3bd working days.")),
            Choice(key="calendar", label=_("Counted on"), options=known),
            Line(key="warn", label=_("Warns after"), help=_("A part of the time: 4/5, 20/24 or 0.8.")),
            Entries(key="pauses", label=_("Stands"), check=_pause,
                    help=_("Times in which it stands, one a line: 2026-10-02 10:00..2026-10-03 10:00.")),
        )  # fmt: skip

    def values(self, desk: Reading, ident: str) -> dict[str, Any]:
        shop = calendars(desk.conn)["shop"]
        return {"start": f"{shop.local(desk.now):%Y-%m-%d %H:%M}", "target": "8h", "calendar": "shop", "warn": "4/5"}

    def preview(self, desk: Reading, values: Mapping[str, Any], width: int) -> Sequence[DrawnLine]:
        known = calendars(desk.conn)
        if not values.get("start") or not values.get("target") or values.get("calendar") not in known:
            return ()
        try:
            return text_lines(explained(values, known[values["calendar"]]), width)
        except (DeskError, ValueError, ZeroDivisionError) as error:
            return error_line(error, width) if isinstance(error, DeskError) else ()


def explained(values: Mapping[str, Any], calendar: Calendar) -> list[str]:
    """The answer in sentences. Raises DeskError for a calendar that opens too rarely."""
    start, target = _at(values["start"], calendar), target_from(values["target"], "target")
    pauses = [_span(line, calendar) for line in values.get("pauses") or ()]
    due = deadline(target, calendar, start, pauses)
    if due >= NEVER:
        return [_("Never: a pause without an end stands in the way.")]
    texts = [_("Due {when} in {zone}").format(when=_said(due, calendar), zone=calendar.zone)]
    if not is_open(calendar, start):
        texts.append(_("It begins outside the hours: counting starts {when}.").format(
            when=_said(next_open(calendar, start), calendar)))  # fmt: skip
    worked, wall = elapsed(calendar, start, due, pauses), due - start
    texts.append(_("{working} of working time, {wall} on the wall.").format(working=spell(worked), wall=spell(wall)))
    stood = [(a, min(b, due)) for a, b in pauses if a < due and b > start]
    if stood and target.unit == "ms":
        total = sum(b - max(a, start) for a, b in stood)
        texts.append(_("It stands for {span} on the wall meanwhile.").format(span=spell(total)))
    elif stood:
        texts.append(_("Whole days are a rule of a platform or a law: a pause does not move them."))
    warn = warning(target, calendar, start, Fraction(str(values.get("warn") or "4/5")), pauses)
    texts.append(_("Warns {when}, {left} before.").format(when=_said(warn, calendar), left=spell(due - warn)))
    return texts


def _said(at: Instant, calendar: Calendar) -> str:
    there = calendar.local(at)
    days = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    return f"{days[there.weekday()]} {there:%Y-%m-%d %H:%M}"


def _at(text: str, calendar: Calendar) -> Instant:
    from datetime import datetime

    return int(datetime.fromisoformat(text.strip()).replace(tzinfo=calendar.tz).timestamp() * 1000)


def _span(text: str, calendar: Calendar) -> tuple[Instant, Instant]:
    first, _dots, last = text.partition("..")
    return _at(first, calendar), _at(last, calendar) if last.strip() else NEVER


def _moment(value: Any) -> None:
    from datetime import datetime

    try:
        datetime.fromisoformat(str(value).strip())
    except ValueError as exc:
        raise Invalid(N_("Write a time like 2026-12-24 09:00.")) from exc


def _pause(value: Any) -> None:
    first, dots, last = str(value).partition("..")
    if not dots:
        raise Invalid(N_("Write two times with .. between them; without the second it stands on."))
    _moment(first)
    if last.strip():
        _moment(last)
