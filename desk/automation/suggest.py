"""Which templates and macros suit a ticket, by its type and by what the team sent to such tickets before; each says why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log2
from typing import Literal

from desk.reason import Reason
from desk.vocabulary import TYPES
from store.connection import Connection
from store.errors import N_
from store.sql import shop
from store.sql.rows import Template, Ticket

RECENT = 12
"""Newest uses of a template that are looked at: enough to tell what it is used for, few enough to be read at once."""

_USES = (
    "SELECT k.type, k.lang, k.platform FROM (SELECT ticket_id FROM outbox WHERE template_id = ? AND template_id <> '' "
    "ORDER BY created_at DESC LIMIT ?) o JOIN ticket k ON k.id = o.ticket_id"
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One that suits. A higher `score` suits better; only its order means anything."""

    kind: Literal["template", "macro"]
    id: str
    score: float
    why: Reason


@dataclass(frozen=True, slots=True)
class History:
    """Of the newest `recent` uses of a template, how many were `alike` (same issue type), and of those how many in the
    same language and on the same platform; `used` counts all its uses ever."""

    used: int = 0
    recent: int = 0
    alike: int = 0
    same_language: int = 0
    same_platform: int = 0


def suggest(conn: Connection, ticket: Ticket, limit: int = 5) -> list[Suggestion]:
    """The best templates and macros for a ticket, best first; none that suits it in no way."""
    found = [s for t in shop.templates(conn) if (s := _template(t, ticket, history(conn, t, ticket))) is not None]
    found += [s for row in _macros(conn) if (s := _macro(*row, ticket)) is not None]
    return sorted(found, key=lambda s: (-s.score, s.kind, s.id))[:limit]


def ranked(conn: Connection, templates: Sequence[Template], ticket: Ticket) -> list[Template]:
    """All of these templates for a picker: those that suit first, the others by how often they are used."""
    scores = {t.id: s.score for t in templates if (s := _template(t, ticket, history(conn, t, ticket))) is not None}
    return sorted((t for t in templates if not t.internal), key=lambda t: (-scores.get(t.id, 0.0), -t.used, t.name))


def history(conn: Connection, template: Template, ticket: Ticket) -> History:
    """What a template was used for lately, seen from a ticket."""
    if not template.used:
        return History()
    uses = _uses(conn, template)
    alike = [(lang, platform) for kind, lang, platform in uses if kind == ticket.type]
    return History(template.used, len(uses), len(alike), sum(lang == ticket.lang for lang, _ in alike),
                   sum(platform == ticket.platform for _, platform in alike))  # fmt: skip


_kept: dict[tuple[str, str], tuple[int, list[tuple[str, str, str]]]] = {}
"""Desk and template → how often it had been used, and the tickets of its newest uses then."""


def _uses(conn: Connection, template: Template) -> list[tuple[str, str, str]]:
    """Type, language and platform of the tickets a template was used on last; read again only after another use."""
    (desk,) = conn.execute("SELECT value FROM meta WHERE key = 'uuid'").fetchone()
    used, uses = _kept.get((desk, template.id), (0, []))
    if used != template.used:
        uses = conn.execute(_USES, (template.id, RECENT)).fetchall()
        _kept[desk, template.id] = (template.used, uses)
    return uses


def score(suits: bool, opening: bool, past: History, languages: frozenset[str], language: str) -> float:
    """How well a template suits; 0 not at all. The share of alike tickets among its newest uses, times all its uses,
    estimates how often the team chose it for such a ticket."""
    chosen = past.used * past.alike / past.recent if past.recent else 0.0
    worth = 2.0 * suits + 1.0 * opening + log2(1 + chosen)
    if not worth:
        return 0.0
    worth += 0.5 * (past.same_language + past.same_platform) / past.recent if past.recent else 0.0
    return worth if _speaks(languages, language) else worth / 2


def _template(template: Template, ticket: Ticket, past: History) -> Suggestion | None:
    suits = ticket.type in _words(template.types)
    if template.internal:
        return None
    opening = template.id == "ack" and ticket.first_reply_at is None
    languages = _languages(template.texts)
    worth = score(suits, opening, past, languages, ticket.lang)
    if not worth:
        return None
    parts = [Reason(N_("for {type}"), {"type": Reason(TYPES.get(ticket.type, ticket.type))})] if suits else []
    if opening:
        parts.append(Reason(N_("for the first answer")))
    if past.alike:
        gaps: dict[str, object] = {"count": past.alike, "recent": past.recent}
        parts.append(Reason(N_("{count} of its last {recent} uses were on such tickets"), gaps))
    if not _speaks(languages, ticket.lang):
        parts.append(Reason(N_("there is no text in {language}"), {"language": ticket.lang}))
    return Suggestion("template", template.id, worth, _joined(parts))


def _macro(ident: str, types: str, used: int, ticket: Ticket) -> Suggestion | None:
    if ticket.type not in _words(types):
        return None
    parts = [Reason(N_("for {type}"), {"type": Reason(TYPES.get(ticket.type, ticket.type))})]
    if used:
        parts.append(Reason(N_("used {count} times"), {"count": used}))
    return Suggestion("macro", ident, 2.0 + log2(1 + used) / 2, _joined(parts))


def _macros(conn: Connection) -> list[tuple[str, str, int]]:
    return conn.execute("SELECT id, coalesce(json_extract(body, '$.types'), '[]'), used FROM macro").fetchall()


def _joined(parts: Sequence[Reason]) -> Reason:
    whole = parts[0]
    for part in parts[1:]:
        whole = Reason(N_("{first}; {second}"), {"first": whole, "second": part})
    return whole


def _speaks(languages: frozenset[str], language: str) -> bool:
    return not language or language.partition("-")[0].casefold() in languages


@lru_cache(maxsize=1024)
def _languages(texts: str) -> frozenset[str]:
    """The languages of a template's texts, without their regions."""
    return frozenset(tag.partition("-")[0].casefold() for tag in json.loads(texts))


@lru_cache(maxsize=1024)
def _words(types: str) -> frozenset[str]:
    return frozenset(json.loads(types))
