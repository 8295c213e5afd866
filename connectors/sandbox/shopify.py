"""A stand-in for one Shopify shop and the app of its owner, refused what Shopify refuses.

Who may call, tokens, versions and the budget of points are here; what is told and done is in `shopify_calls`. Statuses and
codes that Shopify does not document are assumptions.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from connectors.sandbox import graphql, shopify_calls
from connectors.sandbox.market import Market
from connectors.sandbox.web import Fault, Request, Response, Site, as_json
from store.values import SECOND, Clock, Instant

VERSIONS = ("2026-01", "2026-04", "2026-07", "2026-10")
SCOPES = ("read_orders", "read_all_orders", "read_returns", "read_customers", "read_fulfillments", "read_products",
          "write_orders", "write_returns", "write_merchant_managed_fulfillment_orders")  # fmt: skip
_NEEDS = {
    "orders": "read_orders", "ordersCount": "read_orders", "order": "read_orders", "products": "read_products",
    "productsCount": "read_products", "product": "read_products", "return": "read_returns",
    "returnApproveRequest": "write_returns", "returnDeclineRequest": "write_returns", "returnProcess": "write_returns",
    "refundCreate": "write_orders", "fulfillmentCreate": "write_merchant_managed_fulfillment_orders",
}  # fmt: skip
DEAREST = 1_000


class ShopifySite(Site):
    """`points` and `rate` are the budget (at once, a second) of the plan "plus"; `people` says that protected customer data
    was granted. To the fault dial a query is the path with `#` and its name."""

    def __init__(self, clock: Clock, market: Market) -> None:
        super().__init__(clock)
        self.market = market
        self.shop, self.client_id, self.client_secret = "nordlicht", "client0001", "shpss_stand_in_secret_0001"
        self.granted, self.installed, self.people = set(SCOPES), True, True
        self.points, self.rate, self.dearest = 20_000.0, 1_000.0, DEAREST
        self.tokens: dict[str, Instant] = {}
        self._left, self._paid_at, self._made = self.points, clock.now(), 0
        self.calls = shopify_calls.Calls(self)
        self.route("POST", "/admin/oauth/access_token", self._token)
        self.route("POST", r"/admin/api/(?P<version>[^/]+)/graphql\.json#\w*", self._graphql)

    def link(self, url: str) -> tuple[dict[str, object], dict[str, str]]:
        """What a seller enters to use the stand-in at `url`."""
        settings: dict[str, object] = {"shop": self.shop, "client_id": self.client_id, "plan": "plus", "api_url": url}
        return settings, {"client_secret": self.client_secret}

    def answer(self, request: Request) -> Response:
        """See `Site.answer`."""
        if request.path.endswith("/graphql.json"):
            body = request.json()
            name = body.get("operationName") if isinstance(body, dict) else ""
            request = replace(request, path=f"{request.path}#{name or ''}")
        return super().answer(request)

    def budget(self, points: float, rate: float) -> None:
        """Sets the budget, and fills it."""
        self.points, self.rate, self._left = points, rate, points

    # Tokens -------------------------------------------------------------------------------------------

    def _token(self, request: Request) -> Response:
        form = request.form()
        if form.get("grant_type") != "client_credentials":
            return as_json({"error": "unsupported_grant_type"}, 400)
        if self.hit("revoked", request):
            self.installed = False
        known = form.get("client_id") == self.client_id and form.get("client_secret") == self.client_secret
        if not known or not self.installed:
            error = "app_not_installed" if known else "invalid_client"
            return as_json({"error": error, "error_description": "The app cannot sign in."}, 400)
        self._made += 1
        token = f"shpat_stand_in_{self._made}"
        self.tokens[token] = self.clock.now() + 86_399 * SECOND
        return as_json({"access_token": token, "scope": ",".join(sorted(self.granted)), "expires_in": 86_399})

    # Who may call -------------------------------------------------------------------------------------

    def guard(self, request: Request) -> Response | None:
        if not request.path.startswith("/admin/api/"):
            return None
        version = request.path.split("/")[3]
        if version > VERSIONS[-1] or not version[:4].isdecimal():
            return as_json({"errors": "Not Found"}, 404)
        token = request.headers.get("x-shopify-access-token", "")
        if self.hit("expired", request):
            self.tokens.pop(token, None)
        if self.tokens.get(token, 0) <= self.clock.now() or not self.installed:
            text = "[API] Invalid API key or access token (unrecognized login or wrong password)"
            return as_json({"errors": text}, 401)
        return None

    # Queries ------------------------------------------------------------------------------------------

    def _graphql(self, request: Request) -> Response:
        body = request.json()
        asked = max(request.match["version"], VERSIONS[0])  # an ended version is answered as the oldest there is
        if "json" not in request.headers.get("content-type", "") or not isinstance(body, dict) or not body.get("query"):
            return as_json({"errors": {"query": "Required parameter missing or invalid"}}, 400)
        told = self._told(request, body, asked)
        return as_json(told, 200, x_shopify_api_version=asked)

    def _told(self, request: Request, body: dict[str, Any], version: str) -> dict[str, Any]:
        given = body.get("variables") or {}
        try:
            wanted = graphql.parse(body["query"])
        except graphql.Malformed as exc:
            return error(str(exc), "")
        for name, type_ in wanted.variables.items():
            if type_.endswith("!") and given.get(name) is None:
                return error(f"Variable ${name} of type {type_} was provided invalid value", "INVALID_VARIABLE")
        price = 10 if wanted.kind == "mutation" else graphql.cost(wanted.fields, given)
        if price > self.dearest:
            return error(f"Query cost is {price}, which exceeds the single query max cost limit ({self.dearest}).",
                         "MAX_COST_EXCEEDED")  # fmt: skip
        now = self.clock.now()
        self._left = min(self.points, self._left + (now - self._paid_at) / SECOND * self.rate)
        self._paid_at = now
        status = {"maximumAvailable": self.points, "currentlyAvailable": int(self._left), "restoreRate": self.rate}
        spent = {"cost": {"requestedQueryCost": price, "actualQueryCost": None, "throttleStatus": status}}
        if price > self._left:
            return {**error("Throttled", "THROTTLED"), "extensions": spent}
        self._left -= price
        status["currentlyAvailable"], spent["cost"]["actualQueryCost"] = int(self._left), price
        told: dict[str, Any] = {}
        for field in graphql.included(wanted.fields, given):
            need = _NEEDS.get(field.name)
            if need and need not in self.granted:
                return error(f"Access denied for {field.name} field. Required access: `{need}` access scope.", "ACCESS_DENIED")
            if given.get("people") and not self.people:
                return error("This app is not approved to access the Customer object.", "ACCESS_DENIED")
            if field.name == "refundCreate" and version >= "2026-04" and "idempotent" not in field.directives:
                return error("The @idempotent directive is required for this mutation.", "BAD_REQUEST")
            key = graphql.filled(field.directives.get("idempotent", {}), given).get("key", "")
            resolve = getattr(self.calls, f"do_{field.name}", None)
            if resolve is None:
                return error(f"Field '{field.name}' doesn't exist on type '{wanted.kind.title()}'", "undefinedField")
            try:
                value = resolve(request, key, **graphql.filled(field.args, given))
                told[field.name] = graphql.shown(value, field.fields, given, field.name)
            except (graphql.Malformed, TypeError) as exc:
                return error(str(exc), "undefinedField")
        return {"data": told, "extensions": spent}

    # How it refuses -----------------------------------------------------------------------------------

    def missing(self, request: Request) -> Response:
        return as_json({"errors": "Not Found"}, 404)

    def refused(self, fault: Fault) -> Response:
        text = "Exceeded rate limit" if fault.status == 429 else "Internal Server Error"
        return as_json({"errors": text}, fault.status)


def error(text: str, code: str) -> dict[str, Any]:
    """A refusal inside HTTP 200."""
    told: dict[str, Any] = {"message": text}
    if code:
        told["extensions"] = {"code": code}
    return {"errors": [told]}
