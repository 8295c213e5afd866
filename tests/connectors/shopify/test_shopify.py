"""What is Shopify's own: tokens of a day, a budget of points inside HTTP 200, refunds by key, refusals inside successes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.contract import CaseRecord, Decide, OrderRecord, OutcomeUnknown, Permanent, Refund, Ship, Throttled
from connectors.registry import connect
from connectors.sandbox.shopify_shapes import returns_of
from connectors.sandbox.web import Request, Response, as_json
from connectors.sandbox.world.records import Item
from connectors.shopify import mapping
from connectors.shopify.shop import read_settings
from store.values import HOUR, Money
from tests.connectors.shopify.schema import SCHEMA, Schema
from tests.connectors.suite import Lab

DAY_S = 86_399


def nothing() -> None:
    """No point of no return to note."""


def test_every_request_is_one_the_schema_knows(lab: Lab) -> None:
    if not SCHEMA.exists():
        pytest.skip("../shared/reference/specs is not here")
    for stream in lab.case.streams:
        lab.pull(stream)
    for command in lab.case.commands(lab).values():
        lab.connect().send(command, nothing)
        lab.connect().find(command)
    for kind, ident in lab.case.reached(lab):
        lab.connect().fetch(kind, ident)
    lab.connect().test()
    schema, seen = Schema(SCHEMA), set()
    for request in lab.site.log:
        if "#" in request.path:
            body = request.json()
            seen.add(body["operationName"])
            assert schema.faults(body["query"], body["variables"]) == [], body["operationName"]
    assert seen == {"Orders", "Returns", "Products", "Order", "Return", "Money", "ToShip", "Account", "Approve", "Decline",
                    "Refund", "Ship", "ToProcess", "Process"}  # fmt: skip


def test_requests_for_the_rest_of_an_order_are_ones_the_schema_knows() -> None:
    from connectors.shopify.queries import ORDER_LINES, ORDER_RETURNS, PRODUCT_VARIANTS

    if not SCHEMA.exists():
        pytest.skip("../shared/reference/specs is not here")
    schema = Schema(SCHEMA)
    for document in (ORDER_LINES, ORDER_RETURNS, PRODUCT_VARIANTS):
        assert schema.faults(document, {"id": "gid://shopify/Order/1", "after": None}) == []
    assert schema.faults("query X($id: ID!) { order(id: $id) { nonsense } }", {"id": "1"})


# Mapping --------------------------------------------------------------------------------------------


def test_an_order_tells_all_the_desk_wants(lab: Lab) -> None:
    known = next(o for o in lab.market.orders if o.parcels and o.parcels[0].delivered_at and int(o.id) % 2)
    (record,) = lab.connect().fetch("order", known.id)
    assert isinstance(record, OrderRecord)
    assert (record.remote_id, record.number, record.total) == (known.id, known.number, known.total)
    assert record.placed_at // 1000 == known.placed_at // 1000
    assert (record.buyer.name, record.buyer.email) == (known.buyer.name, known.buyer.address)
    assert record.buyer.id.isdecimal()
    assert (record.buyer.lang, record.country) == (known.buyer.lang, known.buyer.country)
    assert [(n.sku, n.quantity, n.price) for n in record.lines] == [(n.sku, n.quantity, n.price) for n in known.lines]
    assert [(p.courier, p.tracking, p.status) for p in record.parcels] == [
        (p.courier, p.tracking, "delivered") for p in known.parcels
    ]
    assert record.campaign == "autumn"
    assert record.status == "FULFILLED"


def test_a_return_tells_all_the_desk_wants(lab: Lab) -> None:
    known = next(c for o in lab.market.orders for c in returns_of(lab.market.cases, o) if c.state == "requested")
    (record,) = lab.connect().fetch("case", known.id)
    assert isinstance(record, CaseRecord)
    assert (record.kind, record.order_id, record.state, record.open) == ("return", known.order.id, "REQUESTED", True)
    assert (record.amount, record.text, record.allowed) == (known.amount, known.text, ("approve", "decline"))
    assert record.lines == (f"{known.order.id}00",)
    assert record.reason
    assert record.buyer


def test_refunds_show_in_the_status(lab: Lab) -> None:
    order = lab.market.orders[0]
    lab.market.refund(order, "elsewhere", Money(order.total.currency, 1))
    (record,) = lab.connect().fetch("order", order.id)
    assert isinstance(record, OrderRecord)
    assert record.status.endswith(", PARTIALLY_REFUNDED")


def test_a_long_order_comes_with_all_its_lines(lab: Lab) -> None:
    order = lab.market.orders[-1]
    price = Money(order.total.currency, 100)
    order.lines = tuple(Item(f"SKU-{n}", f"Thing {n}", 1, price) for n in range(47))
    records, _ = lab.pull("orders")
    mine = next(r for r in records if isinstance(r, OrderRecord) and r.remote_id == order.id)
    assert [n.sku for n in mine.lines] == [f"SKU-{n}" for n in range(47)]


def test_without_customer_data_orders_come_without_buyers(lab: Lab) -> None:
    lab.site.people = False
    pages = lab.connect(people=False).pull("orders", "", since=0)
    records = [r for page in pages for r in page.records if isinstance(r, OrderRecord)]
    assert records
    assert all(r.buyer.id == r.buyer.name == r.buyer.email == "" for r in records)


@pytest.mark.parametrize("name", ["", "1", "gid://shopify/Order/abc"])
def test_an_id_that_is_no_gid_is_unreadable(name: str) -> None:
    if name == "1":
        assert mapping.tail(name) == "1"
        return
    with pytest.raises(ValueError, match="gid"):
        mapping.tail(name)


# Tokens and versions --------------------------------------------------------------------------------


def test_a_day_s_token_ends_and_another_is_fetched_with_the_secret(lab: Lab) -> None:
    lab.connect().fetch("order", lab.market.orders[0].id)
    lab.clock.time += 25 * HOUR
    lab.connect().fetch("order", lab.market.orders[0].id)
    assert lab.tokens.renewals == 2
    assert lab.vault["client_secret"] == lab.site.client_secret


def test_an_unknown_version_is_refused_and_says_so(lab: Lab) -> None:
    with pytest.raises(Permanent, match="version"):
        list(lab.connect(api_version="2099-01").pull("orders", "", since=0))


def test_the_shop_may_be_named_by_its_address(lab: Lab) -> None:
    for name in ("Nordlicht", "nordlicht.myshopify.com", "https://nordlicht.myshopify.com/"):
        made = read_settings({"shop": name, "client_id": "c"})
        assert made.url == "https://nordlicht.myshopify.com"
    with pytest.raises(ValueError, match="shop"):
        connect("shopify", {"shop": "nord licht", "client_id": "c"}, lab.ports)


# The budget -----------------------------------------------------------------------------------------


def test_a_used_up_budget_inside_http_200_is_waited_for_and_asked_again(lab: Lab) -> None:
    lab.site.budget(1_000, 500)

    def sleep(seconds: float) -> None:
        lab.sleeps.append(seconds)
        lab.clock.time += round(seconds * 1000)

    made = lab.case.connect(lab.settings, lab.ports, sleep)
    records = [r for page in made.pull("orders", "", since=0) for r in page.records]
    made.close()
    assert len(records) == len(lab.market.orders)
    assert lab.sleeps
    assert any(left < 1_000 for _, left in lab.quota.learnt)
    assert any(cost > 200 for _, cost in lab.quota.taken), "it did not learn what a query costs"


def test_a_budget_that_takes_long_to_refill_is_throttled_until_then(lab: Lab) -> None:
    lab.site.budget(900, 10)
    with pytest.raises(Throttled) as caught:
        lab.pull("orders")
    assert 10_000 < caught.value.until - lab.clock.time < 120_000


def test_a_question_that_is_too_dear_is_asked_for_less(lab: Lab) -> None:
    lab.site.dearest = 300
    records, _ = lab.pull("orders")
    assert len(records) == len(lab.case.expected(lab, 0)["orders"])


def test_a_throttled_deed_did_not_happen_and_is_not_repeated(lab: Lab) -> None:
    command = lab.case.commands(lab)["returns:approve"]
    asked: list[str] = []

    def change(request: Request, response: Response) -> Response:
        body = request.json() or {}
        if body.get("operationName") != "Approve":
            return response
        asked.append("Approve")
        return as_json({"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]})

    lab.change_answers(change)
    with pytest.raises(Throttled):
        lab.connect().send(command, nothing)
    assert len(asked) == 1


# Refunds --------------------------------------------------------------------------------------------


def refund(lab: Lab) -> Refund:
    made = lab.case.commands(lab)["refunds"]
    assert isinstance(made, Refund)
    return made


def test_the_same_key_pays_once(lab: Lab) -> None:
    command = refund(lab)
    first = lab.connect().send(command, nothing)
    assert lab.connect().find(command)
    order = lab.market.order(command.order_id)
    assert order
    body = next(r for r in reversed(lab.site.log) if r.path.endswith("#Refund")).json()
    again = lab.site.calls.do_refundCreate(None, body["variables"]["key"], body["variables"]["input"])
    assert again["refund"]["id"] == first.remote_id
    assert len(order.refunds) == 1


def test_another_refund_of_the_same_amount_is_not_taken_for_ours(lab: Lab) -> None:
    command = refund(lab)
    lab.connect().send(replace(command, key="another"), nothing)
    assert lab.connect().find(command) is None


def test_a_refund_without_its_key_is_refused_there(lab: Lab) -> None:
    from connectors.shopify import queries

    command, made = refund(lab), lab.connect()
    document = queries.REFUND.replace(" @idempotent(key: $key)", "")
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Permanent, match="idempotent"):
        patch.setattr(queries, "REFUND", document)
        made.send(command, nothing)


def test_more_than_is_left_is_refused_before_it_leaves(lab: Lab) -> None:
    command = refund(lab)
    order = lab.market.order(command.order_id)
    assert order
    for amount in (replace(order.total, minor=order.total.minor + 1), Money("XAF", 1), replace(order.total, minor=0)):
        passed: list[int] = []
        with pytest.raises(Permanent):
            lab.connect().send(replace(command, amount=amount), lambda seen=passed: seen.append(1))  # type: ignore[misc]
        assert not passed


def test_lines_that_do_not_add_up_are_refused(lab: Lab) -> None:
    command = refund(lab)
    with pytest.raises(Permanent, match="add up"):
        lab.connect().send(replace(command, lines=(("1", Money(command.amount.currency, 1)),)), nothing)


def test_a_refusal_inside_a_success_is_a_refusal(lab: Lab) -> None:
    command = refund(lab)

    def change(request: Request, response: Response) -> Response:
        body = request.json() or {}
        if body.get("operationName") != "Refund":
            return response
        return as_json({"data": {"refundCreate": {"refund": None, "userErrors": [{"field": None, "message": "Not today"}]}}})

    lab.change_answers(change)
    with pytest.raises(Permanent, match="Not today"):
        lab.connect().send(command, nothing)


# Returns and parcels --------------------------------------------------------------------------------


def test_a_return_decided_elsewhere_is_not_decided_again(lab: Lab) -> None:
    command = lab.case.commands(lab)["returns:approve"]
    assert isinstance(command, Decide)
    case = lab.market.case(command.case_id)
    assert case
    lab.market.decide(case, "declined")
    with pytest.raises(Permanent, match="DECLINED"):
        lab.connect().send(command, nothing)
    with pytest.raises(Permanent, match="otherwise"):
        lab.connect().find(command)


def test_cancellations_are_refused_with_the_reason(lab: Lab) -> None:
    with pytest.raises(Permanent, match="returns only"):
        lab.connect().send(Decide("k", "1", "cancellation", "approve", "1"), nothing)


def test_a_part_of_an_order_can_leave(lab: Lab) -> None:
    command = lab.case.commands(lab)["tracking"]
    assert isinstance(command, Ship)
    line = f"{command.order_id}00"
    lab.connect().send(replace(command, lines=((line, 1),)), nothing)
    body = next(r for r in reversed(lab.site.log) if r.path.endswith("#Ship")).json()
    (group,) = body["variables"]["fulfillment"]["lineItemsByFulfillmentOrder"]
    assert [item["quantity"] for item in group["fulfillmentOrderLineItems"]] == [1]
    with pytest.raises(Permanent, match="already"):
        lab.connect().send(command, nothing)


def test_more_than_was_ordered_cannot_leave(lab: Lab) -> None:
    command = lab.case.commands(lab)["tracking"]
    assert isinstance(command, Ship)
    with pytest.raises(Permanent, match="Not so much"):
        lab.connect().send(replace(command, lines=((f"{command.order_id}00", 99),)), nothing)


@pytest.mark.parametrize("told", [{"refund": None, "userErrors": []}, {"refund": "yes", "userErrors": []}, {}, None])
def test_a_deed_that_does_not_say_what_it_made_is_unknown(lab: Lab, told: object) -> None:
    def change(request: Request, response: Response) -> Response:
        body = request.json() or {}
        return as_json({"data": {"refundCreate": told}}) if body.get("operationName") == "Refund" else response

    lab.change_answers(change)
    with pytest.raises(OutcomeUnknown):
        lab.connect().send(refund(lab), nothing)


def test_to_write_is_to_read(lab: Lab) -> None:
    lab.site.granted.discard("read_fulfillments")
    assert not lab.connect().test().ok
    lab.site.granted.discard("read_returns")
    assert not any("read_returns" in line for line in lab.connect().test().lines)


def test_each_variant_of_a_product_is_one_with_what_makes_it_another() -> None:
    raw = {
        "id": "gid://shopify/Product/7", "title": "Rain jacket", "updatedAt": "2026-11-01T00:00:00Z", "vendor": "Nordlicht",
        "productType": "", "description": "Dry.", "featuredMedia": {"preview": {"image": {"url": "https://x.example/p.jpg"}}},
        "metafields": {"nodes": [
            {"key": "water_column", "value": "10000", "type": "number_integer"},
            {"key": "size_chart", "value": "S: 48 cm\nM: 52 cm", "type": "multi_line_text_field"},
            {"key": "twin", "value": "gid://shopify/Product/8", "type": "product_reference"},
        ]},
        "variants": {"nodes": [
            {"sku": "J-S", "title": "S", "image": {"url": "https://x.example/s.jpg"}, "selectedOptions": [
                {"name": "Size", "value": "S"}]},
            {"sku": "", "title": "M", "image": None, "selectedOptions": [{"name": "Size", "value": "M"}]},
        ]},
    }  # fmt: skip
    (one,) = mapping.products(raw)
    assert (one.sku, one.title, one.sizes) == ("J-S", "Rain jacket (S)", "S: 48 cm\nM: 52 cm")
    assert one.specs == {"Size": "S", "Vendor": "Nordlicht", "Water column": "10000", "Description": "Dry."}
    assert one.image == "https://x.example/s.jpg"
