"""The line to the terminal, on Textual's driver: it notices when nobody is at the other end any more, and it can ask.

Textual's own reads a closed line over and over without end, and stops for good at a write that cannot be done. Here
either is the end of the session: drafts are saved, and a few seconds later the process is gone, whatever hangs.
"""

from __future__ import annotations

import asyncio
import os
import select
import selectors
import threading
import time
from codecs import getincrementaldecoder
from collections.abc import Callable
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any

from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from app.sgr import shorter
from app.terminals import Answers, complete

if TYPE_CHECKING:
    from textual.app import App

GRACE_S = 4.0
"""How long after the line is lost the process may take to put things away."""
_PIECE = 1 << 16
_LATE_S = 3.0
"""So much later than anybody waited for it an answer may still come, in pieces."""


class Sink:
    """Where frames go. Once a write fails everything more is dropped: who waits for it to be written goes on."""

    def __init__(self, file: IO[str], lost: Callable[[], None]) -> None:
        self._fd = file.fileno()
        self._lost = lost
        self._waiting: list[str] = []
        self.dead = False

    def fileno(self) -> int:
        return self._fd

    def isatty(self) -> bool:
        return os.isatty(self._fd)

    def write(self, text: str) -> int:
        self._waiting.append(shorter(text))
        if len(text) > _PIECE:
            self.flush()
        return len(text)

    def flush(self) -> None:
        data = memoryview("".join(self._waiting).encode("utf-8", "replace"))
        self._waiting.clear()
        while data and not self.dead:
            try:
                data = data[os.write(self._fd, data[:_PIECE]) :]
            except BlockingIOError:  # somebody made the terminal non-blocking
                select.select([], [self._fd], [], 1.0)
            except OSError:
                self.dead = True
                self._lost()


class Call(threading.Event):
    """An event one can wait for along with what comes down a line: `fd` can be read while it is set."""

    def __init__(self) -> None:
        super().__init__()
        self.fd, self._in = os.pipe()

    def set(self) -> None:
        if not self.is_set():
            super().set()
            os.write(self._in, b"!")

    def clear(self) -> None:
        if self.is_set():
            os.read(self.fd, 1)
            super().clear()


class Tty(LinuxDriver):
    """Its app has `last_words`, which is called once when the line is lost."""

    def __init__(self, app: App[Any], **more: Any) -> None:
        super().__init__(app, **more)
        self._loop = asyncio.get_running_loop()
        self._file: Any = Sink(self._file, self.lost)
        self._answers = Answers()
        self._asked: asyncio.Future[None] | None = None
        self._told = ""
        self._until = 0.0
        """Until when (monotonic) an answer may come."""
        self._gone = threading.Event()
        self._doomed = False
        self.exit_event = self._over = Call()

    # The end ------------------------------------------------------------------------------------

    def lost(self) -> None:
        """Nobody is there any more. Called by any thread, any number of times."""
        if self._gone.is_set():
            return
        self._gone.set()
        self.doom()
        with suppress(RuntimeError):  # the loop has ended already
            self._loop.call_soon_threadsafe(getattr(self._app, "last_words", self._app.exit))

    def doom(self) -> None:
        """The process ends within `GRACE_S`, if it does not end by itself before."""
        if self._doomed:
            return
        self._doomed = True
        timer = threading.Timer(GRACE_S, os._exit, (1,))
        timer.daemon = True
        timer.start()

    # Input --------------------------------------------------------------------------------------

    def run_input_thread(self) -> None:
        """What is typed becomes events, what the terminal answers does not. Sleeps until something comes; only what has
        just begun, as an Esc, is looked at again after a tenth of a second without more."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            selector.register(self._over.fd, selectors.EVENT_READ)
            begun = False
            while not self._over.is_set():
                ready = any(key.fd == self.fileno for key, _mask in selector.select(0.1 if begun else None))
                data = self._read() if ready else b""
                if data is None:
                    self.lost()
                    break
                typed, answered = self._answers.take(decode(data), quiet=not ready, expecting=time.monotonic() < self._until)
                if answered:
                    self._hear(answered)
                if typed:
                    for event in parser.feed(typed):
                        self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)
                begun = ready or parser._timeout_time is not None
        with suppress(EOFError, ParseError):
            for _event in parser.feed(""):
                continue

    def _read(self) -> bytes | None:
        """What has come; None once nothing can come any more."""
        try:
            return os.read(self.fileno, 4096) or None
        except BlockingIOError:
            return b""
        except OSError:  # hung up
            return None

    def heed_mouse(self, wanted: bool) -> None:
        """Asks the terminal to tell of the mouse, or no more."""
        self._disable_mouse_support()
        self._mouse = wanted
        self._enable_mouse_support()

    # Asking -------------------------------------------------------------------------------------

    async def ask(self, question: str, seconds: float) -> str:
        """What the terminal answers; at most what came in time. One question at a time."""
        if self._asked is not None or not self.input_tty or self._gone.is_set():
            return ""
        self._told, self._until = "", time.monotonic() + _LATE_S
        self._asked = self._loop.create_future()
        self.write(question)
        self.flush()
        try:
            await asyncio.wait_for(self._asked, seconds)
        except TimeoutError:
            pass
        finally:
            self._asked = None
        return self._told

    def _hear(self, answered: str) -> None:
        def tell() -> None:
            if self._asked is None:
                return
            self._told += answered
            if complete(self._told) and not self._asked.done():
                self._asked.set_result(None)

        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(tell)
