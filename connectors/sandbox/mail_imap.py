"""The stand-in's IMAP: enough of RFC 3501 for a reader, and a count of everything it is asked."""

from __future__ import annotations

import asyncio
import binascii
import re
import ssl
import time
from base64 import b64decode

from connectors.sandbox.mail_search import in_set, matches
from connectors.sandbox.mail_state import Folder, Mail, MailState
from connectors.sandbox.mail_talk import Talk

_CHALLENGE = b"eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIn0="  # {"status":"401","schemes":"bearer"}
_LITERAL = re.compile(rb"\{(\d+)\}$")
_WORD = re.compile(rb'\s*("(?:[^"\\]|\\.)*"|\((?:[^()]|\([^()]*\))*\)|[^\s()"\[]+(?:\[[^\]]*\](?:<\d+\.\d+>)?)?)')
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Refused(Exception):
    """The command is answered with this instead of OK."""


class ImapSession:
    def __init__(
        self,
        state: MailState,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        tls: ssl.SSLContext | None,
    ) -> None:
        self._state = state
        self._talk = Talk(reader, writer, state.faults)
        self._tls = tls
        self._signed_in = False
        self._folder: Folder | None = None
        self._read_only = True
        self._literal = b""

    async def serve(self) -> None:
        await self._talk.say(b"* OK stand-in ready\r\n")
        while True:
            tag, word, rest = await self._command()
            try:
                done = await self._obey(tag, word, rest)
            except Refused as refusal:
                done = str(refusal)
            injected = word == "STARTTLS" and self._state.faults.inject_before_tls
            extra = b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n" if injected else b""
            await self._talk.say(tag + b" " + done.encode() + b"\r\n" + extra)
            if word == "LOGOUT":
                return
            if word == "STARTTLS" and done.startswith("OK"):
                await self._enter_tls()

    async def _command(self) -> tuple[bytes, str, bytes]:
        line = await self._talk.line()
        if match := _LITERAL.search(line):
            if self._state.faults.refuse_append or self._state.faults.drop_at_append:
                self._literal = b""
            else:
                await self._talk.say(b"+ go ahead\r\n")
                self._literal = await self._talk.block(int(match[1]))
                await self._talk.line()
        tag, _, rest = line.partition(b" ")
        name, _, rest = rest.partition(b" ")
        if name.upper() == b"UID":
            verb, _, rest = rest.partition(b" ")
            name = b"UID " + verb
        word = name.decode("ascii", "replace").upper()
        self._state.seen[word] += 1
        return tag, word, rest

    async def _obey(self, tag: bytes, word: str, rest: bytes) -> str:
        match word:
            case "CAPABILITY":
                await self._talk.say(b"* CAPABILITY " + self._capabilities() + b"\r\n")
            case "NOOP":
                await self._exists()
            case "LOGOUT":
                await self._talk.say(b"* BYE see you\r\n")
            case "STARTTLS":
                if not self._tls or self._state.faults.strip_starttls:
                    raise Refused("BAD no TLS here")
            case "LOGIN":
                user, password = (_unquoted(item).decode("utf-8", "replace") for item in _words(rest)[:2])
                self._sign_in(self._state.knows(user, password))
            case "AUTHENTICATE":
                await self._authenticate(rest)
            case _ if not self._signed_in:
                raise Refused("BAD sign in first")
            case "LIST":
                await self._list()
            case "STATUS":
                await self._status(rest)
            case "EXAMINE" | "SELECT":
                await self._open(rest, read_only=word == "EXAMINE")
                return "OK [READ-ONLY] opened" if self._read_only else "OK [READ-WRITE] opened"
            case "APPEND":
                await self._append(rest)
            case _ if self._folder is None:
                raise Refused("BAD open a mailbox first")
            case "UID SEARCH":
                await self._search(self._folder, rest)
            case "UID FETCH":
                await self._fetch(self._folder, rest)
            case "UID STORE" | "STORE" | "EXPUNGE" | "UID EXPUNGE" if self._read_only:
                raise Refused("NO [READ-ONLY] opened by EXAMINE")
            case "IDLE":
                await self._idle(self._folder)
            case _:
                raise Refused("BAD unknown command")
        return "OK done"

    def _capabilities(self) -> bytes:
        words = ["IMAP4rev1", "SPECIAL-USE", "SASL-IR"]
        words += [] if self._state.faults.no_idle else ["IDLE"]
        if self._tls:
            words += ["LOGINDISABLED", *([] if self._state.faults.strip_starttls else ["STARTTLS"])]
        else:
            words += ["AUTH=PLAIN", "AUTH=XOAUTH2"]
        return " ".join(words).encode()

    async def _enter_tls(self) -> None:
        assert self._tls is not None
        await self._talk.start_tls(self._tls)
        self._tls = None

    def _sign_in(self, known: bool) -> None:
        if self._tls:
            raise Refused("NO [PRIVACYREQUIRED] TLS first")
        if not known:
            raise Refused("NO [AUTHENTICATIONFAILED] wrong name or password")
        self._signed_in = True

    async def _authenticate(self, rest: bytes) -> None:
        mechanism, _, first = rest.partition(b" ")
        if not first:
            await self._talk.say(b"+ \r\n")
            first = await self._talk.line()
        try:
            response = b64decode(first, validate=True).decode("utf-8", "replace")
        except binascii.Error:
            raise Refused("BAD not base64") from None
        if mechanism.upper() == b"PLAIN":
            parts = response.split("\0")
            self._sign_in(len(parts) == 3 and self._state.knows(parts[1], parts[2]))
        elif mechanism.upper() == b"XOAUTH2":
            known = self._state.knows_token(response)
            if not known:
                await self._talk.say(b"+ " + _CHALLENGE + b"\r\n")
                if await self._talk.line():
                    raise Refused("BAD an empty line was expected")
            self._sign_in(known)
        else:
            raise Refused("NO unknown mechanism")

    async def _list(self) -> None:
        for name, folder in list(self._state.folders.items()):
            flags = f"\\HasNoChildren {folder.attribute}".strip()
            await self._talk.say(f'* LIST ({flags}) "/" "{_coded(name)}"\r\n'.encode())

    async def _status(self, rest: bytes) -> None:
        name = _words(rest)[0]
        folder = self._named(name)
        numbers = f"MESSAGES {len(folder.mails)} UIDNEXT {folder.uidnext} UIDVALIDITY {folder.uidvalidity}"
        await self._talk.say(b"* STATUS " + name + f" ({numbers})\r\n".encode())

    async def _open(self, rest: bytes, *, read_only: bool) -> None:
        self._folder = None
        folder = self._folder = self._named(_words(rest)[0])
        self._read_only = read_only
        await self._exists()
        await self._talk.say(
            f"* OK [UIDVALIDITY {folder.uidvalidity}] valid\r\n* OK [UIDNEXT {folder.uidnext}] next\r\n".encode()
        )

    def _named(self, word: bytes) -> Folder:
        wanted = _unquoted(word).decode("ascii", "replace")
        for name, folder in self._state.folders.items():
            if _coded(name) == wanted or (name == "INBOX" and wanted.upper() == "INBOX"):
                return folder
        raise Refused("NO [NONEXISTENT] no such mailbox")

    async def _exists(self) -> None:
        if self._folder is not None:
            await self._talk.say(f"* {len(self._folder.mails)} EXISTS\r\n* 0 RECENT\r\n".encode())

    async def _append(self, rest: bytes) -> None:
        if self._state.faults.drop_at_append:
            raise EOFError
        if self._state.faults.refuse_append:
            raise Refused("NO [OVERQUOTA] the mailbox is full")
        folder = self._named(_words(rest)[0])
        flags = {word.decode() for word in re.findall(rb"\\[A-Za-z]+", rest.partition(b"(")[2].partition(b")")[0])}
        folder.add(self._literal, flags, self._state.now())

    async def _search(self, folder: Folder, rest: bytes) -> None:
        criteria = [_unquoted(word).decode("utf-8", "replace") for word in _words(rest)]
        try:
            found = [mail.uid for mail in folder.mails if matches(mail, criteria, folder.mails)]
        except (ValueError, IndexError):
            raise Refused("BAD no such search") from None
        await self._talk.say(("* SEARCH" + "".join(f" {uid}" for uid in found) + "\r\n").encode())

    async def _fetch(self, folder: Folder, rest: bytes) -> None:
        span, _, items = rest.partition(b" ")
        wanted = [word.upper() for word in _words(items.strip().removeprefix(b"(").removesuffix(b")"))]
        faults = self._state.faults
        for number, mail in enumerate(folder.mails, 1):
            if not in_set(mail.uid, span.decode(), folder.mails):
                continue
            if b"BODY.PEEK[]" in wanted or b"BODY[]" in wanted:
                if mail.uid in faults.refuse_fetch:
                    raise Refused("NO this mail cannot be read")
                if mail.uid in faults.drop_at_fetch:
                    raise EOFError
            answers = [self._item(mail, item) for item in wanted if item != b"UID"]
            body = b" ".join([f"UID {mail.uid}".encode(), *answers])
            await self._talk.say(f"* {number} FETCH (".encode() + body + b")\r\n")

    def _item(self, mail: Mail, item: bytes) -> bytes:
        head = re.split(rb"\r?\n\r?\n", mail.raw, maxsplit=1)[0] + b"\r\n\r\n"
        if item == b"FLAGS":
            return f"FLAGS ({' '.join(sorted(mail.flags))})".encode()
        if item == b"RFC822.SIZE":
            return b"RFC822.SIZE %d" % len(mail.raw)
        if item == b"INTERNALDATE":
            day = time.gmtime(mail.at)
            month, clock = _MONTHS[day.tm_mon - 1], time.strftime("%H:%M:%S", day)
            return f'INTERNALDATE "{day.tm_mday:2d}-{month}-{day.tm_year:04d} {clock} +0000"'.encode()
        match = re.fullmatch(rb"BODY(\.PEEK)?\[(|HEADER|HEADER\.FIELDS \(([A-Z0-9 -]+)\))\](?:<(\d+)\.(\d+)>)?", item)
        if match is None:
            raise Refused("BAD unknown item")
        if not match[1] and not self._read_only:
            mail.flags.add("\\Seen")
        part = head if match[2] else mail.raw
        if match[3]:
            part = _fields(head, match[3].lower().split())
        origin = b""
        if match[4]:
            start = int(match[4])
            part, origin = part[start : start + int(match[5])], b"<%d>" % start
        return b"BODY[" + match[2] + b"]" + origin + b" {%d}\r\n" % len(part) + part

    async def _idle(self, folder: Folder) -> None:
        if self._state.faults.no_idle or self._state.faults.refuse_idle:
            raise Refused("NO not now")
        await self._talk.say(b"+ idling\r\n")
        if self._state.faults.cut_idle:
            raise EOFError
        done = asyncio.ensure_future(self._talk.line())
        try:
            while not done.done():
                changed = asyncio.ensure_future(folder.changed.wait())
                await asyncio.wait((done, changed), return_when=asyncio.FIRST_COMPLETED)
                if changed.done():
                    await self._exists()
                changed.cancel()
            if done.result().upper() != b"DONE":
                raise Refused("BAD DONE was expected")
        finally:
            done.cancel()


def _fields(head: bytes, names: list[bytes]) -> bytes:
    lines = re.split(rb"\r?\n(?![ \t])", head)
    kept = [line + b"\r\n" for line in lines if line.partition(b":")[0].strip().lower() in names]
    return b"".join(kept) + b"\r\n"


def _words(text: bytes) -> list[bytes]:
    return [match[1] for match in _WORD.finditer(text)]


def _unquoted(word: bytes) -> bytes:
    return re.sub(rb"\\(.)", rb"\1", word[1:-1]) if word.startswith(b'"') else word


def _coded(name: str) -> str:
    """Modified UTF-7 (RFC 3501 §5.1.3)."""
    out = ""
    for run in re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]+", name):
        if run.isascii():
            out += run.replace("&", "&-")
        else:
            coded = binascii.b2a_base64(run.encode("utf-16-be"), newline=False).decode()
            out += "&" + coded.rstrip("=").replace("/", ",") + "-"
    return out
