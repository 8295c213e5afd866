"""What a query says. Spans are offsets into the text it was read from; they do not count when trees are compared."""

from __future__ import annotations

from dataclasses import dataclass, field

Span = tuple[int, int]
"""Start and end (behind the last character), from 0."""


@dataclass(frozen=True, slots=True)
class One:
    """A single value; with `prefix`, everything that begins with it."""

    text: str
    prefix: bool = False
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Range:
    """low..high, both ends included; "" leaves an end open (not both)."""

    low: str
    high: str
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Beyond:
    """`<` or `>`: on that side of the value, which is not included."""

    sign: str
    text: str
    span: Span = field(default=(0, 0), compare=False)


Value = One | Range | Beyond


@dataclass(frozen=True, slots=True)
class Text:
    """A free word or phrase."""

    text: str
    prefix: bool = False
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """A field with its values; one of them suffices. `name` is folded."""

    name: str
    values: tuple[Value, ...]
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class And:
    """All parts; none is everything. Holds no `And` itself but one with an `in:` of its own, and never exactly one
    part."""

    parts: tuple[Node, ...] = ()
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    """One of at least two parts; holds no `Or` itself."""

    parts: tuple[Node, ...]
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    part: Node
    span: Span = field(default=(0, 0), compare=False)


Node = And | Or | Not | Text | Asked
IN = "in"
"""The field that says where words are looked for."""


def both(parts: list[Node], span: Span = (0, 0)) -> Node:
    """`parts` joined by AND, in canonical shape."""
    if len(parts) == 1:
        return parts[0]
    flat = [p for part in parts for p in (part.parts if isinstance(part, And) and not scoped(part) else (part,))]
    return flat[0] if len(flat) == 1 else And(tuple(flat), span)


def scoped(node: And) -> bool:
    """Whether an `in:` of its own says where the words of this AND are looked for."""
    return any(isinstance(p, Asked) and p.name == IN for p in node.parts)


def either(parts: list[Node], span: Span = (0, 0)) -> Node:
    """`parts` (at least one) joined by OR, in canonical shape."""
    flat = [p for part in parts for p in (part.parts if isinstance(part, Or) else (part,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat), span)
