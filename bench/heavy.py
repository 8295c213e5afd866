"""Tickets no screen was made for: a line of half a million characters, a table of fifty columns, a thread of ten thousand
messages. Every key there must answer within a tenth of a second, the first press of it as well.

The desk is made once, all of it through the same door as other mail.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from app.wire import SystemClock, fresh_id
from bench.desks import ME, Say
from bench.figures import Figure, Limit, median
from bench.terminal import KEYS
from bench.typing_keys import AHEAD_S
from bench.windows import keys, ours, pressed, ready, toy, window
from desk import setup
from desk.agents import NewAgent
from desk.reading.parse import read_mail
from desk.reading.records import Understanding
from desk.sync.inbound import Inbound
from desk.sync.intake import admit, door
from store.unit import Store
from store.values import HOUR, MINUTE, SYSTEM, Actor, Instant

GROUP = "heavy"
LONG, COLUMNS, ROWS, MESSAGES = 500_000, 50, 200, 10_000
MOST_MS = 100
_BESIDE = "toy, page down"
_MAIL = Actor("connector", "mail")
_WORDS = "the parcel lamp arrived broken again please refund order card tracking number was never updated box".split()
_READING = (
    ("scroll", "Down"), ("page down", "PageDown"), ("half a page", "C-d"), ("to the end", "G"), ("scroll at the end", "Up"),
    ("unfold", "v"), ("to the end, unfolded", "G"), ("page up, unfolded", "PageUp"), ("to the top, unfolded", "g+g"),
    ("scroll, unfolded", "Down"), ("page down, unfolded", "PageDown"), ("to the very beginning", "g+g+g+g"),
    ("page down there", "PageDown"), ("to the very end", "G+G"), ("what happened", "h"), ("the original", "V"),
    ("the source", "V"), ("as read", "V"), ("fold", "v"), ("its links", "O"), ("close the links", "Esc"), ("reply", "r"),
    ("close the reply", "Esc"), ("look at the list again", "Esc"),
)  # fmt: skip
"""What one does while reading, in this order: so each meets what the ones before have opened."""


class Heavy(NamedTuple):
    """A ticket of the desk: what it is called here, its buyer, by whom it is found."""

    name: str
    buyer: str


TICKETS = (Heavy("a line of 500,000 characters", "Lena Line"), Heavy("a Chinese line of 500,000", "Kai Zeile"),
           Heavy("a table of 50 columns", "Tess Table"), Heavy("a thread of 10,000 messages", "Theo Thread"))  # fmt: skip


def take(work: Path, runs: int, say: Say) -> Iterator[Figure]:
    """Per ticket the slowest key, and opening it. `runs` sessions; a page down of the toy takes its turn after each key:
    how fast the machine draws a screen just then."""
    folder = _made(work / "desk-heavy", say)
    for number, ticket in enumerate(TICKETS):
        seen: dict[str, list[float]] = {}
        pages: list[float] = []
        for _ in range(runs):
            for name, ms in _read(folder, number, pages).items():
                seen.setdefault(name, []).append(ms)
        times = {name: median(found) for name, found in seen.items()}
        opening = times.pop("open")
        slowest = sorted(times, key=lambda name: -times[name])
        aims = [Limit(None, MOST_MS, of="value")]
        raw: dict[str, Any] = dict(seen)
        yield Figure(GROUP, f"{ticket.name}: open", opening, "ms", median(pages), _BESIDE, aims, p95=max(seen["open"]), raw=raw)
        yield Figure(GROUP, f"{ticket.name}: the slowest of {len(times)} keys", times[slowest[0]], "ms",
                     median(pages), _BESIDE, aims, p95=max(seen[slowest[0]]),
                     note=", ".join(f"{name} {times[name]:.0f}" for name in slowest[:4]))  # fmt: skip


def _read(folder: Path, number: int, pages: list[float]) -> dict[str, float]:
    """One session: the list with the cursor on the ticket, then every key of `_READING`. The ticket before it was opened
    first, so that no module is loaded any more."""
    found: dict[str, float] = {}
    with window(ours(folder), first=1.5, quiet=0.06) as probe, window(toy("virtual"), first=1.5, quiet=0.06) as beside:
        beside.wait(ready(toy("virtual")))
        probe.wait(r"\d open\b")
        probe.settle(AHEAD_S)
        for spec in ("Enter", "v", "h", "V", "V", "V", "O", "Esc", "r", "Esc", "n", "Esc"):
            pressed(probe, _bytes(spec))
        probe.wait(TICKETS[0].buyer.split()[0])
        pressed(probe, keys("Down", number + 1))
        probe.settle(0.6)
        found["open"] = pressed(probe, keys("Enter"))[0]["ms"]
        probe.wait(TICKETS[number].buyer)
        probe.settle(0.4)
        for name, spec in _READING:
            row = pressed(probe, _bytes(spec))
            if row:
                found[name] = row[0]["ms"]
            probe.settle(0.3)
            pages += [row["ms"] for row in pressed(beside, keys("PageDown"))]
    return found


def _bytes(spec: str) -> list[bytes]:
    """A key as terminals send it that tell Esc apart, so that nothing waits for what might follow."""
    return [KEYS[spec].encode()] if spec == "Esc" else keys(spec)


# The desk ----------------------------------------------------------------------------------------------


def _made(folder: Path, say: Say) -> Path:
    done = folder.with_suffix(".done")
    if not done.is_file():
        say("writing tickets no screen was made for …")
        shutil.rmtree(folder, ignore_errors=True)
        store = Store.create(folder, clock=SystemClock(), ids=fresh_id, name="Heavy")
        try:
            _furnish(store)
        finally:
            store.close()
        done.touch()
    return folder


def _furnish(store: Store) -> None:
    with store.write(SYSTEM) as unit:
        setup.furnish(unit, zone="UTC", people=[NewAgent(ME, ME.title())])
        unit.conn.execute(
            "INSERT INTO channel (id, platform, name, label, kind, settings) VALUES "
            "('mail', 'email', 'Mail', 'MAIL', 'email', '{\"from_address\": \"care@shop.example\"}')"
        )
    chance, now = random.Random(7), store.clock.now()
    words = " ".join(chance.choices(_WORDS, k=LONG // 5))[:LONG]
    chinese = "".join(chance.choices("包裹已经到了但是灯坏请退款谢订单号快递", k=LONG))
    cells = "".join("<tr>" + "".join(f"<td>cell {r}.{c}</td>" for c in range(COLUMNS)) + "</tr>" for r in range(ROWS))
    html = f"<p>Dear team,</p><table>{cells}</table><p>Bye</p>"
    # The longer a buyer waits, the higher: the first one written is the one above, an ordinary ticket.
    items = [_inbound("first", "Fay First", "Where is my parcel?", now - 9 * HOUR), 
             _inbound("line", TICKETS[0].buyer, words, now - 8 * HOUR),
             _inbound("zeile", TICKETS[1].buyer, chinese, now - 7 * HOUR),
             _mail(TICKETS[2].buyer, html, now - 6 * HOUR)]  # fmt: skip
    thread = [_inbound(f"t{n}", TICKETS[3].buyer, f"Message {n}. " + " ".join(chance.choices(_WORDS, k=60)),
                       now - 5 * HOUR - MINUTE * (MESSAGES - n) * 10, "t0" if n else "") for n in range(MESSAGES)]  # fmt: skip
    for start in range(0, MESSAGES, 200):
        items += thread[start : start + 200]
        with store.write(_MAIL) as unit:
            at = door(unit, "mail")
            for item in items:
                admit(unit, at, item)
        items = []
    with store.write(SYSTEM) as unit:  # so that they stand in this order whatever the clocks of the shop make of them
        for n, name in enumerate(("Fay First", *(t.buyer for t in TICKETS))):
            unit.conn.execute("UPDATE clock SET due_at = ?1, warn_at = ?1 - 1 WHERE state = 'running' AND ticket_id IN "
                              "(SELECT t.id FROM ticket t JOIN customer c ON c.id = t.customer_id WHERE c.name = ?2)",
                              (now + (n + 1) * 30 * 24 * HOUR, name))  # fmt: skip
            unit.conn.execute("UPDATE ticket SET due_at = ?1, warn_at = ?1 - 1 WHERE customer_id IN "
                              "(SELECT id FROM customer WHERE name = ?2)", (now + (n + 1) * 30 * 24 * HOUR, name))  # fmt: skip


def _inbound(key: str, name: str, text: str, at: Instant, answers: str = "") -> Inbound:
    address = f"{name.split()[0].lower()}@buyer.example"
    return Inbound(
        remote_key=f"mail:<{key}@buyer.example>", sender_key=f"email:{address}", sender_name=name, sender_address=address,
        subject=f"About my parcel ({key})" if not answers else "Re: About my parcel", text=text, sent_at=at, arrived_at=at,
        in_reply_to=f"<{answers}@buyer.example>" if answers else "", understanding=Understanding("en", "not_received"),
    )  # fmt: skip


def _mail(name: str, html: str, at: Instant) -> Inbound:
    raw = (f"From: {name} <tess@buyer.example>\r\nTo: care@shop.example\r\nSubject: Your price list\r\nMIME-Version: 1.0\r\n"
           f"Message-ID: <table@buyer.example>\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}").encode()  # fmt: skip
    return Inbound.from_mail(read_mail(raw), Understanding("en", "other"), raw, at)
