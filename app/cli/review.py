"""`deskhand review`: what buyers of all shops write in public, and answering it there."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Any

from app.cli.leaving import add_consent, waits, would
from app.cli.options import Usage
from app.cli.output import At, Column, Record, local, record, records
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run, confirmed
from app.cli.texts import add_text, text_of
from app.told import told
from app.words import _
from store.errors import N_, Conflict, Invalid, Refused

if TYPE_CHECKING:
    from desk.reviews import Standing
    from store.sql.reviews import Review

LIST, ONE, ANSWER = "deskhand/reviews/1", "deskhand/review/1", "deskhand/review-answer/1"
_STARS = re.compile(r"(?P<one>[1-5])|(?P<least>[1-5])?\.\.(?P<most>[1-5])?")


def arguments(parser: Parser) -> None:
    verbs(parser, (
        ("list", _("reviews of all accounts, newest first"), _list_arguments, _list),
        ("show", _("one review whole, with our answer"), _one, _show),
        ("answer", _("answer it where everybody reads it"), _answer_arguments, _answer),
    ))  # fmt: skip


run = perform_verb


def _list_arguments(parser: Parser) -> None:
    parser.add_argument("--unanswered", action="store_true", help=_("only those without an answer"))
    parser.add_argument("--stars", default="", metavar="N", help=_("only so many stars: 1, ..2, 4.. or 2..3"))
    parser.add_argument("--channel", default="", metavar="ID", help=_("only those of this account"))
    parser.add_argument("--limit", type=int, default=200, metavar="N", help=_("at most N of them (200)"))


def _one(parser: Parser) -> None:
    parser.add_argument("review", type=int, metavar="REVIEW", help=_("its number"))


def _answer_arguments(parser: Parser) -> None:
    from desk.outbox import AFTER_SENDING

    _one(parser)
    add_text(parser)
    parser.add_argument("--then", default="", choices=["", *AFTER_SENDING], metavar="STATUS",
                        help=_("status of its ticket once the answer stands there (as it is)"))  # fmt: skip
    add_consent(parser)


def stars(text: str) -> tuple[int, int]:
    """`..2` → (0, 2); "" for any, those without stars among them. Raises Usage."""
    if not text:
        return 0, 5
    found = _STARS.fullmatch(text)
    if found is None or text == "..":
        raise Usage(_("{word} are no stars; say 1, ..2, 4.. or 2..3.").format(word=text))
    if found["one"]:
        return int(text), int(text)
    return int(found["least"] or 1), int(found["most"] or 5)


def _list(run: Run, args: argparse.Namespace) -> int:
    from desk import channels, reviews
    from store.sql.reviews import Wanted, listed

    if args.channel:
        channels.need_of(run.conn, args.channel, removed=True)
    wanted = Wanted(*stars(args.stars), args.unanswered, args.channel)
    columns = [
        Column("id", _("No."), right=True), Column("stars", _("Stars"), lambda n: "★" * n), Column("channel", _("Account")),
        Column("at", _("When")), Column("answer", _("Answer")), Column("ticket", _("Ticket"), lambda n: f"#{n}", right=True),
        Column("product", _("Product")), Column("title", _("Title")), Column("text", _("Text")),
    ]  # fmt: skip
    waiting = reviews.under_way(run.conn)
    rows = (_row(run, r, reviews.standing(r, waiting)) for r in listed(run.conn, wanted, args.limit))
    records(run, LIST, "reviews", columns, rows)
    return 0


def _row(run: Run, r: Review, standing: Standing) -> Record:
    from desk.review_tickets import product

    return {
        "id": r.id, "stars": r.rating, "channel": r.channel_id, "at": At(r.at), "answer": standing.state or None,
        "ticket": r.ticket_id, "product": product(run.conn, r) or None, "title": r.title, "text": r.body,
    }  # fmt: skip


def _show(run: Run, args: argparse.Namespace) -> int:
    from desk import reviews
    from store.sql import people

    r = reviews.need(run.conn, args.review)
    standing = reviews.standing(r, reviews.under_way(run.conn))
    order = run.conn.execute("SELECT number FROM orders WHERE id = ?", (r.order_id,)).fetchone()
    buyer = people.customer(run.conn, r.customer_id) if r.customer_id else None
    why = reviews.why_not(run.conn, r)
    row: dict[str, Any] = {
        **_row(run, r, standing), "author": r.author or (buyer.name if buyer else None), "customer": r.customer_id,
        "verified": bool(r.verified), "order": order[0] if order else None, "url": r.url or None, "language": r.lang or None,
        "reply": standing.text or None, "outbox": standing.row or None, "error": standing.error or None,
        "cannot": why or None,
    }  # fmt: skip
    record(run, ONE, row, lambda: _page(run, r, standing, row))
    return 0


def _page(run: Run, r: Review, standing: Standing, row: Record) -> list[str]:
    from desk.review_tickets import stars as drawn

    facts = (row["author"], _("verified buyer") if r.verified else "", r.channel_id, local(r.at, run.zone),
             _("order {number}").format(number=row["order"]) if row["order"] else "",
             f"#{r.ticket_id}" if r.ticket_id else "")  # fmt: skip
    lines = [" ".join(filter(None, (drawn(r.rating), row["product"]))), " · ".join(filter(None, facts)), "",
             *filter(None, (r.title, r.body)), ""]  # fmt: skip
    if standing.state:
        error = told(standing.error)
        return [*lines, " · ".join(filter(None, (_("Our answer ({state}):").format(state=standing.state), error))), standing.text]
    if row["cannot"]:
        return [*lines, _("No public answer from here: {reason}").format(reason=_(row["cannot"]))]
    return [*lines, _("No answer yet: deskhand review answer {number} --text …").format(number=r.id)]


def _answer(run: Run, args: argparse.Namespace) -> int:
    from desk import reviews
    from desk.review_tickets import stars as drawn

    r = reviews.need(run.conn, args.review)
    channel = reviews.insist(run.conn, r)
    if waiting := reviews.standing(r, reviews.under_way(run.conn)).row:
        raise Conflict(N_("An answer to review {item} is in the outbox (row {row})."), item=str(r.id), row=waiting,
                       next=N_("Settle it first: deskhand outbox list"))  # fmt: skip
    text = text_of(args).strip()
    if not text:
        raise Invalid(N_("An answer needs a text: --text or -."))
    shown = {"review": r.id, "ticket": r.ticket_id, "channel": channel.id, "text": text, "then": args.then or None}
    where = _("PUBLIC, at {channel}, under {stars}:").format(channel=channel.name, stars=drawn(r.rating))
    if args.dry_run:
        return would(run, ANSWER, shown, lambda: [where, "", text])
    question = _("Answer review {number} at {channel}, for everybody to read? (y/n)")
    if not confirmed(question.format(number=r.id, channel=channel.name), args.yes):
        raise Refused(N_("Nothing was sent."))
    with run.write() as unit:
        row_id = reviews.answer(unit, r.id, text, then=args.then)
    return waits(run, ANSWER, row_id, {**shown, "ticket": reviews.need(run.conn, r.id).ticket_id})
