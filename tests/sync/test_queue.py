"""At the start of a shift the queue is shared out: urgent first, then by tier, then what is due first; nothing twice."""

from __future__ import annotations

import itertools
import threading

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk import agents, groups, tickets
from desk.automation.route import route, transfer
from desk.changes import change
from desk.sync import queue
from desk.sync.queue import TIERS, in_order
from desk.undo import undo
from store import events
from store.unit import Store
from store.values import DAY, HOUR, NEVER
from tests.desk.small import ANA, NOON, WEI, Desk


def away(desk: Desk, *who: str, until: int = 0) -> None:
    with desk.acting() as unit:
        for agent in who:
            agents.set_presence(unit, agent, "away", until)


def back(desk: Desk, *who: str) -> None:
    with desk.acting() as unit:
        for agent in who:
            agents.set_presence(unit, agent, "on")


def wait(desk: Desk, count: int) -> list[int]:
    """Tickets that came while nobody was there."""
    away(desk, "ana", "wei")
    return [desk.mail(sender=f"b{n}@x.example").ticket_id for n in range(count)]


def owners(desk: Desk, numbers: list[int]) -> list[str | None]:
    return [desk.ticket(n).assignee_id for n in numbers]


def test_the_queue_is_shared_out_when_somebody_comes(desk: Desk) -> None:
    waiting = wait(desk, 6)
    assert queue.drain(desk.store, desk.holder) == 0
    before = desk.count("event")
    assert queue.drain(desk.store, desk.holder) == 0
    assert desk.count("event") == before, "nothing is written while nothing changes"
    back(desk, "ana", "wei")
    assert queue.drain(desk.store, desk.holder) == 6
    assert owners(desk, waiting) == ["ana", "wei"] * 3
    assert queue.drain(desk.store, desk.holder) == 0


def test_somebody_who_comes_early_gets_it_early(desk: Desk) -> None:
    away(desk, "wei")
    away(desk, "ana", until=NOON + 5 * HOUR)
    ticket = desk.mail().ticket_id
    back(desk, "wei")
    queue.drain(desk.store, desk.holder)
    assert desk.ticket(ticket).assignee_id == "wei"


def test_it_is_drained_by_urgency_then_tier_then_due(desk: Desk) -> None:
    plain, vip, urgent, later = wait(desk, 4)
    with desk.acting() as unit:
        unit.conn.execute("UPDATE customer SET tier = 'vip' WHERE id = ?", (desk.ticket(vip).customer_id,))
        change(unit, urgent, {"priority": "urgent"})
        unit.conn.execute("UPDATE ticket SET due_at = ? WHERE id = ?", (NEVER, later))
    assert [w.id for w in in_order(desk.store.conn)] == [urgent, vip, plain, later]
    assert max(TIERS, key=lambda tier: TIERS[tier]) == "vip"


def test_what_a_person_took_from_everybody_stays_nobody_s(desk: Desk) -> None:
    mine, free = wait(desk, 2)
    with desk.acting() as unit:
        transfer(unit, mine, "ana")
        transfer(unit, mine, None)
    back(desk, "wei")
    assert queue.drain(desk.store, desk.holder) == 1
    assert owners(desk, [mine, free]) == [None, "wei"]


def test_taking_one_and_undoing_it_puts_it_back_into_the_queue(desk: Desk) -> None:
    (ticket,) = wait(desk, 1)
    with desk.acting() as unit:
        tickets.assign(unit, ticket, "ana")
    with desk.acting() as unit:
        undo(unit)
    assert [w.id for w in in_order(desk.store.conn)] == [ticket]
    back(desk, "wei")
    queue.drain(desk.store, desk.holder)
    assert desk.ticket(ticket).assignee_id == "wei"


def test_a_ticket_waits_for_its_group_and_not_for_anybody(desk: Desk) -> None:
    with desk.acting() as unit:
        groups.save(unit, "experts", {"members": {"wei": 1}})
    away(desk, "wei")
    ticket = desk.mail().ticket_id
    with desk.acting(ANA) as unit:
        transfer(unit, ticket, "experts", "too hard for me")
    assert (desk.ticket(ticket).assignee_id, desk.ticket(ticket).group_id) == (None, "experts")
    assert queue.drain(desk.store, desk.holder) == 0
    back(desk, "wei")
    assert queue.drain(desk.store, desk.holder) == 1
    assert owners(desk, [ticket]) == ["wei"]


def test_who_leads_is_warned_once_per_due_time(desk: Desk) -> None:
    with desk.acting() as unit:
        agents.change(unit, "wei", {"role": "admin"})
    away(desk, "ana", "wei", until=NOON + DAY)
    ticket = desk.mail().ticket_id
    for _ in range(3):
        queue.drain(desk.store, desk.holder)
    (warning,) = desk.told(ticket, "unattended")
    assert warning.payload is not None
    assert (warning.payload["agents"], warning.payload["next_at"]) == (["wei"], NOON + DAY)
    with desk.acting() as unit:
        change(unit, ticket, {"priority": "low"})
        unit.conn.execute("UPDATE ticket SET due_at = due_at + 1 WHERE id = ?", (ticket,))
    queue.drain(desk.store, desk.holder)
    queue.drain(desk.store, desk.holder)
    assert len(desk.told(ticket, "unattended")) == 2


def test_a_team_of_one_is_never_full_and_a_morning_empties_the_queue(desk: Desk) -> None:
    with desk.acting() as unit:
        agents.change(unit, "wei", {"active": False})
        agents.change(unit, "ana", {"capacity": 2})
    waiting = wait_alone(desk, 25)
    back(desk, "ana")
    assert queue.drain(desk.store, desk.holder) == 25
    assert set(owners(desk, waiting)) == {"ana"}


def wait_alone(desk: Desk, count: int) -> list[int]:
    away(desk, "ana")
    return [desk.mail(sender=f"b{n}@x.example").ticket_id for n in range(count)]


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["ana", "wei", "off"]), min_size=1, max_size=6), st.integers(1, 6))
def test_whatever_shifts_come_and_go_everything_finds_somebody_who_is_there(
    desk: Desk, shifts: list[str], count: int
) -> None:
    """No starvation: after the first shift that has anybody in it, nothing waits; and nobody absent is ever chosen."""
    waiting = wait(desk, count)
    somebody = False
    for shift in shifts:
        away(desk, "ana", "wei")
        if shift != "off":
            back(desk, shift)
        before = owners(desk, waiting)
        queue.drain(desk.store, desk.holder)
        got = {after for was, after in zip(before, owners(desk, waiting), strict=True) if was != after}
        assert got <= {shift}
        somebody |= shift != "off"
        assert (None not in owners(desk, waiting)) == somebody


def test_two_processes_and_a_person_give_a_ticket_one_owner_each(desk: Desk) -> None:
    """Several connections route and assign the same tickets at once: what a person did stands, nothing is given twice."""
    waiting = wait(desk, 12)
    back(desk, "ana", "wei")
    start = threading.Barrier(3)
    stores = [Store.open(desk.store.folder, clock=desk.clock, ids=desk.ids) for _ in range(3)]
    taken: list[int] = []
    failed: list[BaseException] = []

    def router(store: Store) -> None:
        start.wait()
        for number in waiting:
            with store.write(WEI) as unit:
                route(unit, number)

    def person(store: Store) -> None:
        start.wait()
        for number in reversed(waiting):
            with store.write(ANA) as unit:
                if transfer(unit, number, "ana", "mine"):
                    taken.append(number)

    def safely(job: object, store: Store) -> None:
        try:
            job(store)  # type: ignore[operator]
        except BaseException as error:
            failed.append(error)

    jobs = (router, router, person)
    threads = [threading.Thread(target=safely, args=(job, store)) for job, store in zip(jobs, stores, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []
    assert all(desk.ticket(n).assignee_id == "ana" for n in waiting), "a person's word stands"
    for number in waiting:
        steps = [e for e in desk.told(number, "assigned") if e.payload]
        assert sum(e.actor.kind == "rule" for e in steps) <= 1
        values = [pair for e in steps for pair in [(e.payload or {})["changes"]["assignee_id"]]]
        assert values[0][0] is None and all(a[1] == b[0] for a, b in itertools.pairwise(values))
    assert events.verify(desk.store.conn).problem == ""
    for store in stores:
        store.close()
