"""What can be done in a shop, each once: write to an order's buyer, pay back. How things stand is read before.

WooCommerce takes no idempotency key; a refund keeps ours in its meta data, by which it is found again.
"""

from __future__ import annotations

import html
from decimal import ROUND_HALF_EVEN, Decimal
from urllib.parse import quote

from connectors import registry
from connectors.contract import (
    Command,
    OutcomeUnknown,
    Permanent,
    Receipt,
    Refund,
    SendReply,
)
from connectors.fields import Data, data, decimal, ident, many, money, part, text
from connectors.refunds import check, mark_of
from connectors.refusals import Refusal, why_not
from connectors.woocommerce import guesses, mapping
from connectors.woocommerce.shop import Before, Shop, number
from store.values import Money, exponent


def send(shop: Shop, command: Command, before: Before) -> Receipt:
    """See `contract.Connector.send`."""
    match command:
        case SendReply():
            return _reply(shop, command, before)
        case Refund():
            return _refund(shop, command, before)
    raise Permanent(why_not("woocommerce", command))


def find(shop: Shop, command: Command) -> Receipt | None:
    """See `contract.Connector.find`."""
    match command:
        case SendReply():
            return _note(shop, command)
        case Refund():
            return _paid(shop, command)
    raise Permanent(why_not("woocommerce", command))


# Words ----------------------------------------------------------------------------------------------


def _reply(shop: Shop, command: SendReply, before: Before) -> Receipt:
    if command.files:
        raise Permanent(registry.manifest("woocommerce").capabilities.notes["attachments"])
    words = command.text.strip()
    if not words or len(words) > guesses.LONGEST_NOTE:
        raise Permanent(f"A note has 1 to {guesses.LONGEST_NOTE:,} characters; this one has {len(words):,}.")
    order = _order_of(shop, command)
    body = {"note": html.escape(words, quote=False), "customer_note": True}
    made, _ = shop.act(f"/orders/{ident(order, 'id')}/notes", body, before)
    return Receipt(made, shop.now())


def _order_of(shop: Shop, command: SendReply) -> Data:
    """The order a reply goes with; its buyer gets it. Raises Permanent where there is none, or it is somebody else's."""
    wanted = command.order_id or command.thread_id
    if not wanted:
        raise Permanent("WooCommerce sends words with an order only; name the order, or answer by mail.")
    order = order_of(shop, wanted)
    who = {mapping.customer(order), text(part(order, "billing"), "email").strip().casefold()} - {""}
    if command.to and not who & {name.strip().casefold() for name in command.to}:
        raise Permanent(f"The order {wanted} is of another buyer; the shop would write to them.")
    return order


def order_of(shop: Shop, ident_: str) -> Data:
    """An order as it stands. Raises Permanent where there is none."""
    return shop.get(f"/orders/{number(ident_, 'order')}")


def _note(shop: Shop, command: SendReply) -> Receipt | None:
    order = _order_of(shop, command)
    wanted = command.text.split()
    for raw in shop.whole(f"/orders/{ident(order, 'id')}/notes", type="customer"):
        at = mapping.moment(raw, "date_created_gmt")
        if at >= shop.sent_from(command.at) and html.unescape(text(raw, "note")).split() == wanted:
            return Receipt(ident(raw, "id"), at)
    return None


# Money ----------------------------------------------------------------------------------------------


def _refund(shop: Shop, command: Refund, before: Before) -> Receipt:
    check(command)
    wanted, order = command.amount, order_of(shop, command.order_id)
    total = money(order, "total", ident(order, "currency"))
    if wanted.currency != total.currency:
        raise Permanent(f"The order was paid in {total.currency}.")
    given = shop.all(f"/orders/{ident(order, 'id')}/refunds")
    if any(_mark(raw) == mark_of(command.key) for raw in given):
        raise Permanent("This refund was made already; look at the order.")
    left = total - sum((money(raw, "amount", total.currency) for raw in given), Money(total.currency, 0))
    if wanted.minor > left.minor:
        raise Permanent(f"Only {left} of this order are left to refund.")
    _pays_back(shop, order)
    body: dict[str, object] = {
        "amount": decimal(wanted), "reason": command.note.strip() or command.reason.strip(), "api_refund": True,
        "api_restock": False, "meta_data": [{"key": guesses.REFUND_KEY, "value": mark_of(command.key)}],
    }  # fmt: skip
    if command.lines:
        body["line_items"] = [_share(order, line, amount) for line, amount in command.lines]
    made, _ = shop.act(f"/orders/{ident(order, 'id')}/refunds", body, before)
    return Receipt(made, shop.now())


def _pays_back(shop: Shop, order: Data) -> None:
    """Raises Permanent where the way the order was paid knows no way back: the shop would answer that it broke down, and
    nobody could tell what happened."""
    way = text(order, "payment_method")
    name = text(order, "payment_method_title") or way or "This order's payment method"
    try:
        able = way and guesses.PAYS_BACK in many(shop.get(f"/payment_gateways/{quote(way, safe='')}"), "method_supports")
    except Refusal as exc:
        if exc.status == 403:  # the key may not look; the shop itself will tell
            return
        able = False
    if not able:
        raise Permanent(f"{name} cannot pay back by itself; pay it back there, and note it in the shop.")


def _share(order: Data, line: str, amount: Money) -> dict[str, object]:
    """One line's part of a refund. WooCommerce wants it without tax, and the tax beside it."""
    raw = next((n for n in map(data, many(order, "line_items")) if text(n, "id") == line), None)
    if raw is None:
        raise Permanent(f"The order has no line {line}.")
    net, tax = mapping.decimal(raw, "total"), mapping.decimal(raw, "total_tax")
    paid, whole = Decimal(amount.minor).scaleb(-exponent(amount.currency)), net + tax
    if paid > whole:
        raise Permanent(f"Line {line} was not so dear.")
    share: dict[str, object] = {"id": int(line), "quantity": 0}
    taxes, taken = [], Decimal(0)
    for one in map(data, many(raw, "taxes")):
        part_ = _cents(paid * mapping.decimal(one, "total") / whole, amount.currency)
        taken += part_
        taxes.append({"id": int(ident(one, "id")), "refund_total": float(part_)})
    return {**share, "refund_total": float(paid - taken), "refund_tax": taxes}


def _cents(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-exponent(currency)), rounding=ROUND_HALF_EVEN)


def _mark(raw: Data) -> str:
    return next((text(m, "value") for m in map(data, many(raw, "meta_data")) if m.get("key") == guesses.REFUND_KEY), "")


def _paid(shop: Shop, command: Refund) -> Receipt | None:
    """By our mark. One of the same amount that has none may be ours, if the shop broke down between the two."""
    order = order_of(shop, command.order_id)
    given = shop.all(f"/orders/{ident(order, 'id')}/refunds")
    for raw in given:
        if _mark(raw) == mark_of(command.key):
            return Receipt(ident(raw, "id"), mapping.moment(raw, "date_created_gmt"))
    currency = ident(order, "currency")
    if any(not _mark(raw) and money(raw, "amount", currency) == command.amount for raw in given):
        raise OutcomeUnknown("The order has a refund of this amount that does not tell who made it; look there.")
    return None
