"""How far a mailbox has been read. Stored by the desk as text, understood only here."""

from __future__ import annotations

import json
from dataclasses import dataclass

from store.values import Instant


@dataclass(frozen=True, slots=True)
class Cursor:
    """All mails up to `uid` of this incarnation (`uidvalidity`) of `mailbox` are done.

    During a first sync `until` is the last UID that existed when it began: up to there only mails not older than
    `since` count. `newest` is when the youngest mail read so far arrived; 0 before any.
    """

    mailbox: str
    uidvalidity: int
    uid: int
    newest: Instant = 0
    since: Instant = 0
    until: int = 0

    def text(self) -> str:
        body: dict[str, object] = {"mailbox": self.mailbox, "uidvalidity": self.uidvalidity, "uid": self.uid}
        if self.newest:
            body["newest"] = self.newest
        if self.until:
            body |= {"since": self.since, "until": self.until}
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def read_cursor(text: str, mailbox: str) -> Cursor | None:
    """None for "", for another mailbox's cursor and for one that is damaged: then the sync begins afresh, which only
    costs time, as the desk knows the mails it has."""
    try:
        body = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict) or body.get("mailbox") != mailbox:
        return None
    numbers = [body.get(key, 0) for key in ("uidvalidity", "uid", "newest", "since", "until")]
    if not all(isinstance(number, int) and number >= 0 for number in numbers) or not numbers[0]:
        return None
    return Cursor(mailbox, *numbers)
