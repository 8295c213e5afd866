"""Pictures of the pages and rooms around the tickets, and of a desk's first hour. Update with --snapshot-update."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from app.bindings import defaults
from app.first.wizard import Wizard
from desk import channels, incidents, leave
from desk.agents import NewAgent, add, change
from desk.automation.rules import keep as rules
from desk.changes import change as put
from store import events
from store.sql import messages, sync
from store.values import DAY, HOUR, MINUTE, SYSTEM, Actor
from tests.app.desks import NOON, TestDesk, screen_text, until, write
from tests.snapshots.camera import Camera, Compare
from themes.loading import load

ANA, WEI = Actor("agent", "ana"), Actor("agent", "wei")
SMALL, LARGE, HUGE = (80, 24), (120, 40), (200, 60)
RULE = {
    "id": "vip", "name": "VIP buyers first", "when": ["created", "buyer_message"], "if": "tag:vip is:open", "state": "on",
    "then": [{"do": "set", "priority": "high"}, {"do": "assign", "agent": "ana"}, {"do": "tag", "add": ["hot"]}],
}  # fmt: skip


def do(desk: TestDesk, actor: Actor, ticket: int, **fields: object) -> None:
    with desk.store.write(actor) as unit:
        put(unit, ticket, fields)


# Pages of records ---------------------------------------------------------------------------------------------------


def test_what_could_not_be_read_with_its_bytes_made_safe(desk: TestDesk, camera: Camera) -> None:
    with desk.store.write(SYSTEM) as unit:
        for ref, reason, raw in (("INBOX;1;7", "The mail could not be read.", b"From: Lena <lena@mail.example>\r\n\r\n"),
                                 ("INBOX;1;8", "ValueError: total", b'{"order": "\x1b]0;owned\x07 [b]240"}')):  # fmt: skip
            sync.quarantine(unit.conn, "mail", ref, reason, messages.put_blob(unit.conn, raw), unit.now)
    assert camera(desk, "g q", till="␛]0;owned", size=LARGE)


def test_an_audit_names_the_event_that_was_altered(desk: TestDesk, camera: Camera) -> None:
    do(desk, ANA, 1, status="pending")
    do(desk, WEI, 1, priority="high")
    seq = events.of_ticket(desk.store.conn, 1)[-2].seq
    with desk.store.write(SYSTEM) as unit:
        unit.conn.execute("DROP TRIGGER IF EXISTS event_kept")
        unit.conn.execute("UPDATE event SET payload = replace(payload, 'pending', 'solved') WHERE seq = ?", (seq,))

    async def checked(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: "LOG BROKEN" in screen_text(pilot))

    assert camera(desk, "H c", checked, "j", till="LOG BROKEN after event", size=LARGE, theme="high_contrast")


def test_the_undo_history_on_a_small_screen_in_chinese(desk: TestDesk, camera: Camera) -> None:
    do(desk, ANA, 1, status="pending")
    do(desk, WEI, 1, status="open")
    do(desk, ANA, 2, priority="high")
    assert camera(desk, "g z", till="#2", size=SMALL, theme="light", lang="zh_CN")


def test_incidents_on_a_huge_screen(desk: TestDesk, camera: Camera) -> None:
    with desk.store.write(ANA) as unit:
        incidents.add(unit, incidents.open_incident(unit, "Port strike in Veracruz", note="About six days late."), [1, 2, 3])
        incidents.open_incident(unit, "墨西哥假日延误")
    assert camera(desk, "g I", till="Port strike in Veracruz", size=HUGE)


# Accounts -----------------------------------------------------------------------------------------------------------


def test_an_account_that_fails_says_since_when_and_what_to_do(desk: TestDesk, camera: Camera) -> None:
    with desk.store.write(SYSTEM) as unit:
        channels.add(unit, "sg", platform="shopee", name="Shopee SG 新加坡", label="SG", since=NOON - 30 * DAY,
                     kind="marketplace", settings={"partner_id": "1000001", "shop_id": "600100"})  # fmt: skip
        sync.good(unit.conn, "mail", NOON - MINUTE)
        sync.bad(unit.conn, "sg", "The shop no longer allows the app; authorise it again.", NOON - HOUR)
    assert camera(desk, "g h", "j", till="authorise it again", size=SMALL, theme="light")


def test_linking_an_account_in_chinese(desk: TestDesk, camera: Camera) -> None:
    assert camera(desk, ":channel.add", till="平台", size=LARGE, lang="zh_CN")


# The set-up -----------------------------------------------------------------------------------------------------------


def test_the_set_up_with_a_rule_in_three_columns(desk: TestDesk, camera: Camera) -> None:
    with desk.store.write(ANA) as unit:
        rules.save(unit, RULE)
        rules.save(unit, {**RULE, "id": "second", "name": "Photos for damage", "state": "shadow"})
    assert camera(desk, ":go.setup:rules", "enter j j j", till="tag:vip")


def test_a_form_on_a_small_screen_with_a_mistake_beside_its_field(desk: TestDesk, camera: Camera) -> None:
    assert camera(desk, ":go.setup:calendars", "enter j j j enter", "=x", till="▲", size=SMALL, theme="ansi16")


def test_settings_with_every_choice_explained(desk: TestDesk, camera: Camera) -> None:
    assert camera(desk, ":go.setup:settings", "enter", till="Settings", size=LARGE, theme="light")


def test_the_team_of_the_week_in_chinese(desk: TestDesk, camera: Camera) -> None:
    with desk.store.write(SYSTEM) as unit:
        add(unit, NewAgent("tom", "Tom"))
        week = {"mon-fri": "09:00-12:00, 13:00-18:00", "sun": "09:00-14:00"}
        change(unit, "ana", {"shifts": {"zone": "Europe/Berlin", "week": week}, "languages": {"en": 5, "de": 3}, "capacity": 30})
        leave.add(unit, "wei", unit.now - HOUR, unit.now + 3 * DAY, "holiday")
        leave.add(unit, "tom", unit.now + 2 * HOUR, unit.now + 2 * DAY)
    assert camera(desk, "g T", till="Tom", size=LARGE, lang="zh_CN")


# The first hour ---------------------------------------------------------------------------------------------------------


def test_an_empty_inbox_says_what_a_new_desk_lacks(tmp_path: Path, camera: Camera) -> None:
    desk = TestDesk(tmp_path)
    with desk.store.write(SYSTEM) as unit:
        unit.conn.execute("DELETE FROM channel")
    assert camera(desk, till="First steps")
    desk.store.close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nobody's home: the wizard guesses from what stands here alone."""
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TZ", "Europe/Berlin")
    return tmp_path


def test_a_new_desk_asks_for_its_name_and_where_it_lies(home: Path, snap_compare: Compare) -> None:
    app = Wizard(Path("/srv/desk"), defaults(), home / "state" / "new-desk.json", NOON, load("dark"))

    async def begin(pilot: Pilot[str]) -> None:
        await until(pilot, lambda: "step" in screen_text(pilot).split("\n")[0])
        await pilot.press("n")
        await until(pilot, lambda: app.state.step.id == "desk")
        await write(pilot, "Nordlicht 北光")
        await pilot.pause()

    assert snap_compare(app, terminal_size=SMALL, run_before=begin)
