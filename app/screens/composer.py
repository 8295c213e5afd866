"""Writing a reply or a note under the thread, and the bar that asks before it leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from textual.app import ComposeResult
from textual.geometry import Region
from textual.strip import Strip
from textual.widgets import TextArea
from textual.widgets.text_area import Selection

from app.lines import Line, Run, heading
from app.safe import cells, width_of
from app.times import size_text
from app.typed import Word, going_on
from app.widgets.lines import LaidOutOnce, Lines
from app.words import _, ngettext
from desk.automation.templates import tags
from desk.enclosing import Enclosed
from store.values import fold

_SHOWN = 8
"""Snippets proposed at once."""
_DOUBTS = 3
"""Lines of warnings above the question at most."""


@dataclass(slots=True)
class Writing:
    """What is being written: to whom, as whom, and what the thread was when it began. `kind` is reply, note or aside, or
    names what it is about: `review:17`, `form:invoice`."""

    kind: str
    ticket_id: int
    base_seq: int
    account: str = ""
    to: tuple[str, ...] = ()
    subject: str = ""
    language: str = ""
    template_id: str = ""
    buyers: str = ""
    """The buyer's language."""
    team: tuple[str, ...] = ()
    """Colleagues a note can name."""
    cc: tuple[str, ...] = ()
    files: tuple[Enclosed, ...] = ()
    """What leaves with it."""
    saved: str = field(default="", repr=False)
    """The text as it is on disk."""

    @property
    def sort(self) -> str:
        """Its kind, whatever it is about."""
        return self.kind.partition(":")[0]

    @property
    def about(self) -> str:
        return self.kind.partition(":")[2]


def whom(w: Writing) -> str:
    """Whom it goes to, copies behind."""
    copies = "  Cc " + ", ".join(w.cc) if w.cc else ""
    return ", ".join(w.to) + copies


class Snippets(NamedTuple):
    """What `;name` puts into the text: the names, and the text of one."""

    names: tuple[str, ...] = ()
    text: Callable[[str], str] = str


class _Head(Lines):
    def __init__(self, writing: Writing) -> None:
        super().__init__()
        self.writing = writing
        self.styles.height = 1

    def line(self, y: int) -> Line:
        w, width = self.writing, self.size.width
        if w.kind == "note":
            text, role = _(" Note on #{id}: only colleagues see it").format(id=w.ticket_id), "note"
        elif w.sort == "review":
            shape = _(" PUBLIC answer to a review · {account} · {subject}")
            text, role = shape.format(account=w.account, subject=w.subject), "warning"
        elif w.sort == "form":
            shape = _(" {account}'s form “{subject}” to {who}")
            text, role = shape.format(account=w.account, subject=w.subject, who=whom(w)), "warning"
        elif w.kind == "aside":
            shape = _(" To {who}, not to the buyer · {account} · {subject}")
            text, role = shape.format(who=whom(w), account=w.account, subject=w.subject), "warning"
        else:
            text, role = (
                _(" Reply to {who} · {account} · {subject}").format(
                    who=whom(w), account=w.account, subject=w.subject
                ),
                "us",
            )
        if w.files:
            text = cells(text, max(8, min(width_of(text), width - 30))) + f" · ⎙ {', '.join(f.name for f in w.files)}"
        return heading(text.strip(), width, role)


class _Review(Lines):
    """The bar under the text: what will leave, from which account, to whom."""

    def __init__(self, writing: Writing) -> None:
        super().__init__()
        self.writing = writing
        self.styles.height = 1
        self.asking = False
        self.problem = ""
        self.doubts: Sequence[Run] = ()
        """What to mind before it leaves, a line each above the question."""
        self.news: Sequence[Run] = ()
        """What was said in the ticket since one began."""
        self.gaps: Sequence[str] = ()
        self.names: Sequence[str] = ()
        self.mark = "@"

    def show(self) -> None:
        """Draws it anew, as tall as it needs to be."""
        height = 1 + (min(len(self.doubts), _DOUBTS) if self.asking else 0)
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height
        self.refresh()

    def line(self, y: int) -> Line:
        w, width = self.writing, self.size.width
        if self.problem and y == self.size.height - 1:
            return ((f" {cells(self.problem, width - 2)}", "danger"),)
        if not self.asking:
            if self.news:
                return ((f" {cells(self.news[-1][0], width - 2)}", self.news[-1][1]),)
            if self.names:
                names = "  ".join(f"{self.mark}{name}" for name in self.names)
                return ((" Tab ", "key"), (names, "note"))
            if self.gaps:
                return ((_(" gaps: {names}").format(names=", ".join(self.gaps)), "warning"), ("   Tab", "key"),
                        (_(" next gap"), "muted"))  # fmt: skip
            hint = _(" Esc: send, park or discard · saved as you write")
            more = _(" · ;name Tab puts a template in")
            return ((hint + (more if width_of(hint) + width_of(more) <= width else ""), "muted"),)
        if y < self.size.height - 1:
            text, role = self.doubts[y]
            return ((f" {cells(text, width - 2)}", role),)
        if w.kind == "note":
            return ((_(" Keep this note on #{id}?").format(id=w.ticket_id), "note"),)
        text = _(" Send as {account} → {who}").format(account=w.account, who=whom(w))
        tail = f"   {w.language}" if w.language else ""
        if w.files:
            count = ngettext("{count} file", "{count} files", len(w.files)).format(count=len(w.files))
            tail += f"   ⎙ {count}, {size_text(sum(f.size for f in w.files))}"
        return ((cells(text, min(width_of(text), width - 3 - width_of(tail))), "us"), (tail, "muted"))


class _Area(TextArea):
    """Textual's, which sends all its rows for every letter; this one sends those that changed. And it falls over when it
    is drawn once more after it was taken away: a window that changes its size just then has it in its layout still."""

    _due = False

    def __init__(self, text: str) -> None:
        self._sent: dict[int, Strip] = {}
        """Row → what the terminal has there."""
        super().__init__(text, soft_wrap=True, show_line_numbers=False, tab_behavior="focus")

    def render_lines(self, crop: Region) -> list[Strip]:
        if self.parent is None:
            return [Strip.blank(crop.width)] * crop.height
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        strip = self._sent[y] = super().render_line(y)
        return strip

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        if regions or layout or recompose or not repaint or not self._sent:
            return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        if not self._due:  # once what is under way is done, and the text as it will be
            self._due = True
            self.call_next(self._repaint)
        return self

    def _repaint(self) -> None:
        self._due = False
        width, height = self.outer_size
        rows = [y for y in range(height) if self._sent.get(y) != super(_Area, self).render_line(y)]
        if rows and self.parent is not None:
            super().refresh(*(Region(0, y, width, 1) for y in rows))


class Composer(LaidOutOnce):
    """Header, text, review bar; sits under the thread."""

    DEFAULT_CSS = """
    Composer { height: 55%; overflow: hidden hidden; }
    Composer TextArea { border: none; padding: 0 1; height: 1fr; background: $dh-background-bg; scrollbar-size: 0 0; }
    Composer TextArea:focus { border: none; }
    """

    def __init__(self, writing: Writing, text: str, snippets: Snippets, begin: Callable[[], object]) -> None:
        """`begin` is called once it is there, before it is drawn: what takes the focus later has everything laid out and
        drawn once more."""
        super().__init__()
        self.writing, self.snippets, self._begin = writing, snippets, begin
        self.head, self.review = _Head(writing), _Review(writing)
        self.area = _Area(text)
        self.early = ""
        """What was typed before the area could take it."""
        self.gaps: list[str] = []
        """Names of the template's gaps that are still in the text."""
        self._missing()
        self.area.cursor_blink = False
        self.area.highlight_cursor_line = False

    def compose(self) -> ComposeResult:
        yield self.head
        yield self.area
        yield self.review

    def on_mount(self) -> None:
        self._begin()

    @property
    def text(self) -> str:
        return self.area.text + self.early

    def ready(self, asking: bool, doubts: Sequence[Run] = ()) -> None:
        """The area can take keys now, and what was typed meanwhile. The cursor stands at the first gap, else at the end."""
        early, self.early = self.early, ""
        self.ask(asking, doubts)
        self.area.move_cursor(self.area.document.end)
        if self.gaps and not early:
            self.area.move_cursor((0, 0))
            self.next_gap()
        if early:
            self.area.insert(early)

    # Gaps and names ------------------------------------------------------------------------------

    def on_text_area_changed(self) -> None:
        self._missing()

    def on_text_area_selection_changed(self) -> None:
        self._propose()

    def _missing(self) -> None:
        self.gaps = list(dict.fromkeys(tag.path for tag in tags(self.text))) if self.writing.kind == "reply" else []
        if self.gaps != self.review.gaps:
            self.review.gaps = self.gaps
            self.review.refresh()
        self._propose()

    def _propose(self) -> None:
        snippets = self._asked()
        mark = ";" if snippets else "@"
        names = [w.text for w in snippets[:_SHOWN]] or [word.text.strip() for word in self._names()]
        if (mark, names) != (self.review.mark, self.review.names):
            self.review.mark, self.review.names = mark, names
            self.review.refresh()

    def _names(self) -> Sequence[Word]:
        """Colleagues whose name begins as what is typed behind an @."""
        if self.writing.kind != "note" or not self.is_mounted:
            return []
        row, column = self.area.cursor_location
        return going_on(self.writing.team, mark="@")(self.area.document.get_line(row), column)

    def _asked(self) -> Sequence[Word]:
        """Snippets whose name begins as what is typed behind a `;`; the whole of `;nam` is what one of them replaces."""
        if not self.is_mounted:
            return []
        row, column = self.area.cursor_location
        line = self.area.document.get_line(row)
        start = line.rfind(";", 0, column)
        typed = fold(line[start + 1 : column])
        if start < 0 or (start and not line[start - 1].isspace()) or " " in typed:
            return []
        return [Word(name, start, column) for name in self.snippets.names if fold(name).startswith(typed)]

    def complete(self) -> None:
        """Takes the first proposal, else goes to the next gap."""
        names, snippets = self._names(), self._asked()
        if snippets:
            row, _column = self.area.cursor_location
            first = snippets[0]
            self.area.replace(self.snippets.text(first.text), (row, first.start), (row, first.end))
        elif names:
            row, _column = self.area.cursor_location
            first = names[0]
            self.area.replace(first.text, (row, first.start), (row, first.end))
        else:
            self.next_gap()

    def next_gap(self) -> None:
        """Selects the next gap behind the cursor, round the end: what is typed then takes its place."""
        found = [(_place(self.text, tag.start), _place(self.text, tag.end)) for tag in tags(self.text)]
        if found:
            here = max(self.area.selection.start, self.area.selection.end)
            start, end = next((f for f in found if f[0] >= here), found[0])
            self.area.selection = Selection(start, end)
            self.area.scroll_cursor_visible()

    def ask(self, asking: bool, doubts: Sequence[Run] = ()) -> None:
        """Shows the question instead of the hint, under what to mind first; the text keeps where it is."""
        self.review.asking, self.review.problem, self.review.doubts = asking, "", doubts
        self.review.show()
        if asking:
            self.screen.set_focus(None)
        else:
            self.screen.set_focus(self.area, scroll_visible=False)

    def meanwhile(self, news: Sequence[Run]) -> None:
        """Says what was said in the ticket since one began."""
        self.review.news = news
        self.review.refresh()

    def object_to(self, problem: str, news: Sequence[Run] = ()) -> None:
        """Says in the bar why it does not leave, under what is new."""
        self.review.problem = problem
        if news:
            self.review.doubts = news[-_DOUBTS:]
        self.review.show()


def _place(text: str, offset: int) -> tuple[int, int]:
    """Row and column of an offset."""
    return text.count("\n", 0, offset), offset - (text.rfind("\n", 0, offset) + 1)
