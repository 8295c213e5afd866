"""Where the files lie: the folders, who may write there, and opening a file without being led elsewhere.

Folders are opened once and files through them, never by path, so that nobody can swap a folder for a link meanwhile.
"""

from __future__ import annotations

import os
import pwd
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from connectors.account import required, text, whole
from connectors.contract import Permanent, Temporary
from connectors.findings import Findings
from store.values import DAY, SECOND, Instant

IN, OUT, DONE, BAD, SENT = "in", "out", "done", "bad", ".sent"
FOLDERS = (IN, OUT, DONE, BAD, SENT)
NAME_BYTES = 200
_SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Unfit(ValueError):
    """A file that is not taken, and why."""


@dataclass(frozen=True, slots=True)
class Place:
    """A drop folder. `writers` are the Unix users (ids) whose files are taken; `patience` is in milliseconds,
    `keep` too: how long files stay in `done/`, 0 for ever."""

    folder: Path
    source: str
    writers: frozenset[int]
    patience: int
    keep: int = 0


class Open(NamedTuple):
    """Descriptors of the folders inside."""

    inn: int
    out: int
    done: int
    bad: int
    sent: int


class Identity(NamedTuple):
    """What tells a file from another that came later under its name."""

    inode: int
    mtime_ns: int
    size: int


def read_settings(settings: Mapping[str, object]) -> Place:
    """Raises ValueError naming the setting that is wrong."""
    folder = Path(required(settings, "folder"))
    if not folder.is_absolute() or ".." in folder.parts or folder == Path("/"):
        raise ValueError("folder must be a whole path such as /srv/drop/site.")
    source = text(settings, "source") or folder.name
    if not _SOURCE.fullmatch(source):
        raise ValueError("source must be a short name of letters, digits, dots and dashes.")
    patience = whole(settings, "timeout_seconds", 60, most=86_400) * SECOND
    keep = whole(settings, "keep_days", 30, least=0, most=3_650) * DAY
    return Place(folder, source, frozenset({os.geteuid(), *_users(settings.get("writers", ()))}), patience, keep)


def _users(said: object) -> Iterator[int]:
    names = said.split(",") if isinstance(said, str) else said if isinstance(said, list | tuple) else [said]
    for name in names:
        if isinstance(name, str) and not name.strip():
            continue
        try:
            yield pwd.getpwnam(str(name).strip()).pw_uid
        except KeyError as exc:
            raise ValueError(f"writers: there is no Unix user {name}.") from exc


def confined(folder: str | Path, within: Path) -> Path:
    """`folder` as it really lies. Whoever lets people choose a folder without a shell of their own (the SSH gate) calls
    this first, so that a channel reaches nothing but `within`. Raises ValueError for a folder outside it."""
    real = Path(os.path.realpath(folder))
    home = Path(os.path.realpath(within))
    if real == home or home not in real.parents:
        raise ValueError(f"folder must be inside {home}.")
    return real


# What is wrong with it ------------------------------------------------------------------------------


def look(place: Place, found: Findings) -> None:
    """Says of each folder whether it can be used, or what to mend."""
    if not _usable(place, place.folder, found):
        return
    for name in FOLDERS:
        path = place.folder / name
        if not os.path.lexists(path):
            if name == IN:
                found.good(f"{path} is made when the desk first looks.")
            continue
        if not _usable(place, path, found):
            return
    found.good(f"{place.folder} can be read and written.")


def _usable(place: Place, path: Path, found: Findings) -> bool:
    try:
        state = os.lstat(path)
    except OSError:
        found.bad(f"Folder missing: there is no {path}; make it with mkdir, and check who may enter the folders above.")
        return False
    if stat.S_ISLNK(state.st_mode) or os.path.realpath(path) != str(path):
        found.bad(f"Link: {path} leads elsewhere; give the real path {os.path.realpath(path)}.")
    elif not stat.S_ISDIR(state.st_mode):
        found.bad(f"No folder: {path} is a file; give a folder.")
    elif state.st_uid not in place.writers:
        found.bad(f"Foreign owner: {path} belongs to {_user(state.st_uid)}; change that with chown, or add the user to writers.")
    elif state.st_mode & stat.S_IWOTH:
        found.bad(f"Open to all: everybody on this machine can write to {path}; mend it with chmod o-w {path}.")
    elif not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        found.bad(f"No permission: this user cannot read and write {path}; mend it with chmod g+rwx and a shared group.")
    else:
        return True
    return False


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


# Opening --------------------------------------------------------------------------------------------


@contextmanager
def opened(place: Place) -> Iterator[Open]:
    """The folders, made where they are missing. Raises Permanent with what to mend, Temporary where the disk fails."""
    found = Findings()
    look(place, found)
    if wrong := found.health().mend:
        raise Permanent(wrong)
    with ExitStack() as stack, reached(place):
        root = _opened(stack, str(place.folder), None)
        mode = os.fstat(root).st_mode & 0o770
        fds = []
        for name in FOLDERS:
            with suppress(FileExistsError):
                os.mkdir(name, mode | 0o700 if name != SENT else 0o700, dir_fd=root)
            fds.append(_opened(stack, name, root))
        yield Open(*fds)


@contextmanager
def reached(place: Place) -> Iterator[None]:
    """What the disk refuses, as a fault."""
    try:
        yield
    except (PermissionError, FileNotFoundError, NotADirectoryError) as exc:
        raise Permanent(f"The folder {place.folder} cannot be used: {exc.strerror}.") from exc
    except OSError as exc:
        raise Temporary(f"The disk of {place.folder} fails: {exc.strerror}.") from exc


def _opened(stack: ExitStack, name: str, within: int | None) -> int:
    fd = os.open(name, _DIRECTORY, dir_fd=within)
    stack.callback(os.close, fd)
    return fd


def plain(name: str) -> bool:
    """Whether it names a file right here: no path, nothing hidden."""
    return not (not name or name.startswith(".") or "/" in name or "\0" in name
                or len(os.fsencode(name)) > NAME_BYTES)  # fmt: skip


def identity(folder: int, name: str) -> Identity | None:
    """Of a file, a link not followed; None where there is none."""
    try:
        return _identity(os.stat(name, dir_fd=folder, follow_symlinks=False))
    except FileNotFoundError:
        return None


def _identity(state: os.stat_result) -> Identity:
    return Identity(state.st_ino, state.st_mtime_ns, state.st_size)


def read(place: Place, folder: int, name: str, most: int) -> tuple[bytes, Identity]:
    """A file's content. Raises Unfit for what is no plain file of somebody who may write here, or larger than `most`
    bytes; FileNotFoundError where there is none."""
    try:
        fd = os.open(name, _FILE, dir_fd=folder)
    except OSError as exc:
        if isinstance(exc, FileNotFoundError):
            raise
        raise Unfit("it is a link, or cannot be opened") from exc
    with ExitStack() as stack:
        stack.callback(os.close, fd)
        state = os.fstat(fd)
        if not stat.S_ISREG(state.st_mode):
            raise Unfit("it is no file")
        if state.st_uid not in place.writers:
            raise Unfit(f"it belongs to {_user(state.st_uid)}, who is not among the writers")
        if state.st_nlink > 1:
            raise Unfit("it has a second name elsewhere")
        if state.st_size > most:
            raise Unfit(f"it is larger than {most >> 20} MB")
        with os.fdopen(fd, "rb", closefd=False) as file:
            return file.read(most), _identity(state)


def put(folder: int, name: str, content: bytes) -> None:
    """Writes a new file whole, or none: beside first, then under its name. Raises FileExistsError where there is one."""
    beside = f".{name}.tmp"
    with suppress(FileNotFoundError):
        os.unlink(beside, dir_fd=folder)
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o640, dir_fd=folder)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(fd)
        os.link(beside, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    finally:
        os.unlink(beside, dir_fd=folder)
    os.fsync(folder)


def sweep(folder: int, before: Instant) -> None:
    """Deletes files that came into a folder before that; nothing else that lies there."""
    with os.scandir(folder) as found:
        for entry in found:
            state = entry.stat(follow_symlinks=False)
            if stat.S_ISREG(state.st_mode) and state.st_ctime_ns // 1_000_000 < before:
                with suppress(FileNotFoundError):
                    os.unlink(entry.name, dir_fd=folder)


def free_name(folder: int, name: str) -> str:
    """`name`, or one like it that nothing has there."""
    stem, dot, suffix = name.rpartition(".")
    number, wanted = 1, name
    while identity(folder, wanted) is not None:
        number += 1
        wanted = f"{stem}~{number}{dot}{suffix}" if stem else f"{name}~{number}"
    return wanted
