"""A .csv file as rows with their line numbers: characters, separator, columns. What is broken costs one row.

A quote that is never closed, or closed in the middle of a cell, would swallow what follows: such a row is given back as
bad, and reading goes on with the next line.
"""

from __future__ import annotations

import codecs
import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple, TextIO

from desk.sync.importing_csv_columns import SAME, Columns, known, understood
from desk.sync.importing_csv_profiles import Profile, plain
from desk.sync.importing_csv_values import day_first, instant, text_of
from desk.sync.importing_lines import Bad
from store.errors import N_, Invalid
from store.values import Instant, fold

LONGEST_ROW = 5_000
"""Lines a row may have."""
LARGEST_ROW = 4 << 20
"""Characters a row may have."""
_SAMPLE = 5_000
"""Rows looked at to tell which way round dates are."""
_SEPARATORS = (",", ";", "\t", "|")
_DATES = ("ts", "placed", "updated", "shipped", "delivered", "opened", "due", "at")


class Row(NamedTuple):
    """One row: `name` says where it stands, `cells` are its known fields, `size` the bytes of the file read so far."""

    name: str
    cells: dict[str, str]
    size: int


@dataclass(frozen=True, slots=True)
class Table:
    """A file that is understood. `days_first`: whether 11/02 is the eleventh of February; `zone` is that of its times where
    they name none."""

    path: Path
    encoding: str
    separator: str
    columns: Columns
    header_line: int
    days_first: bool = True
    zone: tzinfo = UTC

    def instant(self, text: str) -> Instant:
        """A time as the file writes it. Raises ValueError."""
        return instant(text, self.days_first, self.zone)

    def rows(self) -> Iterator[Row | Bad]:
        """Every row behind the header, in order."""
        repeated = _Repeated(self.columns)
        for row in self._rows():
            yield repeated(row) if isinstance(row, Row) else row

    def _rows(self) -> Iterator[Row | Bad]:
        name, fields = self.path.name, self.columns.fields
        ends, told = self.columns.profile.ends, _Told(self.columns)
        with self.path.open(encoding=self.encoding, errors="replace", newline="") as file:
            for number, cells in records(file, self.separator):
                if number <= self.header_line:
                    continue
                if isinstance(cells, str):
                    yield Bad(f"{name}:{number}", cells)
                elif _no_record(cells, ends) or not told.counts(cells):
                    continue
                elif len(cells) > len(fields) and any(c.strip() for c in cells[len(fields) :]):
                    yield Bad(f"{name}:{number}", f"{len(cells)} cells for {len(fields)} columns")
                else:
                    pairs = ((text_of(c), one) for one, c in zip(fields, cells, strict=False) if one)
                    found = {f: text for text, one in pairs for f in one}
                    yield Row(f"{name}:{number}", found, _read_so_far(file))


def _no_record(cells: Sequence[str], ends: Sequence[str]) -> bool:
    """An empty row, or one that a platform writes around its table."""
    first = next((c.strip() for c in cells if c.strip()), "")
    return not first or any(first.startswith(e) or first.endswith(e) for e in ends)


class _Told:
    """Which rows of a report count: those with the values its profile wants. Columns that only a row before fills (a
    settlement's first row has the currency of all) are filled from it."""

    def __init__(self, columns: Columns) -> None:
        names = [plain(name) for name in columns.header]
        only = columns.profile.only
        self._wanted = [(place, only[name]) for place, name in enumerate(names) if name in only]
        self._once = {place: "" for place, name in enumerate(names) if name in columns.profile.once}

    def counts(self, cells: list[str]) -> bool:
        for place, before in self._once.items():
            if place < len(cells):
                cells[place] = self._once[place] = cells[place].strip() or before
        return all(place < len(cells) and fold(cells[place].strip()) in values for place, values in self._wanted)


class _Repeated:
    """Fills the empty cells of a row from the row before, where both are of one thing: a file that tells a product's title in
    the first row of its variants only."""

    def __init__(self, columns: Columns) -> None:
        self._place = SAME if columns.profile.same else ""
        self._before: dict[str, str] = {}

    def __call__(self, row: Row) -> Row:
        if not self._place:
            return row
        if row.cells.get(self._place) == self._before.get(self._place):
            filled = {f: text or self._before.get(f, "") for f, text in row.cells.items()}
            row = row._replace(cells=filled)
        self._before = row.cells
        return row


def _read_so_far(file: TextIO) -> int:
    """Bytes; the text layer itself cannot tell while it is iterated."""
    buffer: BinaryIO = file.buffer
    return buffer.tell()


def table(path: Path, wanted: Profile | None = None, zone: tzinfo = UTC) -> Table:
    """Understands a file by its first lines; `wanted` is what a person says it is. Raises Invalid where no column is known."""
    encoding = encoding_of(path)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        empty = True
        for number, line in enumerate(islice(file, 20), 1):
            if not line.strip() or line.casefold().startswith("sep="):
                continue
            separator = max(_SEPARATORS, key=lambda s: (known(_cells(line, s)), line.count(s)))
            columns = understood(_cells(line, separator), wanted)
            empty = False
            if columns is None:
                continue
            found = Table(path, encoding, separator, columns, number, zone=zone)
            dates = (row.cells.get(f, "") for row in islice(found.rows(), _SAMPLE) if isinstance(row, Row)
                     for f in _DATES)  # fmt: skip
            return replace(found, days_first=day_first(dates))
    if not empty:
        raise Invalid(N_("{item}: the columns are not understood."), item=path.name,
                      next=N_("See docs/csv.md: text and sender, order number, or address."))  # fmt: skip
    raise Invalid(N_("{item} is empty."), item=path.name, next=N_("Its first line must name the columns."))


def _cells(line: str, separator: str) -> list[str]:
    parsed = _parsed(line, separator)
    return parsed if isinstance(parsed, list) else line.rstrip("\r\n").split(separator)


# Characters -----------------------------------------------------------------------------------------


def encoding_of(path: Path) -> str:
    """UTF-8 or UTF-16 by mark or by content; else GB18030 where high bytes come in its pairs, else Windows-1252."""
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    paired = single = 0
    utf8 = True
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            if utf8:
                try:
                    decoder.decode(chunk)
                    continue
                except UnicodeDecodeError:
                    utf8 = False
            pairs, alone = _high_bytes(chunk)
            paired, single = paired + pairs, single + alone
    if utf8:
        return "utf-8-sig"
    return "gb18030" if paired > 4 * single else "cp1252"


def _high_bytes(chunk: bytes) -> tuple[int, int]:
    """Runs of bytes past ASCII: how many have an even length, as Chinese has, and how many do not."""
    paired = single = run = 0
    for byte in chunk[:200_000].lstrip(codecs.BOM_UTF8) + b"\n":
        if byte >= 0x80:
            run += 1
        elif run:
            paired, single = (paired + run, single) if run % 2 == 0 else (paired, single + run)
            run = 0
    return paired, single


# Rows -----------------------------------------------------------------------------------------------


def records(lines: Iterable[str], separator: str) -> Iterator[tuple[int, list[str] | str]]:
    """`(line it begins on, its cells, or why it cannot be read)` of every row."""
    source, ahead = iter(lines), deque[str]()
    number = 1

    def peek(offset: int) -> str | None:
        while len(ahead) <= offset:
            line = next(source, None)
            if line is None:
                return None
            ahead.append(line)
        return ahead[offset]

    while (line := peek(0)) is not None:
        parts, inside, size = [line], still_open(line, separator, False), len(line)
        while inside and len(parts) < LONGEST_ROW and size < LARGEST_ROW and (more := peek(len(parts))) is not None:
            parts.append(more)
            size += len(more)
            inside = still_open(more, separator, True)
        found = "a quote that is never closed" if inside else _parsed("".join(parts), separator)
        used = 1 if isinstance(found, str) else len(parts)
        yield number, found
        number += used
        for _ in range(used):
            ahead.popleft()


def still_open(line: str, separator: str, inside: bool) -> bool:
    """Whether a quoted cell goes on behind `line`; `inside` says whether one was open before it."""
    if '"' not in line:
        return inside
    at = 0
    if not inside and line.startswith('"'):
        inside, at = True, 1
    while True:
        if inside:
            end = line.find('"', at)
            if end < 0:
                return True
            if line.startswith('""', end):
                at = end + 2
                continue
            inside, at = False, end + 1
        else:
            start = line.find(f'{separator}"', at)
            if start < 0:
                return False
            inside, at = True, start + 2


def _parsed(text: str, separator: str) -> list[str] | str:
    csv.field_size_limit(LARGEST_ROW + 1)
    try:
        rows = list(csv.reader([text.replace("\0", "")], delimiter=separator, strict=True))
    except csv.Error as exc:
        return f"not a row: {exc}"
    return rows[0] if rows else []
