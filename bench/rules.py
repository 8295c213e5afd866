"""What rules, routing and clocks cost per message that comes in: `python -m bench.rules [--messages N]`.

Two desks take in the same messages by turns, message by message: one with 200 rules that are on, an agent group on duty
and the shop's clocks, one on which nothing of that runs. The difference is what they add. A rule fires now and then, as
rules do; a quarter of them look for words in the text. Times are of the processor: nothing in there waits for anything.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.figures import Figure, Limit, median, p95
from desk import agents, channels, setup
from desk.agents import NewAgent
from desk.automation.rules import keep
from desk.automation.rules.conditions import piece
from desk.automation.rules.model import rule_from
from desk.query import Context
from desk.reading.records import Understanding
from desk.sync import intake
from desk.sync.inbound import Inbound
from desk.sync.intake import admit, door
from desk.vocabulary import TYPES
from store.unit import Store, UnitOfWork
from store.values import HOUR, MINUTE, SECOND, SYSTEM, Actor, Instant

GROUP = "rules"
RULES, MESSAGES, AT_ONCE = 200, 2_000, 20
_MAIL = Actor("connector", "mail")
_WORDS = (
    "parcel broken refund waiting lamp kettle charger screen late missing size wrong colour return label invoice customs "
    "address battery cable box damage scratched replacement discount voucher warranty manual noise smell heat"
).split()
_LANGS = ("en", "de", "fr", "es", "it", "ja", "pt", "zh-CN")
_COUNTRIES = ("US", "DE", "FR", "ES", "IT", "JP", "BR", "GB", "MX", "NL")


class _Clock:
    """Moves a second per message."""

    def __init__(self) -> None:
        self.at: Instant = 1_794_916_800_000

    def now(self) -> Instant:
        return self.at


def rules(n: int, chance: random.Random) -> list[dict[str, Any]]:
    """`n` tables of rules as teams write them."""
    made = []
    for i in range(n):
        narrow = [f"country:{chance.choice(_COUNTRIES)}", f"tag:{chance.choice(_WORDS)}", f"customer:{chance.choice(_WORDS)}",
                  "amount:..20USD", "has:order", "is:overdue", f"lang:{chance.choice(_LANGS)}"]  # fmt: skip
        wide = [f"priority:{chance.choice(('low', 'high..', 'urgent'))}", "due:..4h", "waiting:2h..", "status:new",
                "created:-7d.. messages:..3", "assignee:none"]  # fmt: skip
        condition = " ".join([f"type:{chance.choice(list(TYPES))}", chance.choice(narrow), chance.choice(wide)])
        if i % 4 == 0:
            condition = f'"{chance.choice(_WORDS)} {chance.choice(_WORDS)}" {condition}'
        if i % 7 == 0:
            condition += f" ({chance.choice(narrow)} OR not:{chance.choice(wide)})"
        made.append({
            "id": f"rule-{i}", "name": f"Rule {i}", "when": ["created", "buyer_message"] if i % 5 else ["created", "changed"],
            "if": condition, "state": "on", "then": [{"do": "tag", "add": [f"r{i}"]}, {"do": "set", "priority": "high"}],
        })  # fmt: skip
    for table in made[::10]:
        table |= {"when": ["changed"], "fields": ["status"]}
    made[41] |= {"when": ["created"], "if": "is:open parcel"}  # every desk has one that fires for most tickets
    return made


def _desk(folder: Path, with_rules: bool, chance: random.Random) -> Store:
    n = iter(range(1 << 60))

    def ids() -> str:
        return f"id{next(n):08d}"

    store = Store.create(folder, clock=_Clock(), ids=ids, name="Bench")
    people = [NewAgent(name, name.title()) for name in ("ana", "wei", "kim")]
    with store.write(SYSTEM) as unit:
        setup.furnish(unit, zone="UTC", people=people)
        channels.add(unit, "mail", platform="email", name="Mail", label="mail",
                     settings={"from_address": "care@shop.example"}, since=0)  # fmt: skip
        for person in people:
            agents.set_presence(unit, person.id, "on")
        if with_rules:
            for table in rules(RULES, chance):
                keep.save(unit, table)
    store.close()
    return Store.open(folder, clock=_Clock(), ids=ids)  # as sync does; making a desk leaves its statements behind


def _messages(n: int, chance: random.Random, at: Instant) -> Iterator[Inbound]:
    for i in range(n):
        text = " ".join(chance.choices(_WORDS, k=chance.randint(20, 60)))
        buyer = f"buyer{chance.randrange(n)}@mail.example"
        answers = f"m{chance.randrange(i)}@mail.example" if i and chance.random() < 0.4 else ""
        yield Inbound(
            remote_key=f"mail:m{i}@mail.example", sender_key=f"email:{buyer}", sender_name=buyer.partition("@")[0],
            sender_address=buyer, subject=text[:40], text=text, sent_at=at - HOUR, arrived_at=at - 5 * MINUTE,
            in_reply_to=answers, references=(answers,) if answers else (),
            understanding=Understanding(chance.choice(_LANGS), chance.choice(list(TYPES))),
        )  # fmt: skip


def _nothing(*_: object) -> None:
    """Stands in for what the bare desk leaves out."""


def _take(store: Store, items: list[Inbound], bare: bool) -> list[float]:
    """Milliseconds per message; a transaction per batch, as sync does."""
    names = ("react", "keep") if bare else ()
    kept = {name: getattr(intake, name) for name in names}
    for name in names:
        setattr(intake, name, _nothing)
    try:
        with store.write(_MAIL) as unit:
            return _each(unit, items)
    finally:
        for name, real in kept.items():
            setattr(intake, name, real)


def _each(unit: UnitOfWork, items: list[Inbound]) -> list[float]:
    at = door(unit, "mail")
    took = []
    for item in items:
        begun = time.thread_time()
        admit(unit, at, item)
        took.append((time.thread_time() - begun) * 1000)
        unit.told.clear()
    return took


def take(messages: int = MESSAGES, seed: int = 7) -> Iterator[Figure]:
    """The figures of this group."""
    yield from _compiling(seed)
    with tempfile.TemporaryDirectory() as folder:
        full = _desk(Path(folder) / "full", True, random.Random(seed))
        bare = _desk(Path(folder) / "bare", False, random.Random(seed))
        clock = full.clock
        items = list(_messages(messages, random.Random(seed), clock.now()))
        times: dict[str, list[float]] = {"full": [], "bare": []}
        for start in range(0, len(items), AT_ONCE):
            batch = items[start : start + AT_ONCE]
            times["full"] += _take(full, batch, bare=False)
            times["bare"] += _take(bare, batch, bare=True)
            for store in (full, bare):
                assert isinstance(store.clock, _Clock)
                store.clock.at += AT_ONCE * SECOND
        (fired,) = full.conn.execute("SELECT count(*) FROM event WHERE verb = 'rule_fired'").fetchone()
        full.close()
        bare.close()
    added = [a - b for a, b in zip(times["full"], times["bare"], strict=True)]
    yield Figure(GROUP, f"{RULES} rules, routing and clocks, added per message", median(added), "ms",
                 median(times["bare"]), "intake alone", [Limit(2.0, 0.5, of="value")], p95(added),
                 note=f"{fired / len(items):.1f} firings per message", raw=dict(times))  # fmt: skip


def _compiling(seed: int) -> Iterator[Figure]:
    tables = rules(RULES, random.Random(seed))
    desk = Context(now=1_794_916_800_000, agents={"ana": "Ana"})
    took = []
    for table in tables * 3:
        begun = time.thread_time()
        piece(rule_from(table).condition, desk)
        took.append((time.thread_time() - begun) * 1000)
    yield Figure(GROUP, "reading and compiling a rule", median(took), "ms",
                 limits=[Limit(0.3, 0.3, of="value")], p95=p95(took))  # fmt: skip


def main(argv: list[str]) -> int:
    asked = argparse.ArgumentParser(description="What rules, routing and clocks cost per message.")
    asked.add_argument("--messages", type=int, default=MESSAGES)
    missed = 0
    for figure in take(asked.parse_args(argv).messages):
        missed += figure.verdict == "MISSED"
        print(
            f"{figure.name}: {figure.ours:.3f} {figure.unit}, p95 {figure.p95:.3f} {figure.note} {figure.verdict}"
            + (f" (beside {figure.who} {figure.beside:.3f})" if figure.beside else "")
        )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
