"""The team as routing sees it now, and what a ticket asks of it: read from the store, decided nowhere here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from desk.automation.candidates import Candidate, Leave, Manual, Wants
from desk.automation.regions import expanded
from desk.automation.routing import Had, TicketNeeds
from desk.clocks.calendar_files import calendar_from
from desk.clocks.calendars import Calendar
from desk.groups import TEAM, Group
from desk.vocabulary import CLASSES
from store import events
from store.connection import Connection
from store.sql import shop, teams, tickets
from store.sql.rows import Agent, Ticket
from store.values import NEVER, Instant

_NO_LIMIT = float("inf")


def candidates(conn: Connection) -> list[Candidate]:
    """Everybody active, with their load and absences."""
    loads = teams.loads(conn)
    away: dict[str, list[Leave]] = {}
    for row in teams.leaves(conn):
        away.setdefault(row.agent_id, []).append(Leave(row.starts_at, row.ends_at))
    return [_candidate(a, loads.get(a.id, 0), tuple(away.get(a.id, ()))) for a in shop.agents(conn)]


def of_group(conn: Connection, everybody: Sequence[Candidate], group: Group, today: date) -> list[Candidate]:
    """The members of a group, with the shares and turns they have in it."""
    promotion = group.promotion(today)
    if group.id == TEAM and not group.members and promotion is None:
        return list(everybody)
    shares: Mapping[str, float] = promotion.members if promotion else group.members
    turns = {} if group.id == TEAM else teams.turns(conn, group.id)
    found = []
    for agent in everybody:
        if not group.has(agent.id):
            continue
        weight = round(shares[agent.id] * 100) if agent.id in shares else agent.weight
        found.append(
            replace(agent, weight=weight, current=agent.current if group.id == TEAM else turns.get(agent.id, 0))
        )
    return found


def today(conn: Connection, now: Instant) -> date:
    """The day in the shop's zone."""
    bodies = {name: body for name, body, _version in shop.calendars(conn)}
    return datetime.fromtimestamp(now / 1000, UTC).astimezone(_zone(bodies.get("shop", "{}"))).date()


def needs_of(
    conn: Connection, ticket: Ticket, group: Group, team: Iterable[Candidate], country: str, *, strategy: str
) -> TicketNeeds:
    """What the ticket asks of the people of a group. A language or country nobody there has named is no wish."""
    people = list(team)
    language = ticket.lang if any(c.languages for c in people) else ""
    where = country if any(c.countries for c in people) else ""
    previous, had = (
        _previous(conn, ticket, strategy) if group.sticky or strategy in ("sticky", "previous") else (None, "buyer")
    )
    return TicketNeeds(
        required=Wants(skills=frozenset(group.skills)),
        preferred=Wants(language=language, level=group.level, country=where),
        about=Wants(skills=_skills(conn, ticket, people), language=ticket.lang, level=group.level, country=country),
        effort=float(ticket.effort),
        due=min(ticket.due_at, NEVER),
        previous=previous[0] if previous else "",
        previous_at=previous[1] if previous else 0,
        had=had,
    )  # fmt: skip


def country_of(conn: Connection, ticket: Ticket, sources: Sequence[str]) -> str:
    """Where a buyer is, by the first source that says."""
    found = teams.countries(conn, ticket.id, ticket.customer_id)
    for source in sources:
        where: str = ticket.country or found.customer if source == "customer" else getattr(found, source)
        if where:
            return where.upper()
    return ""


def _skills(conn: Connection, ticket: Ticket, people: Iterable[Candidate]) -> frozenset[str]:
    """The words of a ticket that somebody knows as a skill: its type, class, cause, wish, platform, channel and tags."""
    known = frozenset(skill for c in people for skill in c.skills)
    if not known:
        return known
    words = {ticket.type, ticket.cause, ticket.ask, ticket.platform, ticket.channel_id,
             *tickets.tags(conn, ticket.id),
             *(word for word, (_label, types) in CLASSES.items() if ticket.type in types)}  # fmt: skip
    return known & words


def _previous(conn: Connection, ticket: Ticket, strategy: str) -> tuple[tuple[str, Instant] | None, Had]:
    """Who had this ticket (for the strategy that asks), this buyer's last ticket, or this order's, and when."""
    if strategy == "previous":
        for event in reversed(events.of_ticket(conn, ticket.id)):
            before = (event.payload or {}).get("changes", {}).get("assignee_id", [None])[0]
            if before and before != ticket.assignee_id:
                return (before, event.at), "ticket"
    if ticket.customer_id is not None and (had := teams.had_buyer(conn, ticket.customer_id, ticket.id)) is not None:
        return had, "buyer"
    return teams.had_order(conn, ticket.id), "order"


def _candidate(a: Agent, load: int, leave: tuple[Leave, ...]) -> Candidate:
    manual = None
    if a.state in ("on", "away"):
        manual = Manual(a.state == "on", a.state_until or None)
    languages, skills, countries = _known(a.languages, a.skills, a.countries)
    return Candidate(
        id=a.id, leave=leave, manual=manual, shift=_shift(a.shifts, a.id, a.zone), load=float(load),
        capacity=float(a.capacity) if a.capacity else _NO_LIMIT, languages=languages, skills=skills,
        countries=countries, last_assigned_at=a.last_assigned_at, weight=a.weight, current=a.turn, zone=a.zone,
    )  # fmt: skip


@lru_cache(maxsize=256)
def _known(
    languages: str, skills: str, countries: str
) -> tuple[tuple[tuple[str, int], ...], frozenset[str], frozenset[str]]:
    return (
        tuple(json.loads(languages).items()),
        frozenset(json.loads(skills)),
        expanded(frozenset(json.loads(countries))),
    )


@lru_cache(maxsize=64)
def _shift(body: str, name: str, zone: str) -> Calendar | None:
    table: Mapping[str, object] = json.loads(body)
    return calendar_from(table, name=name, zone=zone) if table else None


@lru_cache(maxsize=4)
def _zone(body: str) -> ZoneInfo:
    return ZoneInfo(str(json.loads(body).get("zone", "UTC")))
