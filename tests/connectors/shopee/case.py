"""Shopee in the contract suite."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from connectors.contract import AnswerReview, Command, Decide, MarkRead, Refund, SendReply, Ship
from connectors.sandbox.market import Market
from connectors.sandbox.market_records import MarketCase, kinds_of
from connectors.sandbox.shopee import ShopeeSite
from connectors.sandbox.shopee_shapes import return_sn, user_id
from connectors.sandbox.web import Site
from store.values import Instant
from tests.connectors.ports import FrozenClock, setting
from tests.connectors.suite import Case, Lab

STREAMS = {
    "orders": r"^GET /api/v2/order/get_order_detail$",
    "cases": r"^GET /api/v2/returns/get_return_list$",
    "messages": r"^GET /api/v2/sellerchat/get_conversation_list$",
    "reviews": r"^GET /api/v2/product/get_comment$",
    "products": r"^GET /api/v2/product/get_item_list$",
}
SPOILS = {
    "messages": r"^GET /api/v2/sellerchat/get_message$",
    "products": r"^GET /api/v2/product/get_item_base_info$",
}
ACTS = {
    "reply": r"^POST /api/v2/sellerchat/send_message$",
    "reply:to": r"^POST /api/v2/sellerchat/send_message$",
    "refunds": r"^POST /api/v2/returns/confirm$",
    "refunds:offer": r"^POST /api/v2/returns/offer$",
    "returns:approve": r"^POST /api/v2/returns/confirm$",
    "returns:decline": r"^POST /api/v2/returns/dispute$",
    "returns:cancellation": r"^POST /api/v2/order/handle_buyer_cancellation$",
    "returns:keep": r"^POST /api/v2/order/handle_buyer_cancellation$",
    "tracking": r"^POST /api/v2/logistics/ship_order$",
    "reviews": r"^POST /api/v2/product/reply_comment$",
    "read": r"^POST /api/v2/sellerchat/read_conversation$",
}


class ShopeeCase(Case):
    platform = "shopee"
    parcels = True
    rotates = True
    renewing = r"^POST /api/v2/auth/access_token/get$"
    streams, spoils, acts = STREAMS, SPOILS, ACTS

    def prepare(self, market: Market, clock: FrozenClock) -> None:
        super().prepare(market, clock)
        busy = {c.order.number for c in market.cases}
        waiting = next(o for o in market.orders[::-1] if o.number not in busy)
        waiting.status, waiting.parcels = "processing", []

    def site(self, market: Market, clock: FrozenClock) -> Site:
        return ShopeeSite(clock, market)

    def expected(self, lab: Lab, since: Instant) -> Mapping[str, set[str]]:
        m, low = lab.market, since // 1000
        wishes = {c.order.number: c for c in m.cases if c.kind == "cancellation"}
        moved = {o.number: o.updated_at for o in m.orders}
        for number, wish in wishes.items():
            moved[number] = max(moved[number], wish.updated_at)
        orders = {number for number, at in moved.items() if at // 1000 >= low}
        return {
            "orders": {f"order:{n}" for n in orders} | {f"cancellation:{n}" for n in orders if n in wishes},
            "cases": {f"return:{return_sn(c)}" for c in _returns(m) if c.updated_at // 1000 >= low},
            "messages": {f"message:{x.id}" for t in m.threads for x in t.messages if x.at // 1000 >= low},
            "reviews": {f"review:{r.id}" for r in m.reviews if r.at // 1000 >= low},
            "products": {f"product:{sku}" for p in m.products for sku in kinds_of(p)},
        }

    def commands(self, lab: Lab) -> Mapping[str, Command]:
        m, now = lab.market, lab.clock.time
        thread = m.threads[-1]
        other = next(t for t in m.threads[::-1] if t.buyer != thread.buyer)
        asked = [c for c in _returns(m) if c.state == "requested" and c.due_at > now]
        wish = [c for c in m.cases if c.kind == "cancellation" and c.state == "requested"][-1]
        review = next(r for r in m.reviews if not r.reply)
        unread = next(t for t in m.threads if t.unread)
        new = next(o for o in m.orders if o.status == "processing" and all(c.order is not o for c in m.cases))
        part = replace(asked[1].amount, minor=asked[1].amount.minor // 3)

        def reply(key: str, **more: Any) -> SendReply:
            return SendReply(
                key, f"<{key}@shop.example>", more.pop("to", ()), "", "On its way.\n\nKim 谢谢", at=now, **more
            )

        def decide(key: str, c: MarketCase, decision: str, reason: str = "") -> Decide:
            return Decide(key, return_sn(c), "return", decision, c.order.number, reason, "We sent it whole.")

        def cancel(key: str, decision: str) -> Decide:
            return Decide(key, wish.order.number, "cancellation", decision, wish.order.number)

        return {
            "reply": reply("k1", thread_id=thread.id),
            "reply:to": reply("k2", thread_id=other.id, to=(str(user_id(other.buyer)),)),
            "refunds": Refund("k3", asked[0].order.number, asked[0].amount, "", case_id=return_sn(asked[0])),
            "refunds:offer": Refund("k4", asked[1].order.number, part, "", case_id=return_sn(asked[1])),
            "returns:approve": decide("k5", asked[2], "approve"),
            "returns:decline": decide("k6", asked[3], "decline", "50"),
            "returns:cancellation": cancel("k7", "approve"),
            "returns:keep": cancel("k8", "decline"),
            "tracking": Ship("k11", new.number, "Own", "OWN-0099", now),
            "reviews": AnswerReview("k9", review.id, "Thank you for telling us."),
            "read": MarkRead("k10", unread.id),
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
                if deed == "refunds:offer":
                    return sum(note == f"offer {command.case_id} {command.amount}" for note in order.notes)
                return sum(key == command.case_id and money == command.amount for key, money in order.refunds)
            case Decide(kind="cancellation"):
                wanted = {"approve": "approved", "decline": "declined"}[command.decision]
                return sum(c.kind == "cancellation" and c.order.number == command.case_id and c.state == wanted
                           for c in m.cases)  # fmt: skip
            case Decide():
                wanted = {"approve": "refunded", "decline": "declined"}[command.decision]
                return sum(return_sn(c) == command.case_id and c.state == wanted for c in _returns(m))
            case Ship():
                order = m.order(command.order_id)
                assert order is not None
                return sum(p.tracking == command.tracking for p in order.parcels)
            case AnswerReview():
                return sum(r.id == command.review_id and r.reply == command.text for r in m.reviews)
            case MarkRead():
                return sum(t.id == command.thread_id and not t.unread for t in m.threads)
        raise AssertionError(deed)

    def spoil(self, stream: str, page: Any) -> str:
        inner = page["response"]
        match stream:
            case "orders":
                one = next(o for o in inner["order_list"] if not o["buyer_cancel_reason"])
                one["total_amount"] = "abc"
                return str(one["order_sn"])
            case "cases":
                inner["return"][0]["refund_amount"] = "abc"
                return str(inner["return"][0]["return_sn"])
            case "messages":
                inner["messages"][0]["created_timestamp"] = "yesterday"
                return str(inner["messages"][0]["message_id"])
            case "products":
                one = next(i for i in inner["item_list"] if not i["has_model"])
                one["update_time"] = "yesterday"
                return str(one["item_id"])
        inner["item_comment_list"][0]["create_time"] = None
        return str(inner["item_comment_list"][0]["comment_id"])

    def ills(self, lab: Lab) -> Mapping[str, tuple[Callable[[], None], str]]:
        site = lab.site
        assert isinstance(site, ShopeeSite)

        set_ = partial(setting, site)

        return {
            "revoked": (set_(linked=False), "authorise it again"),
            "used": (site.refresh_tokens.clear, "authorise the app again"),
            "clock": (set_(skew=600_000), "clock"),
            "ip": (set_(declared=False), "IP Address Whitelist"),
            "chat": (set_(chat=False), "on request"),
            "app type": (set_(app_type="Customer Service"), "customer service app"),
            "key": (set_(partner_key="another"), "partner key"),
            "region": (set_(partner_id=2_000_002), "the server"),
            "banned": (set_(shop_status="BANNED"), "BANNED"),
            "shop": (set_(shop_id=5), "shop id"),
        }

    def reached(self, lab: Lab) -> tuple[tuple[str, str], ...]:
        m = lab.market
        wish = next(c for c in m.cases if c.kind == "cancellation")
        return (
            ("order", m.orders[-1].number), ("thread", m.threads[-1].id), ("case", return_sn(_returns(m)[0])),
            ("order", wish.order.number),
        )  # fmt: skip


def _returns(market: Market) -> list[MarketCase]:
    return [c for c in market.cases if c.kind != "cancellation"]


CASE = ShopeeCase()
