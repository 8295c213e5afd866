"""Saved queries: shared ones, and an agent's own."""

from __future__ import annotations

import re

from desk import inbox
from store.errors import N_, Conflict, Invalid, NotFound, Refused
from store.sql import shop
from store.sql.rows import View
from store.unit import UnitOfWork
from store.values import clean_line

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


def add(unit: UnitOfWork, view_id: str, query: str, *, name: str = "", owner: str = "") -> View:
    """Saves a query under an id. `owner` is an agent, "" for everybody. Raises Invalid (also for the query, naming the
    column), Conflict where the id is taken."""
    if not _ID.fullmatch(view_id):
        raise Invalid(
            N_("{item} cannot be a view's id."), item=view_id, next=N_("Use small letters, digits, _ and - only.")
        )
    if _find(unit, view_id) is not None:
        raise Conflict(N_("There is a view {item} already."), item=view_id, next=N_("See: deskhand view list"))
    inbox.resolve(query, inbox.context(unit.conn, owner or unit.actor.id, unit.now))
    position = 1 + (unit.conn.execute("SELECT max(position) FROM view").fetchone()[0] or 0)
    view = View(view_id, clean_line(name) or view_id, clean_line(query), owner, position)
    unit.conn.execute("INSERT INTO view (id, name, query, owner, position) VALUES (?, ?, ?, ?, ?)",
                      (view.id, view.name, view.query, view.owner, view.position))  # fmt: skip
    unit.append("view_added", {"view": view.id, "query": view.query, "owner": owner})
    return view


def remove(unit: UnitOfWork, view_id: str) -> View:
    """Forgets a view. Raises NotFound, Refused for somebody else's own."""
    view = _find(unit, view_id)
    if view is None:
        raise NotFound(N_("There is no view {item}."), item=view_id, next=N_("See: deskhand view list"))
    if view.owner not in ("", unit.actor.id):
        raise Refused(N_("The view {item} belongs to {owner}."), item=view_id, owner=view.owner,
                      next=N_("Only {owner} can remove it."))  # fmt: skip
    unit.conn.execute("DELETE FROM view WHERE id = ?", (view_id,))
    unit.append("view_removed", {"view": view_id, "query": view.query, "owner": view.owner})
    return view


def _find(unit: UnitOfWork, view_id: str) -> View | None:
    row = unit.conn.execute("SELECT owner FROM view WHERE id = ?", (view_id,)).fetchone()
    return next((v for v in shop.views(unit.conn, row[0]) if v.id == view_id), None) if row else None
