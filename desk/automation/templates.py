"""Filling a template: `{{customer.first_name|or:"there"}}` and nothing more clever than that.

One pass over the text, names looked up in a flat table, no expressions, no loops, no attributes: what a buyer wrote
is inserted as it is and never read as a template. Full-width punctuation of a Chinese input method counts inside the
braces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from desk.automation.variables import ALIASES, VARIABLES
from store.values import clean

MAX_TEXT = 20_000
"""Characters a filled template may have; longer than any platform takes."""
MAX_VALUE = 4_000
"""Characters one variable may bring."""

TAG = re.compile(r"\{\{([^{}]{1,300})\}\}")
_NAME = re.compile(r"[^\W\d]\w*(?:\.\w+)*")
_FILTER = re.compile(r'\s*([a-z_]{1,20})\s*(?::\s*"([^"]*)")?\s*')
_TWINS = str.maketrans("：｜“”．\N{FULLWIDTH QUOTATION MARK}\N{NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}", ':|""."  ')


def _mask(value: str, _: str) -> str:
    return value if len(value) < 3 else f"{value[0]}{'*' * min(len(value) - 2, 6)}{value[-1]}"


def _limit(value: str, count: str) -> str:
    most = int(count) if count.isdecimal() and len(count) < 6 else MAX_VALUE
    return value if len(value) <= most else value[: max(0, most - 1)] + "…"


FILTERS: dict[str, Callable[[str, str], str]] = {
    "or": lambda value, other: value or other,
    "upper": lambda value, _: value.upper(),
    "lower": lambda value, _: value.lower(),
    "first_line": lambda value, _: value.split("\n", 1)[0],
    "limit": _limit,
    "mask": _mask,
}
"""What may stand after a bar: the value and the quoted argument in, text out."""


@dataclass(frozen=True, slots=True)
class Tag:
    """One `{{…}}`: `path` as the program knows it, filters with their arguments, and where it stands."""

    path: str
    filters: tuple[tuple[str, str], ...]
    start: int
    end: int

    @property
    def known(self) -> bool:
        """Whether the name is one a template may use."""
        return self.path in VARIABLES

    @property
    def fallback(self) -> bool:
        """Whether it says what to write where the value is missing."""
        return any(name == "or" and argument for name, argument in self.filters)


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled text. `missing` names, once each, what had no value and no fallback; it is still in the text as
    `{{…}}` and blocks sending. `truncated` says that the text was longer than `MAX_TEXT` and was cut."""

    text: str
    missing: tuple[str, ...] = ()
    truncated: bool = False

    @property
    def sendable(self) -> bool:
        """Whether nothing is missing or cut."""
        return not self.missing and not self.truncated


def fill(text: str, context: Mapping[str, str]) -> Filled:
    """The text with its variables from a flat table of cleaned or uncleaned strings; an empty value is missing."""
    out: list[str] = []
    missing: dict[str, None] = {}
    at = 0
    for found in TAG.finditer(text):
        out.append(text[at : found.start()])
        tag = read_tag(found)
        value = "" if tag is None else _value(tag, context)
        if not value:
            missing[found[1].strip() if tag is None else tag.path] = None
        out.append(value or found[0])
        at = found.end()
    out.append(text[at:])
    filled = "".join(out)
    return Filled(filled[:MAX_TEXT], tuple(missing), len(filled) > MAX_TEXT)


def tags(text: str) -> Iterator[Tag]:
    """Every well-formed variable of a text, in order."""
    for found in TAG.finditer(text):
        if (tag := read_tag(found)) is not None:
            yield tag


def read_tag(found: re.Match[str]) -> Tag | None:
    """The variable inside a pair of braces; None if it is not one or names a filter that does not exist."""
    name, *parts = _bars(found[1].translate(_TWINS))
    path = name.strip()
    if not _NAME.fullmatch(path):
        return None
    filters = []
    for part in parts:
        match = _FILTER.fullmatch(part)
        if not match or match[1] not in FILTERS:
            return None
        filters.append((match[1], match[2] or ""))
    return Tag(ALIASES.get(path, path), tuple(filters), found.start(), found.end())


def _bars(inside: str) -> list[str]:
    """Splits at bars that stand outside quotes."""
    parts = [""]
    for n, quoted in enumerate(inside.split('"')):
        if n % 2:
            parts[-1] += f'"{quoted}"'
        else:
            first, *rest = quoted.split("|")
            parts[-1] += first
            parts += rest
    return parts


def _value(tag: Tag, context: Mapping[str, str]) -> str:
    value = clean(context.get(tag.path, "")[:MAX_VALUE]).strip()
    for name, argument in tag.filters:
        if value or name == "or":
            value = FILTERS[name](value, argument)
    return value
