"""The turns of an IMAP conversation: a tagged command, what the server says to it, its verdict.

Written on the wire instead of on imaplib because what matters here is exact: every command has a deadline and a bound
on what it may bring, and what is no IMAP is `Garbled`, whatever it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.email.wire import Gone, Wire

NUMBER = re.compile(rb"\d{1,10}")
_LITERAL = re.compile(rb"\{(\d{1,10})\+?\}\r?\n$")
CODE = re.compile(rb"\[([A-Za-z0-9.\-]+)(?: ([^\]]*))?\]\s*")


class No(Exception):
    """The server refused a command. `code` is its response code ("AUTHENTICATIONFAILED", "") in capitals."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


class Garbled(Exception):
    """The server said something that is not IMAP."""


@dataclass(frozen=True, slots=True)
class Line:
    """One response: its first word in capitals ("*" stripped), the pieces of the rest."""

    tag: bytes
    pieces: Sequence[bytes]


class Conversation:
    """One connection. Methods raise `No`, `Garbled`, and OSError when the connection is lost or the deadline over."""

    def __init__(self, wire: Wire, timeout: float) -> None:
        self.wire = wire
        self.timeout = timeout
        self.exists = 0
        """Mails in the open mailbox, as the server last said."""
        self._number = 0

    def command(
        self,
        text: bytes,
        *,
        answers: Sequence[bytes] = (),
        seconds: float = 0.0,
        max_bytes: int = 32 << 20,
    ) -> list[Line]:
        """Sends one command and gives the untagged responses to it. `answers` are sent one by one as the server asks
        for more; when it asks once too often it gets an empty line."""
        tag = self.begin(text, seconds or self.timeout, max_bytes)
        left = list(answers)
        lines: list[Line] = []
        while True:
            line = self.read()
            if line.tag == b"+":
                self.wire.sendall((left.pop(0) if left else b"") + b"\r\n")
            elif line.tag == b"*":
                lines.append(line)
            elif line.tag == tag:
                if not re.match(rb"OK\b", line.pieces[0], re.IGNORECASE):
                    raise No(*status(line.pieces[0]))
                return lines
            else:
                raise Garbled("an answer nobody asked for")

    def begin(self, text: bytes, seconds: float = 0.0, max_bytes: int = 32 << 20) -> bytes:
        """Sends a command without waiting for its verdict; gives its tag."""
        if b"\r" in text or b"\n" in text:
            raise ValueError("a command is one line")
        self._number += 1
        tag = b"D%d" % self._number
        self.wire.allow(seconds or self.timeout, max_bytes)
        self.wire.sendall(tag + b" " + text + b"\r\n")
        return tag

    def read(self) -> Line:
        """The next response, its literals read."""
        pieces = []
        line = self.wire.readline()
        while match := _LITERAL.search(line):
            pieces += [line[: match.start()], self.wire.read(int(match[1]))]
            line = self.wire.readline()
        if not line.endswith(b"\n"):
            raise Garbled("an endless line")
        pieces.append(line.rstrip(b"\r\n"))
        tag, _, pieces[0] = pieces[0].partition(b" ")
        if tag == b"*":
            word = pieces[0].upper()
            if word.startswith(b"BYE"):
                self.wire.close()
                raise Gone("the server said good-bye")
            if match := re.fullmatch(rb"(\d{1,10}) EXISTS", word.strip()):
                self.exists = int(match[1])
        return Line(tag, pieces)


def status(text: bytes) -> tuple[str, str]:
    """Response code in capitals (or "") and words of a verdict such as `NO [LIMIT] too much`."""
    rest = text.partition(b" ")[2]
    match = CODE.match(rest)
    code = match[1].decode("ascii", "replace").upper() if match else ""
    return code, rest[match.end() if match else 0 :].decode("utf-8", "replace")
