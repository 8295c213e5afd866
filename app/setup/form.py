"""A form being filled in: what stands in each field, what is wrong with it, whether anything changed, and the way back.

It takes a plain dict and gives one. Every field is looked at as it is typed, the whole when it is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.setup.fields import Field
from app.setup.picks import WEEKDAYS, Choice, Parts, Week
from store.errors import N_, DeskError, Invalid

Remake = Callable[[Mapping[str, Any]], Sequence[Field]]
Spot = tuple[str, int]
"""A line of a form: a field's key, and which of its lines (a weekday, a part); -1 is the field whole."""


class Form:
    """`fields` in their order, filled from `values`; keys that no field asks for are kept and given back. `remake` gives
    other fields after a change, where they depend on what the form holds."""

    def __init__(self, fields: Sequence[Field], values: Mapping[str, Any], remake: Remake | None = None) -> None:
        self._remake = remake
        self.fields = {field.key: field for field in fields}
        self.kept = {key: value for key, value in values.items() if key not in self.fields}
        self.raw: dict[str, Any] = {
            key: [Form(field.fields(part), part, field.fields) for part in values.get(key) or ()]
            if isinstance(field, Parts)
            else field.raw(values.get(key))
            for key, field in self.fields.items()
        }
        self.problems: dict[Spot, DeskError] = {}
        """What is wrong, by line."""
        self.whole: DeskError | None = None
        """What is wrong with all of it together."""
        self._start = self.picture()
        self._before: list[tuple[str, Any]] = []

    # What it holds --------------------------------------------------------------------------------

    def picture(self) -> tuple[Any, ...]:
        """Equal as long as nothing differs."""
        return tuple(
            (key, tuple(part.picture() for part in raw) if isinstance(self.fields[key], Parts) else raw)
            for key, raw in self.raw.items()
        )

    @property
    def dirty(self) -> bool:
        """Whether it holds anything else than at the beginning."""
        return self.picture() != self._start

    def settle(self) -> None:
        """What it holds is saved now."""
        self._start, self.whole = self.picture(), None

    def rough(self) -> dict[str, Any]:
        """What the fields hold, as far as it makes sense: for fields that depend on others, and previews."""
        found = dict(self.kept)
        for key, field in self.fields.items():
            if isinstance(field, Parts):
                found[key] = [part.rough() for part in self.raw[key]]
                continue
            try:
                found[key] = field.value(self.raw[key])
            except DeskError:
                found[key] = field.nothing()
        return found

    def shown(self) -> list[Field]:
        """The fields that apply now."""
        rough = self.rough() if any(field.when for field in self.fields.values()) else {}
        return [field for field in self.fields.values() if field.when is None or field.when(rough)]

    def take(self) -> dict[str, Any] | None:
        """Everything filled in, as it is saved; None where something is wrong, and `problems` says what. Fields that do
        not apply give nothing."""
        self.problems.clear()
        found = dict(self.kept)
        for field in self.shown():
            if isinstance(field, Parts):
                parts = [part.take() for part in self.raw[field.key]]
                for index, part in enumerate(self.raw[field.key]):
                    if parts[index] is None:
                        self.problems[field.key, index] = next(iter(part.problems.values()))
                if field.needed and not parts:
                    self.problems[field.key, 0] = Invalid(N_("This is needed."))
                found[field.key] = [part for part in parts if part is not None]
                continue
            self._look_at(field)
            if not any(key == field.key for key, _line in self.problems):
                found[field.key] = field.value(self.raw[field.key])
        return None if self.problems else found

    # Changing it ------------------------------------------------------------------------------------

    def put(self, key: str, raw: Any) -> None:
        """Something else stands in a field, and is looked at. `back` undoes it."""
        if raw == self.raw[key]:
            return
        self._before.append((key, self.raw[key]))
        self._set(key, raw)

    def type(self, key: str, raw: Any) -> None:
        """One more letter of it: what `back` undoes is the whole of what was typed since the last `put` or `mark`."""
        self._set(key, raw)

    def mark(self, key: str) -> None:
        """Typing begins here: `back` leads here."""
        self._before.append((key, self.raw[key]))

    def forget_mark(self) -> None:
        """Typing ended; if it changed nothing, there is nothing to undo."""
        if self._before and self._before[-1][1] == self.raw[self._before[-1][0]]:
            self._before.pop()

    def back(self) -> str:
        """Undoes the last change; returns its key, "" without one."""
        if not self._before:
            return ""
        key, raw = self._before.pop()
        if key not in self.fields:
            return self.back()
        self._set(key, raw)
        return key

    @property
    def changed(self) -> bool:
        """Whether `back` would do something."""
        return bool(self._before)

    def _set(self, key: str, raw: Any) -> None:
        self.raw[key], self.whole = raw, None
        if self._remake is not None:
            self._fit(self._remake(self.rough()))
        self._look_at(self.fields[key])

    def _fit(self, fields: Sequence[Field]) -> None:
        """Takes other fields; what they hold under the same key stays, as far as they can hold it."""
        before, self.fields = self.fields, {field.key: field for field in fields}
        for key, field in self.fields.items():
            old = before.get(key)
            if isinstance(field, Choice) and isinstance(old, Choice) and field.options != old.options:
                self.raw[key] = self.raw[key] if field.holds(self.raw[key]) else field.after(None)
            elif key not in self.raw:
                self.raw[key] = field.raw(None)
        self.raw = {key: self.raw[key] for key in self.fields}
        self.problems = {spot: error for spot, error in self.problems.items() if spot[0] in self.fields}

    def _look_at(self, field: Field) -> None:
        key = field.key
        for spot in [spot for spot in self.problems if spot[0] == key]:
            del self.problems[spot]
        if isinstance(field, Parts):
            return
        if isinstance(field, Week):
            for index in range(len(WEEKDAYS)):
                try:
                    field.day(self.raw[key][index])
                except DeskError as error:
                    self.problems[key, index] = error
            if self.problems.keys() & {(key, n) for n in range(len(WEEKDAYS))}:
                return
        try:
            field.value(self.raw[key])
        except DeskError as error:
            self.problems[key, -1] = error

    def fail(self, error: DeskError) -> None:
        """What the desk said no to, beside the field it names (gap `key` or `field`), else about the whole."""
        for gap in ("key", "field"):
            named = re.fullmatch(r"(\w+)(?:\[(\d+)\])?(?:\.(\w+))?", str(error.gaps.get(gap, "")))
            field = self.fields.get(named[1]) if named else None
            if named and field:
                self.problems[field.key, self._line(field, int(named[2] or 0), named[3] or "")] = error
                return
        self.whole = error

    def _line(self, field: Field, number: int, rest: str) -> int:
        """Which line of a field is meant by `then[2]`, `week.mon`, `name`."""
        if isinstance(field, Parts):
            count = len(self.parts(field.key))
            return number - 1 if 0 < number <= count else count
        return WEEKDAYS.index(rest) if isinstance(field, Week) and rest in WEEKDAYS else -1

    # Parts --------------------------------------------------------------------------------------------

    def parts(self, key: str) -> list[Form]:
        found: list[Form] = self.raw[key]
        return found

    def add_part(self, key: str, at: int) -> Form:
        """A new part before `at`; it begins with the field's start."""
        field = self.fields[key]
        assert isinstance(field, Parts)
        part = Form(field.fields(field.start), field.start, field.fields)
        parts = list(self.parts(key))
        parts.insert(at, part)
        self.put(key, parts)
        return part

    def drop_part(self, key: str, at: int) -> None:
        self.put(key, [part for index, part in enumerate(self.parts(key)) if index != at])

    def move_part(self, key: str, at: int, by: int) -> int:
        """Moves a part; returns where it is then."""
        parts = list(self.parts(key))
        to = max(0, min(len(parts) - 1, at + by))
        if to != at:
            parts.insert(to, parts.pop(at))
            self.put(key, parts)
        return to


def spots(form: Form) -> list[Spot]:
    """The lines of a form that the cursor can stand on, top to bottom."""
    found: list[Spot] = []
    for field in form.shown():
        if isinstance(field, Week):
            found += [(field.key, index) for index in range(len(WEEKDAYS))]
        elif isinstance(field, Parts):
            found += [(field.key, index) for index in range(len(form.parts(field.key)) + 1)]
        else:
            found.append((field.key, -1))
    return found


def differences(fields: Sequence[Field], before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(label, before, after) of the fields that differ; values no field asks for go by their key."""
    first, second = Form(fields, before), Form(fields, after)
    found = []
    for key, field in first.fields.items():
        if isinstance(field, Parts):
            one = "; ".join(field.title(part.rough()) for part in first.parts(key))
            other = "; ".join(field.title(part.rough()) for part in second.parts(key))
        elif isinstance(field, Week):
            one, other = (_week(form.raw[key]) for form in (first, second))
        else:
            one, other = field.shown(first.raw[key]), field.shown(second.raw[key])
        if one != other:
            found.append((field.label, one, other))
    for key in sorted({*first.kept, *second.kept}):
        if first.kept.get(key) != second.kept.get(key):
            found.append((key, str(first.kept.get(key, "")), str(second.kept.get(key, ""))))
    return found


def _week(raw: Sequence[str]) -> str:
    return "; ".join(f"{day} {hours}" for day, hours in zip(WEEKDAYS, raw, strict=True) if hours)
