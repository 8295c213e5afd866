"""Telling the team: to places outside the program through the outbox, to colleagues inside as an event they see.

A notice names the ticket, its type, channel and due time, and no buyer, unless its target says that it may. Several
within a short time leave as one; in quiet hours they wait. Sending one twice does no harm, so a lost answer is retried.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from desk.clocks.calendar_files import hours_from
from desk.clocks.calendars import Calendar
from desk.clocks.keep import calendars
from desk.reason import Reason
from store.connection import Connection
from store.errors import N_, Conflict, Invalid, NotFound, Refused
from store.sql import notices as rows
from store.sql import outbox, people, shop, tickets
from store.sql.notices import Target
from store.sql.rows import OutboxRow
from store.unit import UnitOfWork
from store.values import NEVER, SECOND, Instant, clean_line

if TYPE_CHECKING:
    from connectors.services.contract import Notice

KIND = "notice"
"""The outbox kind of a notice."""
PREFIX = "notice/"
"""What stands before a target's id in the outbox and in the vault."""
GATHER = 5 * SECOND
"""How long the first waits for others that come with it."""
LONGEST_DIGEST = 24 * 3600
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_LONGEST_TEXT = 500


# Targets -----------------------------------------------------------------------------------------------


def add(unit: UnitOfWork, ident: str, kind: str, settings: Mapping[str, str], *, name: str = "") -> Target:
    """Adds a place that is told. Its secrets go into the vault under `notice/<id>/<name>`, which is the caller's business.
    Raises Invalid for an id, service or setting that is none, Conflict where the id is taken."""
    if not _ID.fullmatch(ident):
        raise Invalid(N_("{item} cannot be a target's id."), item=ident,
                      next=N_("Use small letters, digits, _ and - only."))  # fmt: skip
    if rows.find(unit.conn, ident) is not None:
        raise Conflict(N_("There is a target {item} already."), item=ident, next=N_("See: deskhand notice list"))
    made = Target(ident, clean_line(name) or ident, kind, json.dumps(_checked(unit, kind, settings), ensure_ascii=False))
    rows.put(unit.conn, made)
    unit.append("notice_target_added", {"target": ident, "kind": kind})
    return made


def change(unit: UnitOfWork, ident: str, settings: Mapping[str, str], *, name: str = "") -> Target:
    """Gives a target other settings; those not named stay, an empty one goes. Raises NotFound, Invalid."""
    old = need(unit.conn, ident)
    merged = {**json.loads(old.settings), **settings}
    made = old._replace(name=clean_line(name) or old.name, fault="",
                        settings=json.dumps(_checked(unit, old.kind, merged), ensure_ascii=False))  # fmt: skip
    rows.put(unit.conn, made)
    unit.append("notice_target_changed", {"target": ident, "settings": sorted(settings)})
    return made


def remove(unit: UnitOfWork, ident: str) -> None:
    """Takes a target away; what waits for it never leaves. Raises NotFound, and Refused while a rule tells it."""
    from desk.automation.rules.used import keep_used

    need(unit.conn, ident)
    keep_used(unit.conn, "notify", ("target",), ident)
    for row in rows.waiting(unit.conn, PREFIX + ident):
        outbox.move(unit.conn, row.id, "held", "cancelled", unit.now)
    rows.remove(unit.conn, ident)
    unit.append("notice_target_removed", {"target": ident})


def need(conn: Connection, ident: str) -> Target:
    """Raises NotFound."""
    found = rows.find(conn, ident)
    if found is None:
        raise NotFound(N_("There is no target {item} for notices."), item=ident, next=N_("See: deskhand notice list"))
    return found


def _checked(unit: UnitOfWork, kind: str, settings: Mapping[str, str]) -> dict[str, str]:
    from connectors.services.registry import KINDS, MAIL
    from connectors.services.registry import kind as service

    if kind not in KINDS:
        raise Invalid(N_("{item} is no service for notices."), item=kind, next=N_("Known: {known}"), known=", ".join(KINDS))
    known = {s.key: s for s in service(kind).settings if s.kind != "secret"}
    clean = {key: clean_line(str(value)) for key, value in settings.items()}
    for key, value in clean.items():
        if key not in known:
            raise Invalid(N_("{item} has no setting {key}."), item=kind, key=key, next=N_("Known: {known}"),
                          known=", ".join(known))  # fmt: skip
        if value and known[key].choices and value not in known[key].choices:
            raise Invalid(N_("{item}: {key} cannot be {value}."), item=kind, key=key, value=value,
                          next=N_("Known: {known}"), known=", ".join(known[key].choices))  # fmt: skip
    clean = {key: value for key, value in clean.items() if value}
    if missing := [s.key for s in known.values() if s.required and s.key not in clean]:
        raise Invalid(N_("{item} needs {missing}."), item=kind, missing=", ".join(missing),
                      next=N_("Give them as KEY=VALUE."))  # fmt: skip
    _quiet(clean)
    digest = clean.get("digest", "0")
    if not (digest.isascii() and digest.isdigit() and int(digest) <= LONGEST_DIGEST):
        raise Invalid(N_("{item}: {key} cannot be {value}."), item=kind, key="digest", value=digest,
                      next=N_("Give seconds, at most a day."))  # fmt: skip
    if kind == MAIL:
        _check_mail(unit, clean)
    return clean


def _check_mail(unit: UnitOfWork, settings: Mapping[str, str]) -> None:
    channel = shop.channel(unit.conn, settings["channel"])
    if channel is None or channel.state == "removed" or channel.kind != "email":
        raise NotFound(N_("There is no mail channel {item}."), item=settings["channel"],
                       next=N_("See: deskhand channel list"))  # fmt: skip
    from desk.sync.intake import own_addresses

    ours = own_addresses(unit)
    for address in addresses(settings):
        if "@" not in address or address.startswith("@") or address.endswith("@"):
            raise Invalid(N_("{item} is not an address mail can be sent to."), item=address)
        if address.casefold() in ours:
            raise Invalid(N_("{item} is a mailbox of this desk; the notice would come back as a ticket."), item=address,
                          next=N_("Give an address of a person."))  # fmt: skip


def addresses(settings: Mapping[str, str]) -> tuple[str, ...]:
    """Who a mail target tells."""
    return tuple(part.strip() for part in settings.get("to", "").split(",") if part.strip())


# Notices that leave ------------------------------------------------------------------------------------


def queue(unit: UnitOfWork, target_id: str, text: str, ticket_id: int = 0, *, key: str = "", wait: int = GATHER) -> int:
    """Puts a notice into the outbox and returns its row; one with a `key` that is there already is not written again.
    `wait` is for how long it gathers company, in milliseconds. Raises NotFound for an unknown target or ticket, Invalid
    for an empty text."""
    target = need(unit.conn, target_id)
    said = clean_line(text)[:_LONGEST_TEXT]
    if not said:
        raise Invalid(N_("The notice to {item} is empty."), item=target.name)
    unique = f"{KIND}-{hashlib.sha256(f'{target_id}:{key}'.encode()).hexdigest()[:32]}" if key else f"{KIND}-{unit.ids()}"
    if key and (known := outbox.by_key(unit.conn, unique)) is not None:
        return known.id
    settings = json.loads(target.settings)
    facts = _facts(unit, ticket_id, buyer=settings.get("details") == "yes") if ticket_id else ()
    payload = {
        "message_id": f"<{unique}@deskhand.invalid>", "to": [target.name], "subject": facts[0] if facts else "",
        "text": " · ".join((*facts, said)), "ticket": ticket_id,
    }  # fmt: skip
    row_id = outbox.insert(unit.conn, {
        "key": unique, "kind": KIND, "ticket_id": ticket_id, "channel_id": PREFIX + target_id, "message_id": 0,
        "agent_id": "", "hold_until": _when(unit, target, settings, wait), "payload": json.dumps(payload, ensure_ascii=False),
        "created_at": unit.now, "updated_at": unit.now, "automatic": 1,
        "rule_id": unit.actor.id if unit.actor.kind == "rule" else "",
    })  # fmt: skip
    unit.append("notice_queued", {"outbox_id": row_id, "target": target_id}, ticket_id=ticket_id or None)
    return row_id


def _facts(unit: UnitOfWork, ticket_id: int, *, buyer: bool) -> tuple[str, ...]:
    """What a notice says of its ticket: number, type, channel, when it is due; with `buyer` also who and what about."""
    ticket = tickets.get(unit.conn, ticket_id)
    if ticket is None:
        raise NotFound(N_("There is no ticket {item}."), item=f"#{ticket_id}")
    channel = shop.channel(unit.conn, ticket.channel_id)
    facts = [f"#{ticket.id}", ticket.type, channel.name if channel else ticket.channel_id]
    if ticket.due_at < NEVER:
        facts.append(f"due {_shop(unit.conn).local(ticket.due_at):%Y-%m-%d %H:%M %Z}")
    if buyer:
        customer = people.customer(unit.conn, ticket.customer_id) if ticket.customer_id else None
        facts += [customer.name if customer else "", ticket.subject]
    return tuple(clean_line(f)[:200] for f in facts if f)


def _shop(conn: Connection) -> Calendar:
    return calendars(conn)["shop"]


def _when(unit: UnitOfWork, target: Target, settings: Mapping[str, str], wait: int) -> Instant:
    """When a notice may leave: not before others like it had time to come, and not in quiet hours."""
    at = unit.now + wait
    if wait:
        at = max(at, target.sent_at + int(settings.get("digest", "60")) * SECOND)
    if quiet := _quiet(settings):
        from desk.clocks.calendars import is_open

        calm = Calendar("quiet", _shop(unit.conn).zone, (quiet,) * 7)
        while is_open(calm, at):
            at = _end(calm, at)
    return at


def _quiet(settings: Mapping[str, str]) -> tuple[tuple[int, int], ...]:
    hours = hours_from("notice", "quiet", settings.get("quiet", ""))
    if sum(end - start for start, end in hours) >= 1440:
        raise Invalid(N_("Quiet hours of a whole day let nothing through."), next=N_("Write such as 22:00-07:00."))
    return hours


def _end(calm: Calendar, at: Instant) -> Instant:
    """When the quiet hours that `at` lies in are over."""
    from datetime import timedelta

    from desk.clocks.calendars import closing

    today = calm.local(at).date()
    ends = (closing(calm.tz, day, end) for day in (today - timedelta(days=1), today) for _start, end in calm.hours(day))
    return min(end for end in ends if end > at)


def combined(conn: Connection, found: Sequence[OutboxRow]) -> Notice:
    """Rows as the one notice they leave as."""
    from connectors.services.contract import Notice

    payloads: list[dict[str, Any]] = [json.loads(row.payload) for row in found]
    numbers = tuple(dict.fromkeys(p["ticket"] for p in payloads if p["ticket"]))
    (name,) = conn.execute("SELECT coalesce((SELECT value FROM meta WHERE key = 'name'), 'Deskhand')").fetchone()
    about = ", ".join(f"#{n}" for n in numbers[:5]) + (" …" if len(numbers) > 5 else "")
    title = clean_line(f"{name}: {about}" if about else str(name))
    return Notice(title, tuple(dict.fromkeys(p["text"] for p in payloads)), numbers, found[0].key)


class Settled(NamedTuple):
    """What became of rows that were tried."""

    state: str
    error: str = ""
    again_at: Instant = 0


def settle(unit: UnitOfWork, target_id: str, found: Sequence[OutboxRow], to: Settled) -> None:
    """Notes on rows that were claimed, and on their target, how it went."""
    for row in found:
        if to.state == "held":
            outbox.move(unit.conn, row.id, "claimed", "held", unit.now, next_try_at=to.again_at, error=to.error)
            continue
        outbox.move(unit.conn, row.id, "claimed", to.state, unit.now, error=to.error,
                    **({"hold_until": NEVER} if to.state == "failed" else {}))  # fmt: skip
        facts: dict[str, Any] = {"outbox_id": row.id, "target": target_id}
        unit.append(f"notice_{to.state}", {**facts, "error": to.error} if to.error else facts,
                    ticket_id=row.ticket_id or None)  # fmt: skip
    rows.note(unit.conn, target_id, to.error, unit.now if to.state == "sent" else None)


def resolve(unit: UnitOfWork, row: OutboxRow, decision: str) -> None:
    """A person settles a notice that failed: `sent`, send it `again`, or `cancel` it. Raises Refused, Invalid."""
    to = {"sent": "sent", "again": "held", "cancel": "cancelled"}.get(decision)
    if to is None or row.state not in ("failed", "unknown"):
        raise Refused(N_("Outbox row {item} is {state}; there is nothing to settle."), item=str(row.id), state=row.state,
                      next=N_("See: deskhand outbox list"))  # fmt: skip
    more = {"hold_until": unit.now, "next_try_at": 0, "attempts": 0, "error": ""} if to == "held" else {}
    outbox.move(unit.conn, row.id, row.state, to, unit.now, **more)
    unit.append("notice_resolved", {"outbox_id": row.id, "decision": decision}, ticket_id=row.ticket_id or None)


def came_back(unit: UnitOfWork, row: OutboxRow) -> None:
    """The copy of a notice that went by mail: it left."""
    outbox.move(unit.conn, row.id, row.state, "sent", unit.now)


# Notices inside ----------------------------------------------------------------------------------------


def tell(unit: UnitOfWork, agent_id: str, text: Reason, ticket_id: int = 0) -> int:
    """Tells a colleague something where they work; returns the event's seq. Raises NotFound."""
    agent = shop.agent(unit.conn, agent_id)
    if agent is None or not agent.active:
        raise NotFound(N_("There is no agent {item}."), item=agent_id, next=N_("See: deskhand agent list"))
    return unit.append("told", {"agent": agent.id, "why": text.stored()}, ticket_id=ticket_id or None)
