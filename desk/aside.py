"""Mail about a ticket to somebody who is not its buyer: a carrier, a supplier, whoever it is forwarded to.

It leaves outside the buyer's thread, stops no clock of the buyer's and stands in the ticket as a note with recipients;
what they answer comes into the ticket, and a reply to the buyer never goes to them. What a draft needs besides its text
(recipients, subject) waits beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

from desk.enclosing import MOST, TOGETHER, Enclosed
from store.connection import Connection
from store.errors import N_, Refused
from store.sql import messages, shop
from store.sql.rows import Attachment, Channel, Message, Ticket
from store.unit import UnitOfWork
from store.values import clean, clean_line, fold

AFTER = ("", "on_hold")
"""What may become of the ticket: as it is, or it waits for others."""
_QUOTED = 20
"""Messages a forwarded conversation carries at most."""
_DECORATION = 20_000
"""Bytes below which a picture that stands inside a mail is its decoration: a logo, a signature."""


class Heads(NamedTuple):
    """What stands above a draft. `aside` says that it goes to somebody other than the buyer."""

    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    aside: bool = False


def put(unit: UnitOfWork, ticket_id: int, agent_id: str, heads: Heads | None) -> None:
    """Keeps what stands above an agent's draft; None forgets it."""
    key = _key(ticket_id, agent_id)
    if heads is None:
        unit.conn.execute("DELETE FROM meta WHERE key = ?", (key,))
        return
    unit.conn.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, json.dumps(heads._asdict(), ensure_ascii=False)),
    )


def get(conn: Connection, ticket_id: int, agent_id: str) -> Heads | None:
    row = conn.execute("SELECT value FROM meta WHERE key = ?", (_key(ticket_id, agent_id),)).fetchone()
    if row is None:
        return None
    kept = json.loads(row[0])
    return Heads(tuple(kept["to"]), tuple(kept["cc"]), kept["subject"], kept["aside"])


def _key(ticket_id: int, agent_id: str) -> str:
    return f"heads:{ticket_id}:{agent_id}"


def channel_for(conn: Connection, ticket: Ticket) -> Channel:
    """The account such a mail leaves from: the ticket's own where it is a mail account, else the first one there is.
    Raises Refused where the shop has none."""
    known = [c for c in shop.channels(conn) if c.kind == "email" and c.state == "active"]
    own = next((c for c in known if c.id == ticket.channel_id), None)
    if own is None and not known:
        raise Refused(N_("No mail account is connected to write from."), next=N_("Add one: deskhand channel add"))
    return own or known[0]


def outsiders(conn: Connection, ticket_id: int) -> frozenset[str]:
    """Addresses that a ticket's asides went to, folded; what comes from them is not the buyer speaking."""
    lists = messages.noted_to(conn, ticket_id)
    return frozenset(fold(address.strip()) for recipients in lists for address in recipients.split(","))


def forwarded(subject: str, said: Iterable[Message]) -> tuple[str, str]:
    """`(subject, text)` of a conversation passed on: what was said, oldest first, without notes of the team."""
    told = _passed_on(said)
    parts = [f"> {m.sender_name or m.sender_address}:\n" + "\n".join(f"> {line}" for line in clean(m.body).strip().split("\n"))
             for m in told]  # fmt: skip
    bare = clean_line(subject)
    return (bare if fold(bare).startswith("fwd:") else f"Fwd: {bare}"), "\n\n" + "\n>\n".join(parts)


def carried(said: Iterable[Message], files: Iterable[Attachment]) -> tuple[tuple[Enclosed, ...], int]:
    """The files that go along with a conversation passed on, and how many stay behind because all of them are too large
    to leave together. Notes keep theirs, and so do signatures."""
    told = {m.id for m in _passed_on(said)}
    found: dict[str, Enclosed] = {}
    for file in files:
        decoration = file.inline and file.size < _DECORATION
        if file.message_id in told and not decoration:
            found.setdefault(file.sha256, Enclosed(file.name, file.type, file.size, file.sha256))
    kept: list[Enclosed] = []
    for one in found.values():
        if len(kept) < MOST and sum(f.size for f in kept) + one.size <= TOGETHER:
            kept.append(one)
    return tuple(kept), len(found) - len(kept)


def _passed_on(said: Iterable[Message]) -> list[Message]:
    return [m for m in said if m.direction in ("in", "out")][-_QUOTED:]
