"""Reports and feeds of the Amazon stand-in, and the documents that lie on servers beside."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from connectors.sandbox.amazon_orders import at, iso, line_id, money
from connectors.sandbox.market_records import MarketCase, MarketReview
from connectors.sandbox.web import Request, Response, as_json
from store.values import DAY, Instant, Money, exponent

if TYPE_CHECKING:
    from connectors.sandbox.amazon import AmazonSite

RETURNS, FEEDBACK, REFUNDS = (
    "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE", "GET_SELLER_FEEDBACK_DATA", "POST_PAYMENT_ADJUSTMENT_DATA",
)  # fmt: skip
_STATES = {
    "requested": "PendingApproval", "approved": "Approved", "declined": "Closed", "refunded": "Completed", "closed": "Closed",
}  # fmt: skip
_RETURN_ROW = ("Order ID", "Return request date", "Return request status", "Amazon RMA ID", "Currency code", "Tracking ID",
               "A-to-Z Claim", "Merchant SKU", "Return quantity", "Return Reason", "Resolution", "Order Amount",
               "Refunded Amount")  # fmt: skip
_FEEDBACK_ROW = ("Date", "Rating", "Comments", "Your Response", "Order ID", "Rater Email")


@dataclass(slots=True)
class Paper:
    """A report or feed. `looks` is how often it is still IN_PROGRESS when looked for; then it ends as `ends`."""

    id: str
    kind: str
    start: Instant
    end: Instant
    at: Instant
    looks: int = 0
    ends: str = "DONE"
    refused: int = 0
    overrides: dict[str, dict[str, str]] = field(default_factory=dict)
    """Rows of a report by order id, with cells to show in place of what is there."""

    @property
    def status(self) -> str:
        return "IN_PROGRESS" if self.looks > 0 else self.ends


class Papers:
    """`slow` is how many looks a paper made from now on takes, `ends` how it ends (DONE, CANCELLED, FATAL)."""

    def __init__(self, site: AmazonSite) -> None:
        self.site = site
        self.slow, self.ends, self.zipped, self.refuse = 0, "DONE", True, 0
        self.reports: dict[str, Paper] = {}
        self.feeds: dict[str, Paper] = {}
        self.uploads: dict[str, bytes] = {}

    def returned(self, since: Instant, until: Instant) -> list[MarketCase]:
        kinds = ("return", "refund", "exchange")
        return [c for c in self.site.market.cases if c.kind in kinds and since <= c.opened_at <= until]

    def reviewed(self, since: Instant, until: Instant) -> list[MarketReview]:
        """The newest feedback of each order."""
        newest = {r.order.number: r for r in sorted(self.site.market.reviews, key=lambda r: (r.at, r.id))}
        return [r for r in newest.values() if since <= r.at <= until]

    # Reports ------------------------------------------------------------------------------------------

    def create(self, request: Request) -> Response:
        from connectors.sandbox.amazon import problem

        body = request.json()
        if not isinstance(body, dict) or body.get("reportType") not in (RETURNS, FEEDBACK) or not body.get("marketplaceIds"):
            return problem(400, "InvalidInput", "Invalid Input")
        start, end = at(body.get("dataStartTime", "")), at(body.get("dataEndTime", ""))
        if start is None or end is None or start > end or end - start > 60 * DAY:
            return problem(400, "InvalidInput", "The time range must be given and 60 days at most.")
        made = Paper(str(5_000 + len(self.reports)), body["reportType"], start, end, self.site.clock.now(), self.slow, self.ends)
        self.reports[made.id] = made
        return as_json({"reportId": made.id}, 202)

    def report(self, request: Request) -> Response:
        from connectors.sandbox.amazon import problem

        made = self.reports.get(request.match["id"])
        if made is None:
            return problem(404, "NotFound", "The report does not exist.")
        told = {"reportId": made.id, "reportType": made.kind, "dataStartTime": iso(made.start), "dataEndTime": iso(made.end),
                "createdTime": iso(made.at), "processingStatus": made.status}  # fmt: skip
        if made.status == "DONE":
            told["reportDocumentId"] = f"report-{made.id}"
        made.looks -= 1
        return as_json(told)

    def listed(self, request: Request) -> Response:
        return as_json({"reports": []})

    def document(self, request: Request) -> Response:
        """Where a document lies: on another server, for five minutes."""
        name = request.match["id"]
        told: dict[str, Any] = {request.match["what"] + "DocumentId": name, "url": f"{self.site.url}/documents/{name}"}
        if name.startswith("report-") and self.zipped:
            told["compressionAlgorithm"] = "GZIP"
        return as_json(told)

    def read(self, request: Request) -> Response:
        name = request.match["name"]
        if name.startswith("result-"):
            refused = self.feeds[name.removeprefix("result-")].refused
            text = f"<ProcessingSummary><MessagesWithError>{refused}</MessagesWithError></ProcessingSummary>"
            return Response(200, text.encode(), {"content-type": "text/xml"})
        made = self.reports[name.removeprefix("report-")]
        rows = self.site.shown(request, self.rows(made))
        names = _RETURN_ROW if made.kind == RETURNS else _FEEDBACK_ROW
        text = "\n".join("\t".join(row[n] for n in names) for row in [dict(zip(names, names, strict=True)), *rows]) + "\n"
        body = gzip.compress(text.encode(), mtime=0) if self.zipped else text.encode()
        return Response(200, body, {"content-type": "application/octet-stream"})

    def rows(self, made: Paper) -> list[dict[str, str]]:
        if made.kind == RETURNS:
            rows = [_return_row(c) for c in self.returned(made.start, made.end)]
        else:
            rows = [_feedback_row(r) for r in self.reviewed(made.start, made.end)]
        return [{**row, **made.overrides.get(row["Order ID"], {})} for row in rows]

    # Feeds --------------------------------------------------------------------------------------------

    def place(self, request: Request) -> Response:
        from connectors.sandbox.amazon import problem

        body = request.json()
        if not isinstance(body, dict) or not body.get("contentType"):
            return problem(400, "InvalidInput", "Invalid Input")
        name = f"upload-{len(self.uploads)}"
        self.uploads[name] = b""
        return as_json({"feedDocumentId": name, "url": f"{self.site.url}/documents/{name}"}, 201)

    def upload(self, request: Request) -> Response:
        if request.match["name"] not in self.uploads:
            return Response(403)
        self.uploads[request.match["name"]] = request.body
        return Response(200)

    def feed(self, request: Request) -> Response:
        from connectors.sandbox.amazon import problem

        body = request.json()
        upload = self.uploads.get(body.get("inputFeedDocumentId", "")) if isinstance(body, dict) else None
        if not upload or body.get("feedType") != REFUNDS or not body.get("marketplaceIds"):
            return problem(400, "InvalidInput", "Invalid Input")
        now = self.site.clock.now()
        made = Paper(str(3_485 + len(self.feeds)), REFUNDS, now, now, now, self.slow, self.ends)
        made.refused = self.refuse
        if not made.refused and made.ends == "DONE":
            made.refused = self._pay_back(upload, made.id)
        self.feeds[made.id] = made
        return as_json({"feedId": made.id}, 202)

    def _pay_back(self, upload: bytes, key: str) -> int:
        """Carries out one adjustment; how many were refused."""
        try:
            told = ElementTree.fromstring(upload).find("Message/OrderAdjustment")
        except ElementTree.ParseError:
            return 1
        order = self.site.orders.find((told.findtext("AmazonOrderID") or "") if told is not None else "")
        if told is None or order is None or order.number in self.site.orders.amazon:
            return 1
        total = Money(order.total.currency, 0)
        known = {line_id(order, n) for n in range(len(order.lines))}
        for item in told.findall("AdjustedItem"):
            amount = item.find("ItemPriceAdjustments/Component/Amount")
            if item.findtext("AmazonOrderItemCode") not in known or amount is None or not item.findtext("AdjustmentReason"):
                return 1
            if amount.get("currency") != total.currency:
                return 1
            total += Money(total.currency, int(Decimal(amount.text or "0").scaleb(exponent(total.currency))))
        return 0 if self.site.market.refund(order, key, total) else 1

    def feed_state(self, request: Request) -> Response:
        from connectors.sandbox.amazon import problem

        made = self.feeds.get(request.match["id"])
        if made is None:
            return problem(404, "NotFound", "The feed does not exist.")
        told = self._feed(made)
        made.looks -= 1
        return as_json(told)

    def feed_list(self, request: Request) -> Response:
        wanted = request.arg("processingStatuses").split(",")
        kinds = request.arg("feedTypes").split(",")
        return as_json({"feeds": [self._feed(f) for f in self.feeds.values() if f.status in wanted and f.kind in kinds]})

    def _feed(self, made: Paper) -> dict[str, str]:
        told = {"feedId": made.id, "feedType": made.kind, "createdTime": iso(made.at), "processingStatus": made.status}
        if made.status == "DONE":
            told["resultFeedDocumentId"] = f"result-{made.id}"
        return told


def _return_row(c: MarketCase) -> dict[str, str]:
    amount = money(c.amount)
    cells = (
        c.order.number, f"{datetime.fromtimestamp(c.opened_at / 1000, UTC):%d-%b-%Y}", _STATES[c.state], f"D{c.id}RRMA",
        amount["currencyCode"], "", "N", c.order.lines[0].sku, "1", f"CR-{c.trouble.upper()}",
        "StandardRefund" if c.state == "refunded" else "", amount["amount"], amount["amount"] if c.state == "refunded" else "",
    )  # fmt: skip
    return dict(zip(_RETURN_ROW, cells, strict=True))


def _feedback_row(r: MarketReview) -> dict[str, str]:
    written = f"{datetime.fromtimestamp(r.at / 1000, UTC):%d/%m/%y}"
    said = re.sub(r"\s+", " ", r.text)
    return dict(zip(_FEEDBACK_ROW, (written, str(r.rating), said, r.reply, r.order.number, r.order.buyer.address), strict=True))


def mount(site: AmazonSite) -> None:
    papers, reports, feeds = site.papers, "/reports/2021-06-30", "/feeds/2021-06-30"
    site.route("POST", f"{reports}/reports", papers.create)
    site.route("GET", f"{reports}/reports", papers.listed)
    site.route("GET", f"{reports}/reports/(?P<id>[^/]+)", papers.report)
    site.route("GET", "/(?P<what>report|feed)s/2021-06-30/documents/(?P<id>[^/]+)", papers.document)
    site.route("POST", f"{feeds}/documents", papers.place)
    site.route("POST", f"{feeds}/feeds", papers.feed)
    site.route("GET", f"{feeds}/feeds", papers.feed_list)
    site.route("GET", f"{feeds}/feeds/(?P<id>[^/]+)", papers.feed_state)
    site.route("GET", "/documents/(?P<name>[^/]+)", papers.read)
    site.route("PUT", "/documents/(?P<name>[^/]+)", papers.upload)
