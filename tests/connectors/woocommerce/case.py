"""WooCommerce in the contract suite: the practice shop's own web shop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from connectors.contract import Command, Refund, SendReply
from connectors.sandbox.market import Market
from connectors.sandbox.market_records import kinds_of
from connectors.sandbox.web import Site
from connectors.sandbox.woocommerce import WooCommerceSite
from connectors.sandbox.woocommerce_shapes import gateway_of
from store.values import HOUR, Instant, Money
from tests.connectors.ports import FrozenClock, setting
from tests.connectors.suite import Case, Lab

ROOT = "/wp-json/wc/v3"


class WooCommerceCase(Case):
    platform = "woocommerce"
    streams = {"orders": rf"^GET {ROOT}/orders$", "reviews": rf"^GET {ROOT}/products/reviews$",
               "products": rf"^GET {ROOT}/products$"}  # fmt: skip
    acts = {
        "reply": rf"^POST {ROOT}/orders/\d+/notes$",
        "refunds": rf"^POST {ROOT}/orders/\d+/refunds$",
        "refunds:lines": rf"^POST {ROOT}/orders/\d+/refunds$",
    }
    renews = False

    def site(self, market: Market, clock: FrozenClock) -> Site:
        return WooCommerceSite(clock, market)

    def expected(self, lab: Lab, since: Instant) -> Mapping[str, set[str]]:
        m, floor = lab.market, since // 1000
        return {
            "orders": {f"order:{o.id}" for o in m.orders if o.updated_at // 1000 >= floor},
            "reviews": {f"review:{r.id}" for r in m.reviews if r.at // 1000 >= floor},
            "products": {f"product:{sku}" for p in m.products for sku in kinds_of(p)},
        }

    def commands(self, lab: Lab) -> Mapping[str, Command]:
        one, two, three = [o for o in lab.market.orders if gateway_of(o) == "stripe" and o.total.minor > 300][:3]
        some = Money(two.total.currency, two.total.minor // 3)
        line = three.lines[0].price
        return {
            "reply": SendReply("k1", "<k1@shop.example>", (one.buyer.address,), "Re: order", "It is on its way <3 & soon there.",
                               order_id=one.id, at=lab.clock.time),
            "refunds": Refund("k2", two.id, some, "OTHER", "For the trouble"),
            "refunds:lines": Refund("k3", three.id, line, "damaged", lines=((f"{three.id}1", line),)),
        }  # fmt: skip

    def done(self, lab: Lab, deed: str, command: Command) -> int:
        match command:
            case SendReply():
                order = lab.market.order(command.order_id)
                assert order is not None
                return order.notes.count("It is on its way &lt;3 &amp; soon there.")
            case Refund():
                order = lab.market.order(command.order_id)
                assert order is not None
                return sum(money == command.amount for _, money in order.refunds)
        raise AssertionError(deed)

    def spoil(self, stream: str, page: Any) -> str:
        if stream == "orders":
            page[0]["total"] = "abc"
        elif stream == "products":
            one = next(p for p in page if "date_modified_gmt" in p)
            one["date_modified_gmt"] = "yesterday"
            return str(one["id"])
        else:
            page[0]["date_created_gmt"] = "yesterday"
        return str(page[0]["id"])

    def ills(self, lab: Lab) -> Mapping[str, tuple[Callable[[], None], str]]:
        site = lab.site
        assert isinstance(site, WooCommerceSite)

        set_ = partial(setting, site)

        return {
            "revoked": (set_(known=False), "Make a new key"),
            "secret": (set_(secret="cs_another"), "Make a new key"),
            "scope": (set_(permission="read"), "choose Read/Write"),
            "clock ahead": (set_(skew=-HOUR), "Wrong clock"),
            "clock behind": (set_(skew=HOUR), "Wrong clock"),
            "address": (lambda: lab.settings.update(shop_url=f"{lab.url}/elsewhere"), "no WooCommerce at this address"),
        }

    def reached(self, lab: Lab) -> tuple[tuple[str, str], ...]:
        return (("order", lab.market.orders[-1].id),)


CASE = WooCommerceCase()
