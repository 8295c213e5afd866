"""How the set-up reads: three columns side by side, or the one that has the keys alone. Lines only, no widget."""

from __future__ import annotations

from app.lines import Line, Run, heading
from app.safe import cells, width_of
from app.setup.drawn import Drawn, Place, bar, filled, window
from app.setup.form_drawing import form_lines
from app.setup.page_drawing import history_lines, report_lines
from app.setup.rooms import STATES, Reading, Record
from app.setup.state import PAGE, RECORDS, ROOMS, FormPage, HistoryPage, ReportPage, Setup
from app.words import _
from app.wrap import wrap

SIDE_BY_SIDE = 100
"""From this width on all columns show."""
_ROOMS_WIDE, _RECORDS_WIDE = 21, 36


def widths(width: int) -> tuple[int, int, int]:
    """Cells of the three columns on a screen of this width; 0 for one that is not there beside the others."""
    if width < SIDE_BY_SIDE:
        return (0, 0, 0)
    records = max(_RECORDS_WIDE, (width - _ROOMS_WIDE) * 2 // 5 if width < 160 else 52)
    return (_ROOMS_WIDE, min(records, width - _ROOMS_WIDE - 50), width - _ROOMS_WIDE - min(records, width - _ROOMS_WIDE - 50))


def draw(setup: Setup, desk: Reading, width: int, height: int) -> Drawn:
    """The whole pane."""
    first, second, third = widths(width)
    if not first:
        if setup.column == ROOMS:
            return Drawn(_rooms(setup, width, height))
        if setup.column == RECORDS:
            return Drawn(_records(setup, width, height))
        return _page(setup, desk, width, height, alone=True)
    rooms = _rooms(setup, first - 1, height)
    records = _records(setup, second - 1, height)
    page = _page(setup, desk, third, height, alone=False)
    lines: list[Line] = []
    for y, (a, b, c) in enumerate(zip(rooms, records, page.lines, strict=True)):
        rule: Run = ("│" if y else "─", "rule")
        lines.append((*_fit(a, first - 1), rule, *_fit(b, second - 1), rule, *c))
    cursor = page.cursor and Place(page.cursor.x + first + second, page.cursor.y)
    return Drawn(lines, cursor)


def _fit(line: Line, width: int) -> Line:
    """A line in exactly `width` cells."""
    found: list[Run] = []
    left = width
    for text, role in line:
        if left <= 0:
            break
        size = min(left, width_of(text))
        found.append((cells(text, size), role))
        left -= size
    if left > 0:
        found.append((" " * left, line[-1][1] if line else "text"))
    return tuple(found)


# The two lists ------------------------------------------------------------------------------------


def _rooms(setup: Setup, width: int, height: int) -> list[Line]:
    setup.room_top = window(setup.room_top, setup.room_at, len(setup.rooms), height - 1)
    found: list[Line] = [heading(_("Set up"), width)]
    for index in range(setup.room_top, min(len(setup.rooms), setup.room_top + height - 1)):
        role = bar(setup.column == ROOMS) if index == setup.room_at else "text"
        found.append(((cells(f" {setup.rooms[index][1]}", width), role),))
    return filled(found, height)


def _records(setup: Setup, width: int, height: int) -> list[Line]:
    found = setup.records
    lines: list[Line] = [heading(_(setup.room.label) + (f" · {setup.filter}" if setup.filter else ""), width)]
    if not found:
        text = _("Nothing here is called that. / changes the filter.") if setup.filter else _(setup.room.about)
        lines += [(), *(((f" {line}", "muted"),) for line in wrap(text, width - 2))]
        if not setup.filter and "new" in setup.room.can:
            lines += [(), ((f" {_('n makes the first one.')}", "accent"),)]
        return filled(lines, height)
    setup.top = window(setup.top, setup.at, len(found), height - 1)
    title = max((width_of(r.title) for r in found), default=0)
    room = max((width_of(r.note) for r in found), default=0)
    room = min(room, max(width // 3, width - 6 - title))
    for index in range(setup.top, min(len(found), setup.top + height - 1)):
        lines.append(_record(found[index], index == setup.at, setup.column == RECORDS, width, room))
    return filled(lines, height)


def _record(record: Record, here: bool, active: bool, width: int, room: int) -> Line:
    glyph, state_role, _word = STATES.get(record.state, (" ", "muted", ""))
    note = cells(record.note, room) if room else ""
    note = " " * (room - width_of(record.note.rstrip())) + record.note.rstrip() if width_of(record.note) <= room else note
    title = cells(record.title, max(4, width - 4 - (room + 1 if room else 0)))
    if here:
        return ((cells(f" {glyph} {title} {note}", width), bar(active)),)
    muted = record.state in ("off", "away")
    return ((f" {glyph} ", state_role), (f"{title} ", "muted" if muted else "text"), (note, "muted"))


# The page -----------------------------------------------------------------------------------------


def _page(setup: Setup, desk: Reading, width: int, height: int, *, alone: bool) -> Drawn:
    page = setup.page
    active = setup.column == PAGE
    if page is None:
        about = [((f" {line}", "muted"),) for line in wrap(_(setup.room.about), width - 2)]
        return Drawn(filled([(("─" * width, "rule"),), (), *about], height))
    if isinstance(page, HistoryPage):
        return Drawn(history_lines(page, setup, desk, width, height))
    if isinstance(page, ReportPage):
        return Drawn(report_lines(page, width, height))
    trail = [_(setup.room.label)] if alone else []
    trail += [p.title or _("new") for p in setup.pages if isinstance(p, FormPage)]
    return form_lines(page, desk, " › ".join(trail), setup.dirty, active, width, height)
