"""What is special about WooCommerce: nonces, hosts that answer in HTML, gateways that refuse, notes and taxes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.contract import OutcomeUnknown, Permanent, Refund, SchemaSurprise, SendReply, Temporary
from connectors.sandbox.woocommerce_shapes import gateway_of
from store.values import DAY, HOUR, Money
from tests.connectors.suite import Lab, names
from tests.connectors.woocommerce.case import ROOT


def reply(lab: Lab) -> SendReply:
    command = lab.case.commands(lab)["reply"]
    assert isinstance(command, SendReply)
    return command


def refund(lab: Lab, deed: str = "refunds") -> Refund:
    command = lab.case.commands(lab)[deed]
    assert isinstance(command, Refund)
    return command


def test_a_question_repeated_after_a_lost_answer_is_signed_anew(lab: Lab) -> None:
    """The shop saw the nonce of the first try, so its repetition is refused; that is no dead key."""
    whole, _ = lab.pull("orders")
    lab.fault("lost", rf"^GET {ROOT}/orders$")
    again, _ = lab.pull("orders")
    assert names(again) == names(whole)


def test_a_nonce_is_never_used_twice(lab: Lab) -> None:
    lab.pull("orders")
    lab.pull("reviews")
    nonces = [request.arg("oauth_nonce") for request in lab.site.log]
    assert len(set(nonces)) == len(nonces) > 3


def test_maintenance_in_html_is_temporary(lab: Lab) -> None:
    lab.fault("status", times=9, status=503)
    with pytest.raises(Temporary, match="out of order"):
        lab.pull("orders")


def test_a_list_without_its_totals_is_no_answer(lab: Lab) -> None:
    lab.site.totals = False
    with pytest.raises(SchemaSurprise, match="X-WP-TotalPages"):
        lab.pull("orders")


def test_every_question_is_in_utc_and_within_the_limit(lab: Lab) -> None:
    lab.pull("orders")
    for request in lab.site.log:
        assert request.arg("dates_are_gmt") == "true"
        assert request.arg("orderby") == "modified"
        assert int(request.arg("per_page")) <= 100


@pytest.mark.parametrize("hours", [-11, 14])
def test_reviews_come_whatever_time_the_shop_keeps(lab: Lab, hours: int) -> None:
    lab.site.zone_ms = hours * HOUR
    since = lab.clock.time - 12 * DAY
    records, _ = lab.pull("reviews", since=since)
    assert names(records) == set(lab.case.expected(lab, since)["reviews"])


def test_a_gateway_that_refuses_leaves_the_order_as_it_was(lab: Lab) -> None:
    """The shop says so as if it broke down, so it is looked for, and surely not there."""
    lab.site.gateway_refuses = True
    command, before = refund(lab), lab.state()
    with pytest.raises(OutcomeUnknown):
        lab.connect().send(command, lambda: None)
    assert lab.state() == before
    assert lab.connect().find(command) is None


def test_a_way_of_paying_that_knows_no_way_back_is_refused_before(lab: Lab) -> None:
    order = next(o for o in lab.market.orders if gateway_of(o) == "bacs")
    passed: list[int] = []
    with pytest.raises(Permanent, match="Bacs cannot pay back by itself"):
        lab.connect().send(Refund("k9", order.id, order.total, "OTHER"), lambda: passed.append(1))
    assert not passed


def test_a_refund_of_the_same_amount_made_elsewhere_is_no_answer(lab: Lab) -> None:
    command = refund(lab)
    order = lab.market.order(command.order_id)
    assert order is not None
    lab.market.refund(order, "by hand", command.amount)
    with pytest.raises(OutcomeUnknown, match="does not tell who made it"):
        lab.connect().find(command)


def test_no_more_is_paid_back_than_is_left_and_nothing_twice(lab: Lab) -> None:
    command = refund(lab)
    order = lab.market.order(command.order_id)
    assert order is not None
    lab.connect().send(command, lambda: None)
    nothing, double = command.amount - command.amount, command.amount + command.amount
    wrong = (command, replace(command, key="k8", amount=order.total), replace(command, key="k7", amount=Money("XXX", 1)),
             replace(command, key="k6", amount=nothing),
             replace(command, key="k5", lines=((f"{order.id}1", double),)))  # fmt: skip
    for one in wrong:
        with pytest.raises(Permanent):
            lab.connect().send(one, lambda: None)
    assert len(order.refunds) == 1


def test_a_lines_refund_is_split_into_price_and_tax(lab: Lab) -> None:
    command = refund(lab, "refunds:lines")
    lab.connect().send(command, lambda: None)
    body = next(r for r in reversed(lab.site.log) if r.method == "POST").json()
    (line,) = body["line_items"]
    tax = sum(t["refund_total"] for t in line["refund_tax"])
    assert line["refund_total"] + tax == pytest.approx(float(body["amount"]))
    assert tax > 0
    assert (body["api_refund"], body["api_restock"], line["quantity"]) == (True, False, 0)


def test_words_go_to_the_buyer_of_that_order_only(lab: Lab) -> None:
    command = reply(lab)
    other = next(o for o in lab.market.orders if o.buyer.address != command.to[0])
    with pytest.raises(Permanent, match="of another buyer"):
        lab.connect().send(replace(command, order_id=other.id), lambda: None)
    with pytest.raises(Permanent, match="with an order only"):
        lab.connect().send(replace(command, order_id=""), lambda: None)


def test_a_note_is_for_the_customer_and_an_older_one_is_not_taken_for_it(lab: Lab) -> None:
    command = reply(lab)
    lab.connect().send(command, lambda: None)
    assert next(r for r in reversed(lab.site.log) if r.method == "POST").json()["customer_note"] is True
    lab.clock.time += HOUR
    assert lab.connect().find(replace(command, at=lab.clock.time)) is None
    assert lab.connect().find(command) is not None


def test_a_key_that_may_only_read_does_nothing(lab: Lab) -> None:
    lab.site.permission = "read"
    before = lab.state()
    with pytest.raises(Exception, match="does not have write permissions"):
        lab.connect().send(reply(lab), lambda: None)
    assert lab.state() == before
