"""What can be told without asking: language and time zone, and what told them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from app.words import N_, choose
from store.values import fold

LANGUAGE_NAMES = {"en": "English", "zh_CN": "简体中文"}
"""Each in itself: whoever needs it can read it."""


class Guess(NamedTuple):
    """A value and why: a message id with the gap `source`."""

    value: str
    why: str
    source: str = ""


def language(asked: str | None, environ: Mapping[str, str] = os.environ) -> Guess:
    """The language of the texts, from the command line or the environment."""
    value = choose(asked, environ)
    if asked:
        return Guess(value, N_("as asked for with {source}"), "--lang")
    for name in ("DESKHAND_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return Guess(value, N_("your terminal says {source}"), f"{name}={environ[name]}")
    return Guess(value, N_("your terminal names no language"))


def zone(environ: Mapping[str, str] = os.environ, etc: Path = Path("/etc")) -> Guess:
    """The time zone of this machine, which need not be the team's."""
    named = environ.get("TZ", "").lstrip(":")
    if known_zone(named):
        return Guess(named, N_("your terminal says {source}"), f"TZ={named}")
    with suppress(OSError):
        named = (etc / "timezone").read_text().strip()
        if known_zone(named):
            return Guess(named, N_("this machine says so in {source}"), str(etc / "timezone"))
    named = os.path.realpath(etc / "localtime").partition("/zoneinfo/")[2]
    if known_zone(named):
        return Guess(named, N_("this machine says so in {source}"), str(etc / "localtime"))
    return Guess("UTC", N_("this machine names no time zone"))


def short_name(user: str) -> str:
    """A Unix name as an agent's id."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in user.casefold()).strip("-._")
    return kept[:32] or "agent"


def zones_like(text: str, most: int = 8) -> list[str]:
    """Time zones whose name holds what was typed, those whose city begins with it first."""
    word = fold(text).replace(" ", "_")
    if not word:
        return []
    found = [name for name in available_timezones() if word in fold(name) and not name.startswith(("posix/", "right/"))]
    found.sort(key=lambda name: (not fold(name).rpartition("/")[2].startswith(word), "/" not in name, name))
    return found[:most]


def known_zone(name: str) -> bool:
    """Whether this machine knows a zone of that name."""
    try:
        return bool(name) and ZoneInfo(name) is not None
    except (KeyError, ValueError, OSError):
        return False
