"""A desk on disk: made, opened, brought up to date, written by one at a time; whatever breaks, what was saved stays."""

from __future__ import annotations

import stat
import threading
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

import store.migrate
import store.unit
from store import events
from store.connection import Connection, connect
from store.errors import Invalid, NotFound, Unavailable
from store.unit import HEAD_REVISION, Store
from store.values import SYSTEM
from tests.desk.small import ANA, Clock_, Desk

KEY = bytes(range(32))


def ids() -> str:
    return "an-id"


def opened(folder: Path, key: bytes | None = None) -> Store:
    return Store.open(folder, clock=Clock_(), ids=ids, key=key)


def created(folder: Path, key: bytes | None = None) -> Store:
    return Store.create(folder, clock=Clock_(), ids=ids, key=key)


def subjects(at: Store) -> list[str]:
    return [r[0] for r in at.conn.execute("SELECT value FROM meta WHERE key LIKE 's%' ORDER BY key")]


def put(at: Store, name: str) -> None:
    with at.write(SYSTEM) as unit:
        unit.conn.execute("INSERT INTO meta (key, value) VALUES (?, ?)", (f"s{name}", name))
        unit.append("said", {"name": name})


# Making and opening ----------------------------------------------------------------------------------


def test_the_newest_migration_is_the_schema_this_program_knows() -> None:
    assert store.migrate.newest() == HEAD_REVISION


def test_the_migrations_make_the_schema_of_the_tables(desk: Desk, tmp_path: Path) -> None:
    """Column for column and index for index, defaults and partial indexes included."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from store.orm import engine_on
    from store.tables import metadata

    modelled = connect(tmp_path / "model.db")
    with engine_on(modelled).connect() as bound:
        metadata.create_all(bound)
    assert _schema(desk.store.conn) == _schema(modelled)
    opts = {"include_object": lambda _o, name, kind, *_: not (kind == "table" and str(name).startswith("message_fts"))}
    with engine_on(desk.store.conn).connect() as bound, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "(?i).*expression-based index")  # those are compared above
        assert compare_metadata(MigrationContext.configure(bound, opts=opts), metadata) == []


def _schema(conn: Connection) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, table, kind, sql in conn.execute("SELECT name, tbl_name, type, sql FROM sqlite_master").fetchall():
        if "message_fts" in table or table == "alembic_version" or kind == "trigger":
            continue
        if kind == "table":
            columns = conn.execute(f"PRAGMA table_xinfo({name})").fetchall()
            found[name] = sorted((c[1], c[2], c[3], c[4], c[5], c[6]) for c in columns)
        elif sql:
            found[name] = (table, " ".join(sql.replace('"', "").split()))
    return found


def test_a_new_desk_is_for_its_owner_only(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    created(tmp_path).close()
    assert stat.S_IMODE((tmp_path / "desk.db").stat().st_mode) == 0o600


def test_no_desk_and_a_second_desk_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="deskhand init"):
        opened(tmp_path / "none")
    created(tmp_path / "one").close()
    with pytest.raises(Invalid, match="already a desk"):
        created(tmp_path / "one")


def test_a_desk_whose_making_broke_off_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(store.migrate.command, "upgrade", _fails)
        with pytest.raises(RuntimeError):
            created(tmp_path / "d")
    with pytest.raises(Invalid, match="no desk"):
        opened(tmp_path / "d")
    created(tmp_path / "d").close()
    assert opened(tmp_path / "d").meta("uuid") == "an-id"


def _fails(*_: object) -> None:
    raise RuntimeError("stopped halfway")


def test_a_file_that_is_no_desk_is_refused_and_left_alone(tmp_path: Path) -> None:
    for content in (b"", b"Dear diary, " * 400):
        (tmp_path / "desk.db").write_bytes(content)
        with pytest.raises(Invalid, match="no desk"):
            opened(tmp_path)
    assert (tmp_path / "desk.db").read_bytes() == b"Dear diary, " * 400


# Bringing up to date ---------------------------------------------------------------------------------


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A desk one step behind, and a program that knows the step: it adds a table `step`."""
    made = created(tmp_path / "d", KEY)
    put(made, "kept")
    made.close()
    monkeypatch.setattr(store.unit, "HEAD_REVISION", "9998")
    monkeypatch.setattr(store.migrate, "upgrade", _step)
    return tmp_path / "d"


def _step(conn: Connection) -> None:
    conn.execute("CREATE TABLE step (id INTEGER)")
    conn.execute("UPDATE alembic_version SET version_num = '9998'")


def test_an_older_desk_is_copied_aside_before_it_is_changed(older: Path) -> None:
    now = opened(older, KEY)
    assert now.revision() == "9998"
    assert subjects(now) == ["kept"]
    (copy,) = older.glob("before-*.db")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert not copy.read_bytes().startswith(b"SQLite format 3"), "the copy of an encrypted desk is encrypted"
    was = connect(copy, KEY)
    assert was.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD_REVISION,)
    assert was.execute("SELECT value FROM meta WHERE key = 'skept'").fetchone() == ("kept",)
    assert was.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_migration_that_fails_halfway_leaves_the_old_desk(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def halfway(conn: Connection) -> None:
        _step(conn)
        raise RuntimeError("stopped halfway")

    with monkeypatch.context() as broken:
        broken.setattr(store.migrate, "upgrade", halfway)
        with pytest.raises(RuntimeError):
            opened(older, KEY)
        broken.setattr(store.unit, "HEAD_REVISION", HEAD_REVISION)
        old = opened(older, KEY)
        assert subjects(old) == ["kept"]
        assert not old.conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'step'").fetchone()
        put(old, "later")
        old.close()
    assert subjects(opened(older, KEY)) == ["kept", "later"]
    (copy,) = older.glob("before-*.db")
    was = connect(copy, KEY)
    assert was.execute("SELECT count(*) FROM meta WHERE key LIKE 's%'").fetchone() == (2,), "the copy is of this try"


def test_two_processes_migrate_a_desk_once(older: Path) -> None:
    errors: list[BaseException] = []

    def one() -> None:
        try:
            opened(older, KEY).close()
        except BaseException as exc:
            errors.append(exc)

    _together(4, one)
    assert errors == []
    assert not list(older.glob("*.part"))


def test_a_newer_desk_is_refused_untouched(tmp_path: Path) -> None:
    made = created(tmp_path)
    made.conn.execute("UPDATE alembic_version SET version_num = '9999'")
    made.close()
    before = (tmp_path / "desk.db").read_bytes()
    with pytest.raises(Unavailable, match=r"newer Deskhand.*9999"):
        opened(tmp_path)
    assert (tmp_path / "desk.db").read_bytes() == before


# One unit of work ------------------------------------------------------------------------------------


def test_all_or_nothing(desk: Desk) -> None:
    before = events.head(desk.store.conn)
    with pytest.raises(ZeroDivisionError), desk.store.write(ANA) as unit:
        unit.conn.execute("INSERT INTO meta (key, value) VALUES ('s', 's')")
        unit.append("said", {})
        _ = 1 / 0
    assert subjects(desk.store) == []
    assert events.head(desk.store.conn) == before
    put(desk.store, "next")
    assert subjects(desk.store) == ["next"]


def test_a_unit_inside_a_unit_is_an_error_and_saves_nothing(desk: Desk) -> None:
    with pytest.raises(Exception, match="within a transaction"), desk.store.write(ANA) as unit:
        unit.conn.execute("INSERT INTO meta (key, value) VALUES ('s', 's')")
        put(desk.store, "inner")
    assert subjects(desk.store) == []


def test_a_part_that_fails_is_undone_by_itself(desk: Desk) -> None:
    with desk.store.write(ANA) as unit:
        unit.append("said", {"n": 1})
        with pytest.raises(ZeroDivisionError), unit.attempt():
            unit.append("said", {"n": 2})
            _ = 1 / 0
        with unit.attempt():
            unit.append("said", {"n": 3})
    told = [e.payload for e in events.after(desk.store.conn, 0, 500) if e.verb == "said"]
    assert told == [{"n": 1}, {"n": 3}]
    assert events.verify(desk.store.conn).problem == ""


def test_a_session_of_slow_nouns_is_saved_or_not_with_the_rest(desk: Desk) -> None:
    from store.tables import Meta

    with desk.store.write(ANA) as unit:
        unit.session.add(Meta(key="sa", value="kept"))
        unit.append("said", {})
    with pytest.raises(ZeroDivisionError), desk.store.write(ANA) as unit:
        unit.session.add(Meta(key="sb", value="lost"))
        unit.session.flush()
        _ = 1 / 0
    assert subjects(desk.store) == ["kept"]


@pytest.mark.parametrize("inside_a_part", [False, True])
def test_a_full_disk_keeps_everything_before_it_and_goes_on_when_there_is_room(desk: Desk, inside_a_part: bool) -> None:
    put(desk.store, "before")
    conn = desk.store.conn
    pages = conn.execute("PRAGMA page_count").fetchone()[0]
    conn.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(Unavailable, match=r"disk is full.*Free some space"), desk.store.write(ANA) as unit:
        unit.conn.execute("INSERT INTO meta (key, value) VALUES ('sb', 'while')")
        big = "INSERT INTO meta (key, value) VALUES ('sc', ?)"
        if inside_a_part:
            with unit.attempt():
                unit.conn.execute(big, ("x" * 1_000_000,))
        else:
            unit.conn.execute(big, ("x" * 1_000_000,))
    assert subjects(desk.store) == ["before"]
    assert not conn.in_transaction
    conn.execute("PRAGMA max_page_count = 1000000")
    put(desk.store, "more")
    assert subjects(desk.store) == ["before", "more"]
    assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert events.verify(conn).problem == ""


def test_a_writer_waits_for_the_other_and_is_not_starved(desk: Desk) -> None:
    """A bulk writer that takes the lock again and again lets a person in between."""
    stop, waits = threading.Event(), threading.Event()
    rounds = 0

    def bulk() -> None:
        nonlocal rounds
        while not stop.is_set():
            with desk.store.write(SYSTEM) as unit:
                rounds += 1
                unit.append("bulk", {})
            waits.set()
            stop.wait(0.005)

    worker = threading.Thread(target=bulk)
    worker.start()
    try:
        assert waits.wait(10)
        for n in range(20):
            put(desk.store, f"{n:02}")
    finally:
        stop.set()
        worker.join()
    assert len(subjects(desk.store)) == 20
    assert events.verify(desk.store.conn).problem == ""
    assert desk.store.conn.execute("PRAGMA busy_timeout").fetchone()[0] > 0


def test_a_lock_that_is_never_given_back_is_told_in_one_sentence(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store.connection, "BUSY_S", 0.05)
    other = connect(desk.store.path)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match=r"kept the desk locked.*nothing was changed"):
        put(desk.store, "x")
    other.execute("ROLLBACK")
    put(desk.store, "y")
    assert subjects(desk.store) == ["y"]


def test_reads_of_a_snapshot_are_of_one_state(desk: Desk) -> None:
    put(desk.store, "1")
    with desk.store.snapshot() as conn:
        before = conn.execute("SELECT count(*) FROM event").fetchone()
        _together(1, lambda: put(desk.store, "2"))
        assert conn.execute("SELECT count(*) FROM event").fetchone() == before
        assert subjects(desk.store) == ["1"]
    assert subjects(desk.store) == ["1", "2"]


def test_a_session_learns_of_others_changes_and_not_of_its_own(desk: Desk) -> None:
    before = desk.store.changed()
    put(desk.store, "mine")
    assert desk.store.changed() == before
    _together(1, lambda: put(desk.store, "theirs"))
    assert desk.store.changed() != before


def _together(count: int, act: Callable[[], None]) -> None:
    threads = [threading.Thread(target=act) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# Encryption ------------------------------------------------------------------------------------------


def test_an_encrypted_desk_opens_with_its_key_only(tmp_path: Path) -> None:
    made = created(tmp_path, KEY)
    put(made, "Müller")
    made.close()
    raw = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    assert b"SQLite format 3" not in raw
    assert "Müller".encode() not in raw
    assert subjects(opened(tmp_path, KEY)) == ["Müller"]
    for wrong in (None, bytes(32)):
        with pytest.raises(Invalid, match="the key is wrong, or it is no desk"):
            opened(tmp_path, wrong)
    with pytest.raises(Invalid, match=r"key is wrong|already a desk"):
        created(tmp_path, bytes(32))
    assert subjects(opened(tmp_path, KEY)) == ["Müller"]


def test_a_key_does_not_open_a_plain_desk(tmp_path: Path) -> None:
    created(tmp_path).close()
    with pytest.raises(Invalid, match="key is wrong"):
        opened(tmp_path, KEY)
    assert opened(tmp_path).revision() == HEAD_REVISION
