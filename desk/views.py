"""Saved queries: shared ones, and an agent's own."""

from __future__ import annotations

import re

from desk import inbox, versions
from store.connection import Connection
from store.errors import N_, Conflict, Invalid, NotFound, Refused
from store.sql import shop
from store.sql.rows import View
from store.unit import UnitOfWork
from store.values import clean_line

KIND = "view"
"""The kind of their versions."""
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


def ids(conn: Connection) -> list[str]:
    """The ids of all views, everybody's own among them."""
    return [row[0] for row in conn.execute("SELECT id FROM view ORDER BY id")]


def change(unit: UnitOfWork, view_id: str, *, name: str, query: str, owner: str = "") -> View:
    """Gives a view another name, query or owner. Raises NotFound, Invalid for the query, Refused for somebody else's
    own."""
    old = _mine(unit, view_id)
    try:
        inbox.resolve(query, inbox.context(unit.conn, owner or unit.actor.id, unit.now))
    except Invalid as error:
        raise Invalid(error.what, item=error.item, next=error.next, **{**error.gaps, "key": "query"}) from error
    view = old._replace(name=clean_line(name) or view_id, query=clean_line(query), owner=owner)
    if view != old:
        if not any(True for _ in versions.history(unit.conn, KIND, view_id)):
            versions.tell(unit, KIND, view_id, _body(old), note="before the first change")
        unit.conn.execute("UPDATE view SET name = ?, query = ?, owner = ? WHERE id = ?",
                          (view.name, view.query, view.owner, view_id))  # fmt: skip
        versions.tell(unit, KIND, view_id, _body(view))
    return view


def move(unit: UnitOfWork, view_id: str, by: int) -> None:
    """Some places down (or up, below 0) among the views its mover sees. Raises NotFound."""
    _mine(unit, view_id)
    order = [v.id for v in shop.views(unit.conn, unit.actor.id)]
    at = order.index(view_id)
    to = max(0, min(len(order) - 1, at + by))
    if to != at:
        order.insert(to, order.pop(at))
        unit.conn.executemany("UPDATE view SET position = ? WHERE id = ?", list(enumerate(order)))
        unit.append("view_moved", {"view": view_id, "position": to})


def remove(unit: UnitOfWork, view_id: str) -> View:
    """Forgets a view. Raises NotFound, Refused for somebody else's own."""
    view = _mine(unit, view_id)
    unit.conn.execute("DELETE FROM view WHERE id = ?", (view_id,))
    unit.append("view_removed", {"view": view_id, "query": view.query, "owner": view.owner})
    return view


def _mine(unit: UnitOfWork, view_id: str) -> View:
    """A view that this actor may change."""
    view = _find(unit, view_id)
    if view is None:
        raise NotFound(N_("There is no view {item}."), item=view_id, next=N_("See: deskhand view list"))
    if view.owner not in ("", unit.actor.id):
        raise Refused(N_("The view {item} belongs to {owner}."), item=view_id, owner=view.owner,
                      next=N_("Only {owner} can remove it."))  # fmt: skip
    return view


def _body(view: View) -> dict[str, str]:
    return {"name": view.name, "query": view.query, "owner": view.owner}


def _find(unit: UnitOfWork, view_id: str) -> View | None:
    row = unit.conn.execute("SELECT owner FROM view WHERE id = ?", (view_id,)).fetchone()
    return next((v for v in shop.views(unit.conn, row[0]) if v.id == view_id), None) if row else None
