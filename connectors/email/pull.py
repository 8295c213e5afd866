"""Reading one mailbox page by page, so that no single mail can stop the ones behind it and no stop loses any.

A page is bounded in mails and bytes; the cursor in it stands for all before it. Bodies come in one command per page;
when that fails they come one by one, and a mail that still does not is handed over as a `BadRecord`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from connectors.contract import BadRecord, Clock, Fault, Page, RawMail, Record, Temporary
from connectors.email.cursor import Cursor, read_cursor
from connectors.email.faults import imap_fault
from connectors.email.imap import Box, Imap
from connectors.email.imap_conversation import Garbled, No
from connectors.email.imap_syntax import Value, date_time, day_before
from connectors.email.settings import Settings
from store.values import DAY, Instant

MAX_BREAKS = 3
"""A mail at which the connection breaks is set aside; at this many in one pull it may be the line: the pull ends."""

HEADER_BYTES = 65_536
_HEADER = f"BODY.PEEK[HEADER]<0.{HEADER_BYTES}>".encode()

_BROKEN = (No, Garbled, OSError)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Meta:
    uid: int
    size: int
    received_at: Instant


class Pull:
    """One pull of one mailbox. `open_session` gives a signed-in session (used again after a break)."""

    def __init__(
        self, settings: Settings, clock: Clock, open_session: Callable[[], Imap], mailbox: str, *, sent_copy: bool
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._open_session = open_session
        self._mailbox = mailbox
        self._sent_copy = sent_copy
        self._breaks = 0
        self._singly = False
        self.imap: Imap | None = None
        self.box: Box | None = None

    def pages(self, imap: Imap, text: str, since: Instant) -> Iterator[Page]:
        """Raises faults. After the last page `box` tells what the mailbox looked like when this began."""
        self.imap = imap
        box = self.box = self._step(f"opening {self._mailbox}", lambda session: session.examine(self._mailbox))
        told = read_cursor(text, self._mailbox)
        cursor = self._begin(told, since, box)
        uids = self._step(f"searching {self._mailbox}", lambda session: _wanted(session, cursor))
        while uids:
            metas = self._metas(uids[: self._settings.page_mails])
            taken = _fitting(metas, self._settings)
            last = taken[-1].uid if taken else uids[: self._settings.page_mails][-1]
            kept = [meta for meta in taken if not (meta.uid <= cursor.until and meta.received_at < cursor.since)]
            records = self._records(kept)
            if broken := len(records) < len(kept):
                last = kept[len(records)].uid - 1
                kept = kept[: len(records)]
            uids = [uid for uid in uids if uid > last]
            newest = max([cursor.newest, *(meta.received_at for meta in kept)])
            cursor = _past(replace(cursor, uid=max(last, cursor.uid), newest=newest), done=not uids)
            if records or not uids:
                told = cursor
                yield Page(tuple(records), cursor.text(), more=bool(uids))
            if broken:
                host = self._settings.imap.host
                raise Temporary(f"{host} breaks the connection at mail after mail; it is tried again.")
        cursor = _past(cursor, done=True)
        if cursor != told:
            yield Page((), cursor.text())

    def _begin(self, cursor: Cursor | None, since: Instant, box: Box) -> Cursor:
        if cursor is not None and cursor.uidvalidity == box.uidvalidity:
            return cursor
        if cursor is not None and cursor.newest:
            # The server numbered its mails anew: everything since the last one we saw, however long ago that was.
            since = min(since, cursor.newest - DAY)
        if box.uidnext is not None:
            until = box.uidnext - 1
        else:
            every = self._step(f"searching {self._mailbox}", lambda session: session.search(b"ALL"))
            until = every[-1] if every else 0
        return Cursor(self._mailbox, box.uidvalidity, 0, 0, max(since, 0) if until else 0, until)

    def _metas(self, uids: Sequence[int]) -> list[_Meta]:
        """Size and arrival of the mails that are still there, in order."""
        found = self._step(
            f"reading {self._mailbox}", lambda session: session.fetch(uids, b"(UID RFC822.SIZE INTERNALDATE)")
        )
        return [
            _Meta(uid, _size(found[uid].get("RFC822.SIZE")), _arrival(found[uid].get("INTERNALDATE"), self._clock))
            for uid in uids
            if uid in found
        ]

    def _records(self, metas: Sequence[_Meta]) -> list[Record]:
        small = [meta for meta in metas if meta.size <= self._settings.max_mail]
        bodies = {} if self._singly else self._together(small)
        records: list[Record] = []
        for meta in metas:
            body = bodies.get(meta.uid)
            record = self._mail(meta, body) if body else self._alone(meta)
            if record is None:
                break
            records.append(record)
        return records

    def _together(self, metas: Sequence[_Meta]) -> dict[int, bytes]:
        try:
            assert self.imap is not None
            found = self.imap.fetch(
                [meta.uid for meta in metas], b"(UID BODY.PEEK[])", size=sum(meta.size for meta in metas)
            ) if metas else {}  # fmt: skip
        except No:
            return {}
        except (Garbled, OSError):
            # One of them breaks the connection; which one shows when each has a command of its own.
            self._singly = True
            self._reopen()
            return {}
        return {uid: body for uid, data in found.items() if isinstance(body := data.get("BODY[]"), bytes)}

    def _alone(self, meta: _Meta) -> Record | None:
        """The mail, or what there is of it; None where the pull has to end."""
        if meta.size > self._settings.max_mail:
            limit = self._settings.max_mail >> 20
            return self._bad(meta, f"{meta.size >> 20} MB, over the limit of {limit} MB; only its header was taken")
        reason = "the server does not hand it over"
        for _ in range(2):
            try:
                assert self.imap is not None
                data = self.imap.fetch([meta.uid], b"(UID BODY.PEEK[])", size=meta.size).get(meta.uid, {})
            except No:
                continue
            except (Garbled, OSError):
                reason = "the connection breaks whenever it is fetched"
                self._reopen()
                continue
            body = data.get("BODY[]")
            if isinstance(body, bytes) and (body or not meta.size):
                return self._mail(meta, body)
            reason = "the server hands it over empty"
        if reason.startswith("the connection"):
            self._breaks += 1
            if self._breaks >= MAX_BREAKS:
                return None
        return self._bad(meta, reason)

    def _bad(self, meta: _Meta, reason: str) -> BadRecord:
        header = b""
        try:
            assert self.imap is not None
            value = self.imap.fetch([meta.uid], b"(UID " + _HEADER + b")", size=HEADER_BYTES).get(meta.uid, {})
            found = value.get("BODY[HEADER]")
            header = found[:HEADER_BYTES] if isinstance(found, bytes) else b""
        except No:
            pass
        except (Garbled, OSError):
            self._reopen()
        return BadRecord(self._ref(meta), header, reason)

    def _mail(self, meta: _Meta, body: bytes) -> RawMail:
        return RawMail(self._ref(meta), body, meta.received_at, self._sent_copy)

    def _ref(self, meta: _Meta) -> str:
        return f"{self._mailbox};{self.box.uidvalidity if self.box else 0};{meta.uid}"

    def _reopen(self) -> None:
        """A new session on the same mailbox; if its numbers changed meanwhile the pull ends and begins anew later."""
        if self.imap is not None:
            self.imap.drop()
        self.imap = None
        self.imap = self._open_session()
        again = self._step(f"opening {self._mailbox}", lambda session: session.examine(self._mailbox))
        if self.box is not None and again.uidvalidity != self.box.uidvalidity:
            raise Temporary(f"{self._mailbox} was renumbered while it was read; it is read again.")

    def _step(self, doing: str, act: Callable[[Imap], T]) -> T:
        try:
            assert self.imap is not None
            return act(self.imap)
        except _BROKEN as exc:
            raise self._fault(exc, doing) from exc

    def _fault(self, exc: Exception, doing: str) -> Fault:
        if self.imap is not None and not isinstance(exc, No):
            self.imap.drop()
            self.imap = None
        return imap_fault(exc, self._settings.imap.host, doing, self._clock.now())


def _wanted(imap: Imap, cursor: Cursor) -> list[int]:
    """UIDs after the cursor. `n:*` names the last mail even when it is older than n, hence the filters."""
    old: list[int] = []
    if cursor.uid < cursor.until:
        span = b"UID %d:%d" % (cursor.uid + 1, cursor.until)
        if cursor.since:
            span += b" SINCE " + day_before(cursor.since)
        old = [uid for uid in imap.search(span) if cursor.uid < uid <= cursor.until]
    after = max(cursor.uid, cursor.until)
    return old + [uid for uid in imap.search(b"UID %d:*" % (after + 1)) if uid > after]


def _past(cursor: Cursor, *, done: bool) -> Cursor:
    """Ends the first sync in the cursor once its last mail is behind us."""
    if cursor.until and (done or cursor.uid >= cursor.until):
        return replace(cursor, uid=max(cursor.uid, cursor.until), since=0, until=0)
    return cursor


def _fitting(metas: Sequence[_Meta], settings: Settings) -> list[_Meta]:
    """As many as fit a page, at least one; a mail too big to be fetched takes no room."""
    taken: list[_Meta] = []
    room = settings.page_bytes
    for meta in metas:
        room -= meta.size if meta.size <= settings.max_mail else 0
        if taken and room < 0:
            break
        taken.append(meta)
    return taken


def _size(value: Value) -> int:
    return int(value) if isinstance(value, bytes) and value.isdigit() and len(value) < 16 else 0


def _arrival(value: Value, clock: Clock) -> Instant:
    moment = date_time(value) if isinstance(value, bytes) else None
    return clock.now() if moment is None else moment
