"""What is new at Walmart. Cursors are `windows.Place` as JSON; a page inside of a window is a whole query string."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from connectors.contract import Page, Record, SchemaSurprise
from connectors.fields import Data, Unreadable, bad, data, each, ident, iso, many, part, text
from connectors.refusals import Refusal
from connectors.walmart import guesses, mapping
from connectors.walmart.shop import Shop
from connectors.windows import Found, paged
from store.values import SECOND, Instant

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
    told: list[Record] = []
    for raw in raws:
        try:
            told += mapping.records(data(raw))
        except Unreadable as exc:
            told.append(bad(raw, lambda r: f"order:{ident(r, 'purchaseOrderId')}", str(exc)))
    return told


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
            window = {f"{filter_}StartDate": iso((start - 1) * SECOND), f"{filter_}EndDate": iso((end + 1) * SECOND)}
            return read(shop.get(path, **window, limit=A_PAGE, **extra))
        except Refusal as fault:
            if fault.status == 404 and guesses.NOTHING_FOUND in fault.code:
                return Found([], "")
            if fault.status == 404 and not fault.code:
                raise SchemaSurprise("Walmart has nothing there, or its answer was cut off.") from fault
            raise

    def kept(raws: list[object]) -> list[Record]:
        return [r for r in records(raws) if getattr(r, "updated_at", since) // 1000 >= since // 1000]

    return paged(cursor, since, shop.there, ask, kept, longest=LONGEST, overlap=OVERLAP)
