"""What happened to a ticket in words: fields before and after, what a rule did and why, an event as one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any, NamedTuple

from app.labels import VERBS, titled
from app.lines import Line
from app.times import stamp
from app.words import N_, _
from desk.reason import reason_from
from desk.vocabulary import CLOCK_KINDS, PRIORITIES, STATUSES, TYPES
from store.events import Event
from store.values import NEVER, Instant, clean_line

FIELDS = {
    "status": N_("status"),
    "priority": N_("priority"),
    "type": N_("type"),
    "cause": N_("cause"),
    "ask": N_("wish"),
    "escalation": N_("threat"),
    "needs_review": N_("to check"),
    "assignee_id": N_("owner"),
    "group_id": N_("group"),
    "tags": N_("labels"),
    "snoozed_until": N_("snoozed until"),
    "wake_on": N_("wakes on"),
    "subject": N_("subject"),
    "lang": N_("language"),
    "country": N_("country"),
    "order_number": N_("order"),
    "waiting_since": N_("buyer waits since"),
    "flagged": N_("flag"),
    "effort": N_("effort"),
    "automatic": N_("automatic mail"),
    "customer_id": N_("buyer"),
    "title": N_("task"),
    "state": N_("state"),
    "due_at": N_("due"),
}
"""What people call the fields of a ticket or task."""

_WORDS: Mapping[str, Mapping[str, str]] = {"status": STATUSES, "type": TYPES, "cause": TYPES, "ask": TYPES}
_HIDDEN = ("first_waived", "waiting_since", "wake_on")
_FLAGS = ("flagged", "escalation", "needs_review")
_TIMES = ("snoozed_until", "waiting_since", "due_at")
_NOTHING = "–"


class Reader(NamedTuple):
    """Who reads it: when, where, and what agents, groups and rules are called."""

    now: Instant
    zone: tzinfo
    names: Mapping[str, str] = {}

    def when(self, at: Instant) -> str:
        return stamp(at, self.now, self.zone)

    def name(self, ident: str) -> str:
        return self.names.get(ident, ident)


def changes_said(changes: Mapping[str, Sequence[Any]], reader: Reader) -> str:
    """`status solved → open, labels vip +late`: fields from → to."""
    return ", ".join(_change(field, before, after, reader) for field, (before, after) in changes.items()
                     if field not in _HIDDEN or len(changes) == 1)  # fmt: skip


def _change(field: str, before: Any, after: Any, reader: Reader) -> str:
    name = _(FIELDS[field]) if field in FIELDS else field
    if field == "tags":
        put = [f"+{tag}" for tag in after if tag not in before] + [f"-{tag}" for tag in before if tag not in after]
        return f"{name} {' '.join(put)}"
    return f"{name} {value_said(field, before, reader)} → {value_said(field, after, reader)}"


def value_said(field: str, value: Any, reader: Reader) -> str:
    """One value of a field as a person reads it."""
    if field in _TIMES and isinstance(value, int):
        return _NOTHING if not value else _("open end") if value >= NEVER else reader.when(value)
    if field in _FLAGS:
        return _("yes") if value else _("no")
    if field == "priority" and isinstance(value, int) and value < len(PRIORITIES):
        return _(list(PRIORITIES.values())[value])
    if field == "state":
        from desk.tasks import STATES

        return _(STATES.get(value, str(value)))
    words: Mapping[str, str] = _WORDS.get(field, {})
    if isinstance(value, str) and value in words:
        return _(words[value])
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or _NOTHING
    return _NOTHING if value is None or value == "" else reader.name(clean_line(str(value)))


# What rules and macros do ------------------------------------------------------------------------------


def acts_said(acts: Sequence[Mapping[str, Any]], reader: Reader) -> str:
    """Acts of a rule or macro, by their tables, as one sentence without an end."""
    return ", ".join(act_said(act, reader) for act in acts)


def act_said(act: Mapping[str, Any], reader: Reader) -> str:
    """One act: `assigned to wei`, `label late`. One that this program does not know is named as it is."""
    kind, given = str(act.get("do", "")), {k: v for k, v in act.items() if k not in ("do", "did")}
    if kind == "set":
        fields = {k: v for k, v in given.items() if isinstance(v, str | int)}
        return ", ".join(f"{_(FIELDS.get(k, k))} → {_set(k, v, reader)}" for k, v in fields.items())
    if kind == "tag":
        put = [f"+{t}" for t in given.get("add", ())] + [f"-{t}" for t in given.get("remove", ())]
        return f"{_('labels')} {' '.join(put)}"
    if kind in _ONE:
        text, keys = _ONE[kind]
        what = next((reader.name(str(given[k])) for k in keys if given.get(k)), "")
        if kind == "field":
            what = f"{given.get('id', '')} = {given.get('value', '')}"
        return _(text).format(what=clean_line(what)).strip()
    return f"{kind} {' '.join(f'{k}={v}' for k, v in given.items())}".strip()


_ONE = {
    "assign": (N_("assigned to {what}"), ("agent", "group", "strategy")),
    "reply": (N_("answer {what}"), ("template",)),
    "note": (N_("note {what}"), ("template", "text")),
    "checklist": (N_("checklist {what}"), ("id",)),
    "field": (N_("field {what}"), ("id",)),
    "task": (N_("task {what}"), ("title",)),
    "snooze": (N_("snoozed {what}"), ("until",)),
    "flag": (N_("flagged"), ()),
    "unflag": (N_("flag taken off"), ()),
    "notify": (N_("told {what}"), ("agent", "target")),
    "block": (N_("sender blocked"), ()),
    "stop": (N_("no later rule"), ()),
    "article": (N_("article {what}"), ("id",)),
}


def _set(field: str, value: Any, reader: Reader) -> str:
    if field == "priority" and value in PRIORITIES:
        return _(PRIORITIES[value])
    return value_said(field, value, reader)


# Events --------------------------------------------------------------------------------------------------

_SHOWN_ELSEWHERE = ("received", "noted", "reply_sent", "answered_elsewhere", "reply_queued", "created")
"""What stands in the conversation itself."""


def event_lines(events: Sequence[Event], reader: Reader) -> Iterator[tuple[Instant, Line]]:
    """A line for each event worth one, with its time. What a rule did is told by its firing."""
    firings = {e.seq for e in events if e.verb in ("rule_fired", "macro_run")}
    undone = {seq for e in events if e.verb == "undone" and e.payload for seq in e.payload.get("seqs", ())}
    for event in events:
        if event.payload is None or event.verb in _SHOWN_ELSEWHERE or event.cause_seq in firings:
            continue
        if event.verb == "rule_fired":
            yield event.at, firing_line(event, reader, undone=any(
                e.seq in undone for e in events if e.cause_seq == event.seq))  # fmt: skip
        else:
            yield event.at, ((f"{event_said(event, reader)}", "muted"),)


def event_said(event: Event, reader: Reader) -> str:
    """`ana: status Open → Solved · because …`."""
    who = _("the router") if event.actor.id == "router" else reader.name(event.actor.id)
    if event.actor.kind == "rule" and event.actor.id != "router":
        who = _("rule {name}").format(name=who)
    return titled(who, what_said(event, reader))


def what_said(event: Event, reader: Reader) -> str:
    """`status Open → Solved · because …`."""
    payload = event.payload or {}
    changes = payload.get("changes") or payload.get("task_changes") or payload.get("closing")
    what = changes_said(changes, reader) if changes else _named_said(event, payload)
    if event.verb == "task_changed" and payload.get("title"):
        what = f"“{clean_line(str(payload['title']))}” {what}"
    if not what:
        what = _(VERBS.get(event.verb, event.verb))
    why = why_said(payload, reader)
    return what + (f" · {why}" if why else "")


def _named_said(event: Event, payload: Mapping[str, Any]) -> str:
    """The verb, and the thing it is about where the payload names one."""
    verb = _(VERBS.get(event.verb, event.verb))
    if event.verb in ("clock_warned", "clock_breached") and payload.get("kind") in CLOCK_KINDS:
        return titled(verb, _(CLOCK_KINDS[payload["kind"]]))
    for key in ("into", "from", "other"):
        if isinstance(payload.get(key), int):
            return f"{verb} #{payload[key]}"
    named = next((payload[k] for k in ("title", "checklist", "field", "macro", "id") if isinstance(payload.get(k), str)), "")
    return titled(verb, clean_line(named)) if named else verb


def firing_line(event: Event, reader: Reader, *, undone: bool = False) -> Line:
    """`rule "Damaged" did: labels +damaged · a buyer wrote`."""
    payload = event.payload or {}
    failed = {f["at"] for f in payload.get("failed", ())}
    done = [act for at, act in enumerate(payload.get("acts", ())) if at not in failed]
    shape = _("rule “{name}” would do: {acts}") if payload.get("shadow") else _("rule “{name}” did: {acts}")
    text = shape.format(name=reader.name(str(payload.get("rule", ""))), acts=acts_said(done, reader) or _("nothing"))
    why = _pulled(payload, reader)
    text += f" · {why}" if why else ""
    if undone:
        text += " · " + _("undone")
    failures = " · ".join(failures_said(event, reader))
    return ((text, "muted"), *(((f"  ! {failures}", "danger"),) if failures else ()))


def _pulled(payload: Mapping[str, Any], reader: Reader) -> str:
    """What set a rule off."""
    from desk.automation.rules.model import TRIGGERS

    if payload.get("by"):
        return _("run by {who}").format(who=reader.name(str(payload["by"])))
    when = str(payload.get("when", ""))
    return _(TRIGGERS[when]) if when in TRIGGERS else when


def failures_said(event: Event, reader: Reader) -> Iterator[str]:
    """What of a firing did not work, and why: `answer refund_done failed: …`."""
    payload = event.payload or {}
    acts = payload.get("acts", ())
    for failed in payload.get("failed", ()):
        act = act_said(acts[failed["at"]], reader) if failed["at"] < len(acts) else failed["do"]
        why = reason_from(failed["why"]).render(_, reader.when)
        yield _("{act} failed: {why}").format(act=act, why=clean_line(why))


def why_said(payload: Mapping[str, Any], reader: Reader) -> str:
    """An event's reason in the reader's language and zone."""
    stored = payload.get("why")
    if not isinstance(stored, Mapping) or "text" not in stored:
        return ""
    return clean_line(reason_from(stored).render(_, reader.when))
