"""Walking the whole chain of the log beside the work: begun by a key, told when it is done, never waited for."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from app.words import _
from store import events
from store.errors import DeskError

if TYPE_CHECKING:
    from app.happened import Reader
    from app.workstation import Workstation
    from store.events import Verdict
    from store.values import Instant



class Verifying:
    """What is known of the chain in this session. Reading only: the thread may die with the program."""

    def __init__(self, desk: Workstation) -> None:
        self._desk, self.running = desk, False
        self.verdict: Verdict | None = None
        self.at: Instant = 0

    @classmethod
    def of(cls, desk: Workstation) -> Verifying:
        """The one of this session."""
        if desk.verifying is None:
            desk.verifying = cls(desk)
        return desk.verifying

    def said(self, reader: Reader) -> str:
        """What can honestly be said of it."""
        if self.running:
            return _("checking the whole log …")
        if self.verdict is None:
            return _("the log as a whole is not checked: c")
        if self.verdict.problem:
            return _("! LOG BROKEN after event {seq}: {why}").format(seq=self.verdict.intact_to, why=self.verdict.problem)
        return _("log intact to event {seq}, checked {when}").format(seq=self.verdict.intact_to, when=reader.when(self.at))

    def begin(self) -> None:
        """Starts a walk, unless one is under way."""
        if self.running:
            return
        self.running = True
        loop = asyncio.get_running_loop()

        def walk() -> None:
            try:
                with self._desk.session.store.aside() as conn:
                    found: Verdict | DeskError = events.verify(conn)
            except DeskError as error:
                found = error
            with suppress(RuntimeError):  # the program has left meanwhile
                loop.call_soon_threadsafe(self._done, found)

        threading.Thread(target=walk, name="verify", daemon=True).start()

    def _done(self, found: Verdict | DeskError) -> None:
        self.running = False
        if isinstance(found, DeskError):
            self._desk.fail(found)
        else:
            self.verdict, self.at = found, self._desk.session.now
            if found.problem:
                self._desk.say(_("the log was changed: keep this desk as it is and compare it with the last backup"), "danger")
            else:
                said = _("intact to event {seq}; keep its head {hash} elsewhere to prove it later")
                self._desk.say(said.format(seq=found.intact_to, hash=found.hash[:12]), "done")
        self._desk.acts.paging.news()
