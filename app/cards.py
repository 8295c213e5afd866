"""Cards beside a ticket: the platforms' cases and what is known of the products; and the buyer's history as rows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from app.happened import Reader
from app.labels import ORDER, named
from app.lines import Line
from app.told import told
from app.whence import elsewhere, whence
from app.words import _, ngettext
from desk.vocabulary import PICTURE, STATUSES, TYPES
from store.connection import Connection
from store.errors import N_
from store.sql import history, people, reviews, shop, tickets
from store.sql.history import CaseFile, Product, Review
from store.values import DAY, NEVER, Money, clean_line

if TYPE_CHECKING:
    from desk.thread import Thread
    from store.sql.parcels import News
    from store.sql.reviews import About
    from store.sql.rows import Customer, Order, Shipment

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
CONSENT = {"yes": N_("takes marketing mail"), "no": N_("wants no marketing mail")}
"""`customer.consent` in words."""
_SPECS = 6
"""Facts of a product shown at most."""
_SIZES = 8
"""Lines of a size chart shown at most."""
_SPEC = 160
"""Characters of one fact shown."""
_NOTE = 200


def _words(state: str) -> str:
    """A platform's own word as words: RETURN_REQUESTED, PendingApproval."""
    return re.sub("(?<=[a-z])(?=[A-Z])", " ", clean_line(state)).replace("_", " ").casefold()


def read(conn: Connection, thread: Thread) -> tuple[tuple[CaseFile, ...], tuple[Product, ...]]:
    """The cases of a ticket, and the products of its newest order."""
    order = thread.orders[0].id if thread.orders else 0
    skus = [item.sku for item in thread.items if item.order_id == order]
    channel = thread.orders[0].channel_id if thread.orders else thread.ticket.channel_id
    found = history.products(conn, channel, skus)
    return tuple(history.cases_of_ticket(conn, thread.ticket.id)), tuple(found)


def parcel_lines(parcel: Shipment, news: News | None, reader: Reader) -> Iterator[Line]:
    """How a parcel stands; when it came to that, who says so, and what its carrier noted last."""
    status = _(ORDER[parcel.status]) if parcel.status in ORDER else parcel.status
    yield ((" · ".join(filter(None, (status, parcel.courier, parcel.tracking))), "muted"),)
    if news is None:
        return
    last = news.last
    noted = f"{last.text} ({last.place})" if last and last.place else last.text if last else ""
    if news.source and news.at:
        same = last is not None and last.at == news.at
        yield ((" · ".join(filter(None, (reader.when(news.at), noted if same else "", news.source))), "muted"),)
        if last is not None and not same:
            yield ((f"{reader.when(last.at)} · {noted}", "muted"),)
    elif last is not None:
        yield ((f"{reader.when(last.at)} · {noted}", "muted"),)
    if news.note and last is None:
        yield ((told(news.note), "muted"),)


def whence_lines(order: Order) -> Iterator[Line]:
    """Where it was ordered and goes to; marked where the two do not fit."""
    if told := whence(order):
        odd = elsewhere(order)
        yield ((("▲ " if odd else "") + " · ".join(told), "warning" if odd else "muted"),)


def case_lines(cases: Sequence[CaseFile], reader: Reader) -> Iterator[Line]:
    """Kind and state, until when somebody must act, the reason, what the buyer said with it."""
    for case in cases:
        yield ()
        state = " · ".join(filter(None, (_words(case.state), "" if case.is_open else _("closed"))))
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
        told = {clean_line(str(k)): clean_line(str(v)) for k, v in json.loads(product.specs or "{}").items()}
        picture = told.pop(PICTURE, "")
        facts = list(told.items())[:_SPECS]
        if not facts and not product.sizes and not picture:
            continue
        yield ()
        yield ((_("PRODUCT") + f" {clean_line(product.sku)}", "strong"), (f"   {clean_line(product.title)}", "muted"))
        for name, value in facts:
            yield ((f"{name}  ", "muted"), (value if len(value) <= _SPEC else f"{value[:_SPEC]}…", "text"))
        if picture:
            yield ((_("picture") + "  ", "muted"), (picture, "text"))
        sizes = [clean_line(line) for line in product.sizes.split("\n") if line.strip()]
        if len(sizes) == 1:
            yield ((_("sizes: {sizes}").format(sizes=sizes[0]), "text"),)
        elif sizes:
            yield ((_("sizes:"), "muted"),)
            yield from (((f"  {line}", "text"),) for line in sizes[:_SIZES])
            if len(sizes) > _SIZES:
                rest = len(sizes) - _SIZES
                yield ((ngettext("… {count} more", "… {count} more", rest).format(count=rest), "muted"),)


def buyer_rows(conn: Connection, customer_id: int, here: int, reader: Reader) -> list[tuple[str, str, str]]:
    """`(act, text, note)`: what other programs know of this buyer, then everything they had to do with us, the newest of
    each kind first; a ticket, and what has one, opens it."""

    def opening(ticket_id: int | None) -> str:
        return f"ticket.open:{ticket_id}" if ticket_id else ""

    rows = []
    if (buyer := people.customer(conn, customer_id)) and (known_as := standing(buyer)):
        rows.append(("", " · ".join(known_as), ""))
    for t in tickets.of_customer(conn, customer_id, limit=50):
        mark = " ← " + _("here") if t.id == here else ""
        note = f"{_(STATUSES[t.status])} · {_(TYPES.get(t.type, TYPES['other']))} · {reader.when(t.updated_at)}"
        rows.append((opening(t.id), f"#{t.id} {clean_line(t.subject)}{mark}", note))
    for c in history.cases_of_customer(conn, customer_id):
        text = _("case: {kind} {order}").format(kind=_(CASES.get(c.kind, c.kind)), order=c.order_number)
        rows.append((opening(c.ticket_id), text, f"{_words(c.state)} · {reader.when(c.opened_at)}"))
    found = history.reviews_of_customer(conn, customer_id)
    known = reviews.about(conn, [r.id for r in found])
    for r in found:
        stars = "★" * r.rating or _("feedback")
        text = _("review: {stars} {title}").format(stars=stars, title=clean_line(r.title or r.body))
        rows.append((opening(r.ticket_id), text, _review_note(r, known.get(r.id), reader)))
    for o in shop.orders_of_customer(conn, customer_id):
        total = str(Money(o.currency, o.total_minor)) if o.currency else ""
        note = " · ".join(filter(None, (named(ORDER, o.status), total, reader.when(o.placed_at))))
        rows.append(("", _("order: {number}").format(number=o.number), note))
    return rows


def standing(buyer: Customer) -> list[str]:
    """A buyer's tags, and whether they take marketing mail."""
    tags = " ".join(f"#{tag}" for tag in json.loads(buyer.tags))
    return [part for part in (tags, _(CONSENT[buyer.consent]) if buyer.consent in CONSENT else "") if part]


def _review_note(review: Review, about: About | None, reader: Reader) -> str:
    """What it is about, whether its author bought that, and when."""
    if about is None:
        return reader.when(review.at)
    bought = _("verified buyer") if about.verified else ""
    return " · ".join(filter(None, (about.product, bought, about.url, reader.when(review.at))))
