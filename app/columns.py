"""How wide the columns of the inbox are. They follow from the width of the pane alone, so that nothing moves sideways
while one scrolls."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from app.safe import width_of
from app.words import _, language
from desk.vocabulary import TYPES

_LABEL, _TYPE, _WHO, _OWNER = 4, 12, 12, 5
_GAPS = 5
"""A cell between two columns, and one behind the owner for who is there."""
_SUBJECT = 14
"""What the subject needs before it says where a ticket came from."""
_EASY = 28
"""What the subject has before others grow."""
_MORE_WHO, _MORE_OWNER = 12, 7


class Columns(NamedTuple):
    """Cells of each column. A `label` of 0 is left out, with the gap behind it."""

    label: int
    type: int
    who: int
    subject: int
    owner: int


def columns(room: int) -> Columns:
    """For `room` cells behind the due cell. Of what the subject has to spare a third goes to the customer, a third to the
    type until none is cut, an eighth to the owner, each up to what most names need."""
    return _columns(room, language())


@lru_cache(64)
def _columns(room: int, _language: str) -> Columns:
    longest = max(width_of(_(name)) for name in TYPES.values())
    label, kind, who, owner = _LABEL, min(_TYPE, longest), _WHO, _OWNER
    subject = room - label - kind - who - owner - _GAPS
    if subject < _SUBJECT:
        return Columns(0, kind, who, max(0, subject + label + 1), owner)
    spare = max(0, subject - _EASY)
    more_kind, more_who, more_owner = min(longest - kind, spare // 3), min(_MORE_WHO, spare // 3), min(_MORE_OWNER, spare // 8)
    return Columns(label, kind + more_kind, who + more_who, subject - more_kind - more_who - more_owner, owner + more_owner)
