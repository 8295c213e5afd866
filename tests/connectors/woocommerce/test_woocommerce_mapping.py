"""Every field of WooCommerce's JSON that a record takes."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.contract import Buyer, Line, OrderRecord, Parcel, ReviewRecord
from connectors.fields import Unreadable
from connectors.woocommerce import mapping
from store.values import Money

RAW: dict[str, Any] = {
    "id": 727, "number": "727", "status": "completed", "currency": "EUR", "total": "119.00", "customer_id": 26,
    "date_created_gmt": "2026-01-01T10:00:00", "date_modified_gmt": "2026-01-02T10:00:00",
    "date_created": "2026-01-01T11:00:00", "customer_ip_address": "203.0.113.9",
    "billing": {"first_name": "Jo", "last_name": "Berg", "email": "jo@buyer.example", "country": "DE"},
    "shipping": {"country": "AT"},
    "line_items": [{"id": 315, "name": "Kettle", "sku": "K-1", "quantity": 2, "price": 50, "total": "100.00",
                    "total_tax": "19.00"}],
    "meta_data": [
        {"key": "_wc_order_attribution_utm_campaign", "value": "autumn"}, {"key": "wpml_language", "value": "de"},
        {"key": "_wc_shipment_tracking_items", "value": [{"tracking_provider": "DHL", "tracking_number": "JJD1",
                                                           "date_shipped": "1767348000"}]},
    ],
}  # fmt: skip


def test_an_order() -> None:
    assert mapping.order(RAW) == OrderRecord(
        remote_id="727", number="727", placed_at=1_767_261_600_000, updated_at=1_767_348_000_000, status="completed",
        buyer=Buyer("26", "Jo Berg", "jo@buyer.example", "de", "DE"), total=Money("EUR", 11900),
        lines=(Line("315", "K-1", "Kettle", 2, Money("EUR", 5950)),),
        parcels=(Parcel("DHL", "JJD1", "shipped", 1_767_348_000_000),), country="AT", campaign="autumn",
    )  # fmt: skip


def test_a_guest_has_no_id_and_a_bill_stands_in_for_an_address() -> None:
    found = mapping.order({**RAW, "customer_id": 0, "shipping": {"country": ""}, "meta_data": []})
    assert (found.buyer.id, found.country, found.campaign, found.parcels) == ("", "DE", "", ())


@pytest.mark.parametrize("change", [{"id": None}, {"total": "abc"}, {"currency": ""}, {"date_modified_gmt": "soon"},
                                    {"line_items": {}}, {"line_items": [{"id": 1, "quantity": 1, "total": "NaN"}]}])  # fmt: skip
def test_what_cannot_be_read_says_so(change: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        mapping.order({**RAW, **change})


def test_a_plugin_that_keeps_parcels_otherwise_spoils_no_order() -> None:
    found = mapping.order({**RAW, "meta_data": [{"key": "_wc_shipment_tracking_items", "value": {"0": "JJD1"}}]})
    assert found.parcels == ()


def test_a_review() -> None:
    raw = {"id": 22, "date_created_gmt": "2026-01-01T10:00:00", "product_id": 5, "reviewer": "Jo", "rating": 4,
           "review": "<p>I &lt;3 it<br />really &amp; truly</p>\n<p>Jo</p>\n"}  # fmt: skip
    assert mapping.review(raw, {"5": "K-1"}) == ReviewRecord(
        remote_id="22", rating=4, at=1_767_261_600_000, text="I <3 it\nreally & truly\nJo", sku="K-1", author="Jo"
    )
    with pytest.raises(Unreadable):
        mapping.review({**raw, "rating": 9}, {})
