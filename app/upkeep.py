"""What a session does for itself while nobody waits: lets go of what Textual keeps of widgets that are gone (a composer
opened a thousand times a day would add up), and loads what the first press of a key would have to wait for."""

from __future__ import annotations

import threading
from contextlib import suppress
from importlib import import_module
from typing import Any

from textual._styles_cache import StylesCache
from textual.app import App
from textual.signal import Signal


def let_go(app: App[Any]) -> None:
    """Forgets lines drawn by removed widgets, and what they listened to; what is there is drawn and told as before.

    Textual 8.2: `StylesCache.get_inner_outer` keeps its last 1,024 callers with all their lines; who watched the app's
    theme stays in its list until the theme changes; and who subscribed to a screen's signal is held by what it
    subscribed with.
    """
    StylesCache.get_inner_outer.cache_clear()
    for watchers in getattr(app, "__watchers", {}).values():
        watchers[:] = [(widget, call) for widget, call in watchers if widget.is_attached and not widget._closing]
    for owner in (app, *app.screen_stack):
        for signal in [value for value in vars(owner).values() if isinstance(value, Signal)]:
            for node in [node for node in signal._subscriptions if not node.is_attached]:
                signal.unsubscribe(node)


SOON_WANTED = (
    "app.moving", "app.going", "app.thread_lines", "app.cards", "app.widgets.palette", "app.finding", "app.widgets.help",
    "app.widgets.prompt", "app.searching", "app.acts", "app.writing", "app.templating", "app.sending",
    "app.widgets.template_picker", "desk.template_book", "desk.automation.suggest", "app.working", "app.joining",
    "app.incident_acts", "app.flowing", "app.media", "app.addressing", "app.form_acts", "app.review_acts", "app.beginning",
    "app.channel_acts", "app.paging", "app.undoing", "app.settings.registry", "app.setup.rooms", "desk.automation.macros",
)  # fmt: skip
"""Modules behind the keys that are pressed first."""


def load_ahead() -> threading.Thread:
    """Loads them on a thread of its own, in turn with whatever else is to be done; one that cannot be loaded says so when
    its key is pressed."""

    def load() -> None:
        for name in SOON_WANTED:
            with suppress(Exception):
                import_module(name)

    thread = threading.Thread(target=load, name="load ahead", daemon=True)
    thread.start()
    return thread
