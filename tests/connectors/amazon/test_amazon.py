"""What is Amazon's own: quotas of minutes, reports that fail, feeds without a key, forms of message, places that end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.amazon import reports
from connectors.contract import (
    CaseRecord,
    Decide,
    File,
    OrderRecord,
    OutcomeUnknown,
    Permanent,
    Refund,
    SendReply,
    Ship,
    Temporary,
    Throttled,
)
from connectors.registry import connect
from connectors.sandbox.amazon import AmazonSite
from connectors.sandbox.web import served
from store.values import HOUR, MINUTE, Money
from tests.connectors.amazon.swagger import ELSEWHERE, SPECS, faults
from tests.connectors.suite import SINCE, Lab

INVOICE = File("Rechnung 17.pdf", "application/pdf", b"%PDF-1.7 ...")


def nothing() -> None:
    """No point of no return to note."""


def form(lab: Lab, **values: str) -> SendReply:
    order = lab.market.orders[-1].number
    return SendReply("k", "<k@shop.example>", (), values.get("subject", ""), values.get("text", "It comes a day later."),
                     order_id=order, thread_id=values.get("thread_id", ""))  # fmt: skip


def test_every_request_is_one_the_specification_knows(lab: Lab) -> None:
    if not SPECS.exists():
        pytest.skip("../shared/reference/specs is not here")
    lab.site.page_cap = 20
    for stream in lab.connect().streams():
        lab.pull(stream)
    for deed, command in lab.case.commands(lab).items():
        lab.connect().send(command, nothing)
        if deed not in lab.case.cannot_tell:
            lab.connect().find(command)
    for subject in ("", "productReviewAndSellerFeedback"):
        lab.connect().send(form(lab, subject=subject), nothing)
    lab.connect().send(replace(form(lab, subject="invoice", text=" "), files=(INVOICE,)), nothing)
    lab.connect().send(replace(form(lab, subject="digitalAccessKey"), files=(INVOICE,), lang="en"), nothing)
    lab.connect().fetch("order", lab.market.orders[0].number)
    lab.connect().test()
    asked = [r for r in lab.site.log if not ELSEWHERE.match(r.path)]
    assert len({(r.method, r.path.split("/")[1]) for r in asked}) >= 9
    for request in asked:
        assert faults(request) == [], (request.method, request.path)


# Orders ---------------------------------------------------------------------------------------------


def test_an_order_tells_all_the_desk_wants(lab: Lab) -> None:
    known = next(o for o in lab.market.orders if o.parcels and not lab.site.orders.wish(o))
    (record,) = lab.connect().fetch("order", known.number)
    assert isinstance(record, OrderRecord)
    assert (record.number, record.total, record.status) == (known.number, known.total, "SHIPPED")
    assert (record.buyer.id, record.buyer.name) == (known.buyer.address.lower(), known.buyer.name)
    assert (record.buyer.lang, record.country) == ("de", known.buyer.country)
    assert [(n.sku, n.quantity, n.price) for n in record.lines] == [(n.sku, n.quantity, n.price) for n in known.lines]
    assert [p.tracking for p in record.parcels] == [p.tracking for p in known.parcels]


def test_a_wish_to_cancel_is_a_case(lab: Lab) -> None:
    known = next(o for o in lab.market.orders if lab.site.orders.wish(o))
    _, case = lab.connect().fetch("order", known.number)
    assert isinstance(case, CaseRecord)
    assert (case.kind, case.order_id, case.lines) == ("cancellation", known.number, (f"{known.id}00",))


def test_a_place_older_than_a_day_is_begun_anew(lab: Lab) -> None:
    lab.site.page_cap = 5
    first = next(iter(lab.connect().pull("orders", "", since=SINCE)))
    lab.clock.time += 25 * HOUR
    rest, _ = lab.pull("orders", first.cursor)
    assert {r.remote_id for r in rest if isinstance(r, OrderRecord)} >= {o.number for o in lab.market.orders_since(SINCE)}


def test_a_place_amazon_forgot_is_begun_anew(lab: Lab) -> None:
    lab.site.page_cap = 5
    first = next(iter(lab.connect().pull("orders", "", since=SINCE)))
    lab.site.orders.places.clear()
    rest, _ = lab.pull("orders", first.cursor)
    assert {r.remote_id for r in rest if isinstance(r, OrderRecord)} >= {o.number for o in lab.market.orders_since(SINCE)}


def test_the_quota_of_a_search_is_one_call_in_three_minutes(lab: Lab) -> None:
    lab.site.limited, lab.site.page_cap = True, 2
    with pytest.raises(Throttled):
        lab.pull("orders")
    assert [name for name, _ in lab.quota.taken].count("searchOrders") >= 20
    lab.clock.time += 4 * MINUTE
    next(iter(lab.connect().pull("orders", "", since=SINCE)))


def test_a_token_ends_after_an_hour(lab: Lab) -> None:
    lab.connect().fetch("order", lab.market.orders[0].number)
    lab.clock.time += HOUR
    lab.connect().fetch("order", lab.market.orders[0].number)
    assert lab.tokens.renewals == 2


@pytest.mark.parametrize("given", ["", "A1XX", "ATVPDKIKX0DER A1PA6795UKMFR9"])
def test_marketplaces_are_known_and_of_one_region(lab: Lab, given: str) -> None:
    with pytest.raises(ValueError, match="marketplaces"):
        connect("amazon", {**lab.settings, "marketplaces": given}, lab.ports)


# Reports --------------------------------------------------------------------------------------------


def test_a_return_tells_all_the_desk_wants(lab: Lab) -> None:
    records, _ = lab.pull("cases")
    known = next(c for c in lab.site.papers.returned(SINCE, lab.clock.time) if c.state == "requested")
    record = next(r for r in records if isinstance(r, CaseRecord) and r.remote_id == f"D{known.id}RRMA")
    assert (record.kind, record.order_id, record.state, record.open) == ("return", known.order.number, "PendingApproval", True)
    assert (record.amount, record.reason) == (known.amount, f"CR-{known.trouble.upper()}")
    assert record.lines == (known.order.lines[0].sku,)


def test_a_return_of_several_items_is_one_case_whatever_the_order_of_its_rows() -> None:
    def row(sku: str, amount: str, resolution: str = "") -> dict[str, str]:
        return {"order id": "306-1234567-1234567", "return request date": "03-Nov-2025", "return request status": "Approved",
                "amazon rma id": "D1RRMA", "currency code": "EUR", "merchant sku": sku, "refunded amount": amount,
                "return reason": "CR-DEFECTIVE", "resolution": resolution}  # fmt: skip

    told = [reports.returned(r) for r in (row("B", "5.00", "StandardRefund"), row("A", "7.50"))]
    (case,) = reports.whole_returns(told)
    assert reports.whole_returns(told[::-1]) == [case]
    assert isinstance(case, CaseRecord)
    assert (case.lines, case.amount, case.open) == (("A", "B"), Money("EUR", 1250), True)


def test_a_slow_report_is_gone_on_with_by_the_next_pull(lab: Lab) -> None:
    lab.site.papers.slow = 8
    pages = list(lab.connect().pull("cases", "", since=SINCE))
    assert [p.records for p in pages] == [()]
    assert not pages[-1].more
    lab.site.papers.slow = 0
    records, _ = lab.pull("cases", pages[-1].cursor)
    assert len(records) == len(lab.site.papers.returned(SINCE, lab.clock.time))
    assert len(lab.site.papers.reports) == 3  # one for each window of 30 days: the slow one was not asked for again


def test_a_cancelled_report_is_empty_and_a_fatal_one_is_asked_for_again_later(lab: Lab) -> None:
    lab.site.papers.ends = "CANCELLED"
    assert lab.pull("cases")[0] == []
    lab.site.papers.ends = "FATAL"
    with pytest.raises(Temporary):
        lab.pull("cases")
    lab.site.papers.ends = "DONE"
    assert lab.pull("cases")[0]


def test_a_report_that_turns_fatal_between_pulls_is_asked_for_anew(lab: Lab) -> None:
    lab.site.papers.slow, lab.site.papers.ends = 8, "FATAL"
    (page,) = lab.connect().pull("cases", "", since=SINCE)
    lab.site.papers.slow, lab.site.papers.ends = 0, "DONE"
    assert lab.pull("cases", page.cursor)[0]


def test_a_report_may_come_unpacked(lab: Lab) -> None:
    packed, _ = lab.pull("cases")
    lab.site.papers.zipped = False
    assert lab.pull("cases")[0] == packed


def test_servers_of_documents_are_told_no_token(lab: Lab) -> None:
    lab.pull("cases")
    lab.connect().send(lab.case.commands(lab)["refunds"], nothing)
    told = [r for r in lab.site.log if r.path.startswith("/documents/")]
    assert {r.method for r in told} == {"GET", "PUT"}
    assert not any("access" in name or "authorization" in name for r in told for name in r.headers)


# Refunds --------------------------------------------------------------------------------------------


def refund(lab: Lab) -> Refund:
    made = lab.case.commands(lab)["refunds"]
    assert isinstance(made, Refund)
    return made


def test_one_refund_is_in_flight_at_a_time(lab: Lab) -> None:
    command = refund(lab)
    lab.site.papers.slow = 50
    receipt = lab.connect().send(command, nothing)
    assert "later" in receipt.warning
    passed: list[int] = []
    with pytest.raises(Temporary, match="earlier refund"):
        lab.connect().send(replace(command, key="again"), lambda: passed.append(1))
    assert not passed


def test_a_feed_that_amazon_refuses_is_a_refusal(lab: Lab) -> None:
    lab.site.papers.refuse = 1
    with pytest.raises(Permanent, match="refused"):
        lab.connect().send(refund(lab), nothing)


@pytest.mark.parametrize(("ends", "fault"), [("CANCELLED", Permanent), ("FATAL", OutcomeUnknown)])
def test_how_a_feed_ends(lab: Lab, ends: str, fault: type[Exception]) -> None:
    lab.site.papers.ends = ends
    with pytest.raises(fault):
        lab.connect().send(refund(lab), nothing)


def test_orders_amazon_sends_itself_are_not_refunded_from_here(lab: Lab) -> None:
    command = refund(lab)
    lab.site.orders.amazon.add(command.order_id)
    with pytest.raises(Permanent, match="only Amazon"):
        lab.connect().send(command, nothing)


def test_a_refund_that_cannot_be_is_refused_before_it_leaves(lab: Lab) -> None:
    command = refund(lab)
    order = lab.market.order(command.order_id)
    assert order
    one = Money(order.total.currency, 1)
    wrong = [
        replace(command, amount=replace(order.total, minor=order.total.minor + 1)), replace(command, amount=Money("XAF", 1)),
        replace(command, lines=((f"{order.id}00", one),)), replace(command, amount=one, lines=(("nowhere", one),)),
    ]  # fmt: skip
    for each in wrong:
        passed: list[int] = []
        with pytest.raises(Permanent):
            lab.connect().send(each, lambda seen=passed: seen.append(1))  # type: ignore[misc]
        assert not passed
    assert not order.refunds


# Parcels and messages -------------------------------------------------------------------------------


def test_a_parcel_known_already_is_not_confirmed_again(lab: Lab) -> None:
    command = lab.case.commands(lab)["tracking"]
    assert isinstance(command, Ship)
    lab.connect().send(command, nothing)
    with pytest.raises(Permanent, match="already"):
        lab.connect().send(command, nothing)
    with pytest.raises(Permanent, match="no item"):
        lab.connect().send(replace(command, tracking="JJD2", lines=(("nowhere", 1),)), nothing)


def test_a_form_of_message_goes_out_by_its_order(lab: Lab) -> None:
    order = lab.market.orders[-1].number
    lab.connect().send(form(lab), nothing)
    lab.connect().send(form(lab, subject="confirmOrderDetails"), nothing)
    lab.connect().send(form(lab, subject="productReviewAndSellerFeedback"), nothing)
    assert [(name, kind) for name, kind, _ in lab.site.orders.sent] == [
        (order, "unexpectedProblem"), (order, "confirmOrderDetails"), (order, "productReviewAndSellerFeedback"),
    ]  # fmt: skip
    with pytest.raises(OutcomeUnknown):
        lab.connect().find(form(lab))


def test_a_form_that_is_not_offered_is_refused_before_it_leaves(lab: Lab) -> None:
    lab.site.orders.forms.discard("unexpectedProblem")
    passed: list[int] = []
    with pytest.raises(Permanent, match="not offer"):
        lab.connect().send(form(lab), lambda: passed.append(1))
    assert not passed


@pytest.mark.parametrize("text", ["", "x" * 2_001, "See <b>this</b>", "Write to me@shop.example", "See https://shop.example"])
def test_what_a_form_does_not_take_is_refused(lab: Lab, text: str) -> None:
    with pytest.raises(Permanent):
        lab.connect().send(form(lab, text=text), nothing)
    assert not lab.site.orders.sent


def test_an_invoice_goes_out_as_a_file_and_its_server_is_told_no_token(lab: Lab) -> None:
    lab.connect().send(replace(form(lab, subject="invoice", text=" "), files=(INVOICE,)), nothing)
    assert list(lab.site.orders.attached.values()) == [INVOICE.data]
    (put,) = [r for r in lab.site.log if r.path.startswith("/documents/")]
    assert put.headers["content-type"] == "application/pdf"
    assert "x-amz-access-token" not in put.headers
    assert lab.site.log[-1].json()["attachments"] == [{"uploadDestinationId": "attached-0", "fileName": "Rechnung 17.pdf"}]


@pytest.mark.parametrize(
    ("subject", "text", "files"),
    [("invoice", "Your invoice", 1), ("invoice", " ", 0), ("invoice", " ", 6), ("confirmOrderDetails", "See there", 1),
     ("", "See there", 1), ("digitalAccessKey", "x" * 401, 0)],
)  # fmt: skip
def test_files_and_text_a_form_does_not_take_are_refused_before_anything_is_laid(
    lab: Lab, subject: str, text: str, files: int
) -> None:
    command = replace(form(lab, subject=subject), text=text, files=(INVOICE,) * files)
    with pytest.raises(Permanent):
        lab.connect().send(command, nothing)
    assert not lab.site.orders.attached
    assert not lab.site.orders.sent


def test_links_may_stand_with_an_access_key_and_the_language_is_told(lab: Lab) -> None:
    command = form(lab, subject="digitalAccessKey", text="ABCD-1234, see https://shop.example/activate")
    assert lab.connect().send(command, nothing).warning == ""
    wanted = lab.market.orders[-1].buyer.lang
    assert lab.connect().send(replace(command, lang=wanted), nothing).warning == ""
    assert wanted in lab.connect().send(replace(command, lang="xx"), nothing).warning


def test_answers_to_buyers_go_by_relay_mail_only(lab: Lab) -> None:
    with pytest.raises(Permanent, match="relay mail"):
        lab.connect().send(form(lab, thread_id="9000001"), nothing)
    with pytest.raises(Permanent, match="Seller Central"):
        lab.connect().send(Decide("k", "D1RRMA", "return", "approve"), nothing)


# The stand-in refuses what Amazon refuses ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 400), ("createdAfter=2026-01-01T00:00:00Z&lastUpdatedAfter=2026-01-01T00:00:00Z", 400),
     ("lastUpdatedAfter=2026-01-01T00:00:00Z&maxResultsPerPage=101", 400), ("lastUpdatedAfter=yesterday", 400),
     ("lastUpdatedAfter=2026-01-01T00:00:00Z&paginationToken=made-up", 400),
     ("lastUpdatedAfter=2026-01-01T00:00:00Z", 200)],
)  # fmt: skip
def test_searches_the_stand_in_refuses(lab: Lab, query: str, status: int) -> None:
    from connectors.transport import Http

    lab.connect().fetch("order", lab.market.orders[0].number)
    token = lab.tokens.token
    assert token
    http = Http(lab.clock, allow_private=True)
    url = f"{lab.url}/orders/2026-01-01/orders"
    asked = dict(part.split("=") for part in query.split("&") if part)
    assert http.call("GET", url, params=asked, headers={"x-amz-access-token": token.value}).status == status
    assert http.call("GET", url, params=asked).status == 403
    http.close()


def test_a_stand_in_of_another_marketplace_tells_none_of_our_orders(lab: Lab) -> None:
    other = AmazonSite(lab.clock, lab.market, marketplace="A1F83G8C2ARO7P")
    with served(other) as url:
        other.link(url)
        made = lab.case.connect({**lab.settings, "api_url": url, "auth_url": url}, lab.ports, lab.sleeps.append)
        assert [r for page in made.pull("orders", "", since=SINCE) for r in page.records] == []
        made.close()
