"""A TikTok shop as a connector."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from connectors.contract import Permanent, Ports, Record
from connectors.shop_account import ShopAccount, Ways
from connectors.tiktok import deeds, health, looking, mapping, pulling
from connectors.tiktok.shop import Shop, read_settings


def _fetch(shop: Shop, kind: str, remote_id: str) -> tuple[Record, ...] | None:
    match kind:
        case "order":
            return (mapping.order(deeds.order_of(shop, remote_id)),)
        case "case":
            return (deeds.case_of(shop, remote_id),)
        case "thread":
            return _thread(shop, remote_id)
    return None


def _thread(shop: Shop, name: str) -> tuple[Record, ...]:
    if not name.isalnum():
        raise Permanent("TikTok does not know the conversation.")
    talk = pulling.conversation(shop, name)
    known = mapping.people(talk) if talk is not None else {}
    try:
        newest_first = [r for raws in pulling.pages_of(shop, name) for r in pulling.told(raws, name, known)]
    except pulling.NotThere as exc:
        raise Permanent(str(exc)) from exc
    return tuple(newest_first[::-1])


WAYS: Ways[Shop] = Ways(
    pulls={
        "orders": pulling.orders, "cases": pulling.cases, "cancellations": pulling.cancellations,
        "messages": pulling.messages,
    },
    send=deeds.send,
    find=looking.find,
    fetch=_fetch,
    look=health.look,
)


def create(
    settings: Mapping[str, object], ports: Ports, *, sleep: Callable[[float], None] = time.sleep
) -> ShopAccount[Shop]:
    """Raises ValueError naming the setting that is wrong."""
    return ShopAccount("tiktok", "TikTok", Shop(read_settings(settings), ports, sleep), WAYS)
