"""A dry run of fifty rules over a desk's history: tickets per second. `python -m bench.trial [--work DIR]`

The rules are what a team has: most ask columns of the ticket, some search words, customers, orders and tags; a third set
fields, a third tag, a third assign; later ones see what earlier ones did. About three of them fire per ticket.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.wire import open_desk
from bench.desks import ME, corpus, desk
from bench.figures import Figure, Limit, median
from bench.place import default_work
from desk.automation.rules.model import Rule, rule_from
from desk.automation.rules.trial import dry_run, shop_context
from desk.automation.rules.trial_result import Trial

GROUP = "rules"
RULES = 50
MESSAGES, SEED = 40_000, 8
"""The corpus that saving is measured with, too."""
DAYS = 3_650
"""All of it: the corpus is of fixed dates."""
MUST, AIM = 20_000.0, 100_000.0
CONDITIONS = (
    "type:damaged", "type:shipping_status lang:de", "lang:en priority:high..", "refund", "type:refund is:unassigned",
    "tag:t3", "country:de", "class:return not:type:refund", '"where is"', "waiting:1h.. is:new", "is:urgent",
    "has:order amount:..20USD", "lang:zh", "customer:anna", "platform:ebay",
)  # fmt: skip


def rules() -> list[Rule]:
    """Fifty rules that are on."""
    return [
        rule_from({"id": f"r{n}", "when": ["created"], "if": CONDITIONS[n % len(CONDITIONS)], "state": "on", "then": _acts(n)})
        for n in range(RULES)
    ]


def _acts(n: int) -> list[dict[str, Any]]:
    tag: dict[str, Any] = {"do": "tag", "add": [f"t{n % 7}"]}
    match n % 3:
        case 0:
            return [{"do": "set", "priority": "high"}, tag]
        case 1:
            return [tag]
        case _:
            return [{"do": "assign", "agent": ME}]


def take(folder: Path, runs: int = 5) -> Iterator[Figure]:
    """Tickets per second, the median of `runs`; the first fills the caches and does not count."""
    store = open_desk(folder).store
    try:
        rates: list[float] = []
        for n in range(runs + 1):
            begun = time.perf_counter()
            found: Trial = dry_run(store, rules(), shop_context(store.conn, store.clock.now()), days=DAYS)
            if n:
                rates.append(found.tickets / (time.perf_counter() - begun))
    finally:
        store.close()
    fired = found.total().matched
    yield Figure(GROUP, f"dry run, {RULES} rules", median(rates), "tickets/s", limits=[Limit(MUST, AIM, of="value", more=True)],
                 note=f"{found.tickets:,} tickets, {fired / max(1, found.tickets):.1f} firings each")  # fmt: skip


def main(argv: list[str]) -> int:
    """Measures and prints; 1 if the must is missed."""
    ap = argparse.ArgumentParser(prog="python -m bench.trial", description=__doc__)
    ap.add_argument("--work", type=Path, default=default_work(), help="where desks are kept between runs")
    ap.add_argument("--runs", type=int, default=5)
    args = ap.parse_args(argv)
    args.work.mkdir(parents=True, exist_ok=True)
    made = desk(args.work, "desk-40k", lambda: corpus(args.work, MESSAGES, _say, seed=SEED), _say)
    missed = False
    for figure in take(made.folder, args.runs):
        print(f"{figure.name}: {figure.ours:,.0f} {figure.unit} ({figure.note}) {figure.verdict}")
        missed |= figure.verdict == "MISSED"
    return int(missed)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
