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
    _free(unit, view_id)
    _readable(unit, query, owner)
    position = 1 + (unit.conn.execute("SELECT max(position) FROM view").fetchone()[0] or 0)
    view = View(view_id, clean_line(name) or view_id, clean_line(query), owner, position)
    unit.conn.execute("INSERT INTO view (id, name, query, owner, position) VALUES (?, ?, ?, ?, ?)",
                      (view.id, view.name, view.query, view.owner, view.position))  # fmt: skip
    versions.tell(unit, KIND, view.id, _body(view))
    return view


def ids(conn: Connection) -> list[str]:
    """The ids of all views, everybody's own among them."""
    return [row[0] for row in conn.execute("SELECT id FROM view ORDER BY id")]


def change(
    unit: UnitOfWork, view_id: str, *, name: str | None = None, query: str | None = None, owner: str | None = None
) -> View:
    """Gives a view another name, query or owner; None keeps it. Raises NotFound, Invalid for the query, Refused for
    somebody else's own."""
    old = _mine(unit, view_id)
    said = old.query if query is None else query
    whose = old.owner if owner is None else owner
    try:
        _readable(unit, said, whose)
    except Invalid as error:
        raise Invalid(error.what, item=error.item, next=error.next, **{**error.gaps, "key": "query"}) from error
    called = old.name if name is None else clean_line(name) or view_id
    view = old._replace(name=called, query=clean_line(said), owner=whose)
    if view != old:
        if not any(True for _ in versions.history(unit.conn, KIND, view_id)):
            versions.tell(unit, KIND, view_id, _body(old), note="before the first change")
        unit.conn.execute("UPDATE view SET name = ?, query = ?, owner = ? WHERE id = ?",
                          (view.name, view.query, view.owner, view_id))  # fmt: skip
        versions.tell(unit, KIND, view_id, _body(view))
    return view


def rename(unit: UnitOfWork, view_id: str, new_id: str) -> View:
    """Gives a view another id. Raises NotFound, Invalid, Conflict where the id is taken, Refused for somebody else's own
    and for a view that came with the desk: keys lead there."""
    old = _mine(unit, view_id)
    if new_id == view_id:
        return old
    if view_id in {ident for ident, _, _ in inbox.SHIPPED_VIEWS}:
        raise Refused(N_("The view {item} came with the desk and keeps its id."), item=view_id,
                      next=N_("Give it another name, or save its query under an id of your own."))  # fmt: skip
    _free(unit, new_id)
    view = old._replace(id=new_id, name=new_id if old.name == view_id else old.name)
    unit.conn.execute("UPDATE view SET id = ?, name = ? WHERE id = ?", (view.id, view.name, view_id))
    versions.tell_removed(unit, KIND, view_id)
    versions.tell(unit, KIND, view.id, _body(view))
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
    versions.tell_removed(unit, KIND, view_id)
    return view


def place(unit: UnitOfWork, view_id: str, position: int) -> None:
    """To a place, counted from 1, among the views its mover sees; past the end is the end. Raises NotFound, Invalid."""
    if position < 1:
        raise Invalid(N_("{item} is no place in a list."), item=str(position), next=N_("Places count from 1."))
    order = [v.id for v in shop.views(unit.conn, unit.actor.id)]
    move(unit, view_id, position - 1 - order.index(_mine(unit, view_id).id))


def _free(unit: UnitOfWork, view_id: str) -> None:
    """Raises Invalid for what is no id, Conflict for one that is taken."""
    if not _ID.fullmatch(view_id):
        raise Invalid(
            N_("{item} cannot be a view's id."), item=view_id, next=N_("Use small letters, digits, _ and - only.")
        )
    if _find(unit, view_id) is not None:
        raise Conflict(N_("There is a view {item} already."), item=view_id, next=N_("See: deskhand view list"))


def _readable(unit: UnitOfWork, query: str, owner: str) -> None:
    """Raises Invalid, naming the column."""
    inbox.resolve(query, inbox.context(unit.conn, owner or unit.actor.id, unit.now))


def _mine(unit: UnitOfWork, view_id: str) -> View:
    """A view that this actor may change."""
    view = _find(unit, view_id)
    if view is None:
        raise NotFound(N_("There is no view {item}."), item=view_id, next=N_("See: deskhand view list"))
    if view.owner not in ("", unit.actor.id):
        raise Refused(N_("The view {item} belongs to {owner}."), item=view_id, owner=view.owner,
                      next=N_("Only {owner} can change it."))  # fmt: skip
    return view


def _body(view: View) -> dict[str, str]:
    return {"name": view.name, "query": view.query, "owner": view.owner}


def _find(unit: UnitOfWork, view_id: str) -> View | None:
    row = unit.conn.execute("SELECT owner FROM view WHERE id = ?", (view_id,)).fetchone()
    return next((v for v in shop.views(unit.conn, row[0]) if v.id == view_id), None) if row else None
