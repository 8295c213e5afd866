"""Rows of Amazon's reports as records. Pure; all raise Unreadable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from connectors.amazon.guesses import DATES, FEEDBACK_COLUMNS, OPEN_RETURNS, SLASHED, Marketplace
from connectors.contract import CaseRecord, Record, ReviewRecord
from connectors.fields import Unreadable, ident, money, text, whole
from store.values import Instant

Row = Mapping[str, str]


def rows(document: str) -> list[Row]:
    """A tab-separated report, its headings in lower case with spaces. Texts are not quoted, as Amazon writes them."""
    lines = [line for line in document.replace("\r\n", "\n").split("\n") if line.strip()]
    if not lines:
        return []
    names = [re.sub(r"[\s_-]+", " ", name).strip().lower() for name in lines[0].split("\t")]
    return [dict(zip(names, line.split("\t"), strict=False)) for line in lines[1:]]


def returned(row: Row) -> CaseRecord:
    """A row of the returns report: one item of one return. The report tells days, not times."""
    order, state = ident(row, "order id"), ident(row, "return request status")
    currency, sku = text(row, "currency code"), text(row, "merchant sku")
    opened = day(ident(row, "return request date"), "")
    refunded, asked = text(row, "refunded amount"), text(row, "order amount")
    claim = text(row, "a to z claim").strip().upper() in ("Y", "YES", "TRUE")
    return CaseRecord(
        remote_id=text(row, "amazon rma id") or order,
        kind="dispute" if claim else "return",
        order_id=order,
        state=state,
        reason=text(row, "return reason"),
        opened_at=opened,
        updated_at=opened,
        open=state.upper() in OPEN_RETURNS and not text(row, "resolution").strip(),
        amount=money(row, "refunded amount" if refunded else "order amount", currency) if refunded or asked else None,
        lines=(sku,) if sku else (),
        tracking=text(row, "tracking id"),
    )


def whole_returns(told: Iterable[Record]) -> list[Record]:
    """Returns of several items, told item by item, each as one: its amount is what all items' rows say together, unless
    they all say the same, which is then the order's. What is no return passes through."""
    found: dict[str, list[CaseRecord]] = {}
    others: list[Record] = []
    for record in told:
        if isinstance(record, CaseRecord):
            found.setdefault(record.remote_id, []).append(record)
        else:
            others.append(record)
    return [*(_one(list(dict.fromkeys(rows))) for rows in found.values()), *others]


def _one(rows: list[CaseRecord]) -> CaseRecord:
    first, *rest = sorted(rows, key=lambda r: (r.opened_at, r.lines))
    sums = {r.amount for r in rows if r.amount is not None}
    amount = None if not sums else sum(sums - {m := min(sums)}, m)
    return replace(
        first,
        amount=amount,
        open=any(r.open for r in rows),
        lines=tuple(dict.fromkeys(line for r in (first, *rest) for line in r.lines)),
        reason=first.reason or next((r.reason for r in rest if r.reason), ""),
        tracking=first.tracking or next((r.tracking for r in rest if r.tracking), ""),
    )


def feedback(row: Row, place: Marketplace) -> ReviewRecord:
    """A row of the feedback report. A buyer gives one feedback for one order, so the order names it."""
    told = {key: next((row[name] for name in names if row.get(name)), "") for key, names in FEEDBACK_COLUMNS.items()}
    order, rating = ident(told, "order"), whole(told, "rating")
    if not 1 <= rating <= 5:
        raise Unreadable("rating is none")
    return ReviewRecord(
        remote_id=order,
        rating=rating,
        at=day(ident(told, "date"), place.country),
        text=told["comments"],
        order_id=order,
        author_id=told["email"].lower(),
        lang=place.lang,
        reply=told["response"],
    )


def day(written: str, country: str) -> Instant:
    """The beginning of a day, as `country` writes it."""
    shapes = (*DATES, SLASHED.get(country, "%d/%m/%y"), SLASHED.get(country, "%d/%m/%y").replace("%y", "%Y"))
    for shape in (*shapes, "%d.%m.%y", "%d.%m.%Y"):
        try:
            return round(datetime.strptime(written.strip(), shape).replace(tzinfo=UTC).timestamp() * 1000)
        except ValueError:
            continue
    raise Unreadable("a date is none")
