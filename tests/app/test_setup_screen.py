"""Setting the desk up at the workstation, key by key: no file, no command, and nothing lost on the way."""

from __future__ import annotations

import json

import pytest
from textual import events
from textual.pilot import Pilot

from app.safe import width_of
from app.setup.rooms import listed
from desk import groups, versions
from desk.agents import change as change_agent
from desk.automation.rules import keep as rules
from desk.clocks import keep_setup
from store.sql import clocks, notices, shop
from store.values import HOUR, Actor
from tests.app.desks import TestDesk, desk_of, press, screen_text, settled, until, write


async def enter(pilot: Pilot[int], room: str) -> None:
    """Into a room's list."""
    desk_of(pilot).perform(f"go.setup:{room}")
    await settled(pilot)
    await until(pilot, lambda: "Set up" in screen_text(pilot) or pilot.app.size.width < 100)


async def typed(pilot: Pilot[int], text: str) -> None:
    await write(pilot, text)
    await settled(pilot)


async def clear(pilot: Pilot[int]) -> None:
    await press(pilot, "ctrl+u")


async def to(pilot: Pilot[int], label: str) -> None:
    """The cursor onto the line of a form with this label."""
    page = desk_of(pilot).acts.setting_up.state.form_page  # type: ignore[union-attr]
    assert page is not None
    key = next(field.key for field in page.form.shown() if field.label == label)
    page.to(key)
    await settled(pilot)


async def test_g_and_capital_s_opens_it_and_esc_leads_back_step_by_step(desk: TestDesk) -> None:
    desk.mail("one")
    async with desk.workstation() as pilot:
        await press(pilot, "g", "S")
        await until(pilot, lambda: "Agents & shifts" in screen_text(pilot))
        assert desk_of(pilot).place == "setup"
        await press(pilot, "enter")
        await press(pilot, "enter")
        assert desk_of(pilot).place == "form"
        await press(pilot, "escape", "escape", "escape")
        assert desk_of(pilot).place == "list"
        await until(pilot, lambda: "one" in screen_text(pilot) and "Agents & shifts" not in screen_text(pilot))


async def test_slash_finds_a_room_by_its_name(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await press(pilot, "g", "S", "/")
        await typed(pilot, "chan")
        await press(pilot, "enter", "enter")
        await until(pilot, lambda: "─ Channels" in screen_text(pilot))


async def test_the_palette_finds_a_room_by_its_name(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await press(pilot, ":")
        await typed(pilot, "reply times")
        assert "set up: Reply times" in screen_text(pilot)
        await press(pilot, "enter")
        await until(pilot, lambda: "First reply within 12 h" in screen_text(pilot))


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_every_room_shows_its_records_and_its_forms_on_every_screen(desk: TestDesk, size: tuple[int, int]) -> None:
    async with desk.workstation(size=size) as pilot:
        for room in [ident for ident, _label in listed()]:
            await enter(pilot, room)
            state = desk_of(pilot).acts.setting_up.state  # type: ignore[union-attr]
            if state.current is not None:
                await press(pilot, "enter")
                assert desk_of(pilot).place == "form" and state.form_page is not None and not state.dirty, room
                complete = state.form_page.form.take() is not None or room == "packs"  # a pack asks who is to do it
                assert complete, (room, state.form_page.form.problems)
                await press(pilot, "j", "G", "escape")
            if "new" in state.room.can:
                await press(pilot, "n")
                assert state.form_page is not None and not state.form_page.ident, room
                await press(pilot, "escape", "escape", "escape")
            assert all(width_of(line) <= size[0] for line in screen_text(pilot).split("\n")), room


async def test_a_person_is_changed_without_a_command(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await enter(pilot, "agents")
        await press(pilot, "enter")
        await to(pilot, "Languages")
        await press(pilot, "enter")
        await typed(pilot, "en:5, de:3")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "Ana saved" in screen_text(pilot))
        agent = shop.agent(desk.store.conn, "ana")
        assert agent is not None and json.loads(agent.languages) == {"en": 5, "de": 3}
        await press(pilot, "z")
        await until(pilot, lambda: shop.agent(desk.store.conn, "ana").languages == "{}")  # type: ignore[union-attr]


async def test_shifts_are_weekly_hours_in_the_form(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await enter(pilot, "agents")
        await press(pilot, "enter")
        await to(pilot, "Always on")
        await press(pilot, "space")
        await to(pilot, "Shifts")
        await press(pilot, "enter")
        await typed(pilot, "09:00-17:00")
        await press(pilot, "enter", "space", "ctrl+s")  # Tuesday as the day above
        await until(pilot, lambda: "Ana saved" in screen_text(pilot))
        agent = shop.agent(desk.store.conn, "ana")
        assert agent is not None and json.loads(agent.shifts)["week"] == dict.fromkeys(("mon", "tue"), "09:00-17:00")


async def test_a_bad_value_is_said_beside_its_field_and_nothing_is_lost(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await enter(pilot, "policies")
        await press(pilot, "enter")
        await to(pilot, "Time")
        await press(pilot, "enter")
        await clear(pilot)
        await typed(pilot, "soon")
        assert "▲ Write a time such as 30s" in screen_text(pilot)
        await press(pilot, "ctrl+s")
        assert "not yet: see the line" in screen_text(pilot) and "soon" in screen_text(pilot)
        assert keep_setup.policy_table(desk.store.conn, "shop.urgent")["target"] == "2h"
        await clear(pilot)  # typing goes on where it was wrong
        await typed(pilot, "3h")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "saved · z undoes it" in screen_text(pilot))
        assert keep_setup.policy_table(desk.store.conn, "shop.urgent")["target"] == "3h"


async def test_a_query_is_checked_and_completed_while_one_types(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await enter(pilot, "views")
        await press(pilot, "n")
        await typed(pilot, "Broken")
        await press(pilot, "enter", "enter")
        await typed(pilot, "typ:damaged")
        assert "▲" in screen_text(pilot) and "type" in screen_text(pilot)
        await clear(pilot)
        await typed(pilot, "type:dama")
        assert "Tab damaged" in screen_text(pilot).replace("type:", "")
        await press(pilot, "tab")
        assert "type:damaged" in screen_text(pilot)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "Broken saved" in screen_text(pilot))
        assert [v.query for v in shop.views(desk.store.conn, "ana") if v.name == "Broken"] == ["type:damaged"]


async def test_a_query_is_filled_in_as_rows_by_who_does_not_write_queries(desk: TestDesk) -> None:
    desk.mail("one")
    async with desk.workstation() as pilot:
        await enter(pilot, "views")
        await press(pilot, "n")
        await typed(pilot, "Broken and urgent")
        await press(pilot, "escape")
        await to(pilot, "Shows")
        await press(pilot, "w")
        await until(pilot, lambda: "All of these hold" in screen_text(pilot))
        await press(pilot, "j", "enter", "enter")  # a second condition: what it asks for
        await typed(pilot, "priority")
        await press(pilot, "enter", "j", "j", "enter")
        await typed(pilot, "urgent")
        await press(pilot, "enter", "escape", "escape")
        assert "0 tickets now" in screen_text(pilot)
        await press(pilot, "escape", "ctrl+s")
        await until(pilot, lambda: "Broken and urgent saved" in screen_text(pilot))
        assert [v.query for v in shop.views(desk.store.conn, "ana") if v.name == "Broken and urgent"] == [
            "is:open priority:urgent"
        ]


async def test_esc_asks_before_it_drops_what_was_not_saved_and_z_brings_it_back(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await enter(pilot, "agents")
        await press(pilot, "enter")
        await to(pilot, "Name")
        await press(pilot, "enter")
        await typed(pilot, " Maria")
        assert "not saved" in screen_text(pilot)
        await press(pilot, "escape", "escape")
        assert desk_of(pilot).place == "form" and "Esc once more drops" in screen_text(pilot)
        await press(pilot, "escape")
        assert desk_of(pilot).place == "setup"
        await press(pilot, "z")
        assert "Ana Maria" in screen_text(pilot) and "not saved" in screen_text(pilot)
        await press(pilot, "g", "i")  # going elsewhere keeps it too
        await press(pilot, "g", "S")
        await until(pilot, lambda: "Ana Maria" in screen_text(pilot))


async def test_somebody_elses_change_meanwhile_is_not_overwritten_unasked(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await enter(pilot, "agents")
        await press(pilot, "enter")
        await to(pilot, "Name")
        await press(pilot, "enter")
        await typed(pilot, " Maria")
        with desk.store.write(Actor("agent", "wei")) as unit:
            change_agent(unit, "ana", {"email": "ana@shop.example"})
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "Somebody changed Ana meanwhile" in screen_text(pilot))
        assert shop.agent(desk.store.conn, "ana").name == "Ana"  # type: ignore[union-attr]
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: shop.agent(desk.store.conn, "ana").name == "Ana Maria")  # type: ignore[union-attr]


async def test_a_new_policy_reaches_tickets_that_are_open_already(desk: TestDesk) -> None:
    ticket = desk.mail("old one", hours_ago=2)
    async with desk.workstation() as pilot:
        due = clocks.next_due(desk.store.conn, ticket)[0]
        await enter(pilot, "policies")
        await press(pilot, "n")
        await typed(pilot, "Everything in three hours")
        await press(pilot, "escape")
        await to(pilot, "Time")
        await press(pilot, "enter")
        await typed(pilot, "3h")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "saved" in screen_text(pilot))
        await until(pilot, lambda: clocks.next_due(desk.store.conn, ticket)[0] == desk.clock.at + HOUR)
        await press(pilot, "z")
        await until(pilot, lambda: clocks.next_due(desk.store.conn, ticket)[0] == due)


async def test_switching_off_and_removing_can_be_taken_back(desk: TestDesk) -> None:
    def enabled() -> dict[str, bool]:
        return {p.id: p.enabled for p, _table in keep_setup.policy_rows(desk.store.conn)}

    async with desk.workstation() as pilot:
        before = enabled()
        await enter(pilot, "policies")
        await press(pilot, "space")
        assert enabled()["shop.urgent"] is False and "○" in screen_text(pilot)
        await press(pilot, "j", "d")
        assert "shop.urgent_next" not in enabled()
        await press(pilot, "z", "z")
        assert enabled() == before


async def test_the_history_shows_what_changed_and_brings_it_back(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await enter(pilot, "policies")
        await press(pilot, "enter")
        await to(pilot, "Time")
        await press(pilot, "enter")
        await clear(pilot)
        await typed(pilot, "5h")
        await press(pilot, "ctrl+s", "h")
        await until(pilot, lambda: "History of" in screen_text(pilot))
        text = screen_text(pilot)
        assert "v2" in text and "before the first change" in text and "- 2h" in text and "+ 5h" in text
        await press(pilot, "j", "r")
        await until(pilot, lambda: "version 1 is in force again" in screen_text(pilot))
        assert keep_setup.policy_table(desk.store.conn, "shop.urgent")["target"] == "2h"
        assert len(list(versions.history(desk.store.conn, "policy", "shop.urgent"))) == 3


async def test_the_simulator_explains_a_due_time(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await enter(pilot, "calendars")
        await press(pilot, "t")
        await to(pilot, "Begins")
        await press(pilot, "enter")
        await clear(pilot)
        await typed(pilot, "2026-11-20 16:00")
        assert "Due Mon 2026-11-23 15:00 in UTC" in screen_text(pilot)
        assert "8 h of working time, 2 d 23 h on the wall" in screen_text(pilot)


async def test_a_calendar_takes_holidays_and_make_up_days(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await enter(pilot, "calendars")
        await press(pilot, "enter")
        await to(pilot, "Holidays")
        await press(pilot, "enter")
        await typed(pilot, "2026-10-01..2026-10-07")
        await press(pilot, "escape")
        await to(pilot, "Make-up days")
        await press(pilot, "enter")
        await typed(pilot, "2026-10-10 09:00-18:00")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "shop saved" in screen_text(pilot))
        table = keep_setup.calendar_table(desk.store.conn, "shop")
        assert table["dates"] == {"off": ["2026-10-01..2026-10-07"], "extra": {"2026-10-10": "09:00-18:00"}}


async def make_rule(pilot: Pilot[int]) -> None:
    await enter(pilot, "rules")
    await press(pilot, "n")
    await typed(pilot, "Damaged first")
    await press(pilot, "escape")
    await to(pilot, "If")
    await press(pilot, "enter")
    await typed(pilot, "type:damaged")
    await press(pilot, "escape")
    await to(pilot, "Then")
    await press(pilot, "enter")
    await to(pilot, "Priority")
    await press(pilot, "enter")
    await typed(pilot, "urgent")
    await press(pilot, "enter", "escape", "ctrl+s")
    await until(pilot, lambda: "Damaged first saved" in screen_text(pilot))


async def test_a_rule_is_made_tried_on_history_and_put_in_force_by_keys_alone(desk: TestDesk) -> None:
    for n in range(3):
        desk.mail(f"Lamp {n}", hours_ago=n + 1)
    async with desk.workstation() as pilot:
        await make_rule(pilot)
        rule = rules.one(desk.store.conn, "damaged-first")
        assert rule.state == "off" and [(a.do, dict(a.args)) for a in rule.then] == [("set", {"priority": "urgent"})]
        await press(pilot, "escape", "space")
        assert rules.one(desk.store.conn, "damaged-first").state == "shadow"
        await press(pilot, "space")  # before it is on, it is tried
        await until(pilot, lambda: "3 would fire" in screen_text(pilot))
        assert rules.one(desk.store.conn, "damaged-first").state == "shadow"
        await press(pilot, "space")
        await until(pilot, lambda: rules.one(desk.store.conn, "damaged-first").state == "on")
        await press(pilot, "z")
        await until(pilot, lambda: rules.one(desk.store.conn, "damaged-first").state == "shadow")


async def test_a_rule_removed_by_mistake_comes_back_where_it_was_and_as_it_was(desk: TestDesk) -> None:
    with desk.store.write(Actor("agent", "wei")) as unit:
        for name in ("one", "two", "three"):
            rules.save(unit, {"id": name, "when": ["created"], "then": [{"do": "flag"}], "state": "on"})
    async with desk.workstation() as pilot:
        await enter(pilot, "rules")
        await press(pilot, "j", "d")
        assert [r.id for r in rules.every(desk.store.conn)] == ["one", "three"]
        await press(pilot, "z")
        assert [(r.id, r.state) for r in rules.every(desk.store.conn)] == [("one", "on"), ("two", "on"), ("three", "on")]


async def test_a_rule_without_steps_is_refused_where_the_steps_are(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await enter(pilot, "rules")
        await press(pilot, "n")
        await typed(pilot, "Empty")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "▲ This is needed." in screen_text(pilot))
        assert rules.every(desk.store.conn) == []


async def test_rules_that_come_ready_ask_for_what_they_lack_and_are_tried_before_they_are_on(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await enter(pilot, "packs")
        await press(pilot, "/")
        await typed(pilot, "Key buyers have")
        await press(pilot, "enter", "space")
        assert desk_of(pilot).place == "form" and "▲ This is needed." in screen_text(pilot)
        await press(pilot, "enter")
        await typed(pilot, "wei")
        await press(pilot, "enter", "ctrl+s")
        await until(pilot, lambda: "saved · z undoes it" in screen_text(pilot))
        assert {r.state for r in rules.every(desk.store.conn)} == {"off"}
        await press(pilot, "escape", "space", "space")
        await until(pilot, lambda: "Space puts it in force" in screen_text(pilot))
        assert {r.state for r in rules.every(desk.store.conn)} == {"shadow"}
        await press(pilot, "space")
        await until(pilot, lambda: {r.state for r in rules.every(desk.store.conn)} == {"on"})


async def test_the_members_of_a_group_are_steps_that_move(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await enter(pilot, "groups")
        await press(pilot, "n")
        await typed(pilot, "Returns")
        await press(pilot, "escape")
        await to(pilot, "Members (none: everybody)")
        await press(pilot, "enter", "enter")
        await typed(pilot, "wei")
        await press(pilot, "enter", "escape", "ctrl+s")
        await until(pilot, lambda: "Returns saved" in screen_text(pilot))
        assert dict(groups.need(desk.store.conn, "returns").members) == {"wei": 1.0}


async def test_views_are_put_in_order_by_keys(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await enter(pilot, "views")
        order = [v.id for v in shop.views(desk.store.conn, "ana")]
        await press(pilot, "J")
        assert [v.id for v in shop.views(desk.store.conn, "ana")][:2] == [order[1], order[0]]
        await press(pilot, "z")
        assert [v.id for v in shop.views(desk.store.conn, "ana")] == order


async def test_a_filter_narrows_the_list_while_one_types(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await enter(pilot, "templates")
        await press(pilot, "/")
        await typed(pilot, "photos")
        assert "Please send photos" in screen_text(pilot) and "Your invoice" not in screen_text(pilot)
        await press(pilot, "enter", "escape")
        assert "Your invoice" in screen_text(pilot)


async def test_a_template_with_a_gap_that_nothing_fills_is_refused_beside_its_text(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await enter(pilot, "templates")
        await press(pilot, "enter")
        await to(pilot, "Texts")
        await press(pilot, "enter")
        await to(pilot, "Text")
        await press(pilot, "enter", "ctrl+home")
        await typed(pilot, "{{ordr.number}} ")
        assert "▲" in screen_text(pilot)
        await press(pilot, *["backspace"] * 16)
        await typed(pilot, "{{order.num")
        await press(pilot, "tab")
        assert "{{order.number}}" in screen_text(pilot) and "▲" not in screen_text(pilot)


async def test_a_paste_goes_into_the_field_on_one_line_and_cleaned(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await enter(pilot, "agents")
        await press(pilot, "enter")
        await to(pilot, "E-mail")
        await press(pilot, "enter")
        pilot.app.post_message(events.Paste("ana@shop.example\n\x1b[31m"))
        await settled(pilot)
        await until(pilot, lambda: "ana@shop.example" in screen_text(pilot))
        assert "\x1b" not in screen_text(pilot)


async def test_a_buyers_markup_in_a_name_is_text(desk: TestDesk) -> None:
    with desk.store.write(Actor("agent", "wei")) as unit:
        change_agent(unit, "ana", {"name": "[/b] [red]Ana 王伟"})
    async with desk.workstation() as pilot:
        await enter(pilot, "agents")
        assert "[/b] [red]Ana" in screen_text(pilot)


async def test_the_mouse_chooses_and_opens(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await enter(pilot, "agents")
        text = screen_text(pilot).split("\n")
        y = next(n for n, line in enumerate(text) if "Wei" in line)
        await pilot.click(offset=(30, y))
        await settled(pilot)
        state = desk_of(pilot).acts.setting_up.state  # type: ignore[union-attr]
        assert state.current is not None and state.current.id == "wei"
        await pilot.click(offset=(30, y))
        await settled(pilot)
        assert desk_of(pilot).place == "form"


async def test_a_place_for_notices_is_set_up_and_a_secret_is_never_asked_for(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await enter(pilot, "notices")
        await press(pilot, "n")
        await typed(pilot, "phone")
        await press(pilot, "escape")
        await to(pilot, "Service")
        await press(pilot, "enter")
        await typed(pilot, "ntfy")
        await press(pilot, "enter")
        text = screen_text(pilot)
        assert "Not asked for here: Topic, Token" in text  # secrets go into the vault, never through a form
        await to(pilot, "Server")
        await press(pilot, "enter")
        await typed(pilot, "https://ntfy.shop.example")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: notices.find(desk.store.conn, "phone") is not None)
        found = notices.find(desk.store.conn, "phone")
        assert found is not None and json.loads(found.settings)["server"] == "https://ntfy.shop.example"
