"""The practice desk: a shop with a history, made by the same verbs that people and sync use, back in time.

Everything happens in one transaction whose instant is moved along, so that events, clocks, owners and full text are
what they would be had the team really worked. Same world and same `now`: same desk (but for the salts of the events).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from zoneinfo import ZoneInfo

from connectors.contract import Receipt
from connectors.sandbox.market import message_id
from connectors.sandbox.world import World
from desk import agents, channels, outbox, setup, tickets
from desk.agents import NewAgent
from desk.inbox import midnight
from desk.outgoing import command, reply_subject
from desk.practice_mail import inbound
from desk.practice_plan import Step, plan
from desk.practice_setup import SINCE, add_groups, add_packs, add_plans
from desk.practice_shop import add_customers, add_orders
from desk.sync.intake import take
from store.sql import outbox as rows
from store.sql import people
from store.sql import tickets as stored
from store.unit import Store, UnitOfWork
from store.values import DAY, HOUR, NEVER, SYSTEM, Actor, Instant

SHOP = "Nordlicht Shop"
ZONE = "Europe/Berlin"
PERSON = "ana"
"""Who sits in front of it."""

# Shifts follow each other round the globe, so that somebody is on duty at any hour.
_TEAM: tuple[tuple[str, str, Mapping[str, object]], ...] = (
    ("ana", "Ana", {"zone": ZONE, "languages": {"es": 5, "en": 4, "de": 4, "fr": 4, "it": 3, "pt": 4},
                    "capacity": 30, "shifts": {"zone": ZONE, "week": {"daily": "08:00-18:00"}}}),
    ("tom", "Tom", {"zone": "America/Chicago", "languages": {"en": 5, "de": 4, "nl": 4, "fr": 2, "es": 2},
                    "capacity": 30, "shifts": {"zone": "America/Chicago", "week": {"daily": "09:00-20:00"}}}),
    ("wei", "Wei", {"zone": "Asia/Shanghai", "languages": {"zh-CN": 5, "zh-TW": 5, "ja": 4, "en": 4},
                    "capacity": 30, "shifts": {"zone": "Asia/Shanghai", "week": {"daily": "08:30-19:00"}}}),
)  # fmt: skip
_UNSERVED = {"api_url": "http://127.0.0.1:9"}
"""What an account's stand-in is called until `desk.practice_links.connect_account` says where it is."""
_NOTES = (
    "Called the carrier, they look for it until tomorrow noon.",
    "Same batch as last week's complaints, see the supplier thread.",
    "仓库说周三补货，先安抚买家。",
    "Offer a third back before anything else, margin allows it.",
    "Regular customer, please be generous.",
)


@dataclass(slots=True)
class _Past:
    """What the steps so far left behind: ticket and waiting outbox row of each conversation."""

    rng: Random
    ticket: dict[int, int] = field(default_factory=dict)
    row: dict[int, int] = field(default_factory=dict)


def furnish(store: Store, world: World, now: Instant, *, zone: str = ZONE, unix_user: str = "") -> int:
    """Fills an empty desk with the world's shop as it stands at `now`; returns the number of tickets.

    `zone` is where the person in front of it lives, whose Unix user becomes ana.
    """
    rng = Random(f"{world.seed}/desk")
    steps = plan(rng, world.talks, now, midnight(now, ZoneInfo(zone)))
    past = _Past(rng)
    with store.write(SYSTEM) as unit:
        unit.now = min(now - 70 * DAY, steps[0].at - DAY)
        _team(unit, zone, unix_user)
        add_groups(unit)
        for shop in world.shops:
            platform, settings = ("email", {"from_address": shop.address}) if shop.by_mail else (shop.platform, _UNSERVED)
            channels.add(unit, shop.id, platform=platform, name=shop.name, label=shop.label, settings=settings,
                         since=now - DAY, kind=shop.kind)  # fmt: skip
        for account in world.accounts:
            if all(account.id != shop.id for shop in world.shops):
                channels.add(unit, account.id, platform=account.platform, name=account.name, label=account.label,
                             settings=_UNSERVED, since=now - DAY, kind="marketplace")  # fmt: skip
        customers = add_customers(unit, world)
        add_orders(unit, world, customers)
        enabled = False
        for step in steps:
            if step.at <= now:
                if not enabled and step.at >= now - SINCE:
                    unit.now, unit.actor, enabled = now - SINCE, SYSTEM, True
                    add_packs(unit)
                unit.now, unit.actor = step.at, SYSTEM
                _DO[step.kind](unit, step, past)
        unit.now, unit.actor = now, SYSTEM
        add_plans(unit, now)
        agents.set_presence(unit, PERSON, "on")
        _mark_read(unit, now)
    return len(past.ticket)


def _team(unit: UnitOfWork, zone: str, unix_user: str) -> None:
    setup.furnish(unit, zone=ZONE, people=[
        NewAgent(ident, name, unix_user if ident == PERSON else "", "admin" if ident == PERSON else "agent")
        for ident, name, _ in _TEAM
    ])  # fmt: skip
    for ident, _, values in _TEAM:
        agents.change(unit, ident, {**values, **({"zone": zone} if ident == PERSON else {})})


# Steps ---------------------------------------------------------------------------------------------


def _owner(unit: UnitOfWork, ticket_id: int) -> Actor:
    ticket = stored.get(unit.conn, ticket_id)
    return Actor("agent", ticket.assignee_id if ticket and ticket.assignee_id else PERSON)


def _hear(unit: UnitOfWork, step: Step, past: _Past) -> None:
    unit.actor = Actor("connector", "email")
    taken = take(unit, step.talk.buyer.shop.id, inbound(step.talk, step.turn, step.at, urgent=step.urgent))
    past.ticket.setdefault(step.talk.number, taken.ticket_id)
    if step.talk.buyer.vip and taken.opened:
        unit.actor = _owner(unit, taken.ticket_id)
        tickets.tag(unit, taken.ticket_id, add=["vip"])


def _queue(unit: UnitOfWork, step: Step, past: _Past) -> None:
    ticket_id = past.ticket[step.talk.number]
    ticket = stored.get(unit.conn, ticket_id)
    assert ticket is not None
    unit.actor = _owner(unit, ticket_id)
    name = next(name for ident, name, _ in _TEAM if ident == unit.actor.id)
    reply = outbox.Reply(
        ticket_id=ticket_id, text=step.talk.turns[step.turn].text.replace("{agent}", name),
        to=(step.talk.buyer.address,) if step.talk.buyer.shop.by_mail else (),
        subject=reply_subject(ticket.subject), base_seq=ticket.thread_seq, then=step.then,
    )  # fmt: skip
    past.row[step.talk.number] = outbox.queue(unit, reply)


def _sent(unit: UnitOfWork, step: Step, past: _Past) -> None:
    row = rows.get(unit.conn, past.row.pop(step.talk.number))
    assert row is not None
    by_mail = step.talk.buyer.shop.by_mail
    remote_id = command(row).message_id if by_mail else message_id(step.talk.number, step.turn)
    outbox.sent(unit, row.id, Receipt(remote_id, step.at))


def _note(unit: UnitOfWork, step: Step, past: _Past) -> None:
    ticket_id = past.ticket[step.talk.number]
    unit.actor = _owner(unit, ticket_id)
    tickets.note(unit, ticket_id, past.rng.choice(_NOTES))


def _solve(unit: UnitOfWork, step: Step, past: _Past) -> None:
    ticket_id = past.ticket[step.talk.number]
    unit.actor = _owner(unit, ticket_id)
    tickets.no_reply_needed(unit, ticket_id)
    tickets.set_status(unit, ticket_id, "solved")


def _close(unit: UnitOfWork, step: Step, past: _Past) -> None:
    tickets.set_status(unit, past.ticket[step.talk.number], "closed")


def _hold(unit: UnitOfWork, step: Step, past: _Past) -> None:
    ticket_id = past.ticket[step.talk.number]
    unit.actor = _owner(unit, ticket_id)
    tickets.set_status(unit, ticket_id, "on_hold")


def _snooze(unit: UnitOfWork, step: Step, past: _Past) -> None:
    ticket_id = past.ticket[step.talk.number]
    unit.actor = _owner(unit, ticket_id)
    tickets.snooze(
        unit, ticket_id, NEVER if step.then == "reply" else step.at + 3 * DAY + past.rng.randint(0, 9) * HOUR
    )


def _unassign(unit: UnitOfWork, step: Step, past: _Past) -> None:
    ticket_id = past.ticket[step.talk.number]
    unit.actor = _owner(unit, ticket_id)
    tickets.assign(unit, ticket_id, None)


_DO = {"hear": _hear, "queue": _queue, "sent": _sent, "note": _note, "solve": _solve, "close": _close, "hold": _hold,
       "snooze": _snooze, "unassign": _unassign}  # fmt: skip


def _mark_read(unit: UnitOfWork, now: Instant) -> None:
    """What is older than three hours, or rests, has been read by everybody."""
    seen = unit.conn.execute(
        "SELECT id, last_message_id FROM ticket WHERE updated_at < ? OR status NOT IN ('new', 'open')",
        (now - 3 * HOUR,),
    ).fetchall()
    for ident, _, _ in _TEAM:
        for ticket_id, newest in seen:
            people.mark_read(unit.conn, ident, ticket_id, newest)
