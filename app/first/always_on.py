"""Sync that never stops: the texts a person needs for it, and what this machine has to run it with.

Nothing here starts anything. Only the unit file is ever written, and only when somebody asked for it.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from app.words import N_
from store.errors import Conflict

UNIT = "deskhand-sync.service"

WAYS = {
    "systemd": N_("a service of your user (systemd)"),
    "cron": N_("a line for cron"),
    "tmux": N_("a session of tmux"),
    "later": N_("later"),
}


def program() -> list[str]:
    """How this very program is called again: its command beside the interpreter, else the interpreter and the module."""
    beside = Path(sys.executable).with_name("deskhand")
    return [str(beside)] if beside.exists() else [sys.executable, "-m", "app.cli"]


def here(environ: Mapping[str, str] = os.environ) -> list[str]:
    """The ways this machine has, the best first; `later` always."""
    runtime = environ.get("XDG_RUNTIME_DIR", "")
    systemd = bool(shutil.which("systemctl") and runtime and (Path(runtime) / "systemd").is_dir())
    found = [way for way, there in (("systemd", systemd), ("cron", bool(shutil.which("crontab"))),
                                    ("tmux", bool(shutil.which("tmux")))) if there]  # fmt: skip
    return [*found, "later"]


def command(desk: Path | None) -> list[str]:
    """The command that syncs for ever; `desk` where it is not the usual place."""
    return [*program(), *(["--desk", str(desk)] if desk else []), "sync", "--forever"]


def unit_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Where a user's services lie."""
    base = environ.get("XDG_CONFIG_HOME") or os.path.join(environ.get("HOME", os.path.expanduser("~")), ".config")
    return Path(base) / "systemd" / "user" / UNIT


def unit(desk: Path | None) -> str:
    """The text of the service."""
    words = " ".join(_systemd_word(word) for word in command(desk))
    return (
        "[Unit]\nDescription=Deskhand: fetch and send\n\n"
        f"[Service]\nExecStart={words}\nRestart=on-failure\nRestartSec=30\n\n"
        "[Install]\nWantedBy=default.target\n"
    )


def _systemd_word(word: str) -> str:
    """A word of ExecStart as systemd reads it back."""
    word = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{word}"' if any(c.isspace() or c in "'\";" for c in word) else word


def cron_line(desk: Path | None) -> str:
    """The line for `crontab -e`; a second sync ends at once, so it may try every few minutes."""
    words = shlex.join(command(desk)).replace("%", "\\%")
    return f"*/5 * * * * {words} >/dev/null 2>&1"


def tmux_line(desk: Path | None) -> str:
    """The command for a session that stays when the terminal goes; not when the machine restarts."""
    return f"tmux new-session -d -s deskhand-sync {shlex.quote(shlex.join(command(desk)))}"


def starting(way: str, desk: Path | None) -> Sequence[str]:
    """What to type, line by line."""
    if way == "systemd":
        return ("systemctl --user daemon-reload", f"systemctl --user enable --now {UNIT.removesuffix('.service')}",
                "loginctl enable-linger")  # fmt: skip
    if way == "cron":
        return ("crontab -e", cron_line(desk))
    if way == "tmux":
        return (tmux_line(desk),)
    return (shlex.join(command(desk)),)


def write_unit(desk: Path | None, environ: Mapping[str, str] = os.environ) -> Path:
    """Writes the unit file. Raises Conflict where another one is there already, OSError where it cannot be written."""
    path, text = unit_file(environ), unit(desk)
    if path.exists():
        if path.read_text("utf-8", "replace") == text:
            return path
        raise Conflict(N_("{item} is there already and says something else."), item=str(path),
                       next=N_("Look at it; deskhand sync --print systemd prints ours."))  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def usual_desk() -> Path:
    """Where the desk lies unless somebody says otherwise on the command line; the environment stays said."""
    from app.wire import desk_folder

    return desk_folder(None, {k: v for k, v in os.environ.items() if k != "DESKHAND_DESK"})
