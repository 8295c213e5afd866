"""Rules that run by time or by hand, and taking back what a rule did."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from desk.automation.rules import keep
from desk.automation.rules.timed import BATCH, run_by_hand
from desk.outbox import take_back
from desk.sync import timers
from desk.tickets import set_status
from desk.tickets import tag as tag_it
from desk.undo import undo_firing
from store.errors import NotFound, Refused
from store.values import HOUR, MINUTE, SYSTEM
from tests.automation.rules.kit import answer, fired, firing, outbox, put, save, tag, tags, template
from tests.desk.small import ANA, WEI, Desk


def nag(desk: Desk, **more: Any) -> None:
    save(
        desk,
        "nag",
        when=["timer"],
        every="1h",
        if_="waiting:2h..",
        then=[{"do": "note", "text": "Still waiting"}],
        **more,
    )


def test_a_timer_fires_when_time_makes_it_true_and_not_again_until_something_happens(desk: Desk) -> None:
    nag(desk)
    ticket = desk.mail(key="a@buyer.example").ticket_id
    timers.tick(desk.store, desk.held())
    assert fired(desk, ticket) == []
    for _ in range(4):
        desk.clock.at += HOUR
        timers.tick(desk.store, desk.held())
    assert fired(desk, ticket) == ["nag"]
    desk.mail(answers="a@buyer.example", text="Hello?")
    desk.clock.at += 2 * HOUR
    timers.tick(desk.store, desk.held())
    assert fired(desk, ticket) == ["nag", "nag"]


def test_what_a_timer_rule_itself_caused_is_no_news(desk: Desk) -> None:
    save(desk, "t", when=["timer"], every="1h", if_="is:open", then=[put(priority="high")])
    save(desk, "c", when=["changed"], fields=["priority"], then=[tag("c")])
    ticket = desk.mail().ticket_id
    for _ in range(3):
        desk.clock.at += 61 * MINUTE
        timers.tick(desk.store, desk.held())
    assert fired(desk, ticket) == ["t", "c"]


def test_many_tickets_are_done_in_batches_and_each_once(desk: Desk) -> None:
    nag(desk)
    made = [desk.mail(sender=f"b{n}@buyer.example").ticket_id for n in range(2 * BATCH + 3)]
    desk.clock.at += 3 * HOUR
    timers.tick(desk.store, desk.held())
    assert all(fired(desk, ticket) == ["nag"] for ticket in made)
    due = timers.next_tick(desk.store)
    assert due is not None and due <= desk.clock.at + HOUR


def test_no_timer_touches_history(desk: Desk) -> None:
    save(desk, "t", when=["timer"], every="1h", if_="status:closed", then=[tag("x")])
    ticket = desk.mail(history=True, hours_ago=500).ticket_id
    desk.clock.at += 2 * HOUR
    timers.tick(desk.store, desk.held())
    assert fired(desk, ticket) == []


def test_a_desk_without_rules_never_loads_them(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from tests.desk.small import Desk; from desk.sync import timers; "
        f"desk = Desk(Path({str(tmp_path)!r})); desk.mail(); timers.tick(desk.store, desk.held()); "
        "timers.next_tick(desk.store); print(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True,
                         cwd=Path(__file__).parents[3])  # fmt: skip
    assert "desk.sync.timers" in run.stdout.split()
    assert not [name for name in run.stdout.split() if name.startswith("desk.automation.rules")]


def test_by_hand_on_what_fulfils_the_condition(desk: Desk) -> None:
    save(desk, "m", when=["manual"], if_="lang:de", then=[tag("x")])
    german, french = desk.mail(lang="de").ticket_id, desk.mail(lang="fr", sender="b@buyer.example").ticket_id
    with desk.acting(ANA) as unit:
        outcome = run_by_hand(unit, "m", [german, french, 999])
    assert outcome.done == (german,) and [t for t, _ in outcome.refused] == [french, 999]
    event = firing(desk, german)
    assert event.payload is not None and event.payload["by"] == "ana" and event.payload["when"] == "manual"
    with desk.acting(SYSTEM) as unit:
        keep.set_state(unit, "m", "off")
    with pytest.raises(Refused), desk.acting(ANA) as unit:
        run_by_hand(unit, "m", [german])


def test_an_agent_takes_back_what_one_firing_did(desk: Desk) -> None:
    template(desk)
    save(desk, "all", then=[put(priority="urgent"), tag("x"), {"do": "note", "text": "Look"}, answer()])
    ticket = desk.mail().ticket_id
    seq = firing(desk, ticket).seq
    with desk.acting(WEI) as unit:
        step = undo_firing(unit, seq)
    assert step.refused == ()
    assert desk.ticket(ticket).priority == 1 and tags(desk, ticket) == []
    assert outbox(desk)[0][0] == "cancelled" and desk.count("draft") == 0
    assert fired(desk, ticket) == ["all"]  # taking back sets nothing off
    with pytest.raises(Refused), desk.acting(WEI) as unit:
        undo_firing(unit, seq)
    with pytest.raises(NotFound), desk.acting(WEI) as unit:
        undo_firing(unit, 1)


def test_what_somebody_changed_since_stays_and_is_named(desk: Desk) -> None:
    save(desk, "all", then=[put(priority="urgent"), tag("x")])
    ticket = desk.mail().ticket_id
    with desk.acting(ANA) as unit:
        tag_it(unit, ticket, add=["mine"])
    with desk.acting(WEI) as unit:
        step = undo_firing(unit, firing(desk, ticket).seq)
    assert desk.ticket(ticket).priority == 1 and tags(desk, ticket) == ["mine", "x"]
    (refused,) = step.refused
    assert "ana" in refused[1].english()


def test_a_reply_that_left_stays(desk: Desk) -> None:
    template(desk)
    save(desk, "all", then=[put(priority="urgent"), answer()])
    ticket = desk.mail().ticket_id
    desk.store.conn.execute("UPDATE outbox SET state = 'sent'")
    with desk.acting(WEI) as unit:
        step = undo_firing(unit, firing(desk, ticket).seq)
    assert len(step.refused) == 1 and desk.ticket(ticket).priority == 1
    with pytest.raises(Refused), desk.acting(ANA) as unit:
        take_back(unit, 1)


def test_acts_on_what_hangs_on_a_ticket(desk: Desk) -> None:
    from store.sql import mentions

    acts = [
        {"do": "task", "title": "Call the carrier", "agent": "wei", "due": "2d"}, {"do": "flag"},
        {"do": "notify", "agent": "wei", "text": "please look"}, {"do": "snooze", "until": "2h"}, {"do": "unflag"},
    ]  # fmt: skip
    save(desk, "all", then=acts)
    ticket = desk.mail().ticket_id
    row = desk.ticket(ticket)
    assert row.snoozed_until == desk.clock.at + 2 * HOUR and row.flagged == 0
    assert desk.store.conn.execute("SELECT title, assignee_id, due_at FROM task").fetchone() == (
        "Call the carrier", "wei", desk.clock.at + 48 * HOUR)  # fmt: skip
    assert [m.agent_id for m in mentions.unseen(desk.store.conn, "wei")] == ["wei"]
    with desk.acting(ANA) as unit:
        set_status(unit, ticket, "open")


def test_blocking_marks_as_spam_and_undoes(desk: Desk) -> None:
    save(desk, "b", if_="customer:win", then=[{"do": "block"}])
    ticket = desk.mail(sender="win@prizes.example").ticket_id
    assert desk.ticket(ticket).automatic == "spam" and desk.count("blocked_sender") == 1
    with desk.acting(ANA) as unit:
        undo_firing(unit, firing(desk, ticket).seq)
    assert desk.ticket(ticket).automatic == "" and desk.count("blocked_sender") == 0


def test_a_notice_outside_is_a_failed_act_until_somebody_sets_its_target_up(desk: Desk) -> None:
    from tests.automation.rules.kit import failures

    save(desk, "n", then=[{"do": "notify", "target": "ops"}])
    ticket = desk.mail().ticket_id
    assert "no target ops" in failures(firing(desk, ticket))[0]
