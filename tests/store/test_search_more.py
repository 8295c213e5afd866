"""Files' contents and numbers are found, and the best hits come first where that is asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desk import inbox
from desk.reading.file_text import LARGEST, text_of
from desk.reading.parse import read_mail
from desk.reading.records import Tracking, Understanding
from desk.sync.inbound import Inbound
from desk.vocabulary import CLASSES, TYPES
from store import search
from store.errors import Invalid
from tests.desk.small import Desk

MAIL = b"""From: Anna <anna@buyer.example>
To: care@shop.example
Message-ID: <files@buyer.example>
Subject: Invoice
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

Please see the files.
--b
Content-Type: text/csv; name="items.csv"
Content-Disposition: attachment; filename="items.csv"

sku,note
LAMP-77,scratched marble
--b
Content-Type: text/html; name="page.html"
Content-Disposition: attachment; filename="page.html"

<html><style>.hiddenword{}</style><p>visible&nbsp;paragraph</p></html>
--b
Content-Type: application/octet-stream; name="data.json"
Content-Disposition: attachment; filename="data.json"

{"colour": "vermilion"}
--b
Content-Type: image/png; name="photo.png"
Content-Disposition: attachment; filename="photo.png"

secretbytes
--b--
"""


def found(desk: Desk, query: str, **paging: object) -> list[int]:
    conn = desk.store.conn
    wanted = inbox.resolve(query, inbox.context(conn, "ana", desk.clock.at))
    return [t.id for t in inbox.page(conn, wanted, "ana", **paging)]  # type: ignore[arg-type]


def test_contents_and_names_of_text_files_are_found(desk: Desk) -> None:
    mail = read_mail(MAIL)
    ticket = desk.take(Inbound.from_mail(mail, Understanding("en", "other"), MAIL, desk.clock.at)).ticket_id
    for query in ("marble", "LAMP77", "lamp-77", "visible", "vermilion", "photo", '"scratched marble"', "items.csv"):
        assert found(desk, query) == [ticket], query
    for query in ("hiddenword", "secretbytes"):
        assert found(desk, query) == [], query


@pytest.mark.parametrize(
    ("name", "type", "data", "text"),
    [
        ("a.txt", "text/plain", "Größe".encode("latin-1"), "Größe"),
        ("a.txt", "text/plain", b"\x1b[31mred", "␛[31mred"),
        ("a.csv", "application/octet-stream", b"a,b", "a,b"),
        ("a.bin", "application/octet-stream", b"a,b", ""),
        ("a.txt", "text/plain", b"a\0b", ""),
        ("a.txt", "text/plain", b"a" * (LARGEST + 1), ""),
        ("a.exe", "application/x-msdownload", b"MZ", ""),
    ],
)
def test_what_of_a_file_is_read(name: str, type: str, data: bytes, text: str) -> None:
    assert text_of(name, type, data) == text


def test_orders_and_parcels_are_found_however_they_are_spelled(desk: Desk) -> None:
    parcel = Understanding("en", "other", tracking=(Tracking("1Z999AA10123456784", "ups"),))
    item = desk.inbound("My number is 1Z 999 AA1 01 2345 6784", order_numbers=("701-1234567-7654321",))
    ticket = desk.take(replace(item, understanding=parcel)).ticket_id
    for query in ("1Z999AA10123456784", "701-1234567-7654321", "70112345677654321", "701-1234567*"):
        assert found(desk, query) == [ticket], query


def test_rank_brings_the_best_first_and_pages_hang_together(desk: Desk) -> None:
    best = desk.mail(subject="Walnut table", text="walnut walnut walnut", sender="b0@x.example").ticket_id
    rest = [desk.mail(text=f"a walnut among other words, {n}", sender=f"b{n}@x.example").ticket_id for n in range(7)]
    assert found(desk, "walnut")[-1] == best
    ranked = found(desk, "walnut sort:rank")
    assert ranked[0] == best and sorted(ranked) == sorted([best, *rest])
    conn = desk.store.conn
    wanted = inbox.resolve("walnut sort:rank", inbox.context(conn, "ana", desk.clock.at))
    pages, after = list[int](), None
    while page := inbox.page(conn, wanted, "ana", after=after, limit=3):
        pages += [t.id for t in page]
        after = inbox.tickets.place(page[-1], wanted.sort)
    assert pages == ranked
    before = inbox.page(conn, wanted, "ana", before=after, limit=2)
    assert [t.id for t in before] == ranked[-3:-1]
    assert [t.id for t in inbox.last_page(conn, wanted, "ana", 2)] == ranked[-2:]
    assert found(desk, f"walnut not:id:{best} sort:rank") == [i for i in ranked if i != best]


def test_rank_looks_at_the_newest_hits_only(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    old = desk.mail(subject="Walnut", text="walnut walnut", sender="b0@x.example").ticket_id
    new = [desk.mail(text="a walnut", sender=f"b{n}@x.example").ticket_id for n in range(1, 4)]
    monkeypatch.setattr(search, "RANKED", 3)
    assert sorted(found(desk, "walnut sort:rank")) == new and old not in found(desk, "walnut sort:rank")


def test_rank_without_words_says_what_it_needs(desk: Desk) -> None:
    with pytest.raises(Invalid, match="needs words"):
        found(desk, "is:open sort:rank")


def test_every_type_is_in_one_class_and_classes_are_views(desk: Desk) -> None:
    inside = [t for _label, types in CLASSES.values() for t in types]
    assert sorted(inside) == sorted(TYPES)
    ticket = desk.mail().ticket_id
    assert found(desk, "class:general") == [ticket] and found(desk, "class:order,return") == []
    views = {v.id for v in inbox.quiet_views(desk.store.conn, "ana")}
    assert views == set(inbox.QUIET_VIEWS)
    listed = inbox.views(desk.store.conn, inbox.context(desk.store.conn, "ana", desk.clock.at))
    assert not views & {line.view.id for line in listed}
    with pytest.raises(Invalid, match="does not know"):
        found(desk, "class:aftersale")
