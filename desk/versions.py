"""Every version of what the team sets up (rules, templates, policies, calendars, macros …), told in the event log.

The table of a kind holds what is in force; what was before is read from the log, and restoring is saving it anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from store import events
from store.connection import Connection
from store.errors import N_, NotFound
from store.unit import UnitOfWork
from store.values import Actor, Instant

SAVED, REMOVED = "setup_saved", "setup_removed"


class Version(NamedTuple):
    """One saving. `body` is whole, as the kind's own reader takes it."""

    number: int
    at: Instant
    by: Actor
    body: Mapping[str, Any]
    note: str


def tell(unit: UnitOfWork, kind: str, ident: str, body: Mapping[str, Any], *, note: str = "") -> int:
    """Tells that `ident` of `kind` was saved as `body`; returns the number of the version, 1 for the first."""
    number = next((v.number for v in history(unit.conn, kind, ident)), 0) + 1
    unit.append(SAVED, {"kind": kind, "id": ident, "version": number, "body": dict(body),
                        **({"note": note} if note else {})})  # fmt: skip
    return number


def tell_removed(unit: UnitOfWork, kind: str, ident: str) -> None:
    unit.append(REMOVED, {"kind": kind, "id": ident})


def history(conn: Connection, kind: str, ident: str) -> Iterator[Version]:
    """The versions of one thing, newest first, read as far as the caller asks."""
    for event in events.of_setup(conn, SAVED):
        p = event.payload
        if p is not None and p["kind"] == kind and p["id"] == ident:
            yield Version(p["version"], event.at, event.actor, p["body"], p.get("note", ""))


def version(conn: Connection, kind: str, ident: str, number: int) -> Version:
    """One version. Raises NotFound."""
    found = next((v for v in history(conn, kind, ident) if v.number == number), None)
    if found is None:
        raise NotFound(N_("{item} has no version {number}."), item=ident, number=number,
                       next=N_("Look at its history for the numbers there are."))  # fmt: skip
    return found
