"""Rows of a .csv file as facts that platforms tell, too: returns and refunds, reviews and feedback, products."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from connectors.contract import Buyer, CaseRecord, ProductRecord, ReviewRecord
from desk.sync.importing_csv import Row, Table
from desk.sync.importing_csv_columns import SPEC
from desk.sync.importing_csv_profiles import PRODUCTS, RETURNS
from desk.sync.importing_csv_rows import grouped, key_of
from desk.sync.importing_csv_values import amount, number_of, yes
from desk.sync.importing_lines import Bad
from store.values import Instant, Money, clean, clean_line, fold

Told = CaseRecord | ReviewRecord | ProductRecord

_KINDS = {
    "refund": "refund", "refund only": "refund", "退款": "refund", "仅退款": "refund",
    "exchange": "exchange", "replacement": "exchange", "换货": "exchange",
    "cancel": "cancellation", "cancellation": "cancellation", "取消": "cancellation",
    "dispute": "dispute", "claim": "dispute",
}  # fmt: skip
"""What a column may call a case; anything else is a return."""
_OPEN = {"open", "opened", "new", "requested", "pending", "waiting", "in progress", "待处理", "待审核", "申请中"}
_TAG = re.compile(r"<[^<>]{0,500}>")
_LONGEST = 4_000
"""Characters of a description kept."""
_STARS = re.compile(r"\s*(\d(?:[.,]\d+)?)\s*(?:/\s*5|stars?|★)?\s*", re.I)


class Fact(NamedTuple):
    """A fact, and the channel its row names."""

    channel: str
    platform: str
    told: Told


def cases(table: Table) -> Iterator[tuple[Fact | Bad, int]]:
    """Returns and refunds, rows of one that follow each other together, and the bytes of the file read so far."""
    return grouped(table, lambda row, _: fact(row, table, 0), lambda a, b: _joined(a, b, table.columns.profile.case))


def _joined(one: Fact, other: Fact, case: str) -> Fact | None:
    """Two rows of one case; None for rows of two. What rows of a settlement say are parts of an amount; those of a return tell
    each item's, or all the whole's."""
    a, b = one.told, other.told
    assert isinstance(a, CaseRecord) and isinstance(b, CaseRecord)
    if (one.channel, a.kind, a.remote_id, a.order_id) != (other.channel, b.kind, b.remote_id, b.order_id):
        return None
    amount = a.amount or b.amount
    if a.amount and b.amount and a.amount.currency == b.amount.currency and (case or a.amount != b.amount):
        amount = a.amount + b.amount
    return one._replace(told=replace(
        a, amount=amount, open=a.open or b.open, lines=tuple(dict.fromkeys((*a.lines, *b.lines))), reason=a.reason or b.reason,
        tracking=a.tracking or b.tracking, text=a.text or b.text, updated_at=max(a.updated_at, b.updated_at),
    ))  # fmt: skip


def fact(row: Row, table: Table, now: Instant) -> Fact | Bad:
    """A row as a fact. `now` is when a product was told of, since no column says so."""
    kind = table.columns.kind
    try:
        made = _case(row, table) if kind == RETURNS else _product(row, now) if kind == PRODUCTS else _review(row, table)
    except (ValueError, OverflowError) as exc:
        return Bad(row.name, str(exc))
    return Fact(clean_line(row.cells.get("channel", "")), table.columns.profile.platform, made)


def _case(row: Row, table: Table) -> CaseRecord:
    cells, profile = row.cells, table.columns.profile
    order, sku = number_of(cells.get("number", "")), clean_line(cells.get("sku", ""))
    if not order:
        raise ValueError("without an order number")
    if not cells.get("opened"):
        raise ValueError("without a date")
    opened = table.instant(cells["opened"])
    updated = table.instant(cells["updated"]) if cells.get("updated") else opened
    state = clean_line(cells.get("state", ""))
    said = cells.get("currency", "") or table.columns.currency
    minor, code = amount(cells["amount"], said) if cells.get("amount") else (0, "")
    user, name = clean_line(cells.get("username", "")), clean_line(cells.get("customer", ""))
    return CaseRecord(
        remote_id=number_of(cells.get("return_id", "")) or f"{key_of(order)}/{fold(sku)}/{opened // 86_400_000}",
        kind="dispute" if yes(cells.get("claim", "")) else _KINDS.get(fold(cells.get("kind", "")), profile.case or "return"),
        order_id=order, state=state,
        reason=clean_line(cells.get("reason", "")), opened_at=opened, updated_at=max(updated, opened),
        open=fold(state) in (profile.open or _OPEN) and not cells.get("resolution"),
        buyer=Buyer(user, name) if user else None, amount=Money(code, abs(minor)) if code else None,
        due_at=table.instant(cells["due"]) if cells.get("due") else None, text=clean(cells.get("text", "")).strip(),
        lines=(sku,) if sku else (), tracking=number_of(cells.get("tracking", "")),
    )  # fmt: skip


def _review(row: Row, table: Table) -> ReviewRecord:
    cells = row.cells
    found = _STARS.fullmatch(cells.get("rating", ""))
    rating = round(float(found[1].replace(",", "."))) if found else 0
    if not found or not 0 <= rating <= 5:
        raise ValueError(f"not a rating: {clean_line(cells.get('rating', ''))}")
    if not cells.get("at"):
        raise ValueError("without a date")
    at, order = table.instant(cells["at"]), number_of(cells.get("number", ""))
    author, sku = clean_line(cells.get("author", "")), clean_line(cells.get("sku", ""))
    own = f"{key_of(order) or fold(author)}/{fold(sku)}/{at // 86_400_000}"
    return ReviewRecord(
        remote_id=clean_line(cells.get("review_id", "")) or own, rating=rating, at=at, text=clean(cells.get("text", "")).strip(),
        title=clean_line(cells.get("title", "")), order_id=order, sku=sku, author=author,
        author_id=clean_line(cells.get("username", "")), lang=clean_line(cells.get("lang", "")),
        reply=clean(cells.get("reply", "")).strip(),
    )  # fmt: skip


def _product(row: Row, now: Instant) -> ProductRecord:
    cells = row.cells
    sku = clean_line(cells.get("sku", ""))
    if not sku:
        raise ValueError("without an SKU")
    specs = _specs(cells)
    if about := _readable(cells.get("description", "")):
        specs.setdefault("Description", about)
    return ProductRecord(sku, clean_line(cells.get("title", "")), specs, _readable(cells.get("sizes", "")), now)


def _specs(cells: dict[str, str]) -> dict[str, str]:
    """Columns that are facts, pairs of columns (`#1/name`, `#1/value`), and `Watt: 5; Colour: red` in one cell."""
    specs: dict[str, str] = {}
    for part in re.split(r"[;；\n]", cells.get("specs", "")):
        name, colon, value = re.sub("：", ":", part).partition(":")
        if colon and name.strip() and value.strip():
            specs[clean_line(name)] = clean_line(value)
    for field, text in cells.items():
        said = field.removeprefix(SPEC)
        if said == field or not text:
            continue
        if said.endswith("/value"):
            said = clean_line(cells.get(f"{field.removesuffix('/value')}/name", ""))
        elif said.endswith("/name"):
            continue
        if said and text not in ("Default Title",):
            specs[said] = clean_line(text)
    return specs


def _readable(text: str) -> str:
    """A description without its mark-up."""
    plain = html.unescape(_TAG.sub(" ", re.sub(r"(?i)</(p|li|tr|h\d)>|<br ?/?>", "\n", text)))
    return "\n".join(line for line in (clean_line(one) for one in clean(plain).split("\n")) if line)[:_LONGEST]
