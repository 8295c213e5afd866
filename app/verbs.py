"""From an act's id to the verb of `desk` that does it to tickets. No widget, no text but message ids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo

from app.actions import split
from app.typed import snooze, task
from desk import spam, tickets
from desk.changes import change
from store.errors import N_, Invalid
from store.sql import shop
from store.unit import UnitOfWork
from store.values import Instant

Act = Callable[[UnitOfWork, int], int]


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
    if name in ("ticket.assign", "ticket.transfer"):
        return _transfer(argument or text)
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
        until, event = (0, "") if name == "ticket.wake" else snooze(argument or text, now, zone)
        said = N_("{item} snoozed") if until else N_("{item} is awake")
        return Verb(lambda u, t: tickets.snooze(u, t, until, event), said, leaves=bool(until))
    if name == "ticket.spam":
        return Verb(spam.mark, N_("{item} is spam"), leaves=True)
    if name == "ticket.block":
        return Verb(spam.block_sender, N_("{item} is spam, and its sender is blocked"), leaves=True)
    if name == "ticket.not_spam":
        return Verb(spam.clear, N_("{item} is no spam"), leaves=True)
    if name == "ticket.no_reply":
        return Verb(tickets.no_reply_needed, N_("{item}: no reply needed"))
    if name == "ticket.right_type":
        return Verb(tickets.confirm_type, N_("{item}: the type is right"))
    if name == "ticket.flag":
        flagged = int(argument == "1")
        return Verb(lambda u, t: change(u, t, {"flagged": flagged}),
                    N_("{item} flagged") if flagged else N_("{item}: flag taken off"))  # fmt: skip
    return _work(name, argument, text, now, zone)


def _transfer(words: str) -> Verb:
    """`wei because she speaks German`: to whom, then why."""
    from desk.automation.route import transfer

    target, _space, reason = words.strip().partition(" ")
    if not target:
        raise Invalid(N_("Say to whom."), next=N_("Such as: wei speaks German"))
    return Verb(lambda u, t: transfer(u, t, target, reason), N_("{item} assigned"))


def _work(name: str, argument: str, text: str, now: Instant, zone: tzinfo) -> Verb | None:
    """Verbs of the work on a ticket."""
    if name == "ticket.task":
        from desk import tasks
        from desk.groups import get

        new = task(argument or text, now, zone)

        def add(unit: UnitOfWork, ticket_id: int) -> int:
            group = "" if not new.who or shop.agent(unit.conn, new.who) or not get(unit.conn, new.who) else new.who
            agent = "" if group else new.who
            return tasks.add(unit, ticket_id, new.title, agent=agent, group=group, due=new.due)

        return Verb(add, N_("{item}: task added"))
    if name == "ticket.checklist":
        from desk.checklists import attach

        return Verb(lambda u, t: attach(u, t, argument), N_("{item}: checklist attached · x ticks steps off"))
    if name == "ticket.field":
        from desk.fields import set_value

        field, _colon, value = argument.partition("=")
        return Verb(lambda u, t: set_value(u, t, field, value or text, zone), N_("{item}: field set"))
    return None
