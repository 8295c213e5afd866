"""Mail comes in: every mail once per cursor, in order, with nothing changed on the server."""

from __future__ import annotations

import json

import pytest

from connectors.contract import BadRecord, Permanent, RawMail, Temporary
from store.values import DAY

HOUR_S = 3600.0


def test_a_mail_arrives_as_the_server_holds_it(server, connect, desk, make_mail):
    uid = server.deliver(make_mail(1))
    (record,), cursor = desk.pull(connect(server))
    assert isinstance(record, RawMail)
    assert record.raw == make_mail(1)
    validity = json.loads(cursor)["uidvalidity"]
    assert record.ref == f"INBOX;{validity};{uid}"
    assert record.received_at == desk.clock.now()
    assert json.loads(cursor)["mailbox"] == "INBOX" and json.loads(cursor)["uid"] == uid


def test_nothing_new_yields_nothing_though_the_server_repeats_its_last_mail(server, connect, desk, make_mail):
    server.deliver(make_mail(1))
    connector = connect(server)
    _, cursor = desk.pull(connector)
    assert desk.pages(connector, cursor) == []
    server.deliver(make_mail(2))
    records, _ = desk.pull(connector, cursor)
    assert [record.raw for record in records] == [make_mail(2)]


def test_pulling_only_looks(server, connect, desk, make_mail):
    server.deliver(make_mail(1))
    desk.pull(connect(server))
    assert server.flags() == [frozenset()]
    assert not {"SELECT", "STORE", "UID STORE", "EXPUNGE", "UID EXPUNGE", "DELETE", "APPEND"} & set(server.seen)


def test_pages_are_bounded_and_a_kill_between_page_and_cursor_repeats_the_page(server, connect, desk, make_mail):
    for number in range(7):
        server.deliver(make_mail(number))
    connector = connect(server, page_mails=3)
    pages = desk.pages(connector)
    assert [len(page.records) for page in pages] == [3, 3, 1]
    assert [page.more for page in pages] == [True, True, False]
    interrupted = connector.pull("INBOX", pages[0].cursor, since=0)
    lost = next(interrupted)
    interrupted.close()
    again = desk.pages(connector, pages[0].cursor)
    assert again[0] == lost
    assert [record for page in again for record in page.records] == [r for page in pages[1:] for r in page.records]


def test_a_page_is_bounded_in_bytes(server, connect, desk, make_mail):
    for number in range(3):
        server.deliver(make_mail(number, "x" * 600_000))
    pages = desk.pages(connect(server, page_mb=1))
    assert [len(page.records) for page in pages] == [1, 1, 1]


def test_first_sync_takes_nothing_older_than_since_and_never_comes_back_to_it(server, connect, desk, make_mail):
    now = desk.clock.now()
    server.deliver(make_mail(1), at=now / 1000 - 30 * 24 * HOUR_S)
    server.deliver(make_mail(2), at=now / 1000 - 15 * 24 * HOUR_S + HOUR_S)
    server.deliver(make_mail(3), at=now / 1000 - HOUR_S)
    server.deliver(make_mail(4), at=now / 1000 - 60 * 24 * HOUR_S)
    connector = connect(server)
    records, cursor = desk.pull(connector, since=now - 14 * DAY)
    assert [record.raw for record in records] == [make_mail(3)]
    assert desk.pages(connector, cursor, since=now - 14 * DAY) == []
    assert "until" not in json.loads(cursor)


def test_a_first_sync_cut_short_goes_on_with_the_same_cut_off(server, connect, desk, make_mail):
    now = desk.clock.now()
    for number, age in enumerate((1, 1, 99, 1, 99)):
        server.deliver(make_mail(number), at=now / 1000 - age * 24 * HOUR_S)
    connector = connect(server, page_mails=1)
    first = next(iter(connector.pull("INBOX", "", since=now - 14 * DAY)))
    assert json.loads(first.cursor)["until"] == 5
    records, cursor = desk.pull(connector, first.cursor, since=0)
    assert [record.raw for record in records] == [make_mail(1), make_mail(3)]
    assert json.loads(cursor)["uid"] == 5


def test_mail_that_came_during_a_long_silence_is_fetched_whatever_since_says(server, connect, desk, make_mail):
    server.deliver(make_mail(1), at=desk.clock.now() / 1000 - 40 * 24 * HOUR_S)
    connector = connect(server)
    _, cursor = desk.pull(connector)
    server.deliver(make_mail(2), at=desk.clock.now() / 1000 - 20 * 24 * HOUR_S)
    records, _ = desk.pull(connector, cursor, since=desk.clock.now() - 14 * DAY)
    assert [record.raw for record in records] == [make_mail(2)]


def test_an_empty_mailbox_still_fixes_where_reading_began(server, connect, desk, make_mail):
    connector = connect(server)
    (page,) = desk.pages(connector, since=desk.clock.now())
    assert page.records == () and page.cursor
    assert desk.pages(connector, page.cursor) == []
    server.deliver(make_mail(1))
    records, _ = desk.pull(connector, page.cursor, since=desk.clock.now() + DAY)
    assert len(records) == 1


def test_a_renumbered_mailbox_is_read_again_from_scratch(server, connect, desk, make_mail):
    for number in range(3):
        server.deliver(make_mail(number))
    connector = connect(server)
    _, cursor = desk.pull(connector)
    server.renumber()
    records, fresh = desk.pull(connector, cursor)
    assert [record.raw for record in records] == [make_mail(number) for number in range(3)]
    assert json.loads(fresh)["uidvalidity"] != json.loads(cursor)["uidvalidity"]


def test_a_renumbered_mailbox_gives_what_came_in_a_long_silence(server, connect, desk, make_mail):
    now = desk.clock.now()
    server.deliver(make_mail(1), at=now / 1000 - 40 * 24 * HOUR_S)
    connector = connect(server)
    _, cursor = desk.pull(connector)
    server.deliver(make_mail(2), at=now / 1000 - 30 * 24 * HOUR_S)
    server.renumber()
    records, _ = desk.pull(connector, cursor, since=now - 14 * DAY)
    assert make_mail(2) in [record.raw for record in records]


@pytest.mark.parametrize(
    "cursor", ["{", "[]", '{"mailbox":"Other"}', '{"mailbox":"INBOX","uidvalidity":"x"}', "[" * 9999]
)
def test_a_damaged_cursor_only_costs_time(server, connect, desk, make_mail, cursor):
    server.deliver(make_mail(1))
    records, _ = desk.pull(connect(server), cursor)
    assert len(records) == 1


@pytest.mark.parametrize("fault", ["refuse_fetch", "drop_at_fetch"])
def test_one_bad_mail_is_set_aside_with_its_header_and_the_next_arrives(server, connect, desk, make_mail, fault):
    uids = [server.deliver(make_mail(number)) for number in range(3)]
    getattr(server.faults, fault).add(uids[1])
    connector = connect(server)
    records, cursor = desk.pull(connector)
    assert [type(record) for record in records] == [RawMail, BadRecord, RawMail]
    bad = records[1]
    assert bad.ref.endswith(f";{uids[1]}") and b"Subject: Order 1" in bad.raw and bad.reason
    assert desk.pages(connector, cursor) == []


def test_many_mails_that_break_the_line_never_stop_the_rest_for_good(server, connect, desk, make_mail):
    uids = [server.deliver(make_mail(number)) for number in range(8)]
    server.faults.drop_at_fetch.update(uids[1:7])
    connector, cursor, got = connect(server), "", []
    for _ in range(6):
        try:
            for page in connector.pull("INBOX", cursor, since=0):
                got += page.records
                cursor = page.cursor
        except Temporary:
            continue
        break
    assert [int(record.ref.split(";")[2]) for record in got] == uids
    assert isinstance(got[0], RawMail) and isinstance(got[7], RawMail)


def test_a_huge_mail_gives_its_header_only(server, connect, desk, make_mail):
    server.deliver(make_mail(1, "x" * 1_100_000))
    server.deliver(make_mail(2))
    records, _ = desk.pull(connect(server, max_mail_mb=1))
    huge, small = records
    assert isinstance(huge, BadRecord) and b"Subject: Order 1" in huge.raw and len(huge.raw) < 70_000
    assert "limit of 1 MB" in huge.reason
    assert isinstance(small, RawMail)


def test_several_mailboxes_and_sent_each_have_a_stream(server, connect, desk, make_mail):
    server.deliver(make_mail(1), "退款 & co")
    server.deliver(make_mail(2), "Sent")
    connector = connect(server, mailboxes="INBOX, 退款 & co")
    assert connector.streams() == ("INBOX", "退款 & co", "\\Sent")
    ((record,), _) = desk.pull(connector, stream="退款 & co")
    assert record.raw == make_mail(1) and not record.sent_copy
    ((copy,), cursor) = desk.pull(connector, stream="\\Sent")
    assert copy.sent_copy and copy.ref.startswith("Sent;") and json.loads(cursor)["mailbox"] == "Sent"


def test_a_folder_that_is_not_there_is_named(server, connect, desk):
    connector = connect(server, mailboxes=["Support"])
    with pytest.raises(Permanent, match=r"opening Support.*no such folder"):
        desk.pull(connector, stream="Support")
    with pytest.raises(Permanent, match="not a mailbox of this channel"):
        desk.pull(connector, stream="INBOX")


def test_a_server_without_a_sent_folder_yields_no_sent_mail(server, connect, desk):
    del server._state.folders["Sent"]
    assert desk.pages(connect(server), stream="\\Sent") == []


def test_mails_deleted_by_others_are_passed_over(server, connect, desk, make_mail):
    for number in range(3):
        server.deliver(make_mail(number))
    connector = connect(server, page_mails=1)
    pulling = connector.pull("INBOX", "", since=0)
    next(pulling)
    server._state.folders["INBOX"].mails.pop(1)
    assert [record.raw for page in pulling for record in page.records] == [make_mail(2)]
