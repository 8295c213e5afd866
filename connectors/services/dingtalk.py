"""DingTalk (钉钉): a group robot, signed where it has a secret. 20 notices a minute; beyond, it is deaf for ten."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from connectors.answer import Answer
from connectors.api import Call
from connectors.contract import Secrets
from connectors.services.contract import Notice, by_code, cut, optional, plain
from store.values import MINUTE, Instant

LONGEST = 15_000


def signature(secret: str, at: Instant) -> str:
    """The `sign` of a call at `at` (milliseconds), as it stands in the address."""
    digest = hmac.new(secret.encode(), f"{at}\n{secret}".encode(), hashlib.sha256).digest()
    return quote(base64.b64encode(digest), safe="")


def request(settings: Mapping[str, str], secrets: Secrets, notice: Notice, now: Instant) -> Call:
    title, text = plain(cut(notice.title, 100)), plain(notice.text(LONGEST)).replace("\n", "\n\n")
    body = json.dumps({"msgtype": "markdown", "markdown": {"title": title, "text": f"{title}\n\n{text}"}}, ensure_ascii=False)
    url = f"{settings['server'].rstrip('/')}/robot/send?" + urlencode({"access_token": secrets.get("token")})
    if secret := optional(secrets, "sign"):  # without one the robot goes by keywords or addresses
        url += f"&timestamp={now}&sign={signature(secret, now)}"
    return Call("POST", url, headers={"content-type": "application/json"}, content=body.encode())


def judge(answer: Answer, now: Instant) -> None:
    by_code(answer, now, "errcode", "errmsg", {130101: 10 * MINUTE, 410100: 10 * MINUTE})
