"""The inbox list: one row a ticket, the due cell leftmost. The row under the cursor moves only when its person moves it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip

from app.columns import columns
from app.lines import Line
from app.listing import Listing
from app.safe import cells
from app.widgets.lines import Drawn
from app.words import _, ngettext
from desk.clocks.countdown import PAUSED, Cell, cell
from desk.vocabulary import TYPES
from store.sql.rows import TicketLine
from store.values import NEVER, Instant

_DUE_ROLE = {"over": "danger", "warn": "warning", "fine": "", "none": "muted"}


class TicketList(Drawn):
    """Draws a `Listing`. `top` is the listing's index of the first row shown."""

    class Picked(Message):
        """A row was clicked; `opened` for a second click on the same row."""

        def __init__(self, index: int, opened: bool) -> None:
            super().__init__()
            self.index, self.opened = index, opened

    class Scrolled(Message):
        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def __init__(self, listing: Listing) -> None:
        super().__init__(id="list")
        self.listing = listing
        self.top = 0
        self.range_from: int | None = None
        """The ticket a range of marks begins at, while one is being drawn."""
        self.marked_before: Set[int] = frozenset()
        self._now: Instant = 0
        self._drawn: dict[int, tuple[object, Strip]] = {}
        self._lacking: tuple[object, Sequence[Line]] = (None, ())

    def forget(self) -> None:
        """Colours changed: every row is drawn anew."""
        self._drawn.clear()
        self.refresh()

    # Drawing ------------------------------------------------------------------------------------

    @property
    def rows(self) -> int:
        """Rows for tickets: the last line of the pane is the arrivals bar while there is one."""
        return max(1, self.size.height - bool(self.listing.arrivals))

    def render_line(self, y: int) -> Strip:
        width, index = self.size.width, self.top + y
        if self.listing.arrivals and y == self.size.height - 1:
            return self.strip(self._arrivals(width), width)
        if index >= len(self.listing.lines):
            lines = self._empty() if not self.listing.lines else ()
            at = y - min(3, self.size.height // 3)
            return self.strip(lines[at] if 0 <= at < len(lines) else (), width)
        line = self.listing.lines[index]
        here = index == self.listing.cursor
        marked = line.id in self.listing.marks
        due = self._due(line)
        key = (line, here, marked, line.id in self.listing.gone, due.text, self.desk.there.get(line.id), width,
               self.desk.marker)  # fmt: skip
        kept = self._drawn.get(line.id)
        if kept is not None and kept[0] == key:
            return kept[1]
        strip = self._row(line, due.text, due.level, here=here, marked=marked, width=width)
        if len(self._drawn) > 400:
            self._drawn.clear()
        self._drawn[line.id] = (key, strip)
        return strip

    def _due(self, line: TicketLine) -> Cell:
        waits = line.due_at >= NEVER and line.status in ("pending", "on_hold")
        return PAUSED if waits else cell(line.due_at, self._now, line.warn_at)

    def _row(self, line: TicketLine, due: str, level: str, *, here: bool, marked: bool, width: int) -> Strip:
        gone = line.id in self.listing.gone
        role = "muted" if gone else "strong" if line.unread else "text"
        due_role = _DUE_ROLE[level] or role
        if here:
            role = due_role = "selection"
        first = ("+" if marked else " ") + due + " "
        before, who, gap, subject, behind = self._rest(line, width - len(first))
        if self.desk.marker is not None:
            return Strip([
                Segment(first, self.style(due_role)), Segment(before, self.style(role)), *self._hits(who, role),
                Segment(gap, self.style(role)), *self._hits(subject, role), Segment(behind, self.style(role)),
            ], width)  # fmt: skip
        rest = before + who + gap + subject + behind
        if due_role == role:
            return Strip([Segment(first + rest, self.style(role))], width)
        return Strip([Segment(first, self.style(due_role)), Segment(rest, self.style(role))], width)

    def _hits(self, text: str, role: str) -> Iterator[Segment]:
        """A field with what the search found in it set apart."""
        from app.marking import split

        look, marker = self.desk.look, self.desk.marker
        assert marker is not None
        for piece, is_role in split(text, role, marker):
            on_bar = is_role != role and role == "selection" and look.theme.colourless
            yield Segment(piece, look.on("match", "selection") if on_bar else self.style(is_role))

    def _rest(self, line: TicketLine, width: int) -> tuple[str, str, str, str, str]:
        """What stands behind the due cell: text, the customer, text, the subject, text."""
        there = self.desk.there.get(line.id)
        owner = line.assignee_id or "–"
        sign = " " if there is None else "✎" if there[1] else "·"
        if there is not None:
            owner = there[0]
        wide = columns(width)
        label = f"{cells(line.label, wide.label)} " if wide.label else ""
        before = f"{label}{cells(_(TYPES.get(line.type, TYPES['other'])), wide.type)} "
        subject = line.subject if line.priority < 3 else f"! {line.subject}"
        return before, cells(line.customer, wide.who), " ", cells(subject, wide.subject), f" {cells(owner, wide.owner)}{sign}"

    def _arrivals(self, width: int) -> Line:
        count = len(self.listing.arrivals)
        text = ngettext("{count} new (press R)", "{count} new (press R)", count).format(count=count)
        return ((f" ── {text} " + "─" * 12, "accent"),)

    def _empty(self) -> Sequence[Line]:
        if steps := self.first_steps():
            return steps
        text = (_("Nothing here. F shows the whole view, g i the inbox.") if self.desk.filtered
                else _("Nothing here: all done. New mail shows up by itself."))  # fmt: skip
        return ((("   " + text, "muted"),),)

    def first_steps(self) -> Sequence[Line]:
        """What a new desk still lacks, in its empty inbox; read anew when somebody changed something, and every minute."""
        if self.listing.lines or self.desk.filtered or self.desk.view_id != "inbox":
            return ()
        session = self.desk.session
        seen = (session.store.changed(), session.now // 60_000)
        if self._lacking[0] != seen:
            from app.first.lacks import lines, unfinished

            steps = unfinished(session.store.conn, session.agent.id, session.now)
            self._lacking = (seen, lines(steps, self.desk.bindings.shown("go.first_steps", "list")) if steps else ())
        return self._lacking[1]

    def recheck(self) -> None:
        """Draws the first steps anew where they read differently."""
        before = self._lacking[1]
        if not self.listing.lines and self.first_steps() != before:
            self.refresh()

    # Moving -------------------------------------------------------------------------------------

    def moved(self, before: int) -> None:
        """The listing's cursor moved from `before`: repaints two rows, or the pane when it had to scroll."""
        now, rows = self.listing.cursor, self.rows
        if self.top <= now < self.top + rows and self.range_from is None:
            self.repaint((before - self.top, now - self.top))
        else:
            self.follow()
            self.refresh()

    def follow(self) -> None:
        """Scrolls as far as it takes to show the cursor row; a hidden pane has no height yet and follows when shown."""
        if not self.size.height:
            return
        now, rows = self.listing.cursor, self.rows
        if now < self.top:
            self.top = now
        elif now >= self.top + rows:
            self.top = now - rows + 1
        self.top = max(0, min(self.top, max(0, len(self.listing.lines) - 1)))

    def altered(self, indexes: Iterable[int]) -> None:
        """Rows of the listing look different."""
        self.repaint(i - self.top for i in indexes)

    # Time ---------------------------------------------------------------------------------------

    def tick(self, now: Instant) -> Instant:
        """Repaints due cells that read differently at `now`; returns when the next one will."""
        before, self._now = self._now, now
        changed, soonest = [], NEVER
        for y, line in enumerate(self.listing.lines[self.top : self.top + self.rows]):
            due = cell(line.due_at, now, line.warn_at)
            soonest = min(soonest, due.changes_at)
            if before and cell(line.due_at, before, line.warn_at).text != due.text:
                changed.append(y)
        self.repaint(changed)
        return soonest

    # Mouse --------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        index = self.top + event.y
        if index < len(self.listing.lines):
            self.post_message(self.Picked(index, opened=index == self.listing.cursor))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.post_message(self.Scrolled(3))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.post_message(self.Scrolled(-3))
