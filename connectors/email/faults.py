"""What went wrong with a mail server, said to people, with the cure; as one of the contract's faults."""

from __future__ import annotations

from connectors.contract import AuthRevoked, Fault, Permanent, SchemaSurprise, Temporary, Throttled
from connectors.email.imap_conversation import Garbled, No
from connectors.redaction import redact
from store.values import MINUTE, Instant

PAUSE = 5 * MINUTE
"""How long a server that says "too much" without a date is left alone."""

_WRONG = "{host} does not accept this user and password. Check both; many providers want an app password here."
_APP = "{host} wants an app password: make one in the provider's security settings and give it instead of your own."
_WITHDRAWN = "{host} no longer takes passwords: set auth to xoauth2 and sign in again."
_CONSENT = "{host} does not accept the sign-in any more: sign in again to renew the consent."

_BUSY = frozenset({"UNAVAILABLE", "INUSE", "SERVERBUG", "CONTACTADMIN", "CORRUPTION"})
_TOO_MUCH = frozenset({"LIMIT", "THROTTLED", "OVERQUOTA"})


def said(text: str) -> str:
    """The server's own words as a trailing clause, without secrets or addresses; empty if it said nothing."""
    words = redact(text).rstrip(".")
    return f" It said: {words}." if words else ""


def imap_fault(exc: Exception, host: str, doing: str, now: Instant) -> Fault:
    """The fault for an exception of `Imap` while `doing` something ("opening Archive")."""
    if isinstance(exc, Fault):
        return exc
    if isinstance(exc, No):
        return _refusal(exc, host, doing, now)
    if isinstance(exc, Garbled):
        return SchemaSurprise(f"{host} answered in no known way while {doing}; is it an IMAP server?")
    if isinstance(exc, TimeoutError):
        return Temporary(f"{host} did not answer in time while {doing}; it is tried again.")
    return Temporary(f"{host} closed the connection while {doing}; it is tried again.")


def _refusal(no: No, host: str, doing: str, now: Instant) -> Fault:
    if no.code == "NOTLS":
        return Permanent(f"{host} does not offer TLS; nothing was sent. Somebody may be in between, or use port 993.")
    if no.code == "PREAUTH":
        return Permanent(f"{host} let us in without asking, as a machine in between would; nothing was sent.")
    if no.code == "NONEXISTENT":
        return Permanent(f"{host} refused {doing}: there is no such folder. Check the name in the settings.")
    if no.code in _TOO_MUCH or "too many" in no.text.casefold():
        return Throttled(f"{host} says it is asked too often; it is left alone for a while.", now + PAUSE)
    return Temporary(f"{host} refused {doing}; it is tried again.{said(no.text)}")


def login_fault(no: No, host: str, auth: str, now: Instant) -> Fault:
    """The fault for a refused sign-in."""
    text = no.text.casefold()
    if no.code in ("NOTLS", "PREAUTH", "NONEXISTENT"):
        return _refusal(no, host, "signing in", now)
    if no.code in _BUSY:
        return Temporary(f"{host} cannot let anybody in just now; it is tried again.{said(no.text)}")
    if no.code in _TOO_MUCH or "too many" in text:
        return Throttled(f"{host} says it is asked too often; it is left alone for a while.", now + PAUSE)
    if no.code == "PASSWORDS" or "basic auth" in text:
        return AuthRevoked(_WITHDRAWN.format(host=host))
    if "app password" in text or "application-specific" in text:
        return AuthRevoked(_APP.format(host=host))
    return AuthRevoked((_CONSENT if auth == "xoauth2" else _WRONG).format(host=host))


def smtp_login_fault(code: int, text: str, host: str, auth: str, now: Instant) -> Fault:
    """The fault for an SMTP reply to AUTH."""
    if 400 <= code < 500:
        if "4.7.0" in text or "too many" in text.casefold():
            return Throttled(f"{host} says it is asked too often; it is left alone for a while.", now + PAUSE)
        return Temporary(f"{host} cannot let anybody in just now; it is tried again.{said(text)}")
    if "5.7.30" in text or "5.7.139" in text:
        return AuthRevoked(_WITHDRAWN.format(host=host))
    return login_fault(No("APP" if code == 534 else "", text if code != 534 else "app password"), host, auth, now)
