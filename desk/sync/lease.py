"""Holding the sync lease: taken in a transaction of its own, checked inside every transaction sync writes."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path

from store.errors import N_, Conflict
from store.sql import sync
from store.unit import Store, UnitOfWork
from store.values import SECOND, SYSTEM

SYNC = "sync"
LASTS = 30 * SECOND
VERSION = "1"


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that works under a lease; `epoch` proves that nobody took over in between."""

    name: str
    id: str
    epoch: int

    def check(self, unit: UnitOfWork) -> None:
        """Raises Conflict if the lease went to somebody else: this process then writes nothing more."""
        now = sync.lease(unit.conn, self.name)
        if now is None or now.holder != self.id or now.epoch != self.epoch:
            raise Conflict(N_("Another process has taken over {item}."), item=self.name,
                           next=N_("This one stops; nothing is lost."))  # fmt: skip


def take(store: Store, name: str, holder: str) -> Holder | None:
    """Takes or renews the lease for `LASTS`; None while another live process holds it."""
    now = store.clock.now()
    held = sync.lease(store.conn, name)
    if held is not None and held.holder != holder and held.expires_at > now and not died(held.holder):
        return None
    with store.write(SYSTEM) as unit:
        if held is not None and died(held.holder):
            sync.drop_lease(unit.conn, name, held.holder)
        taken = sync.take_lease(unit.conn, name, holder, unit.now, unit.now + LASTS, VERSION)
    return Holder(name, holder, taken.epoch) if taken else None


def died(holder: str) -> bool:
    """Whether a holder of this machine and boot is surely gone, so that nobody waits for its lease to run out.
    Holders are named host/boot/pid/start time, as `this_process` does."""
    mine, theirs = this_process().split("/"), holder.split("/")
    if len(theirs) != 4 or theirs[:2] != mine[:2] or not theirs[2].isdigit():
        return False
    return _started(theirs[2]) != theirs[3]


def this_process() -> str:
    """This process among all that ever ran: host, boot, pid and start time."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()[:8]
    except OSError:
        boot = "-"
    return f"{socket.gethostname().replace('/', '-')}/{boot}/{os.getpid()}/{_started(str(os.getpid()))}"


def _started(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def give_back(store: Store, holder: Holder) -> None:
    with store.write(SYSTEM) as unit:
        sync.drop_lease(unit.conn, holder.name, holder.id)
