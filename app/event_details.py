"""The details of an event in words, for whoever reads an audit: who could have had a ticket and who could not, what a rule
did and could not, and everything else that was written down with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.cards import CASES
from app.happened import FIELDS, Reader, acts_said, failures_said, value_said
from app.labels import STRATEGIES, titled
from app.words import N_, _
from desk.automation.rules.model import TRIGGERS
from desk.reason import reason_from
from desk.vocabulary import CLOCK_KINDS
from store.events import Event
from store.values import clean_line

_LABELS = {
    "agent": N_("agent"),
    "agents": N_("told"),
    "about": N_("about"),
    "account": N_("account"),
    "by": N_("run by"),
    "case": N_("case"),
    "channel": N_("channel"),
    "checklist": N_("checklist"),
    "error": N_("what went wrong"),
    "field": N_("field"),
    "from": N_("from"),
    "group": N_("group"),
    "history": N_("from before the desk was made"),
    "incident": N_("incident"),
    "into": N_("into"),
    "joined": N_("joined with"),
    "kind": N_("kind"),
    "macro": N_("macro"),
    "message_id": N_("message"),
    "messages": N_("messages"),
    "next_at": N_("decided anew"),
    "note": N_("note"),
    "open": N_("open"),
    "other": N_("ticket"),
    "outbox_id": N_("row of the outbox"),
    "platform": N_("platform"),
    "policy": N_("reply time"),
    "reason": N_("reason, in the platform's words"),
    "rule": N_("rule"),
    "shadow": N_("only told, nothing done"),
    "share": N_("time used"),
    "target": N_("target"),
    "task": N_("task"),
    "template": N_("template"),
    "template_id": N_("template"),
    "tickets": N_("tickets"),
    "title": N_("title"),
    "version": N_("version"),
    "warning": N_("warning"),
    "when": N_("set off by"),
}
"""What an auditor calls what is written down with an event; other fields have the names of `app.happened`."""

_ELSEWHERE = ("changes", "task_changes", "closing", "why", "cause", "failed", "row", "mirror", "how", "item", "seqs", "done")
"""What is told apart from these, and what only the program itself needs."""
_TICKETS = ("from", "into", "other", "tickets", "joined")
_TIMES = ("from", "until")


def details_said(event: Event, reader: Reader) -> Iterator[str]:
    """A line for each thing that is written down with an event; what is empty or false is not told."""
    for key, value in (event.payload or {}).items():
        if key in _ELSEWHERE or value in (None, "", False) or value == [] or value == {}:
            continue
        if key == "routing":
            yield from _routing(value, reader)
        elif key == "acts":
            done = [{"do": act} if isinstance(act, str) else act for act in value]
            yield titled(_("acts"), acts_said(done, reader))
        elif key == "items":
            yield from (f"  {clean_line(str(one['title']))}" for one in value if one.get("title"))
        else:
            yield titled(_label(key), _said(event, key, value, reader))
    yield from failures_said(event, reader)


def _routing(routing: Mapping[str, Any], reader: Reader) -> Iterator[str]:
    """How work was shared out, among whom, and who could not have it."""
    way = str(routing.get("strategy", ""))
    yield titled(_("shared out"), _(STRATEGIES.get(way, way)))
    if routing.get("group"):
        yield titled(_("group"), clean_line(reader.name(str(routing["group"]))))
    considered = ", ".join(reader.name(str(one)) for one in routing.get("considered", ()))
    yield titled(_("could have it"), clean_line(considered) or _("nobody"))
    for one in routing.get("skipped", ()):
        why = reason_from(one["why"]).render(_, reader.when)
        yield titled(_("not {name}").format(name=clean_line(reader.name(str(one["agent"])))), clean_line(why))


def _label(key: str) -> str:
    known = _LABELS.get(key) or FIELDS.get(key)
    return _(known) if known else clean_line(key).replace("_", " ")


def _said(event: Event, key: str, value: Any, reader: Reader) -> str:
    """One value, in words."""
    if isinstance(value, int) and not isinstance(value, bool):
        if key.endswith("_at") or (key in _TIMES and value > 10**11):
            return reader.when(value)
        if key in _TICKETS:
            return f"#{value}"
        return _("{n} %").format(n=value) if key == "share" else str(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        kinds = {"kind": CLOCK_KINDS if event.verb.startswith("clock") else CASES, "when": TRIGGERS}.get(key, {})
        field = "" if key == "state" and event.verb.startswith("case") else key  # there it is the platform's own word
        return _(kinds[value]) if value in kinds else value_said(field, value, reader)
    if isinstance(value, Mapping):
        return ", ".join(titled(_label(str(k)), _said(event, str(k), v, reader)) for k, v in value.items())
    parts = [_said(event, key, one, reader) for one in value]
    return " → ".join(parts) if len(parts) == 2 and key == "state" else ", ".join(parts)
