"""Conversations of a platform that nobody has seen yet, many at once: the tickets, messages and events that intake makes
one by one, written together. A backlog of answered questions is told as it stands now: a ticket gets its clocks once,
and rules hear of all its messages at one time.

Whatever touches something that is already here is left for `intake.admit`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from desk.automation.react import react
from desk.clocks.keep import keep
from desk.clocks.talk import Spoken, Talk
from desk.sync import bare_orders
from desk.sync.inbound import Inbound
from desk.sync.intake import Door, door, numbers_of, opening, taught
from store import search
from store.connection import Connection
from store.errors import N_
from store.sql import bulk, outbox, tickets
from store.unit import UnitOfWork
from store.values import Instant, fold

_MESSAGE = (*bulk.MESSAGE, "thread_id", "reply_to")


class Sorted(NamedTuple):
    """Whole new conversations, and every message that is none of one."""

    new: list[list[Inbound]]
    rest: list[Inbound]


def sort(conn: Connection, at: Door, items: Sequence[Inbound], since: Instant) -> Sorted:
    """Sorts by what the desk knows. A conversation that began before `since` and goes on after it is no new one here:
    it comes in closed and then opens, message by message."""
    talks: dict[str, list[Inbound]] = {}
    for item in items:
        if _plain(at, item):
            talks.setdefault(item.thread_key, []).append(item)
    if not talks:
        return Sorted([], list(items))
    known = _known(conn, at, list(talks.values()))
    doubt = at.sends and bool(outbox.in_doubt(conn, at.channel.id))
    taken: set[str] = set()
    new: dict[str, list[Inbound]] = {}
    for key, talk in talks.items():
        people = _wrote(talk)
        names = {item.remote_key for item in talk}
        old = {item.arrived_at < since for item in talk}
        ours = doubt and any(item.outbound for item in talk)  # one of them may be the copy of a reply from here
        if len(names) == len(talk) and len(old) == 1 and not ours and not (people | names | {key}) & (known | taken):
            new[key] = talk
        taken |= people | names
    whole = {id(item) for talk in new.values() for item in talk}
    return Sorted(list(new.values()), [item for item in items if id(item) not in whole])


def _plain(at: Door, item: Inbound) -> bool:
    """Whether it is a message of a platform's conversation and nothing else."""
    special = item.attachments or item.automatic or item.bounced or item.in_reply_to or item.references or item.doubt
    mail = item.raw is not None or not item.platform or not item.thread_key or not item.sender_key
    return not special and not mail and fold(item.sender_address) not in at.ours


def _people(item: Inbound) -> tuple[str, ...]:
    return (item.sender_key, f"email:{item.email}") if item.email else (item.sender_key,)


def _wrote(talk: Sequence[Inbound]) -> set[str]:
    """The buyer by every key, and whoever else wrote to the shop."""
    return {key for item in (_voice(talk), *talk) if not item.outbound or item is _voice(talk) for key in _people(item)}


def _known(conn: Connection, at: Door, talks: Sequence[Sequence[Inbound]]) -> set[str]:
    """Names of messages, conversations and people that are on the desk already. A buyer without a ticket is not."""
    names = {item.remote_key for talk in talks for item in talk}
    people = {key for talk in talks for key in _wrote(talk)}
    threads = {talk[0].thread_key for talk in talks}
    known = set(bulk.known(conn, "message", "remote_key", "id", names))
    known |= set(bulk.known(conn, "message_ref", "ref", "message_id", names | threads))
    known |= set(bulk.people_with_tickets(conn, people))
    if at.blocks:
        known |= set(bulk.known(conn, "blocked_sender", "key", "at", people))
    return known


def take(
    unit: UnitOfWork, channel_id: str, items: Sequence[Inbound], since: Instant
) -> tuple[int, list[Inbound]]:
    """Stores what is new as a whole, each conversation a ticket of its own; those of before `since` closed, without
    clock, rule or owner. Returns how many tickets that made, and the messages that are left."""
    at = door(unit, channel_id)
    new, rest = sort(unit.conn, at, items, since)
    if new:
        _store(unit, at, new, since)
    return len(new), rest


def _store(unit: UnitOfWork, at: Door, talks: Sequence[Sequence[Inbound]], since: Instant) -> None:
    made = [_with_orders(unit.conn, at, talk) for talk in talks]
    buyers = _customers(unit, [_voice(talk) for talk in made])
    ids = bulk.next_ids(unit.conn)
    rows, messages = [], []
    ticket_id, message_id = ids["ticket"], ids["message"]
    for talk in made:
        history = talk[0].arrived_at < since
        last = message_id + len(talk) - 1
        rows.append(_ticket(unit, at, talk, ticket_id, buyers[_voice(talk).sender_key], last, history=history))
        messages += [_message(at, ticket_id, message_id + n, item) for n, item in enumerate(talk)]
        ticket_id, message_id = ticket_id + 1, last + 1
    said = [item for talk in made for item in talk]
    numbered = list(enumerate(said, ids["message"]))
    bulk.insert(unit.conn, "message", _MESSAGE, messages)
    bulk.insert(unit.conn, "message_ref", ("ref", "message_id"), ((item.thread_key, n) for n, item in numbered))
    bulk.insert(unit.conn, "message_fts", bulk.INDEXED, (_indexed(n, item) for n, item in numbered))
    bulk.insert_rows(unit.conn, "ticket", rows)
    _link(unit.conn, enumerate(made, ids["ticket"]))
    _tell(unit, at, made, ids, since)


def _voice(talk: Sequence[Inbound]) -> Inbound:
    """What the conversation is about: the buyer's first message, else ours."""
    return next((item for item in talk if not item.outbound), talk[0])


def _with_orders(conn: Connection, at: Door, talk: Sequence[Inbound]) -> list[Inbound]:
    """With the orders of the desk that they name without saying so."""
    return [bare_orders.named(conn, item) for item in talk] if at.orders else list(talk)


def _customers(unit: UnitOfWork, firsts: Sequence[Inbound]) -> Mapping[str, tuple[int, str]]:
    """Customer and country by the key of who began each conversation."""
    known = bulk.customers(unit.conn, {key for item in firsts for key in _people(item)})
    next_id = bulk.next_id(unit.conn, "customer")
    rows: list[tuple[Any, ...]] = []
    keys: list[tuple[str, int]] = []
    for item in firsts:
        found = next((known[key] for key in _people(item) if key in known), None)
        if found is None:
            found, lang = (next_id + len(rows), ""), item.understanding.language if item.understanding else ""
            email = item.email or (item.sender_address if "@" in item.sender_address else "")
            rows.append((found[0], item.sender_name, email, lang, "", unit.now, fold(item.sender_name)))
        keys += [(key, found[0]) for key in _people(item) if key not in known]
        known |= {key: known.get(key, found) for key in _people(item)}
    bulk.insert(unit.conn, "customer", bulk.CUSTOMER, rows)
    bulk.insert(unit.conn, "customer_key", ("key", "customer_id"), keys)
    return known


def _ticket(
    unit: UnitOfWork, at: Door, talk: Sequence[Inbound], ticket_id: int, buyer: tuple[int, str], last: int, *, history: bool
) -> dict[str, Any]:
    heard = _heard(talk)
    row = opening(unit, at.channel, _voice(talk), buyer[0], buyer[1], outbound=talk[0].outbound, history=history)
    row |= {"id": ticket_id, "order_number": next(iter(_orders(talk)), ""),
            "first_buyer_at": heard.first_buyer_message, "first_reply_at": heard.first_human_reply,
            "waiting_since": heard.oldest_unanswered, "last_reply_at": heard.last_human_reply,
            "answered_from": heard.answered_from, "last_message_id": last, "message_count": len(talk)}  # fmt: skip
    if history:
        newest = max(item.sent_at for item in talk)
        row |= {"waiting_since": None, "updated_at": newest, "created_at": min(item.sent_at for item in talk)}
    return row


def _orders(talk: Sequence[Inbound]) -> list[str]:
    """The orders it is about: those its first message names, and its buyer."""
    return [n for item in talk if item is talk[0] or not item.outbound for n in item.order_numbers]


def _heard(talk: Sequence[Inbound]) -> Talk:
    heard = Talk()
    for item in sorted(talk, key=lambda i: (i.sent_at, i.outbound)):  # a reply of the same moment answers
        heard = heard.hear(Spoken(item.sent_at, "agent" if item.outbound else "buyer"))
    return heard


def _message(at: Door, ticket_id: int, message_id: int, item: Inbound) -> tuple[Any, ...]:
    return (
        message_id, ticket_id, at.channel.id, "out" if item.outbound else "in", item.sender_name, item.sender_address,
        ", ".join(item.recipients), item.subject, item.text, item.understanding.language if item.understanding else "",
        item.sent_at, item.arrived_at, item.remote_key, "", item.thread_key.partition(":")[2], item.reply_key,
    )  # fmt: skip


def _indexed(message_id: int, item: Inbound) -> tuple[Any, ...]:
    people = f"{item.sender_name} {item.sender_address}"
    return (message_id, *search.row(subject=item.subject, body=item.text, people=people, known=numbers_of(item)))


def _link(conn: Connection, made: Iterable[tuple[int, Sequence[Inbound]]]) -> None:
    """Links tickets to the orders they name."""
    named = [(ticket, {bare_orders.key_of(n) for n in _orders(talk)}) for ticket, talk in made]
    orders = bulk.orders_by_key(conn, {key for _, keys in named for key in keys})
    bulk.insert(conn, "ticket_order", ("ticket_id", "order_id"),
                {(ticket, order): None for ticket, keys in named for key in keys for order in orders.get(key, ())})  # fmt: skip


def _tell(
    unit: UnitOfWork, at: Door, made: Sequence[Sequence[Inbound]], ids: Mapping[str, int], since: Instant
) -> None:
    """One event for a conversation of the past, naming its messages; what is worked on tells each of them."""
    past: list[tuple[str, int, Mapping[str, Any]]] = []
    live: list[int] = []
    message_id = ids["message"]
    for ticket_id, talk in enumerate(made, ids["ticket"]):
        if talk[0].arrived_at < since:
            span = [message_id, message_id + len(talk) - 1]
            past.append(("created", ticket_id, {"channel": at.channel.id, "history": True, "messages": span}))
        else:
            _tell_live(unit, at, ticket_id, message_id, talk)
            live.append(ticket_id)
        message_id += len(talk)
    if past:
        bulk.append(unit.conn, unit.now, unit.actor, past)
        unit.forget()
    for ticket_id in live:
        keep(unit, ticket_id)
    react(unit)


def _tell_live(unit: UnitOfWork, at: Door, ticket_id: int, message_id: int, talk: Sequence[Inbound]) -> None:
    unit.append("created", {"channel": at.channel.id, "history": False, **taught(_voice(talk))}, ticket_id=ticket_id)
    seq = 0
    for n, item in enumerate(talk, message_id):
        verb = "answered_elsewhere" if item.outbound else "received"
        seq = unit.append(verb, {"message_id": n}, ticket_id=ticket_id)
    before, heard = "pending" if talk[0].outbound else "new", _heard(talk)
    status = before if heard.last_human_reply is None else "pending" if heard.oldest_unanswered is None else "open"
    facts: dict[str, Any] = {"thread_seq": seq}
    if status != before:
        why = {"text": N_("after the reply was sent") if status == "pending" else N_("the buyer wrote again")}
        unit.append("changed", {"changes": {"status": [before, status]}, "why": why}, ticket_id=ticket_id)
        facts["status"] = status
    tickets.update(unit.conn, ticket_id, facts, bump=status != before)
