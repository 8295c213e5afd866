"""What a path holds: files of lines, and mails in a maildir, an mbox or .eml files, one at a time and never changed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from desk.sync.importing_lines import conversation_id
from store.errors import N_, Invalid, NotFound
from store.values import SECOND, Instant

LINES = (".jsonl", ".ndjson")
MAILS = (".eml", ".mbox")
TABLES = (".csv", ".tsv")
"""Of a folder; a platform's report may be .txt, too, where it is named."""
LARGEST_MAIL = 100 << 20
"""Bytes; a larger one is listed as bad."""

_STAMP = re.compile(r"(\d{9,10})\.")
_SENT = re.compile(r"(?i)\.?(sent([ ._-].*)?|gesendet.*|已发送.*)")


@dataclass(frozen=True, slots=True)
class Source:
    """One file, or one mail of a maildir. `sent` marks a folder of our own mail."""

    path: Path
    kind: str
    size: int
    sent: bool = False


class RawItem(NamedTuple):
    """A mail as it lies there. `at` is when its server had it, where the place tells."""

    name: str
    raw: bytes
    at: Instant | None
    sent: bool
    size: int


def sources(paths: Iterable[Path]) -> list[Source]:
    """Everything importable in `paths`, in order. Raises NotFound for a path that is not there, Invalid for one that
    holds nothing of the kind."""
    found: list[Source] = []
    for path in paths:
        if not path.exists():
            raise NotFound(N_("There is no file {item}."), item=str(path), next=N_("Check the path."))
        here = _folder(path) if path.is_dir() else _file(path)
        if not here:
            raise Invalid(N_("{item} holds nothing that can be imported."), item=str(path),
                          next=N_("Give a maildir, .eml, .mbox, .jsonl or .csv."))  # fmt: skip
        found += here
    return found


def _folder(path: Path) -> list[Source]:
    if (path / "cur").is_dir() or (path / "new").is_dir():
        boxes = [path, *sorted(p for p in path.iterdir() if p.name.startswith(".") and (p / "cur").is_dir())]
        return [s for box in boxes for s in _maildir(box)]
    files = sorted(p for p in path.rglob("*") if p.suffix.casefold() in (*LINES, *MAILS, *TABLES) and p.is_file())
    return [s for p in files for s in _file(p)]


def _maildir(path: Path) -> list[Source]:
    sent = bool(_SENT.fullmatch(path.name))
    entries = [e for part in ("cur", "new") if (path / part).is_dir() for e in os.scandir(path / part)]
    mails = sorted((e for e in entries if e.is_file() and not e.name.startswith(".")), key=lambda e: e.name)
    return [Source(Path(e.path), "mail", e.stat().st_size, sent) for e in mails]


def _file(path: Path) -> list[Source]:
    size, suffix = path.stat().st_size, path.suffix.casefold()
    if suffix in LINES:
        return [Source(path, "lines", size)]
    if suffix in TABLES:
        return [Source(path, "csv", size)]
    if suffix == ".mbox" or _begins(path, b"From "):
        return [Source(path, "mbox", size)]
    if suffix == ".eml" or _looks_like_mail(path):
        return [Source(path, "mail", size)]
    if suffix == ".txt" and _is_table(path):
        return [Source(path, "csv", size)]
    return []


def _begins(path: Path, head: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(head)) == head


def _looks_like_mail(path: Path) -> bool:
    with path.open("rb") as file:
        return bool(re.match(rb"[!-9;-~]{1,76}:[ \t]", file.read(256)))


def _is_table(path: Path) -> bool:
    """Whether it is a platform's report that calls itself text, as Amazon's do."""
    from desk.sync.importing_csv import table

    try:
        return bool(table(path).columns.profile.required)
    except Invalid:
        return False


def mails(source: Source) -> Iterator[RawItem]:
    """The mails of a source. One that is too large or cannot be read comes with empty bytes and its size."""
    if source.kind == "mbox":
        yield from _mbox(source)
        return
    stamp = _STAMP.match(source.path.name)
    at = int(stamp[1]) * SECOND if stamp else None
    raw = b"" if source.size > LARGEST_MAIL else source.path.read_bytes()
    yield RawItem(str(source.path), raw, at, source.sent, source.size)


def _mbox(source: Source) -> Iterator[RawItem]:
    """Splits at lines that begin with "From " behind an empty line (mboxrd: one `>` comes off quoted ones)."""
    number, size, lines = 0, 0, list[bytes]()

    def item() -> RawItem:
        raw = b"" if size > LARGEST_MAIL else b"".join(lines)
        return RawItem(f"{source.path}#{number}", raw, None, source.sent, size)

    with source.path.open("rb") as file:
        empty = True
        for line in file:
            if empty and line.startswith(b"From "):
                if number:
                    yield item()
                number, size, lines = number + 1, 0, []
            elif number:
                size += len(line)
                if size <= LARGEST_MAIL:
                    lines.append(line[1:] if re.match(b">+From ", line) else line)
                else:
                    lines.clear()
            empty = line in (b"\n", b"\r\n")
    if number:
        yield item()


def line_batches(source: Source, lines: int, size: int) -> Iterator[Sequence[tuple[str, bytes]]]:
    """`(name, line)` pairs in batches of about `lines` lines or `size` bytes, cut between conversations."""
    batch: list[tuple[str, bytes]] = []
    held, last = 0, b""
    name = source.path.name
    with source.path.open("rb") as file:
        for number, line in enumerate(file, 1):
            full = len(batch) >= lines or held >= size
            if full:
                here = conversation_id(line)
                if here != last or not here or len(batch) >= 2 * lines or held >= 2 * size:
                    yield batch
                    batch, held = [], 0
            if len(batch) + 1 >= lines or held + len(line) >= size:
                last = conversation_id(line)
            batch.append((f"{name}:{number}", line))
            held += len(line)
    if batch:
        yield batch
