"""What a shop's answers mean. Its host may answer in its place, in HTML."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.answer import Answer
from connectors.contract import AuthRevoked, SchemaSurprise
from connectors.refusals import ClockWrong, Refusal, ended
from connectors.woocommerce.guesses import CLOCK_OFF_MS
from store.values import Instant, clean_line


class KeyRefused(AuthRevoked):
    """The key is wrong, or may not do this."""


def judge(answer: Answer, now: Instant) -> Answer:
    """The answer if it is a success. Raises the fault it stands for."""
    if answer.ok:
        return answer
    code, said = _error(answer)
    if answer.status == 401 and answer.date is not None and abs(answer.date - now) > CLOCK_OFF_MS:
        raise ClockWrong("The clock of this machine is more than 15 minutes off the shop's; set it right.")
    if answer.status == 401:
        raise KeyRefused(ended(f"The shop does not accept the key: {said or 'no reason given'}"))
    if answer.status == 403:
        text = "The key's user may not do this; make the key for a shop manager." if code else (
            "The shop's host keeps the desk out; ask it to let the REST API through."
        )  # fmt: skip
        raise Refusal(text, code, 403)
    if answer.status == 404 and code in ("", "rest_no_route"):
        text = "There is no WooCommerce at this address; correct it, and set permalinks in WordPress to anything but plain."
        raise Refusal(text, code, 404)
    raise Refusal(f"The shop refused: {said or code or answer.status}", code, answer.status)


def _error(answer: Answer) -> tuple[str, str]:
    """Code and message; both "" where it is not WordPress that speaks."""
    try:
        body = answer.json()
    except SchemaSurprise:
        return "", ""
    if not isinstance(body, Mapping):
        return "", ""
    return clean_line(str(body.get("code") or ""))[:100], clean_line(str(body.get("message") or ""))[:200]
