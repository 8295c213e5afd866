"""A notice as a mail that leaves through a mail channel of the desk; it is marked as automatic, so nothing answers it."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.contract import SendReply
from connectors.services.contract import Notice, cut
from store.values import Instant

LONGEST = 60_000


def command(to: Sequence[str], notice: Notice, message_id: str, now: Instant) -> SendReply:
    """The mail. `message_id` with its brackets."""
    return SendReply(key=notice.key, message_id=message_id, to=tuple(to), subject=cut(notice.title, 200),
                     text=notice.text(LONGEST), automatic=True, at=now)  # fmt: skip
