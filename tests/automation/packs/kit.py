"""Enabling packs, and buyers with a record who write about orders."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from typing import Any

from desk.automation import packs
from desk.automation.rules import keep
from desk.automation.rules.trial import dry_run, shop_context
from desk.reading.records import Understanding
from store.sql import people, tickets
from store.sql.rows import Ticket
from store.values import DAY, SYSTEM, fold
from tests.automation.rulebook.helping import dry, live
from tests.desk.small import Desk

ANSWERS: dict[str, dict[str, str]] = {
    "key-buyers": {"person": "kim", "stand_in": "senior"},
    "promotion": {"from": "2026-11-16", "until": "2026-11-18", "weights": "ana:3,wei:1"},
    "dispatch-country": {"regions": "DACH:after_sales"},
    "dispatch-language": {"languages": "ja:experts"},
}
"""What has to be chosen on this desk, and something where nothing has to be."""

_numbers = itertools.count(1)


def enable(desk: Desk, pack: str, state: str = "on", **choices: str) -> packs.Plan:
    with desk.acting(SYSTEM) as unit:
        return packs.enable(unit, pack, {**ANSWERS.get(pack, {}), **choices}, state=state)


def buyer(desk: Desk, name: str, **values: Any) -> int:
    """A customer who writes from `name@buyer.example`."""
    with desk.acting(SYSTEM) as unit:
        made = people.add_customer(unit.conn, key=f"email:{name}@buyer.example", name=name,
                                   email=f"{name}@buyer.example", now=unit.now)  # fmt: skip
        for key, value in values.items():
            unit.conn.execute(f"UPDATE customer SET {key} = ? WHERE id = ?", (value, made))
    return made


def order(
    desk: Desk, number: str, customer: int | None = None, *, total: int = 5000, currency: str = "EUR",
    status: str = "shipped", **parcel: Any,
) -> str:  # fmt: skip
    """An order, with a parcel if any of it is said; `shipped`, `delivered`, `eta` are days from now."""
    with desk.acting(SYSTEM) as unit:
        made = unit.conn.execute(
            "INSERT INTO orders (channel_id, number, number_key, customer_id, placed_at, status, total_minor, currency) "
            "VALUES ('mail', ?, ?, ?, ?, ?, ?, ?)",
            (number, fold(number).replace("-", ""), customer, unit.now - 20 * DAY, status, total, currency),
        ).lastrowid
        if parcel:
            days = {key: None if (d := parcel.get(key)) is None else unit.now + d * DAY
                    for key in ("shipped", "delivered", "eta")}  # fmt: skip
            state = "delivered" if days["delivered"] else "in_transit"
            unit.conn.execute(
                "INSERT INTO shipment (order_id, courier, tracking, tracking_key, status, shipped_at, delivered_at, eta) "
                "VALUES (?, 'DHL', ?, ?, ?, ?, ?, ?)",
                (made, f"T{number}", fold(f"T{number}").replace("-", ""), state, days["shipped"], days["delivered"],
                 days["eta"]),
            )  # fmt: skip
    return number


def case(desk: Desk, customer: int, kind: str = "return", days_ago: int = 30) -> None:
    with desk.acting(SYSTEM) as unit:
        unit.conn.execute(
            "INSERT INTO case_file (channel_id, remote_id, kind, customer_id, type, opened_at, updated_at) "
            "VALUES ('mail', ?, 'return', ?, ?, ?, 0)",
            (f"C{next(_numbers)}", customer, kind, unit.now - days_ago * DAY),
        )


def write(
    desk: Desk, type_: str = "other", *, by: str = "", about: str = "", lang: str = "en", escalation: bool = False,
    history: bool = False, **more: Any,
) -> int:  # fmt: skip
    """A buyer writes; returns the ticket."""
    who = by or f"b{next(_numbers)}"
    said = Understanding(lang, type_, escalation=escalation)
    item = desk.inbound(sender=f"{who}@buyer.example", key=f"k{next(_numbers)}@buyer.example",
                        **{"subject": f"Question {next(_numbers)}", **more})  # fmt: skip
    item = replace(item, understanding=said, order_numbers=(about,) if about else ())
    return desk.take(item, history=history).ticket_id


def ticket(desk: Desk, ticket_id: int) -> Ticket:
    return desk.ticket(ticket_id)


def given(desk: Desk, ticket_id: int) -> tuple[str | None, str | None]:
    """Group and agent of a ticket."""
    t = desk.ticket(ticket_id)
    return t.group_id, t.assignee_id


def tags(desk: Desk, ticket_id: int) -> set[str]:
    return set(tickets.tags(desk.store.conn, ticket_id))


def fired(desk: Desk, ticket_id: int) -> list[str]:
    """The rules that fired, in order; none of them with an act that failed."""
    events = desk.told(ticket_id, "rule_fired")
    assert not any(e.payload and e.payload["failed"] for e in events), [e.payload for e in events]
    return [e.actor.id for e in events]


def answers(desk: Desk, ticket_id: int) -> list[str]:
    """Templates of the replies rules wrote."""
    sql = "SELECT template_id FROM outbox WHERE ticket_id = ? AND automatic = 1 AND state <> 'cancelled' ORDER BY id"
    return [row[0] for row in desk.store.conn.execute(sql, (ticket_id,))]


def agrees(desk: Desk) -> None:
    """A dry run over what arrived says what the rules did when it arrived."""
    rules = keep.every(desk.store.conn)
    found = dry(dry_run(desk.store, rules, shop_context(desk.store.conn, desk.clock.now())))
    done = live(desk)
    tried = {r.id for r in rules if {"created", "buyer_message"} & set(r.when)}
    assert found.fired == Counter({k: n for k, n in done.fired.items() if k in tried})
    assert found.replied == done.replied
    assert (found.held_back, done.held_back) == (0, 0)
    assert found.tagged == done.tagged
