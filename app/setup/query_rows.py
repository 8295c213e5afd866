"""A query as a list of rows (field, how it compares, value), for who would rather choose than write. The rows and the
text are the same query: going in and out changes nothing that nobody touched."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.lines import Line as DrawnLine
from app.setup.drawn import error_line, text_lines
from app.setup.fields import Field, Line, Words
from app.setup.picks import Choice, Choices, Option, Parts
from app.setup.rooms import Questions, Reading
from app.words import _, ngettext
from desk.query import Context, form
from desk.query.form import FREE, OPERATORS, WORDS, Row
from store.errors import N_, DeskError

ROWS = "rows"


class QueryRows(Questions):
    """The form of one query. Its value goes back to the field it came from."""

    label = N_("Conditions")

    def __init__(self, context: Context) -> None:
        self._context = context
        self._fields = tuple(Option(c.value, _short(_(c.help)) or c.value, "" if c.value.startswith("~") else c.value)
                             for c in form.fields(context.names))  # fmt: skip
        self._named = {option.id: option.label for option in self._fields}

    def fields(self, desk: Reading, ident: str) -> Sequence[Field]:
        return (
            Parts(key=ROWS, label=_("All of these hold"), fields=self._row, title=self._title,
                  start={"field": "is", "operator": "is"}, add=_("add a condition")),
        )  # fmt: skip

    def values(self, desk: Reading, ident: str) -> dict[str, Any]:
        return {ROWS: []}

    def of(self, text: str) -> dict[str, Any]:
        """The form of a query."""
        return {ROWS: [self._spread(row) for row in form.Form.read(text).rows if row.whole]}

    def text(self, values: Mapping[str, Any]) -> str:
        """The query of a form; rows nobody touched are written as they were."""
        rows = [_gathered(part) for part in values.get(ROWS) or ()]
        return form.Form(tuple(rows)).text

    def preview(self, desk: Reading, values: Mapping[str, Any], width: int) -> Sequence[DrawnLine]:
        from desk import inbox

        text = self.text(values)
        try:
            found = inbox.count(desk.conn, inbox.resolve(text, self._context))
        except DeskError as error:
            return [*text_lines([text], width, "muted"), *error_line(error, width)]
        told = ngettext("{count} ticket now", "{count} tickets now", found).format(count=inbox.many(found))
        return [*text_lines([text or "–"], width, "muted"), *text_lines([told], width, "accent")]

    # One row -----------------------------------------------------------------------------------------

    def _row(self, values: Mapping[str, Any]) -> Sequence[Field]:
        """The fields of a row: how it compares depends on what it asks, and what can be chosen on both."""
        asked = str(values.get("field") or WORDS)
        ways = tuple(Option(c.value, _(c.help)) for c in form.operators(asked, self._context.names))
        value = _value_key(self._context, asked, str(values.get("operator") or ways[0].id))
        entry: Field
        if value == "chosen":
            options = tuple(Option(c.value, c.value, _(c.help)) for c in form.values(asked, self._context))
            known = {option.id for option in options}
            more = (Option(v, v) for v in values.get("chosen") or () if v not in known)
            entry = Choices(key="chosen", label=_("Value"), needed=True, options=(*options, *more))
        elif value == "listed":
            entry = Words(key="listed", label=_("Value"), needed=True,
                          help=_("Several with commas; for between the lower, then the upper one."))  # fmt: skip
        else:
            entry = Line(key="phrase", label=_("Value"), needed=True)
        return (
            Choice(key="field", label=_("Ask for"), options=self._fields),
            Choice(key="operator", label=_("Compare"), options=ways, help=_("Such as at most: due at most 2h from now.")),
            entry,
        )

    def _title(self, part: Mapping[str, Any]) -> str:
        row = _gathered(part)
        how = _(OPERATORS.get(row.operator, row.operator))
        return f"{self._named.get(row.field, row.field)} {how} {', '.join(row.values) or '…'}"

    def _spread(self, row: Row) -> dict[str, Any]:
        key = _value_key(self._context, row.field, row.operator)
        held: Any = row.values[0] if key == "phrase" else list(row.values)
        return {"field": row.field, "operator": row.operator, key: held, "written": row.text,
                "was": [row.field, row.operator, list(row.values)]}  # fmt: skip


def _short(help: str) -> str:
    """What a field is, without the examples that follow."""
    return re.split("[:：]", help)[0].strip()


def _value_key(context: Context, asked: str, operator: str) -> str:
    """Which field of the row holds its value."""
    if asked in (WORDS, FREE):
        return "phrase"
    return "chosen" if operator in ("is", "is_not") and form.values(asked, context) else "listed"


def _gathered(part: Mapping[str, Any]) -> Row:
    """The row of a part's form."""
    held = next((part[key] for key in ("chosen", "listed", "phrase") if part.get(key)), ())
    values = (held,) if isinstance(held, str) else tuple(held)
    asked, operator = str(part.get("field") or WORDS), str(part.get("operator") or "is")
    same = part.get("was") == [asked, operator, list(values)]
    return Row(asked, operator, values, str(part.get("written", "")) if same else "")
