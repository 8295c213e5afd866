"""A line of a pane: pieces of text, each with the colour role it has."""

from __future__ import annotations

Run = tuple[str, str]
"""Text and role (see `themes.roles`)."""

Line = tuple[Run, ...]
