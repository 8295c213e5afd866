"""`group:returns`, `group:none`, `has:group`: which department a ticket is in. Importing this registers them."""

from __future__ import annotations

from collections.abc import Iterable

from desk.query.making import NONE, is_none, look_up
from desk.query.names import NAMES, Context, Field
from desk.query.tree import Value
from store import filter as f
from store.errors import N_
from store.filter import TICKET_COLUMNS, Condition
from store.values import fold

_COLUMN = TICKET_COLUMNS["group"]


def _group(value: Value, context: Context) -> Condition:
    if is_none(value):
        return f.Not(f.Has(_COLUMN))
    known: dict[str, object] = {fold(name): ident for ident, name in context.groups.items()}
    known |= {fold(ident): ident for ident in context.groups}
    return f.Is(_COLUMN, (look_up("group", value, known),))


def _words(context: Context) -> Iterable[str]:
    return (NONE, *context.groups)


NAMES.add(Field("group", "word", N_("whose department it is in: a group, or none"), _group, _words, "people"))
NAMES.add_thing("group", N_("a group"), lambda context: f.Has(_COLUMN))
