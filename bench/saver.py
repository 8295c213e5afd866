"""One agent at work in a process of its own: `python -m bench.saver DESK AGENT SECONDS` assigns and tags by turns, a
save every 150 ms, and prints `{"ms": […], "errors": […]}`. It counts as present, as an open workstation does."""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path

from app.wire import open_desk
from bench.desks import TEAM
from desk import tickets
from store.errors import DeskError
from store.sql import people
from store.sql.people import Seen
from store.values import Actor

EVERY_S = 0.15
_PRESENT_S = 5.0


def main(folder: Path, agent: str, seconds: float) -> None:
    """Saves until the time is over."""
    store = open_desk(folder).store
    me, rng = Actor("agent", agent), random.Random(agent)
    ids = [i for (i,) in store.conn.execute("SELECT id FROM ticket WHERE is_open = 1 ORDER BY id LIMIT 1000")]
    times: list[float] = []
    errors: list[str] = []
    told, end, n = 0.0, time.monotonic() + seconds, 0
    while (now := time.monotonic()) < end:
        if now - told > _PRESENT_S:
            told = now
            seen = Seen(f"bench-{agent}", agent, None, 0, store.clock.now())
            with store.write(me) as unit:
                people.put_presence(unit.conn, seen)
        ticket_id, n = rng.choice(ids), n + 1
        begun = time.perf_counter()
        try:
            with store.write(me) as unit:
                if n % 2:
                    tickets.assign(unit, ticket_id, rng.choice(TEAM))
                else:
                    tickets.tag(unit, ticket_id, add=[f"tag{n}"])
            times.append((time.perf_counter() - begun) * 1e3)
        except DeskError as error:
            errors.append(repr(error))
        time.sleep(EVERY_S)
    store.close()
    print(json.dumps({"ms": times, "errors": errors}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
