"""From a command line to a command: argparse, one parser per command, built when it is called."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import Any, NoReturn, Protocol, cast

from app.cli.nouns import GROUPS, NOUNS
from app.cli.options import GLOBAL, SHORT, Options, Usage, unknown
from app.cli.run import Run
from app.labels import titled
from app.locale import usage
from app.words import _


class Command(Protocol):
    """What a command's module offers."""

    def arguments(self, parser: Parser) -> None: ...
    def run(self, run: Run, args: argparse.Namespace) -> int: ...


class Parser(argparse.ArgumentParser):
    """argparse in the house's manner: no abbreviations, the nearest word proposed, errors in one line, exit code 2."""

    def __init__(self, prog: str = "", description: str = "", help: str = "", epilog: str | None = None) -> None:
        super().__init__(prog=prog, description=description, epilog=epilog, allow_abbrev=False,
                         formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip

    def error(self, message: str) -> NoReturn:
        whole = message if message.endswith((".", "?", "。", "？")) else _("{message}.").format(message=message)
        raise Usage(_("{message} See: {command} --help").format(message=whole, command=self.prog))

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices == ["-"] and value != "-":  # standard input is all that may stand here
            raise argparse.ArgumentError(None, _("{word} is not understood here.").format(word=value))
        if action.choices is not None and value not in action.choices:
            raise argparse.ArgumentError(None, unknown(str(value), map(str, action.choices), _("known here")))

    def complete_line(self, argv: Sequence[str]) -> argparse.Namespace:
        """Parses a whole line; options may stand between positional words."""
        try:
            args, left = self.parse_known_args(argv)
            if left and not any(w.startswith("-") and w != "-" for w in left):
                if verb := verbs_of(self).get(argv[0]):
                    return argparse.Namespace(**{"verb": argv[0], **vars(verb.complete_line(argv[1:]))})
                args, left = self.parse_known_intermixed_args(argv)
        except argparse.ArgumentError as error:
            self.error(str(error))
        if left:
            import difflib

            near = difflib.get_close_matches(left[0].partition("=")[0], self.known_options(), n=1)
            hint = " " + _("Did you mean {near}?").format(near=near[0]) if near else ""
            self.error(_("{word} is not understood here.").format(word=left[0]) + hint)
        return args

    def known_options(self) -> list[str]:
        """Options of this parser and of its verbs."""
        found = [o for a in self._actions for o in a.option_strings]
        for name in verbs_of(self):
            found += verbs_of(self)[name].known_options()
        return found


def verbs(
    parser: Parser, doers: Iterable[tuple[str, str, Callable[[Parser], None], Callable[[Run, Any], int]]]
) -> None:
    """Gives `parser` its verbs: `(name, translated help, arguments, do)`. `perform_verb` calls what was chosen."""
    sub = parser.add_subparsers(dest="verb", metavar="VERB", required=True, parser_class=Parser, title=_("verbs"))
    for name, text, arguments, do in doers:
        child = sub.add_parser(name, help=text, description=text)
        arguments(child)
        child.set_defaults(do=do)


def perform_verb(run: Run, args: argparse.Namespace) -> int:
    """The chosen verb."""
    do: Callable[[Run, argparse.Namespace], int] = args.do
    return do(run, args)


def verbs_of(parser: argparse.ArgumentParser) -> dict[str, Parser]:
    """A command's verbs, by name; empty for a command without."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return cast(dict[str, Parser], action.choices)
    return {}


def command(noun: str) -> Command:
    """The module of a command. Raises Usage where there is no such command."""
    if noun not in NOUNS:
        raise Usage(unknown(noun, [n for n, entry in NOUNS.items() if not entry.hidden], _("a command")))
    return cast(Command, import_module(f"app.cli.{NOUNS[noun].module}"))


def parser_of(noun: str) -> Parser:
    """The parser of a command in the language in use."""
    usage.install()
    module, text = command(noun), _(NOUNS[noun].help)
    parser = Parser(prog=f"deskhand {noun}", description=text, epilog=_("Options of every command: deskhand --help"))
    module.arguments(parser)
    return parser


def perform(options: Options, argv: list[str]) -> int:
    """Runs the command `argv` names."""
    noun, *rest = argv
    if noun in ("-h", "--help", "help"):
        print_help()
        return 0
    if noun.startswith("-"):
        raise Usage(unknown(noun, [*GLOBAL, *SHORT, "--help", "--version"], _("an option")))
    module = command(noun)
    prepare: Callable[[list[str]], list[str]] | None = getattr(module, "prepare", None)
    args = parser_of(noun).complete_line(prepare(rest) if prepare else rest)
    with Run(options) as run:
        return module.run(run, args)


def print_help() -> None:
    """All commands and the options they share."""
    out = [_("deskhand opens the workstation; deskhand COMMAND does one thing and ends."), ""]
    wide = max(len(name) for name in NOUNS)
    for group, title in GROUPS.items():
        out.append(titled(_(title), "").rstrip())
        out += [f"  {name:{wide}}  {_(n.help)}" for name, n in NOUNS.items() if n.group == group and not n.hidden]
        out.append("")
    out.append(_("Options of every command, before or after it:"))
    rows = [(f"{option} {takes}", _(text)) for option, (_field, takes, text) in GLOBAL.items()]
    rows += [(option, _(text)) for option, text in SHORT.items()]
    rows += [("--version", _("the version, and nothing else"))]
    out += [f"  {left:18}  {text}" for left, text in rows]
    out += ["", _("More on one command: deskhand COMMAND --help")]
    sys.stdout.write("\n".join(out) + "\n")
