"""What the Shopify stand-in tells and does once a caller may call: `do_` and the name of a root field."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, TypeVar

from connectors.sandbox import shopify_shapes as shapes
from connectors.sandbox.market_records import MarketCase, MarketOrder, MarketProduct
from connectors.sandbox.shopify_shapes import Json, gid, iso, tail
from connectors.sandbox.web import Request
from store.values import Instant, Money, exponent

if TYPE_CHECKING:
    from connectors.sandbox.shopify import ShopifySite

MOST_A_PAGE = 250
T = TypeVar("T")


class Calls:
    """One shop's market by Shopify's names. `keys` are idempotency keys, each with what it was used for and what came."""

    def __init__(self, site: ShopifySite) -> None:
        self.site = site
        self.keys: dict[str, tuple[object, Json]] = {}
        self.refunds: dict[str, list[Json]] = {}
        self.processed: list[str] = []

    def moved(self, order: MarketOrder) -> Instant:
        """When an order, or a return of it, last changed; in whole seconds, as Shopify tells."""
        cases = shapes.returns_of(self.site.market.cases, order)
        return max([order.updated_at, *(c.updated_at for c in cases)]) // 1000 * 1000

    def _shown(self, order: MarketOrder) -> Json:
        return shapes.order(order, self.site.market.cases, self.refunds.get(order.id, []), moved=self.moved(order))

    def _return(self, ident: object) -> MarketCase | None:
        case = self.site.market.case(tail(ident))
        return case if case and case.kind not in ("cancellation", "dispute") else None

    # Questions ----------------------------------------------------------------------------------------

    def do_shop(self, request: Request, key: str) -> Json:
        return {"name": "Nordlicht", "myshopifyDomain": f"{self.site.shop}.myshopify.com", "currencyCode": "EUR"}

    def do_currentAppInstallation(self, request: Request, key: str) -> Json:
        return {"accessScopes": [{"handle": scope} for scope in sorted(self.site.granted)]}

    def do_orders(
        self, request: Request, key: str, first: int, query: str, sortKey: str = "PROCESSED_AT", after: str | None = None
    ) -> Json:
        """Sorted by time of change; a cursor names a place in that order."""
        changed = sortKey == "UPDATED_AT"
        found = [(self.moved(o) if changed else o.placed_at, int(o.id), o) for o in self._orders(query)]
        return self._page(request, found, first, after, self._shown)

    def do_ordersCount(self, request: Request, key: str, query: str) -> Json:
        return _count(len(self._orders(query)))

    def _orders(self, query: str) -> list[MarketOrder]:
        wanted = set(re.findall(r"return_status:(\w+)", query))
        found = []
        for order in self.site.market.orders:
            states = {shapes.STATUSES[c.state].lower() for c in shapes.returns_of(self.site.market.cases, order)}
            if _since(query, self.moved(order)) and (not wanted or wanted & states):
                found.append(order)
        return found

    def do_products(
        self, request: Request, key: str, first: int, query: str, sortKey: str = "TITLE", after: str | None = None
    ) -> Json:
        found = [(p.updated_at // 1000 * 1000, n, (p, n)) for n, p in self._products(query)]
        return self._page(request, found, first, after, lambda one: shapes.product(*one))

    def do_productsCount(self, request: Request, key: str, query: str) -> Json:
        return _count(len(self._products(query)))

    def _products(self, query: str) -> list[tuple[int, MarketProduct]]:
        return [(n, p) for n, p in enumerate(self.site.market.products, 1) if _since(query, p.updated_at)]

    def do_product(self, request: Request, key: str, id: str) -> Json | None:
        return next((told for n, p in self._products("") if (told := shapes.product(p, n))["id"] == id), None)

    def _page(
        self, request: Request, found: list[tuple[Instant, int, T]], first: int, after: str | None, show: Callable[[T], Json]
    ) -> Json:
        if not 1 <= first <= MOST_A_PAGE:
            raise TypeError("first must be 1 to 250")
        found.sort(key=lambda row: row[:2])
        if after:
            at, _, ident = after.partition(".")
            found = [row for row in found if row[:2] > (int(at), int(ident))]
        size = self.site.paged(first)
        page = found[:size]
        info = {"hasNextPage": len(found) > size, "endCursor": f"{page[-1][0]}.{page[-1][1]}" if page else None}
        return {"nodes": self.site.shown(request, [show(row[2]) for row in page]), "pageInfo": info}

    def do_order(self, request: Request, key: str, id: str) -> Json | None:
        order = next((o for o in self.site.market.orders if gid("Order", o.id) == id), None)
        return self._shown(order) if order else None

    def do_return(self, request: Request, key: str, id: str) -> Json | None:
        case = self._return(id)
        return shapes.return_(case, self._shown(case.order), self._to_process(case)) if case else None

    def _to_process(self, case: MarketCase) -> int:
        """How many pieces of a return can be processed."""
        return case.order.lines[0].quantity if case.state == "approved" and case.id not in self.processed else 0

    # Deeds --------------------------------------------------------------------------------------------

    def do_returnApproveRequest(self, request: Request, key: str, input: dict[str, Any]) -> Json:
        return self._decided(input, "approved")

    def do_returnDeclineRequest(self, request: Request, key: str, input: dict[str, Any]) -> Json:
        if input.get("declineReason") not in ("RETURN_PERIOD_ENDED", "FINAL_SALE", "OTHER"):
            raise TypeError("declineReason is invalid")
        return self._decided(input, "declined")

    def _decided(self, wanted: dict[str, Any], state: str) -> Json:
        case = self._return(wanted.get("id"))
        if case is None:
            return wrong("return", ["input", "id"], "Return not found.")
        if case.state != "requested":
            return wrong("return", ["input", "id"], "Return is not in a state that can be decided.")
        self.site.market.decide(case, state)
        return {"return": shapes.return_(case, self._shown(case.order)), "userErrors": []}

    def do_returnProcess(self, request: Request, key: str, input: dict[str, Any]) -> Json:
        """A return is processed whole here; it stays open until somebody closes it."""
        case = self._return(input.get("returnId"))
        if case is None:
            return wrong("return", ["input", "returnId"], "Return not found.")
        wanted = [{"id": shapes.gid("ReturnLineItem", f"{case.id}0"), "quantity": self._to_process(case)}]
        if not self._to_process(case) or input.get("returnLineItems") != wanted:
            return wrong("return", ["input", "returnLineItems"], "Quantity is more than what can be processed.")
        self.processed.append(case.id)
        return {"return": shapes.return_(case, self._shown(case.order)), "userErrors": []}

    def do_refundCreate(self, request: Request, key: str, input: dict[str, Any]) -> Json:
        if key in self.keys:
            before, told = self.keys[key]
            return told if before == input else wrong("refund", None, "The key was used with other parameters.")
        order = self.site.market.order(tail(input.get("orderId")))
        if order is None:
            return wrong("refund", ["orderId"], "Order does not exist")
        total = Money(order.total.currency, 0)
        for part in input.get("transactions") or ():
            money = _money(part.get("amount"), order.total.currency)
            if money is None or part.get("kind") != "REFUND" or part.get("orderId") != input["orderId"]:
                return wrong("refund", ["transactions"], "Transactions are invalid")
            if part.get("parentId") != gid("OrderTransaction", f"{order.id}0"):
                return wrong("refund", ["transactions"], "Transactions parent is invalid")
            total += money
        if not self.site.market.refund(order, key, total):
            return wrong("refund", None, "Refund amount cannot be greater than the amount that is left.")
        made = {"id": gid("Refund", f"{order.id}7{len(order.refunds)}"), "createdAt": iso(self.site.clock.now()),
                "note": input.get("note")}  # fmt: skip
        self.refunds.setdefault(order.id, []).append(made)
        told = {"refund": made, "userErrors": []}
        if key:
            self.keys[key] = (input, told)
        return told

    def do_fulfillmentCreate(self, request: Request, key: str, fulfillment: dict[str, Any]) -> Json:
        groups = fulfillment.get("lineItemsByFulfillmentOrder") or []
        order = self.site.market.order(tail(groups[0].get("fulfillmentOrderId"))) if groups else None
        if order is None or len(groups) != 1:
            return wrong("fulfillment", ["fulfillment"], "Fulfillment order does not exist.")
        if order.status != "processing":
            return wrong("fulfillment", ["fulfillment"], "Fulfillment order has nothing left to fulfill.")
        counts = {shapes.line_id(order, n): item.quantity for n, item in enumerate(order.lines)}
        for item in groups[0].get("fulfillmentOrderLineItems") or ():
            if not 0 < item.get("quantity", 0) <= counts.get(tail(item.get("id")), 0):
                return wrong("fulfillment", ["fulfillment"], "Invalid fulfillment order line item quantity requested.")
        info = fulfillment.get("trackingInfo") or {}
        self.site.market.ship(order, info.get("company", ""), info.get("number", ""))
        made = {"id": gid("Fulfillment", f"{order.id}5{len(order.parcels) - 1}"), "createdAt": iso(self.site.clock.now())}
        return {"fulfillment": made, "userErrors": []}


def _since(query: str, moved: Instant) -> bool:
    said = re.search(r"updated_at:>='([^']+)'", query)
    return not said or iso(moved) >= said[1]


def _count(number: int) -> Json:
    """Shopify counts to 10,000."""
    return {"count": min(number, 10_000), "precision": "EXACT" if number <= 10_000 else "AT_LEAST"}


def wrong(what: str, field: list[str] | None, text: str) -> Json:
    """A deed refused by the shop's rules: HTTP 200 and `userErrors`."""
    return {what: None, "userErrors": [{"field": field, "message": text}]}


def _money(text: object, currency: str) -> Money | None:
    try:
        value = Decimal(str(text)).scaleb(exponent(currency))
    except InvalidOperation:
        return None
    return Money(currency, int(value)) if value > 0 and value == int(value) else None
