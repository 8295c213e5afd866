"""What a dry run found: totals per rule, and ticket by ticket what would have been different."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from desk.automation.rules.registry import Args
from desk.reason import Reason
from store.values import Instant, Money

Progress = Callable[[int, int], bool]
"""`(tickets looked at, of)` after each chunk; False breaks off."""

Cost = Callable[[Args, Money | None], Money | None]
"""What an act that moves money would move, from its table and the total of the ticket's first order (None where there
is no order); None where the act would not be done."""

COSTS: dict[str, Cost] = {}
"""By act; the room whose act it is registers here."""


@dataclass(slots=True)
class Tally:
    """What one rule did. `matched` are tickets, `assigned`, `replied`, `tagged`, `untagged` and `set` count tickets per
    agent or group, template, tag and `field=value`; `acts` all other acts by name; `money` minor units per currency;
    `held_back` replies that would not leave, by reason."""

    matched: int = 0
    assigned: Counter[str] = field(default_factory=Counter)
    replied: Counter[str] = field(default_factory=Counter)
    held_back: Counter[str] = field(default_factory=Counter)
    tagged: Counter[str] = field(default_factory=Counter)
    untagged: Counter[str] = field(default_factory=Counter)
    set: Counter[str] = field(default_factory=Counter)
    acts: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    refunded: int = 0
    money: Counter[str] = field(default_factory=Counter)

    def __iadd__(self, other: Tally) -> Tally:
        for name in ("matched", "refunded"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in _COUNTERS:
            getattr(self, name).update(getattr(other, name))
        return self


_COUNTERS = ("assigned", "replied", "held_back", "tagged", "untagged", "set", "acts", "failed", "money")


@dataclass(frozen=True, slots=True)
class Difference:
    """One ticket: which rules fired on it, in order, and what they changed: field → (as it arrived, at the end). `tags`
    holds tags with + or -; `acts` are what else was done, `replies` the templates."""

    ticket_id: int
    subject: str
    rules: tuple[str, ...]
    changes: Mapping[str, tuple[Any, Any]]
    tags: tuple[str, ...]
    replies: tuple[str, ...]
    acts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """`tickets` were looked at of `arrived` in the window; on `touched` at least one of the rules asked for fired.
    `checked` replies were filled in as they would be; beyond those every reply counts as leaving."""

    since: Instant
    until: Instant
    arrived: int
    tickets: int
    touched: int
    rules: Mapping[str, Tally]
    differences: tuple[Difference, ...]
    not_tried: Mapping[str, Reason]
    notes: tuple[Reason, ...] = ()
    stopped: bool = False

    def total(self) -> Tally:
        """All rules asked for together; `matched` counts firings here."""
        whole = Tally()
        for tally in self.rules.values():
            whole += tally
        return whole
