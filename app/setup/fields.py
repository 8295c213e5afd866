"""The kinds of answers a form asks for. Each holds what a person typed (`raw`) apart from what it means (`value`), so
that nothing typed is lost while it is not right yet. Labels and help are in the person's language already. Here are those
that are text; numbers and times are in `app.setup.figures`, what is chosen in `app.setup.picks`.

Only kinds with fields of their own are dataclasses, and none has slots: each takes a millisecond to make while somebody
waits for the set-up to open.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.editing import Candidate
from app.words import _
from store.errors import N_, DeskError, Invalid
from store.values import clean, clean_line

if TYPE_CHECKING:
    from desk.query import Context

Seen = Callable[[Mapping[str, Any]], bool]
"""Whether a field belongs on the form, given what the others hold."""


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


def _fault(error: DeskError) -> str:
    from app.words import render_error

    return render_error(error)
