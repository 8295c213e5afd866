"""Pictures of working on tickets, so that a change of its look is seen and meant. Update with --snapshot-update."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from connectors.contract import Receipt
from desk import tickets
from desk.outbox import Reply, claim, fail, queue, sent, unknown
from store.sql import outbox, people
from store.sql.people import Seen
from store.values import HOUR, SYSTEM, Actor
from tests.app.desks import NOON, TestDesk, desk_of, until, write
from tests.media.kit import photo, with_files
from tests.snapshots.camera import Camera

ANA, WEI = Actor("agent", "ana"), Actor("agent", "wei")
SMALL, LARGE, HUGE = (80, 24), (120, 40), (200, 60)


def order_and_case(desk: TestDesk, ticket: int) -> None:
    """A delivered order of two lamps, a return that is to be answered in three hours, and a bad review."""
    with desk.store.write(SYSTEM) as unit:
        customer = unit.conn.execute("SELECT customer_id FROM ticket WHERE id = ?", (ticket,)).fetchone()[0]
        order = unit.conn.execute(
            "INSERT INTO orders (channel_id, number, number_key, customer_id, placed_at, status, total_minor, currency) "
            "VALUES ('mail', '701-22', '70122', ?, ?, 'delivered', 89900, 'MXN')", (customer, NOON - 72 * HOUR),
        ).lastrowid  # fmt: skip
        unit.conn.execute("INSERT INTO ticket_order (ticket_id, order_id) VALUES (?, ?)", (ticket, order))
        sql = "INSERT INTO order_item (order_id, sku, title, price_minor) VALUES (?, 'LAMP-1', 'Desk lamp 台灯', 89900)"
        unit.conn.execute(sql, (order,))
        unit.conn.execute(
            "INSERT INTO case_file (channel_id, remote_id, kind, order_number, ticket_id, customer_id, state, reason, type, "
            "is_open, amount_minor, currency, opened_at, updated_at, due_at, note) VALUES ('mail', 'R1', 'return', '701-22', "
            "?, ?, 'RETURN_REQUESTED', 'ARRIVED_DAMAGED', 'damaged', 1, 44950, 'MXN', ?, ?, ?, 'the shade is broken')",
            (ticket, customer, NOON - HOUR, NOON - HOUR, NOON + 3 * HOUR),
        )
        sql = "INSERT INTO review (channel_id, remote_id, order_id, rating, title, at) VALUES ('mail', 'V1', ?, 2, 'Meh', ?)"
        unit.conn.execute(sql, (order, NOON - HOUR))


def reply(desk: TestDesk, ticket: int, text: str, actor: Actor = ANA) -> int:
    with desk.store.write(actor) as unit:
        seen = unit.conn.execute("SELECT thread_seq FROM ticket WHERE id = ?", (ticket,)).fetchone()[0]
        return queue(unit, Reply(ticket, text, ("buyer@mail.example",), "Re: Lamp", seen))


async def writes(pilot: Pilot[int]) -> None:
    """Until one may write."""
    await until(pilot, lambda: desk_of(pilot).composer is not None and desk_of(pilot).focused is not None)


# The list ------------------------------------------------------------------------------------------------------------


def test_the_inbox(desk: TestDesk, camera: Camera) -> None:
    assert camera(desk, till="5 open")


def test_the_inbox_on_a_small_screen_in_chinese_with_sixteen_colours(desk: TestDesk, camera: Camera) -> None:
    assert camera(desk, till="未解决 5", size=SMALL, theme="ansi16", lang="zh_CN")


def test_marks_and_a_colleague_who_writes_on_a_huge_screen_in_light_colours(desk: TestDesk, camera: Camera) -> None:
    with desk.store.write(WEI) as unit:
        tickets.assign(unit, 2, "wei")
        people.put_presence(unit.conn, Seen("s2", "wei", 2, 1, NOON))
    assert camera(desk, "j j space space", till="2 marked", size=HUGE, theme="light")


def test_an_empty_view(desk: TestDesk, camera: Camera) -> None:
    assert camera(desk, "g s", till="Nothing here", size=SMALL, theme="light")


def test_a_filter_that_cannot_be_read_says_where(desk: TestDesk, camera: Camera) -> None:
    assert camera(desk, "f", "= is:opne", "enter", till="is:opne", size=SMALL, theme="high_contrast")


def test_the_clocks_without_any_colour(desk: TestDesk, camera: Camera) -> None:
    assert camera(desk, "C", till="Clocks · next", theme="mono")


# Finding what one may do -------------------------------------------------------------------------------------------------


def test_what_may_follow_a_key(desk: TestDesk, camera: Camera) -> None:
    async def strip(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: bool(desk_of(pilot).desk_screen.which.display))

    assert camera(desk, "g", strip, till="收件箱", size=SMALL, theme="light", lang="zh_CN")


def test_the_palette_finds_acts_views_and_settings(desk: TestDesk, camera: Camera) -> None:
    assert camera(desk, ":", "=temp", till="temp", size=LARGE)


def test_the_keys_that_work_here(desk: TestDesk, camera: Camera) -> None:
    assert camera(desk, "question_mark", till="Keys", size=LARGE, theme="light")


def test_the_menu_without_any_colour(desk: TestDesk, camera: Camera) -> None:
    assert camera(desk, "f10", "right right", till="Reply", size=SMALL, theme="mono")


# A ticket ------------------------------------------------------------------------------------------------------------


def test_a_ticket_with_its_order_its_case_and_what_happened(desk: TestDesk, camera: Camera) -> None:
    order_and_case(desk, 1)
    with desk.store.write(WEI) as unit:
        tickets.note(unit, 1, "Asked the warehouse for a photo of the box.")
        tickets.tag(unit, 1, add=["fragile"])
    assert camera(desk, "enter", "h", till="CASE return", size=LARGE, theme="high_contrast")


def test_the_history_of_a_buyer_in_chinese(desk: TestDesk, camera: Camera) -> None:
    order_and_case(desk, 1)
    assert camera(desk, "B", till="701-22", size=LARGE, theme="light", lang="zh_CN")


@pytest.fixture
def photographed(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> TestDesk:
    """A ticket with two photos and a text; the line that fetches them names a machine that stays the same."""
    monkeypatch.setattr("app.filing.fetch_line", lambda ticket, number, name, **_: f"ssh care deskhand get {number} > {name}")
    monkeypatch.setenv("DESKHAND_GRAPHICS", "blocks")
    with_files(desk, 1, ("lamp.png", "image/png", photo(60, 40)), ("灯.png", "image/png", photo(30, 30)),
               ("note.txt", "text/plain", b"one\n\x1b]52;c;AAAA\x07two"))  # fmt: skip
    return desk


def test_a_photo_in_half_blocks(photographed: TestDesk, camera: Camera) -> None:
    assert camera(photographed, "P", till="▀", size=SMALL)


def test_the_files_of_a_ticket_in_sixteen_colours(photographed: TestDesk, camera: Camera) -> None:
    assert camera(photographed, "D", till="lamp.png", size=SMALL, theme="ansi16")


# Writing -------------------------------------------------------------------------------------------------------------


def test_a_ticket_with_its_template(desk: TestDesk, camera: Camera) -> None:
    assert camera(desk, "t", till="Templates for #1")


def test_writing_while_a_colleague_answers(desk: TestDesk, camera: Camera) -> None:
    async def meanwhile(pilot: Pilot[int]) -> None:
        await writes(pilot)
        await write(pilot, "We send a new one")
        row = outbox.get(desk.store.conn, reply(desk, 1, "Money is on its way", WEI))
        assert row is not None
        with desk.store.write(SYSTEM) as unit:
            assert claim(unit, row, "sync")
            sent(unit, row.id, Receipt("x", NOON))

    assert camera(desk, "r", meanwhile, till="Wei: Money is on its way", size=LARGE)


def test_the_review_bar_stops_a_reply_with_gaps_the_buyer_outran(desk: TestDesk, camera: Camera) -> None:
    async def outrun(pilot: Pilot[int]) -> None:
        await writes(pilot)
        desk.mail("Re: Lamp arrived broken", "I found the error myself", name="Ana Ruiz", sender="buyer1@mail.example",
                  answers="<m1@mail.example>", hours_ago=0)  # fmt: skip

    assert camera(desk, "t", "=refund_done", "enter", outrun, "escape", "y", till="Not sent", size=SMALL)


def test_the_outbox_with_what_waits_what_failed_and_what_is_in_doubt(desk: TestDesk, camera: Camera) -> None:
    held, bad, doubt = (reply(desk, n, text) for n, text in ((1, "A new lamp leaves today."), (2, "Geld kommt"), (4, "Désolé")))
    assert held
    with desk.store.write(SYSTEM) as unit:
        for row in (bad, doubt):
            outbox.move(unit.conn, row, "held", "claimed", NOON)
        fail(unit, bad, "claimed", "550 no such mailbox")
        unknown(unit, doubt, "the line broke after the final dot")
    assert camera(desk, "g o", till="in doubt")
