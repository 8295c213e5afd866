"""A mail as it leaves: its recipients, subject and place in the thread, and the whole as a connector gets it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.contract import File, SendReply
from desk import platform_reply
from store.sql.rows import Message, OutboxRow
from store.values import clean_line, fold


def recipients(addresses: Sequence[str]) -> tuple[str, ...]:
    """Addresses to answer to, each once, in order."""
    return tuple(dict.fromkeys(a for a in map(clean_line, addresses) if a))


def reply_subject(subject: str) -> str:
    """`Re: …` once, whatever stood before."""
    rest = subject.strip()
    while fold(rest).startswith(("re:", "aw:", "sv:", "回复:", "回复：", "答复:", "fw:", "fwd:", "wg:")):
        rest = rest.split(":", 1)[1] if ":" in rest[:5] else rest.split("：", 1)[1]
        rest = rest.strip()
    return f"Re: {rest}"


def domain(settings: str) -> str:
    """Of the ids of a channel's mails, from its settings (JSON)."""
    address = str(json.loads(settings).get("from_address", ""))
    return address.rpartition("@")[2] or "deskhand.invalid"


def thread_headers(thread: Sequence[Message]) -> tuple[str, list[str]]:
    """`(in_reply_to, references)` of an answer to these messages, without brackets."""
    mails = [m for m in thread if m.remote_key.startswith("mail:")]
    theirs = [m for m in mails if m.direction == "in" and m.automatic != "bounce"]
    references = [m.remote_key.removeprefix("mail:") for m in mails if m.direction != "note"]
    return theirs[-1].remote_key.removeprefix("mail:") if theirs else "", references[-10:]


def command(row: OutboxRow, files: tuple[File, ...] = ()) -> SendReply:
    """The row as the connector gets it; `files` are what `desk.enclosing.contents` finds for it."""
    p: Mapping[str, Any] = json.loads(row.payload)
    way = platform_reply.way_of(p)
    return SendReply(
        key=row.key, message_id=p["message_id"], to=tuple(p["to"]), cc=tuple(p["cc"]), subject=p["subject"],
        text=p["text"], in_reply_to=_angled(p["in_reply_to"]), references=tuple(_angled(r) for r in p["references"]),
        automatic=bool(p.get("automatic")), at=row.created_at, files=files,
        thread_id=way.thread_id if way else "", order_id=way.order_id if way else "", lang=way.lang if way else "",
    )  # fmt: skip


def _angled(message_id: str) -> str:
    """An id as a header carries it; inside the desk ids stand without their brackets, as reading gives them."""
    return f"<{message_id.strip('<>')}>" if message_id else ""
