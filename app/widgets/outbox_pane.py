"""The outbox: what is about to leave, what got stuck, what left last. Nothing leaves any other way."""

from __future__ import annotations

import json
from datetime import UTC, tzinfo

from app.lines import Line, heading
from app.safe import cells
from app.times import stamp
from app.told import told
from app.widgets.lines import Lines
from app.words import _
from store.errors import N_
from store.sql.rows import OutboxRow
from store.values import Instant

_STATES = {
    "held": (N_("held"), "us"),
    "claimed": (N_("sending"), "us"),
    "sent": (N_("sent"), "done"),
    "failed": (N_("not sent"), "danger"),
    "unknown": (N_("in doubt"), "danger"),
    "cancelled": (N_("taken back"), "muted"),
}


class OutboxPane(Lines):
    """Rows with a cursor; under the list, the whole text of the row it is on."""

    def __init__(self) -> None:
        super().__init__(id="outbox")
        self.entries: list[OutboxRow] = []
        self.cursor = 0
        self.zone: tzinfo = UTC
        self._now: Instant = 0

    def fill(self, rows: list[OutboxRow], now: Instant) -> None:
        keep = self.current.id if self.current else None
        self.entries, self._now = rows, now
        self.cursor = next((i for i, r in enumerate(rows) if r.id == keep), min(self.cursor, max(0, len(rows) - 1)))
        self.refresh()

    @property
    def current(self) -> OutboxRow | None:
        return self.entries[self.cursor] if self.entries else None

    def move(self, by: int) -> None:
        self.cursor = max(0, min(len(self.entries) - 1, self.cursor + by))
        self.refresh()

    def line(self, y: int) -> Line:
        width, half = self.size.width, max(4, self.size.height // 2)
        if y == 0:
            return heading(_("Outbox"), width)
        if not self.entries:
            return (
                ((_("   Nothing waits to leave. Replies wait here before they are sent."), "muted"),) if y == 2 else ()
            )
        if y < half:
            top = max(0, self.cursor - half + 2)
            index = top + y - 1
            return self._row(index, width) if index < len(self.entries) else ()
        if y == half:
            return ((("─" * width), "rule"),)
        return self._text(y - half - 1, width)

    def _row(self, index: int, width: int) -> Line:
        row = self.entries[index]
        payload = json.loads(row.payload)
        word, role = _STATES[row.state]
        left = -(-(row.hold_until - self._now) // 1000) if row.state == "held" else 0
        when = _("in {n} s").format(n=left) if left > 0 \
            else stamp(row.updated_at, self._now, self.zone)  # fmt: skip
        first = f" {cells(_(word), 11)} "
        rest = f"{cells(when, 12)} #{row.ticket_id:<6} {cells(row.agent_id, 6)} {cells(', '.join(payload['to']), 28)} "
        rest += told(row.error or row.warning) or payload["text"].replace("\n", " ")
        if index == self.cursor:
            return ((cells(first + rest, width), "selection"),)
        return ((first, role), (cells(rest, max(1, width - len(first))), "text"))

    def _text(self, y: int, width: int) -> Line:
        from app.wrap import wrap

        row = self.current
        if row is None:
            return ()
        payload = json.loads(row.payload)
        head = [_("To: {who}").format(who=", ".join(payload["to"])), payload["subject"]]
        if row.error:
            head.append(_("! {error}").format(error=told(row.error)))
        lines = [*head, "", *wrap(payload["text"], width - 2)]
        return ((f" {lines[y]}", "danger" if y == 2 and row.error else "text"),) if y < len(lines) else ()
