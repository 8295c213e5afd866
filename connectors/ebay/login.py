"""The refresh token traded for an access token. eBay does not rotate it: it stays good for about 18 months."""

from __future__ import annotations

import base64

from connectors.account import granted
from connectors.contract import AuthRevoked, Permanent, Ports, SchemaSurprise, Token
from connectors.ebay.guesses import TOKEN_LIVES_S
from connectors.ebay.settings import Settings
from connectors.transport import Http

_WRONG = {
    "invalid_grant": "eBay's consent has ended or was withdrawn; sign in again and enter the new refresh token.",
    "invalid_client": "eBay does not know the App ID with this Cert ID; copy both again from the production keyset.",
    "invalid_scope": "eBay's consent does not cover all that is asked for; sign in again with every scope.",
    "unauthorized_client": "eBay does not let this keyset sign in; see its status at developer.ebay.com.",
}


def basic(client_id: str, secret: str) -> str:
    """RFC 7617."""
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


class Login:
    """One account's sign-in; when it happens is the business of `ports.tokens`."""

    def __init__(self, settings: Settings, ports: Ports, http: Http) -> None:
        self._settings, self._ports, self._http = settings, ports, http

    def renew(self, refresh_token: str) -> tuple[Token, str]:
        """See `contract.Renew`. Doing it twice does no harm."""
        asked = self._ports.clock.now()
        answer = self._http.call(
            "POST", f"{self._settings.api_url}/identity/v1/oauth2/token",
            headers={"Authorization": basic(self._settings.client_id, self._secret())},
            form={"grant_type": "refresh_token", "refresh_token": refresh_token,
                  "scope": " ".join(self._settings.scopes)}, safe=True,
        )  # fmt: skip
        data = answer.json()
        if not isinstance(data, dict):
            raise SchemaSurprise("eBay's sign-in answered in no known way.")
        if not answer.ok:
            error = str(data.get("error"))
            if error in _WRONG or answer.status == 401:
                raise AuthRevoked(_WRONG.get(error, _WRONG["invalid_client"]))
            raise Permanent(f"eBay's sign-in refused ({answer.status}).")
        return granted(data, "eBay", asked, lives=TOKEN_LIVES_S), ""

    def _secret(self) -> str:
        try:
            return self._ports.secrets.get("client_secret")
        except KeyError:
            raise AuthRevoked("The Cert ID is missing; enter it again.") from None
