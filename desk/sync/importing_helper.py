"""Lines prepared here, or in another process while this one stores what came before."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context, parent_process

from desk.sync.importing_lines import Prepared, prepare
from store.values import Instant

Batches = Iterator[tuple[Sequence[tuple[str, bytes]], int]]


def here(batches: Batches, classify_from: Instant) -> Iterator[tuple[Prepared, int]]:
    """What a few lines say, without another process."""
    for batch, size in batches:
        yield prepare(batch, classify_from), size


def elsewhere(batches: Batches, classify_from: Instant) -> Iterator[tuple[Prepared, int]]:
    """Lines are prepared in another process while this one stores what came before."""
    waiting: deque[tuple[Future[Prepared], int]] = deque()
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_quiet)
    try:
        for batch, size in batches:
            waiting.append((pool.submit(prepare, batch, classify_from), size))
            if len(waiting) > 2:
                made, done = waiting.popleft()
                yield made.result(), done
        while waiting:
            made, done = waiting.popleft()
            yield made.result(), done
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _quiet() -> None:
    """In the helper: Ctrl-C is the importer's business, and the helper never outlives it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
