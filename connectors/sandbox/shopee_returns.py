"""The Shopee stand-in's returns: listed, agreed to, haggled over, disputed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectors.sandbox import shopee_shapes
from connectors.sandbox.market_records import MarketCase
from connectors.sandbox.shopee_asked import Wrong, page_size, window
from connectors.sandbox.web import Request
from store.values import Money

if TYPE_CHECKING:
    from connectors.sandbox.shopee_calls import Calls

REASONS = {
    "50": ("Received the item, but it is not as it was sent", False),
    "51": ("Did not receive the return product", False),
    "52": ("The item was damaged by the buyer", True),
}
"""Dispute reasons: what they mean and whether photos must be there."""


class Returns:
    """`offers` are what the seller offered less, `wanted` what buyers would take, both by case id: solution, amount."""

    def __init__(self, calls: Calls) -> None:
        self._site = calls.site
        self.offers: dict[str, tuple[str, Money]] = {}
        self.wanted: dict[str, tuple[str, Money]] = {}

    def list(self, request: Request) -> dict[str, Any]:
        number = request.arg("page_no")
        if not number.isdecimal():
            raise Wrong("error_param", "Wrong parameters, detail: page_no.")
        size = self._site.paged(page_size(request))
        found = [c for c in self._site.market.cases if c.kind != "cancellation"]
        for field, at in (("create_time", "opened_at"), ("update_time", "updated_at")):
            if request.arg(f"{field}_from") or request.arg(f"{field}_to"):
                low, high = window(request, f"{field}_from", f"{field}_to", "error_param",
                                   f"The period between {field}_from and {field}_to must not more than 15 days.")  # fmt: skip
                found = [c for c in found if low <= getattr(c, at) // 1000 <= high]
        found.sort(key=lambda c: (c.updated_at, c.id))
        start = int(number) * size
        page = [shopee_shapes.returned(c, self.offers.get(c.id)) for c in found[start : start + size]]
        return {"more": start + size < len(found), "return": self._site.shown(request, page)}

    def detail(self, request: Request) -> dict[str, Any]:
        case = self._case(request.arg("return_sn"))
        return shopee_shapes.return_detail(case, self.offers.get(case.id))

    def solutions(self, request: Request) -> dict[str, Any]:
        case = self._case(request.arg("return_sn"))
        if case.state != "requested":
            raise Wrong("error_data", "Type of return does not allow seller to offer refund")
        most = shopee_shapes.amount(case.amount)
        least = shopee_shapes.amount(Money(case.amount.currency, 1))
        able = {
            "eligibility": True,
            "refund_amount_adjustable": True,
            "max_refund_amount": most,
            "min_refund_amount": least,
        }
        goods = {"eligibility": case.kind != "refund", "refund_amount_adjustable": False}
        return {"return_sn": request.arg("return_sn"), "offer_return_refund": goods, "offer_refund": able}

    def reasons(self, request: Request) -> dict[str, Any]:
        self._case(request.arg("return_sn"))
        listed = [{"dispute_reason": key, "dispute_requirement": text, "sample_evidence": [],
                   "evidence_module_list": [{"module_index": 1, "requirement": "Photos", "is_required": photos}]}
                  for key, (text, photos) in REASONS.items()]  # fmt: skip
        return {"dispute_reason_list": listed}

    def confirm(self, body: dict[str, Any]) -> dict[str, Any]:
        case = self._open(body)
        return self._pay(case, case.amount)

    def accept_offer(self, body: dict[str, Any]) -> dict[str, Any]:
        case = self._open(body)
        wanted = self.wanted.get(case.id)
        if wanted is None:
            raise Wrong("error_no_buyer_offer", "cannot accept refund offer because there is no proposal from buyer")
        return self._pay(case, wanted[1])

    def _pay(self, case: MarketCase, amount: Money) -> dict[str, Any]:
        if not self._site.market.refund(case.order, shopee_shapes.return_sn(case), amount):
            raise Wrong("rraoc_refund_not_allowed", "Type of return does not allow seller to offer refund")
        self._site.market.decide(case, "refunded")
        return {"return_sn": shopee_shapes.return_sn(case)}

    def offer(self, body: dict[str, Any]) -> dict[str, Any]:
        case = self._open(body)
        if body.get("proposed_solution") != "REFUND":
            raise Wrong("error_param", "This proposed solution is not one of the available solutions for this return.")
        proposed = body.get("proposed_adjusted_refund_amount")
        if isinstance(proposed, bool) or not isinstance(proposed, int | float):
            raise Wrong("error_param", "Please fill a value for proposed adjusted refund amount")
        try:
            amount = Money.parse(str(proposed), case.amount.currency)
        except ValueError:
            raise Wrong("error_param", "The proposed adjusted refund amount only accepts 2 digit(s) after decimal "
                         "point") from None  # fmt: skip
        if not 0 < amount.minor <= case.amount.minor:
            raise Wrong("error_param", "The proposed adjusted refund amount can not exceed max refund amount")
        if case.id in self.offers:
            raise Wrong("error_negotiation_status", "The negotiation status cannot support this action")
        self.offers[case.id] = ("REFUND", amount)
        case.order.notes.append(f"offer {shopee_shapes.return_sn(case)} {amount}")
        case.updated_at = self._site.clock.now()
        return {"return_sn": shopee_shapes.return_sn(case)}

    def dispute(self, body: dict[str, Any]) -> dict[str, Any]:
        case = self._case(str(body.get("return_sn", "")))
        reason, email = body.get("dispute_reason_id"), body.get("email")
        if not isinstance(email, str) or "@" not in email:
            raise Wrong("dispute.request.param.error", f"Input invalid email=[{email or ''}]")
        if isinstance(reason, bool) or not isinstance(reason, int) or str(reason) not in REASONS:
            raise Wrong("dispute.request.param.error",
                         "Can't raise dispute because the return_sn and dispute_reason_id does not match.")  # fmt: skip
        if REASONS[str(reason)][1] and not body.get("image_list"):
            raise Wrong("dispute.request.param.error", "can't raise dispute because mandatory evidence is missing")
        if case.state not in ("requested", "approved", "refunded"):
            raise Wrong("error_return_status", "Cannot raise dispute because return SN is not in REQUESTED, "
                         "RETURN_PROCESSING, or RETURN_ACCEPTED")  # fmt: skip
        if self._site.clock.now() > case.due_at:
            raise Wrong("dispute.rr.not.allow", "dispute.rr.not.allow")
        self._site.market.decide(case, "declined")
        return {"return_sn": shopee_shapes.return_sn(case), "msg": "dispute return success"}

    def _open(self, body: dict[str, Any]) -> MarketCase:
        case = self._case(str(body.get("return_sn", "")))
        if case.state != "requested":
            raise Wrong("error_data", f"Invalid return status: {case.state}")
        return case

    def _case(self, sn: str) -> MarketCase:
        case = self._site.market.case(shopee_shapes.case_id(sn))
        if case is None or case.kind == "cancellation":
            raise Wrong("error_data", "The return you queried doesn't exist.")
        return case
