"""TikTok Shop's signature: HMAC-SHA256 in lower-case hex over path, sorted query and raw body, in the secret twice."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from connectors.api import Call

UNSIGNED = ("sign", "access_token")


def signature(secret: str, method: str, path: str, params: Iterable[tuple[str, str]], body: bytes = b"") -> str:
    """`body` counts only where `method` is not GET; multipart bodies are signed as none."""
    pairs = "".join(f"{key}{value}" for key, value in sorted(params) if key not in UNSIGNED)
    signed = body if method != "GET" else b""
    base = b"".join((secret.encode(), path.encode(), pairs.encode(), signed, secret.encode()))
    return hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def signed(call: Call, secret: str, common: tuple[tuple[str, str], ...], token: str) -> Call:
    """The call with its common parameters, its signature, and the token in its header. Empty values are dropped: some
    count them into the signature and some do not."""
    params = tuple((key, value) for key, value in (*call.params, *common) if value)
    sign = signature(secret, call.method, urlsplit(call.url).path, params, call.content or b"")
    return replace(call, params=(*params, ("sign", sign))).headed(x_tts_access_token=token)
