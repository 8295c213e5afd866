"""What closes a mail: signatures, lines of phones and lists, a dashed sign-off, small print."""

from __future__ import annotations

import re

from desk.reading import quote_marks as marks
from desk.reading.quote_lines import Lines

MAX_SIGNATURE = 15
MAX_LEGAL = 40


def signature(lines: Lines) -> None:
    """A `-- ` line and what stands under it, up to the next quote."""
    stop = len(lines.text)
    ends = [0] * stop
    for number in range(stop - 1, -1, -1):
        ends[number] = stop
        if lines.folded[number]:
            stop = number
    for number, line in enumerate(lines.text):
        if lines.folded[number]:
            continue
        end = ends[number]
        if marks.SIGNATURE.fullmatch(line.strip(" \u00a0") if line.strip() == "--" else line):
            short = _short(lines, number + 1, end)
            if short and not _speaks(lines, number, end) and (short > 1 or end == len(lines.text) or lines.marked[end]):
                lines.fold(number, end)
        elif marks.LIST_RULE.match(line) and _short(lines, number + 1, end) and _is_list_footer(lines, number, end):
            lines.fold(number, end)


def _speaks(lines: Lines, number: int, end: int) -> bool:
    """Whether what stands under a signature's line is still talking: it asks, or (under a line that is not quite the
    standard's) it says I and you."""
    below = lines.text[number + 1 : end]
    if any(line.rstrip().endswith(("?", "\uff1f")) for line in below):
        return True
    loose = lines.text[number].strip("\u00a0") != "-- "
    said = " ".join(below)
    return loose and (len(said.split()) > 7 or said.strip() > "\u2e80") and bool(marks.SPOKEN.search(said))


def _is_list_footer(lines: Lines, number: int, end: int) -> bool:
    return bool(re.search(r"https?://|@|mailman|unsubscribe", "\n".join(lines.text[number + 1 : end])))


def _short(lines: Lines, start: int, end: int) -> int:
    """Lines with text between, plus one; 0 when there are more than a signature has."""
    count = 1
    for line in lines.text[start : min(end, start + 3 * MAX_SIGNATURE)]:
        count += bool(line.strip())
    return count if count <= MAX_SIGNATURE + 1 and end - start <= 3 * MAX_SIGNATURE else 0


def closing(lines: Lines) -> None:
    """From the end upwards: device lines, a dashed sign-off, small print."""
    open_lines = [n for n, t in enumerate(lines.text) if not lines.folded[n] and t.strip()]
    while open_lines:
        last = open_lines[-1]
        line = lines.text[last].strip()
        if len(line) <= 140 and (_is_device(lines, line) or (len(open_lines) > 1 and marks.SIGN_OFF.fullmatch(line))):
            lines.fold(last, last + 1)
            open_lines.pop()
            continue
        paragraph = _paragraph(lines, open_lines)
        if len(paragraph) < len(open_lines) and _is_legal(lines, paragraph):
            for number in paragraph:
                lines.folded[number] = True
            del open_lines[-len(paragraph) :]
            continue
        break
    for end in _segment_ends(lines):
        if _is_device(lines, lines.text[end].strip()):
            lines.folded[end] = True


def _segment_ends(lines: Lines) -> list[int]:
    """The last written line before each quote: where a phone puts its own line."""
    ends, last = [], -1
    for number, text in enumerate(lines.text):
        if lines.folded[number]:
            if last >= 0:
                ends.append(last)
            last = -1
        elif text.strip():
            last = number
    return ends


def _is_device(lines: Lines, line: str) -> bool:
    if len(line) > 140:
        return False
    lower = line.lower()
    if not any(word in lower for word in marks.SENDING):
        return False
    return bool(lines.patterns.device.fullmatch(line.strip("*_- ").rstrip(".!\u3002")))


def _paragraph(lines: Lines, open_lines: list[int]) -> list[int]:
    first = len(open_lines) - 1
    while first > 0 and open_lines[first - 1] == open_lines[first] - 1 and len(open_lines) - first < MAX_LEGAL:
        first -= 1
    return open_lines[first:]


def _is_legal(lines: Lines, paragraph: list[int]) -> bool:
    text = " ".join(lines.text[n] for n in paragraph)[:8000]
    if lines.patterns.certain.search(text) and len(text) < 600:
        return True
    wide = sum(c > "\u2e80" for c in text)
    if len(text) < (40 if wide > 20 else 120):
        return False
    return len({m.group().lower() for m in lines.patterns.legal.finditer(text)}) >= 3
