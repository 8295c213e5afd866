"""Mail no person wrote is recognised; a marketplace carrying a buyer's words is not taken for it."""

from __future__ import annotations

import pytest

from desk.reading.parse import read_mail

REPORT = b"""From: Mail Delivery System <MAILER-DAEMON@mx.example>
Return-Path: <>
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

Your message could not be delivered.
--b
Content-Type: message/delivery-status

Final-Recipient: rfc822; x@y.example
Action: ACTION
--b
Content-Type: message/rfc822

Message-ID: <our-1@shop.example>
Subject: Hello

text
--b--
"""


def test_bounce_names_the_mail_that_came_back() -> None:
    mail = read_mail(REPORT.replace(b"ACTION", b"failed"))
    assert (mail.automatic, mail.bounced_id) == ("bounce", "our-1@shop.example")


def test_delay_notice_is_no_bounce() -> None:
    mail = read_mail(REPORT.replace(b"ACTION", b"delayed"))
    assert mail.automatic not in (None, "bounce")


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"Auto-Submitted: auto-replied", "vacation"),
        (b"X-Autoreply: yes", "vacation"),
        (b"Precedence: auto_reply", "vacation"),
        (b"Subject: Abwesenheitsnotiz: Urlaub", "vacation"),
        (b"Subject: =?utf-8?B?6Ieq5Yqo5Zue5aSN?=", "vacation"),
        (b"List-Id: <news.shop.example>", "list"),
        (b"List-Unsubscribe: <mailto:x@y.example>", "list"),
        (b"Precedence: bulk", "list"),
        (b"From: no-reply@shop.example", "no-reply"),
        (b"From: donotreply@shop.example", "no-reply"),
        (b"Auto-Submitted: auto-generated", "other"),
        (b"X-Auto-Response-Suppress: All", "other"),
        (b"X-Loop: x", "other"),
        (b"Auto-Submitted: no", None),
        (b"Subject: Out of stock?", None),
        (b"From: Noreen <noreen@buyer.example>", None),
    ],
)
def test_headers_of_automatic_mail(head: bytes, kind: str | None) -> None:
    raw = head + b"\n" + (b"" if head.startswith(b"From") else b"From: ann@buyer.example\n") + b"\nhello\n"
    assert read_mail(raw).automatic == kind


def test_an_answer_about_a_failed_delivery_is_a_persons() -> None:
    mail = read_mail(
        b"From: ann@buyer.example\nIn-Reply-To: <a@b>\nSubject: Re: Delivery failed\n\nThe courier "
        b"did not come, it was not delivered.\n"
    )
    assert mail.automatic is None


AMAZON = b"""From: Ann - Amazon Marketplace <abcdefgh1234@marketplace.amazon.de>
Subject: Inquiry from Amazon customer Ann (Order: 123-1234567-7654321)
X-Space-Notification-Type: KIND
Auto-Submitted: auto-generated
Content-Type: text/html

<p>You have a message.</p><pre>The cup is broken.
Please help.</pre><p>[commMgrTok:XYZ]</p>
"""


def test_amazon_relay_is_the_buyers_words() -> None:
    mail = read_mail(AMAZON.replace(b"KIND", b"BBC_MESSAGE_SENT_TO_MERCHANT"))
    assert mail.relay is not None and mail.automatic is None
    assert (mail.relay.platform, mail.relay.author, mail.relay.order) == ("amazon", "buyer", "123-1234567-7654321")
    assert mail.relay.alias == "abcdefgh1234@marketplace.amazon.de" and mail.relay.buyer == "Ann"
    assert mail.text == "The cup is broken.\nPlease help."
    assert "commMgrTok" in mail.quoted


def test_amazon_copy_of_our_answer_is_the_sellers() -> None:
    mail = read_mail(AMAZON.replace(b"KIND", b"BBC_MESSAGE_CONFIRMATION_TO_MERCHANT"))
    assert mail.relay is not None and mail.relay.author == "seller"


def test_forged_relay_is_none_and_warned_of() -> None:
    mail = read_mail(b"Authentication-Results: mx; spf=fail; dkim=fail\n" + AMAZON)
    assert mail.relay is None
    assert any("forged" in w for w in mail.warnings)


@pytest.mark.parametrize(
    ("head", "platform", "author", "order"),
    [
        (b"From: Bob <xyz@relay.walmart.com>\nSubject: Order question", "walmart", "buyer", ""),
        (
            b"From: eBay - bob_1 <abc@members.ebay.co.uk>\nSubject: bob_1 has sent a question, order 12-34567-89012",
            "ebay",
            "buyer",
            "12-34567-89012",
        ),
        (
            b"From: Etsy <transaction@etsy.com>\nSubject: You made a sale on Etsy - Order #3123456789",
            "etsy",
            "platform",
            "3123456789",
        ),
        (
            b"From: Shop <shop@shop.example>\nSubject: [Shop] Order #1001 placed by Jane Doe",
            "shopify",
            "platform",
            "1001",
        ),
        (b"From: Shop <wp@shop.example>\nSubject: [My Shop]: New order #1234", "woocommerce", "platform", "1234"),
        (
            b"From: Main <sales@shop.example>\nSubject: Your Main Website Store order confirmation #000000123",
            "magento",
            "platform",
            "000000123",
        ),
        (
            b"From: Jo <mailer@shopify.com>\nReply-To: Jo <jo@buyer.example>\nSubject: New customer message on May 5",
            "shopify",
            "buyer",
            "",
        ),
    ],
)
def test_other_platforms(head: bytes, platform: str, author: str, order: str) -> None:
    relay = read_mail(head + b"\n\nhello\n").relay
    assert relay is not None
    assert (relay.platform, relay.author, relay.order) == (platform, author, order)


def test_an_answer_with_a_shops_subject_is_no_notice() -> None:
    assert (
        read_mail(b"From: ann@buyer.example\nSubject: Re: [Shop] Order #1001 placed by Ann\n\nWhere is it?\n").relay
        is None
    )
