"""Stand-ins that are served together share what they show: a parcel, a review is the same thing on all of them."""

from __future__ import annotations

from connectors.sandbox.market import Market
from connectors.sandbox.seventeentrack import SeventeenTrackSite
from connectors.sandbox.standing import standing
from tests.connectors.ports import NOW, FrozenClock
from tests.connectors.suite import world


def test_a_service_shows_the_shop_it_is_used_with() -> None:
    with standing(("shopify", "judgeme", "ebay"), FrozenClock(NOW)) as (shop, reviews, other):
        assert reviews.market is shop.market
        assert other.market is not shop.market


def test_a_tracker_follows_the_parcels_of_all_that_are_served_with_it() -> None:
    clock = FrozenClock(NOW)
    ebay = Market(world(), clock, platform="ebay")
    site = SeventeenTrackSite(clock, Market(world(), clock, platform=""), ebay)
    parcel = next(p for o in ebay.orders for p in o.parcels if p.delivered_at is None)
    parcel.delivered_at = NOW
    assert {p.tracking: p for p in site.parcels()}[parcel.tracking] is parcel
    everywhere = {p.tracking for o in Market(world(), clock, platform="").orders for p in o.parcels}
    assert {p.tracking for o in ebay.orders for p in o.parcels} < everywhere
