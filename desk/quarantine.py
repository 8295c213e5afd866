"""What came in and could not be read: kept whole with the reason, read again, or let go. It stops nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from connectors.contract import BadRecord, RawMail
from desk.sync import pull
from desk.sync.reader import Reader
from store.connection import Connection
from store.errors import N_, Conflict, Invalid, NotFound, Refused
from store.events import Event
from store.sql import messages, shop, sync
from store.sql.sync import Held
from store.unit import Store, UnitOfWork
from store.values import Actor, clean_line

DROPPED = "quarantine_dropped"


class Outcome(NamedTuple):
    """What became of records that were read again: those that came in, and those that still cannot be read with the
    newest reason."""

    came_in: tuple[int, ...]
    left: tuple[tuple[int, str], ...]


def listed(conn: Connection, limit: int = 1000) -> list[Held]:
    """What is held, newest first."""
    return sync.quarantined(conn, limit)


def get(conn: Connection, number: int) -> Held:
    """Raises NotFound."""
    held = sync.held(conn, number)
    if held is None or held.state != "held":
        raise NotFound(N_("Nothing is held under the number {item}."), item=str(number),
                       next=N_("See: deskhand quarantine list"))  # fmt: skip
    return held


def content(conn: Connection, held: Held) -> bytes:
    """Its bytes as they came."""
    return messages.blob(conn, held.raw) or b""


def is_mail(raw: bytes) -> bool:
    """Whether a record came as mail. What platforms tell comes as JSON, and reading that as a mail would make a ticket
    out of an order."""
    return raw.lstrip()[:1] not in (b"{", b"[")


def again(store: Store, actor: Actor, numbers: Sequence[int], reader: Reader) -> Outcome:
    """Reads records again, each in a transaction of its own, so that none stops the next. Raises NotFound for one that
    is not held, Refused for one that cannot be read again at all, each where it is the only one."""
    came_in: list[int] = []
    left: list[tuple[int, str]] = []
    for number in numbers:
        try:
            reason = _again(store, actor, number, reader)
        except (NotFound, Refused) as error:
            if len(numbers) == 1:
                raise
            reason = error.english()
        if reason:
            left.append((number, reason))
        else:
            came_in.append(number)
    return Outcome(tuple(came_in), tuple(left))


def _again(store: Store, actor: Actor, number: int, reader: Reader) -> str:
    """Why it still cannot be read, "" when it came in."""
    held = get(store.conn, number)
    channel, raw = shop.channel(store.conn, held.channel_id), messages.blob(store.conn, held.raw)
    if channel is None or raw is None:
        raise Refused(N_("Record {item} cannot be read again: its channel or content is gone."), item=str(number),
                      next=N_("Let it go: deskhand quarantine drop {item}"))  # fmt: skip
    if not is_mail(raw):
        raise Refused(N_("Record {item} is no mail: it is read when the platform tells it again."), item=str(number),
                      next=N_("Let it go: deskhand quarantine drop {item}"))  # fmt: skip
    items = list(pull.read([RawMail(held.ref, raw, held.at)], channel.platform, reader))
    try:
        with store.write(actor) as unit:
            if pull.release(unit, channel, held, items):
                return ""
    except (Invalid, Conflict, Refused) as error:
        return error.english()
    except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError) as error:
        return f"{type(error).__name__}: {clean_line(str(error))}"
    return next((item.reason for item in items if isinstance(item, BadRecord)), held.reason)


def drop(unit: UnitOfWork, number: int) -> None:
    """Lets a record go; undo holds it again. Raises NotFound."""
    held = get(unit.conn, number)
    sync.settle_quarantine(unit.conn, number, "dropped")
    unit.append(DROPPED, {"id": number, "channel": held.channel_id, "ref": held.ref})


# Undo ---------------------------------------------------------------------------------------------------


def reverse(unit: UnitOfWork, event: Event) -> None:
    _move(unit, event, "dropped", "held")


def repeat(unit: UnitOfWork, event: Event) -> None:
    _move(unit, event, "held", "dropped")


def _move(unit: UnitOfWork, event: Event, was: str, to: str) -> None:
    number = (event.payload or {}).get("id", 0)
    held = sync.held(unit.conn, number)
    if held is None or held.state != was:
        raise Conflict(N_("Record {item} has changed since."), item=str(number), next=N_("Nothing was undone there."))
    sync.settle_quarantine(unit.conn, number, to)
