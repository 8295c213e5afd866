"""Import: nothing twice, nothing lost, bad items named, history closed, and what is live owned and on a clock."""

from __future__ import annotations

import json
import mailbox
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.cli import main
from tests.cli.conftest import Cli, line, write_lines


def conversation(number: int, turns: int, ts: int = 1_700_000_000) -> list[dict[str, object]]:
    """A buyer and us in turn."""
    out = []
    for seq in range(turns):
        ours = seq % 2 == 1
        refs = [f"<m{number}.{s}@corpus.example>" for s in range(seq)]
        out.append(
            line(
                number,
                "care@shop.example" if ours else f"buyer{number}@buyer.example",
                "Lamp",
                seq=seq,
                ts=ts + 60 * seq,
                direction="out" if ours else "in",
                to_addr=f"buyer{number}@buyer.example" if ours else "care@shop.example",
                message_id=f"<m{number}.{seq}@corpus.example>",
                in_reply_to=refs[-1] if refs else "",
                references=" ".join(refs),
            )
        )
    return out


def tickets(desk: Cli, query: str = "id:1..") -> list[dict[str, object]]:
    found = desk("list", query, "--json", "--limit", "0", "--sort", "oldest").json["tickets"]
    assert isinstance(found, list)
    return found


def test_importing_twice_adds_nothing(desk: Cli, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", [m for n in range(1, 6) for m in conversation(n, 3)])
    first = desk("import", path, "--json").json
    assert (first["messages"], first["known"], first["tickets"]) == (15, 0, 5)
    again = desk("import", path, "--json").json
    assert (again["messages"], again["known"], again["tickets"]) == (0, 15, 0)
    assert desk("audit", "verify", "--json").json["intact"] is True


def test_history_comes_in_closed_without_clock_or_owner(desk: Cli, tmp_path: Path) -> None:
    desk("import", write_lines(tmp_path / "a.jsonl", conversation(1, 3)))
    found = desk("show", "1", "--json").json
    assert (found["status"], found["assignee"], found["due"], found["clocks"]) == ("closed", None, None, [])
    assert [m["direction"] for m in found["messages"]] == ["in", "out", "in"]
    assert len(desk("log", "1", "--json").json["events"]) == 1


def test_what_is_newer_than_the_cut_off_is_owned_and_on_a_clock(desk: Cli, tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "a.jsonl",
        [*conversation(1, 1), *conversation(2, 1, ts=1_780_000_000), *conversation(3, 2, ts=1_780_000_000)],
    )
    found = desk("import", path, "--since", "2026-05-01", "--json").json
    assert (found["tickets"], found["open"]) == (3, 2)
    old, new, answered = (desk("show", str(n), "--json").json for n in (1, 2, 3))
    assert old["status"] == "closed"
    assert new["status"] == "new" and new["assignee"] in ("ana", "bo") and new["due_kind"] == "first_response"
    assert answered["status"] == "pending" and answered["due"] is None
    assert new["clocks"][0]["started"] == "2026-05-28T20:26:40Z"


def test_a_conversation_that_goes_on_in_a_second_file_stays_one_ticket(desk: Cli, tmp_path: Path) -> None:
    whole = conversation(1, 4)
    desk("import", write_lines(tmp_path / "a.jsonl", whole[:2]))
    second = desk("import", write_lines(tmp_path / "b.jsonl", whole), "--json").json
    assert (second["messages"], second["known"], second["tickets"]) == (2, 2, 0)
    assert len(desk("show", "1", "--json").json["messages"]) == 4


def test_a_file_without_message_ids_still_threads_and_repeats(desk: Cli, tmp_path: Path) -> None:
    bare = [{"conv": "x1", "from_name": "Anna", "body": f"message {n}", "ts": 1_700_000_000 + n} for n in range(4)]
    desk("import", write_lines(tmp_path / "a.jsonl", bare[:2]))
    again = desk("import", write_lines(tmp_path / "b.jsonl", bare), "--json").json
    assert (again["messages"], again["known"], again["tickets"]) == (2, 2, 0)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_the_order_of_lines_and_files_does_not_matter(
    furnished: Path, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    import shutil

    chance = random.Random(seed)
    base = tmp_path_factory.mktemp("order")
    folder = shutil.copytree(furnished, base / "desk")
    lines = [m for n in range(1, 5) for m in conversation(n, n + 1)]
    chance.shuffle(lines)
    cut = chance.randrange(len(lines))
    for number, part in enumerate((lines[:cut], lines[cut:], lines)):
        if part:
            assert (
                main(
                    [
                        "--desk",
                        str(folder),
                        "--as",
                        "ana",
                        "import",
                        str(write_lines(base / f"{number}.jsonl", part)),
                        "--json",
                    ]
                )
                == 0
            )
    from app.wire import open_desk

    store = open_desk(folder).store
    rows = store.conn.execute("SELECT ticket_id, remote_key FROM message ORDER BY remote_key").fetchall()
    groups = {key.split(".")[0]: {t for t, k in rows if k.startswith(key.split(".")[0] + ".")} for _t, key in rows}
    assert len(rows) == len(lines)
    assert all(len(found) == 1 for found in groups.values()), groups
    store.close()


def test_bad_lines_are_named_and_the_rest_comes_in(desk: Cli, tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    good = [json.dumps(line(n, f"b{n}@buyer.example", "Lamp")).encode() for n in range(1, 4)]
    path.write_bytes(
        b"\n".join(
            [
                b"\xef\xbb\xbf" + good[0],
                b"{not json",
                good[1],
                b'{"body": "caf\xe9", "from_addr": "x@y.example"}',
                b"[1, 2]",
                b'{"body": 7, "from_addr": "x@y.example"}',
                b'{"body": "x"}',
                b'{"body": "x", "from_addr": "a@b.example", "ts": "soon"}',
                b"[" * 100_000,
                b"",
                good[2].replace(b"Hello", b"He\\u0000llo"),
            ]
        )
    )
    found = desk("import", path, "--json")
    assert found.code == 1
    assert (found.json["messages"], found.json["tickets"]) == (3, 3)
    assert [b["name"] for b in found.json["bad"]] == [f"bad.jsonl:{n}" for n in (2, 4, 5, 6, 7, 8, 9)]
    assert "bad.jsonl:4: not UTF-8" in found.err
    assert desk("import", path, "--json").json["messages"] == 0


def test_a_dry_run_stores_nothing(desk: Cli, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", conversation(1, 2))
    assert desk("import", path, "--dry-run", "--json").json["messages"] == 2
    assert tickets(desk) == []


MAIL = b"""From: Anna <anna@buyer.example>\r
To: care@shop.example\r
Subject: Lamp\r
Date: Mon, 08 Jun 2026 09:00:00 +0000\r
Message-ID: <%s@buyer.example>\r
\r
The lamp is broken.\r
From here on it flickers.\r
"""


def test_a_maildir_an_mbox_and_single_mails(desk: Cli, tmp_path: Path) -> None:
    for part in ("cur", "new", "tmp"):
        (tmp_path / "md" / part).mkdir(parents=True)
    (tmp_path / "md" / "cur" / "1780909200.M1.host:2,S").write_bytes(MAIL % b"one")
    (tmp_path / "md" / "new" / "1780909201.M2.host").write_bytes(MAIL % b"two")
    (tmp_path / "md" / "new" / "1780909202.M3.host").write_bytes(b"")
    box = mailbox.mbox(tmp_path / "old.mbox")
    box.add((MAIL % b"three").replace(b"\r\n", b"\n"))
    box.add((MAIL % b"two").replace(b"\r\n", b"\n"))
    box.flush()
    (tmp_path / "four.eml").write_bytes(MAIL % b"four")
    found = desk("import", tmp_path / "md", tmp_path / "old.mbox", tmp_path / "four.eml", "--json")
    assert found.code == 1
    assert (found.json["messages"], found.json["known"]) == (4, 1)
    assert [Path(b["name"]).name for b in found.json["bad"]] == ["1780909202.M3.host"]
    assert "From here on it flickers." in desk("show", "1", "--json").json["messages"][0]["text"]
    assert len(desk("quarantine", "list", "--json").json["quarantine"]) == 1
    again = desk("import", tmp_path / "md", "--json").json
    assert (again["messages"], again["known"]) == (0, 2)


def test_quarantined_mail_can_be_seen_retried_and_dropped(desk: Cli, tmp_path: Path) -> None:
    (tmp_path / "x.eml").write_bytes(b"   ")
    desk("import", tmp_path / "x.eml")
    held = desk("quarantine", "list", "--json").json["quarantine"][0]["id"]
    assert desk("quarantine", "show", str(held), "--json").json["size"] == 3
    retried = desk("quarantine", "retry", str(held))
    assert retried.code == 1 and "still cannot be read" in retried.err
    assert desk("quarantine", "drop", str(held)).code == 0
    assert desk("quarantine", "list", "--json").json["quarantine"] == []
    assert desk("undo").code == 0
    assert [h["id"] for h in desk("quarantine", "list", "--json").json["quarantine"]] == [held]


def test_what_a_platform_told_is_never_read_as_a_mail(desk: Cli, tmp_path: Path) -> None:
    from app.wire import open_desk
    from store.sql import messages, sync
    from store.values import SYSTEM

    (tmp_path / "x.eml").write_bytes(b"   ")
    desk("import", tmp_path / "x.eml")
    (folder,) = tmp_path.glob("**/desk.db")
    wired = open_desk(folder.parent)
    with wired.store.write(SYSTEM) as unit:
        sha = messages.put_blob(unit.conn, b'{"order_sn": "240"}')
        unit.conn.execute("UPDATE quarantine SET raw = ?", (sha,))
        held = sync.quarantined(unit.conn)[0].id
    wired.store.close()
    refused = desk("quarantine", "retry", str(held))
    assert refused.code == 1 and "is no mail" in refused.err and desk("list", "--json").json["tickets"] == []


@pytest.mark.parametrize(("argv", "said"), [
    (["nothing-here.jsonl"], "There is no file"), (["{empty}"], "holds nothing that can be imported"),
    (["{file}", "--channel", "nowhere"], "There is no channel nowhere"),
])  # fmt: skip
def test_what_cannot_be_imported_is_said(desk: Cli, tmp_path: Path, argv: list[str], said: str) -> None:
    (tmp_path / "empty").mkdir()
    path = write_lines(tmp_path / "a.jsonl", conversation(1, 1))
    found = desk("import", *(a.format(empty=tmp_path / "empty", file=path) for a in argv))
    assert found.code == 1 and said in found.err


def test_a_date_nobody_understands_is_bad_usage(desk: Cli, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", conversation(1, 1))
    assert desk("import", path, "--since", "yesterday-ish").code == 2


def test_stopping_keeps_what_is_in_and_the_same_command_goes_on(
    desk: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from desk.sync import importing

    path = write_lines(tmp_path / "a.jsonl", [m for n in range(1, 31) for m in conversation(n, 2)])
    monkeypatch.setattr(importing, "QUIET_BATCH", 20)
    stored = importing.bulk.store
    calls = []

    def interrupted(*args: object) -> object:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return stored(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(importing.bulk, "store", interrupted)
        found = desk("import", path, "--json")
    assert found.code == 130 and found.json["stopped"] is True
    assert "goes on from here" in found.err
    assert found.json["messages"] == 40
    rest = desk("import", path, "--json").json
    assert (rest["messages"], rest["known"]) == (20, 40)


def test_beside_an_open_session_the_steps_are_small(
    desk: Cli, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.wire import open_desk
    from desk.sync import importing
    from store.sql import people
    from store.values import SYSTEM

    store = open_desk(folder).store
    with store.write(SYSTEM) as unit:
        people.put_presence(unit.conn, people.Seen("s1", "ana", None, 0, unit.now))
    store.close()
    sizes = []
    kept = importing.bulk.store
    monkeypatch.setattr(
        importing.bulk,
        "store",
        lambda unit, new, *rest: sizes.append(sum(len(c.messages) for c in new)) or kept(unit, new, *rest),
    )
    path = write_lines(tmp_path / "a.jsonl", [m for n in range(1, 61) for m in conversation(n, 3)])
    assert desk("import", path).code == 0
    assert sum(sizes) == 180 and max(sizes) <= importing.BUSY_BATCH


def test_the_corpus_sample_comes_in_once_by_either_road(desk: Cli, shared: Path, tmp_path: Path) -> None:
    tool = shared / "tools" / "corpus.py"
    if not tool.exists():
        pytest.skip("no corpus generator: ../shared/tools/corpus.py")
    subprocess.run(
        [sys.executable, tool, "--messages", "120", "--jsonl", tmp_path / "c.jsonl", "--maildir", tmp_path / "c"],
        check=True,
        capture_output=True,
    )
    first = desk("import", tmp_path / "c.jsonl", "--json").json
    assert first["messages"] == 120 and first["bad"] == []
    second = desk("import", tmp_path / "c", "--json").json
    assert (second["messages"], second["known"]) == (0, 120)
    assert len(tickets(desk)) == first["tickets"]
    assert desk("audit", "verify").code == 0


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc")
def test_a_killed_import_leaves_no_helper_behind(root: Path, folder: Path, tmp_path: Path) -> None:
    lines = [m for n in range(1, 1600) for m in conversation(n, 3)]
    for message in lines:
        message["body"] = f"{message['body']} " * 10  # enough for a helper process
    path = write_lines(tmp_path / "big.jsonl", lines)
    run = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "--desk", folder, "--as", "ana", "import", path, "--since", "all"],
        cwd=root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    helper = _child(run)
    run.kill()
    run.wait()
    assert _gone(helper)


def _child(run: subprocess.Popen[str]) -> int:
    """The helper's process id, once it has started."""
    found: list[str] = []
    while not found and run.poll() is None:
        children = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
        found = [pid for pid in children if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text(errors="replace")]
    assert found, "it ended before a helper was seen"
    return int(found[0])


def _gone(pid: int) -> bool:
    import time

    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False
