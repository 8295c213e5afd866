"""What the desk does in a shop: look at how things stand, refuse what cannot work, then ask once."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import islice
from typing import Any

from connectors.contract import AnswerReview, Command, Decide, MarkRead, Permanent, Receipt, Refund, SendReply, Ship
from connectors.fields import Data, Unreadable, data, many, money, part, text
from connectors.refusals import Refusal
from connectors.shopee import guesses
from connectors.shopee.pulling import NotThere, pages_of
from connectors.shopee.shop import Shop
from store.values import Money, exponent

Before = Callable[[], None]
MAX_ANSWER = 500
"""Characters under a comment, by the error product.comment_length_invalid."""


def send(shop: Shop, command: Command, before: Before) -> Receipt:
    """See `contract.Connector.send`."""
    match command:
        case SendReply():
            return _reply(shop, command, before)
        case MarkRead():
            return _mark_read(shop, command, before)
        case Decide(kind="cancellation"):
            return _cancellation(shop, command, before)
        case Decide():
            return _decide(shop, command, before)
        case Refund():
            return _refund(shop, command, before)
        case AnswerReview():
            return _answer(shop, command, before)
        case Ship():
            return _ship(shop, command, before)


def _reply(shop: Shop, command: SendReply, before: Before) -> Receipt:
    if not shop.settings.chat:
        raise Permanent("Shopee's chat is switched off in this channel's settings.")
    if command.files:
        raise Permanent("Files cannot be sent through Shopee's chat from here; send the text alone.")
    if not command.text.strip() or len(command.text) > guesses.MAX_TEXT:
        raise Permanent(f"Shopee's chat takes 1 to {guesses.MAX_TEXT:,} characters; shorten the text.")
    if command.to and command.thread_id:
        _known(shop, command.thread_id)
    to = command.to[0] if command.to else other_side(shop, command.thread_id)
    if not to.isdecimal():
        raise Permanent("It is not known whom to write to on Shopee; refetch the conversation.")
    body = {"to_id": int(to), "message_type": "text", "content": {"text": command.text}}
    got = shop.act(guesses.SEND, body, before)
    return Receipt(text(got, "message_id"), shop.now())


def _known(shop: Shop, thread: str) -> str:
    """The newest message of a conversation. Raises Permanent when there is no such conversation."""
    try:
        return next((text(data(m), "message_id") for page in islice(pages_of(shop, thread), 1) for m in page), "")
    except (NotThere, Unreadable) as exc:
        raise Permanent("Shopee does not know the conversation.") from exc


def other_side(shop: Shop, thread: str) -> str:
    """The buyer of a conversation. Raises Permanent when there is no such conversation."""
    if not thread:
        raise Permanent("The reply names no conversation.")
    talk = shop.get(guesses.CONVERSATION, conversation_id=thread).response
    return text(talk, "to_id")


def _mark_read(shop: Shop, command: MarkRead, before: Before) -> Receipt:
    last = _known(shop, command.thread_id)
    body = {"conversation_id": _id(command.thread_id), "last_read_message_id": last}
    shop.act(guesses.READ, body, before)
    return Receipt(command.thread_id, shop.now())


def _cancellation(shop: Shop, command: Decide, before: Before) -> Receipt:
    operation = {"approve": "ACCEPT", "decline": "REJECT"}.get(command.decision)
    if operation is None:
        raise Permanent("A cancellation can be approved or declined.")
    status = order_status(shop, command.case_id)
    if status != guesses.CANCEL_ASKED:
        raise Permanent(f"The buyer's wish to cancel is no longer open: the order is {status}.")
    shop.act("/api/v2/order/handle_buyer_cancellation", {"order_sn": command.case_id, "operation": operation}, before)
    return Receipt(command.case_id, shop.now())


def order_status(shop: Shop, sn: str) -> str:
    """The order as it stands. Raises Permanent when there is none."""
    got = shop.get("/api/v2/order/get_order_detail", order_sn_list=sn).response
    found = next((data(o) for o in many(got, "order_list")), None)
    if found is None:
        raise Permanent(f"Shopee does not know the order {sn}.")
    return text(found, "order_status")


def return_of(shop: Shop, sn: str) -> Data:
    """A return as it stands. Raises Permanent when there is none."""
    return shop.get("/api/v2/returns/get_return_detail", return_sn=sn).response


def _decide(shop: Shop, command: Decide, before: Before) -> Receipt:
    now = return_of(shop, command.case_id)
    status = text(now, "status")
    if status != "REQUESTED" and not (command.decision == "decline" and status in guesses.RETURN_AGREED - {"CLOSED"}):
        raise Permanent(f"The return can no longer be decided: it is {status}.")
    if command.decision == "decline":
        return _dispute(shop, command, before)
    if command.decision != "approve":
        raise Permanent("A return can be approved or declined.")
    path = "/api/v2/returns/accept_offer" if command.reason == "accept_offer" else "/api/v2/returns/confirm"
    shop.act(path, {"return_sn": command.case_id}, before)
    return Receipt(command.case_id, shop.now())


def _dispute(shop: Shop, command: Decide, before: Before) -> Receipt:
    """Declining is a dispute there: it wants an e-mail address, one of the reasons of this return, sometimes photos."""
    if not shop.settings.email:
        raise Permanent("To decline, Shopee wants an e-mail address: enter one in the channel's settings.")
    got = shop.get("/api/v2/returns/get_return_dispute_reason", return_sn=command.case_id).response
    reasons = {text(data(r), "dispute_reason"): data(r) for r in many(got, "dispute_reason_list")}
    reason = reasons.get(command.reason)
    if reason is None:
        known = "; ".join(f"{key} {text(r, 'dispute_requirement')[:60]}".strip() for key, r in reasons.items())
        raise Permanent(f"To decline, name one of Shopee's reasons: {known or 'there is none for this return'}.")
    wanted = [data(m) for m in many(reason, "evidence_module_list") if data(m).get("is_required") is True]
    if wanted:
        raise Permanent("For this reason Shopee wants photos: dispute it in Seller Centre.")
    body = {"return_sn": command.case_id, "email": shop.settings.email, "dispute_reason_id": int(command.reason),
            "dispute_text_reason": command.note}  # fmt: skip
    shop.act("/api/v2/returns/dispute", body, before)
    return Receipt(command.case_id, shop.now())


def _refund(shop: Shop, command: Refund, before: Before) -> Receipt:
    """Money goes back through a return: all of it by agreeing, less by an offer that its buyer must accept."""
    if not command.case_id:
        raise Permanent("Shopee pays back only through a return request of the buyer.")
    now = return_of(shop, command.case_id)
    status, asked = text(now, "status"), refund_asked(now)
    if status != "REQUESTED":
        raise Permanent(f"The return can no longer be refunded: it is {status}.")
    if command.amount == asked:
        shop.act("/api/v2/returns/confirm", {"return_sn": command.case_id}, before)
        return Receipt(command.case_id, shop.now())
    if command.amount.currency != asked.currency or not 0 < command.amount.minor < asked.minor:
        raise Permanent(f"At most {asked} can be refunded on this return.")
    _check_offer(shop, command)
    body = {"return_sn": command.case_id, "proposed_solution": "REFUND",
            "proposed_adjusted_refund_amount": plain(command.amount)}  # fmt: skip
    shop.act("/api/v2/returns/offer", body, before)
    return Receipt(command.case_id, shop.now(), "It is an offer: money goes back when the buyer accepts it.")


def refund_asked(raw: Data) -> Money:
    """What a return is about."""
    return money(raw, "refund_amount", text(raw, "currency"))


def _check_offer(shop: Shop, command: Refund) -> None:
    got = shop.get("/api/v2/returns/get_available_solutions", return_sn=command.case_id).response
    offer = part(got, "offer_refund")
    if offer.get("eligibility") is not True or offer.get("refund_amount_adjustable") is not True:
        raise Permanent("Shopee lets nobody offer less on this return: refund all of it, or decline.")
    currency = command.amount.currency
    least, most = money(offer, "min_refund_amount", currency), money(offer, "max_refund_amount", currency)
    if not least <= command.amount <= most:
        raise Permanent(f"Shopee takes an offer of {least} to {most} on this return.")


def offered(raw: Data) -> Money | None:
    """What the latest offer of a return is; None where there is none."""
    talk = part(raw, "negotiation")
    if not text(talk, "latest_solution"):
        return None
    return money(talk, "latest_offer_amount", text(raw, "currency"))


def _answer(shop: Shop, command: AnswerReview, before: Before) -> Receipt:
    if not shop.settings.comments:
        raise Permanent("An app for customer service may not answer comments; use an in-house or ERP app.")
    if not 1 <= len(command.text) <= MAX_ANSWER:
        raise Permanent(f"An answer to a comment has 1 to {MAX_ANSWER} characters.")
    if answer_of(comment_of(shop, command.review_id)):
        raise Permanent("The comment is answered already; Shopee takes one answer.")
    body = {"comment_list": [{"comment_id": int(command.review_id), "comment": command.text}]}
    got = shop.act("/api/v2/product/reply_comment", body, before)
    for result in map(data, many(got, "result_list")):
        if failed := text(result, "fail_error").strip():
            raise Refusal(f"Shopee refused the answer: {text(result, 'fail_message') or failed}", failed)
    return Receipt(command.review_id, shop.now())


def comment_of(shop: Shop, name: str) -> Data:
    """A comment as it stands. Raises Permanent when there is none."""
    if name.isdecimal():
        got = shop.get("/api/v2/product/get_comment", comment_id=name, cursor="", page_size=1).response
        for raw in map(data, many(got, "item_comment_list")):
            return raw
    raise Permanent(f"Shopee does not know the comment {name}.")


def answer_of(comment: Data) -> str:
    """What the shop answered under a comment; the documentation's sample calls it differently than its text."""
    return text(part(comment, "comment_reply") or part(comment, "cmt_reply"), "reply")


def _ship(shop: Shop, command: Ship, before: Before) -> Receipt:
    """Only orders that the seller's own courier brings: the others are fetched by Shopee's."""
    status = order_status(shop, command.order_id)
    if status not in guesses.TO_SHIP:
        raise Permanent(f"The order does not wait to be shipped: it is {status}.")
    if not command.tracking.strip():
        raise Permanent("Shopee wants a tracking number.")
    needed = part(shop.get(guesses.SHIP_WITH, order_sn=command.order_id).response, "info_needed")
    if "non_integrated" not in needed:
        raise Permanent("One of Shopee's own couriers fetches this order: arrange the shipment in Seller Centre.")
    body = {"order_sn": command.order_id, "non_integrated": {"tracking_number": command.tracking}}
    shop.act(guesses.SHIP, body, before)
    return Receipt(command.tracking, shop.now())


def plain(amount: Money) -> Any:
    """An amount as the number that JSON wants."""
    value = Decimal(amount.minor).scaleb(-exponent(amount.currency))
    return int(value) if value == value.to_integral_value() else float(value)


def _id(name: str) -> Any:
    return int(name) if name.isdecimal() else name
