"""A Shopee shop as a connector."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from connectors.contract import Permanent, Ports, Record
from connectors.fields import ident, text
from connectors.refusals import Refusal
from connectors.shop_account import ShopAccount, Ways
from connectors.shopee import deeds, guesses, health, looking, mapping, pulling
from connectors.shopee.shop import Shop, read_settings


def _fetch(shop: Shop, kind: str, remote_id: str) -> tuple[Record, ...] | None:
    match kind:
        case "order":
            return tuple(pulling.order_records(shop, [remote_id], track_all=True))
        case "case":
            return _case(shop, remote_id)
        case "thread":
            return _thread(shop, remote_id)
    return None


def _case(shop: Shop, name: str) -> tuple[Record, ...]:
    """A return by its own number, or the cancellation of an order by the order's."""
    try:
        return (mapping.case(deeds.return_of(shop, name)),)
    except Refusal as refusal:
        found = pulling.order_records(shop, [name], track_all=True)
        if not any(getattr(r, "kind", "") == "cancellation" for r in found):
            raise Permanent(f"Shopee does not know the case {name}.") from refusal
        return tuple(found)


def _thread(shop: Shop, name: str) -> tuple[Record, ...]:
    talk = shop.get(guesses.CONVERSATION, conversation_id=name).response
    buyer_id, buyer_name = ident(talk, "to_id"), text(talk, "to_name")
    try:
        newest_first = [
            r for raws in pulling.pages_of(shop, name) for r in pulling.told(raws, name, buyer_id, buyer_name)
        ]
    except pulling.NotThere as exc:
        raise Permanent(str(exc)) from exc
    return tuple(newest_first[::-1])


WAYS: Ways[Shop] = Ways(
    pulls={"orders": pulling.orders, "cases": pulling.cases},
    send=deeds.send,
    find=looking.find,
    fetch=_fetch,
    look=health.look,
)


def create(
    settings: Mapping[str, object], ports: Ports, *, sleep: Callable[[float], None] = time.sleep
) -> ShopAccount[Shop]:
    """Raises ValueError naming the setting that is wrong."""
    shop = Shop(read_settings(settings), ports, sleep)
    pulls, may = dict(WAYS.pulls), shop.settings
    if may.chat:
        pulls["messages"] = pulling.messages
    if may.comments:
        pulls["reviews"] = pulling.reviews
    pulls["products"] = pulling.products
    made = ShopAccount("shopee", "Shopee", shop, WAYS._replace(pulls=pulls))
    notes = dict(made.capabilities.notes)
    if not may.chat:
        notes["messages_in"] = notes["reply"] = "Chat is switched off in this channel's settings."
    if not may.comments:
        notes["reviews"] = "Apps for customer service may not read comments."
    made.capabilities = replace(
        made.capabilities, messages_in=may.chat, reply=may.chat, reviews=may.comments, notes=notes
    )
    return made
