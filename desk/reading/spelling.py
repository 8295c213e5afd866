"""Typing errors in English: a word one slip away from a key word is read as that word. Known words are left alone."""

from __future__ import annotations

from functools import lru_cache

from desk.reading.keywords import tables
from desk.reading.lazy import regex

_WORD = regex(r"[a-z]{5,16}")
_FORMS = ("s", "ed", "ing", "ly", "y", "er", "ion", "ment", "e")
"""Words that end so are forms already, or build theirs otherwise: nothing is corrected to a form of theirs."""
_ENDINGS = ("s", "es", "ed", "d", "ing", "led", "ling", "er", "ly", "ment", "ion", "ions", "ation", "ations")


@lru_cache(maxsize=1)
def _index() -> tuple[frozenset[str], dict[str, str]]:
    """(known words, the known word for each spelling with one letter left out)."""
    base = tables().vocabulary
    known = {*base, *tables().words}
    goals = set(base)
    for word in base:
        stem = word[:-1] if word.endswith("e") else word
        known.update(word + ending for ending in _ENDINGS)
        known.update((stem + "ing", stem + "ation", stem + "ed", word[:-1] + "ies" if word.endswith("y") else word))
        if not word.endswith(_FORMS):
            goals.update((stem + "ing", stem + "ed", word + "s"))
    slips: dict[str, str] = {}
    for word in sorted(goals, key=lambda w: (w not in base, w)):
        for cut in range(len(word)):
            slips.setdefault(word[:cut] + word[cut + 1 :], word)
    return frozenset(known), slips


def correct(text: str) -> str:
    """A normalised English text with slips in its long words put right."""
    return _WORD.sub(lambda m: _corrected(m[0]), text)


@lru_cache(maxsize=20_000)
def _corrected(word: str) -> str:
    known, slips = _index()
    if word in known or (word.endswith("s") and word[:-1] in known):
        return word
    if word in slips and len(word) >= 5:  # a letter is missing
        return slips[word]
    for cut in range(len(word)):
        shorter = word[:cut] + word[cut + 1 :]
        if shorter in known and len(shorter) >= 5:  # a letter too many
            return shorter
        candidate = slips.get(shorter)
        if (
            candidate and len(candidate) == len(word) >= 6 and _near(word, candidate)
        ):  # a letter changed, or two swapped
            return candidate
    return word


def _near(left: str, right: str) -> bool:
    different = [n for n, (a, b) in enumerate(zip(left, right, strict=True)) if a != b]
    if len(different) == 1:
        return different[0] > 0
    return (
        len(different) == 2
        and different[1] == different[0] + 1
        and left[different[0]] == right[different[1]]
        and left[different[1]] == right[different[0]]
    )
