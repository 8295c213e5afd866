"""What a rule changed: first response, resolution and reopening of the tickets it fired on, beside tickets of the same
length of time before it was turned on, on which it would have fired. And how often rules fired lately.

Everything is read from the event log and from tickets; few cases are said to be few.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import median
from typing import NamedTuple

from desk.automation.rules import keep
from desk.automation.rules.trial import dry_run
from desk.automation.rules.trial_steps import ARRIVALS
from desk.query import Context
from desk.reason import Reason
from desk.vocabulary import OPEN_STATUSES
from store import events
from store.connection import Connection
from store.errors import N_, Refused
from store.unit import Store
from store.values import DAY, Instant

LEAST = 20
"""Fewer tickets than this on either side tell nothing: two of ten more or less is chance."""
LONGEST = 90 * DAY
MOST = 20_000
"""Tickets of one side."""
_STEP = 500

Satisfaction = Callable[[Connection, Sequence[int]], tuple[int, int]]
"""Good and bad ratings of some tickets."""

SATISFACTION: list[Satisfaction] = []
"""The room of satisfaction registers here; without it the answer says so."""


class Side(NamedTuple):
    """Tickets of one side. Medians in milliseconds and shares from 0 to 1 are None where nothing is known; the counts
    beside them say of how many tickets."""

    since: Instant
    until: Instant
    tickets: int
    answered: int
    first_response_ms: int | None
    solved: int
    resolution_ms: int | None
    reopened: int
    reopen_share: float | None
    good: int | None
    bad: int | None


class Effect(NamedTuple):
    """`before` is None where nothing can be compared; `notes` say why, and where there is too little to tell."""

    rule: str
    enabled_at: Instant
    disabled_at: Instant | None
    before: Side | None
    after: Side
    notes: tuple[Reason, ...]

    @property
    def telling(self) -> bool:
        """Whether both sides have enough tickets to be compared."""
        return self.before is not None and min(self.before.tickets, self.after.tickets) >= LEAST


def effect(store: Store, rule_id: str, context: Context) -> Effect:
    """Raises NotFound, and Refused for a rule that was never on."""
    conn, now = store.conn, context.now
    rule = keep.one(conn, rule_id)
    enabled_at, disabled_at = _in_force(conn, rule_id)
    end = disabled_at or now
    span = min(end - enabled_at, LONGEST)
    after = _side(conn, end - span, end, list(fired_on(conn, rule_id, end - span, end)))
    before, notes = None, list[Reason]()
    if set(rule.when) & set(ARRIVALS):
        tried = dry_run(store, [replace(rule, state="on")], replace(context, now=enabled_at), asked=[rule_id],
                        days=max(1, -(-span // DAY)), keep=MOST)  # fmt: skip
        ids = [d.ticket_id for d in tried.differences]
        before = _side(conn, tried.since, tried.until, ids)
    else:
        notes.append(Reason(N_("{rule} waits for what happens after a ticket came in, so there is nothing to compare with."),
                            {"rule": rule_id}))  # fmt: skip
    sides = [side for side in (before, after) if side is not None]
    if sides and min(side.tickets for side in sides) < LEAST:
        notes.append(Reason(N_("Too few tickets to tell: {count}; from {least} on, a difference means something."),
                            {"count": min(side.tickets for side in sides), "least": LEAST}))  # fmt: skip
    if not SATISFACTION:
        notes.append(Reason(N_("Satisfaction is not measured on this desk.")))
    return Effect(rule_id, enabled_at, disabled_at, before, after, tuple(notes))


def _in_force(conn: Connection, rule_id: str) -> tuple[Instant, Instant | None]:
    """When the rule was last turned on, and off again since. Raises Refused where it never was."""
    off: Instant | None = None
    for event in events.of_setup(conn, "rule_state"):
        payload = event.payload
        if payload is None or payload["rule"] != rule_id:
            continue
        if payload["state"][1] == "on":
            return event.at, off
        if payload["state"][0] == "on":
            off = event.at
    raise Refused(N_("The rule {item} was never on."), item=rule_id,
                  next=N_("See what it would do: deskhand rule test {item}"))  # fmt: skip


def fired_on(conn: Connection, rule_id: str, since: Instant, until: Instant) -> Iterator[int]:
    """Tickets on which a rule fired, not in shadow, each once."""
    sql = (
        "SELECT DISTINCT ticket_id FROM event WHERE actor_kind = 'rule' AND actor_id = ? AND seq >= ? AND at < ? "
        "AND verb = 'rule_fired' AND ticket_id IS NOT NULL AND payload NOT LIKE '%\"shadow\":true%' LIMIT ?"
    )
    return (row[0] for row in conn.execute(sql, (rule_id, _first_seq(conn, since), until, MOST)))


def hits(conn: Connection, rules: Iterable[str], now: Instant, days: int = 7) -> dict[str, int]:
    """How often each rule fired, in shadow too, within so many days."""
    since = _first_seq(conn, now - days * DAY)
    sql = "SELECT count(*) FROM event WHERE actor_kind = 'rule' AND actor_id = ? AND seq >= ? AND verb = 'rule_fired'"
    return {rule_id: conn.execute(sql, (rule_id, since)).fetchone()[0] for rule_id in rules}


def _first_seq(conn: Connection, since: Instant) -> int:
    """The first event at `since` or later; events stand in the order of their instants."""
    low, high = 1, int(conn.execute("SELECT coalesce(max(seq), 0) + 1 FROM event").fetchone()[0])
    while low < high:
        middle = (low + high) // 2
        row = conn.execute("SELECT at FROM event WHERE seq = ?", (middle,)).fetchone()
        if row is None or row[0] < since:
            low = middle + 1
        else:
            high = middle
    return low


def _side(conn: Connection, since: Instant, until: Instant, ids: Sequence[int]) -> Side:
    replies: list[int] = []
    solved: list[int] = []
    reopened = 0
    for at in range(0, len(ids), _STEP):
        some = ids[at : at + _STEP]
        marks = ", ".join("?" * len(some))
        rows = conn.execute(
            f"SELECT id, created_at, first_buyer_at, first_reply_at FROM ticket WHERE id IN ({marks})", some
        ).fetchall()
        moves = _moves(conn, some)
        for ticket_id, created_at, buyer_at, reply_at in rows:
            if buyer_at is not None and reply_at is not None and reply_at >= buyer_at:
                replies.append(reply_at - buyer_at)
            ends = [when for when, before, after in moves.get(ticket_id, ()) if _ends(before, after)]
            if ends:
                solved.append(ends[0] - created_at)
                reopened += any(_ends(after, before) for when, before, after in moves[ticket_id] if when >= ends[0])
    good, bad = _rated(conn, ids)
    return Side(
        since, until, len(ids), len(replies), _median(replies), len(solved), _median(solved), reopened,
        reopened / len(solved) if solved else None, good, bad,
    )  # fmt: skip


def _moves(conn: Connection, ids: Sequence[int]) -> Mapping[int, list[tuple[Instant, str, str]]]:
    """Changes of status by ticket, oldest first."""
    found: dict[int, list[tuple[Instant, str, str]]] = {}
    marks = ", ".join("?" * len(ids))
    sql = (
        f"SELECT ticket_id, at, payload FROM event WHERE ticket_id IN ({marks}) AND payload LIKE '%\"status\":[%' "
        "ORDER BY ticket_id, seq"
    )
    for ticket_id, at, payload in conn.execute(sql, ids):
        pair = json.loads(payload).get("changes", {}).get("status")
        if pair:
            found.setdefault(ticket_id, []).append((at, pair[0], pair[1]))
    return found


def _ends(before: str, after: str) -> bool:
    return before in OPEN_STATUSES and after not in OPEN_STATUSES


def _rated(conn: Connection, ids: Sequence[int]) -> tuple[int | None, int | None]:
    if not SATISFACTION:
        return None, None
    good, bad = SATISFACTION[0](conn, ids)
    return good, bad


def _median(values: Sequence[int]) -> int | None:
    return round(median(values)) if values else None
