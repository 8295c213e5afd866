"""The archive of `doctor --bundle`: findings, settings without secrets, counts, and redacted logs. No buyer's data."""

from __future__ import annotations

import io
import json
import os
import platform
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from app.cli.run import Run
from connectors.redaction import redact
from store.errors import N_, Conflict, Unavailable

_COUNTED = ("ticket", "message", "customer", "orders", "event", "outbox", "quarantine", "clock")
_LOG_BYTES = 1 << 20


def write(run: Run, name: str, findings: Iterable[Any]) -> Path:
    """Writes the archive and returns its path. Raises Conflict where there is a file of that name."""
    path = Path(name).expanduser()
    parts = {"doctor.json": _json(list(findings)), "machine.json": _json(_machine())}
    if (run.folder / "desk.db").exists():
        parts |= _of_desk(run)
    for log in sorted((run.folder / "log").glob("*.jsonl*")):
        text = log.read_bytes()[-_LOG_BYTES:].decode("utf-8", "replace")
        parts[f"log/{log.name}"] = "\n".join(redact(line) for line in text.splitlines()).encode()
    try:
        with tarfile.open(
            fileobj=os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"), mode="w:gz"
        ) as tar:
            for inside, data in parts.items():
                info = tarfile.TarInfo(f"deskhand-doctor/{inside}")
                info.size, info.mode = len(data), 0o600
                tar.addfile(info, io.BytesIO(data))
    except FileExistsError as exc:
        raise Conflict(
            N_("{item} exists already and stays as it is."), item=str(path), next=N_("Name another: --bundle FILE")
        ) from exc
    except OSError as exc:
        raise Unavailable(
            N_("{item} cannot be written."), item=str(path), next=N_("Name another: --bundle FILE")
        ) from exc
    return path


def _of_desk(run: Run) -> dict[str, bytes]:
    from store.errors import DeskError
    from store.sql import shop

    try:
        conn = run.conn
    except DeskError as error:
        return {"desk.json": _json({"error": redact(error.english())})}
    counts = {table: conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in _COUNTED}
    channels = [
        {"id": c.id, "platform": c.platform, "state": c.state, "fault": redact(c.fault),
         "settings": {k: redact(str(v)) for k, v in json.loads(c.settings).items()}}
        for c in shop.channels(conn)
    ]  # fmt: skip
    return {
        "desk.json": _json(
            {"uuid": run.store.meta("uuid"), "schema": run.store.revision(), "rows": counts, "channels": channels}
        )
    }


def _machine() -> dict[str, str]:
    from sqlcipher3 import dbapi2

    return {"python": platform.python_version(), "system": platform.platform(), "sqlite": dbapi2.sqlite_version,
            "term": os.environ.get("TERM", ""), "lang": os.environ.get("LANG", "")}  # fmt: skip


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()
