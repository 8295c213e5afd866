"""The event log: whoever alters one byte of it is found, and the event is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import events
from store.connection import Connection
from store.values import SYSTEM
from tests.desk.small import ANA, Desk

COLUMNS = ("epoch", "at", "actor_kind", "actor_id", "verb", "version", "ticket_id", "batch_id", "cause_seq", "payload",
           "salt", "digest", "prev", "hash")  # fmt: skip


@pytest.fixture
def log(desk: Desk) -> Connection:
    with desk.store.write(ANA) as unit:
        unit.batch_id, unit.cause_seq = "b1", 3
        for n in range(5):
            unit.append("changed", {"changes": {"status": ["new", f"日本 {n}"]}}, ticket_id=n)
    assert events.verify(desk.store.conn).problem == ""
    return desk.store.conn


def seqs(conn: Connection) -> list[int]:
    return [r[0] for r in conn.execute("SELECT seq FROM event ORDER BY seq")]


def found(conn: Connection) -> str:
    return events.verify(conn).problem


@pytest.mark.parametrize("column", COLUMNS)
def test_any_altered_column_is_found_and_its_event_named(log: Connection, column: str) -> None:
    victim = seqs(log)[-3]
    (old,) = log.execute(f"SELECT {column} FROM event WHERE seq = ?", (victim,)).fetchone()
    for value in _others(old):
        log.execute("SAVEPOINT s")
        log.execute(f"UPDATE event SET {column} = ? WHERE seq = ?", (value, victim))
        assert str(victim) in found(log), (column, value)
        assert events.verify(log).intact_to == victim - 1
        log.execute("ROLLBACK TO s")
        log.execute("RELEASE s")
    assert found(log) == ""


def _others(old: object) -> list[object]:
    if isinstance(old, int):
        return [old + 1, -old - 1, str(old) + "x"]
    assert isinstance(old, str)
    flipped = [old[:i] + chr(ord(old[i]) ^ 1) + old[i + 1 :] for i in range(min(len(old), 24))]
    return [old + " ", old[1:], old.encode(), *flipped]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 200), bit=st.integers(0, 6), which=st.integers(0, 4))
def test_any_altered_bit_of_a_payload_is_found(log: Connection, at: int, bit: int, which: int) -> None:
    seq = seqs(log)[-1 - which]
    (text,) = log.execute("SELECT payload FROM event WHERE seq = ?", (seq,)).fetchone()
    raw = bytearray(text.encode())
    raw[at % len(raw)] ^= 1 << bit
    log.execute("SAVEPOINT s")
    log.execute("UPDATE event SET payload = ? WHERE seq = ?", (raw.decode("utf-8", "replace"), seq))
    assert str(seq) in found(log)
    log.execute("ROLLBACK TO s")
    log.execute("RELEASE s")


def test_text_moved_from_the_payload_into_the_salt_is_found(log: Connection) -> None:
    seq = seqs(log)[-1]
    salt, payload = log.execute("SELECT salt, payload FROM event WHERE seq = ?", (seq,)).fetchone()
    log.execute("UPDATE event SET salt = ?, payload = ? WHERE seq = ?", (salt + payload[:5], payload[5:], seq))
    assert str(seq) in found(log)


def _removed(conn: Connection, seq: int) -> None:
    conn.execute("DELETE FROM event WHERE seq = ?", (seq,))


def _swapped(conn: Connection, seq: int) -> None:
    for old, new in ((seq, -1), (seq + 1, seq), (-1, seq + 1)):
        conn.execute("UPDATE event SET seq = ? WHERE seq = ?", (new, old))


def _doubled(conn: Connection, seq: int) -> None:
    rest = ", ".join(COLUMNS)
    conn.execute("UPDATE event SET seq = -seq WHERE seq > ?", (seq,))
    conn.execute("UPDATE event SET seq = 1 - seq WHERE seq < 0")
    conn.execute(f"INSERT INTO event (seq, {rest}) SELECT {seq + 1}, {rest} FROM event WHERE seq = {seq}")


@pytest.mark.parametrize("meddle", [_removed, _swapped, _doubled])
def test_a_missing_moved_or_doubled_event_is_found(log: Connection, meddle: Callable[[Connection, int], None]) -> None:
    victim = seqs(log)[-3]
    meddle(log, victim)
    verdict = events.verify(log)
    assert verdict.problem
    assert verdict.intact_to in (victim - 1, victim)
    assert str(verdict.intact_to + 1) in verdict.problem


def test_the_first_event_cannot_be_removed_either(log: Connection) -> None:
    _removed(log, 1)
    assert "1" in found(log)


def _empty(conn: Connection, seq: int) -> None:
    conn.execute("UPDATE event SET payload = NULL, salt = NULL WHERE seq = ?", (seq,))


def test_an_erasure_that_names_its_events_is_accepted_and_nothing_else(desk: Desk, log: Connection) -> None:
    one, two, three = seqs(log)[-3:]
    _empty(log, one)
    assert f"{one} was emptied" in found(log)
    with desk.store.write(SYSTEM) as unit:
        unit.append("erased", {"seqs": [one]})
    assert found(log) == ""
    assert next(e.payload for e in events.after(log, one - 1, 1)) is None
    _empty(log, two)
    assert f"{two} was emptied" in found(log)
    log.execute("UPDATE event SET payload = ? WHERE verb = 'erased'", (json.dumps({"seqs": [one, two]}),))
    assert "altered" in found(log), "an erasure that was extended afterwards is found itself"
    assert three in seqs(log)


def test_no_erasure_covers_what_comes_after_it(desk: Desk, log: Connection) -> None:
    ahead = seqs(log)[-1] + 2
    with desk.store.write(SYSTEM) as unit:
        unit.append("erased", {"seqs": [ahead]})
        unit.append("said", {})
    _empty(log, ahead)
    assert f"{ahead} was emptied" in found(log)


def test_a_restore_raises_the_epoch_and_the_chain_goes_on(desk: Desk, log: Connection) -> None:
    from store.events import Head, insert

    head = events.head(log)
    with desk.store.write(SYSTEM) as unit:
        insert(unit.conn, Head(head.seq, head.hash, head.epoch + 1), unit.now, SYSTEM, "restored", {},
               ticket_id=None, batch_id="", cause_seq=None, version=1)  # fmt: skip
        unit.append("said", {})
    assert events.head(log).epoch == head.epoch + 1
    assert found(log) == ""


def test_the_feed_hands_out_every_event_once_in_order(log: Connection) -> None:
    seen: list[int] = []
    while page := events.after(log, seen[-1] if seen else 0, 2):
        seen += [e.seq for e in page]
    assert seen == seqs(log)


# Tally -----------------------------------------------------------------------------------------------

_STATUS = st.sampled_from(["new", "open", "pending", "on_hold", "solved", "closed"])
_AGENT = st.sampled_from([None, "ana", "wei", ""])
_CHANNEL = st.sampled_from(["mail", "second"])
_STEP = st.one_of(
    st.tuples(st.just("insert"), _STATUS, _AGENT, _CHANNEL),
    st.tuples(st.just("update"), st.integers(0, 20), _STATUS, _AGENT, _CHANNEL),
    st.tuples(st.just("status"), st.integers(0, 20), _STATUS),
    st.tuples(st.just("delete"), st.integers(0, 20)),
    st.tuples(st.just("undo")),
)


@pytest.fixture(scope="module")
def one_desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("tally"))


@settings(max_examples=60)
@given(steps=st.lists(_STEP, max_size=25))
def test_counts_equal_a_recount_whatever_happened(one_desk: Desk, steps: list[tuple[object, ...]]) -> None:
    conn = one_desk.store.conn
    conn.execute("BEGIN IMMEDIATE")
    for step in steps:
        rows = [r[0] for r in conn.execute("SELECT id FROM ticket ORDER BY id")]
        if step[0] == "insert":
            conn.execute("INSERT INTO ticket (status, assignee_id, channel_id, platform, created_at, updated_at) "
                         "VALUES (?, ?, ?, 'email', 0, 0)", step[1:])  # fmt: skip
        elif step[0] == "undo":
            conn.execute("SAVEPOINT s")
            conn.execute("UPDATE ticket SET status = 'closed'")
            conn.execute("ROLLBACK TO s")
            conn.execute("RELEASE s")
        elif rows:
            ticket = rows[int(str(step[1])) % len(rows)]
            if step[0] == "update":
                conn.execute(
                    "UPDATE ticket SET status = ?, assignee_id = ?, channel_id = ? WHERE id = ?", (*step[2:], ticket)
                )
            elif step[0] == "status":
                conn.execute("UPDATE ticket SET status = ? WHERE id = ?", (step[2], ticket))
            else:
                conn.execute("DELETE FROM ticket WHERE id = ?", (ticket,))
    kept = set(conn.execute("SELECT status, assignee_id, channel_id, n FROM tally WHERE n <> 0").fetchall())
    again = set(
        conn.execute("SELECT status, coalesce(assignee_id, ''), channel_id, count(*) FROM ticket GROUP BY 1, 2, 3")
    )
    conn.execute("ROLLBACK")
    assert kept == again


# Blobs -----------------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(data=st.one_of(st.binary(max_size=3000), st.binary(min_size=1, max_size=4).map(lambda b: b * 5000)))
def test_bytes_come_back_as_they_went_in_and_are_kept_once(one_desk: Desk, data: bytes) -> None:
    from store.sql import messages

    with one_desk.store.write(SYSTEM) as unit:
        sha = messages.put_blob(unit.conn, data)
        before = one_desk.count("blob")
        assert messages.put_blob(unit.conn, data) == sha
        assert one_desk.count("blob") == before
    assert messages.blob(one_desk.store.conn, sha) == data
    (kept,) = one_desk.store.conn.execute("SELECT length(data) FROM blob WHERE sha256 = ?", (sha,)).fetchone()
    assert kept <= len(data)


def test_a_blob_nobody_stored_is_none(one_desk: Desk) -> None:
    from store.sql import messages

    assert messages.blob(one_desk.store.conn, "0" * 64) is None


def test_one_file_on_two_mails_is_stored_once(desk: Desk, tmp_path: Path) -> None:
    from desk.reading.records import Attachment
    from store.sql import messages

    file = Attachment("lamp.jpg", "image/jpeg", 3, "", "", b"abc")
    first, second = (desk.mail(attachments=(file,)) for _ in range(2))
    names = [a for t in (first, second) for a in messages.attachments(desk.store.conn, t.ticket_id)]
    assert [a.name for a in names] == ["lamp.jpg", "lamp.jpg"]
    assert names[0].sha256 == names[1].sha256
    assert desk.count("blob") == 1
