"""Writing a reply or a note under the thread, and the bar that asks before it leaves."""

from __future__ import annotations

from dataclasses import dataclass, field

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import TextArea

from app.lines import Line
from app.safe import cells, headed, width_of
from app.widgets.lines import Lines
from app.words import _


@dataclass(slots=True)
class Writing:
    """What is being written: to whom, as whom, and what the thread was when it began."""

    kind: str
    ticket_id: int
    base_seq: int
    account: str = ""
    to: tuple[str, ...] = ()
    subject: str = ""
    language: str = ""
    template_id: str = ""
    saved: str = field(default="", repr=False)
    """The text as it is on disk."""


class _Head(Lines):
    def __init__(self, writing: Writing) -> None:
        super().__init__()
        self.writing = writing
        self.styles.height = 1

    def line(self, y: int) -> Line:
        w, width = self.writing, self.size.width
        if w.kind == "note":
            text, role = _(" Note on #{id}: only colleagues see it").format(id=w.ticket_id), "note"
        else:
            text, role = (
                _(" Reply to {who} · {account} · {subject}").format(
                    who=", ".join(w.to), account=w.account, subject=w.subject
                ),
                "us",
            )
        return ((headed(f"─{text} ", width), role),)


class _Review(Lines):
    """The bar under the text: what will leave, from which account, to whom."""

    def __init__(self, writing: Writing) -> None:
        super().__init__()
        self.writing = writing
        self.styles.height = 1
        self.asking = False
        self.problem = ""

    def line(self, y: int) -> Line:
        w, width = self.writing, self.size.width
        if self.problem:
            return ((f" {cells(self.problem, width - 2)}", "danger"),)
        if not self.asking:
            return ((_(" Esc: send, park or discard · saved as you write"), "muted"),)
        if w.kind == "note":
            return ((_(" Keep this note on #{id}?").format(id=w.ticket_id), "note"),)
        text = _(" Send as {account} → {who}").format(account=w.account, who=", ".join(w.to))
        tail = f"   {w.language}" if w.language else ""
        return ((cells(text, min(width_of(text), width - 8)), "us"), (tail, "muted"))


class Composer(Vertical):
    """Header, text, review bar; sits under the thread."""

    DEFAULT_CSS = """
    Composer { height: 55%; }
    Composer TextArea { border: none; padding: 0 1; height: 1fr; background: $dh-background-bg; scrollbar-size: 0 0; }
    Composer TextArea:focus { border: none; }
    """

    def __init__(self, writing: Writing, text: str) -> None:
        super().__init__()
        self.writing = writing
        self.head, self.review = _Head(writing), _Review(writing)
        self.area = TextArea(text, soft_wrap=True, show_line_numbers=False, tab_behavior="focus")
        self.early = ""
        """What was typed before the area could take it."""
        self.area.cursor_blink = False
        self.area.highlight_cursor_line = False

    def compose(self) -> ComposeResult:
        yield self.head
        yield self.area
        yield self.review

    @property
    def text(self) -> str:
        return self.area.text + self.early

    def ready(self, asking: bool) -> None:
        """The area can take keys now, and what was typed meanwhile."""
        early, self.early = self.early, ""
        self.ask(asking)
        self.area.move_cursor(self.area.document.end)
        if early:
            self.area.insert(early)

    def ask(self, asking: bool) -> None:
        """Shows the question instead of the hint; the text keeps where it is."""
        self.review.asking, self.review.problem = asking, ""
        self.review.refresh()
        if asking:
            self.screen.set_focus(None)
        else:
            self.screen.set_focus(self.area)

    def object_to(self, problem: str) -> None:
        """Says in the bar why it does not leave."""
        self.review.problem = problem
        self.review.refresh()
