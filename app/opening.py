"""Opens the workstation for its person: in their theme, with their keys, at their time."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.session import Session
from app.starting_sync import keep_syncing
from app.workstation import Workstation

if TYPE_CHECKING:
    from pathlib import Path

    from app.wire import Wired
    from store.connection import Connection
    from store.sql.rows import Agent


def _own_theme(conn: Connection, agent_id: str, folder: Path) -> str | None:
    """The theme this person chose, if it is still there; colours the terminal does not have are not asked of it."""
    from app import habits
    from app.look import depth
    from themes.loading import names

    found = habits.chosen(conn, "theme", agent_id)
    return found if found and depth(os.environ) in ("true", "256") and found in names(folder) else None


def run(wired: Wired, agent: Agent, *, theme: str | None = None, begin: Sequence[str] = ()) -> int:
    """Opens the workstation, does the acts it is to begin with, and returns when its person leaves: the exit status."""
    from app import habits
    from app.bindings import load as load_bindings
    from app.look import choose, theme_folder
    from app.place import config_folder, zone_named
    from themes.loading import load as load_theme

    config, conn = config_folder(), wired.store.conn
    named = theme or os.environ.get("DESKHAND_THEME") or _own_theme(conn, agent.id, theme_folder(config))
    look = load_theme(choose(named, os.environ), theme_folder(config))
    session = Session(wired.store, agent, zone_named(agent.zone), wired.store.ids())
    app = Workstation(session, load_bindings(config / "keys.toml"), look)
    app.begin = tuple(begin)
    app.keep_syncing = lambda: keep_syncing(session, os.environ)
    app.run(mouse=habits.chosen(conn, "mouse", agent.id) != "off")
    return app.return_code or 0
