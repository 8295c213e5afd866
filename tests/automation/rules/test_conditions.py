"""Conditions compiled once say at any moment of the day what they would say if they were compiled then."""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.automation.rules.conditions import at, compile_text, piece
from desk.query import Context
from store.values import HOUR
from tests.desk.small import NOON

TEXTS = (
    "is:open lang:de", "due:..2h", "due:2h", "is:overdue", "waiting:4h..", "waiting:1h..2d", "created:-7d", "created:today",
    "updated:-30m.. due:..1d", "created:2026-11-01..now", "due:2026-11-17..2h", "created:yesterday OR due:..30m",
    '"parcel" due:..2h',
    "not:due:..2h", "created:2026-11", "updated:-1h..-5m",
)  # fmt: skip
MORNING = NOON - 12 * HOUR


@pytest.mark.parametrize("text", TEXTS)
@given(compiled=st.integers(MORNING, MORNING + 24 * HOUR - 1), asked=st.integers(MORNING, MORNING + 24 * HOUR - 1))
def test_one_compiling_holds_for_a_day(text: str, compiled: int, asked: int) -> None:
    desk = Context(now=compiled, zone=UTC)
    one = piece(text, desk)
    sql, params = compile_text(text, at(desk, asked))
    if not one.anew:
        moved = tuple(p + asked if n in one.moving else p for n, p in enumerate(one.params))
        assert (one.sql, moved) == (sql, params)


def test_what_asks_for_the_time_is_known() -> None:
    desk = Context(now=NOON, zone=UTC)
    assert (
        piece("due:..2h", desk).moving and not piece("is:open", desk).moving and not piece("created:today", desk).moving
    )
    assert not any(piece(text, desk).anew for text in TEXTS)
