"""What a person does to tickets: assign, note, tag, snooze, solve. Each takes one ticket; `each` does many as one batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from desk.changes import change, normal_tags, require
from desk.reason import Reason
from store.errors import N_, DeskError, Invalid
from store.sql import messages, people, shop, tickets
from store.unit import UnitOfWork
from store.values import DAY, HOUR, MINUTE, NEVER, Instant, clean

BULK_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a verb did to several tickets: which changed, and which refused and why."""

    done: tuple[int, ...]
    refused: tuple[tuple[int, DeskError], ...] = ()


def each(unit: UnitOfWork, ids: Iterable[int], act: Callable[[int], int]) -> Outcome:
    """Runs `act` on every ticket as one undoable batch; one that refuses stays as it was and does not stop the rest."""
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > BULK_LIMIT:
        raise Invalid(N_("{count} tickets are more than one step may change ({limit})."), next=N_("Narrow the list."),
                      count=len(wanted), limit=BULK_LIMIT)  # fmt: skip
    if len(wanted) > 1:
        unit.batch_id = unit.ids()
    done: list[int] = []
    refused: list[tuple[int, DeskError]] = []
    for ticket_id in wanted:
        try:
            with unit.attempt():
                if act(ticket_id):
                    done.append(ticket_id)
        except DeskError as error:
            refused.append((ticket_id, error))
    return Outcome(tuple(done), tuple(refused))


def assign(unit: UnitOfWork, ticket_id: int, agent_id: str | None, why: Reason | None = None) -> int:
    """Gives a ticket to an agent (None takes it from everybody). Raises NotFound."""
    seq = change(unit, ticket_id, {"assignee_id": agent_id}, verb="assigned", why=why.stored() if why else None)
    if seq and agent_id:
        unit.conn.execute("UPDATE agent SET last_assigned_at = ? WHERE id = ?", (unit.now, agent_id))
    return seq


def tag(unit: UnitOfWork, ticket_id: int, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> int:
    have = set(tickets.tags(unit.conn, ticket_id))
    wanted = (have | set(normal_tags(add))) - set(normal_tags(remove))
    return change(unit, ticket_id, {"tags": sorted(wanted)}, verb="tagged")


def set_status(unit: UnitOfWork, ticket_id: int, status: str) -> int:
    """Moves a ticket to a status; a snooze ends with it."""
    return change(unit, ticket_id, {"status": status, "snoozed_until": 0})


def snooze(unit: UnitOfWork, ticket_id: int, until: Instant) -> int:
    """Hides a ticket from the inbox until `until` (NEVER: until the buyer writes). Clocks run on."""
    return change(unit, ticket_id, {"snoozed_until": until}, verb="snoozed")


def no_reply_needed(unit: UnitOfWork, ticket_id: int) -> int:
    """Says the buyer waits for nothing: the reply clock stops without a reply."""
    ticket = require(unit, ticket_id)
    first = ticket.waiting_since is not None and ticket.waiting_since == ticket.first_buyer_at
    waived = {"first_waived": 1} if first and ticket.first_reply_at is None else {}
    return change(unit, ticket_id, {"waiting_since": None, **waived}, verb="no_reply_needed")


def note(unit: UnitOfWork, ticket_id: int, text: str) -> int:
    """An internal note; the buyer never sees it and no clock stops. Raises Invalid when it is empty."""
    ticket, body = require(unit, ticket_id), clean(text).strip()
    if not body:
        raise Invalid(N_("The note is empty."), next=N_("Write something, or press Esc."))
    agent = shop.agent(unit.conn, unit.actor.id)
    message_id = messages.insert(unit.conn, {
        "ticket_id": ticket_id, "channel_id": ticket.channel_id, "direction": "note", "author_id": unit.actor.id,
        "sender_name": agent.name if agent else unit.actor.id, "body": body, "sent_at": unit.now,
        "received_at": unit.now, "remote_key": f"note:{unit.ids()}",
    })  # fmt: skip
    seq = unit.append("noted", {"message_id": message_id}, ticket_id=ticket_id)
    tickets.update(
        unit.conn, ticket_id, {"message_count": ticket.message_count + 1, "updated_at": unit.now}, bump=False
    )
    people.mark_read(unit.conn, unit.actor.id, ticket_id, message_id)
    return seq


def open_by_hand(unit: UnitOfWork, *, channel_id: str, customer: str, subject: str, text: str, key: str = "") -> int:
    """A ticket somebody types in (phone, counter): returns its number. The text counts as the buyer's message."""
    from desk.sync.intake import Inbound, take

    return take(
        unit, channel_id, Inbound.by_hand(unit, customer=customer, subject=subject, text=text, key=key)
    ).ticket_id


_UNITS = {"m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}


def snooze_until(words: str, now: Instant) -> Instant:
    """`2h`, `3d`, `1w`, `reply` (until the buyer writes), `wake`. Raises Invalid."""
    text = words.strip().casefold()
    if text in ("reply", "until-reply"):
        return NEVER
    if text in ("wake", "0"):
        return 0
    if text == "tomorrow":
        return now + DAY
    if text[-1:] in _UNITS and text[:-1].isdigit() and len(text) < 6:
        return now + int(text[:-1]) * _UNITS[text[-1]]
    raise Invalid(N_("{item} is not a time to snooze until."), item=words, next=N_("Say it as 2h or tomorrow."))
