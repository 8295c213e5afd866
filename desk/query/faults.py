"""Errors of a query: where, what, and the word that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable

from store.errors import N_, Invalid
from store.values import clean_line, fold

_QUOTE = N_('Put it in quotes to search for the words: "{item}".')


def bad(what: str, at: int, item: str = "", next: str = "", **gaps: object) -> Invalid:
    """An error at offset `at`; texts get `{column}` counted from 1."""
    return Invalid(what, item=_short(item), next=next, column=at + 1, **gaps)


def unknown(what: str, at: int, item: str, words: Iterable[str], next: str = "", **gaps: object) -> Invalid:
    """A word nobody knows: names the nearest of `words`, else gives `next` ("" lists some of the words)."""
    known = list(words)
    near = nearest(item, known)
    if near:
        return bad(what, at, item, N_("Did you mean {near}?"), near=_as_typed(near), **gaps)
    if next or not known:
        return bad(what, at, item, next, **gaps)
    some = ", ".join(map(_as_typed, known[:12])) + (", …" if len(known) > 12 else "")
    return bad(what, at, item, N_("Known are: {some}."), some=some, **gaps)


def no_field(name: str, at: int, whole: str, names: Iterable[str]) -> Invalid:
    """`whole` is the term as typed, which may have been meant as words."""
    what = N_("Column {column}: there is no field {name}.")
    near = nearest(name, list(names))
    if near:
        return bad(what, at, whole, N_("Did you mean {near}:?"), name=_short(name), near=near)
    return bad(what, at, whole, _QUOTE, name=_short(name))


def nearest(word: str, words: list[str]) -> str:
    """The most similar of `words`, "" if none is similar."""
    from difflib import get_close_matches

    folded = {fold(w): w for w in words}
    found = get_close_matches(fold(word)[:60], list(folded), n=1, cutoff=0.6)
    if found:
        return folded[found[0]]
    starts = [w for f, w in folded.items() if len(word) > 1 and f.startswith(fold(word))]
    return starts[0] if len(starts) == 1 else ""


def _as_typed(word: str) -> str:
    return f'"{word}"' if " " in word else word


def _short(item: str) -> str:
    line = clean_line(item)
    return line if len(line) <= 60 else line[:59] + "…"
