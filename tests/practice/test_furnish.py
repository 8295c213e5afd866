"""The practice desk: made by the real verbs, alive whenever it is opened, harmless whatever was written to it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connectors.contract import Ports
from connectors.registry import connect
from connectors.sandbox.world import World, make_world
from connectors.sandbox.world.buyers import users
from connectors.sandbox.world.data import table
from desk import groups, inbox, incidents, leave, practice, practice_setup, thread
from desk.automation import packs, route
from desk.automation.candidates import absent
from desk.automation.rules import keep
from desk.automation.rules.effect import hits
from desk.practice_links import connect_mail
from desk.practice_mail import inbound
from store import events
from store.sql import shop
from store.unit import Store
from store.values import HOUR, Instant
from store.vault import ChannelSecrets, Vault
from tests.practice.conftest import NOON, new_store

BERLIN = ZoneInfo(practice.ZONE)
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\ufeff\u00ad\u2028\u2029]")
SHOWN = (("ticket", "subject"), ("message", "subject"), ("message", "body"), ("message", "sender_name"),
         ("message", "quoted"), ("customer", "name"))  # fmt: skip


def at(text: str) -> Instant:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def test_some_clocks_have_run_out_some_are_about_to_the_rest_run(furnished: Store) -> None:
    found = inbox.summary(furnished.conn, NOON, inbox.midnight(NOON, BERLIN))
    assert (found.overdue, found.today) == (4, 9)
    warned = furnished.conn.execute(
        "SELECT count(*) FROM clock WHERE state = 'running' AND due_at > ? AND warn_at <= ?", (NOON, NOON)
    ).fetchone()[0]
    assert warned >= 2
    assert found.open >= 50


@pytest.mark.parametrize("when", ["2026-11-18T22:50", "2026-11-21T23:05", "2026-07-19T03:00", "2027-03-28T00:30"])
def test_that_holds_at_any_hour(tmp_path: Path, when: str) -> None:
    now = at(when)
    store = new_store(tmp_path / "desk", now)
    practice.furnish(store, make_world(3, now, conversations=110), now)
    found = inbox.summary(store.conn, now, inbox.midnight(now, BERLIN))
    assert found.overdue == 4
    assert found.today >= 4
    assert not events.verify(store.conn).problem
    store.close()


def test_every_view_has_something_to_show(furnished: Store) -> None:
    ctx = inbox.context(furnished.conn, "ana", NOON, BERLIN)
    counts = {line.view.id: line.count for line in inbox.views(furnished.conn, ctx)}
    orders_only = {"channel:amazon", "channel:shopify-orders", "channel:walmart-orders", "channel:web"}
    assert all(n for name, n in counts.items() if n is not None and name not in orders_only), counts
    assert (counts["waiting"], counts["snoozed"], counts["notices"]) == (18, 4, 5)
    assert furnished.conn.execute("SELECT count(*) FROM ticket").fetchone()[0] == 300


def test_its_events_form_an_unbroken_chain_in_the_order_of_time(furnished: Store) -> None:
    verdict = events.verify(furnished.conn)
    assert not verdict.problem and verdict.intact_to > 2000
    times = [r[0] for r in furnished.conn.execute("SELECT at FROM event ORDER BY seq")]
    assert times == sorted(times) and times[-1] <= NOON


def test_an_owner_has_a_reason_and_a_clock_a_policy(furnished: Store) -> None:
    ctx = inbox.context(furnished.conn, "ana", NOON, BERLIN)
    for line in inbox.page(furnished.conn, inbox.resolve("is:open has:due has:assignee", ctx), "ana"):
        event = thread.why_assigned(furnished.conn, line.id)
        assert event is not None and event.payload is not None
        assert event.payload["why"]["text"]
        assert all(c.policy_id for c in thread.read(furnished.conn, line.id).clocks)


def test_orders_buyers_and_files_hang_together(furnished: Store, world: World) -> None:
    ctx = inbox.context(furnished.conn, "ana", NOON, BERLIN)
    lines = inbox.page(furnished.conn, inbox.resolve("is:open platform:amazon not:is:automatic", ctx), "ana")
    found = [thread.read(furnished.conn, line.id) for line in lines]
    assert all(t.orders and t.items and t.customer and t.customer.country for t in found)
    assert furnished.conn.execute("SELECT count(*) FROM attachment").fetchone()[0] > 5
    assert furnished.conn.execute("SELECT count(*) FROM customer WHERE tier = 'vip'").fetchone()[0] == 5


@pytest.mark.parametrize(
    ("lang", "shape"),
    [("de", r"[^\W\d_]{8,}"), ("es", r"[^\W\d_]{7,}"), ("ja", "[\u4e00-\u9fff]{2}"), ("zh-CN", "[\u4e00-\u9fff]{2}")],
)
def test_full_text_finds_what_buyers_wrote(furnished: Store, world: World, lang: str, shape: str) -> None:
    talk = next(t for t in world.talks if t.lang == lang and re.search(shape, t.turns[0].text))
    word = re.findall(shape, talk.turns[0].text)[0]
    key = inbound(talk, 0, NOON).remote_key
    ticket_id = furnished.conn.execute("SELECT ticket_id FROM message WHERE remote_key = ?", (key,)).fetchone()[0]
    ctx = inbox.context(furnished.conn, "ana", NOON, BERLIN)
    found = inbox.page(furnished.conn, inbox.resolve(word, ctx), "ana", limit=500)
    assert ticket_id in {line.id for line in found}


def test_hostile_texts_are_there_and_harmless(furnished: Store) -> None:
    for name, column in SHOWN:
        for (text,) in furnished.conn.execute(f"SELECT {column} FROM {name}"):
            assert not UNSAFE.search(text), (name, column, text)
            assert not re.search("[\u0300-\u036f]{5}", text)
    bodies = [r[0] for r in furnished.conn.execute("SELECT body FROM message")]
    for literal in ("[@click=app.quit]x[/]", "␛[2J", "◈", "😡", "{{7*7}}"):
        assert any(literal in body for body in bodies), literal
    assert len(table("odd")["hostile"]) == 8


def test_somebody_is_on_duty_at_every_hour_of_the_year_but_for_leave(furnished: Store) -> None:
    team = [replace(c, leave=()) for c in route.candidates(furnished.conn) if c.id != "ana"]
    ana = next(a for a in shop.agents(furnished.conn) if a.id == "ana")
    assert ana.state == "on"
    team.append(replace(next(c for c in route.candidates(furnished.conn) if c.id == "ana"), manual=None))
    begin = at("2026-01-01T00:30")
    gaps = [h for h in range(0, 366 * 24) if all(absent(c, begin + h * HOUR) for c in team)]
    assert not gaps


def test_the_same_world_and_moment_make_the_same_desk(tmp_path: Path) -> None:
    world = make_world(5, NOON, conversations=90)
    rows = []
    for name in ("one", "two"):
        store = new_store(tmp_path / name, NOON)
        practice.furnish(store, world, NOON)
        rows.append([
            store.conn.execute(f"SELECT {columns} FROM {table} ORDER BY 1").fetchall()
            for table, columns in (
                ("ticket", "*"), ("message", "*"), ("orders", "*"), ("clock", "*"),
                ("event", "seq, at, actor_kind, actor_id, verb, ticket_id, payload"),
            )
        ])  # fmt: skip
        store.close()
    assert rows[0] == rows[1]


def test_every_mailbox_takes_the_stand_ins_settings_and_reads_from_the_start(tmp_path: Path) -> None:
    world = make_world(5, NOON, conversations=90)
    store = new_store(tmp_path / "desk", NOON)
    practice.furnish(store, world, NOON)
    vault = Vault(tmp_path / "desk")
    connect_mail(store, vault, world, 1143, 1025, users(world.shops))
    store.conn.execute("INSERT INTO cursor (channel_id, stream, value) VALUES ('mail', 'INBOX', 'old')")
    connect_mail(store, vault, world, 2143, 2025, users(world.shops))
    assert store.conn.execute("SELECT count(*) FROM cursor").fetchone()[0] == 0
    mailboxes = [c for c in shop.channels(store.conn) if c.platform == "email"]
    assert {c.id for c in mailboxes} == {s.id for s in world.shops if s.by_mail}
    for channel in mailboxes:
        settings = json.loads(channel.settings)
        assert settings["imap_port"] == 2143
        ports = Ports(ChannelSecrets(vault, channel.id), None, store.clock, None)  # type: ignore[arg-type]
        made = connect(channel.platform, settings, ports)
        assert made.streams()
        made.close()
    store.close()


def test_every_room_has_something_to_look_at(furnished: Store) -> None:
    conn = furnished.conn
    assert {g.id for g in groups.every(conn)} >= {"after_sales", "senior", "experts"}
    states = {pack: packs.standing(conn, pack).state for pack in practice_setup.PACKS}
    assert states == practice_setup.PACKS
    hit = hits(conn, [r.id for r in keep.every(conn)], NOON)
    assert hit["dispatch.quality"] and hit["acknowledge.first"]
    assert conn.execute("SELECT count(*) FROM outbox WHERE automatic = 1").fetchone()[0] == 0, "that one is in shadow"
    (incident,) = incidents.listed(conn)
    assert incident.tickets >= 3 and incident.answered == 0
    assert leave.of(conn, "tom", after=NOON)
    assert conn.execute("SELECT count(*) FROM macro").fetchone()[0] >= 7
