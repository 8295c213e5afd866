"""A verdict on eBay's answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.answer import Answer
from connectors.contract import AuthExpired, Permanent, SchemaSurprise
from store.values import clean_line

NO_SCOPE = "eBay's consent does not cover this; sign in again with every scope."

_SAID = {
    30850: "eBay takes this machine's clock for fast; set its time.",
    34916: "A return or case is open for this order; refund it there.",
    34917: "eBay has refunded this order already.",
    34920: "It is too late for eBay to refund this order.",
    34922: "eBay is still processing a refund of this order; try again later.",
    34924: "eBay has less left to refund on this item.",
}
"""Error ids of the Fulfillment API that deserve words of their own."""


class Refused(Permanent):
    """eBay said no; `ids` are its error ids, `status` that of the answer."""

    def __init__(self, text: str, status: int, ids: tuple[int, ...]) -> None:
        super().__init__(text)
        self.status, self.ids = status, ids


def judge(answer: Answer) -> Answer:
    """The answer itself where it is a success; else the fault it stands for."""
    if answer.ok:
        return answer
    errors = _errors(answer)
    ids = tuple(e["errorId"] for e in errors if isinstance(e.get("errorId"), int))
    if answer.status == 401:
        raise AuthExpired("eBay refused the access token.")
    if answer.status == 403:
        raise Refused(NO_SCOPE, 403, ids)
    known = next((_SAID[n] for n in ids if n in _SAID), "")
    said = next((clean_line(str(e.get("longMessage") or e.get("message") or "")) for e in errors), "")[:200]
    code = f"{answer.status}, {ids[0]}" if ids else str(answer.status)
    raise Refused(known or f"eBay refused ({code}): {said or 'no reason given'}", answer.status, ids)


def _errors(answer: Answer) -> list[Mapping[str, Any]]:
    """Error records of a refusal, in the shape of either generation of APIs."""
    try:
        data: object = answer.json()
    except SchemaSurprise:
        return []
    while isinstance(data, Mapping):
        data = next((data[k] for k in ("errors", "error", "errorMessage") if k in data), None)
    return [e for e in data if isinstance(e, Mapping)] if isinstance(data, list) else []
