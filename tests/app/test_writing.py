"""What one writes reaches whom one meant, nothing typed is lost, and what happened meanwhile is shown."""

from __future__ import annotations

import json

from connectors.contract import Receipt
from desk import aside
from desk.outbox import Reply, claim, queue, sent
from desk.thread import answer_to, read
from store.sql import messages, outbox, people
from store.sql import tickets as rows
from store.values import HOUR, SYSTEM, Actor
from tests.app.desks import NOON, TestDesk, desk_of, press, screen_text, settled, until, write

ANA, WEI = Actor("agent", "ana"), Actor("agent", "wei")


def leaves(desk: TestDesk) -> outbox.OutboxRow:
    """Lets what is held leave, as sync does."""
    row = outbox.listed(desk.store.conn, "held")[0]
    with desk.store.write(SYSTEM) as unit:
        assert claim(unit, row, "sync")
        sent(unit, row.id, Receipt("x", NOON))
    return row


async def typing(pilot) -> None:  # type: ignore[no-untyped-def]
    await until(pilot, lambda: desk_of(pilot).composer is not None and desk_of(pilot).focused is not None)


async def test_a_mail_to_a_supplier_is_a_note_here_and_stops_no_clock_of_the_buyers(desk: TestDesk) -> None:
    ticket = desk.mail("Lamp broken", sender="buyer@mail.example")
    async with desk.workstation() as pilot:
        await press(pilot, "@")
        await write(pilot, "Parts@supplier.example")
        await press(pilot, "enter")
        await typing(pilot)
        assert "not to the buyer" in screen_text(pilot)
        await write(pilot, "Please send a new shade")
        await press(pilot, "escape")
        assert "Send as Nordlicht mail → parts@supplier.example" in screen_text(pilot)
        await press(pilot, "w")
        assert outbox.listed(desk.store.conn, "held")
    row = leaves(desk)
    payload = json.loads(row.payload)
    assert payload["to"] == ["parts@supplier.example"] and not payload["references"] and not payload["in_reply_to"]
    found = rows.get(desk.store.conn, ticket)
    assert found.waiting_since is not None and found.first_reply_at is None and found.status == "on_hold"
    note = messages.of_ticket(desk.store.conn, ticket)[-1]
    assert note.direction == "note" and note.recipients == "parts@supplier.example"


async def test_what_the_supplier_answers_comes_here_and_a_reply_still_goes_to_the_buyer(desk: TestDesk) -> None:
    ticket = desk.mail("Lamp broken", sender="buyer@mail.example")
    with desk.store.write(ANA) as unit:
        queue(unit, Reply(ticket, "Please send a shade", ("parts@supplier.example",), "Lamp", 0, then="", aside=True))
    payload = json.loads(leaves(desk).payload)
    answer = desk.mail("Re: Lamp", "On its way", sender="parts@supplier.example", answers=payload["message_id"].strip("<>"))
    assert answer == ticket
    assert rows.get(desk.store.conn, ticket).waiting_since == NOON - HOUR, "the buyer still waits for the first answer"
    assert answer_to(read(desk.store.conn, ticket)) == ("buyer@mail.example",)
    with desk.store.write(ANA) as unit:
        seen = rows.get(unit.conn, ticket).thread_seq
        row = outbox.get(unit.conn, queue(unit, Reply(ticket, "A new one comes", ("buyer@mail.example",), "Re: Lamp", seen)))
    kept = json.loads(row.payload)
    assert kept["in_reply_to"] == "<m1@mail.example>" and kept["references"] == ["<m1@mail.example>"]


def test_what_a_supplier_says_starts_no_clock_of_the_buyers(desk: TestDesk) -> None:
    ticket = desk.mail("Lamp broken", sender="buyer@mail.example")
    with desk.store.write(ANA) as unit:
        queue(unit, Reply(ticket, "We send one", ("buyer@mail.example",), "Re", rows.get(unit.conn, ticket).thread_seq))
    leaves(desk)
    with desk.store.write(ANA) as unit:
        queue(unit, Reply(ticket, "A shade, please", ("parts@supplier.example",), "Lamp", 0, then="on_hold", aside=True))
    sent_to = json.loads(leaves(desk).payload)["message_id"].strip("<>")
    desk.mail("Re: Lamp", "On its way", sender="parts@supplier.example", answers=sent_to, hours_ago=0)
    found = rows.get(desk.store.conn, ticket)
    assert found.waiting_since is None and found.status == "open", "somebody should look, but no buyer waits"


async def test_forwarding_carries_the_conversation_but_no_note(desk: TestDesk) -> None:
    from desk.tickets import note

    ticket = desk.mail("Lamp broken", "It came in pieces")
    with desk.store.write(ANA) as unit:
        note(unit, ticket, "secret of the team")
    async with desk.workstation() as pilot:
        await press(pilot, ">")
        await write(pilot, "carrier@dhl.example")
        await press(pilot, "enter")
        await typing(pilot)
        composer = desk_of(pilot).composer
        assert composer.writing.subject == "Fwd: Lamp broken"
        assert "> It came in pieces" in composer.text and "secret" not in composer.text


async def test_forwarding_takes_the_files_along_and_one_can_be_taken_out(desk: TestDesk) -> None:
    ticket = desk.mail("Lamp broken", sender="buyer@mail.example")
    with desk.store.write(SYSTEM) as unit:
        message = messages.of_ticket(unit.conn, ticket)[0].id
        for name, size, inline in (("photo.jpg", 4000, False), ("invoice.pdf", 900, False), ("logo.png", 300, True)):
            sha = messages.put_blob(unit.conn, name.encode() * size)
            messages.attach(unit.conn, message, name=name, type="image/jpeg", sha256=sha, size=size, inline=inline)
    async with desk.workstation() as pilot:
        await press(pilot, ">")
        await write(pilot, "lab@example.org")
        await press(pilot, "enter")
        await typing(pilot)
        assert "2 files go along" in screen_text(pilot) and "⎙ photo.jpg, invoice.pdf" in screen_text(pilot)
        await press(pilot, "escape", "x")
        await write(pilot, "photo")
        await press(pilot, "enter")
        await settled(pilot)
        assert "⎙ 1 file" in screen_text(pilot)
        await press(pilot, "p")
        await settled(pilot)
        await press(pilot, "r")
        await typing(pilot)
        await press(pilot, "escape", "y")
        await settled(pilot)
    payload = json.loads(leaves(desk).payload)
    assert [f[0] for f in payload["files"]] == ["invoice.pdf"] and payload["to"] == ["lab@example.org"]


def test_files_too_large_to_leave_together_stay_behind(desk: TestDesk) -> None:
    ticket = desk.mail("Lamp broken")
    with desk.store.write(SYSTEM) as unit:
        message = messages.of_ticket(unit.conn, ticket)[0].id
        for n in range(3):
            sha = messages.put_blob(unit.conn, b"%d" % n)
            messages.attach(unit.conn, message, name=f"{n}.mov", type="video/mp4", sha256=sha, size=8 << 20, inline=False)
    thread = read(desk.store.conn, ticket)
    files, behind = aside.carried(thread.messages, thread.attachments)
    assert [f.name for f in files] == ["0.mov", "1.mov"] and behind == 1


async def test_what_is_no_address_is_said_before_anything_is_written(desk: TestDesk) -> None:
    desk.mail("Lamp broken")
    async with desk.workstation() as pilot:
        await press(pilot, "@")
        await write(pilot, "nobody")
        await press(pilot, "enter")
        assert "nobody is no address" in screen_text(pilot) and desk_of(pilot).composer is None


async def test_a_copy_goes_to_whom_one_says_and_stays_with_the_draft(desk: TestDesk) -> None:
    ticket = desk.mail("Lamp broken")
    async with desk.workstation() as pilot:
        await press(pilot, "r")
        await typing(pilot)
        await write(pilot, "Sorry")
        await press(pilot, "escape", "c")
        await write(pilot, "boss@shop.example")
        await press(pilot, "enter")
        assert "Cc boss@shop.example" in screen_text(pilot)
        await press(pilot, "p")
        await press(pilot, "r")
        await typing(pilot)
        assert desk_of(pilot).composer.writing.cc == ("boss@shop.example",)
        await press(pilot, "escape", "y")
    assert json.loads(outbox.listed(desk.store.conn, "held")[0].payload)["cc"] == ["boss@shop.example"]
    assert aside.get(desk.store.conn, ticket, "ana") is None


async def test_a_parked_mail_to_somebody_else_is_gone_on_with_and_nothing_takes_its_place(desk: TestDesk) -> None:
    ticket = desk.mail("Lamp broken")
    async with desk.workstation() as pilot:
        await press(pilot, "@")
        await write(pilot, "a@b.example")
        await press(pilot, "enter")
        await typing(pilot)
        await write(pilot, "half")
        await press(pilot, "escape", "p")
        await press(pilot, "c")
        await typing(pilot)
        await write(pilot, "a note between")
        await press(pilot, "escape", "y")
        await press(pilot, "r")
        await typing(pilot)
        writing = desk_of(pilot).composer.writing
        assert (writing.kind, writing.to, desk_of(pilot).composer.text) == ("aside", ("a@b.example",), "half")
    assert people.draft(desk.store.conn, ticket, "ana").kind == "aside"


async def test_taking_a_mail_to_somebody_else_back_gives_its_recipients_back(desk: TestDesk) -> None:
    ticket = desk.mail("Lamp broken")
    async with desk.workstation() as pilot:
        await press(pilot, "@")
        await write(pilot, "a@b.example")
        await press(pilot, "enter")
        await typing(pilot)
        await write(pilot, "too fast")
        await press(pilot, "escape", "y")
        await press(pilot, "z")
    assert people.draft(desk.store.conn, ticket, "ana").kind == "aside"
    assert aside.get(desk.store.conn, ticket, "ana").to == ("a@b.example",)


async def test_a_conversation_is_begun_with_somebody_who_has_not_written(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await press(pilot, "W")
        await write(pilot, "new@mail.example")
        await press(pilot, "enter")
        await until(pilot, lambda: "Subject" in screen_text(pilot))
        await write(pilot, "Your order")
        await press(pilot, "enter")
        await typing(pilot)
        await write(pilot, "Hello")
        await press(pilot, "escape", "w")
    row = leaves(desk)
    ticket = rows.get(desk.store.conn, row.ticket_id)
    assert json.loads(row.payload)["to"] == ["new@mail.example"]
    assert (ticket.subject, ticket.assignee_id, ticket.status) == ("Your order", "ana", "pending")


async def test_a_conversation_that_is_not_begun_after_all_leaves_no_open_ticket(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await press(pilot, "W")
        await write(pilot, "new@mail.example")
        await press(pilot, "enter")
        await until(pilot, lambda: "Subject" in screen_text(pilot))
        await write(pilot, "Your order")
        await press(pilot, "enter")
        await typing(pilot)
        ticket = desk_of(pilot).composer.writing.ticket_id
        await write(pilot, "Hello")
        await press(pilot, "escape", "n")
        assert rows.get(desk.store.conn, ticket).status == "closed"


async def test_a_customer_is_found_by_name_to_write_to(desk: TestDesk) -> None:
    desk.mail("old", name="Marie Dubois", sender="marie@mail.example")
    async with desk.workstation() as pilot:
        await press(pilot, "W")
        await write(pilot, "mari")
        await press(pilot, "enter")
        await until(pilot, lambda: "marie@mail.example" in screen_text(pilot))
        await press(pilot, "enter")
        await until(pilot, lambda: "Subject" in screen_text(pilot))


async def test_a_word_behind_a_semicolon_becomes_its_template_filled_in(desk: TestDesk) -> None:
    desk.mail("Kaputt", lang="de", name="Jürgen Kößler")
    async with desk.workstation() as pilot:
        await press(pilot, "r")
        await typing(pilot)
        await write(pilot, "Hallo ;photo")
        await until(pilot, lambda: ";photo" in screen_text(pilot).split("\n")[-2])
        await press(pilot, "tab")
        await settled(pilot)
        assert "Fotos" in desk_of(pilot).composer.text and ";photo" not in desk_of(pilot).composer.text


async def test_what_the_buyer_wrote_meanwhile_is_shown_and_then_one_may_send(desk: TestDesk) -> None:
    desk.mail("Lamp broken", sender="ana.r@mail.example")
    async with desk.workstation() as pilot:
        await press(pilot, "r")
        await typing(pilot)
        await write(pilot, "We send a new one")
        desk.mail("Re: Lamp broken", "I found the error myself", sender="ana.r@mail.example", answers="<m1@mail.example>")
        await until(pilot, lambda: "▲" in screen_text(pilot).split("\n")[-2])
        assert "I found the error myself" in screen_text(pilot).split("\n")[-2]
        await press(pilot, "escape", "y")
        assert not outbox.listed(desk.store.conn) and "Something new arrived" in screen_text(pilot)
        assert "Marie Dubois: I found the error myself" in screen_text(pilot)
        await press(pilot, "y")
        assert outbox.listed(desk.store.conn, "held")


async def test_what_a_colleague_answered_meanwhile_is_shown(desk: TestDesk) -> None:
    ticket = desk.mail("Lamp broken")
    async with desk.workstation() as pilot:
        await press(pilot, "r")
        await typing(pilot)
        await write(pilot, "We send a new one")
        with desk.store.write(WEI) as unit:
            seen = rows.get(unit.conn, ticket).thread_seq
            queue(unit, Reply(ticket, "Money is on its way", ("b@mail.example",), "Re: Lamp", seen))
        leaves(desk)
        await until(pilot, lambda: "Wei: Money is on its way" in screen_text(pilot))
        await press(pilot, "escape", "y")
        assert "wei has answered" in screen_text(pilot) and not outbox.listed(desk.store.conn, "held")
