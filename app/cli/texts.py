"""Texts on a command line: `--text T`, or `-` and standard input."""

from __future__ import annotations

import argparse
import sys

from app.cli.options import Usage
from app.cli.parsing import Parser
from app.words import _

_MOST = 1 << 20


def add_text(parser: Parser) -> None:
    """The arguments `text_of` reads."""
    parser.add_argument("--text", default=None, metavar="T", help=_("the text itself"))
    parser.add_argument("stdin", nargs="?", choices=["-"], metavar="-", help=_("read the text from standard input"))


def text_of(args: argparse.Namespace) -> str:
    """The text somebody gave; "" for none. Raises Usage where it is given twice or is not UTF-8."""
    if args.text is not None and args.stdin:
        raise Usage(_("Give the text once: --text or -, not both."))
    if args.text is not None:
        return str(args.text)
    if not args.stdin:
        return ""
    try:
        return sys.stdin.read(_MOST)
    except UnicodeDecodeError as exc:
        raise Usage(_("The text on standard input is not UTF-8.")) from exc
