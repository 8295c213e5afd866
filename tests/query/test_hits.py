"""What is marked in a text is what the search index found there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.query.hits import marker


def hits(query: str, text: str) -> list[str]:
    found = marker(query)
    return [text[a:b] for a, b in found.find(text)] if found else []


@pytest.mark.parametrize(
    ("query", "text", "wanted"),
    [
        ("lamp", "The LAMP, lamps and a lampshade", ["LAMP"]),
        ("lamp*", "The LAMP, lamps", ["LAMP", "lamp"]),
        ("cafe", "Café CAFÉ cafés", ["Café", "CAFÉ"]),
        ("退款", "我要退款！退 款", ["退款", "退 款"]),
        ("壳", "iPhone壳", ["壳"]),
        ("iphone", "我的iPhone壳", ["iPhone"]),
        ('"cracked screen"', "a cracked  screen, a cracked phone screen", ["cracked  screen"]),
        ("701-22-55", "order 7012255, 701-22-55, 1701-22-55", ["7012255", "701-22-55"]),
        ("7012255", "order 701-22-55", ["701-22-55"]),
        ("lamp OR shade", "lamp shade", ["lamp", "shade"]),
        ("lamp -shade is:open", "lamp shade", ["lamp"]),
        ("straße", "STRASSE Straße", ["STRASSE", "Straße"]),
        ("ｌａｍｐ", "lamp", ["lamp"]),
    ],
)
def test_marks(query: str, text: str, wanted: list[str]) -> None:
    assert hits(query, text) == wanted


@pytest.mark.parametrize("query", ["is:open", "", "-lamp", "(", "sort:due", '"…"'])
def test_nothing_to_mark(query: str) -> None:
    assert marker(query) is None


@given(st.text(max_size=80), st.text(max_size=12))
def test_spans_are_in_order_and_inside_the_text(text: str, query: str) -> None:
    found = marker(query)
    spans = found.find(text) if found else ()
    at = 0
    for start, end in spans:
        assert at <= start < end <= len(text)
        at = end
