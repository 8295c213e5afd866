"""Reads a query. One pass from left to right; every character is looked at a fixed number of times.

    query := and ("OR" and)*        and := item (["AND"] item)*
    item  := ("not:" | "-" | "NOT ") item | "(" query ")" | field ":" value ("," value)* | field "<" value
           | "phrase" ["*"] | word ["*"]
    value := text ["*"] | [low] ".." [high] | ("<" | ">" | "<=" | ">=") text

OR, AND and NOT are words of the language in capitals only. Inside quotes `\\"` and `\\\\` stand for themselves.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from desk.query.faults import bad, unknown
from desk.query.tree import And, Asked, Beyond, Node, Not, One, Range, Span, Text, Value, both, either
from store.errors import N_
from store.values import fold

MAX_LENGTH = 8_000
MAX_TERMS = 400
MAX_DEPTH = 32

SORTS = {
    "due": N_("next deadline first"),
    "newest": N_("newest ticket first"),
    "oldest": N_("oldest ticket first"),
    "updated": N_("latest change first"),
    "priority": N_("most urgent priority first"),
    "rank": N_("best match first, among the 20,000 newest hits; needs words"),
}
"""Orders of a list and what they mean; `sort:created` is read as `newest`."""

_TWINS: dict[int, str] = {
    **dict.fromkeys([*range(0x20), 0x7F, *range(0x80, 0xA0), 0x3000], " "),
    **{c: chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)},
    **dict.fromkeys(map(ord, "“”„‟«»"), '"'),
    **dict.fromkeys(range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}"),
}
_NAME = re.compile(r"[^\W\d][\w.]*(?=[:<>])")
_BARE = re.compile(r'[^\s()"]+')
JOINERS = ("OR", "AND", "NOT")


class Query(NamedTuple):
    """A query as it was read; `sort` is "" where none was asked for."""

    ast: Node
    sort: str = ""
    text: str = ""
    sort_span: Span = (0, 0)
    """Where `sort:` stands in the text."""


def twins(text: str) -> str:
    """`text` with full-width forms, ideographic spaces and typographic quotes as their ASCII twins, one for one."""
    return text if text.isascii() and text.isprintable() else text.translate(_TWINS)


def parse(text: str) -> Query:
    """Reads `text`; the empty text asks for everything. Raises Invalid naming the column (fields and their values are
    looked up when it is compiled)."""
    if len(text) > MAX_LENGTH:
        raise bad(N_("This query is longer than {most} characters."), MAX_LENGTH,
                  next=N_("Make it shorter; tags and views can carry part of it."), most=MAX_LENGTH)  # fmt: skip
    reader = _Reader(twins(text))
    ast = reader.query(0)
    if reader.at < len(reader.text):
        raise bad(N_("Column {column}: this parenthesis closes nothing."), reader.at, ")")
    return Query(ast, reader.sort, text, reader.sort_span)


class _Reader:
    """A position in a text, moving right."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.terms = 0
        self.sort = ""
        self.sort_span: Span = (0, 0)

    def _peek(self) -> str:
        """The next character behind white space, "" at the end."""
        text, end = self.text, len(self.text)
        while self.at < end and text[self.at].isspace():
            self.at += 1
        return text[self.at] if self.at < end else ""

    def _joiner(self) -> str:
        """OR, AND or NOT, if one stands here."""
        if self._peek() not in ("O", "A", "N"):
            return ""
        found = _BARE.match(self.text, self.at)
        return found.group() if found and found.group() in JOINERS else ""

    def query(self, depth: int) -> Node:
        start, parts = self.at, [self._and(depth)]
        while self._joiner() == "OR":
            at = self.at
            self.at += 2
            parts.append(self._and(depth))
            if And() in parts[-2:]:
                raise self._one_sided("OR", at)
        return either(parts, (start, self.at))

    def _and(self, depth: int) -> Node:
        start, parts = self.at, list[Node]()
        while self._peek() not in ("", ")"):
            joiner, at = self._joiner(), self.at
            if joiner == "OR":
                break
            if joiner == "AND":
                self.at += 3
                if not parts or self._peek() in ("", ")") or self._joiner() in ("AND", "OR"):
                    raise self._one_sided("AND", at)
                continue
            node = self._item(depth)
            if node is not None:
                parts.append(node)
        return both(parts, (start, self.at))

    @staticmethod
    def _one_sided(joiner: str, at: int) -> Exception:
        return bad(N_("Column {column}: {item} needs a term on both sides."), at, joiner,
                   N_('To search for the word itself, write "{item}" in quotes.'))  # fmt: skip

    def _item(self, depth: int) -> Node | None:
        """One term; None for a directive, which is no condition."""
        text, start = self.text, self.at
        self.terms += 1
        if self.terms > MAX_TERMS:
            raise bad(N_("Column {column}: this query has more than {most} terms."), start, most=MAX_TERMS)
        first = text[start]
        if first == "(":
            return self._group(depth)
        if first == '"':
            return self._phrase()
        if first == "-":
            self.at += 1
            return self._negated(start, depth)
        if self._joiner() == "NOT":
            self.at += 3
            self._peek()
            return self._negated(start, depth)
        name = _NAME.match(text, start)
        if name is None or fold(name.group())[0].isdigit():
            return self._word()
        if fold(name.group()) == "not" and text[name.end()] == ":":
            self.at += 4
            return self._negated(start, depth)
        return self._field(name.group(), name.end(), depth)

    def _deeper(self, depth: int) -> int:
        if depth >= MAX_DEPTH:
            raise bad(N_("Column {column}: this is nested deeper than {most} levels."), self.at, most=MAX_DEPTH)
        return depth + 1

    def _group(self, depth: int) -> Node:
        start = self.at
        deeper = self._deeper(depth)
        self.at += 1
        inner = self.query(deeper)
        if self._peek() != ")":
            raise bad(N_("Column {column}: this parenthesis is never closed."), start, "(")
        self.at += 1
        if inner == And():
            raise bad(N_("Column {column}: there is nothing in these parentheses."), start, "()")
        return inner

    def _negated(self, begin: int, depth: int) -> Node:
        """The term that stands here, negated by the sign that began at `begin`."""
        sign, text = self.text[begin : self.at].strip(), self.text
        if self.at >= len(text) or text[self.at].isspace() or text[self.at] == ")":
            raise bad(N_("Column {column}: there is nothing behind {item}."), begin, sign,
                      N_("Write a term right behind it, as in not:is:snoozed."))  # fmt: skip
        if self._joiner() in ("OR", "AND"):
            raise self._one_sided(self._joiner(), self.at)
        node = self._item(self._deeper(depth))
        assert node is not None, "a directive is refused at this depth"
        return Not(node, (begin, self.at))

    def _word(self) -> Node:
        found = _BARE.match(self.text, self.at)
        assert found is not None
        start, self.at = self.at, found.end()
        word = found.group()
        bare = word.rstrip("*")
        return Text(bare or word, bool(bare) and bare != word, (start, self.at))

    def _phrase(self) -> Node:
        start = self.at
        text = self._quoted()
        prefix = self.text.startswith("*", self.at)
        self.at += prefix
        if not text.strip():
            raise bad(N_("Column {column}: there is nothing in these quotes."), start, '""')
        return Text(text, prefix, (start, self.at))

    def _quoted(self) -> str:
        start, text, pieces = self.at, self.text, list[str]()
        at = start + 1
        while True:
            end = text.find('"', at)
            slash = text.find("\\", at, end if end >= 0 else len(text))
            if end < 0:
                raise bad(N_("Column {column}: this quote is never closed."), start, '"')
            if slash < 0:
                self.at = end + 1
                return "".join([*pieces, text[at:end]])
            escaped = text[slash + 1 : slash + 2]
            keep = escaped if escaped in ('"', "\\") else "\\" + escaped
            pieces.append(text[at:slash] + keep)
            at = slash + 2

    def _field(self, name: str, end: int, depth: int) -> Node | None:
        start, text = self.at, self.text
        self.at = end + (text[end] == ":")
        values = [self._value(name, start)]
        while self.text.startswith(",", self.at):
            self.at += 1
            values.append(self._value(name, start))
            self.terms += 1
        if self.terms > MAX_TERMS:
            raise bad(N_("Column {column}: this query has more than {most} terms."), start, most=MAX_TERMS)
        folded = fold(name)
        if folded == "sort":
            self._directive(start, values, depth)
            return None
        return Asked(folded, tuple(values), (start, self.at))

    def _directive(self, start: int, values: list[Value], depth: int) -> None:
        if depth:
            raise bad(N_("Column {column}: sort: belongs outside of parentheses and not:."), start, "sort:")
        if self.sort:
            raise bad(N_("Column {column}: sort: is given twice."), start, "sort:")
        value = values[0]
        word = fold(value.text) if isinstance(value, One) else ""
        word = "newest" if word == "created" else word
        if len(values) > 1 or word not in SORTS:
            raise unknown(N_("Column {column}: there is no order {item}."), value.span[0],
                          self.text[value.span[0] : self.at], SORTS)  # fmt: skip
        self.sort, self.sort_span = word, (start, self.at)

    def _value(self, name: str, start: int) -> Value:
        at, text = self.at, self.text
        sign = text[at : at + 1] if text[at : at + 1] in ("<", ">") else ""
        if sign:
            self.at += 1
            if text.startswith("=", self.at):
                sign += "="
                self.at += 1
        low, starred, some = self._piece()
        if sign:
            if not low:
                raise self._empty(name, start)
            span = (at, self.at)
            return Beyond(sign, low, span) if len(sign) == 1 else (
                Range("", low, span) if sign == "<=" else Range(low, "", span))  # fmt: skip
        if text.startswith("..", self.at):
            self.at += 2
            high, _, _ = self._piece()
            if not low and not high:
                raise bad(N_("Column {column}: a range needs at least one end."), at, "..",
                          N_("Write {name}:A..B, {name}:A.. or {name}:..B."), name=name)  # fmt: skip
            return Range(low, high, (at, self.at))
        if not some or not low.strip():
            raise self._empty(name, start)
        return One(low, starred, (at, self.at))

    def _empty(self, name: str, start: int) -> Exception:
        if self.text.startswith("(", self.at):
            return bad(N_("Column {column}: {name}: takes no parentheses."), self.at, self.text[start : self.at],
                       N_("Write the values with commas: {name}:a,b."), name=name)  # fmt: skip
        rest = _BARE.match(self.text, start)
        return bad(N_("Column {column}: {name}: has no value."), self.at, rest.group() if rest else name,
                   N_('Write it right behind, without a space; or put it in quotes: "{item}".'), name=name)  # fmt: skip

    def _piece(self) -> tuple[str, bool, bool]:
        """`(text, starred, something was there)`: a value up to a comma, range dots, white space or parenthesis."""
        text, start, at = self.text, self.at, self.at
        if text.startswith('"', at):
            piece = self._quoted()
            starred = text.startswith("*", self.at)
            self.at += starred
            return piece, starred, True
        end = len(text)
        while at < end and text[at] not in ',()"' and not text[at].isspace() and not text.startswith("..", at):
            at += 1
        self.at = at
        raw = text[start:at]
        bare = raw.rstrip("*")
        return bare or raw, bool(bare) and bare != raw, at > start
