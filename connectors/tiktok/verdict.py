"""What TikTok Shop's answers mean: {code, message, request_id, data}, where 0 is success, whatever the HTTP status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.answer import Answer, raise_for_status
from connectors.contract import AuthExpired, AuthRevoked, SchemaSurprise, Throttled
from connectors.fields import Data
from connectors.refusals import Broke, ClockWrong, NotAllowed, Refusal
from connectors.tiktok.guesses import RATE_PAUSE_MS
from store.values import Instant, clean_line


@dataclass(frozen=True, slots=True)
class Verdict(Answer):
    """An answer that is a success, with what its `data` holds."""

    data: Data = field(default_factory=dict)


def judge(answer: Answer, now: Instant) -> Verdict:
    """The answer if it is a success. Raises the fault it stands for."""
    try:
        body = answer.json()
    except SchemaSurprise:
        raise_for_status(answer)
        raise
    if not isinstance(body, dict) or isinstance(body.get("code"), bool) or not isinstance(body.get("code"), int):
        raise_for_status(answer)
        raise SchemaSurprise("TikTok answered without a code.")
    if body["code"]:
        refuse(body["code"], clean_line(str(body.get("message") or ""))[:200], now)
    raise_for_status(answer)
    inner = body.get("data")
    if inner is not None and not isinstance(inner, Mapping):
        raise SchemaSurprise("TikTok answered with data that is no object.")
    return Verdict(answer.status, answer.headers, answer.body, inner or {})


def refuse(code: int, message: str, now: Instant) -> None:
    """Raises what a code stands for. Codes that begin with 105 and 360 are about tokens, but for what their message says
    is about something else [memory]."""
    said = message.lower()
    if "too many" in said or "rate limit" in said or "qps" in said:
        raise Throttled("TikTok asks to wait: too many calls.", now + RATE_PAUSE_MS)
    if "internal" in said or "try again" in said or "retry later" in said:
        raise Broke(f"TikTok is out of order ({code}); it is tried again later.")
    if "timestamp" in said:
        raise ClockWrong("The clock of this machine is too far off; set it right.")
    if "scope" in said or "permission" in said:
        raise NotAllowed("The app lacks a scope for this call; enable it in Partner Center and authorise the app again.")
    if "cipher" in said:
        raise AuthRevoked("The shop cipher does not belong to this authorisation; check it in the settings.")
    if "app key" in said or "app_key" in said:
        raise AuthRevoked("TikTok does not know the app key or its secret; check both in the settings.")
    if "ip address" in said or "whitelist" in said:
        raise NotAllowed("TikTok does not know this machine's internet address; add it in Partner Center, IP allow list.")
    if "refresh" in said or "auth code" in said or "auth_code" in said or "deauthorized" in said:
        raise AuthRevoked("The authorisation is used, ended or withdrawn; authorise the app again.")
    elsewhere = any(word in said for word in ("param", "path", "page_", "ids must", "content type", "must be a number"))
    if str(code).startswith(("105", "360")) and not elsewhere:
        raise AuthExpired("TikTok does not accept the access token.")
    if "sign" in said.split() or "signature" in said:
        raise AuthRevoked("TikTok does not accept the signature; enter the app secret again.")
    raise Refusal(f"TikTok refused: {message or code}", str(code))
