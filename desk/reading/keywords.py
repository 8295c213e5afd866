"""The keyword tables: loading, normalising, and finding every phrase of twenty types in ten languages in one pass.

A phrase of `data/keywords.toml` (words) or `data/constructions.toml` (turns of speech) matches at a word's start; a full
stop at its end asks for the whole word; `a .. b` lets up to five words of the same clause stand between, `a ... b` up to
twelve of the same sentence; `^3` at its end sets its points, which else are its words
(characters / 3). Chinese and Japanese phrases match anywhere. Case, accents and apostrophes do not matter, and ä may
be written ae.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from desk.reading.lazy import regex

TYPES = (
    "shipping_status", "not_received", "damaged", "defective", "quality", "not_as_described", "wrong_item",
    "missing_parts", "size_fit", "incompatible", "changed_mind", "cancel", "address", "return_exchange",
    "refund", "customs_tax", "invoice_payment", "counterfeit_safety", "usage_warranty", "dispute_review",
)  # fmt: skip
"""The taxonomy of domain.md §3 in its order."""
ASKS = frozenset({"cancel", "address", "return_exchange", "refund", "invoice_payment"})
ESCALATION = "dispute_review"
CAUSES = frozenset(TYPES) - ASKS - {ESCALATION}
OTHER = "other"
NEUTRAL = "neutral"
"""Phrases that mean nothing themselves and hide what lies inside them: "bank account" is no account here."""
URGENT, RAISED = "urgent", "raised"
"""Phrases that say how soon, not what."""

WIDE = frozenset({"zh-CN", "zh-TW", "ja"})
"""Languages written without spaces: their phrases match as substrings."""


class Phrase(NamedTuple):
    text: str
    type: str
    language: str
    weight: float
    whole: bool
    tail: str
    rest: re.Pattern[str] | None
    """What must follow after a gap: its words, and how they are found."""


class Hit(NamedTuple):
    start: int
    end: int
    phrase: Phrase


class Tables(NamedTuple):
    latin: dict[str, tuple[Phrase, ...]]
    """By their first word, longest first."""
    wide: dict[str, tuple[Phrase, ...]]
    """By the first two characters (single ones by that one), longest first."""
    lists: dict[str, dict[str, tuple[str, ...]]]
    """Word lists for the grammar: negators, fillers and the like, by name and language."""
    vocabulary: frozenset[str]
    """English words of five letters and more that phrases are made of: what typing errors are corrected to."""
    words: frozenset[str]
    """Other English words: typing errors are neither found in them nor corrected to them."""


# Normalising ---------------------------------------------------------------------------------------

_APOSTROPHE = regex(r"(?<=[a-z])'(?=[a-z])")
_ELISION = regex(
    r"\b([ldjmtsnc]|qu|jusqu|lorsqu|puisqu|all|dell|nell|sull|dall|un|quest|quell|dov|com|anch|senz|nient|tutt)'(?=[a-z0-9])"
)
"""French and Italian words that lose their last letter before a vowel: what follows is a word of its own."""


@lru_cache(maxsize=1)
def _plain() -> dict[int, str]:
    """Accented letters and odd apostrophes by code point."""
    plain: dict[int, str] = {}
    for code in [*range(0xC0, 0x250), *range(0x1E00, 0x1F00)]:
        base = "".join(c for c in unicodedata.normalize("NFD", chr(code)) if not unicodedata.combining(c)).casefold()
        if base != chr(code):
            plain[code] = base
    spelled = {"ß": "ss", "ø": "o", "Ø": "o", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ł": "l"}
    plain.update({ord(c): letters for c, letters in spelled.items()})
    plain.update(dict.fromkeys((0x2018, 0x2019, 0x201B, 0x02BC, 0x00B4, 0x0060, 0xFF07), "'"))
    plain.update(dict.fromkeys(range(0x0300, 0x0370), ""))
    return plain


def normalise(text: str) -> str:
    """The form texts and phrases are compared in. White space folds to single spaces; apostrophes inside words go,
    those of French and Italian elisions become spaces."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_plain())
    text = text.casefold()
    if "'" in text:
        text = _APOSTROPHE.sub("", _ELISION.sub(r"\1 ", text))
    return " ".join(text.split())


# Loading -------------------------------------------------------------------------------------------

_UMLAUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "ae", "Ö": "oe", "Ü": "ue"})
_WORD = regex(r"[a-z0-9]+")
_WIDE_RUN = regex("[\u2e81-\U0010ffff]+")


@lru_cache(maxsize=1)
def tables() -> Tables:
    import tomllib
    from pathlib import Path

    folder = Path(__file__).parent / "data"
    with (folder / "keywords.toml").open("rb") as file:
        data = tomllib.load(file)
    with (folder / "constructions.toml").open("rb") as file:
        for language, types in tomllib.load(file).items():
            for type, words in types.items():
                data[language][type] = [*data[language].get(type, ()), *words]
    with (folder / "grammar.toml").open("rb") as file:
        grammar = tomllib.load(file)
    latin: dict[str, dict[tuple[str, str, str, str], Phrase]] = {}
    wide: dict[str, dict[tuple[str, str, str, str], Phrase]] = {}
    vocabulary: set[str] = set(grammar.pop("vocabulary"))
    correct = frozenset(grammar.pop("words").split())
    for mood in (URGENT, RAISED):
        for language, words in grammar.pop(mood).items():
            data[language][mood] = words
    for language, types in data.items():
        for type, words in types.items():
            for word in words:
                for phrase in _phrases(word, type, language):
                    if language in WIDE and not phrase.text[:1].isascii():
                        target, key = wide, phrase.text[:2]
                    else:
                        begun = _WORD.match(phrase.text)
                        target, key = latin, begun[0] if begun else ""
                    target.setdefault(key, {}).setdefault((phrase.text, phrase.tail, type, language), phrase)
                if language == "en":
                    vocabulary.update(w for w in _WORD.findall(normalise(word)) if len(w) >= 5)
    return Tables(
        {k: tuple(sorted(v.values(), key=lambda p: -len(p.text))) for k, v in latin.items()},
        {k: tuple(sorted(v.values(), key=lambda p: -len(p.text))) for k, v in wide.items()},
        {
            name: {lang: tuple(normalise(w) for w in words) for lang, words in by.items()}
            for name, by in grammar.items()
        },
        frozenset(vocabulary),
        correct,
    )


_GAPS = {
    (False, False): r"[a-z0-9]*(?: [a-z0-9'&-]+){0,5}? ",
    (False, True): r"[a-z0-9]*(?:[, ]{1,2}[a-z0-9'&-]+){0,12}?[, ]{1,2}",
    (True, False): r"[^.!?;。！？\n]{0,12}?",
    (True, True): r"[^.!?;。！？\n]{0,30}?",
}
"""What may stand in the gap of a phrase, by (written without spaces, far apart)."""


def _phrases(word: str, type: str, language: str) -> list[Phrase]:
    """The phrase, and its twin with umlauts written out."""
    word, _, fixed = word.partition("^")
    spellings = {word, word.translate(_UMLAUT)}
    found = []
    for spelling in sorted(spellings):
        far = " ... " in spelling
        head, _, tail = spelling.partition(" ... " if far else " .. ")
        text, whole = normalise(head), False
        if text.endswith("."):
            text, whole = text[:-1], True
        rest, words = None, len(text.split())
        if tail:
            goal, closed = normalise(tail), False
            if goal.endswith("."):
                goal, closed = goal[:-1], True
            words += len(goal.split())
            gap = _GAPS[language in WIDE, far]
            rest = regex(gap + re.escape(goal) + (r"(?![a-z0-9])" if closed else ""))
        weight = max(sum(c > "\u2e80" for c in text + tail) / 3, 0.34) if language in WIDE else float(words)
        weight = float(fixed) if fixed else weight
        found.append(Phrase(text, type, language, weight, whole, tail, rest))
    return found


# Finding -------------------------------------------------------------------------------------------


def find(text: str) -> list[Hit]:
    """Every phrase in a normalised text, of every language, overlaps and all."""
    table = tables()
    hits: list[Hit] = []
    for word in _WORD.finditer(text):
        alone, followed = _beginning(word[0])
        if alone:
            _add(hits, text, word.start(), alone, 120)
        if followed and (longer := followed.get(text[word.end() : word.end() + _AHEAD])):
            _add(hits, text, word.start(), longer, 120)
    if not text.isascii():
        wide = table.wide.get
        for run in _WIDE_RUN.finditer(text):
            for start in range(run.start(), run.end()):
                if candidates := wide(text[start : start + 2], ()):
                    _add(hits, text, start, candidates, 40)
                if candidates := wide(text[start], ()):
                    _add(hits, text, start, candidates, 40)
    return hits


_AHEAD = 3
"""Characters after its first word that a longer phrase is looked up by."""


@lru_cache(maxsize=20_000)
def _beginning(word: str) -> tuple[tuple[Phrase, ...], dict[str, tuple[Phrase, ...]]]:
    """The phrases a text may hold where `word` stands: those that are no longer than it, and those that go on after it,
    by what follows."""
    latin = tables().latin
    alone = [p for p in latin.get(word, ()) if len(p.text) < len(word) + _AHEAD]
    alone.extend(p for n in range(len(word) - 1, 1, -1) for p in latin.get(word[:n], ()) if p.text == word[:n])
    followed: dict[str, list[Phrase]] = {}
    for phrase in latin.get(word, ()):
        if len(phrase.text) >= len(word) + _AHEAD:
            followed.setdefault(phrase.text[len(word) : len(word) + _AHEAD], []).append(phrase)
    return tuple(alone), {k: tuple(v) for k, v in followed.items()}


def _add(hits: list[Hit], text: str, start: int, candidates: tuple[Phrase, ...], reach: int) -> None:
    for phrase in candidates:
        if text.startswith(phrase.text, start):
            end = start + len(phrase.text)
            if phrase.whole and end < len(text) and text[end].isalnum():
                continue
            if phrase.rest is not None:
                match = phrase.rest.match(text, end, end + reach)
                if match is None:
                    continue
                end = match.end()
            hits.append(Hit(start, end, phrase))


def longest(hits: list[Hit]) -> list[Hit]:
    """Hits that lie inside a longer one of another are dropped; of equals, all stay. In order of their start."""
    kept: list[Hit] = []
    widest = (-1, -1)
    for hit in sorted(hits, key=lambda h: (h.start, -h.end)):
        span = (hit.start, hit.end)
        if hit.end > widest[1]:
            widest = span
        elif span != widest:
            continue
        kept.append(hit)
    return kept
