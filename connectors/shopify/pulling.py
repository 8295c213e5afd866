"""What is new in a shop. A cursor is JSON: from which time of change on, the page inside of that, the latest change seen.

Lists are sorted by time of change and their cursors name a place in that order, so what changes meanwhile moves to the
end and is met there; nothing is skipped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import NamedTuple

from connectors.contract import Page, Record, SchemaSurprise
from connectors.fields import Data, Unreadable, bad, data, each, ident, iso, many, moment, part, text, whole
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


class Listed(NamedTuple):
    """What is walked through: the list's name, the document that asks for it, what more its filter says, and whether the
    question is about people, too."""

    name: str
    document: str
    filter: str = ""
    people: bool = True


def orders(shop: Shop, cursor: str, since: Instant) -> Iterator[Page]:
    return _walk(shop, Listed("orders", queries.ORDERS), cursor, since, lambda raws: order_records(shop, raws))


def cases(shop: Shop, cursor: str, since: Instant) -> Iterator[Page]:
    """Returns have no list of their own: orders that have any are asked for."""
    asked = Listed("orders", queries.RETURNS, RETURNED)
    return _walk(shop, asked, cursor, since, lambda raws: _case_records(shop, raws))


def products(shop: Shop, cursor: str, since: Instant) -> Iterator[Page]:
    """All there are, however long they are for sale, then those that change."""
    asked = Listed("products", queries.PRODUCTS, people=False)
    return _walk(shop, asked, cursor, 0, lambda raws: _product_records(shop, raws))


def order_records(shop: Shop, raws: list[object]) -> list[Record]:
    """Orders with all their lines."""

    def read(raw: Data) -> Record:
        return mapping.order(_complete(shop, raw, "order", "lineItems", queries.ORDER_LINES))

    return each(raws, read, _order_name)


def case_of(raw: Data) -> Record:
    """A return that came by itself, with its order inside."""
    return mapping.case(raw, part(raw, "order"))


def _case_records(shop: Shop, raws: list[object]) -> list[Record]:
    found: list[Record] = []
    for raw in raws:
        try:
            of = data(raw)
            returns = many(part(_complete(shop, of, "order", "returns", queries.ORDER_RETURNS), "returns"), "nodes")
        except Unreadable as exc:
            found.append(bad(raw, _order_name, str(exc)))
            continue
        found += each(returns, lambda r, of=of: mapping.case(r, of), lambda r: f"return:{mapping.tail(ident(r, 'id'))}")  # type: ignore[misc]
    return found


def _product_records(shop: Shop, raws: list[object]) -> list[Record]:
    found: list[Record] = []
    for raw in raws:
        try:
            found += mapping.products(_complete(shop, data(raw), "product", "variants", queries.PRODUCT_VARIANTS))
        except Unreadable as exc:
            found.append(bad(raw, lambda r: f"product:{mapping.tail(ident(r, 'id'))}", str(exc)))
    return found


def _complete(shop: Shop, raw: Data, kind: str, key: str, document: str) -> Data:
    """An order or product whose list `key` was cut off, with the rest of it."""
    inner = part(raw, key)
    nodes, place = many(inner, "nodes"), part(inner, "pageInfo")
    while place.get("hasNextPage") is True:
        rest = part(part(shop.ask(document, id=ident(raw, "id"), after=text(place, "endCursor")), kind), key)
        more = many(rest, "nodes")
        if not more:
            raise Unreadable(f"{key} ends before its end")
        nodes, place = [*nodes, *more], part(rest, "pageInfo")
    return {**raw, key: {"nodes": nodes}}


def _walk(
    shop: Shop, asked: Listed, cursor: str, since: Instant, read: Callable[[list[object]], list[Record]]
) -> Iterator[Page]:
    place, total, counted = _place(cursor, since), 0, not cursor
    people = {"people": shop.settings.people} if asked.people else {}
    while True:
        wanted = f"updated_at:>='{iso(place.since)}'{asked.filter}"
        try:
            told = shop.ask(asked.document, first=place.first, after=place.after or None, query=wanted,
                            counted=counted, **people)  # fmt: skip
        except TooDear as fault:
            if place.first == 1:
                raise SchemaSurprise("Shopify takes the question for one record for too large.") from fault
            place = replace(place, first=place.first // 2)
            continue
        found = part(told, asked.name)
        if "nodes" not in found:
            raise Unreadable(f"there is no list of {asked.name}")
        if counted:
            total, counted = _counted(part(told, f"{asked.name}Count")), False
        raws, info = many(found, "nodes"), part(found, "pageInfo")
        place = replace(place, top=max([place.top, *_changed(raws)]))
        records = tuple(dict.fromkeys(read(raws)))
        if info.get("hasNextPage") is True:
            place = replace(place, after=ident(info, "endCursor"))
            yield Page(records, json.dumps(asdict(place)), True, total)
            continue
        place = Place(max(place.since, place.top - OVERLAP), place.top, first=place.first)
        yield Page(records, json.dumps(asdict(place)), False, total)
        return


def _counted(told: Data) -> int:
    """How many there are; 0 where Shopify stopped counting."""
    return whole(told, "count", 0) if text(told, "precision") == "EXACT" else 0


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
