"""The flow of triage: what one does next follows by itself, and nothing happens behind one's back."""

from __future__ import annotations

import pytest

from app import habits
from desk import tickets
from desk.since import left_at, since
from store.sql import outbox, people
from store.sql import tickets as rows
from store.sql.people import Seen
from store.values import HOUR, MINUTE, SECOND, Actor
from tests.app.desks import NOON, TestDesk, desk_of, press, screen_text, until, write

ANA, WEI = Actor("agent", "ana"), Actor("agent", "wei")


async def test_solving_a_ticket_one_reads_opens_the_next_and_undo_comes_back(desk: TestDesk) -> None:
    first, second = desk.mail("one", hours_ago=3), desk.mail("two", hours_ago=2)
    async with desk.workstation() as pilot:
        screen = desk_of(pilot).desk_screen
        await press(pilot, "enter")
        await press(pilot, "e")
        assert screen.reading and screen.ticket.ticket_id == second
        await press(pilot, "z")
        assert screen.reading and screen.ticket.ticket_id == first
        assert rows.get(desk.store.conn, first).status == "new"


async def test_leaving_a_ticket_and_moving_on_at_once_keeps_the_rows_above_in_sight(desk: TestDesk) -> None:
    desk.mail("one", hours_ago=3)
    desk.mail("two", hours_ago=2)
    async with desk.workstation() as pilot:
        app = desk_of(pilot)
        await press(pilot, "enter")
        app.acts.moving.item_back()
        app.acts.moving.move_down(1)  # before the list is laid out again, as typed ahead on a slow line
        await pilot.pause()
        assert app.session.listing.cursor == 1
        assert app.desk_screen.list.top == 0


async def test_going_on_skips_what_a_colleague_has_solved_meanwhile(desk: TestDesk) -> None:
    desk.mail("one", hours_ago=4)
    solved, third = desk.mail("two", hours_ago=3), desk.mail("three", hours_ago=2)
    async with desk.workstation() as pilot:
        app = desk_of(pilot)
        with desk.store.write(WEI) as unit:
            tickets.set_status(unit, solved, "solved")
        await until(pilot, lambda: solved in app.session.listing.gone)
        await press(pilot, "e")
        assert app.session.listing.current.id == third


async def test_sending_goes_on_and_taking_it_back_comes_back(desk: TestDesk) -> None:
    first, second = desk.mail("one", hours_ago=3), desk.mail("two", hours_ago=2)
    async with desk.workstation() as pilot:
        app = desk_of(pilot)
        await press(pilot, "r")
        await until(pilot, lambda: app.focused is not None)
        await write(pilot, "Sorry")
        await press(pilot, "escape", "s")
        assert app.desk_screen.reading and app.desk_screen.ticket.ticket_id == second
        assert f"#{first} leaves in 10 s" in screen_text(pilot)
        await press(pilot, "z")
        assert app.desk_screen.ticket.ticket_id == first and not outbox.listed(desk.store.conn, "held")


@pytest.mark.parametrize("choice", ["stay", "list"])
async def test_one_may_choose_to_stay_or_to_go_back(desk: TestDesk, choice: str) -> None:
    first, _second = desk.mail("one", hours_ago=3), desk.mail("two", hours_ago=2)
    with desk.store.write(ANA) as unit:
        habits.keep_after(unit, "ana", choice)
    async with desk.workstation() as pilot:
        app = desk_of(pilot)
        await press(pilot, "enter")
        await press(pilot, "e")
        assert app.desk_screen.reading is (choice == "stay") and app.session.listing.current.id == first


async def test_the_choice_is_made_in_the_palette(desk: TestDesk) -> None:
    desk.mail("one")
    async with desk.workstation() as pilot:
        desk_of(pilot).perform("app.after")
        await pilot.pause()
        await write(pilot, "stay")
        await press(pilot, "enter")
        assert habits.after(desk.store.conn, "ana") == "stay"


async def test_u_opens_what_is_due_next_then_the_one_after_it(desk: TestDesk) -> None:
    later, first = desk.mail("later", hours_ago=1), desk.mail("first", hours_ago=9)
    weis = desk.mail("wei has it", hours_ago=14)
    with desk.store.write(WEI) as unit:
        tickets.assign(unit, weis, "wei")
        for one in (later, first):
            tickets.assign(unit, one, "ana")
    async with desk.workstation() as pilot:
        screen = desk_of(pilot).desk_screen
        for wanted in (first, later, first):
            await press(pilot, "u")
            assert screen.ticket.ticket_id == wanted


async def test_after_an_absence_one_line_says_what_happened(desk: TestDesk) -> None:
    old = desk.mail("old", hours_ago=30)
    async with desk.workstation():
        pass
    desk.clock.at += 3 * HOUR
    desk.mail("new one")
    with desk.store.write(WEI) as unit:
        tickets.set_status(unit, old, "solved")
    async with desk.workstation() as pilot:
        await until(pilot, lambda: "Since " in screen_text(pilot))
        line = screen_text(pilot).split("\n")[1]
        assert "1 ticket heard from its buyer" in line and "wei solved 1" in line
        await press(pilot, "escape")
        assert "Since " not in screen_text(pilot)


async def test_a_short_absence_is_not_worth_a_line(desk: TestDesk) -> None:
    async with desk.workstation():
        pass
    desk.clock.at += 10 * MINUTE
    desk.mail("new one")
    async with desk.workstation() as pilot:
        assert "Since " not in screen_text(pilot)


def test_a_session_that_broke_off_tells_when_its_person_was_last_here(desk: TestDesk) -> None:
    assert left_at(desk.store.conn, "ana", "now") is None
    with desk.store.write(ANA) as unit:
        people.put_presence(unit.conn, Seen("broken", "ana", None, 0, NOON))
    assert left_at(desk.store.conn, "ana", "now") == NOON


def test_since_counts_only_what_came_afterwards(desk: TestDesk) -> None:
    desk.mail("before")
    desk.clock.at += HOUR
    mine = desk.mail("after")
    with desk.store.write(WEI) as unit:
        tickets.assign(unit, mine, "ana")
    found = since(desk.store.conn, "ana", NOON + MINUTE, desk.clock.at)
    assert (found.came, found.mine) == (1, 1) and not found.did


async def test_a_colleague_shows_on_the_row_and_in_the_ticket_until_they_fall_silent(desk: TestDesk) -> None:
    ticket = desk.mail("Lamp broken")
    async with desk.workstation() as pilot:
        app = desk_of(pilot)
        await until(pilot, lambda: app.desk_screen.ticket.ticket_id == ticket)
        with desk.store.write(WEI) as unit:
            people.put_presence(unit.conn, Seen("s2", "wei", ticket, 1, NOON))
        await until(pilot, lambda: "wei  ✎" in screen_text(pilot) and "wei is writing here" in screen_text(pilot))
        desk.clock.at += 40 * SECOND
        app._tick()
        await until(pilot, lambda: "✎" not in screen_text(pilot))
