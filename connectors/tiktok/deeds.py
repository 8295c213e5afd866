"""What the desk does in a shop: look at how things stand, refuse what cannot work, then ask once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress

from connectors.contract import (
    AnswerReview,
    CaseRecord,
    Command,
    Decide,
    MarkRead,
    Permanent,
    Receipt,
    Refund,
    SendReply,
    Ship,
)
from connectors.fields import Data, data, ident, many, text
from connectors.refusals import Refusal
from connectors.tiktok import guesses, mapping
from connectors.tiktok.pulling import NotThere, conversation, pages_of, with_buyer
from connectors.tiktok.shop import Shop

Before = Callable[[], None]
NO_REVIEWS = "No call for reviews was found in TikTok Shop's interface."


def send(shop: Shop, command: Command, before: Before) -> Receipt:
    """See `contract.Connector.send`."""
    match command:
        case SendReply():
            return _reply(shop, command, before)
        case MarkRead():
            _known(shop, command.thread_id)
            shop.act(f"{guesses.CONVERSATIONS}/{command.thread_id}/messages/read", {}, before)
            return Receipt(command.thread_id, shop.now())
        case Decide():
            return _decide(shop, command, before)
        case Refund():
            return _refund(shop, command, before)
        case Ship():
            return _ship(shop, command, before)
        case AnswerReview():
            raise Permanent(NO_REVIEWS)


def _reply(shop: Shop, command: SendReply, before: Before) -> Receipt:
    if command.files:
        raise Permanent("Files cannot be sent through TikTok's chat from here; send the text alone.")
    if not command.text.strip() or len(command.text) > guesses.MAX_TEXT:
        raise Permanent(f"TikTok's chat takes 1 to {guesses.MAX_TEXT:,} characters; shorten the text.")
    thread = command.thread_id or _begun(shop, command.to[0] if command.to else "")
    talk = _known(shop, thread)
    if talk is not None and talk.get("can_send_message") is False:
        raise Permanent("TikTok takes no more messages in this conversation; the buyer must write first.")
    words = json.dumps({"content": command.text}, ensure_ascii=False, separators=(",", ":"))
    got = shop.act(f"{guesses.CONVERSATIONS}/{thread}/messages", {"type": "TEXT", "content": words}, before)
    return Receipt(text(got, "message_id") or thread, shop.now())


def _begun(shop: Shop, buyer: str) -> str:
    """The conversation with a buyer. One that is begun anew is empty, so that nobody is told of it. Raises Permanent."""
    if not buyer.isdecimal():
        raise Permanent("TikTok does not know the conversation.")
    with suppress(NotThere):
        if found := with_buyer(shop, buyer):
            return found
    return ident(shop.search(guesses.CONVERSATIONS, {"buyer_user_id": buyer}), "conversation_id")


def _known(shop: Shop, thread: str) -> Data | None:
    """A conversation if it moved lately; None for an older one. Raises Permanent when there is none."""
    if not thread or not thread.isalnum():
        raise Permanent("TikTok does not know the conversation.")
    if (talk := conversation(shop, thread)) is not None:
        return talk
    try:
        next(pages_of(shop, thread))
    except NotThere as exc:
        raise Permanent("TikTok does not know the conversation.") from exc
    return None


def case_of(shop: Shop, name: str, kind: str = "") -> CaseRecord:
    """A case as it stands. `kind` "cancellation" looks among cancellations only, "" among both. Raises Permanent when there
    is none."""
    if name.isalnum():
        if kind != "cancellation":
            got = shop.search(guesses.RETURN_SEARCH, {guesses.RETURN_IDS: [name]}, page_size=1)
            for raw in map(data, many(got, "return_orders")):
                return mapping.returned(raw)
        if kind in ("", "cancellation"):
            got = shop.search(guesses.CANCEL_SEARCH, {guesses.CANCEL_IDS: [name]}, page_size=1)
            for raw in map(data, many(got, "cancellations")):
                return mapping.cancellation(raw)
    raise Permanent(f"TikTok does not know the case {name}.")


def once(key: str) -> str:
    """Our key as TikTok takes one: at most 255 characters."""
    return key if 0 < len(key) <= 255 and key.isascii() else hashlib.sha256(key.encode()).hexdigest()


def _decide(shop: Shop, command: Decide, before: Before) -> Receipt:
    if command.decision not in ("approve", "decline"):
        raise Permanent("A case can be approved or declined.")
    case = case_of(shop, command.case_id, command.kind)
    if command.decision not in case.allowed:
        raise Permanent(f"The case can no longer be decided: it is {case.state}.")
    body: dict[str, object] = {}
    goods = case.state == guesses.GOODS_BACK
    if command.decision == "approve":
        verb = "approve"
        if case.kind != "cancellation":
            body["decision"] = guesses.APPROVE_GOODS if goods else guesses.APPROVE[case.kind]
    else:
        verb = "reject"
        body["reject_reason"] = _reason(shop, command)
        if case.kind != "cancellation":
            body["decision"] = guesses.REJECT_GOODS if goods else guesses.REJECT[case.kind]
        if command.note.strip():
            body["comment"] = command.note
    shop.act(f"{_path(case)}/{verb}", body, before, idempotency_key=once(command.key))
    return Receipt(command.case_id, shop.now())


def _path(case: CaseRecord) -> str:
    return f"{guesses.CANCELLATIONS if case.kind == 'cancellation' else guesses.RETURNS}/{case.remote_id}"


def _reason(shop: Shop, command: Decide) -> str:
    """Declining wants one of the reasons that TikTok gives for this case."""
    got = shop.get(guesses.REJECT_REASONS, **{guesses.REASONS_OF: command.case_id})
    known = {text(data(r), "name"): text(data(r), "text") for r in many(got, "reasons")}
    if command.reason not in known:
        listed = "; ".join(f"{name} ({words})" for name, words in known.items())
        raise Permanent(f"To decline, name one of TikTok's reasons: {listed or 'there is none for this case'}.")
    return command.reason


def _refund(shop: Shop, command: Refund, before: Before) -> Receipt:
    """Money goes back by approving: a request for a refund, or goods that came back."""
    if not command.case_id:
        raise Permanent("TikTok pays back only through a request of the buyer.")
    case = case_of(shop, command.case_id, "return")
    if "refund" not in case.allowed:
        raise Permanent(f"Nothing can be paid back on this case now: it is {case.state}.")
    if command.amount != case.amount:
        raise Permanent(f"TikTok pays back the amount that was asked for and no other: {case.amount}.")
    decision = guesses.APPROVE_GOODS if case.state == guesses.GOODS_BACK else guesses.APPROVE[case.kind]
    shop.act(f"{_path(case)}/approve", {"decision": decision}, before, idempotency_key=once(command.key))
    return Receipt(command.case_id, shop.now())


def order_of(shop: Shop, name: str) -> Data:
    """An order as it stands. Raises Permanent when there is none."""
    if name.isdecimal():
        try:
            got = shop.get(guesses.ORDERS, ids=name)
        except Refusal as exc:
            raise Permanent(f"TikTok does not know the order {name}.") from exc
        for raw in map(data, many(got, "orders")):
            return raw
    raise Permanent(f"TikTok does not know the order {name}.")


def _ship(shop: Shop, command: Ship, before: Before) -> Receipt:
    order = order_of(shop, command.order_id)
    if text(order, "status") not in guesses.TO_SHIP:
        raise Permanent(f"The order does not wait to be shipped: it is {text(order, 'status')}.")
    if not command.tracking.strip():
        raise Permanent("TikTok wants a tracking number.")
    option = text(order, "delivery_option_id")
    got = shop.get(guesses.PROVIDERS.format(option=option or "0"))
    couriers = {text(data(p), "name"): text(data(p), "id") for p in many(got, "shipping_providers")}
    wanted = command.courier.casefold().strip()
    ident = next((i for name, i in couriers.items() if name.casefold() == wanted), "")
    if not ident:
        raise Permanent(f"TikTok does not know this courier for the order; name one of: {', '.join(couriers)}.")
    lines = [line for ids, _ in command.lines for line in ids.split(",")]
    items = lines or [text(data(i), "id") for i in many(order, "line_items")]
    body = {"order_line_item_ids": items, "tracking_number": command.tracking, "shipping_provider_id": ident}
    shop.act(guesses.SHIP.format(order=command.order_id), body, before)
    return Receipt(command.tracking, shop.now())
