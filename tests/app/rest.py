"""Waiting until an app has nothing left to do. Textual's pilot waits, twice for each key, until the whole process sleeps:
40 ms where nothing else runs, and up to two seconds where a thread or a timer does."""

from __future__ import annotations

import asyncio

import textual.app
import textual.pilot
from textual._context import active_app
from textual.pilot import Pilot
from textual.screen import Screen


async def at_rest(*_ignored: float) -> None:
    """Until every message is handled and what they changed is drawn."""
    app = active_app.get()
    while app.is_running:
        await Pilot(app)._wait_for_screen()
        if app._resize_event is not None:
            app._check_resize()
            continue
        screen = app.screen
        if waits_to_be_drawn(screen):
            screen._on_timer_update()
        elif all(pump._message_queue.empty() for pump in (app, *screen.walk_children(with_self=True))):
            return
        await asyncio.sleep(0)


def waits_to_be_drawn(screen: Screen[object]) -> bool:
    return bool(
        screen._layout_required or screen._scroll_required or screen._repaint_required or screen._recompose_required
        or screen._dirty_widgets or screen._callbacks
    )  # fmt: skip


def use() -> None:
    """From now on keys and pauses of a pilot wait so."""
    textual.app.wait_for_idle = textual.pilot.wait_for_idle = at_rest  # type: ignore[attr-defined,assignment]
