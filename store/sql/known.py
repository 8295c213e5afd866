"""What the desk has of something, for completion and forms: each word once, by steps of an index, the first of them."""

from __future__ import annotations

from collections.abc import Iterable

from store.connection import Connection

MOST = 200
"""Words of one kind that are offered; finding them takes that many steps of an index."""

_COLUMNS: dict[str, tuple[str, str]] = {
    "tags": ("ticket_tag", "tag"),
    "countries": ("ticket", "country"),
    "langs": ("ticket", "lang"),
    "tiers": ("customer", "lower(tier)"),
    "order_statuses": ("orders", "lower(status)"),
    "order_countries": ("orders", "country"),
    "skus": ("order_item", "lower(sku)"),
    "couriers": ("shipment", "lower(courier)"),
    "parcel_statuses": ("shipment", "lower(status)"),
}
_OPEN = {
    "countries": "ticket_country_due",
    "langs": "ticket_language_due",
}
"""Columns of tickets stand in their index behind `is_open`."""
_LANGUAGE = "substr(lang, 1, instr(lang || '-', '-') - 1)"


def words(conn: Connection, what: str) -> Iterable[str]:
    """The words of one kind, sorted; none for a kind nobody knows."""
    if what not in _COLUMNS:
        return ()
    table, column = _COLUMNS[what]
    if what in _OPEN:
        source, shown = f"{table} INDEXED BY {_OPEN[what]}", _LANGUAGE if what == "langs" else column
        return sorted({word for o in (1, 0) for word in _steps(conn, source, shown, f"is_open = {o} AND ")})
    filled = "tier <> '' AND " if what == "tiers" else ""
    return _steps(conn, table, column, filled)


def _steps(conn: Connection, source: str, column: str, also: str) -> list[str]:
    found: list[str] = []
    last = ""
    while len(found) < MOST:
        sql = f"SELECT {column} FROM {source} WHERE {also}{column} > ? ORDER BY {column} LIMIT 1"
        row = conn.execute(sql, (last,)).fetchone()
        if row is None:
            break
        last = row[0]
        found.append(last)
    return found
