"""Folding: what its author wrote now, and what was already known. Every line ends up in one of the two.

The rule for doubt is to show: a line is folded only when a mail program marked it, or when it cannot be the buyer's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from desk.reading import quote_marks as marks
from desk.reading.html import Line
from desk.reading.quote_closings import closing, signature
from desk.reading.quote_lines import Lines
from desk.reading.quote_openings import attribution, headers, separator

MAX_LINES = 20_000
"""Lines that are looked at for quotes; the rest of a longer mail is shown as it came."""


class Folded(NamedTuple):
    """`text` is new, `quoted` is folded away; both keep the order of their lines."""

    text: str
    quoted: str


def fold_text(text: str) -> Folded:
    """Folds plain text."""
    lower = text.lower()
    if not (marks.LINES.search(text) or any(word in lower for word in marks.WORDS)):
        return Folded(text.strip("\n"), "")
    return fold([Line(line, False) for line in text.split("\n")])


def fold(lines: Sequence[Line]) -> Folded:
    """Folds lines, some of which the page's structure already marked as quoted."""
    state = Lines(lines[:MAX_LINES])
    _run(state)
    shown: list[str] = []
    hidden: list[str] = []
    for number, line in enumerate(lines):
        folded = number < MAX_LINES and state.folded[number]
        (hidden if folded else shown).append(line.text)
    if not "".join(shown).strip() and not _answers(state):
        return Folded(_tidy(line.text for line in lines), "")
    return Folded(_tidy(shown), _tidy(hidden))


def _tidy(lines: Iterable[str]) -> str:
    """Lines joined; at most two empty lines in a row, none at the ends."""
    text = "\n".join(line.rstrip() for line in lines).strip("\n")
    return re.sub(r"\n{4,}", "\n\n\n", text)


def _run(lines: Lines) -> None:
    _pgp(lines)
    number = 0
    while number < len(lines.text):
        if lines.folded[number] or not lines.text[number].strip():
            number += 1
            continue
        number = separator(lines, number) or headers(lines, number) or attribution(lines, number) or number + 1
    signature(lines)
    closing(lines)


def _answers(lines: Lines) -> bool:
    """Whether what was folded is a mail that was answered, not one that was passed on or sent as it is."""
    patterns = lines.patterns
    opening = [t.strip() for t in lines.text if t.strip()][:4]
    return any(lines.prefixed) or any(
        patterns.attribution.fullmatch(" ".join(opening[:n])) or patterns.loose.fullmatch(opening[0])
        for n in range(1, len(opening) + 1)
    )


def _pgp(lines: Lines) -> None:
    """What OpenPGP puts round a text it signs: its head line, and the signature under it (RFC 9580 §7)."""
    inside = False
    for number, line in enumerate(lines.text):
        bare = line.strip()
        if bare == "-----BEGIN PGP SIGNED MESSAGE-----":
            end = min(number + 8, len(lines.text))
            after = next((n for n in range(number + 1, end) if not lines.text[n].strip()), 0)
            lines.fold(number, max(after, number + 1))
        inside = inside or bare == "-----BEGIN PGP SIGNATURE-----"
        lines.folded[number] = lines.folded[number] or inside
        inside = inside and bare != "-----END PGP SIGNATURE-----"
