"""Where in a text the words of a query stand, so that a list can show why it shows something.

It reads text as the search index does (`store.search`): case, accents and dashes in numbers do not matter, a character
of a script without spaces is a word of its own. What is only ruled out (`-word`) is not looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from unicodedata import combining, normalize

from desk.query.parsing import Query, parse
from desk.query.tree import And, Node, Or, Text
from store.errors import Invalid
from store.search import SOLID, Term, words
from store.values import fold

Span = tuple[int, int]
_TOKEN = re.compile(r"[^\W_]")
_NUMBER = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_START, _END = rf"(?:(?<![^\W_])|(?<={SOLID}))", rf"(?:(?![^\W_])|(?={SOLID}))"
_LATIN = "\u0590"
"""Accents are nothing but accents below this; above it they are letters."""
_LONGEST = 20_000


class Marker:
    """Finds the words of a query in texts."""

    def __init__(self, terms: tuple[Term, ...]) -> None:
        self._pattern = re.compile("|".join(_pattern(t) for t in sorted(terms, key=lambda t: -len(t.text))))
        self.find = lru_cache(2000)(self._find)
        """`(start, end)` of every hit in a text, in order; they never overlap."""

    def _find(self, text: str) -> tuple[Span, ...]:
        if len(text) > _LONGEST:
            text = text[:_LONGEST]
        plain, at = _plain(text)
        return tuple((at[m.start()], at[m.end() - 1] + 1) for m in self._pattern.finditer(plain) if m.end() > m.start())


def marker(query: str) -> Marker | None:
    """What finds the words of a query; None where it has none, or cannot be read."""
    try:
        terms = tuple(words_of(parse(query)))
    except Invalid:
        return None
    return Marker(terms) if terms else None


def words_of(query: Query) -> Iterator[Term]:
    """The words and phrases a query looks for."""
    yield from _words(query.ast)


def _words(node: Node) -> Iterator[Term]:
    match node:
        case Text(text, prefix):
            if _TOKEN.search(fold(text)):
                yield Term(text, prefix)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _words(part)


def _pattern(term: Term) -> str:
    plain = _plain(fold(term.text))[0]
    if any(map(str.isdigit, plain)) and _NUMBER.fullmatch(plain):  # a number: its dashes may stand or be missing
        digits = "-?".join(map(re.escape, plain.replace("-", "")))
        return _START + digits + ("" if term.prefix else _END)
    tokens = re.findall(r"[^\W_]+", words(plain))
    solid = [re.fullmatch(SOLID, t) is not None for t in tokens]
    body: str = re.escape(tokens[0])
    for before, after, token in zip(solid, solid[1:], tokens[1:], strict=False):
        body += (r"[\W_]*" if before or after else r"[\W_]+") + re.escape(token)
    start = "" if solid[0] else _START
    return start + body + ("" if solid[-1] or term.prefix else _END)


def _plain(text: str) -> tuple[str, range | list[int]]:
    """The text as it is compared, and for each of its characters which one of `text` it comes from."""
    if text.isascii():
        return text.lower(), range(len(text))
    out, at = list[str](), list[int]()
    for i, char in enumerate(text):
        for one in _simple(char):
            out.append(one)
            at.append(i)
    return "".join(out), at


@lru_cache(4096)
def _simple(char: str) -> str:
    plain: str = normalize("NFKC", char).casefold()
    if not char < _LATIN:
        return plain
    return "".join(c for c in normalize("NFKD", plain) if not combining(c)) or char
