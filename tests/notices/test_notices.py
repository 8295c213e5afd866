"""Notices leave through the outbox, few, late rather than at night, without the buyer, and never keep replies waiting."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors.contract import OutcomeUnknown, Receipt, SendReply, Temporary
from desk import notices, outbox
from desk.automation.rules import keep
from desk.reason import Reason
from desk.sync import dispatch
from desk.sync.dispatch import Sent
from desk.sync.inbound import Inbound
from store import events
from store.errors import Conflict, DeskError, Invalid, NotFound, Refused
from store.sql import notices as targets
from store.sql import outbox as rows
from store.values import HOUR, MINUTE, SECOND
from store.vault import Vault
from tests.desk.small import CARE, NOON, Desk

SOON = notices.GATHER


class Inbox:
    """A webhook on this machine."""

    def __init__(self, server: HTTPServer) -> None:
        self.server, self.got, self.says = server, list[dict[str, Any]](), list[int]()
        server.expect_request(re.compile(".*")).respond_with_handler(self._take)

    def _take(self, request: Request) -> Response:
        status = self.says.pop(0) if self.says else 200
        if status == 200:
            self.got.append(request.get_json())
        return Response("", status)

    @property
    def texts(self) -> list[str]:
        return [one["text"] for one in self.got]


@pytest.fixture
def hook(desk: Desk, httpserver: HTTPServer) -> Inbox:
    made = Inbox(httpserver)
    Vault(desk.store.folder).put("notice/ops/url", httpserver.url_for("/hook"))
    with desk.acting() as unit:
        notices.add(unit, "ops", "webhook", {"private": "yes"}, name="Operations")
    return made


def no_channel(channel_id: str) -> Any:
    raise AssertionError(channel_id)


def go(desk: Desk, connect: Callable[[str], Any] = no_channel) -> Sent:
    return dispatch.dispatch(desk.store, desk.holder, connect)


def say(desk: Desk, text: str = "look", ticket: int = 0, **more: Any) -> int:
    with desk.acting() as unit:
        return notices.queue(unit, "ops", text, ticket, **more)


def state(desk: Desk, row: int) -> str:
    found = rows.get(desk.store.conn, row)
    assert found is not None
    return found.state


def fault(desk: Desk) -> str:
    found = targets.find(desk.store.conn, "ops")
    assert found is not None
    return found.fault


# What is said ----------------------------------------------------------------------------------------


def test_a_notice_names_the_ticket_and_no_buyer(desk: Desk, hook: Inbox) -> None:
    ticket = desk.mail(subject="Anna Schmidt wants money", sender="anna.schmidt@buyer.example").ticket_id
    row = say(desk, "look at this", ticket)
    desk.clock.at += SOON
    assert go(desk) == Sent(sent=1)
    (got,) = hook.got
    assert got["text"] == f"#{ticket} · other · mail · due 2026-11-17 14:00 UTC · look at this"
    assert (got["title"], got["tickets"]) == (f"Nordlicht: #{ticket}", [ticket])
    assert "anna" not in json.dumps(got).casefold()
    assert state(desk, row) == "sent" and fault(desk) == ""
    assert [e.verb for e in events.of_ticket(desk.store.conn, ticket)][-2:] == ["notice_queued", "notice_sent"]


def test_the_buyer_goes_along_only_where_somebody_said_so(desk: Desk, hook: Inbox) -> None:
    with desk.acting() as unit:
        notices.change(unit, "ops", {"details": "yes"})
    say(desk, "look", desk.mail(subject="Broken\x1b[2J lamp").ticket_id)
    desk.clock.at += SOON
    go(desk)
    assert "anna · Broken␛[2J lamp" in hook.texts[0] and "\x1b" not in hook.texts[0]


def test_nothing_leaves_while_it_is_only_queued_and_what_is_rolled_back_never_does(desk: Desk, hook: Inbox) -> None:
    with pytest.raises(RuntimeError), desk.acting() as unit:
        notices.queue(unit, "ops", "lost")
        raise RuntimeError
    say(desk, "later")
    assert go(desk) == Sent() and hook.got == []


# How often -------------------------------------------------------------------------------------------


def test_several_within_a_minute_are_one(desk: Desk, hook: Inbox) -> None:
    for n in range(3):
        say(desk, f"first {n}")
        desk.clock.at += SECOND
    desk.clock.at += SOON
    assert go(desk) == Sent(sent=3)
    sent_at = desk.clock.at
    for n in range(4):
        say(desk, f"then {n}")
        desk.clock.at += 10 * SECOND
        assert go(desk) == Sent()
    desk.clock.at = sent_at + MINUTE
    assert go(desk) == Sent(sent=4)
    assert hook.texts == ["first 0\nfirst 1\nfirst 2", "then 0\nthen 1\nthen 2\nthen 3"]


def test_the_same_words_twice_are_said_once_and_a_key_is_never_repeated(desk: Desk, hook: Inbox) -> None:
    one = say(desk, "same", key="rule:1:2")
    assert say(desk, "same", key="rule:1:2") == one
    say(desk, "same")
    desk.clock.at += SOON
    assert go(desk) == Sent(sent=2)
    assert hook.texts == ["same"]
    desk.clock.at += HOUR
    assert say(desk, "same", key="rule:1:2") == one and go(desk) == Sent()


def test_quiet_hours_hold_it_until_morning(desk: Desk, hook: Inbox) -> None:
    with desk.acting() as unit:
        notices.change(unit, "ops", {"quiet": "22:00-07:00"})
    desk.clock.at = NOON + 10 * HOUR  # 22:00
    say(desk, "in the evening")
    desk.clock.at += 8 * HOUR  # 06:00
    say(desk, "in the night")
    assert go(desk) == Sent()
    desk.clock.at += HOUR - 1
    assert go(desk) == Sent()
    desk.clock.at += 1
    assert go(desk) == Sent(sent=2)
    assert hook.texts == ["in the evening\nin the night"]


# When it goes wrong ----------------------------------------------------------------------------------


def test_a_refusal_is_shown_and_a_person_sends_it_again(desk: Desk, hook: Inbox) -> None:
    hook.says = [410]
    row = say(desk)
    desk.clock.at += SOON
    assert go(desk) == Sent(failed=1)
    assert (state(desk, row), fault(desk)) == ("failed", "The service of notices refused it (410).")
    with desk.acting() as unit:
        outbox.resolve(unit, row, "again")
    assert go(desk) == Sent(sent=1)
    assert fault(desk) == "" and len(hook.got) == 1
    with desk.acting() as unit, pytest.raises(Refused):
        outbox.resolve(unit, row, "cancel")


def test_what_may_pass_is_tried_again_later_with_what_came_since(desk: Desk, hook: Inbox) -> None:
    hook.says = [404, 200]
    Vault(desk.store.folder).put("notice/ops/url", "http://127.0.0.1:9/closed")
    row = say(desk, "first")
    desk.clock.at += SOON
    assert go(desk) == Sent(waiting=1)
    assert "cannot be reached" in fault(desk) and state(desk, row) == "held"
    assert go(desk) == Sent()
    Vault(desk.store.folder).put("notice/ops/url", hook.server.url_for("/hook"))
    hook.says = []
    desk.clock.at += HOUR
    assert go(desk) == Sent(sent=1)


def test_a_missing_secret_and_an_address_inside_are_refused_in_words(desk: Desk, hook: Inbox) -> None:
    with desk.acting() as unit:
        notices.change(unit, "ops", {"private": ""})
    say(desk)
    desk.clock.at += SOON
    assert go(desk) == Sent(failed=1) and "https" in fault(desk)
    Vault(desk.store.folder).drop("notice/")
    say(desk)
    desk.clock.at += MINUTE
    assert go(desk) == Sent(failed=1) and fault(desk) == "notice/ops/url is missing."
    assert hook.got == []


def test_a_dead_process_leaves_nothing_stuck(desk: Desk, hook: Inbox) -> None:
    row = say(desk)
    desk.clock.at += SOON
    desk.store.conn.execute("UPDATE outbox SET state = 'claimed' WHERE id = ?", (row,))
    assert dispatch.recover(desk.store, desk.holder, no_channel).waiting == 1
    assert go(desk) == Sent(sent=1)


def test_a_notice_keeps_no_reply_waiting_and_no_channel_keeps_a_notice(desk: Desk, hook: Inbox) -> None:
    hook.says = [503] * 9
    ticket = desk.mail().ticket_id
    reply = desk.reply(ticket)
    for _ in range(30):
        say(desk)
    desk.store.conn.execute("UPDATE channel SET state = 'paused' WHERE id = 'second'")

    class Platform:
        def send(self, command: SendReply, go: Callable[[], None]) -> Receipt:
            go()
            return Receipt(command.message_id, desk.clock.at)

    desk.clock.at += MINUTE
    first = go(desk, lambda _: Platform())
    assert first.waiting == 30
    second = go(desk, lambda _: Platform())
    assert state(desk, reply) == "sent" and first.sent + second.sent == 1


def test_taking_a_target_away_ends_what_waits(desk: Desk, hook: Inbox) -> None:
    row = say(desk)
    with desk.acting() as unit:
        notices.remove(unit, "ops")
    desk.clock.at += MINUTE
    assert go(desk) == Sent() and state(desk, row) == "cancelled" and hook.got == []


# By mail ---------------------------------------------------------------------------------------------


def test_by_mail_it_leaves_through_a_channel_and_its_copy_is_no_ticket(desk: Desk) -> None:
    with desk.acting() as unit:
        notices.add(unit, "boss", "mail", {"channel": "mail", "to": "boss@home.example, night@home.example"})
        row = notices.queue(unit, "boss", "look")
    sent: list[SendReply] = []

    class Platform:
        says: list[Exception] = [OutcomeUnknown("did not answer"), Temporary("busy")]  # noqa: RUF012

        def send(self, command: SendReply, go: Callable[[], None]) -> Receipt:
            go()
            if self.says:
                raise self.says.pop(0)
            sent.append(command)
            return Receipt(command.message_id, desk.clock.at)

    platform = Platform()

    def connect(channel_id: str) -> Any:
        assert channel_id == "mail"
        return platform

    for _ in range(3):
        desk.clock.at += HOUR
        go(desk, connect)
    (mail,) = sent
    assert mail.to == ("boss@home.example", "night@home.example") and mail.automatic and mail.text == "look"
    before = desk.count("ticket")
    copy = Inbound(f"mail:{mail.message_id.strip('<>')}", "", "", CARE, mail.subject, mail.text, desk.clock.at,
                          desk.clock.at, outbound=True)  # fmt: skip
    desk.take(copy)
    assert desk.count("ticket") == before and state(desk, row) == "sent"


@pytest.mark.parametrize(
    ("kind", "settings", "error"),
    [
        ("pigeon", {}, Invalid), ("webhook", {"colour": "red"}, Invalid), ("telegram", {}, Invalid),
        ("webhook", {"quiet": "22-07"}, Invalid), ("webhook", {"quiet": "00:00-24:00"}, Invalid),
        ("webhook", {"digest": "soon"}, Invalid), ("webhook", {"details": "maybe"}, Invalid),
        ("mail", {"channel": "chat", "to": "a@b.example"}, NotFound), ("mail", {"channel": "mail", "to": "nobody"}, Invalid),
        ("mail", {"channel": "mail", "to": CARE}, Invalid), ("webhook", {"url": "https://x.example"}, Invalid),
    ],
)  # fmt: skip
def test_a_target_that_cannot_work_is_refused(
    desk: Desk, kind: str, settings: dict[str, str], error: type[DeskError]
) -> None:
    with pytest.raises(error), desk.acting() as unit:
        notices.add(unit, "x", kind, settings)
    assert targets.every(desk.store.conn) == []


def test_ids_are_taken_once_and_unknown_ones_are_named(desk: Desk, hook: Inbox) -> None:
    with desk.acting() as unit:
        with pytest.raises(Conflict):
            notices.add(unit, "ops", "webhook", {})
        with pytest.raises(Invalid):
            notices.add(unit, "O P S", "webhook", {})
        with pytest.raises(NotFound):
            notices.queue(unit, "nobody", "x")
        with pytest.raises(NotFound):
            notices.queue(unit, "ops", "x", 404)
        with pytest.raises(Invalid):
            notices.queue(unit, "ops", " \n ")


# By rules and inside ---------------------------------------------------------------------------------


def test_a_rule_tells_a_target_once_per_message(desk: Desk, hook: Inbox) -> None:
    with desk.acting() as unit:
        table = {"id": "loud", "name": "Loud", "when": ["created"], "if": "is:open", "state": "on",
                 "then": [{"do": "notify", "target": "ops", "text": "new one"}]}  # fmt: skip
        keep.save(unit, table)
    from desk.automation.react import react

    desk.store.react = react
    ticket = desk.mail().ticket_id
    desk.clock.at += SOON
    assert go(desk) == Sent(sent=1)
    assert hook.texts[0].startswith(f"#{ticket} ") and hook.texts[0].endswith("new one")
    (row,) = rows.of_ticket(desk.store.conn, ticket, "sent")
    assert row.rule_id == "loud"


def test_a_colleague_is_told_inside(desk: Desk) -> None:
    ticket = desk.mail().ticket_id
    with desk.acting() as unit:
        notices.tell(unit, "wei", Reason("{n} are waiting", {"n": 3}), ticket)
        with pytest.raises(NotFound):
            notices.tell(unit, "nobody", Reason("x"))
    (told,) = desk.told(ticket, "told")
    assert told.payload == {"agent": "wei", "why": {"text": "{n} are waiting", "gaps": {"n": 3}}}
