"""`deskhand explain`: what a mail, a ticket or a line of text is about, who would get it and until when, and why.

Without a desk there is no rule, assignee or due time. With one, a file is taken in for real inside a transaction that
is then undone, so that the answer is what would happen and not what somebody believes.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.bulk import number_or_none
from app.cli.explain_page import teller
from app.cli.log import why
from app.cli.options import Usage
from app.cli.output import At, iso, shown
from app.cli.parsing import Parser
from app.cli.run import Run, ticket_number
from app.labels import titled
from app.words import _, render_error
from store.errors import N_, DeskError, NotFound
from store.values import NEVER, clean

if TYPE_CHECKING:
    from desk.reading.learner import Learner
    from desk.reading.records import Address, Mail, Understanding
    from desk.sync.importing_sources import RawItem
    from desk.sync.inbound import Inbound
    from store.sql.rows import Channel
    from store.unit import UnitOfWork

FIELDS = (
    "file",
    "from",
    "to",
    "cc",
    "reply_to",
    "subject",
    "date",
    "text",
    "quoted",
    "attachments",
    "automatic",
    "language",
    "type",
    "cause",
    "ask",
    "escalation",
    "urgency",
    "scores",
    "needs_review",
    "orders",
    "tracking",
    "rule",
    "assignee",
    "why",
    "due",
    "error",
)
"""What every line holds, in this order."""


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
        yield from _files(run, Path(word).expanduser(), channel)
    else:
        ticket_number(word)


def blank(file: str) -> dict[str, Any]:
    """A line that says nothing yet."""
    row: dict[str, Any] = dict.fromkeys(FIELDS)
    row |= {
        "file": file,
        "to": [],
        "cc": [],
        "reply_to": [],
        "subject": "",
        "text": "",
        "quoted": "",
        "attachments": [],
        "escalation": False,
        "urgency": 0,
        "scores": {},
        "needs_review": False,
        "orders": [],
        "tracking": [],
    }
    return row


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
            yield {**blank(f"{name}:{number}"), "text": text, **_meaning(understand(text, learner=learner))}


def _meaning(u: Understanding) -> dict[str, Any]:
    return {
        "language": u.language or None,
        "type": u.type,
        "cause": u.cause or None,
        "ask": u.ask or None,
        "escalation": u.escalation,
        "urgency": u.urgency,
        "scores": dict(u.scores),
        "needs_review": u.needs_review,
        "orders": list(u.orders),
        "tracking": [{"number": t.number, "courier": t.courier} for t in u.tracking],
        "why": [taught(u.instead_of, u.type)] if u.instead_of else None,
    }


def taught(alone: str, now: str) -> str:
    """That the team's corrections changed the type."""
    from desk.vocabulary import TYPES

    return _("{now} instead of {alone}: so the team's corrections taught it").format(
        now=_(TYPES.get(now, now)), alone=_(TYPES.get(alone, alone))
    )


# Mails ------------------------------------------------------------------------------------------------


def _files(run: Run, path: Path, channel: str) -> Iterator[dict[str, Any]]:
    from desk.sync.importing_sources import mails
    from desk.sync.reader import Pooled

    waiting: list[RawItem] = []

    def raws() -> Iterator[bytes]:
        for source in _sources(path):
            for item in mails(source):
                waiting.append(item)
                yield item.raw

    trial = _trial(run, channel)
    from desk.learning import saved

    learned = saved(run.conn) if (run.folder / "desk.db").exists() else ""
    with closing(Pooled(workers=2, learner=learned)) as reader:
        for mail, meaning in reader.mails(raws()):
            item = waiting.pop(0)
            if isinstance(mail, str) or meaning is None:
                yield {**blank(item.name), "error": mail if isinstance(mail, str) else None}
            else:
                read, fate = _meaning(meaning), trial(item, mail, meaning)
                notes = [_(warning) for warning in mail.warnings]
                why = [*(read["why"] or []), *(fate.get("why") or []), *notes] or None
                yield {**blank(item.name), **_mail(mail), **read, **fate, "why": why}


def _sources(path: Path) -> Iterable[Any]:
    """Every file of a folder, whatever it is called: what cannot be read is told as such."""
    from desk.sync.importing_sources import Source, sources

    if path.is_dir() and not (path / "cur").is_dir() and not (path / "new").is_dir():
        files = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
        return [Source(p, "mbox" if p.suffix == ".mbox" else "mail", p.stat().st_size) for p in files]
    if path.is_file() and path.suffix.casefold() not in (".mbox", ".jsonl", ".ndjson"):
        return [Source(path, "mail", path.stat().st_size)]
    return [s for s in sources([path]) if s.kind != "lines"]


def _mail(mail: Mail) -> dict[str, Any]:
    def people(found: tuple[Address, ...]) -> list[dict[str, str]]:
        return [{"name": a.name, "address": a.address} for a in found]

    return {
        "from": {"name": mail.sender.name, "address": mail.sender.address},
        "to": people(mail.to),
        "cc": people(mail.cc),
        "reply_to": people(mail.reply_to),
        "subject": mail.subject,
        "date": iso(mail.date) if mail.date is not None else None,
        "text": mail.text,
        "quoted": mail.quoted,
        "automatic": mail.automatic,
        "attachments": [{"name": a.name, "type": a.type, "size": a.size, "md5": a.md5} for a in mail.attachments],
    }


class _Undone(Exception):
    """Ends a trial: the transaction is rolled back."""


def _trial(run: Run, named: str) -> Callable[[RawItem, Mail, Understanding], dict[str, Any]]:
    """What a desk would do with a mail; nothing where there is no desk or no channel."""
    from desk.sync.inbound import Inbound
    from desk.sync.intake import take

    channel = _channel(run, named)
    if channel is None:
        return lambda item, mail, meaning: {}
    from store.values import Actor

    def tried(item: RawItem, mail: Mail, meaning: Understanding) -> dict[str, Any]:
        inbound: Inbound = Inbound.from_mail(mail, meaning, b"", run.now)
        answer: dict[str, Any] = {}
        try:
            with run.store.write(Actor("connector", channel.id)) as unit:
                answer = _fate(run, unit, take(unit, channel.id, inbound).ticket_id)
                raise _Undone
        except _Undone:
            return answer
        except DeskError as error:
            return {"error": render_error(error)}

    return tried


def _channel(run: Run, named: str) -> Channel | None:
    if not (run.folder / "desk.db").exists():
        if named or run.options.desk:
            run.wired  # noqa: B018 - says that there is no desk
        return None
    from store.sql import shop

    known = shop.channels(run.conn)
    if named and not any(named in (c.id, c.name) for c in known):
        raise NotFound(N_("There is no channel {item}."), item=named, next=N_("See: deskhand channel list"))
    return next((c for c in known if (named in (c.id, c.name) if named else c.kind == "email")), None)


def _fate(run: Run, unit: UnitOfWork, ticket_id: int) -> dict[str, Any]:
    """Owner, due time and reasons of a ticket as it now stands."""
    from desk.reason import reason_from
    from store import events
    from store.sql import clocks, tickets

    ticket = tickets.get(unit.conn, ticket_id)
    assert ticket is not None
    told = events.of_ticket(unit.conn, ticket_id)
    assigned = next((e for e in reversed(told) if e.verb in ("assigned", "queued")), None)
    reasons: list[str | None] = [why(run, assigned.payload), *_others(run, unit, ticket_id)] if assigned else []
    fired = [e for e in told if e.verb == "rule_fired" and e.payload]
    reasons[:0] = [_fired(e.payload) for e in fired if e.payload]
    first = min(
        (c for c in clocks.of_ticket(unit.conn, ticket_id) if c.state == "running"),
        key=lambda c: c.due_at,
        default=None,
    )
    if first is not None and first.reason:
        reasons.append(reason_from(json.loads(first.reason)).render(_, lambda at: shown(At(at), run.zone)))
    return {
        "rule": ", ".join(dict.fromkeys(e.actor.id for e in fired))
        or (assigned.actor.id if assigned and assigned.actor.kind == "rule" else None),
        "assignee": ticket.assignee_id,
        "why": [r for r in reasons if r] or None,
        "due": iso(ticket.due_at) if ticket.due_at < NEVER else None,
    }


def _fired(payload: Mapping[str, Any]) -> str:
    """One firing of a rule: what it did, or in shadow would have done, and what it could not."""
    from desk.reason import reason_from

    acts = ", ".join(act["do"] for act in payload["acts"])
    said = _("rule {rule}, version {version}, only told: {acts}") if payload["shadow"] else _(
        "rule {rule}, version {version}: {acts}")  # fmt: skip
    text = said.format(rule=payload["rule"], version=payload["version"], acts=acts)
    return "; ".join([text, *(f"{f['do']}: {reason_from(f['why']).render(_)}" for f in payload["failed"])])


def _others(run: Run, unit: UnitOfWork, ticket_id: int) -> Iterator[str]:
    """Whom routing considered and whom it passed over, where it passed over anybody."""
    from desk.automation.explained import explained

    found = explained(unit.conn, ticket_id)
    if found is None or not found.skipped:
        return
    if found.considered:
        yield _("Considered: {agents}.").format(agents=", ".join(found.considered))
    for agent, reason in found.skipped:
        yield titled(agent, reason.render(_, lambda at: shown(At(at), run.zone)))


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
        files = [a for a in found.attachments if a.message_id == first.id]
        row |= {
            "from": {"name": first.sender_name, "address": first.sender_address},
            "date": iso(first.sent_at),
            "text": first.body,
            "to": [{"name": "", "address": a} for a in first.recipients.split(", ") if a],
            "quoted": first.quoted,
            "attachments": [
                {"name": a.name, "type": a.type, "size": a.size, "md5": _md5(run, a.sha256)} for a in files
            ],
            **_meaning(understand(first.body, first.subject, t.platform)),
        }
    row |= {"type": t.type, "cause": t.cause or None, "ask": t.ask or None, "escalation": bool(t.escalation),
            "needs_review": bool(t.needs_review), "language": t.lang or row["language"]}  # fmt: skip
    with run.store.snapshot() as conn:
        from store.unit import UnitOfWork
        from store.values import SYSTEM

        row |= _fate(run, UnitOfWork(conn, SYSTEM, run.now, str), ticket_id)
    made = next((e for e in thread.log(run.conn, ticket_id) if e.verb == "created" and e.payload), None)
    if made is not None and made.payload and (changed := made.payload.get("taught")):
        row["why"] = [taught(*changed["type"]), *(row["why"] or [])]
    return row


def _md5(run: Run, sha256: str) -> str:
    import hashlib

    from store.sql import messages

    return hashlib.md5(messages.blob(run.conn, sha256) or b"", usedforsecurity=False).hexdigest()
