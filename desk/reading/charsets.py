"""Bytes to text when the label is right, wrong or missing. Never raises, never drops a byte unseen."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

# Labels seen in mail → the superset codec that reads what really arrives under them.
_ALIASES = {
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030", "gb_2312-80": "gb18030",
    "hz-gb-2312": "hz", "chinesebig5": "cp950", "big5": "cp950", "x-big5": "cp950", "big5-hkscs": "big5hkscs",
    "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932", "sjis": "cp932", "ms_kanji": "cp932",
    "windows-31j": "cp932", "iso-2022-jp": "iso2022_jp_ext", "cp50220": "iso2022_jp_ext", "cp50221": "iso2022_jp_ext",
    "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "euc-kr": "cp949", "ksc5601": "cp949",
    "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "iso8859-1": "cp1252", "windows-1252": "cp1252",
    "iso-8859-9": "cp1254", "iso-8859-11": "cp874", "tis-620": "cp874", "iso-8859-8-i": "iso8859_8",
    "iso-8859-8-e": "iso8859_8", "unicode-1-1-utf-7": "utf-7", "utf8": "utf-8", "utf-8": "utf-8", "utf-8mb4": "utf-8",
    "unicode-1-1-utf-8": "utf-8", "x-mac-roman": "mac_roman", "macintosh": "mac_roman", "x-unknown": "",
    "unknown-8bit": "", "x-user-defined": "", "us-ascii": "", "ascii": "", "ansi_x3.4-1968": "", "default": "",
    "binary": "", "8bit": "", "": "",
}  # fmt: skip
# Python codecs that are no charset of mail, or that run code-like escapes.
_REFUSED = {"unicode-escape", "raw-unicode-escape", "idna", "punycode", "undefined", "mbcs", "oem"}
_LABEL = re.compile(r"[^a-z0-9_.:+-]")
_ESCAPES = re.compile(rb"\x1b\$[@B]|\x1b\([BJI]")


@lru_cache(maxsize=256)
def codec_of(label: str) -> str:
    """The Python codec for a charset label; "" when the label says nothing usable."""
    name = _LABEL.sub("", label.strip().lower())[:60]
    name = _ALIASES.get(name, name)
    if not name:
        return ""
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        short = re.sub(r"^(?:x-|cp-|charset=)", "", name)
        return codec_of(short) if short != name else ""
    text_only = getattr(info, "_is_text_encoding", True)
    return info.name if text_only and info.name.replace("_", "-") not in _REFUSED else ""


def decode(data: bytes, label: str = "") -> tuple[str, bool]:
    """The text and whether the label held. Falls back to what the bytes look like, then to marks of doubt."""
    if data.isascii() and b"\x1b" not in data and b"~{" not in data:
        codec = codec_of(label)
        if codec in ("utf-7", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
            return _with(data, codec)
        return data.decode("ascii"), True
    if data[:3] == b"\xef\xbb\xbf":
        return data[3:].decode("utf-8", "replace"), True
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") and len(data) > 2:
        return data.decode("utf-16", "replace"), True
    codec = codec_of(label)
    return _with(data, codec) if codec else (guess(data), not label or label.lower() in ("us-ascii", "ascii"))


@lru_cache(maxsize=1)
def _windows() -> dict[int, str]:
    """Windows-1252 by byte; its five holes stay what they are in Latin-1."""
    return {b: bytes((b,)).decode("cp1252", "ignore") or chr(b) for b in range(0x80, 0xA0)}


def _with(data: bytes, codec: str) -> tuple[str, bool]:
    try:
        return data.decode(codec), True
    except (UnicodeError, ValueError, OverflowError):
        pass
    if codec == "cp1252":
        try:
            return data.decode("utf-8"), False
        except UnicodeDecodeError:
            return data.decode("latin-1").translate(_windows()), True
    text = data.decode(codec, "replace")
    if text.count("\ufffd") * 20 <= len(text):  # a bad byte or two: the label is right, the transport was not
        return text, False
    return guess(data), False


def guess(data: bytes) -> str:
    """Unlabelled 8-bit text: UTF-8, else ISO-2022-JP, the Chinese and Japanese double bytes, else Windows-1252."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as exc:
        if exc.start > len(data) - 4 and exc.reason == "unexpected end of data":
            return data.decode("utf-8", "replace")
    if _ESCAPES.search(data):
        return data.decode("iso2022_jp_ext", "replace")
    best = max((_likelihood(data, codec), codec) for codec in ("gb18030", "cp932", "cp950", "cp1252"))
    if best[1] != "cp1252":
        return data.decode(best[1], "replace")
    return _with(data, "cp1252")[0]


def _likelihood(data: bytes, codec: str) -> float:
    """How much of the high-byte text turns into common letters of the codec's scripts, 0–1."""
    sample = data[:20_000]
    high = sum(b >= 0x80 for b in sample)
    if codec == "cp1252":
        # Western text is mostly ASCII with single accents between letters.
        runs = len(re.findall(rb"[\x80-\xff]{2,}", sample))
        return 0.9 if high * 4 < len(sample) and runs * 4 < high else 0.3
    try:
        text = sample.decode(codec)
    except UnicodeDecodeError as exc:
        if exc.start < len(sample) - 3 or len(sample) == len(data):
            return 0.0
        text = sample.decode(codec, "ignore")
    wide = [c for c in text if c >= "\x80"]
    if not wide:
        return 0.0
    common: float
    if codec == "gb18030":
        common = len(re.findall(rb"[\xb0-\xd7][\xa1-\xfe]|\xa3[\xa1-\xfe]|\xa1[\xa1-\xbf]", sample))
    elif codec == "cp950":
        common = len(re.findall(rb"[\xa4-\xc6][\x40-\x7e\xa1-\xfe]|\xa1[\x40-\x7e\xa1-\xbf]", sample)) * 0.95
    else:
        common = sum("\u3041" <= c <= "\u30ff" or c in "、。「」！？" for c in wide) * 1.5
    return min(common / len(wide), 0.98)
