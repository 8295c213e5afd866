"""Files that leave with a reply: by key, by command, once by hash, and back when it is taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from connectors.contract import Receipt
from connectors.email.message import compose
from desk import enclosing, outbox, outgoing
from desk.enclosing import Enclosed, Taken
from store.errors import Invalid, NotFound, Refused
from store.sql import messages, shop
from store.sql import outbox as rows
from store.values import Actor
from tests.app.desks import NOON, TestDesk, desk_of, press, screen_text, until, write

ANA = Actor("agent", "ana")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestDesk]:
    (tmp_path / "drop").mkdir()
    (tmp_path / "drop" / "label.pdf").write_bytes(b"%PDF-1.4 return label")
    (tmp_path / "drop" / "size chart.png").write_bytes(b"\x89PNG chart")
    monkeypatch.setenv("DESKHAND_DROP", str(tmp_path / "drop"))
    made = TestDesk(tmp_path)
    made.mail("Lamp broken")
    yield made
    made.store.close()


def blobs(desk: TestDesk) -> int:
    return int(desk.store.conn.execute("SELECT count(*) FROM blob").fetchone()[0])


def queued(desk: TestDesk, *files: Taken) -> int:
    with desk.store.write(ANA) as unit:
        kept = tuple(enclosing.store(unit, f) for f in files)
        return outbox.queue(unit, outbox.Reply(1, "Here it is", ("a@b.example",), "Re: x", 10**9, files=kept))


async def drafting(pilot: Pilot[int], words: str) -> None:
    """A reply begun, and in it the question for a file, answered so far with `words`."""
    await press(pilot, "r")
    await until(pilot, lambda: desk_of(pilot).focused is not None)
    await write(pilot, "Here")
    await press(pilot, "ctrl+f")
    await write(pilot, words)


async def test_a_file_is_attached_by_its_name_in_the_drop_folder(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await drafting(pilot, "lab")
        await press(pilot, "tab")
        await press(pilot, "enter")
        assert "⎙ label.pdf" in screen_text(pilot)
        await press(pilot, "escape", "a")
        await write(pilot, "size chart.png")
        await press(pilot, "enter")
        assert "⎙ 2 files" in screen_text(pilot)
        await press(pilot, "y")
        (row,) = rows.listed(desk.store.conn, "held")
        payload = json.loads(row.payload)
        assert [f[0] for f in payload["files"]] == ["label.pdf", "size chart.png"]
        command = outgoing.command(row, enclosing.contents(desk.store.conn, payload))
        mail = compose(command, from_address="care@shop.example", from_name="Shop", now=NOON)
        assert b'filename="label.pdf"' in mail and b"application/pdf" in mail
        await press(pilot, "z")  # taken back: text and files are a draft again
        await press(pilot, "r")
        await until(pilot, lambda: "label.pdf" in screen_text(pilot))
        assert blobs(desk) == 2


async def test_a_file_can_be_taken_out_and_a_wrong_path_keeps_the_question(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await drafting(pilot, "nothing.pdf")
        await press(pilot, "enter")
        assert "There is no file" in screen_text(pilot)
        await press(pilot, "escape", "ctrl+f")
        await write(pilot, "label.pdf")
        await press(pilot, "enter", "escape", "x")
        assert "⎙" not in screen_text(pilot)
        assert enclosing.waiting(desk.store.conn, 1, "ana") == ()


async def test_what_was_attached_waits_with_the_draft(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await drafting(pilot, "label.pdf")
        await press(pilot, "enter", "escape", "p")
    async with desk.workstation() as pilot:
        await press(pilot, "r")
        await until(pilot, lambda: "label.pdf" in screen_text(pilot))
        await press(pilot, "escape", "n")
        assert enclosing.waiting(desk.store.conn, 1, "ana") == ()
        await press(pilot, "z")
        await until(pilot, lambda: "label.pdf" in screen_text(pilot))
        assert [f.name for f in enclosing.waiting(desk.store.conn, 1, "ana")] == ["label.pdf"]


def test_the_message_that_left_shows_what_left_with_it(desk: TestDesk) -> None:
    row = queued(desk, Taken("label.pdf", "application/pdf", b"%PDF"))
    with desk.store.write(ANA) as unit:
        rows.move(unit.conn, row, "held", "claimed", NOON)
        outbox.sent(unit, row, Receipt("x", NOON))
        outbox.sent(unit, row, Receipt("x", NOON))
    (file,) = messages.attachments(desk.store.conn, 1)
    assert (file.name, messages.blob(desk.store.conn, file.sha256)) == ("label.pdf", b"%PDF")


def test_the_same_file_is_kept_once(desk: TestDesk) -> None:
    for _ in range(3):
        queued(desk, Taken("label.pdf", "application/pdf", b"%PDF"))
    assert blobs(desk) == 1


def test_too_much_is_refused_before_it_is_queued(desk: TestDesk) -> None:
    channel = shop.channel(desk.store.conn, "mail")
    big = Enclosed("film.mp4", "video/mp4", enclosing.TOGETHER, "0" * 64)
    enclosing.check(channel, [big])
    with pytest.raises(Invalid, match="too large"):
        enclosing.check(channel, [big, Enclosed("a", "", 1, "1" * 64)])
    with pytest.raises(Invalid):
        enclosing.check(channel, [Enclosed(f"{n}", "", 1, f"{n}") for n in range(enclosing.MOST + 1)])


def test_a_channel_that_carries_none_says_why(desk: TestDesk) -> None:
    channel = shop.channel(desk.store.conn, "mail")
    assert channel is not None
    with pytest.raises(Refused) as refused:
        enclosing.check(channel._replace(platform="ebay"), [Taken("a", "", b"x")])
    assert "eBay takes files only" in str(refused.value.gaps)
    enclosing.check(None, [])


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing", Path("/dev/null"), Path("a\0b")):
        with pytest.raises(NotFound):
            enclosing.take(path)


def test_a_content_that_is_gone_is_no_reason_to_send_without_it(desk: TestDesk) -> None:
    row = rows.get(desk.store.conn, queued(desk, Taken("label.pdf", "application/pdf", b"%PDF")))
    assert row is not None
    with desk.store.write(ANA) as unit:
        unit.conn.execute("DELETE FROM blob")
    with pytest.raises(Invalid, match="no longer"):
        enclosing.contents(desk.store.conn, json.loads(row.payload))
