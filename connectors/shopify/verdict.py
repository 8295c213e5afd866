"""What Shopify's answers mean. It refuses inside HTTP 200 too, in `errors`, or in a deed's `userErrors`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.answer import Answer
from connectors.contract import AuthExpired, SchemaSurprise, Throttled
from connectors.fields import Data
from connectors.refusals import Broke, Refusal
from connectors.shopify.guesses import THROTTLE_PAUSE_MS
from store.values import SECOND, Instant, clean_line

_STATUS = {
    402: "The shop is frozen: Shopify wants its bill paid.",
    403: "Shopify does not let the app in; see whether it is still installed and what it may do.",
    404: "There is no such shop or API version; correct the shop's name or the version.",
    423: "Shopify has locked the shop; see Shopify's mails to its owner.",
}
_CODES = {
    "ACCESS_DENIED": "The app lacks a scope, or protected customer data; grant it in the Dev Dashboard.",
    "SHOP_INACTIVE": "The shop is inactive; see Shopify's mails to its owner.",
}


@dataclass(frozen=True, slots=True)
class Verdict(Answer):
    """A success: what is inside `data`, what it cost, and what is left of the budget (None where it is not told)."""

    data: Data = field(default_factory=dict)
    cost: float | None = None
    left: float | None = None


class TooDear(Refusal):
    """One query asks for too much at once."""


class OverBudget(Throttled):
    """The shop's points are used up; they come back every second."""


def judge(answer: Answer, now: Instant) -> Verdict:
    """The answer as a success. Raises faults."""
    if answer.status == 401:
        raise AuthExpired("Shopify refused the access token.")
    if not answer.ok:
        raise Refusal(_STATUS.get(answer.status, f"Shopify refused the request ({answer.status})."), str(answer.status))
    whole = answer.json()
    if not isinstance(whole, Mapping):
        raise SchemaSurprise("Shopify answered in a shape nobody knows.")
    asked, left, rate = _budget(whole)
    errors = whole.get("errors")
    if errors:
        _refuse(errors, now, asked, left, rate)
    data = whole.get("data")
    if not isinstance(data, Mapping):
        raise SchemaSurprise("Shopify answered without data.")
    return Verdict(answer.status, answer.headers, answer.body, data, asked, left)


def _refuse(errors: object, now: Instant, asked: float | None, left: float | None, rate: float | None) -> None:
    first = errors[0] if isinstance(errors, list) else errors
    if not isinstance(first, Mapping):
        raise Refusal(f"Shopify refused: {clean_line(str(first))[:200]}")
    extensions = first.get("extensions")
    code = str(extensions.get("code", "")) if isinstance(extensions, Mapping) else ""
    said = clean_line(str(first.get("message", "")))[:200]
    match code:
        case "THROTTLED":
            wait = THROTTLE_PAUSE_MS
            if asked is not None and left is not None and rate:
                wait = round(max(0.0, asked - left) / rate * SECOND) + SECOND
            raise OverBudget("Shopify asks to wait: the shop's budget of points is used up.", now + wait)
        case "MAX_COST_EXCEEDED":
            raise TooDear("Shopify takes one question for too large.", code)
        case "INTERNAL_SERVER_ERROR" | "TIMEOUT":
            raise Broke("Shopify is out of order; it is tried again later.")
    raise Refusal(_CODES.get(code) or f"Shopify refused: {said or code or 'no reason given'}", code)


def _budget(whole: Mapping[str, object]) -> tuple[float | None, float | None, float | None]:
    """What a query was reckoned to cost, points left, points that come back in a second."""
    extensions = whole.get("extensions")
    told = extensions.get("cost") if isinstance(extensions, Mapping) else None
    if not isinstance(told, Mapping):
        return None, None, None
    status = told.get("throttleStatus")
    status = status if isinstance(status, Mapping) else {}
    found = told.get("requestedQueryCost"), status.get("currentlyAvailable"), status.get("restoreRate")
    return _number(found[0]), _number(found[1]), _number(found[2])


def _number(value: object) -> float | None:
    try:
        return None if value is None or isinstance(value, bool) else float(str(value))
    except ValueError:
        return None


def user_errors(payload: Data) -> None:
    """Raises Refusal where a deed was refused by the shop's own rules."""
    errors = payload.get("userErrors")
    if isinstance(errors, list) and errors:
        first = errors[0]
        said = clean_line(str(first.get("message", "")))[:200] if isinstance(first, Mapping) else ""
        raise Refusal(f"Shopify refused: {said or 'no reason given'}", "userErrors")
