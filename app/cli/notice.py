"""`deskhand notice`: places outside the program that the team is told at: webhooks, ntfy, mail, chats."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from app.cli.key_values import said
from app.cli.options import Usage, unknown
from app.cli.output import At, Column, Record, record, records
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run
from app.labels import OUTBOX, column
from app.told import told
from app.words import _
from store.errors import N_, Invalid

if TYPE_CHECKING:
    from connectors.services.registry import Kind
    from store.sql.notices import Target

LIST, ONE, SENT = "deskhand/notice-targets/1", "deskhand/notice-target/1", "deskhand/notice/1"


def arguments(parser: Parser) -> None:
    verbs(parser, (
        ("list", _("the places that are told, and whether it works"), _no_arguments, _list),
        ("services", _("services there are, and what each is asked for"), _no_arguments, _services),
        ("add", _("add a place; its secrets are asked for"), _add_arguments, _add),
        ("set", _("change its settings or secrets"), _set_arguments, _set),
        ("test", _("send it a notice now"), _one, _test),
        ("send", _("tell it something, of a ticket if you say which"), _send_arguments, _send),
        ("remove", _("take it away; what waits for it never leaves"), _one, _remove),
    ))  # fmt: skip


run = perform_verb


def _no_arguments(parser: Parser) -> None:
    """None of its own."""


def _one(parser: Parser) -> None:
    parser.add_argument("target", metavar="ID", help=_("its id"))


def _add_arguments(parser: Parser) -> None:
    parser.add_argument("target", metavar="ID", help=_("a short id that stays, such as team"))
    parser.add_argument("kind", metavar="SERVICE", help=_("webhook, ntfy, mail, slack, telegram, wecom, dingtalk or feishu"))
    _settings(parser, "*")


def _set_arguments(parser: Parser) -> None:
    _one(parser)
    _settings(parser, "*")


def _settings(parser: Parser, count: str) -> None:
    parser.add_argument(
        "settings", nargs=count, metavar="KEY=VALUE",
        help=_("what the service asks for (see: deskhand notice services), and quiet=22:00-07:00, digest=60, details=yes, "
               "private=yes"),
    )  # fmt: skip
    parser.add_argument("--name", default="", help=_("what it is called"))
    parser.add_argument(
        "--secret-stdin", action="append", default=[], metavar="KEY",
        help=_("read this secret from standard input, one line each; may be repeated"),
    )  # fmt: skip


def _send_arguments(parser: Parser) -> None:
    _one(parser)
    parser.add_argument("text", metavar="TEXT", help=_("what to say"))
    parser.add_argument("--ticket", default="", metavar="N", help=_("the ticket it is about"))


def _list(run: Run, args: argparse.Namespace) -> int:
    from store.sql import notices

    columns = [
        Column("id", _("Id")), Column("name", _("Name")), Column("service", _("Service")), Column("sent", _("Last sent")),
        Column("waiting", _("Waiting"), right=True), Column("details", _("Buyer's data")), Column("fault", _("Fault"), told),
    ]  # fmt: skip
    records(run, LIST, "targets", columns, (_record(run, t) for t in notices.every(run.conn)))
    return 0


def _record(run: Run, t: Target) -> Record:
    from desk.notices import PREFIX
    from store.sql import notices

    settings: dict[str, str] = json.loads(t.settings)
    return {
        "id": t.id, "name": t.name, "service": t.kind, "settings": settings, "details": settings.get("details") == "yes",
        "sent": At(t.sent_at), "waiting": len(notices.waiting(run.conn, PREFIX + t.id)), "fault": t.fault or None,
    }  # fmt: skip


def _services(run: Run, args: argparse.Namespace) -> int:
    from connectors.services.registry import KINDS, kind

    rows = (
        {
            "service": ident, "setting": s.key, "needed": s.required, "secret": s.kind == "secret",
            "default": s.default or None, "help": _(s.help),
        }
        for ident in KINDS for s in kind(ident).settings
    )  # fmt: skip
    columns = [
        Column("service", _("Service")), Column("setting", _("Setting")), Column("needed", _("Needed")),
        Column("secret", _("Secret")), Column("default", _("Usual")), Column("help", _("What it is")),
    ]  # fmt: skip
    records(run, "deskhand/notice-services/1", "settings", columns, rows)
    return 0


def _add(run: Run, args: argparse.Namespace) -> int:
    from desk import notices

    service = _kind(args.kind)
    settings, secrets = _asked(service, args, fresh=True)
    if missing := [s.key for s in service.settings if s.kind == "secret" and s.required and not secrets.get(s.key)]:
        raise Invalid(N_("{item} needs the secret {missing}."), item=service.id, missing=", ".join(missing),
                      next=N_("Say: --secret-stdin {missing}"))  # fmt: skip
    with run.write() as unit:
        made = notices.add(unit, args.target, service.id, settings, name=args.name)
    _keep(run, made.id, secrets)
    record(run, ONE, _record(run, made), lambda: [_("Added. Try it: deskhand notice test {id}").format(id=made.id)])
    return 0


def _set(run: Run, args: argparse.Namespace) -> int:
    from desk import notices

    old = notices.need(run.conn, args.target)
    settings, secrets = _asked(_kind(old.kind), args, fresh=False)
    if not (settings or secrets or args.name):
        raise Usage(_("Say what to change: KEY=VALUE, --name or --secret-stdin."))
    with run.write() as unit:
        made = notices.change(unit, old.id, settings, name=args.name)
    _keep(run, made.id, secrets)
    record(run, ONE, _record(run, made), lambda: [_("{name} is set.").format(name=made.name)])
    return 0


def _remove(run: Run, args: argparse.Namespace) -> int:
    from desk import notices

    with run.write() as unit:
        notices.remove(unit, args.target)
    run.wired.vault.drop(f"{notices.PREFIX}{args.target}/")
    record(run, ONE, {"id": args.target, "removed": True}, lambda: [_("Removed.")])
    return 0


def _test(run: Run, args: argparse.Namespace) -> int:
    from desk import notices

    text = _("This is a test of the notices from Deskhand.")
    with run.write() as unit:
        row_id = notices.queue(unit, args.target, text, wait=0)
    return _leave(run, args.target, row_id)


def _send(run: Run, args: argparse.Namespace) -> int:
    from app.cli.run import ticket_number
    from desk import notices

    number = ticket_number(args.ticket) if args.ticket else 0
    with run.write() as unit:
        row_id = notices.queue(unit, args.target, args.text, number, wait=0)
    return _leave(run, args.target, row_id)


def _leave(run: Run, target: str, row_id: int) -> int:
    """Sends it now, unless sync runs, which does it in a moment, or the target's quiet hours hold it."""
    from desk.notices import PREFIX
    from desk.sync import lease, notify
    from store.sql import outbox, shop

    def connect(channel_id: str) -> Any:
        channel = shop.channel(run.conn, channel_id)
        if channel is None:
            raise Invalid(N_("There is no mail channel {item}."), item=channel_id)
        return run.wired.connector(channel)

    row = outbox.get(run.conn, row_id)
    assert row is not None
    holder = lease.take(run.store, lease.SYNC, lease.this_process()) if row.hold_until <= run.now else None
    if holder is not None:
        try:
            notify.send(run.store, holder, PREFIX + target, connect)
        finally:
            lease.give_back(run.store, holder)
        row = outbox.get(run.conn, row_id)
        assert row is not None
    state = column(OUTBOX)(row.state)
    what = {"sent": _("It arrived."), "held": _("It waits to leave.")}.get(row.state, state)
    record(run, SENT, {"outbox": row.id, "target": target, "state": row.state, "error": row.error or None},
           lambda: [f"{what} {told(row.error)}".rstrip()])  # fmt: skip
    return 1 if row.error else 0


def _kind(ident: str) -> Kind:
    from connectors.services.registry import KINDS, kind

    if ident not in KINDS:
        raise Usage(unknown(ident, KINDS, _("a service for notices")))
    return kind(ident)


def _asked(service: Kind, args: argparse.Namespace, *, fresh: bool) -> tuple[dict[str, str], dict[str, str]]:
    """`(settings, secrets)` from the line and standard input; of a new target the secrets are asked for where a person
    can be asked. Raises Usage."""
    known = {s.key: s for s in service.settings}
    settings = said(args.settings, service.settings, service.name)
    secrets: dict[str, str] = {}
    for key in args.secret_stdin:
        if key not in known or known[key].kind != "secret":
            raise Usage(unknown(key, [k for k, s in known.items() if s.kind == "secret"], _("a secret")))
        secrets[key] = sys.stdin.readline().rstrip("\r\n")
    if fresh and not args.secret_stdin and sys.stdin.isatty():
        from getpass import getpass

        for s in service.settings:
            if s.kind == "secret" and (value := getpass(f"{_(s.label)} ({_(s.help)}): ")):
                secrets[s.key] = value
    return settings, secrets


def _keep(run: Run, target: str, secrets: dict[str, str]) -> None:
    from desk.notices import PREFIX

    for key, value in secrets.items():
        run.wired.vault.put(f"{PREFIX}{target}/{key}", value)
