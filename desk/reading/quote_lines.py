"""The lines of a mail while it is folded: which carry a mark of quoting, and which are folded by now."""

from __future__ import annotations

from collections.abc import Sequence

from desk.reading import quote_marks as marks
from desk.reading.html import Line


class Lines:
    """`folded` starts as what is marked: by the page's structure (`marked`) or an angle in front (`prefixed`)."""

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
        above, below = self.previous(number - 1), self.next(number + 1)
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

    def label(self, number: int) -> str:
        """Which header label opens a line; "" for none."""
        if number not in self.labels:
            line = self.text[number]
            match = self.patterns.label.match(line) if len(line) < 2000 else None
            kinds = [k for k, v in match.groupdict().items() if v is not None and k != "value"] if match else []
            self.labels[number] = kinds[0] if kinds else ""
        return self.labels[number]

    def fold(self, start: int, stop: int) -> None:
        self.folded[start:stop] = [True] * (stop - start)

    def next(self, number: int) -> int:
        while number < len(self.text) and not self.text[number].strip():
            number += 1
        return number

    def previous(self, number: int) -> int:
        while number >= 0 and not self.text[number].strip():
            number -= 1
        return number
