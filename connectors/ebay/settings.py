"""What a person says about an eBay account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.account import address, required, text, whole, yes
from connectors.ebay.guesses import SIGNED_PLACES

_SCOPE = "https://api.ebay.com/oauth/api_scope"
SCOPES = tuple(
    f"{_SCOPE}/{name}"
    for name in ("sell.fulfillment", "sell.finances", "sell.payment.dispute", "commerce.message", "commerce.feedback")
)
"""What Deskhand asks for; [memory] of the last one's name."""


@dataclass(frozen=True, slots=True)
class Settings:
    username: str
    client_id: str
    marketplace: str
    scopes: tuple[str, ...]
    api_url: str
    disputes_url: str
    notices: bool
    timeout: int

    @property
    def signs(self) -> bool:
        """Whether what moves money must be signed."""
        return self.marketplace in SIGNED_PLACES


def read_settings(settings: Mapping[str, object]) -> Settings:
    """Raises ValueError naming what is wrong."""
    return Settings(
        username=required(settings, "username"),
        client_id=required(settings, "client_id"),
        marketplace=text(settings, "marketplace", "EBAY_US").upper(),
        scopes=tuple(text(settings, "scopes").split()) or SCOPES,
        api_url=address(settings, "api_url", "https://api.ebay.com"),
        disputes_url=address(settings, "disputes_url", "https://apiz.ebay.com"),
        notices=yes(settings, "notices"),
        timeout=whole(settings, "timeout_seconds", 30, most=600),
    )
