"""A buyer's data that must go is nowhere any more: in no table, no index, no original mail, and not in the file's free pages."""

from __future__ import annotations

import contextlib
import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.contract import Buyer, CaseRecord, Line, OrderRecord, Receipt, ReviewRecord
from desk import erasing, fields, outbox, spam, tasks, thread, tickets, undo
from desk.reading.records import Attachment
from desk.sync import facts
from store import events, search
from store.errors import DeskError
from store.sql import messages, people, sync
from store.sql.people import Draft
from store.values import DAY, SYSTEM, Money
from tests.desk.small import Desk
from tests.desk.test_purge import ALIAS, amazon, row, tick

NAME, FIRST, STREET, PHONE, FILE = "Annegret Musterfrau", "Annegret", "Rosenweg 17", "0171-5550133", "PHOTO-BYTES-OF-HER"
MARKS = ("annegret", "musterfrau", "rosenweg", "5550133", "anna12345678", "photo-bytes-of-her")
ABOUT = f"I am {NAME}, {STREET}, call {PHONE}"
ORDER = "306-1234567-1234567"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    yield from amazon(tmp_path)


def furnish(desk: Desk) -> int:
    """A buyer in every place a person's data can come to stand; returns the ticket."""
    at, buyer = desk.clock.at, Buyer(ALIAS, NAME, ALIAS, "de", "DE")
    data = FILE.encode()
    file = Attachment("photo.bin", "image/jpeg", len(data), "", hashlib.sha256(data).hexdigest(), data, text=ABOUT)
    line = Line("1", "SKU-1", "Mug", 1, Money("EUR", 1990))
    channel = row(desk, "amz")
    with desk.store.write(SYSTEM) as unit:
        facts.put(unit, channel, OrderRecord(ORDER, ORDER, at, at, "SHIPPED", buyer, Money("EUR", 1990), (line,), country="DE"))
        facts.put(unit, channel, ReviewRecord(ORDER, 1, at, f"Bad. {ABOUT}", NAME, ORDER, author=NAME, author_id=ALIAS))
        fields.add(unit, "where", "text", name="Where")
    item = desk.inbound(ABOUT, sender=ALIAS, subject=f"Question of {NAME}", platform="amazon", order_numbers=(ORDER,),
                        quoted=f"> {ABOUT}", raw=f"From: {NAME}\n\n{ABOUT}".encode(), attachments=(file,))  # fmt: skip
    ticket = desk.take(item).ticket_id
    replies = [desk.reply(ticket, f"Dear {NAME}, we send it to {STREET}. {n}") for n in range(3)]
    with desk.acting() as unit:
        outbox.take_back(unit, replies[0])
        people.put_draft(unit.conn, Draft(ticket, "ana", "reply", f"Dear {NAME}", "", 0, at))
        people.set_aside(unit.conn, ticket, "ana")
        people.put_draft(unit.conn, Draft(ticket, "ana", "note", f"Call {PHONE}", "", 0, at))
    desk.clock.at += 20_000
    with desk.store.write(SYSTEM) as unit:
        for row_id in replies[1:]:
            assert outbox.claim(unit, outbox.need(unit, row_id), "here")
        outbox.sent(unit, replies[1], Receipt("r1", unit.now))
        outbox.fail(unit, replies[2], "claimed", f"Mail to {ALIAS} was refused.")
        facts.put(unit, channel, CaseRecord("D1RRMA", "return", ORDER, "Pending", "", at, at, text=ABOUT, buyer=buyer))
        sync.quarantine(unit.conn, "amz", "order:1", "no amount", messages.put_blob(unit.conn, ABOUT.encode()), unit.now)
    with desk.acting() as unit:
        tickets.note(unit, ticket, f"She called: {ABOUT}")
        tickets.tag(unit, ticket, add=["broken", f"{FIRST}-again"])
        tasks.add(unit, ticket, f"Call {PHONE}")
        fields.set_value(unit, ticket, "where", STREET)
        spam.block_sender(unit, ticket)
        spam.unblock(unit, ALIAS)
        spam.block_sender(unit, ticket)
        unit.conn.execute("UPDATE customer SET note = ?, tags = ?, consent = 'yes' WHERE name = ?", (ABOUT, '["rosenweg"]', NAME))
    return ticket


def found(desk: Desk) -> list[str]:
    """"TABLE.COLUMN: mark" of every place that still holds one, packed blobs and the index's pages included."""
    conn, held = desk.store.conn, []
    for (table,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        if table in (search.MAIN, search.ASIDE):
            continue  # they hold nothing of their own: their pages are the tables beside them
        columns = [str(c[1]) for c in conn.execute(f'PRAGMA table_xinfo("{table}")')]
        for values in conn.execute(f'SELECT * FROM "{table}"').fetchall():
            whole = dict(zip(columns, values, strict=True))
            for column, value in whole.items():
                if column == "data" and whole.get("codec") == "zlib":
                    value = zlib.decompress(value)
                held += [f"{table}.{column}: {m}" for m in MARKS if m.encode() in _bytes(value)]
    return held


def _bytes(value: object) -> bytes:
    return value.lower() if isinstance(value, bytes) else str(value).casefold().encode()


def test_the_search_for_marks_would_find_them(desk: Desk) -> None:
    furnish(desk)
    places = {place.partition(":")[0] for place in found(desk)}
    assert places >= {"message.body", "message.quoted", "message.sender_address", "message.subject", "blob.data",
                      "draft.body", "meta.value", "outbox.payload", "outbox.error", "task.title",
                      "field_value.shown", "ticket_tag.tag", "customer.name", "customer.note", "customer.tags",
                      "customer_key.key", "review.author", "review.body", "case_file.note", "event.payload", "blocked_sender.key",
                      "message_fts_data.block", "message_fts_aside_data.block"}  # fmt: skip


def test_no_byte_of_a_buyer_is_left(desk: Desk, tmp_path: Path) -> None:
    ticket = furnish(desk)
    other = desk.mail(sender="bert@buyer.example", text="Where is my rug?").ticket_id
    desk.clock.at += 31 * DAY
    assert tick(desk) > 0
    assert found(desk) == []
    assert events.verify(desk.store.conn).problem == ""
    assert desk.said(other) == ["Where is my rug?"]
    desk.store.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = (tmp_path / "desk" / "desk.db").read_bytes().lower()
    assert [m for m in MARKS if m.encode() in whole] == [], "free pages hold it"
    assert desk.ticket(ticket).type, "the ticket itself stays"


def test_what_figures_are_made_of_stays(desk: Desk) -> None:
    ticket = furnish(desk)
    before = desk.ticket(ticket)
    count = desk.count("message")
    clocks = desk.clocks(ticket)
    desk.clock.at += 31 * DAY
    tick(desk)
    after = desk.ticket(ticket)
    assert after.subject == ""
    same = ("status", "type", "created_at", "first_reply_at", "message_count", "order_number", "assignee_id", "country", "lang")
    assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]
    assert (desk.count("message"), desk.clocks(ticket).keys()) == (count, clocks.keys())
    money = desk.store.conn.execute("SELECT number, total_minor, country FROM orders").fetchall()
    assert [tuple(r) for r in money] == [(ORDER, 1990, "DE")]
    assert "broken" in {r[0] for r in desk.store.conn.execute("SELECT tag FROM ticket_tag")}


def test_a_cleared_ticket_is_read_and_nothing_can_bring_it_back(desk: Desk) -> None:
    ticket = furnish(desk)
    desk.clock.at += 31 * DAY
    tick(desk)
    read = thread.read(desk.store.conn, ticket)
    assert {m.body for m in read.messages} == {""}
    assert [e.verb for e in thread.log(desk.store.conn, ticket) if e.payload is not None][-1] == erasing.CLEARED
    with desk.acting() as unit, contextlib.suppress(DeskError):
        while True:
            undo.undo(unit)
    assert found(desk) == []


def test_a_reply_nobody_knows_the_end_of_is_kept_until_somebody_does(desk: Desk) -> None:
    ticket = desk.mail(sender=ALIAS, key="a1", platform="amazon").ticket_id
    row_id = desk.reply(ticket, f"Dear {NAME}")
    desk.clock.at += 20_000
    with desk.store.write(SYSTEM) as unit:
        assert outbox.claim(unit, outbox.need(unit, row_id), "here")
        outbox.unknown(unit, row_id, "The line broke.")
    desk.clock.at += 31 * DAY
    tick(desk)
    assert {place.partition(":")[0] for place in found(desk)} == {"outbox.payload"}
    with desk.acting() as unit:
        outbox.resolve(unit, row_id, "sent")
    desk.clock.at += 2 * DAY
    tick(desk)
    assert found(desk) == []


def test_what_failed_cannot_be_sent_again_once_it_is_empty(desk: Desk) -> None:
    furnish(desk)
    desk.clock.at += 31 * DAY
    tick(desk)
    assert {r[0] for r in desk.store.conn.execute("SELECT state FROM outbox")} == {"sent", "cancelled"}
