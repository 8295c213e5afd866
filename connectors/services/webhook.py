"""Any address that takes JSON. With a `key`, the body is signed: `X-Deskhand-Signature: sha256=` and the hex HMAC."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping

from connectors.api import Call
from connectors.contract import Secrets
from connectors.services.contract import Notice, by_status, optional
from store.values import Instant

LONGEST = 60_000
judge = by_status


def request(settings: Mapping[str, str], secrets: Secrets, notice: Notice, now: Instant) -> Call:
    body = json.dumps(
        {
            "schema": "deskhand/notice/1", "key": notice.key, "at": now, "title": notice.title,
            "text": notice.text(LONGEST), "tickets": list(notice.tickets),
        },
        ensure_ascii=False,
    ).encode()  # fmt: skip
    headers = {"content-type": "application/json", "idempotency-key": notice.key}
    if token := optional(secrets, "token"):
        headers["authorization"] = f"Bearer {token}"
    if key := optional(secrets, "key"):
        headers["x-deskhand-signature"] = "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
    return Call("POST", secrets.get("url"), headers=headers, content=body)
