"""`deskhand explain`: what a mail, a ticket or a line of text is about, who would get it and until when, and why.

Without a desk there is no rule, assignee or due time. With one, a file is taken in for real inside a transaction that
is then undone, so that the answer is what would happen and not what somebody believes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.bulk import number_or_none
from app.cli.explain_mails import files
from app.cli.explain_page import teller
from app.cli.explain_row import blank, fate, meaning, taught
from app.cli.options import Usage
from app.cli.output import iso
from app.cli.parsing import Parser
from app.cli.run import Run, ticket_number
from app.words import _
from store.errors import N_, NotFound
from store.values import clean

if TYPE_CHECKING:
    from desk.reading.learner import Learner


def arguments(parser: Parser) -> None:
    parser.add_argument(
        "what", nargs="*", metavar="PATH|TICKET", help=_("a mail, a folder of mails, or a ticket number")
    )
    parser.add_argument(
        "--lines", default="", metavar="FILE", help=_("each line of FILE is a message text; - is standard input")
    )
    parser.add_argument(
        "--channel", default="", metavar="NAME", help=_("as if it came into this account; the first unless said")
    )


def run(run: Run, args: argparse.Namespace) -> int:
    if bool(args.what) == bool(args.lines):
        raise Usage(_("Say: deskhand explain PATH|TICKET, or --lines FILE"))
    tell = teller(run)
    bad = 0
    found = (
        _lines(run, args.lines)
        if args.lines
        else chain.from_iterable(_one(run, word, args.channel) for word in args.what)
    )
    for one in found:
        tell(one)
        bad += one["error"] is not None
    return 1 if bad else 0


def _one(run: Run, word: str, channel: str) -> Iterator[dict[str, Any]]:
    number = number_or_none(word)
    if number is not None:
        yield _ticket(run, number)
    elif "/" in word or "." in word or Path(word).exists():
        yield from files(run, Path(word).expanduser(), channel)
    else:
        ticket_number(word)


# Lines of text ----------------------------------------------------------------------------------------


def _learner(run: Run) -> Learner | None:
    """What the team taught the desk; nothing where there is no desk."""
    if not (run.folder / "desk.db").exists():
        return None
    from desk.learning import active

    return active(run.conn)


def _lines(run: Run, name: str) -> Iterator[dict[str, Any]]:
    from desk.reading.understand import understand

    try:
        file = sys.stdin.buffer if name == "-" else Path(name).expanduser().open("rb")
    except OSError as exc:
        raise NotFound(N_("{item} cannot be read."), item=name, next=N_("Check the path.")) from exc
    learner = _learner(run)
    with file:
        for number, raw in enumerate(file, 1):
            text = clean(raw.decode("utf-8-sig" if number == 1 else "utf-8", "replace").rstrip("\r\n"))
            yield {**blank(f"{name}:{number}"), "text": text, **meaning(understand(text, learner=learner))}


# Tickets ----------------------------------------------------------------------------------------------


def _ticket(run: Run, ticket_id: int) -> dict[str, Any]:
    """A ticket as it was understood when it came, and what stands now."""
    from desk import thread
    from desk.reading.understand import understand

    found = thread.read(run.conn, ticket_id)
    t = found.ticket
    first = next((m for m in found.messages if m.direction == "in"), None)
    row = {**blank(f"#{ticket_id}"), "subject": t.subject, "automatic": t.automatic or None}
    if first is not None:
        attached = [a for a in found.attachments if a.message_id == first.id]
        row |= {
            "from": {"name": first.sender_name, "address": first.sender_address},
            "date": iso(first.sent_at),
            "text": first.body,
            "to": [{"name": "", "address": a} for a in first.recipients.split(", ") if a],
            "quoted": first.quoted,
            "attachments": [
                {"name": a.name, "type": a.type, "size": a.size, "md5": _md5(run, a.sha256)} for a in attached
            ],
            **meaning(understand(first.body, first.subject, t.platform)),
        }
    row |= {"type": t.type, "cause": t.cause or None, "ask": t.ask or None, "escalation": bool(t.escalation),
            "needs_review": bool(t.needs_review), "language": t.lang or row["language"]}  # fmt: skip
    with run.store.snapshot() as conn:
        from store.unit import UnitOfWork
        from store.values import SYSTEM

        row |= fate(run, UnitOfWork(conn, SYSTEM, run.now, str), ticket_id)
    made = next((e for e in thread.log(run.conn, ticket_id) if e.verb == "created" and e.payload), None)
    if made is not None and made.payload and (changed := made.payload.get("taught")):
        row["why"] = [taught(*changed["type"]), *(row["why"] or [])]
    return row


def _md5(run: Run, sha256: str) -> str:
    import hashlib

    from store.sql import messages

    return hashlib.md5(messages.blob(run.conn, sha256) or b"", usedforsecurity=False).hexdigest()
