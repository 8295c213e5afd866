"""A Walmart seller as a connector."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from connectors.contract import Permanent, Ports, Record
from connectors.shop_account import ShopAccount, Ways
from connectors.walmart import deeds, health, mapping, pulling
from connectors.walmart.shop import Shop, read_settings


def _fetch(shop: Shop, kind: str, remote_id: str) -> tuple[Record, ...] | None:
    match kind:
        case "order":
            return tuple(mapping.records(deeds.order_of(shop, remote_id)))
        case "case":
            return _case(shop, remote_id)
    return None


def _case(shop: Shop, name: str) -> tuple[Record, ...]:
    """A return by its own number, or the wish to cancel an order by the order's."""
    if (found := deeds.return_or_none(shop, name)) is not None:
        return (mapping.case(found),)
    told = mapping.records(deeds.order_of(shop, name))
    if not told[1:]:
        raise Permanent(f"Walmart has no case {name}.")
    return tuple(told)


WAYS: Ways[Shop] = Ways(
    pulls={"orders": pulling.orders, "cases": pulling.cases},
    send=deeds.send,
    find=deeds.find,
    fetch=_fetch,
    look=health.look,
)


def create(
    settings: Mapping[str, object], ports: Ports, *, sleep: Callable[[float], None] = time.sleep
) -> ShopAccount[Shop]:
    """Raises ValueError naming the setting that is wrong."""
    return ShopAccount("walmart", "Walmart", Shop(read_settings(settings), ports, sleep), WAYS)
