"""What opens a quote: `-----Original Message-----`, a block of header lines, `On … wrote:`.

Each looks at one line, folds what it opens, and returns the next line to look at, 0 when it is none.
"""

from __future__ import annotations

import re

from desk.reading import quote_marks as marks
from desk.reading.quote_lines import Lines


def separator(lines: Lines, number: int) -> int:
    """`-----Original Message-----` and its kin. Returns the next line to look at, 0 when this is none."""
    line = lines.text[number]
    if len(line) > 160:
        return 0
    bare = marks.DASHES.sub("", line)
    if not bare or not lines.patterns.separator.fullmatch(bare):
        return 0
    dashed = line.strip() != bare
    following = lines.next(number + 1)
    if not dashed and not (following < len(lines.text) and lines.label(following)):
        return 0
    return _fold_tail(lines, number, _after_headers(lines, number + 1))


def headers(lines: Lines, number: int) -> int:
    """A block of From, Sent, To, Subject lines."""
    if len(lines.text[number]) > 400 or not lines.label(number):
        return 0
    kinds = _kinds(lines, number)
    if not ("from_" in kinds and len(kinds) >= 3):
        return 0
    top = number
    before = lines.previous(number - 1)
    if before >= 0 and marks.RULE.match(lines.text[before]):
        top = before
    return _fold_tail(lines, top, _after_headers(lines, number))


def _kinds(lines: Lines, number: int) -> set[str]:
    kinds: set[str] = set()
    seen = blank = 0
    for at in range(number, min(number + 14, len(lines.text))):
        if not lines.text[at].strip():
            blank += 1
            if blank > 2:
                break
        elif label := lines.label(at):
            blank = 0
            kinds.add(label)
        else:
            seen += 1
            if seen > 1 or at + 1 >= len(lines.text) or not lines.label(at + 1):
                break  # a long line of addresses goes on once, and another label follows
    return kinds


def _after_headers(lines: Lines, number: int) -> int:
    """The line after a block of header lines (with their continuation lines)."""
    last, position = number, lines.next(number)
    while position < min(len(lines.text), number + 30) and lines.label(position):
        last = position + 1
        position = lines.next(last)
    return last


def attribution(lines: Lines, number: int) -> int:
    """`On … wrote:` over one to four lines."""
    joined = ""
    for extra in range(4):
        at = number + extra
        if at >= len(lines.text) or (extra and lines.folded[at] and not lines.marked[at]):
            return 0
        line = lines.text[at].strip()
        if not line:
            return 0
        if joined.endswith((":", "\uff1a")):
            return 0
        joined = f"{joined} {line}".strip()
        if len(joined) > 700:
            return 0
        ends = line[-1] in marks.LAST and (line[-1] in ":\uff1a" or extra or marks.BARE_END.search(line))
        if ends and _attributes(lines, joined, extra):
            return _fold_attributed(lines, _latest_start(lines, number, at), at + 1, joined)
    return 0


def _attributes(lines: Lines, joined: str, extra: int) -> bool:
    if not re.search(r"\d|@", joined) or marks.MYSELF.search(joined):
        return False
    if lines.patterns.attribution.fullmatch(joined):
        return True
    return extra < 2 and bool(lines.patterns.loose.fullmatch(joined))


def _latest_start(lines: Lines, number: int, at: int) -> int:
    """An attribution may follow a sentence without an empty line: it begins at the last line that can begin it."""
    joined = [" ".join(t.strip() for t in lines.text[start : at + 1]) for start in range(number, at + 1)]
    whole = [n for n, text in enumerate(joined) if lines.patterns.attribution.fullmatch(text)]
    loose = [n for n, text in enumerate(joined) if n and lines.patterns.loose.fullmatch(text)]
    return number + max(whole or loose or [0])


def _fold_attributed(lines: Lines, number: int, after: int, joined: str) -> int:
    following = lines.next(after)
    quoted = following < len(lines.text) and lines.folded[following]
    if quoted or following >= len(lines.text):
        lines.fold(number, after)
        return after
    if not marks.STRONG.search(joined):
        return 0
    if any(lines.prefixed[after:]) and not _mostly_plain(lines, after):
        lines.fold(number, after)
        return after
    return _fold_tail(lines, number, after)


def _mostly_plain(lines: Lines, start: int) -> bool:
    """Whether the quote below is unprefixed and only holds older, prefixed quotes further down."""
    following = lines.next(start)
    return following < len(lines.text) and not lines.prefixed[following]


def _fold_tail(lines: Lines, top: int, after: int) -> int:
    """Folds the opening, and the rest of the mail unless the rest marks its quotes itself."""
    following = lines.next(after)
    if following < len(lines.text) and (lines.prefixed[following] or lines.marked[following]):
        lines.fold(top, following)
        return following
    lines.fold(top, len(lines.text))
    return len(lines.text)
