"""Tasks, checklists, fields, macros, rules, merging and incidents from the workstation: a key each, and what it did."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from app.widgets.confirm import Confirm
from desk import fields, incidents
from desk import tickets as verbs
from desk.automation.rules import keep
from desk.automation.rules.causes import Cause
from desk.automation.rules.run import fire
from desk.groups import save as save_group
from desk.incidents import members
from desk.tickets import note
from store.sql import fields as values
from store.sql import links, messages, outbox, tasks
from store.sql import tickets as rows
from store.sql.mentions import unseen
from store.values import HOUR, NEVER, SYSTEM, Actor
from tests.app.desks import NOON, TestDesk, desk_of, press, screen_text, settled, until, write

WEI = Actor("agent", "wei")


async def answer(pilot: Pilot[int], text: str) -> None:
    """Types an answer into the prompt and waits for what it does."""
    await write(pilot, text)
    await press(pilot, "enter")
    await settled(pilot)


async def choose(pilot: Pilot[int], text: str) -> None:
    """Finds a row by a few letters and takes it."""
    await answer(pilot, text)


def asked(pilot: Pilot[int]) -> bool:
    return isinstance(desk_of(pilot).sheet, Confirm)


# Who has it ---------------------------------------------------------------------------------------------


async def test_a_ticket_is_given_with_a_reason_that_the_ticket_shows(desk: TestDesk) -> None:
    ticket = desk.mail("one")
    async with desk.workstation() as pilot:
        await press(pilot, "a", "r")
        await answer(pilot, "wei speaks German")
        assert rows.get(desk.store.conn, ticket).assignee_id == "wei"
        await press(pilot, "enter")
        await until(pilot, lambda: "wei has it: speaks German" in screen_text(pilot))
        assert "New · wei" in screen_text(pilot)


async def test_a_group_is_found_in_the_strip_and_shares_the_ticket_out(desk: TestDesk) -> None:
    ticket = desk.mail("one")
    with desk.store.write(SYSTEM) as unit:
        save_group(unit, "quality", {"name": "Quality", "members": ["wei"]})
    async with desk.workstation() as pilot:
        await press(pilot, "a", "q")
        await settled(pilot)
        found = rows.get(desk.store.conn, ticket)
        assert (found.group_id, found.assignee_id) == ("quality", "wei")


# Flag, type, snooze ------------------------------------------------------------------------------------


async def test_a_flag_is_set_and_taken_off_by_the_same_key(desk: TestDesk) -> None:
    ticket = desk.mail("one")
    async with desk.workstation() as pilot:
        await press(pilot, "i")
        assert rows.get(desk.store.conn, ticket).flagged
        await until(pilot, lambda: "⚑ flagged" in screen_text(pilot))
        await press(pilot, "i")
        assert not rows.get(desk.store.conn, ticket).flagged


async def test_a_type_in_doubt_is_said_to_be_right(desk: TestDesk) -> None:
    ticket = desk.mail("one")
    with desk.store.write(SYSTEM) as unit:
        rows.update(unit.conn, ticket, {"needs_review": 1})
    async with desk.workstation() as pilot:
        await press(pilot, "enter")
        await until(pilot, lambda: "sorted with doubt" in screen_text(pilot))
        await press(pilot, "=")
        await until(pilot, lambda: "sorted with doubt" not in screen_text(pilot))
        assert not rows.get(desk.store.conn, ticket).needs_review


@pytest.mark.parametrize(
    ("keys", "typed", "until_at", "event"),
    [
        (("b", "d"), "mon 9:00", NOON + 21 * HOUR, ""),
        (("b", "d"), "2h", NOON + 2 * HOUR, ""),
        (("b", "d"), "3d task_done", NOON + 72 * HOUR, "task_done"),
        (("b", "k"), "", NEVER, "task_done"),
        (("b", "p"), "", NEVER, "delivered"),
        (("b", "r"), "", NEVER, ""),
    ],
)
async def test_a_ticket_sleeps_until_a_time_or_an_event(
    desk: TestDesk, keys: tuple[str, ...], typed: str, until_at: int, event: str
) -> None:
    ticket = desk.mail("one")
    async with desk.workstation() as pilot:
        await press(pilot, *keys)
        if typed:
            await answer(pilot, typed)
        found = rows.get(desk.store.conn, ticket)
        assert (found.snoozed_until, found.wake_on) == (until_at, event)


async def test_a_time_nobody_can_read_keeps_the_prompt_open(desk: TestDesk) -> None:
    ticket = desk.mail("one")
    async with desk.workstation() as pilot:
        await press(pilot, "b", "d")
        await answer(pilot, "soonish")
        assert "soonish is not a time" in screen_text(pilot)
        assert not rows.get(desk.store.conn, ticket).snoozed_until


# Tasks, checklists, fields --------------------------------------------------------------------------------


async def test_a_task_is_added_shown_ticked_off_and_undone(desk: TestDesk) -> None:
    ticket = desk.mail("one")
    async with desk.workstation() as pilot:
        await press(pilot, "w", "t")
        await answer(pilot, "Ask the supplier @wei due:mon")
        (task,) = tasks.of_ticket(desk.store.conn, ticket)
        assert (task.title, task.assignee_id, task.due_at) == ("Ask the supplier", "wei", NOON + 21 * HOUR)
        await press(pilot, "enter")
        await until(pilot, lambda: "wei · due Mon 09:00" in screen_text(pilot))
        await press(pilot, "x", "enter")
        assert tasks.of_ticket(desk.store.conn, ticket)[0].state == "done"
        await press(pilot, "escape")
        await until(pilot, lambda: "TASKS 1/1" in screen_text(pilot))
        await press(pilot, "z")
        assert tasks.of_ticket(desk.store.conn, ticket)[0].state == "open"
        await press(pilot, "w", "s")
        await choose(pilot, "doing")
        assert tasks.of_ticket(desk.store.conn, ticket)[0].state == "doing"


async def test_a_checklist_is_attached_and_its_steps_ticked_off(desk: TestDesk) -> None:
    ticket = desk.mail("one")
    async with desk.workstation() as pilot:
        await press(pilot, "w", "c")
        await choose(pilot, "refund")
        await press(pilot, "enter")
        await until(pilot, lambda: "CHECKLIST Refund 0/8" in screen_text(pilot))
        await press(pilot, "x", "enter", "down", "enter", "escape")
        await until(pilot, lambda: "CHECKLIST Refund 2/8" in screen_text(pilot))
        assert [s.done_by for s in tasks.steps(desk.store.conn, ticket)][:3] == ["ana", "ana", ""]


async def test_a_field_takes_only_what_it_is_for(desk: TestDesk) -> None:
    ticket = desk.mail("one")
    with desk.store.write(SYSTEM) as unit:
        fields.add(unit, "days", "number", name="Days")
    async with desk.workstation() as pilot:
        await press(pilot, "w", "f")
        await choose(pilot, "urgency")
        await choose(pilot, "high")
        await press(pilot, "enter")
        await until(pilot, lambda: "Urgency  high" in screen_text(pilot))
        await press(pilot, "w", "f")
        await choose(pilot, "days")
        await answer(pilot, "many")
        assert "Days" in screen_text(pilot) and "many" in screen_text(pilot).splitlines()[-1]
        await press(pilot, "ctrl+u", "7", "enter")
        await settled(pilot)
        assert {f.id: v.shown for f, v in values.of_ticket(desk.store.conn, ticket)} == {"urgency": "high", "days": "7"}


# Macros and rules ------------------------------------------------------------------------------------------


async def test_a_macro_says_what_it_would_do_and_undoes_as_one(desk: TestDesk) -> None:
    ticket = desk.mail("Lamp broken", kind="defective")
    async with desk.workstation() as pilot:
        await press(pilot, "m")
        assert "for Defective" in screen_text(pilot)
        await choose(pilot, "repair")
        assert asked(pilot) and "answers buyer1@mail.example" in screen_text(pilot)
        assert outbox.listed(desk.store.conn) == []
        await press(pilot, "y")
        await settled(pilot)
        assert outbox.listed(desk.store.conn, "held")[0].ticket_id == ticket
        assert "repair" in rows.tags(desk.store.conn, ticket)
        await press(pilot, "z", "z")
        await settled(pilot)
        assert rows.tags(desk.store.conn, ticket) == [] and outbox.listed(desk.store.conn, "held") == []


RULE = {"id": "late", "name": "Mark late", "when": ["manual"], "then": [{"do": "tag", "add": ["late"]}], "state": "on"}


async def test_a_rule_is_run_by_hand_told_on_the_ticket_and_taken_back(desk: TestDesk) -> None:
    ticket = desk.mail("one")
    with desk.store.write(SYSTEM) as unit:
        keep.save(unit, RULE)
        keep.set_state(unit, "late", "on")
    async with desk.workstation() as pilot:
        await press(pilot, "enter", "w", "r")
        await choose(pilot, "mark late")
        assert rows.tags(desk.store.conn, ticket) == ["late"]
        await press(pilot, "h")
        await until(pilot, lambda: "rule “Mark late” did: labels +late · run by ana" in screen_text(pilot))
        await press(pilot, "w", "z", "enter")
        await settled(pilot)
        assert rows.tags(desk.store.conn, ticket) == []
        await until(pilot, lambda: "undone: labels -late" in screen_text(pilot))
        await press(pilot, "w", "z")
        assert "No rule did anything" in screen_text(pilot)


async def test_an_act_of_a_rule_that_failed_shows_until_somebody_looked(desk: TestDesk) -> None:
    ticket = desk.mail("one")
    table = {"id": "ask", "name": "Ask", "when": ["created"], "then": [{"do": "reply", "template": "refund_done"}]}
    with desk.store.write(SYSTEM) as unit:
        rule = keep.save(unit, table)
        fire(unit, rule, ticket, Cause(0, "created"))
    async with desk.workstation() as pilot:
        await press(pilot, "enter")
        await until(pilot, lambda: "! rule “Ask”: answer refund_done failed" in screen_text(pilot).replace("\n", " "))
        assert "sorted with doubt" not in screen_text(pilot)
        await press(pilot, "=")
        await until(pilot, lambda: "! rule" not in screen_text(pilot))


# Together --------------------------------------------------------------------------------------------------


async def test_marked_tickets_are_merged_after_they_were_named(desk: TestDesk) -> None:
    first = desk.mail("Lamp broken", sender="marie@mail.example", hours_ago=3)
    second = desk.mail("Lamp again", sender="marie@mail.example", hours_ago=2)
    async with desk.workstation() as pilot:
        await press(pilot, "j", "space", "k")
        assert desk_of(pilot).session.listing.current.id == first
        await press(pilot, "M", "m")
        await settled(pilot)
        assert asked(pilot)
        assert f"Merge into #{first} Lamp broken" in screen_text(pilot) and f"#{second} Lamp again" in screen_text(pilot)
        assert links.merged_into(desk.store.conn, second) is None
        await press(pilot, "y")
        await settled(pilot)
        assert links.merged_into(desk.store.conn, second) == first
        await press(pilot, "z")
        assert links.merged_into(desk.store.conn, second) is None


async def test_what_cannot_be_merged_says_why_and_offers_a_link(desk: TestDesk) -> None:
    first, second = desk.mail("one", hours_ago=3), desk.mail("two", hours_ago=2)
    async with desk.workstation() as pilot:
        await press(pilot, "M", "m")
        await answer(pilot, str(second))
        assert "different buyers" in screen_text(pilot) and "they are one person" in screen_text(pilot)
        await press(pilot, "escape", "M", "m")
        await answer(pilot, str(first))
        assert "cannot be merged into itself" in screen_text(pilot)
        await press(pilot, "escape")
        assert links.merged_into(desk.store.conn, first) is None


async def test_messages_are_picked_and_become_a_ticket_of_their_own(desk: TestDesk) -> None:
    ticket = desk.mail("Lamp broken", sender="marie@mail.example", hours_ago=3)
    desk.mail("Re: Lamp broken", "And where is my kettle", sender="marie@mail.example", answers="<m1@mail.example>")
    assert messages.of_ticket(desk.store.conn, ticket, limit=9)[1].body == "And where is my kettle"
    async with desk.workstation() as pilot:
        await press(pilot, "M", "s", "down", "enter", "escape")
        assert asked(pilot) and "1 message off" in screen_text(pilot)
        await press(pilot, "y")
        await settled(pilot)
        assert len(messages.of_ticket(desk.store.conn, ticket, limit=9)) == 1
        (link,) = links.of(desk.store.conn, ticket)
        assert link.kind == "split"


async def test_tickets_are_linked_and_taken_apart(desk: TestDesk) -> None:
    first, second = desk.mail("one", hours_ago=3), desk.mail("two", hours_ago=2)
    async with desk.workstation() as pilot:
        await press(pilot, "M", "l")
        await answer(pilot, f"#{second}")
        await press(pilot, "enter")
        await until(pilot, lambda: f"linked with #{second}" in screen_text(pilot))
        await press(pilot, "M", "u")
        await settled(pilot)
        assert links.of(desk.store.conn, first) == []


async def test_an_incident_is_opened_answered_and_closed(desk: TestDesk) -> None:
    first = desk.mail("Where is it", hours_ago=3, kind="not_received")
    second = desk.mail("Wo ist es", hours_ago=2, lang="de", kind="not_received")
    async with desk.workstation() as pilot:
        await press(pilot, "space", "space", "M", "i", "enter")
        await answer(pilot, "port strike")
        (found,) = incidents.listed(desk.store.conn)
        assert found.incident.title == "port strike" and found.tickets == 2
        await press(pilot, "g", "I", "enter")
        assert {line.id for line in desk_of(pilot).session.listing.lines} == {first, second}
        await until(pilot, lambda: "incident 1: port strike" in screen_text(pilot))
        await press(pilot, "M", "a")
        await choose(pilot, "ack")
        assert asked(pilot) and "en ×1" in screen_text(pilot) and "de ×1" in screen_text(pilot)
        assert outbox.listed(desk.store.conn) == []
        await press(pilot, "y")
        await settled(pilot)
        assert all(m.answered for m in members(desk.store.conn, 1))
        await press(pilot, "M", "c", "y")
        await settled(pilot)
        assert incidents.get(desk.store.conn, 1).state == "closed"
        assert {rows.get(desk.store.conn, t).status for t in (first, second)} == {"solved"}


# Named, and told --------------------------------------------------------------------------------------------


async def test_an_at_sign_completes_a_colleague_in_a_note(desk: TestDesk) -> None:
    ticket = desk.mail("one")
    async with desk.workstation() as pilot:
        await press(pilot, "c")
        await until(pilot, lambda: desk_of(pilot).focused is not None)
        await write(pilot, "please @w")
        await settled(pilot)
        assert "@wei" in screen_text(pilot)
        await press(pilot, "tab")
        assert desk_of(pilot).composer.text == "please @wei "
        await press(pilot, "escape", "y")
        await settled(pilot)
        assert [m.ticket_id for m in unseen(desk.store.conn, "wei")] == [ticket]


async def test_a_mention_is_told_listed_and_seen_once_it_is_opened(desk: TestDesk) -> None:
    desk.mail("first", hours_ago=5)
    ticket = desk.mail("second", hours_ago=1)
    async with desk.workstation() as pilot:
        with desk.store.write(WEI) as unit:
            note(unit, ticket, "@ana can you look")
        await until(pilot, lambda: f"wei on #{ticket}: @ana can you look" in screen_text(pilot).split("\n")[0])
        await until(pilot, lambda: "Mentions" in screen_text(pilot))
        await press(pilot, "g", "@")
        assert [line.id for line in desk_of(pilot).session.listing.lines] == [ticket]
        await press(pilot, "enter")
        await until(pilot, lambda: not unseen(desk.store.conn, "ana"))
        assert "can you look" not in screen_text(pilot).split("\n")[0]


async def test_what_falls_due_before_anybody_is_there_is_told(desk: TestDesk) -> None:
    ticket = desk.mail("one")
    async with desk.workstation() as pilot:
        with desk.store.write(SYSTEM) as unit:
            why = {"text": "nobody works on Sunday"}
            unit.append("unattended", {"why": why, "due_at": NOON, "next_at": None, "agents": ["ana"]}, ticket_id=ticket)
        await until(pilot, lambda: f"#{ticket} falls due before anybody is there" in screen_text(pilot).split("\n")[0])


# What was annoying ---------------------------------------------------------------------------------------------


async def test_undo_says_what_it_undid(desk: TestDesk) -> None:
    ticket = desk.mail("one")
    async with desk.workstation() as pilot:
        await press(pilot, "e", "z")
        assert f"undone: status Solved → New  #{ticket}" in screen_text(pilot)
        await press(pilot, "Z")
        assert f"done again: status New → Solved  #{ticket}" in screen_text(pilot)


async def test_a_notice_stands_beside_the_countdown_of_a_reply(desk: TestDesk) -> None:
    desk.mail("one", hours_ago=3)
    desk.mail("two", hours_ago=2)
    async with desk.workstation() as pilot:
        await press(pilot, "r")
        await until(pilot, lambda: desk_of(pilot).focused is not None)
        await write(pilot, "Sorry")
        await press(pilot, "escape", "y", "i")
        await settled(pilot)
        desk_of(pilot)._tick()
        last = screen_text(pilot).split("\n")[-1]
        assert "flagged" in last and "leaves in 10 s" in last


async def test_a_prefix_survives_that_the_keys_go_elsewhere(desk: TestDesk) -> None:
    desk.mail("one")
    async with desk.workstation() as pilot:
        await pilot.press("g")
        desk_of(pilot).go_to("list")
        await press(pilot, "s")
        assert desk_of(pilot).view_id == "snoozed"


async def test_the_templates_of_the_team_are_not_those_for_a_ticket(desk: TestDesk) -> None:
    desk.mail("one")
    async with desk.workstation() as pilot:
        await press(pilot, "g", "t")
        assert desk_of(pilot).place == "setup" and desk_of(pilot).picker is None


async def test_the_cursor_stands_at_the_first_gap_and_gaps_stay_named(desk: TestDesk) -> None:
    desk.mail("Where is it", kind="refund")
    async with desk.workstation() as pilot:
        await press(pilot, "t")
        await write(pilot, "refund_done")
        await press(pilot, "enter")
        app = desk_of(pilot)
        await until(pilot, lambda: app.composer is not None and app.focused is not None)
        gaps = list(app.composer.gaps)
        assert len(gaps) > 1 and app.composer.area.selected_text.startswith("{{")
        await write(pilot, "filled")
        await settled(pilot)
        assert app.composer.gaps == gaps[1:]
        assert f"gaps: {gaps[1]}" in screen_text(pilot)
        await press(pilot, "tab")
        assert app.composer.area.selected_text.startswith("{{")


async def test_another_language_than_the_buyers_is_said_before_sending(desk: TestDesk) -> None:
    desk.mail("Kaputt", kind="damaged", lang="de", name="Jürgen Kößler")
    async with desk.workstation() as pilot:
        await press(pilot, "t")
        await write(pilot, "photo")
        assert "[de] → en" in screen_text(pilot) and "for Damaged" in screen_text(pilot)
        await press(pilot, "ctrl+l")
        assert "de → [en]" in screen_text(pilot), "the language named next"
        assert "the buyer writes de" in screen_text(pilot)
        await press(pilot, "enter")
        await until(pilot, lambda: desk_of(pilot).place == "review")
        await until(pilot, lambda: "the buyer writes de" in screen_text(pilot))


async def test_a_note_takes_only_templates_of_the_team(desk: TestDesk) -> None:
    ticket = desk.mail("one")
    async with desk.workstation() as pilot:
        await press(pilot, "c")
        await until(pilot, lambda: desk_of(pilot).focused is not None)
        await write(pilot, "Look:")
        await press(pilot, "ctrl+t")
        assert all(t.internal for t in desk_of(pilot).picker.templates)
        await press(pilot, "enter")
        await until(pilot, lambda: desk_of(pilot).composer is not None and desk_of(pilot).focused is not None)
        assert desk_of(pilot).composer.text.startswith("Look:\n\n")
        await press(pilot, "escape", "y")
        await settled(pilot)
        assert messages.of_ticket(desk.store.conn, ticket, limit=9)[-1].direction == "note"


async def test_no_reply_needed_stops_the_clock(desk: TestDesk) -> None:
    ticket = desk.mail("one")
    async with desk.workstation() as pilot:
        await press(pilot, "s", "r")
        assert rows.get(desk.store.conn, ticket).waiting_since is None


async def test_what_happened_stands_between_the_messages_on_demand(desk: TestDesk) -> None:
    ticket = desk.mail("one")
    with desk.store.write(WEI) as unit:
        verbs.tag(unit, ticket, add=["vip"])
    async with desk.workstation() as pilot:
        await press(pilot, "enter")
        assert "wei: labels +vip" not in screen_text(pilot)
        await press(pilot, "h")
        await until(pilot, lambda: "12:00 wei: labels +vip" in screen_text(pilot))
        await press(pilot, "h")
        await until(pilot, lambda: "wei: labels +vip" not in screen_text(pilot))
