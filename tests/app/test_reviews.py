"""The page of reviews: what waits, answering in public with a warning, taking it back, and the ticket behind one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.contract import ReviewRecord
from desk.sync import facts
from store.sql import outbox, people, reviews, shop
from store.sql import tickets as rows
from store.values import DAY, HOUR, SYSTEM
from tests.app.desks import NOON, TestDesk, desk_of, press, screen_text, settled, until, write

WORDS = "It broke on the first \x1b[31mday."


class Reviewed(TestDesk):
    """eBay and Amazon besides the mail account, open since a day ago."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        with self.store.write(SYSTEM) as unit:
            for ident, platform, name, kind in (
                ("uk", "ebay", "eBay UK", "marketplace"), ("az", "amazon", "Amazon", "marketplace"),
                ("jm", "judgeme", "Judge.me", "service"),
            ):  # fmt: skip
                unit.conn.execute(
                    "INSERT INTO channel (id, platform, name, label, kind, settings, since) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (ident, platform, name, ident, kind, '{"x": "y"}', NOON - DAY),
                )

    def review(self, remote: str, rating: int, text: str = WORDS, *, channel: str = "uk", hours_ago: int = 48) -> int:
        with self.store.write(SYSTEM) as unit:
            found = shop.channel(unit.conn, channel)
            assert found is not None
            facts.put(unit, found, ReviewRecord(remote, rating, NOON - hours_ago * HOUR, text, sku="LAMP-1", product="Desk lamp",
                                                author="Ines", author_id=f"u-{remote}"))  # fmt: skip
            stored = reviews.of_remote(unit.conn, channel, remote)
        assert stored is not None
        return stored.id


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Reviewed]:
    made = Reviewed(tmp_path)
    made.mail("Something else")
    yield made
    made.store.close()


async def test_the_newest_come_first_with_stars_account_and_state(desk: Reviewed) -> None:
    desk.review("V-1", 5, "Bright \x1b[5m!", hours_ago=60)
    desk.review("V-2", 1)
    async with desk.workstation() as pilot:
        await press(pilot, "g", "r")
        lines = screen_text(pilot).split("\n")
        assert "Reviews · 2 unanswered" in lines[1]
        assert "unanswered  ★☆☆☆☆" in lines[2] and "eBay UK" in lines[2] and "★★★★★" in lines[3]
        assert "★☆☆☆☆ Desk lamp" in screen_text(pilot) and "r writes one that everybody reads" in screen_text(pilot)
        assert "\x1b" not in screen_text(pilot)
        await press(pilot, "l")
        assert "only ★★ and fewer" in screen_text(pilot) and "★★★★★" not in screen_text(pilot)
        await press(pilot, "F", "u")
        assert "only unanswered" in screen_text(pilot) and "★★★★★" in screen_text(pilot)


async def test_a_public_answer_warns_leaves_is_taken_back_and_gone_on_with(desk: Reviewed) -> None:
    number = desk.review("V-1", 2)
    async with desk.workstation(size=(80, 24)) as pilot:
        await press(pilot, "g", "r", "r")
        await until(pilot, lambda: desk_of(pilot).place == "composer")
        assert "PUBLIC answer to a review" in screen_text(pilot)
        await write(pilot, "Sorry!")
        await press(pilot, "escape")
        assert "PUBLIC: everybody reads it" in screen_text(pilot) and "everybody, under the review" in screen_text(pilot)
        await press(pilot, "y")
        assert desk_of(pilot).place == "reviews"
        (row,) = outbox.listed(desk.store.conn)
        assert (row.kind, row.state) == ("answer_review", "held") and "leaving" in screen_text(pilot)
        ticket = rows.get(desk.store.conn, row.ticket_id)
        assert ticket is not None and ticket.status == "closed", "a ticket that is only for the answer stays out of the way"
        await press(pilot, "z")
        await until(pilot, lambda: outbox.get(desk.store.conn, row.id).state == "cancelled")  # type: ignore[union-attr]
        draft = people.draft(desk.store.conn, row.ticket_id, "ana")
        assert draft is not None and (draft.kind, draft.body) == (f"review:{number}", "Sorry!")
        await press(pilot, "g", "r", "r")
        await until(pilot, lambda: desk_of(pilot).place == "composer")
        assert "Sorry!" in screen_text(pilot)


async def test_a_template_goes_into_a_public_answer_by_its_name_only(desk: Reviewed) -> None:
    desk.review("V-1", 2)
    async with desk.workstation() as pilot:
        await press(pilot, "g", "r", "r")
        await until(pilot, lambda: desk_of(pilot).place == "composer")
        await press(pilot, "ctrl+t")
        assert desk_of(pilot).place == "composer" and "Type ; and its name" in screen_text(pilot)
        await press(pilot, "ctrl+f")
        assert "A public answer carries no files." in screen_text(pilot), "said before a path is asked for"
        assert "Attach (" not in screen_text(pilot)


async def test_enter_opens_its_ticket_and_s_goes_back_to_it(desk: Reviewed) -> None:
    number = desk.review("V-1", 1, hours_ago=2)
    desk.review("V-2", 5)
    async with desk.workstation() as pilot:
        await press(pilot, "g", "r")
        assert "ticket #2: Enter opens it" in screen_text(pilot)
        await press(pilot, "enter")
        assert desk_of(pilot).place == "ticket"
        await until(pilot, lambda: "★☆☆☆☆ Desk lamp" in screen_text(pilot) and "Ines  ★ review" in screen_text(pilot))
        await press(pilot, "S")
        assert desk_of(pilot).place == "reviews" and desk_of(pilot).acts.paging.parts[0].current == number  # type: ignore[attr-defined]
        await press(pilot, "j", "enter")
        assert "was made for this review, closed" in screen_text(pilot)


async def test_a_ticket_without_a_review_says_so(desk: Reviewed) -> None:
    async with desk.workstation() as pilot:
        await press(pilot, "S")
        assert "No review is behind #1" in screen_text(pilot)
        await press(pilot, "g", "r")
        assert "No review has come in yet." in screen_text(pilot)
        await press(pilot, "r")
        assert desk_of(pilot).place == "reviews"


async def test_what_the_platform_cannot_is_said_before_one_writes(desk: Reviewed) -> None:
    desk.review("V-1", 4, channel="az")
    async with desk.workstation() as pilot:
        await press(pilot, "g", "r")
        assert "No public answer from here" in screen_text(pilot) and "Amazon tells seller feedback" in screen_text(pilot)
        await press(pilot, "r")
        assert desk_of(pilot).place == "reviews" and "Amazon cannot do this" in screen_text(pilot)


async def test_one_writes_to_the_author_of_a_judgeme_review_alone(desk: Reviewed) -> None:
    desk.review("812", 2, channel="jm", hours_ago=2)
    async with desk.workstation() as pilot:
        await press(pilot, "g", "r", "w")
        await until(pilot, lambda: desk_of(pilot).place == "composer")
        assert "Reply to" in screen_text(pilot) and "PUBLIC" not in screen_text(pilot)
        await write(pilot, "Just to you.")
        await press(pilot, "escape", "y")
        await settled(pilot)
        (row,) = outbox.listed(desk.store.conn)
        assert row.kind == "reply" and '"thread_id": "812"' in row.payload
