"""What a new desk still lacks, read from the desk itself: nothing is ticked off by hand, and nothing twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from app import habits
from app.lines import Line
from app.words import _
from store import events
from store.connection import Connection
from store.errors import N_
from store.values import DAY, Instant

NEW_FOR = 14 * DAY
"""So long the inbox says what is missing; later only a desk without any channel does."""

_MANY = 100
"""A desk with more tickets than this is no new one: it works, or is there to practise on."""


class FirstStep(NamedTuple):
    """Something a desk needs. `label` and `how` are message ids; `act` is what leads there, "" where nothing here does."""

    id: str
    label: str
    how: str
    act: str
    done: bool


_STEPS = (
    ("channel", N_("Connect a channel"), "go.setup:channels",
     N_("A mailbox or a shop. Its form signs in and looks, before it keeps anything.")),
    ("sync", N_("Let sync run"), "go.sync",
     N_("Without it nothing arrives and nothing leaves. It runs outside the workstation; Enter copies the command.")),
    ("mail", N_("Receive a first message"), "",
     N_("Write to the shop's address from another account: within a minute it is here, with an owner and a clock.")),
    ("reply", N_("Send a first reply"), "",
     N_("r or t on a ticket. It waits ten seconds before it leaves; z takes it back.")),
    ("colleague", N_("Add a colleague"), "go.setup:agents",
     N_("Who works alone may leave it. Colleagues come in over SSH and work at the same time.")),
    ("languages", N_("Say which languages you speak"), "go.setup:agents",
     N_("Tickets go to somebody who reads the buyer's language; without this, nobody fits better than another.")),
    ("holidays", N_("Enter your holidays"), "go.setup:calendars",
     N_("Clocks that count working hours stand still on them.")),
    ("template", N_("Make a template yours"), "go.templates",
     N_("They ship in several languages. Change the words until they sound like your shop.")),
    ("rules", N_("Try a pack of rules"), "go.setup:packs",
     N_("Space puts one into shadow: it only notes what it would have done.")),
)  # fmt: skip


def first_steps(conn: Connection, me: str, now: Instant) -> list[FirstStep]:
    """Every step, in the order in which they are best taken."""
    done = {
        "channel": _any(conn, "SELECT 1 FROM channel WHERE state <> 'removed' AND settings <> '{}'"),
        "sync": _any(conn, "SELECT 1 FROM lease WHERE name = 'sync' AND expires_at > ?", now),
        "mail": _any(conn, "SELECT 1 FROM message"),
        "reply": _any(conn, "SELECT 1 FROM outbox WHERE state = 'sent'"),
        "colleague": _any(conn, "SELECT 1 FROM agent WHERE active AND id <> ?", me),
        "languages": _any(conn, "SELECT 1 FROM agent WHERE id = ? AND languages NOT IN ('', '{}')", me),
        "holidays": _any(conn, "SELECT 1 FROM calendar WHERE name = 'shop' AND body LIKE '%\"off\"%'"),
        "template": any((e.payload or {}).get("kind") == "template" for e in events.of_setup(conn, "setup_saved")),
        "rules": _any(conn, "SELECT 1 FROM rule WHERE state <> 'off'"),
    }
    return [FirstStep(ident, label, how, act, done[ident]) for ident, label, act, how in _STEPS]


def unfinished(conn: Connection, me: str, now: Instant) -> list[FirstStep]:
    """The steps, while this person's inbox should say them: nothing where all is done, put away, or long past."""
    if habits.chosen(conn, "first", me):
        return []
    if _any(conn, "SELECT 1 FROM ticket LIMIT 1 OFFSET ?", _MANY):
        return []
    steps = first_steps(conn, me, now)
    made = conn.execute("SELECT value FROM meta WHERE key = 'created_at'").fetchone()
    young = made is not None and now - int(made[0]) < NEW_FOR
    return steps if not all(step.done for step in steps) and (young or not steps[0].done) else []


def lines(steps: Sequence[FirstStep], key: str) -> list[Line]:
    """How an empty inbox says them; `key` opens them as a list."""
    done = sum(step.done for step in steps)
    said: list[Line] = [
        ((f"   {_('First steps')}", "strong"), (f"   {_('{n} of {all} done').format(n=done, all=len(steps))}", "muted")), (),
    ]  # fmt: skip
    said += [
        ((f"   {'✓' if step.done else '○'} ", "done" if step.done else "warning"),
         (_(step.label), "muted" if step.done else "text"))
        for step in steps
    ]  # fmt: skip
    return [*said, (), (("   ", "text"), (f"Enter  {key}", "key"), (f"  {_('goes through them')}", "muted"))]


def _any(conn: Connection, sql: str, *values: object) -> bool:
    return conn.execute(sql, values).fetchone() is not None
