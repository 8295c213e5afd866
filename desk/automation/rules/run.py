"""Running rules on tickets to which something happened.

Top to bottom by position, each rule once per ticket and chain; what an earlier rule did is seen by the later ones. What
rules caused is looked at in the next round, up to `DEPTH` rounds. Every firing is one event, and the events of what it
did name it as their cause.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from desk.automation.rules import conditions
from desk.automation.rules.causes import Cause, causes
from desk.automation.rules.model import Act, Rule
from desk.automation.rules.registry import ACTS, Doing
from desk.changes import change, require
from store.errors import N_, DeskError, Unavailable
from store.sql import tickets
from store.unit import Told, UnitOfWork
from store.values import SYSTEM, Actor

DEPTH = 10
"""Rounds of rules that set off rules; Zammad's default."""


class Chain:
    """One thing that happened and everything rules did because of it."""

    def __init__(self, unit: UnitOfWork) -> None:
        self.unit = unit
        self.book = conditions.book(unit.conn, unit.now)
        self.depth = 0
        self._fired: dict[tuple[str, int], None] = {}
        self._ended: set[int] = set()
        self._paths: dict[int, tuple[str, ...]] = {}

    def go_on(self, told: Sequence[Told]) -> None:
        """Lets rules answer these events, and those they cause, until nothing more happens."""
        happened = causes(self.unit.conn, told, self._paths)
        while happened:
            if self.depth >= DEPTH:
                self._too_deep(happened)
                return
            self.depth += 1
            for ticket_id, found in happened.items():
                if ticket_id not in self._ended:
                    self._round(ticket_id, found)
            told = list(self.unit.told)
            self.unit.told.clear()
            happened = causes(self.unit.conn, told, self._paths)

    def _round(self, ticket_id: int, happened: Sequence[Cause]) -> None:
        causes_by = self._told(happened)
        told = list(causes_by.values())
        for question in self.book.about(tuple(causes_by)):
            holding: set[str] | None = None
            for rule, at in zip(question.rules, question.pulled, strict=True):
                cause = told[at]
                if holding is None:
                    holding = self.book.holding(self.unit.conn, question, ticket_id, self.unit.now)
                if rule.id not in holding or not self._of_channel(rule, ticket_id):
                    continue
                if (rule.id, ticket_id) in self._fired:
                    if self._loops(rule, ticket_id, cause):
                        return
                    continue
                if self.fire(rule, ticket_id, cause):
                    holding = None  # later rules see what this one did
                if stops(rule):
                    self._ended.add(ticket_id)
                    return

    def _told(self, happened: Sequence[Cause]) -> dict[tuple[str, frozenset[str]], Cause]:
        """What happened, each kind of it once, with its first cause."""
        found: dict[tuple[str, frozenset[str]], Cause] = {}
        for cause in happened:
            found.setdefault(self.book.telling(cause.when, cause.fields), cause)
        return found

    def _of_channel(self, rule: Rule, ticket_id: int) -> bool:
        return not rule.channel or require(self.unit, ticket_id).channel_id == rule.channel

    def fire(self, rule: Rule, ticket_id: int, cause: Cause) -> bool:
        """Does what a rule says, or in shadow tells what it would do; whether the ticket may have changed."""
        self._fired[(rule.id, ticket_id)] = None
        if rule.state == "shadow":
            shadow(self.unit, rule, ticket_id, cause)
            return False
        before = len(self.unit.told)
        fire(self.unit, rule, ticket_id, cause)
        path = (*cause.path, rule.id)
        for event in self.unit.told[before:]:
            self._paths[event.seq] = path
        return True

    def _loops(self, rule: Rule, ticket_id: int, cause: Cause) -> bool:
        """Whether a rule that was set off once more, by itself through others, would change the ticket again; then
        this is told and the chain ends here."""
        if rule.state != "on" or not cause.path or not _would_change(self.unit, rule, ticket_id):
            return False
        ran = [fired for fired, on in self._fired if on == ticket_id]
        self._stop(ticket_id, (*ran[ran.index(rule.id) :], rule.id), cause.seq, N_("these rules set each other off"))
        return True

    def _too_deep(self, happened: Mapping[int, Sequence[Cause]]) -> None:
        """The rounds are used up: says so on every ticket for which another rule would have run."""
        for ticket_id, found in happened.items():
            if ticket_id in self._ended:
                continue
            causes_by = self._told(found)
            told = list(causes_by.values())
            questions = self.book.about(tuple(causes_by))
            for rule, at in (pair for q in questions for pair in zip(q.rules, q.pulled, strict=True)):
                cause = told[at]
                if (rule.id, ticket_id) in self._fired:
                    continue
                if self.book.holds(self.unit.conn, rule, ticket_id, self.unit.now):
                    self._stop(ticket_id, (*cause.path, rule.id), cause.seq, N_("rules set off rules too often"))
                    break

    def _stop(self, ticket_id: int, path: tuple[str, ...], cause_seq: int, why: str) -> None:
        self._ended.add(ticket_id)
        with by(self.unit, SYSTEM, cause_seq):
            seq = self.unit.append("rules_stopped", {"rules": list(path), "why": {"text": why}}, ticket_id=ticket_id)
            self.unit.cause_seq = seq
            change(self.unit, ticket_id, {"flagged": 1}, why={"text": why})


def stops(rule: Rule) -> bool:
    """Whether no later rule runs on a ticket on which this one fired."""
    return rule.state == "on" and (rule.stop or any(act.do == "stop" for act in rule.then))


def acts_of(rule: Rule) -> tuple[Act, ...]:
    """The acts up to the first `stop`."""
    at = next((n for n, act in enumerate(rule.then) if act.do == "stop"), len(rule.then))
    return rule.then[:at]


def _would_change(unit: UnitOfWork, rule: Rule, ticket_id: int) -> bool:
    ticket, tags = require(unit, ticket_id), set(tickets.tags(unit.conn, ticket_id))
    for act in acts_of(rule):
        effect = act.effect
        if not tags.issuperset(effect.add) or not tags.isdisjoint(effect.remove):
            return True
        if any(getattr(ticket, field) != value for field, value in effect.fields.items()):
            return True
    return False


@contextmanager
def by(unit: UnitOfWork, actor: Actor, cause_seq: int) -> Iterator[None]:
    """Inside, `actor` acts because of an event; and nothing of it belongs to anybody's batch."""
    before = unit.actor, unit.cause_seq, unit.batch_id
    unit.actor, unit.cause_seq, unit.batch_id = actor, cause_seq or None, ""
    try:
        yield
    finally:
        unit.actor, unit.cause_seq, unit.batch_id = before


class _Again(Exception):
    """A firing is begun again, now that it is known which act fails."""


class _Rehearsed(Exception):
    """Takes back what was done to see what it would be."""


def fire(unit: UnitOfWork, rule: Rule, ticket_id: int, cause: Cause) -> int:
    """One firing; returns its event's seq. An act that fails is left out, told in the event, and the ticket is marked
    for review; the others are done. The event stands before what it caused, so a firing in which an act fails is done
    once more from its beginning, without that act."""
    failed: dict[int, DeskError] = {}
    with by(unit, Actor("rule", rule.id), cause.seq):
        while True:
            try:
                with unit.attempt():
                    return _firing(unit, rule, ticket_id, cause, failed)
            except _Again:
                unit.cause_seq = cause.seq or None


def _firing(unit: UnitOfWork, rule: Rule, ticket_id: int, cause: Cause, failed: dict[int, DeskError]) -> int:
    seq = unit.append("rule_fired", fired(rule, cause, failed), ticket_id=ticket_id)
    unit.cause_seq = seq
    for at, act in enumerate(acts_of(rule)):
        if at not in failed:
            error = attempt(Doing(unit, rule, ticket_id, at, cause.when, cause.message_id), act)
            if error is not None:
                failed[at] = error
                raise _Again
    if failed:
        change(unit, ticket_id, {"needs_review": 1}, why={"text": N_("a rule could not do all it should")})
    return seq


def attempt(doing: Doing, act: Act) -> DeskError | None:
    """Does an act; returns the error it failed with. A fault of the database goes on up."""
    try:
        ACTS[act.do].apply(doing, act.args)
    except DeskError as error:
        return error
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        what = N_("{item}: the act {act} broke off ({problem}).")
        return Unavailable(what, item=f"#{doing.ticket_id}", act=act.do, problem=repr(error)[:200],
                           next=N_("Do it by hand, and report this."))  # fmt: skip
    return None


def shadow(unit: UnitOfWork, rule: Rule, ticket_id: int, cause: Cause) -> int:
    """Tells what a firing would do, by doing it and taking all of it back; returns the event's seq."""
    with by(unit, Actor("rule", rule.id), cause.seq):
        said, failed = rehearse(unit, rule, ticket_id, cause)
        return unit.append("rule_fired", {**fired(rule, cause, failed, said), "shadow": True}, ticket_id=ticket_id)


def rehearse(
    unit: UnitOfWork, rule: Rule, ticket_id: int, cause: Cause
) -> tuple[list[dict[str, Any]], dict[int, DeskError]]:  # fmt: skip
    """What each act of a firing does (by place), and which fail; nothing of it stays. `said` holds, besides what the
    acts note, `changes`: fields with before and after."""
    said: list[dict[str, Any]] = []
    failed: dict[int, DeskError] = {}
    try:
        with unit.attempt():
            for at, act in enumerate(acts_of(rule)):
                doing = Doing(unit, rule, ticket_id, at, cause.when, cause.message_id)
                before = len(unit.told)
                try:
                    with unit.attempt():
                        error = attempt(doing, act)
                        if error is not None:
                            raise error
                except DeskError as caught:
                    failed[at] = caught
                changes: dict[str, Any] = {}
                for event in unit.told[before:]:
                    changes |= event.payload.get("changes", {})
                said.append({**doing.said, **({"changes": changes} if changes else {})})
            raise _Rehearsed
    except _Rehearsed:
        return said, failed


def fired(
    rule: Rule, cause: Cause, failed: Mapping[int, DeskError], said: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:  # fmt: skip
    """What the event of a firing holds: the acts by their tables (in shadow with what each would do), and those that
    failed by their place with the reason as `desk.reason` stores it."""
    acts = [
        {"do": act.do, **act.args, **({"did": dict(said[at])} if at < len(said) and said[at] else {})}
        for at, act in enumerate(acts_of(rule))
    ]
    return {
        "rule": rule.id, "version": rule.version, "when": cause.when, "cause": cause.seq, "acts": acts,
        "failed": [{"at": at, "do": rule.then[at].do, "why": told_error(e)} for at, e in sorted(failed.items())],
        "shadow": False, **({"by": cause.by} if cause.by else {}),
    }  # fmt: skip


def told_error(error: DeskError) -> dict[str, Any]:
    """An error as `desk.reason` reads it back."""
    gaps = {"item": error.item, **error.gaps}
    return {"text": error.what, "gaps": {k: v if isinstance(v, int | str) else str(v) for k, v in gaps.items()}}
