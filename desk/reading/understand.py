"""What a text is about: language, cause, ask, escalation, urgency, numbers. Pure, and cheap to import."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from desk.reading import grammar, keywords, language, numbers, spelling, tracking
from desk.reading.keywords import ASKS, CAUSES, ESCALATION, NEUTRAL, OTHER, RAISED, TYPES, URGENT, WIDE, Hit
from desk.reading.lazy import regex
from desk.reading.records import Tracking, Understanding

if TYPE_CHECKING:
    from desk.reading.learner import Learner

MAX_TEXT = 20_000
"""Characters that are read for meaning: what a mail is about stands in its first pages."""
_RANK = {type: n for n, type in enumerate(TYPES)}
_SILENT = frozenset({NEUTRAL, URGENT, RAISED})
MARGIN = 1.0
"""Below this lead over the runner-up a person should look."""
HINT = 0.65
"""A cause of fewer points is a hint, and gives way to what is asked for in so many words."""

_LETTERS = regex(r"[^\W\d_]{4}|[^\x00-\u2e7f\W]")
_SHOUT = regex(r"\b[A-Z]{4,}\b")


def understand(text: str, subject: str = "", platform: str = "", learner: Learner | None = None) -> Understanding:
    """Reads `text` (what its author wrote now) with its subject. `platform` widens what counts as an order number;
    `learner` adds what the team's corrections taught."""
    text = text[:MAX_TEXT]
    whole = whole_text(text, subject)
    plain = keywords.normalise(whole)
    spoken, sure = language.detect_sure(text if _LETTERS.search(text) else whole)
    hits, spoken = _hits(plain, spoken, sure)
    scores = _scores(hits)
    others = scores.pop(OTHER, 0.0)
    type, review, cause, ask = _judged(scores, others, plain)
    alone = type
    if learner is not None:
        scores = learner.rerank(whole, {**scores, OTHER: others} if others else scores)
        others = scores.pop(OTHER, 0.0)
        type, review, cause, ask = _judged(scores, others, plain)
    ranked = sorted(((t, round(s, 2)) for t, s in scores.items() if s > 0), key=lambda s: (-s[1], _RANK[s[0]]))
    if others:
        ranked.append((OTHER, round(others, 2)))
        ranked.sort(key=lambda s: -s[1])
    return Understanding(
        language=spoken,
        type=type,
        cause=cause,
        ask=ask,
        escalation=scores.get(ESCALATION, 0.0) > 0,
        urgency=_urgency(hits, plain, whole, scores),
        scores=tuple(ranked),
        needs_review=review,
        orders=(orders := numbers.orders(whole, platform)),
        tracking=_parcels(whole, orders),
        instead_of=alone if alone != type else "",
    )


def whole_text(text: str, subject: str) -> str:
    """What is read for meaning: the text behind its subject."""
    subject = _bare_subject(subject)
    return f"{subject}. {text}" if subject else text


def _parcels(text: str, orders: tuple[str, ...]) -> tuple[Tracking, ...]:
    found = tracking.find(text)
    if not found:
        return found
    known = {re.sub(r"\W", "", n) for n in orders}
    return tuple(t for t in found if t.number not in known or not t.number.isdigit())


_SIGNS_ONLY = regex(r"[\W_]+")
"""Emoji and the like: somebody feels something, and only a person can tell what."""
_REPLY = regex(
    r"^(?:\s*(?:re|aw|sv|antw|rv|res|r|fwd?|wg|tr|enc|rif|vs|回复|回覆|答复|转发|轉寄|返信|"
    r"転送)\s*(?:\[\d+\])?\s*[:：])+\s*",
    re.I,
)


def _bare_subject(subject: str) -> str:
    """The subject without its Re: and Fwd: — a reply's subject is what the thread was about, so it still counts."""
    return _REPLY.sub("", subject)[:500]


def _hits(plain: str, spoken: str, sure: float) -> tuple[list[Hit], str]:
    """The hits that count, of the languages that can be meant, and the language after they had their say."""
    found = keywords.find(plain)
    if spoken == "en" or (sure < 0.6 and not any(h.phrase.language not in ("en", *WIDE) for h in found)):
        corrected = spelling.correct(plain)
        if corrected != plain:
            plain, found = corrected, keywords.find(corrected)
    own = keywords.longest(_of(found, _family(spoken)))
    if not own and found:
        spoken = _by_hits(keywords.longest(found), spoken, sure)
        own = keywords.longest(_of(found, _family(spoken)) or found)
    others = [h for h in found if h.phrase.language not in WIDE] if spoken in WIDE else _of(found, {"en"} - {spoken})
    covered = [(h.start, h.end) for h in own]
    extra = [h for h in keywords.longest(others) if not any(a < h.end and h.start < b for a, b in covered)]
    return [h for h in (*own, *extra) if grammar.counts(plain, h)], spoken


def _of(hits: list[Hit], languages: set[str]) -> list[Hit]:
    return [h for h in hits if h.phrase.language in languages]


def _family(spoken: str) -> set[str]:
    return {"zh-CN", "zh-TW"} if spoken.startswith("zh") else {spoken}


def _by_hits(hits: list[Hit], spoken: str, sure: float) -> str:
    """Another language of the ten, where the detected one knows none of the words and was not sure of itself."""
    if sure >= 0.75:
        return spoken
    weight: dict[str, float] = {}
    for hit in hits:
        if (hit.phrase.language in WIDE) == (spoken in WIDE):
            weight[hit.phrase.language] = weight.get(hit.phrase.language, 0.0) + hit.phrase.weight
    return max(weight, key=lambda k: weight[k], default=spoken)


def _scores(hits: list[Hit]) -> dict[str, float]:
    """Points per type: each phrase once, loans and foreign words at a discount."""
    best: dict[tuple[str, int], float] = {}
    seen: set[tuple[str, str]] = set()
    for hit in hits:
        key = (hit.phrase.type, hit.phrase.text)
        if key in seen or hit.phrase.type in _SILENT:
            continue
        seen.add(key)
        spot = (hit.phrase.type, hit.start)
        best[spot] = max(best.get(spot, 0.0), hit.phrase.weight)
    scores: dict[str, float] = {}
    for (type, _), weight in best.items():
        scores[type] = scores.get(type, 0.0) + weight
    return scores


def _best(scores: Mapping[str, float], of: frozenset[str]) -> str:
    """The type of one axis with the most points; of equals the earlier in the taxonomy."""
    best, most = "", 0.0
    for type, score in scores.items():
        if type in of and (score > most or (best and score == most and _RANK[type] < _RANK[best])):
            best, most = type, score
    return best


def _judged(scores: Mapping[str, float], others: float, plain: str) -> tuple[str, bool, str, str]:
    """(the type, whether a person should look, cause, ask)."""
    cause, ask = _best(scores, CAUSES), _best(scores, ASKS)
    if cause and scores[cause] < min(HINT, max(scores.get(ask, 0.0), scores.get(ESCALATION, 0.0))):
        cause = ""
    type, review = _decide(scores, cause, ask, scores.get(ESCALATION, 0.0) > 0, others, plain)
    return (type, review, "", "") if type == OTHER else (type, review, cause, ask)


def _decide(
    scores: Mapping[str, float], cause: str, ask: str, escalation: bool, others: float, plain: str
) -> tuple[str, bool]:
    """(the type, whether a person should look)."""
    type = cause or ask or (ESCALATION if escalation else OTHER)
    if type == OTHER:
        return OTHER, others == 0 and (len(plain.split()) > 3 or bool(_SIGNS_ONLY.fullmatch(plain)))
    top = scores[type]
    if others > max(scores.get(cause, 0.0), scores.get(ask, 0.0), scores.get(ESCALATION, 0.0)):
        return OTHER, others - top < MARGIN
    axis = CAUSES if type in CAUSES else ASKS if type in ASKS else frozenset({type})
    second = max((s for t, s in scores.items() if t in axis and t != type), default=0.0)
    return type, top - max(second, others) < MARGIN


def _urgency(hits: list[Hit], plain: str, whole: str, scores: Mapping[str, float]) -> int:
    marks = {h.phrase.type for h in hits}
    if URGENT in marks or (scores.get("counterfeit_safety", 0.0) > 0 and _HAZARD.search(plain)):
        return 2
    if RAISED in marks or scores.get(ESCALATION, 0.0) > 0 or "!!" in whole or "！！" in whole:
        return 1
    return 1 if len(_SHOUT.findall(whole)) >= 4 else 0


# What may have hurt somebody.
_HAZARD = regex(
    "|".join(
        (
            r"fire|smoke|burn|shock|injur|explod|brand|rauch|verbrann|verletz|stromschlag|incend|fumee|brul",
            r"bless|humo|quem|descarga|herid|fumo|brucia|scossa|ferit|fogo|choque|machuc|rook|schok",
            r"gewond|发火|起火|着火|冒烟|爆炸|触电|漏电|烫伤|受伤|冒煙|觸電|漏電|燙傷",
            r"受傷|発火|煙|爆発|感電|火傷|怪我",
        )
    )
)
