"""What a desk stands on, looked at piece by piece: library, place, permissions, vault, schema, data, accounts."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.cli.run import Run
from app.words import _, render_error
from store.errors import DeskError


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `cure` is a command or a step, "" where all is well."""

    check: str
    ok: bool
    text: str
    cure: str = ""


def examine(run: Run) -> Iterator[Finding]:
    """Every finding. What cannot be looked at because something before it is broken is left out."""
    yield _sqlite()
    folder = run.folder
    if not (folder / "desk.db").exists():
        yield Finding("desk", False, _("There is no desk in {folder}.").format(folder=folder), "deskhand init")
        return
    yield _place(folder)
    yield from permissions(folder)
    yield _vault(run)
    opened = _tried("desk", lambda: _opened(run))
    yield opened
    if not opened.ok:
        return
    yield _tried("integrity", lambda: _integrity(run))
    yield _events(run)
    yield from _channels(run)
    yield _sync(run)
    yield _outbox(run)


def _tried(check: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except DeskError as error:
        return Finding(check, False, render_error(error))


def _sqlite() -> Finding:
    from sqlcipher3 import dbapi2

    from store.connection import SQLITE_AT_LEAST

    least = ".".join(map(str, SQLITE_AT_LEAST))
    good = dbapi2.sqlite_version_info >= SQLITE_AT_LEAST
    text = _("SQLite {found}; {least} or newer is needed.").format(found=dbapi2.sqlite_version, least=least)
    return Finding("sqlite", good, text, "" if good else "pip install -U sqlcipher3")


def _place(folder: Path) -> Finding:
    from store.connection import check_place, mount_type

    def look() -> Finding:
        check_place(folder)
        free = os.statvfs(folder)
        left = free.f_bavail * free.f_frsize >> 20
        text = _("{folder} ({kind}), {free} MB free").format(
            folder=folder, kind=mount_type(folder) or "?", free=f"{left:,}"
        )
        cure = _("Free some space: sync stops when the disk is full.")
        return Finding("place", left > 200, text, "" if left > 200 else cure)

    return _tried("place", look)


def permissions(folder: Path) -> Iterator[Finding]:
    """Who can reach the desk. Either one account owns it and nobody else enters (700), or a group shares it: folder
    2770 and files 660, because SQLite gives -wal and -shm the database's mode and the folder's group."""
    info = folder.stat()
    files = [p for p in (folder / "desk.db", folder / "desk.db-wal", folder / "desk.db-shm") if p.exists()]
    mode = stat.S_IMODE(info.st_mode)
    faults: list[tuple[str, str]] = []
    if mode & 0o007:
        shared = bool(mode & 0o070) and bool(mode & stat.S_ISGID)
        faults.append((_("{item} is open to everybody ({mode}).").format(item=folder, mode=f"{mode:o}"),
                       f"chmod {'2770' if shared else '700'} {folder}"))  # fmt: skip
    if mode & 0o070:
        if mode & 0o2070 != 0o2070:
            faults.append(
                (
                    _("{item} is shared by its group, but not fully ({mode}).").format(item=folder, mode=f"{mode:o}"),
                    f"chmod 2770 {folder}",
                )
            )
        if mode & stat.S_ISVTX:
            faults.append((_("{item} has the sticky bit.").format(item=folder), f"chmod -t {folder}"))
        for path in files:
            one = path.stat()
            bits = stat.S_IMODE(one.st_mode)
            if bits & 0o060 != 0o060 or bits & 0o007:
                faults.append(
                    (
                        _("The group cannot write {item} ({mode}).").format(item=path, mode=f"{bits:o}"),
                        f"chmod 660 {path}",
                    )
                )
            if one.st_gid != info.st_gid:
                faults.append(
                    (
                        _("{item} belongs to another group than its folder.").format(item=path),
                        f"chgrp {info.st_gid} {path}",
                    )
                )
    elif info.st_uid != os.getuid() and os.getuid() != 0:
        faults.append(
            (_("{item} belongs to somebody else.").format(item=folder), _("Run as the account that owns the desk."))
        )
    for text, cure in faults:
        yield Finding("permissions", False, text, cure)
    if not faults:
        who = _("shared by its group") if mode & 0o070 else _("its owner's alone")
        yield Finding("permissions", True, f"{folder} {mode:o}: {who}")


def _vault(run: Run) -> Finding:
    from store.vault import Vault, guard

    def look() -> Finding:
        for name in ("vault.json", "vault.key"):
            path = run.folder / name
            if path.exists():
                guard(path)
        return Finding("vault", True, _("{count} secrets").format(count=len(Vault(run.folder).names())))

    return _tried("vault", look)


def _opened(run: Run) -> Finding:
    from app.wire import KEY_NAME

    store = run.store
    text = _("{name}, schema {schema}, {uuid}").format(
        name=store.meta("name"), schema=store.revision(), uuid=store.meta("uuid")
    )
    return Finding("desk", True, text + (", " + _("encrypted") if run.wired.vault.has(KEY_NAME) else ""))


def _integrity(run: Run) -> Finding:
    from store.connection import translated

    with translated(run.store.path):
        lines = [r[0] for r in run.conn.execute("PRAGMA quick_check(5)")]
    good = lines == ["ok"]
    return Finding(
        "integrity", good, "; ".join(lines), "" if good else _("Stop every session and restore the last backup.")
    )


def _events(run: Run) -> Finding:
    from store import events

    head = events.head(run.conn)
    return Finding("events", True, _("{count} events, head {hash}").format(count=f"{head.seq:,}", hash=head.hash[:16]))


def _channels(run: Run) -> Iterator[Finding]:
    from app.channels_said import cure, sentence
    from desk import channels_health

    for h in channels_health.every(run.conn, run.now):
        what = cure(h, run.now, run.zone) if not h.ok else ""
        yield Finding(f"channel {h.channel.id}", h.ok, sentence(h, run.now, run.zone), what)


def _sync(run: Run) -> Finding:
    from store.sql import sync

    lease = sync.lease(run.conn, "sync")
    if lease is None or lease.expires_at <= run.now:
        return Finding("sync", True, _("not running"))
    return Finding("sync", True, _("running as {holder}").format(holder=lease.holder))


def _outbox(run: Run) -> Finding:
    from store.sql import outbox

    stuck = outbox.listed(run.conn, "failed", "unknown")
    text = _("{count} replies need a person").format(count=len(stuck))
    return Finding("outbox", not stuck, text, "deskhand outbox list --state failed --state unknown" if stuck else "")
