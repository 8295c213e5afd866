"""Rows of a .csv file as what comes in: messages as lines of a .jsonl file would say them, orders, customers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from desk.sync.importing_csv import Row
from desk.sync.importing_csv_values import amount, country, currency_of, instant, number_of, whole
from desk.sync.importing_lines import Bad
from store.values import Instant, clean, clean_line, fold

_OUT = {"out", "outbound", "outgoing", "sent", "seller", "agent", "shop", "发出", "发送", "卖家", "客服", "寄出"}
_COPIED = ("from_addr", "from_name", "to_addr", "subject", "body", "conv", "message_id", "in_reply_to", "channel",
           "lang", "type", "sku", "product")  # fmt: skip


class Item(NamedTuple):
    sku: str
    title: str
    quantity: int
    price_minor: int


class Parcel(NamedTuple):
    courier: str
    tracking: str
    key: str
    shipped_at: Instant | None
    delivered_at: Instant | None


class Order(NamedTuple):
    """An order as one or more rows tell it; what they do not tell is empty, None or 0. `names` are its rows."""

    names: tuple[str, ...]
    channel: str
    number: str
    key: str
    placed_at: Instant | None
    status: str
    total_minor: int | None
    currency: str
    country: str
    customer: str
    email: str
    items: tuple[Item, ...]
    parcels: tuple[Parcel, ...]


class Customer(NamedTuple):
    """`keys` are what they are known by, the address first."""

    name: str
    keys: tuple[str, ...]
    name_said: str
    email: str
    lang: str
    country: str
    tier: str
    note: str


# Messages -------------------------------------------------------------------------------------------


def message_line(row: Row, days_first: bool) -> tuple[str, bytes] | Bad:
    """A row as `desk.sync.importing_lines.prepare` takes it."""
    cells = row.cells
    record: dict[str, Any] = {f: clean(cells[f]) for f in _COPIED if cells.get(f)}
    record.setdefault("body", "")
    if not record["body"].strip() and not record.get("subject"):
        return Bad(row.name, "without a text")
    try:
        if cells.get("ts"):
            record["ts"] = instant(cells["ts"], days_first) / 1000
        if cells.get("order_id"):
            record["order_id"] = number_of(cells["order_id"])
        if cells.get("tracking"):
            record["tracking"] = number_of(cells["tracking"])
        if cells.get("amount"):
            record["amount_minor"], record["currency"] = amount(cells["amount"], cells.get("currency", ""))
    except ValueError as exc:
        return Bad(row.name, str(exc))
    if cells.get("direction"):
        record["direction"] = "out" if fold(cells["direction"]) in _OUT else "in"
    record["country"] = country(cells.get("country", ""))
    return row.name, json.dumps(record, ensure_ascii=False).encode()


# Orders ---------------------------------------------------------------------------------------------


def orders(rows: Iterable[Row | Bad], days_first: bool) -> Iterator[tuple[Order | Bad, int]]:
    """Orders, rows of one that follow each other together, and the bytes of the file read so far."""
    current: Order | None = None
    size = 0
    for row in rows:
        made = row if isinstance(row, Bad) else _order(row, days_first)
        if isinstance(made, Bad):
            yield made, size
            continue
        assert isinstance(row, Row)
        if current is not None and (current.channel, current.key) == (made.channel, made.key):
            current = _joined(current, made)
        else:
            if current is not None:
                yield current, size
            current = made
        size = row.size
    if current is not None:
        yield current, size


def _order(row: Row, days_first: bool) -> Order | Bad:
    cells = row.cells
    try:
        number = number_of(cells.get("number", ""))
        if not number:
            return Bad(row.name, "without an order number")
        said = cells.get("currency", "")
        total, code = amount(cells["total"], said) if cells.get("total") else (None, currency_of(said))
        items = _items(cells, code or said)
        parcels = _parcels(cells, days_first)
        placed = instant(cells["placed"], days_first) if cells.get("placed") else None
    except (ValueError, OverflowError) as exc:
        return Bad(row.name, str(exc))
    return Order(
        (row.name,), clean_line(cells.get("channel", "")), number, key_of(number), placed,
        clean_line(cells.get("status", "")), total, code, country(cells.get("country", "")),
        clean_line(cells.get("customer", "")), fold(clean_line(cells.get("email", ""))), items, parcels,
    )  # fmt: skip


def _items(cells: Mapping[str, str], currency: str) -> tuple[Item, ...]:
    sku, title = clean_line(cells.get("sku", "")), clean_line(cells.get("title", ""))
    if not sku and not title:
        return ()
    quantity = whole(cells["quantity"]) if cells.get("quantity") else 1
    return (Item(sku, title, quantity, amount(cells["price"], currency)[0] if cells.get("price") else 0),)


def _parcels(cells: Mapping[str, str], days_first: bool) -> tuple[Parcel, ...]:
    tracking = number_of(cells.get("tracking", ""))
    if not tracking:
        return ()
    shipped, delivered = (instant(cells[f], days_first) if cells.get(f) else None for f in ("shipped", "delivered"))
    return (Parcel(clean_line(cells.get("courier", "")), tracking, key_of(tracking), shipped, delivered),)


def _joined(a: Order, b: Order) -> Order:
    """Two rows of one order: the first word on each fact counts, items and parcels add up."""
    return a._replace(
        names=a.names + b.names, placed_at=a.placed_at if a.placed_at is not None else b.placed_at,
        status=a.status or b.status, total_minor=a.total_minor if a.total_minor is not None else b.total_minor,
        currency=a.currency or b.currency, country=a.country or b.country, customer=a.customer or b.customer,
        email=a.email or b.email, items=a.items + b.items, parcels=tuple(dict.fromkeys(a.parcels + b.parcels)),
    )  # fmt: skip


def key_of(number: str) -> str:
    """A number as it is compared: casefolded, without dashes and spaces."""
    return fold(number).replace("-", "").replace(" ", "")


# Customers ------------------------------------------------------------------------------------------


def customer(row: Row) -> Customer | Bad:
    """Somebody known by an address or a platform's name, else by their own."""
    cells = {f: clean_line(text) for f, text in row.cells.items()}
    email, name = fold(cells.get("email", "")), cells.get("name", "")
    if email and ("@" not in email or " " in email):
        return Bad(row.name, f"not an address: {email}")
    user = cells.get("username", "")
    platform = fold(cells.get("platform", ""))
    keys = [f"email:{email}"] if email else []
    keys += [f"{platform}:{user}"] if user and platform else []
    keys += [f"name:{fold(name)}"] if not keys and name else []
    if not keys:
        return Bad(row.name, "without a name and an address")
    return Customer(name or user or email.partition("@")[0], tuple(keys), name, email, cells.get("lang", ""),
                    country(cells.get("country", "")), cells.get("tier", ""), cells.get("note", ""))  # fmt: skip
