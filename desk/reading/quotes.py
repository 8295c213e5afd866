"""Folding: what its author wrote now, and what was already known. Every line ends up in one of the two.

The rule for doubt is to show: a line is folded only when a mail program marked it, or when it cannot be the buyer's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from desk.reading import quote_marks as marks
from desk.reading.html import Line

MAX_LINES = 20_000
"""Lines that are looked at for quotes; the rest of a longer mail is shown as it came."""
MAX_SIGNATURE = 15
MAX_LEGAL = 40


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
    state = _Folder(lines[:MAX_LINES])
    state.run()
    shown: list[str] = []
    hidden: list[str] = []
    for number, line in enumerate(lines):
        folded = number < MAX_LINES and state.folded[number]
        (hidden if folded else shown).append(line.text)
    if not "".join(shown).strip() and not state.answers():
        return Folded(_tidy(line.text for line in lines), "")
    return Folded(_tidy(shown), _tidy(hidden))


def _tidy(lines: Iterable[str]) -> str:
    """Lines joined; at most two empty lines in a row, none at the ends."""
    text = "\n".join(line.rstrip() for line in lines).strip("\n")
    return re.sub(r"\n{4,}", "\n\n\n", text)


class _Folder:
    def __init__(self, lines: Sequence[Line]) -> None:
        self.text = [line.text for line in lines]
        self.prefixed = [bool(marks.PREFIX.match(line.text)) for line in lines]
        for number in range(1, len(lines)):
            if self.prefixed[number] and marks.WRAPPED_END.fullmatch(self.text[number]):
                before = self.text[number - 1]
                self.prefixed[number] = before.rfind("<") <= before.rfind(">")
        self.folded = [line.quoted or prefix for line, prefix in zip(lines, self.prefixed, strict=True)]
        self.marked = [line.quoted for line in lines]
        self.patterns = marks.patterns()
        self.labels: dict[int, str] = {}
        if sum(self.prefixed) == 1:
            self._lone_prefix()
        for number, text in enumerate(self.text):
            if (
                self.prefixed[number]
                and not self.marked[number]
                and marks.MORE_THAN.match(text)
                and self._alone(number)
            ):
                self.prefixed[number] = self.folded[number] = False

    def _alone(self, number: int) -> bool:
        """Whether no quoted line stands right above or below, and no attribution above."""
        above, below = self._previous(number - 1), self._next(number + 1)
        return not (
            (below < len(self.text) and self.prefixed[below])
            or (above >= 0 and (self.prefixed[above] or self.text[above].rstrip().endswith((":", "\uff1a"))))
        )

    def _lone_prefix(self) -> None:
        """One line with an angle and nothing quoted around it is more likely an arrow or a price than a quote."""
        number = self.prefixed.index(True)
        before = next((t for t in reversed(self.text[:number]) if t.strip()), "")
        if (
            self.marked[number]
            or before.rstrip().endswith((":", "\uff1a", "wrote", "-"))
            or marks.QUOTED_WORDS.match(self.text[number])
        ):
            return
        if self.text[number].lstrip().startswith(">>"):
            return
        self.prefixed[number] = self.folded[number] = False

    def run(self) -> None:
        self._pgp()
        number = 0
        while number < len(self.text):
            if self.folded[number] or not self.text[number].strip():
                number += 1
                continue
            number = self._separator(number) or self._headers(number) or self._attribution(number) or number + 1
        self._signature()
        self._closing()

    def answers(self) -> bool:
        """Whether what was folded is a mail that was answered, not one that was passed on or sent as it is."""
        opening = [t.strip() for t in self.text if t.strip()][:4]
        return any(self.prefixed) or any(
            self.patterns.attribution.fullmatch(" ".join(opening[:n])) or self.patterns.loose.fullmatch(opening[0])
            for n in range(1, len(opening) + 1)
        )

    def _pgp(self) -> None:
        """What OpenPGP puts round a text it signs: its head line, and the signature under it (RFC 9580 §7)."""
        inside = False
        for number, line in enumerate(self.text):
            bare = line.strip()
            if bare == "-----BEGIN PGP SIGNED MESSAGE-----":
                after = next(
                    (n for n in range(number + 1, min(number + 8, len(self.text))) if not self.text[n].strip()), 0
                )
                self._fold(number, max(after, number + 1))
            inside = inside or bare == "-----BEGIN PGP SIGNATURE-----"
            self.folded[number] = self.folded[number] or inside
            inside = inside and bare != "-----END PGP SIGNATURE-----"

    # What opens a quote ---------------------------------------------------------------------------

    def _separator(self, number: int) -> int:
        """`-----Original Message-----` and its kin. Returns the next line to look at, 0 when this is none."""
        line = self.text[number]
        if len(line) > 160:
            return 0
        bare = marks.DASHES.sub("", line)
        if not bare or not self.patterns.separator.fullmatch(bare):
            return 0
        dashed = line.strip() != bare
        following = self._next(number + 1)
        if not dashed and not (following < len(self.text) and self._label(following)):
            return 0
        return self._fold_tail(number, self._after_headers(number + 1))

    def _headers(self, number: int) -> int:
        """A block of From, Sent, To, Subject lines."""
        if len(self.text[number]) > 400 or not self._label(number):
            return 0
        kinds = self._kinds(number)
        if not ("from_" in kinds and len(kinds) >= 3):
            return 0
        top = number
        before = self._previous(number - 1)
        if before >= 0 and marks.RULE.match(self.text[before]):
            top = before
        return self._fold_tail(top, self._after_headers(number))

    def _label(self, number: int) -> str:
        """Which header label opens a line; "" for none."""
        if number not in self.labels:
            line = self.text[number]
            match = self.patterns.label.match(line) if len(line) < 2000 else None
            kinds = [k for k, v in match.groupdict().items() if v is not None and k != "value"] if match else []
            self.labels[number] = kinds[0] if kinds else ""
        return self.labels[number]

    def _kinds(self, number: int) -> set[str]:
        kinds: set[str] = set()
        seen = blank = 0
        for at in range(number, min(number + 14, len(self.text))):
            if not self.text[at].strip():
                blank += 1
                if blank > 2:
                    break
            elif label := self._label(at):
                blank = 0
                kinds.add(label)
            else:
                seen += 1
                if seen > 1 or at + 1 >= len(self.text) or not self._label(at + 1):
                    break  # a long line of addresses goes on once, and another label follows
        return kinds

    def _after_headers(self, number: int) -> int:
        """The line after a block of header lines (with their continuation lines)."""
        last, position = number, self._next(number)
        while position < min(len(self.text), number + 30) and self._label(position):
            last = position + 1
            position = self._next(last)
        return last

    def _attribution(self, number: int) -> int:
        """`On … wrote:` over one to four lines."""
        joined = ""
        for extra in range(4):
            at = number + extra
            if at >= len(self.text) or (extra and self.folded[at] and not self.marked[at]):
                return 0
            line = self.text[at].strip()
            if not line:
                return 0
            if joined.endswith((":", "\uff1a")):
                return 0
            joined = f"{joined} {line}".strip()
            if len(joined) > 700:
                return 0
            ends = line[-1] in marks.LAST and (line[-1] in ":\uff1a" or extra or marks.BARE_END.search(line))
            if ends and self._attributes(joined, extra):
                return self._fold_attributed(self._latest_start(number, at), at + 1, joined)
        return 0

    def _attributes(self, joined: str, extra: int) -> bool:
        if not re.search(r"\d|@", joined) or marks.MYSELF.search(joined):
            return False
        if self.patterns.attribution.fullmatch(joined):
            return True
        return extra < 2 and bool(self.patterns.loose.fullmatch(joined))

    def _latest_start(self, number: int, at: int) -> int:
        """An attribution may follow a sentence without an empty line: it begins at the last line that can begin it."""
        joined = [" ".join(t.strip() for t in self.text[start : at + 1]) for start in range(number, at + 1)]
        whole = [n for n, text in enumerate(joined) if self.patterns.attribution.fullmatch(text)]
        loose = [n for n, text in enumerate(joined) if n and self.patterns.loose.fullmatch(text)]
        return number + max(whole or loose or [0])

    def _fold_attributed(self, number: int, after: int, joined: str) -> int:
        following = self._next(after)
        quoted = following < len(self.text) and self.folded[following]
        if quoted or following >= len(self.text):
            self._fold(number, after)
            return after
        if not marks.STRONG.search(joined):
            return 0
        if any(self.prefixed[after:]) and not self._mostly_plain(after):
            self._fold(number, after)
            return after
        return self._fold_tail(number, after)

    def _mostly_plain(self, start: int) -> bool:
        """Whether the quote below is unprefixed and only holds older, prefixed quotes further down."""
        following = self._next(start)
        return following < len(self.text) and not self.prefixed[following]

    def _fold_tail(self, top: int, after: int) -> int:
        """Folds the opening, and the rest of the mail unless the rest marks its quotes itself."""
        following = self._next(after)
        if following < len(self.text) and (self.prefixed[following] or self.marked[following]):
            self._fold(top, following)
            return following
        self._fold(top, len(self.text))
        return len(self.text)

    # What closes a mail ---------------------------------------------------------------------------

    def _signature(self) -> None:
        """A `-- ` line and what stands under it, up to the next quote."""
        stop = len(self.text)
        ends = [0] * stop
        for number in range(stop - 1, -1, -1):
            ends[number] = stop
            if self.folded[number]:
                stop = number
        for number, line in enumerate(self.text):
            if self.folded[number]:
                continue
            end = ends[number]
            if marks.SIGNATURE.fullmatch(line.strip(" \u00a0") if line.strip() == "--" else line):
                short = self._short(number + 1, end)
                if short and not self._speaks(number, end) and (short > 1 or end == len(self.text) or self.marked[end]):
                    self._fold(number, end)
            elif marks.LIST_RULE.match(line) and self._short(number + 1, end) and self._is_list_footer(number, end):
                self._fold(number, end)

    def _speaks(self, number: int, end: int) -> bool:
        """Whether what stands under a signature's line is still talking: it asks, or (under a line that is not quite the
        standard's) it says I and you."""
        below = self.text[number + 1 : end]
        if any(line.rstrip().endswith(("?", "\uff1f")) for line in below):
            return True
        loose = self.text[number].strip("\u00a0") != "-- "
        said = " ".join(below)
        return loose and (len(said.split()) > 7 or said.strip() > "\u2e80") and bool(marks.SPOKEN.search(said))

    def _is_list_footer(self, number: int, end: int) -> bool:
        return bool(re.search(r"https?://|@|mailman|unsubscribe", "\n".join(self.text[number + 1 : end])))

    def _short(self, start: int, end: int) -> int:
        """Lines with text between, plus one; 0 when there are more than a signature has."""
        count = 1
        for line in self.text[start : min(end, start + 3 * MAX_SIGNATURE)]:
            count += bool(line.strip())
        return count if count <= MAX_SIGNATURE + 1 and end - start <= 3 * MAX_SIGNATURE else 0

    def _closing(self) -> None:
        """From the end upwards: device lines, a dashed sign-off, small print."""
        open_lines = [n for n, t in enumerate(self.text) if not self.folded[n] and t.strip()]
        while open_lines:
            last = open_lines[-1]
            line = self.text[last].strip()
            if len(line) <= 140 and (self._is_device(line) or (len(open_lines) > 1 and marks.SIGN_OFF.fullmatch(line))):
                self._fold(last, last + 1)
                open_lines.pop()
                continue
            paragraph = self._paragraph(open_lines)
            if len(paragraph) < len(open_lines) and self._is_legal(paragraph):
                for number in paragraph:
                    self.folded[number] = True
                del open_lines[-len(paragraph) :]
                continue
            break
        for end in self._segment_ends():
            if self._is_device(self.text[end].strip()):
                self.folded[end] = True

    def _segment_ends(self) -> list[int]:
        """The last written line before each quote: where a phone puts its own line."""
        ends, last = [], -1
        for number, text in enumerate(self.text):
            if self.folded[number]:
                if last >= 0:
                    ends.append(last)
                last = -1
            elif text.strip():
                last = number
        return ends

    def _is_device(self, line: str) -> bool:
        if len(line) > 140:
            return False
        lower = line.lower()
        if not any(word in lower for word in marks.SENDING):
            return False
        return bool(self.patterns.device.fullmatch(line.strip("*_- ").rstrip(".!\u3002")))

    def _paragraph(self, open_lines: list[int]) -> list[int]:
        first = len(open_lines) - 1
        while first > 0 and open_lines[first - 1] == open_lines[first] - 1 and len(open_lines) - first < MAX_LEGAL:
            first -= 1
        return open_lines[first:]

    def _is_legal(self, paragraph: list[int]) -> bool:
        text = " ".join(self.text[n] for n in paragraph)[:8000]
        if self.patterns.certain.search(text) and len(text) < 600:
            return True
        wide = sum(c > "\u2e80" for c in text)
        if len(text) < (40 if wide > 20 else 120):
            return False
        return len({m.group().lower() for m in self.patterns.legal.finditer(text)}) >= 3

    # Small helpers --------------------------------------------------------------------------------

    def _fold(self, start: int, stop: int) -> None:
        self.folded[start:stop] = [True] * (stop - start)

    def _next(self, number: int) -> int:
        while number < len(self.text) and not self.text[number].strip():
            number += 1
        return number

    def _previous(self, number: int) -> int:
        while number >= 0 and not self.text[number].strip():
            number -= 1
        return number
