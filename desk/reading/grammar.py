"""What surrounds a phrase and changes it: negation, praise, and whether the thing waited for is a parcel at all."""

from __future__ import annotations

import re
from functools import lru_cache

from desk.reading.keywords import ASKS, WIDE, Hit, tables
from desk.reading.lazy import regex

# "No damage" means none; "no tracking" and "no invoice" still speak of what is absent.
_VOIDED = frozenset(
    {"damaged", "defective", "quality", "not_as_described", "wrong_item", "size_fit", "incompatible",
     "counterfeit_safety", "customs_tax", "changed_mind", "dispute_review"}
)  # fmt: skip
_WAITING = frozenset({"shipping_status", "not_received"})
_NOTHING = frozenset({"nothing", "nichts", "rien", "nada", "niente", "niets"})
_CAN = frozenset(
    (
        "can cant cannot could couldnt able unable did didnt have havent has hasnt had wont why kann konnte "
        "konnen puedo peux pourquoi posso consigo kan kon hai habe hat haben "
    ).split()
)

_STATE_NOT = regex("(?:は)?(?:い)?(?:ません|ない)(?!か)")
_CLAUSE = regex(
    r"[.!?;,:()\n。！？；，、]|\b(?:and|but|und|aber|et|mais|y|pero|e|ma|mas|en|maar|because|weil|car|porque|"
    r"perche|omdat)\b"
)
_WORDS = regex(r"[a-z0-9]+")


@lru_cache(maxsize=64)
def _list(name: str, language: str) -> frozenset[str]:
    return frozenset(tables().lists.get(name, {}).get(language, ()))


@lru_cache(maxsize=64)
def _any(name: str, language: str) -> re.Pattern[str] | None:
    words = sorted(_list(name, language), key=len, reverse=True)
    if not words:
        return None
    edge = "" if language in WIDE else r"(?<![a-z0-9])"
    return re.compile(edge + "(?:" + "|".join(map(re.escape, words)) + ")")


def counts(text: str, hit: Hit) -> bool:
    """Whether a hit in a normalised text means what its phrase says."""
    return not (_negated(text, hit) or _praised(text, hit) or _not_a_parcel(text, hit))


def _negated(text: str, hit: Hit) -> bool:
    phrase = hit.phrase
    if phrase.type not in _VOIDED and phrase.type not in ASKS and phrase.type != "missing_parts":
        return False
    if phrase.language in WIDE:
        return _negated_wide(text, hit)
    negators, fillers = _list("negators", phrase.language), _list("fillers", phrase.language)
    if any(w in negators for w in _WORDS.findall(text[hit.start : hit.end])):
        return False
    before = _clause_before(text, hit.start)
    passed: list[str] = []
    for word in reversed(before[-6:]):
        if word in negators:
            if phrase.type == "missing_parts":
                return word in _NOTHING
            if phrase.type in ASKS:
                return _taken_back(phrase.type, phrase.language, word, before, passed)
            return True
        if word not in fillers:
            break
        passed.append(word)
    if phrase.language == "fr" and phrase.type == "cancel":  # n'annulez pas
        return bool(re.match(r"[a-z]*\s+pas\b", text[hit.end : hit.end + 20]))
    return False


def _taken_back(type: str, language: str, negator: str, before: list[str], passed: list[str]) -> bool:
    """Whether a negator takes a request back ("I do not want a refund"), rather than complains that it is not met."""
    window = before[-6:]
    wanting = _list("wanting", language)
    if language == "en":
        if negator in ("not", "no", "longer"):
            return bool(wanting & set(passed)) or (negator == "not" and not passed and "do" in window)
        return negator == "dont" and (not passed or bool(wanting & set(passed)))
    if wanting & set(window):
        return True
    return type == "cancel" and not passed and not _CAN & set(window)


def _negated_wide(text: str, hit: Hit) -> bool:
    language, type = hit.phrase.language, hit.phrase.type
    after = _any("after", language)
    if after is not None:
        tail = text[hit.end : hit.end + 14]
        if after.match(tail) or after.match(text, hit.end - 1, hit.end + 14):
            return True
        ends = hit.phrase.text[-1:] in "てでし"  # 壊れて + いません
        if language == "ja" and type in ("damaged", "defective") and ends and _STATE_NOT.match(tail):
            return True
    if language == "ja":
        return False
    if text[hit.start - 1 : hit.start] == "不" and hit.phrase.text[:1] in "要想用需必":
        return True
    head = text[max(0, hit.start - 4) : hit.start]
    for word in _list("before", language):
        if head.endswith(word):
            wants = word[:1] in "不无無别別" and word not in ("不是", "不会", "不會", "无", "無")
            return type in _VOIDED if not wants else type in _VOIDED or type in ASKS
    return False


def _praised(text: str, hit: Hit) -> bool:
    """A bare word for quality is a complaint only where nothing praises it."""
    phrase = hit.phrase
    if phrase.type != "quality" or not phrase.text.startswith(("qualit", "kwalit", "品質", "质量", "fragil")):
        return False
    pattern = _any("praise", phrase.language)
    if pattern is None:
        return False
    if phrase.language in WIDE:
        near = text[max(0, hit.start - 6) : hit.end + 8]
        return bool(pattern.search(near)) and not re.search("不|没|沒|ない|ません", near)
    before, after = _clause_before(text, hit.start)[-4:], _WORDS.findall(_clause_after(text, hit.end))[:5]
    near_words = set(before) | set(after)
    return bool(near_words & _list("praise", phrase.language)) and not near_words & _list("negators", phrase.language)


def _not_a_parcel(text: str, hit: Hit) -> bool:
    """ "Where is my refund" is about the refund: what is waited for decides, unless goods stand nearer."""
    phrase = hit.phrase
    if phrase.type not in _WAITING:
        return False
    waited, goods = _any("waited", phrase.language), _any("goods", phrase.language)
    if waited is None or goods is None:
        return False
    if phrase.language in WIDE:
        near = text[max(0, hit.start - 8) : hit.end + 8]
        return bool(waited.search(near)) and not goods.search(near)
    inside = text[hit.start : hit.end]
    following = _WORDS.findall(_clause_after(text, hit.end))[:4]
    after = " ".join(following[: following.index("i")] if "i" in following else following)
    before = " ".join(_clause_before(text, hit.start)[-5:])
    if goods.search(inside):
        return False
    for side in (after, before):
        found = waited.search(side)
        thing = goods.search(side)
        if found and not (thing and (thing.start() < found.start()) == (side is after)):
            return True
        if thing:
            return False
    return False


def _clause_before(text: str, start: int) -> list[str]:
    segment = text[max(0, start - 80) : start]
    last = 0
    for match in _CLAUSE.finditer(segment):
        last = match.end()
    return _WORDS.findall(segment[last:])


def _clause_after(text: str, end: int) -> str:
    segment = text[end : end + 80]
    match = _CLAUSE.search(segment)
    return segment[: match.start()] if match else segment
