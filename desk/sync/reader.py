"""How sync reads: a port, so that a test reads in process and the real thing in limited worker processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from desk.reading.records import Mail, Understanding

if TYPE_CHECKING:
    from desk.reading.learner import Learner

Read = tuple[Mail | str, Understanding | None]
"""A mail and what it wants, or the reason why it cannot be read."""


class Reader(Protocol):
    def mails(self, raws: Iterable[bytes]) -> Iterator[Read]:
        """In input order; takes input only as it is needed."""

    def texts(self, texts: Sequence[tuple[str, str]]) -> Iterator[Understanding]:
        """`(text, subject)` of messages that arrive parsed, in input order."""

    def teach(self, saved: str) -> None:
        """From now on with what `Learner.to_json` wrote; "" for the tables alone."""

    def close(self) -> None: ...


class InProcess:
    """Reads right here: for trusted input and tests."""

    def __init__(self) -> None:
        self._learner: Learner | None = None

    def teach(self, saved: str) -> None:
        if not saved:
            self._learner = None
            return
        from desk.reading.learner import Learner

        self._learner = Learner.from_json(saved)

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
                yield mail, understand(mail.text, mail.subject, learner=self._learner)

    def texts(self, texts: Sequence[tuple[str, str]]) -> Iterator[Understanding]:
        from desk.reading.understand import understand

        for text, subject in texts:
            yield understand(text, subject, learner=self._learner)

    def close(self) -> None:
        """Nothing is held open."""


class Pooled(InProcess):
    """Mails in limited worker processes, where one that hangs or crashes its reader costs only itself."""

    def __init__(self, workers: int = 1, learner: str = "") -> None:
        """`learner` is what `Learner.to_json` wrote, or "" for none."""
        from desk.reading.pool import ReadingPool

        super().__init__()
        self._workers, self._saved = workers, learner
        self._pool = ReadingPool(workers, learner)
        self._lock, self._reading = Lock(), Counter[ReadingPool]()
        super().teach(learner)

    def teach(self, saved: str) -> None:
        """Workers that are reading finish what they have with what they knew."""
        if saved == self._saved:
            return
        from desk.reading.pool import ReadingPool

        super().teach(saved)
        with self._lock:
            self._saved, before = saved, self._pool
            self._pool = ReadingPool(self._workers, saved)
            idle = not self._reading[before]
        if idle:
            before.close()

    def mails(self, raws: Iterable[bytes]) -> Iterator[Read]:
        with self._lock:
            pool = self._pool
            self._reading[pool] += 1
        try:
            for mail, meaning in pool.read(raws):
                yield (mail, meaning) if isinstance(mail, Mail) else (str(mail), None)
        finally:
            with self._lock:
                self._reading[pool] -= 1
                outdated = pool is not self._pool and not self._reading[pool]
            if outdated:
                pool.close()

    def close(self) -> None:
        self._pool.close()
