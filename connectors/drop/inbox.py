"""Files → pages. A file leaves `in/` only when the cursor that names it comes back: then the desk has kept its records.

Until then it may be read again, and brings the same records. A file that is half written, or whose attachments are not
there yet, is waited for; what cannot be read then goes to `bad/` with the reason in a file beside it.
"""

from __future__ import annotations

import json
import mimetypes
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from connectors.contract import BadRecord, Clock, File, Page, Record
from connectors.drop import mapping
from connectors.drop.place import Identity, Open, Place, Unfit, free_name, identity, plain, read, sweep
from connectors.fields import Unreadable
from store.values import DAY, Instant, clean_line

FILE_BYTES = 4 << 20
ATTACHMENT_BYTES = 25 << 20
PAGE_BYTES = 32 << 20
MOST = 200
"""Files one pull takes: the cursor names them all."""
PAGE_FILES = 20
_MS = 1_000_000


class Taken(NamedTuple):
    """A file that was read: who it is, what it brings, the attachments that go with it, `why` it is bad ("" if not)."""

    name: str
    identity: Identity
    records: tuple[Record, ...]
    files: tuple[str, ...]
    why: str
    size: int


class Later(Exception):
    """Not yet: half written, or an attachment is still to come."""


@dataclass(slots=True)
class Inbox:
    """Reads one folder. `waited` remembers when a version of a file was first seen; `left` what the last look left."""

    place: Place
    clock: Clock
    page_files: int = PAGE_FILES
    waited: dict[str, tuple[Identity, Instant]] = field(default_factory=dict)
    left: frozenset[tuple[str, Identity]] = frozenset()
    swept_at: Instant = 0
    behind: bool = False
    """Whether something is to be moved as soon as the cursor comes back, or more waits than one pull takes."""

    def pages(self, dirs: Open, cursor: str) -> Iterator[Page]:
        """Settles what `cursor` names, then pages of what else is there, the oldest file first."""
        named = _named(cursor)
        for entry in named:
            self._settle(dirs, entry)
        now = self.clock.now()
        if self.place.keep and abs(now - self.swept_at) >= DAY:
            sweep(dirs.done, now - self.place.keep)
            self.swept_at = now
        names = self._listed(dirs)
        taken: list[Taken] = []
        held: list[Taken] = []
        left: set[tuple[str, Identity]] = set()
        for place, (name, version) in enumerate(names):
            found = self._take(dirs, name, version)
            if found is None:
                left.add((name, version))
                continue
            held.append(found)
            if len(held) >= self.page_files or sum(t.size for t in held) >= PAGE_BYTES or len(taken) + len(held) >= MOST:
                taken += held
                yield _page(held, taken, more=place + 1 < len(names))
                held = []
            if len(taken) >= MOST:
                break
        if held:
            taken += held
            yield _page(held, taken, more=False)
        if named and not taken:
            yield Page((), "", False)
        self.left, self.behind = frozenset(left), bool(taken)
        self.waited = {name: seen for name, seen in self.waited.items() if any(name == n for n, _ in left)}

    def news(self, dirs: Open) -> bool:
        """Whether a look would bring something."""
        return self.behind or any(entry not in self.left for entry in self._listed(dirs)) or self._ripe()

    def _ripe(self) -> bool:
        """Whether something was waited for long enough."""
        return any(self.clock.now() - at >= self.place.patience for _, at in self.waited.values())

    @staticmethod
    def _listed(dirs: Open) -> list[tuple[str, Identity]]:
        """Finished files, the oldest first."""
        with os.scandir(dirs.inn) as found:
            names = [e.name for e in found if plain(e.name) and e.name.casefold().endswith(".json")]
        versions = ((name, identity(dirs.inn, name)) for name in names)
        return sorted(((n, v) for n, v in versions if v is not None), key=lambda e: (e[1].mtime_ns, e[0]))

    def _take(self, dirs: Open, name: str, version: Identity) -> Taken | None:
        """A file read; None for one to be waited for, or that is gone."""
        raw = b""
        try:
            raw, version = read(self.place, dirs.inn, name, FILE_BYTES)
            return self._read(dirs, name, version, raw)
        except Unfit as exc:
            return _refused(name, version, b"", str(exc))
        except FileNotFoundError:
            return None
        except (Later, ValueError) as exc:
            seen, since = self.waited.get(name, (version, self.clock.now()))
            since = since if seen == version else self.clock.now()
            self.waited[name] = (version, since)
            if self.clock.now() - min(since, version.mtime_ns // _MS) < self.place.patience:
                return None
            return _refused(name, version, raw, str(exc) if isinstance(exc, Later) else f"not whole JSON: {exc}")

    def _read(self, dirs: Open, name: str, version: Identity, raw: bytes) -> Taken:
        """Raises Later, ValueError."""
        items = mapping.parsed(raw)
        made: list[Record] = []
        files: dict[str, File] = {}
        wrong: list[str] = []

        def file(attached: str) -> File:
            if attached not in files:
                files[attached] = self._attachment(dirs, attached)
            return files[attached]

        given = mapping.Given(self.place.source, min(version.mtime_ns // _MS, self.clock.now()), file)
        for number, item in enumerate(items, 1):
            ref = name if len(items) == 1 else f"{name}#{number}"
            try:
                made += mapping.records(item, given)
            except Unreadable as exc:
                wrong.append(f"{ref}: {exc}" if len(items) > 1 else str(exc))
                made.append(mapping.bad(ref, item, str(exc)))
        size = len(raw) + sum(len(f.data) for f in files.values())
        return Taken(name, version, tuple(made), tuple(files), clean_line("; ".join(wrong))[:500], size)

    def _attachment(self, dirs: Open, name: str) -> File:
        """Beside the message, or among what came before. Raises Later, Unreadable."""
        if not plain(name) or name.casefold().endswith(".json"):
            raise Unreadable(f"attachment {clean_line(name)[:60]} is no name of a file")
        for folder in (dirs.inn, dirs.done):
            try:
                content, _ = read(self.place, folder, name, ATTACHMENT_BYTES)
            except FileNotFoundError:
                continue
            except Unfit as exc:
                raise Unreadable(f"attachment {clean_line(name)[:60]}: {exc}") from exc
            return File(name, mimetypes.guess_type(name)[0] or "application/octet-stream", content)
        raise Later(f"attachment {clean_line(name)[:60]} is not there")

    @staticmethod
    def _settle(dirs: Open, entry: Taken) -> None:
        """Moves a file whose records are kept; one that was replaced meanwhile stays and is read."""
        if identity(dirs.inn, entry.name) != entry.identity:
            return
        folder = dirs.bad if entry.why else dirs.done
        wanted = free_name(folder, entry.name)
        if entry.why:
            _explain(folder, f"{wanted}.why", entry.why)
        for name in entry.files if not entry.why else ():
            if identity(dirs.inn, name) is not None and identity(dirs.done, name) is None:
                os.rename(name, name, src_dir_fd=dirs.inn, dst_dir_fd=dirs.done)
        os.rename(entry.name, wanted, src_dir_fd=dirs.inn, dst_dir_fd=folder)


def _explain(folder: int, name: str, why: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(name, flags, 0o640, dir_fd=folder), "w", encoding="utf-8", errors="replace") as file:
        file.write(f"{why}\n")


def _refused(name: str, version: Identity, raw: bytes, why: str) -> Taken:
    return Taken(name, version, (BadRecord(clean_line(name), raw, clean_line(why)[:500]),), (), clean_line(why)[:500], len(raw))


def _page(held: list[Taken], taken: list[Taken], *, more: bool) -> Page:
    named = [[t.name, list(t.identity), list(t.files), t.why] for t in taken]
    return Page(tuple(r for t in held for r in t.records), json.dumps(named, separators=(",", ":")), more)


def _named(cursor: str) -> list[Taken]:
    """The files a cursor names; none for one nobody can read."""
    try:
        found = json.loads(cursor or "[]")
        return [Taken(str(n), Identity(*map(int, v)), (), tuple(map(str, f)), str(w), 0) for n, v, f, w in found]
    except (ValueError, TypeError):
        return []
