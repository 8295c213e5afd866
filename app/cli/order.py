"""`deskhand order`: an order, what is in it, and where its parcels are."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from app.cli.output import At, Record, local, record
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run
from app.labels import ORDER, named
from app.told import told
from app.whence import whence
from app.words import _
from store.errors import N_, NotFound, Unavailable
from store.sql.rows import Order
from store.values import Money, clean_line, fold

if TYPE_CHECKING:
    from store.sql.parcels import News

SCHEMA = "deskhand/orders/1"
_LONGEST = 160


def arguments(parser: Parser) -> None:
    verbs(parser, (
        ("show", _("one order whole"), _one, _show),
        ("fetch", _("ask its platform for it now"), _fetch_arguments, _fetch),
    ))  # fmt: skip


run = perform_verb


def _one(parser: Parser) -> None:
    parser.add_argument("order", metavar="NUMBER", help=_("its number, with or without dashes"))


def _fetch_arguments(parser: Parser) -> None:
    _one(parser)
    parser.add_argument("--channel", default="", metavar="ID",
                        help=_("its account; needed only for an order the desk does not know"))  # fmt: skip


def _fetch(run: Run, args: argparse.Namespace) -> int:
    from connectors.contract import Fault
    from desk.channels import need_of
    from desk.sync import fetching

    channel_id, remote_id = fetching.order(run.conn, args.order, args.channel)
    channel = need_of(run.conn, channel_id)
    fetching.insist(channel)
    connector = run.wired.connector(channel)
    try:
        fetching.fetch(run.store, channel, connector, "order", remote_id)
    except Fault as fault:
        raise Unavailable(N_("{item} could not be fetched: {reason}"), item=args.order, reason=told(str(fault)),
                          next=N_("See: deskhand channel test {channel}"), channel=channel.id) from fault  # fmt: skip
    finally:
        connector.close()
    return _show(run, args)


def _show(run: Run, args: argparse.Namespace) -> int:
    from store.sql import shop

    found = shop.orders_by_key(run.conn, fold(args.order).replace("-", "").replace(" ", ""))
    if not found:
        raise NotFound(
            N_("There is no order {item}."), item=args.order, next=N_("Check the number; dashes do not matter.")
        )
    rows = [_row(run, o) for o in found]

    def page() -> list[str]:
        lines: list[str] = []
        for o in rows:
            lines += [f"{o['number']}  {named(ORDER, o['status'])}  {o['total'] or ''}  {o['channel']}"]
            lines += [f"  {' · '.join(o['whence'])}"] if o["whence"] else []
            for i in o["items"]:
                lines.append(f"  {i['quantity']} × {i['title']}  {i['sku']}")
                lines += [f"      {fact}" for fact in _facts(i["product"])]
            for s in o["shipments"]:
                lines.append(f"  {s['courier']} {s['tracking']}  {named(ORDER, s['status'])}")
                if s["told_by"]:
                    when = local(s["status_at"], run.zone) if s["status_at"] else ""
                    lines.append("    " + "  ".join(filter(None, (when, s["last_scan"], s["told_by"]))))
            lines += (
                [_("  Tickets: {numbers}").format(numbers=", ".join(f"#{n}" for n in o["tickets"]))]
                if o["tickets"]
                else []
            )
        return lines

    record(run, SCHEMA, {"orders": rows}, page)
    return 0


def _facts(product: dict[str, Any] | None) -> list[str]:
    """A product's facts and sizes, a line each."""
    if product is None:
        return []
    facts = [f"{clean_line(str(k))}: {clean_line(str(v))[:_LONGEST]}" for k, v in product["specs"].items()]
    return facts + [clean_line(line) for line in product["sizes"].split("\n") if line.strip()]


def _row(run: Run, o: Order) -> dict[str, Any]:
    from store.sql import shop
    from store.sql.history import products
    from store.sql.parcels import news_of_orders

    news = news_of_orders(run.conn, [o.id])
    found = shop.items(run.conn, [o.id])
    known = {p.sku: {"title": p.title, "specs": json.loads(p.specs or "{}"), "sizes": p.sizes}
             for p in products(run.conn, o.channel_id, [i.sku for i in found])}  # fmt: skip
    tickets = run.conn.execute(
        "SELECT ticket_id FROM ticket_order WHERE order_id = ? ORDER BY ticket_id", (o.id,)
    ).fetchall()
    return {
        "number": o.number,
        "channel": o.channel_id,
        "status": o.status,
        "placed": At(o.placed_at),
        "country": o.country or None,
        "ip_country": o.ip_country or None,
        "registration_country": o.registration_country or None,
        "campaign": o.campaign or None,
        "whence": whence(o),
        "total": Money(o.currency, o.total_minor) if o.currency else None,
        "customer": o.customer_id,
        "items": [
            {
                "sku": i.sku,
                "title": i.title,
                "quantity": i.quantity,
                "price": Money(o.currency, i.price_minor) if o.currency else None,
                "product": known.get(i.sku),
            }
            for i in found
        ],
        "shipments": [
            {
                "courier": s.courier,
                "tracking": s.tracking,
                "status": s.status,
                "shipped": At(s.shipped_at or 0),
                "delivered": At(s.delivered_at or 0),
                **_told(news.get((o.id, s.tracking))),
            }
            for s in shop.shipments(run.conn, [o.id])
        ],
        "tickets": [r[0] for r in tickets],
    }


def _told(news: News | None) -> Record:
    """When a parcel came to its status, who says so, and what its carrier noted last."""
    last = news.last if news else None
    noted = " ".join(filter(None, (last.text, f"({last.place})" if last.place else ""))) if last else ""
    return {"status_at": At(news.at if news else 0), "told_by": (news.source if news else "") or None,
            "last_scan": noted or None}  # fmt: skip
