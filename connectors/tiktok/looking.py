"""Whether a command whose answer was lost happened, as far as the shop shows it."""

from __future__ import annotations

from connectors.contract import (
    AnswerReview,
    Command,
    Decide,
    MarkRead,
    OutcomeUnknown,
    Permanent,
    Receipt,
    Refund,
    SendReply,
    Ship,
)
from connectors.fields import Unreadable, data, part, seconds, text
from connectors.refusals import settled
from connectors.tiktok import guesses, mapping
from connectors.tiktok.deeds import NO_REVIEWS, case_of, order_of
from connectors.tiktok.pulling import NotThere, conversation, pages_of, with_buyer
from connectors.tiktok.shop import Shop


def find(shop: Shop, command: Command) -> Receipt | None:
    """See `contract.Connector.find`."""
    match command:
        case SendReply():
            return _reply(shop, command)
        case MarkRead():
            talk = conversation(shop, command.thread_id)
            if talk is None:
                raise OutcomeUnknown("TikTok does not tell whether an older conversation is read.")
            return None if talk.get("unread_count") else Receipt(command.thread_id, shop.now())
        case Decide():
            return _decision(shop, command)
        case Refund():
            return _refund(shop, command)
        case Ship():
            return _shipped(shop, command)
        case AnswerReview():
            raise Permanent(NO_REVIEWS)


def _reply(shop: Shop, command: SendReply) -> Receipt | None:
    wanted = command.text.split()
    try:
        thread = command.thread_id or with_buyer(shop, command.to[0] if command.to else "")
        if not thread:
            return None
        for page in pages_of(shop, thread):
            for raw in map(data, page):
                sent = seconds(raw, "create_time")
                if sent < shop.sent_from(command.at):
                    return None
                ours = text(part(raw, "sender"), "role") not in (guesses.BUYER, guesses.MACHINE)
                if ours and text(raw, "type") == "TEXT" and text(mapping.content(raw), "content").split() == wanted:
                    return Receipt(text(raw, "id"), sent)
    except (NotThere, Unreadable) as exc:
        raise OutcomeUnknown("TikTok does not show the conversation; look there whether the reply is in it.") from exc
    return None


def _decision(shop: Shop, command: Decide) -> Receipt | None:
    case = case_of(shop, command.case_id, command.kind)
    if command.decision in case.allowed and case.state != guesses.GOODS_BACK:
        return None
    if case.kind == "cancellation":
        went = {"approve": guesses.CANCEL_AGREED, "decline": guesses.CANCEL_REFUSED}
    else:
        went = {"approve": guesses.RETURN_AGREED, "decline": guesses.RETURN_REFUSED}
    return settled(case.state in went.get(command.decision, ()), command.case_id, shop.now())


def _refund(shop: Shop, command: Refund) -> Receipt | None:
    if not command.case_id:
        return None
    case = case_of(shop, command.case_id, "return")
    if "refund" in case.allowed:
        return None
    return settled(case.state in guesses.PAID and case.amount == command.amount, command.case_id, shop.now())


def _shipped(shop: Shop, command: Ship) -> Receipt | None:
    raw = order_of(shop, command.order_id)
    if text(raw, "status") in guesses.TO_SHIP:
        return None
    there = any(p.tracking == command.tracking for p in mapping.order(raw).parcels)
    return settled(there, command.tracking, shop.now())
