"""The desks that are measured: made once through `deskhand init` and `deskhand import`, then brought to life.

Imported history is closed. `liven` opens a share of it in one bulk step of SQL, so that list, counts and clocks hold
what a busy team's desk holds; it writes no events, which leaves the chain whole. All else goes through the program.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.wire import open_desk
from bench.place import DESKHAND, TOOLS, Missing
from store.connection import Connection
from store.sql.shop import agents
from store.unit import Store
from store.values import DAY, HOUR, MINUTE, NEVER, SYSTEM, Instant

Say = Callable[[str], None]
ME, TEAM = "kim", ("kim", "ana", "ben")
OPEN_SHARE = 30
"""Percent of the conversations that are open."""
_BACK, _AHEAD = 2 * DAY, 5 * DAY
"""How far due times reach from now."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A desk on disk. `made` is what building it told: messages, tickets, seconds, bytes."""

    name: str
    folder: Path
    made: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Messages as `corpus.py` writes them; `maildir` only where peers need one."""

    lines: Path
    maildir: Path | None = None


def corpus(
    work: Path, messages: int, say: Say, *, lines: Path | None = None, maildir: bool = False, seed: int = 7
) -> Corpus:
    """A generated corpus, from an earlier run where there is one. Raises Missing without the generator."""
    found = lines or work / f"corpus-{messages}-{seed}.jsonl"
    boxes = work / f"maildir-{messages}-{seed}" if maildir else None
    if not found.is_file() or (boxes and not boxes.is_dir()):
        maker = TOOLS / "corpus.py"
        if not maker.is_file():
            raise Missing("corpus.py is not in ../shared/tools: there is nothing to build a desk from")
        say(f"writing {messages:,} messages …")
        more = ["--maildir", str(boxes)] if boxes else []
        subprocess.run(
            [
                sys.executable,
                str(maker),
                "--messages",
                str(messages),
                "--seed",
                str(seed),
                "--jsonl",
                str(found),
                *more,
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    return Corpus(found, boxes)


def desk(work: Path, name: str, source: Callable[[], Corpus], say: Say, *, tickets: int = 0) -> Desk:
    """The desk `name`, from an earlier run where there is one. With `tickets`, closed ones without messages are added
    until it has that many."""
    folder, note = work / name, work / f"{name}.json"
    if not note.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        made = build(folder, source().lines, say)
        with_store(folder, lambda store: made.update(liven(store, say, tickets)))
        made["bytes"] = sum(f.stat().st_size for f in folder.iterdir())
        note.write_text(json.dumps(made, indent=1))
    made = json.loads(note.read_text())
    with_store(folder, lambda store: _to_today(store, made))
    if "furnished_at" not in made:
        from bench.furnish import furnish

        with_store(folder, lambda store: made.update(furnish(store, say)))
    note.write_text(json.dumps(made, indent=1))
    return Desk(name, folder, made)


def build(folder: Path, lines: Path, say: Say) -> dict[str, Any]:
    """A new desk with `lines` in it, all of it closed; how fast that went."""
    init(folder)
    say(f"importing {lines.stat().st_size >> 20} MB into {folder.name} …")
    begun = time.perf_counter()
    told = import_into(folder, lines)
    seconds = time.perf_counter() - begun
    made = {k: told[k] for k in ("messages", "tickets", "open")}
    return {
        **made,
        "import_s": round(seconds, 2),
        "import_per_s": round(told["messages"] / seconds),
        "on": time.strftime("%F"),
    }


def init(folder: Path) -> None:
    """An empty desk with three agents; the first is whoever runs the bench."""
    people = [word for a in TEAM for word in ("--agent", f"{a}:{a.capitalize()}")]
    deskhand("--desk", str(folder), "init", "--yes", "--zone", "UTC", "--json", *people)


def import_into(folder: Path, *paths: Path, since: str = "") -> dict[str, Any]:
    """What `deskhand import` reports."""
    more = ["--since", since] if since else []
    told: dict[str, Any] = json.loads(deskhand("--desk", str(folder), "import", *map(str, paths), *more, "--json"))
    return told


def deskhand(*words: str) -> str:
    """Runs a command and returns what it printed. Raises CalledProcessError."""
    return subprocess.run([str(DESKHAND), *words], check=True, capture_output=True, text=True, env=environ()).stdout


def environ() -> dict[str, str]:
    """This environment without what would point a session elsewhere, or have it begin sync by itself."""
    return {k: v for k, v in os.environ.items() if not k.startswith("DESKHAND_")} | {"DESKHAND_SYNC": "off"}


def with_store(folder: Path, act: Callable[[Store], object]) -> None:
    store = open_desk(folder).store
    try:
        act(store)
    finally:
        store.close()


# The bulk step ---------------------------------------------------------------------------------------


def liven(store: Store, say: Say, tickets: int = 0) -> dict[str, Any]:
    """Opens `OPEN_SHARE` percent of the conversations: new, open or pending; a quarter unassigned, the others spread
    over three agents; priorities as drawn from the id; one running reply clock each (none for pending), due between two
    days ago and five days from now, so that about a quarter is overdue; two thirds read by the one who looks."""
    say(f"opening {OPEN_SHARE} % of the tickets …")
    missing = [a for a in TEAM if a not in {x.id for x in agents(store.conn)}]
    if missing:
        raise ValueError(f"the desk has no agent {', '.join(missing)}")
    store.conn.execute("PRAGMA cache_size = -262144")
    with store.write(SYSTEM) as unit:
        conn, now = unit.conn, unit.now
        conn.execute(
            "UPDATE ticket SET priority = CASE WHEN id % 20 = 0 THEN 3 WHEN id % 7 = 0 THEN 2 ELSE 1 END "
            "WHERE id % 100 < ?",
            (OPEN_SHARE,),
        )
        conn.execute(
            "UPDATE ticket SET "
            "status = CASE id % 10 WHEN 0 THEN 'pending' WHEN 1 THEN 'new' WHEN 2 THEN 'new' ELSE 'open' END, "
            "assignee_id = CASE id % 4 WHEN 0 THEN NULL WHEN 1 THEN ? WHEN 2 THEN ? ELSE ? END, "
            "waiting_since = CASE id % 10 WHEN 0 THEN NULL ELSE updated_at END, status_since = ? "
            "WHERE id % 100 < ?",
            (*TEAM, now, OPEN_SHARE),
        )
        # 7919 is prime and coprime to the span in seconds: deadlines scatter, and every desk scatters alike.
        conn.execute(
            "INSERT INTO clock (ticket_id, kind, cycle, policy_id, state, started_at, due_at, warn_at, target_ms) "
            "SELECT id, 'first_response', updated_at, 'shop.first', 'running', ?1 - ?2 - 12 * ?4, d, d - ?4, ?2 FROM "
            "(SELECT id, updated_at, ?1 - ?2 + 1000 * (id * 7919 % ?3) AS d FROM ticket "
            "WHERE id % 100 < ?5 AND status <> 'pending')",
            (now, _BACK, (_BACK + _AHEAD) // 1000, HOUR, OPEN_SHARE),
        )
        conn.execute(
            "UPDATE ticket SET (due_at, due_kind, warn_at) = (SELECT k.due_at, k.kind, k.warn_at FROM clock k "
            "WHERE k.ticket_id = ticket.id AND +k.state = 'running') WHERE id % 100 < ? AND status <> 'pending'",
            (OPEN_SHARE,),
        )
        conn.execute(
            "INSERT INTO read_mark (agent_id, ticket_id, message_id) SELECT ?, id, last_message_id FROM ticket "
            "WHERE id % 100 < ? AND id % 3 > 0",
            (ME, OPEN_SHARE),
        )
        have = conn.execute("SELECT count(*) FROM ticket").fetchone()[0]
        if tickets > have:
            say(f"adding {tickets - have:,} closed tickets …")
            _grow(conn, tickets - have)
    store.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return {"tickets": max(have, tickets), "open": _count(store.conn, "is_open = 1"), "livened_at": now}


def _grow(conn: Connection, count: int) -> None:
    """Closed tickets like those that are here, ids going on; they have no messages of their own."""
    columns = (
        "channel_id, platform, customer_id, subject, status, status_since, priority, type, cause, ask, lang, country, "
        "created_at, updated_at, first_buyer_at, last_reply_at"
    )
    source = columns.replace("status,", "'closed',", 1)
    while count > 0:
        step = min(count, 50_000)
        conn.execute(f"INSERT INTO ticket ({columns}) SELECT {source} FROM ticket ORDER BY id LIMIT ?", (step,))
        count -= step


def _count(conn: Connection, test: str) -> int:
    n: int = conn.execute(f"SELECT count(*) FROM ticket WHERE {test}").fetchone()[0]
    return n


def _to_today(store: Store, made: dict[str, Any]) -> None:
    """Shifts every deadline as far as time went on since they were spread, so that a kept desk does not grow stale."""
    now: Instant = store.clock.now()
    by = now - made["livened_at"]
    if by < 30 * MINUTE:
        return
    with store.write(SYSTEM) as unit:
        unit.conn.execute(
            "UPDATE clock SET due_at = due_at + ?1, warn_at = warn_at + ?1, started_at = started_at + ?1 "
            "WHERE state = 'running'",
            (by,),
        )
        unit.conn.execute(
            "UPDATE ticket SET due_at = due_at + ?1, warn_at = warn_at + ?1 WHERE due_at < ?2", (by, NEVER)
        )
    store.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    made["livened_at"] = now
