"""argparse's own sentences, so that `--help` and a mistyped option answer in the person's language too."""

from __future__ import annotations

import argparse

from app import words
from app.words import N_

SENTENCES = (
    N_("usage: "),
    N_("positional arguments"),
    N_("options"),
    N_("show this help message and exit"),
    N_("%(prog)s: error: %(message)s\n"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("the following arguments are required: %s"),
    N_("one of the arguments %s is required"),
    N_("unrecognized arguments: %s"),
    N_("not allowed with argument %s"),
    N_("ignored explicit argument %r"),
    N_("expected one argument"),
    N_("expected at most one argument"),
    N_("expected at least one argument"),
    N_("ambiguous option: %(option)s could match %(matches)s"),
    N_("invalid %(type)s value: %(value)r"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("unknown parser %(parser_name)r (choices: %(choices)s)"),
    N_("can't open '%(filename)s': %(error)s"),
)
"""As CPython 3.11 to 3.13 words them; another wording simply stays English."""


def install() -> None:
    """Makes argparse ask our catalogue. Call it after `words.use` and before a parser is built."""
    vars(argparse).update(_=words._, ngettext=words.ngettext)
