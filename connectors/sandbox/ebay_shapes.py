"""Small shapes that eBay's stand-in shares: times, amounts, names, pages."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from connectors.sandbox.market_records import MarketOrder
from connectors.sandbox.web import Request, Response, Site, as_json
from connectors.sandbox.world import Buyer
from store.values import Instant, Money, exponent

Json = dict[str, Any]


def iso(at: Instant) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03d}Z"


def at(text: str) -> Instant | None:
    """A time as eBay takes it; None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return round(moment.timestamp() * 1000) if moment.tzinfo else None


def figure(money: Money) -> str:
    places = exponent(money.currency)
    return f"{money.minor / 10**places:.{places}f}"


def amount(money: Money) -> Json:
    return {"value": figure(money), "currency": money.currency}


def number(money: Money) -> Json:
    """Post-Order tells amounts as numbers."""
    return {"value": float(figure(money)), "currency": money.currency}


def username(buyer: Buyer) -> str:
    return buyer.address.partition("@")[0].replace(".", "_")


def item_id(order: MarketOrder, line: int = 0) -> str:
    return f"40{zlib.crc32(order.lines[line].sku.encode()):010d}"


def line_id(order: MarketOrder, line: int = 0) -> str:
    return f"1008{order.id}{line:02d}"


def whole(request: Request, name: str, default: int) -> int:
    """A number of the query; -1 for what is none."""
    text = request.arg(name, str(default))
    return int(text) if text.isdecimal() else -1


def paged(
    site: Site, request: Request, key: str, found: list[Any], show: Callable[[Any], Json], *, default: int, most: int,
    refuse: Callable[[str], Response],
) -> Response:  # fmt: skip
    """A page as the APIs of today give it, with `next` unless it is the last one."""
    limit, offset = whole(request, "limit", default), whole(request, "offset", 0)
    if not 1 <= limit <= most:
        return refuse("limit")
    limit = site.paged(limit)
    if offset < 0 or offset % limit:
        return refuse("offset")
    records = site.shown(request, [show(item) for item in found[offset : offset + limit]])
    body: Json = {"href": request.path, "limit": limit, "offset": offset, "total": len(found), key: records}
    if offset + limit < len(found):
        others = [(k, v) for k, v in request.query if k not in ("limit", "offset")]
        body["next"] = f"{request.path}?{urlencode([*others, ('limit', limit), ('offset', offset + limit)])}"
    return as_json(body)


def problem(
    status: int, ident: int, domain: str, text: str, *, category: str = "REQUEST", old: bool = False
) -> Response:
    """A refusal in the shape of the APIs of today, or of Post-Order (`old`)."""
    error: dict[str, Any] = {"errorId": ident, "domain": domain, "category": category, "message": text}
    if old:
        return as_json({"error": [{**error, "severity": "ERROR", "httpStatusCode": status}]}, status)
    return as_json({"errors": [{**error, "longMessage": text, "parameters": []}]}, status)
