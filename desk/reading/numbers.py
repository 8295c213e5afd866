"""Order numbers of each platform, amounts of money, and the spans of a text that belong to a person."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from desk.reading.lazy import regex

if TYPE_CHECKING:
    from store.values import Money

MAX_TEXT = 50_000
MAX_FOUND = 50

_EDGE = r"(?<![\w-])"
_STOP = r"(?![\w-]*\w)"
# Order numbers that are known by their shape alone.
_SHAPES = regex(
    rf"{_EDGE}(?:(?:\d{{3}}|[DS]\d{{2}})-\d{{7}}-\d{{7}}(?![-\d])"  # Amazon
    r"|\d{2}-\d{5}-\d{5}(?![-\d])"  # eBay
    r"|2000\d{3}-\d{8}(?![-\d])"  # Walmart
    r"|\d{6}-\d{15}(?![-\d])"  # Pinduoduo
    r"|PO-\d{3}-\d{14,20}(?![-\d])"  # Temu
    # Shopee: the day, then letters and digits
    rf"|2[2-9](?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?=[A-Z0-9]*[A-Z][A-Z0-9]*\b)[A-Z0-9]{{8}}{_STOP})"
)
# Shapes that only mean an order on their own platform.
_ON_PLATFORM = {
    "amazon": regex(rf"{_EDGE}(\d{{3}}[ \u2010-\u2015]\d{{7}}[ \u2010-\u2015]\d{{7}})(?!\d)"),
    "walmart": regex(rf"{_EDGE}(\d{{13}}|\d{{15}})(?![\d-])"),
    "etsy": regex(rf"(?:#|order |order-|receipts?/){_EDGE}?(\d{{9,10}})(?![\d-])", re.I),
    "ebay": regex(r"(?:order(?: number| no\.?| #)?:? ?)(\d{12})(?![\d-])", re.I),
    "shopify": regex(r"#([A-Z]{0,4}-?\d{3,9})\b"),
    "woocommerce": regex(r"#\s?(\d{1,9})\b"),
    "magento": regex(r"#?\s?\b(\d{9,10})\b"),
    "aliexpress": regex(rf"{_EDGE}(\d{{16}})(?![\d-])"),
    "tiktok": regex(rf"{_EDGE}(5\d{{17}})(?![\d-])"),
    "mercadolibre": regex(rf"{_EDGE}(2000\d{{12}})(?![\d-])"),
}
_DIGITS = regex(r"\d{3}|\d[A-Z0-9-]{3}")
_LONG = regex(r"\d-\d{5}|\d{6}")
_LABEL = (
    r"order(?:s)?(?: (?:number|no|nr|id|ref(?:erence)?))?|purchase(?: (?:number|order|id))?|p\.?o\.? "
    r"?(?:number|no|#)|bestell(?:ung|nummer|nr|-?nr)(?:s?nummer|s?nr)?|auftrag(?:s?nummer|s-?nr|snr)?"
    r"|(?:num[ée]ro de |n° ?(?:de )?)?commande(?: num[ée]ro)?|(?:n[úu]mero (?:de |do )|n[ºo°.]+ "
    r"?(?:de |do )?)?(?:pedido|orden|compra)|(?:numero )?(?:d')?ordine|encomenda"
    r"|bestel(?:ling|nummer|nr)|zam[óo]wieni[ea]|注文(?:番号"
    r"|id|ＩＤ)?|オーダー(?:番号)?|受注番号|订单(?:编号|号码|号)?|訂單(?:編號|號碼|號)?|单号|訂購單號"
)
_LABELLED = regex(
    rf"(?<![A-Za-z])(?:{_LABEL})(?: |\t)?(?:(?:number|no|nr|n[ºo°]|id|num|numéro|número|numero|nummer"
    rf"|num\.)(?!\w))?[.]?\s{{0,2}}(?:is|ist|est|es|è|é|为|是|は)?[ \t]{{0,2}}[:#：＃№(（\[\"“「]{{0,3}}[ "
    rf"\t]{{0,2}}[#＃]?"
    r"([A-Z]{0,6}[-_]?\d[\dA-Z-]{2,30})",
    re.I,
)
_HASH = regex(r"(?<![\w&#/])[#＃]\s?([A-Z]{0,5}-?\d{3,15}(?:-\d{1,10}){0,3})\b")
_OF_A_THING = regex(
    r"(?:item|listing|artikel|article|artículo|articolo|artigo|product|produkt|sku|商品|物品)\s?$", re.I
)
"""What before a # says that the number is a thing's, and no order's."""
_NUMBERS = regex(r"\d[\dA-Za-z-]{2,}")
_REACH = 72
"""Characters a label with its trimmings can take, and a number with its letters."""
_DATE_LIKE = regex(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|(?:19|20)\d{2}")


def orders(text: str, platform: str = "") -> tuple[str, ...]:
    """Order numbers in order of appearance, each once. With `platform`, that one's looser shapes count too."""
    text = text[:MAX_TEXT]
    if not _DIGITS.search(text):
        return ()
    found: list[tuple[int, int, str]] = []
    if _LONG.search(text):
        found.extend((m.start(), m.end(), m[0]) for m in _SHAPES.finditer(text))
    if platform in _ON_PLATFORM:
        found.extend((m.start(1), m.end(1), _plain(m[1])) for m in _ON_PLATFORM[platform].finditer(text))
    matches = [m for start, end in _near_digits(text) for m in _LABELLED.finditer(text, start, end)]
    if "#" in text or "\uff03" in text:
        matches.extend(
            m for m in _HASH.finditer(text) if not _OF_A_THING.search(text, max(m.start() - 14, 0), m.start())
        )
    for match in matches:
        number = match[1].rstrip("-_")
        if platform == "ebay" and len(number) == 12 and number.isdigit() and match.re.pattern == _HASH.pattern:
            continue  # eBay numbers its listings so; its orders have dashes
        if _plausible(number) and not any(a <= match.start(1) < b for a, b, _ in found):
            found.append((match.start(1), match.start(1) + len(number), number))
    found.sort()
    return tuple(dict.fromkeys(number for _, _, number in found))[:MAX_FOUND]


def _near_digits(text: str) -> list[tuple[int, int]]:
    """The stretches of a text where a label and its number can stand, without overlaps."""
    near: list[tuple[int, int]] = []
    for match in _NUMBERS.finditer(text):
        start, end = max(match.start() - _REACH, 0), min(match.end() + _REACH, len(text))
        if near and start <= near[-1][1]:
            start = near.pop()[0]
        near.append((start, end))
    return near


def _plain(number: str) -> str:
    return re.sub(r"[ \u2010-\u2015]", "-", number)


def _plausible(number: str) -> bool:
    """Dates, years, units and parcel numbers behind the word "order" are not its number."""
    digits = sum(map(str.isdigit, number))
    if digits < 3 or _DATE_LIKE.fullmatch(number):
        return False
    letters = re.sub(r"[\d_-]", "", number)
    return (
        not (letters and letters.lower() in _UNITS)
        and len(letters) <= 8
        and (digits >= 4 or not letters or digits * 2 >= len(letters))
    )


_UNITS = {
    "x",
    "st",
    "nd",
    "rd",
    "th",
    "eur",
    "usd",
    "gbp",
    "kg",
    "g",
    "ml",
    "mm",
    "cm",
    "pcs",
    "euro",
    "euros",
    "am",
    "pm",
}


# Money ---------------------------------------------------------------------------------------------

_SYMBOLS = {
    "€": "EUR", "£": "GBP", "$": "USD", "US$": "USD", "C$": "CAD", "CA$": "CAD", "A$": "AUD",
    "AU$": "AUD", "HK$": "HKD", "NT$": "TWD", "S$": "SGD", "NZ$": "NZD", "MX$": "MXN", "R$": "BRL",
    "¥": "JPY", "￥": "JPY", "円": "JPY", "元": "CNY", "块": "CNY", "RMB": "CNY", "zł": "PLN",
    "kr": "SEK", "₩": "KRW", "₹": "INR", "฿": "THB", "₫": "VND", "RM": "MYR", "Rp": "IDR",
    "₱": "PHP", "₺": "TRY", "Fr.": "CHF", "euro": "EUR", "euros": "EUR", "eur": "EUR", "dollars": "USD",
    "pounds": "GBP", "美元": "USD", "欧元": "EUR", "歐元": "EUR", "英镑": "GBP", "日元": "JPY", "台幣": "TWD",
    "港币": "HKD",
}  # fmt: skip
_CODES = (
    "USD EUR GBP CAD AUD JPY CNY RMB TWD HKD SGD MXN BRL PLN SEK NOK DKK CHF KRW INR "
    "THB VND MYR IDR PHP TRY NZD ARS CLP COP AED SAR CZK HUF RON ZAR"
).split()
_SIGN = "|".join(
    sorted(
        (
            re.escape(s) if not s[-1].isascii() or not s[-1].isalpha() else rf"\b{re.escape(s)}\b"
            for s in [*_SYMBOLS, *_CODES]
        ),
        key=len,
        reverse=True,
    )
)
_FIGURE = r"\d{1,3}(?:[ .,'\u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?|\d{1,9}(?:[.,]\d{1,2})?"
_AMOUNT = regex(
    rf"(?P<before>{_SIGN})\s?(?P<first>{_FIGURE})(?![\d-])|"
    rf"(?<![\d.,-])(?P<second>{_FIGURE})\s?(?P<after>{_SIGN})",
    re.I,
)


def amounts(text: str, yen: str = "JPY") -> tuple[Money, ...]:
    """Amounts with a currency, in order. `yen` says what ¥ means here (JPY, or CNY for a Chinese buyer)."""
    found: list[Money] = []
    for match in _AMOUNT.finditer(text[:MAX_TEXT]):
        sign = match["before"] or match["after"]
        code = next((c for s, c in _SYMBOLS.items() if s.lower() == sign.lower()), sign.upper())
        code = yen if sign in "¥￥" else "CNY" if code == "RMB" else code
        money = _money(match["first"] or match["second"], code)
        if money is not None and len(found) < MAX_FOUND:
            found.append(money)
    return tuple(found)


def _money(figure: str, code: str) -> Money | None:
    from decimal import Decimal, InvalidOperation

    from store.values import Money, exponent

    figure = re.sub(r"[ '\u00a0\u202f]", "", figure)
    last = max(figure.rfind("."), figure.rfind(","))
    decimals = len(figure) - last - 1
    if last >= 0 and decimals in (1, 2) and exponent(code):
        figure = re.sub(r"[.,]", "", figure[:last]) + "." + figure[last + 1 :]
    else:
        figure = re.sub(r"[.,]", "", figure)
    try:
        return Money.parse(str(Decimal(figure)), code)
    except (InvalidOperation, ValueError):
        return None


# People --------------------------------------------------------------------------------------------


class Span(NamedTuple):
    """Characters `start` to `end` of a text, and what they are: email, phone or address."""

    kind: str
    start: int
    end: int


_EMAIL = regex(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_PHONE = regex(r"(?<![\w#/-])(?:\+|00)?\(?\d(?:[\s().-]{0,2}\d){6,14}(?![\w/-])")
_PHONE_WORD = regex(
    r"(?:phone|tel|mobile|cell|call|whatsapp|handy|telefon|fax|móvil|teléfono|cellulare|電話|电话|手机|手機|携帯|"
    r"微信)\D{0,20}$",
    re.I,
)
_STREET = regex(
    r"\b\d{1,5}[A-Za-z]?,? (?:[A-Z][\w.'-]*\s){1,4}(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|"
    r"court|ct|way|close|place|pl|boulevard|blvd|terrace|square|sq|crescent|highway|hwy)\b\.?(?:,? "
    r"(?:apt|unit|suite|flat|#) ?\w+)?"
    r"|\b[A-ZÄÖÜ][\wäöüß.-]*(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|straat|laan|"
    r"plein|gracht)\s\d{1,4}\s?[a-zA-Z]?\b"
    r"|\b\d{1,4}(?:\s?(?:bis|ter))?,? (?:rue|avenue|av\.?|boulevard|bd|place|chemin|impasse|allée|"
    r"quai|cours|route)\s(?:[\wéèêàçôîâ'’.-]+\s?){1,6}"
    r"|\b(?:calle|c/|avenida|avda\.?|plaza|paseo|carrer|via|viale|piazza|corso|rua|travessa|largo|"
    r"praça)\s(?:[\wáéíóúñçãõàèìòù'’.-]+\s){0,5}[\wáéíóúñçãõàèìòù'’.-]+,?\s(?:n[ºo°.]?\s?)?\d{1,5}\b"
    r"|(?:[\u4e00-\u9fff]{2,8}(?:省|市|自治区|區|区|县|縣|鎮|镇|乡|鄉)){1,4}[\u4e00-\u9fffA-Za-z0-9０-９\-－ "
    r"]{2,40}(?:号|號|室|楼|樓|栋|棟|单元|弄|巷)(?:[A-Za-z0-9\-－]{1,8}(?:室|楼|樓|栋|棟|号|號)?)?"
    r"|"
    r"(?:〒\s?\d{3}-?\d{4}\s*)?[\u4e00-\u9fff]{2,3}[都道府県][\u4e00-\u9fff\u3040-\u30ffー]{1,12}[市区町村郡][\u4e00-\u9fff\u3040-\u30ffー0-9０-９\-－―丁目番地号"
    r" ]{1,40}",
    re.I,
)


def spans(text: str) -> tuple[Span, ...]:
    """What a masked view hides, without overlaps, in order. Order and parcel numbers are not people's and stay."""
    text = text[:MAX_TEXT]
    found = [Span("email", m.start(), m.end()) for m in _EMAIL.finditer(text)]
    known = {re.sub(r"\D", "", n) for n in orders(text)}
    for match in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        international = match[0].startswith(("+", "00"))
        grouped = bool(re.search(r"[\s().-]", match[0].strip()))
        said = bool(_PHONE_WORD.search(text[max(0, match.start() - 40) : match.start()]))
        national = (digits[0] == "0" and 9 <= len(digits) <= 12) or re.fullmatch(r"1[3-9]\d{9}", digits) is not None
        if (
            7 <= len(digits) <= 15
            and digits not in known
            and (international or said or national or (grouped and 9 <= len(digits) <= 11))
        ):
            found.append(Span("phone", match.start(), match.end()))
    found.extend(Span("address", m.start(), m.end()) for m in _STREET.finditer(text))
    found.sort(key=lambda s: (s.start, -s.end))
    out: list[Span] = []
    for span in found:
        if not out or span.start >= out[-1].end:
            out.append(span)
    return tuple(out)


def mask(text: str) -> str:
    """The text with every personal span replaced by dots, its first and last character kept."""
    out, position = [], 0
    for span in spans(text):
        value = text[span.start : span.end]
        out.append(text[position : span.start] + value[0] + "…" + value[-1])
        position = span.end
    return "".join(out) + text[position:]
