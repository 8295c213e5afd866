"""Several processes change the same tickets at the same time: nothing confirmed is lost, and nobody meets a lock."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.chains import broken_chains
from connectors.sandbox.mail import MailStandIn
from store import events
from store.unit import Store
from store.vault import Vault
from tests.faults.kit import mail, make_desk

SECONDS = float(os.environ.get("DESKHAND_TEST_SECONDS", "4"))
TICKETS, MAILS = 8, 400


def start(*argv: object) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-m", "tests.faults.busy", *map(str, argv)], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)  # fmt: skip


def test_agents_and_a_bulk_pull_on_the_same_tickets(
    tmp_path: Path, record_property: Callable[[str, object], None], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "desk"
    with MailStandIn() as server:
        store = make_desk(folder, server, page_mails=50)
        for n in range(TICKETS):
            server.deliver(mail(n, address=f"b{n}@buyer.example"))
        assert start("pull", folder).wait(60) == 0
        for n in range(MAILS):  # news to the same tickets, by the thousand
            buyer = n % TICKETS
            server.deliver(mail(f"more-{n}", address=f"b{buyer}@buyer.example", answers=f"buyer-{buyer}@buyer.example"))
        puller = start("pull", folder)
        agents = [start("agent", folder, agent, number, SECONDS) for number, agent in enumerate(["ana", "ben", "ana"])]
        reports = []
        for process in [*agents, puller]:
            out, err = process.communicate(timeout=120)
            assert process.returncode == 0, err
            reports.append(json.loads(out.splitlines()[-1]))
    pulled, worked = reports[-1], reports[:-1]
    waits = sorted(w for r in worked for w in r["waits"])
    figures = {
        "acts": len(waits), "p50_ms": round(waits[len(waits) // 2]), "p95_ms": round(waits[len(waits) * 95 // 100]),
        "worst_ms": round(waits[-1]), "pulled": pulled["fresh"],
    }  # fmt: skip
    with capsys.disabled():
        print(f"\n  {len(worked)} agents beside a bulk pull: {figures}")
    record_property("figures", figures)
    assert [e for r in reports for e in r["errors"]] == []
    assert pulled["fresh"] == MAILS
    assert len(waits) > 100, "they were hardly in each other's way"
    check(store, worked)
    store.close()


def check(store: Store, worked: list[dict[str, list[str]]]) -> None:
    """Every confirmed change is there, and every change began where the one before it ended."""
    noted = {body for (body,) in store.conn.execute("SELECT body FROM message WHERE direction = 'note'")}
    tags = {(ticket, tag) for ticket, tag in store.conn.execute("SELECT ticket_id, tag FROM ticket_tag")}
    for report in worked:
        assert set(report["notes"]) <= noted
        assert {tuple(pair) for pair in report["tags"]} <= tags
    expected = sum(len(r["notes"]) for r in worked)
    assert len(noted) == expected
    assert broken_chains(store.conn) == []
    assert events.verify(store.conn).problem == ""
    assert store.conn.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    counted = store.conn.execute(
        "SELECT count(*) FROM ticket t WHERE message_count != (SELECT count(*) FROM message m WHERE m.ticket_id = t.id)"
    ).fetchone()[0]
    assert counted == 0


def test_two_processes_keep_their_secrets_apart(tmp_path: Path) -> None:
    """A token that one channel renews must not cost another channel its own."""
    writers = [start("secrets", tmp_path, name, 40) for name in ("mail", "shop")]
    for process in writers:
        _out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
    vault = Vault(tmp_path)
    assert {name: vault.get(name) for name in vault.names()} == {
        f"channel/{channel}/{n}": f"{channel} {n}" for channel in ("mail", "shop") for n in range(40)
    }
