"""The machine's time zone, by the name calendars use."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def machine_zone(environ: Mapping[str, str] = os.environ, etc: Path = Path("/etc")) -> str:
    """The IANA name from $TZ, /etc/timezone or /etc/localtime; UTC where none of them tells."""
    from app.first.guess import zone

    return zone(environ, etc).value
