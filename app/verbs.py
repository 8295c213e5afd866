"""From an act's id to the verb of `desk` that does it to tickets. No widget, no text but message ids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from app.actions import split
from desk import spam, tickets
from desk.changes import change
from store.errors import N_
from store.unit import UnitOfWork
from store.values import HOUR, NEVER, Instant

Act = Callable[[UnitOfWork, int], int]

WORK_STARTS = time(9)


@dataclass(frozen=True, slots=True)
class Verb:
    """`act` does it to one ticket; `done` is the notice, with `{count}` or `{item}` filled in; `leaves` says that the
    ticket has no business in the list any more, so that the cursor goes on to the next."""

    act: Act
    done: str
    leaves: bool = False


def verb(action: str, *, me: str, now: Instant, zone: tzinfo, text: str = "") -> Verb | None:
    """The verb of an act, None for acts that are not done to tickets. `text` is what a prompt brought.

    Raises Invalid for a text that does not fit.
    """
    name, argument = split(action)
    if name == "ticket.take":
        return Verb(lambda u, t: tickets.assign(u, t, me), N_("{item} is yours"))
    if name == "ticket.unassign":
        return Verb(lambda u, t: tickets.assign(u, t, None), N_("{item} is nobody's now"))
    if name == "ticket.assign":
        return Verb(lambda u, t: tickets.assign(u, t, argument or text), N_("{item} assigned"))
    if name in ("ticket.done", "ticket.reopen", "ticket.status"):
        status = {"ticket.done": "solved", "ticket.reopen": "open"}.get(name, argument)
        done = {"solved": N_("{item} solved"), "open": N_("{item} open again"), "closed": N_("{item} closed")}
        return Verb(lambda u, t: tickets.set_status(u, t, status), done.get(status, N_("{item} waits")),
                    leaves=status in ("solved", "closed"))  # fmt: skip
    if name == "ticket.priority":
        return Verb(lambda u, t: change(u, t, {"priority": argument}), N_("{item}: priority set"))
    if name == "ticket.type":
        kind = argument or text
        return Verb(lambda u, t: change(u, t, {"type": kind, "needs_review": 0}), N_("{item}: type set"))
    if name in ("ticket.tag", "ticket.labels"):
        words = (argument or text).split()
        add = [w.lstrip("+#") for w in words if not w.startswith("-")]
        drop = [w.lstrip("-#") for w in words if w.startswith("-")]
        return Verb(lambda u, t: tickets.tag(u, t, add=add, remove=drop), N_("{item}: labels set"))
    if name in ("ticket.snooze", "ticket.snooze_until", "ticket.wake"):
        until = 0 if name == "ticket.wake" else snooze(argument or text, now, zone)
        return Verb(lambda u, t: tickets.snooze(u, t, until), N_("{item} snoozed") if until else N_("{item} is awake"),
                    leaves=bool(until))  # fmt: skip
    if name == "ticket.spam":
        return Verb(spam.mark, N_("{item} is spam"), leaves=True)
    if name == "ticket.block":
        return Verb(spam.block_sender, N_("{item} is spam, and its sender is blocked"), leaves=True)
    if name == "ticket.not_spam":
        return Verb(spam.clear, N_("{item} is no spam"), leaves=True)
    if name == "ticket.no_reply":
        return Verb(tickets.no_reply_needed, N_("{item}: no reply needed"))
    return None


def snooze(words: str, now: Instant, zone: tzinfo) -> Instant:
    """`1h`, `tomorrow` (when work starts), `week` (on Monday), `reply`, or anything `desk.tickets.snooze_until` reads."""
    if words == "1h":
        return now + HOUR
    if words == "reply":
        return NEVER
    if words in ("tomorrow", "week"):
        today = datetime.fromtimestamp(now / 1000, zone).date()
        days = 1 if words == "tomorrow" else 7 - today.weekday()
        morning = datetime.combine(today + timedelta(days=days), WORK_STARTS, zone)
        return int(morning.timestamp() * 1000)
    return tickets.snooze_until(words, now)
