"""docs/settings.md, made of the registry."""

from __future__ import annotations

from collections.abc import Iterable

from app.settings.environment import OWN, SYSTEM, TERMINAL
from app.settings.registry import GROUPS, HOLD, LOW, SETTINGS, Setting

_HEAD = "| Setting | What it does | Unless chosen | Stands above it |"


def page() -> str:
    """The whole page, in English."""
    lines = [
        "# Settings",
        "",
        "Made by `python -m app.settings > docs/settings.md`. In the workstation: `g S`, Settings, or `:` and the name. On the",
        "command line: `deskhand setting list`, `get KEY`, `set KEY VALUE`; an empty value goes back to the default. What is",
        "chosen is kept in the desk, per person where it is a person's, and follows them to any terminal. Everything else a team",
        "sets up (channels, people, rules, templates, reply times …) has a form of its own in the set-up.",
    ]
    for ident, (name, about) in GROUPS.items():
        if ident == "environment":
            continue
        of_channels = (one._replace(key=f"{one.key}.CHANNEL") for one in (HOLD, LOW))
        rows = [s for s in (*SETTINGS.values(), *of_channels) if s.group == ident]
        lines += ["", f"## {name}", "", about, "", _HEAD, "|---|---|---|---|", *map(_row, rows)]
    lines += ["", "## From outside", "", GROUPS["environment"][1], ""]
    lines += _variables("Deskhand's own", OWN.items())
    lines += ["", *_variables("What the terminal says of itself", TERMINAL.items())]
    lines += ["", *_variables("What every program reads", SYSTEM.items())]
    return "\n".join(lines) + "\n"


def _row(setting: Setting) -> str:
    values = f" ({', '.join(v for v in setting.values if v)})" if any(setting.values) else ""
    above = ", ".join(f"`{name}`" for name in setting.variables)
    return f"| `{setting.key}` {setting.label} | {setting.about}{values} | {setting.default} | {above} |"


def _variables(title: str, rows: Iterable[tuple[str, str]]) -> list[str]:
    shown = [(f"{name}…" if name.endswith("_") else name, about) for name, about in rows]
    return [f"| {title} | |", "|---|---|", *(f"| `{name}` | {about} |" for name, about in shown)]
