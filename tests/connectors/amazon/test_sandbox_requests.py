"""What our client asks, beside what Amazon's sandbox wants to be asked: the requests of its pairs.

A pair whose request is good (its answer is below 400) and whose operation we call is asked for anew by our own code, given
the pair's order, times, words and names: the request that leaves must say what the pair's says. The requests of the other
pairs are wrong on purpose; nothing of ours makes them, and their answers are in `test_sandbox_pairs.py`, as are those of the
operations in `NEVER`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any, NamedTuple

import pytest

from connectors.amazon import deeds, forms, health, pulling
from connectors.amazon.account import Account, Settings
from connectors.contract import Fault, File, Ports, Refund, SendReply, Ship
from connectors.fields import moment
from connectors.sandbox.web import Request, Response, Site, as_json
from store.values import Instant, Money
from tests.connectors.amazon.swagger import SPECS, Pair, faults, pairs
from tests.connectors.ports import FrozenClock, MemoryTokens, Unlimited, Vault
from tests.connectors.suite import STAGE

pytestmark = pytest.mark.skipif(not SPECS.exists(), reason="../shared/reference/specs is not here")

NEVER = {
    "externalFulfillmentReturns_2024-09-11": "for warehouses of external fulfilment; a seller's returns come by report",
    "finances_2024-06-19": "the desk keeps no books",
    "notifications": "they go to queues at Amazon's cloud; a desk asks every few minutes",
    "ordersV0": "ends in March 2027, but for the confirmation of a parcel; orders are read by 2026-01-01",
    "tokens_2021-03-01": "for the buyers' data of v0; 2026-01-01 gives them by role",
    "sellers /sellers/v1/account": "who the seller is, nobody needs to know",
    "feeds_2021-06-30 DELETE": "a refund that was handed in is never withdrawn",
    "reports_2021-06-30 DELETE": "a report that was asked for is read",
    "reports_2021-06-30 /schedules": "reports are asked for when they are wanted",
}
"""Operations nothing of ours calls (words that stand in "file METHOD path"), and why."""

OURS = {"includedData", "feedTypes", "reportTypes", "feedType", "reportType", "contentType"}
"""Parameters in which a request of ours names its own report, feed or parts of an order, not the pair's."""
LEFT_OUT = {"pageSize", "processingStatuses", "shippingMethod", "shipFromSupplySourceId", "transparencyCodes",
            "coverageStartDate", "coverageEndDate"}  # fmt: skip
"""Parameters nobody must give, and we do not."""
CALLED = {"createdAfter": "lastUpdatedAfter"}
"""The sandbox lists orders by when they were made, we by when they changed: exactly one of both is allowed."""

NAME, ITEM = "902-1106328-1059050", "79039765272157"


def _never(pair: Pair) -> bool:
    if pair.path.endswith("/shipmentConfirmation"):
        return False
    return any(_is(known, pair) for known in NEVER)


def _is(known: str, pair: Pair) -> bool:
    said = f"{pair.file} {pair.method} {pair.path}"
    return all(part in said for part in known.split())


ALL = list(pairs()) if SPECS.exists() else []
ASKED = [p for p in ALL if p.status < 400 and not _never(p)]


class Sandbox(Site):
    """Answers each operation with what it is told to, and files and tokens by itself."""

    def __init__(self, clock: FrozenClock) -> None:
        super().__init__(clock)
        self.answers: dict[str, object] = {}
        """Regular expression over "METHOD path" → its answer's JSON."""

    def missing(self, request: Request) -> Response:
        said = f"{request.method} {request.path}"
        if request.path == "/auth/o2/token":
            return as_json({"access_token": "Atza|1", "token_type": "bearer", "expires_in": 3600})
        found = next((value for known, value in self.answers.items() if re.fullmatch(known, said)), None)
        return Response(200, b"") if found is None else as_json(found)


class Stand(NamedTuple):
    site: Sandbox
    url: str
    clock: FrozenClock

    def account(self, marketplaces: tuple[str, ...]) -> Account:
        vault = Vault({"client_secret": "s", "refresh_token": "Atzr|1"})
        made = Ports(vault, MemoryTokens(vault, self.clock), self.clock, Unlimited())
        return Account(Settings("A1", marketplaces, "amzn1.app", self.url, self.url, 30), made, lambda _: None)


@pytest.fixture
def stand() -> Iterator[Stand]:
    clock = FrozenClock()
    site = Sandbox(clock)
    with STAGE.showing(site) as url:
        site.answers = {
            "GET /orders/2026-01-01/orders/.*": {"order": _order()},
            "GET /feeds/2021-06-30/feeds": {"feeds": []},
            "POST /feeds/2021-06-30/documents": {"feedDocumentId": "d1", "url": f"{url}/documents/1"},
            "POST /feeds/2021-06-30/feeds": {"feedId": "f1"},
            "GET /feeds/2021-06-30/feeds/.*": {"feedId": "f1", "processingStatus": "DONE", "resultFeedDocumentId": "d2"},
            "GET /feeds/2021-06-30/documents/.*": {"feedDocumentId": "d2", "url": f"{url}/documents/2"},
            "GET /reports/2021-06-30/reports/.*": {"reportId": "r1", "processingStatus": "DONE", "reportDocumentId": "d3"},
            "GET /reports/2021-06-30/documents/.*": {"reportDocumentId": "d3", "url": f"{url}/documents/3"},
            "GET /sellers/v1/marketplaceParticipations": {"payload": [{"marketplace": {"id": "ATVPDKIKX0DER"}}]},
            "GET /reports/2021-06-30/reports": {"reports": []},
            "GET /orders/2026-01-01/orders": {"orders": []},
        }  # fmt: skip
        yield Stand(site, url, clock)


def _order() -> dict[str, object]:
    return {
        "orderId": NAME, "createdTime": "2026-01-01T00:00:00Z", "lastUpdatedTime": "2026-01-01T00:00:00Z",
        "salesChannel": {"marketplaceId": "ATVPDKIKX0DER"}, "fulfillment": {"fulfillmentStatus": "UNSHIPPED"},
        "proceeds": {"grandTotal": {"amount": "9.00", "currencyCode": "USD"}},
        "orderItems": [{"orderItemId": ITEM, "quantityOrdered": 1, "product": {
            "sellerSku": "L1", "title": "Lamp", "price": {"unitPrice": {"amount": "9.00", "currencyCode": "USD"}}}}],
    }  # fmt: skip


def at(text: str) -> Instant:
    return moment({"at": text}, "at")


def given(pair: Pair) -> dict[str, Any]:
    return {name: told["value"] for name, told in pair.request.items()}


# How each operation is reached by what people do -----------------------------------------------------------


def _search(stand: Stand, pair: Pair) -> None:
    values = given(pair)
    since = at(values["createdAfter"])
    token = values.get("paginationToken", "")
    cursor = json.dumps(asdict(pulling.Place(since, token, stand.clock.time))) if token else ""
    next(iter(pulling.orders(stand.account(tuple(values["marketplaceIds"])), cursor, since)))


def _one(stand: Stand, pair: Pair) -> None:
    deeds.raw_order(stand.account(("ATVPDKIKX0DER",)), given(pair)["orderId"])


def _form(stand: Stand, pair: Pair) -> None:
    values, name = given(pair), pair.path.rsplit("/", 1)[1]
    form = name if name in forms.FORMS else "unexpectedProblem"
    form = next(f.id for f in forms.FORMS.values() if f.asks) if pair.file == "solicitations" else form
    body = values.get("body", {"text": "My Message"})
    files = [File(f["fileName"], "text/plain", b"x") for f in body.get("attachments", ())]
    if form == "invoice":  # the pair's request says nothing of the file an invoice is
        files, body = [File("invoice.txt", "text/plain", b"x")], {}
    order = values["amazonOrderId"]
    held = [f["uploadDestinationId"] for f in body.get("attachments", ())] or ["u1"]
    stand.site.answers |= {
        f"GET /(messaging|solicitations)/v1/orders/{order}": {"_links": {"actions": [{"name": form}]}},
        "GET /messaging/v1/orders/.*/attributes": {"buyer": {"locale": "en-US"}},
        "POST /uploads/.*": {"payload": {"uploadDestinationId": held[0], "url": f"{stand.url}/documents/4"}},
    }
    command = SendReply("k", "<k@shop.example>", (), form, body.get("text", ""), order_id=order, files=tuple(files), lang="en")
    forms.send(stand.account(("ATVPDKIKX0DER",)), command, lambda: None, "ATVPDKIKX0DER")


def _report(stand: Stand, pair: Pair) -> None:
    values = given(pair)
    body = values.get("body", {})
    since = at(body["dataStartTime"]) if body else stand.clock.time
    stand.site.answers["POST /reports/2021-06-30/reports"] = {"reportId": values.get("reportId", "r1")}
    if name := values.get("reportDocumentId"):
        stand.site.answers["GET /reports/2021-06-30/reports/.*"] = {"processingStatus": "DONE", "reportDocumentId": name}
    account = stand.account(tuple(body.get("marketplaceIds", ("ATVPDKIKX0DER",))))
    next(iter(pulling.returns(account, "", since)))


def _health(stand: Stand, pair: Pair) -> None:
    health.look(stand.account(("ATVPDKIKX0DER",)))


def _refund(stand: Stand, pair: Pair) -> None:
    values, answers = given(pair), stand.site.answers
    if name := values.get("feedId"):
        answers["POST /feeds/2021-06-30/feeds"] = {"feedId": name}
    if name := values.get("feedDocumentId"):
        answers["GET /feeds/2021-06-30/feeds/.*"] = {"processingStatus": "DONE", "resultFeedDocumentId": name}
    if body := values.get("body"):
        name = body.get("inputFeedDocumentId", "d1")
        answers["POST /feeds/2021-06-30/documents"] = {"feedDocumentId": name, "url": f"{stand.url}/documents/1"}
    deeds.send(stand.account(("ATVPDKIKX0DER",)), Refund("k", NAME, Money("USD", 900), "CustomerReturn"), lambda: None)


def _ship(stand: Stand, pair: Pair) -> None:
    parcel = given(pair)["body"]["packageDetail"]
    lines = tuple((i["orderItemId"], i["quantity"]) for i in parcel["orderItems"])
    command = Ship("k", NAME, parcel["carrierName"], parcel["trackingNumber"], at(parcel["shipDate"]), lines=lines)
    deeds.send(stand.account(("ATVPDKIKX0DER",)), command, lambda: None)


WAYS: Mapping[str, Callable[[Stand, Pair], None]] = {
    "orders_2026-01-01 GET /orders/2026-01-01/orders": _search,
    "orders_2026-01-01 GET /orders/2026-01-01/orders/{orderId}": _one,
    "messaging": _form,
    "solicitations": _form,
    "reports_2021-06-30 GET /reports/2021-06-30/reports": _health,
    "reports_2021-06-30": _report,
    "feeds_2021-06-30": _refund,
    "ordersV0": _ship,
    "sellers": _health,
}


# What is said beside what is wanted ---------------------------------------------------------------------


def differences(pair: Pair, request: Request) -> Iterator[str]:
    """Parameters of a pair that our request does not say, or says otherwise."""
    names = re.findall(r"\{(\w+)\}", pair.path)
    found = re.fullmatch(re.sub(r"\{\w+\}", "([^/]+)", pair.path), request.path)
    query = dict(request.query)
    said: dict[str, Any] = {**dict(zip(names, found.groups() if found else (), strict=True)), **query, "body": request.json()}
    for name, value in given(pair).items():
        yield from _differ(name, value, said.get(CALLED.get(name, name)))


def _differ(name: str, wanted: Any, said: Any) -> Iterator[str]:
    if name in LEFT_OUT:
        return
    if said in (None, "") or (name in OURS and not said):
        yield f"{name} is not said"
    elif name in OURS:
        return
    elif isinstance(wanted, dict):
        for key, value in wanted.items():
            yield from _differ(key, value, said.get(key))
    elif isinstance(wanted, list) and all(isinstance(w, dict) for w in wanted):
        for one, other in zip(wanted, said, strict=True):
            yield from _differ(name, one, other)
    elif isinstance(wanted, list):
        if extra := set(said.split(",") if isinstance(said, str) else said) - set(wanted):
            yield f"{name} says {extra}"
    elif _value(wanted) != _value(said):
        yield f"{name} is {said}, not {wanted}"


def _value(told: Any) -> Any:
    with suppress(ValueError):
        return at(told) if isinstance(told, str) and "T" in told else told
    return told


@pytest.mark.parametrize("pair", ASKED, ids=lambda p: f"{p.file} {p.method} {p.path}")
def test_our_request_says_what_the_pair_says(stand: Stand, pair: Pair) -> None:
    operation = f"{pair.file} {pair.method} {pair.path}"
    way = WAYS.get(operation) or WAYS[pair.file]
    with suppress(Fault):  # what becomes of it is not asked here
        way(stand, pair)
    pattern = re.sub(r"\{\w+\}", "[^/]+", pair.path)
    asked = [r for r in stand.site.log if r.method == pair.method and re.fullmatch(pattern, r.path)]
    assert asked, "nothing of ours asks this"
    assert list(differences(pair, asked[0])) == []
    assert faults(asked[0]) == []


def test_every_pair_is_asked_for_or_wrong_on_purpose_or_never_called() -> None:
    """132 pairs are in the twelve files, all told beside answers: 30 that we ask for, 23 whose request is wrong on purpose,
    79 of operations we never call. The one dynamic operation (a test notification) tells none, and uploads have none."""
    wrong = [p for p in ALL if p.status >= 400 and not _never(p)]
    never = [p for p in ALL if _never(p)]
    assert (len(ALL), len(ASKED), len(wrong), len(never)) == (132, 30, 23, 79)
    assert all(any(_is(known, p) for p in never) for known in NEVER), "of a reason nothing is left"
