"""Sync as a process of its own, begun from the workstation where nobody syncs yet."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.session import Session

_ROOT = Path(__file__).resolve().parent.parent


def keep_syncing(session: Session, environ: Mapping[str, str]) -> bool:
    """Begins sync where an account is connected and nobody fetches from it, and says whether it did.
    `DESKHAND_SYNC=off` leaves that to a service."""
    if environ.get("DESKHAND_SYNC") == "off" or session.syncing() or not session.connected():
        return False
    return begin_sync(session.store.folder)


def begin_sync(folder: Path) -> bool:
    """Begins `deskhand sync` on a desk that is ours; it leaves a minute after the last person did. False where the desk
    belongs to another account, which must begin it."""
    import subprocess  # not on the way to the first list

    if folder.stat().st_uid != os.getuid():
        return False
    subprocess.Popen(
        [sys.executable, "-P", "-m", "app.cli", "--desk", str(folder), "sync"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
    )  # fmt: skip
    return True
