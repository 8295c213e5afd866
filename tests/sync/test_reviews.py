"""Reviews on the desk: a low one becomes a ticket, a public answer stands in it, and what changes there shows here."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.contract import AnswerReview, Buyer, Line, OrderRecord, Receipt, ReviewRecord
from desk import outbox, review_tickets, reviews
from desk.sync import dispatch, facts
from desk.sync.inbound import Inbound
from desk.sync.intake import Taken
from store.errors import Conflict, Refused
from store.sql import messages, people, shop
from store.sql import outbox as rows
from store.sql import reviews as stored
from store.sql.reviews import Review, Wanted
from store.values import DAY, HOUR, MINUTE, SYSTEM, Money
from tests.desk.small import NOON as NOW
from tests.desk.small import WEI, Desk

BUYER = Buyer("u-77", "Ines Prats", country="ES", lang="es")
ORDER = OrderRecord("R-1", "26-0001", NOW - 5 * DAY, NOW - DAY, "delivered", BUYER, Money("EUR", 2590),
                    (Line("L1", "LAMP-1", "Desk lamp", 1, Money("EUR", 2590)),))  # fmt: skip
LOW = ReviewRecord("V-1", 1, NOW - HOUR, "It went dark after a day.", "Never again", "R-1", "LAMP-1", author_id="u-77")
THANKS = "We are sorry. A new lamp is on its way."


class Shop(Desk):
    """An eBay account and Judge.me, open since a day ago."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        with self.store.write(SYSTEM) as unit:
            for ident, platform, kind in (("uk", "ebay", "marketplace"), ("jm", "judgeme", "service"),
                                          ("az", "amazon", "marketplace")):  # fmt: skip
                unit.conn.execute(
                    "INSERT INTO channel (id, platform, name, label, kind, settings, since) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (ident, platform, ident.upper(), ident, kind, '{"x": "y"}', NOW - DAY),
                )
        self.told_by(ORDER)

    def told_by(self, fact: facts.Fact, channel: str = "uk") -> Taken:
        with self.store.write(SYSTEM) as unit:
            found = shop.channel(unit.conn, channel)
            assert found is not None
            return facts.put(unit, found, fact)

    def review(self, channel: str = "uk", remote: str = "V-1") -> Review:
        found = stored.of_remote(self.store.conn, channel, remote)
        assert found is not None
        return found

    def talk(self, ticket: int) -> list[tuple[str, str]]:
        return [(m.direction, m.body) for m in messages.of_ticket(self.store.conn, ticket)]

    def answers(self, review: Review, text: str = THANKS, *, then: str = "") -> int:
        with self.acting() as unit:
            return reviews.answer(unit, review.id, text, then=then)

    def leaves(self, row: int) -> None:
        """It goes as sync would send it."""
        with self.acting(SYSTEM) as unit:
            rows.move(unit.conn, row, "held", "claimed", unit.now, handed_at=unit.now)
            outbox.sent(unit, row, Receipt("A-1", unit.now))


@pytest.fixture
def desk(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "desk")


# A low review becomes a ticket -----------------------------------------------------------------------------


def test_a_low_review_opens_a_ticket_with_its_words_product_order_and_a_clock(desk: Shop) -> None:
    taken = desk.told_by(LOW)
    ticket = desk.ticket(taken.ticket_id)
    assert (taken.opened, ticket.status, ticket.type, ticket.subject) == (True, "new", "dispute_review", "★☆☆☆☆ Desk lamp")
    assert (ticket.order_number, ticket.lang, ticket.customer_id) == ("26-0001", "es", people.customer_by_key(
        desk.store.conn, "ebay:u-77"))  # fmt: skip
    assert desk.talk(ticket.id) == [("in", "★☆☆☆☆\n\nNever again\n\nIt went dark after a day.")]
    assert desk.review().ticket_id == ticket.id
    assert "first_response" in desk.clocks(ticket.id)
    assert not desk.told_by(LOW).fresh
    assert desk.count("ticket") == 1


@pytest.mark.parametrize("told", [
    {"rating": 3}, {"rating": 0}, {"at": NOW - 2 * DAY}, {"reply": "Sorry!"},
], ids=["not low", "no stars", "history", "answered there"])  # fmt: skip
def test_other_reviews_open_none(desk: Shop, told: dict[str, object]) -> None:
    assert not desk.told_by(replace(LOW, **told)).opened  # type: ignore[arg-type]
    assert desk.count("ticket") == 0


def test_how_many_stars_are_low_is_set_for_each_account(desk: Shop) -> None:
    with desk.acting() as unit:
        reviews.low_limit(unit, "uk", 0)
    assert not desk.told_by(LOW).opened
    with desk.acting() as unit:
        reviews.low_limit(unit, "uk", 3)
    assert desk.told_by(replace(LOW, remote_id="V-2", rating=3)).opened
    assert json.loads(desk.store.conn.execute("SELECT settings FROM channel WHERE id = 'uk'").fetchone()[0])["x"] == "y"


def test_it_joins_the_buyers_own_ticket_about_the_order(desk: Shop) -> None:
    talk = desk.take(Inbound("ebay:m1", "ebay:u-77", "Ines", "u-77", "Dark", "It is dark.", NOW - 2 * HOUR, NOW - 2 * HOUR,
                             order_numbers=("26-0001",), platform="ebay"), "uk")  # fmt: skip
    taken = desk.told_by(LOW)
    assert (taken.ticket_id, taken.opened) == (talk.ticket_id, False)
    desk.leaves(desk.answers(desk.review()))
    assert desk.ticket(talk.ticket_id).waiting_since == NOW - 2 * HOUR, "what they wrote in private still waits"


def test_an_edit_is_a_note_and_opens_a_solved_ticket_again_while_it_is_low(desk: Shop) -> None:
    ticket = desk.told_by(LOW).ticket_id
    with desk.acting() as unit:
        unit.conn.execute("UPDATE ticket SET status = 'solved' WHERE id = ?", (ticket,))
    desk.told_by(replace(LOW, text="It burnt!"))
    assert desk.talk(ticket)[-1] == ("note", "★☆☆☆☆\n\nNever again\n\nIt burnt!")
    assert desk.ticket(ticket).status == "open"
    desk.told_by(replace(LOW, text="They sent a new one.", rating=5))
    assert desk.talk(ticket)[-1][1].startswith("★★★★★")
    (first, second) = desk.told(ticket, "review_changed")
    assert [e.payload["stars"] for e in (first, second) if e.payload] == [[1, 1], [1, 5]]


def test_a_review_that_becomes_low_opens_a_ticket(desk: Shop) -> None:
    assert not desk.told_by(replace(LOW, rating=4)).opened
    assert desk.told_by(LOW).opened


# Answers ---------------------------------------------------------------------------------------------------


def test_a_public_answer_leaves_once_stands_in_the_ticket_and_stops_its_clock(desk: Shop) -> None:
    ticket = desk.told_by(LOW).ticket_id
    row = desk.answers(desk.review(), then="solved")
    command = dispatch.command(rows.get(desk.store.conn, row))  # type: ignore[arg-type]
    assert isinstance(command, AnswerReview) and (command.review_id, command.text) == ("V-1", THANKS)
    assert reviews.standing(desk.review(), reviews.under_way(desk.store.conn)).state == "held"
    with pytest.raises(Conflict):
        desk.answers(desk.review(), "Another")
    desk.leaves(row)
    assert desk.talk(ticket)[-1] == ("out", THANKS)
    assert (desk.ticket(ticket).status, desk.ticket(ticket).waiting_since) == ("solved", None)
    assert desk.review().reply == THANKS
    with pytest.raises(Refused, match="has its answer"):
        desk.answers(desk.review(), "Another")
    desk.told_by(replace(LOW, reply=THANKS))
    assert len(desk.talk(ticket)) == 2, "its copy comes back once"


def test_an_answer_to_an_old_review_stands_in_a_closed_ticket_without_clock_or_owner(desk: Shop) -> None:
    desk.told_by(replace(LOW, at=NOW - 9 * DAY, rating=5))
    row = desk.answers(desk.review())
    ticket = desk.ticket(rows.get(desk.store.conn, row).ticket_id)  # type: ignore[union-attr]
    assert (ticket.status, ticket.assignee_id, ticket.type, desk.clocks(ticket.id)) == ("closed", None, "other", {})
    desk.leaves(row)
    assert [d for d, _text in desk.talk(ticket.id)] == ["in", "out"]
    assert desk.ticket(ticket.id).status == "closed"


def test_an_answer_taken_back_is_a_draft_again(desk: Shop) -> None:
    desk.told_by(LOW)
    row = desk.answers(desk.review())
    with desk.acting() as unit:
        outbox.take_back(unit, row)
    draft = people.draft(desk.store.conn, desk.review().ticket_id, "ana")  # type: ignore[arg-type]
    assert draft is not None and (draft.kind, draft.body) == (f"review:{desk.review().id}", THANKS)


def test_an_answer_given_in_the_console_stops_the_clock(desk: Shop) -> None:
    ticket = desk.told_by(LOW).ticket_id
    desk.told_by(replace(LOW, reply="Sorry, Ines."))
    assert desk.talk(ticket)[-1] == ("out", "Sorry, Ines.")
    assert (desk.ticket(ticket).status, desk.ticket(ticket).waiting_since) == ("solved", None)


def test_an_answer_in_doubt_that_shows_there_is_settled(desk: Shop) -> None:
    ticket = desk.told_by(LOW).ticket_id
    row = desk.answers(desk.review())
    with desk.acting(SYSTEM) as unit:
        rows.move(unit.conn, row, "held", "unknown", unit.now, handed_at=unit.now)
    desk.told_by(replace(LOW, reply=f" {THANKS}"))
    assert rows.get(desk.store.conn, row).state == "sent"  # type: ignore[union-attr]
    assert [text for d, text in desk.talk(ticket) if d == "out"] == [THANKS]


def test_what_is_only_read_is_refused_with_the_reason_before_anything_is_written(desk: Shop) -> None:
    desk.told_by(replace(LOW, order_id=""), "az")
    review = desk.review("az")
    assert "answered in Seller Central" in reviews.why_not(desk.store.conn, review)
    before = desk.count("outbox")
    with pytest.raises(Refused, match="Seller Central"):
        desk.answers(review)
    assert desk.count("outbox") == before


def test_a_reply_in_the_ticket_of_a_service_goes_to_the_author_alone(desk: Shop) -> None:
    ticket = desk.told_by(replace(LOW, remote_id="812", order_id="", author_id="", email="Ines@example.org"), "jm").ticket_id
    row = desk.reply(ticket)
    command = dispatch.command(rows.get(desk.store.conn, row))  # type: ignore[arg-type]
    assert (command.thread_id, command.to) == ("812", ("ines@example.org",))  # type: ignore[union-attr]


def test_a_colleagues_answer_while_one_writes_is_seen(desk: Shop) -> None:
    desk.told_by(LOW)
    row = desk.answers(desk.review())
    with pytest.raises(Conflict), desk.acting(WEI) as unit:
        reviews.answer(unit, desk.review().id, "Mine")
    assert rows.get(desk.store.conn, row).state == "held"  # type: ignore[union-attr]


def test_a_list_holds_what_is_asked_for(desk: Shop) -> None:
    for number, rating in enumerate((5, 2, 0, 1), 1):
        desk.told_by(replace(LOW, remote_id=f"W-{number}", rating=rating, at=NOW - 3 * DAY - number * MINUTE,
                             reply="Thanks" if rating == 5 else ""), "jm" if rating == 1 else "uk")  # fmt: skip
    conn = desk.store.conn

    def ids(**wanted: object) -> list[str]:
        return [r.remote_id for r in stored.listed(conn, Wanted(**wanted), 10)]  # type: ignore[arg-type]

    assert ids() == ["W-1", "W-2", "W-3", "W-4"]
    assert ids(most=2) == ["W-2", "W-4"]
    assert ids(unanswered=True) == ["W-2", "W-3", "W-4"]
    assert ids(channel_id="jm") == ["W-4"]
    assert (reviews.unanswered(conn), review_tickets.stars(2)) == (3, "★★☆☆☆")
