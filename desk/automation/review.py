"""Which templates somebody should read again: every quarter, and when something they name has changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from desk.automation.variants import Variant
from desk.reason import Reason, When
from desk.template_book import QUARTER, day_of, instant_of, need
from desk.thread import variants_of
from desk.versions import REMOVED, SAVED
from store import events
from store.connection import Connection
from store.errors import N_
from store.sql import shop
from store.unit import UnitOfWork
from store.values import Instant, fold

NAMED = {
    "carrier": N_("carrier"),
    "policy": N_("policy"),
    "promise": N_("promise policy"),
    "product": N_("product"),
}
"""Kinds of set-up a text may name; rooms that come later tell their changes by these kinds."""
_NAMES = ("name", "sku", "title")
_SHORTEST = 3
"""Characters a name must have to be looked for; shorter ones stand in too many words."""


@dataclass(frozen=True, slots=True)
class Due:
    """A template to read again, and every reason why, the oldest first."""

    template_id: str
    since: Instant
    why: tuple[Reason, ...]


class Change(NamedTuple):
    """A change of something with names."""

    at: Instant
    kind: str
    id: str
    names: frozenset[str]


def due(conn: Connection, now: Instant) -> list[Due]:
    """What should be read again at `now`, the longest due first."""
    read_at: dict[str, Instant] = dict(conn.execute("SELECT id, updated_at FROM template"))
    changes = list(_changes(conn, min(read_at.values(), default=now)))
    found = []
    for template in shop.templates(conn):
        words = text_of(variants_of(template))
        reasons = [(c.at, _changed(c)) for c in changes if c.at > read_at[template.id] and names_one(words, c.names)]
        if 0 < template.review_at <= now:
            overdue = Reason(N_("to be read again since {when}"), {"when": When(template.review_at)})
            reasons.append((template.review_at, overdue))
        if reasons:
            reasons.sort(key=lambda r: r[0])
            found.append(Due(template.id, reasons[0][0], tuple(why for _at, why in reasons)))
    return sorted(found, key=lambda d: (d.since, d.template_id))


def reviewed(unit: UnitOfWork, template_id: str) -> Instant:
    """Somebody has read it: the next reading is due in a quarter. Returns when. Raises NotFound."""
    template = need(unit.conn, template_id)
    until = instant_of(day_of(unit.now) + timedelta(days=QUARTER))
    unit.conn.execute("UPDATE template SET review_at = ?, updated_at = ? WHERE id = ?", (until, unit.now, template.id))
    unit.append("template_reviewed", {"id": template.id, "until": until})
    return until


def names_one(text: str, names: Iterable[str]) -> bool:
    """Whether a folded text holds one of the folded names, as a word where it is written in letters with gaps."""
    return any(name in text and re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", text) for name in names)


def text_of(variants: Iterable[Variant]) -> str:
    """All texts of a template, folded, to look for names in."""
    return fold("\n".join(f"{v.subject}\n{v.text}" for v in variants))


def _changes(conn: Connection, since: Instant) -> Iterator[Change]:
    for verb in (SAVED, REMOVED):
        for event in events.of_setup(conn, verb):
            if event.at <= since:
                break
            p = event.payload
            if p is not None and p.get("kind") in NAMED and (names := _names(p)):
                yield Change(event.at, p["kind"], str(p["id"]), names)


def _names(payload: Mapping[str, Any]) -> frozenset[str]:
    body = payload.get("body", {})
    found = [payload["id"], *(body.get(key, "") for key in _NAMES), *body.get("names", {}).values(),
             *body.get("aliases", ())]  # fmt: skip
    return frozenset(name for n in found if len(name := fold(str(n))) >= _SHORTEST)


def _changed(change: Change) -> Reason:
    gaps: dict[str, object] = {"kind": Reason(NAMED[change.kind]), "name": change.id, "when": When(change.at)}
    return Reason(N_("the {kind} {name} changed on {when}"), gaps)
