"""How the set-up reads: three columns side by side, or the one that has the keys alone. Lines only, no widget."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from app.editing import LineEdit
from app.lines import Line, Run
from app.safe import cells, headed, width_of
from app.setup.fields import WEEKDAYS, Choice, Choices, Field, Paragraph, Parts, Toggle, Week
from app.setup.form import Form, Spot, differences
from app.setup.rooms import STATES, Reading, Record
from app.setup.state import PAGE, RECORDS, ROOMS, FormPage, HistoryPage, ReportPage, Setup
from app.setup.text_edit import TextEdit, rows
from app.times import stamp
from app.words import _, render_error
from app.wrap import wrap
from store.errors import DeskError

SIDE_BY_SIDE = 100
"""From this width on all columns show."""
MOST_LINES = 4
"""Lines of a long text that show while nobody types in it."""
_ROOMS_WIDE, _RECORDS_WIDE = 20, 36


class Place(NamedTuple):
    """Where the terminal's cursor belongs: column and line of the pane."""

    x: int
    y: int


class Drawn(NamedTuple):
    lines: list[Line]
    cursor: Place | None = None


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
        bar: Run = ("│" if y else "─", "rule")
        lines.append((*_fit(a, first - 1), bar, *_fit(b, second - 1), bar, *c))
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


def _window(top: int, at: int, count: int, height: int) -> int:
    """The first row to show so that row `at` is seen."""
    top = max(at - height + 1, min(top, at))
    return max(0, min(top, count - height))


def _bar(active: bool) -> str:
    return "selection" if active else "selection_away"


# The two lists ------------------------------------------------------------------------------------


def _rooms(setup: Setup, width: int, height: int) -> list[Line]:
    setup.room_top = _window(setup.room_top, setup.room_at, len(setup.rooms), height - 1)
    found: list[Line] = [((headed(f"─ {_('Set up')} ", width), "rule"),)]
    for index in range(setup.room_top, min(len(setup.rooms), setup.room_top + height - 1)):
        role = _bar(setup.column == ROOMS) if index == setup.room_at else "text"
        found.append(((cells(f" {setup.rooms[index][1]}", width), role),))
    return _filled(found, height)


def _records(setup: Setup, width: int, height: int) -> list[Line]:
    found = setup.records
    head = f"─ {_(setup.room.label)} "
    if setup.filter:
        head += f"· {setup.filter} "
    lines: list[Line] = [((headed(head, width), "rule"),)]
    if not found:
        text = _("Nothing here is called that. / changes the filter.") if setup.filter else _(setup.room.about)
        lines += [(), *(((f" {line}", "muted"),) for line in wrap(text, width - 2))]
        if not setup.filter and "new" in setup.room.can:
            lines += [(), ((f" {_('n makes the first one.')}", "accent"),)]
        return _filled(lines, height)
    setup.top = _window(setup.top, setup.at, len(found), height - 1)
    title = max((width_of(r.title) for r in found), default=0)
    room = max((width_of(r.note) for r in found), default=0)
    room = min(room, max(width // 3, width - 6 - title))
    for index in range(setup.top, min(len(found), setup.top + height - 1)):
        lines.append(_record(found[index], index == setup.at, setup.column == RECORDS, width, room))
    return _filled(lines, height)


def _record(record: Record, here: bool, active: bool, width: int, room: int) -> Line:
    glyph, state_role, _word = STATES.get(record.state, (" ", "muted", ""))
    note = cells(record.note, room) if room else ""
    note = " " * (room - width_of(record.note.rstrip())) + record.note.rstrip() if width_of(record.note) <= room else note
    title = cells(record.title, max(4, width - 4 - (room + 1 if room else 0)))
    if here:
        return ((cells(f" {glyph} {title} {note}", width), _bar(active)),)
    muted = record.state in ("off", "away")
    return ((f" {glyph} ", state_role), (f"{title} ", "muted" if muted else "text"), (note, "muted"))


def _filled(lines: list[Line], height: int) -> list[Line]:
    return [*lines[:height], *([()] * (height - len(lines)))]


# The page -----------------------------------------------------------------------------------------


def _page(setup: Setup, desk: Reading, width: int, height: int, *, alone: bool) -> Drawn:
    page = setup.page
    active = setup.column == PAGE
    if page is None:
        about = [((f" {line}", "muted"),) for line in wrap(_(setup.room.about), width - 2)]
        return Drawn(_filled([(("─" * width, "rule"),), (), *about], height))
    if isinstance(page, HistoryPage):
        return Drawn(_history(page, setup, desk, width, height))
    if isinstance(page, ReportPage):
        return Drawn(_report(page, width, height))
    trail = [_(setup.room.label)] if alone else []
    trail += [p.title or _("new") for p in setup.pages if isinstance(p, FormPage)]
    return _form(page, desk, " › ".join(trail), setup.dirty, active, width, height)


class _Lines:
    """Lines of a form as they are made, with where each spot stands."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.first: dict[Spot, int] = {}
        self.last: dict[Spot, int] = {}
        self.cursor: Place | None = None


def _form(page: FormPage, desk: Reading, title: str, dirty: bool, active: bool, width: int, height: int) -> Drawn:
    made = _Lines()
    form = page.form
    label = min(max((width_of(f.label) for f in form.shown() if not isinstance(f, Parts)), default=8), width // 3, 24)
    spot = page.spot if page.spots else ("", -1)
    for field in form.shown():
        if isinstance(field, Parts):
            _parts(made, form, field, spot, active, width)
        elif isinstance(field, Week):
            _week(made, page, field, spot, active, label, width)
        elif isinstance(field, Paragraph):
            _paragraph(made, page, field, spot, active, label, width)
        else:
            _plain(made, page, field, spot, active, label, width)
    preview = page.preview(desk, width)
    if preview:
        made.lines += [(), *preview]
    head: list[Line] = [_head(title, dirty and page.asks, width)]
    foot = _foot(page, active, width)
    seen = max(1, height - len(head) - len(foot))
    last, first = made.last.get(spot, 0), made.first.get(spot, 0)
    if made.cursor is not None:
        first = last = made.cursor.y
    page.top = max(0, min(page.top, len(made.lines) - seen))
    page.top = min(first, max(page.top, last - seen + 1))
    lines = _filled([*head, *_filled(made.lines[page.top : page.top + seen], seen), *foot], height)
    page.seen = {key: y - page.top + len(head) for key, y in made.first.items() if 0 <= y - page.top < seen}
    cursor = made.cursor and Place(made.cursor.x, made.cursor.y - page.top + len(head))
    return Drawn(lines, cursor)


def _head(title: str, dirty: bool, width: int) -> Line:
    mark = f" {_('not saved')} " if dirty else ""
    room = width - width_of(mark)
    text = cells(title, min(width_of(title), room - 4))
    return ((headed(f"─ {text} ", room), "rule"), (mark, "warning"))


def _foot(page: FormPage, active: bool, width: int) -> list[Line]:
    """What helps with the line under the cursor, and what is wrong with the whole."""
    lines: list[Line] = []
    if page.form.whole is not None:
        lines += [((f" {line}", "danger"),) for line in wrap(render_error(page.form.whole), width - 2)]
    if not active or not page.spots:
        return lines
    if page.candidates:
        words = "  ".join(c.text for c in page.candidates[:12])
        lines.append(((cells(f" {_('Tab')} {words}", width), "muted"),))
    elif page.field.help:
        lines += [((f" {line}", "muted"),) for line in list(wrap(page.field.help, width - 2))[:3]]
    return lines


def _plain(made: _Lines, page: FormPage, field: Field, spot: Spot, active: bool, label: int, width: int) -> None:
    here = active and spot == (field.key, -1)
    raw = page.form.raw[field.key]
    text = field.shown(raw)
    if here and isinstance(field, Choice) and not field.fixed:
        text = f"‹ {text} ›"
    elif isinstance(field, Choices) and not raw:
        text = _("none")
    _row(made, (field.key, -1), field.label, text, field, page, here, active, label, width)
    _objection(made, (field.key, -1), page, label + 2, width)


def _row(
    made: _Lines, spot: Spot, name: str, text: str, field: Field, page: FormPage, here: bool, active: bool, label: int,
    width: int,
) -> None:  # fmt: skip
    """One line: label and value."""
    made.first[spot] = made.last[spot] = len(made.lines)
    room = width - label - 3
    if here and isinstance(page.edit, LineEdit):
        before, under, behind = page.edit.view(room)
        made.cursor = Place(label + 3 + width_of(before), len(made.lines))
        made.lines.append(((f" {cells(name, label)}  ", "strong"), (before, "text"), (under, "selection"), (behind, "text")))
        return
    shown = cells(text, room)
    if here:
        made.lines.append(((f" {cells(name, label)}  {shown}", "selection"),))
        return
    role = "muted" if field.fixed or (isinstance(field, Toggle | Choices) and not page.form.raw[field.key]) else "text"
    made.lines.append(((f" {cells(name, label)}  ", "muted"), (shown, role)))


def _objection(made: _Lines, spot: Spot, page: FormPage, indent: int, width: int) -> None:
    """What is wrong with a line, under the place that is meant."""
    error = page.form.problems.get(spot)
    if error is None:
        return
    column = error.gaps.get("column")
    at = indent + (column if isinstance(column, int) and 0 < column < width - indent - 12 else 1)
    text = render_error(error)
    for index, line in enumerate(wrap(f"▲ {text}", max(16, width - at - 1))):
        made.lines.append(((" " * at + ("  " if index else "") + line, "danger"),))
    made.last[spot] = len(made.lines) - 1


def _week(made: _Lines, page: FormPage, field: Week, spot: Spot, active: bool, label: int, width: int) -> None:
    names = dict(zip(WEEKDAYS, (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")), strict=True))
    made.lines.append(((f" {field.label}", "muted"),))
    for index, day in enumerate(WEEKDAYS):
        key = (field.key, index)
        text = page.form.raw[field.key][index] or "–"
        _row(made, key, f"  {names[day]}", text, field, page, active and spot == key, active, label, width)
        _objection(made, key, page, label + 2, width)
    _objection(made, (field.key, -1), page, label + 2, width)


def _paragraph(made: _Lines, page: FormPage, field: Field, spot: Spot, active: bool, label: int, width: int) -> None:
    """The label on a line of its own, the text under it: whole while one types."""
    key = (field.key, -1)
    here = active and spot == key
    text = str(page.form.raw[field.key])
    made.first[key] = len(made.lines)
    room = max(8, width - 4)
    if here and isinstance(page.edit, TextEdit):
        made.lines.append(((f" {field.label}", "strong"),))
        row, cell = page.edit.place(room)
        for index, (_start, line) in enumerate(page.edit.rows(room)):
            if index == row:
                cut = page.edit.cursor - _start
                under = line[cut : cut + 1] or " "
                made.cursor = Place(3 + cell, len(made.lines))
                made.lines.append(((f" ▏ {line[:cut]}", "text"), (under, "selection"), (line[cut + 1 :], "text")))
            else:
                made.lines.append(((f" ▏ {line}", "text"),))
    else:
        made.lines.append(((cells(f" {field.label}", width), "selection" if here else "muted"),))
        shown = rows(text, room) if text else [(0, "–")]
        for _start, line in shown[:MOST_LINES]:
            made.lines.append(((f"   {line}", "text" if text else "muted"),))
        if len(shown) > MOST_LINES:
            rest = _("… {count} more lines").format(count=len(shown) - MOST_LINES)
            made.lines.append(((f"   {rest}", "muted"),))
    made.last[key] = len(made.lines) - 1
    _objection(made, key, page, 2, width)


def _parts(made: _Lines, form: Form, field: Parts, spot: Spot, active: bool, width: int) -> None:
    made.lines.append(((f" {field.label}", "muted"),))
    parts = form.parts(field.key)
    for index in range(len(parts) + 1):
        key = (field.key, index)
        here = active and spot == key
        last = index == len(parts)
        text = f"+ {field.add or _('add one')}" if last else f"{index + 1}. {field.title(parts[index].rough())}"
        made.first[key] = made.last[key] = len(made.lines)
        role = "selection" if here else "muted" if last else "text"
        made.lines.append(((cells(f"   {text}", width), role),))
        error = form.problems.get(key)
        if error is not None:
            made.lines += [((f"     ▲ {line}", "danger"),) for line in wrap(render_error(error), width - 9)]
            made.last[key] = len(made.lines) - 1


# History and reports ------------------------------------------------------------------------------


def _history(page: HistoryPage, setup: Setup, desk: Reading, width: int, height: int) -> list[Line]:
    title = _("History of {name}").format(name=page.title)
    lines: list[Line] = [_head(title, False, width)]
    if not page.versions:
        lines += [(), ((f" {_('It was never changed.')}", "muted"),)]
        return _filled(lines, height)
    half = max(3, min(len(page.versions), height // 3))
    page.top = _window(page.top, page.at, len(page.versions), half)
    for index in range(page.top, min(len(page.versions), page.top + half)):
        version = page.versions[index]
        when = stamp(version.at, desk.now, desk.zone)
        text = f" v{version.number:<4} {cells(when, 17)} {cells(version.by.id, 10)} {version.note}"
        role = _bar(setup.column == PAGE) if index == page.at else "text"
        lines.append(((cells(text, width), role),))
    lines.append((("─" * width, "rule"),))
    current = page.current
    assert current is not None
    lines += compared(page, current.number, desk, width)
    return _filled(lines, height)


def compared(page: HistoryPage, number: int, desk: Reading, width: int) -> list[Line]:
    """What a version changed against the one before it."""
    at = next(n for n, v in enumerate(page.versions) if v.number == number)
    after = page.room.versioned(page.versions[at], page.ident)
    if at + 1 == len(page.versions):
        return [((f" {_('The first version that was kept.')}", "muted"),), *_described(page, after, desk, width)]
    before = page.room.versioned(page.versions[at + 1], page.ident)
    changed = differences(page.room.fields(desk, page.ident), before, after)
    if not changed:
        return [((f" {_('Nothing differs from the version before.')}", "muted"),)]
    lines: list[Line] = []
    for label, one, other in changed:
        lines.append(((f" {label}", "strong"),))
        for sign, text, role in (("-", one, "muted"), ("+", other, "done")):
            for line in _changed(text, other if sign == "-" else one):
                lines += [((f"   {sign} {part}", role),) for part in wrap(line, width - 6)]
    return lines


def _changed(text: str, other: str) -> list[str]:
    """Of a long text, only the lines that the other lacks."""
    lines = text.split("\n")
    if len(lines) == 1:
        return [text] if text else []
    there = set(other.split("\n"))
    return [line for line in lines if line not in there]


def _described(page: HistoryPage, values: dict[str, object], desk: Reading, width: int) -> list[Line]:
    form = Form(page.room.fields(desk, page.ident), values)
    found: list[Line] = []
    for field in form.shown():
        if isinstance(field, Parts | Week | Paragraph):
            continue
        text = field.shown(form.raw[field.key])
        if text:
            found.append(((cells(f" {field.label}: {text}", width), "text"),))
    return found


def _report(page: ReportPage, width: int, height: int) -> list[Line]:
    lines: list[Line] = [_head(page.title, False, width)]
    if page.running:
        if page.all:
            done = page.done * 100 // page.all
            bar = "█" * (done * 20 // 100)
            text = _("{done} of {all} · {percent} %   Esc stops").format(done=page.done, all=page.all, percent=done)
            lines.append(((f" {bar:<20} {text}", "accent"),))
        else:
            lines.append(((f" {_('running…   Esc stops')}", "accent"),))
    elif page.stopped:
        lines.append(((f" {_('Stopped: this is what it had found.')}", "warning"),))
    if page.enables and not page.running:
        lines.append(((f" {_('Space puts it in force · Esc leaves it as it is')}", "accent"),))
    room = height - len(lines)
    lines += page.lines[page.top : page.top + room]
    return _filled(lines, height)


def text_lines(texts: Sequence[str], width: int, role: str = "text") -> list[Line]:
    """Plain texts as lines of a page."""
    return [((f" {line}", role),) for text in texts for line in wrap(text, width - 2)]


def error_line(error: DeskError, width: int) -> list[Line]:
    return text_lines([render_error(error)], width, "danger")
