"""What the palette finds besides acts: views, set-up and settings, templates, macros, customers, tickets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
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


def _said(typed: str) -> bool:
    """Whether enough was typed to look for: two letters, or one character of a script without spaces."""
    return len(typed.strip()) > 1 or not typed.strip().isascii()


def _named(typed: str, rows: Iterable[tuple[Entry, str, str]]) -> list[Entry]:
    """Entries, each with its name and what else it is known by, of which every typed word stands in either. The word of
    the kind alone, such as "template", does not list them all."""
    words = _plain(typed).split() if _said(typed) else []
    found = []
    for entry, name, also in rows if words else ():
        text, known = _plain(entry.text), _plain(f"{name} {also}")
        kind = text.replace(_plain(name), "")
        if all(w in text or w in known for w in words) and any(w in known or w not in kind for w in words):
            found.append(entry)
    return found


def providers(session: Session) -> tuple[Provider, ...]:
    """Each answers within a few milliseconds."""
    conn = session.store.conn

    @cache
    def views() -> list[tuple[Entry, str, str]]:
        """Read at the first letter: their counts take their time on a large desk."""
        known = [*(v.view for v in session.views()), *session.quiet_views()]
        return [(Entry(f"go.view:{v.id}", _("view {name}").format(name=name_of(v)), "", v.query), name_of(v), "")
                for v in known]  # fmt: skip

    def in_views(typed: str) -> Iterable[Entry]:
        return _named(typed, views()) if _said(typed) else ()

    def in_setup(typed: str) -> Iterable[Entry]:
        from app.setup.rooms import listed

        return _named(typed, ((Entry(f"go.setup:{ident}", _("set up: {name}").format(name=label)), label, "")
                              for ident, label in listed()))  # fmt: skip

    def in_settings(typed: str) -> Iterable[Entry]:
        from app.settings.registry import GROUPS, SETTINGS

        return _named(typed, (
            (Entry(f"go.setup:settings/{s.group}#{s.key}", _("setting: {name}").format(name=_(s.label)), "",
                   _(GROUPS[s.group][0])), _(s.label), f"{s.key} {s.label}")
            for s in SETTINGS.values()
        ))  # fmt: skip

    def in_templates(typed: str) -> Iterable[Entry]:
        from app.widgets.template_picker import title
        from store.sql import shop

        return _named(typed, (
            (Entry(f"ticket.template:{t.id}", _("template {name}").format(name=title(t)), "", t.id), title(t), t.id)
            for t in shop.templates(conn)
        ))  # fmt: skip

    def in_macros(typed: str) -> Iterable[Entry]:
        from desk.automation.macros import listed

        tongue = language().replace("_", "-")
        named = [(m.id, m.name(tongue)) for m in listed(conn)]
        return _named(typed, ((Entry(f"ticket.macro:{ident}", _("macro {name}").format(name=name), "", ident),
                               name, ident) for ident, name in named))  # fmt: skip

    @lru_cache(maxsize=1)
    def found(typed: str) -> Sequence[TicketLine]:
        """Tickets by number or words; customers are looked for among their buyers, too."""
        from app.searching import as_typed, enough
        from desk import inbox

        word = typed.strip()
        if word.lstrip("#").isdigit():
            return list(tickets.lines(conn, [int(word.lstrip("#"))]).values())
        try:
            wanted = session.resolve(as_typed(word)) if enough(word) else None
        except DeskError:  # half a query
            wanted = None
        return inbox.page(conn, wanted, session.agent.id, limit=_FOUND) if wanted else ()

    def in_customers(typed: str) -> Iterable[Entry]:
        """By the beginning of their name or address, else by any word of the name as tickets are found."""
        words = fold(typed.strip())
        if not _said(words):
            return ()
        named = people.beginning(conn, words, _FOUND) or people.of_tickets(conn, [t.id for t in found(typed)])
        return [Entry(f"go.customer:{c.id}", _("customer {name}").format(name=c.name or c.email), "", c.email)
                for c in named if _plain(words) in _plain(f"{c.name} {c.email}")]  # fmt: skip

    def in_tickets(typed: str) -> Iterable[Entry]:
        return [Entry(f"ticket.open:{t.id}", f"#{t.id} {t.subject}", "", t.customer) for t in found(typed)]

    return in_views, in_setup, in_settings, in_templates, in_macros, in_customers, in_tickets
