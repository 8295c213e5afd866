"""How a query may go on at the cursor. Works on text that does not parse yet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from desk.query.names import Context
from desk.query.parsing import SORTS, twins
from desk.query.writing import quoted
from store.errors import N_
from store.values import fold

LIMIT = 20
_BEGUN = r"([^\W\d][\w.]*)(:|[<>]=?)"


class Suggestion(NamedTuple):
    """Replace `start`…`end` of the text by `text`. `help` is a message id, or "" where the word says it all."""

    text: str
    start: int
    end: int
    help: str = ""


def complete(text: str, cursor: int, context: Context) -> list[Suggestion]:
    """Up to `LIMIT` ways to finish the word before `cursor`: those that begin with it, then those that hold it."""
    start = _word_start(twins(text), cursor)
    if start is None:
        return []
    word = twins(text)[start:cursor]
    while word.startswith("-") or fold(word).startswith("not:"):
        skip = 1 if word.startswith("-") else 4
        start, word = start + skip, word[skip:]
    begun = re.match(_BEGUN, word)
    if begun is None:
        return _ranked(word, _names(context), start, cursor)
    behind = re.split(r",|\.\.", word[begun.end() :])[-1].lstrip('"')
    here = start + begun.end() + (len(word) - begun.end() - len(word[begun.end() :].lstrip()))
    last = max(word.rfind(","), word.rfind("..") + 1)
    if last >= begun.end():
        here = start + last + 1
    return _ranked(behind, _values(fold(begun[1]), context), here, cursor)


def _word_start(text: str, cursor: int) -> int | None:
    """Where the word at `cursor` begins; None inside the quotes of a phrase."""
    start, quote = 0, False
    for at, char in enumerate(text[:cursor]):
        if char == '"':
            quote = not quote
        elif not quote and (char.isspace() or char in "()"):
            start = at + 1
    return None if text[start : start + 1] == '"' else start


def _names(context: Context) -> Iterable[tuple[str, str]]:
    names = context.names
    yield from ((f"{name}:", entry.help) for name, entry in names.fields.items())
    yield "sort:", N_("order of the list")
    yield "not:", N_("the opposite of the term behind it")
    yield from ((f"is:{name}", state.help) for name, state in names.states.items())
    yield from ((f"has:{name}", thing.help) for name, thing in names.things.items())


def _values(field: str, context: Context) -> Iterable[tuple[str, str]]:
    names = context.names
    if field == "sort":
        return list(SORTS.items())
    if field in ("is", "has"):
        entries = names.states if field == "is" else names.things
        return [(name, entry.help) for name, entry in entries.items()]
    entry = names.field(field)
    if entry is None:
        return []
    return [(quoted(word) if ".." not in word else word, "") for word in entry.words(context)]


def _ranked(begun: str, offers: Iterable[tuple[str, str]], start: int, end: int) -> list[Suggestion]:
    key, first, second = fold(begun), list[Suggestion](), list[Suggestion]()
    for word, help in offers:
        plain = fold(word.lstrip('"'))
        if not plain.startswith(key):
            if key and key in plain:
                second.append(Suggestion(word, start, end, help))
        elif plain != key:
            first.append(Suggestion(word, start, end, help))
    return (first + second)[:LIMIT]
