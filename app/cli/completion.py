"""`deskhand completion`: a script for bash, zsh or fish, made from the parsers. Tickets, agents, views and
templates are asked for as you type."""

from __future__ import annotations

import argparse
import sys

from app.cli.nouns import NOUNS
from app.cli.options import GLOBAL, SHORT
from app.cli.parsing import Parser, parser_of, verbs_of
from app.cli.run import Run
from app.words import _

SHELLS = ("bash", "zsh", "fish")

_DYNAMIC = {"TICKET": "tickets", "PATH|TICKET": "files", "PATH": "files", "FILE": "files", "AGENT": "agents"}


def arguments(parser: Parser) -> None:
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=_("bash, zsh or fish"))


def run(run: Run, args: argparse.Namespace) -> int:
    scripts = {"bash": bash, "zsh": zsh, "fish": fish}
    sys.stdout.write(scripts[args.shell]())
    return 0


def table() -> dict[str, tuple[list[str], str]]:
    """`"noun"` and `"noun verb"` → what may follow of fixed words, and what is asked of the desk ("" for nothing)."""
    found: dict[str, tuple[list[str], str]] = {}
    for noun, entry in NOUNS.items():
        if entry.hidden:
            continue
        parser = parser_of(noun)
        found[noun] = ([*verbs_of(parser), *_options(parser)], _asked(noun, parser))
        for name, child in verbs_of(parser).items():
            found[f"{noun} {name}"] = (_options(child), _asked(noun, child))
    return found


def _options(parser: argparse.ArgumentParser) -> list[str]:
    words = [o for a in parser._actions for o in a.option_strings if o.startswith("--")]
    for action in parser._actions:
        if not action.option_strings and action.choices and not isinstance(action.choices, dict):
            words += [str(c) for c in action.choices]
    return words


def _asked(noun: str, parser: argparse.ArgumentParser) -> str:
    kinds = {"agent": "agents", "group": "groups", "view": "views", "template": "templates", "channel": "channels"}
    for action in parser._actions:
        if not action.option_strings and not isinstance(action, argparse._SubParsersAction):
            metavar = str(action.metavar)
            if metavar == "ID":
                return kinds.get(noun, "")
            if metavar in _DYNAMIC:
                return "assign" if noun == "assign" else _DYNAMIC[metavar]
    return ""


def _cases() -> list[tuple[str, str, str]]:
    return [(key, " ".join(words), asked) for key, (words, asked) in table().items()]


def bash() -> str:
    """For bash ≥ 4."""
    globals_ = " ".join([*GLOBAL, *SHORT, "--help", "--version"])
    cases = "\n".join(f'    "{key}") words="{words}"; kind="{asked}" ;;' for key, words, asked in _cases())
    nouns = " ".join(n for n, e in NOUNS.items() if not e.hidden)
    return f"""# bash completion of deskhand: source it, or put it into your bash-completion folder.
_deskhand() {{
  local cur="${{COMP_WORDS[COMP_CWORD]}}" noun="" verb="" words="" kind="" word key i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="${{COMP_WORDS[i]}}"
    case "$word" in
      --desk|--as|--lang|--format|--theme) ((i++)) ;;
      -*) ;;
      *) if [ -z "$noun" ]; then noun="$word"; elif [ -z "$verb" ]; then verb="$word"; fi ;;
    esac
  done
  if [ -z "$noun" ]; then
    COMPREPLY=($(compgen -W "{nouns} {globals_}" -- "$cur"))
    return
  fi
  for key in "$noun $verb" "$noun"; do
    case "$key" in
{cases}
    esac
    [ -n "$words$kind" ] && break
  done
  if [ "$kind" = files ]; then
    COMPREPLY=($(compgen -f -- "$cur"))
  elif [ -n "$kind" ] && [ "${{cur#-}}" = "$cur" ]; then
    COMPREPLY=($(compgen -W "$words $(deskhand __complete "$kind" "$cur" 2>/dev/null | cut -f1)" -- "$cur"))
  else
    COMPREPLY=($(compgen -W "$words {globals_}" -- "$cur"))
  fi
}}
complete -F _deskhand deskhand
"""


def zsh() -> str:
    """For zsh, through its bash compatibility: one table for both."""
    return "#compdef deskhand\nautoload -Uz bashcompinit && bashcompinit\n" + bash()


def fish() -> str:
    """For fish."""
    lines = [
        "# fish completion of deskhand: put it into ~/.config/fish/completions/deskhand.fish",
        "complete -c deskhand -f",
    ]
    for option, (_field, _takes, text) in GLOBAL.items():
        lines.append(f"complete -c deskhand -l {option[2:]} -r -d {_fish(_(text))}")
    for noun, entry in NOUNS.items():
        if not entry.hidden:
            lines.append(f"complete -c deskhand -n __fish_use_subcommand -a {noun} -d {_fish(_(entry.help))}")
    for key, (words, asked) in table().items():
        noun, _space, verb = key.partition(" ")
        seen = f"__fish_seen_subcommand_from {noun}" + (f"; and __fish_seen_subcommand_from {verb}" if verb else "")
        for word in words:
            flag = f"-l {word[2:]}" if word.startswith("--") else f"-a {word}"
            lines.append(f"complete -c deskhand -n {_fish(seen)} {flag}")
        if asked == "files":
            lines.append(f"complete -c deskhand -n {_fish(seen)} -F")
        elif asked:
            lines.append(f"complete -c deskhand -n {_fish(seen)} -a '(deskhand __complete {asked} (commandline -ct))'")
    return "\n".join(lines) + "\n"


def _fish(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
