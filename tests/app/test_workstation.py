"""What a person gets at the workstation, key by key, on a real desk."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from connectors.contract import Receipt
from desk import tickets
from desk.outbox import sent
from store.sql import messages, outbox, people
from store.sql import tickets as rows
from store.values import Actor
from tests.app.desks import NOON, TestDesk, desk_of, press, screen_text, settled, until, write

WEI = Actor("agent", "wei")


async def test_the_inbox_shows_the_most_urgent_first_with_its_clock(desk: TestDesk) -> None:
    desk.mail("late one", hours_ago=14)
    desk.mail("fresh one", hours_ago=1)
    async with desk.workstation() as pilot:
        text = screen_text(pilot)
        assert text.index("late one") < text.index("fresh one")
        assert "-2h!" in text and "1 overdue" in text and "2 open" in text


async def test_solving_moves_on_and_undo_brings_it_back(desk: TestDesk) -> None:
    first, second = desk.mail("one", hours_ago=3), desk.mail("two", hours_ago=2)
    async with desk.workstation() as pilot:
        await press(pilot, "e")
        assert rows.get(desk.store.conn, first).status == "solved"
        assert desk_of(pilot).session.listing.current.id == second
        await press(pilot, "z")
        assert rows.get(desk.store.conn, first).status == "new"


async def test_marks_act_on_many_and_undo_as_one(desk: TestDesk) -> None:
    ids = [desk.mail(f"mail {n}", hours_ago=5 - n) for n in range(4)]
    async with desk.workstation() as pilot:
        await press(pilot, "space", "space", "space")
        await press(pilot, "p", "u")
        assert [rows.get(desk.store.conn, t).priority for t in ids] == [3, 3, 3, 1]
        assert not desk_of(pilot).session.listing.marks
        await press(pilot, "z")
        assert [rows.get(desk.store.conn, t).priority for t in ids] == [1, 1, 1, 1]
        await press(pilot, "Z")
        assert [rows.get(desk.store.conn, t).priority for t in ids] == [3, 3, 3, 1]


async def test_undo_names_who_changed_it_since(desk: TestDesk) -> None:
    ticket = desk.mail("one")
    async with desk.workstation() as pilot:
        await press(pilot, "p", "h")
        with desk.store.write(WEI) as unit:
            from desk.changes import change

            change(unit, ticket, {"priority": "urgent"})
        await press(pilot, "z")
        assert "wei" in screen_text(pilot)
        assert rows.get(desk.store.conn, ticket).priority == 3


async def test_new_mail_waits_behind_a_bar_and_the_cursor_row_stays(desk: TestDesk) -> None:
    desk.mail("one", hours_ago=3)
    here = desk.mail("two", hours_ago=2)
    async with desk.workstation() as pilot:
        await press(pilot, "j")
        desk.mail("a late arrival", hours_ago=20)
        app = desk_of(pilot)
        await until(pilot, lambda: app.session.listing.arrivals != set())
        assert app.session.listing.current.id == here
        await until(pilot, lambda: "1 new (press R)" in screen_text(pilot))
        assert "a late arrival" not in screen_text(pilot)
        await press(pilot, "R")
        assert app.session.listing.current.id == here
        assert "a late arrival" in screen_text(pilot)


async def test_a_colleagues_change_shows_in_place(desk: TestDesk) -> None:
    ticket = desk.mail("one")
    async with desk.workstation() as pilot:
        with desk.store.write(WEI) as unit:
            tickets.set_status(unit, ticket, "solved")
        app = desk_of(pilot)
        await until(pilot, lambda: ticket in app.session.listing.gone)
        assert app.session.listing.current.id == ticket  # greyed, not taken away under the cursor


async def test_a_reply_waits_leaves_and_stops_the_clock(desk: TestDesk) -> None:
    ticket = desk.mail("Lamp broken")
    async with desk.workstation() as pilot:
        await press(pilot, "r")
        await until(pilot, lambda: desk_of(pilot).focused is not None)
        await write(pilot, "We are sorry")
        await press(pilot, "escape")
        assert "Send as Nordlicht mail" in screen_text(pilot)
        await press(pilot, "w")
        row = outbox.listed(desk.store.conn, "held")[0]
        assert row.ticket_id == ticket and row.hold_until == NOON + 10_000
        assert "leaves in 10 s" in screen_text(pilot)
        with desk.store.write(Actor("system", "t")) as unit:
            outbox.move(unit.conn, row.id, "held", "claimed", NOON)
            sent(unit, row.id, Receipt("x", NOON))
        await until(pilot, lambda: "leaves in" not in screen_text(pilot))
        found = rows.get(desk.store.conn, ticket)
        assert found.status == "pending" and found.waiting_since is None and not found.due_kind


async def test_taking_a_reply_back_gives_the_text_back(desk: TestDesk) -> None:
    ticket = desk.mail("Lamp broken")
    async with desk.workstation() as pilot:
        await press(pilot, "r")
        await until(pilot, lambda: desk_of(pilot).focused is not None)
        await write(pilot, "Too fast")
        await press(pilot, "escape", "y")
        await press(pilot, "z")
        assert outbox.listed(desk.store.conn, "held") == []
        assert people.draft(desk.store.conn, ticket, "ana").body == "Too fast"
        await press(pilot, "r")
        await until(pilot, lambda: desk_of(pilot).composer is not None)
        assert desk_of(pilot).composer.text == "Too fast"


async def test_a_template_with_a_gap_cannot_be_sent(desk: TestDesk) -> None:
    desk.mail("Where is it", kind="refund")
    async with desk.workstation() as pilot:
        await press(pilot, "t")
        await write(pilot, "refund_done")
        await press(pilot, "enter")
        app = desk_of(pilot)
        await until(pilot, lambda: app.composer is not None and app.focused is not None)
        await press(pilot, "escape", "y")
        assert outbox.listed(desk.store.conn) == []
        assert "Not sent" in screen_text(pilot)


async def test_a_complete_template_goes_to_the_review_bar(desk: TestDesk) -> None:
    desk.mail("Kaputt", kind="damaged", lang="de", name="Jürgen Kößler")
    async with desk.workstation() as pilot:
        await press(pilot, "t")
        await write(pilot, "photo")
        assert "Guten Tag" in screen_text(pilot)
        await press(pilot, "enter")
        await until(pilot, lambda: desk_of(pilot).place == "review")
        await press(pilot, "s")
        row = outbox.listed(desk.store.conn, "held")[0]
        assert "Fotos" in row.payload and '"solved"' in row.after


async def test_a_reply_stops_when_the_buyer_wrote_meanwhile(desk: TestDesk) -> None:
    ticket = desk.mail("Lamp broken", sender="ana.r@mail.example")
    async with desk.workstation() as pilot:
        await press(pilot, "r")
        await until(pilot, lambda: desk_of(pilot).focused is not None)
        await write(pilot, "We send a new one")
        desk.mail("Re: Lamp broken", "I found the error myself", sender="ana.r@mail.example", answers="<m1@mail.example>")
        await press(pilot, "escape", "y")
        assert outbox.listed(desk.store.conn) == []
        assert "Something new arrived" in screen_text(pilot)
        assert people.draft(desk.store.conn, ticket, "ana").body == "We send a new one"


async def test_a_note_is_kept_and_undone(desk: TestDesk) -> None:
    ticket = desk.mail("Lamp broken")
    async with desk.workstation() as pilot:
        await press(pilot, "c")
        await until(pilot, lambda: desk_of(pilot).focused is not None)
        await write(pilot, "ask the carrier")
        await press(pilot, "escape", "y")
        assert [m.direction for m in messages.of_ticket(desk.store.conn, ticket)] == ["in", "note"]
        await until(pilot, lambda: "ask the carrier" in screen_text(pilot))
        await press(pilot, "z")
        assert [m.direction for m in messages.of_ticket(desk.store.conn, ticket)] == ["in", "removed"]


async def test_a_draft_is_on_disk_by_itself(desk: TestDesk) -> None:
    ticket = desk.mail("Lamp broken")
    async with desk.workstation() as pilot:
        await press(pilot, "r")
        await until(pilot, lambda: desk_of(pilot).focused is not None)
        await write(pilot, "half a sent")
        await until(pilot, lambda: people.draft(desk.store.conn, ticket, "ana") is not None)


async def test_search_finds_a_two_character_word(desk: TestDesk) -> None:
    desk.mail("申请退款", "商品破损,想要退款", lang="zh-CN", name="王小明")
    desk.mail("something else")
    async with desk.workstation() as pilot:
        await press(pilot, "/")
        await write(pilot, "退款")
        await press(pilot, "enter")
        text = screen_text(pilot)
        assert "王小明" in text and "something else" not in text
        await press(pilot, "F")
        assert "something else" in screen_text(pilot)


async def test_a_wrong_query_says_where_and_keeps_the_list(desk: TestDesk) -> None:
    desk.mail("one")
    async with desk.workstation() as pilot:
        await press(pilot, "f")
        await pilot.press(*["backspace"] * 40)
        await write(pilot, "asignee:me")
        await press(pilot, "enter")
        text = screen_text(pilot)
        assert "assignee" in text and "one" in text


async def test_assigning_offers_the_team(desk: TestDesk) -> None:
    ticket = desk.mail("one")
    async with desk.workstation() as pilot:
        app = desk_of(pilot)
        owner = rows.get(desk.store.conn, ticket).assignee_id
        other = "wei" if owner == "ana" else "ana"
        app.go_to("list")
        option = next(o for o in app.engine.keymap.options("ticket.assign") if o.id == f"ticket.assign:{other}")
        await press(pilot, "a", option.key.split()[-1])
        assert rows.get(desk.store.conn, ticket).assignee_id == other


async def test_labels_are_typed_and_taken_off(desk: TestDesk) -> None:
    ticket = desk.mail("one")
    async with desk.workstation() as pilot:
        await press(pilot, "l")
        await write(pilot, "vip fragile")
        await press(pilot, "enter")
        await settled(pilot)
        assert rows.tags(desk.store.conn, ticket) == ["fragile", "vip"]
        await press(pilot, "l")
        await write(pilot, "-vip")
        await press(pilot, "enter")
        await settled(pilot)
        assert rows.tags(desk.store.conn, ticket) == ["fragile"]


async def test_repeat_does_the_last_act_to_the_next_ticket(desk: TestDesk) -> None:
    ids = [desk.mail(f"mail {n}", hours_ago=5 - n) for n in range(2)]
    async with desk.workstation() as pilot:
        await press(pilot, "p", "l", "j", "full_stop")
        assert [rows.get(desk.store.conn, t).priority for t in ids] == [0, 0]


async def test_snoozed_tickets_leave_the_inbox_and_can_be_woken(desk: TestDesk) -> None:
    ticket = desk.mail("one")
    async with desk.workstation() as pilot:
        await press(pilot, "b", "h")
        assert rows.get(desk.store.conn, ticket).snoozed_until == NOON + 3_600_000
        await press(pilot, "g", "s")
        assert "one" in screen_text(pilot)
        await press(pilot, "b", "b")
        assert rows.get(desk.store.conn, ticket).snoozed_until == 0


async def test_the_clocks_pane_lists_the_next_deadlines(desk: TestDesk) -> None:
    desk.mail("late", hours_ago=14)
    async with desk.workstation() as pilot:
        await press(pilot, "C")
        await until(pilot, lambda: "first reply" in screen_text(pilot))
        text = screen_text(pilot)
        assert "Clocks · next 1" in text and "-2h!" in text and "due 10:00" in text


async def test_clocks_count_down_without_a_key(desk: TestDesk) -> None:
    desk.mail("one", hours_ago=11)
    async with desk.workstation() as pilot:
        assert "60m" in screen_text(pilot)
        desk.clock.at += 61 * 60_000
        desk_of(pilot)._tick()
        await until(pilot, lambda: "-1m!" in screen_text(pilot))


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_every_size_shows_list_ticket_and_back(desk: TestDesk, size: tuple[int, int]) -> None:
    desk.mail("Lamp broken", "It arrived in pieces.\n\nAna")
    async with desk.workstation(size=size) as pilot:
        assert "Lamp broken" in screen_text(pilot)
        await press(pilot, "enter")
        await until(pilot, lambda: "It arrived in pieces." in screen_text(pilot))
        assert "has it" in screen_text(pilot)
        await press(pilot, "q")
        await until(pilot, lambda: desk_of(pilot).place == "list")


async def test_a_narrow_screen_reaches_the_views(desk: TestDesk) -> None:
    desk.mail("one")
    async with desk.workstation(size=(80, 24)) as pilot:
        await press(pilot, "tab")
        await until(pilot, lambda: "Unassigned" in screen_text(pilot))
        await press(pilot, "G", "k", "enter")
        await until(pilot, lambda: desk_of(pilot).place == "list")


async def test_an_outbox_row_in_doubt_asks_a_person(desk: TestDesk) -> None:
    desk.mail("one")
    async with desk.workstation() as pilot:
        await press(pilot, "r")
        await until(pilot, lambda: desk_of(pilot).focused is not None)
        await write(pilot, "hello")
        await press(pilot, "escape", "y")
        row = outbox.listed(desk.store.conn, "held")[0]
        with desk.store.write(Actor("system", "t")) as unit:
            from desk.outbox import unknown

            outbox.move(unit.conn, row.id, "held", "claimed", NOON)
            unknown(unit, row.id, "the line broke after the final dot")
        await press(pilot, "q", "g", "o")
        await until(pilot, lambda: "in doubt" in screen_text(pilot))
        assert "the line broke after the final dot" in screen_text(pilot)
        await press(pilot, "x", "s")
        assert outbox.get(desk.store.conn, row.id).state == "sent"


async def test_buyer_markup_is_literal_everywhere(desk: TestDesk) -> None:
    desk.mail("[/] [@click=app.quit]x[/] [b]", "[/order] [link=https://x.example]y[/link]", name="[red]Bob[/]")
    async with desk.workstation() as pilot:
        assert "[/] [@" in screen_text(pilot)
        await press(pilot, "enter")
        await until(pilot, lambda: "[/order] [link=https://x.example]y[/link]" in screen_text(pilot))
        await press(pilot, "t")
        await press(pilot, "escape", "r")
        await until(pilot, lambda: desk_of(pilot).focused is not None)
        assert "[@click=app.quit]x[/]" in screen_text(pilot)


async def reply(pilot: Pilot[int], text: str, end: str) -> None:
    """Writes a reply and ends it by a key of the review bar."""
    await press(pilot, "r")
    await until(pilot, lambda: desk_of(pilot).focused is not None)
    await write(pilot, text)
    await press(pilot, "escape", end)


async def test_a_text_thrown_away_comes_back(desk: TestDesk) -> None:
    desk.mail("Lamp broken")
    async with desk.workstation() as pilot:
        await reply(pilot, "Dear Marie", "n")
        assert desk_of(pilot).composer is None
        await press(pilot, "z")
        await until(pilot, lambda: desk_of(pilot).composer is not None)
        assert desk_of(pilot).composer.text == "Dear Marie"


async def test_a_text_thrown_away_takes_no_other_texts_place(desk: TestDesk) -> None:
    desk.mail("Lamp broken")
    async with desk.workstation() as pilot:
        await reply(pilot, "First try", "n")
        await reply(pilot, "Second try", "p")
        await press(pilot, "z")
        assert "A reply of yours to #1 waits" in screen_text(pilot)
        await press(pilot, "r")
        await until(pilot, lambda: desk_of(pilot).composer is not None)
        assert desk_of(pilot).composer.text == "Second try"


async def test_undo_takes_back_what_was_sent_before_what_was_thrown_away_earlier(desk: TestDesk) -> None:
    desk.mail("Lamp broken")
    async with desk.workstation() as pilot:
        await reply(pilot, "First try", "n")
        await reply(pilot, "Second try", "y")
        await press(pilot, "z", "z")
        assert desk_of(pilot).composer is None, "taken back; nothing older takes the place of its draft"
        assert desk_of(pilot).session.draft(1).body == "Second try"


@pytest.mark.parametrize(("keys", "marked"), [
    (("V", "G"), {2, 3, 4}), (("V", "g", "g"), {1, 2}), (("V", "2", "j", "k"), {2, 3}), (("V", "1", "G"), {1, 2}),
    (("space", "V", "j"), {2, 3, 4}),
])  # fmt: skip
async def test_a_range_is_what_lies_between_its_beginning_and_the_cursor(
    desk: TestDesk, keys: tuple[str, ...], marked: set[int]
) -> None:
    for hours, name in ((9, "one"), (8, "two"), (7, "three"), (6, "four")):
        desk.mail(name, hours_ago=hours)
    async with desk.workstation() as pilot:
        await press(pilot, "j", *keys)
        assert desk_of(pilot).session.listing.marks == marked


async def test_a_range_ends_with_the_act_it_was_for(desk: TestDesk) -> None:
    for name in ("one", "two", "three", "four"):
        desk.mail(name)
    async with desk.workstation() as pilot:
        await press(pilot, "V", "j", "p", "h")
        assert "2 tickets changed" in screen_text(pilot)
        await press(pilot, "j", "j")
        assert not desk_of(pilot).session.listing.marks


async def test_undo_brings_the_cursor_back_too(desk: TestDesk) -> None:
    first = desk.mail("one", hours_ago=3)
    desk.mail("two", hours_ago=2)
    async with desk.workstation() as pilot:
        await press(pilot, "e", "z")
        assert desk_of(pilot).session.listing.current.id == first
