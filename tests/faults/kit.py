"""A desk connected to the stand-in mail server, made of the house's own verbs: for fault and end-to-end tests."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

from connectors.sandbox.mail import MailStandIn
from desk import channels, setup
from desk.agents import NewAgent
from store.sql.rows import Agent
from store.unit import Store
from store.values import SYSTEM, Actor, Instant
from store.vault import Vault
from tests.mould import new_desk

T0: Instant = 1_795_000_000_000
"""2026-11-18, a Wednesday."""
USER, PASSWORD = "care@shop.example", "practice"
ANA, BEN = Actor("agent", "ana"), Actor("agent", "ben")
TEAM = (NewAgent("ana", "Ana Ruiz", role="admin"), NewAgent("ben", "Ben"))


class FrozenClock:
    def __init__(self, now: Instant = T0) -> None:
        self.time = now

    def now(self) -> Instant:
        return self.time


class Ids:
    """The same ids in the same order every time."""

    def __init__(self, prefix: str = "id") -> None:
        self._made: Iterator[str] = (f"{prefix}{n:04}" for n in count(1))

    def __call__(self) -> str:
        return next(self._made)


def settings(server: MailStandIn, **more: object) -> dict[str, object]:
    """A mail channel on `server`."""
    imap_port, smtp_port = server.imap_port, server.smtp_port
    return {
        "imap_host": "127.0.0.1", "imap_port": imap_port, "imap_tls": "plain",
        "smtp_host": "127.0.0.1", "smtp_port": smtp_port, "smtp_tls": "plain",
        "user": USER, "from_address": USER, "from_name": "Nordlicht", "timeout_seconds": 10,
    } | more  # fmt: skip


def make_desk(
    folder: Path, server: MailStandIn, *, store: Store | None = None, team: Sequence[NewAgent] = TEAM,
    since: Instant = 0, password: str = PASSWORD, **more: object,
) -> Store:  # fmt: skip
    """A furnished desk with one mail channel, `mail`, on `server`. The store stays open."""
    from app.wire import SystemClock, fresh_id

    made = store or new_desk(folder, clock=SystemClock(), ids=fresh_id, name="Nordlicht Shop")
    with made.write(SYSTEM) as unit:
        setup.furnish(unit, zone="UTC", people=team)
        channels.add(unit, "mail", platform="email", name="Nordlicht mail", label="MAIL",
                     settings=settings(server, **more), since=since)  # fmt: skip
    Vault(folder).put("channel/mail/password", password)
    return made


def with_a_channel(folder: Path) -> None:
    """A channel for tickets opened by hand; it reaches nobody."""
    from app.wire import open_desk

    opened = open_desk(folder).store
    with opened.write(SYSTEM) as unit:
        channels.add(unit, "hand", platform="email", name="By hand", label="HAND", settings={}, since=0)
    opened.close()


def move_to(store: Store, server: MailStandIn) -> None:
    """Points the channel at another server."""
    with store.write(SYSTEM) as unit:
        old = json.loads(unit.conn.execute("SELECT settings FROM channel WHERE id = 'mail'").fetchone()[0])
        new = old | {"imap_port": server.imap_port, "smtp_port": server.smtp_port}
        unit.conn.execute("UPDATE channel SET settings = ? WHERE id = 'mail'", (json.dumps(new),))


def on_duty(store: Store, *agents: str) -> None:
    from desk.agents import set_presence

    with store.write(SYSTEM) as unit:
        for agent in agents:
            set_presence(unit, agent, "on")


def mail(
    number: int | str, *, name: str = "Anna Berg", address: str = "anna@buyer.example", subject: str = "",
    body: str = "Where is my parcel?", answers: str = "", message_id: str = "", to: str = USER,
) -> bytes:  # fmt: skip
    """A buyer's mail; its Message-ID is `buyer-NUMBER@buyer.example` unless said."""
    head = [
        f"From: {name} <{address}>", f"To: {to}", f"Subject: {subject or f'Question {number}'}",
        f"Message-ID: <{message_id or f'buyer-{number}@buyer.example'}>", "Date: Wed, 18 Nov 2026 10:00:00 +0000",
        *([f"In-Reply-To: <{answers}>", f"References: <{answers}>"] if answers else []),
        "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit",
    ]  # fmt: skip
    return ("\r\n".join(head) + "\r\n\r\n" + body + "\r\n").encode()


def message_ids(server: MailStandIn) -> list[str]:
    """Message-ID of every mail SMTP accepted, in order."""
    from email import message_from_bytes

    return [str(message_from_bytes(e.raw)["Message-ID"]) for e in server.sent]


def agent(store: Store, name: str) -> Agent:
    from store.sql import shop

    found = shop.agent(store.conn, name)
    assert found is not None
    return found
