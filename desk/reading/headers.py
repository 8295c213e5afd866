"""Header fields: splitting, RFC 2047 words, RFC 2231 parameters, ids and dates. Linear in what it reads."""

from __future__ import annotations

import binascii
import re
from urllib.parse import unquote_to_bytes

from desk.reading.charsets import decode, guess

MAX_BLOCK = 256 * 1024
"""Bytes of one header block that are read; the rest is skipped and said so."""
MAX_VALUE = 64 * 1024
"""Characters of one field that are looked at."""
MAX_REPEATS = 100

Fields = dict[str, list[bytes]]

_FIELD = re.compile(rb"([!-9;-~]{1,80})[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)(?:\n|\Z)")
_MBOX = re.compile(rb">?From [^\n]*(?:\n|\Z)")
_BLANK = re.compile(rb"[ \t]*\r?(?:\n|\Z)")
_BLOCK_END = re.compile(rb"\n\r?\n")


def split(raw: bytes, start: int, end: int) -> tuple[Fields, int, bool]:
    """(values by lower-case field name, where the body starts, whether the block was cut short).

    The block ends at the first empty line, or before the first line that cannot be a header.
    """
    fields: Fields = {}
    limit = min(end, start + MAX_BLOCK)
    position = start
    if mbox := _MBOX.match(raw, start, limit):
        position = mbox.end()
    while position < limit:
        match = _FIELD.match(raw, position, limit)
        if match is None:
            blank = _BLANK.match(raw, position, end)
            return fields, (blank.end() if blank else position), False
        values = fields.setdefault(match[1].decode("ascii").lower(), [])
        if len(values) < MAX_REPEATS:
            values.append(match[2])
        position = match.end()
    if position >= end:
        return fields, end, False
    after = _BLOCK_END.search(raw, position - 1, end)
    return fields, (after.end() if after else end), True


def first(fields: Fields, name: str) -> str:
    """The first value of a field, unfolded, as text with its encoded words still encoded; "" when absent."""
    values = fields.get(name)
    return unfold(values[0]) if values else ""


def last(fields: Fields, name: str) -> str:
    """The last value: what counts where a field must not repeat (RFC 8621 §4.1.2)."""
    values = fields.get(name)
    return unfold(values[-1]) if values else ""


def unfold(value: bytes) -> str:
    value = value[:MAX_VALUE]
    if b"\n" in value or b"\r" in value:
        value = value.replace(b"\r", b"").replace(b"\n", b"")
    value = value.strip(b" \t")
    return value.decode("ascii") if value.isascii() and b"\x1b" not in value else guess(value)


# RFC 2047 ------------------------------------------------------------------------------------------

_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_Q_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")


def decode_words(text: str) -> str:
    """Encoded words made text. White space between two of them vanishes; neighbours of one charset are joined before
    decoding, for senders that cut inside a character."""
    if "=?" not in text:
        return text
    out: list[str] = []
    pending, label, position = b"", "", 0
    for match in _WORD.finditer(text):
        between = text[position : match.start()]
        charset = match[1].partition("*")[0]
        data = _word_bytes(match[2], match[3])
        if pending and not between.strip() and charset.lower() == label.lower():
            pending += data
        else:
            if pending:
                out.append(decode(pending, label)[0])
                between = between if between.strip() else ""
            out.append(between)
            pending, label = data, charset
        position = match.end()
    if position:
        out.append(decode(pending, label)[0])
    out.append(text[position:])
    return "".join(out)


def _word_bytes(kind: str, payload: str) -> bytes:
    data = payload.encode("utf-8", "surrogateescape")
    if kind in "qQ":
        return _Q_HEX.sub(lambda m: bytes((int(m[1], 16),)), data.replace(b"_", b" "))
    return base64_bytes(data)


_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


def base64_bytes(data: bytes) -> bytes:
    """Base64 as mail has it: stray characters skipped, missing padding forgiven, a half group at the end dropped."""
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        pass
    data = _NOT_BASE64.sub(b"", data)
    data = data[: len(data) - 1] if len(data) % 4 == 1 else data
    try:
        return binascii.a2b_base64(data + b"=" * (-len(data) % 4))
    except binascii.Error:
        return b""


# Parameters ----------------------------------------------------------------------------------------

_PARAMETER = re.compile(r""";\s*([^\s=;"]{1,60})\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))""", re.S)
_NO_SEMICOLON = re.compile(r"^(\s*[\w.+-]{1,80}(?:/[\w.+-]{1,120})?)\s+(?=[\w*-]{1,60}\s*=)")
_UNESCAPE = re.compile(r"\\([\"\\])")
_CONTINUED = re.compile(r"(.+?)\*(?:(\d{1,3})(\*)?)?")


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """`text/plain; charset="x"` → ("text/plain", {"charset": "x"}), RFC 2231 continuations joined and decoded."""
    value = _NO_SEMICOLON.sub(r"\1; ", value, count=1)
    head, _, _ = value.partition(";")
    plain: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    if ";" in value:
        for match in _PARAMETER.finditer(value, len(head)):
            name = match[1].lower()
            text = _UNESCAPE.sub(r"\1", match[2]) if match[2] is not None else (match[3] or "").strip().strip("'\"")
            if (star := _CONTINUED.fullmatch(name)) and "*" in name:
                encoded = name.endswith("*")
                pieces.setdefault(star[1], []).append((int(star[2] or 0), encoded, text))
            else:
                plain.setdefault(name, text)
    for name, parts in pieces.items():
        plain[name] = _joined(parts)
    return head.strip().lower(), plain


def _joined(parts: list[tuple[int, bool, str]]) -> str:
    parts.sort(key=lambda p: p[0])
    label, data = "", b""
    for number, (_, encoded, text) in enumerate(parts):
        if encoded and number == 0 and text.count("'") >= 2:
            label, _, text = text.split("'", 2)
        piece = text.encode("utf-8", "surrogateescape")
        data += unquote_to_bytes(piece) if encoded else piece
    return decode(data, label)[0]


# Ids and dates -------------------------------------------------------------------------------------

_ID = re.compile(r"<([^<>]{1,998})>")


def message_ids(value: str, limit: int = 100) -> tuple[str, ...]:
    """The ids of a Message-ID, In-Reply-To or References field, without angle brackets; the newest `limit` of them."""
    found = ["".join(m.split()) for m in _ID.findall(value)]
    if not found:
        found = [w.strip("<>,;") for w in value.split() if "@" in w]
    return tuple(dict.fromkeys(i for i in found if i))[-limit:]


_MONTHS = {m: n for n, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_ZONES = {"ut": 0, "utc": 0, "gmt": 0, "z": 0, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420,
          "mdt": -360, "pst": -480, "pdt": -420, "bst": 60, "cet": 60, "cest": 120, "jst": 540, "msk": 180}  # fmt: skip
_DATE = re.compile(
    r"(?:(\d{1,2})[\s-]+([A-Za-z]{3})[a-z]*\.?[\s-]+(\d{2,4})|([A-Za-z]{3})[a-z]*\.?\s+(\d{1,2}),?(?=\s+\d{1,2}:))"
    r",?\s+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:[.,]\d+)?\s*([AaPp][Mm]\b)?\s*(?:\(?([+-]\d{1,4}|"
    r"[A-Za-z]{1,5})\)?)?(?:\s+(\d{4})\b)?"
)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?")


def instant(value: str) -> int | None:
    """A Date field in UTC milliseconds; None when it says no time that exists. Sources: RFC 5322 §3.3 and §4.3."""
    value = value[:200]
    if match := _DATE.search(value):
        day, month = match[1] or match[5], (match[2] or match[4]).lower()
        year = int(match[3] or match[11] or 0)
        if not year or month not in _MONTHS:
            return None
        year += 0 if year >= 1000 else 1900 if year >= 50 else 2000
        hour = int(match[6])
        if match[9]:
            hour = hour % 12 + (12 if match[9].lower() == "pm" else 0)
        return _millis(
            year, _MONTHS[month], int(day), hour, int(match[7]), int(match[8] or 0), _offset(match[10] or "")
        )
    if match := _ISO.search(value):
        year, mon, dom, hour, minute = (int(match[n]) for n in range(1, 6))
        return _millis(year, mon, dom, hour, minute, int(match[6] or 0), _offset((match[7] or "").replace(":", "")))
    return None


def _offset(zone: str) -> int:
    """Minutes east of UTC; a zone nobody can know counts as UTC (RFC 5322 §4.3)."""
    if zone[:1] in "+-" and zone[1:].isdigit():
        digits = zone[1:].zfill(4) if len(zone) > 3 else zone[1:].zfill(2) + "00"
        minutes = int(digits[:2]) * 60 + int(digits[2:])
        return 0 if minutes > 15 * 60 else minutes if zone[0] == "+" else -minutes
    return _ZONES.get(zone.lower(), 0)


def _millis(year: int, month: int, day: int, hour: int, minute: int, second: int, offset: int) -> int | None:
    if not (1970 <= year <= 9998 and 1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 61):
        return None
    if (month == 2 and day > 29) or (day == 31 and month in (4, 6, 9, 11)):
        return None
    shifted, of_year = (year, month - 3) if month > 2 else (year - 1, month + 9)
    days = 365 * shifted + shifted // 4 - shifted // 100 + shifted // 400 + (153 * of_year + 2) // 5 + day - 719_469
    return (days * 86_400 + hour * 3_600 + minute * 60 + second - offset * 60) * 1000
