"""The audit of a ticket: every event with who, what, before → after, what caused it, and whether the log is as it was
written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.event_details import details_said
from app.happened import FIELDS, firing_line, value_said, what_said, why_said
from app.labels import VERBS, titled
from app.lines import Line
from app.safe import cells
from app.screens.page import Entry, Page
from app.screens.verifying import Verifying
from app.words import _, ngettext
from app.wrap import wrap
from store import events
from store.errors import N_, Refused
from store.values import clean_line

if TYPE_CHECKING:
    from app.acts import Acts
    from app.happened import Reader
    from app.workstation import Workstation
    from store.events import Event

MOST = 2000
"""Events of one ticket that are listed, the newest."""
_CHAIN = 12
"""Steps back along causes that are told."""
_KINDS = {"agent": N_("agent"), "rule": N_("rule"), "connector": N_("connector"), "system": N_("system")}


class Audit(Page):
    place = "audit"
    state_width = 14

    def __init__(self, desk: Workstation, acts: Acts, ticket_id: int) -> None:
        super().__init__(desk, acts)
        self.ticket_id = ticket_id
        self.who = ""
        """Only what this actor did; "" for everything."""
        self._events: dict[int, Event] = {}
        self._altered: Collection[int] = ()
        self._chain = Verifying.of(desk)

    def title(self) -> str:
        parts = [_("Audit of #{id}").format(id=self.ticket_id)]
        if self.who:
            parts.append(_("only {who}").format(who=self._name(self.who)))
        count = len(self.pane.entries)
        parts.append(ngettext("{count} event", "{count} events", count).format(count=count))
        if self._altered:
            parts.append(_("! {count} not as written").format(count=len(self._altered)))
        parts.append(self._chain.said(self.session.reader()))
        return " · ".join(parts)

    def empty(self) -> Sequence[str]:
        if self.who:
            return (_("{who} did nothing to this ticket.").format(who=self._name(self.who)), _("F shows everybody."))
        return (_("Nothing was told of this ticket."),)

    def holds(self) -> Collection[str]:
        return ("audit_filtered",) if self.who else ()

    def entries(self) -> Sequence[Entry]:
        conn = self.session.store.conn
        self._events = {e.seq: e for e in events.of_ticket(conn, self.ticket_id, MOST)}
        self._altered = events.altered(conn, self.ticket_id)
        shown = [e for e in reversed(self._events.values()) if not self.who or e.actor.id == self.who]
        return [self._entry(e) for e in shown]

    def _entry(self, event: Event) -> Entry:
        reader = self.session.reader()
        role = "danger" if event.seq in self._altered else "us" if event.actor.kind == "agent" else "muted"
        return Entry(event.seq, self._name(event.actor.id), role, f"{cells(reader.when(event.at), 16)} {_what(event, reader)}")

    def _name(self, actor: str) -> str:
        return clean_line(_("the router") if actor == "router" else self.session.reader().name(actor))

    # One event ---------------------------------------------------------------------------------------

    def details(self, ident: int, width: int) -> Sequence[Line]:
        event = self._events[ident]
        return [((part, role),) for text, role in self._about(event) for part in wrap(text, width)]

    def _about(self, event: Event) -> Iterator[tuple[str, str]]:
        reader = self.session.reader()
        at = datetime.fromtimestamp(event.at / 1000, self.session.zone).strftime("%Y-%m-%d %H:%M:%S %Z")
        yield _("event {seq} · {at} · version {version} · epoch {epoch}").format(
            seq=event.seq, at=at, version=event.version, epoch=event.epoch), "muted"  # fmt: skip
        kind = _(_KINDS.get(event.actor.kind, event.actor.kind))
        verb = _(VERBS.get(event.verb, event.verb))
        yield titled(f"{self._name(event.actor.id)} ({kind})", f"{verb}  [{event.verb}]"), "strong"
        if event.seq in self._altered:
            yield _("! This event is not as it was written: its hash does not match."), "danger"
        if event.payload is None:
            yield _("Its details were erased with the person they were about; that it happened stays."), "muted"
            return
        for field, before, after in _changes(event.payload):
            name = _(FIELDS[field]) if field in FIELDS else clean_line(field)
            yield "  " + titled(name, f"{value_said(field, before, reader)} → {value_said(field, after, reader)}"), "text"
        if why := why_said(event.payload, reader):
            yield _("  because: {why}").format(why=why), "text"
        for line in details_said(event, reader):
            yield f"  {line}", "muted"
        yield from self._causes(event)
        if event.batch_id:
            others = {e.ticket_id for e in events.of_batch(self.session.store.conn, event.batch_id)} - {self.ticket_id, None}
            if others:
                named = ", ".join(f"#{t}" for t in sorted(t for t in others if t)[:12])
                yield _("one step together with {tickets}").format(tickets=named), "muted"

    def _causes(self, event: Event) -> Iterator[tuple[str, str]]:
        """What led to it, step by step, then what it led to."""
        reader, conn = self.session.reader(), self.session.store.conn
        seq, seen = event.cause_seq, 0
        while seq is not None and seen < _CHAIN:
            cause = self._events.get(seq) or events.one(conn, seq)
            if cause is None:
                return
            text = titled(self._name(cause.actor.id), _what(cause, reader))
            yield _("{indent}← caused by event {seq}: {text}").format(indent="  " * seen, seq=seq, text=text), "note"
            seq, seen = cause.cause_seq, seen + 1
        led = [e for e in self._events.values() if e.cause_seq == event.seq]
        for effect in led[:_CHAIN]:
            text = titled(self._name(effect.actor.id), _what(effect, reader))
            yield _("→ led to event {seq}: {text}").format(seq=effect.seq, text=text), "note"

    # Acts --------------------------------------------------------------------------------------------

    def item_open(self) -> None:
        """To the event that caused the one under the cursor."""
        event = self._events.get(self.current)
        if event is None or event.cause_seq is None:
            raise Refused(N_("No other event caused this one."), next=N_("j and k go to the others."))
        if event.cause_seq not in self._events:
            raise Refused(N_("Event {item}, which caused it, is about no ticket or another one."), item=str(event.cause_seq))
        self.who = ""
        self.acts.paging.news()
        self.pane.go(event.cause_seq)

    def audit_who(self, actor: str = "") -> None:
        """Shows what one actor did; chosen among those who did something here."""
        if actor:
            self.who = actor
            self.acts.paging.news()
            return
        did: dict[str, int] = {}
        for event in self._events.values():
            did[event.actor.id] = did.get(event.actor.id, 0) + 1
        rows = [(f"audit.who:{who}", self._name(who), ngettext("{count} event", "{count} events", n).format(count=n))
                for who, n in sorted(did.items(), key=lambda one: -one[1])]  # fmt: skip
        self.acts.choose(rows, _("Who"))

    def audit_all(self) -> None:
        self.who = ""
        self.acts.paging.news()

    def audit_verify(self) -> None:
        """Walks the whole chain, which takes a while on a large desk; the keys stay free."""
        self._chain.begin()
        self.pane.refresh()


def _changes(payload: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for key in ("changes", "task_changes", "closing"):
        for field, (before, after) in (payload.get(key) or {}).items():
            yield field, before, after


def _what(event: Event, reader: Reader) -> str:
    """The verb, and what it changed."""
    verb = _(VERBS.get(event.verb, event.verb))
    if event.payload is None:
        return f"{verb} · {_('details erased')}"
    if event.verb == "rule_fired":
        return " ".join(text.strip() for text, _role in firing_line(event, reader))
    said = what_said(event, reader)
    return said if said.startswith(verb) else titled(verb, said)
