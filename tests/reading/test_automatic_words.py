"""Automatic mail known by its words alone, in ten languages and from many mail servers; and buyers who only sound like it."""

from __future__ import annotations

import pytest

from desk.reading.parse import read_mail
from desk.reading.records import Mail

RETURNED = "\n\nReceived: from x\nMessage-ID: <our-1@shop.example>\nSubject: Re: order\n"


def mail(subject: str, body: str, sender: str = "anna@buyer.example") -> Mail:
    head = f"From: {sender}\r\nTo: care@shop.example\r\nSubject: {subject}\r\nMessage-ID: <x@y>\r\n"
    return read_mail(f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{body}".encode())


RESPONDERS = [
    (
        "Re: Your order",
        "I am out of the office until 20 November with limited access to email. For urgent matters contact bob@x.example.",
    ),
    ("Re: Ihre Bestellung", "Ich bin bis zum 20.11. nicht im Büro. Ihre E-Mail wird nicht weitergeleitet."),
    (
        "AW: Bestellung",
        "Vielen Dank für Ihre Nachricht. Ich bin derzeit im Urlaub und ab dem 20.11. wieder erreichbar.",
    ),
    (
        "Re: Votre commande",
        "Bonjour, je suis absent du bureau jusqu'au 20 novembre. En cas d'urgence, contactez Paul.",
    ),
    ("Re: Su pedido", "Estoy fuera de la oficina hasta el 20 de noviembre. Responderé a mi regreso."),
    ("Re: Il suo ordine", "Sono fuori ufficio fino al 20 novembre. Risponderò al mio rientro."),
    ("Re: Seu pedido", "Estou fora do escritório até 20 de novembro, com acesso limitado ao e-mail."),
    (
        "Re: Uw bestelling",
        "Ik ben afwezig tot 20 november en lees mijn e-mail niet. Bij terugkomst beantwoord ik uw bericht.",
    ),
    ("Re: ご注文", "ただいま休暇をいただいております。11月20日以降に返信いたします。"),
    ("Re: 您的订单", "您好，我正在休假，11月20日返回后会尽快回复您的邮件。"),
    ("Re: 您的訂單", "您好，我目前休假中，11/20 回來後會盡快回覆您的郵件。"),
    (
        "Thank you for contacting us",
        "This is an automated response. Please do not reply to this email. Your ticket number is 123.",
    ),
    (
        "Ihre Anfrage ist eingegangen",
        "Dies ist eine automatisch generierte Nachricht. Bitte antworten Sie nicht auf diese E-Mail.",
    ),
    ("Re: order", "您好，您的邮件已收到，我会尽快回复。（自动回复）"),
    ("Automatic reply: Your order", "Thanks"),
    ("Abwesenheitsnotiz: Bestellung", "x"),
    ("Réponse automatique : commande", "x"),
    ("Respuesta automática: pedido", "x"),
    ("Risposta automatica: ordine", "x"),
    ("Resposta automática: pedido", "x"),
    ("Automatisch antwoord: bestelling", "x"),
    ("自動返信：ご注文", "x"),
    ("自动回复：订单", "x"),
    ("自動回覆: 訂單", "x"),
    ("Out of Office: order", "x"),
    ("Automatische Antwort: Bestellung", "x"),
    ("Niet aanwezig: order", "x"),
    ("Fuori sede: ordine", "x"),
]
PEOPLE = [
    ("Re: order", "I will be out of the office next week, please deliver the parcel to my neighbour."),
    ("Urlaub", "Ich bin ab Montag im Urlaub, bitte liefern Sie vorher."),
    ("Question", "I was on vacation and my parcel was returned. Please resend."),
    ("Holiday gift order", "Where is it?"),
    ("Absence de réponse", "Pourquoi ne répondez-vous pas ?"),
    ("Ausencia de respuesta", "Llevo 3 días esperando"),
    ("不在", "配達時に不在でした。再配達をお願いします"),
    ("休假前能到吗", "我下周休假"),
    ("Auto: part does not fit", "my car"),
    ("returned to sender", "My parcel was returned to sender, why?"),
    ("Delivery failed", "My delivery failed yesterday, courier never came"),
    ("Paket unzustellbar", "Mein Paket wurde als unzustellbar zurückgeschickt"),
    ("Zustellung fehlgeschlagen", "DHL sagt Zustellung fehlgeschlagen, bitte neu senden"),
    ("Devuelto", "El paquete fue devuelto"),
    ("配送エラー", "商品が届きません"),
    ("退件通知", "我的包裹被退件了怎么办"),
    ("配送失敗", "再配達してください"),
    ("Undelivered parcel", "the tracking says undelivered"),
    ("mail delivery", "how long does mail delivery take?"),
    ("Falha na entrega", "O entregador não veio"),
    ("Error de entrega", "no llegó mi paquete"),
    ("Mancata consegna", "il corriere dice mancata consegna"),
    ("Fora do escritório", "Entregar fora do escritório, no portão"),
    ("Vacation rental lamp broken", "The lamp is broken"),
    ("On leave: please deliver to neighbour", "I am away, deliver to neighbour"),
]
BOUNCES = [
    (
        "exim",
        "Mail delivery failed: returning message to sender",
        (
            "This message was created automatically by mail delivery software.\n\n"
            "A message that you sent could not be delivered to one or more of its\n"
            "recipients. This is a permanent error. The following address(es) failed:\n\n  a@b.example\n"
            "    Unrouteable address\n\n"
            "------ This is a copy of the message, including all the headers. ------"
        ),
        "Mail Delivery System <Mailer-Daemon@mx.example>",
    ),
    (
        "qmail",
        "failure notice",
        (
            "Hi. This is the qmail-send program at mx.example.\n"
            "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
            "This is a permanent error; I've given up. Sorry it didn't work out.\n\n<a@b.example>:\n"
            "Sorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message."
        ),
        "MAILER-DAEMON@mx.example",
    ),
    (
        "exch zh-CN",
        "未送达: Re: 订单",
        (
            "您的邮件未能传递给以下收件人或组：\n\na@b.example\n找不到您输入的电子邮件地址。\n\n供管理员使用的诊断信息：\n"
            "#550 5.1.1 RESOLVER.ADR.RecipNotFound"
        ),
        "Microsoft Outlook <MicrosoftExchange329e@b.example>",
    ),
    (
        "exch zh-TW",
        "無法傳遞: Re: 訂單",
        "無法傳遞給下列收件者或群組:\n\na@b.example\n找不到您輸入的電子郵件地址。",
        "Microsoft Outlook <postmaster@b.example>",
    ),
    (
        "exch ja",
        "配信不能: Re: ご注文",
        "次の受信者またはグループへの配信に失敗しました:\n\na@b.example\n入力した電子メール アドレスが見つかりませんでした。",
        "Microsoft Outlook <postmaster@b.example>",
    ),
    (
        "exch de",
        "Unzustellbar: Re: Bestellung",
        (
            "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:\n\na@b.example\n"
            "Die eingegebene E-Mail-Adresse konnte nicht gefunden werden."
        ),
        "Microsoft Outlook <MicrosoftExchange329e@b.example>",
    ),
    (
        "exch fr",
        "Non remis : Re: commande",
        "Échec de la remise pour ces destinataires ou groupes :\n\na@b.example",
        "postmaster@b.example",
    ),
    (
        "exch es",
        "No se puede entregar: Re: pedido",
        "Error de entrega a los siguientes destinatarios o grupos:\n\na@b.example",
        "postmaster@b.example",
    ),
    (
        "exch it",
        "Non recapitabile: Re: ordine",
        "Impossibile recapitare il messaggio ai seguenti destinatari o gruppi:\n\na@b.example",
        "postmaster@b.example",
    ),
    (
        "exch pt",
        "Não entregue: Re: pedido",
        "Falha na entrega para estes destinatários ou grupos:\n\na@b.example",
        "postmaster@b.example",
    ),
    (
        "exch nl",
        "Onbestelbaar: Re: bestelling",
        "De bezorging aan de volgende geadresseerden of groepen is mislukt:\n\na@b.example",
        "postmaster@b.example",
    ),
    (
        "gmail",
        "Delivery Status Notification (Failure)",
        (
            "** Address not found **\n\n"
            "Your message wasn't delivered to a@b.example because the address couldn't be found, or is unable to receive mail.\n"
            "\nThe response was: 550 5.1.1 The email account that you tried to reach does not exist."
        ),
        "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
    ),
    (
        "qq",
        "系统退信",
        (
            "抱歉，您的邮件被退回来了……\n原邮件信息：\n收件人: a@qq.com\n"
            "退信原因: 收件人邮件地址（a@qq.com）不存在，邮件无法送达。\n"
            "host mx3.qq.com said: 550 Mailbox not found."
        ),
        "PostMaster@qq.com",
    ),
    (
        "163",
        "系统退信",
        "您的邮件无法投递到 a@163.com\n退信原因：用户不存在 User unknown 550",
        "Postmaster@163.com",
    ),
    (
        "docomo",
        "Mail System Error - Returned Mail",
        "Your message was not delivered for the following reason:\n\nUnknown user: a@docomo.ne.jp\n",
        "postmaster@docomo.ne.jp",
    ),
    (
        "ezweb",
        "Mail System Error - Returned Mail",
        "The user(s) account is disabled.\n\n<a@ezweb.ne.jp>: 550 <a@ezweb.ne.jp>: User unknown",
        "Postmaster@ezweb.ne.jp",
    ),
    (
        "postfix",
        "Undelivered Mail Returned to Sender",
        (
            "This is the mail system at host mx.example.\n\n"
            "I'm sorry to have to inform you that your message could not\n"
            "be delivered to one or more recipients.\n\n"
            "<a@b.example>: host mx.b.example said: 550 5.1.1 User unknown"
        ),
        "MAILER-DAEMON@mx.example (Mail Delivery System)",
    ),
    (
        "sendmail",
        "Returned mail: see transcript for details",
        (
            "The original message was received at Mon\n"
            "   ----- The following addresses had permanent fatal errors -----\n<a@b.example>\n"
            "    (reason: 550 5.1.1 User unknown)"
        ),
        "Mail Delivery Subsystem <MAILER-DAEMON@mx.example>",
    ),
    (
        "ses amazon",
        "Delivery Status Notification (Failure)",
        "An error occurred while trying to deliver the mail to the following recipients:\na@b.example",
        "MAILER-DAEMON@amazonses.com",
    ),
    (
        "amazon relay refuse",
        "Your e-mail to abc@marketplace.amazon.de could not be delivered",
        "Your message could not be delivered because the buyer has opted out",
        "Amazon <noreply@amazon.com>",
    ),
    (
        "t-online",
        "Mail delivery failed: returning message to sender",
        (
            "|------------------------- Message log follows: -------------------------|\n"
            " no valid recipients were found for this message\n"
            "|------------------------- Failed addresses follow: ---------------------|\n"
            " <a@t-online.de> ... unknown user"
        ),
        "Mail Delivery System <postmaster@mailin.t-online.de>",
    ),
    (
        "yahoo",
        "Failure Notice",
        (
            "Sorry, we were unable to deliver your message to the following address.\n\n<a@b.example>:\n"
            "554: 5.7.1 blocked"
        ),
        "MAILER-DAEMON@yahoo.com",
    ),
    (
        "domino",
        "DELIVERY FAILURE: User anna not listed in Domino Directory",
        (
            "Your message\n\n  Subject: order\n\nwas not delivered to:\n\n  a@b.example\n\nbecause:\n\n"
            "  User anna (a@b.example) not listed in Domino Directory"
        ),
        "Mail Router <postmaster@b.example>",
    ),
    (
        "groupwise",
        "Message status - undeliverable",
        "The message that you sent was undeliverable to the following:\n	anna (user not found)",
        "postmaster@b.example",
    ),
    (
        "delay",
        "Warning: message 1abc delayed 24 hours",
        (
            "This message was created automatically by mail delivery software.\n"
            "A message that you sent has not yet been delivered to one or more of its\n"
            "recipients after more than 24 hours on the queue.\nNo action is required on your part."
        ),
        "Mail Delivery System <Mailer-Daemon@mx.example>",
    ),
]


@pytest.mark.parametrize(("subject", "body"), RESPONDERS)
def test_a_responder_is_known_by_its_words(subject: str, body: str) -> None:
    assert mail(subject, body).automatic in ("vacation", "other")


@pytest.mark.parametrize(("subject", "body"), PEOPLE)
def test_a_buyer_who_is_away_or_whose_parcel_came_back_is_a_person(subject: str, body: str) -> None:
    assert mail(subject, body).automatic is None


def test_an_answer_that_quotes_our_own_automatic_mail_is_a_persons() -> None:
    quoted = "> This is an automated response. Please do not reply to this email."
    assert (
        mail("Re: Received", f"Where is it?\n\nOn 16 Nov 2026, at 10:00, Shop <c@s.example> wrote:\n{quoted}").automatic
        is None
    )


@pytest.mark.parametrize(("server", "subject", "body", "sender"), BOUNCES)
def test_a_bounce_names_the_mail_that_came_back(server: str, subject: str, body: str, sender: str) -> None:
    found = mail(subject, body + RETURNED, sender)
    if server == "delay":
        assert found.automatic is not None
    elif server == "amazon relay refuse":
        assert found.automatic == "bounce"
    else:
        assert (found.automatic, found.bounced_id) == ("bounce", "our-1@shop.example")
