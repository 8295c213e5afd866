"""Reading a table that a person wrote, key by key; what does not fit is told by its key, with the words that do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from desk.query.faults import nearest
from desk.query.units import duration
from store.errors import N_, Invalid
from store.values import clean, clean_line, fold

STAYS = N_("What was in force before stays in force; correct the text and try again.")
_KNOWN = N_("Known: {known}")
_MEANT = N_("Did you mean {near}?")
LONGEST = 10_000
"""Characters a single text of a rule may have."""


def wrong(item: str, key: str, value: object, known: Iterable[str] = (), near: str = "") -> Invalid:
    """The error for a value that does not fit its key; `known` are the words that do, `near` the one that was meant."""
    words = ", ".join(known)
    said = value.isoformat() if isinstance(value, date) else repr(value)
    return Invalid(N_("{item}: {key} cannot be {value}."), item=item, next=_MEANT if near else _KNOWN if words else STAYS,
                   key=key, value=clean_line(said)[:80], known=words, near=near)  # fmt: skip


def missing(item: str, key: str) -> Invalid:
    return Invalid(N_("{item}: {key} is missing."), item=item, next=STAYS, key=key)


class Table:
    """One table of a rule. Every getter takes its key off; `done` refuses what nobody asked for. `at` is the path of
    the table within the rule ("then[2]."), which errors name."""

    def __init__(self, table: Mapping[str, Any], item: str, at: str = "") -> None:
        self.item, self.at = item, at
        self._left = dict(table)
        self._asked: list[str] = []

    def take(self, key: str) -> Any:
        """The raw value, None where there is none."""
        self._asked.append(key)
        return self._left.pop(key, None)

    def bad(self, key: str, value: object, known: Iterable[str] = ()) -> Invalid:
        return wrong(self.item, self.at + key, value, known)

    def text(self, key: str, *, needed: bool = False) -> str:
        """Cleaned text, "" where the key is absent."""
        value = self.take(key)
        if value is None and not needed:
            return ""
        if value is None:
            raise missing(self.item, self.at + key)
        if not isinstance(value, str) or len(value) > LONGEST or (needed and not value.strip()):
            raise self.bad(key, value)
        return clean(value).strip()

    def word(self, key: str, known: Iterable[str], *, needed: bool = False) -> str:
        """One of `known`, folded; "" where the key is absent."""
        value = self.text(key, needed=needed)
        words = list(known)
        if value and fold(value) not in words:
            raise wrong(self.item, self.at + key, value, words, nearest(value, words))
        return fold(value)

    def words(self, key: str, known: Iterable[str] = ()) -> tuple[str, ...]:
        """A list of texts (or one text), of `known` words if there are any."""
        value = self.take(key)
        if value is None:
            return ()
        many = [value] if isinstance(value, str) else value
        if not isinstance(many, list | tuple) or not all(isinstance(v, str) and v.strip() for v in many):
            raise self.bad(key, value)
        words = list(known)
        found = [fold(v) if words else clean_line(v) for v in many]
        for v in found:
            if words and v not in words:
                raise wrong(self.item, self.at + key, v, words, nearest(v, words))
        return tuple(dict.fromkeys(found))

    def flag(self, key: str) -> bool:
        value = self.take(key)
        if value is not None and not isinstance(value, bool):
            raise self.bad(key, value, ("true", "false"))
        return bool(value)

    def length(self, key: str, *, needed: bool = False) -> int:
        """A length of time written like `90m`, in milliseconds; 0 where the key is absent."""
        text = self.text(key, needed=needed)
        if not text:
            return 0
        try:
            return duration(text, 0)
        except Invalid as error:
            raise self.bad(key, text, ("30m", "1h", "1d12h")) from error

    def length_text(self, key: str) -> str:
        """A length of time as it is written, "" where the key is absent."""
        text = self.text(key)
        if text:
            Table({key: text}, self.item, self.at).length(key)
        return text

    def day(self, key: str) -> date | None:
        """A day, as a date of TOML or as text."""
        value = self.take(key)
        if isinstance(value, str) and value:
            try:
                value = date.fromisoformat(value)
            except ValueError as error:
                raise self.bad(key, value, ("2026-11-22",)) from error
        if value in (None, ""):
            return None
        if type(value) is not date:
            raise self.bad(key, value, ("2026-11-22",))
        return value

    def rest(self) -> dict[str, Any]:
        """What is left, for the next reader of the same table."""
        return self._left

    def done(self) -> None:
        """Raises Invalid for a key that nobody asked for, with the nearest that somebody did."""
        for key, value in self._left.items():
            near = nearest(key, self._asked)
            raise Invalid(N_("{item}: there is no key {key}."), item=self.item,
                          next=_MEANT if near else _KNOWN, key=self.at + clean_line(str(key))[:40],
                          near=near, known=", ".join(self._asked), value=clean_line(repr(value))[:40])  # fmt: skip
