"""One template, several languages, countries and platforms: which text is used, and how it came to that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from desk.reason import Reason
from store.errors import N_, NotFound

LAST_RESORT = "en"


@dataclass(frozen=True, slots=True)
class Variant:
    """A text in one language (BCP 47), for one country (ISO 3166) or platform, or for any (empty)."""

    language: str
    text: str
    country: str = ""
    platform: str = ""
    subject: str = ""


def pick_variant(
    variants: Sequence[Variant], language: str, country: str = "", platform: str = ""
) -> tuple[Variant, Reason]:
    """The best text for a buyer, and how it was found.

    The chain: the language itself, the language without its region, another region of it, English, the first there
    is; within one language a text for the platform, then one for the country, before one for everybody. A text made
    for another platform or country is never used. Raises NotFound if that leaves none.
    """
    fitting = [v for v in variants if v.platform in ("", platform) and v.country.upper() in ("", country.upper())]
    if not fitting:
        raise NotFound(
            N_("There is no text for {item}."),
            item=language or LAST_RESORT,
            next=N_("Write one in the template, without a platform or country, so that it serves all."),
        )
    best = min(enumerate(fitting), key=lambda p: (_distance(p[1].language, language), _rank(p[1]), p[0]))[1]
    return best, _how(best, language)


def fallback_chain(variants: Sequence[Variant], language: str) -> tuple[str, ...]:
    """The languages a buyer's language is tried in, best first, as far as the template has them."""
    return tuple(sorted(dict.fromkeys(v.language for v in variants), key=lambda tag: _distance(tag, language)))


def _rank(variant: Variant) -> int:
    return 2 * (not variant.platform) + (not variant.country)


def _distance(tag: str, language: str) -> int:
    tag, language = tag.casefold(), language.casefold()
    if tag == language:
        return 0
    if tag == _base(language):
        return 1
    if _base(tag) == _base(language):
        return 2
    return 3 if _base(tag) == LAST_RESORT else 4


def _base(tag: str) -> str:
    return tag.partition("-")[0]


def _how(variant: Variant, language: str) -> Reason:
    gaps: dict[str, object] = {"language": variant.language, "wanted": language}
    distance = _distance(variant.language, language)
    if distance == 0:
        how = Reason(N_("in {language}"), gaps)
    elif not language:
        how = Reason(N_("in {language}; the buyer's language is not known"), gaps)
    elif distance <= 2:
        how = Reason(N_("in {language}, the nearest to {wanted}"), gaps)
    else:
        how = Reason(N_("in {language}; there is no text in {wanted}"), gaps)
    if variant.platform or variant.country:
        made_for = " ".join(filter(None, (variant.platform, variant.country)))
        return Reason(N_("{how}, made for {made_for}"), {"how": how, "made_for": made_for})
    return how
