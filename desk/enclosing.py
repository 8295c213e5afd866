"""Files that leave with a reply: taken in once by hash, waiting with the draft, sent by what the outbox row names."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from store.connection import Connection
from store.errors import N_, Invalid, NotFound, Refused
from store.sql import messages
from store.unit import UnitOfWork

if TYPE_CHECKING:
    from connectors.contract import File
    from store.sql.rows import Channel

LARGEST = 25 << 20
"""Bytes of one file the desk keeps."""
TOGETHER = 18 << 20
"""Bytes of all files of one reply: a mail of 25 MB, which is what most mail servers take, carries so much."""
MOST = 20


class Enclosed(NamedTuple):
    """A file that is to leave. Its content is in the desk under `sha256`."""

    name: str
    type: str
    size: int
    sha256: str


class Taken(NamedTuple):
    """A file as it was read from a disk."""

    name: str
    type: str
    data: bytes


def take(path: Path) -> Taken:
    """Reads a file that is to be kept. Raises NotFound, Invalid for one that is too large, empty or no plain file."""
    from desk.reading.names import safe_name

    try:
        if not path.is_file():
            raise NotFound(N_("There is no file {item}."), item=str(path), next=N_("Check the path."))
        if path.stat().st_size > LARGEST:
            raise Invalid(N_("{item} is larger than {limit} MB."), item=str(path), limit=LARGEST >> 20,
                          next=N_("Keep a link in a note instead."))  # fmt: skip
        data = path.read_bytes()
    except (OSError, ValueError) as exc:
        raise NotFound(N_("{item} cannot be read."), item=str(path), next=N_("Check the path.")) from exc
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Taken(safe_name(path.name, kind, 1), kind, data)


def store(unit: UnitOfWork, file: Taken) -> Enclosed:
    """Puts its content into the desk, once however often it is sent."""
    return Enclosed(file.name, file.type, len(file.data), messages.put_blob(unit.conn, file.data))


def check(channel: Channel | None, files: Sequence[Enclosed | Taken]) -> None:
    """Raises Refused where the channel carries no files, else as `fit`."""
    if files:
        carries(channel)
        fit(files)


def carries(channel: Channel | None) -> None:
    """Raises Refused where the channel carries no files."""
    name = channel.name if channel else ""
    if why := _why_not(channel):
        raise Refused(N_("{item} carries no files: {reason}"), item=name, reason=why,
                      next=N_("Put a link into the text instead."))  # fmt: skip


def fit(files: Sequence[Enclosed | Taken]) -> None:
    """Raises Invalid where these are too many or too large."""
    total = sum(f.size if isinstance(f, Enclosed) else len(f.data) for f in files)
    if total > TOGETHER or len(files) > MOST:
        raise Invalid(N_("These files are too large to leave together: {size} MB of at most {limit} MB."),
                      size=-(-total >> 20) if total > TOGETHER else total >> 20, limit=TOGETHER >> 20,
                      next=N_("Take one out, or send two replies."))  # fmt: skip


def _why_not(channel: Channel | None) -> str:
    """Why the platform takes none, "" where it does."""
    from connectors.registry import manifest

    try:
        able = manifest(channel.platform).capabilities if channel else None
    except KeyError:
        able = None
    if able is not None and able.attachments:
        return ""
    return able.notes.get("attachments", "") or "-" if able else "-"


# Waiting with a draft ------------------------------------------------------------------------------------


def _key(ticket_id: int, agent_id: str) -> str:
    return f"enclosed:{ticket_id}:{agent_id}"


def waiting(conn: Connection, ticket_id: int, agent_id: str) -> tuple[Enclosed, ...]:
    """What an agent has put beside their draft on a ticket."""
    row = conn.execute("SELECT value FROM meta WHERE key = ?", (_key(ticket_id, agent_id),)).fetchone()
    return tuple(Enclosed(*one) for one in json.loads(row[0])) if row else ()


def put(unit: UnitOfWork, ticket_id: int, agent_id: str, files: Sequence[Enclosed]) -> None:
    """Lets exactly these wait with the draft."""
    key = _key(ticket_id, agent_id)
    if not files:
        unit.conn.execute("DELETE FROM meta WHERE key = ?", (key,))
        return
    unit.conn.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, json.dumps(files, ensure_ascii=False)),
    )


# In the outbox -------------------------------------------------------------------------------------------


def of_payload(payload: Mapping[str, Any]) -> tuple[Enclosed, ...]:
    """The files an outbox row names."""
    return tuple(Enclosed(*one) for one in payload.get("files", ()))


def contents(conn: Connection, payload: Mapping[str, Any]) -> tuple[File, ...]:
    """The same with what is in them. Raises Invalid where a content is no longer on the desk."""
    from connectors.contract import File

    found = []
    for file in of_payload(payload):
        data = messages.blob(conn, file.sha256)
        if data is None:
            raise Invalid(N_("The content of {item} is no longer on the desk."), item=file.name)
        found.append(File(file.name, file.type, data))
    return tuple(found)


def attach(conn: Connection, message_id: int, files: Sequence[Enclosed]) -> None:
    """The message that left shows what left with it."""
    for file in files:
        messages.attach(conn, message_id, name=file.name, type=file.type, sha256=file.sha256, size=file.size, inline=False)
