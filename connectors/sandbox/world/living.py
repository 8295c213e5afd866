"""What happens by and by: a thread that does each thing when it is due, or a test that moves the time by hand."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: until somebody first writes, between two who write, until an answer. `answers` is how many of our replies
    get one."""

    first: float = 25.0
    between: tuple[float, float] = (45.0, 90.0)
    answer: tuple[float, float] = (15.0, 40.0)
    answers: float = 0.75


class Living:
    """`with` it, and what is planned happens in a thread. `tick` does the same by hand, for tests. `clock` counts seconds
    from any origin."""

    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._places = itertools.count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._live, daemon=True, name=name)

    def begin(self) -> None:
        """Plans what happens first; called when it begins to live."""

    def __enter__(self) -> Self:
        self.begin()
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._stopping = True
        self._wake.set()
        self._thread.join(timeout=5)

    def plan(self, seconds: float, act: Callable[[], None]) -> None:
        """`act` is done that many seconds from now."""
        with self._lock:
            heapq.heappush(self._due, (self._clock() + seconds, next(self._places), act))
        self._wake.set()

    def tick(self, at: float) -> float | None:
        """Does everything that is due at `at` (of `clock`); says when the next thing is, None when nothing is."""
        while True:
            with self._lock:
                if not self._due or self._due[0][0] > at:
                    return self._due[0][0] if self._due else None
                _, _, act = heapq.heappop(self._due)
            act()

    def _live(self) -> None:
        while not self._stopping:
            following = self.tick(self._clock())
            self._wake.wait(None if following is None else max(0.0, following - self._clock()))
            self._wake.clear()
