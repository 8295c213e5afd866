"""Judge.me in the contract suite: reviews of the practice shop's Shopify storefront."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from connectors.contract import AnswerReview, Command, SendReply
from connectors.sandbox.judgeme import JudgeMeSite
from connectors.sandbox.market import Market
from connectors.sandbox.web import Site
from store.values import HOUR, Instant
from tests.connectors.ports import FrozenClock, setting
from tests.connectors.suite import Case, Lab

ROOT = "/api/v1"


class JudgeMeCase(Case):
    platform = "judgeme"
    streams = {"reviews": rf"^GET {ROOT}/reviews$"}
    acts = {"reviews": rf"^POST {ROOT}/replies$", "reply": rf"^POST {ROOT}/private_replies$"}
    cannot_tell = frozenset({"reviews", "reply"})
    renews = False

    def site(self, market: Market, clock: FrozenClock) -> Site:
        return JudgeMeSite(clock, market)

    def expected(self, lab: Lab, since: Instant) -> Mapping[str, set[str]]:
        return {"reviews": {f"review:{r.id}" for r in lab.market.reviews if r.at // 1000 >= since // 1000}}

    def commands(self, lab: Lab) -> Mapping[str, Command]:
        one, two = lab.market.reviews[-1], lab.market.reviews[-2]
        return {
            "reviews": AnswerReview("k1", one.id, "Thank you for telling us."),
            "reply": SendReply("k2", "<k2@shop.example>", (two.order.buyer.address,), "", "We send you another one.",
                               thread_id=two.id, at=lab.clock.time),
        }  # fmt: skip

    def done(self, lab: Lab, deed: str, command: Command) -> int:
        if isinstance(command, SendReply):
            return int(lab.site.private.count((command.thread_id, command.text)))
        assert isinstance(command, AnswerReview)
        return sum(r.reply == command.text for r in lab.market.reviews)

    def spoil(self, stream: str, page: Any) -> str:
        page["reviews"][0]["created_at"] = "yesterday"
        return str(page["reviews"][0]["id"])

    def ills(self, lab: Lab) -> Mapping[str, tuple[Callable[[], None], str]]:
        site = lab.site
        assert isinstance(site, JudgeMeSite)

        set_ = partial(setting, site)

        return {
            "revoked": (set_(known=False), "API token"),
            "scope": (set_(full=False), "private token"),
            "shop": (set_(shop="another.myshopify.com"), "does not know the shop"),
            "clock": (set_(skew=HOUR), "Wrong clock"),
        }

    def reached(self, lab: Lab) -> tuple[tuple[str, str], ...]:
        return ()


CASE = JudgeMeCase()
