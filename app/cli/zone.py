"""The machine's time zone, by the name calendars use."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo


def machine_zone(environ: Mapping[str, str] = os.environ, etc: Path = Path("/etc")) -> str:
    """The IANA name from $TZ, /etc/timezone or /etc/localtime; UTC where none of them tells."""
    named = [environ.get("TZ", "").lstrip(":")]
    with suppress(OSError):
        named.append((etc / "timezone").read_text().strip())
    named.append(os.path.realpath(etc / "localtime").partition("/zoneinfo/")[2])
    return next((name for name in named if name and _known(name)), "UTC")


def _known(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
