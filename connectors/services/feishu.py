"""Feishu (飞书) and Lark: a group robot, signed where it has a secret. 100 notices a minute."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from urllib.parse import quote

from connectors.answer import Answer
from connectors.api import Call
from connectors.contract import Secrets
from connectors.services.contract import BUSY_MS, Notice, by_code, cut, optional
from store.values import Instant

LONGEST = 15_000


def signature(secret: str, at: int) -> str:
    """The `sign` of a call at `at` (seconds): the text is the key, and nothing is what is signed."""
    return base64.b64encode(hmac.new(f"{at}\n{secret}".encode(), b"", hashlib.sha256).digest()).decode()


def request(settings: Mapping[str, str], secrets: Secrets, notice: Notice, now: Instant) -> Call:
    text = f"{cut(notice.title, 200)}\n{notice.text(LONGEST)}".replace("<", "＜")  # <at …> would call people
    body: dict[str, object] = {"msg_type": "text", "content": {"text": text}}
    if secret := optional(secrets, "sign"):  # without one the robot goes by keywords or addresses
        body = {"timestamp": str(now // 1000), "sign": signature(secret, now // 1000), **body}
    url = f"{settings['server'].rstrip('/')}/open-apis/bot/v2/hook/{quote(secrets.get('hook'), safe='')}"
    return Call("POST", url, headers={"content-type": "application/json"},
                content=json.dumps(body, ensure_ascii=False).encode())  # fmt: skip


def judge(answer: Answer, now: Instant) -> None:
    by_code(answer, now, "code", "msg", {9499: BUSY_MS, 11232: BUSY_MS})
