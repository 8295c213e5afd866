"""Slack: an incoming webhook, whose address is the secret."""

from __future__ import annotations

import json
from collections.abc import Mapping

from connectors.api import Call
from connectors.contract import Secrets
from connectors.services.contract import Notice, by_status, cut
from store.values import Instant

LONGEST = 12_000
judge = by_status


def request(settings: Mapping[str, str], secrets: Secrets, notice: Notice, now: Instant) -> Call:
    text = cut(notice.title, 200) + "\n" + notice.text(LONGEST)
    for sign, spelt in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):  # what Slack would read as a link or mention
        text = text.replace(sign, spelt)
    body = json.dumps({"text": text}, ensure_ascii=False).encode()
    return Call("POST", secrets.get("url"), headers={"content-type": "application/json"}, content=body)
