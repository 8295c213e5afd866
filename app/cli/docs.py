"""Writes docs/cli.md from the parsers: `python -m app.cli.docs > docs/cli.md`. A test keeps the page current."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from app.cli.nouns import GROUPS, NOUNS
from app.cli.options import GLOBAL, SHORT
from app.cli.parsing import parser_of, verbs_of


def page() -> str:
    """The whole page, in English."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    yield "# The command line"
    yield ""
    yield "Made by `python -m app.cli.docs` from the program itself; do not edit it by hand."
    yield ""
    yield (
        "`deskhand` opens the workstation; `deskhand COMMAND` does one thing and ends. Data goes to standard output, "
        "everything said about it to standard error. Exit codes: 0 done, 1 refused or failed (one clear line on "
        "standard error; acts on several tickets list each), 2 the command line was not understood."
    )
    yield ""
    yield (
        "An integer is a ticket (`#1042` too), a path contains `/` or a dot. Times in documents are ISO 8601 UTC, in "
        "tables your own zone. `--json` prints one document whose `schema` names its form; a later form gets a new "
        "number."
    )
    yield ""
    yield "## Options of every command"
    yield ""
    yield "| option | what it does |"
    yield "|---|---|"
    for option, (_field, takes, text) in GLOBAL.items():
        yield f"| `{option} {takes}` | {text} |"
    for option, text in SHORT.items():
        yield f"| `{option}` | {text} |"
    for group, title in GROUPS.items():
        yield ""
        yield f"## {title}"
        for noun, entry in NOUNS.items():
            if entry.group == group and not entry.hidden:
                yield ""
                yield f"### {noun}"
                yield ""
                yield f"{entry.help[0].upper()}{entry.help[1:]}."
                yield from _command(parser_of(noun))


def _command(parser: argparse.ArgumentParser) -> Iterator[str]:
    children = verbs_of(parser)
    if not children:
        yield from _usage(parser)
    for name, child in children.items():
        yield ""
        yield f"**{name}**: {child.description}."
        yield from _usage(child)


def _usage(parser: argparse.ArgumentParser) -> Iterator[str]:
    actions = [a for a in parser._actions if not isinstance(a, argparse._HelpAction)]
    options = [a for a in actions if a.option_strings]
    words = [a for a in actions if not a.option_strings]
    parts = [
        parser.prog,
        *(_bracketed(a, " ".join(_spelled(a))) for a in options),
        *(_bracketed(a, _word(a)) for a in words),
    ]
    yield ""
    yield "```"
    yield " ".join(parts)
    yield "```"
    if actions:
        yield ""
        for a in (*words, *options):
            yield f"- `{' '.join(_spelled(a)) if a.option_strings else _word(a)}`: {a.help}"


def _bracketed(action: argparse.Action, text: str) -> str:
    needed = action.required if action.option_strings else action.nargs not in ("?", "*")
    return text if needed else f"[{text}]"


def _spelled(action: argparse.Action) -> list[str]:
    takes = [] if action.nargs == 0 else [_word(action)]
    return [action.option_strings[0], *takes]


def _word(action: argparse.Action) -> str:
    if action.metavar:
        word = str(action.metavar)
    elif action.choices:
        word = "|".join(str(c) for c in action.choices)
    else:
        word = action.dest.upper()
    return f"{word}…" if action.nargs in ("+", "*") and not word.endswith("…") else word


if __name__ == "__main__":
    sys.stdout.write(page())
