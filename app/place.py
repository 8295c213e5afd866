"""Where this person is and keeps their settings: configuration folder and time zone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo


def config_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """`$DESKHAND_CONFIG`, else `deskhand` in the user's configuration directory."""
    if named := environ.get("DESKHAND_CONFIG"):
        return Path(named)
    base = environ.get("XDG_CONFIG_HOME") or os.path.join(environ.get("HOME", os.path.expanduser("~")), ".config")
    return Path(base) / "deskhand"


def theme_folder(config: Path) -> Path:
    """Where a person's own themes lie, given the folder of their configuration."""
    return config / "themes"


def zone_named(name: str) -> tzinfo:
    """An agent's own zone, as the command line has it, else the machine's."""
    try:
        return ZoneInfo(name) if name else local_zone()
    except (KeyError, ValueError, OSError):
        return local_zone()


def local_zone(environ: Mapping[str, str] = os.environ) -> tzinfo:
    """The zone of `$TZ` or of the machine, with its summer time."""
    name = environ.get("TZ", "").lstrip(":") or os.path.realpath("/etc/localtime").partition("zoneinfo/")[2]
    try:
        return ZoneInfo(name) if name else datetime.now().astimezone().tzinfo or UTC
    except (KeyError, ValueError, OSError):
        return UTC
