"""A Shopify shop as a connector."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from connectors.contract import Ports, Record
from connectors.shop_account import ShopAccount, Ways
from connectors.shopify import deeds, health, looking, pulling, queries
from connectors.shopify.shop import Shop, one, read_settings


def _fetch(shop: Shop, kind: str, remote_id: str) -> tuple[Record, ...] | None:
    people = shop.settings.people
    match kind:
        case "order":
            raw = one(shop, queries.ORDER, "Order", remote_id, people=people)
            return tuple(pulling.order_records(shop, [raw]))
        case "case":
            return (pulling.case_of(one(shop, queries.RETURN, "Return", remote_id, people=people)),)
    return None


WAYS: Ways[Shop] = Ways(
    pulls={"orders": pulling.orders, "cases": pulling.cases, "products": pulling.products},
    send=deeds.send,
    find=looking.find,
    fetch=_fetch,
    look=health.look,
)


def create(
    settings: Mapping[str, object], ports: Ports, *, sleep: Callable[[float], None] = time.sleep
) -> ShopAccount[Shop]:
    """Raises ValueError naming the setting that is wrong."""
    return ShopAccount("shopify", "Shopify", Shop(read_settings(settings), ports, sleep), WAYS)
