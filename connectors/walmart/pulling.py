"""What is new at Walmart. Cursors are `windows.Place` as JSON; a page inside of a window is a whole query string."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from connectors.answer import parse_json
from connectors.contract import Page, Record, SchemaSurprise
from connectors.fields import Data, Unreadable, each, ident, many, part, text
from connectors.walmart import guesses, mapping
from connectors.walmart.shop import Refusal, Shop
from connectors.windows import Found, Fresh, place_of, walk
from store.values import Instant

LONGEST = 15 * 24 * 3600
OVERLAP = 5 * 60
A_PAGE = 200
"""Records at once, by the documentation."""


def orders(shop: Shop, cursor: str, since: Instant) -> Iterator[Page]:
    def read(got: Data) -> Found[object]:
        inner = part(got, "list")
        if "elements" not in inner:
            raise Unreadable("there is no list of orders")
        return Found(many(part(inner, "elements"), "order"), text(part(inner, "meta"), "nextCursor"))

    return _pages(shop, "/v3/orders", "lastModified", {}, read, cursor, since, _orders)


def cases(shop: Shop, cursor: str, since: Instant) -> Iterator[Page]:
    def read(got: Data) -> Found[object]:
        if "returnOrders" not in got:
            raise Unreadable("there is no list of returns")
        return Found(many(got, "returnOrders"), text(part(got, "meta"), "nextCursor"))

    return _pages(shop, "/v3/returns", "returnLastModified", {"replacementInfo": "true"}, read, cursor, since, _cases)


def _orders(raws: list[object]) -> list[Record]:
    return each(raws, mapping.order, lambda r: f"order:{ident(r, 'purchaseOrderId')}")


def _cases(raws: list[object]) -> list[Record]:
    return each(raws, mapping.case, lambda r: f"return:{ident(r, 'returnOrderId')}")


def _pages(
    shop: Shop, path: str, filter_: str, extra: dict[str, str], read: Callable[[Data], Found[object]], cursor: str,
    since: Instant, records: Callable[[list[object]], list[Record]],
) -> Iterator[Page]:  # fmt: skip
    def ask(start: int, end: int, page: str) -> Found[object]:
        try:
            if page:
                return read(shop.onwards(path, page))
            # Both ends lie outside, whichever of them Walmart counts in.
            window = {f"{filter_}StartDate": stamp(start - 1), f"{filter_}EndDate": stamp(end + 1)}
            return read(shop.get(path, **window, limit=A_PAGE, **extra))
        except Refusal as fault:
            if fault.status == 404 and guesses.NOTHING_FOUND in fault.code:
                return Found([], "")
            if fault.status == 404 and not fault.code:
                raise SchemaSurprise("Walmart has nothing there, or its answer was cut off.") from fault
            raise

    fresh = Fresh()
    place = place_of(_saved(cursor), start=since // 1000, width=LONGEST)
    for raws, after, more in walk(place, shop.now() // 1000, ask, longest=LONGEST, overlap=OVERLAP):
        kept = tuple(r for r in records(raws) if getattr(r, "updated_at", since) // 1000 >= since // 1000)
        yield Page(fresh(list(kept)), json.dumps(after.json()), more)


def stamp(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _saved(cursor: str) -> dict[str, Any]:
    if not cursor:
        return {}
    try:
        saved = parse_json(cursor.encode())
    except SchemaSurprise:
        return {}
    return saved if isinstance(saved, dict) else {}
