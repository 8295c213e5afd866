"""Who waits for the write lock says so, by a shared lock on the desk's folder, so that whoever writes much gives way at
once, and only then. The system lets go of a lock whose process died."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def waiting(folder: Path) -> Iterator[None]:
    """Says that somebody waits, as long as the block lasts."""
    held = -1
    with suppress(OSError):  # a file system without such locks: one waits as long as one waits
        held = os.open(folder, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_SH)
    try:
        yield
    finally:
        if held >= 0:
            os.close(held)


def asked(folder: Path) -> bool:
    """Whether somebody waits, in this process or another (about 5 µs)."""
    try:
        held = os.open(folder, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as refused:
        return isinstance(refused, BlockingIOError)
    finally:
        os.close(held)
    return False
