"""`deskhand notice`: a place to be told at is set up without a secret on the line, and tried at once."""

from __future__ import annotations

from pathlib import Path

from pytest_httpserver import HTTPServer

from store.vault import Vault
from tests.cli.conftest import Cli


def add(desk: Cli, server: HTTPServer, path: str = "/in") -> None:
    made = desk("notice", "add", "ops", "webhook", "private=yes", "--secret-stdin", "url", stdin=server.url_for(path) + "\n")
    assert made.code == 0, made.err


def test_a_target_is_added_tried_and_taken_away(desk: Cli, folder: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/in", method="POST").respond_with_data("ok")
    add(desk, httpserver)
    assert desk("notice", "test", "ops").out == "It arrived.\n"
    (target,) = desk("notice", "list", "--json").json["targets"]
    assert target["sent"] and target["fault"] is None and "url" not in target["settings"]
    assert httpserver.url_for("/in") not in desk("notice", "list", "--json").out
    assert desk("notice", "remove", "ops").code == 0
    assert not Vault(folder).has("notice/ops/url") and desk("notice", "list", "--json").json["targets"] == []


def test_what_fails_says_why_and_stays_to_be_seen(desk: Cli, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/in", method="POST").respond_with_data("no_service", 404)
    add(desk, httpserver)
    failed = desk("notice", "test", "ops")
    assert failed.code == 1 and "refused it (404): no_service" in failed.out
    assert "404" in desk("notice", "list").out
    (row,) = desk("outbox", "list", "--json").json["outbox"]
    assert (row["kind"], row["state"], row["to"]) == ("notice", "failed", ["ops"])
    assert desk("outbox", "resolve", str(row["id"]), "cancel").code == 0


def test_a_ticket_is_told_of(shop: Cli, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/in", method="POST").respond_with_data("ok")
    add(shop, httpserver)
    assert shop("notice", "send", "ops", "please look", "--ticket", "1").code == 0
    ((request, _answer),) = httpserver.log
    text = request.get_json()["text"]
    assert text.startswith("#1 · ") and text.endswith("please look") and "Anna" not in text


def test_mistakes_are_named(desk: Cli) -> None:
    for words, code, said in (
        (["add", "x", "pigeon"], 2, "a service for notices"), (["add", "x", "slack", "url=https://a"], 2, "no place for url"),
        (["add", "x", "slack"], 1, "needs the secret url"), (["add", "x", "telegram", "chat=1"], 1, "secret token"),
        (["test", "nobody"], 1, "no target nobody"), (["set", "nobody", "digest=1"], 1, "no target nobody"),
    ):  # fmt: skip
        found = desk("notice", *words)
        assert found.code == code and said in found.err, found.err
    services = desk("notice", "services", "--json").json["settings"]
    assert {"service": "slack", "setting": "url", "secret": True}.items() <= {
        k: v for s in services if s["service"] == "slack" and s["setting"] == "url" for k, v in s.items()
    }.items()
