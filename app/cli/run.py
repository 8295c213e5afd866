"""One run of a command: its options, and the desk, the agent and the zone, each opened when first asked for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import tzinfo
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app.cli.options import Options, Usage
from app.words import _, ngettext
from store.errors import DeskError
from store.values import Instant

if TYPE_CHECKING:
    from pathlib import Path

    from app.wire import Wired
    from store.connection import Connection
    from store.sql.rows import Agent
    from store.unit import Store, UnitOfWork


class Run:
    """`with Run(options) as run:` closes what it opened."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._opened: Wired | None = None

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._opened is None:
            return
        store = self._opened.store
        store.close()
        if error is not None and kind is not None and kind.__module__.startswith("sqlcipher3"):
            from store.connection import translated

            with translated(store.path):  # a damaged page met while reading is a sentence, too
                raise error

    @property
    def folder(self) -> Path:
        from app.wire import desk_folder

        return desk_folder(self.options.desk)

    @property
    def wired(self) -> Wired:
        """The open desk. Raises the store's errors."""
        if self._opened is None:
            from app.wire import open_desk

            self._opened = open_desk(self.folder)
        return self._opened

    @property
    def store(self) -> Store:
        return self.wired.store

    @property
    def conn(self) -> Connection:
        return self.wired.store.conn

    @property
    def now(self) -> Instant:
        return self.wired.store.clock.now()

    @cached_property
    def agent(self) -> Agent:
        """Who acts. Raises Invalid where nobody can be told."""
        from app.wire import who

        return who(self.store, self.options.agent)

    @cached_property
    def reader(self) -> Agent | None:
        """Who reads: the acting agent, None where nobody is named and nobody is bound to this Unix user."""
        import os

        from app.wire import who
        from store.errors import Invalid

        try:
            return who(self.store, self.options.agent)
        except Invalid:
            if self.options.agent or os.environ.get("DESKHAND_AGENT"):
                raise
            return None

    @property
    def me(self) -> str:
        return self.reader.id if self.reader else ""

    @cached_property
    def zone(self) -> tzinfo:
        """The zone times are shown and understood in: the agent's, else the machine's."""
        from app.cli.zone import machine_zone

        try:
            name = self.reader.zone if self.reader else machine_zone()
        except DeskError:  # a desk that does not open still has a doctor
            name = machine_zone()
        return ZoneInfo(name)

    @contextmanager
    def write(self) -> Iterator[UnitOfWork]:
        """One change of the desk by the acting agent."""
        from app.wire import acting

        with self.store.write(acting(self.agent)) as unit:
            yield unit

    def say(self, text: str) -> None:
        """A line to whoever watches: stderr, and only where data is not asked for as a document."""
        if self.options.format in ("", "table"):
            print(text, file=sys.stderr)

    def warn(self, text: str) -> None:
        """A line that must be seen, whatever the format."""
        print(text, file=sys.stderr)


def ticket_number(text: str) -> int:
    """`1042`, `#1042` → 1042. Raises Usage."""
    digits = text.removeprefix("#")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 16):
        raise Usage(_("{word} is not a ticket number.").format(word=text))
    return int(digits)


def tickets_said(count: int) -> str:
    """`1 ticket`, `3 tickets`."""
    return ngettext("{count} ticket", "{count} tickets", count).format(count=count)


def confirmed(question: str, yes: bool) -> bool:
    """Whether to go on: `--yes`, or a person says so. Raises Usage without a terminal to ask on."""
    if yes:
        return True
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Usage(_("This needs --yes where nobody can be asked."))
    print(question, end=" ", file=sys.stderr, flush=True)
    answer = sys.stdin.readline().strip().casefold()
    return answer in ("y", "yes", "j", "ja", "是", "好", "对")
