"""Rows of a .csv file as what comes in: messages as lines of a .jsonl file would say them, orders, customers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, NamedTuple, TypeVar

from desk.sync.importing_csv import Row, Table
from desk.sync.importing_csv_columns import MINUS, PLUS
from desk.sync.importing_csv_values import amount, country, currency_of, number_of, whole, yes
from desk.sync.importing_lines import Bad
from store.values import Instant, clean, clean_line, fold

T = TypeVar("T")

_OUT = {"out", "outbound", "outgoing", "sent", "seller", "agent", "shop", "发出", "发送", "卖家", "客服", "寄出"}
_COPIED = ("from_addr", "from_name", "to_addr", "subject", "body", "conv", "message_id", "in_reply_to", "channel",
           "lang", "type", "sku", "product")  # fmt: skip


class Item(NamedTuple):
    """`remote_id` is the platform's name of the line, "" where the file tells none."""

    sku: str
    title: str
    quantity: int
    price_minor: int
    remote_id: str = ""


class Parcel(NamedTuple):
    courier: str
    tracking: str
    key: str
    shipped_at: Instant | None
    delivered_at: Instant | None


class Order(NamedTuple):
    """An order as one or more rows tell it; what they do not tell is empty, None or 0. `names` are its rows; `platform` and
    `username` say who the buyer is there, `summed` that the total is a sum over rows."""

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
    platform: str = ""
    username: str = ""
    updated_at: Instant = 0
    ip_country: str = ""
    registration_country: str = ""
    campaign: str = ""
    summed: bool = False


class Customer(NamedTuple):
    """`keys` are what they are known by, the address first. `tags` are separated by commas or semicolons."""

    name: str
    keys: tuple[str, ...]
    name_said: str
    email: str
    lang: str
    country: str
    tier: str
    note: str
    tags: str = ""
    consent: bool | None = None


# Messages -------------------------------------------------------------------------------------------


def message_line(row: Row, table: Table) -> tuple[str, bytes] | Bad:
    """A row as `desk.sync.importing_lines.prepare` takes it."""
    cells = row.cells
    record: dict[str, Any] = {f: clean(cells[f]) for f in _COPIED if cells.get(f)}
    record.setdefault("body", "")
    if not record["body"].strip() and not record.get("subject"):
        return Bad(row.name, "without a text")
    try:
        if cells.get("ts"):
            record["ts"] = table.instant(cells["ts"]) / 1000
        if cells.get("order_id"):
            record["order_id"] = number_of(cells["order_id"])
        if cells.get("tracking"):
            record["tracking"] = number_of(cells["tracking"])
        if cells.get("amount"):
            said = cells.get("currency", "") or table.columns.currency
            record["amount_minor"], record["currency"] = amount(cells["amount"], said)
    except ValueError as exc:
        return Bad(row.name, str(exc))
    if cells.get("direction"):
        record["direction"] = "out" if fold(cells["direction"]) in _OUT else "in"
    record["country"] = country(cells.get("country", ""))
    return row.name, json.dumps(record, ensure_ascii=False).encode()


# Orders ---------------------------------------------------------------------------------------------


def orders(table: Table) -> Iterator[tuple[Order | Bad, int]]:
    """Orders, rows of one that follow each other together, and the bytes of the file read so far."""
    return grouped(table, _order, lambda a, b: _joined(a, b) if (a.channel, a.key) == (b.channel, b.key) else None)


def grouped(
    table: Table, read: Callable[[Row, Table], T | Bad], join: Callable[[T, T], T | None]
) -> Iterator[tuple[T | Bad, int]]:
    """Every row as `read` makes it, what `join` makes one together, and the bytes of the file read so far. Rows that cannot
    be read come by themselves."""
    current: T | None = None
    size = 0
    for row in table.rows():
        made = row if isinstance(row, Bad) else read(row, table)
        if isinstance(made, Bad):
            yield made, size
            continue
        joined = join(current, made) if current is not None else None
        if joined is None and current is not None:
            yield current, size
        current, size = joined or made, row.size if isinstance(row, Row) else size
    if current is not None:
        yield current, size


def _order(row: Row, table: Table) -> Order | Bad:
    cells = row.cells
    try:
        number = number_of(cells.get("number", ""))
        if not number:
            return Bad(row.name, "without an order number")
        said = cells.get("currency", "") or table.columns.currency
        total, code = amount(cells["total"], said) if cells.get("total") else (None, currency_of(said))
        summed = total is None and any(f[0] in (PLUS, MINUS) and text for f, text in cells.items())
        if summed:
            total, code = _sum(cells, code or said)
        items = _items(cells, code or said)
        parcels = _parcels(cells, table)
        placed = table.instant(cells["placed"]) if cells.get("placed") else None
        updated = table.instant(cells["updated"]) if cells.get("updated") else 0
    except (ValueError, OverflowError) as exc:
        return Bad(row.name, str(exc))
    email = fold(clean_line(cells.get("email", "")))
    return Order(
        (row.name,), clean_line(cells.get("channel", "")), number, key_of(number), placed,
        clean_line(cells.get("status", "")), total, code, country(cells.get("country", "")),
        clean_line(cells.get("customer", "")), "" if "*" in email else email, items, parcels,
        platform=table.columns.profile.platform, username=clean_line(cells.get("username", "")), updated_at=updated,
        ip_country=country(cells.get("ip_country", "")), summed=summed,
        registration_country=country(cells.get("registration_country", "")), campaign=clean_line(cells.get("campaign", "")),
    )  # fmt: skip


def _sum(cells: Mapping[str, str], currency: str) -> tuple[int, str]:
    """What the columns of a row add up to. Discounts count as less, whichever sign they bear. Raises ValueError."""
    total, code = 0, currency_of(currency)
    for field, text in cells.items():
        if field[0] in (PLUS, MINUS) and text:
            minor, said = amount(text, currency)
            code = code or said
            total += minor if field[0] == PLUS else -abs(minor)
    return total, code


def _items(cells: Mapping[str, str], currency: str) -> tuple[Item, ...]:
    sku, title = clean_line(cells.get("sku", "")), clean_line(cells.get("title", ""))
    if not sku and not title:
        return ()
    quantity = whole(cells["quantity"]) if cells.get("quantity") else 1
    price = amount(cells["price"], currency)[0] if cells.get("price") else 0
    if cells.get("line_total") and not cells.get("price"):
        together = Decimal(amount(cells["line_total"], currency)[0])
        price = int((together / max(quantity, 1)).quantize(Decimal(1), ROUND_HALF_EVEN))
    return (Item(sku, title, quantity, price, clean_line(cells.get("line", ""))),)


def _parcels(cells: Mapping[str, str], table: Table) -> tuple[Parcel, ...]:
    tracking = number_of(cells.get("tracking", ""))
    if not tracking:
        return ()
    shipped, delivered = (table.instant(cells[f]) if cells.get(f) else None for f in ("shipped", "delivered"))
    return (Parcel(clean_line(cells.get("courier", "")), tracking, key_of(tracking), shipped, delivered),)


def _joined(a: Order, b: Order) -> Order:
    """Two rows of one order: the first word on each fact counts, items and parcels add up, and so does a total that each
    row tells its part of."""
    total = a.total_minor if a.total_minor is not None else b.total_minor
    if a.summed and b.summed and a.currency == b.currency:
        total = (a.total_minor or 0) + (b.total_minor or 0)
    return a._replace(
        names=a.names + b.names, placed_at=a.placed_at if a.placed_at is not None else b.placed_at,
        status=a.status or b.status, total_minor=total,
        currency=a.currency or b.currency, country=a.country or b.country, customer=a.customer or b.customer,
        email=a.email or b.email, items=a.items + b.items, parcels=tuple(dict.fromkeys(a.parcels + b.parcels)),
        username=a.username or b.username, updated_at=max(a.updated_at, b.updated_at),
        ip_country=a.ip_country or b.ip_country, campaign=a.campaign or b.campaign,
        registration_country=a.registration_country or b.registration_country,
    )  # fmt: skip


def key_of(number: str) -> str:
    """A number as it is compared: casefolded, without dashes and spaces."""
    return fold(number).replace("-", "").replace(" ", "")


# Customers ------------------------------------------------------------------------------------------


def customer(row: Row, table: Table) -> Customer | Bad:
    """Somebody known by an address or a platform's name, else by their own."""
    cells = {f: clean_line(text) for f, text in row.cells.items()}
    whole_name = " ".join(filter(None, (cells.get("first_name", ""), cells.get("last_name", ""))))
    email, name = fold(cells.get("email", "")), cells.get("name", "") or whole_name
    if email and ("@" not in email or " " in email):
        return Bad(row.name, f"not an address: {email}")
    user = cells.get("username", "")
    platform = fold(cells.get("platform", "")) or table.columns.profile.platform
    keys = [f"email:{email}"] if email else []
    keys += [f"{platform}:{user}"] if user and platform else []
    keys += [f"name:{fold(name)}"] if not keys and name else []
    if not keys:
        return Bad(row.name, "without a name and an address")
    return Customer(name or user or email.partition("@")[0], tuple(keys), name, email, cells.get("lang", ""),
                    country(cells.get("country", "")), cells.get("tier", ""), cells.get("note", ""),
                    cells.get("tags", ""), yes(cells.get("consent", "")))  # fmt: skip
