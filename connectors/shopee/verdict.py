"""What Shopee's answers mean. It refuses inside HTTP 200, with a word in `error`; a space there means success too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.answer import Answer, raise_for_status
from connectors.contract import AuthExpired, AuthRevoked, SchemaSurprise, Throttled
from connectors.fields import Data
from connectors.refusals import Broke, ClockWrong, NotAllowed, Refusal
from connectors.shopee.guesses import RATE_PAUSE_MS
from store.values import DAY, HOUR, Instant, clean_line


@dataclass(frozen=True, slots=True)
class Verdict(Answer):
    """An answer that is a success, with its JSON."""

    data: Data = field(default_factory=dict)

    @property
    def response(self) -> Data:
        """What is inside `response`. Raises SchemaSurprise."""
        inner = self.data.get("response")
        if not isinstance(inner, Mapping):
            raise SchemaSurprise("Shopee answered without a response.")
        return inner


_TOKEN = {"invalid_acceess_token", "invalid_access_token"}
_GONE = {
    "shop_no_linked": "The shop no longer allows the app; authorise it again.",
    "partner_shop_no_link": "The shop id does not belong to this authorisation; authorise the app again.",
    "shop_access_expired": "The shop's authorisation has ended; authorise the app again.",
    "shop_banned": "Shopee has banned the shop; nothing works until it is restored.",
    "refresh_token_expired": "The authorisation was not used for 30 days; authorise the app again.",
    "error_shop_refresh_token": "The refresh token is not accepted (each is good once); authorise the app again.",
    "invalid_code": "The code is used or older than 10 minutes; authorise the app again and enter the new code.",
    "invalid_shop_id": "The code belongs to another shop; check the shop id.",
    "error_shop": "Shopee does not know the shop id; check it in the settings.",
    "error_partner_key_expired": "The partner key has ended; reset it in the console and enter the new one.",
    "error_sign": "Shopee does not accept the signature; enter the partner key again.",
    "invalid_partner_id": "Shopee does not know the partner id on this server; check the partner id and the server.",
}
_NOT_ALLOWED = {
    "error_api_permission": "The app's type may not make this call; Shopee's console shows which may.",
    "error_api_call_restricted": "Shopee has restricted the app; the console says why.",
    "error_ashop_api_permission": "An affiliate shop may not make this call.",
    "error_kyc_auth": "The seller registration is not finished; finish it in Seller Centre.",
    "error_permission": "Shopee gives no permission for this call; link shop and app again.",
}
_BROKE = {"error_server", "error_network", "error_inner", "error_system_busy", "error_exception", "error_unknown"}


def judge(answer: Answer, now: Instant) -> Verdict:
    """The answer if it is a success. Raises the fault it stands for."""
    try:
        body = answer.json()
    except SchemaSurprise:
        raise_for_status(answer)
        raise
    if not isinstance(body, dict):
        raise SchemaSurprise("Shopee answered with something that is no object.")
    code = str(body.get("error") or "").strip()
    if not code and answer.ok:
        return Verdict(answer.status, answer.headers, answer.body, body)
    if not code:
        raise_for_status(answer)
    refuse(code.removeprefix("common."), clean_line(str(body.get("message") or ""))[:200], now)
    raise AssertionError("unreachable")


def refuse(code: str, message: str, now: Instant) -> None:
    """Raises what an error word stands for."""
    said = message.lower()
    if code in _TOKEN or (code == "error_auth" and "access_token" in said):
        raise AuthExpired("Shopee does not accept the access token.")
    if code in _GONE:
        raise AuthRevoked(_GONE[code])
    if code in _NOT_ALLOWED:
        raise NotAllowed(_NOT_ALLOWED[code])
    if code == "source_ip_undeclared":
        text = "Shopee does not know this machine's internet address; add it in the console, App list, IP Address Whitelist."
        raise NotAllowed(f"{text} ({message})")
    if code == "error_rate_limit":
        raise Throttled("Shopee asks to wait: too many calls.", now + RATE_PAUSE_MS)
    if code == "error_limit" and "daily" in said:
        raise Throttled("The app's calls of today are used up; they begin anew at 00:00 (UTC+8).", next_day(now))
    if code in _BROKE or "try again later" in said or "try later" in said or "system error" in said:
        raise Broke(f"Shopee is out of order ({code}); it is tried again later.")
    if "timestamp" in said:
        raise ClockWrong("The clock of this machine is more than five minutes off; set it right.")
    if code == "error_auth":
        if "permission" in said and "restricted" not in said:
            raise NotAllowed(_NOT_ALLOWED["error_api_permission"])
        raise AuthRevoked(f"Shopee does not accept the app: {message or code}")
    if code == "error_param" and "partner_id" in said:
        raise AuthRevoked(_GONE["invalid_partner_id"])
    if code == "error_param" and ("shop_id" in said or "shopid" in said):
        raise AuthRevoked(_GONE["error_shop"])
    raise Refusal(f"Shopee refused: {message or code}", code)


def next_day(now: Instant) -> Instant:
    """When the day of UTC+8 that `now` is in ends."""
    east = now + 8 * HOUR
    return east - east % DAY + DAY - 8 * HOUR
