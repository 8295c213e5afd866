"""`is:stuck` and `untouched:5d..`: open tickets nobody of the team has touched for days. Importing this registers them."""

from __future__ import annotations

from desk.query import units
from desk.query.names import NAMES, Context, Field
from desk.query.tree import Value
from store import filter as f
from store import related
from store.errors import N_
from store.filter import TICKET_COLUMNS, Condition
from store.values import DAY

DAYS = 3
"""How long an open ticket may lie before it counts as stuck."""


def stuck(context: Context) -> Condition:
    """Open, awake, and for `DAYS` no event by a person of the team."""
    return f.All((
        f.Is(TICKET_COLUMNS["is_open"], (1,)),
        f.Not(f.Between(TICKET_COLUMNS["snoozed"], context.now + 1, None)),
        _untouched_since(context.now - DAYS * DAY),
    ))  # fmt: skip


def _untouched_since(at: int) -> Condition:
    return f.All((f.Between(TICKET_COLUMNS["created"], None, at), f.Not(related.touched_since(at + 1))))


def _untouched(value: Value, context: Context) -> Condition:
    shortest, longest = units.durations(value)
    parts: list[Condition] = []
    if shortest is not None:
        parts.append(_untouched_since(context.now - shortest))
    if longest is not None:
        since = context.now - longest
        parts.append(f.Any_((f.Between(TICKET_COLUMNS["created"], since, None), related.touched_since(since))))
    return f.All(tuple(parts))


NAMES.add_state("stuck", N_("open, and nobody of the team has touched it for three days"), stuck)
NAMES.add(Field("untouched", "duration", N_("how long nobody of the team has touched it: untouched:5d.."), _untouched,
                lambda context: ("3d..", "7d.."), "time"))  # fmt: skip
