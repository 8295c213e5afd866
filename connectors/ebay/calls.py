"""eBay's calls by name, each in the quota it draws from."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from connectors.answer import Answer
from connectors.api import Api, Bucket, Call
from connectors.ebay.guesses import DAILY_CALLS
from connectors.ebay.settings import Settings
from connectors.ebay.wire import Json, body

_DAY_S = 86_400
_FAMILIES = {
    "/sell/fulfillment/": "sell.fulfillment",
    "/commerce/message/": "commerce.message",
    "/commerce/feedback/": "commerce.feedback",
    "/post-order/v2/return/": "post-order.return",
    "/post-order/v2/cancellation/": "post-order.cancellation",
    "/post-order/v2/inquiry/": "post-order.inquiry",
}

ORDERS = "/sell/fulfillment/v1/order"
DISPUTES = "/sell/fulfillment/v1/payment_dispute"
MESSAGES = "/commerce/message/v1"
FEEDBACK = "/commerce/feedback/v1"
POST_ORDER = "/post-order/v2"


def resource(path: str) -> str:
    """The resource whose quota a path draws from; "" where none is known."""
    return next((name for start, name in _FAMILIES.items() if f"{path}/".startswith(start)), "")


def bucket(path: str) -> Bucket | None:
    """What a day allows: a fifth at once, the rest spread over the day, never more than eBay gives in any one day."""
    if not (name := resource(path)):
        return None
    daily = DAILY_CALLS[name]
    return Bucket(name, 0.8 * daily / _DAY_S, 0.2 * daily)


def safe(text: str) -> str:
    """An id as one part of a path."""
    return quote(text, safe="!")


class Calls:
    """Paths are joined to the API's address, or to that of payment disputes."""

    def __init__(self, api: Api[Answer], settings: Settings) -> None:
        self._api, self._settings = api, settings

    def get(self, path: str, /, **params: object) -> Json:
        """Raises faults; `SchemaSurprise` unless the answer is a JSON object. "No content" is an empty list."""
        asked = tuple((name, str(value)) for name, value in params.items() if value not in (None, ""))
        answer = self._api.ask(Call("GET", self._url(path), asked), bucket(path))
        return body(answer.json()) if answer.status != 204 else {"total": 0}

    def post(
        self, path: str, content: Mapping[str, Any] | None, point_of_no_return: Callable[[], None]
    ) -> tuple[Json, Answer]:
        """A call that takes effect, once; its answer (empty where there is none) and headers. Raises faults; `SchemaSurprise`
        where it may have happened and the answer cannot be read."""
        sent = None if content is None else json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        answer = self._api.act(Call("POST", self._url(path), content=sent), point_of_no_return, bucket(path))
        return (body(answer.json()) if answer.body else {}), answer

    def _url(self, path: str) -> str:
        disputes = path.startswith(DISPUTES)
        return (self._settings.disputes_url if disputes else self._settings.api_url) + path
