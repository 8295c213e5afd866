"""How a call shows its key: Basic over https; over plain http a one-legged OAuth 1.0a signature, so no secret travels."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from connectors.api import Call


def signature(secret: str, method: str, url: str, params: Sequence[tuple[str, str]]) -> str:
    """HMAC-SHA256 in base64 over the method, the address without its query, and all parameters, sorted."""
    pairs = "&".join(f"{k}={v}" for k, v in sorted((_coded(k), _coded(v)) for k, v in params))
    base = f"{method}&{_coded(url)}&{_coded(pairs)}"
    return b64encode(hmac.new(f"{secret}&".encode(), base.encode(), hashlib.sha256).digest()).decode()


def signed(call: Call, key: str, secret: str, timestamp: int, nonce: str) -> Call:
    """The call as it may leave. Bodies are not signed."""
    if call.url.startswith("https://"):
        return call.headed(authorization="Basic " + b64encode(f"{key}:{secret}".encode()).decode())
    params = (
        *call.params, ("oauth_consumer_key", key), ("oauth_nonce", nonce), ("oauth_signature_method", "HMAC-SHA256"),
        ("oauth_timestamp", str(timestamp)),
    )  # fmt: skip
    return replace(call, params=(*params, ("oauth_signature", signature(secret, call.method, call.url, params))))


def _coded(text: str) -> str:
    return quote(text, safe="~")
