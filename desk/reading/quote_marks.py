"""What marks a quote, a phone's line or small print: the patterns of `data/quotes.toml` and the cheap signs before them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple


class Patterns(NamedTuple):
    attribution: re.Pattern[str]
    loose: re.Pattern[str]
    separator: re.Pattern[str]
    device: re.Pattern[str]
    legal: re.Pattern[str]
    certain: re.Pattern[str]
    label: re.Pattern[str]


@lru_cache(maxsize=1)
def patterns() -> Patterns:
    with (Path(__file__).parent / "data" / "quotes.toml").open("rb") as file:
        data = tomllib.load(file)

    def any_of(parts: Iterable[str]) -> re.Pattern[str]:
        return re.compile("|".join(f"(?:{p})" for p in parts), re.I)

    names = "|".join(data["devices"])
    device = rf"(?:[\w.'’+-]{{1,20}},? ){{0,4}}(?:{names})(?![a-z0-9])[\w .,'’&()+-]{{0,30}}"
    labels = "|".join(
        f"(?P<{kind}>{'|'.join(re.escape(w) for w in sorted(words, key=len, reverse=True))})"
        for kind, words in data["labels"].items()
    ).replace("(?P<from>", "(?P<from_>")
    return Patterns(
        any_of(data["attribution"]),
        any_of(data["loose"]),
        any_of(data["separator"]),
        any_of(p.replace("DEVICE", device) for p in data["device"]),
        any_of(data["legal"]),
        any_of(data["certain"]),
        re.compile(rf"[\s*_|>]*(?:{labels})[\s*_]*(?:[:\uff1a]|\|\s)[\s*_|]*(?P<value>.*)", re.I),
    )


# Cheap signs that a text holds anything to fold; most messages hold none.
WORDS = (
    "wrote", "escribi", "escreveu", "schrieb", "\u5199\u9053", "\u5beb\u9053", "sent ", "gesendet", "envoy",
    "envia", "inviat", "verstuurd", "verzonden", "\u9001\u4fe1", "\u53d1\u81ea", "\u767c\u81ea", "\u6765\u81ea",
    "\u4f86\u81ea", "\u4ece", "\u5f9e", "outlook", "confiden", "vertraulich", "riservat", "vertrouwelijk",
    "\u4fdd\u5bc6", "\u6a5f\u5bc6", "environment", "umwelt", "imprimir", "stampare", "virus", "avast", "disclaimer",
    "unterwegs", "download ", "skickat", "sendt ", "wys\u0142an", "\u043e\u0442\u043f\u0440\u0430\u0432\u043b\u0435\u043d",
    "\u043d\u0430\u0434\u0456\u0441\u043b", "odesl", "odosl", "l\u00e4hetetty", "g\u00f6nderildi", "\uc5d0\uc11c", "trimis",
    "k\u00fcldve",
    "\u5bc4\u81ea", "\u53d1\u9001", "\u767c\u9001", "\u50b3\u9001", "\u5bc4\u51fa", "scritto", "\u00e9crit",
)  # fmt: skip
# What every line of a phone holds one of.
SENDING = (
    "sent ", "get outlook", "download", "gesendet", "outlook", "unterwegs", "envoy", "t\u00e9l\u00e9charg",
    "enviad", "descargar", "baixar", "inviat", "scarica", "verstuurd", "verzonden", "skickat", "sendt",
    "wys\u0142an", "\u043e\u0442\u043f\u0440\u0430\u0432", "\u043d\u0430\u0434\u0456\u0441", "odesl", "odosl",
    "l\u00e4het", "g\u00f6nder", "\uc5d0\uc11c", "trimis", "k\u00fcldve", "\u9001\u4fe1", "\u53d1\u81ea",
    "\u767c\u81ea", "\u6765\u81ea", "\u4f86\u81ea", "\u4ece", "\u5f9e", "\u53d1\u9001", "\u50b3\u9001",
    "\u767c\u9001", "\u5bc4", "\u901a\u8fc7", "\u900f\u904e", "\u4f7f\u7528", "\u90ae\u7bb1",
)  # fmt: skip
LINES = re.compile(
    r"(?:\A|\n)[ \t]{0,3}[>\uff1e\-_=*\u2014\u2013\u2500]|[:\uff1a][*_ \t]*(?:\n|\Z)|"
    r"\n[^\n:\uff1a]{1,24}[:\uff1a][^\n]*\n[^\n:\uff1a]{1,24}[:\uff1a]"
)

LAST = frozenset(":\uff1aeEuU\u00f3\u00d3\u9053\u5199")
"""What an attribution can end with: a colon, or the last letter of "wrote" in the languages that leave it out."""
BARE_END = re.compile("(?:wrote|\u5199\u9053|\u5beb\u9053|escreveu|escribi\u00f3)$", re.I)
PREFIX = re.compile(r"[ \t]{0,3}[>\uff1e](?![_.<:][<>_.()]|_|\.)")
WRAPPED_END = re.compile("[ \t]*>[ \t]*(?:[^\\W\\d]+[ \t]*){0,3}[:\uff1a][ \t]*")
"""The end of an attribution that was wrapped before the angle that closes its address."""
MORE_THAN = re.compile(r"[ \t]{0,3}> ?[\d$€£¥]")
"""An angle before a figure may say "more than"."""
QUOTED_WORDS = re.compile(r"> (?![\d$€£¥])")
RULE = re.compile(r"\s*(?:[-_=*\u2014\u2500][\s-]?){5,}\s*$")
DASHES = re.compile(r"^[\s\-_=*>\u2014\u2500|\u00a0]+|[\s\-_=*\u2014\u2500|\u00a0]+$")
SIGNATURE = re.compile(r"--[ \u00a0]?$|[\u2014\u2013]$|__$")
SIGN_OFF = re.compile(r"[-\u2013\u2014~]\s?[A-Z][\w.'-]*(?: [A-Z][\w.'-]*){0,3}$")
SPOKEN = re.compile(
    r"\b(?:i|i'm|my|me|you|your|please|ich|mein\w*|mir|bitte|sie|je|j'ai|mon|ma|votre|vous|yo|mi|su|quiero"
    r"|por favor|io|mio|voglio"
    r"|vorrei|eu|meu|minha|quero|ik|mijn|graag|jullie)\b|[\u6211\u8bf7\u8acb\u60a8\u4f60]"
    r"|\u304f\u3060\u3055\u3044|\u304a\u9858\u3044",
    re.I,
)
"""Words of somebody who still has something to say."""
LIST_RULE = re.compile(r"\s*_{20,}\s*$")
STRONG = re.compile(r"@|\d{1,2}[:.h]\d{2}|\d{4}")
MYSELF = re.compile(
    r"\b(?:i wrote|i have written|schrieb ich|habe ich .{0,40}geschrieben|j['\u2019]ai (?:déjà )?écrit"
    r"|je vous ai écrit|(?:les|le|te|os) escribí"
    r"|escribí|ho (?:già )?scritto|escrevi|schreef ik|heb ik .{0,40}geschreven)\b"
    r"|我.{0,6}写道|我.{0,6}寫道|私は.{0,12}書きました",
    re.I,
)
"""A writer quoting what they wrote themselves: those are their own words."""
