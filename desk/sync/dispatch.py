"""Sends what is due. Claim and settle are transactions; the call to the platform lies between, never inside one."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass

from connectors.contract import Command, Connector, Fault, File, OutcomeUnknown, Permanent, Receipt, Temporary
from desk import deeds, outgoing
from desk import outbox as box
from desk.notices import KIND as NOTICE
from desk.sync.lease import Holder
from desk.sync.retrying import TRIES as TRIES
from desk.sync.retrying import retry_at
from store.errors import N_, Conflict, DeskError, Invalid, Refused
from store.sql import outbox
from store.sql.rows import OutboxRow
from store.unit import Store
from store.values import MINUTE, SECOND, SYSTEM

log = logging.getLogger("deskhand.sync")

_PATIENCE = 3 * SECOND
LOOKED_FOR = 15 * MINUTE
"""How long what is in doubt is looked for at its platform, which may show it late."""

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
    _look_for(store, holder, connect, done)
    for row in outbox.listed(store.conn, "claimed"):
        if not row.handed_at:
            with store.write(SYSTEM) as unit:
                holder.check(unit)
                box.release(unit, row, 0, "")
            done.waiting += 1
            continue
        try:
            receipt = connect(row.channel_id).find(command(row))
        except OutcomeUnknown as fault:
            _settle(store, holder, row, done, fault=fault)
        except Permanent as fault:  # it can never be asked
            _settle(store, holder, row, done, fault=OutcomeUnknown(str(fault)))
        except (Fault, DeskError):
            done.waiting += 1  # the platform cannot be asked right now: look again later
        else:
            _settle(store, holder, row, done, receipt=receipt)
    return done


def _look_for(store: Store, holder: Holder, connect: Connect, done: Sent) -> None:
    """What is in doubt and shows at its platform by now has happened. That it does not show settles nothing."""
    since = store.clock.now() - LOOKED_FOR
    for row in outbox.doubted_since(store.conn, since):
        try:
            receipt = connect(row.channel_id).find(command(row))
        except (Fault, DeskError):
            continue
        if receipt is not None:
            _settle(store, holder, row, done, receipt=receipt)


def command(row: OutboxRow, files: tuple[File, ...] = ()) -> Command:
    """The row as its connector gets it."""
    return deeds.command(row, files) if row.kind in deeds.KINDS else outgoing.command(row, files)


def dispatch(store: Store, holder: Holder, connect: Connect) -> Sent:
    """Sends every held row whose take-back time is over; the notices of one target leave together."""
    done = Sent()
    due = outbox.due(store.conn, store.clock.now())
    for row in due:
        if row.kind == NOTICE:
            continue
        with store.write(SYSTEM) as unit:
            holder.check(unit)
            mine = box.claim(unit, row, holder.id)
        if mine:
            _send(store, holder, row, connect, done)
        else:
            done.failed += 1
    begun = store.clock.now()
    for target in dict.fromkeys(row.channel_id for row in due if row.kind == NOTICE):
        _notify(store, holder, target, connect, done)
        if store.clock.now() - begun > _PATIENCE:  # a dead place must not keep replies waiting; the others come next round
            break
    return done


def _notify(store: Store, holder: Holder, target: str, connect: Connect, done: Sent) -> None:
    from desk.sync import notify

    state, count = notify.send(store, holder, target, connect)
    done.sent += count if state == "sent" else 0
    done.waiting += count if state == "held" else 0
    done.failed += count if state == "failed" else 0


def _send(store: Store, holder: Holder, row: OutboxRow, connect: Connect, done: Sent) -> None:
    def point_of_no_return() -> None:
        with store.write(SYSTEM) as unit:
            holder.check(unit)
            if not outbox.hand_over(unit.conn, row.id, holder.id, unit.now):
                raise Conflict(N_("Another process has taken over {item}."), item=f"outbox {row.id}",
                               next=N_("This one stops; nothing is lost."))  # fmt: skip

    try:
        receipt = connect(row.channel_id).send(command(row, _files(store, row)), point_of_no_return)
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


def _files(store: Store, row: OutboxRow) -> tuple[File, ...]:
    """What leaves with it. Raises Invalid where a content is no longer on the desk."""
    from desk.enclosing import contents

    payload = json.loads(row.payload)
    return contents(store.conn, payload) if payload.get("files") else ()


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
        elif fault is None and row.kind == "refund":  # money that does not show yet may still be on its way
            box.unknown(unit, row.id, "The platform shows no such refund; look there before you send it again.")
            done.unknown += 1
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
