"""Buyers who live: they write about their orders every minute or so, and answer what the shop writes to them."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from random import Random

from connectors.sandbox.mail import MailStandIn
from connectors.sandbox.mail_state import Envelope
from connectors.sandbox.world import post, talks
from connectors.sandbox.world.data import texts
from connectors.sandbox.world.living import Living, Pace
from connectors.sandbox.world.records import TROUBLES, Buyer, Order, Shop, World
from connectors.sandbox.world.trade import order as make_order
from store.values import Instant

OUTSIDE, PASSWORD = "world@mailbox.example", "practice"
"""The account with which everybody who is not the shop hands in mail, and every account's password."""


def users(shops: tuple[Shop, ...]) -> dict[str, str]:
    """The accounts a stand-in needs for this world."""
    return {OUTSIDE: PASSWORD, **{s.address: PASSWORD for s in shops}}


class Buyers(Living):
    """`with Buyers(world, server, now):` they live in a thread. `tick` does the same by hand, for tests.

    Mail to the shop's addresses lands in its folders, whoever hands it in; mail to anybody else reaches its buyer.
    `now` dates the mails (UTC milliseconds), `clock` (seconds, any origin) paces them.
    """

    def __init__(
        self, world: World, server: MailStandIn, now: Callable[[], Instant], *, pace: Pace | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        super().__init__("buyers", clock)
        self._world, self._server, self._now = world, server, now
        self._pace = pace or Pace()
        self._rng = Random(f"{world.seed}/alive/{now()}")
        self._known = dict(world.by_address())
        self._folders = {s.address: s.folder for s in world.shops}
        self._coming = [(trouble, order) for trouble, order in world.coming if order.buyer.shop.by_mail]
        self._taken = {o.number for o in world.orders}
        self._count = 0
        self._answered: dict[str, int] = {}
        server.on_accept(self._accepted)

    def begin(self) -> None:
        self.plan(self._pace.first, self._write)

    def open_folders(self) -> None:
        """Gives each account its mailbox, so that it can be read before anybody writes."""
        for shop in self._world.shops:
            self._server.add_folder(shop.folder)

    def hand_in(self, raw: bytes, to: str) -> None:
        """A mail from outside goes in by SMTP, as from any other server."""
        with smtplib.SMTP("127.0.0.1", self._server.smtp_port, timeout=10) as smtp:
            smtp.login(OUTSIDE, PASSWORD)
            smtp.sendmail(OUTSIDE, [to], raw)

    def write(self, trouble: str, bought: Order) -> str:
        """A buyer writes about an order; returns the Message-ID."""
        talk = talks.talk(self._rng, 0, bought, trouble)
        return self.send(bought.buyer, talk.subject, talk.turns[0].text, bought)

    def send(self, buyer: Buyer, subject: str, text: str, bought: Order | None = None) -> str:
        """A buyer sends a mail; returns its Message-ID."""
        message_id = self._next_id(buyer)
        raw = post.new_mail(buyer, subject, text, message_id=message_id, at=self._now(),
                            order=bought.number if bought else "", program=self._rng.choice(post.PROGRAMS))  # fmt: skip
        self.hand_in(raw, buyer.shop.address)
        return message_id

    def answer(self, buyer: Buyer, ours: bytes, text: str = "") -> str:
        """A buyer answers a mail of ours, in `text` or in words of their own; returns the Message-ID."""
        message_id = self._next_id(buyer)
        words = texts(buyer.lang)["talk"]
        said = text or talks.letter(
            self._rng, buyer, self._rng.choice([*words["pleased"], *words["again"]]), short=True
        )
        raw = post.answer(
            buyer, ours, said, message_id=message_id, at=self._now(), program=self._rng.choice(post.PROGRAMS)
        )
        self.hand_in(raw, buyer.shop.address)
        return message_id

    def _next_id(self, buyer: Buyer) -> str:
        self._count += 1
        return f"<alive-{self._now()}-{self._count}@{buyer.address.rpartition('@')[2]}>"

    def _accepted(self, envelope: Envelope) -> None:
        for recipient in envelope.recipients:
            if folder := self._folders.get(recipient):
                self._server.deliver(envelope.raw, folder, at=self._now() / 1000)
            elif (buyer := self._known.get(recipient)) is not None and envelope.sender in self._folders:
                self._consider(buyer, envelope.raw)

    def _consider(self, buyer: Buyer, ours: bytes) -> None:
        """Most people answer a person once or twice; nobody answers a machine."""
        read = message_from_bytes(ours, policy=default)
        if str(read["Auto-Submitted"] or "no") != "no" or self._rng.random() > self._pace.answers:
            return
        if self._answered.get(buyer.address, 0) < 2:
            self._answered[buyer.address] = self._answered.get(buyer.address, 0) + 1
            wait = self._rng.uniform(*self._pace.answer)
            self.plan(wait, lambda: self._quietly(lambda: self.answer(buyer, ours)))

    def _write(self) -> None:
        self.plan(self._rng.uniform(*self._pace.between), self._write)
        trouble, bought = self._next_trouble()
        self._quietly(lambda: self.write(trouble, bought))

    def _next_trouble(self) -> tuple[str, Order]:
        """One that was to come; when all have, somebody buys something new."""
        if self._coming:
            return self._coming.pop(self._rng.randrange(len(self._coming)))
        trouble = self._rng.choice(TROUBLES)
        buyer = self._rng.choice([b for b in self._world.buyers if b.shop.by_mail])
        return trouble, make_order(self._rng, buyer, trouble, self._now(), self._taken)

    def _quietly(self, act: Callable[[], object]) -> None:
        """A post office that is closing down is nothing a buyer could mend."""
        try:
            act()
        except (OSError, smtplib.SMTPException):
            self._stopping = self._stopping or self._server.smtp_port == 0
