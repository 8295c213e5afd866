"""`deskhand reply`: an answer to the buyer, into the outbox, where it waits to be taken back."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.leaving import add_consent, waits, would
from app.cli.parsing import Parser
from app.cli.run import Run, confirmed, ticket_number
from app.cli.texts import add_text, text_of
from app.words import _
from store.errors import N_, Conflict, Invalid, NotFound, Refused

if TYPE_CHECKING:
    from desk.thread import Thread

SCHEMA = "deskhand/reply/1"


def arguments(parser: Parser) -> None:
    from desk.outbox import AFTER_SENDING

    parser.add_argument("ticket", type=ticket_number, metavar="TICKET", help=_("its number"))
    parser.add_argument("--template", default="", metavar="ID", help=_("the text of a template, its gaps filled"))
    add_text(parser)
    parser.add_argument("--attach", action="append", default=[], metavar="PATH", help=_("a file to send along; may be repeated"))
    parser.add_argument("--cc", action="append", default=[], metavar="ADDRESS", help=_("who else gets it; may be repeated"))
    parser.add_argument("--to", action="append", default=[], metavar="ADDRESS",
                        help=_("not to the buyer but to a carrier or supplier, outside the buyer's thread"))  # fmt: skip
    parser.add_argument("--then", default="open", choices=AFTER_SENDING, help=_("status once it has left (open)"))
    parser.add_argument(
        "--if-version", type=int, default=None, metavar="N", help=_("only if the ticket is still at version N")
    )
    add_consent(parser)


def run(run: Run, args: argparse.Namespace) -> int:
    from desk import enclosing, outbox, thread
    from desk.outgoing import reply_subject
    from desk.template_book import unfit

    found = thread.read(run.conn, args.ticket)
    text = written(run, found, args)
    files = [enclosing.take(Path(path)) for path in args.attach]
    enclosing.check(found.channel, files)
    reply = outbox.Reply(
        ticket_id=args.ticket,
        text=text,
        to=addresses(args.to) or thread.answer_to(found),
        cc=addresses(args.cc),
        aside=bool(args.to),
        subject=reply_subject(found.ticket.subject),
        base_seq=found.ticket.thread_seq,
        then="" if args.to else args.then,
        template_id=args.template,
    )
    if args.if_version is not None and found.ticket.version != args.if_version:
        raise Conflict(
            N_("{item} was changed meanwhile (version {found}, not {asked})."),
            item=f"#{args.ticket}",
            next=N_("Look at it again and repeat."),
            found=found.ticket.version,
            asked=args.if_version,
        )
    warnings = [] if args.to else [problem.render(_) for problem in unfit(run.conn, found.ticket, text)]
    shown = {"ticket": args.ticket, "to": reply.to, "subject": reply.subject, "text": reply.text, "then": reply.then,
             "cc": reply.cc, "aside": reply.aside,
             "template": args.template or None, "warnings": warnings,
             "files": [{"name": f.name, "type": f.type, "size": len(f.data)} for f in files]}  # fmt: skip
    for warning in warnings:
        run.say(f"! {warning}")
    if args.dry_run:
        return would(run, SCHEMA, shown, lambda: [
            _("To: {addresses}").format(addresses=", ".join(reply.to)), reply.subject, "", reply.text,
            *(f"⎙ {f.name}" for f in files)])  # fmt: skip
    if not confirmed(_("Send this to {addresses}? (y/n)").format(addresses=", ".join(reply.to)), args.yes):
        raise Refused(N_("Nothing was sent."))
    with run.write() as unit:
        row_id = outbox.queue(unit, replace(reply, files=tuple(enclosing.store(unit, f) for f in files)))
    return waits(run, SCHEMA, row_id, shown)


def addresses(given: list[str]) -> tuple[str, ...]:
    """Each once. Raises Invalid for what is no address."""
    from desk.composing import address_of

    return tuple(dict.fromkeys(address_of(one)[1] for one in given))


def written(run: Run, found: Thread, args: argparse.Namespace) -> str:
    """The text of a reply: as given, or a template filled. Raises Refused where a gap stays empty."""
    text = text_of(args)
    if bool(text) == bool(args.template):
        raise Invalid(N_("A reply needs one text: --text, - or --template."))
    if not args.template:
        return text
    from desk import thread
    from desk.automation.templates import fill
    from store.sql import shop

    template = shop.template(run.conn, args.template)
    if template is None:
        raise NotFound(N_("There is no template {item}."), item=args.template, next=N_("See: deskhand template list"))
    variant, how = thread.variant(template, found.ticket)
    run.say(how.render(_))
    me = run.agent
    filled = fill(variant.text, thread.template_context(found, me.name, run.store.meta("name"), signature=me.signature))
    if not filled.sendable:
        raise Refused(N_("Template {item} has gaps that nothing fills: {gaps}."), item=args.template,
                      gaps=", ".join(filled.missing), next=N_("Write the text yourself with --text."))  # fmt: skip
    return filled.text
