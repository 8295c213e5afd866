"""A process among others on one desk: an agent's verbs, a pull, or a vault; prints what was confirmed, as JSON."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from random import Random
from typing import Any

from app.wire import open_desk
from desk import tickets
from desk.sync.lease import this_process
from desk.sync.loop import Sync
from desk.sync.reader import InProcess
from store.errors import DeskError
from store.sql import tickets as rows
from store.values import Actor
from store.vault import Vault


def pull(folder: str) -> dict[str, Any]:
    wired = open_desk(Path(folder))
    found = Sync(wired.store, wired.connector, InProcess(), this_process()).once()
    faults = [fault for (fault,) in wired.store.conn.execute("SELECT fault FROM channel WHERE fault != ''")]
    wired.store.close()
    return {"fresh": sum(p.fresh for p in found.values()), "errors": faults}


def agent(folder: str, name: str, number: str, seconds: str) -> dict[str, Any]:
    """Reads a ticket and changes it by what it read, as fast as it may, for `seconds` and fifty times at least."""
    store, rng = open_desk(Path(folder)).store, Random(number)
    actor = Actor("agent", name)
    ids = [i for (i,) in store.conn.execute("SELECT id FROM ticket ORDER BY id LIMIT 8")]
    notes, tags, waits, errors = list[str](), list[tuple[int, str]](), list[float](), list[str]()
    end, count = time.monotonic() + float(seconds), 0
    while time.monotonic() < end or count < 50:
        count += 1
        ticket, word = rng.choice(ids), f"{name}-{number}-{count}"
        start = time.perf_counter()
        try:
            with store.write(actor) as unit:
                match rng.randrange(3):
                    case 0:
                        tickets.tag(unit, ticket, add=[word])
                        told: Any = tags.append, (ticket, word)
                    case 1:
                        tickets.note(unit, ticket, word)
                        told = notes.append, word
                    case _:
                        now = rows.get(unit.conn, ticket)
                        assert now is not None
                        tickets.set_status(unit, ticket, "open" if now.status != "open" else "pending")
                        told = list[str]().append, ""
            told[0](told[1])
        except DeskError as error:
            errors.append(error.english())
        waits.append((time.perf_counter() - start) * 1000)
        time.sleep(0.005)  # a person is slower than this
    store.close()
    return {"notes": notes, "tags": tags, "waits": waits, "errors": errors}


def secrets(folder: str, channel: str, count: str) -> dict[str, Any]:
    for number in range(int(count)):
        Vault(Path(folder)).put(f"channel/{channel}/{number}", f"{channel} {number}")
    return {}


if __name__ == "__main__":
    print(json.dumps({"pull": pull, "agent": agent, "secrets": secrets}[sys.argv[1]](*sys.argv[2:])))
