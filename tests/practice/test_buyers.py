"""Buyers who live: they write by SMTP into the shop's folders, and answer people but never machines."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from connectors.sandbox.mail import MailStandIn
from connectors.sandbox.world import World
from connectors.sandbox.world.buyers import PASSWORD, Buyers, users
from connectors.sandbox.world.living import Pace
from desk.reading.parse import read_mail
from tests.practice.conftest import NOON

SURE = Pace(first=1.0, between=(60.0, 60.0), answer=(5.0, 5.0), answers=1.0)


@pytest.fixture
def server(world: World) -> Iterator[MailStandIn]:
    with MailStandIn(users=users(world.shops)) as running:
        yield running


@pytest.fixture
def buyers(world: World, server: MailStandIn) -> Buyers:
    return Buyers(world, server, lambda: NOON, pace=SURE, clock=lambda: 0.0)


def eventually(holds: Callable[[], object]) -> None:
    """The stand-in tells of a mail in a thread of its own."""
    deadline = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def reply(world: World, server: MailStandIn, to: str, **headers: str) -> bytes:
    shop = next(s for s in world.shops if s.id == "mail")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = shop.address, to, "Re: Hello"
    mail["Message-ID"], mail["References"] = "<ours@nordlicht.example>", "<theirs@mailbox.example>"
    mail["Date"] = "Wed, 18 Nov 2026 10:00:00 +0000"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("We are looking into it.\n\nAna")
    with smtplib.SMTP("127.0.0.1", server.smtp_port) as smtp:
        smtp.login(shop.address, PASSWORD)
        smtp.send_message(mail)
    return mail.as_bytes()


@pytest.mark.parametrize("shop", ["mail", "amazon-mx", "ebay-de", "walmart"])
def test_a_mail_lands_in_its_accounts_folder_and_the_reader_knows_the_platform(
    world: World, server: MailStandIn, buyers: Buyers, shop: str
) -> None:
    trouble, order = next((t, o) for t, o in world.coming if o.buyer.shop.id == shop)
    buyers.write(trouble, order)
    folder = order.buyer.shop.folder
    eventually(lambda: server.mails(folder))
    mail = read_mail(server.mails(folder)[0])
    assert mail.automatic is None
    assert (mail.relay.platform if mail.relay else "email") == order.buyer.shop.platform
    if mail.relay:
        assert (mail.relay.author, mail.relay.alias) == ("buyer", order.buyer.address)


@pytest.mark.parametrize("lang", ["en", "de", "fr", "es", "it", "ja", "zh-CN", "pt", "nl"])
def test_an_answer_is_threaded_and_its_quote_folds(
    world: World, server: MailStandIn, buyers: Buyers, lang: str
) -> None:
    buyer = next(b for b in world.buyers if b.lang == lang and b.shop.platform in ("email", "shopify"))
    ours = reply(world, server, "somebody@else.example")
    for n in range(6):  # every mail program writes differently
        buyers.answer(buyer, ours, "Thank you very much.")
        eventually(lambda n=n: len(server.mails(buyer.shop.folder)) == n + 1)
    for raw in server.mails(buyer.shop.folder):
        mail = read_mail(raw)
        assert mail.in_reply_to == "ours@nordlicht.example"
        assert mail.references == ("theirs@mailbox.example", "ours@nordlicht.example")
        assert mail.text == "Thank you very much."
        assert "We are looking into it." in mail.quoted


def test_people_answer_people_twice_at_most(world: World, server: MailStandIn, buyers: Buyers) -> None:
    buyer = next(b for b in world.buyers if b.shop.id == "mail")
    for _ in range(3):
        reply(world, server, buyer.address)
    eventually(lambda: buyers.tick(0.0) == 5.0)
    reply(world, server, buyer.address, Auto_Submitted="auto-replied")
    eventually(lambda: len(server.sent) == 4)
    assert buyers.tick(4.9) == 5.0
    assert buyers.tick(5.0) is None
    eventually(lambda: len(server.mails("INBOX")) == 2)
    assert all(message_from_bytes(m, policy=default)["In-Reply-To"] for m in server.mails("INBOX"))


def test_they_write_again_and_again(world: World, server: MailStandIn) -> None:
    with Buyers(world, server, lambda: NOON, pace=Pace(first=0.0, between=(0.0, 0.0), answers=0.0)):
        eventually(lambda: sum(len(server.mails(s.folder)) for s in world.shops) >= 5)
