"""How well a few letters fit a text: the palette's order. Pure, and quick enough to run on every key."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple


class Fit(NamedTuple):
    """`score` is higher for the better; `at` are the offsets in the text that the letters hit."""

    score: int
    at: tuple[int, ...]


def fit(query: str, text: str) -> Fit | None:
    """None unless every word of `query` is found in `text`: as it stands, or its letters in order.

    A word found whole beats scattered letters, the start of a word beats its middle, an early hit a late one and a
    short text a long one. Case and width of the letters do not count.
    """
    lowered = _lowered(text)
    score, at = -len(text) // 8, set[int]()
    for word in _lowered(query).split():
        found = _whole(word, lowered) or _scattered(word, lowered)
        if found is None:
            return None
        score += found.score
        at.update(found.at)
    return Fit(score, tuple(sorted(at)))


def has_words(query: str, text: str) -> bool:
    """Whether every word of `query` begins a word of `text`: for text that is not shown, where a looser hit would only
    puzzle."""
    lowered = _lowered(text)
    return all(
        any(_begins(lowered, at) for at in range(len(lowered)) if lowered.startswith(word, at))
        for word in _lowered(query).split()
    )


def _whole(word: str, text: str) -> Fit | None:
    best = None
    start = text.find(word)
    while start >= 0:
        score = 100 + 10 * len(word) - min(start, 40) + (60 if _begins(text, start) else 0)
        if best is None or score > best.score:
            best = Fit(score, tuple(range(start, start + len(word))))
        start = text.find(word, start + 1)
    return best


def _scattered(word: str, text: str) -> Fit | None:
    """The first letter must begin a word, else half the texts would fit any three letters."""
    best = None
    for start, char in enumerate(text):
        if char == word[0] and _begins(text, start):
            found = _from(word, text, start)
            if found is not None and (best is None or found.score > best.score):
                best = found
    return best


def _from(word: str, text: str, start: int) -> Fit | None:
    at = [start]
    score = 20
    for char in word[1:]:
        here = text.find(char, at[-1] + 1)
        if here < 0:
            return None
        begun = next((i for i in range(here, len(text)) if text[i] == char and _begins(text, i)), -1)
        if begun >= 0 and here != at[-1] + 1:
            here = begun
        score += 8 if _begins(text, here) else 4 if here == at[-1] + 1 else -(here - at[-1]) // 2
        at.append(here)
    return Fit(score - min(start, 40) // 2, tuple(at))


def _begins(text: str, at: int) -> bool:
    """Each Chinese or Japanese character begins a word."""
    return at == 0 or not text[at - 1].isalnum() or text[at] >= "\u2e80"


@lru_cache(4096)
def _lowered(text: str) -> str:
    """Lower case and half width, a character for a character."""
    narrow = (chr(ord(char) - 0xFEE0) if "\uff01" <= char <= "\uff5e" else char for char in text)
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in narrow)
