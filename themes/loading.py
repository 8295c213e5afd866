"""Reads themes: the five that come along, and those in a person's own folder.

    dark = true
    extends = "dark"                 # optional: roles not named here are taken from there

    [roles]
    danger = { fg = "#f07178", bold = true }
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from store.errors import N_, Invalid, NotFound
from themes.roles import ANSI, ATTRIBUTES, ROLES, Role, Theme

BUILT_IN = ("dark", "light", "high_contrast", "ansi16", "mono")

_FOLDER = Path(__file__).parent
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def names(folder: Path | None = None) -> list[str]:
    """The themes there are: ours, then those in `folder` (`*.toml`), by name."""
    own = sorted(path.stem for path in folder.glob("*.toml")) if folder and folder.is_dir() else []
    return [*BUILT_IN, *(name for name in own if name not in BUILT_IN)]


def load(name: str, folder: Path | None = None) -> Theme:
    """The theme `name`; one of ours cannot be replaced from `folder`. Raises NotFound if there is none, Invalid if the
    file is no theme: not TOML, a role missing or unknown, a colour that is none."""
    return _load(name, folder, ())


def _load(name: str, folder: Path | None, above: tuple[str, ...]) -> Theme:
    path = _FOLDER / f"{name}.toml" if name in BUILT_IN else folder / f"{name}.toml" if folder else None
    if path is None or name not in names(folder):
        known = ", ".join(names(folder))
        raise NotFound(N_("There is no theme {item}."), item=name, next=N_("There are: {known}."), known=known)
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise _bad(path, N_("{item} cannot be read: {fault}."), fault=exc) from exc
    roles: dict[str, Role] = {}
    base = table.get("extends")
    if base is not None:
        if base == name or base in above:
            raise _bad(path, N_("{item} extends itself."))
        roles.update(_load(str(base), folder, (*above, name)).roles)
    given = table.get("roles")
    if not isinstance(given, dict):
        raise _bad(path, N_("{item} has no table [roles]."))
    roles.update((role, _role(path, role, value)) for role, value in given.items())
    if missing := [role for role in ROLES if role not in roles]:
        raise _bad(path, N_("{item} lacks the roles {missing}."), missing=", ".join(missing))
    colours = {colour for role in roles.values() for colour in (role.fg, role.bg) if colour}
    if len({colour in ANSI for colour in colours}) > 1:
        raise _bad(path, N_("{item} mixes the terminal's colours with exact ones."))
    return Theme(name, table.get("dark", True) is True, colours <= set(ANSI), {role: roles[role] for role in ROLES})


def _role(path: Path, name: str, value: object) -> Role:
    if name not in ROLES:
        near = get_close_matches(name, ROLES, 1)
        next = N_("Did you mean {near}?") if near else N_("Roles are: {known}.")
        what = N_("{item} fills the role {role}, which does not exist.")
        raise Invalid(what, item=path.name, next=next, role=name, near="".join(near), known=", ".join(ROLES))
    if not isinstance(value, dict) or value.keys() - {"fg", "bg", *ATTRIBUTES}:
        raise _bad(path, N_("{item}: {role} may hold fg, bg, bold, dim, italic, underline and reverse."), role=name)
    return Role(_colour(path, name, value, "fg"), _colour(path, name, value, "bg"), _attributes(value))


def _colour(path: Path, role: str, value: Mapping[str, Any], side: str) -> str | None:
    colour = value.get(side)
    if colour is None or colour in ANSI or (isinstance(colour, str) and _HEX.fullmatch(colour)):
        return colour
    what = N_("{item}: {colour} of {role} is no colour.")
    raise Invalid(what, item=path.name, next=N_("Write #rrggbb, or one of {known}."), role=role, colour=colour,
                  known=", ".join(ANSI))  # fmt: skip


def _attributes(value: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(name for name in ATTRIBUTES if value.get(name) is True)


def _bad(path: Path, what: str, **gaps: object) -> Invalid:
    return Invalid(what, item=path.name, next=N_("Mend it or choose another theme."), **gaps)
