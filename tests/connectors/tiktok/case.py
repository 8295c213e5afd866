"""TikTok Shop in the contract suite."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from connectors.contract import Command, Decide, MarkRead, Refund, SendReply, Ship
from connectors.sandbox.market import Market
from connectors.sandbox.market_records import MarketCase
from connectors.sandbox.tiktok import TikTokSite
from connectors.sandbox.tiktok_shapes import case_id, thread_id, user_id
from connectors.sandbox.web import Site
from store.values import HOUR, Instant
from tests.connectors.ports import FrozenClock, setting
from tests.connectors.suite import Case, Lab

STREAMS = {
    "orders": r"^POST /order/202309/orders/search$",
    "cases": r"^POST /return_refund/202309/returns/search$",
    "cancellations": r"^POST /return_refund/202309/cancellations/search$",
    "messages": r"^GET /customer_service/202309/conversations$",
}
SPOILS = {"messages": r"^GET /customer_service/202309/conversations/\w+/messages$"}
APPROVE = r"^POST /return_refund/202309/returns/\w+/approve$"
ACTS = {
    "reply": r"^POST /customer_service/202309/conversations/\w+/messages$",
    "reply:new": r"^POST /customer_service/202309/conversations/\w+/messages$",
    "refunds": APPROVE,
    "refunds:goods": APPROVE,
    "returns:approve": APPROVE,
    "returns:exchange": APPROVE,
    "returns:decline": r"^POST /return_refund/202309/returns/\w+/reject$",
    "returns:cancellation": r"^POST /return_refund/202309/cancellations/\w+/approve$",
    "returns:keep": r"^POST /return_refund/202309/cancellations/\w+/reject$",
    "tracking": r"^POST /fulfillment/202309/orders/\w+/packages$",
    "read": r"^POST /customer_service/202309/conversations/\w+/messages/read$",
}
KINDS = {"refund": "refund", "exchange": "exchange", "cancellation": "cancellation"}


class TikTokCase(Case):
    platform = "tiktok"
    parcels = True
    rotates = True
    renewing = r"^GET /api/v2/token/refresh$"
    streams, spoils, acts = STREAMS, SPOILS, ACTS

    def prepare(self, market: Market, clock: FrozenClock) -> None:
        super().prepare(market, clock)
        heard = [t.buyer for t in market.threads]
        quiet = next(t.buyer for t in market.threads[1:-1] if heard.count(t.buyer) <= 3
                     and t.buyer not in (heard[0], heard[-1]))  # fmt: skip
        market.threads = [t for t in market.threads if t.buyer != quiet]
        end = clock.time
        clock.time = end - 2 * HOUR
        busy = {c.order.number for c in market.cases}
        free = [o for o in market.orders[::-1] if o.number not in busy and o.status == "delivered"]
        market.asks_return(free[0], "size_fit", "Too small.")
        market.decide(market.asks_return(free[1], "damaged", "I sent it back."), "back")
        free[2].status, free[2].parcels = "processing", []
        clock.time = end

    def site(self, market: Market, clock: FrozenClock) -> Site:
        return TikTokSite(clock, market)

    def expected(self, lab: Lab, since: Instant) -> Mapping[str, set[str]]:
        m, low = lab.market, since // 1000
        cases = [c for c in m.cases if c.updated_at // 1000 >= low]
        return {
            "orders": {f"order:{o.number}" for o in m.orders if o.updated_at // 1000 >= low},
            "cases": {f"{kind(c)}:{case_id(c)}" for c in cases if c.kind != "cancellation"},
            "cancellations": {f"cancellation:{case_id(c)}" for c in cases if c.kind == "cancellation"},
            "messages": {f"message:{x.id}" for t in m.threads for x in t.messages if x.at // 1000 >= low},
        }

    def commands(self, lab: Lab) -> Mapping[str, Command]:
        m, now = lab.market, lab.clock.time
        asked = [c for c in m.cases if c.state == "requested"][::-1]
        refund = next(c for c in asked if kind(c) == "refund")
        back = next(c for c in m.cases if c.state == "back")
        wish = next(c for c in asked if kind(c) == "cancellation")
        goods = [c for c in asked if kind(c) == "return"]
        swap = next(c for c in asked if kind(c) == "exchange")
        new = next(o for o in m.orders if o.status == "processing" and all(c.order is not o for c in m.cases))
        silent = next(o for o in m.orders if all(t.buyer != o.buyer for t in m.threads))
        unread = next(t for t in m.threads if t.unread)

        def decide(key: str, c: MarketCase, decision: str, reason: str = "") -> Decide:
            return Decide(key, case_id(c), kind(c), decision, c.order.number, reason, "See the photos.")

        words = 'On its way.\n\nKim "谢谢"'
        return {
            "reply": SendReply("k1", "<k1@shop.example>", (), "", words, at=now, thread_id=thread_id(m.threads[-1])),
            "reply:new": SendReply("k11", "<k11@shop.example>", (user_id(silent.buyer),), "", words, at=now),
            "refunds": Refund("k2", refund.order.number, refund.amount, "", case_id=case_id(refund)),
            "refunds:goods": Refund("k3", back.order.number, back.amount, "", case_id=case_id(back)),
            "returns:approve": decide("k4", goods[0], "approve"),
            "returns:exchange": decide("k5", swap, "approve"),
            "returns:decline": decide("k6", goods[1], "decline", "seller_reject_buyer_misuse"),
            "returns:cancellation": decide("k7", wish, "approve"),
            "returns:keep": decide("k8", wish, "decline", "seller_reject_apply_product_has_been_packed"),
            "tracking": Ship("k9", new.number, "usps", "9400-1", now),
            "read": MarkRead("k10", thread_id(unread)),
        }

    def done(self, lab: Lab, deed: str, command: Command) -> int:
        m = lab.market
        match command:
            case SendReply():
                said = [x for t in m.threads for x in t.messages if x.ours and x.at >= command.at]
                return sum(x.text == command.text for x in said)
            case Refund():
                order = m.order(command.order_id)
                assert order is not None
                return sum(key == command.case_id and money == command.amount for key, money in order.refunds)
            case Decide():
                wanted = {"approve": "approved", "decline": "declined"}[command.decision]
                return sum(case_id(c) == command.case_id and c.state == wanted for c in m.cases)
            case Ship():
                order = m.order(command.order_id)
                assert order is not None
                return sum(p.tracking == command.tracking for p in order.parcels)
            case MarkRead():
                return sum(thread_id(t) == command.thread_id and not t.unread for t in m.threads)
        raise AssertionError(deed)

    def spoil(self, stream: str, page: Any) -> str:
        inner = page["data"]
        match stream:
            case "orders":
                inner["orders"][0]["payment"]["total_amount"] = "abc"
                return str(inner["orders"][0]["id"])
            case "cases":
                inner["return_orders"][0]["refund_amount"]["refund_total"] = "abc"
                return str(inner["return_orders"][0]["return_id"])
            case "cancellations":
                inner["cancellations"][0]["create_time"] = None
                return str(inner["cancellations"][0]["cancel_id"])
        inner["messages"][0]["content"] = "no json"
        return str(inner["messages"][0]["id"])

    def ills(self, lab: Lab) -> Mapping[str, tuple[Callable[[], None], str]]:
        site = lab.site
        assert isinstance(site, TikTokSite)

        set_ = partial(setting, site)

        return {
            "revoked": (site.refresh_tokens.clear, "authorise the app again"),
            "clock": (set_(skew=600_000), "clock"),
            "scope": (lambda: site.scopes.discard("customer_service"), "scope"),
            "key": (set_(app_key="another"), "app key"),
            "cipher": (set_(cipher="another"), "cipher"),
        }

    def reached(self, lab: Lab) -> tuple[tuple[str, str], ...]:
        m = lab.market
        returned = next(c for c in m.cases if c.kind != "cancellation")
        return (("order", m.orders[-1].number), ("thread", thread_id(m.threads[-1])), ("case", case_id(returned)))


def kind(case: MarketCase) -> str:
    """What the connector calls a case: disputes are returns to TikTok."""
    return KINDS.get(case.kind, "return")


CASE = TikTokCase()
"""A lab of TikTok Shop alone is in `conftest.py`."""
