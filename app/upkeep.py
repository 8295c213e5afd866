"""Lets go of what Textual keeps of widgets that are gone: a composer opened a thousand times a day would add up."""

from __future__ import annotations

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
