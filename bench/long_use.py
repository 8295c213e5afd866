"""A day at the workstation in minutes: `python -m bench.long_use [ROUNDS]` (60 unless said).

One person in a real terminal reads, searches, writes and drops drafts, looks at photos and files, opens palette, help, menu
and set-up, and changes the size of the window, over and over, while a colleague works on the same tickets. Memory is
read after each round. Figures go to stdout; exit 1 where the second half grew by more than `MOST_MB`.
"""

from __future__ import annotations

import io
import json
import os
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from app.wire import SystemClock, fresh_id
from bench.figures import Figure, Limit
from bench.terminal import Terminal
from desk import setup, tickets
from desk.agents import NewAgent
from desk.reading.records import Understanding
from desk.sync import intake
from desk.sync.inbound import Inbound
from store.sql import messages
from store.unit import Store
from store.values import HOUR, SYSTEM, Actor

DESKHAND = str(Path(sysconfig.get_path("scripts")) / "deskhand")
GROUP = "long"
TICKETS = 300
MOST_MB = 4.0
"""Growth of the second half that is still noise of the allocator."""
_ROUND = (
    *["j"] * 30, "Enter", "Space", "v", "v", "h", "h", "J", "J", "K", "P", "+", "f", "Esc", "D", "j", "Esc", "O", "Esc", "Esc",
    "/", "parcel", "Esc", "Esc", "f", " lang:de", "Enter", "F", "g", "u", "g", "i", ":", "tem", "Esc", "?", "Esc", "F10", "Esc",
    "r", "Dear buyer, it leaves today.", "Esc", "n", "t", "photo", "Esc", "g", "S", "j", "j", "Enter", "Esc", "Esc",
    "l", "long use", "Enter", "z", "e", "z", "G", "g", "g",
)  # fmt: skip


def run(rounds: int, folder: Path) -> dict[str, Any]:
    """Works so many rounds on a new desk in `folder`. Memory in megabytes."""
    store = _desk(folder)
    environ = {"DESKHAND_DESK": str(folder), "DESKHAND_CONFIG": str(folder / "config"), "TZ": "UTC", "DESKHAND_SYNC": "off",
               "DESKHAND_DROP": str(folder / "drop")}  # fmt: skip
    memory: list[float] = []
    keys = 0
    begun = time.monotonic()
    with Terminal((DESKHAND, "--as", "ana"), 120, 40, environ) as terminal:
        terminal.wait(r"\d+ open")
        for n in range(rounds):
            terminal.type(*_ROUND, quiet=0.012)
            terminal.resize(*((80, 24), (200, 60), (120, 40))[n % 3])
            keys += len(_ROUND)
            with store.write(Actor("agent", "ben")) as unit:
                tickets.assign(unit, n % TICKETS + 1, ("ana", "ben")[n % 2])
            terminal.type("Esc", "Esc", quiet=0.1)
            if not terminal.running():
                raise RuntimeError(f"it ended in round {n}\n{terminal.text()}")
            memory.append(_resident(terminal.pid))
            terminal.raw.clear()
    store.close()
    half = memory[len(memory) // 2 :]
    return {
        "rounds": rounds, "keys": keys, "seconds": round(time.monotonic() - begun), "first_mb": memory[0],
        "half_mb": half[0], "last_mb": memory[-1], "second_half_grew_mb": round(half[-1] - half[0], 1),
        "every_tenth_mb": memory[::10],
    }  # fmt: skip


def take(rounds: int) -> Iterator[Figure]:
    """What so many rounds, each a few minutes of work by hand, add to a session."""
    with tempfile.TemporaryDirectory(prefix="deskhand-long-") as folder:
        found = run(rounds, Path(folder) / "desk")
    yield Figure(
        GROUP, "memory of the session at the end", found["last_mb"], "MB", found["half_mb"], "half way",
        [Limit(1.1, 1.05)], note=f"{found['keys']:,} keys in {found['seconds']} s", raw=found,
    )  # fmt: skip
    yield Figure(GROUP, "growth over the second half", found["second_half_grew_mb"], "MB",
                 limits=[Limit(MOST_MB, MOST_MB, of="value")])  # fmt: skip


def _resident(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)


def _desk(folder: Path) -> Store:
    store = Store.create(folder, clock=SystemClock(), ids=fresh_id, name="Long use")
    out = io.BytesIO()
    Image.effect_noise((800, 600), 60).save(out, "JPEG")
    with store.write(SYSTEM) as unit:
        setup.furnish(unit, zone="UTC", people=[NewAgent("ana", "Ana"), NewAgent("ben", "Ben")])
        unit.conn.execute(
            "INSERT INTO channel (id, platform, name, label, kind, settings) VALUES "
            "('mail', 'email', 'Mail', 'MAIL', 'email', '{\"from_address\": \"care@shop.example\"}')"
        )
    for n in range(1, TICKETS + 1):
        with store.write(Actor("connector", "mail")) as unit:
            at = unit.now - n * HOUR // 10
            ticket = intake.take(unit, "mail", Inbound(
                remote_key=f"mail:<l{n}@b.example>", sender_key=f"email:b{n}@b.example", sender_name=f"Buyer {n}",
                sender_address=f"b{n}@b.example", subject=f"Where is my parcel {n}", text=f"See https://b.example/{n}\n" * 30,
                sent_at=at, arrived_at=at, understanding=Understanding(("en", "de")[n % 2], "not_received"),
            )).ticket_id  # fmt: skip
            sha = messages.put_blob(unit.conn, out.getvalue())
            last = messages.of_ticket(unit.conn, ticket)[-1].id
            messages.attach(unit.conn, last, name="a.jpg", type="image/jpeg", sha256=sha, size=out.tell(), inline=False)
    return store


def main(arguments: list[str]) -> int:
    rounds = int(arguments[0]) if arguments else 60
    with tempfile.TemporaryDirectory(prefix="deskhand-long-") as folder:
        found = run(rounds, Path(folder) / "desk")
    print(json.dumps(found, indent=2))
    return 1 if found["second_half_grew_mb"] > MOST_MB else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
