"""Sends notices that are due: all that wait for one target leave as one. The call lies between two transactions.

No notice needs a point of no return: one that a crash or a lost answer leaves in doubt is simply sent again.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connectors.contract import Connector, Fault, OutcomeUnknown, Permanent, SchemaSurprise, Temporary
from connectors.services.contract import Notice
from connectors.services.mail import command
from connectors.services.registry import MAIL, deliver
from connectors.transport import Http
from desk import notices
from desk.notices import PREFIX, Settled
from desk.sync.lease import Holder
from desk.sync.retrying import retry_at
from store.errors import DeskError
from store.sql import notices as rows
from store.sql import outbox
from store.sql.notices import Target
from store.sql.rows import OutboxRow
from store.unit import Store
from store.values import SYSTEM, Instant
from store.vault import Vault

log = logging.getLogger("deskhand.sync")

Connect = Callable[[str], Connector]
DEADLINE_S = 8.0


@dataclass(frozen=True, slots=True)
class Kept:
    """The secrets of one target. They are set by `deskhand notice`, never from here."""

    vault: Vault
    target_id: str

    def get(self, name: str) -> str:
        return self.vault.get(f"{PREFIX}{self.target_id}/{name}")

    def put(self, name: str, value: str) -> None:
        self.vault.put(f"{PREFIX}{self.target_id}/{name}", value)


def send(store: Store, holder: Holder, channel_id: str, connect: Connect) -> tuple[str, int]:
    """Sends what waits for the target behind `channel_id`; returns the state its rows came to, and how many they were
    ("", 0 where nothing waited)."""
    target_id = channel_id.removeprefix(PREFIX)
    with store.write(SYSTEM) as unit:
        holder.check(unit)
        found = [
            row for row in rows.waiting(unit.conn, channel_id, unit.now)
            if outbox.move(unit.conn, row.id, "held", "claimed", unit.now, claimed_by=holder.id, claimed_at=unit.now,
                           handed_at=0, attempts=row.attempts + 1)
        ]  # fmt: skip
        target = rows.find(unit.conn, target_id)
        notice = notices.combined(unit.conn, found) if found else None
    if notice is None:
        return "", 0
    to = _judged(_tried(store, target, notice, found[0], connect), found, store.clock.now())
    with store.write(SYSTEM) as unit:
        holder.check(unit)
        notices.settle(unit, target_id, found, to)
    return to.state, len(found)


def _tried(
    store: Store, target: Target | None, notice: Notice, first: OutboxRow, connect: Connect
) -> Fault | None:
    """Why it did not arrive, None when it did."""
    if target is None:
        return Permanent("The target of this notice was taken away.")
    settings: Mapping[str, str] = json.loads(target.settings)
    try:
        if target.kind == MAIL:
            message_id = str(json.loads(first.payload)["message_id"])
            mail = command(notices.addresses(settings), notice, message_id, store.clock.now())
            connect(settings["channel"]).send(mail, _nothing)
            return None
        http = Http(store.clock, deadline=DEADLINE_S, allow_private=settings.get("private") == "yes", max_body=1 << 20)
        try:
            deliver(http, target.kind, settings, Kept(Vault(store.folder), target.id), notice, store.clock.now())
        finally:
            http.close()
    except OutcomeUnknown as fault:
        return Temporary(str(fault))
    except SchemaSurprise as fault:  # whoever answers there is not the service: a person looks at the address
        return Permanent(str(fault))
    except Fault as fault:
        return fault
    except DeskError as error:  # the vault does not open, the mail channel's settings are wrong
        return Temporary(error.english())
    except Exception as error:  # a fault of this program must not keep what waits behind
        log.exception("notice to %s", target.id)
        return Permanent(f"{type(error).__name__}: {error}")
    return None


def _judged(fault: Fault | None, found: list[OutboxRow], now: Instant) -> Settled:
    if fault is None:
        return Settled("sent")
    when = retry_at(fault, max(row.attempts for row in found) + 1, now)
    return Settled("failed", str(fault)) if when is None else Settled("held", str(fault), when)


def _nothing() -> None:
    """A notice in doubt is sent again."""

