"""How the Shopee stand-in reads what it is asked, and refuses."""

from __future__ import annotations

from connectors.sandbox.web import Request
from store.values import DAY, SECOND

LONGEST = 15 * DAY // SECOND


class Wrong(Exception):
    """A refusal: Shopee's word and sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def window(request: Request, low: str, high: str, code: str, text: str) -> tuple[int, int]:
    """A window in seconds, at most 15 days long. Raises Wrong."""
    start, end = request.arg(low), request.arg(high)
    if not (start.isdecimal() and end.isdecimal()) or not 0 < int(end) - int(start) <= LONGEST:
        raise Wrong(code, text)
    return int(start), int(end)


def page_size(request: Request) -> int:
    """From 1 to 100. Raises Wrong."""
    size = request.arg("page_size")
    if not size.isdecimal() or not 1 <= int(size) <= 100:
        raise Wrong("error_param", "Wrong parameters, detail: page_size.")
    return int(size)
