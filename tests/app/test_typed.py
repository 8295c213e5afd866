"""What people type into prompts is read as they mean it, in any time zone, or refused with an example."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.typed import NewTask, going_on, numbers, snooze, task, when
from store.errors import Invalid
from store.values import DAY, HOUR, NEVER

NOON = 1_795_348_800_000
"""2026-11-22T12:00Z, a Sunday."""


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("2h", "2026-11-22 14:00"), ("3d", "2026-11-25 12:00"), ("18:30", "2026-11-22 18:30"), ("9:00", "2026-11-23 09:00"),
        ("tomorrow", "2026-11-23 09:00"), ("mon", "2026-11-23 09:00"), ("Monday 8.15", "2026-11-23 08:15"),
        ("sun", "2026-11-29 09:00"), ("sun 13:00", "2026-11-22 13:00"), ("周五 15:00", "2026-11-27 15:00"),
        ("next week", "2026-11-23 09:00"), ("2026-12-01", "2026-12-01 09:00"), ("12-01 14:00", "2026-12-01 14:00"),
        ("1-5", "2027-01-05 09:00"), ("today 13:00", "2026-11-22 13:00"),
    ],
)  # fmt: skip
def test_times_to_come(words: str, found: str) -> None:
    assert datetime.fromtimestamp(when(words, NOON, UTC) / 1000, UTC).strftime("%Y-%m-%d %H:%M") == found


@pytest.mark.parametrize("words", ["", "soonish", "2026-02-30", "2020-01-01", "today 9:00", "25:00", "mon 99:99", "9:00 mon"])
def test_what_is_no_time_to_come_is_refused(words: str) -> None:
    with pytest.raises(Invalid):
        when(words, NOON, UTC)


@given(st.text(max_size=20))
def test_whatever_is_typed_is_a_time_to_come_or_refused(words: str) -> None:
    with suppress(Invalid):
        assert when(words, NOON, ZoneInfo("Asia/Shanghai")) > NOON


def test_a_snooze_is_a_time_an_event_or_whichever_comes_first() -> None:
    assert snooze("3d task_done", NOON, UTC) == (NOON + 3 * DAY, "task_done")
    assert snooze("delivered", NOON, UTC) == (NEVER, "delivered")
    assert snooze("reply", NOON, UTC) == (NEVER, "")
    assert snooze("wake", NOON, UTC) == (0, "")
    with pytest.raises(Invalid):
        snooze("task_done delivered", NOON, UTC)


def test_a_task_says_whose_it_is_and_until_when_anywhere() -> None:
    assert task("Ask the supplier @Wei due:2h", NOON, UTC) == NewTask("Ask the supplier", "wei", NOON + 2 * HOUR)
    assert task("@wei mail a@b.example", NOON, UTC) == NewTask("mail a@b.example", "wei", NEVER)
    for odd in ("", "@wei", "x due:soonish"):
        with pytest.raises(Invalid):
            task(odd, NOON, UTC)


def test_ticket_numbers_with_or_without_their_sign() -> None:
    assert numbers("#12, 15") == [12, 15]
    with pytest.raises(Invalid):
        numbers("twelve")


def test_words_are_proposed_where_they_begin() -> None:
    assert [w.text for w in going_on(["vip", "visit", "late"])("late -vi", 8)] == ["vip ", "visit "]
    assert [(w.text, w.start) for w in going_on(["wei"], mark="@")("ask @w", 6)] == [("wei ", 5)]
    assert not going_on(["wei"], mark="@")("ask w", 5)
    assert not going_on(["wei"], first=True)("ana w", 5)
