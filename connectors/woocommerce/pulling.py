"""What is new in a shop. A cursor is JSON; what it holds is told at each stream."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

from connectors.contract import Page, Record, ReviewRecord
from connectors.fields import Data, Unreadable, bad, data, each, ident, text
from connectors.windows import Found, Fresh, paged, saved
from connectors.woocommerce import guesses, mapping
from connectors.woocommerce.shop import Shop
from store.values import DAY, SECOND, Instant

LONGEST = 15 * 24 * 3600
"""Seconds a window may be long. The shop itself has no limit, but its host gives up on a question that takes too long."""
OVERLAP = 5 * 60
EVER = 100 * 365 * 24 * 3600
"""Products are few and change seldom: one window holds all times, as long as one page holds what is in it."""
REVIEWED_MS = DAY
"""Reviews are told anew for this long, in case one was removed while they were paged through."""


def orders(shop: Shop, cursor: str, since: Instant) -> Iterator[Page]:
    """Orders by time of change. Cursor: a `windows.Place`."""

    def ask(start: int, end: int, page: str) -> Found[object]:
        got = shop.page(
            "/orders", page, modified_after=stamp(start - 1), modified_before=stamp(end + 1), dates_are_gmt="true",
            orderby=guesses.BY_CHANGE, order="asc",
        )  # fmt: skip
        return Found(got.items, got.next)

    def read(items: list[object]) -> list[Record]:
        return each(items, mapping.order, lambda r: f"order:{ident(r, 'id')}")

    return paged(cursor, since, shop.there, ask, read, longest=LONGEST, overlap=OVERLAP)


def products(shop: Shop, cursor: str, since: Instant) -> Iterator[Page]:
    """All there are, however long they are for sale, then those that change. Cursor: a `windows.Place`."""

    def ask(start: int, end: int, page: str) -> Found[object]:
        got = shop.page(
            "/products", page, modified_after=stamp(max(start - 1, 0)), modified_before=stamp(end + 1),
            dates_are_gmt="true", orderby=guesses.BY_CHANGE, order="asc", status="any",
        )  # fmt: skip
        return Found(got.items, got.next)

    return paged(cursor, 0, shop.there, ask, lambda items: _described(shop, items), longest=EVER, overlap=OVERLAP)


def _described(shop: Shop, items: list[object]) -> list[Record]:
    """Products; one that comes in several kinds has them in a list of its own."""
    found: list[Record] = []
    for item in items:
        try:
            raw = data(item)
            kinds = shop.all(f"/products/{ident(raw, 'id')}/variations") if text(raw, "type") == guesses.IN_KINDS else []
            found += mapping.products(raw, kinds)
        except Unreadable as exc:
            found.append(bad(item, lambda r: f"product:{ident(r, 'id')}", str(exc)))
    return found


def reviews(shop: Shop, cursor: str, since: Instant) -> Iterator[Page]:
    """Reviews, the newest first, so that new ones push others to later pages and hide none. Cursor: `high`, the newest
    review (ms) of rounds before; `top`, of this one; `page`, where in it one is."""
    place = saved(cursor)
    high = _whole(place.get("high"), 0)
    top, page = _whole(place.get("top"), high), str(_whole(place.get("page"), 1))
    low = max(since // SECOND * SECOND, high - REVIEWED_MS)
    fresh = Fresh()
    while True:
        got = shop.page(
            "/products/reviews", page, after=stamp((low - guesses.LOCAL_MS) // SECOND), status=guesses.ALL_REVIEWS,
            orderby="date_gmt", order="desc",
        )  # fmt: skip
        skus = _skus(shop, got.items)
        read = each(got.items, lambda r, skus=skus: mapping.review(r, skus), lambda r: f"review:{ident(r, 'id')}")  # type: ignore[misc]
        top = max([top, *(r.at for r in read if isinstance(r, ReviewRecord))])
        kept: list[Record] = [r for r in read if not isinstance(r, ReviewRecord) or r.at >= low]
        page = got.next
        state = {"high": high, "top": top, "page": int(page)} if page else {"high": top}
        yield Page(fresh(kept), json.dumps(state), bool(page), got.total)
        if not page:
            return


def _skus(shop: Shop, items: list[object]) -> dict[str, str]:
    """A review tells its product by id only; what people call it is asked for."""
    products = dict.fromkeys(text(r, "product_id") for r in items if isinstance(r, dict) and _numbered(r))
    if not products:
        return {}
    got = shop.page("/products", include=",".join(products), _fields="id,sku", status="any")
    return {text(p, "id"): text(p, "sku") for p in got.items if isinstance(p, dict) and _numbered(p, "id")}


def _numbered(raw: Data, key: str = "product_id") -> bool:
    return isinstance(raw.get(key), int) and not isinstance(raw.get(key), bool) and bool(raw[key])


def stamp(seconds: int) -> str:
    """A time as filters want it: without its zone."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}"


def _whole(value: object, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else default
