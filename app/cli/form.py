"""`deskhand form`: a platform's own forms of message about the order of a ticket."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.leaving import add_consent, waits, would
from app.cli.options import Usage, unknown
from app.cli.output import Column, records
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run, confirmed, ticket_number
from app.cli.texts import add_text, text_of
from app.told import told
from app.words import _
from store.errors import N_, Refused, Unavailable

if TYPE_CHECKING:
    from connectors.contract import Connector
    from desk.forms import Place

LIST, SENT = "deskhand/forms/1", "deskhand/form-sent/1"


def arguments(parser: Parser) -> None:
    verbs(parser, (
        ("list", _("ask the platform which the order of a ticket allows now"), _one, _list),
        ("send", _("send one, through the outbox"), _send_arguments, _send),
    ))  # fmt: skip


run = perform_verb


def _one(parser: Parser) -> None:
    parser.add_argument("ticket", type=ticket_number, metavar="TICKET", help=_("its number"))


def _send_arguments(parser: Parser) -> None:
    _one(parser)
    parser.add_argument("form", metavar="FORM", help=_("which one, such as invoice; see: deskhand form list"))
    add_text(parser)
    parser.add_argument("--attach", action="append", default=[], metavar="PATH", help=_("a file to send along; may be repeated"))
    add_consent(parser)


def _list(run: Run, args: argparse.Namespace) -> int:
    from desk import forms

    at = forms.place(run.conn, args.ticket)
    columns = [
        Column("id", _("Form")), Column("title", _("For"), _), Column("longest", _("Characters"), right=True),
        Column("files", _("Files")),
    ]  # fmt: skip
    with _asked(run, at) as connector:
        found = forms.allowed(connector, at)
    rows = ({"id": f.id, "title": f.title, "longest": f.longest, "files": f.files} for f in found)
    records(run, LIST, "forms", columns, rows, ticket=args.ticket, order=at.number)
    return 0


@contextmanager
def _asked(run: Run, at: Place) -> Iterator[Connector]:
    from connectors.contract import Fault

    connector = run.wired.connector(at.channel)
    try:
        yield connector
    except Fault as fault:
        raise Unavailable(N_("{item} cannot be asked now: {reason}"), item=at.channel.name, reason=told(str(fault)),
                          next=N_("See: deskhand channel test {channel}"), channel=at.channel.id) from fault  # fmt: skip
    finally:
        connector.close()


def _send(run: Run, args: argparse.Namespace) -> int:
    from desk import enclosing, forms

    at = forms.place(run.conn, args.ticket)
    known = {form.id: form for form in forms.known(at.channel)}
    if args.form not in known:
        raise Usage(unknown(args.form, known, _("a form of {platform}").format(platform=at.channel.platform)))
    form, text = known[args.form], text_of(args).strip()
    files = [enclosing.take(Path(path)) for path in args.attach]
    forms.check(form, text, files)
    with _asked(run, at) as connector:
        if form not in forms.allowed(connector, at):
            raise Refused(N_("{item} does not allow {form} for {order} now."), item=at.channel.name, form=form.id,
                          order=at.number, next=N_("See: deskhand form list {ticket}"), ticket=args.ticket)  # fmt: skip
    shown = {"ticket": args.ticket, "order": at.number, "channel": at.channel.id, "form": form.id, "text": text,
             "files": [{"name": f.name, "type": f.type, "size": len(f.data)} for f in files]}  # fmt: skip
    if args.dry_run:
        return would(run, SENT, shown, lambda: [f"{at.channel.name}: {_(form.title)}", at.number, "", text,
                                                *(f"⎙ {f.name}" for f in files)])  # fmt: skip
    if not confirmed(_("Send “{title}” to the buyer of {order}? (y/n)").format(title=_(form.title), order=at.number), args.yes):
        raise Refused(N_("Nothing was sent."))
    with run.write() as unit:
        row_id = forms.queue(unit, args.ticket, at, form, text, [enclosing.store(unit, f) for f in files])
    return waits(run, SENT, row_id, shown)
