"""The team's corrections are learned, their worth is told, and mail is read with them once there are enough."""

from __future__ import annotations

import json

import pytest

from desk import learning, undo
from desk.changes import change
from desk.reading.understand import understand
from desk.sync.reader import InProcess, Pooled
from store.errors import Refused
from store.values import Actor
from tests.desk.small import ANA, Desk

DIM = "The glow wavers whenever my cat walks past the shelf, number {n}."
PRICE = "Could somebody repeat what my aunt mentioned about bananas, number {n}?"
RULE = Actor("rule", "router")


def corrected(desk: Desk, many: int, *, by: Actor = ANA) -> None:
    """`many` tickets of two kinds that no table knows, sorted by hand."""
    for n in range(many):
        text, kind = (DIM, "defective") if n % 2 else (PRICE, "invoice_payment")
        ticket = desk.mail(text=text.format(n=n), sender=f"b{n}@buyer.example", subject="").ticket_id
        with desk.acting(by) as unit:
            change(unit, ticket, {"type": kind})


def test_only_what_people_corrected_and_left_so_counts(desk: Desk) -> None:
    corrected(desk, 4)
    corrected_by_rule = desk.mail(text="x", sender="r@buyer.example").ticket_id
    with desk.acting(RULE) as unit:
        change(unit, corrected_by_rule, {"type": "refund"})
    with desk.acting() as unit:
        undo.undo(unit)
    found = learning.corrections(desk.store.conn)
    assert [(c.ticket_id, c.type) for c in found] == [(1, "invoice_payment"), (2, "defective"), (3, "invoice_payment")]
    assert found[1].text == DIM.format(n=1)


def test_it_begins_by_itself_at_thirty_corrections(desk: Desk) -> None:
    corrected(desk, learning.ENOUGH - 1)
    assert not learning.refresh(desk.store)
    assert learning.saved(desk.store.conn) == ""
    corrected(desk, learning.ENOUGH)
    assert learning.refresh(desk.store)
    now = learning.standing(desk.store.conn)
    assert (now.choice, now.active) == ("auto", True)
    assert not learning.refresh(desk.store), "nothing new to learn from"
    learner = learning.active(desk.store.conn)
    read = understand("The glow wavers again when my cat walks past", learner=learner)
    assert (read.type, read.instead_of) == ("defective", "other")


def test_it_reports_how_good_it_is_on_what_it_had_not_seen(desk: Desk) -> None:
    corrected(desk, 40)
    report = learning.train(desk.store)
    assert report.examples == report.asked == 40
    assert report.right == 40 and report.alone < 5 and report.together >= 38
    assert learning.standing(desk.store.conn).report == report


def test_the_switch_holds_whatever_was_learned(desk: Desk) -> None:
    corrected(desk, 10)
    learning.train(desk.store)
    assert learning.saved(desk.store.conn) == "", "too few to begin by itself"
    for choice, used in (("on", True), ("off", False), ("auto", False)):
        with desk.acting() as unit:
            learning.choose(unit, choice)
        assert bool(learning.saved(desk.store.conn)) is used
        assert learning.standing(desk.store.conn).active is used


def test_without_corrections_there_is_nothing_to_learn(desk: Desk) -> None:
    with pytest.raises(Refused):
        learning.train(desk.store)


def test_mail_is_read_with_it_in_process_and_in_workers(desk: Desk) -> None:
    corrected(desk, 30)
    learning.train(desk.store)
    saved = learning.saved(desk.store.conn)
    raw = b"From: a@b.example\nMessage-ID: <x@y>\nSubject: hello\n\nThe glow wavers, my cat walks past the shelf.\n"
    plain, pooled = InProcess(), Pooled()
    for reader in (plain, pooled):
        for taught, kind in (("", "other"), (saved, "defective"), ("", "other")):
            reader.teach(taught)
            ((_mail, meaning),) = reader.mails([raw])
            assert meaning is not None and meaning.type == kind
            (text,) = reader.texts([("The glow wavers, my cat walks past the shelf.", "hello")])
            assert text.type == kind
        reader.close()


def test_a_pool_that_is_taught_while_it_reads_finishes_what_it_has(desk: Desk) -> None:
    corrected(desk, 30)
    learning.train(desk.store)
    raws = [b"From: a@b.example\nSubject: %d\n\nThe glow wavers, my cat walks past.\n" % n for n in range(6)]
    reader = Pooled()
    reading = reader.mails(raws)
    first = next(reading)
    reader.teach(learning.saved(desk.store.conn))
    kinds = [meaning.type for _mail, meaning in (first, *reading) if meaning]
    assert kinds == ["other"] * 6
    assert [m.type for _mail, m in reader.mails(raws) if m] == ["defective"] * 6
    reader.close()


def test_what_the_learner_changed_is_told_with_the_ticket(desk: Desk) -> None:
    corrected(desk, 30)
    learning.train(desk.store)
    text = "The glow wavers, my cat walks past the shelf."
    item = desk.inbound(text, sender="new@buyer.example")
    from dataclasses import replace

    meaning = understand(text, "", learner=learning.active(desk.store.conn))
    ticket = desk.take(replace(item, understanding=meaning)).ticket_id
    (created,) = desk.told(ticket, "created")
    assert created.payload is not None and created.payload["taught"] == {"type": ["other", "defective"]}
    assert json.loads(learning.saved(desk.store.conn))["format"] == 1


def test_it_stays_out_where_it_does_no_better(desk: Desk) -> None:
    text = "The thing hums at night, number {n}."
    for n in range(120):  # the same words, mostly left as they were sorted
        ticket = desk.mail(text=text.format(n=n), sender=f"b{n}@buyer.example", subject="").ticket_id
        with desk.acting() as unit:
            unit.conn.execute("UPDATE ticket SET first_reply_at = 1, type = 'quality' WHERE id = ?", (ticket,))
            if n % 4 == 0:
                change(unit, ticket, {"type": "refund" if n % 8 else "cancel"})
    assert learning.refresh(desk.store)
    now = learning.standing(desk.store.conn)
    assert now.report is not None and now.report.corrections == 30 and now.report.examples == 120
    assert now.active == (now.report.together > now.report.alone)


def test_what_agents_left_as_it_was_counts_and_history_does_not(desk: Desk) -> None:
    answered = desk.mail(text="A plain question about glue", sender="a@buyer.example").ticket_id
    untouched = desk.mail(text="Another one", sender="b@buyer.example").ticket_id
    old = desk.mail(text="Long ago", sender="c@buyer.example", history=True).ticket_id
    with desk.acting() as unit:
        unit.conn.execute("UPDATE ticket SET first_reply_at = 1 WHERE id IN (?, ?)", (answered, old))
    assert [c.ticket_id for c in learning.kept(desk.store.conn, set())] == [answered]
    assert learning.kept(desk.store.conn, {answered}) == []
    assert untouched not in {c.ticket_id for c in learning.kept(desk.store.conn, set())}
