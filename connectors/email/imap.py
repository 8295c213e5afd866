"""One IMAP session that only looks: EXAMINE and BODY.PEEK, and APPEND for the copy of what we sent.

Mails are named by UID only: a FETCH answer without one is another session's news, not a mail. IDLE can be ended by
another thread. No command of this class can change a flag or delete a mail.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass

from connectors.email.imap_conversation import CODE, NUMBER, Conversation, Garbled, Line, No, status
from connectors.email.imap_syntax import Value, folder_name, folder_text, parse, quote, stamp
from connectors.email.wire import Wire, bearer
from store.values import Instant


@dataclass(frozen=True, slots=True)
class Box:
    """An opened mailbox; `uidnext` is None where the server does not tell."""

    uidvalidity: int
    uidnext: int | None
    exists: int


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of LIST: its name, and its attributes in capitals ("\\SENT")."""

    name: str
    attributes: frozenset[str]


class Imap(Conversation):
    """See the module."""

    def __init__(self, wire: Wire, timeout: float) -> None:
        super().__init__(wire, timeout)
        self.capabilities: frozenset[str] = frozenset()

    # Entering --------------------------------------------------------------------------------------

    def greet(self) -> None:
        """Reads the greeting; only one that asks us to log in is good before TLS, and no other is expected after."""
        self.wire.allow(self.timeout)
        line = self.read()
        word = _word(line.pieces[0].partition(b" ")[0])
        if line.tag != b"*" or word not in ("OK", "PREAUTH"):
            raise Garbled("no greeting")
        if word == "PREAUTH":
            raise No("PREAUTH", "")
        self._ask_capabilities()

    def start_tls(self, context: ssl.SSLContext) -> None:
        """Raises `No` ("NOTLS") when the server does not offer it; what it said before TLS is forgotten."""
        if "STARTTLS" not in self.capabilities:
            raise No("NOTLS", "")
        self.command(b"STARTTLS")
        self.wire.start_tls(context)
        self._ask_capabilities()

    def login(self, user: str, password: str) -> None:
        """Raises `No`, with the code "PASSWORDS" where the server takes none."""
        if "AUTH=PLAIN" in self.capabilities:
            self._authenticate(b"PLAIN", f"\0{user}\0{password}".encode())
        elif "LOGINDISABLED" in self.capabilities:
            raise No("PASSWORDS", "")
        else:
            try:
                words = quote(user) + b" " + quote(password)
            except ValueError:
                raise No("AUTHENTICATIONFAILED", "the password holds characters this server cannot take") from None
            self.command(b"LOGIN " + words)
        self._ask_capabilities()

    def xoauth2(self, user: str, token: str) -> None:
        """Raises `No`; on failure the server's challenge has been answered by an empty line, as it must."""
        self._authenticate(b"XOAUTH2", bearer(user, token).encode())
        self._ask_capabilities()

    def _authenticate(self, mechanism: bytes, first: bytes) -> None:
        word = b64encode(first)
        if "SASL-IR" in self.capabilities:
            self.command(b"AUTHENTICATE " + mechanism + b" " + word, answers=[b""])
        else:
            self.command(b"AUTHENTICATE " + mechanism, answers=[word, b""])

    def _ask_capabilities(self) -> None:
        self.capabilities = frozenset(
            word
            for line in self.command(b"CAPABILITY")
            if line.pieces[0].upper().startswith(b"CAPABILITY")
            for word in line.pieces[0].decode("ascii", "replace").upper().split()[1:]
        )

    # Reading ---------------------------------------------------------------------------------------

    def folders(self) -> list[Folder]:
        """Every folder that can be opened."""
        found = []
        for line in self.command(b'LIST "" "*"'):
            if not line.pieces[0].upper().startswith(b"LIST "):
                continue
            match _values(line)[1:]:
                case [list() as flags, _, bytes() as name]:
                    marks = frozenset(_word(flag) for flag in flags if isinstance(flag, bytes))
                    if not marks & {"\\NOSELECT", "\\NONEXISTENT"}:
                        found.append(Folder(folder_text(name), marks))
        return found

    def examine(self, mailbox: str) -> Box:
        """Opens a mailbox so that nothing in it can change."""
        lines = self.command(b"EXAMINE " + folder_name(mailbox))
        codes = {
            match[1].upper(): match[2] or b""
            for line in lines
            if (match := CODE.search(line.pieces[0])) and line.pieces[0].upper().startswith(b"OK")
        }
        validity, following = codes.get(b"UIDVALIDITY", b""), codes.get(b"UIDNEXT", b"")
        if not NUMBER.fullmatch(validity):
            raise Garbled("no UIDVALIDITY")
        return Box(int(validity), int(following) if NUMBER.fullmatch(following) else None, self.exists)

    def search(self, criteria: bytes) -> list[int]:
        """UIDs in rising order."""
        return sorted(
            {
                int(word)
                for line in self.command(b"UID SEARCH " + criteria)
                if line.pieces[0].upper().startswith(b"SEARCH")
                for word in line.pieces[0].split()[1:]
                if NUMBER.fullmatch(word)
            }
        )

    def fetch(self, uids: Iterable[int], items: bytes, *, size: int = 0) -> dict[int, dict[str, Value]]:
        """Items by UID, their names in capitals without an origin ("BODY[]"). `size` is how many bytes to expect; the
        deadline grows with it (32 kB/s), and an answer more than a half beyond it ends the connection."""
        wanted = set(uids)
        numbers = b",".join(b"%d" % uid for uid in sorted(wanted))
        found: dict[int, dict[str, Value]] = {}
        lines = self.command(
            b"UID FETCH " + numbers + b" " + items,
            seconds=self.timeout + size / 32768,
            max_bytes=(4 << 20) + size + size // 2,
        )
        for line in lines:
            if not re.match(rb"\d+ FETCH ", line.pieces[0], re.IGNORECASE):
                continue
            match _values(line)[2:]:
                case [list() as pairs]:
                    data = _pairs(pairs)
                    uid = data.get("UID")
                    if isinstance(uid, bytes) and NUMBER.fullmatch(uid) and int(uid) in wanted:
                        found.setdefault(int(uid), {}).update(data)
        return found

    def noop(self) -> None:
        self.command(b"NOOP")

    # Writing: only the copy of what we sent ----------------------------------------------------------

    def append(self, mailbox: str, raw: bytes, at: Instant) -> None:
        """Files a mail as read. Raises `No` if the server does not take it."""
        head = b"APPEND " + folder_name(mailbox) + b" (\\Seen) " + stamp(at) + b" {%d}" % len(raw)
        self.command(head, answers=[raw], seconds=self.timeout + len(raw) / 32768)

    # Waiting -----------------------------------------------------------------------------------------

    def idle(self, seconds: float, waker: socket.socket) -> bool:
        """Waits at most `seconds` in IDLE; True if new mail was announced, False if not or `waker` has something.

        The caller keeps `seconds` under 29 minutes. Raises `No` when the server refuses.
        """
        until = time.monotonic() + seconds
        tag = self.begin(b"IDLE")
        news = False
        while (line := self.read()).tag != b"+":
            news = news or _announces(line)
            self._refused(line, tag)
        while not news and self.wire.readable(until - time.monotonic(), waker):
            self.wire.allow(self.timeout)
            line = self.read()
            news = _announces(line)
            self._refused(line, tag)
        self.wire.allow(self.timeout)
        self.wire.sendall(b"DONE\r\n")
        while (line := self.read()).tag != tag:
            news = news or _announces(line)
        return news

    def _refused(self, line: Line, tag: bytes) -> None:
        if line.tag == tag:
            raise No(*status(line.pieces[0]))

    # Leaving -----------------------------------------------------------------------------------------

    def logout(self) -> None:
        """Says good-bye if that is quick, and closes."""
        try:
            self.wire.allow(2.0)
            self.wire.sendall(b"bye LOGOUT\r\n")
        except OSError:
            pass
        finally:
            self.wire.close()

    def drop(self) -> None:
        """Closes without a word."""
        self.wire.close()


def _word(raw: bytes) -> str:
    return raw.decode("ascii", "replace").upper()


def _announces(line: Line) -> bool:
    return line.tag == b"*" and re.fullmatch(rb"\d+ (EXISTS|RECENT)\s*", line.pieces[0], re.IGNORECASE) is not None


def _values(line: Line) -> list[Value]:
    try:
        return parse(line.pieces)
    except ValueError as exc:
        raise Garbled(str(exc)) from exc


def _pairs(values: list[Value]) -> dict[str, Value]:
    keys = [_word(re.sub(rb"<\d+>$", b"", key)) for key in values[::2] if isinstance(key, bytes)]
    if len(keys) * 2 != len(values):
        raise Garbled("items without values")
    return dict(zip(keys, values[1::2], strict=True))
