"""WooCommerce's JSON as records. Pure: what a page holds is all that is known here. All raise Unreadable."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import UTC
from decimal import Decimal

from connectors import fields
from connectors.contract import Buyer, Line, OrderRecord, Parcel, ProductRecord, ReviewRecord
from connectors.fields import Data, Unreadable, data, ident, many, maybe_seconds, money, part, text, whole
from connectors.woocommerce import guesses
from store.values import Instant, Money


def order(raw: Data) -> OrderRecord:
    currency = ident(raw, "currency")
    billing, meta = part(raw, "billing"), _meta(raw)
    return OrderRecord(
        remote_id=ident(raw, "id"),
        number=ident(raw, "number").removeprefix("#"),
        placed_at=moment(raw, "date_created_gmt"),
        updated_at=moment(raw, "date_modified_gmt"),
        status=ident(raw, "status"),
        buyer=Buyer(
            id=customer(raw),
            name=f"{text(billing, 'first_name')} {text(billing, 'last_name')}".strip(),
            email=text(billing, "email"),
            lang=_word(meta, guesses.LANGUAGE),
            country=text(billing, "country"),
        ),
        total=money(raw, "total", currency),
        lines=tuple(_line(data(n, "line item"), currency) for n in many(raw, "line_items")),
        parcels=_parcels(meta.get(guesses.PARCELS)),
        country=text(part(raw, "shipping"), "country") or text(billing, "country"),
        campaign=_word(meta, guesses.CAMPAIGN),
    )


def customer(raw: Data) -> str:
    """The buyer's id; "" for a guest, whom WooCommerce calls 0."""
    return "" if (found := text(raw, "customer_id")) == "0" else found


def review(raw: Data, skus: Mapping[str, str]) -> ReviewRecord:
    """`skus` by product id, as far as the shop has them."""
    rating = whole(raw, "rating", 0)
    if not 0 <= rating <= 5:
        raise Unreadable("rating is none")
    return ReviewRecord(
        remote_id=ident(raw, "id"),
        rating=rating,
        at=moment(raw, "date_created_gmt"),
        text=plain(text(raw, "review")),
        sku=skus.get(text(raw, "product_id"), ""),
        author=text(raw, "reviewer"),
    )


def products(raw: Data, kinds: list[Data]) -> list[ProductRecord]:
    """A product and its kinds (sizes, colours), as far as they have SKUs."""
    title, at, sizes = ident(raw, "name"), moment(raw, "date_modified_gmt"), ""
    facts: dict[str, str] = {}
    for told in map(data, many(raw, "attributes")):
        name, said = text(told, "name"), [str(o) for o in many(told, "options")]
        if name.casefold() in guesses.SIZE_CHARTS:
            sizes = "\n".join(said)
        elif said:
            facts[name] = ", ".join(said)
    measures = part(raw, "dimensions")
    facts |= {"Weight": text(raw, "weight"),
              "Dimensions": " × ".join(filter(None, (text(measures, k) for k in ("length", "width", "height")))),
              "Description": plain(text(raw, "short_description"))}  # fmt: skip
    picture = next((text(data(i), "src") for i in many(raw, "images")), "")
    found = [_product(raw, title, {}, facts, sizes, at, picture)]
    for kind in kinds:
        own = {text(o, "name"): text(o, "option") for o in map(data, many(kind, "attributes"))}
        called = f"{title} ({', '.join(own.values())})" if own else title
        found.append(_product(kind, called, own, facts, sizes, at, text(part(kind, "image"), "src") or picture))
    return [one for one in found if one.sku]


def _product(
    raw: Data, title: str, own: dict[str, str], facts: dict[str, str], sizes: str, at: Instant, picture: str
) -> ProductRecord:
    specs = {name: value for name, value in {**facts, **own}.items() if name and value}
    return ProductRecord(text(raw, "sku").strip(), plain(title), specs, sizes, at, picture)


def moment(raw: Data, key: str) -> Instant:
    """A time in UTC that must be there; WordPress writes it without its zone."""
    return fields.moment(raw, key, zone=UTC)


def plain(markup: str) -> str:
    """What a reader sees of a text that WordPress keeps as HTML."""
    ends = re.sub(r"(?i)<br\s*/?>\n?|</p>\s*", "\n", markup)
    return html.unescape(re.sub(r"<[^<>]*>", "", ends)).strip()


def decimal(raw: Data, key: str) -> Decimal:
    """A number that may be missing, then 0."""
    try:
        found = Decimal(text(raw, key, "0") or "0")
    except ArithmeticError as exc:
        raise Unreadable(f"{key} is no amount") from exc
    if not found.is_finite():
        raise Unreadable(f"{key} is no amount")
    return found


def _line(raw: Data, currency: str) -> Line:
    """A line's price with its tax, as the buyer paid it: `price` and `total` are without."""
    quantity = whole(raw, "quantity")
    paid = decimal(raw, "total") + decimal(raw, "total_tax")
    price: Money = money({"price": paid / max(quantity, 1)}, "price", currency)
    return Line(ident(raw, "id"), text(raw, "sku"), text(raw, "name"), quantity, price)


def _parcels(kept: object) -> tuple[Parcel, ...]:
    """What the plugin keeps; nothing where it keeps it in another shape."""
    found = []
    for raw in kept if isinstance(kept, list) else ():
        if isinstance(raw, Mapping) and (tracking := text(raw, "tracking_number")):
            courier = text(raw, "custom_tracking_provider") or text(raw, "tracking_provider")
            found.append(Parcel(courier, tracking, "shipped", maybe_seconds(raw, "date_shipped")))
    return tuple(found)


def _meta(raw: Data) -> dict[str, object]:
    return {text(m, "key"): m.get("value") for m in map(data, many(raw, "meta_data"))}


def _word(meta: Mapping[str, object], key: str) -> str:
    found = meta.get(key)
    return found if isinstance(found, str) else ""
