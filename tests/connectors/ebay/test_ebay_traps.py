"""Where eBay is not as one would think."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.contract import (
    CaseRecord,
    Decide,
    MessageRecord,
    OutcomeUnknown,
    Permanent,
    Refund,
    SendReply,
    Ship,
    Temporary,
    Throttled,
)
from connectors.ebay.deeds import carrier_code, plain_tracking
from connectors.sandbox.ebay_shapes import username
from store.values import DAY, HOUR, MINUTE, Money
from tests.connectors.suite import SINCE, Lab, name_of, names


def asked(lab: Lab, path: str) -> list[dict[str, str]]:
    return [dict(r.query) for r in lab.site.log if r.path == path]


def refund_of(lab: Lab) -> Refund:
    command = lab.case.commands(lab)["refunds"]
    assert isinstance(command, Refund)
    return command


def test_a_dispute_is_contested_only_with_what_it_rests_on(lab: Lab) -> None:
    """Said once, nothing can be added: so it is looked for before."""
    contest = lab.case.commands(lab)["returns:contest"]
    assert isinstance(contest, Decide)
    had = set(lab.site.cases.evidence)
    lab.site.cases.evidence.clear()
    with pytest.raises(Permanent, match="evidence before a dispute is contested"):
        lab.connect().send(contest, lambda: pytest.fail("it was too late"))
    lab.site.cases.evidence |= had
    with pytest.raises(Permanent, match="at most 1,000 characters"):
        lab.connect().send(replace(contest, note="x" * 1_001), lambda: pytest.fail("it was too late"))
    lab.connect().send(replace(contest, note="It was delivered."), lambda: None)
    (sent,) = [r.json() for r in lab.site.log if r.path.endswith("/contest")]
    assert sent == {"revision": 1, "note": "It was delivered."}


def test_the_kind_of_conversation_is_always_said(lab: Lab) -> None:
    lab.pull("messages")
    found = [r for r in lab.site.log if "/commerce/message/v1/conversation" in r.path]
    assert len(found) > 10
    assert all(r.arg("conversation_type") == "FROM_MEMBERS" for r in found)


def test_eBays_own_notices_come_when_wanted_though_it_looks_at_no_time(lab: Lab) -> None:
    since = lab.clock.time - 50 * DAY
    connector = lab.connect(notices=True)
    assert "notices" in connector.streams()
    lab.site.page_cap = 2
    records = [r for page in connector.pull("notices", "", since=since) for r in page.records]
    fresh = [n for n in lab.site.messages.notices if n[2] >= since]
    assert 0 < len(fresh) < len(lab.site.messages.notices)
    assert names(records) == {f"message:{n[0]}1" for n in fresh}
    assert all(isinstance(r, MessageRecord) and r.author == "eBay" for r in records)
    assert "notices" not in lab.connect().streams()


def test_post_order_wants_a_scheme_of_its_own(lab: Lab) -> None:
    lab.pull("cases")
    schemes = {r.path.split("/")[1]: r.headers["authorization"].split()[0] for r in lab.site.log if "oauth2" not in r.path}
    assert schemes == {"post-order": "IAF", "sell": "Bearer"}


def test_cancellations_are_those_of_buyers(lab: Lab) -> None:
    lab.pull("cases")
    assert {q["role"] for q in asked(lab, "/post-order/v2/cancellation/search")} == {"BUYER"}


def test_a_search_goes_in_windows_of_ninety_days(lab: Lab) -> None:
    lab.pull("cases", since=lab.clock.time - 200 * DAY)
    assert len(asked(lab, "/post-order/v2/return/search")) == 3
    records, _ = lab.pull("cases", since=lab.clock.time - 5000 * DAY)
    assert names(records) == set(lab.case.expected(lab, lab.clock.time - 500 * DAY)["cases"])


def test_a_case_that_changes_is_seen_within_the_quarter_hour(lab: Lab) -> None:
    """Searches only know when a case was opened."""
    _, cursor = lab.pull("cases")
    case = next(c for c in lab.market.cases if c.kind == "return" and c.state == "requested")
    lab.clock.time += 5 * MINUTE
    lab.market.decide(case, "approved")
    soon, cursor = lab.pull("cases", cursor)
    assert not soon
    lab.clock.time += 15 * MINUTE
    later, _ = lab.pull("cases", cursor)
    states = {r.order_id: r.state for r in later if isinstance(r, CaseRecord)}
    assert states[case.order.number] == "READY_FOR_SHIPPING"


def test_what_leaves_the_window_hides_nothing(lab: Lab) -> None:
    """An order changed while pages are read moves all behind it one place forward."""
    lab.site.page_cap = 10
    wanted = names(lab.pull("orders")[0])
    seen: set[str] = set()
    for n, page in enumerate(lab.connect().pull("orders", "", since=SINCE)):
        seen |= {name_of(r) for r in page.records}
        if n == 1:
            first = sorted(lab.market.orders, key=lambda o: -o.placed_at)[:3]
            for order in first:
                order.updated_at = lab.clock.time
    assert seen == wanted


def test_an_order_is_not_asked_for_in_eBays_future(lab: Lab) -> None:
    lab.site.skew = -30_000
    assert lab.pull("orders")[0]
    lab.site.skew = -10 * MINUTE
    with pytest.raises(Permanent, match="clock"):
        lab.pull("orders")


def test_a_missing_scope_says_so(lab: Lab) -> None:
    lab.site.granted.discard("https://api.ebay.com/oauth/api_scope/sell.finances")
    with pytest.raises(Permanent, match="scope"):
        lab.connect().send(refund_of(lab), lambda: None)
    assert lab.pull("orders")[0]


def test_a_refund_is_pending_first_and_then_settled(lab: Lab) -> None:
    command, connector = refund_of(lab), lab.connect()
    receipt = connector.send(command, lambda: None)
    assert "later" in receipt.warning
    found = connector.find(command)
    assert found is not None
    assert found.remote_id == receipt.remote_id


def test_a_refund_that_failed_later_did_not_happen(lab: Lab) -> None:
    lab.site.orders.fail_refunds = True
    command, connector = refund_of(lab), lab.connect()
    connector.send(command, lambda: None)
    assert connector.find(command) is not None
    lab.clock.time += HOUR
    assert connector.find(command) is None


def test_a_second_refund_waits_for_the_first(lab: Lab) -> None:
    command, connector = refund_of(lab), lab.connect()
    connector.send(command, lambda: None)
    with pytest.raises(Temporary):
        connector.send(replace(command, key="k99", amount=Money(command.amount.currency, 100)), lambda: None)
    assert lab.case.done(lab, "refunds", command) == 1


def test_an_older_refund_of_the_same_sum_is_not_taken_for_this_one(lab: Lab) -> None:
    command, connector = refund_of(lab), lab.connect()
    connector.send(command, lambda: None)
    lab.clock.time += HOUR
    again = replace(command, key="k98")
    lab.fault("drop", lab.case.acts["refunds"])
    with pytest.raises(OutcomeUnknown):
        connector.send(again, lambda: None)
    assert connector.find(again) is None
    with pytest.raises(OutcomeUnknown, match="look whether"):
        lab.connect().find(again)


@pytest.mark.parametrize(("minor", "currency", "why"), [(10**9, "", "left"), (0, "", "more than nothing"),
                                                        (100, "XAF", "order is in")])  # fmt: skip
def test_a_refund_that_cannot_be_is_refused_before_it_leaves(lab: Lab, minor: int, currency: str, why: str) -> None:
    command, passed = refund_of(lab), list[int]()
    wrong = replace(command, amount=Money(currency or command.amount.currency, minor))
    with pytest.raises(Permanent, match=why):
        lab.connect().send(wrong, lambda: passed.append(1))
    assert not passed


def test_a_refund_can_be_split_over_lines(lab: Lab) -> None:
    command = refund_of(lab)
    order = next(o for o in lab.market.orders if o.number == command.order_id)
    line = f"1008{order.id}00"
    with pytest.raises(Permanent, match="add up"):
        lab.connect().send(replace(command, lines=((line, Money(command.amount.currency, 1)),)), lambda: None)
    lab.connect().send(replace(command, lines=((line, command.amount),)), lambda: None)
    assert order.refunded == command.amount


def test_a_decided_case_is_not_decided_again(lab: Lab) -> None:
    command, connector = lab.case.commands(lab)["returns:approve"], lab.connect()
    assert isinstance(command, Decide)
    connector.send(command, lambda: None)
    with pytest.raises(Permanent, match="any more"):
        connector.send(command, lambda: None)
    with pytest.raises(OutcomeUnknown):
        connector.find(replace(command, decision="decline"))


def test_a_call_eBay_took_away_is_a_refusal_and_no_crash(lab: Lab) -> None:
    lab.site.removed.append(r"POST /post-order/v2/return/\d+/decide")
    with pytest.raises(Permanent, match="404"):
        lab.connect().send(lab.case.commands(lab)["returns:approve"], lambda: None)
    assert lab.pull("cases")[0]


def test_the_same_words_said_earlier_are_not_this_reply(lab: Lab) -> None:
    thread = lab.market.threads[0]
    lab.market.answer(thread, "Thank you!")
    lab.clock.time += HOUR
    command = SendReply("k", "<k@shop.example>", (username(thread.buyer),), "", "Thank you!", thread_id=thread.id,
                        at=lab.clock.time)  # fmt: skip
    assert lab.connect().find(command) is None


def test_a_parcel_goes_with_all_lines_and_a_carrier_eBay_knows(lab: Lab) -> None:
    command = lab.case.commands(lab)["tracking"]
    assert isinstance(command, Ship)
    lab.connect().send(command, lambda: None)
    body = next(r.json() for r in lab.site.log if r.method == "POST" and r.path.endswith("shipping_fulfillment"))
    order = next(o for o in lab.market.orders if o.number == command.order_id)
    assert (body["shippingCarrierCode"], body["trackingNumber"]) == ("DHL", "JJD00998877")
    assert [n["quantity"] for n in body["lineItems"]] == [n.quantity for n in order.lines]
    assert carrier_code("Royal Mail") == "RoyalMail"
    assert carrier_code(" Bring Parcels ") == "Bring Parcels"
    assert plain_tracking("JJD 00-99/88") == "JJD009988"
    assert plain_tracking("J#D") == ""


def test_a_days_calls_used_up_is_throttled_and_a_header_is_learnt_from(lab: Lab) -> None:
    lab.site.daily["commerce.feedback"] = 1
    lab.pull("reviews")
    with pytest.raises(Throttled):
        lab.pull("reviews")
    lab.site.daily.clear()
    lab.change_answers(lambda request, response: replace(
        response, headers={**response.headers, "x-ebay-c-ratelimit-remaining": "7"}))  # fmt: skip
    lab.pull("reviews")
    assert ("commerce.feedback", 7.0) in lab.quota.learnt
