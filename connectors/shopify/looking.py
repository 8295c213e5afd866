"""Whether a command whose answer was lost happened, as far as the shop shows it."""

from __future__ import annotations

from connectors.contract import Command, Decide, OutcomeUnknown, Permanent, Receipt, Refund, Ship
from connectors.fields import data, ident, many, moment, text
from connectors.refunds import mark_of
from connectors.refusals import why_not
from connectors.shopify import queries
from connectors.shopify.deeds import RETURNS_ONLY, return_of, shipped_with, to_process
from connectors.shopify.shop import Shop, one

_HAPPENED = {"approve": ("OPEN", "CLOSED"), "decline": ("DECLINED",)}


def find(shop: Shop, command: Command) -> Receipt | None:
    """See `contract.Connector.find`."""
    match command:
        case Decide(kind="return", decision="process"):
            _, items = to_process(shop, command)
            return None if any(items.values()) else Receipt(command.case_id, shop.now())
        case Decide():
            status = text(return_of(shop, command), "status")
            if status == "REQUESTED":
                return None
            if status not in _HAPPENED.get(command.decision, ()):
                raise Permanent("It was settled otherwise meanwhile; look at the return.")
            return Receipt(command.case_id, shop.now())
        case Refund():
            return _refund(shop, command)
        case Ship():
            return shipped_with(one(shop, queries.TO_SHIP, "Order", command.order_id), command.tracking.strip())
    raise Permanent(why_not("shopify", command, returns=RETURNS_ONLY))


def _refund(shop: Shop, command: Refund) -> Receipt | None:
    """Our refunds bear their key in the note, so another of the same amount is never taken for it."""
    mark = mark_of(command.key)
    refunds = [data(r) for r in many(one(shop, queries.MONEY, "Order", command.order_id), "refunds")]
    for raw in refunds:
        if mark in text(raw, "note"):
            return Receipt(ident(raw, "id"), moment(raw, "createdAt"))
    if len(refunds) >= 50:
        raise OutcomeUnknown("The order has more refunds than Shopify shows at once; look there.")
    return None
