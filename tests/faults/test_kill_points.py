"""Sync is killed at every point where it commits; started again, it ends where it would have ended."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.mail import MailStandIn
from connectors.sandbox.mail_state import Folder
from desk import outbox as box
from desk import tickets
from desk.changes import require
from store import events
from store.unit import Store
from store.values import SECOND
from tests.faults.kit import ANA, T0, USER, FrozenClock, Ids, mail, make_desk, message_ids, move_to

T1 = T0 + 60 * SECOND
HANDED, SETTLED = "sync.dispatch.point_of_no_return", "sync.dispatch._settle"

OLD = [mail(n, name=f"Buyer {n}", address=f"b{n}@buyer.example", body=f"My order 4711-{n} is late.") for n in range(5)]
FRESH = [
    mail("answer", name="Buyer 3", address="b3@buyer.example", answers="buyer-3@buyer.example", body="Still nothing!"),
    mail("cold", name="Kim", address="kim@buyer.example", body="Wo bleibt mein Paket? Ich will mein Geld zurück."),
    b"",
    mail("cold", name="Kim", address="kim@buyer.example", body="Wo bleibt mein Paket? Ich will mein Geld zurück."),
    mail("after-cold", name="Kim", address="kim@buyer.example", answers="buyer-cold@buyer.example", body="Hallo?"),
    mail("torn", name="Eve", address="eve@buyer.example"),
    mail("last", name="Zoe", address="zoe@buyer.example", body="The lamp arrived broken."),
]
"""An answer, a new one, an empty one (nothing can read it), the new one again, its answer, one whose connection the
server refuses to hand over, and one after all these."""
ELSEWHERE = mail("elsewhere", name="Care", address=USER, to="b3@buyer.example", answers="buyer-answer@buyer.example",
                 message_id="phone@shop.example", body="We called you.")  # fmt: skip


@contextmanager
def world(validity: pytest.MonkeyPatch) -> Iterator[MailStandIn]:
    """The server as it stands before the desk looks for the second time; the same UIDs and UIDVALIDITY each time."""
    validity.setattr(Folder, "_validity", 1_000)
    with MailStandIn(now=lambda: T1 / 1000) as server:
        for raw in OLD:
            server.deliver(raw, at=T0 / 1000)
        yield server


def news(server: MailStandIn) -> None:
    for raw in FRESH:
        uid = server.deliver(raw, at=T1 / 1000)
        if b"buyer-torn" in raw:
            server.faults.refuse_fetch.add(uid)
    server.deliver(ELSEWHERE, "Sent", at=T1 / 1000)


Kill = tuple[int, str]
"""Which commit, and whether "before" or "after" it."""


class Mortals:
    """Children of one process that has everything loaded."""

    def __init__(self) -> None:
        self._process = subprocess.Popen([sys.executable, "-m", "tests.faults.mortal"], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True)  # fmt: skip

    def sync(self, folder: Path, at: Kill | None = None, *, pool: bool = False) -> tuple[int, dict[str, Any]]:
        """Exit status and what the child reported."""
        report = folder / "report.json"
        report.unlink(missing_ok=True)
        job = {"desk": str(folder), "now": T1, "report": str(report), "at": at, "pool": pool}
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        return code, json.loads(report.read_text()) if report.exists() else {}

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(10)


@pytest.fixture(scope="module")
def mortals(pytestconfig: pytest.Config) -> Iterator[Mortals]:
    made = Mortals()
    yield made
    made.close()


def open_store(folder: Path) -> Store:
    return Store.open(folder, clock=FrozenClock(T1), ids=Ids("parent"))


def prepare(folder: Path, validity: pytest.MonkeyPatch, **settings: object) -> None:
    """A desk that has read the old mails, with three replies due, and a snoozed ticket about to wake."""
    from app.wire import Wired
    from desk.sync.loop import Sync
    from desk.sync.reader import InProcess

    clock = FrozenClock(T0)
    with world(validity) as server:
        store = Store.create(folder, clock=clock, ids=Ids("base"), name="Nordlicht Shop")
        make_desk(folder, server, store=store, page_mails=3, **settings)
        Sync(store, Wired(store).connector, InProcess(), "setup").once()
        with store.write(ANA) as unit:
            for ticket_id, then in ((1, "pending"), (2, "solved"), (3, "open")):
                seen = require(unit, ticket_id).thread_seq
                to, subject = f"b{ticket_id - 1}@buyer.example", f"Re: Question {ticket_id - 1}"
                box.queue(unit, box.Reply(ticket_id, "It is on its way.", (to,), subject, seen, then=then))
            tickets.snooze(unit, 5, T0 + 30 * SECOND)
        store.close()


def state(store: Store) -> dict[str, Any]:
    """Everything the desk is, in terms that do not depend on the order in which it got there."""
    conn = store.conn

    def all_of(sql: str) -> list[Any]:
        return sorted(conn.execute(sql).fetchall(), key=repr)

    return {
        "tickets": all_of(
            "SELECT subject, status, priority, type, assignee_id, lang, due_at, snoozed_until, is_open, message_count, "
            "waiting_since, first_reply_at, last_reply_at, needs_review FROM ticket"
        ),
        "messages": all_of(
            "SELECT m.remote_key, m.direction, m.body, m.author_id, m.in_reply_to, t.subject FROM message m "
            "JOIN ticket t ON t.id = m.ticket_id"
        ),
        "clocks": all_of(
            "SELECT t.subject, c.kind, c.cycle, c.state, c.due_at, c.stopped_at FROM clock c "
            "JOIN ticket t ON t.id = c.ticket_id"
        ),
        "outbox": all_of("SELECT key, state, ticket_id FROM outbox"),
        "cursors": all_of("SELECT channel_id, stream, value FROM cursor"),
        "quarantine": all_of("SELECT channel_id, ref, reason, state FROM quarantine"),
        "fault": all_of("SELECT id, state, fault FROM channel"),
    }


def told(store: Store) -> Counter[tuple[str, str]]:
    """How often each verb was told of which ticket; what a person said about an unknown row does not count."""
    sql = "SELECT DISTINCT payload ->> 'outbox_id' FROM event WHERE verb = 'reply_unknown'"
    asked = {row for (row,) in store.conn.execute(sql)}
    found = store.conn.execute(
        "SELECT e.verb, coalesce(t.subject, ''), e.payload ->> 'outbox_id', e.payload ->> 'again' "
        "FROM event e LEFT JOIN ticket t ON t.id = e.ticket_id"
    )
    return Counter(
        (verb, subject)
        for verb, subject, row, again in found
        if not (row in asked and (verb == "reply_unknown" or again))
    )


def resolve_as_a_person(folder: Path, server: MailStandIn) -> list[str]:
    """Looks at what the server has taken, and says so; the keys of the rows that asked."""
    store = open_store(folder)
    try:
        asked = []
        taken = message_ids(server)
        for row_id, key in store.conn.execute("SELECT id, key FROM outbox WHERE state = 'unknown'").fetchall():
            there = any(f"<{key}@" in message_id for message_id in taken)
            with store.write(ANA) as unit:
                box.resolve(unit, row_id, "sent" if there else "again")
            asked.append(key)
        return asked
    finally:
        store.close()


def finish(mortals: Mortals, folder: Path, server: MailStandIn) -> list[str]:
    """Sync until it finds nothing more to do; what had to be asked."""
    assert mortals.sync(folder)[0] == 0
    asked = resolve_as_a_person(folder, server)
    if asked:
        assert mortals.sync(folder)[0] == 0
    assert mortals.sync(folder)[0] == 0  # the copies in Sent come back
    return asked


Told = Counter[tuple[str, str]]


def judge(folder: Path, server: MailStandIn, wanted: dict[str, Any], verbs: Told, where: str) -> None:
    store = open_store(folder)
    try:
        assert state(store) == wanted, where
        assert told(store) == verbs, where
        assert events.verify(store.conn).problem == "", where
        assert store.conn.execute("PRAGMA integrity_check").fetchone()[0] == "ok", where
        assert Counter(message_ids(server)) == Counter(
            f"<{key}@shop.example>" for (key,) in store.conn.execute("SELECT key FROM outbox")
        ), where
    finally:
        store.close()


def copy(base: Path, folder: Path, server: MailStandIn) -> Path:
    shutil.copytree(base, folder)
    store = open_store(folder)
    move_to(store, server)
    store.close()
    return folder


def reference(
    mortals: Mortals, base: Path, folder: Path, validity: pytest.MonkeyPatch
) -> tuple[list[str], dict[str, Any], Told]:
    """A run nobody disturbs: its commit points, where it ends, and what it told."""
    with world(validity) as server:
        news(server)
        copy(base, folder, server)
        code, report = mortals.sync(folder)
        assert code == 0
        assert finish(mortals, folder, server) == []
        store = open_store(folder)
        wanted, verbs = state(store), told(store)
        store.close()
        judge(folder, server, wanted, verbs, "undisturbed")
    return report["points"], wanted, verbs


def test_sync_killed_at_any_commit_ends_where_it_would_have_ended(
    mortals: Mortals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    base = tmp_path / "base"
    prepare(base, monkeypatch)
    points, wanted, verbs = reference(mortals, base, tmp_path / "reference", monkeypatch)
    record_property("commit_points", len(points))
    assert len(points) > 10
    assert {"sync.pull.store_page", HANDED, SETTLED, "sync.timers._clocks", "sync.lease.take"} <= set(points)
    assert [o[1] for o in wanted["outbox"]] == ["sent"] * 3
    assert len(wanted["quarantine"]) == 2
    for number, moment in kills(points):
        name = points[number - 1]
        where = f"killed {moment} commit {number} of {len(points)} ({name})"
        with world(monkeypatch) as server:
            news(server)
            folder = copy(base, tmp_path / f"{number}-{moment}", server)
            assert mortals.sync(folder, (number, moment))[0] == -9, where
            asked = finish(mortals, folder, server)
            assert len(asked) == (1 if (name, moment) == (HANDED, "after") else 0), where
            judge(folder, server, wanted, verbs, where)
        shutil.rmtree(folder)


def kills(points: list[str]) -> list[Kill]:
    """After every commit; and before those where the world outside was changed since the last one. (Elsewhere, before
    a commit is the same state as after the one before it.)"""
    outside = [(n, "before") for n, name in enumerate(points, 1) if name in (HANDED, SETTLED)]
    return [(1, "before"), *outside, *((n, "after") for n in range(1, len(points) + 1))]


def test_without_a_sent_copy_a_person_is_asked_and_nothing_leaves_twice(
    mortals: Mortals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SMTP has no memory: where no copy is filed, only a person can tell what became of a reply handed over."""
    base = tmp_path / "base"
    prepare(base, monkeypatch, sent="", sent_copy=False)
    points, wanted, verbs = reference(mortals, base, tmp_path / "reference", monkeypatch)
    doubt = {(HANDED, "after"), (SETTLED, "before")}
    doubtful = [(n, moment) for n, moment in kills(points) if (points[n - 1], moment) in doubt]
    assert len(doubtful) == 6
    for number, moment in doubtful:
        where = f"killed {moment} commit {number} ({points[number - 1]})"
        with world(monkeypatch) as server:
            news(server)
            folder = copy(base, tmp_path / f"{number}-{moment}", server)
            assert mortals.sync(folder, (number, moment))[0] == -9, where
            before = len(server.sent)
            assert mortals.sync(folder)[0] == 0
            store = open_store(folder)
            unknown = [key for (key,) in store.conn.execute("SELECT key FROM outbox WHERE state = 'unknown'")]
            store.close()
            assert len(unknown) == 1, where
            assert not [m for m in message_ids(server)[before:] if unknown[0] in m], where  # never by itself
            finish(mortals, folder, server)
            judge(folder, server, wanted, verbs, where)


def test_killed_with_reading_workers_it_leaves_none_behind_and_goes_on(
    mortals: Mortals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = tmp_path / "base"
    prepare(base, monkeypatch)
    points, wanted, verbs = reference(mortals, base, tmp_path / "reference", monkeypatch)
    third_page = [n for n, p in enumerate(points, 1) if p == "sync.pull.store_page"][2]
    with world(monkeypatch) as server:
        news(server)
        folder = copy(base, tmp_path / "pooled", server)
        before = workers()
        assert mortals.sync(folder, (third_page, "after"), pool=True)[0] == -9
        assert mortals.sync(folder, pool=True)[0] == 0
        assert finish(mortals, folder, server) == []
        judge(folder, server, wanted, verbs, "with worker processes")
        assert workers() <= before


def workers() -> set[int]:
    """Reading processes whose parent is gone, after they had time to notice."""
    from time import monotonic

    end, found = monotonic() + 5, {0}
    while found and monotonic() < end:
        found = set()
        for place in Path("/proc").glob("[0-9]*"):
            try:
                line = (place / "cmdline").read_bytes()
                parent = (place / "stat").read_text().rpartition(")")[2].split()[1]
            except OSError:
                continue
            if b"desk.reading.worker" in line and parent == "1":
                found.add(int(place.name))
    return found
