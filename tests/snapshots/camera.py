"""Takes a picture of the workstation once nothing on it moves any more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC
from typing import Any

from textual.pilot import Pilot

from app import words
from app.bindings import defaults
from app.session import Session
from app.workstation import Workstation
from store.sql import shop
from store.unit import Store
from tests.app.desks import TestDesk, desk_of, press, screen_text, until, write
from themes.loading import load

Compare = Callable[..., bool]
Step = str | Callable[[Pilot[int]], Awaitable[object]]

_RUNNING_ON = {"poll", "tick", "sync", "draft", "load ahead", "let go", "toast", "ring", "channels", "watch",
               "own theme"}  # fmt: skip
"""Calls a moment later that come again and again, or that change nothing one sees."""


class Camera:
    """`camera(desk, "g h", till="How the accounts do")` opens the workstation, does the steps, and compares."""

    def __init__(self, compare: Compare) -> None:
        self.compare = compare
        self._own: list[Store] = []

    def __call__(
        self, desk: TestDesk, *steps: Step, till: str, size: tuple[int, int] = (120, 30), theme: str = "dark", lang: str = "en"
    ) -> bool:
        """A step is keys with blanks between them, text behind a `=`, an act behind a `:`, or a coroutine; `till` is what
        stands on the screen then."""
        words.use(lang)
        agent = shop.agent(desk.store.conn, "ana")
        assert agent is not None
        own = Store.open(desk.store.folder, clock=desk.clock, ids=desk.store.ids)
        self._own.append(own)
        app = Workstation(Session(own, agent, UTC, "picture"), defaults(), load(theme))

        async def play(pilot: Pilot[int]) -> None:
            await until(pilot, lambda: app.settled)
            await _quiet(pilot)
            for step in steps:
                if callable(step):
                    await step(pilot)
                elif step[0] == "=" and len(step) > 1:
                    await write(pilot, step[1:])
                elif step[0] == ":" and len(step) > 1:
                    app.perform(step[1:])
                else:
                    await press(pilot, *step.split())
                await _quiet(pilot)
            await until(pilot, lambda: till in screen_text(pilot))
            await _quiet(pilot)

        return self.compare(app, terminal_size=size, run_before=play)

    def close(self) -> None:
        for store in self._own:
            store.close()


async def _quiet(pilot: Pilot[Any]) -> None:
    """Until nothing that was begun changes the screen any more."""
    app, loop = desk_of(pilot), asyncio.get_running_loop()

    def over() -> bool:
        coming = (timer for name, timer in app._later.items() if name not in _RUNNING_ON and not timer.cancelled())
        return not app._jobs and all(timer.when() < loop.time() for timer in coming)

    await pilot.pause()
    await until(pilot, over)
    await pilot.pause()
