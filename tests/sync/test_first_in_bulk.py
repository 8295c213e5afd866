"""A first fetch by the thousand while rules are in force: history stays silent, and what is newer than the cut-off is sorted,
owned, put on a clock and answered once, however often it is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from connectors.contract import Buyer, CaseRecord, MessageRecord, OrderRecord, Record, ReviewRecord
from desk.sync.schedule import Schedule
from store.values import DAY, HOUR, MINUTE, Money
from tests.automation.rules import kit
from tests.desk.small import NOON, Desk
from tests.sync.test_linked import fetch, link

PAST, SOME, LIVE = 1_000, 60, 12
CUT = NOON - 14 * DAY
QUIET = ("rule_fired", "routed", "assigned", "clock_warned", "clock_breached", "told", "flagged", "tagged", "changed")


def talk(n: int, at: int, *, answered: bool = False) -> list[Record]:
    """A conversation about an order of its own."""
    buyer = Buyer(f"buyer{n}", f"Buyer {n}")
    order = OrderRecord(f"o{n}", f"O-{n}", at - DAY, at - DAY, "COMPLETED", buyer, Money("EUR", 500))
    asked = MessageRecord(f"m{n}a", f"talk{n}", False, buyer.name, buyer.id, "It broke.", at, order_id=f"o{n}")
    reply = MessageRecord(f"m{n}b", f"talk{n}", True, "Shop", buyer.id, "We are sorry.", at + HOUR)
    return [order, asked, reply] if answered else [order, asked]


def past(many: int = SOME) -> list[Record]:
    found: list[Record] = []
    for n in range(many):
        at = NOON - 300 * DAY + n * 6 * HOUR
        found += talk(n, at, answered=n % 2 == 0)
        if n % 50 == 0:
            found.append(ReviewRecord(f"r{n}", 1, at, "Bad", order_id=f"o{n}"))
            found.append(CaseRecord(f"c{n}", "return", f"o{n}", "CLOSED", "damaged", at, at, open=False))
    return found


def live() -> list[Record]:
    return [record for n in range(PAST, PAST + LIVE) for record in talk(n, NOON - HOUR + n % 50 * MINUTE // 10)]


def paged(records: Sequence[Record], size: int = 150) -> list[tuple[Record, ...]]:
    return [tuple(records[n : n + size]) for n in range(0, len(records), size)]


@pytest.fixture
def ruled(desk: Desk) -> Desk:
    """With a rule for whatever may happen, and an account that begins a year ago."""
    kit.template(desk)
    kit.save(desk, "seen", when=["created", "buyer_message", "agent_reply"], then=[kit.tag("seen"), {"do": "flag"}])
    kit.save(desk, "answer", then=[kit.answer()])
    kit.save(desk, "late", when=["sla_warning", "sla_breach"], then=[kit.tag("late")])
    kit.save(desk, "moved", when=["changed"], fields=["status"], then=[kit.tag("moved")])
    kit.save(desk, "case", when=["case"], then=[kit.tag("case")])
    link(desk, Schedule(history=NOON - 365 * DAY), since=CUT)
    return desk


def silent(desk: Desk, many: int = SOME) -> None:
    """Nothing was done to any ticket of the past, and nothing is owed for one."""
    conn = desk.store.conn
    assert conn.execute("SELECT count(*), sum(is_open), count(assignee_id), sum(flagged), min(due_at) FROM ticket "
                        "WHERE created_at < ?", (CUT,)).fetchone()[:4] == (many, 0, 0, 0)  # fmt: skip
    marks = ", ".join("?" * len(QUIET))
    sql = f"SELECT verb FROM event e JOIN ticket t ON t.id = e.ticket_id WHERE t.created_at < ? AND e.verb IN ({marks})"
    assert conn.execute(sql, (CUT, *QUIET)).fetchall() == []
    for table in ("clock", "outbox", "ticket_tag"):
        sql = f"SELECT 1 FROM {table} x JOIN ticket t ON t.id = x.ticket_id WHERE t.created_at < ?"
        assert conn.execute(sql, (CUT,)).fetchall() == [], table


def worked(desk: Desk) -> None:
    """Every live conversation is one open ticket with an owner and a first answer's clock, and each rule fired once."""
    conn = desk.store.conn
    rows = conn.execute("SELECT id, is_open, assignee_id, flagged FROM ticket WHERE created_at >= ?", (CUT,)).fetchall()
    assert len(rows) == LIVE
    for ticket, is_open, owner, flagged in rows:
        assert is_open and owner and flagged, ticket
        assert Counter(kit.fired(desk, ticket)) == {"seen": 1, "answer": 1}
        kinds = [kind for (kind,) in conn.execute("SELECT kind FROM clock WHERE ticket_id = ?", (ticket,))]
        assert kinds.count("first_response") == 1
        assert len(desk.told(ticket, "assigned")) == 1
        assert kit.tags(desk, ticket) == ["seen"]
    answers = conn.execute("SELECT ticket_id, count(*) FROM outbox WHERE automatic GROUP BY ticket_id").fetchall()
    assert dict(answers) == {ticket: 1 for ticket, *_ in rows}


def test_history_by_the_thousand_is_silent_and_what_is_live_is_worked_on_once(ruled: Desk) -> None:
    everything = [*past(PAST), *live()]
    fetch(ruled, *paged(everything))
    silent(ruled, PAST)
    worked(ruled)
    ruled.clock.at += MINUTE
    fetch(ruled, *paged(everything, 70))  # from the beginning, cut otherwise: as after a cursor that was lost
    silent(ruled, PAST)
    worked(ruled)


def test_live_conversations_that_come_later_are_worked_on_once_too(ruled: Desk) -> None:
    fetch(ruled, *paged(past()))
    silent(ruled)
    ruled.clock.at += MINUTE
    fetch(ruled, *paged(live()), *paged(live()))
    silent(ruled)
    worked(ruled)


def test_an_old_conversation_that_goes_on_opens_and_owes_its_new_answer(ruled: Desk) -> None:
    old = past()
    fetch(ruled, *paged(old))
    ruled.clock.at += MINUTE
    again = MessageRecord("m7c", "talk7", False, "Buyer 7", "buyer7", "And now?", NOON)
    fetch(ruled, (again,), (again,))
    (row,) = ruled.store.conn.execute("SELECT id, is_open FROM ticket WHERE is_open").fetchall()
    fired = Counter(kit.fired(ruled, row[0]))
    assert fired == {"seen": 1, "moved": 1}, "it was not created now, so it is not answered as new"
    assert ruled.clocks(row[0])["next_response"].state == "running"
    assert "first_response" not in ruled.clocks(row[0])
    assert ruled.count("outbox") == 0


def test_an_open_case_among_them_is_the_only_thing_that_is_seen(ruled: Desk) -> None:
    case = CaseRecord("c7", "return", "o7", "OPEN", "damaged", NOON - 60 * DAY, NOON - DAY, open=True, due_at=NOON + DAY,
                      buyer=Buyer("buyer7", "Buyer 7"), text="I want my money back.")  # fmt: skip
    fetch(ruled, *paged([*past(), case]))
    rows = ruled.store.conn.execute("SELECT id, assignee_id, due_at FROM ticket WHERE is_open").fetchall()
    assert len(rows) == 1
    ticket, owner, due_at = rows[0]
    assert owner
    assert due_at <= NOON + DAY
    assert "answer" not in kit.fired(ruled, ticket)
    assert "first_response" not in ruled.clocks(ticket)
    assert ruled.count("outbox") == 0
