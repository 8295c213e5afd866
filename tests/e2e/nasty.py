"""What a buyer can write to take over a terminal, and how one tells from raw bytes that it did not work."""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from store.values import clean_line

ESC, BEL, ST = "\x1b", "\x07", "\x1b\\"

PAYLOADS = (
    # Markup of the toolkit
    "[/]",
    "[/b]",
    "[bold]",
    "[@click=app.quit]x[/]",
    "[@click=app.bell]y[/@click]",
    "[link=https://evil.example]z[/link]",
    "[$primary on red]q[/]",
    "[not closed",
    "\\[escaped\\]",
    "[[double]]",
    "{curly} {0} %s %(x)s $x ${y} {{customer.name}}",
    # Terminal control
    f"{ESC}[5;13;37mC",
    f"{ESC}[2J{ESC}[31;7;77HJ",
    f"{ESC}]0;PWN0{BEL}K",
    f"{ESC}]2;PWN2{ST}L",
    f"{ESC}]8;;https://evil.example{ST}M{ESC}]8;;{ST}",
    f"{ESC}]52;c;UFdOUFdO{BEL}N",
    f"{ESC}]52;c;UFdO{ST}O",
    f"{ESC}P1$tx{ST}P",
    f"{ESC}_apc{ST}Q",
    f"{ESC}^pm{ST}R",
    f"{ESC}Xsos{ST}S",
    f"{ESC}[6nT",
    f"{ESC}[21tU",
    f"{ESC}cV",
    f"{ESC}#8W",
    f"{ESC}[?1049hX",
    f"{ESC}[?47lY",
    f"{ESC}(0Z",
    f"{ESC}[>4;2ma",
    f"{ESC}[20l{ESC}[?7lb",
    f"\x0e\x0f{ESC}Nc{ESC}Od",
    "\x9b5;13;37md",
    "\x9d52;c;UFdO\x9ce",
    "\x90q\x9cf",
    "\x85g\x84h",
    "a\x00b",
    "a\x07\x08\x0b\x0c\rb",
    "a\x7fb",
    "\x05\x06\x18\x1a",
    # Direction, width, invisibility
    "\u202egnp.exe\u202c",
    "\u2066x\u2069\u2067y\u2069\u2068z\u2069",
    "\u202ax\u202by\u202dz",
    "\u200ea\u200fb\u061cc",
    "z\u0335\u0322" + "\u0301" * 60 + "algo",
    "tag\U000e0041\U000e0042\U000e007f",
    "a\u200bb\u200cc\u200dd\u2060e\ufeffg\u00adh",
    "\ufff9i\ufffaj\ufffbk",
    "a\u2028b\u2029c",
    "\u180e\u3164\u115f",
    "ｅｖｉｌ：／",
    "👨‍👩‍👧‍👦 🏴\U000e0067\U000e0062\U000e0065\U000e007f 🇩🇪 ❤️",
    "สวัสดีที่นี่",
    "مرحبا שלום",
    "ﷺ﷽",
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "'; DROP TABLE ticket; --",
    "../../../etc/passwd",
    "%0d%0aX: y",
    "L" * 20_000,
    "宽" * 5_000,
    "\t" * 400 + "x",
    " ",
    "",
)
"""Each at home in any field. Lone surrogates are apart: a database cannot even hold them."""

SURROGATES = ("a\ud800b", "\udfff", "\udc9b31m")


def strings(shared: Path) -> list[str]:
    """The list of naughty strings, where it is there, and our own."""
    place = shared / "data" / "text" / "blns.json"
    return [*PAYLOADS, *json.loads(place.read_text("utf-8"))]


# What the terminal got -------------------------------------------------------------------------------

_SEQUENCE = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[PX^_].*?(?:\x1b\\|\x07)"
    r"|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-Z\\^-~]|\x1b",
    re.DOTALL,
)
_COMBINING = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]{5}")
_FORBIDDEN = {
    *range(0x00, 0x08),
    0x0B,
    0x0C,
    *range(0x0E, 0x1B),
    *range(0x1C, 0x20),
    *range(0x7F, 0xA0),
    0xAD,
    0x61C,
    0x180E,
    0x200B,
    0x200E,
    0x200F,
    *range(0x2028, 0x202F),
    *range(0x2060, 0x2070),
    0xFEFF,
    *range(0xFFF9, 0xFFFC),
    *range(0xE0000, 0xE1000),
}
"""Code points that move a cursor, turn text round or hide it. BS, TAB, LF, CR are the terminal driver's own."""


def shapes(raw: bytes) -> set[str]:
    """The escape sequences in what a program wrote: numbers as `#`, strings for the terminal whole."""
    found = set()
    for sequence in _SEQUENCE.findall(raw.decode("utf-8", "replace")):
        if sequence.startswith("\x1b]52;c;"):
            found.add(_copied(sequence))
        elif sequence.startswith("\x1b]2;"):
            found.add(_titled(sequence))
        else:
            found.add(sequence if sequence[1:2] == "]" else re.sub(r"\d+(?:[;:]\d*)*", "#", sequence))
    return found


def _copied(sequence: str) -> str:
    """One name for every line of plain text that was copied to the clipboard; anything else stands for itself."""
    text = base64.b64decode(sequence[7:].rstrip("\x07\x1b\\")).decode("utf-8", "replace")
    return "clipboard" if text == clean_line(text) else sequence


def _titled(sequence: str) -> str:
    """One name for every title of the window that is a line of plain text; anything else stands for itself."""
    text = sequence[4:].removesuffix("\x07")
    return "title" if text == clean_line(text) and text.isprintable() else sequence


def faults(raw: bytes, allowed: Iterable[str] = ()) -> list[str]:
    """Everything in the bytes that a program showing text may never send. `allowed` are the sequences it sends anyway
    (none: it sends plain text)."""
    known = set(allowed)
    found = [f"sequence {s!r}" for s in sorted(shapes(raw) - known)]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as exc:
        found.append(f"not UTF-8 at {exc.start}: {raw[max(0, exc.start - 20) : exc.start + 20]!r}")
        text = raw.decode("utf-8", "replace")
    found += [f"payload {literal!r}" for literal in PAYLOADS if ESC in literal and literal in text]
    rest = _SEQUENCE.sub("", text)
    for char in sorted({c for c in rest if ord(c) in _FORBIDDEN}):
        at = rest.index(char)
        found.append(f"U+{ord(char):04X} {unicodedata.name(char, '')} in {rest[max(0, at - 30) : at + 30]!r}")
    if match := _COMBINING.search(rest):
        found.append(f"a pile of marks at {rest[max(0, match.start() - 20) : match.end() + 5]!r}")
    return found
