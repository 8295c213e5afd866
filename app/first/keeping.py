"""What was filled in so far, kept beside no desk: a dropped line or a closed window takes none of it away.

It holds names and choices, never a secret, and goes when the desk is made.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

Answers = dict[str, dict[str, Any]]
"""What was answered, by step."""


class Kept(NamedTuple):
    """Answers, and the step one was at."""

    answers: Answers
    step: str


def place(environ: Mapping[str, str] = os.environ) -> Path:
    base = environ.get("XDG_STATE_HOME") or os.path.join(environ.get("HOME", os.path.expanduser("~")), ".local", "state")
    return Path(base) / "deskhand" / "new-desk.json"


def keep(path: Path, kept: Kept) -> None:
    """Writes it, for this account only; where that cannot be done, it is only not kept."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_suffix(".new")
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump({"step": kept.step, "answers": kept.answers}, file, ensure_ascii=False)
        fresh.replace(path)


def kept(path: Path) -> Kept | None:
    """What was kept, if it still reads."""
    try:
        found = json.loads(path.read_text("utf-8"))
        answers = {str(step): dict(values) for step, values in found["answers"].items()}
        return Kept(answers, str(found["step"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def drop(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
