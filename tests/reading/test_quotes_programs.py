"""Replies of many programs: what quotes and phones add is folded; what a buyer wrote is shown, whatever it looks like."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.reading.quotes import fold_text

NEW = "Wo ist mein Paket? 1234\n\nLG Anna"

DEVICES = """
Sent from my iPhone
Sent from my Galaxy
Sent from Outlook for iOS
Sent from Yahoo Mail on Android
Get Outlook for Android
Von meinem iPhone gesendet
Von meinem Samsung Galaxy Smartphone gesendet.
Gesendet von Outlook für Android
Gesendet mit der GMX Mail App
Diese Nachricht wurde von meinem Android-Gerät mit WEB.DE Mail gesendet.
Envoyé de mon iPhone
Envoyé depuis mon mobile Orange
Envoyé à partir d’Outlook pour Android
Télécharger Outlook pour iOS
Obtenir Outlook pour Android
Enviado desde mi iPhone
Enviado desde mi smartphone Samsung Galaxy.
Enviado desde Outlook para Android
Obtener Outlook para iOS
Inviato da iPhone
Inviato dal mio dispositivo Galaxy
Inviato da Outlook per Android
Ottieni Outlook per Android
Scarica Outlook per iOS
Enviado do meu iPhone
Enviado a partir do meu smartphone Samsung Galaxy.
Obter o Outlook para Android
Enviado pelo Yahoo Mail
Verstuurd vanaf mijn iPhone
Verzonden vanaf mijn Galaxy-apparaat
Outlook voor Android downloaden
Verzonden met Outlook voor iOS
iPhoneから送信
私のGalaxyから送信
Outlook for Androidを入手
Android 版 Outlook を取得する
发自我的iPhone
从我的 iPhone 发送
发自我的小米手机
來自我的 iPhone
從我的 iPhone 傳送
发送自 Outlook for Android
获取 Outlook for iOS
取得 Android 版 Outlook
发自网易邮箱大师
来自QQ邮箱
发自我的华为手机
Skickat från min iPhone
Sendt fra min iPhone
Wysłane z iPhone'a
Отправлено с iPhone
Sent from Proton Mail for iOS
Sent with Proton Mail secure email.
Sent via the Samsung Galaxy S10, an AT&T 5G smartphone
Sent from Gmail Mobile
Sent from my Verizon, Samsung Galaxy smartphone
-------- Sent from my Huawei phone
Sent from Mail for Windows
从 Windows 版邮件发送
Gesendet von Mail für Windows
Envoyé à partir de Courrier pour Windows
Enviado desde Correo para Windows
Inviato da Posta per Windows
Enviado do Correio para Windows
Verzonden vanuit Mail voor Windows
Windows 版のメールから送信
Enviado a partir do Outlook para iOS
Envoyé de mon appareil Galaxy
Envoyé depuis l'application Mail Orange
Envoyé avec Proton Mail
Sent from AOL on iPhone
""".strip().splitlines()

HEADS = {
    "outlook en": (
        "From: Shop Care <care@shop.example>\n"
        "Sent: Monday, November 16, 2026 10:00 AM\n"
        "To: Anna <a@b.example>\n"
        "Subject: Your order"
    ),
    "outlook de": (
        "Von: Shop Care <care@shop.example>\n"
        "Gesendet: Montag, 16. November 2026 10:00\n"
        "An: Anna <a@b.example>\n"
        "Betreff: Ihre Bestellung"
    ),
    "outlook fr": (
        "De : Shop Care <care@shop.example>\n"
        "Envoyé : lundi 16 novembre 2026 10:00\n"
        "À : Anna <a@b.example>\n"
        "Objet : Votre commande"
    ),
    "outlook es": (
        "De: Shop Care <care@shop.example>\n"
        "Enviado el: lunes, 16 de noviembre de 2026 10:00\n"
        "Para: Anna <a@b.example>\n"
        "Asunto: Su pedido"
    ),
    "outlook it": (
        "Da: Shop Care <care@shop.example>\n"
        "Inviato: lunedì 16 novembre 2026 10:00\n"
        "A: Anna <a@b.example>\n"
        "Oggetto: Il suo ordine"
    ),
    "outlook pt": (
        "De: Shop Care <care@shop.example>\n"
        "Enviada em: segunda-feira, 16 de novembro de 2026 10:00\n"
        "Para: Anna <a@b.example>\n"
        "Assunto: Seu pedido"
    ),
    "outlook pt2": (
        "De: Shop Care <care@shop.example>\n"
        "Enviado: 16 de novembro de 2026 10:00\n"
        "Para: Anna <a@b.example>\n"
        "Assunto: Seu pedido"
    ),
    "outlook nl": (
        "Van: Shop Care <care@shop.example>\n"
        "Verzonden: maandag 16 november 2026 10:00\n"
        "Aan: Anna <a@b.example>\n"
        "Onderwerp: Uw bestelling"
    ),
    "outlook ja": (
        "差出人: Shop Care <care@shop.example>\n送信日時: 2026年11月16日 10:00\n宛先: Anna <a@b.example>\n件名: ご注文"
    ),
    "outlook zh-CN": (
        "发件人: Shop Care <care@shop.example>\n"
        "发送时间: 2026年11月16日 10:00\n"
        "收件人: Anna <a@b.example>\n"
        "主题: 您的订单"
    ),
    "outlook zh-TW": (
        "寄件者: Shop Care <care@shop.example>\n"
        "寄件日期: 2026年11月16日 10:00\n"
        "收件者: Anna <a@b.example>\n"
        "主旨: 您的訂單"
    ),
    "qq": (
        "------------------ 原始邮件 ------------------\n"
        '发件人: "Shop" <care@shop.example>;\n'
        "发送时间: 2026年11月16日(星期一) 上午10:00\n"
        '收件人: "Anna"<a@qq.com>;\n'
        "主题: 订单"
    ),
    "qq2": ('---原始邮件---\n发件人: "Shop"<care@shop.example>\n发送时间: 2026年11月16日(周一) 上午10:00'),
    "163": ('在 2026-11-16 10:00:00，"Shop" <care@shop.example> 写道：\n> 您好'),
    "163b": ('At 2026-11-16 10:00:00, "Shop" <care@shop.example> wrote:\n>您好'),
    "163c": (
        "---- 回复的原邮件 ----\n"
        "| 发件人 | Shop<care@shop.example> |\n"
        "| 日期 | 2026年11月16日 10:00 |\n"
        "| 收件人 | a@163.com |\n"
        "| 主题 | 订单 |"
    ),
    "foxmail": ("发件人： Shop\n发送时间： 2026-11-16 10:00\n收件人： anna\n主题： Re: 订单"),
    "netease master": ("---- 回复的原邮件 ----\n发件人\tShop<care@shop.example>\n发送日期\t2026年11月16日 10:00"),
    "gmail en": ("On Mon, Nov 16, 2026 at 10:00 AM Shop Care and Returns\n<care@shop.example> wrote:\n\n> Hi"),
    "gmail en2": ("On Mon, 16 Nov 2026 at 10:00, Shop Care <\ncare@shop.example> wrote:\n\n> Hi"),
    "gmail de": ("Am Mo., 16. Nov. 2026 um 10:00 Uhr schrieb Shop Care und Retouren <\ncare@shop.example>:\n\n> Hi"),
    "gmail fr": ("Le lun. 16 nov. 2026 à 10:00, Shop Care <care@shop.example> a\nécrit :\n\n> Bonjour"),
    "gmail es": ("El lun, 16 nov 2026 a las 10:00, Shop Care (<care@shop.example>)\nescribió:\n\n> Hola"),
    "gmail it": ("Il giorno lun 16 nov 2026 alle ore 10:00 Shop Care <\ncare@shop.example> ha scritto:\n\n> Ciao"),
    "gmail pt": ("Em seg., 16 de nov. de 2026 às 10:00, Shop Care <care@shop.example>\nescreveu:\n\n> Olá"),
    "gmail pt-PT": ("Shop Care <care@shop.example> escreveu (segunda, 16/11/2026 à(s) 10:00):\n\n> Olá"),
    "gmail nl": ("Op ma 16 nov 2026 om 10:00 schreef Shop Care <care@shop.example\n>:\n\n> Hoi"),
    "gmail ja": ("2026年11月16日(月) 10:00 Shop Care <care@shop.example>:\n\n> こんにちは"),
    "gmail zh-CN": ("Shop Care <care@shop.example> 于2026年11月16日周一 10:00写道：\n\n> 您好"),
    "gmail zh-TW": ("Shop Care <care@shop.example> 於 2026年11月16日 週一 上午10:00寫道：\n\n> 您好"),
    "apple en": ("> On 16 Nov 2026, at 10:00, Shop Care <care@shop.example> wrote:\n> \n> Hi"),
    "apple ja": ("2026/11/16 10:00、Shop Care <care@shop.example>のメール:\n\n> こんにちは"),
    "apple zh": ("> 在 2026年11月16日，10:00，Shop Care <care@shop.example> 写道：\n>\n> 您好"),
    "apple de": ("Am 16.11.2026 um 10:00 schrieb Shop Care <care@shop.example>:\n\nHallo,\nIhr Paket"),
    "yahoo": (
        "On Monday, November 16, 2026, 10:00:00 AM GMT+1, Shop Care <care@shop.example> wrote:\n\nHi Anna,\nYour parcel"
    ),
    "tb de": ("Am 16.11.26 um 10:00 schrieb Shop Care:\n> Hallo"),
    "tb fr": ("Le 16/11/2026 à 10:00, Shop Care a écrit :\n> Bonjour"),
    "tb es": ("El 16/11/26 a las 10:00, Shop Care escribió:\n> Hola"),
    "tb it": ("Il 16/11/2026 10:00, Shop Care ha scritto:\n> Ciao"),
    "tb nl": ("Op 16-11-2026 om 10:00 schreef Shop Care:\n> Hoi"),
    "tb pt": ("Em 16/11/2026 10:00, Shop Care escreveu:\n> Olá"),
    "gmx": (
        "Gesendet: Montag, 16. November 2026 um 10:00 Uhr\n"
        'Von: "Shop Care" <care@shop.example>\n'
        "An: anna@gmx.de\n"
        "Betreff: Ihre Bestellung"
    ),
    "samsung": (
        "-------- Original message --------\n"
        "From: Shop Care <care@shop.example>\n"
        "Date: 16/11/2026 10:00 (GMT+01:00)\n"
        "To: a@b.example\n"
        "Subject: Your order"
    ),
    "samsung de": (
        "-------- Ursprüngliche Nachricht --------\n"
        "Von: Shop Care <care@shop.example>\n"
        "Datum: 16.11.26 10:00 (GMT+01:00)\n"
        "An: a@b.example\n"
        "Betreff: Bestellung"
    ),
    "samsung es": (
        "-------- Mensaje original --------\n"
        "De: Shop Care <care@shop.example>\n"
        "Fecha: 16/11/26 10:00 (GMT+01:00)\n"
        "Para: a@b.example\n"
        "Asunto: Pedido"
    ),
    "samsung fr": (
        "-------- Message d'origine --------\n"
        "De : Shop Care <care@shop.example>\n"
        "Date : 16/11/2026 10:00 (GMT+01:00)\n"
        "À : a@b.example\n"
        "Objet : Commande"
    ),
    "samsung it": (
        "-------- Messaggio originale --------\n"
        "Da: Shop Care <care@shop.example>\n"
        "Data: 16/11/26 10:00 (GMT+01:00)\n"
        "A: a@b.example\n"
        "Oggetto: Ordine"
    ),
    "outlook mobile": (
        "________________________________\n"
        "From: Shop Care <care@shop.example>\n"
        "Sent: Monday, November 16, 2026 10:00:00 AM\n"
        "To: Anna\n"
        "Subject: Order"
    ),
    "docomo": ("----- 元のメッセージ -----\n差出人: Shop <care@shop.example>\n宛先: a@docomo.ne.jp\n件名: ご注文"),
    "becky": ("2026/11/16 10:00 Shop <care@shop.example> wrote:\n> こんにちは"),
    "tb ja": ("On 2026/11/16 10:00, Shop Care wrote:\n> こんにちは"),
    "hotmail zh": (
        "________________________________\n"
        "发件人: Shop <care@shop.example>\n"
        "发送时间: 2026年11月16日 10:00\n"
        "收件人: Anna\n"
        "主题: 订单"
    ),
    "proton": (
        "------- Original Message -------\n"
        "On Monday, November 16th, 2026 at 10:00 AM, Shop <care@shop.example> wrote:\n"
        "\n"
        "> Hi"
    ),
    "proton2": ("On Monday, November 16th, 2026 at 10:00, Shop <care@shop.example> wrote:\n\n> Hi"),
}

SAID = """
Enviado con retraso otra vez
Envoyé avec retard
Inviato con ritardo di una settimana
Gesendet mit DHL am Montag
Verzonden met PostNL vorige week
Enviado do Brasil em maio
Enviado desde China hace 3 semanas
发自内心的感谢
请用手机发送
Sent from the warehouse last week
Sent from China three weeks ago
Sent via DHL yesterday
从深圳发送的包裹
会社から送信してください
From: where did you ship it?
To: be honest I am angry
On Monday I wrote: where is it?
Am 3. schrieb ich Ihnen bereits:
> 20 EUR refund please
Date: 3 May is too late for me
Subject: see above
The original message was clear
Original: 5 pieces, received: 3
Von: euch habe ich nichts gehört
Le 3 mai j'ai écrit : où est mon colis ?
El martes escribí: ¿dónde está?
在5月3日我写道：在哪里
2026年5月3日にメール:届きません
confidential
Please think before you print the label wrong again
-- 2 items missing
_____________________ broken here
Verkauft von: Anna 2026
Download the invoice for iOS does not work
I sent it from my phone
Sent from my desk, is much easier than my mobile phone
Virus-free this phone was not
Mit freundlichen Grüßen
""".strip().splitlines()
"""Lines a buyer may write that look like a program's."""


PLAIN = ["", "It arrived broken.", "Please help", "我要退款", "返金してください"]


def headed(said: list[str]) -> list[str]:
    """Lines that begin like a header's: three of them in a row are one."""
    return [line for line in said if ": " in line[:10]]


def after(head: str) -> str:
    """A reply above what its program quotes."""
    quoted = head.rstrip().rsplit("\n", 1)[-1].startswith(">")
    return f"{NEW}\n\n{head}\n" + ("" if quoted else "\nHallo Anna,\nIhr Paket ist unterwegs.\n")


@pytest.mark.parametrize("line", DEVICES)
def test_the_line_of_a_phone_is_folded(line: str) -> None:
    assert fold_text(f"{NEW}\n\n{line}").text == NEW


@pytest.mark.parametrize("name", sorted(HEADS))
def test_the_quote_of_a_program_is_folded(name: str) -> None:
    assert fold_text(after(HEADS[name])).text == NEW


@pytest.mark.parametrize("line", SAID)
@pytest.mark.parametrize("shape", ["Hello\n{}\nwhen?", "Hello, where is it\n{}", "{}\nHello", "Hi\n\n{}\n\nIt broke"])
def test_a_line_that_only_looks_like_a_programs_is_shown(line: str, shape: str) -> None:
    assert fold_text(shape.format(line)).quoted == ""


@settings(max_examples=150)
@given(
    st.lists(st.sampled_from([*(s for s in SAID if s[0] != ">"), *PLAIN]), min_size=1, max_size=8).filter(
        lambda said: len(headed(said)) < 2
    ),
    st.sampled_from(["", *DEVICES]),
    st.sampled_from(["", *HEADS.values()]),
)
def test_what_a_buyer_wrote_is_never_folded_away(said: list[str], device: str, head: str) -> None:
    body = "\n".join(["Hello,", *said, "Thank you very much"])
    folded = fold_text("\n\n".join(part for part in (body, device, head) if part))
    shown = folded.text.split("\n")
    assert [line for line in body.split("\n") if line.strip() and line.rstrip() not in shown] == []


@given(
    st.lists(st.sampled_from(["> Where should it go?", ">> older", "To my office please", "And soon", ""]), max_size=12)
)
def test_answers_written_into_a_quote_are_shown(lines: list[str]) -> None:
    text = "\n".join(["On 16 Nov 2026, at 10:00, Shop <care@shop.example> wrote:", "> Hi", *lines])
    shown = fold_text(text).text
    assert all(line in shown for line in lines if line and not line.startswith(">"))
