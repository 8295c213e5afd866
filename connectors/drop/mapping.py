"""One JSON file → records. The format is docs/drop.md; what is not in it is left aside."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC
from decimal import Decimal
from typing import NamedTuple

from connectors.contract import (
    BadRecord,
    Buyer,
    CustomerRecord,
    File,
    Line,
    MessageRecord,
    OrderRecord,
    Parcel,
    ProductRecord,
    Record,
)
from connectors.fields import Data, Unreadable, as_bytes, data, ident, many, moment, money, part, text, whole
from store.values import NEVER, Instant, clean_line

MOST = 500
"""Records one file may hold."""
LONGEST = 200_000
"""Characters of one message."""
MOST_FILES = 20
STATES = ("shipped", "delivered", "exception", "returned", "")


class Given(NamedTuple):
    """What a file's place says besides its content. `file` reads an attachment, and raises Unreadable."""

    source: str
    at: Instant
    file: Callable[[str], File]


def parsed(raw: bytes) -> list[object]:
    """The records a file holds, unread. Raises ValueError for what is not JSON, or not whole yet."""
    try:
        found = json.loads(raw.decode("utf-8-sig"), parse_float=_decimal, parse_constant=_no_number)
    except RecursionError as exc:
        raise ValueError("nested too deeply") from exc
    items = found if isinstance(found, list) else [found]
    if len(items) > MOST:
        raise ValueError(f"more than {MOST} records in one file")
    if not items:
        raise ValueError("no record in it")
    return items


def _decimal(word: str) -> Decimal:
    number = Decimal(word)
    if not -30 < number.adjusted() < 30:
        raise ValueError("a number without measure")
    return number


def _no_number(word: str) -> Decimal:
    raise ValueError(f"{word} is no number")


def records(item: object, given: Given) -> Iterator[Record]:
    """What one JSON object says. Raises Unreadable."""
    found = data(item)
    kind = text(found, "kind", "message")
    match kind:
        case "message":
            yield from _message(found, given)
        case "order":
            yield _order(found, given)
        case "customer":
            buyer = replace(_buyer(found, given), name=text(found, "name"))
            tags = tuple(str(tag) for tag in many(found, "tags"))
            yield CustomerRecord(buyer, text(found, "tier"), text(found, "note"), tags, _consent(found))
        case "product":
            yield _product(found, given)
        case _:
            raise Unreadable(f"kind {clean_line(kind)[:40]} is none of message, order, customer, product")


def bad(name: str, item: object, reason: str) -> BadRecord:
    """A record that cannot be read, for the quarantine."""
    return BadRecord(clean_line(name), as_bytes(item), reason)


def _message(r: Data, given: Given) -> Iterator[Record]:
    order = r.get("order")
    known = _order({**order, "buyer": {**part(r, "buyer"), **part(order, "buyer")}}, given) if isinstance(order, dict) else None
    if known is not None:
        yield known
    remote_id, said = ident(r, "id"), text(r, "text")
    if len(said) > LONGEST:
        raise Unreadable("text is too long")
    names = [str(name) for name in many(r, "attachments")]
    if len(names) > MOST_FILES:
        raise Unreadable(f"more than {MOST_FILES} attachments")
    if not said.strip() and not names:
        raise Unreadable("text is missing")
    if (side := text(r, "from", "buyer")) not in ("buyer", "shop"):
        raise Unreadable("from is neither buyer nor shop")
    thread = text(r, "thread").strip() or remote_id
    buyer = _buyer(part(r, "buyer") or {"id": thread}, given)
    ours = side == "shop"
    yield MessageRecord(
        remote_id=f"{given.source}/{remote_id}", thread_id=f"{given.source}/{thread}", outbound=ours,
        author=text(r, "agent") if ours else buyer.name, author_id=buyer.id, text=said if said.strip() else ", ".join(names),
        sent_at=min(_time(r, "sent", given.at), given.at), subject=text(r, "subject"),
        order_id=known.number if known else text(r, "order"), email="" if ours else buyer.email,
        files=tuple(given.file(name) for name in names),
    )  # fmt: skip


def _order(r: Data, given: Given) -> OrderRecord:
    number, currency = ident(r, "number"), ident(r, "currency").upper()
    updated = min(_time(r, "updated", given.at), given.at)
    placed = min(_time(r, "placed", updated), updated)
    return OrderRecord(
        remote_id=text(r, "id").strip() or number, number=number, placed_at=placed, updated_at=updated,
        status=text(r, "status"), buyer=_buyer(part(r, "buyer"), given) if part(r, "buyer") else Buyer(""),
        total=money(r, "total", currency), lines=tuple(_line(data(n, "line"), currency) for n in many(r, "lines")),
        parcels=tuple(_parcel(data(p, "parcel")) for p in many(r, "parcels")), country=_country(r, "country"),
        ip_country=_country(r, "ip_country"), campaign=text(r, "campaign"),
    )  # fmt: skip


def _line(r: Data, currency: str) -> Line:
    price = money(r if r.get("price") is not None else {"price": "0"}, "price", currency)
    quantity = whole(r, "quantity", 1)
    if not 0 < quantity < 10**6:
        raise Unreadable("quantity is no number of pieces")
    return Line(text(r, "id"), text(r, "sku"), text(r, "title"), quantity, price)


def _parcel(r: Data) -> Parcel:
    if (state := text(r, "status")) not in STATES:
        raise Unreadable("status of a parcel is none of shipped, delivered, exception, returned")
    return Parcel(text(r, "courier"), ident(r, "tracking"), state, *(_maybe(r, key) for key in ("shipped", "delivered", "eta")))


def _product(r: Data, given: Given) -> ProductRecord:
    sizes = r.get("sizes")
    chart = "\n".join(f"{k}: {text(sizes, k)}" for k in sizes) if isinstance(sizes, dict) else text(r, "sizes")
    specs = part(r, "specs")
    return ProductRecord(ident(r, "sku"), text(r, "title"), {str(k): text(specs, k) for k in specs}, chart,
                         min(_time(r, "updated", given.at), given.at), _image(r))  # fmt: skip


def _image(r: Data) -> str:
    if (address := text(r, "image").strip()) and not address.startswith(("https://", "http://")):
        raise Unreadable("image is no address on the web")
    return address


def _buyer(r: Data, given: Given) -> Buyer:
    """Known by an id of the site, or by their address; called by it where they have no name."""
    email, own = text(r, "email").strip().casefold(), text(r, "id").strip()
    if email and ("@" not in email or len(email) > 320 or any(c.isspace() for c in email)):
        raise Unreadable("email of the buyer is no address")
    if not own and not email:
        raise Unreadable("a buyer needs an id or an email")
    if len(own) > 200:
        raise Unreadable("id of the buyer is too long")
    name = f"{given.source}/{own}" if own else email
    return Buyer(name, text(r, "name") or own or email.partition("@")[0], email, text(r, "lang"), _country(r, "country"))


def _consent(r: Data) -> bool | None:
    """Whether they take marketing mail; None where the file does not say."""
    said = r.get("consent")
    if said is None or isinstance(said, bool):
        return said
    raise Unreadable("consent is neither true nor false")


def _country(r: Data, key: str) -> str:
    code = text(r, key).strip().upper()
    if code and not (len(code) == 2 and code.isascii() and code.isalpha()):
        raise Unreadable(f"{key} is no code of two letters")
    return code


def _maybe(r: Data, key: str) -> Instant | None:
    return _time(r, key, 0) if r.get(key) not in (None, "") else None


def _time(r: Data, key: str, default: Instant) -> Instant:
    """ISO 8601 (UTC where it names no zone), or seconds since 1970."""
    value = r.get(key)
    if value is None or value == "":
        return default
    at = moment(r, key, zone=UTC) if isinstance(value, str) else round(_number(value, key) * 1000)
    if not 0 < at < NEVER:
        raise Unreadable(f"{key} is no time")
    return at


def _number(value: object, key: str) -> Decimal:
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and abs(Decimal(value)) < 10**12:
        return Decimal(value)
    raise Unreadable(f"{key} is no time")
