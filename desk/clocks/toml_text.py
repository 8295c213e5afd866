"""TOML as people edit it: wrong syntax is told by line and column, wrong content by the key it stands under."""

from __future__ import annotations

import re
from typing import Any

from store.errors import N_, Invalid
from store.values import clean_line

_WHERE = re.compile(r"\(at line (\d+), column (\d+)\)")


def parse(text: str, item: str) -> dict[str, Any]:
    """The table a text holds. Raises Invalid with line and column; `item` is what the person calls the text."""
    import tomllib  # only where a text is read: the workstation's start needs none

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        found = _WHERE.search(str(exc))
        if found:
            line, column = map(int, found.groups())
        else:  # the end of the document is told without a number
            line, column = text.count("\n") + 1, len(text) - text.rfind("\n")
        raise Invalid(
            N_("{item} cannot be read at line {line}, column {column}: {problem}."),
            item=item,
            next=N_("What was in force before stays in force; correct the text and try again."),
            line=line,
            column=column,
            problem=clean_line(_WHERE.sub("", str(exc)).replace("(at end of document)", "")),
        ) from exc


def shipped(package: str, name: str) -> dict[str, Any]:
    """A data file that comes with the program."""
    from importlib.resources import files

    return parse(files(package).joinpath(name).read_text("utf-8"), name)


def wrong(item: str, key: str, value: object) -> Invalid:
    """The error for a value that does not fit its key."""
    return Invalid(
        N_("{item}: {key} cannot be {value}."),
        item=item,
        next=N_("What was in force before stays in force; correct the text and try again."),
        key=key,
        value=clean_line(repr(value))[:80],
    )
