"""A mail server to practise and test against: IMAP and SMTP on loopback, in a thread of its own.

It speaks a subset of IMAP4rev1 (RFC 3501, with IDLE, UIDPLUS-less APPEND, SPECIAL-USE, XOAUTH2) and of SMTP submission
strictly enough that a client which takes liberties fails. A dial makes it misbehave. It knows nothing of the client.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from connectors.sandbox.mail_imap import ImapSession
from connectors.sandbox.mail_smtp import SmtpSession
from connectors.sandbox.mail_state import Envelope, Faults, Folder, MailState

__all__ = ["Envelope", "Faults", "MailStandIn"]

T = TypeVar("T")
OnAccept = Callable[[Envelope], None]
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


class MailStandIn:
    """`with MailStandIn() as server:` listens on free ports of `host`.

    `users` are passwords by name; `tokens` the access tokens XOAUTH2 takes (change the set at will). With `tls` the
    ports speak TLS from the first byte (`implicit`) or offer STARTTLS and take no credential before it. `faults` may
    be changed while it runs; `seen` counts every IMAP command by its name.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        *,
        users: Mapping[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
        implicit: bool = False,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._host = host
        self._tls = tls
        self._implicit = implicit
        self._state = MailState(dict(users or {"care@shop.example": "practice"}), now)
        self._listeners: list[OnAccept] = []
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="buyers")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="mail-stand-in")
        self._tasks: set[asyncio.Task[None]] = set()
        self.imap_port = 0
        self.smtp_port = 0

    @property
    def faults(self) -> Faults:
        return self._state.faults

    @property
    def seen(self) -> Counter[str]:
        """IMAP commands by name, such as "EXAMINE" or "UID FETCH"."""
        return self._state.seen

    @property
    def tokens(self) -> set[str]:
        return self._state.tokens

    @property
    def sent(self) -> list[Envelope]:
        """Mails accepted by SMTP, in order."""
        return self._state.sent

    def start(self) -> MailStandIn:
        self._thread.start()
        self.imap_port = self._run(self._listen(self._imap))
        self.smtp_port = self._run(self._listen(self._smtp))
        return self

    def stop(self) -> None:
        self._run(self._hang_up())
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> MailStandIn:
        return self.start()

    def __exit__(self, *failure: object) -> None:
        self.stop()

    def deliver(self, raw: bytes, mailbox: str = "INBOX", *, at: float | None = None) -> int:
        """Puts a mail into a folder (made if need be) as if it arrived at `at` (seconds since 1970); gives its UID."""
        return self._run(self._deliver(raw, mailbox, at))

    def add_folder(self, mailbox: str) -> None:
        """An empty folder, unless there is one of that name."""
        self._run(self._call(lambda: self._state.folders.setdefault(mailbox, Folder())))

    def mails(self, mailbox: str = "INBOX") -> list[bytes]:
        """What lies in a folder, oldest first."""
        folder = self._state.folders.get(mailbox)
        return [mail.raw for mail in folder.mails] if folder else []

    def flags(self, mailbox: str = "INBOX") -> list[frozenset[str]]:
        return [frozenset(mail.flags) for mail in self._state.folders[mailbox].mails]

    def renumber(self, mailbox: str = "INBOX") -> None:
        """A new UIDVALIDITY: every UID a client remembers is worthless."""
        self._run(self._call(lambda: self._state.folders[mailbox].renumber()))

    def on_accept(self, callback: OnAccept) -> None:
        """`callback` gets every mail SMTP accepts, in a thread where it may take its time and `deliver` answers."""
        self._listeners.append(callback)

    # In the loop ---------------------------------------------------------------------------------------

    async def _listen(self, serve: Serve) -> int:
        async def session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._tasks.add(task)
            try:
                await serve(reader, writer)
            except (OSError, EOFError, asyncio.CancelledError, asyncio.LimitOverrunError, ValueError):
                pass
            finally:
                self._tasks.discard(task)
                writer.transport.abort()

        context = self._tls if self._implicit else None
        server = await asyncio.start_server(session, self._host, 0, ssl=context, limit=1 << 20)
        return int(server.sockets[0].getsockname()[1])

    async def _imap(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ImapSession(self._state, reader, writer, None if self._implicit else self._tls).serve()

    async def _smtp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await SmtpSession(self._state, reader, writer, None if self._implicit else self._tls, self._accepted).serve()

    def _accepted(self, envelope: Envelope) -> None:
        self._state.sent.append(envelope)
        for callback in self._listeners:
            self._pool.submit(callback, envelope)

    async def _deliver(self, raw: bytes, mailbox: str, at: float | None) -> int:
        folder = self._state.folders.setdefault(mailbox, Folder())
        return folder.add(raw, set(), self._state.now() if at is None else at)

    async def _call(self, act: Callable[[], object]) -> None:
        act()

    async def _hang_up(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)
