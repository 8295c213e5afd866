"""Photos opened in a process of their own: one that hangs or kills it costs four seconds and only itself."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import suppress
from pathlib import Path

from app.pictures.wanted import LARGEST, SECONDS, Picture, Wanted
from store.errors import N_, Unavailable

_ROOT = Path(__file__).resolve().parents[2]
_START = "from app.pictures.worker import main; main()"

REASONS = {
    "unknown": N_("This is no photo of a kind that can be shown here."),
    "broken": N_("The photo is damaged and cannot be shown."),
    "large": N_("The photo is too large to be shown here."),
    "slow": N_("The photo took too long to open."),
    "stopped": N_("Opening the photo was stopped: it needs more than a photo may."),
}


async def decode(data: bytes, wanted: Wanted, seconds: float = SECONDS) -> Picture:
    """The photo as wanted. Raises Unavailable saying why there is none."""
    if len(data) > LARGEST:
        raise _no("large")
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _START, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL, start_new_session=True, cwd=_ROOT,
        env={**kept, "PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    head = json.dumps({**wanted._asdict(), "view": list(wanted.view)}).encode() + b"\n"
    try:
        out, _err = await asyncio.wait_for(process.communicate(head + data), seconds)
    except TimeoutError as exc:
        raise _no("slow") from exc
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return _picture(out)


def _picture(out: bytes) -> Picture:
    line, _feed, data = out.partition(b"\n")
    try:
        told = json.loads(line)
        if reason := told.get("reason"):
            raise _no(reason)
        return Picture(**told, data=data)
    except (ValueError, TypeError, AttributeError) as exc:  # it ended in the middle of its words
        raise _no("stopped") from exc


def _no(reason: str) -> Unavailable:
    return Unavailable(REASONS.get(reason, REASONS["stopped"]))
