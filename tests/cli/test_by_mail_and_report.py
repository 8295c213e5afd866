"""A seller without any API: the marketplace's relay mail and its downloaded reports do the whole job (guide, page 9)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from app.wire import open_desk
from connectors.sandbox.mail import MailStandIn
from store.sql import history
from tests.cli.conftest import Cli

PASSWORD, CARE = "practice", "care@shop.example"
ALIAS, NUMBER = "x7k2m9p4q1w8z@marketplace.amazon.de", "306-1234567-1234567"
ORDERS = (
    "order-id\torder-item-id\tpurchase-date\tbuyer-email\tbuyer-name\tsku\tproduct-name\tquantity-purchased\tcurrency\titem-price\t"
    "item-tax\tship-country\n"
    f"{NUMBER}\t11\t2026-11-01T10:00:00+00:00\t{ALIAS}\tAnn Bee\tL1\tLampe\t2\tEUR\t20.00\t3.80\tDE\n"
    f"{NUMBER}\t12\t2026-11-01T10:00:00+00:00\t{ALIAS}\tAnn Bee\tL2\tSchirm\t1\tEUR\t5.00\t0.95\tDE\n"
)
ALL = (
    "amazon-order-id\tpurchase-date\tlast-updated-date\torder-status\tfulfillment-channel\tproduct-name\tsku\tquantity\tcurrency\t"
    f"item-price\n{NUMBER}\t2026-11-01T10:00:00+00:00\t2026-11-05T10:00:00+00:00\t{{status}}\tAmazon\tLampe\tL1\t2\tEUR\t20.00\n"
)
SHIPMENTS = (
    "amazon-order-id\tshipment-id\tamazon-order-item-id\tpurchase-date\tshipment-date\tsku\tproduct-name\tquantity-shipped\t"
    f"currency\titem-price\tcarrier\ttracking-number\n{NUMBER}\tD1\t11\t2026-11-01T10:00:00+00:00\t2026-11-02T10:00:00+00:00\tL1\tLampe\t2\t"
    "EUR\t20.00\tDHL\t00340434292135100186\n"
)
RETURNS = (
    "Order ID\tReturn request date\tReturn request status\tAmazon RMA ID\tReturn Reason\tMerchant SKU\tRefunded amount\t"
    f"Currency code\tA-to-Z Claim\n{NUMBER}\t20-Nov-2026\t{{state}}\tD9RRMA\tCR-DEFECTIVE\tL1\t20.00\tEUR\tN\n"
    f"{NUMBER}\t20-Nov-2026\t{{state}}\tD9RRMA\tCR-DEFECTIVE\tL2\t5.00\tEUR\tN\n"
)
SETTLEMENT = (
    "settlement-id\tdeposit-date\ttotal-amount\tcurrency\ttransaction-type\torder-id\tadjustment-id\tamount-type\tamount-description\t"
    "amount\tposted-date\tsku\n"
    "77\t2026-11-30\t100.00\tEUR\t\t\t\t\t\t\t\t\n"
    f"77\t\t\t\tOrder\t{NUMBER}\t\tItemPrice\tPrincipal\t20.00\t2026-11-02\tL1\n"
    f"77\t\t\t\tRefund\t{NUMBER}\tADJ1\tItemPrice\tPrincipal\t-20.00\t2026-11-21\tL1\n"
    f"77\t\t\t\tRefund\t{NUMBER}\tADJ1\tItemPrice\tTax\t-3.80\t2026-11-21\tL1\n"
    f"77\t\t\t\tRefund\t{NUMBER}\tADJ1\tItemFees\tCommission\t3.00\t2026-11-21\tL1\n"
)
FEEDBACK = f"Date\tRating\tComments\tYour Response\tOrder ID\tRater Email\n11/21/26\t4\tGood lamp\t\t{NUMBER}\t{ALIAS}\n"


def relay(key: str, words: str, *, kind: str = "BBC_MESSAGE_SENT_TO_MERCHANT", order: str = NUMBER) -> bytes:
    return (
        f"From: Ann - Amazon Marketplace <{ALIAS}>\r\nTo: {CARE}\r\nMessage-ID: <{key}@email.amazonses.com>\r\n"
        f"Subject: Anfrage von Amazon-Kunde Ann (Bestellung: {order})\r\nX-Space-Notification-Type: {kind}\r\n"
        "X-Marketplace-ID: A1PA6795UKMFR9\r\nAuto-Submitted: auto-generated\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        f"<p>Sie haben eine Nachricht.</p><pre>{words}</pre><p>[commMgrTok:ABC]</p>\r\n"
    ).encode()


def notice(key: str, subject: str, text: str) -> bytes:
    return (
        f"From: Amazon <seller-notification@amazon.de>\r\nTo: {CARE}\r\nMessage-ID: <{key}@email.amazonses.com>\r\n"
        f"Subject: {subject}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    ).encode()


@pytest.fixture
def server() -> Iterator[MailStandIn]:
    with MailStandIn(users={CARE: PASSWORD}) as running:
        yield running


@pytest.fixture
def seller(desk: Cli, server: MailStandIn) -> Cli:
    """A desk with a mailbox and nothing else."""
    made = desk("channel", "add", "--id", "mail", "--name", "Care", "--since", "all", "--secret-stdin", "password",
                "imap_host=127.0.0.1", "smtp_host=127.0.0.1", "imap_tls=plain", "smtp_tls=plain", f"user={CARE}",
                f"imap_port={server.imap_port}", f"smtp_port={server.smtp_port}", stdin=f"{PASSWORD}\n")  # fmt: skip
    assert made.code == 0, made.err
    return desk


@pytest.fixture
def bring(seller: Cli, tmp_path: Path) -> Callable[..., Any]:
    """`bring(orders=ORDERS)` imports texts as files a seller downloaded."""

    def call(**files: str) -> Any:
        paths = []
        for name, text in files.items():
            paths.append(tmp_path / f"{name}.txt")
            paths[-1].write_text(text, "utf-8")
        done = seller("import", "--since", "all", "--json", *paths).json
        assert done["bad"] == []
        return done

    return call


def sync(seller: Cli) -> None:
    assert seller("sync", "--once").code == 0


def cases(folder: Path, ticket: int) -> dict[str, tuple[str, bool, int | None]]:
    """Kind → state, whether it is open, amount: what the order card shows of a ticket."""
    store = open_desk(folder).store
    found = history.cases_of_ticket(store.conn, ticket)
    store.close()
    return {c.kind: (c.state, bool(c.is_open), c.amount_minor) for c in found}


def leave(seller: Cli, server: MailStandIn, folder: Path) -> Message:
    """Ends the time in which a reply can be taken back, and gives the mail that left."""
    store = open_desk(folder).store
    store.conn.execute("UPDATE outbox SET hold_until = 0")
    store.close()
    sync(seller)
    return message_from_bytes(server.sent[-1].raw)


def one_order(seller: Cli, number: str = NUMBER) -> Any:
    (found,) = seller("order", "show", number, "--json").json["orders"]
    return found


def open_ones(seller: Cli) -> list[int]:
    """Open tickets that people wrote, not the platform."""
    return [t["id"] for t in seller("list", "is:open -is:automatic", "--json").json["tickets"]]


def test_mail_and_reports_make_one_ticket_with_its_order_parcel_return_and_refund(
    seller: Cli, server: MailStandIn, bring: Callable[..., Any], folder: Path
) -> None:
    assert seller("sla", "enable", "amz.msg").code == 0
    server.deliver(notice("n1", f"Verkauft, jetzt versenden: {NUMBER}", f"Bestellung {NUMBER}, Versand an Ann Bee"))
    server.deliver(relay("b1", "Die Lampe ist defekt.\nBitte helfen."))
    server.deliver(notice("n2", f"Rücksendeantrag für Bestellung {NUMBER}", "Ein Käufer möchte zurücksenden."))
    server.deliver(notice("n3", f"A-to-z claim for order {NUMBER}", "The buyer filed a claim."))
    sync(seller)
    (ticket,) = open_ones(seller)
    shown = seller("show", str(ticket), "--json").json
    assert (shown["platform"], [m["text"] for m in shown["messages"]]) == ("amazon", ["Die Lampe ist defekt.\nBitte helfen."])
    (clock,) = [c for c in shown["clocks"] if c["policy"] == "amz.msg"]
    assert seconds(clock["due"]) - seconds(clock["started"]) == 24 * 3600
    told = seller("list", "is:automatic platform:amazon", "--json").json["tickets"]
    assert {(t["type"], t["due"]) for t in told} == {("other", None), ("return_exchange", None), ("dispute_review", None)}

    reports = {"orders": ORDERS, "all": ALL.format(status="Shipped"), "shipments": SHIPMENTS,
               "returns": RETURNS.format(state="Approved"), "settlement": SETTLEMENT, "feedback": FEEDBACK}  # fmt: skip
    done = bring(**reports)
    assert (done["orders"], done["returns"], done["reviews"]) == (1, 2, 1)
    order = one_order(seller)
    assert ticket in order["tickets"] and order["status"] == "Shipped"
    assert [(i["sku"], i["quantity"]) for i in order["items"]] == [("L1", 2), ("L2", 1)]
    assert [p["tracking"] for p in order["shipments"]] == ["00340434292135100186"]
    assert cases(folder, ticket) == {"return": ("Approved", True, 2500), "refund": ("Refund", False, 2380)}
    assert open_ones(seller) == [ticket], "the return joined the buyer's ticket"

    again = bring(**reports)
    assert [again[k] for k in ("orders", "returns", "reviews", "changed")] == [0, 0, 0, 0], "a report again doubles nothing"
    later = bring(all=ALL.format(status="Returned").replace("11-05", "11-25"), returns=RETURNS.format(state="Completed"))
    assert (later["orders"], later["returns"], later["changed"]) == (0, 0, 2)
    assert one_order(seller)["status"] == "Returned"
    assert cases(folder, ticket)["return"] == ("Completed", False, 2500)


def test_the_answer_goes_to_the_relay_address_and_what_amazon_forbids_is_said_before(
    seller: Cli, server: MailStandIn, folder: Path
) -> None:
    server.deliver(relay("b1", "Wo ist mein Paket?"))
    sync(seller)
    (ticket,) = open_ones(seller)
    said = seller("reply", str(ticket), "--text", "See https://shop.example or call 0171 5550133", "--dry-run")
    assert "forbids links" in said.err and "forbids telephone numbers" in said.err
    assert len(seller("reply", str(ticket), "--text", "Mail me@shop.example", "--dry-run", "--json").json["warnings"]) == 1
    fine = seller("reply", str(ticket), "--text", f"Bestellung {NUMBER} kommt morgen.", "--yes", "--json").json
    assert (fine["to"], fine["warnings"]) == ([ALIAS], [])
    left = leave(seller, server, folder)
    assert (left["To"], left["From"], left["In-Reply-To"]) == (ALIAS, CARE, "<b1@email.amazonses.com>")
    assert server.sent[-1].recipients == (ALIAS,)
    server.deliver(relay("b2", "Danke!", order="").replace(b"(Bestellung: )", b""))
    server.deliver(relay("c1", "Gern.", kind="BBC_MESSAGE_CONFIRMATION_TO_MERCHANT"))
    sync(seller)
    assert open_ones(seller) == [ticket]
    assert [m["direction"] for m in seller("show", str(ticket), "--json").json["messages"]] == ["in", "out", "in", "out"]


def test_a_return_a_report_told_first_becomes_the_buyers_when_they_write(
    seller: Cli, server: MailStandIn, bring: Callable[..., Any], folder: Path
) -> None:
    bring(all=ALL.format(status="Shipped"), returns=RETURNS.format(state="Pending"))
    (ticket,) = open_ones(seller)
    refused = seller("reply", str(ticket), "--text", "Please send it back.", "--yes")
    assert refused.code == 1 and "only holds what was imported" in refused.err
    server.deliver(relay("b1", "Wann bekomme ich mein Geld?"))
    sync(seller)
    assert open_ones(seller) == [ticket]
    shown = seller("show", str(ticket), "--json").json
    assert (shown["channel"], shown["customer"]["email"], shown["type"]) == ("mail", ALIAS, "defective")
    seller("reply", str(ticket), "--text", "Heute.", "--yes")
    assert leave(seller, server, folder)["To"] == ALIAS


def test_a_return_of_a_known_buyer_can_be_answered_before_they_write(
    seller: Cli, server: MailStandIn, bring: Callable[..., Any], folder: Path
) -> None:
    server.deliver(notice("n1", f"Verkauft, jetzt versenden: {NUMBER}", f"Bestellung {NUMBER}"))
    sync(seller)
    bring(orders=ORDERS, returns=RETURNS.format(state="Pending"))
    (ticket,) = open_ones(seller)
    assert seller("show", str(ticket), "--json").json["channel"] == "mail"
    seller("reply", str(ticket), "--text", "Bitte senden Sie die Lampe zurück.", "--yes")
    assert leave(seller, server, folder)["To"] == ALIAS


WALMART, PLACED = "200012345678901", "108912345678"
W_ALIAS = "5a7f3b2c1d@relay.walmart.com"
W_ORDERS = (
    "PO#,Order#,Order Date,Status,Customer Name,Ship to Country,SKU,Item Description,Qty,Item Cost,Tax,Carrier,Tracking Number\n"
    f"{PLACED},{WALMART},2026-11-18,{{status}},Ann Bee,USA,L1,Lamp,1,19.99,1.60,FedEx,449044304137821\n"
)
W_RETURNS = (
    "Return Order #,Customer Order #,Return Reason,Return Date,Refund Amount,Status,SKU\n"
    f"900,{WALMART},DAMAGED,2026-11-20,21.59,{{state}},L1\n"
)


def test_walmart_by_mail_and_report(seller: Cli, server: MailStandIn, bring: Callable[..., Any], folder: Path) -> None:
    assert seller("sla", "enable", "wmt.msg").code == 0
    server.deliver((
        f"From: Ann Bee <{W_ALIAS}>\r\nTo: {CARE}\r\nMessage-ID: <w1@relay.walmart.com>\r\n"
        f"Subject: Question about order {WALMART}\r\nContent-Type: text/plain\r\n\r\nMy lamp arrived broken.\r\n"
    ).encode())  # fmt: skip
    sync(seller)
    (ticket,) = open_ones(seller)
    done = bring(orders=W_ORDERS.format(status="Shipped"), returns=W_RETURNS.format(state="Initiated"))
    assert (done["orders"], done["returns"]) == (1, 1)
    assert open_ones(seller) == [ticket], "the return joined the buyer's ticket"
    assert ticket in one_order(seller, WALMART)["tickets"]
    assert cases(folder, ticket) == {"return": ("Initiated", True, 2159)}
    again = bring(orders=W_ORDERS.format(status="Delivered"), returns=W_RETURNS.format(state="Completed"))
    assert (again["orders"], again["returns"], again["changed"]) == (0, 0, 2)
    seller("reply", str(ticket), "--text", "A new one leaves today.", "--yes")
    assert leave(seller, server, folder)["To"] == W_ALIAS


def seconds(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
