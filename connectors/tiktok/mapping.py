"""TikTok Shop's JSON as records. Pure: what a page holds is all that is known here."""

from __future__ import annotations

import json
from collections.abc import Mapping

from connectors.contract import Buyer, CaseRecord, Line, MessageRecord, OrderRecord, Parcel
from connectors.fields import Data, Unreadable, data, ident, many, maybe_seconds, money, part, seconds, text, unmasked
from connectors.tiktok import guesses
from store.values import Instant


def order(raw: Data) -> OrderRecord:
    """An order. Raises Unreadable."""
    name, pay, to = ident(raw, "id"), part(raw, "payment"), part(raw, "recipient_address")
    currency = text(pay, "currency")
    return OrderRecord(
        remote_id=name,
        number=name,
        placed_at=seconds(raw, "create_time"),
        updated_at=seconds(raw, "update_time"),
        status=ident(raw, "status"),
        buyer=Buyer(text(raw, "user_id"), unmasked(text(to, "name")), unmasked(text(raw, "buyer_email"))),
        total=money(pay, "total_amount", currency),
        lines=_lines([data(i, "line item") for i in many(raw, "line_items")], currency),
        parcels=_parcels(raw),
        country=_country(text(to, "region_code")),
    )


def _lines(items: list[Data], currency: str) -> tuple[Line, ...]:
    """Each piece is a line item of its own there; equal ones are one line here, whose id names them all."""
    lines: dict[tuple[str, str], Line] = {}
    for item in items:
        key = (text(item, "sku_id"), text(item, "sale_price"))
        one = Line(
            id=ident(item, "id"),
            sku=text(item, "seller_sku") or text(item, "sku_id"),
            title=" ".join(x for x in (text(item, "product_name"), _variant(item)) if x),
            quantity=1,
            price=money(item, "sale_price", text(item, "currency") or currency),
        )
        if (same := lines.get(key)) is not None:
            one = Line(f"{same.id},{one.id}", same.sku, same.title, same.quantity + 1, same.price)
        lines[key] = one
    return tuple(lines.values())


def _variant(item: Data) -> str:
    name = text(item, "sku_name")
    return f"({name})" if name and name.lower() != "default" else ""


def _parcels(raw: Data) -> tuple[Parcel, ...]:
    status, found = text(raw, "status"), dict[str, Parcel]()
    there = status in guesses.DELIVERED
    for item in [*map(data, many(raw, "line_items")), raw]:
        number = text(item, "tracking_number")
        if number and number not in found:
            found[number] = Parcel(
                text(item, "shipping_provider_name") or text(raw, "shipping_provider"), number,
                "delivered" if there else "shipped", maybe_seconds(raw, "rts_time"),
                maybe_seconds(raw, "delivery_time") if there else None,
            )  # fmt: skip
    return tuple(found.values())


def returned(raw: Data) -> CaseRecord:
    """A return, refund or replacement of returns/search. Raises Unreadable."""
    status, kind = ident(raw, "return_status"), ident(raw, "return_type")
    return _case(
        raw, ident(raw, "return_id"), guesses.KINDS.get(kind, "return"), status, opened=status in guesses.RETURN_OPEN,
        ours=status in guesses.PENDING or status == guesses.GOODS_BACK, prefix="return",
    )  # fmt: skip


def cancellation(raw: Data) -> CaseRecord:
    """A cancellation of cancellations/search. Raises Unreadable."""
    status = ident(raw, "cancel_status")
    pending = status == guesses.CANCEL_PENDING
    return _case(raw, ident(raw, "cancel_id"), "cancellation", status, opened=pending, ours=pending, prefix="cancel")


def _case(raw: Data, name: str, kind: str, status: str, *, opened: bool, ours: bool, prefix: str) -> CaseRecord:
    paid = part(raw, "refund_amount")
    actions = [data(a, "action") for a in many(raw, "seller_next_action_response")]
    due = min((at for a in actions if (at := maybe_seconds(a, "deadline")) is not None), default=None)
    pays = kind == "refund" or status == guesses.GOODS_BACK
    return CaseRecord(
        remote_id=name,
        kind=kind,
        order_id=ident(raw, "order_id"),
        state=status,
        reason=text(raw, f"{prefix}_reason"),
        opened_at=seconds(raw, "create_time"),
        updated_at=seconds(raw, "update_time"),
        open=opened,
        amount=money(paid, "refund_total", text(paid, "currency")) if paid else None,
        due_at=due if opened else None,
        text=text(raw, f"{prefix}_reason_text"),
        lines=tuple(text(data(i), "order_line_item_id") for i in many(raw, f"{prefix}_line_items")),
        tracking=text(raw, "return_tracking_number"),
        allowed=("approve", "decline", *(("refund",) if pays else ())) if ours else (),
    )


def people(talk: Data) -> Mapping[str, str]:
    """The ids of those who take part in a conversation: in the chat → in the shop. Raises Unreadable."""
    found = [data(p, "participant") for p in many(talk, "participants")]
    return {text(p, "im_user_id"): text(p, "user_id") for p in found if p.get("user_id")}


def message(raw: Data, *, thread: str, known: Mapping[str, str]) -> MessageRecord | None:
    """A message; None for a notice that nobody said. Raises Unreadable."""
    sender = part(raw, "sender")
    role, author = ident(sender, "role"), text(sender, "im_user_id")
    name, at, words = ident(raw, "id"), seconds(raw, "create_time"), _words(raw)
    if role == guesses.MACHINE:
        return None
    ours = role != guesses.BUYER
    buyer = next(iter(known.values()), "")
    return MessageRecord(
        remote_id=name,
        thread_id=thread,
        outbound=ours,
        author="" if ours else unmasked(text(sender, "nickname")),
        author_id=(buyer if ours else known.get(author, author)) or role,  # what we said is in that buyer's conversation
        text=words[0],
        sent_at=at,
        order_id=words[1],
    )


def _words(raw: Data) -> tuple[str, str]:
    """The text of a message and the order it names; what is no text says what it is."""
    kind, told = text(raw, "type") or "TEXT", content(raw)
    if kind == "TEXT":
        return text(told, "content"), ""
    named = text(told, "order_id")
    shown = next((text(told, key) for key in ("content", "url", "order_id", "product_id") if told.get(key)), "")
    return f"[{kind.lower()}] {shown}".rstrip(), named


def content(raw: Data) -> Data:
    """The inside of a message, which is JSON in a text. Raises Unreadable."""
    told = text(raw, "content")
    try:
        inner = json.loads(told) if told else {}
    except (ValueError, RecursionError) as exc:
        raise Unreadable("content is not JSON") from exc
    return data(inner, "content")


def latest(talk: Data) -> Instant:
    """When a conversation last moved. Raises Unreadable."""
    return seconds(part(talk, "latest_message"), "create_time")


def head(talk: Data) -> str:
    """The last message of a conversation by its id. Raises Unreadable."""
    return text(part(talk, "latest_message"), "id")


def _country(region: str) -> str:
    region = region.strip().upper()
    return region if len(region) == 2 and region.isascii() and region.isalpha() else ""
