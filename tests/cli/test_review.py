"""Reviews and forms of message on the command line, at stand-ins of Judge.me and Amazon."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.cli.options import Usage
from app.cli.review import stars
from app.wire import SystemClock, open_desk
from connectors.sandbox.amazon import AmazonSite
from connectors.sandbox.judgeme import JudgeMeSite
from connectors.sandbox.market import Market
from connectors.sandbox.web import Site, served
from connectors.sandbox.world import make_world
from store.values import DAY, SYSTEM
from tests.cli.conftest import Cli

WORDS = "It broke on the first day."


class Shops:
    """Amazon and Judge.me over one small market, by the real clock; each is linked with nothing in it, so that what
    comes then is news."""

    def __init__(self, stack: ExitStack, desk: Cli, folder: Path) -> None:
        self.desk, self.folder = desk, folder
        clock = SystemClock()
        self.market = Market(make_world(7, clock.now(), people=40, conversations=40), clock, platform="amazon", shop="amazon-de")
        self.market.threads.clear()
        self.market.orders[:] = self.market.orders[-4:]
        self.market.reviews.clear()
        self.amazon, self.judgeme = AmazonSite(clock, self.market), JudgeMeSite(clock, self.market)
        sites: dict[str, Site] = {"amazon": self.amazon, "judgeme": self.judgeme}
        for name, site in sites.items():
            settings, secrets = site.link(stack.enter_context(served(site)))  # type: ignore[attr-defined]
            words = [f"{key}={value}" for key, value in settings.items()]
            asked = [word for key in secrets for word in ("--secret-stdin", key)]
            typed = "".join(f"{value}\n" for value in secrets.values())
            found = desk("channel", "add", name, *words, *asked, "--since", "30d", stdin=typed)
            assert found.code == 0, found.err

    def sync(self) -> None:
        """A round in which everything held leaves."""
        store = open_desk(self.folder).store
        store.conn.execute("UPDATE outbox SET hold_until = 0 WHERE state = 'held'")
        store.close()
        assert self.desk("sync", "--once").code == 0


@pytest.fixture
def shops(desk: Cli, folder: Path) -> Iterator[Shops]:
    with ExitStack() as stack:
        yield Shops(stack, desk, folder)


def test_a_low_review_is_a_ticket_answered_in_public_and_in_private(desk: Cli, shops: Shops) -> None:
    shops.sync()
    low = shops.market.reviews_order(shops.market.orders[0], 1, WORDS)
    shops.sync()
    (review,) = desk("review", "list", "--unanswered", "--stars", "..2", "--channel", "judgeme", "--json").json["reviews"]
    assert (review["stars"], review["text"], review["answer"]) == (1, WORDS, None)
    ticket = str(review["ticket"])
    assert desk("show", ticket, "--json").json["type"] == "dispute_review"
    number = str(review["id"])
    tried = desk("review", "answer", number, "--text", "Sorry!", "--dry-run")
    assert tried.code == 0 and "PUBLIC" in tried.out
    assert desk("review", "answer", number, "--text", "Sorry!").code == 2, "nobody can be asked"
    sent = desk("review", "answer", number, "-", "--yes", "--then", "solved", "--json", stdin="Sorry!\n")
    assert sent.code == 0, sent.err
    assert (sent.json["state"], str(sent.json["ticket"])) == ("held", ticket)
    assert desk("review", "show", number, "--json").json["answer"] == "held"
    again = desk("review", "answer", number, "--text", "Sorry!", "--yes")
    assert again.code == 1 and "outbox" in again.err
    assert desk("reply", ticket, "--text", "We write to you alone.", "--yes").code == 0
    shops.sync()
    assert low.reply == "Sorry!"
    assert shops.judgeme.private == [(low.id, "We write to you alone.")]
    shown = desk("review", "show", number, "--json").json
    assert (shown["answer"], shown["reply"]) == ("answered", "Sorry!")
    assert "answered" in desk("review", "show", number).out
    assert desk("review", "list", "--unanswered", "--channel", "judgeme", "--json").json["reviews"] == []
    assert WORDS in desk("review", "list", "--format", "csv").out


def test_what_amazon_does_not_take_is_refused_with_the_reason(desk: Cli, shops: Shops) -> None:
    shops.market.reviews_order(shops.market.orders[0], 4, "Fine.").at -= 2 * DAY
    shops.sync()
    (review,) = desk("review", "list", "--channel", "amazon", "--json").json["reviews"]
    found = desk("review", "answer", str(review["id"]), "--text", "Thanks", "--yes")
    assert found.code == 1 and "answered in Seller Central" in found.err
    assert "Seller Central" in desk("review", "show", str(review["id"])).out
    assert desk("review", "show", "999").code == 1


def ticket_of(shops: Shops) -> str:
    """A ticket about the newest order of Amazon."""
    store = open_desk(shops.folder).store
    order = shops.market.orders[-1].number
    made = shops.desk("new", "--customer", "Marie <marie@buyer.example>", "--subject", f"Order {order}", "--text",
                      f"Where is the invoice for order {order}?", "--json").json  # fmt: skip
    with store.write(SYSTEM) as unit:
        unit.conn.execute("INSERT OR IGNORE INTO ticket_order (ticket_id, order_id) SELECT ?, id FROM orders WHERE number = ?",
                          (made["ticket"], order))  # fmt: skip
    store.close()
    return str(made["ticket"])


def test_a_form_of_message_goes_out_where_the_order_allows_it(desk: Cli, shops: Shops, tmp_path: Path) -> None:
    shops.sync()
    ticket = ticket_of(shops)
    found = {f["id"]: f for f in desk("form", "list", ticket, "--json").json["forms"]}
    assert found["unexpectedProblem"]["longest"] == 2_000 and found["invoice"]["files"] and "warranty" not in found
    assert "Send the invoice" in desk("form", "list", ticket).out
    refused = desk("form", "send", ticket, "warranty", "--attach", str(paper(tmp_path)), "--yes")
    assert refused.code == 1 and "does not allow warranty" in refused.err
    assert desk("form", "send", ticket, "invoce").code == 2
    assert "needs a file" in desk("form", "send", ticket, "invoice", "--yes").err
    assert desk("form", "send", ticket, "invoice", "--attach", str(paper(tmp_path)), "--dry-run").code == 0
    assert shops.amazon.orders.sent == []
    for argv in (("invoice", "--attach", str(paper(tmp_path))), ("unexpectedProblem", "--text", "Your lamp leaves later.")):
        sent = desk("form", "send", ticket, *argv, "--yes", "--json")
        assert (sent.code, sent.err) == (0, "")
    shops.sync()
    order = shops.market.orders[-1].number
    assert [(o, form) for o, form, _text in shops.amazon.orders.sent] == [(order, "invoice"), (order, "unexpectedProblem")]
    shown = desk("show", ticket, "--json").json
    assert shown["status"] == "new", "a form answers nothing"
    assert "Your lamp leaves later." in desk("show", ticket).out


def paper(folder: Path) -> Path:
    path = folder / "invoice.pdf"
    path.write_bytes(b"%PDF-1.4 invoice")
    return path


def test_a_ticket_without_such_an_order_has_no_forms(desk: Cli, shops: Shops) -> None:
    made = desk("new", "--customer", "Marie <marie@buyer.example>", "--subject", "Hello", "--text", "Hello", "--json").json
    found = desk("form", "list", str(made["ticket"]))
    assert found.code == 1 and "no order of a platform" in found.err


@pytest.mark.parametrize(("text", "found"), [("", (0, 5)), ("3", (3, 3)), ("..2", (1, 2)), ("4..", (4, 5)), ("2..3", (2, 3))])
def test_stars_are_read(text: str, found: tuple[int, int]) -> None:
    assert stars(text) == found


@pytest.mark.parametrize("text", ["..", "6", "0", "x", "1-2"])
def test_what_are_no_stars_is_said(text: str) -> None:
    with pytest.raises(Usage):
        stars(text)
