"""What TikTok Shop refuses, and what is done there once."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from connectors.answer import Answer
from connectors.contract import (
    AnswerReview,
    AuthExpired,
    AuthRevoked,
    Decide,
    Fault,
    File,
    MessageRecord,
    OutcomeUnknown,
    Permanent,
    Refund,
    SchemaSurprise,
    SendReply,
    Ship,
    Temporary,
    Throttled,
)
from connectors.fields import as_bytes
from connectors.sandbox.tiktok import problem
from connectors.sandbox.tiktok_shapes import thread_id
from connectors.sandbox.web import Request, Response
from connectors.tiktok.deeds import once
from connectors.tiktok.shop import Shop, read_settings
from connectors.tiktok.verdict import ClockWrong, NotAllowed, Refusal, judge
from store.values import DAY, MINUTE
from tests.connectors.ports import NOW
from tests.connectors.suite import SINCE, Lab, names


def never() -> None:
    pytest.fail("the point of no return was passed")


def shop(lab: Lab) -> Shop:
    return Shop(read_settings(lab.settings), lab.ports, lab.sleeps.append)


# Refusals ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        (105002, "Expired credentials", AuthExpired), (36009018, "access token is invalid", AuthExpired),
        (105005, "Access denied: the app lacks the scope order.", NotAllowed),
        (36004004, "Invalid refresh_token.", AuthRevoked), (36009010, "Invalid app_key.", AuthRevoked),
        (106001, "Invalid signature", AuthRevoked), (106011, "Invalid shop_cipher.", AuthRevoked),
        (106002, "Invalid timestamp", ClockWrong), (36009002, "Too many requests.", Throttled),
        (36009003, "Internal error, please try again.", Temporary), (25001013, "The status does not allow this", Refusal),
        (1, "", Refusal),
    ],
)  # fmt: skip
def test_what_each_code_means_whatever_the_status(code: int, message: str, kind: type[Fault]) -> None:
    for status in (200, 400):
        with pytest.raises(kind):
            judge(Answer(status, {}, as_bytes({"code": code, "message": message, "data": None})), NOW)


def test_an_answer_without_a_code_is_none() -> None:
    for body in (b"{}", b"[]", b'{"code":true}', b'{"code":"0"}', b'{"code":0,"data":[]}', b"<html>"):
        with pytest.raises(SchemaSurprise):
            judge(Answer(200, {}, body), NOW)
    with pytest.raises(Permanent):
        judge(Answer(404, {}, b"<html>"), NOW)
    assert judge(Answer(200, {}, b'{"code":0,"data":null}'), NOW).data == {}


def test_a_body_changed_after_signing_is_refused(lab: Lab) -> None:
    lab.pull("orders")
    handle = type(lab.site).answer

    def changed(request: Request) -> Response:
        answer: Response = handle(lab.site, replace(request, body=request.body.replace(b":", b": ")))
        return answer

    lab.site.answer = changed
    with pytest.raises(AuthRevoked, match="signature"):
        lab.pull("orders")


def test_the_clock_may_be_five_minutes_off(lab: Lab) -> None:
    lab.site.skew = 5 * MINUTE
    lab.pull("orders")
    lab.site.skew = -6 * MINUTE
    with pytest.raises(ClockWrong):
        lab.pull("orders")


def test_a_page_token_ends_with_the_last_page(lab: Lab) -> None:
    lab.site.page_cap = 7
    for case in lab.market.cases:
        case.updated_at = NOW - DAY  # more in one second than a page holds
    records, _ = lab.pull("cases")
    assert names(records) == lab.case.expected(lab, SINCE)["cases"]
    asked = [r.arg("page_token") for r in lab.site.log if r.path.endswith("returns/search")]
    assert any(asked)
    with pytest.raises(Refusal, match="page_token"):
        shop(lab).search("/order/202309/orders/search", {}, page_token=next(filter(None, asked)))


def test_a_filter_that_is_no_longer_kept_to_is_noticed(lab: Lab) -> None:
    def change(request: Request, response: Response) -> Response:
        if request.path.endswith("orders/search"):
            body = {"code": 0, "data": {"orders": [{"id": "1", "update_time": 5}], "next_page_token": ""}}
            return Response(200, json.dumps(body).encode())
        return response

    lab.change_answers(change)
    with pytest.raises(SchemaSurprise, match="update_time_ge"):
        lab.pull("orders")


def test_the_code_of_a_first_authorisation_is_taken_in_place_of_a_token(lab: Lab) -> None:
    lab.vault["refresh_token"] = f"code:{lab.site.code()}"
    lab.pull("orders")
    assert lab.vault["refresh_token"].startswith("TTP_refresh")
    lab.vault["refresh_token"], lab.tokens.token = "code:TTP_code99", None
    with pytest.raises(AuthRevoked, match="authorise the app again"):
        lab.pull("orders")


def test_a_token_lives_as_long_as_told_since_1970_or_from_now(lab: Lab) -> None:
    lab.pull("orders")
    assert lab.tokens.token is not None
    assert lab.tokens.token.expires_at == (NOW + 7 * DAY) // 1000 * 1000
    assert lab.tokens.renewals == 1


def test_a_missing_scope_is_told_line_by_line(lab: Lab) -> None:
    lab.site.scopes -= {"return_refund"}
    health = lab.connect().test()
    assert not health.ok
    assert [line.split()[0] for line in health.lines if "scope" in line] == ["Returns", "Cancellations"]
    assert "Orders can be read." in health.lines


@pytest.mark.parametrize(
    ("key", "value"), [("app_key", ""), ("shop_cipher", " "), ("auth_url", "http://a.example"), ("api_url", "ftp://a")]
)
def test_a_wrong_setting_is_named(lab: Lab, key: str, value: str) -> None:
    with pytest.raises(ValueError, match=key):
        read_settings({**lab.settings, key: value})


# Messages ---------------------------------------------------------------------------------------------


def test_a_conversation_that_moves_while_pages_are_turned_is_read_whole(lab: Lab) -> None:
    lab.site.page_cap = 3
    late = lab.market.threads[0]
    pages = lab.connect().pull("messages", "", since=SINCE)
    records = [*next(pages).records]
    lab.clock.time += MINUTE
    fresh = lab.market.says(late, "Are you still there?")
    cursor = ""
    for page in pages:
        records += page.records
        cursor = page.cursor
    more, _ = lab.pull("messages", cursor)
    assert names(records + more) == lab.case.expected(lab, SINCE)["messages"]
    assert f"message:{fresh.id}" in names(records)


def test_notices_that_nobody_said_are_no_messages(lab: Lab) -> None:
    records, _ = lab.pull("messages")
    assert all(isinstance(r, MessageRecord) and r.text != "Chat began." for r in records)


def test_where_no_message_may_be_sent_none_is(lab: Lab) -> None:
    command = lab.case.commands(lab)["reply"]
    lab.market.threads[-1].closed_to_us = True
    with pytest.raises(Permanent, match="no more messages"):
        lab.connect().send(command, never)


# Deeds ------------------------------------------------------------------------------------------------


def test_a_buyer_who_never_wrote_can_be_written_to(lab: Lab) -> None:
    """A conversation is begun, empty; the next words go into the same."""
    command = lab.case.commands(lab)["reply:new"]
    assert isinstance(command, SendReply)
    before = len(lab.market.threads)
    assert lab.connect().find(command) is None
    lab.connect().send(command, lambda: None)
    lab.connect().send(replace(command, key="k2", text="And thank you."), lambda: None)
    assert len(lab.market.threads) == before + 1
    assert [m.text for m in lab.market.threads[-1].messages] == [command.text, "And thank you."]
    with pytest.raises(Permanent, match="does not know"):
        lab.connect().send(replace(command, to=("anna@buyer.example",)), lambda: None)



def test_what_cannot_work_never_reaches_the_point_of_no_return(lab: Lab) -> None:
    commands = lab.case.commands(lab)
    reply, refund, decline, ship = (commands[k] for k in ("reply", "refunds", "returns:decline", "tracking"))
    assert isinstance(reply, SendReply)
    assert isinstance(refund, Refund)
    assert isinstance(decline, Decide)
    assert isinstance(ship, Ship)
    for command, why in (
        (replace(reply, text="x" * 2_001), "2,000"), (replace(reply, files=(File("a", "b", b""),)), "Files"),
        (replace(reply, thread_id="../../orders"), "does not know"), (replace(reply, thread_id="7391"), "does not know"),
        (replace(refund, amount=replace(refund.amount, minor=1)), "no other"), (replace(refund, case_id=""), "request of"),
        (replace(refund, case_id=decline.case_id), "Nothing can be paid"), (replace(decline, reason=""), "misuse"),
        (replace(decline, decision="perhaps"), "approved or declined"), (replace(decline, case_id="12"), "does not know"),
        (replace(ship, courier="Pigeon"), "USPS, UPS"), (replace(ship, tracking=" "), "tracking number"),
        (replace(ship, order_id=lab.market.orders[0].number), "does not wait"), (replace(ship, order_id="x"), "not know"),
        (AnswerReview("k", "1", "x"), "No call for reviews"),
    ):  # fmt: skip
        with pytest.raises(Permanent, match=why):
            lab.connect().send(command, never)


def test_each_decision_carries_its_key_and_a_repeat_does_nothing(lab: Lab) -> None:
    command = lab.case.commands(lab)["refunds"]
    assert isinstance(command, Refund)
    lab.connect().send(command, lambda: None)
    (asked,) = [r for r in lab.site.log if r.path.endswith("/approve")]
    assert asked.arg("idempotency_key") == command.key
    before = lab.state()
    again = shop(lab).act(asked.path, asked.json(), lambda: None, idempotency_key=command.key)
    assert again == {}
    assert lab.state() == before
    with pytest.raises(Refusal, match="another request"):
        shop(lab).act(asked.path, {"decision": "x"}, lambda: None, idempotency_key=command.key)


def test_a_key_has_at_most_255_characters() -> None:
    assert once("abc") == "abc"
    assert len(once("x" * 300)) == 64
    assert once("钥匙") == once("钥匙") != once("x" * 300)


def test_a_breakdown_inside_a_good_answer_leaves_the_outcome_open(lab: Lab) -> None:
    command = lab.case.commands(lab)["reply"]
    lab.change_answers(
        lambda request, response: problem(36009003, "Internal error") if request.method == "POST" else response
    )
    with pytest.raises(OutcomeUnknown):
        lab.connect().send(command, lambda: None)
    assert lab.connect().find(command) is not None


def test_a_case_settled_otherwise_is_told_apart(lab: Lab) -> None:
    commands = lab.case.commands(lab)
    lab.connect().send(commands["returns:keep"], lambda: None)
    with pytest.raises(Permanent, match="settled otherwise"):
        lab.connect().find(commands["returns:cancellation"])


def test_an_old_conversation_is_known_by_its_messages(lab: Lab) -> None:
    lab.site.page_cap = 1
    oldest = min(lab.market.threads, key=lambda t: t.updated_at)
    command = lab.case.commands(lab)["reply"]
    assert isinstance(command, SendReply)
    lab.connect().send(replace(command, thread_id=thread_id(oldest)), lambda: None)
    assert oldest.messages[-1].ours
