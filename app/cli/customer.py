"""`deskhand customer`: a buyer, what they are known by, their orders and tickets."""

from __future__ import annotations

import argparse
import json

from app.cli.output import At, Record, record
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run
from app.labels import named
from app.words import _
from store.connection import Connection
from store.errors import N_, Invalid, NotFound
from store.values import Money, fold

SCHEMA = "deskhand/customer/1"
_SHOWN = 6


def arguments(parser: Parser) -> None:
    verbs(parser, (("show", _("one buyer whole"), _one, _show),))


run = perform_verb


def _one(parser: Parser) -> None:
    parser.add_argument("customer", nargs="+", metavar="CUSTOMER", help=_("mail address, number, name or a part of it"))


def _show(run: Run, args: argparse.Namespace) -> int:
    from app.cards import standing
    from desk.vocabulary import STATUSES
    from store.sql import people, shop, tickets

    customer_id = find(run.conn, " ".join(args.customer))
    c = people.customer(run.conn, customer_id)
    assert c is not None
    orders: list[Record] = [
        {"number": o.number, "status": o.status, "placed": At(o.placed_at), "channel": o.channel_id,
         "total": Money(o.currency, o.total_minor) if o.currency else None}
        for o in shop.orders_of_customer(run.conn, customer_id)
    ]  # fmt: skip
    their = [{"id": t.id, "subject": t.subject, "status": t.status, "type": t.type, "updated": At(t.updated_at)}
             for t in tickets.of_customer(run.conn, customer_id)]  # fmt: skip
    row = {
        "id": c.id,
        "name": c.name,
        "email": c.email or None,
        "language": c.lang or None,
        "country": c.country or None,
        "tier": c.tier or None,
        "note": c.note or None,
        "tags": json.loads(c.tags),
        "consent": c.consent or None,
        "keys": people.keys_of(run.conn, c.id),
        "orders": orders,
        "tickets": their,
    }

    def page() -> list[str]:
        lines = [f"{c.name}  {c.email}", "  ".join(filter(None, (c.country, c.lang, c.tier))), *standing(c)]
        lines += ["", _("Orders:"), *(f"  {o['number']}  {o['total'] or ''}" for o in orders)] if orders else []
        if their:
            lines += ["", _("Tickets:")]
            lines += [f"  #{t['id']}  {named(STATUSES, str(t['status']))}  {t['subject']}" for t in their]
        return lines

    record(run, SCHEMA, row, page)
    return 0


def find(conn: Connection, words: str) -> int:
    """The customer a person means. Raises NotFound, and Invalid where several have the name."""
    from store.sql import people

    text = words.strip()
    if text.isdigit() and people.customer(conn, int(text)):
        return int(text)
    for key in (text, f"email:{fold(text)}"):
        found = people.customer_by_key(conn, key)
        if found is not None:
            return found
    named = [
        r[0] for r in conn.execute("SELECT id FROM customer WHERE name_key = ? ORDER BY id LIMIT 6", (fold(text),))
    ]
    if len(named) == 1:
        return int(named[0])
    if named:
        raise Invalid(
            N_("Several customers are called {item}: {numbers}."),
            item=text,
            numbers=", ".join(map(str, named)),
            next=N_("Name one by its number."),
        )
    parts = _named_in_part(conn, fold(text))
    if len(parts) == 1:
        return parts[0][0]
    if parts:
        raise Invalid(N_("Several customers are called something like {item}: {names}."), item=text,
                      names=", ".join(f"{name} ({number})" for number, name in parts[:_SHOWN])
                      + (" …" if len(parts) > _SHOWN else ""),
                      next=N_("Name one by its number."))  # fmt: skip
    raise NotFound(N_("There is no customer {item}."), item=text, next=N_("Give a part of the name, or a mail address."))


def _named_in_part(conn: Connection, part: str) -> list[tuple[int, str]]:
    """Customers whose name has a word that begins so, else those that have it anywhere; one more than is shown."""
    mark = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    sql = (
        "SELECT id, name FROM customer WHERE name_key LIKE ? ESCAPE '\\' OR name_key LIKE ? ESCAPE '\\' ORDER BY id LIMIT ?"
    )
    if not part:
        return []
    found = conn.execute(sql, (f"{mark}%", f"% {mark}%", _SHOWN + 1)).fetchall()
    return found or conn.execute(sql, (f"%{mark}%", f"%{mark}%", _SHOWN + 1)).fetchall()
