"""The options every command takes, wherever on the line they stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from app.words import N_, _

FORMATS = ("table", "plain", "json", "jsonl", "csv", "html", "tmux")


class Usage(Exception):
    """The command line cannot be understood: exit code 2. The text is for people, already in their language."""


class Options(NamedTuple):
    """What stands for the whole run. `format` is "" unless somebody asked."""

    desk: str | None = None
    agent: str | None = None
    lang: str | None = None
    theme: str | None = None
    format: str = ""


GLOBAL = {
    "--desk": ("desk", "DIR", N_("the desk to work on; else $DESKHAND_DESK, else the one in your data directory")),
    "--as": ("agent", "AGENT", N_("act as this agent; else $DESKHAND_AGENT, else the agent bound to your Unix user")),
    "--lang": ("lang", "LANG", N_("language of the texts: en or zh_CN")),
    "--format": ("format", "FORMAT", N_("how to print: table, plain, json, jsonl, csv, html or tmux")),
    "--theme": ("theme", "THEME", N_("colours of the workstation")),
}
"""Option → field, what it takes, help."""

SHORT = {
    "--json": N_("short for --format json: one document with its schema"),
    "--plain": N_("short for --format plain: lines without columns or signs, for a screen reader"),
}
"""Options that name a format by themselves → help."""


def split(argv: Sequence[str]) -> tuple[Options, list[str]]:
    """Takes the global options out of a command line; what follows `--` is left alone. Raises Usage."""
    options, rest = Options(), list[str]()
    line = iter(argv)
    for word in line:
        name, equals, value = word.partition("=")
        if word == "--":
            rest += [word, *line]
        elif word in SHORT:
            options = options._replace(format=word.removeprefix("--"))
        elif name in GLOBAL:
            if not equals:
                found = next(line, None)
                if found is None:
                    raise Usage(_("{option} needs a value: {value}.").format(option=name, value=GLOBAL[name][1]))
                value = found
            options = _with(options, GLOBAL[name][0], value)
        else:
            rest.append(word)
    if options.format and options.format not in FORMATS:
        raise Usage(unknown(options.format, FORMATS, _("a format")))
    return options, rest


def _with(options: Options, field: str, value: str) -> Options:
    return Options(**{**options._asdict(), field: value})


def unknown(word: str, known: Iterable[str], what: str) -> str:
    """The sentence for a word that is not one of `known`, with the nearest one there is."""
    import difflib

    from store.values import clean_line

    words = list(known)
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    shown = clean_line(word)[:60]
    if near:
        return _("{word} is not {what}. Did you mean {near}?").format(word=shown, what=what, near=near[0])
    return _("{word} is not {what}. There are: {known}.").format(word=shown, what=what, known=", ".join(words))
