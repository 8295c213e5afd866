"""What is done in a shop: refused before it can take effect, done once, found again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.contract import (
    AnswerReview,
    Decide,
    File,
    MarkRead,
    OutcomeUnknown,
    Permanent,
    Refund,
    SendReply,
    Ship,
)
from connectors.sandbox.shopee_shapes import return_sn
from store.values import DAY, HOUR, Money
from tests.connectors.suite import Lab


def never() -> None:
    pytest.fail("the point of no return was passed")


def reply(lab: Lab, text: str = "Hello", **more: object) -> SendReply:
    made = SendReply("k", "<k@shop.example>", (), "", text, at=lab.clock.time, thread_id=lab.market.threads[-1].id)
    return replace(made, **more)  # type: ignore[arg-type]


def test_what_cannot_work_never_reaches_the_point_of_no_return(lab: Lab) -> None:
    commands = lab.case.commands(lab)
    decline, refund = commands["returns:decline"], commands["refunds:offer"]
    assert isinstance(decline, Decide)
    assert isinstance(refund, Refund)
    made = lab.connect()
    closed = next(c for c in lab.market.cases if c.state == "closed" and c.kind != "cancellation")
    for command, why in (
        (reply(lab, "x" * 2_001), "2,000"),
        (reply(lab, "  "), "1 to"),
        (reply(lab, files=(File("a.png", "image/png", b"x"),)), "Files"),
        (reply(lab, thread_id=""), "no conversation"),
        (reply(lab, thread_id="12"), "does not exist"),
        (Ship("k", "1", "DHL", "1", 0), "not found"),
        (Ship("k", lab.market.orders[0].number, "DHL", "1", 0), "does not wait"),
        (AnswerReview("k", "12", "x"), "not exist"),
        (AnswerReview("k", "x", "x"), "does not know"),
        (reply(lab, thread_id="12", to=("5",)), "does not know"),
        (MarkRead("k", "12"), "does not know"),
        (AnswerReview("k", lab.market.reviews[0].id, "x" * 501), "500"),
        (replace(decline, reason=""), "50 Received the item.*51"),
        (replace(decline, reason="52"), "photos"),
        (replace(decline, decision="perhaps"), "approved or declined"),
        (replace(decline, case_id="nothing"), "doesn't exist"),
        (replace(decline, case_id=return_sn(closed), decision="approve"), "no longer be decided: it is CLOSED"),
        (replace(refund, case_id=""), "only through a return"),
        (replace(refund, amount=replace(refund.amount, minor=10**9)), "At most"),
        (replace(refund, amount=replace(refund.amount, minor=0)), "At most"),
        (replace(refund, amount=Money("EUR", 5)), "At most"),
        (Decide("k", lab.market.orders[0].number, "cancellation", "approve"), "no longer open"),
        (Decide("k", "nothing", "cancellation", "approve"), "not found"),
        (Decide("k", lab.market.orders[0].number, "cancellation", "perhaps"), "approved or declined"),
    ):
        with pytest.raises(Permanent, match=why):
            made.send(command, never)


def test_what_shopees_couriers_fetch_is_not_shipped_from_here(lab: Lab) -> None:
    lab.site.own_courier = False
    with pytest.raises(Permanent, match="Seller Centre"):
        lab.connect().send(lab.case.commands(lab)["tracking"], never)


def test_to_decline_shopee_wants_an_address(lab: Lab) -> None:
    with pytest.raises(Permanent, match="e-mail"):
        lab.connect(email="").send(lab.case.commands(lab)["returns:decline"], never)


def test_a_dispute_past_its_deadline_is_refused(lab: Lab) -> None:
    command = lab.case.commands(lab)["returns:decline"]
    lab.clock.time += 10 * DAY
    with pytest.raises(Permanent, match=r"dispute\.rr\.not\.allow"):
        lab.connect().send(command, lambda: None)
    assert lab.connect().find(command) is None


def test_an_offer_of_the_buyer_can_be_accepted(lab: Lab) -> None:
    command = lab.case.commands(lab)["returns:approve"]
    assert isinstance(command, Decide)
    case = next(c for c in lab.market.cases if return_sn(c) == command.case_id)
    less = replace(case.amount, minor=case.amount.minor // 2)
    wanted = replace(command, reason="accept_offer")
    with pytest.raises(Permanent, match="no proposal"):
        lab.connect().send(wanted, lambda: None)
    lab.site.calls.returns.wanted[case.id] = ("REFUND", less)
    lab.connect().send(wanted, lambda: None)
    assert [money for _, money in case.order.refunds] == [less]


def test_an_offer_says_that_the_buyer_must_accept(lab: Lab) -> None:
    command = lab.case.commands(lab)["refunds:offer"]
    receipt = lab.connect().send(command, lambda: None)
    assert "buyer accepts" in receipt.warning
    assert lab.connect().find(command) is not None


def test_a_second_answer_under_a_comment_is_refused(lab: Lab) -> None:
    command = lab.case.commands(lab)["reviews"]
    assert isinstance(command, AnswerReview)
    lab.connect().send(command, lambda: None)
    with pytest.raises(Permanent, match="already"):
        lab.connect().send(replace(command, text="Another"), lambda: None)
    assert lab.connect().find(replace(command, text="Another")) is None


def test_a_blocked_conversation_says_so(lab: Lab) -> None:
    lab.market.threads[-1].closed_to_us = True
    with pytest.raises(Permanent, match="does not receive"):
        lab.connect().send(reply(lab), lambda: None)


def test_a_breakdown_inside_a_good_answer_leaves_the_outcome_open(lab: Lab) -> None:
    from connectors.sandbox.shopee import problem
    from connectors.sandbox.web import Request, Response

    def change(request: Request, response: Response) -> Response:
        return problem("error_network", "Inner http call failed") if request.path.endswith("send_message") else response

    lab.change_answers(change)
    command = reply(lab)
    with pytest.raises(OutcomeUnknown):
        lab.connect().send(command, lambda: None)
    assert lab.connect().find(command) is not None


def test_an_older_message_with_the_same_words_is_not_taken_for_the_reply(lab: Lab) -> None:
    lab.market.answer(lab.market.threads[-1], "Hello")
    lab.clock.time += HOUR
    assert lab.connect().find(reply(lab)) is None


def test_a_message_of_the_buyer_with_the_same_words_is_not_ours(lab: Lab) -> None:
    lab.market.says(lab.market.threads[-1], "Hello")
    assert lab.connect().find(reply(lab)) is None


def test_a_case_settled_otherwise_is_told_apart(lab: Lab) -> None:
    command = lab.case.commands(lab)["returns:cancellation"]
    assert isinstance(command, Decide)
    lab.connect().send(replace(command, decision="decline"), lambda: None)
    with pytest.raises(Permanent, match="settled otherwise"):
        lab.connect().find(command)


@pytest.mark.parametrize("what", ["reply", "reply:to", "refunds", "refunds:offer", "returns:approve", "returns:decline",
                                  "returns:cancellation", "returns:keep", "reviews", "read", "tracking"])  # fmt: skip
def test_each_deed_is_done_once_and_found(lab: Lab, what: str) -> None:
    command, crossed = lab.case.commands(lab)[what], []
    assert lab.connect().find(command) is None
    lab.fault("lost", lab.case.acts[what])
    with pytest.raises(OutcomeUnknown):
        lab.connect().send(command, lambda: crossed.append(1))
    assert crossed == [1]
    assert lab.case.done(lab, what, command) == 1
    found = lab.connect().find(command)
    assert found is not None
    assert found.remote_id
