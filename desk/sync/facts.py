"""What a platform tells besides messages goes in: orders, parcels, cases, reviews, products. Doing it twice changes
nothing; older news never overwrites newer. A case somebody must act on becomes a ticket, or joins the buyer's.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from connectors.contract import (
    Buyer,
    CaseRecord,
    Line,
    OrderRecord,
    Parcel,
    ProductRecord,
    ReviewRecord,
    ShipmentRecord,
)
from desk.changes import change
from desk.clocks.keep import keep
from desk.sync.intake import Inbound, Taken, take
from desk.sync.reasons import type_of
from store.connection import Connection
from store.errors import N_
from store.sql import people, shop, tickets
from store.sql.rows import Channel, OrderItem
from store.unit import UnitOfWork
from store.values import NEVER, clean, clean_line, fold

Fact = OrderRecord | ShipmentRecord | CaseRecord | ReviewRecord | ProductRecord

OWN_SHOPS = ("shopify", "woocommerce", "magento")
"""Platforms that tell a buyer's own address, which is then the same person who writes mail."""

_SUBJECTS = {
    "return": N_("Return request {order}"),
    "refund": N_("Refund request {order}"),
    "exchange": N_("Exchange request {order}"),
    "repair": N_("Repair request {order}"),
    "resend": N_("Resend request {order}"),
    "cancellation": N_("Cancellation request {order}"),
    "dispute": N_("Dispute {order}"),
}


def name(fact: Fact) -> str:
    """What a fact is called in the quarantine."""
    match fact:
        case ShipmentRecord():
            return f"shipment:{fact.order_id}:{fact.parcel.tracking}"
        case ProductRecord():
            return f"product:{fact.sku}"
        case OrderRecord() | CaseRecord() | ReviewRecord():
            return f"{type(fact).__name__.removesuffix('Record').lower()}:{fact.remote_id}"


def raw(fact: Fact) -> bytes:
    """A fact as bytes that a person can read."""
    return json.dumps(asdict(fact), ensure_ascii=False, default=str).encode()


def put(unit: UnitOfWork, channel: Channel, fact: Fact) -> Taken:
    """Stores one fact. `Taken.fresh` says whether anything differed, `opened` whether it made a ticket."""
    match fact:
        case OrderRecord():
            return Taken(0, 0, fresh=_put_order(unit, channel, fact))
        case ShipmentRecord():
            return Taken(0, 0, fresh=_put_shipment(unit, channel, fact))
        case CaseRecord():
            return _put_case(unit, channel, fact)
        case ReviewRecord():
            return Taken(0, 0, fresh=_put_review(unit, channel, fact))
        case ProductRecord():
            return Taken(0, 0, fresh=_put_product(unit, channel, fact))


def number_key(number: str) -> str:
    """An order number as it is looked up: casefolded, without dashes and spaces."""
    return fold(number).replace("-", "").replace(" ", "")


def _customer(unit: UnitOfWork, channel: Channel, buyer: Buyer, country: str) -> int | None:
    keys = [f"{channel.platform}:{buyer.id}"] if buyer.id else []
    if channel.platform in OWN_SHOPS and "@" in buyer.email and "*" not in buyer.email:
        keys.append(f"email:{fold(buyer.email)}")
    if not keys:
        return None
    known = next((n for key in keys if (n := people.customer_by_key(unit.conn, key)) is not None), None)
    if known is None:
        known = people.add_customer(
            unit.conn, key=keys[0], name=clean_line(buyer.name) or buyer.id, email=clean_line(buyer.email),
            now=unit.now, lang=buyer.lang, country=buyer.country or country,
        )  # fmt: skip
    unit.conn.executemany(
        "INSERT OR IGNORE INTO customer_key (key, customer_id) VALUES (?, ?)", [(key, known) for key in keys]
    )
    return known


def _order_id(conn: Connection, channel: Channel, order: str) -> int | None:
    """An order by what its platform or its buyers call it."""
    if not order:
        return None
    for column, value in (("remote_id", order), ("number_key", number_key(order))):
        sql = f"SELECT id FROM orders WHERE channel_id = ? AND {column} = ?"
        if row := conn.execute(sql, (channel.id, value)).fetchone():
            return int(row[0])
    return None


def _put_order(unit: UnitOfWork, channel: Channel, o: OrderRecord) -> bool:
    conn = unit.conn
    found = _order_id(conn, channel, o.remote_id) or _order_id(conn, channel, o.number)
    if found is not None:
        (seen,) = conn.execute("SELECT updated_at FROM orders WHERE id = ?", (found,)).fetchone()
        if seen > o.updated_at:
            return False
    customer_id = _customer(unit, channel, o.buyer, o.country)
    facts = {
        "channel_id": channel.id, "number": clean_line(o.number), "number_key": number_key(o.number),
        "customer_id": customer_id, "placed_at": o.placed_at, "status": clean_line(o.status),
        "total_minor": o.total.minor, "currency": o.total.currency, "country": o.country, "remote_id": o.remote_id,
        "updated_at": o.updated_at, "ip_country": o.ip_country, "registration_country": o.buyer.country,
        "campaign": clean_line(o.campaign),
    }  # fmt: skip
    if found is None:
        marks = ", ".join("?" * len(facts))
        order_id = conn.execute(
            f"INSERT INTO orders ({', '.join(facts)}) VALUES ({marks})", tuple(facts.values())
        ).lastrowid
        _link_waiting(conn, order_id, o.number)
        changed = True
    else:
        order_id = found
        before = conn.execute(f"SELECT {', '.join(facts)} FROM orders WHERE id = ?", (order_id,)).fetchone()
        changed = tuple(before) != tuple(facts.values())
        if changed:
            sets = ", ".join(f"{column} = ?" for column in facts)
            conn.execute(f"UPDATE orders SET {sets} WHERE id = ?", (*facts.values(), order_id))
    changed |= _put_lines(conn, order_id, o.lines)
    for parcel in o.parcels:
        changed |= _put_parcel(unit, order_id, parcel)
    return changed


def _link_waiting(conn: Connection, order_id: int, number: str) -> None:
    """Tickets that named the order while it was not known."""
    sql = "SELECT id FROM ticket WHERE order_number <> '' AND order_number IN (?, ?) LIMIT 1000"
    for (ticket_id,) in conn.execute(sql, (number, number_key(number))).fetchall():
        shop.link_order(conn, ticket_id, order_id)


def _put_lines(conn: Connection, order_id: int, lines: tuple[Line, ...]) -> bool:
    wanted = [
        OrderItem(order_id, clean_line(n.sku), clean_line(n.title), n.quantity, n.price.minor, n.id) for n in lines
    ]
    if not wanted or shop.items(conn, [order_id]) == wanted:
        return False
    conn.execute("DELETE FROM order_item WHERE order_id = ?", (order_id,))
    conn.executemany(
        "INSERT INTO order_item (order_id, sku, title, quantity, price_minor, remote_id) VALUES (?, ?, ?, ?, ?, ?)",
        wanted,
    )
    return True


def _put_parcel(unit: UnitOfWork, order_id: int, p: Parcel) -> bool:
    conn, key = unit.conn, number_key(p.tracking)
    row = conn.execute(
        "SELECT id, courier, status, shipped_at, delivered_at, eta FROM shipment WHERE order_id = ? AND tracking_key = ?",
        (order_id, key),
    ).fetchone()
    if row is None:
        conn.execute(
            "INSERT INTO shipment (order_id, courier, tracking, tracking_key, status, shipped_at, delivered_at, eta) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                order_id,
                clean_line(p.courier),
                clean_line(p.tracking),
                key,
                p.status,
                p.shipped_at,
                p.delivered_at,
                p.eta,
            ),
        )
        before = ""
    else:
        before = row[2]
        after = (clean_line(p.courier) or row[1], p.status or row[2], p.shipped_at or row[3],
                 p.delivered_at or row[4], p.eta or row[5])  # fmt: skip
        if after == tuple(row[1:]):
            return False
        sql = "UPDATE shipment SET courier = ?, status = ?, shipped_at = ?, delivered_at = ?, eta = ? WHERE id = ?"
        conn.execute(sql, (*after, row[0]))
    if row is not None and p.status != before and p.status in ("delivered", "exception", "returned"):
        for ticket_id in _open_tickets(conn, order_id):
            unit.append(f"parcel_{p.status}", {"tracking": p.tracking, "courier": p.courier}, ticket_id=ticket_id)
    for ticket_id in _returning(conn, order_id):
        keep(unit, ticket_id)
    return True


def _returning(conn: Connection, order_id: int) -> list[int]:
    """Tickets with an open case that waits for a parcel of this order to come back: its arrival starts clocks."""
    sql = (
        "SELECT DISTINCT ticket_id FROM case_file WHERE order_id = ? AND is_open = 1 AND tracking <> '' "
        "AND ticket_id IS NOT NULL"
    )
    return [row[0] for row in conn.execute(sql, (order_id,))]


def _open_tickets(conn: Connection, order_id: int) -> list[int]:
    sql = (
        "SELECT t.id FROM ticket_order x JOIN ticket t ON t.id = x.ticket_id WHERE x.order_id = ? AND t.is_open = 1 "
        "ORDER BY t.id LIMIT 50"
    )
    return [row[0] for row in conn.execute(sql, (order_id,))]


def _put_shipment(unit: UnitOfWork, channel: Channel, s: ShipmentRecord) -> bool:
    order_id = _order_id(unit.conn, channel, s.order_id)
    if order_id is None and s.parcel.tracking:
        sql = (
            "SELECT x.order_id FROM shipment x JOIN orders o ON o.id = x.order_id "
            "WHERE x.tracking_key = ? AND o.channel_id = ? LIMIT 1"
        )
        row = unit.conn.execute(sql, (number_key(s.parcel.tracking), channel.id)).fetchone()
        order_id = row[0] if row else None
    return order_id is not None and _put_parcel(unit, order_id, s.parcel)


def _put_case(unit: UnitOfWork, channel: Channel, c: CaseRecord) -> Taken:
    conn = unit.conn
    row = conn.execute(
        "SELECT id, updated_at, state, is_open, due_at, ticket_id FROM case_file WHERE channel_id = ? AND kind = ? "
        "AND remote_id = ?",
        (channel.id, c.kind, c.remote_id),
    ).fetchone()
    if row is not None and row[1] > c.updated_at:
        return Taken(row[5] or 0, 0, fresh=False)
    order_id = _order_id(conn, channel, c.order_id)
    order = conn.execute("SELECT number, customer_id FROM orders WHERE id = ?", (order_id,)).fetchone()
    number, customer_id = order or (c.order_id, None)
    if c.buyer is not None:
        customer_id = _customer(unit, channel, c.buyer, "") or customer_id
    facts = {
        "channel_id": channel.id, "remote_id": c.remote_id, "kind": c.kind, "order_id": order_id,
        "order_number": clean_line(number), "customer_id": customer_id, "state": clean_line(c.state),
        "reason": clean_line(c.reason), "type": type_of(channel.platform, c.reason), "is_open": int(c.open),
        "amount_minor": c.amount.minor if c.amount else None, "currency": c.amount.currency if c.amount else "",
        "opened_at": c.opened_at, "updated_at": c.updated_at, "due_at": NEVER if c.due_at is None else c.due_at,
        "note": clean(c.text).strip(), "lines": json.dumps(c.lines), "tracking": clean_line(c.tracking),
        "allowed": json.dumps(c.allowed),
    }  # fmt: skip
    if row is None:
        marks = ", ".join("?" * len(facts))
        case_id = conn.execute(
            f"INSERT INTO case_file ({', '.join(facts)}) VALUES ({marks})", tuple(facts.values())
        ).lastrowid
        if not c.open or c.opened_at < channel.since:
            return Taken(0, 0, fresh=True)
        return _ticket_of(unit, channel, c, case_id, str(facts["type"]), clean_line(number), customer_id)
    case_id, _, state, was_open, due_at, ticket_id = row
    if (state, was_open, due_at) == (facts["state"], facts["is_open"], facts["due_at"]) and row[1] == c.updated_at:
        return Taken(ticket_id or 0, 0, fresh=False)
    sets = ", ".join(f"{column} = ?" for column in facts)
    conn.execute(f"UPDATE case_file SET {sets} WHERE id = ?", (*facts.values(), case_id))
    if ticket_id is not None and (state, was_open, due_at) != (facts["state"], facts["is_open"], facts["due_at"]):
        due = {"due_at": [due_at, facts["due_at"]]} if due_at != facts["due_at"] else {}
        unit.append("case_changed", {"case": case_id, "kind": c.kind, "state": [state, facts["state"]], "open": c.open,
                                     **due}, ticket_id=ticket_id)  # fmt: skip
    if ticket_id is not None:
        keep(unit, ticket_id)
    return Taken(ticket_id or 0, 0, fresh=True)


def _ticket_of(
    unit: UnitOfWork, channel: Channel, c: CaseRecord, case_id: int, kind: str, number: str, customer_id: int | None
) -> Taken:
    """The ticket of a new case: the buyer's open one about the same order, else a new one."""
    conn, same = unit.conn, number_key(number)
    known = next(
        (t for t in (tickets.of_customer(conn, customer_id, limit=10) if customer_id else ())
         if t.is_open and not t.automatic and same and number_key(t.order_number) == same), None,
    )  # fmt: skip
    if known is not None:
        taken = Taken(known.id, 0, fresh=True)
    else:
        taken = take(unit, channel.id, _as_message(channel, c, number, customer_id, conn))
        if kind != "other":
            change(unit, taken.ticket_id, {"type": kind, "cause": kind}, why={"text": N_("the platform's reason")})
    conn.execute("UPDATE case_file SET ticket_id = ? WHERE id = ?", (taken.ticket_id, case_id))
    keep(unit, taken.ticket_id)
    unit.append("case_opened", {"case": case_id, "kind": c.kind, "reason": c.reason}, ticket_id=taken.ticket_id)
    return taken


def _as_message(channel: Channel, c: CaseRecord, number: str, customer_id: int | None, conn: Connection) -> Inbound:
    """What the buyer wrote with a case, or else its reason, as the message that begins a ticket."""
    buyer = people.customer(conn, customer_id) if customer_id else None
    keys = people.keys_of(conn, customer_id) if customer_id else []
    key = f"{channel.platform}:{c.buyer.id}" if c.buyer and c.buyer.id else keys[0] if keys else ""
    return Inbound(
        remote_key=f"{channel.platform}:case:{c.kind}:{c.remote_id}", sender_key=key,
        sender_name=buyer.name if buyer else "", sender_address=c.buyer.id if c.buyer else "",
        subject=_SUBJECTS[c.kind].format(order=number).strip(),
        text=clean(c.text).strip() or clean_line(c.reason).replace("_", " ").lower(),
        sent_at=c.opened_at, arrived_at=c.opened_at, order_numbers=(number,) if number else (),
        platform=channel.platform,
    )  # fmt: skip


def _put_review(unit: UnitOfWork, channel: Channel, r: ReviewRecord) -> bool:
    conn = unit.conn
    row = conn.execute(
        "SELECT id, rating, title, body, reply FROM review WHERE channel_id = ? AND remote_id = ?",
        (channel.id, r.remote_id),
    ).fetchone()
    said = (r.rating, clean_line(r.title), clean(r.text).strip(), clean(r.reply).strip())
    if row is not None:
        if tuple(row[1:]) == said:
            return False
        conn.execute("UPDATE review SET rating = ?, title = ?, body = ?, reply = ? WHERE id = ?", (*said, row[0]))
        return True
    order_id = _order_id(conn, channel, r.order_id)
    customer_id = people.customer_by_key(conn, f"{channel.platform}:{r.author_id}") if r.author_id else None
    conn.execute(
        "INSERT INTO review (channel_id, remote_id, order_id, customer_id, sku, rating, title, body, lang, author, at, "
        "reply) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (channel.id, r.remote_id, order_id, customer_id, clean_line(r.sku), *said[:3], r.lang, clean_line(r.author), r.at,
         said[3]),
    )  # fmt: skip
    return True


def _put_product(unit: UnitOfWork, channel: Channel, p: ProductRecord) -> bool:
    sql = (
        "INSERT INTO product (channel_id, sku, title, specs, sizes, updated_at) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (channel_id, sku) DO UPDATE SET title = excluded.title, specs = excluded.specs, "
        "sizes = excluded.sizes, updated_at = excluded.updated_at WHERE excluded.updated_at >= product.updated_at "
        "AND (title, specs, sizes) <> (excluded.title, excluded.specs, excluded.sizes)"
    )
    specs = json.dumps({clean_line(k): clean_line(v) for k, v in p.specs.items()}, ensure_ascii=False)
    values = (channel.id, clean_line(p.sku), clean_line(p.title), specs, clean(p.sizes).strip(), p.updated_at)
    return bool(unit.conn.execute(sql, values).rowcount)
