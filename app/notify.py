"""What a person is told of while they do something else, in which ways, and when they want quiet. No terminal in here.

Each agent's choice is one JSON text in the desk, written as `deskhand agent set ana notify='assigned=toast quiet=22:00-07:00'`
and by the form of the set-up; what was never chosen is as in `DEFAULT`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from store.errors import N_, Invalid
from store.values import Instant, clean_line

if TYPE_CHECKING:
    from store.connection import Connection
    from store.events import Event
    from store.unit import UnitOfWork

KINDS = {
    "assigned": N_("a ticket becomes yours"),
    "mention": N_("a note names you"),
    "due_soon": N_("a ticket of yours is due soon"),
    "breached": N_("a ticket of yours is overdue"),
    "reply_failed": N_("a reply of yours did not leave, or nobody knows whether it did"),
    "channel_fault": N_("a channel needs a person"),
    "unattended": N_("a ticket falls due before anybody is there"),
    "told": N_("a rule tells you something"),
}
"""What one can be told of."""

WAYS = {
    "toast": N_("in the top line"),
    "bell": N_("with the bell of the terminal"),
    "desktop": N_("as a notice of the terminal, where it has them"),
}
"""How."""

ALL = tuple(WAYS)
DEFAULT: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(KINDS, ALL), "assigned": ("toast",), "due_soon": ("toast", "bell"),
}  # fmt: skip
GAP_MS = 5_000
"""Bell and notice come at most this often; what happens meanwhile is told together."""


@dataclass(frozen=True, slots=True)
class Notify:
    """`kinds` says in which ways each of `KINDS` is told, none for not at all. In `quiet` hours (`22:00-07:00`, several
    with commas, "" for none; local to the agent) only the top line tells."""

    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict(DEFAULT))
    quiet: str = ""

    def ways(self, kind: str, now: Instant, zone: tzinfo) -> tuple[str, ...]:
        """How a kind is told at an instant."""
        ways = self.kinds.get(kind, ())
        return tuple(w for w in ways if w == "toast") if ways and in_quiet(self.quiet, now, zone) else ways


def in_quiet(quiet: str, now: Instant, zone: tzinfo) -> bool:
    """Whether an instant lies in the quiet hours."""
    if not quiet:
        return False
    here = datetime.fromtimestamp(now / 1000, zone)
    minute = here.hour * 60 + here.minute
    return any(start <= minute < end or start <= minute + 1440 < end for start, end in _hours(quiet))


def _hours(quiet: str) -> tuple[tuple[int, int], ...]:
    from desk.clocks.calendar_files import hours_from

    return hours_from("notify", "quiet", quiet)


# As people write it and as it is kept --------------------------------------------------------------------


def written(settings: Notify) -> str:
    """One line that `changed` reads back to the same."""
    words = [f"{kind}={','.join(settings.kinds.get(kind, ())) or 'off'}" for kind in KINDS]
    return " ".join([*words, f"quiet={settings.quiet or 'off'}"])


def changed(settings: Notify, words: str) -> Notify:
    """With what the words say: `assigned=bell,toast` and `mention=off` for one kind, `bell=off` for a way of all kinds,
    `quiet=22:00-07:00`, and alone `off` or `default`. Raises Invalid."""
    for word in clean_line(words).split():
        settings = _with(settings, word)
    return settings


def _with(settings: Notify, word: str) -> Notify:
    key, equals, value = word.partition("=")
    if word == "default":
        return Notify()
    if word == "off":
        return replace(settings, kinds=dict.fromkeys(KINDS, ()))
    if key == "quiet" and equals:
        quiet = "" if value in ("off", "") else value
        if quiet and sum(end - start for start, end in _hours(quiet)) >= 1440:
            raise Invalid(N_("Quiet hours of a whole day let nothing through."), next=N_("Write such as 22:00-07:00."))
        return replace(settings, quiet=quiet)
    if key in WAYS and value in ("on", "off"):
        return replace(settings, kinds={k: _turned(k, ways, key, value == "on") for k, ways in settings.kinds.items()})
    if key not in KINDS or not equals:
        raise Invalid(N_("{item} is nothing one is told of."), item=word, next=N_("Known: {known}"),
                      known=", ".join((*KINDS, *WAYS, "quiet")))  # fmt: skip
    asked = [part for part in value.split(",") if part not in ("", "off")]
    if "on" in asked:
        asked = list(DEFAULT[key])
    for way in asked:
        if way not in WAYS:
            raise Invalid(N_("{item} is no way of telling."), item=way, next=N_("Known: {known}"),
                          known=", ".join((*WAYS, "on", "off")))  # fmt: skip
    return replace(settings, kinds={**settings.kinds, key: tuple(w for w in ALL if w in asked)})


def _turned(kind: str, ways: tuple[str, ...], way: str, on: bool) -> tuple[str, ...]:
    """With a way where it is usual for the kind, or without it."""
    if on and way in DEFAULT[kind]:
        return tuple(w for w in ALL if w in ways or w == way)
    return ways if on else tuple(w for w in ways if w != way)


def loaded(text: str) -> Notify:
    """What `stored` wrote; a kind it does not name is as in `DEFAULT`."""
    if not text:
        return Notify()
    raw: dict[str, Any] = json.loads(text)
    kinds = {kind: tuple(w for w in ALL if w in raw.get("kinds", {}).get(kind, DEFAULT[kind])) for kind in KINDS}
    return Notify(kinds, raw.get("quiet", ""))


def stored(settings: Notify) -> str:
    return json.dumps({"kinds": {k: list(ways) for k, ways in settings.kinds.items()}, "quiet": settings.quiet})


def _key(agent_id: str) -> str:
    return f"notify:{agent_id}"


def of_agent(conn: Connection, agent_id: str) -> Notify:
    """What an agent chose."""
    row = conn.execute("SELECT value FROM meta WHERE key = ?", (_key(agent_id),)).fetchone()
    return loaded(row[0] if row else "")


def keep(unit: UnitOfWork, agent_id: str, settings: Notify) -> None:
    """Keeps what an agent chose. Raises NotFound."""
    from desk.agents import need

    need(unit, agent_id)
    unit.conn.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (_key(agent_id), stored(settings)),
    )


# Which events are whose ----------------------------------------------------------------------------------


def kind_of(event: Event, me: str, owner: Callable[[int], str | None], writer: Callable[[int], str]) -> str:
    """What of `KINDS` an event is to `me`, "" for nothing. One's own acts are no news. `owner` gives whose a ticket is,
    `writer` who wrote an outbox row ("" for a rule)."""
    payload = event.payload
    if payload is None or (event.actor.kind == "agent" and event.actor.id == me):
        return ""
    ticket = event.ticket_id or 0
    if event.verb == "assigned":
        return "assigned" if payload.get("changes", {}).get("assignee_id", [None, None])[1] == me else ""
    if event.verb == "noted":
        return "mention" if me in payload.get("mentions", ()) else ""
    if event.verb == "unattended":
        return "unattended" if me in payload.get("agents", ()) else ""
    if event.verb == "told":
        return "told" if payload.get("agent") == me else ""
    if event.verb == "channel_fault":
        return "channel_fault" if payload.get("person") else ""
    if event.verb in ("clock_warned", "clock_breached"):
        mine = owner(ticket) == me and not payload.get("by_change")
        return ("due_soon" if event.verb == "clock_warned" else "breached") if mine else ""
    if event.verb in ("reply_failed", "reply_unknown", "deed_failed", "deed_unknown"):
        return "reply_failed" if (writer(payload.get("outbox_id", 0)) or owner(ticket)) == me else ""
    return ""
