"""The kinds of answers a form asks for. Each holds what a person typed (`raw`) apart from what it means (`value`), so
that nothing typed is lost while it is not right yet. Labels and help are in the person's language already.

Only kinds with fields of their own are dataclasses, and none has slots: each takes a millisecond to make while somebody
waits for the set-up to open.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, NamedTuple

from app.editing import Candidate
from app.words import _
from store.errors import N_, DeskError, Invalid
from store.values import Money, clean, clean_line

if TYPE_CHECKING:
    from desk.query import Context

Seen = Callable[[Mapping[str, Any]], bool]
"""Whether a field belongs on the form, given what the others hold."""


class Option(NamedTuple):
    """One of the answers to choose from."""

    id: str
    label: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One line of text, and the base of all others. `fixed` is shown but not changed; `when` hides it where it does not
    apply. `check` looks at the value and raises DeskError; its gap `column`, from 1, says where."""

    key: str
    label: str
    help: str = ""
    needed: bool = False
    fixed: bool = False
    when: Seen | None = None
    check: Callable[[Any], object] | None = None

    def raw(self, value: Any) -> Any:
        """A saved value as it stands in the form."""
        return "" if value is None else str(value)

    def empty(self, raw: Any) -> bool:
        return not str(raw).strip()

    def value(self, raw: Any) -> Any:
        """What was filled in, as it is saved. Raises DeskError."""
        if self.empty(raw):
            if self.needed:
                raise Invalid(N_("This is needed."))
            return self.nothing()
        read = self.read(raw)
        if self.check is not None:
            self.check(read)
        return read

    def nothing(self) -> Any:
        """The value of a field left empty."""
        return ""

    def read(self, raw: Any) -> Any:
        return clean_line(str(raw))

    def shown(self, raw: Any) -> str:
        """What stands behind the label, on one line."""
        return str(raw)


@dataclass(frozen=True, kw_only=True)
class Line(Field):
    """One line of text; `complete` proposes ways to go on at a cursor."""

    complete: Callable[[str, int], Sequence[Candidate]] | None = None


@dataclass(frozen=True, kw_only=True)
class Secret(Field):
    """A text that nobody sees, neither while it is typed nor after. Left empty, the one that is `kept` stays."""

    kept: bool = False

    def read(self, raw: Any) -> Any:
        return clean_line(str(raw)).strip()

    def shown(self, raw: Any) -> str:
        return "•" * 8 if raw else _("kept; type to replace it") if self.kept else ""


@dataclass(frozen=True, kw_only=True)
class Query(Line):
    """A query, with `context` to read it by: it can be filled in as rows, too."""

    context: Callable[[], Context]


class Paragraph(Line):
    """Several lines of text."""

    def read(self, raw: Any) -> Any:
        return clean(str(raw)).strip("\n")


class Entries(Paragraph):
    """One entry per line; its value is their list. `check` looks at each, and an error names the line."""

    def raw(self, value: Any) -> Any:
        return "\n".join(str(v) for v in value or ())

    def nothing(self) -> Any:
        return []

    def value(self, raw: Any) -> Any:
        lines = [(n, clean_line(line)) for n, line in enumerate(str(raw).split("\n"), 1)]
        if self.needed and not any(line for _n, line in lines):
            raise Invalid(N_("This is needed."))
        for number, line in lines:
            try:
                if line and self.check is not None:
                    self.check(line)
            except DeskError as error:
                raise Invalid(N_("Line {line}: {fault}"), line=number, fault=_fault(error)) from error
        return [line for _n, line in lines if line]


class Words(Field):
    """Words with commas between them; its value is their list."""

    def raw(self, value: Any) -> Any:
        return ", ".join(str(v) for v in value or ())

    def nothing(self) -> Any:
        return []

    def read(self, raw: Any) -> Any:
        return [word for word in (clean_line(part) for part in re.split("[,;，、；]", str(raw))) if word]


class Levels(Field):
    """`en:5, de:3`: words with a number from 1 to 5 each (5 where none is written); its value maps one to the other."""

    def raw(self, value: Any) -> Any:
        return ", ".join(f"{word}:{level}" for word, level in (value or {}).items())

    def nothing(self) -> Any:
        return {}

    def read(self, raw: Any) -> Any:
        found: dict[str, int] = {}
        for part in (p.strip() for p in re.split("[,;，、；]", str(raw)) if p.strip()):
            word, colon, level = part.replace("：", ":").partition(":")
            if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", word.strip()):
                raise Invalid(N_("{item} is no language."), item=part, next=N_("Write them like en:5, de:3."))
            if colon and (not level.strip().isdigit() or not 1 <= int(level) <= 5):
                raise Invalid(N_("{item}: the level is a number from 1 to 5."), item=part)
            found[word.strip()] = int(level) if colon else 5
        return found


@dataclass(frozen=True, kw_only=True)
class Number(Field):
    """A whole number from `least` to `most`."""

    least: int = 0
    most: int = 1_000_000

    def nothing(self) -> Any:
        return self.least

    def read(self, raw: Any) -> Any:
        text = str(raw).strip()
        if not re.fullmatch(r"[+-]?\d{1,12}", text) or not self.least <= int(text) <= self.most:
            raise Invalid(N_("Write a whole number from {least} to {most}."), least=self.least, most=self.most)
        return int(text)


class Amount(Field):
    """Money, `USD 12.90` or `12.90 USD`; its value is written the first way."""

    def read(self, raw: Any) -> Any:
        found = re.fullmatch(r"\s*([A-Za-z]{3})?\s*([\d.,]+)\s*([A-Za-z]{3})?\s*", str(raw))
        if found is None or bool(found[1]) == bool(found[3]):
            raise Invalid(N_("Write an amount with its currency, such as USD 12.90."))
        try:
            return str(Money.parse(found[2].replace(",", ""), found[1] or found[3]))
        except ValueError as exc:
            raise Invalid(N_("Write an amount with its currency, such as USD 12.90.")) from exc


class Span(Field):
    """A length of time as its `check` reads it (`8h`, `2d`, `3bd`)."""


@dataclass(frozen=True, kw_only=True)
class Moment(Field):
    """A date and time in `zone`, `2026-12-24 09:00`; its value is an instant. A date alone is its first minute."""

    zone: tzinfo

    def raw(self, value: Any) -> Any:
        return f"{datetime.fromtimestamp(value / 1000, self.zone):%Y-%m-%d %H:%M}" if value else ""

    def nothing(self) -> Any:
        return None

    def read(self, raw: Any) -> Any:
        text = str(raw).strip().replace("T", " ")
        for form in ("%Y-%m-%d %H:%M", "%Y-%m-%d"):
            try:
                return int(datetime.strptime(text, form).replace(tzinfo=self.zone).timestamp() * 1000)
            except ValueError:
                continue
        raise Invalid(N_("Write a time like 2026-12-24 09:00."))


class Day(Field):
    """A date, `2026-12-24`; its value is that text."""

    def read(self, raw: Any) -> Any:
        try:
            return datetime.strptime(str(raw).strip(), "%Y-%m-%d").date().isoformat()
        except ValueError as exc:
            raise Invalid(N_("Write a date like 2026-12-24.")) from exc


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


def _fault(error: DeskError) -> str:
    from app.words import render_error

    return render_error(error)
