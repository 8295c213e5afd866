"""What stands in a column of fixed width fits into it in Chinese."""

from __future__ import annotations

import pytest

from app import labels, words
from app.actions import ACTIONS, LEADERS
from app.safe import width_of
from app.widgets.views_pane import NAMES
from desk.vocabulary import CLOCK_KINDS, STATUSES, TYPES

COLUMNS = [
    (tuple(TYPES.values()), 12),
    (tuple(CLOCK_KINDS.values()), 12),
    (tuple(labels.OUTBOX.values()), 11),
    (tuple(NAMES.values()), 12),
    (tuple(STATUSES.values()), 9),
]
"""Message ids and the cells they have."""


@pytest.mark.parametrize(("column", "room"), COLUMNS)
def test_chinese_fits_its_column(column: tuple[str, ...], room: int) -> None:
    words.use("zh", {})
    assert [text for text in map(words._, column) if width_of(text) > room] == []


def test_chinese_key_hints_are_short() -> None:
    words.use("zh", {})
    hints = [words._(short) for short in [*(act.short for act in ACTIONS), *(act.short for act in LEADERS)] if short]
    assert [text for text in hints if width_of(text) > 16] == []
