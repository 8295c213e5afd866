"""The e-mail connector: one mailbox account as the desk sees it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from connectors.contract import (
    Capabilities,
    Command,
    Connector,
    Fault,
    Health,
    OutcomeUnknown,
    Page,
    Permanent,
    Ports,
    Receipt,
    Record,
    SendReply,
)
from connectors.email.faults import imap_fault
from connectors.email.folders import places_of_sent_mail, sent_folder
from connectors.email.health import check
from connectors.email.imap import Box, Imap
from connectors.email.imap_conversation import Garbled, No
from connectors.email.imap_syntax import date_time, quote
from connectors.email.live import RENEW, Waker, Watch
from connectors.email.login import Door
from connectors.email.message import compose, recipients
from connectors.email.oauth import OAuth
from connectors.email.pull import Pull
from connectors.email.sessions import Held, Sessions
from connectors.email.settings import AUTO, Settings, read_settings
from store.values import Instant

SENT = "\\Sent"
"""The stream of the Sent folder where the server is to say which one that is."""

CAPABILITIES = Capabilities(
    messages_in=True,
    reply=True,
    attachments=True,
    live=True,
    notes=dict.fromkeys(("orders", "returns", "refunds", "tracking", "reviews", "products"), "E-mail carries messages only."),
)

_BROKEN = (No, Garbled, OSError)
_SENT_ONLY = "The mail was sent, but no copy was filed in Sent"


def create(settings: Mapping[str, object], ports: Ports) -> Connector:
    """The factory for the registry. Raises ValueError naming the setting that is wrong."""
    return EmailConnector(read_settings(settings), ports)


def _reply(command: Command) -> SendReply:
    """The command, which has to be a reply: a mailbox can do nothing else."""
    if not isinstance(command, SendReply):
        raise Permanent("E-mail carries messages only.")
    return command


class EmailConnector:
    """See `connectors.contract.Connector`. `pull`, `wait`, `send` and `find` may run in different threads at once.

    `idle_seconds` is how long one IDLE lasts (at most 28 minutes).
    """

    capabilities = CAPABILITIES

    def __init__(self, settings: Settings, ports: Ports, *, idle_seconds: float = RENEW) -> None:
        self._settings = settings
        self._ports = ports
        self._oauth = OAuth(settings, ports) if settings.auth == "xoauth2" else None
        self._door = Door(settings, ports, self._oauth)
        self._sessions = Sessions(self._door.imap)
        self._waker = Waker()
        self._seen: dict[str, Box] = {}
        first = settings.mailboxes[0]
        self._watch = Watch(self._sessions, self._waker, first, lambda: self._seen.get(first), idle_seconds)
        self._sent_lock = threading.Lock()
        self._sent_name: str | None = None

    # In ----------------------------------------------------------------------------------------------

    def streams(self) -> tuple[str, ...]:
        """The mailboxes, then the Sent folder (its name, or `SENT` for whichever the server marks)."""
        sent = SENT if self._settings.sent == AUTO else self._settings.sent
        return tuple(dict.fromkeys((*self._settings.mailboxes, *([sent] if sent else []))))

    def pull(self, stream: str, cursor: str, *, since: Instant) -> Iterator[Page]:
        """Pages of `RawMail` and `BadRecord` in the order the mails came; flags and mails stay as they are. A Sent
        folder that should be found but is not there yields nothing."""
        if stream not in self.streams():
            raise Permanent(f"{stream} is not a mailbox of this channel.")
        with self._session(f"reading {stream}") as held:
            assert held.imap is not None
            name = self._find_sent(held.imap) if stream == SENT else stream
            if name is None or (stream == SENT and name in self._settings.mailboxes):
                return
            sent_copy = stream == SENT or stream == self._settings.sent
            pull = Pull(self._settings, self._ports.clock, self._door.imap, name, sent_copy=sent_copy)
            self._seen.pop(name, None)
            imap, held.imap = held.imap, None
            try:
                yield from pull.pages(imap, cursor, since)
            except BaseException:
                (pull.imap or imap).drop()
                raise
            held.imap = pull.imap
            if pull.box is not None:
                self._seen[name] = pull.box

    def wait(self, timeout: float) -> bool:
        # Only the first mailbox is watched; the others, and Sent, are looked at on the clock.
        poll = float(self._settings.poll_seconds)
        watched_alone = len(self.streams()) == 1
        limit = timeout if watched_alone else min(timeout, poll)
        return self._watch.wait(limit, poll) or limit < timeout

    def wake(self) -> None:
        self._waker.wake()

    # Out ---------------------------------------------------------------------------------------------

    def send(self, command: Command, point_of_no_return: Callable[[], None]) -> Receipt:
        """Sends once. `point_of_no_return` is called right before the final dot, the first byte that can take effect.
        What happens after the server took the mail (the Sent copy) can only add a warning."""
        command = _reply(command)
        envelope = recipients(command)
        raw = compose(
            command,
            from_address=self._settings.from_address,
            from_name=self._settings.from_name,
            now=self._ports.clock.now(),
        )
        smtp = self._door.smtp()
        try:
            smtp.submit(self._settings.from_address, envelope, raw, self._ports.clock.now(), point_of_no_return)
        finally:
            smtp.close()
        at = self._ports.clock.now()
        return Receipt(command.message_id, at, self._file_copy(raw, at))

    def find(self, command: Command) -> Receipt | None:
        """Looks for the mail in Sent, in the folder of all mail and in the inbox. SMTP has no memory, so a mail that
        is nowhere may still have left: raises `OutcomeUnknown` then."""
        command = _reply(command)
        try:
            criteria = b"HEADER Message-ID " + quote(command.message_id)
        except ValueError as exc:
            raise Permanent("The reply has no proper Message-ID.") from exc
        with self._session("looking for the mail") as held:
            assert held.imap is not None
            for name in places_of_sent_mail(held.imap.folders(), self._find_sent(held.imap)):
                at = self._look_in(held.imap, name, criteria, command.message_id)
                if at is not None:
                    return Receipt(command.message_id, at)
        raise OutcomeUnknown(
            f"The mail is in no folder of {self._settings.imap.host}; whether it was sent only the recipient can tell."
        )

    def fetch(self, kind: str, remote_id: str) -> tuple[Record, ...]:
        raise Permanent("E-mail has nothing to fetch singly.")

    def _look_in(self, imap: Imap, mailbox: str, criteria: bytes, message_id: str) -> Instant | None:
        try:
            imap.examine(mailbox)
            uids = imap.search(criteria)
        except No:
            return None
        if not uids:
            return None
        # HEADER finds parts of words, too; the mail itself decides.
        items = b"(UID INTERNALDATE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"
        for data in imap.fetch(uids[-20:], items).values():
            head = data.get("BODY[HEADER.FIELDS (MESSAGE-ID)]")
            if isinstance(head, bytes) and message_id.encode() in head.split():
                moment = data.get("INTERNALDATE")
                at = date_time(moment) if isinstance(moment, bytes) else None
                return self._ports.clock.now() if at is None else at
        return None

    def _file_copy(self, raw: bytes, at: Instant) -> str:
        """Best effort, after the mail left: "" or a warning, whatever happens."""
        if not self._settings.sent_copy or not self._settings.sent:
            return ""
        try:
            with self._session("filing the copy") as held:
                assert held.imap is not None
                name = self._find_sent(held.imap)
                if name is None:
                    return f"{_SENT_ONLY}: there is no Sent folder; name one in the settings."
                held.imap.append(name, raw, at)
        except Fault as fault:
            return f"{_SENT_ONLY}: {fault}"
        except Exception as exc:
            return f"{_SENT_ONLY}: {type(exc).__name__}."
        return ""

    @contextmanager
    def _session(self, doing: str) -> Iterator[Held]:
        try:
            with self._sessions.use() as held:
                yield held
        except _BROKEN as exc:
            raise imap_fault(exc, self._settings.imap.host, doing, self._ports.clock.now()) from exc

    def _find_sent(self, imap: Imap) -> str | None:
        if self._settings.sent != AUTO:
            return self._settings.sent or None
        with self._sent_lock:
            if self._sent_name is None:
                self._sent_name = sent_folder(imap.folders())
            return self._sent_name

    # About -------------------------------------------------------------------------------------------

    def test(self) -> Health:
        return check(self._settings, self._ports, self._door, self._oauth)

    def close(self) -> None:
        self._waker.close()
        self._sessions.close()
        if self._oauth:
            self._oauth.close()
