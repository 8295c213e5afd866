"""What a platform tells besides messages goes in: orders, parcels, cases, reviews, products. Doing it twice changes
nothing; older news never overwrites newer. A case somebody must act on becomes a ticket, or joins the buyer's; so does a
low review.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from connectors.contract import (
    CaseRecord,
    CustomerRecord,
    OrderRecord,
    ProductRecord,
    ReviewRecord,
    ShipmentRecord,
)
from desk.sync.facts_buyers import put_customer
from desk.sync.facts_cases import put_case
from desk.sync.facts_orders import put_orders
from desk.sync.facts_parcels import put_shipment
from desk.sync.facts_shop import put_product, put_review
from desk.sync.intake import Taken
from store.sql.rows import Channel
from store.unit import UnitOfWork

__all__ = ["Fact", "name", "put", "put_orders", "raw"]

Fact = OrderRecord | ShipmentRecord | CaseRecord | ReviewRecord | CustomerRecord | ProductRecord


def name(fact: Fact) -> str:
    """What a fact is called in the quarantine."""
    match fact:
        case ShipmentRecord():
            return f"shipment:{fact.order_id}:{fact.parcel.tracking}"
        case ProductRecord():
            return f"product:{fact.sku}"
        case CustomerRecord():
            return f"customer:{fact.buyer.id}"
        case OrderRecord() | CaseRecord() | ReviewRecord():
            return f"{type(fact).__name__.removesuffix('Record').lower()}:{fact.remote_id}"


def raw(fact: Fact) -> bytes:
    """A fact as bytes that a person can read."""
    return json.dumps(asdict(fact), ensure_ascii=False, default=str).encode()


def put(unit: UnitOfWork, channel: Channel, fact: Fact) -> Taken:
    """Stores one fact. `Taken.fresh` says whether anything differed, `opened` whether it made a ticket."""
    match fact:
        case OrderRecord():
            return Taken(0, 0, fresh=put_orders(unit, channel, [fact])[0])
        case ShipmentRecord():
            return Taken(0, 0, fresh=put_shipment(unit, channel, fact))
        case CaseRecord():
            return put_case(unit, channel, fact)
        case ReviewRecord():
            return put_review(unit, channel, fact)
        case CustomerRecord():
            return Taken(0, 0, fresh=put_customer(unit, channel, fact))
        case ProductRecord():
            return Taken(0, 0, fresh=put_product(unit, channel, fact))
