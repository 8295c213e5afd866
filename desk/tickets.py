"""What a person does to tickets: assign, note, tag, snooze, solve. Each takes one ticket; `each` does many as one batch."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo

from desk import learning
from desk.changes import change, normal_tags, require, write
from desk.mornings import day_or_hour, next_morning
from desk.reason import Reason
from desk.waking import WORDS
from store.errors import N_, DeskError, Invalid
from store.sql import mentions, messages, people, shop, tickets
from store.unit import UnitOfWork
from store.values import DAY, HOUR, MINUTE, NEVER, Instant, clean, clean_line, fold

BULK_LIMIT = 1000
_MENTION = r"(?<![\w@.])@([A-Za-z0-9][A-Za-z0-9._-]{0,31})"


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
    return change(unit, ticket_id, {"status": status, "snoozed_until": 0, "wake_on": ""})


def snooze(unit: UnitOfWork, ticket_id: int, until: Instant, wake_on: str = "") -> int:
    """Hides a ticket from the inbox until `until` (NEVER: until the buyer writes), or until what `wake_on` names
    happens, a word of `desk.waking`. Clocks run on. Raises Invalid for a word nobody tells."""
    return change(unit, ticket_id, {"snoozed_until": until, "wake_on": wake_on if until else ""}, verb="snoozed")


def confirm_type(unit: UnitOfWork, ticket_id: int) -> int:
    """Says that a ticket's type is right: nobody needs to look at it any more, and the learner counts it as an example.
    Returns 0 where an agent has said so already."""
    ticket = require(unit, ticket_id)
    review = {"needs_review": [1, 0]} if ticket.needs_review else {}
    if not review and learning.confirmed(unit.conn, ticket_id, ticket.type):
        return 0
    seq = unit.append("type_confirmed", {"type": ticket.type, "changes": review}, ticket_id=ticket_id)
    write(unit, ticket_id, {field: after for field, (_, after) in review.items()})
    return seq


def no_reply_needed(unit: UnitOfWork, ticket_id: int) -> int:
    """Says the buyer waits for nothing: the reply clock stops without a reply."""
    ticket = require(unit, ticket_id)
    first = ticket.waiting_since is not None and ticket.waiting_since == ticket.first_buyer_at
    waived = {"first_waived": 1} if first and ticket.first_reply_at is None else {}
    return change(unit, ticket_id, {"waiting_since": None, **waived}, verb="no_reply_needed")


def note(unit: UnitOfWork, ticket_id: int, text: str) -> int:
    """An internal note; the buyer never sees it and no clock stops. `@ana` in it tells agent ana. Raises Invalid when
    it is empty."""
    ticket, body = require(unit, ticket_id), clean(text).strip()
    if not body:
        raise Invalid(N_("The note is empty."), next=N_("Write something, or press Esc."))
    agent = shop.agent(unit.conn, unit.actor.id)
    message_id = messages.insert(unit.conn, {
        "ticket_id": ticket_id, "channel_id": ticket.channel_id, "direction": "note", "author_id": unit.actor.id,
        "sender_name": agent.name if agent else unit.actor.id, "body": body, "sent_at": unit.now,
        "received_at": unit.now, "remote_key": f"note:{unit.ids()}",
    })  # fmt: skip
    named = mentioned(unit, body)
    told = {"message_id": message_id, **({"mentions": named} if named else {})}
    seq = unit.append("noted", told, ticket_id=ticket_id)
    mentions.put(unit.conn, message_id, named, unit.now)
    tickets.update(
        unit.conn, ticket_id, {"message_count": ticket.message_count + 1, "updated_at": unit.now}, bump=False
    )
    people.mark_read(unit.conn, unit.actor.id, ticket_id, message_id)
    return seq


def mentioned(unit: UnitOfWork, text: str) -> list[str]:
    """The active agents a text names as `@id`, but for its writer; an address holds none."""
    named = dict.fromkeys(m.casefold().rstrip(".-_") for m in re.findall(_MENTION, text))
    agents = {a.id for a in shop.agents(unit.conn)} - {unit.actor.id} if named else set()
    return [ident for ident in named if ident in agents]


def see_mentions(unit: UnitOfWork, ticket_id: int) -> int:
    """The acting agent has looked at a ticket: what named them there is no news any more. Returns how many were."""
    return mentions.see(unit.conn, unit.actor.id, ticket_id, unit.now)


def open_by_hand(unit: UnitOfWork, *, channel_id: str, customer: str, subject: str, text: str, key: str = "") -> int:
    """A ticket somebody types in (phone, counter): returns its number. The text counts as the buyer's message."""
    from desk.sync.inbound import Inbound
    from desk.sync.intake import take

    return take(
        unit, channel_id, Inbound.by_hand(unit, customer=customer, subject=subject, text=text, key=key)
    ).ticket_id


def snooze_words(words: str, now: Instant, zone: tzinfo = UTC) -> tuple[Instant, str]:
    """`(until, wake_on)` of what a person says: an event of `desk.waking`, else a time as `snooze_until` reads it, or
    both (`3d task_done`: whichever comes first). Raises Invalid."""
    parts = words.split()
    events = [w for w in parts if fold(w) in WORDS]
    times = [w for w in parts if fold(w) not in WORDS]
    if len(times) > 1 or events:  # an answer of the buyer ends every snooze
        times = [w for w in times if fold(w) not in _ANSWERED]
    rest = " ".join(times)
    if len(events) > 1 or not parts:
        raise Invalid(N_("{item} is not a time to snooze until."), item=clean_line(words),
                      next=N_("Say it as 2h or tomorrow."))  # fmt: skip
    return snooze_until(rest, now, zone) if rest else NEVER, fold(events[0]) if events else ""


_UNITS = {"m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
_ANSWERED = ("reply", "until-reply")
_DATED = re.compile(r"\d{4}-\d\d-\d\d(?:[t ]\d\d:\d\d)?", re.I)


def snooze_until(words: str, now: Instant, zone: tzinfo = UTC) -> Instant:
    """`2h`, `3d`, `1w`, `tomorrow` (9:00 of the next working day in `zone`), a day to come (its 9:00) or its hour
    (`2026-12-01T14:30`), `reply` (until the buyer writes), `wake`. Raises Invalid."""
    text = words.strip().casefold()
    if text in _ANSWERED:
        return NEVER
    if text in ("wake", "0"):
        return 0
    if text == "tomorrow":
        return next_morning(now, zone)
    if text[-1:] in _UNITS and text[:-1].isdigit() and len(text) < 6:
        return now + int(text[:-1]) * _UNITS[text[-1]]
    if _DATED.fullmatch(text) and (at := day_or_hour(text, zone)) > now:
        return at
    raise Invalid(N_("{item} is not a time to snooze until."), item=words, next=N_("Say it as 2h or tomorrow."))
