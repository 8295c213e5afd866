"""A marketplace account worked on from the desk: what is answered and done there happens once, and comes back once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.contract import (
    AnswerReview,
    Command,
    Connector,
    Decide,
    MarkRead,
    Receipt,
    Refund,
    SendReply,
    Ship,
)
from connectors.sandbox.market_records import MarketThread
from desk import channels, deeds, outbox, platform_reply
from desk.sync import dispatch
from desk.sync.dispatch import Sent
from store.errors import Conflict, Invalid, Refused
from store.sql import messages
from store.sql import outbox as rows
from store.sql.rows import Message, OutboxRow
from store.values import DAY, MINUTE, SECOND, SYSTEM, Money
from tests.connectors.ebay.case import CASE, ident
from tests.connectors.suite import Lab, opened
from tests.connectors.test_contract_desk import Taking
from tests.desk.small import Desk

TEXT = "It left yesterday.\n\nAna"


class Shop:
    """An eBay account linked to a desk, everything of it pulled once; one connector as sync keeps it."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab, self.taking = lab, Taking(lab, folder)
        self.desk: Desk = self.taking.desk
        few = sorted(lab.market.threads, key=lambda t: (t.unread > 0, t.updated_at))[-3:]
        lab.market.threads[:] = few
        self.taking.pull()
        self.connector: Connector = lab.connect()

    def talk(self) -> MarketThread:
        """The newest conversation, with something unread in it."""
        talk = max(self.lab.market.threads, key=lambda t: t.updated_at)
        self.pass_time(MINUTE)
        self.lab.market.says(talk, "Where is it, please?")
        self.pass_time(MINUTE)
        self.taking.pull()
        return talk

    def pass_time(self, ms: int) -> None:
        self.lab.clock.time += ms
        self.desk.clock.at = self.lab.clock.time

    def ticket_of(self, talk: MarketThread) -> int:
        found = messages.by_remote_key(self.desk.store.conn, f"ebay:{talk.messages[-1].id}")
        assert found is not None
        return found.ticket_id

    def answer(self, ticket_id: int, **values: object) -> int:
        with self.desk.acting() as unit:
            seen = self.desk.ticket(ticket_id).thread_seq
            return outbox.queue(unit, outbox.Reply(ticket_id, TEXT, ("ignored",), "", seen, **values))  # type: ignore[arg-type]

    def do(self, ticket_id: int, deed: deeds.Deed) -> int:
        with self.desk.acting() as unit:
            return deeds.queue(unit, ticket_id, deed)

    def send(self) -> Sent:
        self.pass_time(11 * SECOND)
        self.desk.holder = self.desk.held()
        return dispatch.dispatch(self.desk.store, self.desk.holder, lambda _: self.connector)

    def recover(self) -> Sent:
        self.desk.holder = self.desk.held()
        return dispatch.recover(self.desk.store, self.desk.holder, lambda _: self.connector)

    def pull(self) -> None:
        self.pass_time(MINUTE)
        self.taking.pull()

    def row(self, row_id: int) -> OutboxRow:
        found = rows.get(self.desk.store.conn, row_id)
        assert found is not None
        return found

    def ours(self, ticket_id: int) -> list[Message]:
        return [m for m in messages.of_ticket(self.desk.store.conn, ticket_id) if m.body == TEXT]

    def refunds(self, number: str) -> int:
        order = self.lab.market.order(number)
        assert order is not None
        return len(order.refunds)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with opened(CASE) as lab:
        made = Shop(lab, tmp_path)
        yield made
        made.desk.close()


def test_an_answer_names_conversation_buyer_order_and_language(shop: Shop) -> None:
    talk = shop.talk()
    ticket = shop.ticket_of(talk)
    command = dispatch.command(shop.row(shop.answer(ticket)))
    assert isinstance(command, SendReply)
    found = shop.desk.ticket(ticket)
    newest = messages.by_remote_key(shop.desk.store.conn, f"ebay:{talk.messages[-1].id}")
    assert newest is not None
    assert (command.thread_id, command.to, command.order_id) == (talk.id, (newest.reply_to,), found.order_number)
    assert (command.text, command.lang) == (TEXT, found.lang)


def test_an_answer_reaches_the_buyer_and_its_copy_comes_back_once(shop: Shop) -> None:
    talk = shop.talk()
    ticket = shop.ticket_of(talk)
    row, before = shop.answer(ticket, then="pending"), len(shop.desk.told(ticket, "answered_elsewhere"))
    assert shop.send() == Sent(sent=1)
    assert talk.messages[-1].text == TEXT
    shop.pull()
    (message,) = shop.ours(ticket)
    assert (message.remote_key, message.author_id, message.direction) == (f"ebay:{talk.messages[-1].id}", "ana", "out")
    assert shop.row(row).state == "sent"
    assert (shop.desk.ticket(ticket).status, shop.desk.ticket(ticket).waiting_since) == ("pending", None)
    assert len(shop.desk.told(ticket, "answered_elsewhere")) == before


def test_a_copy_that_comes_before_the_receipt_settles_the_answer(shop: Shop) -> None:
    talk = shop.talk()
    ticket = shop.ticket_of(talk)
    row = shop.answer(ticket)
    shop.lab.fault("lost", "send_message")
    assert shop.send() == Sent(unknown=1)
    shop.pull()
    (message,) = shop.ours(ticket)
    assert (shop.row(row).state, message.author_id) == ("sent", "ana")
    with shop.desk.acting(SYSTEM) as unit:  # and the receipt after it changes nothing
        assert outbox.sent(unit, row, Receipt(talk.messages[-1].id, unit.now)) == message.id
    assert len(shop.ours(ticket)) == len(shop.desk.told(ticket, "reply_sent")) == 1


def test_an_answer_in_doubt_that_shows_at_the_platform_is_settled_without_a_person(shop: Shop) -> None:
    talk = shop.talk()
    row = shop.answer(shop.ticket_of(talk))
    shop.lab.fault("lost", "send_message")
    assert shop.send() == Sent(unknown=1)
    assert shop.recover() == Sent(sent=1)
    assert shop.row(row).remote_id == talk.messages[-1].id
    assert [m.text for m in talk.messages].count(TEXT) == 1


def test_the_same_words_written_in_the_console_before_settle_nothing(shop: Shop) -> None:
    talk = shop.talk()
    ticket = shop.ticket_of(talk)
    before = len(shop.desk.told(ticket, "answered_elsewhere"))
    shop.lab.market.answer(talk, TEXT)
    shop.pass_time(20 * MINUTE)
    row = shop.answer(ticket)
    shop.lab.fault("drop", "send_message", times=9)
    shop.send()
    shop.desk.store.conn.execute("UPDATE outbox SET state = 'unknown', handed_at = ?", (shop.desk.clock.at,))
    shop.pull()
    assert (shop.row(row).state, len(shop.desk.told(ticket, "answered_elsewhere"))) == ("unknown", before + 1)


def test_what_a_person_says_has_left_is_joined_by_its_copy(shop: Shop) -> None:
    talk = shop.talk()
    ticket = shop.ticket_of(talk)
    row = shop.answer(ticket)
    shop.lab.fault("lost", "send_message")
    shop.send()
    with shop.desk.acting() as unit:
        outbox.resolve(unit, row, "sent")
    assert [m.remote_key for m in shop.ours(ticket)] == [f"ebay:own:{shop.row(row).key}"]
    shop.pull()
    assert [m.remote_key for m in shop.ours(ticket)] == [f"ebay:{talk.messages[-1].id}"]


def test_a_receipt_after_its_copy_was_taken_for_an_answer_given_elsewhere_counts_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = shop.talk()
    ticket = shop.ticket_of(talk)
    row = shop.answer(ticket)
    before = shop.desk.ticket(ticket).message_count
    monkeypatch.setattr(platform_reply, "settled_by", lambda *_: None)  # the platform changed the words
    shop.lab.fault("lost", "send_message")
    shop.send()
    shop.pull()
    with shop.desk.acting(SYSTEM) as unit:
        outbox.sent(unit, row, Receipt(talk.messages[-1].id, unit.now))
    assert [(m.author_id, m.direction) for m in shop.ours(ticket)] == [("ana", "out")]
    assert shop.desk.ticket(ticket).message_count == before + 1


def test_a_case_opens_a_ticket_with_the_platforms_due_date(shop: Shop) -> None:
    shop.pass_time(MINUTE)
    order = next(o for o in shop.lab.market.orders if o.status == "delivered")
    case = shop.lab.market.asks_return(order, "damaged", "It came broken.")
    shop.pull()
    due, ticket = shop.desk.store.conn.execute(
        "SELECT due_at, ticket_id FROM case_file WHERE remote_id = ?", (ident(shop.lab, case),)
    ).fetchone()
    assert due == case.due_at
    assert shop.desk.clocks(ticket)["platform"].due_at <= due
    assert [o.number for o in _orders(shop, ticket)] == [order.number]


def _orders(shop: Shop, ticket: int) -> list[object]:
    from store.sql.shop import orders_of_ticket

    return list(orders_of_ticket(shop.desk.store.conn, ticket))


# Refused before anything is written ------------------------------------------------------------------------


def test_an_account_that_takes_no_replies_says_why_at_once(shop: Shop) -> None:
    ticket = shop.ticket_of(shop.talk())
    with shop.desk.acting(SYSTEM) as unit:
        unit.conn.execute("UPDATE channel SET platform = 'shopify' WHERE id = 'shop'")
    with pytest.raises(Refused, match="answer from the shop's mailbox"):
        shop.answer(ticket)
    assert shop.desk.count("outbox") == 0


def test_what_was_only_imported_cannot_be_answered(shop: Shop) -> None:
    ticket = shop.ticket_of(shop.talk())
    with shop.desk.acting(SYSTEM) as unit:
        channels.configure(unit, "shop", {})
    with pytest.raises(Refused, match="only holds what was imported"):
        shop.answer(ticket)
    with pytest.raises(Refused, match="only holds what was imported"):
        shop.do(ticket, MarkRead("", "1"))


def test_an_account_takes_no_copies_to_others(shop: Shop) -> None:
    with pytest.raises(Refused, match="no copies"):
        shop.answer(shop.ticket_of(shop.talk()), cc=("boss@shop.example",))


# Deeds -----------------------------------------------------------------------------------------------------


def commands(shop: Shop) -> dict[str, Command]:
    return dict(CASE.commands(shop.lab))


def a_refund(shop: Shop) -> Refund:
    found = commands(shop)["refunds"]
    assert isinstance(found, Refund)
    return found


@pytest.mark.parametrize("deed", ["refunds", "returns:approve", "tracking", "reviews", "read"])
def test_a_deed_leaves_once_and_its_receipt_is_an_event_of_the_ticket(shop: Shop, deed: str) -> None:
    ticket = shop.ticket_of(shop.talk())
    command = commands(shop)[deed]
    assert not isinstance(command, SendReply)
    row = shop.do(ticket, command)
    assert dispatch.command(shop.row(row)) == command
    assert shop.send() == Sent(sent=1)
    assert shop.send() == Sent()
    assert CASE.done(shop.lab, deed, command) == 1
    (event,) = shop.desk.told(ticket, "deed_done")
    assert event.payload is not None
    assert (event.payload["outbox_id"], event.payload["about"]) == (row, deeds.about(command))
    assert shop.row(row).remote_id == event.payload["remote_id"]


def test_a_refund_whose_answer_was_lost_is_found_and_never_paid_twice(shop: Shop) -> None:
    ticket, refund = shop.ticket_of(shop.talk()), a_refund(shop)
    row = shop.do(ticket, refund)
    shop.lab.fault("lost", "issue_refund")
    assert shop.send() == Sent(unknown=1)
    assert shop.send() == Sent()
    assert (shop.refunds(refund.order_id), len(shop.desk.told(ticket, "deed_unknown"))) == (1, 1)
    assert shop.recover() == Sent(sent=1)
    assert (shop.row(row).state, shop.refunds(refund.order_id)) == ("sent", 1)
    assert len(shop.desk.told(ticket, "deed_done")) == 1


@pytest.mark.parametrize("paid", [True, False])
def test_a_refund_that_a_dead_process_had_handed_over_waits_for_a_person(shop: Shop, paid: bool) -> None:
    """Another process cannot tell it from an older one that looks the same; and what does not show may be late."""
    ticket, refund = shop.ticket_of(shop.talk()), a_refund(shop)
    row = shop.do(ticket, refund)
    shop.pass_time(11 * SECOND)
    with shop.desk.acting(SYSTEM) as unit:
        assert outbox.claim(unit, shop.row(row), shop.desk.holder.id)
        assert rows.hand_over(unit.conn, row, shop.desk.holder.id, unit.now)
    if paid:
        shop.connector.send(refund, lambda: None)
    shop.connector = shop.lab.connect()
    assert shop.recover() == Sent(unknown=1)
    assert shop.send() == Sent()
    assert (shop.row(row).state, shop.refunds(refund.order_id)) == ("unknown", int(paid))


def test_a_person_settles_a_deed_in_doubt(shop: Shop) -> None:
    ticket, refund = shop.ticket_of(shop.talk()), a_refund(shop)
    row = shop.do(ticket, refund)
    shop.lab.fault("lost", "issue_refund")
    shop.send()
    with shop.desk.acting() as unit:
        outbox.resolve(unit, row, "sent")
    assert shop.row(row).state == "sent"
    assert shop.recover() == Sent()


def test_a_deed_can_be_taken_back_before_it_leaves_and_nobodys_draft_changes(shop: Shop) -> None:
    ticket, refund = shop.ticket_of(shop.talk()), a_refund(shop)
    row = shop.do(ticket, refund)
    with shop.desk.acting() as unit:
        outbox.take_back(unit, row)
    assert shop.send() == Sent()
    assert (shop.row(row).state, shop.refunds(refund.order_id), shop.desk.count("draft")) == ("cancelled", 0, 0)
    assert len(shop.desk.told(ticket, "deed_taken_back")) == 1


def test_the_same_deed_is_not_begun_twice(shop: Shop) -> None:
    ticket, refund = shop.ticket_of(shop.talk()), a_refund(shop)
    row = shop.do(ticket, refund)
    assert shop.do(ticket, refund) == row
    with pytest.raises(Conflict, match="waits in the outbox"):
        shop.do(ticket, Refund("another", refund.order_id, refund.amount, refund.reason))
    shop.send()
    assert shop.refunds(refund.order_id) == 1


def test_what_the_platform_refuses_is_told_and_not_repeated(shop: Shop) -> None:
    ticket = shop.ticket_of(shop.talk())
    row = shop.do(ticket, Decide("d1", "return/999999", "return", "approve"))
    assert shop.send() == Sent(failed=1)
    assert shop.row(row).error
    assert len(shop.desk.told(ticket, "deed_failed")) == 1


EUR = Money("EUR", 100)


@pytest.mark.parametrize(
    "deed",
    [
        Refund("", "1", Money("EUR", 0), "x"),
        Refund("", "1", EUR, "x", lines=(("a", Money("EUR", 99)),)),
        Refund("", "1", EUR, "x", lines=(("a", Money("USD", 100)),)),
        Refund("", "", EUR, "x"),
        Decide("", "return/1", "return", "perhaps"),
        Ship("", "1", "DHL", "", 0),
        AnswerReview("", "1", " "),
    ],
)
def test_a_deed_that_lacks_something_is_not_written(shop: Shop, deed: deeds.Deed) -> None:
    with pytest.raises(Invalid):
        shop.do(shop.ticket_of(shop.talk()), deed)
    assert shop.desk.count("outbox") == 0


def test_what_a_platform_cannot_do_is_refused_with_its_reason(shop: Shop) -> None:
    ticket = shop.ticket_of(shop.talk())
    with shop.desk.acting(SYSTEM) as unit:
        unit.conn.execute("UPDATE channel SET platform = 'shopify' WHERE id = 'shop'")
    with pytest.raises(Refused, match=r"Judge\.me"):
        shop.do(ticket, AnswerReview("", "1", "Thank you"))


def test_a_doubted_refund_is_looked_for_only_so_long(shop: Shop) -> None:
    row = shop.do(shop.ticket_of(shop.talk()), a_refund(shop))
    shop.lab.fault("lost", "issue_refund")
    shop.send()
    shop.pass_time(DAY)
    asked = len(shop.lab.site.log)
    assert shop.recover() == Sent()
    assert (len(shop.lab.site.log), shop.row(row).state) == (asked, "unknown")


def test_rows_say_in_facts_what_they_do(shop: Shop) -> None:
    refund = a_refund(shop)
    payload = json.loads(shop.row(shop.do(shop.ticket_of(shop.talk()), refund)).payload)
    assert str(refund.amount) in payload["text"] and refund.order_id in payload["text"]
    assert payload["to"] == ["Shop"]


