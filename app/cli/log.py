"""`deskhand log`: what happened to a ticket, who did it and why."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from app.cli.output import At, Column, Record, local, records
from app.cli.parsing import Parser
from app.cli.run import Run, ticket_number
from app.labels import VERBS, column
from app.words import _

if TYPE_CHECKING:
    from store.events import Event

SCHEMA = "deskhand/log/1"


def arguments(parser: Parser) -> None:
    parser.add_argument("ticket", type=ticket_number, metavar="TICKET", help=_("its number"))
    parser.add_argument("--by", metavar="WHO", default="", help=_("only what this agent, rule or connector did"))
    parser.add_argument("--limit", type=int, default=500, metavar="N", help=_("at most N of the newest events (500)"))


def run(run: Run, args: argparse.Namespace) -> int:
    from desk import thread
    from desk.thread import read

    read(run.conn, args.ticket, shown=1)  # a ticket that does not exist has no empty log
    found = [_record(run, e) for e in thread.log(run.conn, args.ticket, args.limit) if args.by in ("", e.actor.id)]
    columns = [
        Column("at", _("When")),
        Column("actor", _("Who"), lambda a: a["id"]),
        Column("verb", _("What"), column(VERBS)),
        Column("why", _("Why")),
        Column("payload", _("Details"), lambda p: _details(p, lambda at: local(at, run.zone))),
    ]
    records(run, SCHEMA, "events", columns, found, ticket=args.ticket)
    return 0


def _record(run: Run, event: Event) -> Record:
    payload = event.payload
    return {
        "seq": event.seq, "at": At(event.at), "actor": {"kind": event.actor.kind, "id": event.actor.id},
        "verb": event.verb, "why": why(run, payload), "batch": event.batch_id or None, "cause": event.cause_seq,
        "payload": {k: v for k, v in payload.items() if k != "why"} if payload is not None else None,
    }  # fmt: skip


def why(run: Run, payload: Mapping[str, Any] | None) -> str | None:
    """An event's reason in the reader's language and zone."""
    stored = (payload or {}).get("why")
    if not isinstance(stored, Mapping) or "text" not in stored:
        return None
    from desk.reason import reason_from

    return reason_from(stored).render(_, lambda at: local(at, run.zone))


def _details(payload: Mapping[str, Any], when: Callable[[int], str]) -> str:
    changes = payload.get("changes")
    if isinstance(changes, Mapping):
        pairs = changes.items()
        return ", ".join(f"{name}: {_value(old, when)} → {_value(new, when)}" for name, (old, new) in pairs)
    return ", ".join(f"{key}={_value(value, when)}" for key, value in payload.items())


def _value(value: Any, when: Callable[[int], str]) -> str:
    return value if isinstance(value, str) else json.dumps(_said(value, when), ensure_ascii=False)


def _said(value: Any, when: Callable[[int], str]) -> Any:
    """The same with every stored sentence in it as the reader reads it."""
    if isinstance(value, Mapping) and "text" in value and value.keys() <= {"text", "gaps"}:
        from desk.reason import reason_from

        try:
            return reason_from(value).render(_, when)
        except (LookupError, TypeError, ValueError):
            return value
    if isinstance(value, Mapping):
        return {key: _said(inner, when) for key, inner in value.items()}
    return [_said(inner, when) for inner in value] if isinstance(value, list) else value
