"""What is known around a ticket and its buyer besides conversations: platforms' cases, reviews, products."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from store.connection import Connection
from store.sql.rows import columns
from store.values import Instant


class CaseFile(NamedTuple):
    """A case as its platform has it; `amount_minor` None and `currency` "" where none is named."""

    id: int
    kind: str
    remote_id: str
    order_number: str
    ticket_id: int | None
    state: str
    reason: str
    type: str
    is_open: int
    amount_minor: int | None
    currency: str
    opened_at: Instant
    updated_at: Instant
    due_at: Instant
    note: str
    tracking: str


class Review(NamedTuple):
    """`rating` 0 where there is none."""

    id: int
    ticket_id: int | None
    sku: str
    rating: int
    title: str
    body: str
    at: Instant


class Product(NamedTuple):
    """`specs` is JSON of the seller's own words."""

    sku: str
    title: str
    specs: str
    sizes: str


class KnownProduct(NamedTuple):
    """A product with the account it belongs to, "" for all of them."""

    channel_id: str
    sku: str
    title: str
    specs: str
    sizes: str
    updated_at: Instant


_CASE = f"SELECT {columns(CaseFile)} FROM case_file"


def cases_of_ticket(conn: Connection, ticket_id: int) -> list[CaseFile]:
    """Its own, and those of its orders nobody works on (a refund that a report told); open ones first, then the newest."""
    sql = (
        f"{_CASE} WHERE id IN (SELECT id FROM case_file WHERE ticket_id = ? UNION SELECT f.id FROM ticket_order t "
        "JOIN case_file f ON f.order_id = t.order_id WHERE t.ticket_id = ? AND f.ticket_id IS NULL) "
        "ORDER BY is_open DESC, opened_at DESC, id DESC"
    )
    return [CaseFile(*r) for r in conn.execute(sql, (ticket_id, ticket_id))]


def cases_of_customer(conn: Connection, customer_id: int, limit: int = 50) -> list[CaseFile]:
    """The newest first."""
    sql = f"{_CASE} WHERE customer_id = ? ORDER BY opened_at DESC, id DESC LIMIT ?"
    return [CaseFile(*r) for r in conn.execute(sql, (customer_id, limit))]


def reviews_of_customer(conn: Connection, customer_id: int, limit: int = 50) -> list[Review]:
    """The newest first; those of their orders count as theirs."""
    sql = (
        f"SELECT {columns(Review)} FROM review WHERE id IN (SELECT id FROM review WHERE customer_id = ? UNION "
        "SELECT r.id FROM orders o JOIN review r ON r.order_id = o.id WHERE o.customer_id = ?) ORDER BY at DESC LIMIT ?"
    )
    return [Review(*r) for r in conn.execute(sql, (customer_id, customer_id, limit))]


def known_products(conn: Connection, sku: str = "") -> Iterator[KnownProduct]:
    """Every product, or those of one SKU, in the order of their SKUs."""
    where = "WHERE sku = ? " if sku else ""
    sql = f"SELECT {columns(KnownProduct)} FROM product {where}ORDER BY sku, channel_id"
    return (KnownProduct(*r) for r in conn.execute(sql, (sku,) if sku else ()))


def products(conn: Connection, channel_id: str, skus: Iterable[str]) -> list[Product]:
    """What is known of these products, what the account itself says over what holds for all, in the order asked for."""
    wanted = list(dict.fromkeys(s for s in skus if s))
    if not wanted:
        return []
    marks = ", ".join("?" * len(wanted))
    sql = f"SELECT {columns(Product)} FROM product WHERE sku IN ({marks}) AND channel_id IN ('', ?) ORDER BY channel_id"
    found: dict[str, Product] = {}
    for product in (Product(*r) for r in conn.execute(sql, (*wanted, channel_id))):
        found[product.sku] = _over(found[product.sku], product) if product.sku in found else product
    return [found[sku] for sku in wanted if sku in found]


def _over(general: Product, own: Product) -> Product:
    specs = {**json.loads(general.specs or "{}"), **json.loads(own.specs or "{}")}
    return Product(own.sku, own.title or general.title, json.dumps(specs, ensure_ascii=False), own.sizes or general.sizes)
