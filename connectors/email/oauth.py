"""OAuth 2 for mail: the refresh token traded for an access token.

Google and Microsoft both take a form of client_id, client_secret, refresh_token, grant_type (RFC 6749 §6). Microsoft
rotates the refresh token: what comes back is handed to the `Tokens` port, which stores it before anybody uses it.
"""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlsplit

from connectors.contract import AuthRevoked, OutcomeUnknown, Ports, SchemaSurprise, Temporary, Token
from connectors.email.settings import Settings
from connectors.network import is_loopback
from connectors.redaction import redact
from connectors.transport import Http
from store.values import SECOND

EARLY = 60 * SECOND
"""A token is taken for dead this long before it is, so that it does not die on the way."""

_DEAD = frozenset({"invalid_grant", "interaction_required", "consent_required", "login_required"})
_SETUP = frozenset(
    {"invalid_client", "invalid_request", "invalid_scope", "unauthorized_client", "unsupported_grant_type"}
)


class OAuth:
    """Access tokens of one account; which process refreshes, and when, is the business of `ports.tokens`."""

    def __init__(self, settings: Settings, ports: Ports, http: Http | None = None) -> None:
        self._settings = settings
        self._ports = ports
        local = is_loopback(urlsplit(settings.oauth_token_url).hostname or "")
        self._http = http or Http(
            ports.clock, deadline=settings.timeout, max_body=1 << 20, allow_private=local, ca_file=settings.ca_file
        )

    def token(self, *, rejected: str = "") -> str:
        """A token that should work; `rejected` names one that did not. Raises faults."""
        return self._ports.tokens.fresh(self.renew, rejected=rejected).value

    def renew(self, refresh_token: str) -> tuple[Token, str]:
        """One refresh over the network: the new token, and the new refresh token or ""."""
        form = {
            "client_id": self._settings.oauth_client_id,
            "refresh_token": refresh_token,
            "grant_type": "refresh_token",
        }
        if self._settings.oauth_scope:
            form["scope"] = self._settings.oauth_scope
        with suppress(KeyError):
            form["client_secret"] = self._ports.secrets.get("client_secret")
        try:
            answer = self._http.call("POST", self._settings.oauth_token_url, form=form)
        except OutcomeUnknown as exc:
            # Nothing a buyer sees hangs on it, and a server that rotated honours the old token for a moment.
            raise Temporary("The sign-in server did not answer; it is tried again.") from exc
        data = answer.json()
        if not isinstance(data, dict):
            raise SchemaSurprise("The sign-in server answered in no known way.")
        if not answer.ok:
            raise self._refusal(answer.status, str(data.get("error", "")))
        value, lifetime, rotated = data.get("access_token"), data.get("expires_in", 3600), data.get("refresh_token", "")
        try:
            seconds = int(lifetime)
        except (TypeError, ValueError):
            seconds = 0
        if not isinstance(value, str) or not value.isprintable() or not value or not isinstance(rotated, str):
            raise SchemaSurprise("The sign-in server answered without a token.")
        alive = min(max(seconds, 0), 86_400) * SECOND
        return Token(value, self._ports.clock.now() + max(alive - EARLY, alive // 2)), rotated

    def close(self) -> None:
        self._http.close()

    @staticmethod
    def _refusal(status: int, error: str) -> Exception:
        if error in _DEAD:
            return AuthRevoked("The consent for this mailbox is gone; sign in again.")
        if error in _SETUP or status in (401, 403):
            return AuthRevoked(
                f"The sign-in server does not know this program ({redact(error) or status}); "
                "check oauth_client_id and client_secret, then sign in again."
            )
        return Temporary(f"The sign-in server refused ({status}); it is tried again.")
