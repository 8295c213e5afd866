"""How a form reads: labels and values, what is wrong beside its line, the text being typed."""

from __future__ import annotations

from app.editing import LineEdit
from app.lines import Line
from app.safe import cells, width_of
from app.setup.drawn import Drawn, Place, filled, head
from app.setup.fields import Field, Paragraph, Secret
from app.setup.form import Form, Spot
from app.setup.picks import WEEKDAYS, Choice, Choices, Parts, Toggle, Week
from app.setup.rooms import Reading
from app.setup.state import FormPage
from app.setup.text_edit import TextEdit, rows
from app.words import _, render_error
from app.wrap import wrap

MOST_LINES = 4
"""Lines of a long text that show while nobody types in it."""


class _Lines:
    """Lines of a form as they are made, with where each spot stands."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.first: dict[Spot, int] = {}
        self.last: dict[Spot, int] = {}
        self.cursor: Place | None = None


def form_lines(page: FormPage, desk: Reading, title: str, dirty: bool, active: bool, width: int, height: int) -> Drawn:
    made = _Lines()
    form = page.form
    label = min(max((width_of(f.label) for f in form.shown() if not isinstance(f, Parts)), default=8), width * 2 // 5, 24)
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
    top: list[Line] = [head(title, dirty and page.asks, width)]
    foot = _foot(page, active, width)
    seen = max(1, height - len(top) - len(foot))
    last, first = made.last.get(spot, 0), made.first.get(spot, 0)
    if made.cursor is not None:
        first = last = made.cursor.y
    page.top = max(0, min(page.top, len(made.lines) - seen))
    page.top = min(first, max(page.top, last - seen + 1))
    lines = filled([*top, *filled(made.lines[page.top : page.top + seen], seen), *foot], height)
    page.seen = {key: y - page.top + len(top) for key, y in made.first.items() if 0 <= y - page.top < seen}
    cursor = made.cursor and Place(made.cursor.x, made.cursor.y - page.top + len(top))
    return Drawn(lines, cursor)


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
        edit = page.edit
        if isinstance(field, Secret):
            edit = LineEdit("•" * len(page.edit.text))
            edit.cursor = page.edit.cursor
        before, under, behind = edit.view(room)
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
