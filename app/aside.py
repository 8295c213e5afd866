"""Work that may wait for somebody outside: on a thread of its own that nobody waits for when the program ends."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, TypeVar

_T = TypeVar("_T")


class Aside:
    """One thread that does one thing after the other. It begins with the first and ends with the program."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[tuple[Callable[[], Any], asyncio.AbstractEventLoop, asyncio.Future[Any]]] = SimpleQueue()
        self._thread: threading.Thread | None = None

    async def do(self, work: Callable[[], _T]) -> _T:
        """What `work` gives, or raises."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[_T] = loop.create_future()
        self._waiting.put((work, loop, future))
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, daemon=True, name="aside")
            self._thread.start()
        return await future

    def _work(self) -> None:
        while True:
            work, loop, future = self._waiting.get()
            result, error = None, None
            try:
                result = work()
            except Exception as exc:
                error = exc
            with suppress(RuntimeError):  # the program has ended meanwhile
                loop.call_soon_threadsafe(_settle, future, result, error)


def _settle(future: asyncio.Future[Any], result: object, error: Exception | None) -> None:
    if future.done():  # nobody waits any more
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)
