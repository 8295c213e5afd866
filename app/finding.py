"""What the palette finds besides acts: views, set-up and settings, macros, templates, customers, tickets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING
from unicodedata import combining, normalize

from app.widgets.palette import Entry, Provider
from app.widgets.views_pane import name_of
from app.words import _, language
from store.errors import DeskError
from store.sql import people, tickets
from store.values import fold

if TYPE_CHECKING:
    from app.session import Session
    from store.sql.rows import TicketLine

_FOUND = 8


def _plain(text: str) -> str:
    """Folded and without accents, as full text compares."""
    return "".join(c for c in normalize("NFD", fold(text)) if not combining(c))


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

    def found(typed: str) -> Sequence[TicketLine]:
        from app.searching import as_typed, enough
        from desk import inbox

        conn, word = session.store.conn, typed.strip()
        if word.lstrip("#").isdigit():
            return list(tickets.lines(conn, [int(word.lstrip("#"))]).values())
        try:
            wanted = session.resolve(as_typed(word)) if enough(word) else None
        except DeskError:  # half a query
            wanted = None
        return inbox.page(conn, wanted, session.agent.id, limit=_FOUND) if wanted else ()

    def in_tickets(typed: str) -> Iterable[Entry]:
        return [Entry(f"ticket.open:{t.id}", f"#{t.id} {t.subject}", "", t.customer) for t in found(typed)]

    def in_customers(typed: str) -> Iterable[Entry]:
        """By the beginning of their name or address, else by any word of the name as tickets are found."""
        words = fold(typed.strip())
        if len(words) < 2 and words.isascii():
            return []
        conn = session.store.conn
        named = people.beginning(conn, words, _FOUND) or people.of_tickets(conn, [t.id for t in found(typed)])
        told = {c.id: c for c in named if _plain(words) in _plain(f"{c.name} {c.email}")}
        return [Entry(f"go.customer:{c.id}", _("customer {name}").format(name=c.name or c.email), "", c.email)
                for c in told.values()]  # fmt: skip

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

    def in_templates(typed: str) -> Iterable[Entry]:
        from app.widgets.template_picker import title
        from store.sql import shop

        word = fold(typed.strip())
        if len(word) < 2 and word.isascii():
            return []
        rows = [(t.id, title(t)) for t in shop.templates(session.store.conn)]
        return [Entry(f"ticket.template:{ident}", _("template {name}").format(name=name), "", ident)
                for ident, name in rows if word in fold(f"{ident} {name}")]  # fmt: skip

    return in_views, in_setup, in_settings, in_templates, in_macros, in_customers, in_tickets
