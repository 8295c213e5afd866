"""What a platform answered over HTTP, read without trusting it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from itertools import accumulate

from connectors.contract import AuthExpired, Permanent, SchemaSurprise
from store.values import HOUR, Instant

MAX_DEPTH = 64
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
RETRY_AFTER_CAP = HOUR
"""A platform that asks for more than this is asked again after this."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers with lower-case names, body as decompressed bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def date(self) -> Instant | None:
        """When the server says it answered; None where it does not say."""
        try:
            return round(parsedate_to_datetime(self.headers["date"]).timestamp() * 1000)
        except (KeyError, ValueError, TypeError, OverflowError):
            return None

    def json(self) -> object:
        """The body as JSON; numbers with a fraction are Decimal. Raises `SchemaSurprise` on anything else, on nesting
        deeper than 64, on NaN, and on numbers nobody means."""
        return parse_json(self.body)


def parse_json(body: bytes) -> object:
    """See `Answer.json`."""
    try:
        if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _depth(body) > MAX_DEPTH:
            raise SchemaSurprise("The platform answered with JSON nested too deeply.")
        text = body.decode("utf-8-sig")  # json itself would let lone surrogates through
        return json.loads(text, parse_float=_number, parse_int=_integer, parse_constant=_no_constant)
    except (ValueError, RecursionError) as exc:
        raise SchemaSurprise("The platform answered with something that is not proper JSON.") from exc


def _depth(body: bytes) -> int:
    brackets = re.sub(rb'"(?:[^"\\]|\\.)*"', b"", body, flags=re.DOTALL).translate(None, _NO_BRACKETS)
    return max(accumulate(1 if mark in b"[{" else -1 for mark in brackets), default=0)


def _number(text: str) -> Decimal:
    value = Decimal(text)
    if len(text) > 64 or not -64 <= value.adjusted() <= 64:
        raise ValueError("absurd number")
    return value


def _integer(text: str) -> int:
    if len(text) > 64:
        raise ValueError("absurd number")
    return int(text)


def _no_constant(text: str) -> object:
    raise ValueError(f"{text} is not JSON")


def raise_for_status(answer: Answer) -> Answer:
    """The answer itself if it is a success; else 401 → `AuthExpired`, 4xx and 3xx → `Permanent`."""
    if answer.ok:
        return answer
    if answer.status == 401:
        raise AuthExpired("The platform refused the access token (401).")
    raise Permanent(f"The platform refused the request ({answer.status}).")


def pause_of(headers: Mapping[str, str], now: Instant, header: str = "") -> int:
    """Milliseconds to wait by the headers of an answer that asks to: `Retry-After`, else the platform's own `header`, which
    names an instant. Bounds as in `retry_after`."""
    own = headers.get(header, "").strip() if header else ""
    if not own or "retry-after" in headers:
        return retry_after(headers.get("retry-after", ""), now)
    if re.fullmatch(r"\d{10,13}", own, re.ASCII):  # seconds or milliseconds since 1970
        at = int(own) * (1 if len(own) > 11 else 1000)
    else:
        try:
            told = datetime.fromisoformat(own)
        except ValueError:
            return retry_after(own, now)
        at = round(told.replace(tzinfo=told.tzinfo or UTC).timestamp() * 1000)
    return min(max(at - now, 1000), RETRY_AFTER_CAP)


def retry_after(text: str, now: Instant) -> int:
    """Milliseconds to wait by a `Retry-After` header (seconds or a date), at least one second, at most an hour; 30 s
    when it is absent or nonsense."""
    text = text.strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", text, re.ASCII):
        wait = int(float(text) * 1000)
    else:
        try:
            wait = int(parsedate_to_datetime(text).timestamp() * 1000) - now
        except (ValueError, TypeError, OverflowError):
            wait = 30_000
    return min(max(wait, 1000), RETRY_AFTER_CAP)
