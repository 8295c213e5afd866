"""What is wrong with a mail account is said in one sentence that names the setting, or with the cure."""

from __future__ import annotations

import pytest

from connectors import registry
from connectors.email.settings import read_settings

GOOD = {"imap_host": "imap.shop.example", "smtp_host": "smtp.shop.example", "user": "care@shop.example"}


def test_the_least_one_must_say():
    settings = read_settings(GOOD)
    assert (settings.imap.port, settings.imap.tls, settings.smtp.port) == (993, "tls", 465)
    assert settings.mailboxes == ("INBOX",) and settings.sent == "auto" and settings.sent_copy
    assert settings.from_address == "care@shop.example"


def test_gmail_keeps_its_own_copy():
    assert not read_settings(GOOD | {"imap_host": "imap.gmail.com"}).sent_copy


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"imap_host": ""}, "imap_host"),
        ({"imap_host": "a b"}, "imap_host"),
        ({"smtp_host": "x\r\ny"}, "smtp_host"),
        ({"imap_port": 70000}, "imap_port"),
        ({"imap_port": "many"}, "imap_port"),
        ({"imap_port": True}, "imap_port"),
        ({"imap_tls": "ssl"}, "imap_tls"),
        ({"imap_tls": "plain"}, "imap_tls"),
        ({"smtp_tls": "plain"}, "smtp_tls"),
        ({"imap_host": "127.0.0.1.evil.example", "imap_tls": "plain"}, "imap_tls"),
        ({"user": ""}, "user"),
        ({"user": 5}, "user"),
        ({"user": "anna"}, "from_address"),
        ({"auth": "magic"}, "auth"),
        ({"auth": "xoauth2"}, "oauth_token_url"),
        ({"auth": "xoauth2", "oauth_client_id": "x", "oauth_token_url": "http://a.example"}, "oauth_token_url"),
        ({"mailboxes": []}, "mailboxes"),
        ({"mailboxes": "INBOX, inbox"}, "mailboxes"),
        ({"mailboxes": ["a\nb"]}, "mailboxes"),
        ({"from_address": "Shop <care@shop.example>"}, "from_address"),
        ({"from_name": "a\r\nBcc: x"}, "from_name"),
        ({"sent_copy": "maybe"}, "sent_copy"),
        ({"poll_seconds": 0}, "poll_seconds"),
        ({"imap_hots": "x"}, "imap_hots"),
    ],
)
def test_a_wrong_setting_is_named_in_one_sentence(changes, name):
    with pytest.raises(ValueError, match=name) as caught:
        read_settings(GOOD | changes)
    assert str(caught.value).count("\n") == 0 and str(caught.value).endswith(".")


def test_the_manifest_asks_for_what_the_connector_takes(desk):
    manifest = registry.manifest("email")
    assert (manifest.id, manifest.label, manifest.capabilities.reply) == ("email", "MAIL", True)
    asked = {setting.key for setting in manifest.settings if setting.kind != "secret"}
    written = {setting.key: setting.default for setting in manifest.settings if setting.default is not None}
    from connectors.email.client import CAPABILITIES

    read_settings(GOOD | {key: list(v) if isinstance(v, tuple) else v for key, v in written.items()})
    for key in asked:
        with pytest.raises(ValueError, match=key):
            read_settings(GOOD | {key: object()})
    assert all(setting.kind in registry.KINDS and setting.help and setting.label for setting in manifest.settings)
    can = manifest.capabilities
    assert (CAPABILITIES.messages_in, CAPABILITIES.live) == (can.messages_in, can.live)


def test_the_registry_makes_a_connector_and_knows_no_other_platform(desk):
    connector = registry.connect("email", GOOD, desk.ports)
    assert connector.streams() == ("INBOX", "\\Sent")
    connector.close()
    with pytest.raises(KeyError):
        registry.manifest("../email")


def test_a_healthy_account_is_said_to_be(server, connect):
    health = connect(server).test()
    assert health.ok and len(health.lines) == 7, health.lines
    assert not {"SELECT", "UID STORE", "APPEND"} & set(server.seen) and server.sent == []


def test_each_thing_wrong_is_said_with_its_cure(server, connect, desk, make_mail):
    assert "no such folder" in "\n".join(connect(server, mailboxes="Gone").test().lines)
    assert "Name one of these" in "\n".join(connect(server, sent="Nowhere").test().lines)
    unreachable = connect(object()).test()
    assert not unreachable.ok and "Check host, port" in unreachable.lines[0]
    server.deliver(make_mail(1), at=desk.clock.now() / 1000 + 7200)
    late = connect(server).test()
    assert not late.ok and "7200 s behind" in late.lines[-1]
    desk.vault["password"] = "wrong"
    wrong = connect(server).test()
    assert not wrong.ok and "app password" in "\n".join(wrong.lines)
    assert sum("app password" in line for line in wrong.lines) == 2


def test_a_name_nobody_knows_is_said(connect):
    health = connect(object(), imap_host="nowhere.invalid", imap_tls="tls").test()
    assert "nowhere.invalid is not known" in health.lines[0]
