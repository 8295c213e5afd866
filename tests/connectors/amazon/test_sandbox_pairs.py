"""Amazon's own sandbox answers, and those it shows as examples, read without losing anything that records can hold. What is
asked for them is in `test_sandbox_requests.py`."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.amazon import mapping
from connectors.amazon.account import judge
from connectors.amazon.guesses import MARKETPLACES
from connectors.answer import Answer, parse_json
from connectors.contract import CaseRecord, OrderRecord
from connectors.fields import data, ident, many, part, text
from connectors.refusals import Refusal
from store.values import Instant, Money
from tests.connectors.amazon.swagger import SPECS, Pair, examples, pairs, specs

HOME = MARKETPLACES["ATVPDKIKX0DER"]
PAIRS = list(pairs()) if SPECS.exists() else []
ANSWERS = [*PAIRS, *examples()] if PAIRS else []

pytestmark = pytest.mark.skipif(not PAIRS, reason="../shared/reference/specs is not here")


def answer(pair: Pair) -> Answer:
    return Answer(pair.status, {}, json.dumps(pair.response, ensure_ascii=False).encode())


def name(pair: Pair) -> str:
    return f"{pair.file} {pair.method} {pair.path} {pair.status}"


def at(text_: str) -> Instant:
    return round(datetime.fromisoformat(text_).timestamp() * 1000)


def _given(node: Any) -> int:
    """How many pairs a document holds, wherever they stand in it."""
    if isinstance(node, list):
        return sum(map(_given, node))
    if not isinstance(node, dict):
        return 0
    block = node.get("x-amzn-api-sandbox")
    own = len(block.get("static", ())) if isinstance(block, dict) else 0
    return own + sum(_given(value) for key, value in node.items() if key != "x-amzn-api-sandbox")


def test_none_of_them_is_left_out() -> None:
    assert len(PAIRS) == sum(map(_given, specs().values())) == 132
    assert len(ANSWERS) == 169


@pytest.mark.parametrize("pair", ANSWERS, ids=name)
def test_every_answer_is_read_and_every_refusal_is_one(pair: Pair) -> None:
    if pair.status < 400:
        assert judge(answer(pair)).status == pair.status
        told = parse_json(answer(pair).body)
        assert json.loads(json.dumps(told, default=_number)) == pair.response
        return
    with pytest.raises(Refusal) as caught:
        judge(answer(pair))
    told = pair.response.get("errors") or [{"code": ""}]  # two of them forget what every other refusal says
    assert caught.value.code == told[0]["code"]


def _number(value: Any) -> float:
    assert isinstance(value, Decimal)
    return float(value)


def orders() -> list[Any]:
    found = [p for p in ANSWERS if p.file == "orders_2026-01-01" and p.status == 200]
    return [o for p in found for o in (p.response.get("orders") or [p.response["order"]])]


@pytest.mark.parametrize("raw", orders(), ids=lambda o: o["orderId"])
def test_an_order_keeps_all_that_a_record_holds(raw: Any) -> None:
    made, *cases = mapping.records(raw, HOME)
    assert isinstance(made, OrderRecord)
    place = MARKETPLACES[raw["salesChannel"]["marketplaceId"]]
    assert (made.remote_id, made.number) == (raw["orderId"], raw["orderId"])
    assert (made.placed_at, made.updated_at) == (at(raw["createdTime"]), at(raw["lastUpdatedTime"]))
    assert made.status == raw["fulfillment"]["fulfillmentStatus"]
    who, total = raw.get("buyer", {}), raw.get("proceeds", {}).get("grandTotal")
    assert (made.buyer.name, made.buyer.email) == (who.get("buyerName", ""), who.get("buyerEmail", ""))
    assert made.buyer.lang == place.lang
    if total:
        assert made.total == Money.parse(total["amount"], total["currencyCode"])
    assert made.country == raw.get("recipient", {}).get("deliveryAddress", {}).get("countryCode", "")
    for line, item in zip(made.lines, raw["orderItems"], strict=True):
        product = item["product"]
        assert (line.id, line.quantity) == (item["orderItemId"], item["quantityOrdered"])
        assert (line.sku, line.title) == (product.get("sellerSku") or product.get("asin", ""), product.get("title", ""))
        if price := product.get("price", {}).get("unitPrice"):
            assert line.price == Money.parse(price["amount"], price["currencyCode"])
    sent = [p for p in raw.get("packages", ()) if p.get("trackingNumber")]
    assert [(p.courier, p.tracking) for p in made.parcels] == [(p.get("carrier", ""), p["trackingNumber"]) for p in sent]
    for parcel, p in zip(made.parcels, sent, strict=True):
        assert parcel.shipped_at == (at(p["shipTime"]) if p.get("shipTime") else None)
    asked = [i for i in raw["orderItems"] if i.get("cancellation", {}).get("cancellationRequest", {}).get("requester") == "BUYER"]
    assert bool(cases) == bool(asked)
    for case in cases:
        assert isinstance(case, CaseRecord)
        assert case.lines == tuple(i["orderItemId"] for i in asked)
        assert case.reason == asked[0]["cancellation"]["cancellationRequest"].get("cancelReason", "")


def test_papers_tell_their_names_and_states() -> None:
    for pair in ANSWERS:
        if pair.status >= 300 or pair.method == "DELETE":
            continue
        told: Any = parse_json(answer(pair).body)
        match pair.path.split("/")[1:]:
            case ["feeds" | "reports", _, "documents", *_]:
                assert ident(told, "url").startswith("https://")
            case ["feeds", _, "feeds", _]:
                assert (ident(told, "feedId"), text(told, "processingStatus")) == ("FeedId1", "CANCELLED")
            case ["reports", _, "reports", _]:
                assert (ident(told, "reportId"), text(told, "processingStatus")) == ("ReportId1", "IN_PROGRESS")
            case ["uploads", *_]:
                assert ident(part(told, "payload"), "uploadDestinationId") == pair.response["payload"]["uploadDestinationId"]
            case ["messaging" | "solicitations", _, "orders", _]:
                actions = many(part(told, "_links"), "actions")
                assert [text(data(a), "name") for a in actions] == [a["name"] for a in pair.response["_links"]["actions"]]
            case ["messaging", _, "orders", _, "attributes"]:
                assert text(part(told, "buyer"), "locale") == "en-US"
            case ["sellers", _, "marketplaceParticipations"] if isinstance(told, dict):
                assert [text(data(data(p)["marketplace"]), "id") for p in many(told, "payload")] == ["ATVPDKIKX0DER"]
