"""How an account does, in one sentence with its cure: the same for lists, doctor, set-up and the health sheet."""

from __future__ import annotations

import pytest

from desk import channels, channels_health
from desk.channels_health import every, of
from desk.sync import first
from desk.sync.first import First, Stream
from desk.sync.schedule import Schedule, quiet_hours
from store.sql import shop, sync
from store.values import DAY, HOUR, MINUTE
from tests.desk.small import NOON, Desk


def health(desk: Desk, *, syncing: bool = True) -> channels_health.Health:
    channel = shop.channel(desk.store.conn, "mail")
    assert channel is not None
    return of(desk.store.conn, channel, desk.clock.at, syncing=syncing)


def good(desk: Desk, ago: int = 0) -> None:
    sync.good(desk.store.conn, "mail", desk.clock.at - ago)


def plan(desk: Desk, wanted: Schedule) -> None:
    with desk.acting() as unit:
        channels.configure(unit, "mail", {"from_address": "a@s.example", "sync": wanted.stored()})


def test_one_that_works_says_when_it_last_did(desk: Desk) -> None:
    good(desk, MINUTE)
    found = health(desk)
    assert (found.state, found.lag, found.cure, found.ok) == ("well", MINUTE, None, True)


def test_a_fault_is_said_as_it_was_told_with_what_to_do_and_since_when(desk: Desk) -> None:
    good(desk, HOUR)
    sync.bad(desk.store.conn, "mail", "The password is wrong.", NOON - 10 * MINUTE)
    found = health(desk)
    assert (found.state, found.ok, found.failing_since) == ("fault", False, NOON - 10 * MINUTE)
    assert "The password is wrong." in found.says.english()
    assert found.cure is not None and "deskhand channel test mail" in found.cure.english()


def test_one_never_fetched_names_the_command_that_begins(desk: Desk) -> None:
    found = health(desk, syncing=False)
    assert found.state == "stopped" and found.lag is None and found.ok
    assert found.cure is not None and "deskhand sync" in found.cure.english()
    assert health(desk).state == "waiting"


@pytest.mark.parametrize(("every_", "ago", "state"), [(0, 14 * MINUTE, "well"), (0, 16 * MINUTE, "late"),
                                                      (60, 2 * HOUR, "well"), (60, 4 * HOUR, "late")])  # fmt: skip
def test_late_is_measured_by_its_own_schedule(desk: Desk, every_: int, ago: int, state: str) -> None:
    plan(desk, Schedule(every_))
    good(desk, ago)
    assert health(desk).state == state


def test_quiet_hours_make_nobody_late(desk: Desk) -> None:
    plan(desk, Schedule(quiet=quiet_hours("02:00-12:10")))
    good(desk, 10 * HOUR)
    assert health(desk).state == "quiet"
    desk.clock.at += 15 * MINUTE
    assert health(desk).state == "well", "quiet hours ended five minutes ago"
    desk.clock.at += 30 * MINUTE
    assert health(desk).state == "late"


def test_a_pause_comes_before_everything_else(desk: Desk) -> None:
    sync.bad(desk.store.conn, "mail", "The password is wrong.", NOON)
    with desk.acting() as unit:
        channels.set_state(unit, "mail", "paused")
    assert health(desk).state == "paused" and health(desk).ok


def test_the_first_fetch_is_said_while_somebody_fetches(desk: Desk) -> None:
    with desk.acting() as unit:
        first.put(unit, "mail", First(NOON, NOON - DAY, NOON, (Stream("INBOX", NOON, read=7),)))
    assert health(desk).state == "first" and "7" in health(desk).says.english()
    assert health(desk, syncing=False).state == "stopped"


def test_what_is_left_of_its_limits_is_told(desk: Desk) -> None:
    from desk.sync.quota import ChannelQuota

    assert ChannelQuota(desk.store, "mail").take("orders", rate=1, burst=10, cost=4) == 0
    (left,) = health(desk).quota
    assert (left.bucket, left.calls) == ("orders", 6.0)


def test_all_accounts_are_told_in_their_order(desk: Desk) -> None:
    assert [h.channel.id for h in every(desk.store.conn, NOON)] == ["mail", "second", "chat"]
