"""Cards beside a ticket: the platforms' cases and what is known of the products; and the buyer's history as rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from app.happened import Reader
from app.labels import ORDER, named
from app.lines import Line
from app.words import _
from desk.vocabulary import STATUSES, TYPES
from store.connection import Connection
from store.errors import N_
from store.sql import history, shop, tickets
from store.sql.history import CaseFile, Product
from store.values import DAY, NEVER, Money, clean_line

if TYPE_CHECKING:
    from desk.thread import Thread

CASES = {
    "return": N_("return"),
    "cancellation": N_("cancellation"),
    "dispute": N_("dispute"),
    "refund": N_("refund"),
    "exchange": N_("exchange"),
    "repair": N_("repair"),
    "resend": N_("resend"),
}
"""Kinds of cases, as connectors name them."""
_SPECS = 6
"""Facts of a product shown at most."""
_NOTE = 200


def read(conn: Connection, thread: Thread) -> tuple[tuple[CaseFile, ...], tuple[Product, ...]]:
    """The cases of a ticket, and the products of its newest order."""
    order = thread.orders[0].id if thread.orders else 0
    skus = [item.sku for item in thread.items if item.order_id == order]
    found = history.products(conn, thread.ticket.channel_id, skus)
    return tuple(history.cases_of_ticket(conn, thread.ticket.id)), tuple(found)


def case_lines(cases: Sequence[CaseFile], reader: Reader) -> Iterator[Line]:
    """Kind and state, until when somebody must act, the reason, what the buyer said with it."""
    for case in cases:
        yield ()
        words = clean_line(case.state).replace("_", " ").casefold()
        state = " · ".join(filter(None, (words, "" if case.is_open else _("closed"))))
        yield ((_("CASE") + f" {_(CASES.get(case.kind, case.kind))}", "strong"), (f"   {state}", "muted"))
        if case.is_open and case.due_at < NEVER:
            late, near = case.due_at < reader.now, case.due_at < reader.now + DAY
            sign, role = ("! ", "danger") if late else ("▲ ", "warning") if near else ("", "text")
            yield ((sign + _("to be answered by {when}").format(when=reader.when(case.due_at)), role),)
        reason = _(TYPES[case.type]) if case.type in TYPES and case.type != "other" else ""
        words = clean_line(case.reason).replace("_", " ").casefold()
        if reason or words:
            yield ((" · ".join(filter(None, (reason, words))), "text"),)
        if case.amount_minor is not None and case.currency:
            yield ((str(Money(case.currency, case.amount_minor)), "muted"),)
        if case.note:
            yield ((f"“{clean_line(case.note)[:_NOTE]}”", "buyer"),)


def product_lines(products: Sequence[Product]) -> Iterator[Line]:
    """What the seller says of the product: its facts, its sizes."""
    for product in products[:2]:
        facts = [(clean_line(str(k)), clean_line(str(v))) for k, v in json.loads(product.specs or "{}").items()][:_SPECS]
        if not facts and not product.sizes:
            continue
        yield ()
        yield ((_("PRODUCT") + f" {clean_line(product.sku)}", "strong"), (f"   {clean_line(product.title)}", "muted"))
        for name, value in facts:
            yield ((f"{name}  ", "muted"), (value, "text"))
        if product.sizes:
            yield ((_("sizes: {sizes}").format(sizes=clean_line(product.sizes)), "text"),)


def buyer_rows(conn: Connection, customer_id: int, here: int, reader: Reader) -> list[tuple[str, str, str]]:
    """`(act, text, note)` of everything this buyer had to do with us, the newest of each kind first; a ticket, and what
    has one, opens it."""

    def opening(ticket_id: int | None) -> str:
        return f"ticket.open:{ticket_id}" if ticket_id else ""

    rows = []
    for t in tickets.of_customer(conn, customer_id, limit=50):
        mark = " ← " + _("here") if t.id == here else ""
        note = f"{_(STATUSES[t.status])} · {_(TYPES.get(t.type, TYPES['other']))} · {reader.when(t.updated_at)}"
        rows.append((opening(t.id), f"#{t.id} {clean_line(t.subject)}{mark}", note))
    for c in history.cases_of_customer(conn, customer_id):
        text = _("case: {kind} {order}").format(kind=_(CASES.get(c.kind, c.kind)), order=c.order_number)
        rows.append((opening(c.ticket_id), text, f"{clean_line(c.state)} · {reader.when(c.opened_at)}"))
    for r in history.reviews_of_customer(conn, customer_id):
        stars = "★" * r.rating or _("feedback")
        rows.append((opening(r.ticket_id), _("review: {stars} {title}").format(stars=stars, title=clean_line(r.title or r.body)),
                     reader.when(r.at)))  # fmt: skip
    for o in shop.orders_of_customer(conn, customer_id):
        total = str(Money(o.currency, o.total_minor)) if o.currency else ""
        note = " · ".join(filter(None, (named(ORDER, o.status), total, reader.when(o.placed_at))))
        rows.append(("", _("order: {number}").format(number=o.number), note))
    return rows
