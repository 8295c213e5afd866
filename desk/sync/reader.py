"""How sync reads: a port, so that a test reads in process and the real thing in limited worker processes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from desk.reading.records import Mail, Understanding

Read = tuple[Mail | str, Understanding | None]
"""A mail and what it wants, or the reason why it cannot be read."""


class Reader(Protocol):
    def mails(self, raws: Iterable[bytes]) -> Iterator[Read]:
        """In input order; takes input only as it is needed."""

    def texts(self, texts: Sequence[tuple[str, str]]) -> Iterator[Understanding]:
        """`(text, subject)` of messages that arrive parsed, in input order."""

    def close(self) -> None: ...


class InProcess:
    """Reads right here: for trusted input and tests."""

    def mails(self, raws: Iterable[bytes]) -> Iterator[Read]:
        from desk.reading.errors import Unreadable
        from desk.reading.parse import read_mail
        from desk.reading.understand import understand

        for raw in raws:
            try:
                mail = read_mail(raw)
            except Unreadable as exc:
                yield str(exc), None
            else:
                yield mail, understand(mail.text, mail.subject)

    def texts(self, texts: Sequence[tuple[str, str]]) -> Iterator[Understanding]:
        from desk.reading.understand import understand

        for text, subject in texts:
            yield understand(text, subject)

    def close(self) -> None:
        """Nothing is held open."""


class Pooled(InProcess):
    """Mails in limited worker processes, where one that hangs or crashes its reader costs only itself."""

    def __init__(self, workers: int = 1) -> None:
        from desk.reading.pool import ReadingPool

        self._pool = ReadingPool(workers)

    def mails(self, raws: Iterable[bytes]) -> Iterator[Read]:
        for mail, meaning in self._pool.read(raws):
            yield (mail, meaning) if isinstance(mail, Mail) else (str(mail), None)

    def close(self) -> None:
        self._pool.close()
