"""Walmart in the contract suite."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from connectors.contract import Command, Decide, Refund, Ship
from connectors.sandbox.market import Market
from connectors.sandbox.walmart import WalmartSite
from connectors.sandbox.walmart_shapes import RETURNED
from connectors.sandbox.web import Site
from store.values import HOUR, Instant, Money
from tests.connectors.ports import FrozenClock, setting
from tests.connectors.suite import Case, Lab


class WalmartCase(Case):
    platform = "walmart"
    streams = {"orders": r"^GET /v3/orders$", "cases": r"^GET /v3/returns$"}
    acts = {
        "refunds": r"^POST /v3/orders/[^/]+/refund$",
        "refunds:return": r"^POST /v3/returns/[^/]+/refund$",
        "returns:cancellation": r"^POST /v3/orders/[^/]+/cancel$",
        "tracking": r"^POST /v3/orders/[^/]+/shipping$",
    }
    parcels = True
    renewing = r"^POST /v3/token$"
    tells_again = tells_left = True

    def prepare(self, market: Market, clock: FrozenClock) -> None:
        super().prepare(market, clock)
        busy = {c.order.number for c in market.cases}
        waiting = [o for o in market.orders if o.number not in busy][-1]
        waiting.status, waiting.parcels = "processing", []
        market.asks_return(waiting, "cancel", "Please do not send it.")

    def site(self, market: Market, clock: FrozenClock) -> Site:
        return WalmartSite(clock, market)

    def expected(self, lab: Lab, since: Instant) -> Mapping[str, set[str]]:
        m, floor = lab.market, since // 1000
        moved = [o for o in m.orders if lab.site.moved(o) // 1000 >= floor]
        kinds = {c: "exchange" if c == "exchange" else "return" for c in RETURNED}
        return {
            "orders": {f"order:{o.id}" for o in moved} | {f"cancellation:{o.id}" for o in moved if lab.site.wish(o)},
            "cases": {f"{kinds[c.kind]}:{c.id}" for c in m.cases if c.kind in kinds and c.updated_at // 1000 >= floor},
        }

    def commands(self, lab: Lab) -> Mapping[str, Command]:
        m = lab.market
        busy = {c.order.id for c in m.cases}
        order = next(o for o in m.orders if o.id not in busy and o.status == "delivered")
        new = next(o for o in m.orders if o.status == "processing" and not lab.site.wish(o))
        unwanted = next(o for o in m.orders if o.status == "processing" and lab.site.wish(o))
        asked = next(c for c in reversed(lab.site.returns()) if c.state == "requested")
        some = Money(order.total.currency, order.total.minor // 3)
        return {
            "refunds": Refund("k1", order.id, some, "Merchandise not received", "For the trouble"),
            "refunds:return": Refund("k2", asked.order.id, asked.amount, "OTHER", case_id=asked.id),
            "returns:cancellation": Decide("k4", unwanted.id, "cancellation", "approve", unwanted.id),
            "tracking": Ship("k3", new.id, "ups", "1Z999AA10123456784", lab.clock.time - HOUR),
        }

    def done(self, lab: Lab, deed: str, command: Command) -> int:
        assert isinstance(command, Refund | Ship | Decide)
        order = lab.market.order(command.order_id)
        assert order is not None
        if isinstance(command, Refund):
            return sum(money == command.amount for _, money in order.refunds)
        if isinstance(command, Decide):
            return int(order.status == "cancelled")
        return sum(p.tracking == command.tracking for p in order.parcels)

    def spoil(self, stream: str, page: Any) -> str:
        if stream == "orders":
            one = next(o for o in page["list"]["elements"]["order"]
                       if all("intentToCancel" not in n for n in o["orderLines"]["orderLine"]))  # fmt: skip
            one["orderLines"]["orderLine"][0]["charges"]["charge"][0]["chargeAmount"]["amount"] = "abc"
            return str(one["purchaseOrderId"])
        page["returnOrders"][0]["returnOrderDate"] = "yesterday"
        return str(page["returnOrders"][0]["returnOrderId"])

    def ills(self, lab: Lab) -> Mapping[str, tuple[Callable[[], None], str]]:
        site = lab.site
        assert isinstance(site, WalmartSite)

        set_ = partial(setting, site)

        return {
            "revoked": (set_(known=False), "copy Client ID and secret again"),
            "secret": (set_(client_secret="another"), "copy Client ID and secret again"),
            "clock": (set_(skew=-600_000), "10 minutes fast"),
            "scope": (lambda: site.scopes.discard("returns"), "Returns cannot be read: The keys may not do this"),
        }

    def reached(self, lab: Lab) -> tuple[tuple[str, str], ...]:
        return (("order", lab.market.orders[-1].id), ("case", lab.site.returns()[-1].id))


CASE = WalmartCase()
