"""What colour may mean here. A theme fills each role with colours and weight; widgets name roles and never colours.

Colour is never the only sign: beside it stands a word or a glyph, and a role that warns is also set apart by weight, so
that a theme without any colour still works.
"""

from __future__ import annotations

from typing import NamedTuple

ROLES = {
    "background": "what everything stands on",
    "panel": "a sheet laid over it: palette, menu, prompt",
    "text": "what one reads",
    "strong": "headings, and what is new",
    "muted": "what one may skip",
    "rule": "the lines that part panes",
    "accent": "the one accent: where one is, what can be followed",
    "accent_text": "text on the accent colour",
    "key": "a key to press",
    "danger": "overdue, failed, lost",
    "warning": "due soon, in doubt",
    "done": "solved, sent, delivered",
    "note": "seen by colleagues only",
    "us": "what we wrote",
    "buyer": "what the buyer wrote",
    "selection": "the row under the cursor",
    "selection_away": "that row while another pane has the keys",
    "mark": "a marked row",
    "match": "where the search hit",
}

ATTRIBUTES = ("bold", "dim", "italic", "underline", "reverse")

ANSI = tuple(
    prefix + name
    for prefix in ("", "bright_")
    for name in ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
)
"""The sixteen colours a terminal names; which they are is the person's own choice."""


class Role(NamedTuple):
    """How one role looks. `fg` and `bg` are `#rrggbb`, one of `ANSI`, or None for what is there anyway."""

    fg: str | None = None
    bg: str | None = None
    attributes: frozenset[str] = frozenset()


class Theme(NamedTuple):
    """A look, complete: every role of `ROLES` is filled."""

    name: str
    dark: bool
    """Whether it is light text on a dark ground."""
    ansi: bool
    """Whether it leaves colours to the terminal: it holds no `#rrggbb`."""
    roles: dict[str, Role]

    @property
    def colourless(self) -> bool:
        """Whether it uses no colour at all."""
        return all(role.fg is None and role.bg is None for role in self.roles.values())
