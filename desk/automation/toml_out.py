"""Writing TOML as people like to read it: long texts stand as they are, and reading it again gives the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

_LITERAL = "'''"


def value(found: Any) -> str:
    """Text, number, truth, day, list or table on one line. Texts must be clean, as everything stored is."""
    if isinstance(found, Mapping):
        return "{ " + ", ".join(f"{key(k)} = {value(v)}" for k, v in found.items()) + " }" if found else "{}"
    if isinstance(found, list | tuple):
        return "[" + ", ".join(map(value, found)) + "]"
    if isinstance(found, date):
        return found.isoformat()
    return json.dumps(found, ensure_ascii=False)


def key(name: str) -> str:
    """A key, quoted where it has to be."""
    bare = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    return name if bare else json.dumps(name, ensure_ascii=False)


def block(text: str) -> str:
    """A text over several lines, without any escape where that is possible."""
    if _LITERAL in text or text.endswith("'"):
        return value(text)
    return f"{_LITERAL}\n{text}\n{_LITERAL}" if "\n" in text or "'" in text else value(text)
