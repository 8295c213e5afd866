"""What stands around a conversation: cards of cases and products, the buyer's history, the mail as it came."""

from __future__ import annotations

from desk.original import original, source
from store.sql import messages
from store.sql import tickets as rows
from store.unit import UnitOfWork
from store.values import HOUR, SYSTEM
from tests.app.desks import NOON, TestDesk, desk_of, press, screen_text, until, write

MAIL = (b"From: a@b.example\r\nX-Mark: seen\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        b"Hello\r\n-- \r\nM. Dubois\r\nLyon\r\n")  # fmt: skip


def _order(unit: UnitOfWork, ticket: int, customer: int) -> int:
    found = unit.conn.execute(
        "INSERT INTO orders (channel_id, number, number_key, customer_id, placed_at, status, total_minor, currency) "
        "VALUES ('mail', '701-22', '70122', ?, ?, 'delivered', 89900, 'MXN')", (customer, NOON - 72 * HOUR),
    ).lastrowid  # fmt: skip
    unit.conn.execute("INSERT INTO ticket_order (ticket_id, order_id) VALUES (?, ?)", (ticket, found))
    sql = "INSERT INTO order_item (order_id, sku, title, price_minor) VALUES (?, 'LAMP-1', 'Desk lamp', 89900)"
    unit.conn.execute(sql, (found,))
    return int(found)


def _case(unit: UnitOfWork, ticket: int, customer: int, due: int) -> None:
    unit.conn.execute(
        "INSERT INTO case_file (channel_id, remote_id, kind, order_number, ticket_id, customer_id, state, reason, type, "
        "is_open, amount_minor, currency, opened_at, updated_at, due_at, note) VALUES ('mail', 'R1', 'return', '701-22', ?, ?, "
        "'RETURN_REQUESTED', 'ARRIVED_DAMAGED', 'damaged', 1, 44950, 'MXN', ?, ?, ?, 'the shade is broken')",
        (ticket, customer, NOON - HOUR, NOON - HOUR, due),
    )


async def test_case_and_product_stand_beside_the_ticket(desk: TestDesk) -> None:
    ticket = desk.mail("Lamp broken")
    customer = rows.get(desk.store.conn, ticket).customer_id
    with desk.store.write(SYSTEM) as unit:
        _order(unit, ticket, customer)
        _case(unit, ticket, customer, NOON + 3 * HOUR)
        sql = "INSERT INTO product (sku, title, specs, sizes) VALUES ('LAMP-1', 'Desk lamp', ?, 'S, M')"
        unit.conn.execute(sql, ('{"height": "42 cm"}',))
    async with desk.workstation() as pilot:
        await press(pilot, "enter")
        await until(pilot, lambda: "CASE return" in screen_text(pilot))
        text = screen_text(pilot)
        assert "return requested" in text and "▲ to be answered by" in text and "arrived damaged" in text
        assert "PRODUCT LAMP-1" in text and "42 cm" in text and "sizes: S, M" in text


async def test_order_and_parcel_numbers_go_to_the_clipboard(desk: TestDesk) -> None:
    ticket = desk.mail("Lamp broken")
    with desk.store.write(SYSTEM) as unit:
        order = _order(unit, ticket, rows.get(desk.store.conn, ticket).customer_id)
        unit.conn.execute("UPDATE ticket SET order_number = '701-22'")
    async with desk.workstation() as pilot:
        await press(pilot, "y")
        assert desk_of(pilot).clipboard == "701-22"
        await press(pilot, "Y")
        assert "has no parcel with a number" in screen_text(pilot)
        with desk.store.write(SYSTEM) as unit:
            unit.conn.execute("INSERT INTO shipment (order_id, courier, tracking, status) VALUES (?, 'DHL', 'T-1', 'moving')",
                              (order,))  # fmt: skip
        await press(pilot, "Y")
        assert desk_of(pilot).clipboard == "T-1"


async def test_the_buyers_history_lists_everything_and_opens_a_ticket(desk: TestDesk) -> None:
    before = desk.mail("An older matter", hours_ago=40, sender="marie@mail.example")
    ticket = desk.mail("Lamp broken", hours_ago=2, sender="marie@mail.example")
    customer = rows.get(desk.store.conn, ticket).customer_id
    with desk.store.write(SYSTEM) as unit:
        order = _order(unit, ticket, customer)
        _case(unit, ticket, customer, NOON)
        sql = "INSERT INTO review (channel_id, remote_id, order_id, rating, title, at) VALUES ('mail', 'V1', ?, 2, 'Meh', ?)"
        unit.conn.execute(sql, (order, NOON))
    async with desk.workstation() as pilot:
        desk_of(pilot).acts.moving.open_ticket(ticket)
        await press(pilot, "B")
        text = screen_text(pilot)
        assert f"#{before} An older matter" in text and "case: return 701-22" in text
        assert "review: ★★ Meh" in text and "order: 701-22" in text
        await write(pilot, "older")
        await press(pilot, "enter")
        assert desk_of(pilot).desk_screen.ticket.ticket_id == before


async def test_a_key_shows_the_mail_as_it_came_and_goes_back(desk: TestDesk) -> None:
    ticket = desk.mail("Lamp broken", "Hello")
    with desk.store.write(SYSTEM) as unit:
        unit.conn.execute("UPDATE message SET raw = ? WHERE ticket_id = ?", (messages.put_blob(unit.conn, MAIL), ticket))
    async with desk.workstation() as pilot:
        await press(pilot, "enter")
        assert "Lyon" not in screen_text(pilot)
        await press(pilot, "V")
        assert "Lyon" in screen_text(pilot) and "X-Mark" not in screen_text(pilot)
        await press(pilot, "V")
        assert "X-Mark: seen" in screen_text(pilot)
        await press(pilot, "V")
        assert "Lyon" not in screen_text(pilot)


def test_a_mail_that_does_not_read_is_shown_as_its_source() -> None:
    broken = b"Content-Type: text/plain; charset=no-such\r\n\r\n\xff\xfehi"
    assert "hi" in original(broken)
    assert "\x1b" not in source(b"Subject: x\r\n\r\n\x1b[31mred")
