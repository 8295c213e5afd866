"""How fast due times are computed: `python -m bench.clocks [--count N]`.

Starts are spread over a whole year, in no order, with targets from half an hour to three days: around the clock, on
working time with lunch breaks and holidays, with pauses, and as whole plans of a ticket under the shop's policies.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date

from bench.figures import Figure, Limit
from desk.clocks.calendar_files import calendar_from, shipped_calendars
from desk.clocks.calendars import ALWAYS, Calendar, add
from desk.clocks.plan import TicketFacts, plan
from desk.clocks.policies import shop_policies
from desk.clocks.talk import Spoken, Talk
from desk.clocks.targets import Target, deadline
from store.values import DAY, HOUR, MINUTE, Instant

GROUP = "clocks"
COUNT = 20_000
_YEAR: Instant = 1_767_225_600_000  # 2026
_MUST = Limit(10_000, 10_000, of="value", more=True)


def _shanghai() -> Calendar:
    return calendar_from({
        "zone": "Asia/Shanghai", "week": {"mon-sat": "09:00-12:00, 13:30-18:00"},
        "dates": {"off": ["2026-02-15..2026-02-23", "2026-05-01..2026-05-05", "2026-10-01..2026-10-07"],
                  "extra": {date(2026, 10, 11).isoformat(): "09:00-18:00"}},
    }, name="shop")  # fmt: skip


def _rate(work: Callable[[Instant, int], object], asked: list[tuple[Instant, int]]) -> float:
    begun = time.perf_counter()
    for start, target in asked:
        work(start, target)
    return len(asked) / (time.perf_counter() - begun)


def take(count: int = COUNT, seed: int = 7) -> Iterator[Figure]:
    """The figures of this group, each with calendars nothing was asked of before."""
    chance = random.Random(seed)
    asked = [(_YEAR + chance.randrange(365 * DAY), chance.randrange(30 * MINUTE, 72 * HOUR)) for _ in range(count)]
    shop, new_york, other = _shanghai(), shipped_calendars("America/New_York")["shop"], _shanghai()
    three_days = Target(3, "working_day")

    def paused(start: Instant, target: int) -> Instant:
        return add(shop, start, target, ((start + HOUR, start + 20 * HOUR), (start + 30 * HOUR, start + 31 * HOUR)))

    def whole(start: Instant, target: int) -> object:
        facts = TicketFacts(created_at=start, talk=Talk().hear(Spoken(start, "buyer")), channel_kind="email")
        return plan(facts, shop_policies(), {"shop": other}, start + target)

    kinds: dict[str, Callable[[Instant, int], object]] = {
        "due times, 24x7": lambda start, target: add(ALWAYS, start, target),
        "due times, working time with holidays": lambda start, target: add(shop, start, target),
        "due times, working time over changes of clocks": lambda start, target: add(new_york, start, target),
        "due times, working time with pauses": paused,
        "due times, working days": lambda start, target: deadline(three_days, shop, start),
    }
    for name, work in kinds.items():
        yield Figure(GROUP, name, _rate(work, asked), "/s", limits=[_MUST])
    yield Figure(GROUP, "clocks of a ticket, planned whole", _rate(whole, asked), "/s")


def main(argv: list[str]) -> int:
    asked = argparse.ArgumentParser(description="How fast due times are computed.")
    asked.add_argument("--count", type=int, default=COUNT)
    missed = 0
    for figure in take(asked.parse_args(argv).count):
        missed += figure.verdict == "MISSED"
        print(f"{figure.name}: {figure.ours:,.0f} {figure.unit} {figure.verdict}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
