"""Reads .csv files for an import: messages in batches of lines, orders and customers in batches of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from desk.sync.importing_csv import Row, Table
from desk.sync.importing_csv_columns import CUSTOMERS, MESSAGES, ORDERS
from desk.sync.importing_csv_rows import Customer, Order, customer, message_line, orders
from desk.sync.importing_lines import Bad
from desk.sync.importing_sources import Source

BATCH = 500

Lines = tuple[list[tuple[str, bytes]], list[Bad], int]
Things = tuple[list[Order | Customer], list[Bad], int]


def in_order(found: Sequence[tuple[Source, Table]]) -> list[tuple[Source, Table]]:
    """Customers first, then orders, so that what buyers wrote finds both."""
    rank = {CUSTOMERS: 0, ORDERS: 1, MESSAGES: 2}
    return sorted(found, key=lambda pair: rank[pair[1].columns.kind])


def lines(table: Table, count: int) -> Iterator[Lines]:
    """Messages as lines of JSON, what cannot be one, and the bytes of the file read so far."""
    rows = table.rows()
    while batch := list(islice(rows, count)):
        made = [row if isinstance(row, Bad) else message_line(row, table.days_first) for row in batch]
        yield ([m for m in made if not isinstance(m, Bad)], [m for m in made if isinstance(m, Bad)], _size(batch))


def things(table: Table) -> Iterator[Things]:
    """Orders or customers, what cannot be one, and the bytes of the file read so far."""
    made: Iterator[tuple[Order | Customer | Bad, int]]
    if table.columns.kind == ORDERS:
        made = orders(table.rows(), table.days_first)
    else:
        made = ((row, 0) if isinstance(row, Bad) else (customer(row), row.size) for row in table.rows())
    while batch := list(islice(made, BATCH)):
        good = [m for m, _size in batch if not isinstance(m, Bad)]
        yield good, [m for m, _size in batch if isinstance(m, Bad)], max(size for _made, size in batch)


def _size(rows: Sequence[Row | Bad]) -> int:
    return max((row.size for row in rows if isinstance(row, Row)), default=0)
