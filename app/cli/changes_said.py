"""What changed on a ticket, field by field, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.cli.output import local
from app.cli.run import Run
from app.labels import VERBS
from app.words import _
from store.values import NEVER

_TIMES = ("snoozed_until", "waiting_since", "due_at")
_FLAGS = ("needs_review", "escalation", "flagged", "first_waived")
_NOTHING = "–"


def lines(run: Run, ticket: int | None, verb: str, changes: Mapping[str, Sequence[Any]]) -> Iterator[str]:
    """`#7  tags: late, vip → vip`, a line per field; only the act where it changed none. `changes` are field →
    [from, to]."""
    where = f"#{ticket}  " if ticket else ""
    if not changes:
        yield f"{where}{_(VERBS[verb]) if verb in VERBS else verb}"
    for field, (before, after) in changes.items():
        yield f"{where}{field}: {said(run, field, before)} → {said(run, field, after)}"


def said(run: Run, field: str, value: Any) -> str:
    """One value of a field."""
    from desk.vocabulary import PRIORITIES

    if field in _TIMES and isinstance(value, int):
        return _NOTHING if value == 0 else _("open end") if value >= NEVER else local(value, run.zone)
    if field in _FLAGS:
        return _("yes") if value else _("no")
    if field == "priority" and isinstance(value, int) and value < len(PRIORITIES):
        return list(PRIORITIES)[value]
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or _NOTHING
    return _NOTHING if value is None or value == "" else str(value)
