"""`deskhand attachment`: files of a ticket out of the desk and into it."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.output import Column, Record, records
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run, ticket_number
from app.words import _
from store.errors import N_, Conflict, Invalid, NotFound, Unavailable

if TYPE_CHECKING:
    from store.sql.rows import Attachment

SCHEMA = "deskhand/attachments/1"


def arguments(parser: Parser) -> None:
    verbs(parser, (
        ("list", _("files of a ticket"), _ticket, _list),
        ("get", _("write files of a ticket into a folder"), _get_arguments, _get),
        ("put", _("keep files with a ticket, as an internal note"), _put_arguments, _put),
    ))  # fmt: skip


run = perform_verb


def _ticket(parser: Parser) -> None:
    parser.add_argument("ticket", type=ticket_number, metavar="TICKET", help=_("its number"))


def _get_arguments(parser: Parser) -> None:
    _ticket(parser)
    parser.add_argument(
        "name", nargs="?", default="", metavar="NAME|N", help=_("one file, by its name or place; all unless said")
    )
    parser.add_argument(
        "--to", default=".", metavar="DIR|-", help=_("the folder, the current one unless said; - writes one file to stdout")
    )


def _put_arguments(parser: Parser) -> None:
    _ticket(parser)
    parser.add_argument("files", nargs="+", metavar="FILE", help=_("files to keep"))
    parser.add_argument("--text", default="", metavar="T", help=_("text of the note"))


def _files(run: Run, ticket_id: int) -> list[Attachment]:
    from desk import thread

    return list(thread.read(run.conn, ticket_id, shown=1).attachments)


def _row(n: int, a: Attachment) -> Record:
    return {"number": n, "name": a.name, "type": a.type, "size": a.size, "sha256": a.sha256, "inline": bool(a.inline)}


def _columns() -> list[Column]:
    return [Column("number", _("No."), right=True), Column("name", _("Name")), Column("type", _("Type")),
            Column("size", _("Bytes"), right=True)]  # fmt: skip


def _list(run: Run, args: argparse.Namespace) -> int:
    found = _files(run, args.ticket)
    records(run, SCHEMA, "attachments", _columns(), (_row(n, a) for n, a in enumerate(found, 1)), ticket=args.ticket)
    return 0


def _get(run: Run, args: argparse.Namespace) -> int:
    from desk.reading.names import safe_name
    from store.sql import messages

    if args.to == "-":
        return _stream(run, args)
    folder = Path(args.to)
    if not folder.is_dir():
        raise NotFound(
            N_("There is no folder {item}."), item=args.to, next=N_("Make it first, or name another with --to.")
        )
    there = _files(run, args.ticket)
    if not there:
        raise NotFound(N_("{item} has no files."), item=f"#{args.ticket}", next=N_("Nothing was written."))
    written: list[Record] = []
    taken: set[str] = set()
    for number, a in _wanted(there, args.name, args.ticket):
        data = messages.blob(run.conn, a.sha256)
        if data is None:
            raise NotFound(N_("The content of {item} is no longer on the desk."), item=a.name)
        path = folder / _free(safe_name(a.name, a.type, number), taken)
        try:
            # Exclusive and without following links: a name never leads out of the folder or over a file.
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        except FileExistsError as exc:
            raise Conflict(
                N_("{item} exists already and stays as it is."),
                item=str(path),
                next=N_("Name another folder with --to."),
            ) from exc
        except OSError as exc:
            raise Unavailable(
                N_("{item} cannot be written."), item=str(path), next=N_("Name another folder with --to.")
            ) from exc
        with os.fdopen(fd, "wb") as out:
            out.write(data)
        written.append({**_row(number, a), "path": str(path)})
    records(run, SCHEMA, "attachments", [*_columns(), Column("path", _("Path"))], written, ticket=args.ticket)
    return 0


def _stream(run: Run, args: argparse.Namespace) -> int:
    """One file, byte for byte: `ssh desk deskhand attachment get 1042 2 --to - > photo.jpg`."""
    from store.sql import messages

    chosen = _wanted(_files(run, args.ticket), args.name, args.ticket)
    if len(chosen) != 1:
        raise Invalid(N_("Only one file can go to stdout; {item} has {count}."), item=f"#{args.ticket}", count=len(chosen),
                      next=N_("Say which, by its name or number."))  # fmt: skip
    ((_number, file),) = chosen
    data = messages.blob(run.conn, file.sha256)
    if data is None:
        raise NotFound(N_("The content of {item} is no longer on the desk."), item=file.name)
    if sys.stdout.isatty():
        raise Invalid(N_("A file's bytes would garble the terminal."), next=N_("Send them to a file: > NAME"))
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
    return 0


def _wanted(found: list[Attachment], name: str, ticket: int) -> list[tuple[int, Attachment]]:
    numbered = list(enumerate(found, 1))
    if not name:
        return numbered
    chosen = [(n, a) for n, a in numbered if name == a.name or name == str(n)]
    if not chosen:
        raise NotFound(N_("Ticket {item} has no file {name}."), item=f"#{ticket}", name=name,
                       next=N_("See: deskhand attachment list"))  # fmt: skip
    return chosen


def _free(name: str, taken: set[str]) -> str:
    """`name`, or `name-2` where this run wrote one already."""
    stem, dot, suffix = name.rpartition(".")
    candidate, n = name, 1
    while candidate.casefold() in taken:
        n += 1
        candidate = f"{stem}-{n}{dot}{suffix}" if stem else f"{name}-{n}"
    taken.add(candidate.casefold())
    return candidate


def _put(run: Run, args: argparse.Namespace) -> int:
    from desk import enclosing
    from desk.tickets import note

    held = [enclosing.take(Path(text)) for text in args.files]
    with run.write() as unit:
        note(unit, args.ticket, args.text or ", ".join(file.name for file in held))
        newest = "SELECT max(id) FROM message WHERE ticket_id = ? AND direction = 'note'"
        message_id = unit.conn.execute(newest, (args.ticket,)).fetchone()[0]
        kept = [enclosing.store(unit, file) for file in held]
        enclosing.attach(unit.conn, message_id, kept)
    rows = [{"number": n, **file._asdict(), "inline": False} for n, file in enumerate(kept, 1)]
    records(run, SCHEMA, "attachments", _columns(), rows, ticket=args.ticket)
    return 0
