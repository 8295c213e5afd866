"""The same promises against servers nobody here wrote."""

from __future__ import annotations

import threading
import time

import pytest

from connectors.contract import AuthRevoked, OutcomeUnknown, RawMail


def nothing():
    """A desk that has nothing to write down before the final dot."""


def settings(dovecot):
    return {"imap_tls": "starttls", "ca_file": str(dovecot.ca), "user": dovecot.user, "smtp_user": "care@shop.example"}


def test_dovecot_mails_arrive_and_flags_and_files_stay_as_they_are(dovecot, connect, desk, make_mail):
    for number in range(5):
        dovecot.deliver(make_mail(number), f"17{number}.M1P1.host")
    dovecot.deliver(make_mail(9), "179.M1P1.host:2,S", "cur")
    connector = connect(dovecot, **settings(dovecot), page_mails=2)
    records, cursor = desk.pull(connector)
    assert sorted(record.raw for record in records) == sorted(make_mail(number) for number in (0, 1, 2, 3, 4, 9))
    assert all(isinstance(record, RawMail) for record in records)
    assert desk.pages(connector, cursor) == []
    connector.close()
    after = dovecot.files()
    assert sorted(after.values()) == sorted(make_mail(number) for number in (0, 1, 2, 3, 4, 9))
    flags = {content: path.rpartition(":2,")[2] if ":2," in path else "" for path, content in after.items()}
    assert flags == {make_mail(number): "S" if number == 9 else "" for number in (0, 1, 2, 3, 4, 9)}


def test_dovecot_idle_wakes_at_once(dovecot, connect, desk, make_mail):
    connector = connect(dovecot, **settings(dovecot), sent="")
    _, cursor = desk.pull(connector)
    got = []
    thread = threading.Thread(target=lambda: got.append((connector.wait(20), time.monotonic())))
    thread.start()
    time.sleep(0.3)  # a maildir does not tell when it is watched
    began = time.monotonic()
    dovecot.deliver(make_mail(1), "171.M1P1.host")
    thread.join(30)
    assert got[0][0] and got[0][1] - began < 15
    assert len(desk.pull(connector, cursor)[0]) == 1


def test_dovecot_sent_copy_is_found_by_its_mark(dovecot, server, connect, desk, make_reply):
    connector = connect(dovecot, **settings(dovecot), smtp_port=server.smtp_port)
    with pytest.raises(OutcomeUnknown):
        connector.find(make_reply())
    assert connector.send(make_reply(text="退款"), nothing).warning == ""
    assert connector.find(make_reply()).remote_id == "<reply-1@shop.example>"
    ((copy,), _) = desk.pull(connector, stream="\\Sent")
    assert copy.sent_copy and copy.ref.startswith("Gesendet;") and copy.raw == server.sent[0].raw


def test_dovecot_first_sync_since(dovecot, connect, desk, make_mail):
    import os

    now = desk.clock.now() // 1000
    for number, age in enumerate((1, 40, 2)):
        place = dovecot.deliver(make_mail(number), f"17{number}.M1P1.host")
        os.utime(place, (now - age * 86_400,) * 2)
    connector = connect(dovecot, **settings(dovecot))
    records, cursor = desk.pull(connector, since=(now - 14 * 86_400) * 1000)
    assert sorted(record.raw for record in records) == [make_mail(0), make_mail(2)]
    assert desk.pages(connector, cursor) == []


def test_dovecot_huge_mail_gives_its_header(dovecot, connect, desk, make_mail):
    dovecot.deliver(make_mail(1, "x" * 1_200_000), "171.M1P1.host")
    ((bad,), _) = desk.pull(connect(dovecot, **settings(dovecot), max_mail_mb=1))
    assert b"Subject: Order 1" in bad.raw and "limit" in bad.reason


def test_dovecot_wrong_password(dovecot, connect, desk):
    desk.vault["password"] = "wrong"
    with pytest.raises(AuthRevoked, match="app password"):
        desk.pull(connect(dovecot, **settings(dovecot)))


def test_dovecot_is_found_healthy(dovecot, server, connect):
    health = connect(dovecot, **settings(dovecot), smtp_port=server.smtp_port).test()
    assert health.ok, health.lines
    assert any("INBOX opens" in line and "announced" in line for line in health.lines)


def test_pymap_mails_arrive_once_and_unread_ones_stay_unread(pymap, connect, desk):
    import imaplib

    def flags():
        client = imaplib.IMAP4("127.0.0.1", pymap.imap_port)
        client.login("demouser", "demopass")
        client.select("INBOX", readonly=True)
        seen = client.uid("FETCH", "1:*", "(FLAGS)")[1]
        client.logout()
        return [line.replace(b" \\Recent", b"").replace(b"\\Recent ", b"") for line in seen]

    desk.vault["password"] = "demopass"
    before = flags()
    connector = connect(pymap, user="demouser", from_address="demo@shop.example", page_mails=2)
    records, cursor = desk.pull(connector)
    assert len(records) == len(before) > 0 and all(isinstance(record, RawMail) and record.raw for record in records)
    assert desk.pages(connector, cursor) == []
    ((*_,), _) = desk.pull(connector, stream="\\Sent")
    connector.close()
    assert flags() == before
