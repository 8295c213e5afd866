"""Answers that are chosen, ticked or put together of parts: what they hold is no text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from app.setup.fields import Field
from app.words import _
from store.errors import N_, Invalid
from store.values import clean_line


class Option(NamedTuple):
    """One of the answers to choose from."""

    id: str
    label: str
    note: str = ""


class Toggle(Field):
    """Yes or no."""

    def raw(self, value: Any) -> Any:
        return bool(value)

    def empty(self, raw: Any) -> bool:
        return False

    def read(self, raw: Any) -> Any:
        return bool(raw)

    def shown(self, raw: Any) -> str:
        return f"[x] {_('yes')}" if raw else f"[ ] {_('no')}"


@dataclass(frozen=True, kw_only=True)
class Choice(Field):
    """One of some options."""

    options: Sequence[Option] = ()

    def holds(self, raw: Any) -> bool:
        """Whether it is one of them."""
        return any(option.id == raw for option in self.options)

    def read(self, raw: Any) -> Any:
        if not self.holds(raw):
            raise Invalid(N_("{item} is none of the choices."), item=str(raw), next=N_("Enter shows them."))
        return raw

    def empty(self, raw: Any) -> bool:
        return not raw and not self.holds("")

    def shown(self, raw: Any) -> str:
        return next((option.label for option in self.options if option.id == raw), str(raw))

    def after(self, raw: Any, by: int = 1) -> Any:
        """The option that follows, round and round."""
        ids = [option.id for option in self.options]
        if not ids:
            return raw
        return ids[(ids.index(raw) + by) % len(ids)] if raw in ids else ids[0]


@dataclass(frozen=True, kw_only=True)
class Choices(Field):
    """Any of some options; its value is the list of those chosen, in the order of the options."""

    options: Sequence[Option] = ()

    def raw(self, value: Any) -> Any:
        return tuple(value or ())

    def empty(self, raw: Any) -> bool:
        return not raw

    def nothing(self) -> Any:
        return []

    def read(self, raw: Any) -> Any:
        known = [option.id for option in self.options]
        for one in raw:
            if one not in known:
                raise Invalid(N_("{item} is none of the choices."), item=str(one), next=N_("Enter shows them."))
        return [one for one in known if one in raw]

    def shown(self, raw: Any) -> str:
        labels = {option.id: option.label for option in self.options}
        return ", ".join(labels.get(one, str(one)) for one in raw) or _("none")

    def turned(self, raw: Any, ident: str) -> Any:
        """With one more, or one less."""
        return tuple(one for one in raw if one != ident) if ident in raw else (*raw, ident)


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Week(Field):
    """Hours of each weekday, `09:00-12:00, 13:30-18:00` or nothing; its value maps `mon`… to them, closed days left
    out. `check` looks at the hours of one day."""

    def raw(self, value: Any) -> Any:
        return tuple((value or {}).get(day, "") for day in WEEKDAYS)

    def empty(self, raw: Any) -> bool:
        return not any(text.strip() for text in raw)

    def nothing(self) -> Any:
        return {}

    def value(self, raw: Any) -> Any:
        if self.needed and self.empty(raw):
            raise Invalid(N_("Give at least one day its hours, such as 09:00-18:00."))
        return {day: self.day(text) for day, text in zip(WEEKDAYS, raw, strict=True) if self.day(text)}

    def day(self, text: str) -> str:
        """The hours of one day. Raises DeskError."""
        hours = clean_line(text).replace("：", ":").replace("，", ",")
        if hours and self.check is not None:
            self.check(hours)
        return "" if hours == "closed" else hours


@dataclass(frozen=True, kw_only=True)
class Parts(Field):
    """An ordered list of smaller forms: the acts of a rule, the members of a group. `fields` are those of one, given
    what it holds; `title` is how one reads in a line; `start` is what a new one holds."""

    fields: Callable[[Mapping[str, Any]], Sequence[Field]]
    title: Callable[[Mapping[str, Any]], str]
    start: Mapping[str, Any]
    add: str = ""
    """What the line that adds one says."""
