"""What a platform says it can do is what it does: capabilities, health, single records, waiting."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import fields

import pytest

from connectors.contract import (
    AnswerReview,
    Capabilities,
    CaseRecord,
    Command,
    Decide,
    File,
    MarkRead,
    MessageRecord,
    OrderRecord,
    OutcomeUnknown,
    Permanent,
    ProductRecord,
    Refund,
    ReviewRecord,
    SendReply,
    Ship,
    ShipmentRecord,
)
from connectors.registry import PLATFORMS, manifest
from store.values import Money
from tests.connectors.suite import SINCE, Lab, names
from tests.connectors.table import BROUGHT, DONE, exercised

ANY: dict[str, Command] = {
    "reply": SendReply("k", "<m@shop.example>", ("buyer",), "", "Hello", thread_id="1", order_id="1"),
    "refunds": Refund("k", "1", Money("EUR", 100), "OTHER"),
    "returns": Decide("k", "1", "return", "approve", "1"),
    "tracking": Ship("k", "1", "DHL", "JJD1", 0),
    "reviews": AnswerReview("k", "1", "Thank you"),
    "read": MarkRead("k", "1"),
}


def capabilities() -> list[str]:
    return [f.name for f in fields(Capabilities) if f.name != "notes"]


def test_the_connector_says_what_its_manifest_says(lab: Lab) -> None:
    assert lab.connect().capabilities == manifest(lab.case.platform).capabilities


@pytest.mark.parametrize("platform", [p for p in PLATFORMS if p != "email"])
def test_whatever_is_missing_has_its_reason(platform: str) -> None:
    able = manifest(platform).capabilities
    missing = {name for name in capabilities() if not getattr(able, name)}
    assert set(able.notes) >= missing
    assert all(able.notes[name].strip().endswith(".") for name in missing)


@pytest.mark.parametrize("capability", capabilities())
def test_a_claimed_capability_is_exercised_and_no_other(lab: Lab, capability: str) -> None:
    """Records of it are pulled, or deeds of it are done (the other tests of this suite do them)."""
    claimed = getattr(manifest(lab.case.platform).capabilities, capability)
    assert bool(exercised(lab.case, capability)) == claimed or capability in ("attachments", "live")


@pytest.mark.parametrize("capability", sorted(BROUGHT))
def test_records_come_of_what_is_claimed_and_of_nothing_else(lab: Lab, capability: str) -> None:
    kinds = {"orders": OrderRecord, "messages_in": MessageRecord, "returns": CaseRecord, "reviews": ReviewRecord,
             "products": ProductRecord}  # fmt: skip
    kind = kinds[capability]
    claimed = getattr(manifest(lab.case.platform).capabilities, capability)
    came = any(isinstance(r, kind) for stream in lab.case.streams for r in lab.pull(stream)[0])
    assert came == (claimed and capability in exercised(lab.case, capability)) or came <= claimed


def test_parcels_come_where_they_are_said_to(lab: Lab) -> None:
    if not lab.case.parcels:
        pytest.skip("this platform tells no parcels")
    found = [r for stream in lab.case.streams for r in lab.pull(stream)[0]]
    assert any(isinstance(r, ShipmentRecord) or (isinstance(r, OrderRecord) and r.parcels) for r in found)


@pytest.mark.parametrize("capability", sorted(DONE))
def test_a_deed_nobody_claims_is_refused_with_the_reason(lab: Lab, capability: str) -> None:
    able = manifest(lab.case.platform).capabilities
    if any(deed.partition(":")[0] == capability for deed in lab.case.acts):
        pytest.skip("this platform does it")
    passed: list[int] = []
    with pytest.raises(Permanent) as caught:
        lab.connect().send(ANY[capability], lambda: passed.append(1))
    assert not passed
    if capability in able.notes:
        assert able.notes[capability] in str(caught.value)
    with suppress(Permanent, OutcomeUnknown):
        assert lab.connect().find(ANY[capability]) is None


def test_files_nobody_claims_to_send_are_refused(lab: Lab) -> None:
    able = manifest(lab.case.platform).capabilities
    if able.attachments or not able.reply:
        pytest.skip("this platform takes files, or no replies")
    from dataclasses import replace

    command = lab.case.commands(lab)["reply"]
    assert isinstance(command, SendReply)
    passed: list[int] = []
    with pytest.raises(Permanent):
        lab.connect().send(replace(command, files=(File("a.txt", "text/plain", b"a"),)), lambda: passed.append(1))
    assert not passed


def test_a_reply_too_long_is_refused_before_it_leaves(lab: Lab) -> None:
    if "reply" not in lab.case.acts:
        pytest.skip("this platform takes no replies")
    from dataclasses import replace

    command = lab.case.commands(lab)["reply"]
    assert isinstance(command, SendReply)
    passed: list[int] = []
    for text in ("x" * 100_000, "   "):
        with pytest.raises(Permanent):
            lab.connect().send(replace(command, text=text), lambda: passed.append(1))
    assert not passed


def test_a_healthy_account_is_well(lab: Lab) -> None:
    before = lab.state()
    health = lab.connect().test()
    assert health.ok, health.lines
    assert health.lines
    assert all(line.strip() and "\n" not in line for line in health.lines)
    assert lab.state() == before


def test_each_ill_is_named_with_its_cure(lab: Lab) -> None:
    from tests.connectors.suite import opened

    names_ = list(lab.case.ills(lab))
    assert "revoked" in names_
    for name in names_:
        with opened(lab.case) as other:
            make, word = other.case.ills(other)[name]
            make()
            health = other.connect().test()
            assert not health.ok, name
            assert word in health.mend, (name, health.lines)
            assert all("\n" not in line for line in health.lines)


def test_a_server_that_is_gone_is_one_line(lab: Lab) -> None:
    import socket

    lab.needs_web()

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        gone = f"http://127.0.0.1:{free.getsockname()[1]}"
    settings = {key: value.replace(lab.url, gone) if isinstance(value, str) else value for key, value in lab.settings.items()}
    health = lab.connect(**settings).test()
    assert not health.ok
    assert all(line.strip() and "\n" not in line for line in health.lines)


def test_single_records_are_fetched_as_they_are_now(lab: Lab) -> None:
    pulled = {name for stream in lab.case.streams for name in names(lab.pull(stream, since=SINCE)[0])}
    for kind, ident in lab.case.reached(lab):
        records = lab.connect().fetch(kind, ident)
        assert records, (kind, ident)
        assert names(list(records)) <= pulled, (kind, ident)


def test_what_is_not_there_cannot_be_fetched(lab: Lab) -> None:
    for kind in ("order", "case", "thread", "horoscope"):
        with pytest.raises(Permanent):
            lab.connect().fetch(kind, "no-such-thing-0000")


def test_waiting_ends_when_it_is_told_to(lab: Lab) -> None:
    connector = lab.connect()
    threading.Timer(0.05, connector.wake).start()
    began = time.monotonic()
    connector.wait(30)
    assert time.monotonic() - began < 20


def test_wrong_settings_are_named(lab: Lab) -> None:
    for key in lab.settings:
        if key.endswith("url"):
            with pytest.raises(ValueError, match=key):
                lab.connect(**{key: "http://shop.example"})
            with pytest.raises(ValueError, match=key):
                lab.connect(**{key: "ftp://127.0.0.1"})
