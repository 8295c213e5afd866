"""Replies of mail programs and phones in many languages: what is new stays, what was quoted is folded."""
# ruff: noqa: E501

from __future__ import annotations

import pytest

from desk.reading.html import to_lines
from desk.reading.quotes import fold, fold_text

NEW = "It is still broken.\nPlease help."
OLD = "We have sent you a new lamp."

PLAIN = {
    "Apple Mail de": "Am 03.02.2025 um 10:12 schrieb Shop <care@shop.example>:\n\n> {old}",
    "Apple Mail fr": "Le 3 févr. 2025 à 10:12, Shop <care@shop.example> a écrit :\n\n> {old}",
    "Apple Mail ja": "2025/02/03 10:12、Shop <care@shop.example>のメール:\n\n> {old}",
    "Apple Mail es": "El 3 feb 2025, a las 10:12, Shop <care@shop.example> escribió:\n\n> {old}",
    "Apple Mail zh": "> 在 2025年2月3日，10:12，Shop <care@shop.example> 写道：\n> \n> {old}",
    "Outlook zh": "发件人: Shop <care@shop.example>\n发送时间: 2025年2月3日 10:12\n收件人: Ann <a@b.example>\n主题: 灯\n\n{old}",
    "Outlook zh-TW": "寄件者: Shop <care@shop.example>\n寄件日期: 2025年2月3日 上午 10:12\n收件者: Ann\n主旨: 燈\n\n{old}",
    "Outlook ja": "差出人: Shop <care@shop.example>\n送信日時: 2025年2月3日 10:12\n宛先: Ann <a@b.example>\n件名: ランプ\n\n{old}",
    "Outlook it": "Da: Shop <care@shop.example>\nInviato: lunedì 3 febbraio 2025 10:12\nA: Ann\nOggetto: Lampada\n\n{old}",
    "Outlook nl": "Van: Shop <care@shop.example>\nVerzonden: maandag 3 februari 2025 10:12\nAan: Ann\nOnderwerp: Lamp\n\n{old}",
    "Outlook pt": "De: Shop <care@shop.example>\nEnviado: segunda-feira, 3 de fevereiro de 2025 10:12\nPara: Ann\n"
    "Assunto: Luminária\n\n{old}",
    "QQ": '------------------ 原始邮件 ------------------\n发件人: "Shop" <care@shop.example>;\n'
    '发送时间: 2025年2月3日(星期一) 上午10:12\n收件人: "Ann"<a@b.example>;\n主题: 灯\n\n{old}',
    "163": '在 2025-02-03 10:12:00，"Shop" <care@shop.example> 写道：\n{old}',
    "163 en": 'At 2025-02-03 10:12:00, "Shop" <care@shop.example> wrote:\n{old}',
    "Foxmail": "\n发件人： Shop\n发送时间： 2025-02-03 10:12\n收件人： Ann\n主题： 灯\n{old}",
    "Yahoo": "On Monday, February 3, 2025 at 10:12:00 AM GMT+1, Shop <care@shop.example> wrote:  \n \n {old}",
    "Yahoo de": "Am Montag, 3. Februar 2025 um 10:12:00 MEZ hat Shop <care@shop.example> Folgendes geschrieben:\n\n{old}",
    "Yahoo ja": "2025年2月3日月曜日 10:12:00 JST、Shop<care@shop.example>さんが書きました：\n\n{old}",
    "Thunderbird it": "Il 03/02/2025 10:12, Shop ha scritto:\n> {old}",
    "Thunderbird nl": "Op 03-02-2025 om 10:12 schreef Shop:\n> {old}",
    "Thunderbird pt": "Em 03/02/2025 10:12, Shop escreveu:\n> {old}",
    "Thunderbird pt-PT": "Às 10:12 de 03/02/2025, Shop escreveu:\n> {old}",
    "Thunderbird fr": "Le 03/02/2025 à 10:12, Shop a écrit :\n> {old}",
    "Samsung": "-------- Original message --------\nFrom: Shop <care@shop.example>\nDate: 03/02/2025 10:12 (GMT+01:00)\n"
    "To: a@b.example\nSubject: Lamp\n\n{old}",
    "Samsung de": "-------- Ursprüngliche Nachricht --------\nVon: Shop <care@shop.example>\nDatum: 03.02.25 10:12 (GMT+01:00)\n"
    "An: a@b.example\nBetreff: Lampe\n\n{old}",
    "Samsung es": "-------- Mensaje original --------\nDe: Shop <care@shop.example>\nFecha: 3/2/25 10:12 (GMT+01:00)\n"
    "Para: a@b.example\nAsunto: Lámpara\n\n{old}",
    "Gmail app zh-TW": "Shop <care@shop.example> 於 2025年2月3日 週一 上午10:12寫道：\n\n> {old}",
    "Gmail zh-CN": "Shop <care@shop.example> 于2025年2月3日周一 10:12写道：\n\n> {old}",
    "Gmail ja": "2025年2月3日(月) 10:12 Shop <care@shop.example>:\n\n> {old}",
    "Gmail de": "Am Mo., 3. Feb. 2025 um 10:12 Uhr schrieb Shop <\ncare@shop.example>:\n\n> {old}",
    "Gmail it": "Il giorno lun 3 feb 2025 alle ore 10:12 Shop <care@shop.example> ha\nscritto:\n\n> {old}",
    "Gmail nl": "Op ma 3 feb 2025 om 10:12 schreef Shop <care@shop.example>:\n\n> {old}",
    "Gmail pt": "Em seg., 3 de fev. de 2025 às 10:12, Shop <care@shop.example>\nescreveu:\n\n> {old}",
}

PAGES = {
    "QQ": '<div>{new}</div><div><includetail><!--<![endif]--></includetail></div><div style="font-size:12px">'
    "------------------&nbsp;原始邮件&nbsp;------------------</div><div>发件人: Shop</div><div>发送时间: 2025年2月3日</div>"
    "<div>收件人: Ann</div><div>主题: 灯</div><div>{old}</div>",
    "Outlook": '<div>{new}</div><div id="divRplyFwdMsg"><b>差出人:</b> Shop<br><b>件名:</b> ランプ</div><div>{old}</div>',
    "Gmail": '<div>{new}</div><div class="gmail_quote"><div class="gmail_attr">Shop 於 2025年2月3日 寫道：</div>'
    "<blockquote>{old}</blockquote></div>",
    "Yahoo": '<div>{new}</div><div id="ydp1yahoo_quoted_1" class="yahoo_quoted"><div>Shop wrote:</div><div>{old}</div></div>',
    "Apple": '<div>{new}</div><div><br><blockquote type="cite"><div>Am 03.02.2025 um 10:12 schrieb Shop:</div>{old}</blockquote></div>',
}


@pytest.mark.parametrize("client", PLAIN)
def test_plain_replies(client: str) -> None:
    folded = fold_text(f"{NEW}\n\n" + PLAIN[client].format(old=OLD))
    assert folded.text.strip() == NEW
    assert OLD in folded.quoted


@pytest.mark.parametrize("client", PAGES)
def test_page_replies(client: str) -> None:
    folded = fold(to_lines(PAGES[client].format(new=NEW.replace("\n", "<br>"), old=OLD)))
    assert folded.text.strip() == NEW
    assert OLD in folded.quoted
