"""Telegram: a bot that writes to one chat or group."""

from __future__ import annotations

import json
from collections.abc import Mapping

from connectors.answer import Answer
from connectors.api import Call
from connectors.contract import SchemaSurprise, Secrets
from connectors.services.contract import Notice, cut, refused
from store.values import Instant

LONGEST = 3800
"""The service takes 4096 characters, title included."""


def request(settings: Mapping[str, str], secrets: Secrets, notice: Notice, now: Instant) -> Call:
    text = cut(notice.title, 200) + "\n" + notice.text(LONGEST)
    body = json.dumps({"chat_id": settings["chat"], "text": text, "disable_web_page_preview": True}, ensure_ascii=False)
    url = f"{settings['server'].rstrip('/')}/bot{secrets.get('token')}/sendMessage"
    return Call("POST", url, headers={"content-type": "application/json"}, content=body.encode())


def judge(answer: Answer, now: Instant) -> None:
    body = answer.json()
    if not isinstance(body, dict):
        raise SchemaSurprise("The service of notices answered in no known way.")
    if body.get("ok") is not True:
        raise refused(str(body.get("error_code", answer.status)), str(body.get("description", "")))
