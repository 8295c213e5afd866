"""What became of replies made from templates, and which templates should be read again."""

from __future__ import annotations

from connectors.contract import Receipt
from desk import outbox, template_book, versions
from desk.automation import review
from desk.automation.library import template_from
from desk.automation.template_stats import Usage, usage
from desk.tickets import set_status
from store.values import DAY, HOUR, SYSTEM
from tests.desk.small import Desk


def answer(desk: Desk, ticket_id: int, template: str, then: str = "open", sent: bool = True) -> int:
    row = desk.reply(ticket_id, then=then)
    desk.store.conn.execute("UPDATE outbox SET template_id = ? WHERE id = ?", (template, row))
    if sent:
        with desk.acting(SYSTEM) as unit:
            unit.conn.execute("UPDATE outbox SET state = 'claimed' WHERE id = ?", (row,))
            outbox.sent(unit, row, Receipt("r1", desk.clock.at))
    desk.clock.at += 1000
    return row


def of(desk: Desk, template: str, since: int = 0) -> Usage:
    (found,) = usage(desk.store.conn, since, template)
    return found


def test_uses_answers_solutions_and_reopenings_are_counted(desk: Desk) -> None:
    first = desk.mail(sender="a@buyer.example", key="a1@x").ticket_id
    answer(desk, first, "apology", then="solved")
    desk.clock.at += 2 * HOUR
    desk.mail(sender="a@buyer.example", answers="a1@x")
    second = desk.mail(sender="b@buyer.example").ticket_id
    row = answer(desk, second, "apology", sent=False)
    with desk.acting() as unit:
        outbox.take_back(unit, row)
    third = desk.mail(sender="c@buyer.example").ticket_id
    last = desk.clock.at
    answer(desk, third, "apology")
    found = of(desk, "apology")
    assert (found.used, found.sent, found.taken_back, found.answered) == (3, 2, 1, 1)
    assert found.answer_ms is not None and 2 * HOUR <= found.answer_ms <= 2 * HOUR + 2000
    assert (found.solved, found.reopened, found.by_rules) == (1, 1, 0)
    assert (found.last_used_at, found.languages) == (last, {"en": 3})


def test_what_happens_a_week_later_is_not_laid_to_it(desk: Desk) -> None:
    ticket_id = desk.mail().ticket_id
    answer(desk, ticket_id, "apology")
    desk.clock.at += 8 * DAY
    with desk.acting() as unit:
        set_status(unit, ticket_id, "solved")
    found = of(desk, "apology")
    assert (found.solved, found.answer_ms) == (0, None)
    assert usage(desk.store.conn, desk.clock.at) == []


# Reading again ----------------------------------------------------------------------------------------


def test_every_quarter_a_template_is_due_until_somebody_has_read_it(desk: Desk) -> None:
    assert review.due(desk.store.conn, desk.clock.at) == []
    ack = template_book.need(desk.store.conn, "ack")
    desk.clock.at = ack.review_at
    due = {d.template_id: d for d in review.due(desk.store.conn, desk.clock.at)}
    assert due["ack"].why[0].english() == "to be read again since 2027-02-22 00:00 UTC"
    with desk.acting() as unit:
        until = review.reviewed(unit, "ack")
    assert until == template_book.need(desk.store.conn, "ack").review_at
    assert until - desk.clock.at == 91 * DAY
    assert "ack" not in {d.template_id for d in review.due(desk.store.conn, desk.clock.at)}


def test_a_template_is_due_when_something_it_names_changes(desk: Desk) -> None:
    with desk.acting() as unit:
        for ident, text in (("dhl", "Sent with DHL Paket."), ("none", "Sent with DHLs cousin."), ("sku", "灯具LX-100坏了")):
            template_book.save(unit, template_from({"id": ident, "names": {"en": ident}, "text": {"en": text}}))
    desk.clock.at += HOUR
    with desk.acting() as unit:
        versions.tell(unit, "carrier", "dhl", {"name": "DHL"})
        versions.tell(unit, "product", "p7", {"sku": "LX-100"})
        versions.tell(unit, "rule", "sent", {"name": "Sent"})
    due = {d.template_id: d.why[0].english() for d in review.due(desk.store.conn, desk.clock.at)}
    assert due == {
        "dhl": "the carrier dhl changed on 2026-11-17 13:00 UTC",
        "sku": "the product p7 changed on 2026-11-17 13:00 UTC",
    }
    with desk.acting() as unit:
        review.reviewed(unit, "dhl")
    desk.clock.at += HOUR
    with desk.acting() as unit:
        versions.tell_removed(unit, "carrier", "dhl")
    assert [d.template_id for d in review.due(desk.store.conn, desk.clock.at)] == ["sku", "dhl"]
