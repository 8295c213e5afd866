"""What a new desk lacks, said in its empty inbox, and the way to each."""

from __future__ import annotations

from app import habits
from app.first.lacks import first_steps, unfinished
from desk.agents import change
from store.sql import sync
from store.values import DAY, SYSTEM, Actor
from tests.app.desks import NOON, TestDesk, desk_of, press, screen_text, until

ANA = Actor("agent", "ana")


def bare(desk: TestDesk) -> None:
    """Without its channel: a desk of the first minute."""
    with desk.store.write(SYSTEM) as unit:
        unit.conn.execute("DELETE FROM channel")


def done(desk: TestDesk) -> set[str]:
    return {step.id for step in first_steps(desk.store.conn, "ana", desk.clock.now()) if step.done}


def test_every_step_is_read_from_the_desk(desk: TestDesk) -> None:
    bare(desk)
    assert done(desk) == {"colleague"}
    with desk.store.write(ANA) as unit:
        change(unit, "ana", {"languages": {"en": 5}})
        sync.take_lease(unit.conn, "sync", "it", unit.now, unit.now + 60_000, "1")
        unit.conn.execute("UPDATE calendar SET body = json_set(body, '$.dates', json('{\"off\": [\"2026-12-25\"]}'))")
    assert done(desk) == {"colleague", "languages", "sync", "holidays"}
    desk.clock.at += DAY
    assert "sync" not in done(desk)


def test_a_saved_template_counts_as_made_yours(desk: TestDesk) -> None:
    from app.setup.rooms import Reading, enter

    room = enter("templates")
    with desk.store.write(ANA) as unit:
        reading = Reading(unit.conn, "ana", unit.now, __import__("datetime").UTC)
        ident = room.records(reading)[0].id
        values = room.values(reading, ident)
        room.save(unit, ident, {**values, "name": "Our own"})
    assert "template" in done(desk)


def test_a_desk_that_works_says_no_more_of_it(desk: TestDesk) -> None:
    with desk.store.write(ANA) as unit:
        unit.conn.execute("UPDATE channel SET settings = '{\"a\": 1}'")
    assert unfinished(desk.store.conn, "ana", NOON + DAY)
    assert not unfinished(desk.store.conn, "ana", NOON + 15 * DAY)
    bare(desk)
    assert unfinished(desk.store.conn, "ana", NOON + 15 * DAY)


async def test_the_empty_inbox_says_what_is_missing_and_enter_leads_there(desk: TestDesk) -> None:
    bare(desk)
    async with desk.workstation(size=(80, 24)) as pilot:
        await until(pilot, lambda: "First steps" in screen_text(pilot))
        assert "○ Connect a channel" in screen_text(pilot) and "✓ Add a colleague" in screen_text(pilot)
        await press(pilot, "enter")
        await until(pilot, lambda: "Its form signs in and looks" in screen_text(pilot))
        await press(pilot, "enter")
        await until(pilot, lambda: desk_of(pilot).place == "setup")
        assert desk_of(pilot).acts.setting_up.state.room.id == "channels"  # type: ignore[union-attr]


async def test_it_is_put_away_for_one_person_and_comes_back(desk: TestDesk) -> None:
    bare(desk)
    async with desk.workstation() as pilot:
        await press(pilot, "g", "f", "d")
        await press(pilot, "escape")
        await until(pilot, lambda: "First steps" not in screen_text(pilot))
        assert habits.chosen(desk.store.conn, "first", "ana") == "done" and not habits.chosen(desk.store.conn, "first", "wei")
        assert "Nothing here: all done" in screen_text(pilot)
        await press(pilot, "g", "f", "d", "escape")
        await until(pilot, lambda: "First steps" in screen_text(pilot))


async def test_what_a_colleague_does_is_ticked_off_at_once(desk: TestDesk) -> None:
    bare(desk)
    async with desk.workstation() as pilot:
        await until(pilot, lambda: "○ Say which languages you speak" in screen_text(pilot))
        with desk.store.write(Actor("agent", "wei")) as unit:
            change(unit, "ana", {"languages": {"en": 5}})
        await until(pilot, lambda: "✓ Say which languages you speak" in screen_text(pilot))


async def test_a_ticket_takes_their_place(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await until(pilot, lambda: "First steps" in screen_text(pilot))
        desk.mail("Lamp broken")
        await until(pilot, lambda: "Lamp broken" in screen_text(pilot) and "First steps" not in screen_text(pilot))


async def test_only_the_inbox_says_them(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await press(pilot, "g", "s")
        await until(pilot, lambda: "Nothing here: all done" in screen_text(pilot))


async def test_sync_is_never_started_only_said(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        desk_of(pilot).perform("go.sync")
        await until(pilot, lambda: "in another terminal" in screen_text(pilot))
        assert desk_of(pilot).clipboard.endswith("sync --forever")


async def test_after_the_first_hour_the_form_of_a_channel_is_open(desk: TestDesk) -> None:
    from app.first.start import first_acts

    async with desk.workstation() as pilot:
        for act in first_acts({"channel": {"when": "now"}}):
            desk_of(pilot).perform(act)
        await until(pilot, lambda: desk_of(pilot).place in ("form", "field"))
        page = desk_of(pilot).acts.setting_up.state.root  # type: ignore[union-attr]
        assert page is not None and not page.ident
