"""What `test` finds: one line per thing, each bad one with its cure."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from connectors.contract import AuthRevoked, Fault, Health, Ports
from connectors.ebay.calls import DISPUTES, FEEDBACK, MESSAGES, ORDERS, POST_ORDER, Calls
from connectors.ebay.errors import NO_SCOPE, Refused
from connectors.ebay.settings import Settings
from connectors.ebay.sign import signing
from connectors.ebay.wire import Json, items, part, word
from connectors.findings import SKEW, Findings
from connectors.transport import Http
from store.values import MINUTE, clean_line


def examine(settings: Settings, ports: Ports, http: Http, calls: Calls, sign_in: Callable[[], object]) -> Health:
    """Asks each API for one thing; changes nothing."""
    found = Findings()

    def note(good: bool, line: str) -> None:
        (found.good if good else found.bad)(line)

    good, line = _clock(settings, ports, http)
    note(good, line)
    try:
        sign_in()
    except Fault as fault:
        note(False, f"Sign-in: {fault}")
        return found.health()
    note(True, "Sign-in: eBay gives tokens.")
    for name, scope, path, params in _CHECKS:
        try:
            answer = calls.get(path, **{**params, **({"user_id": settings.username} if path.startswith(FEEDBACK) else {})})
        except AuthRevoked as fault:
            note(False, f"{name}: {fault}")
            break
        except Refused as fault:
            cure = f"missing scope {scope}. {NO_SCOPE}" if fault.status == 403 else str(fault)
            note(False, f"{name}: {cure}")
        except Fault as fault:
            note(False, f"{name}: {fault}")
        else:
            note(True, f"{name}: can be read.")
            if path == ORDERS:
                _check_name(settings, answer, note)
    if settings.signs:
        try:
            signing(ports.secrets)
        except Fault as fault:
            note(False, f"Signature: {fault}")
        else:
            note(True, "Signature: the key can be read.")
    return found.health()


_CHECKS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("Orders", "sell.fulfillment", ORDERS, {"limit": "1"}),
    ("Messages", "commerce.message", f"{MESSAGES}/conversation", {"conversation_type": "FROM_MEMBERS", "limit": "1"}),
    ("Returns", "sell.fulfillment", f"{POST_ORDER}/return/search", {"limit": "1"}),
    ("Payment disputes", "sell.payment.dispute", f"{DISPUTES}_summary", {"limit": "1"}),
    ("Feedback", "commerce.feedback", f"{FEEDBACK}/feedback",
     {"feedback_type": "FEEDBACK_RECEIVED", "limit": "1"}),
)  # fmt: skip


def _check_name(settings: Settings, answer: Json, note: Callable[[bool, str], None]) -> None:
    seller = next((word(part(o).get("sellerId")) for o in items(answer.get("orders"))), "")
    if seller and seller.casefold() != settings.username.casefold():
        note(False, f"User name: this account is {clean_line(seller)}; correct the user name.")


def _clock(settings: Settings, ports: Ports, http: Http) -> tuple[bool, str]:
    """Our clock against the Date header of any answer."""
    host = urlsplit(settings.api_url).hostname or ""
    try:
        answer = http.call("GET", f"{settings.api_url}/developer/analytics/v1_beta/rate_limit/")
    except Fault as fault:
        return False, f"Connection: {fault}"
    if answer.date is None:
        return True, f"Connection: {host} answers."
    skew = ports.clock.now() - answer.date
    if abs(skew) > SKEW:
        way = "fast" if skew > 0 else "slow"
        return False, f"Clock: this machine's clock is {abs(skew) // MINUTE} minutes {way}; set its time."
    return True, f"Connection: {host} answers, the clocks agree."
