"""A figure: what we measured, what stood beside it in the same run, what it must and what it aims to be."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Limit:
    """What is held against `must` and `aim`: `of` is "ratio" (ours by what stands beside it) or "value" (ours alone).
    Lower is better unless `more`."""

    must: float | None = None
    aim: float | None = None
    of: str = "ratio"
    more: bool = False

    def meets(self, bound: float | None, found: float) -> bool:
        """Whether `found` keeps within `bound`; without one there is nothing to miss."""
        return bound is None or (found >= bound if self.more else found <= bound)


@dataclass(frozen=True, slots=True)
class Figure:
    """`ours` and `beside` in `unit`. `limits`: each is judged by itself and together they make the verdict."""

    group: str
    name: str
    ours: float
    unit: str
    beside: float | None = None
    who: str = ""
    limits: Sequence[Limit] = ()
    p95: float | None = None
    note: str = ""
    raw: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        return self.ours / self.beside if self.beside else None

    def _found(self, limit: Limit) -> float | None:
        return self.ratio if limit.of == "ratio" else self.ours

    def _judged(self) -> Iterable[tuple[Limit, float]]:
        return ((x, found) for x in self.limits if (found := self._found(x)) is not None)

    @property
    def verdict(self) -> str:
        """`aim` (all aims reached), `ok`, `MISSED` (a must), `short` (no must, an aim not reached) or ""."""
        judged = list(self._judged())
        if not judged:
            return ""
        if not all(x.meets(x.must, found) for x, found in judged):
            return "MISSED"
        if all(x.meets(x.aim, found) for x, found in judged) and any(x.aim is not None for x, _ in judged):
            return "aim"
        return "ok" if any(x.must is not None for x, _ in judged) else "short"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A figure that could not be taken here, and why."""

    group: str
    why: str


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def p95(values: Iterable[float]) -> float:
    """The value nineteen in twenty stay within."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
