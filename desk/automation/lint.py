"""What is wrong with a template before it meets a buyer: unknown names, and what marketplaces forbid.

Amazon and eBay forbid leading a buyer off the platform: no links, e-mail addresses or telephone numbers, no dealing
elsewhere; Amazon no advertising, no asking for praise, no message that only says thanks (Amazon's communication
guidelines; eBay help 4272 and 4373, from notes of 2026-11-22). Patterns are plain and linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Literal

from desk.automation.templates import MAX_TEXT, TAG, read_tag, tags
from desk.automation.variables import ALIASES, CONTACT, FILLED, VARIABLES
from desk.reason import Reason
from store.errors import N_

STRICT = frozenset({"amazon", "ebay"})
"""Platforms that forbid contact data in messages."""

LIMITS = {"amazon": 2_000, "ebay": 2_000}
"""Characters a message may have, where a platform says: Amazon's messaging API states 2,000; eBay's from memory."""

_LINK = re.compile(
    r"https?://\S*|\bwww\.\S*|\b[a-z0-9-]{1,63}\.(?:com|net|org|info|shop|store|io|cn|de|fr|es|it|jp|pt|br|uk|eu)\b\S*",
    re.I,
)
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,}")
_PHONE = re.compile(r"(?<![\w-])\+?\d(?:[ ()/.-]{0,2}\d){7,14}(?![\w-])")
_ORDER = re.compile(r"\b\d{3}-\d{7}-\d{7}\b|\b\d{2}-\d{5}-\d{5}\b")  # Amazon's and eBay's own order numbers
_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_PRAISE = re.compile(
    r"(?:positive|good|5[- ]?star|five[- ]?star) (?:review|feedback|rating)|positive Bewertung|5[- ]?Sterne"
    r"|avis positif|5 étoiles|reseña positiva|5 estrellas|recensione positiva|5 stelle|高評価|星5|五星|好评|好評"
    r"|avaliação positiva|5 estrelas",
    re.I,
)

_PROMOTION = re.compile(
    r"coupon|discount code|promo code|voucher code|\d% off|Gutschein|Rabattcode|code promo|bon de réduction|cupón"
    r"|código (?:de descuento|promocional)|buono sconto|codice sconto|cupom|クーポン|割引コード|优惠券|优惠码|折扣码|返现",
    re.I,
)
_ELSEWHERE = re.compile(
    r"outside (?:of )?(?:eBay|Amazon)|off (?:eBay|Amazon)\b|our (?:own )?website|pay us directly|WhatsApp|WeChat|Telegram"
    r"|微信|außerhalb von (?:eBay|Amazon)|unsere Website|en dehors d[’'e ]{1,2}(?:eBay|Amazon)|notre site"
    r"|fuera de (?:eBay|Amazon)|nuestra web|fuori da (?:eBay|Amazon)|nostro sito|fora d[oa] (?:eBay|Amazon)|nosso site",
    re.I,
)
_BARE = re.compile(
    r"\W*(?:thank you|thanks|(?:vielen )?danke?|merci|gracias|grazie|obrigad[oa]|ありがとう|谢谢|感谢|感謝)[^\n]{0,60}", re.I
)
_AWAY = re.compile(
    r"out of (?:the )?office|on (?:vacation|holiday)|currently away|automatic reply|auto-?reply|Abwesenheit|im Urlaub"
    r"|absents? du bureau|en vacances|fuera de la oficina|de vacaciones|fuori ufficio|in ferie|fora do escritório"
    r"|de férias|休暇中|自動返信|自动回复|休假中|不在办公室",
    re.I,
)

_SINGLE = re.compile(r"(?<![{])\{\s*([\w.]{3,60})\s*(?:\|[^{}]{0,80})?\}(?!\})")

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend: an `error` blocks using the text, a `warning` is for the author to judge."""

    severity: Severity
    what: Reason
    start: int
    end: int


def lint(text: str, platforms: Iterable[str] = ()) -> list[Finding]:
    """What is wrong with a template's text for these platforms, in the order of the text."""
    return sorted([*named(text), *banned(text, platforms)], key=lambda f: (f.start, f.end))


def banned(text: str, platforms: Iterable[str]) -> list[Finding]:
    """What these platforms forbid in a text, a template's or one about to leave; its braces are not looked at."""
    found: list[Finding] = []
    for platform in sorted(set(platforms)):
        if platform in STRICT:
            found += _forbidden(text, platform)
        if len(text) > LIMITS.get(platform, len(text)):
            limit = LIMITS[platform]
            gaps: dict[str, object] = {"count": len(text), "limit": limit, "platform": platform}
            what = Reason(N_("{count} characters; {platform} takes {limit}"), gaps)
            found.append(Finding("error", what, limit, len(text)))
    return sorted(found, key=lambda f: (f.start, f.end))


def as_warning(finding: Finding) -> Finding:
    """The same, for the author to judge."""
    return replace(finding, severity="warning")


def unfilled(text: str) -> tuple[str, ...]:
    """Names a text uses without a fallback that no room fills yet: with them it never leaves by itself."""
    return tuple(dict.fromkeys(t.path for t in tags(text) if t.known and t.path not in FILLED and not t.fallback))


def named(text: str) -> Iterator[Finding]:
    """Variables that are none, and braces without a partner."""
    for found in TAG.finditer(text):
        tag = read_tag(found)
        if tag is None:
            what = Reason(N_("{tag} is not a variable with filters"), {"tag": found[0]})
            yield Finding("error", what, found.start(), found.end())
        elif not tag.known:
            near = get_close_matches(tag.path, [*VARIABLES, *ALIASES], 1)
            what = Reason(N_("{name} is not known"), {"name": tag.path})
            if near:
                what = Reason(N_("{name} is not known; did you mean {near}?"), {"name": tag.path, "near": near[0]})
            yield Finding("error", what, found.start(), found.end())
    for found in re.finditer(r"\{\{|\}\}", TAG.sub(lambda m: " " * len(m[0]), text)):
        yield Finding("error", Reason(N_("a brace is missing its partner")), found.start(), found.end())
    for found in _SINGLE.finditer(text):
        name = found[1].casefold()
        if name in VARIABLES or name in ALIASES:
            gaps: dict[str, object] = {"name": name}
            yield Finding("error", Reason(N_("{name} needs two braces on either side"), gaps), found.start(), found.end())


def _forbidden(text: str, platform: str) -> Iterator[Finding]:
    text = text[:MAX_TEXT]  # a longer one never leaves
    for tag in tags(text):
        if tag.path in CONTACT:
            gaps: dict[str, object] = {"platform": platform, "name": tag.path}
            yield Finding("error", Reason(N_("{platform} forbids contact data: {name}"), gaps), tag.start, tag.end)
    bare = TAG.sub(lambda m: "\0" * len(m[0]), text)
    for pattern in (_ORDER, _DATE):
        bare = pattern.sub(lambda m: "\0" * len(m[0]), bare)
    for pattern, text_id in (
        (_MAIL, N_("{platform} forbids e-mail addresses")),
        (_LINK, N_("{platform} forbids links")),
        (_PHONE, N_("{platform} forbids telephone numbers")),
        (_PRAISE, N_("{platform} forbids asking for praise")),
        (_PROMOTION, N_("{platform} forbids advertising")),
        (_ELSEWHERE, N_("{platform} forbids leading buyers elsewhere")),
    ):
        for found in pattern.finditer(bare):
            yield Finding("error", Reason(text_id, {"platform": platform}), found.start(), found.end())
        bare = pattern.sub(lambda m: "\0" * len(m[0]), bare)
    if platform == "amazon" and _BARE.fullmatch(text.strip()):
        yield Finding("error", Reason(N_("{platform} forbids messages that only say thanks"), {"platform": platform}),
                      0, len(text))  # fmt: skip
    for found in _AWAY.finditer(bare):
        what = Reason(N_("{platform} does not count a note of absence as an answer"), {"platform": platform})
        yield Finding("warning", what, found.start(), found.end())
