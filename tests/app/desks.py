"""A small real desk for tests of the workstation: an injected clock, tickets through the real intake, a pilot on top."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from app.bindings import defaults
from app.session import Session
from app.workstation import Workstation
from desk.agents import NewAgent
from desk.reading.records import Understanding
from desk.setup import furnish
from desk.sync.inbound import Inbound
from desk.sync.intake import take
from store.sql import shop
from store.unit import Store
from store.values import HOUR, SYSTEM, Actor
from tests.mould import new_desk
from themes.loading import load

NOON = 1_795_348_800_000
"""2026-11-22T12:00Z, a Sunday."""


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> int:
        return self.at


class TestDesk:
    """`store` with agents ana and wei, one mail channel, and `mail` to let buyers write."""

    __test__ = False

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self._ids = itertools.count(1)
        self._mails = itertools.count(1)
        self.store = new_desk(folder / "desk", clock=self.clock, ids=lambda: f"id{next(self._ids):06d}", name="Nordlicht")
        with self.store.write(SYSTEM) as unit:
            furnish(unit, zone="UTC", people=[NewAgent("ana", "Ana"), NewAgent("wei", "Wei")])
            unit.conn.execute(
                "INSERT INTO channel (id, platform, name, label, kind, settings) VALUES "
                "('mail', 'email', 'Nordlicht mail', 'MAIL', 'email', '{\"from_address\": \"care@shop.example\"}')"
            )

    def mail(self, subject: str, text: str = "Hello", *, name: str = "Marie Dubois", hours_ago: float = 1, lang: str = "en",
             kind: str = "damaged", answers: str = "", sender: str = "") -> int:  # fmt: skip
        """A buyer's mail taken in; returns the ticket."""
        n = next(self._mails)
        address = sender or f"buyer{n}@mail.example"
        at = self.clock.at - int(hours_ago * HOUR)
        with self.store.write(Actor("connector", "mail")) as unit:
            return take(unit, "mail", Inbound(
                remote_key=f"mail:<m{n}@mail.example>", sender_key=f"email:{address}", sender_name=name,
                sender_address=address, subject=subject, text=text, sent_at=at, arrived_at=at, in_reply_to=answers,
                understanding=Understanding(lang, kind),
            )).ticket_id  # fmt: skip

    @asynccontextmanager
    async def workstation(self, agent: str = "ana", size: tuple[int, int] = (120, 40)) -> AsyncIterator[Pilot[int]]:
        found = shop.agent(self.store.conn, agent)
        assert found is not None
        own = Store.open(self.store.folder, clock=self.clock, ids=self.store.ids)  # others write on connections of their own
        session = Session(own, found, UTC, f"session-{agent}")
        app = Workstation(session, defaults(), load("dark"))
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: app.settled and "open" in screen_text(pilot).split("\n")[0])
            yield pilot
        own.close()


def desk_of(pilot: Pilot[int]) -> Workstation:
    assert isinstance(pilot.app, Workstation)
    return pilot.app


def screen_text(pilot: Pilot[Any]) -> str:
    """What stands on the screen, line by line."""
    app = pilot.app
    return "\n".join("".join(s.text for s in strip) for strip in app.screen._compositor.render_strips(app.size))


async def until(pilot: Pilot[Any], holds: Callable[[], bool], seconds: float = 30) -> None:
    """Waits for a condition; fails with the screen when it does not come."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while not holds():
        if loop.time() > end:
            raise AssertionError("it did not happen; on screen:\n" + screen_text(pilot))
        await pilot.pause(0.01)


async def press(pilot: Pilot[int], *keys: str) -> None:
    await pilot.press(*keys)
    await settled(pilot)


async def settled(pilot: Pilot[int]) -> None:
    """Until what was begun is done."""
    app = desk_of(pilot)
    await pilot.pause()
    while app._jobs:
        await asyncio.wait(list(app._jobs))
        await pilot.pause()


async def write(pilot: Pilot[Any], text: str) -> None:
    await pilot.press(*("space" if c == " " else c for c in text))
