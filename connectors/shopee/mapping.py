"""Shopee's JSON as records. Pure: what a page holds is all that is known here."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.contract import Buyer, CaseRecord, Line, MessageRecord, OrderRecord, Parcel, ProductRecord, ReviewRecord
from connectors.fields import (
    Data,
    Unreadable,
    data,
    ident,
    many,
    maybe_seconds,
    money,
    part,
    seconds,
    text,
    unmasked,
    whole,
)
from connectors.shopee import guesses
from store.values import Instant

ORDER_FIELDS = (
    "buyer_user_id,buyer_username,recipient_address,item_list,pay_time,buyer_cancel_reason,cancel_by,cancel_reason,"
    "fulfillment_flag,pickup_done_time,package_list,shipping_carrier,total_amount"
)
"""What get_order_detail is asked for besides what it tells anyway."""


def order(raw: Data, tracking: Mapping[str, Data] | None = None) -> OrderRecord:
    """An order of get_order_detail. `tracking` holds, by package number, what is known of parcels (see `parcel`).
    Raises Unreadable."""
    sn, currency = ident(raw, "order_sn"), text(raw, "currency")
    lines = tuple(_line(data(item, "item"), currency) for item in many(raw, "item_list"))
    to = part(raw, "recipient_address")
    return OrderRecord(
        remote_id=sn,
        number=sn,
        placed_at=seconds(raw, "create_time"),
        updated_at=seconds(raw, "update_time"),
        status=ident(raw, "order_status"),
        buyer=buyer(raw),
        total=money(raw, "total_amount", currency),
        lines=lines,
        parcels=tuple(
            made for p in many(raw, "package_list") if (made := _parcel(raw, data(p, "package"), tracking or {}))
        ),
        country=_country(text(to, "region") or text(raw, "region")),
    )


def buyer(raw: Data) -> Buyer:
    """The buyer of an order. Both id and name are hidden in some regions. Raises Unreadable."""
    known = text(raw, "buyer_user_id")
    return Buyer("" if known == "0" else known, unmasked(text(raw, "buyer_username")))


def cancellation(raw: Data) -> CaseRecord | None:
    """What an order of get_order_detail tells of its buyer's wish to cancel; None where there was none. Raises
    Unreadable."""
    status, reason = ident(raw, "order_status"), text(raw, "buyer_cancel_reason").strip()
    asked = status == guesses.CANCEL_ASKED
    if not asked and not reason:
        return None
    sn, at = ident(raw, "order_sn"), seconds(raw, "update_time")
    return CaseRecord(
        remote_id=sn,
        kind="cancellation",
        order_id=sn,
        state=status if asked else guesses.CANCEL_OVER.get(status, "REJECTED"),
        reason=reason or text(raw, "cancel_reason"),
        opened_at=at,
        updated_at=at,
        open=asked,
        buyer=buyer(raw),
        amount=money(raw, "total_amount", text(raw, "currency")),
        allowed=("approve", "decline") if asked else (),
    )


def travels(raw: Data) -> tuple[str, ...]:
    """Numbers of an order's packages that have left. Raises Unreadable."""
    packages = [data(p, "package") for p in many(raw, "package_list")]
    return tuple(ident(p, "package_number") for p in packages if text(p, "logistics_status") in guesses.UNDER_WAY)


def arrived(raw: Data, package: str) -> bool:
    """Whether a package of an order is with its buyer."""
    return any(
        text(p, "package_number") == package and text(p, "logistics_status") in guesses.DELIVERED
        for p in many(raw, "package_list")
    )


def _parcel(raw: Data, package: Data, tracking: Mapping[str, Data]) -> Parcel | None:
    """One package. `tracking[number]` is {"number": tracking number, "delivered_at": instant or None}."""
    known = tracking.get(text(package, "package_number"))
    if known is None or not known.get("number"):
        return None
    return Parcel(
        courier=text(package, "shipping_carrier") or text(raw, "shipping_carrier"),
        tracking=str(known["number"]),
        status=_travel(text(package, "logistics_status")),
        shipped_at=maybe_seconds(raw, "pickup_done_time"),
        delivered_at=known.get("delivered_at"),
    )


def delivery(raw: Data) -> Instant | None:
    """When get_tracking_info says that it arrived. Raises Unreadable."""
    found = [seconds(e, "update_time") for e in map(data, many(raw, "tracking_info"))
             if text(e, "logistics_status") in guesses.DELIVERED]  # fmt: skip
    return min(found, default=None)


def _travel(status: str) -> str:
    if status in guesses.DELIVERED:
        return "delivered"
    return "exception" if status in guesses.TROUBLED else "shipped"


def _line(item: Data, currency: str) -> Line:
    """Items of one listing differ by model, so both make the id."""
    model = text(item, "model_id", "0")
    name, variant = text(item, "item_name"), text(item, "model_name")
    return Line(
        id=f"{ident(item, 'item_id')}.{model}",
        sku=text(item, "model_sku") or text(item, "item_sku"),
        title=f"{name} ({variant})" if variant else name,
        quantity=whole(item, "model_quantity_purchased"),
        price=money(item, "model_discounted_price", currency),
    )


def case(raw: Data) -> CaseRecord:
    """A return of get_return_list or get_return_detail. A request for a refund alone is a return to Shopee too, and one
    may become the other. Raises Unreadable."""
    status, currency = ident(raw, "status"), text(raw, "currency")
    opened = status in guesses.RETURN_OPEN
    goods = status in guesses.RETURN_AGREED
    items = [data(i, "item") for i in many(raw, "item")]
    due = maybe_seconds(raw, "return_seller_due_date") if goods else None
    return CaseRecord(
        remote_id=ident(raw, "return_sn"),
        kind="return",
        order_id=ident(raw, "order_sn"),
        state=status,
        reason=text(raw, "reassessed_request_reason") or text(raw, "reason"),
        opened_at=seconds(raw, "create_time"),
        updated_at=seconds(raw, "update_time"),
        open=opened,
        amount=money(raw, "refund_amount", currency),
        due_at=(due or maybe_seconds(raw, "due_date")) if opened else None,
        text=text(raw, "text_reason"),
        lines=tuple(f"{ident(i, 'item_id')}.{text(i, 'model_id', '0')}" for i in items),
        tracking=text(raw, "tracking_number"),
        allowed=_allowed(raw, status),
    )


def _allowed(raw: Data, status: str) -> tuple[str, ...]:
    if status != "REQUESTED":
        return ()
    talk = text(raw, "negotiation_status") or text(part(raw, "negotiation"), "negotiation_status")  # list or detail
    negotiating = talk == "PENDING_RESPOND"
    return ("approve", "decline", "refund", *(("accept_offer",) if negotiating else ()))


def message(raw: Data, *, thread: str, buyer_id: str, buyer_name: str) -> MessageRecord:
    """A message of get_message; `buyer_id` is the conversation's other side. Raises Unreadable."""
    ours = ident(raw, "from_id") != buyer_id
    return MessageRecord(
        remote_id=ident(raw, "message_id"),
        thread_id=thread,
        outbound=ours,
        author="" if ours else unmasked(buyer_name),
        author_id=buyer_id,  # also of what we said: it is the conversation of that buyer
        text=_words(raw),
        sent_at=seconds(raw, "created_timestamp"),
        order_id=text(part(raw, "source_content"), "order_sn"),
        reply_to=buyer_id,
    )


def _words(raw: Data) -> str:
    """The text of a message; what is no text says what it is."""
    kind, content = text(raw, "message_type") or "text", part(raw, "content")
    if kind == "text":
        if "text" not in content:
            raise Unreadable("content.text is missing")
        return text(content, "text")
    told = next(
        (text(content, key) for key in ("text", "url", "image_url", "order_sn", "item_id") if content.get(key)), ""
    )
    return f"[{kind}] {told}".rstrip()


def review(raw: Data) -> ReviewRecord:
    """A comment of get_comment. Raises Unreadable."""
    rating = whole(raw, "rating_star", 0)
    answer = part(raw, "comment_reply") or part(raw, "cmt_reply")  # the documentation's sample has the second
    return ReviewRecord(
        remote_id=ident(raw, "comment_id"),
        rating=rating if 0 <= rating <= 5 else 0,
        at=seconds(raw, "create_time"),
        text=text(raw, "comment"),
        order_id=text(raw, "order_sn"),
        sku=text(raw, "item_id"),
        author=unmasked(text(raw, "buyer_username")),
        reply=text(answer, "reply"),
    )


def _country(region: str) -> str:
    region = region.strip().upper()
    return region if len(region) == 2 and region.isascii() and region.isalpha() else ""


def products(raw: Data, kinds: Data) -> list[ProductRecord]:
    """An item of get_item_base_info and its models of get_model_list, as far as they have SKUs. Raises Unreadable."""
    title, at = ident(raw, "item_name"), seconds(raw, "update_time")
    brand, size = text(part(raw, "brand"), "original_brand_name"), part(raw, "dimension")
    facts = {"Brand": "" if brand in guesses.NO_BRAND else brand}
    for told in (data(a, "attribute") for a in many(raw, "attribute_list")):
        said = [data(v, "value") for v in many(told, "attribute_value_list")]
        facts[text(told, "original_attribute_name")] = ", ".join(
            f"{text(v, 'original_value_name')} {text(v, 'value_unit')}".strip() for v in said
        )
    measures = [text(size, f"package_{side}") for side in ("length", "width", "height")]
    facts |= {"Weight": f"{kg} kg" if (kg := text(raw, "weight")) else "",
              "Package": f"{' × '.join(measures)} cm" if all(measures) else "",
              "Description": text(raw, "description")}  # fmt: skip
    tiers = [data(t, "tier") for t in many(kinds, "tier_variation")]
    found = [(text(raw, "item_sku"), {}), *((text(m, "model_sku"), _options(m, tiers)) for m in map(data, many(kinds, "model")))]
    picture = next((str(url) for url in many(part(raw, "image"), "image_url_list")), "")
    return [
        ProductRecord(
            sku.strip(), f"{title} ({', '.join(own.values())})" if own else title,
            {name: value for name, value in {**own, **facts}.items() if name and value}, text(raw, "size_chart"), at, picture,
        )
        for sku, own in found if sku.strip()
    ]  # fmt: skip


def _options(model: Data, tiers: list[Data]) -> dict[str, str]:
    """What tells a model from the others: the option it has of each tier."""
    found: dict[str, str] = {}
    for place, tier in zip(many(model, "tier_index"), tiers, strict=False):
        options = many(tier, "option_list")
        if isinstance(place, int) and 0 <= place < len(options):
            found[text(tier, "name")] = text(data(options[place], "option"), "option")
    return found
