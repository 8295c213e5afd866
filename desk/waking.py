"""What wakes a ticket that sleeps until something happens. Rooms that come later add their words with `register`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from store.errors import N_
from store.unit import Told, UnitOfWork

Test = Callable[[Mapping[str, Any]], bool]


class Word(NamedTuple):
    """An event a ticket can sleep until: the verb that tells it, and which of its payloads count. `help` is a message
    id; `why` is what the timeline says."""

    word: str
    verb: str
    help: str
    why: str
    counts: Test


WORDS: dict[str, Word] = {}


def register(word: str, verb: str, help: str, why: str, counts: Test = lambda payload: True) -> None:
    """Adds a word. One that is taken is a mistake of the caller: raises ValueError."""
    if word in WORDS:
        raise ValueError(f"{word} is taken")
    WORDS[word] = Word(word, verb, help, why, counts)


def wakes(word: str, verb: str, payload: Mapping[str, Any]) -> bool:
    """Whether an event is what `word` waits for."""
    found = WORDS.get(word)
    return found is not None and found.verb == verb and found.counts(payload)


def wake(unit: UnitOfWork, told: Iterable[Told]) -> int:
    """Wakes the tickets whose event was told; returns how many."""
    verbs = {w.verb for w in WORDS.values()}
    woken = 0
    for event in told:
        if event.verb in verbs and event.ticket_id is not None:
            woken += _wake(unit, event.ticket_id, event)
    return woken


def _wake(unit: UnitOfWork, ticket_id: int, event: Told) -> int:
    from desk.changes import change
    from store.sql import tickets

    ticket = tickets.get(unit.conn, ticket_id)
    if ticket is None or not ticket.snoozed_until or not wakes(ticket.wake_on, event.verb, event.payload):
        return 0
    why = {"text": WORDS[ticket.wake_on].why}
    return int(bool(change(unit, ticket_id, {"snoozed_until": 0, "wake_on": ""}, verb="woke", why=why)))


def _done(payload: Mapping[str, Any]) -> bool:
    return bool(payload.get("task_changes", {}).get("state", ("", ""))[1] == "done")


register("task_done", "task_changed", N_("a task of it is done"), N_("its task is done"), _done)
register("delivered", "delivered", N_("its parcel is delivered"), N_("its parcel was delivered"))
