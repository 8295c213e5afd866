"""A WooCommerce shop as a connector."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from connectors.contract import Ports, Record
from connectors.shop_account import ShopAccount, Ways
from connectors.woocommerce import deeds, health, mapping, pulling
from connectors.woocommerce.shop import Shop, read_settings


def _fetch(shop: Shop, kind: str, remote_id: str) -> tuple[Record, ...] | None:
    return (mapping.order(deeds.order_of(shop, remote_id)),) if kind == "order" else None


WAYS: Ways[Shop] = Ways(
    pulls={"orders": pulling.orders, "reviews": pulling.reviews, "products": pulling.products},
    send=deeds.send,
    find=deeds.find,
    fetch=_fetch,
    look=health.look,
)


def create(
    settings: Mapping[str, object], ports: Ports, *, sleep: Callable[[float], None] = time.sleep
) -> ShopAccount[Shop]:
    """Raises ValueError naming the setting that is wrong."""
    return ShopAccount("woocommerce", "WooCommerce", Shop(read_settings(settings), ports, sleep), WAYS)
