"""Shopify in the contract suite."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from connectors.contract import Command, Decide, Refund, Ship
from connectors.sandbox.market import Market
from connectors.sandbox.shopify import ShopifySite
from connectors.sandbox.shopify_shapes import returns_of
from connectors.sandbox.web import Site
from store.values import HOUR, Instant, Money
from tests.connectors.ports import FrozenClock, setting
from tests.connectors.suite import Case, Lab


def query(name: str) -> str:
    """The stand-in's dial tells queries apart by name; a drip hits any."""
    return rf"^POST /admin/api/[^/]+/graphql\.json(#{name})?$"


class ShopifyCase(Case):
    platform = "shopify"
    parcels = True
    streams = {"orders": query("Orders"), "cases": query("Returns"), "products": query("Products")}
    renewing = r"^POST /admin/oauth/access_token$"
    tells_left = True
    acts = {
        "refunds": query("Refund"),
        "refunds:return": query("Refund"),
        "returns:approve": query("Approve"),
        "returns:decline": query("Decline"),
        "returns:process": query("Process"),
        "tracking": query("Ship"),
    }

    def site(self, market: Market, clock: FrozenClock) -> Site:
        made = ShopifySite(clock, market)
        made.budget(1e9, 100.0)  # the suite's clock stands still, so nothing would ever flow back
        return made

    def expected(self, lab: Lab, since: Instant) -> Mapping[str, set[str]]:
        m = lab.market
        moved = [o for o in m.orders if lab.site.calls.moved(o) >= since]
        return {
            "orders": {f"order:{o.id}" for o in moved},
            "cases": {f"return:{c.id}" for o in moved for c in returns_of(m.cases, o)},
            "products": {f"product:{p.sku}" for p in m.products},
        }

    def commands(self, lab: Lab) -> Mapping[str, Command]:
        m = lab.market
        asked = [c for o in m.orders for c in returns_of(m.cases, o) if c.state == "requested"]
        m.decide(asked[3], "approved")
        busy = {c.order.id for c in m.cases}
        order = next(o for o in m.orders if o.id not in busy and o.status == "delivered")
        new = next(o for o in m.orders if o.status == "processing")
        some = Money(order.total.currency, order.total.minor // 3)
        return {
            "refunds": Refund("k1", order.id, some, "OTHER", "For the trouble"),
            "refunds:return": Refund("k2", asked[2].order.id, asked[2].order.total, "OTHER", case_id=asked[2].id),
            "returns:approve": Decide("k3", asked[0].id, "return", "approve", asked[0].order.id),
            "returns:decline": Decide("k4", asked[1].id, "return", "decline", asked[1].order.id, "FINAL_SALE", "It was a sale."),
            "returns:process": Decide("k6", asked[3].id, "return", "process", asked[3].order.id),
            "tracking": Ship("k5", new.id, "DHL Paket", "JJD00998877", lab.clock.time - HOUR),
        }  # fmt: skip

    def done(self, lab: Lab, deed: str, command: Command) -> int:
        m = lab.market
        match command:
            case Refund():
                order = m.order(command.order_id)
                assert order is not None
                return sum(money == command.amount for _, money in order.refunds)
            case Decide(decision="process"):
                return int(lab.site.calls.processed.count(command.case_id))
            case Decide():
                wanted = {"approve": "approved", "decline": "declined"}[command.decision]
                return sum(c.id == command.case_id and c.state == wanted for c in m.cases)
            case Ship():
                order = m.order(command.order_id)
                assert order is not None
                return sum(p.tracking == command.tracking for p in order.parcels)
        raise AssertionError(deed)

    def spoil(self, stream: str, page: Any) -> str:
        if stream == "products":
            one = page["data"]["products"]["nodes"][0]
            one["updatedAt"] = "yesterday"
            return str(one["id"])
        nodes = page["data"]["orders"]["nodes"]
        if stream == "orders":
            nodes[0]["totalPriceSet"]["presentmentMoney"]["amount"] = "abc"
            return str(nodes[0]["legacyResourceId"])
        one = nodes[0]["returns"]["nodes"][0]
        one["createdAt"] = "yesterday"
        return str(one["id"])

    def ills(self, lab: Lab) -> Mapping[str, tuple[Callable[[], None], str]]:
        site = lab.site
        assert isinstance(site, ShopifySite)

        set_ = partial(setting, site)

        return {
            "revoked": (set_(installed=False), "installed in this shop"),
            "secret": (set_(client_secret="another"), "Client ID and secret"),
            "scope": (lambda: site.granted.discard("write_returns"), "write_returns"),
            "clock": (set_(skew=-600_000), "10 minutes fast"),
            "people": (set_(people=False), "customer data"),
            "ended": (lambda: lab.settings.update(api_version="2025-01"), "set the API version to 2026-01"),
            "version": (lambda: lab.settings.update(api_version="2031-01"), "version"),
        }

    def reached(self, lab: Lab) -> tuple[tuple[str, str], ...]:
        m = lab.market
        return (("order", m.orders[-1].id), ("case", next(c for o in m.orders for c in returns_of(m.cases, o)).id))


CASE = ShopifyCase()
