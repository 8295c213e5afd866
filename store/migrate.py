"""Runs the migrations on an open transaction. The only importer of Alembic; loaded when a desk is made or is older."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from store.connection import Connection
from store.orm import engine_on


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(conn: Connection) -> None:
    """To the newest revision, inside the caller's transaction."""
    config = _config()
    with engine_on(conn).connect() as bound:
        config.attributes["connection"] = bound
        command.upgrade(config, "head")


def newest() -> str:
    """The newest revision that ships."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""
