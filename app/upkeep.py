"""Lets go of what Textual keeps of widgets that are gone: a composer opened a thousand times a day would add up."""

from __future__ import annotations

from typing import Any

from textual._styles_cache import StylesCache
from textual.app import App


def let_go(app: App[Any]) -> None:
    """Forgets drawn lines and watchers of removed widgets; what is still there is drawn and watched as before.

    Textual 8.2: `StylesCache.get_inner_outer` keeps its last 1,024 callers with all their lines, and who watched the
    app's theme stays in its list until the theme changes.
    """
    StylesCache.get_inner_outer.cache_clear()
    for watchers in getattr(app, "__watchers", {}).values():
        watchers[:] = [(widget, call) for widget, call in watchers if widget.is_attached and not widget._closing]
