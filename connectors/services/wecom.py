"""WeCom (企业微信): a group robot. 20 notices a minute, 2048 bytes each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import urlencode

from connectors.answer import Answer
from connectors.api import Call
from connectors.contract import Secrets
from connectors.services.contract import BUSY_MS, Notice, by_code, cut, plain
from store.values import Instant

LONGEST = 1800


def request(settings: Mapping[str, str], secrets: Secrets, notice: Notice, now: Instant) -> Call:
    text = cut(plain(f"{cut(notice.title, 200)}\n{notice.text(LONGEST)}"), 2048)
    body = json.dumps({"msgtype": "markdown", "markdown": {"content": text}}, ensure_ascii=False).encode()
    url = f"{settings['server'].rstrip('/')}/cgi-bin/webhook/send?" + urlencode({"key": secrets.get("key")})
    return Call("POST", url, headers={"content-type": "application/json"}, content=body)


def judge(answer: Answer, now: Instant) -> None:
    by_code(answer, now, "errcode", "errmsg", {45009: BUSY_MS})
