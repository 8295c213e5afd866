"""Spam leaves the inbox and its clocks, a blocked sender never reaches it, and both can be taken back."""

from __future__ import annotations

import pytest

from desk import inbox, spam, undo
from desk.tickets import each
from store.errors import Conflict, Invalid, NotFound
from store.sql import people
from store.values import NEVER
from tests.desk.small import ANA, CARE, WEI, Desk

ANNA = "anna@buyer.example"


def shown(desk: Desk, query: str) -> list[int]:
    conn = desk.store.conn
    wanted = inbox.resolve(query, inbox.context(conn, "ana", desk.clock.at))
    return [t.id for t in inbox.page(conn, wanted, "ana")]


def mark(desk: Desk, *ids: int) -> None:
    with desk.acting() as unit:
        assert not each(unit, ids, lambda t: spam.mark(unit, t)).refused


def test_spam_is_closed_without_clock_and_stands_in_its_view(desk: Desk) -> None:
    first, other = desk.mail(key="a").ticket_id, desk.mail(sender="bert@buyer.example", key="b").ticket_id
    mark(desk, first)
    ticket = desk.ticket(first)
    assert (ticket.automatic, ticket.status, ticket.due_at) == ("spam", "closed", NEVER)
    assert shown(desk, "is:open") == [other]
    with desk.acting() as unit:
        assert shown(desk, inbox.view(unit.conn, "spam", "ana").query) == [first]
    assert len(desk.told(first, "marked_spam")) == 1


def test_marking_is_undone_and_done_again_as_one_step(desk: Desk) -> None:
    one, two = desk.mail(key="a").ticket_id, desk.mail(sender="bert@buyer.example", key="b").ticket_id
    before = [desk.ticket(t)[:30] for t in (one, two)]
    mark(desk, one, two)
    with desk.acting() as unit:
        assert undo.undo(unit).tickets == (one, two)
    after = [desk.ticket(t) for t in (one, two)]
    assert [(t.status, t.due_at, t.waiting_since, t.automatic) for t in after] == [
        ("new", b[19], b[26], "") for b in before
    ]
    with desk.acting() as unit:
        undo.redo(unit)
    assert shown(desk, "is:open") == []


def test_spam_that_writes_again_comes_back_unless_its_sender_is_blocked(desk: Desk) -> None:
    ticket = desk.mail(key="a").ticket_id
    mark(desk, ticket)
    desk.mail(text="I am a person", key="b", answers="a")
    assert (desk.ticket(ticket).status, desk.ticket(ticket).automatic) == ("open", "")
    with desk.acting() as unit:
        spam.block_sender(unit, ticket)
    desk.mail(text="Win!", key="c", answers="b")
    assert (desk.ticket(ticket).status, desk.ticket(ticket).automatic) == ("closed", "spam")
    assert desk.said(ticket)[-1] == "Win!", "it is kept"


def test_mail_of_a_blocked_sender_comes_in_closed_without_clock_and_owner(desk: Desk) -> None:
    with desk.acting() as unit:
        spam.block(unit, "Anna@Buyer.example")
        assert spam.block(unit, ANNA) == 0
    taken = desk.mail(text="You won", urgency=2)
    ticket = desk.ticket(taken.ticket_id)
    assert (ticket.status, ticket.automatic, ticket.assignee_id, ticket.due_at) == ("closed", "spam", None, NEVER)
    assert (ticket.priority, ticket.needs_review) == (1, 0)
    assert shown(desk, "is:spam") == [taken.ticket_id]
    desk.mail(text="A question", sender="bert@buyer.example")
    assert len(shown(desk, "is:open")) == 1


def test_a_blocked_sender_does_not_wake_a_ticket_of_somebody_else(desk: Desk) -> None:
    ticket = desk.mail(key="a").ticket_id
    with desk.acting() as unit:
        spam.block(unit, ANNA)
    before = desk.ticket(ticket)
    desk.mail(text="more", key="b", answers="a")
    after = desk.ticket(ticket)
    assert (after.status, after.waiting_since, after.automatic) == (before.status, before.waiting_since, "")


def test_blocking_is_undone_also_where_no_ticket_was_named(desk: Desk) -> None:
    with desk.acting() as unit:
        spam.block(unit, ANNA)
    with desk.acting() as unit:
        assert undo.undo(unit).verb == "blocked"
    assert people.all_blocked(desk.store.conn) == []
    with desk.acting() as unit:
        undo.redo(unit)
    assert [b.key for b in people.all_blocked(desk.store.conn)] == [f"email:{ANNA}"]
    with desk.acting(WEI) as unit:
        spam.unblock(unit, ANNA)
    with desk.acting(ANA) as unit, pytest.raises(Conflict):
        undo.undo(unit)
    with desk.acting(WEI) as unit:
        undo.undo(unit)
    assert len(people.all_blocked(desk.store.conn)) == 1


def test_marking_and_blocking_from_a_ticket_is_one_step(desk: Desk) -> None:
    ticket = desk.mail().ticket_id
    with desk.acting() as unit:
        each(unit, [ticket], lambda t: spam.block_sender(unit, t))
    assert [b.key for b in people.all_blocked(desk.store.conn)] == [f"email:{ANNA}"]
    with desk.acting() as unit:
        undo.undo(unit)
    assert (desk.ticket(ticket).status, people.all_blocked(desk.store.conn)) == ("new", [])


def test_what_is_no_spam_comes_back_on_its_clock_with_an_owner(desk: Desk) -> None:
    with desk.acting() as unit:
        spam.block(unit, ANNA)
    ticket = desk.mail(hours_ago=1).ticket_id
    with desk.acting() as unit:
        spam.unblock(unit, ANNA)
        assert spam.clear(unit, ticket)
        assert spam.clear(unit, ticket) == 0
    found = desk.ticket(ticket)
    assert (found.status, found.automatic, found.waiting_since) == ("open", "", desk.clock.at - 3_600_000)
    assert found.assignee_id and found.due_at < NEVER


def test_who_cannot_be_blocked(desk: Desk) -> None:
    with desk.acting() as unit:
        for wrong in ("anna", "@buyer.example", "a b@c.example", ""):
            with pytest.raises(Invalid):
                spam.block(unit, wrong)
        with pytest.raises(Invalid, match="of this shop"):
            spam.block(unit, CARE.upper())
        with pytest.raises(NotFound):
            spam.unblock(unit, ANNA)
    assert spam.key_of("eBay:Seller_99") == "ebay:seller_99"
