"""Which ticket a message joins: what its buyer would expect, in whatever order the messages come in."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.reading.parse import read_mail
from desk.reading.understand import understand
from desk.sync.inbound import Inbound
from desk.sync.intake import POSING
from desk.sync.threads import FORGED
from store import events
from store.values import DAY, HOUR
from tests.desk.small import CARE, HELP, NOON, Desk

_numbers = itertools.count()
_folder = Path(tempfile.mkdtemp())


def fresh() -> Desk:
    return Desk(_folder / str(next(_numbers)))


def item(desk: Desk, key: str, sender: str, at: int, refs: Sequence[str] = (), **more: object) -> Inbound:
    return desk.inbound(key=f"{key}@x", sender=sender, hours_ago=10 - at, answers=f"{refs[-1]}@x" if refs else "",
                        refs=tuple(f"{r}@x" for r in refs), text=f"text of {key}", **more)  # type: ignore[arg-type]  # fmt: skip


def talks(desk: Desk) -> dict[str, Inbound]:
    """Four buyers under one subject. Anna is answered from a phone; Cleo writes twice about one order; Dora's first
    mail never came; Eve claims to answer Anna's."""
    a, b, c, d, e = (f"{n}@buyer.example" for n in ("anna", "ben", "cleo", "dora", "eve"))
    of = partial(item, desk)
    return {
        "a1": of("a1", a, 1),
        "r1": of("r1", CARE, 2, ["a1"], to=(a,), outbound=True),
        "a2": of("a2", a, 3, ["a1", "r1"]),
        "a3": of("a3", a, 4, ["a1", "r1", "a2"]),
        "b1": of("b1", b, 1),
        "b2": of("b2", b, 3, ["b1"]),
        "c1": of("c1", c, 1, order_numbers=("47-11",)),
        "c2": of("c2", c, 4, order_numbers=("4711",)),
        "d2": of("d2", d, 2, ["d1"]),
        "d3": of("d3", d, 3, ["d1"]),
        "e1": of("e1", e, 2, ["a1"]),
    }


TOGETHER = {frozenset(t) for t in (("a1", "r1", "a2", "a3"), ("b1", "b2"), ("c1", "c2"), ("d2", "d3"), ("e1",))}


def partition(desk: Desk) -> set[frozenset[str]]:
    found: dict[int, set[str]] = {}
    for ticket, key in desk.store.conn.execute("SELECT ticket_id, remote_key FROM message"):
        found.setdefault(ticket, set()).add(key.removeprefix("mail:").removesuffix("@x"))
    return {frozenset(keys) for keys in found.values()}


@settings(max_examples=20)
@given(st.data())
def test_the_order_of_arrival_does_not_matter(data: st.DataObject) -> None:
    desk = fresh()
    mails = talks(desk)
    for key in data.draw(st.permutations(sorted(mails))):
        desk.take(mails[key])
    assert partition(desk) == TOGETHER
    for found in mails.values():  # and coming again changes nothing
        assert not desk.take(found).fresh
    assert desk.count("message") == len(mails)
    anna = desk.ticket(desk.take(mails["a1"]).ticket_id)
    assert (anna.first_buyer_at, anna.first_reply_at, anna.last_reply_at, anna.waiting_since) == (
        NOON - 9 * HOUR, NOON - 8 * HOUR, NOON - 8 * HOUR, NOON - 7 * HOUR,
    )  # fmt: skip
    assert anna.is_open
    assert {c.kind for c in desk.clocks(anna.id).values() if c.state == "running"} == {"next_response"}
    desk.close()


def chains(desk: Desk) -> dict[str, Inbound]:
    """Three buyers whose programs name only the mail they answer. Anna's chain holds our answer from a phone; Ben names
    his order in the middle only; a marketplace's buyer writes from an alias and is answered in its own tool."""
    a, b, c, z = "anna@buyer.example", "ben@buyer.example", "cleo@buyer.example", "abcd1234efgh@marketplace.amazon.de"
    of = partial(item, desk)
    return {
        "a1": of("a1", a, 1),
        "a2": of("a2", a, 2, ["a1"]),
        "r2": of("r2", CARE, 3, ["a2"], to=(a,), outbound=True),
        "a3": of("a3", a, 4, ["r2"]),
        "a4": of("a4", a, 5, ["a3"]),
        "b1": of("b1", b, 1),
        "b2": of("b2", b, 2, ["b1"], order_numbers=("4711",)),
        "b3": of("b3", b, 3, order_numbers=("47-11",)),
        "c1": of("c1", c, 1),
        "c3": of("c3", c, 3, ["c2"]),
        "c4": of("c4", c, 4, ["c3"]),
        "z1": of("z1", z, 1, platform="amazon"),
        "z2": of("z2", z, 2, ["z1"], platform="amazon", outbound=True),
        "z3": of("z3", z, 3, platform="amazon"),
    }


CHAINED = {frozenset(t) for t in (
    ("a1", "a2", "r2", "a3", "a4"), ("b1", "b2", "b3"), ("c1",), ("c3", "c4"), ("z1", "z2", "z3"),
)}  # fmt: skip


@settings(max_examples=20)
@given(st.data())
def test_chains_that_name_only_the_last_mail_come_together_in_any_order(data: st.DataObject) -> None:
    desk = fresh()
    mails = chains(desk)
    for key in data.draw(st.permutations(sorted(mails))):
        desk.take(mails[key])
    assert partition(desk) == CHAINED
    for found in mails.values():
        assert not desk.take(found).fresh
    anna = desk.ticket(desk.take(mails["a4"]).ticket_id)
    assert (anna.first_buyer_at, anna.first_reply_at, anna.last_reply_at, anna.waiting_since) == (
        NOON - 9 * HOUR, NOON - 7 * HOUR, NOON - 7 * HOUR, NOON - 6 * HOUR,
    )  # fmt: skip
    assert anna.is_open
    assert {c.kind for c in desk.clocks(anna.id).values() if c.state == "running"} == {"next_response"}
    assert events.verify(desk.store.conn).problem == ""
    desk.close()


def test_the_event_says_that_two_tickets_were_one_conversation(desk: Desk) -> None:
    first, last = desk.take(item(desk, "a", "anna@x", 1)), desk.take(item(desk, "c", "anna@x", 3, ["b"]))
    assert first.ticket_id != last.ticket_id
    middle = desk.take(item(desk, "b", "anna@x", 2, ["a"]))
    assert middle.ticket_id == first.ticket_id
    assert desk.told(first.ticket_id, "received")[-1].payload["joined"] == [last.ticket_id]  # type: ignore[index]
    assert desk.ticket(last.ticket_id).status == "closed"
    assert partition(desk) == {frozenset("abc")}


def test_what_two_people_worked_on_separately_is_not_joined_behind_their_backs(desk: Desk) -> None:
    from desk.tickets import note

    first, last = desk.take(item(desk, "a", "anna@x", 1)), desk.take(item(desk, "c", "anna@x", 3, ["b"]))
    for ticket in (first.ticket_id, last.ticket_id):
        with desk.acting() as unit:
            note(unit, ticket, "seen")
    middle = desk.take(item(desk, "b", "anna@x", 2, ["a"]))
    assert middle.ticket_id == first.ticket_id
    assert len(partition(desk)) == 2


def test_the_ticket_somebody_worked_on_is_the_one_that_stays(desk: Desk) -> None:
    from desk.tickets import note

    first, last = desk.take(item(desk, "a", "anna@x", 1)), desk.take(item(desk, "c", "anna@x", 3, ["b"]))
    with desk.acting() as unit:
        note(unit, last.ticket_id, "seen")
    assert desk.take(item(desk, "b", "anna@x", 2, ["a"])).ticket_id == last.ticket_id
    assert desk.ticket(first.ticket_id).status == "closed"


def test_what_was_split_on_purpose_stays_split(desk: Desk) -> None:
    from desk.splitting import split

    ticket = desk.take(item(desk, "a", "anna@x", 1)).ticket_id
    second = desk.take(item(desk, "b", "anna@x", 2, ["a"]))
    with desk.acting() as unit:
        split(unit, ticket, [second.message_id])
    desk.take(item(desk, "c", "anna@x", 3, ["a", "b"]))
    assert len(partition(desk)) == 2


def test_tickets_of_two_buyers_are_never_joined(desk: Desk) -> None:
    desk.take(item(desk, "a", "anna@x", 1, to=(CARE, "ben@x")))
    desk.take(item(desk, "c", "ben@x", 3, ["b"]))
    desk.take(item(desk, "b", "ben@x", 2, ["a"]))
    assert len({t for (t,) in desk.store.conn.execute("SELECT DISTINCT ticket_id FROM message")}) == 2


@pytest.mark.parametrize("order", list(itertools.permutations(["m", "r", "n"])))
def test_what_was_written_after_the_reply_still_waits(desk: Desk, order: tuple[str, ...]) -> None:
    """The Sent folder is often read after the inbox: an older reply must not silence a newer question."""
    a = "anna@buyer.example"
    mails = {"m": item(desk, "m", a, 1), "r": item(desk, "r", CARE, 2, ["m"], to=(a,), outbound=True),
             "n": item(desk, "n", a, 3, ["m"])}  # fmt: skip
    for key in order:
        ticket = desk.take(mails[key]).ticket_id
    found = desk.ticket(ticket)
    assert found.waiting_since == NOON - 7 * HOUR
    assert found.is_open
    assert found.status != "pending"


def test_the_same_subject_of_another_buyer_never_joins(desk: Desk) -> None:
    first = desk.mail(subject="Re: Order 4711", sender="anna@buyer.example", order_numbers=("4711",))
    second = desk.mail(subject="Re: Order 4711", sender="ben@buyer.example", order_numbers=("4711",))
    assert second.opened
    assert first.ticket_id != second.ticket_id


def test_a_forged_answer_opens_a_ticket_of_its_own_with_a_warning(desk: Desk) -> None:
    real = desk.mail(key="a@x")
    forged = desk.mail(sender="eve@evil.example", answers="a@x")
    assert forged.opened
    assert desk.ticket(forged.ticket_id).needs_review
    assert desk.told(forged.ticket_id, "received")[0].payload == {"message_id": forged.message_id, "warning": FORGED}
    assert desk.said(real.ticket_id) == ["Where is my parcel?"]


def test_a_mail_without_a_sender_joins_nobody(desk: Desk) -> None:
    ticket = desk.mail(key="a@x").ticket_id
    with desk.acting() as unit:
        from desk.tickets import note

        note(unit, ticket, "a note has no address either")
    nameless = desk.mail(sender="", answers="a@x", order_numbers=("1",))
    assert nameless.opened
    assert desk.ticket(nameless.ticket_id).customer_id is None
    assert desk.mail(sender="", order_numbers=("1",)).opened, "two mails without a sender are not one buyer's"


def test_a_colleague_of_the_buyer_who_was_in_copy_may_answer(desk: Desk) -> None:
    ticket = desk.mail(key="a@x", to=(CARE, "boss@buyer.example")).ticket_id
    assert desk.mail(sender="boss@buyer.example", answers="a@x").ticket_id == ticket


def test_a_deleted_parent_still_finds_the_thread_through_references(desk: Desk) -> None:
    ticket = desk.mail(key="a@x").ticket_id
    assert desk.mail(answers="gone@x", refs=("a@x", "gone@x")).ticket_id == ticket


@pytest.mark.parametrize(("days", "same"), [(29, True), (31, False)])
def test_an_order_number_joins_within_thirty_days(desk: Desk, days: int, same: bool) -> None:
    ticket = desk.mail(order_numbers=("305-99",)).ticket_id
    desk.clock.at += days * DAY
    assert (desk.mail(order_numbers=("30599",)).ticket_id == ticket) is same


def test_another_order_of_the_same_buyer_is_another_ticket(desk: Desk) -> None:
    assert desk.mail(order_numbers=("1",)).ticket_id != desk.mail(order_numbers=("2",)).ticket_id


def test_a_ticket_learns_its_order_from_a_later_mail(desk: Desk) -> None:
    ticket = desk.mail(key="a@x").ticket_id
    desk.mail(answers="a@x", order_numbers=("305-99",))
    assert desk.ticket(ticket).order_number == "305-99"
    assert desk.mail(order_numbers=("30599",)).ticket_id == ticket


# Mails as they come ----------------------------------------------------------------------------------


def raw(desk: Desk, *lines: str, body: str = "Hello", channel: str = "mail", sent_copy: bool = False):  # type: ignore[no-untyped-def]
    data = (
        "\r\n".join(lines) + "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + body
    ).encode()
    mail = read_mail(data)
    found = Inbound.from_mail(mail, understand(mail.text, mail.subject), data, desk.clock.at, sent_copy=sent_copy)
    return desk.take(found, channel)


def test_one_mail_to_two_mailboxes_is_one_message(desk: Desk) -> None:
    lines = ("From: Anna <anna@buyer.example>", f"To: {CARE}, {HELP}", "Subject: Hi", "Message-ID: <one@x>")
    first, second = raw(desk, *lines), raw(desk, *lines, channel="second")
    assert first.fresh
    assert not second.fresh
    assert desk.count("message") == desk.count("ticket") == 1


def test_a_mail_without_message_id_comes_in_once(desk: Desk) -> None:
    lines = ("From: Anna <anna@buyer.example>", f"To: {CARE}", "Subject: Hi", "Date: Tue, 17 Nov 2026 10:00:00 +0000")
    assert raw(desk, *lines).fresh
    assert not raw(desk, *lines).fresh
    assert not raw(desk, "Received: from b by c", *lines, channel="second").fresh
    assert raw(desk, *lines, body="Something else").fresh


def test_two_buyers_whose_programs_use_one_message_id_are_both_heard(desk: Desk) -> None:
    for name in ("anna", "ben"):
        lines = (f"From: {name}@buyer.example", f"To: {CARE}", "Subject: Form", "Message-ID: <form@broken>")
        assert raw(desk, *lines, body=f"I am {name}").fresh
        assert not raw(desk, *lines, body=f"I am {name}").fresh
    assert {r[0] for r in desk.store.conn.execute("SELECT body FROM message")} == {"I am anna", "I am ben"}


def test_a_contact_form_is_the_buyers(desk: Desk) -> None:
    taken = raw(desk, f"From: Shop <{CARE}>", f"To: {CARE}", "Reply-To: anna@buyer.example", "Subject: Contact",
                "Message-ID: <f@shop>", body="Is it waterproof?")  # fmt: skip
    ticket = desk.ticket(taken.ticket_id)
    assert (ticket.status, ticket.waiting_since) == ("new", NOON)
    (email,) = desk.store.conn.execute("SELECT email FROM customer WHERE id = ?", (ticket.customer_id,)).fetchone()
    assert email == "anna@buyer.example"
    answer = raw(desk, "From: anna@buyer.example", f"To: {CARE}", "Message-ID: <g@x>", "In-Reply-To: <f@shop>")
    assert answer.ticket_id == taken.ticket_id


def test_an_answer_from_another_mailbox_of_the_shop_is_no_buyers(desk: Desk) -> None:
    ticket = raw(desk, "From: anna@buyer.example", f"To: {CARE}", "Subject: Hi", "Message-ID: <a@x>").ticket_id
    copy = raw(desk, f"From: Help <{HELP}>", "To: anna@buyer.example", f"Cc: {CARE}", "Subject: Re: Hi",
               "Message-ID: <w@shop>", "In-Reply-To: <a@x>", "References: <a@x>")  # fmt: skip
    assert copy.ticket_id == ticket
    assert desk.ticket(ticket).waiting_since is None


POSED = (f"From: Shop <{CARE}>", "To: anna@buyer.example", "Subject: Re: Hi", "Message-ID: <w@x>", "In-Reply-To: <a@x>")
OUTSIDE = "Received: from evil.example (evil.example [203.0.113.9]) by mx.shop.example with ESMTPS; Tue, 17 Nov 2026"
INSIDE = "Received: from localhost (localhost [127.0.0.1]) by mx.shop.example with LMTP; Tue, 17 Nov 2026"
SIGNED_IN = "Received: from phone (dsl.example [198.51.100.7]) by mx.shop.example with ESMTPSA; Tue, 17 Nov 2026"


@pytest.mark.parametrize("head", [
    (OUTSIDE,),
    (OUTSIDE, SIGNED_IN),
    (INSIDE, OUTSIDE, SIGNED_IN),
    ("Return-Path: <x@evil.example>",),
    (OUTSIDE, "Authentication-Results: mx.shop.example; dmarc=fail header.from=shop.example; spf=pass smtp.mailfrom=e.example"),
    (OUTSIDE, "Authentication-Results: mx.shop.example; spf=pass smtp.mailfrom=evil.example; dkim=none"),
    (OUTSIDE, "Authentication-Results: mx.shop.example; dkim=pass header.d=evilshop.example; spf=none"),
    (OUTSIDE, "Authentication-Results: mx.shop.example; none"),
])  # fmt: skip
def test_a_mail_in_our_name_that_nothing_vouches_for_is_no_answer(desk: Desk, head: tuple[str, ...]) -> None:
    ticket = raw(desk, "From: anna@buyer.example", f"To: {CARE}", "Subject: Hi", "Message-ID: <a@x>").ticket_id
    posed = raw(desk, *head, *POSED)
    assert posed.ticket_id != ticket
    assert desk.ticket(ticket).waiting_since is not None
    assert desk.ticket(posed.ticket_id).needs_review
    assert desk.told(posed.ticket_id, "received")[0].payload["warning"] == POSING  # type: ignore[index]
    assert desk.ticket(posed.ticket_id).customer_id is None


@pytest.mark.parametrize("head", [
    (),
    (OUTSIDE, "Authentication-Results: mx.shop.example; dmarc=pass header.from=shop.example"),
    (OUTSIDE, "Authentication-Results: mx.shop.example 1; dkim=pass (2048-bit) header.i=@shop.example header.s=k; spf=softfail"),
    (OUTSIDE, "Authentication-Results: mx.shop.example; spf=pass smtp.mailfrom=bounce@mail.shop.example"),
    (SIGNED_IN,),
    (INSIDE, SIGNED_IN),
])  # fmt: skip
def test_an_answer_our_own_server_vouches_for_counts(desk: Desk, head: tuple[str, ...]) -> None:
    ticket = raw(desk, "From: anna@buyer.example", f"To: {CARE}", "Subject: Hi", "Message-ID: <a@x>").ticket_id
    assert raw(desk, *head, *POSED).ticket_id == ticket
    assert desk.ticket(ticket).waiting_since is None


def test_a_copy_from_the_sent_folder_always_counts(desk: Desk) -> None:
    ticket = raw(desk, "From: anna@buyer.example", f"To: {CARE}", "Subject: Hi", "Message-ID: <a@x>").ticket_id
    assert raw(desk, OUTSIDE, *POSED, sent_copy=True).ticket_id == ticket
    assert desk.ticket(ticket).waiting_since is None


def test_only_the_host_named_in_the_settings_vouches(desk: Desk) -> None:
    with desk.acting() as unit:
        unit.conn.execute(
            "UPDATE channel SET settings = json_set(settings, '$.authserv_id', 'mx.shop.example') WHERE id = 'mail'"
        )
    ticket = raw(desk, "From: anna@buyer.example", f"To: {CARE}", "Subject: Hi", "Message-ID: <a@x>").ticket_id
    posed = raw(desk, OUTSIDE, "Authentication-Results: evil.example; dmarc=pass header.from=shop.example", *POSED)
    assert posed.ticket_id != ticket


AMAZON = ("From: Anna <abcd1234efgh@marketplace.amazon.de>", f"To: {CARE}", "Subject: Frage zu 305-1234567-1234567")


def test_a_relay_alias_is_the_buyer_and_its_platform_the_tickets(desk: Desk) -> None:
    first = raw(desk, *AMAZON, "Message-ID: <z1@amazon>", "X-Space-Notification-Type: BBC_MESSAGE_SENT_TO_MERCHANT")
    again = raw(desk, *AMAZON[:2], "Subject: Noch etwas", "Message-ID: <z2@amazon>",
                "X-Space-Notification-Type: BBC_MESSAGE_SENT_TO_MERCHANT")  # fmt: skip
    assert again.ticket_id == first.ticket_id
    ticket = desk.ticket(first.ticket_id)
    assert (ticket.platform, ticket.order_number) == ("amazon", "305-1234567-1234567")


def test_an_answer_given_in_seller_central_stops_the_clock(desk: Desk) -> None:
    first = raw(desk, *AMAZON, "Message-ID: <z1@amazon>", "X-Space-Notification-Type: BBC_MESSAGE_SENT_TO_MERCHANT")
    assert desk.ticket(first.ticket_id).due_kind == "first_response"
    desk.clock.at += HOUR
    copy = raw(
        desk, *AMAZON, "Message-ID: <z2@amazon>", "X-Space-Notification-Type: BBC_MESSAGE_CONFIRMATION_TO_MERCHANT"
    )
    assert copy.ticket_id == first.ticket_id
    ticket = desk.ticket(first.ticket_id)
    assert (ticket.waiting_since, ticket.first_reply_at, ticket.status) == (None, NOON + HOUR, "pending")
    assert desk.clocks(ticket.id)["first_response"].state == "met"


def test_a_mail_cannot_pass_for_a_marketplace_thread(desk: Desk) -> None:
    from connectors.contract import MessageRecord

    evil = desk.mail(refs=("shopee:t9",), answers="shopee:t9")
    record = MessageRecord("1", "t9", False, "Anna", "77", "Hello?", NOON)
    real = desk.take(Inbound.from_record(record, "shopee", None))
    assert real.opened
    assert real.ticket_id != evil.ticket_id
    more = desk.take(Inbound.from_record(MessageRecord("2", "t9", False, "Anna", "77", "?", NOON), "shopee", None))
    assert more.ticket_id == real.ticket_id
