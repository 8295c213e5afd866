"""A desk where every field that somebody outside can fill holds what a function says. Written past every check."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from connectors.sandbox.mail import MailStandIn
from desk import outbox as box
from desk import tickets
from desk.changes import require
from store.sql import messages
from store.unit import Store
from store.values import SYSTEM
from tests.faults.kit import ANA, BEN, mail, make_desk, on_duty

Words = Callable[[str], str]
"""What a field of that name holds, given what would be harmless there."""

COLUMNS = (
    ("ticket", "subject"),
    ("ticket", "order_number"),
    ("customer", "name"),
    ("customer", "email"),
    ("customer", "note"),
    ("message", "sender_name"),
    ("message", "sender_address"),
    ("message", "recipients"),
    ("message", "subject"),
    ("message", "body"),
    ("message", "quoted"),
    ("attachment", "name"),
    ("attachment", "type"),
    ("channel", "name"),
    ("channel", "label"),
    ("channel", "fault"),
    ("agent", "name"),
    ("agent", "signature"),
    ("template", "name"),
    ("view", "name"),
    ("order_item", "title"),
    ("order_item", "sku"),
    ("shipment", "courier"),
    ("shipment", "tracking"),
    ("shipment", "status"),
    ("outbox", "error"),
    ("outbox", "warning"),
    ("ticket_tag", "tag"),
    ("quarantine", "ref"),
    ("quarantine", "reason"),
    ("draft", "body"),
    ("orders", "number"),
    ("orders", "status"),
)
COUNT = 5
"""Tickets with a conversation of their own."""


def harmless(folder: Path, server: MailStandIn) -> Store:
    """Tickets, an order, templates, a queue of every state, faults: one of everything there is to see."""
    from app.wire import Wired
    from desk.sync.loop import Sync
    from desk.sync.reader import InProcess

    for n in range(COUNT):
        body = f"Order 114-1234567-123456{n} is late.\r\n\r\nAm Montag schrieb Shop:\r\n> We are sorry\r\n> truly"
        server.deliver(mail(n, name=f"Buyer {n}", address=f"b{n}@buyer.example", subject=f"Question {n}", body=body))
    server.deliver(b"")
    store = make_desk(folder, server)
    on_duty(store, "ana", "ben")
    Sync(store, Wired(store).connector, InProcess(), "setup").once()
    with store.write(ANA) as unit:
        conn = unit.conn
        for row, state in enumerate(("held", "failed", "unknown", "sent"), 1):
            subject, to = f"Re: Question {row}", (f"b{row}@buyer.example",)
            number = box.queue(unit, box.Reply(row, f"Answer {row}", to, subject, require(unit, row).thread_seq))
            conn.execute("UPDATE outbox SET state = ?, error = 'why', warning = 'but' WHERE id = ?", (state, number))
            conn.execute(
                "UPDATE outbox SET hold_until = hold_until + 9999999 WHERE id = ? AND state = 'held'", (number,)
            )
        for ticket in range(1, COUNT + 1):
            tickets.note(unit, ticket, f"Note {ticket}")
            tickets.tag(unit, ticket, add=[f"tag{ticket}"])
            data = messages.put_blob(conn, b"picture")
            messages.attach(conn, ticket, name="photo.jpg", type="image/jpeg", sha256=data, size=7, inline=False)
    with store.write(BEN) as unit:
        tickets.assign(unit, COUNT, "ben")
    _shop(store)
    return store


def _shop(store: Store) -> None:
    from store.sql import people, shop

    with store.write(SYSTEM) as unit:
        conn = unit.conn
        order = conn.execute(
            "INSERT INTO orders (channel_id, number, number_key, customer_id, placed_at, status, total_minor, "
            "currency, country) VALUES ('mail', '114', '114', 1, ?, 'shipped', 1290, 'EUR', 'DE')",
            (unit.now,),
        ).lastrowid
        conn.execute(
            "INSERT INTO order_item (order_id, sku, title, quantity, price_minor) VALUES (?, 'S-1', 'Lamp', 1, 1290)",
            (order,),
        )
        conn.execute(
            "INSERT INTO shipment (order_id, courier, tracking, status) VALUES (?, 'DHL', 'T-1', 'moving')", (order,)
        )
        for ticket in range(1, COUNT + 1):
            shop.link_order(conn, ticket, order)
        people.put_draft(conn, people.Draft(COUNT - 1, "ana", "reply", "My draft", "", 10**6, unit.now))
        conn.execute("UPDATE channel SET fault = 'The server is away.', fault_at = ? WHERE id = 'mail'", (unit.now,))
        conn.execute("UPDATE meta SET value = 'Nordlicht Shop' WHERE key = 'name'")


def overwrite(store: Store, words: Words) -> None:
    """Puts other words into every one of `COLUMNS`, the templates' texts, the outbox's mails and the shop's name."""
    conn = store.conn
    with store.write(SYSTEM) as unit:
        for table, column in COLUMNS:
            keys = conn.execute(f"SELECT rowid, {column} FROM {table}").fetchall()
            for row, old in keys:
                unit.conn.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (words(str(old)), row))
        for row, text in conn.execute("SELECT rowid, texts FROM template").fetchall():
            texts = {lang: words(body) for lang, body in json.loads(text).items()}
            unit.conn.execute("UPDATE template SET texts = ? WHERE rowid = ?", (json.dumps(texts), row))
        for row, text in conn.execute("SELECT rowid, payload FROM outbox").fetchall():
            payload = {k: words(v) if k in ("subject", "text") else v for k, v in json.loads(text).items()}
            payload["to"] = [words(a) for a in payload["to"]]
            unit.conn.execute("UPDATE outbox SET payload = ? WHERE rowid = ?", (json.dumps(payload), row))
        unit.conn.execute("UPDATE meta SET value = ? WHERE key = 'name'", (words("Nordlicht Shop"),))


def add_tickets(store: Store, subjects: Sequence[str]) -> None:
    """More rows of the list, one for each subject, each with a message of that text."""
    with store.write(SYSTEM) as unit:
        for subject in subjects:
            ticket = tickets.open_by_hand(unit, channel_id="mail", customer="Kim", subject="s", text="t")
            unit.conn.execute("UPDATE ticket SET subject = ? WHERE id = ?", (subject, ticket))
            unit.conn.execute("UPDATE message SET body = ? WHERE ticket_id = ?", (subject, ticket))
