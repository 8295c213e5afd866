"""Sync as a whole: channels come, go, fail and heal while it runs, and one in trouble never stops the others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connectors.contract import AuthRevoked, Capabilities, Health, Page, RawMail, Receipt, SendReply
from desk import channels
from desk.sync import loop
from desk.sync.loop import Sync
from desk.sync.reader import InProcess
from store import events
from store.errors import Invalid, Refused
from store.sql import shop
from store.sql.rows import Channel
from store.values import MINUTE
from tests.desk.small import CARE, NOON, Desk


class Box:
    """A mailbox that hands out what lies in it, once per cursor."""

    capabilities = Capabilities(messages_in=True, reply=True)

    def __init__(self, channel: Channel) -> None:
        self.id, self.closed = channel.id, False
        self.mails: list[RawMail] = []
        self.trouble: list[BaseException] = []
        self.sent: list[SendReply] = []
        self.came, self.woken = threading.Event(), threading.Event()

    def streams(self) -> tuple[str, ...]:
        return ("INBOX",)

    def pull(self, stream: str, cursor: str, *, since: int) -> Iterator[Page]:
        if self.trouble:
            raise self.trouble.pop(0)
        seen = int(cursor or 0)
        if len(self.mails) > seen:
            yield Page(tuple(self.mails[seen:]), str(len(self.mails)))

    def wait(self, timeout: float) -> bool:
        self.came.set()
        return self.woken.wait(5)

    def wake(self) -> None:
        self.woken.set()

    def send(self, command: SendReply, point_of_no_return: Callable[[], None]) -> Receipt:
        point_of_no_return()
        self.sent.append(command)
        return Receipt(command.message_id, NOON)

    def find(self, command: SendReply) -> Receipt | None:
        return None

    def test(self) -> Health:
        return Health(True, ())

    def close(self) -> None:
        self.closed = True


def raw(n: int) -> RawMail:
    text = f"From: b{n}@x.example\r\nTo: {CARE}\r\nSubject: S{n}\r\nMessage-ID: <q{n}@x>\r\n\r\nHello"
    return RawMail(f"INBOX;1;{n}", text.encode(), NOON)


class World:
    """Every connector that was built, newest last, by channel."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.built = desk, dict[str, list[Box]]()
        self.give: dict[str, list[RawMail]] = {}
        self.trouble: dict[str, list[BaseException]] = {}
        self.refuse: dict[str, BaseException] = {}
        self.sync = self.fresh()

    def fresh(self) -> Sync:
        return Sync(self.desk.store, self.build, InProcess(), "test")  # type: ignore[arg-type]

    def build(self, channel: Channel) -> Box:
        if channel.id in self.refuse:
            raise self.refuse[channel.id]
        box = Box(channel)
        box.mails, box.trouble = self.give.setdefault(channel.id, []), self.trouble.setdefault(channel.id, [])
        self.built.setdefault(channel.id, []).append(box)
        return box

    def channel(self, channel_id: str) -> Channel:
        found = shop.channel(self.desk.store.conn, channel_id)
        assert found is not None
        return found


@pytest.fixture
def world(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> World:
    desk.store.conn.execute("UPDATE lease SET expires_at = 0")
    monkeypatch.setattr(loop, "ROUND_S", 0.01)
    monkeypatch.setattr(loop, "_BACK_OFF", (0.01,))
    return World(desk)


def test_one_channel_in_trouble_is_told_and_the_others_go_on(world: World) -> None:
    world.give["second"] = [raw(1)]
    world.trouble["mail"] = [AuthRevoked("The password\x1b[2J is wrong.")] * 2 + [ZeroDivisionError("oops")]
    assert world.sync.once()["second"].fresh == 1
    fault = world.channel("mail").fault
    assert "password" in fault
    assert "\x1b" not in fault
    world.fresh().once()
    told = [e for e in events.after(world.desk.store.conn, 0, 500) if e.verb == "channel_fault"]
    assert len(told) == 1, "a trouble that goes on is told once"
    world.fresh().once()
    assert world.channel("mail").fault == "oops"
    world.fresh().once()
    assert world.channel("mail").fault == ""


def test_a_channel_whose_settings_are_wrong_is_told_too(world: World) -> None:
    world.refuse["mail"] = Invalid("Channel {item}: no such option", item="mail")
    world.give["second"] = [raw(1)]
    assert world.sync.once()["second"].fresh == 1
    assert "no such option" in world.channel("mail").fault


def test_two_do_not_sync_one_desk(world: World, desk: Desk) -> None:
    desk.held("another")
    with pytest.raises(Refused, match="syncing this desk already"):
        world.sync.once()


@pytest.fixture
def running(world: World) -> Iterator[World]:
    thread = threading.Thread(target=world.sync.run, kwargs={"forever": True})
    thread.start()
    yield world
    world.sync.stop()
    thread.join(20)
    assert not thread.is_alive()


def eventually(holds: Callable[[], object]) -> None:
    pause = threading.Event()
    for _ in range(2000):
        if holds():
            return
        pause.wait(0.005)
    raise AssertionError("it did not happen")


def boxes(world: World, channel_id: str) -> list[Box]:
    return world.built.get(channel_id, [])


def test_a_channel_paused_while_sync_runs_is_let_go_and_resumed(running: World) -> None:
    desk = running.desk
    eventually(lambda: boxes(running, "mail") and boxes(running, "mail")[0].came.is_set())
    with desk.acting() as unit:
        channels.set_state(unit, "mail", "paused")
    eventually(lambda: boxes(running, "mail")[0].closed)
    running.give["mail"].append(raw(1))
    with desk.acting() as unit:
        channels.set_state(unit, "mail", "active")
    eventually(lambda: desk.count("message") == 1)
    assert len(boxes(running, "mail")) == 2
    assert not boxes(running, "second")[0].closed


def test_a_channel_added_while_sync_runs_is_fetched(running: World) -> None:
    running.give["third"] = [raw(1)]
    with running.desk.acting() as unit:
        channels.add(
            unit, "third", platform="email", name="Third", label="T", settings={"from_address": "t@s.example"}, since=0
        )
    eventually(lambda: running.desk.count("message") == 1)


def test_new_settings_make_a_new_connection(running: World, tmp_path: Path) -> None:
    eventually(lambda: boxes(running, "mail") and boxes(running, "mail")[0].came.is_set())
    running.desk.store.conn.execute(
        "UPDATE channel SET settings = '{\"from_address\": \"new@s.example\"}' WHERE id = 'mail'"
    )
    eventually(lambda: len(boxes(running, "mail")) == 2 and boxes(running, "mail")[0].closed)
    ticket = running.desk.mail().ticket_id
    running.desk.reply(ticket)
    running.desk.clock.at += 10_000
    eventually(lambda: any(b.sent for b in boxes(running, "mail")))


def test_a_channel_that_cannot_be_built_starts_once_it_is_mended(world: World) -> None:
    world.refuse["mail"] = Invalid("Channel {item}: no such option", item="mail")
    world.give["mail"] = [raw(1)]
    thread = threading.Thread(target=world.sync.run, kwargs={"forever": True})
    thread.start()
    try:
        eventually(lambda: world.channel("mail").fault)
        del world.refuse["mail"]
        eventually(lambda: world.desk.count("message") == 1)
    finally:
        world.sync.stop()
        thread.join(20)


def test_without_anybody_there_and_nothing_due_it_leaves(world: World) -> None:
    thread = threading.Thread(target=world.sync.run, kwargs={"forever": False})
    thread.start()

    def later() -> bool:
        world.desk.clock.at += MINUTE
        return not thread.is_alive()

    eventually(later)
    assert boxes(world, "mail")[0].closed
