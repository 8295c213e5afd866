"""How results are printed: table, plain, json, jsonl, csv, html. Fields carry the house's words in every format.

A record is a mapping of field → value. Instants stand in it as `At`: ISO 8601 UTC in documents, the reader's own zone
in a table.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from itertools import chain, islice
from typing import Any, NamedTuple

from app.cli.cells import fit, one_line, width
from app.cli.options import Usage
from app.cli.run import Run
from app.words import _
from store.values import NEVER, Instant, Money, clean

Record = Mapping[str, Any]

_NARROWEST = 6
_MEASURED = 200
"""Rows a table is laid out by; a longer one keeps those widths."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class At(int):
    """An instant inside a record. 0 and NEVER mean none."""

    @property
    def known(self) -> bool:
        return 0 < self < NEVER


class Column(NamedTuple):
    """A field of a table: its name in documents, its translated title, and how a table shows its value."""

    name: str
    title: str
    show: Callable[[Any], str] | None = None
    right: bool = False


def iso(at: Instant) -> str:
    """`2026-06-08T09:00:00Z`; milliseconds only where there are some."""
    spec = "milliseconds" if at % 1000 else "seconds"
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec=spec).replace("+00:00", "Z")


def local(at: Instant, zone: tzinfo) -> str:
    """`2026-06-08 17:00` where the reader is."""
    return datetime.fromtimestamp(at / 1000, zone).strftime("%Y-%m-%d %H:%M")


def plain(value: Any) -> Any:
    """A value as JSON holds it."""
    if isinstance(value, At):
        return iso(value) if value.known else None
    if isinstance(value, Money):
        return {"currency": value.currency, "minor": value.minor}
    if isinstance(value, Mapping):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value


def shown(value: Any, zone: tzinfo) -> str:
    """A value as a person reads it, uncleaned."""
    if isinstance(value, At):
        return local(value, zone) if value.known else ""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list | tuple):
        return ", ".join(shown(v, zone) for v in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{k}={shown(v, zone)}" for k, v in value.items())
    return str(value)


def records(run: Run, schema: str, name: str, columns: Sequence[Column], rows: Iterable[Record], **more: Any) -> None:
    """Prints many records. `name` is their field in the json document, beside `more`."""
    form = run.options.format or "table"
    if form == "json":
        _document({"schema": schema, **more, name: list(rows)})
    elif form == "jsonl":
        for row in rows:
            _line(row)
    elif form == "csv":
        _csv([c.name for c in columns], ([row.get(c.name) for c in columns] for row in rows), run.zone)
    elif form == "html":
        _html(columns, rows, run.zone)
    elif form == "plain":
        for row in rows:
            _write("\t".join(one_line(shown(row.get(c.name), run.zone)) for c in columns))
    else:
        _check(form)
        _table(columns, rows, run.zone)


def record(run: Run, schema: str, row: Record, page: Callable[[], Iterable[str]] | None = None) -> None:
    """Prints one record; `page` makes the lines for a person, which a screen reader reads as well."""
    form = run.options.format or "table"
    if form == "json":
        _document({"schema": schema, **row})
    elif form == "jsonl":
        _line(row)
    elif form == "csv":
        _csv(list(row), [list(row.values())], run.zone)
    elif form in ("plain", "table") and page is None:
        wide = 0 if form == "plain" else max(map(len, row), default=0)
        for key, value in row.items():
            gap = "\t" if form == "plain" else " " * (wide - len(key) + 2)
            _write(f"{key}{gap}{one_line(shown(value, run.zone))}")
    elif form == "html":
        columns = [Column("field", _("Field")), Column("value", _("Value"))]
        _html(columns, ({"field": k, "value": v} for k, v in row.items()), run.zone)
    else:
        if form != "plain":
            _check(form)
        assert page is not None
        for text in page():
            _write(clean(text))


def line(row: Record) -> None:
    """One record on one line of JSON."""
    _line(row)


def terminal_width() -> int:
    """Columns of the terminal; generous where the output goes elsewhere."""
    if sys.stdout.isatty() or os.environ.get("COLUMNS"):
        return max(20, shutil.get_terminal_size().columns)
    return 10_000


def _check(form: str) -> None:
    if form != "table":
        raise Usage(_("--format {format} is not possible here.").format(format=form))


def as_json(value: Any, *, indent: int | None = None) -> str:
    """A value as JSON; one with anything in it that a terminal would obey is spelt in ASCII, and so loses nothing."""
    gaps = (",", ": " if indent else ":")
    text = json.dumps(plain(value), ensure_ascii=False, indent=indent, separators=gaps)
    return text if clean(text) == text else json.dumps(plain(value), indent=indent, separators=gaps)


def _document(value: Record) -> None:
    _write(as_json(value, indent=2))


def _line(value: Record) -> None:
    _write(as_json(value))


def _write(text: str) -> None:
    try:
        sys.stdout.write(text + "\n")
    except UnicodeEncodeError:  # a terminal without UTF-8 still gets the line
        encoding = sys.stdout.encoding or "ascii"
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding) + "\n")


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet runs: a text that would be a formula begins with an apostrophe. Numbers stay."""
    if text.startswith(_FORMULA) and not _is_number(text):
        return "'" + text
    return text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _csv(names: Sequence[str], rows: Iterable[Sequence[Any]], zone: tzinfo) -> None:
    import csv

    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(names)
    for row in rows:
        out.writerow([safe_cell(clean(_csv_text(value, zone))) for value in row])


def _csv_text(value: Any, zone: tzinfo) -> str:
    if isinstance(value, At):
        return iso(value) if value.known else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping) or (isinstance(value, list | tuple) and any(isinstance(v, Mapping) for v in value)):
        return as_json(value)
    return shown(value, zone)


def _html(columns: Sequence[Column], rows: Iterable[Record], zone: tzinfo) -> None:
    from html import escape

    def cell(tag: str, text: str) -> str:
        return f"<{tag}>{escape(clean(text))}</{tag}>"

    _write("<table>")
    _write("<tr>" + "".join(cell("th", c.title) for c in columns) + "</tr>")
    for row in rows:
        _write("<tr>" + "".join(cell("td", _cell(c, row, zone)) for c in columns) + "</tr>")
    _write("</table>")


def _cell(column: Column, row: Record, zone: tzinfo) -> str:
    value = row.get(column.name)
    return column.show(value) if column.show and value is not None else shown(value, zone)


def _table(columns: Sequence[Column], rows: Iterable[Record], zone: tzinfo) -> None:
    source = iter(rows)
    first = [[one_line(_cell(c, row, zone)) for c in columns] for row in islice(source, _MEASURED)]
    if not first:
        return
    wanted = [max(width(c.title), *(width(line[i]) for line in first)) for i, c in enumerate(columns)]
    widths = shrunk(wanted, terminal_width() - 2 * (len(columns) - 1))
    used = [(c, w) for c, w in zip(columns, widths, strict=True) if w]
    rest: Iterator[list[str]] = ([_cell(c, row, zone) for c in columns] for row in source)
    _write("  ".join(fit(c.title, w, right=c.right) for c, w in used).rstrip())
    for cells in chain(first, rest):
        kept = [(text, c, w) for text, c, w in zip(cells, columns, widths, strict=True) if w]
        _write("  ".join(fit(text, w, right=c.right) for text, c, w in kept).rstrip())


def shrunk(wanted: Sequence[int], room: int) -> list[int]:
    """Widths that fit into `room`: the widest columns give first; where even narrow ones do not fit, the last go."""
    widths = list(wanted)
    while sum(widths) > room:
        widest = max(range(len(widths)), key=lambda i: (widths[i], i))
        if widths[widest] <= _NARROWEST:
            break
        spare = sum(widths) - room
        second = max((w for i, w in enumerate(widths) if i != widest), default=0)
        step = second if second < widths[widest] else widths[widest] - 1
        widths[widest] = max(_NARROWEST, step, widths[widest] - spare)
    for last in range(len(widths) - 1, 0, -1):
        if sum(widths) <= room:
            break
        widths[last] = 0
        room += 2  # the gap before it goes, too
    if sum(widths) > room:
        widths[0] = max(room, 1)
    return widths
