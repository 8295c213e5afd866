"""How the first hour reads: the steps at the left where there is room, the one being asked beside them. Lines only."""

from __future__ import annotations

from app.first.course import Course
from app.lines import Line, Run, heading
from app.safe import cells, width_of
from app.setup.drawn import Drawn, Place, filled, text_lines
from app.setup.form_drawing import form_lines
from app.setup.state import FormPage, ReportPage
from app.words import _

SIDE_BY_SIDE = 100
"""From this width on the steps show."""
STEPS_WIDE = 22
_MOST_WIDE = 100
"""Text is not read well in longer lines."""


def draw(course: Course, made: ReportPage | None, width: int, height: int) -> Drawn:
    """The whole pane; `made` is what is said once the desk is there."""
    lines: list[Line] = [_top(course, made, width)]
    left = STEPS_WIDE if width >= SIDE_BY_SIDE else 0
    room = height - 1
    right = _made(made, width - left, room) if made else _step(course, width - left, room)
    steps = _steps(course, made is not None, left - 1, room) if left else []
    for y, line in enumerate(right.lines):
        rule: Run = ("│" if y else "─", "rule")
        lines.append((*steps[y], rule, *line) if left else line)
    cursor = right.cursor and Place(right.cursor.x + left, right.cursor.y + 1)
    return Drawn(lines, cursor)


def _top(course: Course, made: ReportPage | None, width: int) -> Line:
    """What this is, and how far one is."""
    name = _("a new desk")
    where = _("made") if made else _("step {n} of {all}").format(n=course.at + 1, all=len(course.steps))
    gap = max(2, width - width_of(f" Deskhand  {name}") - width_of(where) - 1)
    return ((" Deskhand", "strong"), (f"  {name}", "text"), (" " * gap, "text"), (where, "muted"))


def _steps(course: Course, done: bool, width: int, height: int) -> list[Line]:
    found: list[Line] = [heading(_("First hour"), width)]
    for number, step in enumerate(course.steps):
        here = number == course.at and not done
        glyph = "✓" if done or step.id in course.answers else "▸" if here else " "
        role = "selection_away" if here else "text" if number <= course.reached else "muted"
        mark = "done" if glyph == "✓" and not here else role
        found.append(((f" {glyph} ", mark), (cells(_(step.label), width - 3), role)))
    return [_filled_up(line, width) for line in filled(found, height)]


def _filled_up(line: Line, width: int) -> Line:
    left = width - sum(width_of(text) for text, _role in line)
    return (*line, (" " * left, "text")) if left > 0 else line


def _step(course: Course, width: int, height: int) -> Drawn:
    page = course.form_page
    assert page is not None
    wide = min(width, _MOST_WIDE)
    trail = [_(course.step.label), *(p.title for p in course.pages[1:] if isinstance(p, FormPage))]
    about = [] if page.part else [*text_lines([_(course.step.about)], wide, "muted"), ()]
    if len(about) > height // 2:
        about = []  # what is to be filled in comes first
    drawn = form_lines(page, course.reading, " › ".join(trail), False, True, wide, height - len(about))
    head, *rest = drawn.lines
    page.seen = {spot: y + len(about) + 1 for spot, y in page.seen.items()}
    cursor = drawn.cursor and Place(drawn.cursor.x, drawn.cursor.y + len(about))
    return Drawn([_ruled(head, width), *about, *rest], cursor)


def _ruled(head: Line, width: int) -> Line:
    """A head's rule as long as the pane."""
    left = width - sum(width_of(text) for text, _role in head)
    return (*head, ("─" * left, "rule")) if left > 0 else head


def _made(made: ReportPage, width: int, height: int) -> Drawn:
    lines: list[Line] = [heading(made.title, width)]
    made.top = max(0, min(made.top, len(made.lines) - (height - 1)))
    return Drawn(filled([*lines, *made.lines[made.top : made.top + height - 1]], height))
