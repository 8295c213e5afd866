"""What is special about Walmart: headers, tokens of a quarter of an hour, cursors that are queries, negative charges."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.answer import parse_json
from connectors.contract import CaseRecord, Decide, OrderRecord, OutcomeUnknown, Permanent, Refund, SchemaSurprise, Ship
from connectors.fields import Unreadable, as_bytes
from connectors.sandbox.web import Request
from connectors.walmart import mapping
from store.values import HOUR, MINUTE, SECOND, Money
from tests.connectors.openapi import Document
from tests.connectors.suite import SINCE, Lab, names, opened
from tests.connectors.walmart.case import CASE


def refund(lab: Lab, deed: str = "refunds") -> Refund:
    command = lab.case.commands(lab)[deed]
    assert isinstance(command, Refund)
    return command


def sent(lab: Lab) -> Any:
    return next(r for r in reversed(lab.site.log) if r.method == "POST" and r.path != "/v3/token").json()


def test_the_sign_in_is_basic_and_every_call_has_a_new_correlation_id(lab: Lab) -> None:
    lab.site.client_id, lab.site.client_secret = "demo-id", "demo-secret"
    lab.settings["client_id"] = "demo-id"
    lab.vault.put("client_secret", "demo-secret")
    lab.pull("orders")
    token = next(r for r in lab.site.log if r.path == "/v3/token")
    assert token.headers["authorization"] == "Basic ZGVtby1pZDpkZW1vLXNlY3JldA=="
    ids = [r.headers["wm_qos.correlation_id"] for r in lab.site.log]
    assert len(set(ids)) == len(ids) > 3


def test_a_call_without_a_correlation_id_is_refused(lab: Lab) -> None:
    assert lab.site.answer(Request("GET", "/v3/orders", (), "", {"wm_svc.name": "x"}, b"")).status == 400


def test_a_token_that_ends_in_the_middle_of_a_sync_is_fetched_anew(lab: Lab) -> None:
    lab.site.page_cap = 2
    found: list[str] = []
    for page in lab.connect().pull("orders", "", since=SINCE):
        found += names(list(page.records))
        lab.clock.time += 5 * MINUTE
    assert set(found) >= set(lab.case.expected(lab, SINCE)["orders"])
    assert lab.tokens.renewals >= 3


def test_tokens_are_given_up_before_they_end(lab: Lab) -> None:
    lab.pull("orders")
    assert lab.tokens.token is not None
    assert lab.tokens.token.expires_at == lab.clock.time + 840 * SECOND


def test_a_cursor_goes_back_as_it_came(lab: Lab) -> None:
    for order in lab.market.orders[:6]:
        order.updated_at = lab.clock.time - HOUR  # all in one second, so that pages are needed
    lab.site.page_cap = 2
    records, _ = lab.pull("orders")
    assert names(records) == set(lab.case.expected(lab, SINCE)["orders"])
    onwards = {r.query_string for r in lab.site.log if r.arg("hasMoreElements")}
    assert onwards
    assert all(f"?{query}" in lab.site._cursors for query in onwards)


@pytest.mark.parametrize("cursor", ["@evil.example/", "//evil.example", "?a=b#c", "?a b", "?ü"])
def test_a_cursor_that_leads_elsewhere_is_not_followed(lab: Lab, cursor: str) -> None:
    import json

    place = json.dumps({"at": lab.clock.time // 1000 - 60, "width": 1, "page": cursor})
    asked = len(lab.site.log)
    with pytest.raises(SchemaSurprise):
        lab.pull("orders", place)
    assert len(lab.site.log) == asked


def test_what_is_left_of_the_limit_is_learnt(lab: Lab) -> None:
    lab.pull("orders")
    assert ("asking", 900.0) in lab.quota.learnt


def test_charges_of_a_refund_are_negative_with_their_tax_beside(lab: Lab) -> None:
    command = refund(lab)
    lab.connect().send(command, lambda: None)
    total = 0.0
    for line in sent(lab)["orderRefund"]["orderLines"]["orderLine"]:
        for one in line["refunds"]["refund"][0]["refundCharges"]["refundCharge"]:
            assert one["refundReason"] == "Merchandise not received"
            assert one["charge"]["chargeAmount"]["amount"] < 0 > one["charge"]["tax"]["taxAmount"]["amount"]
            total += one["charge"]["chargeAmount"]["amount"] + one["charge"]["tax"]["taxAmount"]["amount"]
    assert total == pytest.approx(-command.amount.minor / 100)


def test_a_positive_charge_is_refused_there(lab: Lab) -> None:
    """As a client would send it that forgot the minus."""
    command, connector = refund(lab), lab.connect()
    connector.send(command, lambda: None)
    request = next(r for r in reversed(lab.site.log) if r.path.endswith("/refund"))
    body = request.body.replace(b'"amount":-', b'"amount":')
    answer = lab.site.answer(Request("POST", request.path, (), "", request.headers, body))
    assert answer.status == 400
    assert b"must be negative" in answer.body


def test_nothing_is_paid_back_twice_nor_more_than_is_left(lab: Lab) -> None:
    command = refund(lab)
    order = lab.market.order(command.order_id)
    assert order is not None
    lab.connect().send(command, lambda: None)
    none = command.amount - command.amount
    wrong = (command, replace(command, key="a", amount=order.total), replace(command, key="b", amount=none),
             replace(command, key="c", amount=Money("EUR", 1)), replace(command, key="d", lines=(("1", Money("USD", 1)),)),
             replace(command, key="e", lines=(("99", command.amount),)))  # fmt: skip
    for one in wrong:
        with pytest.raises(Permanent):
            lab.connect().send(one, lambda: None)
    assert len(order.refunds) == 1
    rest = replace(command, key="f", amount=order.total - command.amount)
    lab.connect().send(rest, lambda: None)
    assert order.refunded == order.total


def test_what_has_not_left_is_not_paid_back(lab: Lab) -> None:
    new = next(o for o in lab.market.orders if o.status == "processing")
    with pytest.raises(Permanent, match="cancelled in Seller Center"):
        lab.connect().send(Refund("k", new.id, new.total, "Others"), lambda: None)


def test_a_return_paid_back_in_part_stays_open_and_is_not_repeated(lab: Lab) -> None:
    case = next(c for c in lab.site.returns() if c.state == "requested")
    case.order.lines = (replace(case.order.lines[0], quantity=3), *case.order.lines[1:])
    lab.site.partial[case.id] = 1
    record = lab.connect().fetch("case", case.id)[0]
    assert isinstance(record, CaseRecord)
    assert record.open
    command = Refund("k", case.order.id, case.amount, "Others", case_id=case.id)
    with pytest.raises(OutcomeUnknown):
        lab.connect().find(command)
    with pytest.raises(Permanent, match="paid back already"):
        lab.connect().send(command, lambda: None)


def test_a_return_is_paid_back_whole_or_not_at_all(lab: Lab) -> None:
    command = refund(lab, "refunds:return")
    for wrong in (replace(command, amount=command.amount - Money("USD", 1)), replace(command, order_id="1")):
        with pytest.raises(Permanent):
            lab.connect().send(wrong, lambda: None)


def unwanted(lab: Lab) -> Any:
    return next(o for o in lab.market.orders if o.status == "processing" and lab.site.wish(o))


def test_a_wish_to_cancel_comes_as_a_case_and_can_be_granted_once(lab: Lab) -> None:
    order = unwanted(lab)
    told = lab.connect().fetch("case", order.id)
    case = next(r for r in told if isinstance(r, CaseRecord))
    assert (case.kind, case.order_id, case.open, case.allowed) == ("cancellation", order.id, True, ("approve",))
    assert (case.lines, case.opened_at) == (("1",), lab.site.moved(order))
    command = Decide("k", order.id, "cancellation", "approve")
    lab.connect().send(command, lambda: None)
    (line,) = sent(lab)["orderCancellation"]["orderLines"]["orderLine"]
    assert line["orderLineStatuses"]["orderLineStatus"][0]["cancellationReason"] == "CUSTOMER_REQUESTED_SELLER_TO_CANCEL"
    assert not next(r for r in lab.connect().fetch("case", order.id) if isinstance(r, CaseRecord)).open
    with pytest.raises(Permanent, match="no longer open"):
        lab.connect().send(command, lambda: None)


def test_a_wish_to_cancel_is_declined_by_shipping(lab: Lab) -> None:
    order, passed = unwanted(lab), list[int]()
    with pytest.raises(Permanent, match="ship the order"):
        lab.connect().send(Decide("k", order.id, "cancellation", "decline"), lambda: passed.append(1))
    assert not passed
    lab.connect().send(Ship("k", order.id, "UPS", "1Z999", lab.clock.time - HOUR), lambda: None)
    assert sent(lab)["orderShipment"]["orderLines"]["orderLine"][0]["intentToCancelOverride"] is True
    with pytest.raises(Permanent, match="otherwise"):
        lab.connect().find(Decide("k", order.id, "cancellation", "approve"))


@pytest.mark.parametrize("said", ["", "false", "NO", "None"])
def test_no_wish_is_no_case(lab: Lab, said: str) -> None:
    raw: Any = parse_json(as_bytes(lab.site._shown_order(unwanted(lab))))
    raw["orderLines"]["orderLine"][0]["intentToCancel"] = said
    assert len(mapping.records(raw)) == 1


def test_a_carrier_walmart_does_not_know_goes_by_its_own_name(lab: Lab) -> None:
    command = lab.case.commands(lab)["tracking"]
    assert isinstance(command, Ship)
    lab.connect().send(replace(command, courier="Bike Post"), lambda: None)
    line = sent(lab)["orderShipment"]["orderLines"]["orderLine"][0]
    assert line["orderLineStatuses"]["orderLineStatus"][0]["trackingInfo"]["carrierName"] == {"otherCarrier": "Bike Post"}
    with pytest.raises(Permanent, match="already"):
        lab.connect().send(command, lambda: None)


def test_an_orders_fields(lab: Lab) -> None:
    order = next(o for o in lab.market.orders if o.status == "delivered")
    (record,) = lab.connect().fetch("order", order.id)
    assert isinstance(record, OrderRecord)
    parcel = record.parcels[0]
    assert (record.remote_id, record.number, record.total, record.country) == (order.id, order.number, order.total, "US")
    assert (record.buyer.id, record.buyer.name, record.status) == (order.buyer.address, order.buyer.name, "Delivered")
    assert (record.placed_at, record.updated_at) == (order.placed_at, order.updated_at)
    assert (parcel.tracking, parcel.status) == (order.parcels[0].tracking, "delivered")
    assert [(n.sku, n.quantity, n.price) for n in record.lines] == [(i.sku, i.quantity, i.price) for i in order.lines]


def test_an_order_without_lines_or_a_time_cannot_be_read() -> None:
    for raw in ({"purchaseOrderId": "1", "customerOrderId": "2", "orderDate": 1_568_466_571_000}, {"orderDate": "soon"}):
        with pytest.raises(Unreadable):
            mapping.order(raw)


def test_every_request_is_one_walmart_documents(root: Path) -> None:
    folder = root.parent / "shared" / "reference" / "specs" / "walmart"
    if not folder.is_dir():
        pytest.skip("no documents: ../shared/reference/specs/walmart is not beside this checkout")
    documents = [Document(folder / f"us-mp-{name}.json", "") for name in ("orders", "returns", "auth")]
    problems: set[str] = set()
    for deed in CASE.acts:
        with opened(CASE) as lab:
            for stream in CASE.streams:
                lab.pull(stream)
            lab.connect().test()
            lab.connect().send(CASE.commands(lab)[deed], lambda: None)
            for request in lab.site.log:
                wrong = min((d.wrong(request) for d in documents), key=lambda w: (any("no such call" in x for x in w), len(w)))
                # The document's copy of 2023 gives the body of a shipment the parts of a refund.
                problems |= set() if request.path.endswith("/shipping") else set(wrong)
    assert not problems
