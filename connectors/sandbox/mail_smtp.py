"""The stand-in's SMTP submission: EHLO STARTTLS AUTH MAIL RCPT DATA RSET NOOP QUIT."""

from __future__ import annotations

import asyncio
import binascii
import re
import ssl
from base64 import b64decode
from collections.abc import Callable

from connectors.sandbox.mail_state import Envelope, MailState
from connectors.sandbox.mail_talk import Talk

MAX_SIZE = 35 << 20
_CHALLENGE = "eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIn0="  # {"status":"401","schemes":"bearer"}
_PATH = re.compile(r"(?:FROM|TO):<([^<>\s]*)>((?: [A-Za-z0-9-]+(?:=[^ ]+)?)*)", re.IGNORECASE)


class SmtpSession:
    def __init__(
        self,
        state: MailState,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        tls: ssl.SSLContext | None,
        accept: Callable[[Envelope], None],
    ) -> None:
        self._state = state
        self._talk = Talk(reader, writer, state.faults)
        self._tls = tls
        self._accept = accept
        self._signed_in = False
        self._sender: str | None = None
        self._recipients: list[str] = []

    async def serve(self) -> None:
        await self._say("220 stand-in ESMTP")
        while True:
            line = (await self._talk.line()).decode("utf-8", "replace")
            word, _, rest = line.partition(" ")
            if not await self._obey(word.upper(), rest):
                return

    async def _obey(self, word: str, rest: str) -> bool:
        match word:
            case "EHLO":
                await self._hello()
            case "STARTTLS" if self._tls and not self._state.faults.strip_starttls:
                await self._enter_tls()
            case "AUTH":
                await self._auth(rest)
            case "MAIL" | "RCPT" | "DATA" if not self._signed_in:
                await self._say("530 5.7.0 Authentication required")
            case "MAIL":
                await self._mail(rest)
            case "RCPT":
                await self._rcpt(rest)
            case "DATA":
                return await self._data()
            case "RSET":
                self._reset()
                await self._say("250 2.0.0 OK")
            case "NOOP":
                await self._say("250 2.0.0 OK")
            case "QUIT":
                await self._say("221 2.0.0 Bye")
                return False
            case _:
                await self._say("500 5.5.1 Unknown command")
        return True

    async def _hello(self) -> None:
        offers = ["stand-in", f"SIZE {MAX_SIZE}", "8BITMIME", "ENHANCEDSTATUSCODES"]
        if self._tls:
            offers += [] if self._state.faults.strip_starttls else ["STARTTLS"]
        else:
            offers.append("AUTH PLAIN LOGIN XOAUTH2")
        await self._say("\r\n".join(f"250-{offer}" for offer in offers[:-1]) + f"\r\n250 {offers[-1]}")

    async def _enter_tls(self) -> None:
        extra = "\r\n250 injected" if self._state.faults.inject_before_tls else ""
        await self._say(f"220 2.0.0 Go ahead{extra}")
        assert self._tls is not None
        await self._talk.start_tls(self._tls)
        self._tls = None
        self._signed_in = False

    async def _auth(self, rest: str) -> None:
        if self._tls:
            await self._say("538 5.7.11 Encryption required")
            return
        if self._state.faults.withdraw_passwords:
            await self._say("550 5.7.30 Basic authentication is not supported for Client Submission.")
            return
        mechanism, _, first = rest.partition(" ")
        match mechanism.upper():
            case "PLAIN":
                parts = (_decoded(first) if first else await self._ask("")).split("\0")
                self._signed_in = len(parts) == 3 and self._state.knows(parts[1], parts[2])
            case "LOGIN":
                user = _decoded(first) if first else await self._ask("VXNlcm5hbWU6")
                self._signed_in = self._state.knows(user, await self._ask("UGFzc3dvcmQ6"))
            case "XOAUTH2":
                self._signed_in = self._state.knows_token(_decoded(first) if first else await self._ask(""))
                if not self._signed_in and await self._ask(_CHALLENGE):
                    await self._say("501 5.5.2 An empty line was expected")
                    return
            case _:
                await self._say("504 5.5.4 Unknown mechanism")
                return
        await self._say("235 2.7.0 Accepted" if self._signed_in else "535 5.7.8 Authentication credentials invalid")

    async def _ask(self, challenge: str) -> str:
        await self._say(f"334 {challenge}")
        return _decoded((await self._talk.line()).decode("ascii", "replace"))

    async def _mail(self, rest: str) -> None:
        match = _PATH.fullmatch(rest)
        if match is None or not rest.upper().startswith("FROM:"):
            await self._say("501 5.5.4 Syntax error")
            return
        self._reset()
        self._sender = match[1]
        await self._say("250 2.1.0 OK")

    async def _rcpt(self, rest: str) -> None:
        match = _PATH.fullmatch(rest)
        if self._sender is None or match is None or not match[1] or not rest.upper().startswith("TO:"):
            await self._say("501 5.5.4 Syntax error")
        elif self._state.faults.rcpt_reply:
            await self._say(self._state.faults.rcpt_reply)
        else:
            self._recipients.append(match[1])
            await self._say("250 2.1.5 OK")

    async def _data(self) -> bool:
        if not self._recipients:
            await self._say("503 5.5.1 No recipients")
            return True
        if self._state.faults.drop_in_data:
            return False
        await self._say("354 Go ahead")
        lines = []
        while (line := await self._talk.line()) != b".":
            lines.append(line[1:] if line.startswith(b".") else line)
        if self._state.faults.data_reply:
            await self._say(self._state.faults.data_reply)
            self._reset()
            return True
        assert self._sender is not None
        self._accept(Envelope(self._sender, tuple(self._recipients), b"\r\n".join(lines) + b"\r\n"))
        self._reset()
        if self._state.faults.drop_after_data:
            return False
        await self._say("250 2.0.0 OK queued")
        return True

    def _reset(self) -> None:
        self._sender = None
        self._recipients = []

    async def _say(self, text: str) -> None:
        await self._talk.say(text.encode() + b"\r\n")


def _decoded(text: str) -> str:
    try:
        return b64decode(text, validate=True).decode("utf-8", "replace")
    except binascii.Error:
        return ""
