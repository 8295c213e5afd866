"""Shopee's signature: HMAC-SHA256 in lower-case hex over who calls what and when. Bodies are not signed."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from urllib.parse import urlsplit

from connectors.api import Call


def signature(key: str, partner_id: str, path: str, timestamp: int, token: str = "", shop_id: str = "") -> str:
    """`path` begins with /api/v2; `token` and `shop_id` stay empty for public calls."""
    base = f"{partner_id}{path}{timestamp}{token}{shop_id}"
    return hmac.new(key.encode(), base.encode(), hashlib.sha256).hexdigest()


def signed(call: Call, key: str, partner_id: str, timestamp: int, token: str = "", shop_id: str = "") -> Call:
    """The call with its common parameters. Without a token it is a public call."""
    path = urlsplit(call.url).path
    shop = (("access_token", token), ("shop_id", shop_id)) if token else ()
    sign = signature(key, partner_id, path, timestamp, token, shop_id if token else "")
    common = (("partner_id", partner_id), ("timestamp", str(timestamp)), *shop, ("sign", sign))
    return replace(call, params=(*common, *call.params))
