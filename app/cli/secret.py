"""`deskhand secret`: stores a secret in the vault; it is never shown again."""

from __future__ import annotations

import argparse
import sys
from getpass import getpass

from app.cli.output import record
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run
from app.words import _
from store.errors import N_, Invalid, NotFound

SCHEMA = "deskhand/secret/1"


def arguments(parser: Parser) -> None:
    verbs(parser, (("set", _("store or replace a secret of a channel"), _set_arguments, _set),))


run = perform_verb


def _set_arguments(parser: Parser) -> None:
    parser.add_argument("name", metavar="CHANNEL/NAME", help=_("such as mail/password"))
    parser.add_argument("--stdin", action="store_true", help=_("read it from standard input"))


def _set(run: Run, args: argparse.Namespace) -> int:
    from store.sql import shop

    channel, slash, name = args.name.partition("/")
    if not slash or not name:
        raise Invalid(N_("{item} is not CHANNEL/NAME."), item=args.name, next=N_("Say it as mail/password."))
    if shop.channel(run.conn, channel) is None:
        raise NotFound(N_("There is no channel {item}."), item=channel, next=N_("See: deskhand channel list"))
    value = sys.stdin.readline().rstrip("\r\n") if args.stdin or not sys.stdin.isatty() else getpass(f"{args.name}: ")
    if not value:
        raise Invalid(N_("The secret is empty; nothing was changed."))
    run.wired.vault.put(f"channel/{channel}/{name}", value)
    with run.write() as unit:
        unit.append("secret_set", {"channel": channel, "name": name})
    record(run, SCHEMA, {"channel": channel, "name": name}, lambda: [_("Stored.")])
    return 0
