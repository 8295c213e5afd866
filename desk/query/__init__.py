"""The one query language: search bar, views, rule conditions, policy scopes and `deskhand list` all speak it.

`parse` reads a text, `compile_query` makes it a condition on tickets, `unparse` writes it back in its canonical form,
`complete` proposes how to go on. Rooms add their fields to `NAMES`.
"""

import desk.query.fields  # noqa: F401 - fills NAMES
from desk.query.compiling import Compiled, compile_query
from desk.query.completing import Suggestion, complete
from desk.query.names import NAMES, Context, Field, Registry
from desk.query.parsing import SORTS, Query, parse
from desk.query.writing import unparse

NAMES.add_later("desk.query.fields_more")

__all__ = [
    "NAMES", "SORTS", "Compiled", "Context", "Field", "Query", "Registry", "Suggestion",
    "compile_query", "complete", "parse", "unparse",
]  # fmt: skip
