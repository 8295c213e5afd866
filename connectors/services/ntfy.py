"""ntfy: a topic on ntfy.sh or a server of one's own. Whoever knows the topic reads it, so it is a secret."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from urllib.parse import quote

from connectors.api import Call
from connectors.contract import Secrets
from connectors.services.contract import Notice, by_status, optional
from store.values import Instant

LONGEST = 4096
judge = by_status


def request(settings: Mapping[str, str], secrets: Secrets, notice: Notice, now: Instant) -> Call:
    headers = {"title": _header(notice.title), "tags": "envelope"}
    if priority := settings.get("priority", ""):
        headers["priority"] = priority
    if token := optional(secrets, "token"):
        headers["authorization"] = f"Bearer {token}"
    url = f"{settings['server'].rstrip('/')}/{quote(secrets.get('topic'), safe='')}"
    return Call("POST", url, headers=headers, content=notice.text(LONGEST).encode())


def _header(text: str) -> str:
    return text if text.isascii() else f"=?UTF-8?B?{base64.b64encode(text.encode()).decode()}?="
