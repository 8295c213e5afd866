"""Whether a command whose answer was lost happened, as far as the shop shows it."""

from __future__ import annotations

from connectors.contract import (
    AnswerReview,
    Command,
    Decide,
    MarkRead,
    OutcomeUnknown,
    Receipt,
    Refund,
    SendReply,
    Ship,
)
from connectors.fields import Unreadable, data, part, seconds, text
from connectors.refusals import settled
from connectors.shopee import guesses
from connectors.shopee.deeds import (
    answer_of,
    comment_of,
    offered,
    order_status,
    other_side,
    refund_asked,
    return_of,
)
from connectors.shopee.pulling import NotThere, pages_of
from connectors.shopee.shop import Shop


def find(shop: Shop, command: Command) -> Receipt | None:
    """See `contract.Connector.find`."""
    match command:
        case SendReply():
            return _reply(shop, command)
        case MarkRead():
            return _read(shop, command)
        case Decide(kind="cancellation"):
            return _cancellation(shop, command)
        case Decide():
            return _decision(shop, command)
        case Refund():
            return _refund(shop, command)
        case AnswerReview():
            return _answer(shop, command)
        case Ship():
            return _shipped(shop, command)
    raise AssertionError("unreachable")


def _reply(shop: Shop, command: SendReply) -> Receipt | None:
    buyer = command.to[0] if command.to else other_side(shop, command.thread_id)
    wanted = command.text.split()
    try:
        for page in pages_of(shop, command.thread_id):
            for raw in map(data, page):
                sent = seconds(raw, "created_timestamp")
                if sent < shop.sent_from(command.at):
                    return None
                if text(raw, "from_id") != buyer and text(part(raw, "content"), "text").split() == wanted:
                    return Receipt(text(raw, "message_id"), sent)
    except (NotThere, Unreadable) as exc:
        raise OutcomeUnknown("Shopee does not show the conversation; look there whether the reply is in it.") from exc
    return None


def _read(shop: Shop, command: MarkRead) -> Receipt | None:
    talk = shop.get(guesses.CONVERSATION, conversation_id=command.thread_id).response
    return None if talk.get("unread_count") else Receipt(command.thread_id, shop.now())


def _cancellation(shop: Shop, command: Decide) -> Receipt | None:
    status = order_status(shop, command.case_id)
    if status == guesses.CANCEL_ASKED:
        return None
    happened = "approve" if guesses.CANCEL_OVER.get(status) == "ACCEPTED" else "decline"
    return settled(happened == command.decision, command.case_id, shop.now())


def _decision(shop: Shop, command: Decide) -> Receipt | None:
    status = text(return_of(shop, command.case_id), "status")
    if command.decision == "decline":
        return settled(True, command.case_id, shop.now()) if status in guesses.RETURN_DISPUTED else None
    return None if status == "REQUESTED" else settled(status in guesses.RETURN_AGREED, command.case_id, shop.now())


def _refund(shop: Shop, command: Refund) -> Receipt | None:
    if not command.case_id:
        return None
    now = return_of(shop, command.case_id)
    if command.amount != refund_asked(now):
        offer = offered(now)
        if text(now, "status") == "REQUESTED":
            return settled(True, command.case_id, shop.now()) if offer == command.amount else None
        return settled(offer == command.amount, command.case_id, shop.now())
    if text(now, "status") == "REQUESTED":
        return None
    return settled(text(now, "status") in guesses.RETURN_AGREED, command.case_id, shop.now())


def _answer(shop: Shop, command: AnswerReview) -> Receipt | None:
    there = answer_of(comment_of(shop, command.review_id))
    return Receipt(command.review_id, shop.now()) if there.split() == command.text.split() else None


def _shipped(shop: Shop, command: Ship) -> Receipt | None:
    if order_status(shop, command.order_id) in guesses.TO_SHIP:
        return None
    got = shop.get("/api/v2/logistics/get_tracking_number", order_sn=command.order_id).response
    return settled(text(got, "tracking_number") == command.tracking, command.tracking, shop.now())
