"""The practice shop in WooCommerce's words."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors.sandbox.market import Market
from connectors.sandbox.market_records import MarketOrder, MarketProduct, MarketReview
from store.values import Instant, Money, exponent

STATUS = {"processing": "processing", "shipped": "completed", "delivered": "completed", "cancelled": "cancelled"}
TAX = Decimal("0.19")


def iso(at: Instant) -> str:
    """As WordPress writes a time: to the second, without its zone."""
    return f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%dT%H:%M:%S}"


def guest(order: MarketOrder) -> bool:
    """Every third bought without an account."""
    return int(order.id) % 3 == 0


def gateway_of(order: MarketOrder) -> str:
    """How an order was paid: one in seven by bank transfer."""
    return "bacs" if int(order.id) % 7 == 0 else "stripe"


def order_shape(order: MarketOrder, zone_ms: int) -> dict[str, Any]:
    buyer, currency = order.buyer, order.total.currency
    first, _, last = buyer.name.partition(" ")
    where = {"first_name": first, "last_name": last, "address_1": buyer.street, "country": buyer.country}
    meta: list[dict[str, Any]] = [{"id": 1, "key": "_wc_order_attribution_utm_campaign", "value": "autumn"}]
    if order.parcels:
        meta.append({"id": 2, "key": "_wc_shipment_tracking_items", "value": [
            {"tracking_provider": "", "custom_tracking_provider": p.courier, "tracking_number": p.tracking,
             "date_shipped": str(p.shipped_at // 1000)} for p in order.parcels]})  # fmt: skip
    full = order.refunded.minor and order.refunded.minor == order.total.minor
    return {
        "id": int(order.id), "number": order.number, "status": "refunded" if full else STATUS[order.status],
        "currency": currency, "prices_include_tax": True,
        "date_created": iso(order.placed_at + zone_ms), "date_created_gmt": iso(order.placed_at),
        "date_modified": iso(order.updated_at + zone_ms), "date_modified_gmt": iso(order.updated_at),
        "total": order.misprint or _money(order.total.minor, currency),
        "customer_id": 0 if guest(order) else 7_000 + sum(map(ord, buyer.address)), "customer_ip_address": "203.0.113.9",
        "customer_note": "", "billing": {**where, "email": buyer.address, "phone": ""}, "shipping": where,
        "payment_method": gateway_of(order), "payment_method_title": gateway_of(order).title(),
        "transaction_id": f"ch_{order.id}", "line_items": [_line(order, n) for n in range(len(order.lines))],
        "meta_data": meta,
        "refunds": [{"id": int(f"{order.id}{n:03d}"), "reason": "", "total": f"-{_money(m.minor, currency)}"}
                    for n, (_, m) in enumerate(order.refunds)],
    }  # fmt: skip


def _line(order: MarketOrder, n: int) -> dict[str, Any]:
    """Prices stand without their tax, and the tax beside them."""
    item = order.lines[n]
    currency = item.price.currency
    whole = item.price.minor * item.quantity
    net = int((whole / (1 + TAX)).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    total, tax = _money(net, currency), _money(whole - net, currency)
    return {
        "id": int(f"{order.id}{n + 1}"), "name": item.title, "sku": item.sku, "quantity": item.quantity,
        "product_id": 0, "subtotal": total, "total": total, "total_tax": tax,
        "price": float(Decimal(total) / item.quantity), "taxes": [{"id": 1, "total": tax, "subtotal": tax}],
    }  # fmt: skip


def product_ids(market: Market) -> dict[str, int]:
    """SKU → product id."""
    skus = sorted({item.sku for order in market.orders for item in order.lines})
    return {sku: 300 + n for n, sku in enumerate(skus)}


def product_shape(product: MarketProduct, ident: int) -> dict[str, Any]:
    """A thing with a size chart comes in sizes, which are a list of their own."""
    facts = [{"name": name, "options": [value], "variation": False} for name, value in product.specs.items()]
    chart = [{"name": "Size chart", "options": list(product.sizes), "variation": False}] if product.sizes else []
    return {
        "id": ident, "sku": product.sku, "name": html.escape(product.title), "type": "variable" if product.sizes else "simple",
        "date_modified_gmt": iso(product.updated_at), "weight": "1.2", "dimensions": {"length": "20", "width": "", "height": ""},
        "short_description": "<p>Made to <b>last</b>.</p>\n", "attributes": [*facts, *chart],
        "images": [{"id": ident, "src": product.image}],
    }  # fmt: skip


def variation_shapes(product: MarketProduct) -> list[dict[str, Any]]:
    names = [size.partition(":")[0] for size in product.sizes]
    return [{"id": 9_000 + n, "sku": f"{product.sku}-{name}", "attributes": [{"name": "Size", "option": name}], "image": None}
            for n, name in enumerate(names)]  # fmt: skip


def review_shape(review: MarketReview, product: int, zone_ms: int) -> dict[str, Any]:
    return {
        "id": int(review.id), "date_created": iso(review.at + zone_ms), "date_created_gmt": iso(review.at),
        "product_id": product, "status": "approved", "reviewer": review.order.buyer.name,
        "reviewer_email": review.order.buyer.address, "rating": review.rating, "verified": True,
        "review": f"<p>{html.escape(review.text, quote=False)}</p>\n",
    }  # fmt: skip


def _money(minor: int, currency: str) -> str:
    money = Money(currency, minor)
    places = exponent(money.currency)
    return f"{Decimal(minor).scaleb(-places):.{places}f}"
