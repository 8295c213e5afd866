"""Tells a person at the workstation what happened that is theirs: top line, bell, notice of the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app import terminals
from app.notify import GAP_MS

if TYPE_CHECKING:
    from app.workstation import Workstation
    from store.events import Event

TOAST_S = 12.0
"""How long the top line says it."""


class Telling:
    """Bell and notice at most every `GAP_MS`; what comes in between waits and is told together."""

    def __init__(self, desk: Workstation) -> None:
        self.desk = desk
        self._waiting: list[tuple[Event, tuple[str, ...]]] = []
        self._rang_at = 0
        self._about: set[int | None] = set()

    def take(self, told: Sequence[tuple[Event, tuple[str, ...]]]) -> None:
        """Events and the ways in which each is told."""
        desk = self.desk
        if shown := [event for event, ways in told if "toast" in ways]:
            from app.told_me import toast

            desk.toast = toast(shown, desk.session.mentions(), desk.session.reader())
            self._about = {event.ticket_id for event in shown}
            desk.desk_screen.show_status()
            desk.soon("toast", TOAST_S, self._gone)
        self._waiting += [one for one in told if set(one[1]) - {"toast"}]
        if self._waiting:
            left = self._rang_at + GAP_MS - desk.session.now
            if left <= 0:
                self._ring()
            else:
                desk.soon("ring", left / 1000, self._ring)

    def looked_at(self, ticket_id: int) -> None:
        """What the top line says of a ticket need not be said once it was opened."""
        self._about.discard(ticket_id)
        if self.desk.toast and not self._about:
            self._gone()

    def _gone(self) -> None:
        self.desk.not_now("toast")
        self.desk.toast = ""
        self.desk.desk_screen.show_status()

    def _ring(self) -> None:
        told, self._waiting, self._rang_at = self._waiting, [], self.desk.session.now
        if any("bell" in ways for _event, ways in told):
            self.desk.bell()
        if shown := [event for event, ways in told if "desktop" in ways]:
            self.desk.job(self._notice(shown))

    async def _notice(self, shown: Sequence[Event]) -> None:
        from os import environ

        from app.told_me import brief

        desk = self.desk
        terminal = await desk.know_terminal()
        kind = terminals.notifier(terminal, environ)
        if kind:
            *others, event = shown
            text = brief(event, desk.session.reader()) + (f"  +{len(others)}" if others else "")
            desk.send(terminals.notice(terminal, kind, desk.session.store.meta("name") or "Deskhand", text))
