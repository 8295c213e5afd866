"""Reads .csv files for an import: messages in batches of lines, orders, customers and facts in batches of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from desk.sync.importing_csv import Row, Table
from desk.sync.importing_csv_facts import Fact, cases, fact
from desk.sync.importing_csv_profiles import CUSTOMERS, KINDS, ORDERS, RETURNS
from desk.sync.importing_csv_rows import Customer, Order, customer, message_line, orders
from desk.sync.importing_lines import Bad
from desk.sync.importing_sources import Source
from store.values import Instant

BATCH = 500

Thing = Order | Customer | Fact
Lines = tuple[list[tuple[str, bytes]], list[Bad], int]
Things = tuple[list[Thing], list[Bad], int]


def in_order(found: Sequence[tuple[Source, Table]]) -> list[tuple[Source, Table]]:
    """Products and customers first, then orders, then what is about them, so that each finds the other."""
    return sorted(found, key=lambda pair: KINDS.index(pair[1].columns.kind))


def lines(table: Table, count: int) -> Iterator[Lines]:
    """Messages as lines of JSON, what cannot be one, and the bytes of the file read so far."""
    rows = table.rows()
    while batch := list(islice(rows, count)):
        made = [row if isinstance(row, Bad) else message_line(row, table) for row in batch]
        yield ([m for m in made if not isinstance(m, Bad)], [m for m in made if isinstance(m, Bad)], _size(batch))


def things(table: Table, now: Instant) -> Iterator[Things]:
    """Whatever else a file holds, what cannot be one, and the bytes of the file read so far."""
    made = _made(table, now)
    while batch := list(islice(made, BATCH)):
        good = [m for m, _size in batch if not isinstance(m, Bad)]
        yield good, [m for m, _size in batch if isinstance(m, Bad)], max(size for _made, size in batch)


def _made(table: Table, now: Instant) -> Iterator[tuple[Thing | Bad, int]]:
    if table.columns.kind == ORDERS:
        yield from orders(table)
        return
    if table.columns.kind == RETURNS:
        yield from cases(table)
        return
    for row in table.rows():
        if isinstance(row, Bad):
            yield row, 0
        else:
            yield customer(row, table) if table.columns.kind == CUSTOMERS else fact(row, table, now), row.size


def _size(rows: Sequence[Row | Bad]) -> int:
    return max((row.size for row in rows if isinstance(row, Row)), default=0)
