"""Amazon in the contract suite."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from connectors.contract import Command, Refund, Ship
from connectors.sandbox.amazon import AmazonSite
from connectors.sandbox.market import Market
from connectors.sandbox.web import Site
from store.values import DAY, HOUR, Instant, Money
from tests.connectors.ports import FrozenClock, setting
from tests.connectors.suite import Case, Lab


class AmazonCase(Case):
    platform = "amazon"
    parcels = True
    streams = {
        "orders": r"^GET /orders/2026-01-01/orders$",
        "cases": r"^GET /documents/report-\d+$",
        "reviews": r"^GET /documents/report-\d+$",
    }
    spoils = dict.fromkeys(("cases", "reviews"), r"^GET /reports/2021-06-30/documents/report-\d+$")
    acts = {
        "refunds": r"^POST /feeds/2021-06-30/feeds$",
        "refunds:lines": r"^POST /feeds/2021-06-30/feeds$",
        "tracking": r"^POST /orders/v0/orders/[^/]+/shipmentConfirmation$",
    }
    renewing = r"^POST /auth/o2/token$"
    cannot_tell = frozenset({"refunds", "refunds:lines"})

    def market(self, world: Any, clock: FrozenClock) -> Market:
        return Market(world, clock, platform="amazon", shop="amazon-de")

    def site(self, market: Market, clock: FrozenClock) -> Site:
        self.made = AmazonSite(clock, market)
        return self.made

    def expected(self, lab: Lab, since: Instant) -> Mapping[str, set[str]]:
        m, site, end = lab.market, lab.site, lab.clock.time + DAY
        moved = [o for o in m.orders if site.orders.moved(o) >= since]
        return {
            "orders": {f"order:{o.number}" for o in moved}
            | {f"cancellation:{o.number}" for o in moved if site.orders.wish(o)},
            "cases": {f"return:D{c.id}RRMA" for c in site.papers.returned(since, end)},
            "reviews": {f"review:{r.order.number}" for r in site.papers.reviewed(since, end)},
        }

    def commands(self, lab: Lab) -> Mapping[str, Command]:
        m = lab.market
        busy = {c.order.id for c in m.cases}
        old = [o for o in m.orders if o.id not in busy and o.status == "delivered"]
        new = next(o for o in m.orders if o.status == "processing")
        some = Money(old[0].total.currency, old[0].total.minor // 3)
        line = Money(old[1].total.currency, old[1].lines[0].price.minor)
        return {
            "refunds": Refund("k1", old[0].number, some, "CustomerReturn"),
            "refunds:lines": Refund("k2", old[1].number, line, "PriceError", lines=((f"{old[1].id}00", line),)),
            "tracking": Ship("k3", new.number, "DHL Paket", "JJD00998877", lab.clock.time - HOUR),
        }

    def done(self, lab: Lab, deed: str, command: Command) -> int:
        match command:
            case Refund():
                order = lab.market.order(command.order_id)
                assert order is not None
                return sum(money == command.amount for _, money in order.refunds)
            case Ship():
                order = lab.market.order(command.order_id)
                assert order is not None
                return sum(p.tracking == command.tracking for p in order.parcels)
        raise AssertionError(deed)

    def spoil(self, stream: str, page: Any) -> str:
        if stream == "orders":
            one = next(o for o in page["orders"] if all("cancellation" not in i for i in o["orderItems"]))
            one["proceeds"]["grandTotal"]["amount"] = "abc"
            return str(one["orderId"])
        report = self.made.papers.reports[page["reportDocumentId"].removeprefix("report-")]
        row = self.made.papers.rows(report)[0]
        report.overrides[row["Order ID"]] = {"Return request date": "yesterday", "Date": "yesterday"}
        return row["Order ID"]

    def ills(self, lab: Lab) -> Mapping[str, tuple[Callable[[], None], str]]:
        site = lab.site
        assert isinstance(site, AmazonSite)

        set_ = partial(setting, site)

        return {
            "revoked": (set_(consent=False), "authorise the app again"),
            "secret": (set_(client_secret="another"), "client id and secret"),
            "role": (lambda: site.roles.discard("reports"), "Inventory and Order Tracking"),
            "region": (lambda: site.roles.discard("sellers"), "wrong region"),
            "clock": (set_(skew=-600_000), "10 minutes fast"),
            "marketplace": (set_(marketplace="A1F83G8C2ARO7P"), "correct the marketplaces"),
        }

    def reached(self, lab: Lab) -> tuple[tuple[str, str], ...]:
        return (("order", lab.market.orders[-1].number), ("order", lab.market.orders[-2].number))


CASE = AmazonCase()
