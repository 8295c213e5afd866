"""Where the bench finds what it stands beside: the tools and toys in `../shared/tools`, used where they lie."""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from functools import cache
from pathlib import Path
from types import ModuleType

PROJECT = Path(__file__).resolve().parents[1]
TOOLS = PROJECT.parent / "shared" / "tools"
TOY = TOOLS / "toys" / "toy_textual.py"
DESKHAND = Path(sys.executable).parent / "deskhand"
ENVIRON = {"COLORTERM": "truecolor", "TEXTUAL_ANIMATIONS": "none"}
"""What both sides get in a terminal."""

DROP_CACHES = Path("/proc/sys/vm/drop_caches")


class Missing(Exception):
    """Something outside the project is not here; the text says what, and what is left out for it."""


@cache
def tool(name: str) -> ModuleType:
    """A module of the tools folder. Raises Missing."""
    path = TOOLS / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise Missing(f"{name}.py is not in ../shared/tools: nothing stands beside our figures")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def default_work() -> Path:
    """Kept between runs, so that desks are built once."""
    return Path(tempfile.gettempdir()) / f"deskhand-bench-{os.getuid()}"


def drop_caches() -> None:
    """Empties the page cache. Raises Missing without the right to."""
    os.sync()
    try:
        DROP_CACHES.write_text("3\n")
    except OSError as exc:
        raise Missing("cold starts need root and a writable /proc/sys/vm/drop_caches: left out") from exc
