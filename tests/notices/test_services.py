"""Each service gets what it documents, signed as it documents, and its answer is judged by what it really says."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors.contract import Fault, Permanent, SchemaSurprise, Temporary, Throttled
from connectors.services import dingtalk, feishu
from connectors.services.contract import Notice, cut
from connectors.services.registry import KINDS, MAIL, deliver, kind
from connectors.transport import Http
from store.values import MINUTE

NOW = 1_700_000_000_000
NOTICE = Notice("Nordlicht: #7", ("#7 · refund · <b>Post</b> & [x](http://y) · due soon", "#8 · damaged"), (7, 8), "notice-1")
SECRETS = {
    "webhook": {"url": "{server}/in?x=1", "token": "T0P", "key": "K3Y"}, "ntfy": {"topic": "shop/七", "token": "T0P"},
    "slack": {"url": "{server}/services/T/B/X"}, "telegram": {"token": "12:AB"}, "wecom": {"key": "k 1"},
    "dingtalk": {"token": "t 1", "sign": "SECtest"}, "feishu": {"hook": "h-1", "sign": "SECtest"},
}  # fmt: skip
TAKEN: Mapping[str, Any] = {
    "telegram": {"ok": True, "result": {}}, "wecom": {"errcode": 0, "errmsg": "ok"},
    "dingtalk": {"errcode": 0, "errmsg": "ok"}, "feishu": {"code": 0, "msg": "success"},
}  # fmt: skip


class Still:
    def now(self) -> int:
        return NOW


class Known(dict[str, str]):
    def get(self, name: str) -> str:  # type: ignore[override]
        return self[name]

    def put(self, name: str, value: str) -> None:
        self[name] = value


def hand(server: HTTPServer, ident: str, *, notice: Notice = NOTICE, secrets: dict[str, str] | None = None,
         slept: list[float] | None = None, **settings: str) -> None:  # fmt: skip
    kept = SECRETS[ident] if secrets is None else secrets
    known = Known({k: v.replace("{server}", server.url_for("").rstrip("/")) for k, v in kept.items()})
    http = Http(Still(), allow_private=True, deadline=5, sleep=(slept if slept is not None else []).append)
    try:
        deliver(http, ident, {"chat": "-100", "server": server.url_for(""), **settings}, known, notice, NOW)
    finally:
        http.close()


def answered(server: HTTPServer, body: Any = None, status: int = 200, headers: dict[str, str] | None = None) -> list[Request]:
    seen: list[Request] = []

    def handler(request: Request) -> Response:
        request.get_data()
        seen.append(request)
        text = body if isinstance(body, str) else json.dumps(body if body is not None else {})
        return Response(text, status, headers)

    server.expect_request(re.compile(".*"), method="POST").respond_with_handler(handler)
    return seen


def test_the_published_signatures() -> None:
    assert dingtalk.signature("SECtest", 1_700_000_000_000) == "aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g%3D"
    assert feishu.signature("SECtest", 1_700_000_000) == "G7XpBpG8NgG02fJOAhX6FRAObIljmFoxVReo8I62pEk="


def test_a_webhook_gets_json_that_is_signed(httpserver: HTTPServer) -> None:
    seen = answered(httpserver)
    hand(httpserver, "webhook")
    (request,) = seen
    raw = request.get_data()
    assert json.loads(raw) | {"text": ""} == {
        "schema": "deskhand/notice/1", "key": "notice-1", "at": NOW, "title": "Nordlicht: #7", "text": "", "tickets": [7, 8],
    }  # fmt: skip
    assert request.full_path == "/in?x=1" and request.headers["Authorization"] == "Bearer T0P"
    assert request.headers["X-Deskhand-Signature"] == "sha256=" + hmac.new(b"K3Y", raw, hashlib.sha256).hexdigest()
    assert request.headers["Idempotency-Key"] == "notice-1"


def test_ntfy_gets_title_and_text_and_keeps_its_topic_in_one_piece(httpserver: HTTPServer) -> None:
    seen = answered(httpserver)
    hand(httpserver, "ntfy", priority="4", notice=Notice("北极: #7", ("你好",)))
    (request,) = seen
    assert request.environ["RAW_URI"] == "/shop%2F%E4%B8%83" and request.get_data().decode() == "你好"
    assert request.headers["Title"].startswith("=?UTF-8?B?") and request.headers["Priority"] == "4"


def test_slack_reads_no_link_or_mention_in_what_a_buyer_wrote(httpserver: HTTPServer) -> None:
    seen = answered(httpserver, "ok")
    hand(httpserver, "slack", notice=Notice("t", ("<!channel> & <http://x|y>",)))
    assert json.loads(seen[0].get_data())["text"] == "t\n&lt;!channel&gt; &amp; &lt;http://x|y&gt;"


def test_telegram_is_plain_text_to_one_chat(httpserver: HTTPServer) -> None:
    seen = answered(httpserver, TAKEN["telegram"])
    hand(httpserver, "telegram")
    body = json.loads(seen[0].get_data())
    assert seen[0].path == "/bot12:AB/sendMessage" and body["chat_id"] == "-100" and "parse_mode" not in body


@pytest.mark.parametrize(
    ("ident", "path", "query", "text"),
    [
        ("wecom", "/cgi-bin/webhook/send", {"key": "k 1"}, ("markdown", "content")),
        ("dingtalk", "/robot/send", {"access_token": "t 1", "timestamp": str(NOW),
                                     "sign": "aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g="}, ("markdown", "text")),
        ("feishu", "/open-apis/bot/v2/hook/h-1", {}, ("content", "text")),
    ],
)  # fmt: skip
def test_the_robots_of_group_chats(
    httpserver: HTTPServer, ident: str, path: str, query: dict[str, str], text: tuple[str, str]
) -> None:
    seen = answered(httpserver, TAKEN[ident])
    hand(httpserver, ident)
    body = json.loads(seen[0].get_data())
    assert (seen[0].path, dict(seen[0].args)) == (path, query)
    said = body[text[0]][text[1]]
    assert "#7" in said and "<" not in said and (ident == "feishu" or "](" not in said)
    if ident == "feishu":
        assert (body["timestamp"], body["sign"]) == ("1700000000", feishu.signature("SECtest", 1_700_000_000))


@pytest.mark.parametrize("ident", ["dingtalk", "feishu"])
def test_a_robot_without_a_secret_is_not_signed(httpserver: HTTPServer, ident: str) -> None:
    seen = answered(httpserver, TAKEN[ident])
    hand(httpserver, ident, secrets={"token": "t", "hook": "h"})
    assert b"sign" not in seen[0].get_data() and "sign" not in seen[0].args


@pytest.mark.parametrize(
    ("ident", "status", "body", "fault", "said"),
    [
        ("wecom", 200, {"errcode": 93000, "errmsg": "invalid webhook url"}, Permanent, "(93000): invalid webhook url"),
        ("wecom", 200, {"errcode": 45009, "errmsg": "freq"}, Throttled, "45009"),
        ("wecom", 200, {"errcode": -1, "errmsg": "busy"}, Temporary, "busy"),
        ("dingtalk", 200, {"errcode": 310000, "errmsg": "sign not match"}, Permanent, "310000"),
        ("dingtalk", 200, {"errcode": 130101, "errmsg": "send too fast"}, Throttled, "130101"),
        ("feishu", 200, {"code": 19021, "msg": "sign match fail"}, Permanent, "19021"),
        ("feishu", 200, {"code": 11232, "msg": "too many"}, Throttled, "11232"),
        ("feishu", 200, "<html>", SchemaSurprise, "JSON"),
        ("wecom", 200, [], SchemaSurprise, "no known way"),
        ("telegram", 403, {"ok": False, "error_code": 403, "description": "bot was blocked\x1b[2J"}, Permanent, "blocked"),
        ("slack", 404, "no_service", Permanent, "no_service"),
        ("webhook", 410, "", Permanent, "(410)."),
        ("ntfy", 401, "", Permanent, "(401)."),
        ("ntfy", 503, "", Temporary, "out of order"),
        ("webhook", 302, "", Permanent, "redirects elsewhere"),
    ],
)  # fmt: skip
def test_what_a_service_says_is_believed_whatever_http_says(
    httpserver: HTTPServer, ident: str, status: int, body: Any, fault: type[Fault], said: str
) -> None:
    answered(httpserver, body, status, {"Location": "https://elsewhere.example/"} if status == 302 else None)
    with pytest.raises(fault) as caught:
        hand(httpserver, ident)
    text = str(caught.value)
    assert said in text and "\x1b" not in text
    assert not any(secret in text for secret in SECRETS[ident].values())


def test_a_busy_service_is_asked_again_after_what_it_says(httpserver: HTTPServer) -> None:
    seen = answered(httpserver, "", 429, {"Retry-After": "60"})
    with pytest.raises(Throttled) as caught:
        hand(httpserver, "slack")
    assert caught.value.until == NOW + MINUTE and len(seen) == 1


def test_a_missing_secret_is_named_and_nothing_leaves(httpserver: HTTPServer) -> None:
    seen = answered(httpserver)
    with pytest.raises(Permanent, match="topic is missing"):
        hand(httpserver, "ntfy", secrets={})
    assert seen == []


@pytest.mark.parametrize("ident", [k for k in KINDS if k != MAIL])
def test_the_longest_notice_fits(httpserver: HTTPServer, ident: str) -> None:
    seen = answered(httpserver, TAKEN.get(ident, "ok"))
    many = Notice("北" * 500, tuple(f"#{n} · 退款 · 店铺 " + "长" * 300 for n in range(100)))
    hand(httpserver, ident, notice=many)
    limit = {"wecom": 2048, "ntfy": 4096, "telegram": 4096}.get(ident)
    raw = seen[0].get_data().decode()
    said = raw if ident == "ntfy" else str(json.loads(raw))
    assert "… +" in said
    if ident == "wecom":
        assert len(json.loads(raw)["markdown"]["content"].encode()) <= 2048
    elif limit:
        assert len((raw if ident == "ntfy" else json.loads(raw)["text"]).encode()) <= limit


@given(st.text(), st.integers(3, 50))
def test_cutting_never_breaks_a_character(text: str, longest: int) -> None:
    short = cut(text, longest)
    assert len(short.encode("utf-8", "surrogatepass")) <= longest or short == text


@pytest.mark.parametrize("ident", KINDS)
def test_every_service_says_what_it_is_asked_for(ident: str) -> None:
    found = kind(ident)
    assert {"quiet", "digest", "details", "private"} <= {s.key for s in found.settings}
    assert all(s.label and s.help.endswith((".", "…")) for s in found.settings)
    assert any(s.required for s in found.settings)
