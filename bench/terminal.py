"""A terminal without a window: runs a command in a pty of a given size, types, and knows what the screen shows."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

import pyte

KEYS = {
    "Enter": "\r",
    "Esc": "\x1b[27u",  # as terminals send it that tell keys apart: what follows is never taken for a part of it
    "Tab": "\t",
    "S-Tab": "\x1b[Z",
    "Space": " ",
    "Backspace": "\x7f",
    "Up": "\x1b[A",
    "Down": "\x1b[B",
    "Right": "\x1b[C",
    "Left": "\x1b[D",
    "Home": "\x1b[H",
    "End": "\x1b[F",
    "PageUp": "\x1b[5~",
    "PageDown": "\x1b[6~",
    "Delete": "\x1b[3~",
    "F1": "\x1bOP",
    "F10": "\x1b[21~",
}
"""Names of keys beside characters; `^x` is Ctrl and x."""

# What pyte prints instead of passing over: strings for the terminal, private and intermediate CSI, keypad modes.
_UNKNOWN = re.compile(
    r"\x1b[P_^X].*?\x1b\\|\x1b\].*?(?:\x07|\x1b\\)|\x1b\[[<=>][0-9;]*[A-Za-z]|\x1b\[[0-9;?]*[ $!'\"][A-Za-z]|\x1b[=>]",
    re.DOTALL,
)
_UNFINISHED = re.compile(r"\x1b(?:[P_^X\]][^\x07\x1b]*\x1b?|\[[0-9;?<=> $!'\"]*)?$")


class Terminal:
    """Use as a context manager; leaving it ends the command. Sizes are columns × lines, times seconds."""

    def __init__(
        self, command: Sequence[str], columns: int, lines: int, environ: Mapping[str, str] | None = None
    ) -> None:
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.Stream(self.screen)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._rest = ""
        self.raw = bytearray()
        """Every byte the command wrote so far."""
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
                os.execvpe(command[0], list(command), {**os.environ, **_ENVIRON, **(environ or {})})
            finally:
                os._exit(127)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.kill(self._pid, signal.SIGHUP)
        if self._fd >= 0:
            os.close(self._fd)
        for _attempt in range(50):
            if os.waitpid(self._pid, os.WNOHANG)[0]:
                return
            time.sleep(0.02)
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)

    @property
    def pid(self) -> int:
        """The process of the command."""
        return self._pid

    def running(self) -> bool:
        """Whether the command has not ended yet; leaves its status to be read."""
        return os.waitid(os.P_PID, self._pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def ended(self, seconds: float = 20) -> None:
        """Until the command has ended. Raises TimeoutError showing the screen."""
        end = time.monotonic() + seconds
        while self.running():
            if time.monotonic() > end:
                raise TimeoutError(f"still running after {seconds} s with this screen:\n{self.text()}")
            if not self._read(0.02):
                time.sleep(0.02)  # the line may be closed a little before the end

    def write(self, text: str) -> None:
        """Sends keys at once and does not wait for what they show."""
        os.write(self._fd, text.encode())

    def until(self, done: Callable[[], bool], seconds: float = 20) -> None:
        """Shows what comes until `done`. Raises TimeoutError showing the screen."""
        if not self._until(done, seconds):
            raise TimeoutError(f"not so after {seconds} s on this screen:\n{self.text()}")

    def resize(self, columns: int, lines: int) -> None:
        """Gives the window another size; the command is told as by a real one."""
        self.screen.resize(lines, columns)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def hang_up(self) -> None:
        """Closes this end of the line, as a dropped connection does."""
        os.close(self._fd)
        self._fd = -1

    def type(self, *keys: str, quiet: float = 0.05) -> None:
        """Presses keys one after the other: names of `KEYS`, `^x`, or text, which is typed as it stands. The next one
        waits until nothing was written for `quiet` seconds."""
        for key in keys:
            sent = KEYS.get(key) or (chr(ord(key[1].upper()) & 0x1F) if re.fullmatch(r"\^[a-zA-Z]", key) else key)
            os.write(self._fd, sent.encode())
            self.settle(quiet)

    def text(self) -> str:
        """The screen as lines, without trailing blanks."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def wait(self, pattern: str, seconds: float = 20) -> None:
        """Until the regular expression is found on the screen. Raises TimeoutError showing the screen."""
        if not self._until(lambda: re.search(pattern, self.text(), re.MULTILINE) is not None, seconds):
            raise TimeoutError(f"no {pattern!r} after {seconds} s on this screen:\n{self.text()}")

    def settle(self, quiet: float = 0.3, seconds: float = 10) -> None:
        """Until nothing was written for `quiet` seconds, at most `seconds`."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self._read(quiet):
            pass

    def _until(self, done: Callable[[], bool], seconds: float) -> bool:
        end = time.monotonic() + seconds
        while not done():
            left = end - time.monotonic()
            if left <= 0 or (not self._read(left) and time.monotonic() < end):
                return done()
        return True

    def took(self, data: bytes) -> None:
        """Called with every piece the command wrote, before it is shown."""
        self.raw += data

    def _read(self, seconds: float) -> bool:
        """Shows the next bytes; False if none came in time or the command has ended."""
        if not select.select([self._fd], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._fd, 65536)
        except OSError:  # Linux says so when the other side has closed
            return False
        if not data:
            return False
        self.took(data)
        text = _UNKNOWN.sub("", self._rest + self._decode(data))
        unfinished = _UNFINISHED.search(text)
        self._rest = unfinished.group() if unfinished else ""
        self._stream.feed(text[: unfinished.start()] if unfinished else text)
        return True


_ENVIRON = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "TEXTUAL_ANIMATIONS": "none"}
