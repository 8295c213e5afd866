"""Folding keeps every line, shows what the buyer wrote, and knows the usual clients in ten languages."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.reading.html import Line, to_lines
from desk.reading.quotes import fold, fold_text

_PIECES = st.sampled_from(
    [
        "> quoted",
        ">",
        "hello there",
        "",
        "On Mon, 1 Jan 2024 at 10:00, Ann <a@b.example> wrote:",
        "-- ",
        "--",
        "Sent from my iPhone",
        "-----Original Message-----",
        "From: a@b.example",
        "Sent: today",
        "To: you",
        "Subject: x",
        "____________________________",
        "发件人: 张三",
        "在 2024-01-05 10:00, 张三 写道：",
        "This e-mail is confidential.",
        ">> deeper",
        "Regards",
        "https://x.example",
    ]
)


def words(text: str) -> Counter[str]:
    return Counter(line.strip() for line in text.split("\n") if line.strip())


@given(st.lists(st.one_of(_PIECES, st.text(max_size=30)), max_size=40))
@settings(max_examples=200, deadline=None)
def test_no_line_is_lost(lines: list[str]) -> None:
    text = "\n".join(lines)
    folded = fold_text(text)
    assert words(folded.text) + words(folded.quoted) == words(text)


@given(st.lists(st.tuples(_PIECES, st.booleans()), max_size=40))
@settings(max_examples=100, deadline=None)
def test_no_line_of_a_page_is_lost(lines: list[tuple[str, bool]]) -> None:
    folded = fold([Line(text, quoted) for text, quoted in lines])
    assert words(folded.text) + words(folded.quoted) == words("\n".join(text for text, _ in lines))


ATTRIBUTIONS = {
    "en": "On Fri, Jan 5, 2024 at 10:12 AM Shop <help@shop.example> wrote:",
    "de": "Am Fr., 5. Jan. 2024 um 10:12 Uhr schrieb Shop <help@shop.example>:",
    "fr": "Le ven. 5 janv. 2024 à 10:12, Shop <help@shop.example> a écrit :",
    "es": "El vie, 5 ene 2024 a las 10:12, Shop (<help@shop.example>) escribió:",
    "it": "Il giorno ven 5 gen 2024 alle ore 10:12 Shop <help@shop.example> ha scritto:",
    "pt": "Em sex., 5 de jan. de 2024 às 10:12, Shop <help@shop.example> escreveu:",
    "nl": "Op vr 5 jan 2024 om 10:12 schreef Shop <help@shop.example>:",
    "ja": "2024年1月5日(金) 10:12 Shop <help@shop.example>:",
    "zh-CN": "Shop <help@shop.example> 于2024年1月5日周五 10:12写道：",
    "zh-TW": "Shop <help@shop.example> 於 2024年1月5日 週五 上午10:12寫道：",
    "163": "在 2024-01-05 10:12:00，Shop <help@shop.example> 写道：",
    "apple ja": "2024/01/05 10:12、Shop <help@shop.example>のメール:",
    "thunderbird de": "Am 05.01.24 um 10:12 schrieb Shop:",
}


@pytest.mark.parametrize("language", ATTRIBUTIONS)
def test_answer_above_the_quote(language: str) -> None:
    folded = fold_text(f"My answer\n\n{ATTRIBUTIONS[language]}\n> old words\n> more\n")
    assert folded.text == "My answer"
    assert "old words" in folded.quoted


@pytest.mark.parametrize("language", ATTRIBUTIONS)
def test_answer_below_and_between_the_quotes(language: str) -> None:
    folded = fold_text(f"{ATTRIBUTIONS[language]}\n> first question\n\nFirst answer\n\n> second\n\nLast answer\n")
    assert folded.text.split("\n\n") == ["First answer", "Last answer"] or words(folded.text) == words(
        "First answer\nLast answer"
    )


SEPARATORS = [
    (
        "-----Original Message-----\nFrom: Shop <help@shop.example>\nSent: Friday, 5 January 2024 "
        "10:12\nTo: Ann\nSubject: Order"
    ),
    (
        "-----Ursprüngliche Nachricht-----\nVon: Shop <help@shop.example>\nGesendet: Freitag, 5. "
        "Januar 2024 10:12\nAn: Ann\nBetreff: Order"
    ),
    (
        "________________________________\nDe : Shop <help@shop.example>\nEnvoyé : vendredi 5 "
        "janvier 2024\nÀ : Ann\nObjet : Order"
    ),
    "De: Shop <help@shop.example>\nEnviado el: viernes, 5 de enero de 2024\nPara: Ann\nAsunto: Order",
    "Da: Shop <help@shop.example>\nInviato: venerdì 5 gennaio 2024\nA: Ann\nOggetto: Order",
    "De: Shop <help@shop.example>\nEnviado: sexta-feira, 5 de janeiro de 2024\nPara: Ann\nAssunto: Order",
    "Van: Shop <help@shop.example>\nVerzonden: vrijdag 5 januari 2024\nAan: Ann\nOnderwerp: Order",
    "差出人: Shop <help@shop.example>\n送信日時: 2024年1月5日 10:12\n宛先: Ann\n件名: Order",
    (
        '------------------ 原始邮件 ------------------\n发件人: "Shop" <help@shop.example>;\n'
        '发送时间: 2024年1月5日(星期五) 上午10:12\n收件人: "Ann"<a@b.example>;\n主题: Order'
    ),
    "发件人: Shop <help@shop.example>\n日期: 2024年1月5日 星期五 10:12\n收件人: Ann\n主题: Order",
    "寄件者: Shop <help@shop.example>\n寄件日期: 2024年1月5日\n收件者: Ann\n主旨: Order",
    (
        "---- 回复的原邮件 ----\n发件人 | Shop<help@shop.example> |\n日期 | 2024年01月05日 10:12 |\n"
        "收件人 | Ann |\n主题 | Order |"
    ),
    (
        "---------- Forwarded message ---------\nFrom: Shop <help@shop.example>\nDate: Fri, Jan 5, "
        "2024\nSubject: Order\nTo: Ann"
    ),
]


@pytest.mark.parametrize("separator", SEPARATORS)
def test_everything_below_a_separator_is_old(separator: str) -> None:
    folded = fold_text(f"My answer\n\n{separator}\n\nDear Ann,\nold words\n")
    assert folded.text == "My answer"
    assert "old words" in folded.quoted


DEVICES = [
    "Sent from my iPhone",
    "Sent from my Samsung Galaxy smartphone.",
    "Get Outlook for iOS",
    "Von meinem iPhone gesendet",
    "Envoyé de mon iPhone",
    "Enviado desde mi iPhone",
    "Inviato da iPhone",
    "Enviado do meu iPhone",
    "Verstuurd vanaf mijn iPhone",
    "iPhoneから送信",
    "发自我的iPhone",
    "來自我的 iPhone",
    "发自 网易邮箱大师",
    "从我的iPhone发送",
]


@pytest.mark.parametrize("device", DEVICES)
def test_device_lines_are_folded(device: str) -> None:
    assert fold_text(f"My answer\n\n{device}\n").text == "My answer"
    assert (
        fold_text(f"My answer\n\n{device}\n\nOn Mon, 1 Jan 2024, Ann <a@b.example> wrote:\n> old\n").text == "My answer"
    )


KEPT = [
    "Sent from my desk, it never arrived at my home.",
    "On Monday I wrote: please cancel. Nothing happened.",
    "Options:\n- red\n- blue\nFrom: me\nthanks",
    "I paid > 50 EUR\n> 50 is too much",
    "Hello\n--\nthis matters, see my list:\n" + "\n".join(f"{n}. broken part number {n}" for n in range(20)),
    "von: Berlin nach: Hamburg",
    "在 2024 年我买过一次，质量很好",
    "The order is confidential, please do not tell my wife.",
]


@pytest.mark.parametrize("text", KEPT)
def test_in_doubt_it_is_shown(text: str) -> None:
    assert fold_text(text).text.startswith(text.split("\n")[0])
    assert fold_text(text).text.endswith(text.split("\n")[-1])


def test_legal_footer_is_folded() -> None:
    footer = (
        "This e-mail and any attachments are confidential and intended solely for the addressee. If "
        "you have received this "
        "e-mail in error, please notify the sender and delete it. Any unauthorised use is prohibited."
    )
    assert fold_text(f"My answer\n\n{footer}\n").text == "My answer"


@pytest.mark.parametrize(
    "page",
    [
        (
            '<div>My answer</div><div class="gmail_quote"><div class="gmail_attr">On Fri '
            'wrote:<br></div><blockquote class="gmail_quote">old</blockquote></div>'
        ),
        '<p>My answer</p><div id="divRplyFwdMsg"><b>From:</b> a<br><b>Sent:</b> b<br></div><div>old</div>',
        (
            '<p>My answer</p><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p>From: '
            "a@b<br>Sent: x<br>To: y<br>Subject: z</p></div><p>old</p>"
        ),
        '<div>My answer</div><blockquote type="cite">old</blockquote>',
        '<div>My answer</div><div class="yahoo_quoted">On Fri wrote: old</div>',
    ],
)
def test_quotes_of_pages_by_structure(page: str) -> None:
    folded = fold(to_lines(page))
    assert folded.text == "My answer"
    assert "old" in folded.quoted


def test_answers_between_the_quotes_of_a_page_are_shown() -> None:
    page = (
        '<div class="gmail_quote">On Fri, 5 Jan 2024, Shop &lt;a@b.example&gt; wrote:<blockquote '
        'class="gmail_quote">first</blockquote>'
        '<div>My answer</div><blockquote class="gmail_quote">second</blockquote></div>'
    )
    assert fold(to_lines(page)).text == "My answer"


def test_a_message_passed_on_without_a_word_is_shown() -> None:
    assert (
        "old words"
        in fold_text("---------- Forwarded message ---------\nFrom: a@b.example\nDate: x\nSubject: y\n\nold words").text
    )
