"""How the other pages read: the versions of a record, and what a test found."""

from __future__ import annotations

from app.lines import Line
from app.safe import cells
from app.setup.drawn import bar, filled, head, window
from app.setup.fields import Paragraph
from app.setup.form import Form, differences
from app.setup.picks import Parts, Week
from app.setup.rooms import Reading
from app.setup.state import PAGE, HistoryPage, ReportPage, Setup
from app.times import stamp
from app.words import _
from app.wrap import wrap


def history_lines(page: HistoryPage, setup: Setup, desk: Reading, width: int, height: int) -> list[Line]:
    title = _("History of {name}").format(name=page.title)
    lines: list[Line] = [head(title, False, width)]
    if not page.versions:
        lines += [(), ((f" {_('It was never changed.')}", "muted"),)]
        return filled(lines, height)
    half = max(3, min(len(page.versions), height // 3))
    page.top = window(page.top, page.at, len(page.versions), half)
    for index in range(page.top, min(len(page.versions), page.top + half)):
        version = page.versions[index]
        when = stamp(version.at, desk.now, desk.zone)
        text = f" v{version.number:<4} {cells(when, 17)} {cells(version.by.id, 10)} {version.note}"
        role = bar(setup.column == PAGE) if index == page.at else "text"
        lines.append(((cells(text, width), role),))
    lines.append((("─" * width, "rule"),))
    current = page.current
    assert current is not None
    lines += compared(page, current.number, desk, width)
    return filled(lines, height)


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


def report_lines(page: ReportPage, width: int, height: int) -> list[Line]:
    lines: list[Line] = [head(page.title, False, width)]
    if page.watches:
        text = _("Esc leaves this page; it goes on") if page.running else _("Esc goes back to its form")
        lines.append(((f" {text}", "accent"),))
    elif page.running:
        if page.all:
            done = page.done * 100 // page.all
            filled_up = "█" * (done * 20 // 100)
            text = _("{done} of {all} · {percent} %   Esc stops").format(done=page.done, all=page.all, percent=done)
            lines.append(((f" {filled_up:<20} {text}", "accent"),))
        else:
            lines.append(((f" {_('running…   Esc stops')}", "accent"),))
    elif page.stopped:
        lines.append(((f" {_('Stopped: this is what it had found.')}", "warning"),))
    if page.proves and not page.running:
        lines.append(((f" {_('Nothing was saved. Esc goes back to the form · ^s saves it all the same')}", "warning"),))
    if page.enables and not page.running:
        lines.append(((f" {_('Space puts it in force · Esc leaves it as it is')}", "accent"),))
    room = height - len(lines)
    lines += page.lines[page.top : page.top + room]
    return filled(lines, height)
