"""Sends what is due. Claim and settle are transactions; the call to the platform lies between, never inside one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from connectors.contract import (
    AuthExpired,
    AuthRevoked,
    Connector,
    Fault,
    OutcomeUnknown,
    Permanent,
    Receipt,
    Temporary,
    Throttled,
)
from desk import outbox as box
from desk.sync.lease import Holder
from store.errors import N_, Conflict, DeskError, Invalid, Refused
from store.sql import outbox
from store.sql.rows import OutboxRow
from store.unit import Store
from store.values import DAY, MINUTE, SECOND, SYSTEM, Instant

log = logging.getLogger("deskhand.sync")

TRIES = 12
_FIRST_WAIT, _LONGEST_WAIT = 5 * SECOND, 30 * MINUTE

Connect = Callable[[str], Connector]
"""Channel id → its connector."""


@dataclass(slots=True)
class Sent:
    """What one round did."""

    sent: int = 0
    waiting: int = 0
    failed: int = 0
    unknown: int = 0


def recover(store: Store, holder: Holder, connect: Connect) -> Sent:
    """Settles what a dead process, or a send of this one that could not be noted, had left claimed. Not handed over
    yet: held again. Handed over: the platform is asked, and where it cannot tell, a person is. Runs in the thread that
    dispatches, so that nothing is under way meanwhile."""
    done = Sent()
    for row in outbox.listed(store.conn, "claimed"):
        if not row.handed_at:
            with store.write(SYSTEM) as unit:
                holder.check(unit)
                box.release(unit, row, 0, "")
            done.waiting += 1
            continue
        try:
            receipt = connect(row.channel_id).find(box.command(row))
        except OutcomeUnknown as fault:
            _settle(store, holder, row, done, fault=fault)
        except Permanent as fault:  # it can never be asked
            _settle(store, holder, row, done, fault=OutcomeUnknown(str(fault)))
        except (Fault, DeskError):
            done.waiting += 1  # the platform cannot be asked right now: look again later
        else:
            _settle(store, holder, row, done, receipt=receipt)
    return done


def dispatch(store: Store, holder: Holder, connect: Connect) -> Sent:
    """Sends every held row whose take-back time is over."""
    done = Sent()
    for row in outbox.due(store.conn, store.clock.now()):
        with store.write(SYSTEM) as unit:
            holder.check(unit)
            mine = box.claim(unit, row, holder.id)
        if mine:
            _send(store, holder, row, connect, done)
        else:
            done.failed += 1
    return done


def _send(store: Store, holder: Holder, row: OutboxRow, connect: Connect, done: Sent) -> None:
    def point_of_no_return() -> None:
        with store.write(SYSTEM) as unit:
            holder.check(unit)
            if not outbox.hand_over(unit.conn, row.id, holder.id, unit.now):
                raise Conflict(N_("Another process has taken over {item}."), item=f"outbox {row.id}",
                               next=N_("This one stops; nothing is lost."))  # fmt: skip

    try:
        receipt = connect(row.channel_id).send(box.command(row), point_of_no_return)
    except Fault as fault:
        _settle(store, holder, row, done, fault=fault)
    except (Invalid, Refused) as error:  # its settings or the vault stop it before anything left: a person mends that
        _settle(store, holder, row, done, fault=Temporary(error.english()))
    except DeskError:
        raise
    except Exception as error:  # a fault of this program must not keep the replies behind it
        log.exception("outbox %s", row.id)
        handed = outbox.get(store.conn, row.id)
        wrong = f"{type(error).__name__}: {error}"
        _settle(store, holder, row, done, fault=OutcomeUnknown(wrong) if handed and handed.handed_at else Permanent(wrong))
    else:
        _settle(store, holder, row, done, receipt=receipt)


def _settle(
    store: Store,
    holder: Holder,
    row: OutboxRow,
    done: Sent,
    *,
    receipt: Receipt | None = None,
    fault: Fault | None = None,
) -> None:
    with store.write(SYSTEM) as unit:
        holder.check(unit)
        if receipt is not None:
            box.sent(unit, row.id, receipt)
            done.sent += 1
        elif fault is None:  # looked up remotely: it surely did not happen
            box.release(unit, row, unit.now, "")
            done.waiting += 1
        elif isinstance(fault, OutcomeUnknown):
            box.unknown(unit, row.id, str(fault))
            done.unknown += 1
        elif (when := retry_at(fault, row.attempts + 1, unit.now)) is not None:
            box.release(unit, row, when, str(fault))
            done.waiting += 1
        else:
            box.fail(unit, row.id, "claimed", str(fault))
            done.failed += 1


def retry_at(fault: Fault, attempts: int, now: Instant) -> Instant | None:
    """When to try again after a fault in which surely nothing happened; None: a person must act."""
    if isinstance(fault, Throttled):
        until: Instant = fault.until
        return min(max(until, now + _FIRST_WAIT), now + DAY)
    if isinstance(fault, Permanent | AuthRevoked) or attempts >= TRIES:
        return None
    if isinstance(fault, Temporary | AuthExpired):
        return now + min(_LONGEST_WAIT, _FIRST_WAIT << min(attempts - 1, 10))
    return None
