"""eBay in the contract suite."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from connectors.contract import AnswerReview, Command, Decide, MarkRead, Refund, SendReply, Ship
from connectors.sandbox.ebay import EbaySite, create
from connectors.sandbox.ebay_cases import family
from connectors.sandbox.ebay_shapes import username
from connectors.sandbox.market import Market
from connectors.sandbox.market_records import MarketCase
from connectors.sandbox.web import Site
from store.values import HOUR, MINUTE, Instant, Money
from tests.connectors.ports import FrozenClock, setting
from tests.connectors.suite import Case, Lab

KINDS = {"return": "return", "cancellation": "cancellation", "inquiry": "refund", "payment_dispute": "dispute"}


class EbayCase(Case):
    platform = "ebay"
    streams = {
        "orders": r"^GET /sell/fulfillment/v1/order$",
        "messages": r"^GET /commerce/message/v1/conversation$",
        "cases": r"^GET (/post-order/v2/\w+/search|/sell/fulfillment/v1/payment_dispute_summary)$",
        "reviews": r"^GET /commerce/feedback/v1/feedback$",
    }
    acts = {
        "reply": r"^POST /commerce/message/v1/send_message$",
        "reply:new": r"^POST /commerce/message/v1/send_message$",
        "refunds": r"^POST /sell/fulfillment/v1/order/[^/]+/issue_refund$",
        "refunds:return": r"^POST /post-order/v2/return/\d+/issue_refund$",
        "refunds:inquiry": r"^POST /post-order/v2/inquiry/\d+/issue_refund$",
        "returns:approve": r"^POST /post-order/v2/return/\d+/decide$",
        "returns:decline": r"^POST /post-order/v2/return/\d+/decide$",
        "returns:cancellation": r"^POST /post-order/v2/cancellation/\d+/approve$",
        "returns:keep": r"^POST /post-order/v2/cancellation/\d+/reject$",
        "returns:dispute": r"^POST /sell/fulfillment/v1/payment_dispute/\d+/accept$",
        "returns:contest": r"^POST /sell/fulfillment/v1/payment_dispute/\d+/contest$",
        "tracking": r"^POST /sell/fulfillment/v1/order/[^/]+/shipping_fulfillment$",
        "reviews": r"^POST /commerce/feedback/v1/respond_to_feedback$",
        "read": r"^POST /commerce/message/v1/update_conversation$",
    }
    parcels = True
    renewing = r"^POST /identity/v1/oauth2/token$"
    spoils = {"messages": r"^GET /commerce/message/v1/conversation/\d+$"}

    def prepare(self, market: Market, clock: FrozenClock) -> None:
        super().prepare(market, clock)
        orders = [o for o in market.orders if o.status == "delivered"]
        end = clock.time
        for n in range(4):
            clock.time = end - 3 * HOUR + n * 10 * MINUTE
            market.asks_return(orders[n], "dispute_review", "My bank will hear of this.")
        clock.time = end

    def site(self, market: Market, clock: FrozenClock) -> Site:
        return create(clock, market)

    def expected(self, lab: Lab, since: Instant) -> Mapping[str, set[str]]:
        m = lab.market
        return {
            "orders": {f"order:{o.number}" for o in m.orders if o.updated_at >= since},
            "messages": {f"message:{x.id}" for t in m.threads if t.updated_at >= since for x in t.messages},
            "cases": {f"{KINDS[family(c)]}:{ident(lab, c)}" for c in m.cases if c.opened_at >= since},
            "reviews": {f"review:{r.id}" for r in m.reviews if r.at >= since},
        }

    def commands(self, lab: Lab) -> Mapping[str, Command]:
        m, now = lab.market, lab.clock.time
        busy = {c.order.id for c in m.cases}
        order = next(o for o in m.orders if o.id not in busy and o.status == "delivered")
        new = next(o for o in m.orders if not o.parcels)
        known = m.threads[0].buyer
        unread = next(t for t in m.threads if t.unread)
        returns = [c for c in m.cases if family(c) == "return" and c.state == "requested"]
        first = {f: next(c for c in m.cases if family(c) == f and c.state == "requested") for f in KINDS}
        disputes = [c for c in m.cases if family(c) == "payment_dispute" and c.state == "requested"]
        lab.site.cases.evidence.add(disputes[1].id)
        review = next(r for r in m.reviews if not r.reply)
        some = Money(order.total.currency, order.total.minor // 3)

        def reply(key: str, **more: Any) -> SendReply:
            return SendReply(key, f"<{key}@shop.example>", more.pop("to", ()), "", "It is on its way.\n\nKim", at=now, **more)

        def refund(key: str, c: MarketCase) -> Refund:
            return Refund(key, c.order.number, c.amount, "BUYER_RETURN", case_id=ident(lab, c))

        def decide(key: str, c: MarketCase, decision: str) -> Decide:
            return Decide(key, ident(lab, c), KINDS[family(c)], decision, c.order.number)

        return {
            "reply": reply("k1", thread_id=m.threads[-1].id),
            "reply:new": reply("k2", to=(username(known),)),
            "refunds": Refund("k3", order.number, some, "OTHER_ADJUSTMENT", note="For the trouble"),
            "refunds:return": refund("k4", returns[2]),
            "refunds:inquiry": refund("k5", first["inquiry"]),
            "returns:approve": decide("k6", returns[0], "approve"),
            "returns:decline": decide("k7", returns[1], "decline"),
            "returns:cancellation": decide("k8", first["cancellation"], "approve"),
            "returns:keep": decide("k9", first["cancellation"], "decline"),
            "returns:dispute": decide("k10", disputes[0], "approve"),
            "returns:contest": decide("k14", disputes[1], "decline"),
            "tracking": Ship("k11", new.number, "DHL Paket", "JJD 0099-8877", now - HOUR),
            "reviews": AnswerReview("k12", review.id, "Thank you for telling us."),
            "read": MarkRead("k13", unread.id),
        }

    def done(self, lab: Lab, deed: str, command: Command) -> int:
        m = lab.market
        match command:
            case SendReply():
                said = [x for t in m.threads for x in t.messages if x.ours and x.at >= command.at and x.text == command.text]
                return len(said)
            case Refund():
                order = m.order(command.order_id)
                assert order is not None
                return sum(money == command.amount for _, money in order.refunds)
            case Decide():
                states = {"approve": ("approved",), "decline": ("declined",)}[command.decision]
                return sum(ident(lab, c) == command.case_id and c.state in states for c in m.cases)
            case Ship():
                order = m.order(command.order_id)
                assert order is not None
                return len(order.parcels)
            case AnswerReview():
                return sum(r.id == command.review_id and r.reply == command.text for r in m.reviews)
            case MarkRead():
                return sum(t.id == command.thread_id and not t.unread for t in m.threads)

    def spoil(self, stream: str, page: Any) -> str:
        match stream:
            case "orders":
                page["orders"][0]["pricingSummary"]["total"]["value"] = "abc"
                return str(page["orders"][0]["orderId"])
            case "messages":
                page["messages"][0]["createdDate"] = "yesterday"
                return str(page["messages"][0]["messageId"])
            case "cases":
                page["members"][0]["creationInfo"]["creationDate"] = None
                return str(page["members"][0]["returnId"])
        del page["feedbackEntries"][0]["commentType"]
        return str(page["feedbackEntries"][0]["feedbackId"])

    def ills(self, lab: Lab) -> Mapping[str, tuple[Callable[[], None], str]]:
        site = lab.site
        assert isinstance(site, EbaySite)

        set_ = partial(setting, site)

        return {
            "revoked": (set_(consent=False), "sign in again"),
            "keyset": (set_(client_secret="another"), "Cert ID"),
            "scope": (lambda: site.granted.discard("https://api.ebay.com/oauth/api_scope/commerce.message"), "commerce.message"),
            "clock": (set_(skew=-600_000), "10 minutes fast"),
            "key": (lambda: lab.vault.put("signing_key", "nonsense!"), "signing key"),
            "name": (lambda: lab.settings.update(username="somebody"), "nordlicht"),
        }

    def reached(self, lab: Lab) -> tuple[tuple[str, str], ...]:
        m = lab.market
        cases = [next(c for c in m.cases if family(c) == f) for f in KINDS]
        return (
            ("order", m.orders[-1].number), ("thread", m.threads[-1].id), *(("case", ident(lab, c)) for c in cases),
        )  # fmt: skip


def ident(lab: Lab, case: MarketCase) -> str:
    """What the connector calls a case of the market."""
    return f"{family(case)}/{lab.site.cases.ident(case)}"


CASE = EbayCase()
