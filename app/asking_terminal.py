"""Asks the terminal what it can do, or tmux where it stands between; never waits long, never where the question would
be printed."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from app.terminals import (
    QUESTION,
    TMUX_QUESTION,
    WAIT_S,
    Terminal,
    guess,
    learned,
    learned_from_tmux,
    worth_asking,
)


async def know(driver: Any, environ: Mapping[str, str]) -> Terminal:
    """What the terminal can do. `driver` is Textual's; one that cannot ask (tests, other systems) leaves the guess."""
    guessed = guess(environ)
    if guessed.around and environ.get("TMUX"):
        return learned_from_tmux(guessed, await _of_tmux(), environ)
    if not worth_asking(guessed) or not hasattr(driver, "ask"):
        return guessed
    return _sized(learned(guessed, await driver.ask(QUESTION, WAIT_S), environ))


async def _of_tmux() -> str:
    """What tmux prints; "" where it does not."""
    tmux = shutil.which("tmux")
    if tmux is None:
        return ""
    process = await asyncio.create_subprocess_exec(
        tmux, *TMUX_QUESTION[1:], stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        out, _err = await asyncio.wait_for(process.communicate(), WAIT_S)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        return ""
    return out.decode("utf-8", "replace")


def _sized(terminal: Terminal) -> Terminal:
    """With the size of a cell, where the kernel was told the window's and the terminal did not say."""
    import fcntl
    import struct
    import termios

    if all(terminal.cell):
        return terminal
    with suppress(OSError, ValueError, AttributeError):
        answer = fcntl.ioctl(sys.__stderr__.fileno(), termios.TIOCGWINSZ, bytes(8))  # type: ignore[union-attr]
        lines, columns, width, height = struct.unpack("HHHH", answer)
        if lines and columns and width and height:
            return terminal._replace(cell=(width // columns, height // lines))
    return terminal
