"""What is new in a shop. A cursor is JSON: from which time of change on, the page inside of that, the latest change seen.

Lists are sorted by time of change and their cursors name a place in that order, so what changes meanwhile moves to the
end and is met there; nothing is skipped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace

from connectors.contract import Page, Record, SchemaSurprise
from connectors.fields import Data, Unreadable, bad, data, each, ident, iso, many, moment, part, text
from connectors.shopify import mapping, queries
from connectors.shopify.shop import Shop
from connectors.shopify.verdict import TooDear
from store.values import MINUTE, Instant

OVERLAP = 5 * MINUTE
ORDERS_A_PAGE = 8
"""Orders at once, with their lines and parcels; halved where Shopify takes that for too much."""
RETURNED = " (return_status:requested OR return_status:open OR return_status:declined OR return_status:canceled OR return_status:closed)"  # noqa: E501


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stream stands; `first` is how many records Shopify gave at once."""

    since: Instant
    top: Instant
    after: str = ""
    first: int = ORDERS_A_PAGE


def orders(shop: Shop, cursor: str, since: Instant) -> Iterator[Page]:
    return _walk(shop, queries.ORDERS, "", cursor, since, lambda raws: order_records(shop, raws))


def cases(shop: Shop, cursor: str, since: Instant) -> Iterator[Page]:
    """Returns have no list of their own: orders that have any are asked for."""
    return _walk(shop, queries.RETURNS, RETURNED, cursor, since, lambda raws: _case_records(shop, raws))


def order_records(shop: Shop, raws: list[object]) -> list[Record]:
    """Orders with all their lines."""

    def read(raw: Data) -> Record:
        return mapping.order(_complete(shop, raw, "lineItems", queries.ORDER_LINES))

    return each(raws, read, _order_name)


def case_of(raw: Data) -> Record:
    """A return that came by itself, with its order inside."""
    return mapping.case(raw, part(raw, "order"))


def _case_records(shop: Shop, raws: list[object]) -> list[Record]:
    found: list[Record] = []
    for raw in raws:
        try:
            of = data(raw)
            returns = many(part(_complete(shop, of, "returns", queries.ORDER_RETURNS), "returns"), "nodes")
        except Unreadable as exc:
            found.append(bad(raw, _order_name, str(exc)))
            continue
        found += each(returns, lambda r, of=of: mapping.case(r, of), lambda r: f"return:{mapping.tail(ident(r, 'id'))}")  # type: ignore[misc]
    return found


def _complete(shop: Shop, order: Data, key: str, document: str) -> Data:
    """An order whose list `key` was cut off, with the rest of it."""
    inner = part(order, key)
    nodes, place = many(inner, "nodes"), part(inner, "pageInfo")
    while place.get("hasNextPage") is True:
        rest = part(part(shop.ask(document, id=ident(order, "id"), after=text(place, "endCursor")), "order"), key)
        more = many(rest, "nodes")
        if not more:
            raise Unreadable(f"{key} ends before its end")
        nodes, place = [*nodes, *more], part(rest, "pageInfo")
    return {**order, key: {"nodes": nodes}}


def _walk(
    shop: Shop, document: str, filter_: str, cursor: str, since: Instant, read: Callable[[list[object]], list[Record]]
) -> Iterator[Page]:
    place = _place(cursor, since)
    while True:
        wanted = f"updated_at:>='{iso(place.since)}'{filter_}"
        try:
            found = part(shop.ask(document, first=place.first, after=place.after or None, query=wanted,
                                  people=shop.settings.people), "orders")  # fmt: skip
        except TooDear as fault:
            if place.first == 1:
                raise SchemaSurprise("Shopify takes the question for one order for too large.") from fault
            place = replace(place, first=place.first // 2)
            continue
        if "nodes" not in found:
            raise Unreadable("there is no list of orders")
        raws, info = many(found, "nodes"), part(found, "pageInfo")
        place = replace(place, top=max([place.top, *_changed(raws)]))
        records = tuple(dict.fromkeys(read(raws)))
        if info.get("hasNextPage") is True:
            place = replace(place, after=ident(info, "endCursor"))
            yield Page(records, json.dumps(asdict(place)), more=True)
            continue
        place = Place(max(place.since, place.top - OVERLAP), place.top, first=place.first)
        yield Page(records, json.dumps(asdict(place)))
        return


def _place(cursor: str, since: Instant) -> Place:
    """Where a cursor stands; the beginning where it makes no sense."""
    try:
        saved = json.loads(cursor)
        found = Place(int(saved["since"]), int(saved["top"]), str(saved["after"]), int(saved["first"]))
    except (ValueError, TypeError, LookupError):
        return Place(since, since)
    return found if min(found.since, found.top, found.first - 1) >= 0 else Place(since, since)


def _changed(raws: list[object]) -> Iterator[Instant]:
    for raw in raws:
        try:
            yield moment(data(raw), "updatedAt")
        except Unreadable:
            continue


def _order_name(raw: Data) -> str:
    return f"order:{ident(raw, 'legacyResourceId')}"
