"""What several rooms need: options from the desk, checks in the words of a form, ids made from names."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from app.editing import Candidate
from app.setup.fields import Query
from app.setup.picks import Option
from app.setup.rooms import Reading
from app.words import _
from desk.vocabulary import PRIORITIES, STATUSES, TYPES
from store.connection import Connection
from store.errors import DeskError, Invalid
from store.sql import shop
from store.values import fold

_ODD = re.compile(r"[^a-z0-9]+")


def slug(name: str, taken: Collection[str], otherwise: str) -> str:
    """An id nobody has, from a name: `Ask for photos` → `ask-for-photos`; `otherwise` where no letter is left of it."""
    base = _ODD.sub("-", fold(name)).strip("-")[:28] or otherwise
    number, found = 2, base
    while found in taken:
        found, number = f"{base}-{number}", number + 1
    return found


def named(options: Mapping[str, str]) -> tuple[Option, ...]:
    """Options from ids and message ids."""
    return tuple(Option(ident, _(label)) for ident, label in options.items())


def any_of(options: Sequence[Option], label: str = "") -> tuple[Option, ...]:
    """With a first one that means none of them in particular."""
    return (Option("", label or _("any")), *options)


def agents(conn: Connection) -> tuple[Option, ...]:
    return tuple(Option(a.id, a.name, a.id) for a in shop.agents(conn))


def channels(conn: Connection) -> tuple[Option, ...]:
    return tuple(Option(c.id, c.name, c.platform) for c in shop.channels(conn))


def platforms(conn: Connection) -> tuple[Option, ...]:
    return tuple(Option(p, p) for p in sorted({c.platform for c in shop.channels(conn)}))


def types() -> tuple[Option, ...]:
    return named(TYPES)


def statuses() -> tuple[Option, ...]:
    return named(STATUSES)


def priorities() -> tuple[Option, ...]:
    return named(PRIORITIES)


def with_own(options: Sequence[Option], value: object) -> tuple[Option, ...]:
    """The options, and the one that is saved even if it is none of them any more."""
    ids = [str(v) for v in value] if isinstance(value, list | tuple) else [str(value or "")]
    known = {option.id for option in options}
    return (*options, *(Option(one, one) for one in ids if one and one not in known))


def query_check(desk: Reading) -> Callable[[Any], object]:
    """Whether a query reads, on this desk."""
    context = desk.context()

    def check(text: Any) -> None:
        from desk.inbox import resolve

        resolve(str(text), context)

    return check


def query_words(desk: Reading) -> Callable[[str, int], Sequence[Candidate]]:
    """How a query may go on."""
    context = desk.context()

    def complete(text: str, cursor: int) -> Sequence[Candidate]:
        from desk.query import complete

        return complete(text, cursor, context)

    return complete


def query(desk: Reading, key: str, label: str, help: str, *, needed: bool = False) -> Query:
    """A field for a query on this desk: checked and completed as one types."""
    return Query(key=key, label=label, help=help, needed=needed, check=query_check(desk), complete=query_words(desk),
                 context=desk.context)  # fmt: skip


def about(error: DeskError, key: str) -> Invalid:
    """The error as one about a field."""
    return Invalid(error.what, item=error.item, next=error.next, **{**error.gaps, "key": key})
