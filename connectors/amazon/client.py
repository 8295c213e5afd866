"""An Amazon seller account as a connector."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from connectors.amazon import deeds, health, mapping, pulling
from connectors.amazon.account import Account, read_settings
from connectors.contract import Ports, Record
from connectors.shop_account import ShopAccount, Ways


def _fetch(account: Account, kind: str, remote_id: str) -> tuple[Record, ...] | None:
    if kind != "order":
        return None
    return tuple(mapping.records(deeds.raw_order(account, remote_id), account.settings.home))


WAYS: Ways[Account] = Ways(
    pulls={"orders": pulling.orders, "cases": pulling.returns, "reviews": pulling.feedback},
    send=deeds.send,
    find=deeds.find,
    fetch=_fetch,
    look=health.look,
    forms=deeds.offered,
)


def create(
    settings: Mapping[str, object], ports: Ports, *, sleep: Callable[[float], None] = time.sleep
) -> ShopAccount[Account]:
    """Raises ValueError naming the setting that is wrong."""
    return ShopAccount("amazon", "Amazon", Account(read_settings(settings), ports, sleep), WAYS)
