"""Files between the desk and a person's folders: where they go, what they are called there, how they are fetched from
another machine."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from app.typed import Word
from desk.reading.names import safe_name
from store.errors import N_, Unavailable

MOST = 12
"""Names offered when a path is completed."""


def drop_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where files are saved to and taken from: `$DESKHAND_DROP`, else `deskhand` in the downloads of this account."""
    if named := environ.get("DESKHAND_DROP"):
        return Path(named).expanduser()
    home = environ.get("HOME", os.path.expanduser("~"))
    return Path(environ.get("XDG_DOWNLOAD_DIR") or os.path.join(home, "Downloads")) / "deskhand"


def save(folder: Path, name: str, type: str, number: int, data: bytes) -> Path:
    """Writes a file into the folder, which is made where it is missing, beside and never over what is there. Raises
    Unavailable."""
    wanted = safe_name(name, type, number)
    stem, dot, suffix = wanted.rpartition(".")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for n in range(1, 1000):
            path = folder / (wanted if n == 1 else f"{stem}-{n}{dot}{suffix}" if stem else f"{wanted}-{n}")
            try:
                # Exclusive and without following links: a name never leads out of the folder or over a file.
                fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            except FileExistsError:
                if not path.is_symlink() and path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
                    return path  # it was saved before
                continue
            with os.fdopen(fd, "wb") as out:
                out.write(data)
            return path
    except OSError as exc:
        raise Unavailable(N_("{item} cannot be written: {reason}"), item=str(folder), reason=exc.strerror or "?",
                          next=N_("Set DESKHAND_DROP to a folder of yours.")) from exc  # fmt: skip
    raise Unavailable(N_("{item} holds too many files of this name."), item=str(folder))


def fetch_line(
    ticket: int, number: int, name: str, *, desk: Path, agent: str, environ: Mapping[str, str] = os.environ
) -> str:
    """What to type on one's own machine to have a file there: `ssh … deskhand attachment get 1042 2 --to - > name`."""
    user, host, port = _machine(environ)
    program = os.path.abspath(sys.argv[0]) if os.path.basename(sys.argv[0]) == "deskhand" else "deskhand"
    there = [program, "--desk", str(desk), "--as", agent, "attachment", "get", str(ticket), str(number), "--to", "-"]
    ssh = ["ssh", *(["-p", port] if port not in ("", "22") else []), f"{user}@{host}", shlex.join(there)]
    return f"{shlex.join(ssh)} > {shlex.quote(safe_name(name, '', number))}"


def _machine(environ: Mapping[str, str]) -> tuple[str, str, str]:
    """Account, address and port by which this session came, else this machine's name."""
    import pwd
    import socket

    user = pwd.getpwuid(os.getuid()).pw_name
    parts = environ.get("SSH_CONNECTION", "").split()
    if len(parts) == 4:
        return user, parts[2], parts[3]
    return user, socket.gethostname(), ""


def path_of(text: str, folder: Path) -> Path:
    """A path as typed: `~` is the home, what begins with neither that nor `/` lies in `folder`."""
    return folder / Path(text.strip()).expanduser()


def completions(text: str, cursor: int, folder: Path) -> list[Word]:
    """Names a path may go on with, folders with a slash; hidden ones only after a dot."""
    typed = text[:cursor]
    start, begun = (typed.rfind("/") + 1, typed.rpartition("/")[2])
    try:
        inside = path_of(typed[:start] or ".", folder)
        with os.scandir(inside) as entries:
            names = sorted(
                f"{e.name}/" if e.is_dir() else e.name
                for e in entries if e.name.startswith(begun) and (begun.startswith(".") or not e.name.startswith("."))
            )[:MOST]  # fmt: skip
    except (OSError, ValueError, RuntimeError):
        return []
    return [Word(name, start, cursor) for name in names]
