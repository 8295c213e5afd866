"""A drop folder: nothing is lost, doubled or read half, and nobody leads the desk to another file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.contract import (
    BadRecord,
    CustomerRecord,
    File,
    MessageRecord,
    OrderRecord,
    OutcomeUnknown,
    Permanent,
    ProductRecord,
    Record,
    SendReply,
    Temporary,
)
from connectors.drop import answers, place
from connectors.drop.client import DropConnector, create
from connectors.drop.inbox import MOST
from store.values import DAY, MINUTE, Money
from tests.connectors.ports import NOW, FrozenClock, MemoryTokens, Unlimited, Vault, ports

HELLO = {"id": "1", "thread": "t1", "buyer": {"id": "u1", "name": "Ann", "email": "Ann@x.example"}, "text": "Hello"}


class Folder:
    """A drop folder and a site that writes to it."""

    def __init__(self, path: Path) -> None:
        self.path, self.clock = path / "site", FrozenClock()
        (self.path / "in").mkdir(parents=True, mode=0o700)

    def connect(self, **changes: object) -> DropConnector:
        vault = Vault()
        tokens = MemoryTokens(vault, self.clock)
        return create({"folder": str(self.path), "keep_days": 0, **changes}, ports(vault, tokens, self.clock, Unlimited()))

    def put(self, name: str, body: object, age: int = 0) -> Path:
        """A file as it lies there `age` milliseconds after its last byte."""
        path = self.path / "in" / name
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        path.write_bytes(raw)
        at = (self.clock.time - age) * 1_000_000
        os.utime(path, ns=(at, at))
        return path

    def pull(self, cursor: str = "", connector: DropConnector | None = None) -> tuple[list[Record], str]:
        found: list[Record] = []
        for page in (connector or self.connect()).pull("messages", cursor, since=0):
            found += page.records
            cursor = page.cursor
        return found, cursor

    def names(self, folder: str) -> list[str]:
        return sorted(p.name for p in (self.path / folder).iterdir())

    def one(self, body: object) -> Record:
        self.put("a.json", body, age=10 * MINUTE)
        (record,), _ = self.pull()
        return record


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path.resolve())


def reply(key: str = "k1", **changes: Any) -> SendReply:
    fields: dict[str, Any] = {"to": ("site/u1",), "subject": "", "text": "Hi", "thread_id": "site/t1", "at": NOW}
    return SendReply(key, f"<{key}@shop.example>", **(fields | changes))


def passed() -> None:
    """The point of no return."""


# In ---------------------------------------------------------------------------------------------------


def test_a_file_leaves_only_when_its_cursor_comes_back(folder: Folder) -> None:
    folder.put("a.json", HELLO)
    (first,), cursor = folder.pull()
    assert isinstance(first, MessageRecord)
    assert (first.remote_id, first.thread_id, first.author_id) == ("site/1", "site/t1", "site/u1")
    assert (first.author, first.email, first.sent_at) == ("Ann", "ann@x.example", NOW)
    assert folder.names("in") == ["a.json"], "nobody said that it is kept"
    again, _ = folder.pull()
    assert again == [first], "a crash before the commit brings it again"
    records, cursor = folder.pull(cursor)
    assert (records, cursor) == ([], "")
    assert (folder.names("in"), folder.names("done")) == ([], ["a.json"])


def test_a_file_put_in_anew_under_the_name_of_a_kept_one_is_read(folder: Folder) -> None:
    folder.put("a.json", HELLO)
    _, cursor = folder.pull()
    folder.put("a.json", {**HELLO, "id": "2"}, age=5)
    (second,), cursor = folder.pull(cursor)
    assert isinstance(second, MessageRecord) and second.remote_id == "site/2"
    folder.pull(cursor)
    folder.put("a.json", HELLO)
    _, cursor = folder.pull()
    folder.pull(cursor)
    assert folder.names("done") == ["a.json", "a~2.json"]


def test_hidden_and_unfinished_names_are_not_looked_at(folder: Folder) -> None:
    for name in (".a.json", ".a.json.tmp", "a.json.tmp", "a.part", "notes.txt"):
        folder.put(name, HELLO, age=10 * MINUTE)
    assert folder.pull() == ([], "")


@pytest.mark.parametrize("raw", [json.dumps(HELLO).encode()[:-9], b"", b'{"id": "1", "text"', b"\xff\xfe{"])
def test_half_a_file_is_waited_for_and_then_set_aside(folder: Folder, raw: bytes) -> None:
    connector = folder.connect()
    folder.put("a.json", raw)
    assert folder.pull(connector=connector) == ([], "")
    folder.clock.time += 2 * MINUTE
    (bad,), cursor = folder.pull(connector=connector)
    assert isinstance(bad, BadRecord) and (bad.ref, bad.raw) == ("a.json", raw)
    folder.pull(cursor, connector)
    assert (folder.names("in"), folder.names("bad")) == ([], ["a.json", "a.json.why"])
    assert "not whole JSON" in (folder.path / "bad" / "a.json.why").read_text()


def test_half_a_file_that_is_finished_in_time_comes_in(folder: Folder) -> None:
    connector = folder.connect()
    folder.put("a.json", b'{"id": "1"')
    assert folder.pull(connector=connector)[0] == []
    folder.clock.time += 50_000
    folder.put("a.json", HELLO)
    assert len(folder.pull(connector=connector)[0]) == 1


def test_a_file_of_the_future_is_not_waited_for_for_ever(folder: Folder) -> None:
    connector = folder.connect()
    folder.put("a.json", b"{", age=-90 * MINUTE)
    assert folder.pull(connector=connector)[0] == []
    folder.clock.time += 2 * MINUTE
    assert len(folder.pull(connector=connector)[0]) == 1
    record = folder.one(HELLO)
    assert isinstance(record, MessageRecord)


def test_attachments_come_with_their_message(folder: Folder) -> None:
    connector = folder.connect()
    folder.put("a.json", {**HELLO, "text": "", "attachments": ["photo.jpg"]})
    assert folder.pull(connector=connector)[0] == [], "the photo is still to come"
    folder.put("photo.jpg", b"\xff\xd8jpeg")
    (record,), cursor = folder.pull(connector=connector)
    assert isinstance(record, MessageRecord)
    assert record.files == (File("photo.jpg", "image/jpeg", b"\xff\xd8jpeg"),)
    assert record.text == "photo.jpg"
    folder.pull(cursor, connector)
    assert folder.names("done") == ["a.json", "photo.jpg"]
    folder.put("b.json", {**HELLO, "id": "2", "attachments": ["photo.jpg"]})
    (record,), _ = folder.pull(connector=connector)
    assert isinstance(record, MessageRecord) and len(record.files) == 1, "a file may serve two messages"


def test_a_message_whose_attachment_never_comes_is_set_aside(folder: Folder) -> None:
    folder.put("a.json", {**HELLO, "attachments": ["photo.jpg"]}, age=10 * MINUTE)
    (bad,), _ = folder.pull()
    assert isinstance(bad, BadRecord) and "photo.jpg is not there" in bad.reason


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", ".hidden", "a/b", "b.json", ""])
def test_an_attachment_elsewhere_is_refused(folder: Folder, name: str) -> None:
    (folder.path / "secret").write_text("secret")
    bad = folder.one({**HELLO, "attachments": [name]})
    assert isinstance(bad, BadRecord) and "is no name of a file" in bad.reason


def linked(folder: Folder, secret: Path) -> None:
    (folder.path / "in" / "a.json").symlink_to(secret)


def hard_linked(folder: Folder, secret: Path) -> None:
    (folder.path / "in" / "a.json").hardlink_to(secret)


def a_pipe(folder: Folder, secret: Path) -> None:
    os.mkfifo(folder.path / "in" / "a.json")


def a_folder(folder: Folder, secret: Path) -> None:
    (folder.path / "in" / "a.json").mkdir()


def somebody_elses(folder: Folder, secret: Path) -> None:
    if os.geteuid():
        pytest.skip("only root can give a file away")
    os.chown(folder.put("a.json", HELLO), 65_534, -1)


def too_large(folder: Folder, secret: Path) -> None:
    with (folder.path / "in" / "a.json").open("wb") as file:
        file.truncate(5 << 20)


@pytest.mark.parametrize("make", [linked, hard_linked, a_pipe, a_folder, somebody_elses, too_large])
def test_what_is_no_file_of_a_writer_is_never_read(
    folder: Folder, tmp_path: Path, make: Callable[[Folder, Path], None]
) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text(json.dumps(HELLO))
    make(folder, secret)
    folder.put("b.json", HELLO)
    records, cursor = folder.pull()
    (bad,) = [r for r in records if isinstance(r, BadRecord)]
    assert bad.raw == b"" and bad.reason
    assert len(records) == 2, "the others come in"
    folder.pull(cursor)
    assert secret.read_text() == json.dumps(HELLO)
    assert folder.names("bad") == ["a.json", "a.json.why"]


def test_a_link_as_an_attachment_is_refused(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (folder.path / "in" / "photo.jpg").symlink_to(tmp_path / "secret")
    bad = folder.one({**HELLO, "attachments": ["photo.jpg"]})
    assert isinstance(bad, BadRecord) and "link" in bad.reason


def test_many_files_come_in_rounds_each_once(folder: Folder) -> None:
    for number in range(MOST + 30):
        folder.put(f"{number:04}.json", {**HELLO, "id": str(number)}, age=100_000 - number)
    connector = folder.connect()
    first, cursor = folder.pull(connector=connector)
    assert len(first) == MOST
    assert len(cursor) < 30_000
    assert connector.wait(5), "more waits"
    second, cursor = folder.pull(cursor, connector)
    folder.pull(cursor, connector)
    ids = [r.remote_id for r in (*first, *second) if isinstance(r, MessageRecord)]
    assert ids == [f"site/{n}" for n in range(MOST + 30)], "the oldest first"
    assert folder.names("in") == []


def test_one_bad_record_of_a_file_stops_no_other(folder: Folder) -> None:
    folder.put("a.json", [HELLO, {"id": "2"}, {**HELLO, "id": "3"}])
    records, cursor = folder.pull()
    assert [isinstance(r, BadRecord) for r in records] == [False, True, False]
    folder.pull(cursor)
    assert (folder.path / "bad" / "a.json.why").read_text() == "a.json#2: text is missing\n"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"id": None}, "id is missing"), ({"text": "  "}, "text is missing"), ({"text": "x" * 200_001}, "too long"),
        ({"from": "robot"}, "neither buyer nor shop"), ({"buyer": {"email": "no"}}, "no address"),
        ({"buyer": {"name": "Ann"}}, "an id or an email"), ({"kind": "poem"}, "kind poem"),
        ({"sent": "soon"}, "sent is no time"),
        ({"sent": True}, "sent is no time"), ({"sent": -5}, "sent is no time"),
        ({"order": {"number": "1"}}, "currency is missing"),
        ({"attachments": "photo.jpg"}, "attachments is no list"), ({"buyer": []}, "buyer is no object"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(folder: Folder, changes: dict[str, object], why: str) -> None:
    bad = folder.one({**HELLO, **changes})
    assert isinstance(bad, BadRecord)
    assert why in bad.reason


def test_orders_customers_and_products_come_in(folder: Folder) -> None:
    order = {"number": "NL-7", "currency": "eur", "total": 12.9, "status": "paid", "buyer": {"id": "u1"}, "country": "de",
             "ip_country": "FR", "campaign": "autumn", "placed": "2026-11-01T10:00:00+01:00",
             "lines": [{"sku": "L1", "title": "Lamp", "quantity": 2, "price": "6.45"}],
             "parcels": [{"courier": "DHL", "tracking": "JJD1", "status": "shipped", "shipped": 1_793_000_000}]}  # fmt: skip
    folder.put("a.json", [
        {**HELLO, "order": order}, {"kind": "customer", "email": "b@x.example", "tier": "vip", "note": "likes tea"},
        {"kind": "product", "sku": "L1", "title": "Lamp", "specs": {"Watt": 5}, "sizes": {"S": "36–38", "M": "40"}},
    ])  # fmt: skip
    found, _ = folder.pull()
    known, message, customer, product = found
    assert isinstance(known, OrderRecord)
    assert (known.total, known.country, known.ip_country, known.campaign) == (Money("EUR", 1290), "DE", "FR", "autumn")
    assert known.placed_at == 1_793_523_600_000
    assert (known.buyer.id, known.lines[0].price) == ("site/u1", Money("EUR", 645))
    assert known.parcels[0].shipped_at == 1_793_000_000_000
    assert isinstance(message, MessageRecord) and message.order_id == "NL-7"
    assert isinstance(customer, CustomerRecord) and (customer.buyer.id, customer.tier) == ("b@x.example", "vip")
    assert isinstance(product, ProductRecord) and (product.specs, product.sizes) == ({"Watt": "5"}, "S: 36–38\nM: 40")


def test_a_chat_without_a_buyer_is_known_by_its_thread(folder: Folder) -> None:
    record = folder.one({"id": 7, "thread": "c9", "text": "Hello", "sent": 1_794_000_000.5})
    assert isinstance(record, MessageRecord)
    assert (record.remote_id, record.author_id, record.sent_at) == ("site/7", "site/c9", 1_794_000_000_500)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(
        ["id", "kind", "text", "buyer", "order", "lines", "price", "total", "currency", "number", "sent", "attachments",
         "email", "sku", "specs", "sizes", "quantity", "parcels", "country"]), inner, max_size=8), max_leaves=20)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(_JSON)
def test_whatever_json_it_is_a_file_is_read_or_set_aside(folder: Folder, body: object) -> None:
    folder.put("a.json", body, age=10 * MINUTE)
    records, cursor = folder.pull()
    assert records, "nothing vanishes"
    folder.pull(cursor)
    assert folder.names("in") == []


# Out --------------------------------------------------------------------------------------------------


def test_an_answer_is_written_whole_and_once(folder: Folder) -> None:
    connector, marks = folder.connect(), list[int]()
    file = File("面单.pdf", "application/pdf", b"%PDF")
    receipt = connector.send(reply(files=(file,), text="Grüße"), lambda: marks.append(1))
    assert receipt.remote_id == "site/k1" and marks == [1]
    assert folder.names("out") == ["k1-1-面单.pdf", "k1.json"]
    said = json.loads((folder.path / "out" / "k1.json").read_text("utf-8"))
    assert (said["thread"], said["to"], said["text"]) == ("t1", ["u1"], "Grüße")
    assert said["attachments"] == ["k1-1-面单.pdf"]
    before = (folder.path / "out" / "k1.json").stat()
    assert connector.send(reply(), passed).remote_id == "site/k1"
    assert (folder.path / "out" / "k1.json").stat() == before


def test_an_answer_the_site_took_away_is_still_known(folder: Folder) -> None:
    connector = folder.connect()
    assert connector.find(reply()) is None
    connector.send(reply(), passed)
    (folder.path / "out" / "k1.json").unlink()
    assert folder.connect().find(reply()) is not None
    connector.send(reply(), passed)
    assert folder.names("out") == []


class Crash(BaseException):
    """The power is gone."""


def test_a_crash_before_the_answer_leaves_nothing(folder: Folder) -> None:
    def crash() -> None:
        raise Crash

    with pytest.raises(Crash):
        folder.connect().send(reply(), crash)
    assert folder.names("out") == []
    assert folder.connect().find(reply()) is None


@pytest.mark.parametrize("there", [True, False])
def test_a_crash_right_after_it_is_found_or_unknown(folder: Folder, monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    def crash(*args: object, **kwargs: object) -> None:
        raise Crash

    with monkeypatch.context() as patch, pytest.raises(Crash):
        patch.setattr("connectors.drop.answers.os.rename", crash)
        folder.connect().send(reply(), passed)
    connector = folder.connect()
    if there:
        assert connector.find(reply()) is not None
        return
    (folder.path / "out" / "k1.json").unlink()  # the site took it; or was it never written?
    with pytest.raises(OutcomeUnknown):
        connector.find(reply())
    connector.send(reply(), passed)  # a person said so
    assert folder.names("out") == ["k1.json"]


def test_a_full_disk_is_temporary_and_sends_nothing(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(folder: int, name: str, content: bytes) -> None:
        if name.endswith(".json"):
            raise OSError(28, "No space left on device")
        place.put(folder, name, content)

    with monkeypatch.context() as patch, pytest.raises(Temporary, match="No space"):
        patch.setattr(answers, "put", full)
        folder.connect().send(reply(), passed)
    assert folder.connect().find(reply()) is None
    folder.connect().send(reply(), passed)


@pytest.mark.parametrize(
    "changes", [{"text": " "}, {"text": "x" * 60_000}, {"thread_id": "other/t1"}, {"files": (File("../x", "", b""),)}]
)
def test_what_cannot_be_answered_is_refused_before(folder: Folder, changes: dict[str, Any]) -> None:
    with pytest.raises(Permanent):
        folder.connect().send(reply(**changes), lambda: pytest.fail("it was too late"))
    with pytest.raises(Permanent):
        folder.connect().send(reply(key="../k"), passed)


# The folder -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "named"),
    [({"folder": ""}, "folder"), ({"folder": "here"}, "folder"), ({"folder": "/srv/../etc"}, "folder"),
     ({"folder": "/"}, "folder"),
     ({"source": "a/b"}, "source"), ({"writers": ["no-such-user-0"]}, "writers"), ({"timeout_seconds": 0}, "timeout_seconds")],
)  # fmt: skip
def test_wrong_settings_are_named(folder: Folder, changes: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        folder.connect(**changes)


def test_a_folder_of_somebody_else_is_refused_until_they_are_a_writer(folder: Folder) -> None:
    if os.geteuid():
        pytest.skip("only root can give a folder away")
    os.chown(folder.path / "in", 65_534, -1)
    assert "Foreign owner" in folder.connect().test().mend
    with pytest.raises(Permanent, match="Foreign owner"):
        folder.pull()
    os.chown(folder.put("a.json", HELLO), 65_534, -1)
    records, _ = folder.pull(connector=folder.connect(writers=["nobody"]))
    assert len(records) == 1


def test_done_files_go_after_their_days_and_nothing_else_does(folder: Folder) -> None:
    """Their days count from when they came there, however old the file itself is."""
    folder.put("a.json", HELLO, age=900 * DAY)
    (folder.path / "bad").mkdir(mode=0o700)
    (folder.path / "bad" / "b.json").write_text("{")
    _, cursor = folder.pull()
    folder.pull(cursor)
    came = (folder.path / "done" / "a.json").stat().st_ctime_ns // 1_000_000
    (folder.path / "done" / "by hand").mkdir()
    folder.clock.time = came + 29 * DAY
    folder.pull(connector=folder.connect(keep_days=30))
    assert folder.names("done") == ["a.json", "by hand"]
    folder.clock.time = came + 31 * DAY
    folder.pull(connector=folder.connect())
    assert folder.names("done") == ["a.json", "by hand"]
    folder.pull(connector=folder.connect(keep_days=30))
    assert folder.names("done") == ["by hand"]
    assert folder.names("bad") == ["b.json"]


def test_a_customer_and_a_product_are_told_whole(folder: Folder) -> None:
    told = folder.one({"kind": "customer", "id": "u1", "tags": ["club", 7], "consent": False})
    assert isinstance(told, CustomerRecord)
    assert (told.tags, told.consent) == (("club", "7"), False)
    shown = folder.one({"kind": "product", "sku": "L1", "image": "https://shop.example/l1.jpg"})
    assert isinstance(shown, ProductRecord)
    assert shown.image == "https://shop.example/l1.jpg"


@pytest.mark.parametrize("wrong", [{"kind": "customer", "id": "u1", "consent": "yes"},
                                   {"kind": "product", "sku": "L1", "image": "javascript:x"}])  # fmt: skip
def test_what_a_file_says_wrongly_is_set_aside(folder: Folder, wrong: dict[str, Any]) -> None:
    assert isinstance(folder.one(wrong), BadRecord)


def test_a_test_changes_nothing(folder: Folder) -> None:
    assert folder.connect().test().ok
    assert sorted(p.name for p in folder.path.iterdir()) == ["in"]


def test_a_gate_keeps_folders_inside_its_own(tmp_path: Path) -> None:
    home, out = tmp_path.resolve() / "home", tmp_path.resolve() / "out"
    for one in (home / "site", out):
        one.mkdir(parents=True)
    (home / "link").symlink_to(out)
    assert place.confined(home / "site", home) == home / "site"
    for wrong in (out, home / "link", home, home / "site" / ".." / ".." / "out", Path("/")):
        with pytest.raises(ValueError, match="inside"):
            place.confined(wrong, home)


def test_waiting_sees_a_new_file_and_not_one_that_waits(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.drop.client.LOOK_S", 0.01)
    connector = folder.connect()
    folder.put("a.json", b"{")
    folder.pull(connector=connector)
    assert not connector.wait(0.05)
    folder.put("b.json", HELLO)
    assert connector.wait(5)
