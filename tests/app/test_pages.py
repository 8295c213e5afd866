"""Pages of records: what could not be read, the audit of a ticket, what was done lately, incidents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from app.event_details import details_said
from app.happened import Reader
from app.raw_text import raw_lines
from app.safe import width_of
from desk import incidents, quarantine
from desk.agents import set_presence
from desk.automation.route import route
from desk.changes import change
from store import events
from store.events import Event
from store.sql import messages, sync
from store.sql import tickets as rows
from store.values import SYSTEM, Actor
from tests.app.desks import NOON, TestDesk, desk_of, press, screen_text, settled, until, write

ANA, WEI = Actor("agent", "ana"), Actor("agent", "wei")
GOOD = b"From: Lena <lena@mail.example>\r\nSubject: Lamp\r\n\r\nIt never came.\r\n"
HOSTILE = b'{"order": "\x1b]0;owned\x07 [b]240"}'


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestDesk]:
    monkeypatch.setenv("DESKHAND_DROP", str(tmp_path / "drop"))
    made = TestDesk(tmp_path)
    yield made
    made.store.close()


def hold(desk: TestDesk, raw: bytes, reason: str = "The mail could not be read.", ref: str = "INBOX;1;7") -> int:
    with desk.store.write(SYSTEM) as unit:
        assert sync.quarantine(unit.conn, "mail", ref, reason, messages.put_blob(unit.conn, raw), unit.now)
    return quarantine.listed(desk.store.conn)[0].id


def do(desk: TestDesk, actor: Actor, ticket: int, **fields: object) -> None:
    with desk.store.write(actor) as unit:
        change(unit, ticket, fields)


def top(pilot: Pilot[int]) -> str:
    """The heading of the page."""
    return screen_text(pilot).split("\n")[1]


# What could not be read --------------------------------------------------------------------------------------


async def test_reading_again_is_offered_for_mail_only(desk: TestDesk) -> None:
    hold(desk, GOOD)
    hold(desk, HOSTILE, ref="order:7")
    async with desk.workstation() as pilot:
        await press(pilot, "g", "q")
        assert "order:7" in screen_text(pilot) and "r read again" not in screen_text(pilot)
        await press(pilot, "j")
        assert "r read again" in screen_text(pilot)


async def test_what_could_not_be_read_says_why_and_shows_its_bytes_safely(desk: TestDesk) -> None:
    hold(desk, HOSTILE, "ValueError: total")
    async with desk.workstation() as pilot:
        assert "! 1 unreadable" in screen_text(pilot).split("\n")[0]
        await press(pilot, "g", "q")
        text = screen_text(pilot)
        assert "1 record could not be read" in text and "! ValueError: total" in text and "Nordlicht mail" in text
        assert "␛]0;owned␇ [b]240" in text and "\x1b" not in text and "\x07" not in text
        await press(pilot, "r")
        assert "no mail: it is read when the platform tells it again" in screen_text(pilot)
        await press(pilot, "q")
        assert desk_of(pilot).place == "list"


async def test_a_record_that_reads_now_comes_in(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.screens import quarantine as screen
    from desk.sync.reader import InProcess

    monkeypatch.setattr(screen, "Pooled", lambda learner: InProcess())
    hold(desk, GOOD)
    hold(desk, b"   ", ref="INBOX;1;8")
    async with desk.workstation() as pilot:
        await press(pilot, "g", "q", "R")
        await settled(pilot)
        assert "1 came in · record 2 still cannot be read" in screen_text(pilot)
        assert [h.id for h in quarantine.listed(desk.store.conn)] == [2]
        assert rows.get(desk.store.conn, 1).subject == "Lamp"


async def test_a_record_is_let_go_and_undo_holds_it_again(desk: TestDesk) -> None:
    hold(desk, GOOD)
    async with desk.workstation() as pilot:
        await press(pilot, "g", "q", "d")
        await settled(pilot)
        assert "Everything that came in could be read." in screen_text(pilot)
        await press(pilot, "z")
        await settled(pilot)
        assert len(quarantine.listed(desk.store.conn)) == 1
        await press(pilot, "Z")
        await settled(pilot)
        assert quarantine.listed(desk.store.conn) == []


async def test_a_record_is_saved_byte_for_byte(desk: TestDesk, tmp_path: Path) -> None:
    hold(desk, HOSTILE)
    async with desk.workstation() as pilot:
        await press(pilot, "g", "q", "enter")
        assert "s save" in screen_text(pilot)
        await press(pilot, "s")
    assert (tmp_path / "drop" / "quarantine-1.json").read_bytes() == HOSTILE


@pytest.mark.parametrize("raw", [b"", bytes(range(256)) * 40, GOOD, b"\xff" * 5000, "漢字 \u202e ".encode() * 900],
                         ids=["none", "binary", "mail", "no text", "wide"])  # fmt: skip
def test_any_bytes_become_lines_that_fit(raw: bytes) -> None:
    for width in (38, 78, 118):
        lines = raw_lines(raw, width)
        assert all(width_of(line) <= width for line in lines)
        assert not any(c < " " or "\x7f" <= c <= "\x9f" for line in lines for c in line)


# The audit of a ticket ------------------------------------------------------------------------------------------


async def test_the_audit_tells_who_changed_what_from_what_to_what_and_what_caused_it(desk: TestDesk) -> None:
    ticket = desk.mail("Lamp broken")
    do(desk, ANA, ticket, status="pending")
    with desk.store.write(WEI) as unit:
        unit.cause_seq = 1
        change(unit, ticket, {"priority": "high"})
    async with desk.workstation() as pilot:
        await press(pilot, "H")
        text = screen_text(pilot)
        assert f"Audit of #{ticket}" in text and "the log as a whole is not checked" in text
        assert "priority: Normal → High" in text and "caused by event 1" in text and "version 1" in text
        await press(pilot, "j")
        assert "status: New → Pending" in screen_text(pilot) and "ana (agent): changed" in screen_text(pilot)
        await press(pilot, "q")
        assert desk_of(pilot).place == "list"


async def test_the_audit_tells_in_words_who_could_have_had_a_ticket(desk: TestDesk) -> None:
    ticket = desk.mail("Lamp broken")
    with desk.store.write(SYSTEM) as unit:
        set_presence(unit, "wei", "away")
        unit.conn.execute("UPDATE ticket SET assignee_id = NULL WHERE id = ?", (ticket,))
        route(unit, ticket)
    async with desk.workstation() as pilot:
        await press(pilot, "H")
        await until(pilot, lambda: "shared out: who has the least to do" in screen_text(pilot))
        assert "could have it: ana" in screen_text(pilot) and "not wei: " in screen_text(pilot)
        assert "{" not in screen_text(pilot) and "least_load" not in screen_text(pilot)


def test_whatever_stands_in_an_event_is_told_in_words() -> None:
    reader = Reader(NOON, UTC, {"late": "Late parcels", "g1": "Returns"})
    payload: dict[str, Any] = {
        "rule": "late", "version": 2, "when": "buyer_message", "cause": 7, "acts": [{"do": "assign", "group": "g1"}],
        "failed": [], "shadow": False, "from": 12, "kind": "return", "state": ["open", "closed"], "due_at": NOON,
        "odd_thing": {"size": 3, "parts": ["a", "b"]}, "error": "no {braces}", "empty": [],
    }  # fmt: skip
    event = Event(1, 1, NOON, Actor("rule", "late"), "case_changed", 1, 5, "", None, payload)
    assert list(details_said(event, reader)) == [
        "rule: Late parcels", "version: 2", "set off by: a buyer wrote", "acts: assigned to Returns", "from: #12",
        "kind: return", "state: open → closed", "due: 12:00", "odd thing: size: 3, parts: a, b",
        "what went wrong: no {braces}",
    ]  # fmt: skip


async def test_the_audit_shows_what_one_person_did(desk: TestDesk) -> None:
    ticket = desk.mail("Lamp broken")
    do(desk, ANA, ticket, status="pending")
    do(desk, WEI, ticket, priority="high")
    async with desk.workstation() as pilot:
        await press(pilot, "enter", "H", "f")
        await write(pilot, "wei")
        await press(pilot, "enter")
        assert "only wei · 1 event" in top(pilot) and "New → Pending" not in screen_text(pilot)
        await press(pilot, "F")
        assert "only wei" not in top(pilot) and "New → Pending" in screen_text(pilot)
        await press(pilot, "q")
        assert desk_of(pilot).place == "ticket" and "Lamp broken" in screen_text(pilot)


async def test_checking_the_log_says_how_far_it_is_whole(desk: TestDesk) -> None:
    desk.mail("Lamp broken")
    async with desk.workstation() as pilot:
        await press(pilot, "H", "c")
        head = events.head(desk.store.conn).seq
        await until(pilot, lambda: f"log intact to event {head}, checked 12:00" in top(pilot))


async def test_an_event_that_was_altered_is_named(desk: TestDesk) -> None:
    ticket = desk.mail("Lamp broken")
    do(desk, ANA, ticket, status="pending")
    seq = events.of_ticket(desk.store.conn, ticket)[-1].seq
    with desk.store.write(SYSTEM) as unit:
        unit.conn.execute("DROP TRIGGER IF EXISTS event_kept")
        unit.conn.execute("UPDATE event SET payload = replace(payload, 'pending', 'solved') WHERE seq = ?", (seq,))
    assert events.altered(desk.store.conn, ticket) == [seq]
    async with desk.workstation() as pilot:
        await press(pilot, "H")
        assert "! 1 not as written" in top(pilot) and "its hash does not match" in screen_text(pilot)
        await press(pilot, "c")
        await until(pilot, lambda: "LOG BROKEN" in top(pilot))


# What was done lately ----------------------------------------------------------------------------------------------


async def test_any_step_of_mine_is_undone_from_the_list_of_them(desk: TestDesk) -> None:
    first, second = desk.mail("one", hours_ago=2), desk.mail("two")
    do(desk, ANA, first, status="pending")
    do(desk, ANA, second, priority="high")
    async with desk.workstation() as pilot:
        await press(pilot, "g", "z", "j")
        assert f"#{first}  status: Pending → New" in screen_text(pilot)
        await press(pilot, "u")
        await settled(pilot)
        assert rows.get(desk.store.conn, first).status == "new" and rows.get(desk.store.conn, second).priority == 2
        assert "undone: status Pending → New" in screen_text(pilot)
        await press(pilot, "Z")
        await settled(pilot)
        assert rows.get(desk.store.conn, first).status == "pending"


async def test_a_step_that_was_changed_since_says_by_whom_and_stays(desk: TestDesk) -> None:
    ticket = desk.mail("one")
    do(desk, ANA, ticket, status="pending")
    do(desk, WEI, ticket, status="open")
    async with desk.workstation() as pilot:
        await press(pilot, "g", "z")
        assert f"! #{ticket}: status was changed by wei since." in screen_text(pilot)
        await press(pilot, "u")
        await settled(pilot)
        assert rows.get(desk.store.conn, ticket).status == "open" and "changed by wei since" in screen_text(pilot)


async def test_what_colleagues_did_shows_and_is_theirs_to_undo(desk: TestDesk) -> None:
    ticket = desk.mail("one")
    do(desk, WEI, ticket, status="pending")
    async with desk.workstation() as pilot:
        await press(pilot, "g", "z")
        assert "Nothing was done here lately" in screen_text(pilot)
        await press(pilot, "a")
        assert "Only wei undoes it" in screen_text(pilot) and "u undo this" not in screen_text(pilot)
        await press(pilot, "u")
        await settled(pilot)
        assert "wei did that; everybody undoes their own steps" in screen_text(pilot)
        await press(pilot, "enter")
        assert desk_of(pilot).place == "ticket"


# Incidents --------------------------------------------------------------------------------------------------------


async def test_incidents_are_a_page_of_their_own(desk: TestDesk) -> None:
    ticket = desk.mail("Where is it")
    async with desk.workstation() as pilot:
        await press(pilot, "g", "I")
        assert "No incidents" in screen_text(pilot)
        await press(pilot, "n")
        await write(pilot, "port strike")
        await press(pilot, "enter")
        await settled(pilot)
        with desk.store.write(ANA) as unit:
            incidents.add(unit, 1, [ticket])
        await until(pilot, lambda: "1 ticket · 1 open, 0 answered" in screen_text(pilot))
        assert "Where is it" in screen_text(pilot)
        await press(pilot, "c", "y")
        await settled(pilot)
        await until(pilot, lambda: "Incidents · 0 open" in screen_text(pilot))
        assert incidents.get(desk.store.conn, 1).state == "closed"
        await press(pilot, "r")
        await settled(pilot)
        assert incidents.get(desk.store.conn, 1).state == "open"
        await press(pilot, "enter")
        assert [line.id for line in desk_of(pilot).session.listing.lines] == [ticket]


# On all of them -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (50, 12)])
@pytest.mark.parametrize("keys", [("g", "q"), ("H",), ("g", "z"), ("g", "I")])
async def test_every_page_fits_every_size_and_leads_back(desk: TestDesk, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    ticket = desk.mail("Lamp")
    do(desk, ANA, ticket, status="pending")
    hold(desk, GOOD * 40)
    with desk.store.write(ANA) as unit:
        incidents.add(unit, incidents.open_incident(unit, "port strike " * 20), [ticket])
    async with desk.workstation(size=size) as pilot:
        await press(pilot, *keys)
        await press(pilot, "j", "space", "space", "G", "k", "ctrl+d", "tab")
        assert desk_of(pilot).place not in ("list", "ticket")
        await pilot.resize_terminal(100, 30)
        await press(pilot, "question_mark", "escape")
        await press(pilot, "q")
        assert desk_of(pilot).place == "list"


async def test_a_click_chooses_a_row_and_a_second_one_opens_it(desk: TestDesk) -> None:
    first, second = desk.mail("one", hours_ago=2), desk.mail("two")
    do(desk, ANA, first, status="pending")
    do(desk, ANA, second, priority="high")
    async with desk.workstation() as pilot:
        await press(pilot, "g", "z")
        await pilot.click("#page", offset=(10, 2))
        await until(pilot, lambda: "status: Pending → New" in screen_text(pilot))
        await pilot.click("#page", offset=(10, 2))
        await until(pilot, lambda: desk_of(pilot).place == "ticket")
        assert desk_of(pilot).desk_screen.ticket.ticket_id == first


# What cannot wait ---------------------------------------------------------------------------------------------------


async def test_urgent_is_what_is_late_soon_due_or_said_to_be(desk: TestDesk) -> None:
    late = desk.mail("late", hours_ago=30)
    calm, said = desk.mail("calm", hours_ago=0.01), desk.mail("said", hours_ago=0.02)
    waits = desk.mail("waits", hours_ago=0.03)
    do(desk, ANA, said, priority="urgent")
    do(desk, ANA, waits, priority="urgent")
    do(desk, ANA, waits, status="pending")
    async with desk.workstation() as pilot:
        app = desk_of(pilot)
        await press(pilot, "g", "u")
        assert {line.id for line in app.session.listing.lines} == {late, said} and calm
        assert app.session.urgent() == 2
        assert next(v.count for v in app.session.views() if v.view.id == "urgent") == 2
