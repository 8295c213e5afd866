"""A query as rows of a form, for people who do not write queries; and the rows as a query again.

What is a plain AND of terms becomes one row each: a field, how it compares, and values. Whatever is more (OR, groups,
several ranges) stands in a row of its own as the text it is. A row nobody touched keeps its text to the letter, so that
opening a form and closing it changes nothing.

    form = Form.read("is:open due:..2h refund", context.names)
    form = form.put(1, Row("due", "at_most", ("4h",)))
    form.text                                    # "is:open due:..4h refund"
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from desk.query.names import Context, Field, Registry
from desk.query.parsing import SORTS, Query, parse
from desk.query.tree import And, Asked, Beyond, Node, Not, One, Or, Range, Text, Value, both
from desk.query.writing import quoted, unparse
from store.errors import N_, Invalid

WORDS, FREE, SORT = "~words", "~free", "sort"
"""Fields of rows that are no field of the language: words to search for, a text as it is, the order of the list."""

OPERATORS = {
    "is": N_("is"),
    "is_not": N_("is not"),
    "begins": N_("begins with"),
    "begins_not": N_("does not begin with"),
    "at_least": N_("at least"),
    "at_most": N_("at most"),
    "more": N_("more than"),
    "less": N_("less than"),
    "between": N_("between"),
    "holds": N_("contains"),
    "holds_not": N_("does not contain"),
    "holds_begin": N_("contains a word that begins with"),
    "text": N_("as written"),
}
"""How a row compares, and what it is called."""

_OF_KIND = {
    "word": ("is", "is_not", "begins"),
    "text": ("is", "is_not", "begins"),
    "instant": ("is", "at_least", "at_most", "between", "more", "less", "is_not"),
    "duration": ("at_least", "at_most", "between", "more", "less"),
    "number": ("is", "at_least", "at_most", "between", "more", "less", "is_not"),
    "decimal": ("is", "at_least", "at_most", "between", "more", "less", "is_not"),
    "money": ("at_most", "at_least", "between", "is", "more", "less"),
    "percent": ("at_least", "at_most", "between", "is", "more", "less"),
}
_ORDERED = ("priority",)
"""Fields of words that have an order."""


class Row(NamedTuple):
    """`field` of the language, or `WORDS`, `FREE`, `SORT`; `operator` of `OPERATORS`; `values` as they are typed, without
    quotes. `text` is how it was written, "" for a row that was made or changed."""

    field: str
    operator: str
    values: tuple[str, ...]
    text: str = ""

    @property
    def whole(self) -> bool:
        """Whether it says something yet: a row still being filled in is left out of the query."""
        wanted = 2 if self.operator == "between" else 1
        return len(self.values) >= wanted and all(v.strip() for v in self.values)

    def written(self) -> str:
        """The row as a term of a query; "" while it says nothing."""
        if not self.whole:
            return ""
        return self.text if self.text and self.field != FREE else _written(self)


class Choice(NamedTuple):
    """Something to choose from: what goes into the row, and what it is (a message id, "" where the word says it)."""

    value: str
    help: str = ""
    room: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """Rows of a query. `source` is the text it was read from, while nothing was changed."""

    rows: tuple[Row, ...] = ()
    source: str | None = None

    @classmethod
    def read(cls, text: str) -> Form:
        """The rows of any text; one that cannot be read is a single row with all of it."""
        try:
            query = parse(text)
        except Invalid:
            return cls((Row(FREE, "text", (text,), text),), text)
        return cls(tuple(_rows(query)), text)

    @property
    def text(self) -> str:
        """The query: what was read, to the letter, while nobody changed a row."""
        if self.source is not None:
            return self.source
        whole = [r for r in self.rows if r.whole]
        if len(whole) == 1 and whole[0].field == FREE:
            return whole[0].values[0]
        return " ".join(r.written() for r in whole)

    def put(self, at: int, row: Row) -> Form:
        """With another row at `at`. The same row again changes nothing."""
        if _bare(row) == _bare(self.rows[at]):
            return self
        return replace(self, rows=(*self.rows[:at], _bare(row), *self.rows[at + 1 :]), source=None)

    def added(self, row: Row) -> Form:
        return replace(self, rows=(*self.rows, _bare(row)), source=None)

    def without(self, at: int) -> Form:
        return replace(self, rows=(*self.rows[:at], *self.rows[at + 1 :]), source=None)


def fields(names: Registry) -> list[Choice]:
    """What a row can ask: words first, then every field with what it is and the room it belongs to."""
    known = [Choice(f.name, f.help, f.room) for f in names.fields.values()]
    return [Choice(WORDS, N_("words in subjects and messages"), "message"), *known,
            Choice(SORT, N_("order of the list"), "ticket"), Choice(FREE, N_("a part written as a query"), "")]  # fmt: skip


def operators(field: str, names: Registry) -> list[Choice]:
    """How a row of this field can compare."""
    if field == WORDS:
        wanted: tuple[str, ...] = ("holds", "holds_not", "holds_begin")
    elif field == SORT:
        wanted = ("is",)
    else:
        entry = names.field(field)
        wanted = _of(entry) if entry else ("text",)
    return [Choice(o, OPERATORS[o]) for o in wanted]


def values(field: str, context: Context) -> list[Choice]:
    """What a row of this field can be set to; none where anything can be typed."""
    if field == SORT:
        return [Choice(name, help) for name, help in SORTS.items()]
    if field in ("is", "has"):
        entries = context.names.states if field == "is" else context.names.things
        return [Choice(name, entry.help) for name, entry in entries.items()]
    entry = context.names.field(field)
    return [Choice(word) for word in entry.words(context) if ".." not in word] if entry else []


def _of(entry: Field) -> tuple[str, ...]:
    found = _OF_KIND[entry.kind]
    return (*found, "at_least", "at_most", "between") if entry.name in _ORDERED else found


# Reading -----------------------------------------------------------------------------------------------


def _rows(query: Query) -> list[Row]:
    text = query.text
    if isinstance(query.ast, Or):  # it may stand around `sort:`
        return [Row(FREE, "text", (text.strip(),), text.strip())]
    parts = query.ast.parts if isinstance(query.ast, And) else (query.ast,)
    rows = [(part.span, _row(part, text)) for part in parts]
    if query.sort:
        rows.append((query.sort_span, Row(SORT, "is", (query.sort,), text[slice(*query.sort_span)])))
    return [row for _span, row in sorted(rows, key=lambda found: found[0])]


def _row(node: Node, text: str) -> Row:
    written = _piece(node, text)
    found = _term(node)
    return found._replace(text=written) if found else Row(FREE, "text", (written,), written)


def _piece(node: Node, text: str) -> str:
    """The part of the text that is `node`; one that was in parentheses keeps them."""
    written = text[slice(*node.span)].strip()
    return f"({written})" if isinstance(node, And | Or) else written


def _term(node: Node) -> Row | None:
    match node:
        case Text(text, prefix):
            return Row(WORDS, "holds_begin" if prefix else "holds", (text,))
        case Not(Text(text, False)):
            return Row(WORDS, "holds_not", (text,))
        case Asked(name, values):
            return _asked(name, values)
        case Not(Asked(name, values)):
            found = _asked(name, values)
            opposite = {"is": "is_not", "begins": "begins_not"}.get(found.operator) if found else None
            return found._replace(operator=opposite) if found and opposite else None
    return None


def _asked(name: str, values: tuple[Value, ...]) -> Row | None:
    match values:
        case (One(text, True),):
            return Row(name, "begins", (text,))
        case (Range(low, ""),):
            return Row(name, "at_least", (low,))
        case (Range("", high),):
            return Row(name, "at_most", (high,))
        case (Range(low, high),):
            return Row(name, "between", (low, high))
        case (Beyond(sign, text),):
            return Row(name, "more" if sign == ">" else "less", (text,))
    plain = [v.text for v in values if isinstance(v, One) and not v.prefix]
    return Row(name, "is", tuple(plain)) if len(plain) == len(values) else None


# Writing -----------------------------------------------------------------------------------------------


def _bare(row: Row) -> Row:
    return row._replace(text="")


def _written(row: Row) -> str:
    values = row.values
    if row.field == FREE:
        return _grouped(values[0])
    if row.field == WORDS:
        text = unparse(Text(values[0], prefix=row.operator == "holds_begin"))
        return f"not:{text}" if row.operator == "holds_not" else text
    listed = ",".join(map(quoted, values))
    match row.operator:
        case "is_not":
            return f"not:{row.field}:{listed}"
        case "begins":
            return f"{row.field}:{quoted(values[0])}*"
        case "begins_not":
            return f"not:{row.field}:{quoted(values[0])}*"
        case "at_least":
            return f"{row.field}:{quoted(values[0])}.."
        case "at_most":
            return f"{row.field}:..{quoted(values[0])}"
        case "between":
            return f"{row.field}:{quoted(values[0])}..{quoted(values[1])}"
        case "more":
            return f"{row.field}>{quoted(values[0])}"
        case "less":
            return f"{row.field}<{quoted(values[0])}"
    return f"{row.field}:{listed}"


def _grouped(text: str) -> str:
    """A free text so that it stays one term beside others: `a OR b` needs parentheses."""
    try:
        query, beside = parse(text), parse(f"{text} x")
    except Invalid:
        return text
    if beside.ast == both([query.ast, Text("x")]):
        return text
    return unparse(query.ast, query.sort) if query.sort else f"({text})"
