"""How each account does, in one sentence with its cure: what list, doctor, set-up and the health sheet all say."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desk.reason import Reason, When
from desk.sync import schedule
from store.connection import Connection
from store.errors import N_
from store.sql import shop, sync
from store.sql.rows import Channel
from store.sql.sync import Left
from store.values import MINUTE, Instant

if TYPE_CHECKING:
    from desk.sync.first import First
    from desk.sync.schedule import Schedule

LATE = 15 * MINUTE
"""Without news for longer, and for three times its schedule, an account is late."""

STATES = {
    "well": N_("works"),
    "first": N_("first fetch"),
    "waiting": N_("waits"),
    "quiet": N_("quiet hours"),
    "late": N_("late"),
    "stopped": N_("no sync"),
    "fault": N_("fault"),
    "paused": N_("paused"),
    "imported": N_("imported"),
}


@dataclass(frozen=True, slots=True)
class Health:
    """How one account does. `says` holds a fault as its connector told it in the gap `fault`. `cure` is what to do, None
    where nothing is. `lag` is milliseconds since the last good fetch, None before the first."""

    channel: Channel
    state: str
    says: Reason
    cure: Reason | None
    lag: int | None
    failing_since: Instant
    quota: tuple[Left, ...]
    first: First | None

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong with the account itself."""
        return self.state not in ("fault", "late")


def every(conn: Connection, now: Instant) -> list[Health]:
    """All accounts in their order."""
    syncing = runs(conn, now)
    return [of(conn, channel, now, syncing=syncing) for channel in shop.channels(conn)]


def runs(conn: Connection, now: Instant) -> bool:
    """Whether somebody fetches."""
    lease = sync.lease(conn, "sync")
    return lease is not None and lease.expires_at > now


def of(conn: Connection, channel: Channel, now: Instant, *, syncing: bool) -> Health:
    """How one account does."""
    from desk.sync import first

    running = first.of(conn, channel.id)
    running = None if running is None or running.done else running
    plan = schedule.of(json.loads(channel.settings))
    state = judge(channel, plan, now, syncing=syncing, begun=running is not None)
    says, cure = _sentence(channel, plan, state, now, running)
    return Health(
        channel, state, says, cure, now - channel.last_good_at if channel.last_good_at else None, channel.fault_at,
        tuple(sync.quota(conn, channel.id)), running,
    )  # fmt: skip


def judge(channel: Channel, plan: Schedule, now: Instant, *, syncing: bool, begun: bool) -> str:
    """One of `STATES`. `begun`: its first fetch began and is not over."""
    if channel.settings == "{}":
        return "imported"
    if channel.state == "paused":
        return "paused"
    if channel.fault:
        return "fault"
    if begun and syncing:
        return "first"
    if not channel.last_good_at:
        return "waiting" if syncing else "stopped"
    if plan.quiet and plan.quiet.until(now) > now:
        return "quiet"
    if now - _awake_since(plan, channel.last_good_at) > max(LATE, 3 * plan.every * MINUTE):
        return "late" if syncing else "stopped"
    return "well"


def _awake_since(plan: Schedule, last: Instant) -> Instant:
    """From when on a fetch was missed: quiet hours behind the last one do not count."""
    return plan.quiet.until(last + max(1, plan.every) * MINUTE) if plan.quiet else last


def _sentence(
    channel: Channel, plan: Schedule, state: str, now: Instant, running: First | None
) -> tuple[Reason, Reason | None]:
    last = When(channel.last_good_at)
    ident: dict[str, object] = {"item": channel.id}
    match state:
        case "imported":
            return Reason(N_("It only holds what was imported.")), None
        case "paused":
            return Reason(N_("Paused: nothing is fetched and nothing sent.")), Reason(
                N_("Go on with: deskhand channel resume {item}"), ident
            )
        case "fault":
            return Reason("{fault}", {"fault": channel.fault}), Reason(
                N_("Find out more with: deskhand channel test {item}"), ident
            )
        case "first":
            return Reason(N_("The first fetch runs: {count} so far."), {"count": running.read if running else 0}), None
        case "waiting":
            return Reason(N_("Its first fetch is about to begin.")), None
        case "quiet":
            until = When(plan.quiet.until(now) if plan.quiet else now)
            return Reason(N_("Quiet hours until {until}; replies leave all the same."), {"until": until}), None
        case "stopped":
            cure = Reason(N_("Begin with: deskhand sync"))
            if not channel.last_good_at:
                return Reason(N_("Never fetched: sync is not running.")), cure
            return Reason(N_("Last fetched {last}: sync is not running."), {"last": last}), cure
        case "late":
            return Reason(N_("Last fetched {last}, longer ago than it should be."), {"last": last}), Reason(
                N_("Find out why with: deskhand channel test {item}"), ident
            )
    return Reason(N_("Last fetched {last}."), {"last": last}), None
