"""What is done to all tickets of an incident: answered in each buyer's language, solved and closed.

Hundreds of tickets are changed in slices, so that nobody else waits for the desk; the slices share one batch and are one
undo step. Nobody is answered twice: a slice looks again inside its own transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from desk import incidents, thread
from desk.automation.templates import fill
from desk.incidents import Member
from desk.outbox import Reply, queue
from desk.outgoing import reply_subject
from desk.tickets import Outcome
from store.connection import Connection
from store.errors import N_, Conflict, DeskError, Invalid, NotFound, Refused
from store.sql import shop
from store.sql.rows import Template
from store.unit import Store, UnitOfWork
from store.values import Actor

ANSWERED = "incident_answered"
SLICE = 20
"""Tickets per transaction; a reply takes about a millisecond to queue."""

Progress = Callable[[int, int], bool]
"""`(done, of)` after each slice; False stops before the next."""


def _go_on(done: int, of: int) -> bool:
    return True


class Answer(NamedTuple):
    """What one ticket would get."""

    ticket_id: int
    to: tuple[str, ...]
    language: str
    text: str
    base_seq: int
    subject: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What an answer to all would do: who gets which text, who had theirs already, who is left out and why."""

    answers: tuple[Answer, ...]
    already: tuple[int, ...]
    left_out: tuple[tuple[int, DeskError], ...]

    def languages(self) -> dict[str, int]:
        """Texts per language, most first."""
        found: dict[str, int] = {}
        for answer in self.answers:
            found[answer.language] = found.get(answer.language, 0) + 1
        return dict(sorted(found.items(), key=lambda pair: -pair[1]))


@dataclass(frozen=True, slots=True)
class Done:
    """What was queued, who had an answer already, who was left out and why; `stopped` where somebody broke it off."""

    answered: tuple[int, ...]
    already: tuple[int, ...]
    left_out: tuple[tuple[int, DeskError], ...]
    stopped: bool = False


def plan(conn: Connection, incident_id: int, template_id: str, agent: str) -> Plan:
    """Looks at every ticket and changes nothing. Raises NotFound for an unknown incident or template, Invalid for a
    template that is for the team only."""
    incidents.get(conn, incident_id)
    template = _template(conn, template_id)
    answers: list[Answer] = []
    already: list[int] = []
    left_out: list[tuple[int, DeskError]] = []
    for member in incidents.members(conn, incident_id):
        if member.answered:
            already.append(member.ticket_id)
            continue
        try:
            answers.append(_written(conn, template, member.ticket_id, agent))
        except DeskError as error:
            left_out.append((member.ticket_id, error))
    return Plan(tuple(answers), tuple(already), tuple(left_out))


def answer_all(
    store: Store, actor: Actor, incident_id: int, template_id: str, *, then: str = "pending", progress: Progress = _go_on
) -> Done:
    """Queues one reply to every ticket of the incident that has had none, each in its buyer's language; tickets take the
    status `then` once it has left. Who cannot be answered is left out and named. Raises what `plan` does, and Conflict
    for a closed incident."""
    incident = incidents.get(store.conn, incident_id)
    if incident.state != "open":
        raise Conflict(N_("Incident {item} is closed."), item=str(incident_id),
                       next=N_("Open it again: deskhand incident reopen {item}"))  # fmt: skip
    template = _template(store.conn, template_id)
    waiting = incidents.members(store.conn, incident_id)
    batch, answered, already, left_out = store.ids(), list[int](), list[int](), list[tuple[int, DeskError]]()

    def act(unit: UnitOfWork, some: Sequence[Member]) -> None:
        unit.batch_id = batch
        fresh = {m.ticket_id: m for m in incidents.members(unit.conn, incident_id)}
        for ticket_id in (m.ticket_id for m in some):
            if ticket_id not in fresh or fresh[ticket_id].answered:
                already.append(ticket_id)
                continue
            try:
                with unit.attempt():
                    _answer(unit, incident_id, _written(unit.conn, template, ticket_id, actor.id), template.id, then)
                answered.append(ticket_id)
            except DeskError as error:
                left_out.append((ticket_id, error))

    stopped = _sliced(store, actor, waiting, act, progress)
    if answered:
        with store.write(actor) as unit:
            unit.conn.execute("UPDATE incident SET template_id = ? WHERE id = ?", (template.id, incident_id))
    return Done(tuple(answered), tuple(already), tuple(left_out), stopped)


def close_all(store: Store, actor: Actor, incident_id: int, *, progress: Progress = _go_on) -> Outcome:
    """Solves the open tickets of an incident and closes it, as one undo step. A ticket whose buyer still waits stays
    open and is named. Raises NotFound, Conflict where it is closed already."""
    incident = incidents.get(store.conn, incident_id)
    if incident.state != "open":
        raise Conflict(N_("Incident {item} is closed already."), item=str(incident_id),
                       next=N_("See: deskhand incident list"))  # fmt: skip
    batch, done, refused = store.ids(), list[int](), list[tuple[int, DeskError]]()

    def act(unit: UnitOfWork, some: Sequence[Member]) -> None:
        unit.batch_id = batch
        found = incidents.solve(unit, incident_id, some)
        done.extend(found.done)
        refused.extend(found.refused)

    if not _sliced(store, actor, incidents.members(store.conn, incident_id), act, progress):
        with store.write(actor) as unit:
            unit.batch_id = batch
            incidents.close(unit, incident_id)
    return Outcome(tuple(done), tuple(refused))


def link_all(store: Store, actor: Actor, incident_id: int, ids: Sequence[int], *, progress: Progress = _go_on) -> Outcome:
    """Links any number of tickets as one undo step. Raises NotFound, Conflict for a closed incident."""
    incidents.get(store.conn, incident_id)
    batch, done, refused = store.ids(), list[int](), list[tuple[int, DeskError]]()

    def act(unit: UnitOfWork, some: Sequence[int]) -> None:
        unit.batch_id = batch
        found = incidents.add(unit, incident_id, some)
        done.extend(found.done)
        refused.extend(found.refused)

    _sliced(store, actor, ids, act, progress)
    return Outcome(tuple(done), tuple(refused))


_One = TypeVar("_One")


def _sliced(
    store: Store, actor: Actor, items: Sequence[_One], act: Callable[[UnitOfWork, Sequence[_One]], None], progress: Progress
) -> bool:
    """Runs `act` on slices, each its own transaction; True when `progress` stopped it."""
    for at in range(0, len(items), SLICE):
        with store.write(actor) as unit:
            act(unit, items[at : at + SLICE])
        done = min(at + SLICE, len(items))
        if not progress(done, len(items)) and done < len(items):
            return True
    return False


def _template(conn: Connection, template_id: str) -> Template:
    template = shop.template(conn, template_id)
    if template is None:
        raise NotFound(N_("There is no template {item}."), item=template_id, next=N_("See: deskhand template list"))
    if template.internal:
        raise Invalid(N_("Template {item} is for notes of the team; it is never sent."), item=template_id,
                      next=N_("Choose another: deskhand template list"))  # fmt: skip
    return template


def _written(conn: Connection, template: Template, ticket_id: int, agent: str) -> Answer:
    """The answer to one ticket. Raises Refused with the reason why there is none."""
    found = thread.read(conn, ticket_id)
    ticket, item = found.ticket, f"#{ticket_id}"
    if ticket.automatic:
        raise Refused(N_("{item} was written by a machine."), item=item, next=N_("Take it out of the incident."))
    to = thread.answer_to(found)
    if not to:
        raise Refused(N_("{item} has no address to answer to."), item=item, next=N_("Answer in the shop's own console."))
    _need_channel(conn, ticket.channel_id, item)
    variant, _how = thread.variant(template, ticket)
    if ticket.lang and _base(variant.language) != _base(ticket.lang):
        raise Refused(N_("Template {template} has no text in {language}, the language of {item}."), item=item,
                      template=template.id, language=ticket.lang,
                      next=N_("Write one and answer again: who was answered is left alone."))  # fmt: skip
    known = shop.agent(conn, agent)
    name = conn.execute("SELECT value FROM meta WHERE key = 'name'").fetchone()
    signed, signature = (known.name, known.signature) if known else (agent, "")
    filled = fill(variant.text, thread.template_context(found, signed, name[0] if name else "", signature=signature))
    if filled.truncated:
        raise Refused(N_("Template {template} is too long in {item}."), item=item, template=template.id,
                      next=N_("Answer it by hand."))  # fmt: skip
    if filled.missing:
        raise Refused(N_("Template {template} has gaps that nothing fills in {item}: {gaps}."), item=item,
                      template=template.id, gaps=", ".join(filled.missing), next=N_("Answer it by hand."))  # fmt: skip
    return Answer(ticket_id, to, variant.language, filled.text, ticket.thread_seq, reply_subject(ticket.subject))


def _answer(unit: UnitOfWork, incident_id: int, answer: Answer, template_id: str, then: str) -> None:
    row = queue(unit, Reply(answer.ticket_id, answer.text, answer.to, answer.subject, answer.base_seq, then=then,
                            template_id=template_id))  # fmt: skip
    unit.conn.execute(
        "UPDATE incident_ticket SET answered_at = ?, outbox_id = ? WHERE incident_id = ? AND ticket_id = ?",
        (unit.now, row, incident_id, answer.ticket_id),
    )
    unit.append(ANSWERED, {"incident": incident_id, "outbox_id": row, "language": answer.language},
                ticket_id=answer.ticket_id)  # fmt: skip


def _need_channel(conn: Connection, channel_id: str, item: str) -> None:
    """Raises Refused where the ticket's account sends nothing."""
    from connectors.registry import manifest

    channel = shop.channel(conn, channel_id)
    if channel is None or channel.state == "removed":
        raise Refused(N_("The channel of {item} is no longer connected."), item=item,
                      next=N_("Add it again: deskhand channel add"))  # fmt: skip
    try:
        sends = manifest(channel.platform).capabilities.reply
    except KeyError:  # a platform that is only imported from
        sends = False
    if not sends:
        raise Refused(N_("The channel of {item} cannot send replies."), item=item,
                      next=N_("Answer in the shop's own console."))  # fmt: skip


def _base(tag: str) -> str:
    return tag.casefold().partition("-")[0]


def shown(plan: Plan) -> Iterator[Answer]:
    """One answer per language, so that a person reads every text once before it leaves."""
    seen: set[str] = set()
    for answer in plan.answers:
        if answer.language not in seen:
            seen.add(answer.language)
            yield answer
