"""Answers, each a JSON file in `out/` that is there whole or not at all, and once.

Whoever takes answers out of `out/` may delete them, so what was written is remembered in `.sent`: a mark is put there
before (`.going`) and made final after. A crash between the two, with the answer gone from `out/`, is an outcome nobody knows.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from contextlib import suppress

from connectors.contract import OutcomeUnknown, Permanent, Receipt, SendReply
from connectors.drop.place import NAME_BYTES, Open, Place, identity, plain, put
from connectors.fields import iso
from store.values import Instant

SCHEMA = "deskhand/drop/1"
LONGEST = 50_000
_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")


def insist(place: Place, command: SendReply) -> None:
    """Refuses what cannot work. Raises Permanent."""
    if not command.text.strip():
        raise Permanent("The answer has no text.")
    if len(command.text) > LONGEST:
        raise Permanent(f"An answer has at most {LONGEST} characters.")
    if not command.thread_id.startswith(f"{place.source}/"):
        raise Permanent("This conversation does not belong to the folder's source; check the setting source.")
    if not _KEY.fullmatch(command.key):
        raise Permanent("The answer has a key that cannot be the name of a file.")
    if any(not plain(file.name) for file in command.files):
        raise Permanent("A file of the answer has a name that cannot be kept.")


def write(place: Place, dirs: Open, command: SendReply, now: Instant, point_of_no_return: Callable[[], None]) -> Receipt:
    """Writes the answer and its files. Raises OutcomeUnknown where a crash before left it open."""
    if _written(dirs, command):
        return Receipt(f"{place.source}/{command.key}", command.at)
    name = f"{command.key}.json"
    files = {_beside(command, n, file.name): file.data for n, file in enumerate(command.files, 1)}
    for kept, content in files.items():
        with suppress(FileExistsError):  # of a try that ended before the answer
            put(dirs.out, kept, content)
    body = _body(place, command, list(files), now)
    point_of_no_return()
    with suppress(FileExistsError):
        put(dirs.sent, _going(command), b"")
    _publish(dirs, name, body, _going(command))
    os.rename(_going(command), command.key, src_dir_fd=dirs.sent, dst_dir_fd=dirs.sent)
    os.fsync(dirs.sent)
    return Receipt(f"{place.source}/{command.key}", now)


def find(place: Place, dirs: Open, command: SendReply) -> Receipt | None:
    """See `contract.Connector`."""
    if not _KEY.fullmatch(command.key):
        return None
    if _written(dirs, command):
        return Receipt(f"{place.source}/{command.key}", command.at)
    if identity(dirs.sent, _going(command)) is None:
        return None
    raise OutcomeUnknown("The answer was being written when the program ended, and is not in out/ any more.")


def _written(dirs: Open, command: SendReply) -> bool:
    return identity(dirs.sent, command.key) is not None or identity(dirs.out, f"{command.key}.json") is not None


def _publish(dirs: Open, name: str, body: bytes, going: str) -> None:
    """Raises OSError where it surely is not there, OutcomeUnknown where it may be."""
    try:
        put(dirs.out, name, body)
    except FileExistsError:
        return
    except OSError as exc:
        if identity(dirs.out, name) is not None:
            raise OutcomeUnknown("The disk failed right after the answer was written.") from exc
        with suppress(OSError):
            os.unlink(going, dir_fd=dirs.sent)
        raise


def _beside(command: SendReply, number: int, name: str) -> str:
    """What a file of the answer is called: the key first, so that it belongs to one answer only."""
    wanted = f"{command.key}-{number}-{name}"
    if len(wanted.encode("utf-8", "replace")) <= NAME_BYTES:
        return wanted
    return f"{command.key}-{number}.{name.rpartition('.')[2]}" if "." in name[-12:] else f"{command.key}-{number}"


def _going(command: SendReply) -> str:
    return f"{command.key}.going"


def _body(place: Place, command: SendReply, files: list[str], now: Instant) -> bytes:
    ours = f"{place.source}/"
    return json.dumps({
        "schema": SCHEMA, "kind": "reply", "id": command.key, "thread": command.thread_id.removeprefix(ours),
        "to": [one.removeprefix(ours) for one in command.to], "order": command.order_id, "subject": command.subject,
        "text": command.text, "lang": command.lang, "automatic": command.automatic, "at": iso(now), "attachments": files,
    }, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"  # fmt: skip
