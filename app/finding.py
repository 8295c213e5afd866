"""What the palette finds besides acts: views, tickets by number or words, templates."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from app.widgets.palette import Entry, Provider
from app.widgets.views_pane import name_of
from app.words import _, language
from store.errors import DeskError
from store.sql import tickets

if TYPE_CHECKING:
    from app.session import Session

_FOUND = 8


def providers(session: Session) -> tuple[Provider, ...]:
    """Each answers within a few milliseconds."""

    @cache
    def views() -> list[tuple[str, str, str]]:
        """Read at the first letter: their counts take their time on a large desk."""
        known = [*(v.view for v in session.views()), *session.quiet_views()]
        return [(f"go.view:{v.id}", name_of(v), v.query) for v in known]

    def in_views(typed: str) -> Iterable[Entry]:
        word = typed.strip().casefold()
        return [
            Entry(id, _("view {name}").format(name=name), "", query)
            for id, name, query in (views() if word else ())
            if word in name.casefold()
        ]

    def in_tickets(typed: str) -> Iterable[Entry]:
        word = typed.strip()
        conn = session.store.conn
        if word.lstrip("#").isdigit():
            found = tickets.lines(conn, [int(word.lstrip("#"))])
            return [Entry(f"ticket.open:{t.id}", f"#{t.id} {t.subject}", "", t.customer) for t in found.values()]
        if len(word) < 3 and word.isascii():
            return []
        try:
            from desk import inbox

            wanted = session.resolve(f"{word}*" if word.isalnum() and word.isascii() else f'"{word}"')
            lines = inbox.page(conn, wanted, session.agent.id, limit=_FOUND)
        except DeskError:
            return []
        return [Entry(f"ticket.open:{t.id}", f"#{t.id} {t.subject}", "", t.customer) for t in lines]

    def in_setup(typed: str) -> Iterable[Entry]:
        from app.setup.rooms import listed

        word = typed.strip().casefold()
        rows = [(ident, _("set up: {name}").format(name=label)) for ident, label in listed()] if word else []
        return [Entry(f"go.setup:{ident}", text) for ident, text in rows if word in text.casefold()]

    def in_settings(typed: str) -> Iterable[Entry]:
        from app.settings.registry import GROUPS, SETTINGS

        word = typed.strip().casefold()
        if len(word) < 2 and word.isascii():
            return []
        rows = [(s, _("setting: {name}").format(name=_(s.label))) for s in SETTINGS.values()]
        return [Entry(f"go.setup:settings/{s.group}#{s.key}", text, "", _(GROUPS[s.group][0]))
                for s, text in rows if word in f"{text} {s.key} {s.label}".casefold()]  # fmt: skip

    def in_macros(typed: str) -> Iterable[Entry]:
        from desk.automation.macros import listed

        word = typed.strip().casefold()
        if len(word) < 2 and word.isascii():
            return []
        tongue = language().replace("_", "-")
        rows = [(m.id, m.name(tongue)) for m in listed(session.store.conn)]
        return [Entry(f"ticket.macro:{ident}", _("macro {name}").format(name=name), "", ident)
                for ident, name in rows if word in f"{ident} {name}".casefold()]  # fmt: skip

    return in_views, in_setup, in_settings, in_macros, in_tickets
