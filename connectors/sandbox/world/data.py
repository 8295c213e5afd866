"""The world's data files, read once."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """A file of `data/` by its name without `.toml`."""
    return tomllib.loads(files(__package__).joinpath(f"data/{name}.toml").read_text("utf-8"))


def texts(lang: str) -> dict[str, Any]:
    """What is written in one language."""
    return table(f"texts/{lang}")
