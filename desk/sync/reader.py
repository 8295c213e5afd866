"""How sync reads: a port, so that a test reads in process and the real thing in limited worker processes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from desk.reading.records import Mail, Understanding

Read = tuple[Mail | str, Understanding | None]
"""A mail and what it wants, or the reason why it cannot be read."""


class Reader(Protocol):
    def mails(self, raws: Sequence[bytes]) -> Iterator[Read]:
        """In input order."""

    def texts(self, texts: Sequence[tuple[str, str]]) -> Iterator[Understanding]:
        """`(text, subject)` of messages that arrive parsed, in input order."""


class InProcess:
    """Reads right here: for trusted input and tests."""

    def mails(self, raws: Sequence[bytes]) -> Iterator[Read]:
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
