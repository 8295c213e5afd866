"""Two workstations and sync on one desk while mail keeps arriving: `python -m bench.soak [SECONDS]` (120 unless said).

Two people (scripted, in real terminals) assign, label, note, reply, solve, undo and search on the same tickets beside
`deskhand sync --forever` and the stand-in mail server. At the end nothing that was confirmed may be missing, no change
may have overwritten another unseen, no reply may have left twice, the event chain must verify, and no screen may have
shown an error that is one. Figures go to stdout; exit 1 where something did not hold.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from random import Random
from typing import Any

from app.wire import SystemClock, fresh_id
from bench.chains import broken_chains
from bench.terminal import Terminal
from connectors.sandbox.mail import MailStandIn
from desk import channels, setup
from desk.agents import NewAgent, set_presence
from store import events
from store.unit import Store
from store.values import SYSTEM
from store.vault import Vault

DESKHAND = str(Path(sysconfig.get_path("scripts")) / "deskhand")
SHOP = "care@shop.example"
PEOPLE = ("ana", "ben")
BUYERS = 30
HOLD_MS = 2_000
EVERY_S = 0.7
"""A buyer writes this often."""
PATIENCE_S = 20.0
LEAVING = r"leaves in \d+ s"
"""The countdown of a reply takes the line a notice stood on."""
UNDONE = r"undone|taken back|nothing of yours|since|has left|Nothing was undone|cannot be"
"""Undo did it, or said why not."""
_ALARM = re.compile(r"locked|Traceback|damaged|disk is full|Another process|does nothing here|is no longer connected")


@dataclass(slots=True)
class Outcome:
    """What a soak found. `problems` is empty where all held; times are milliseconds."""

    seconds: float
    acts: Counter[str] = field(default_factory=Counter)
    answers_ms: list[float] = field(default_factory=list)
    """From the last key of an act to its notice on the screen."""
    received: int = 0
    sent: int = 0
    problems: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """For a report."""
        ordered = sorted(self.answers_ms) or [0.0]
        return {
            "seconds": round(self.seconds), "acts": sum(self.acts.values()), "by_kind": dict(sorted(self.acts.items())),
            "answer_p50_ms": round(ordered[len(ordered) // 2]),
            "answer_p95_ms": round(ordered[len(ordered) * 95 // 100]),
            "answer_worst_ms": round(ordered[-1]), "mails_received": self.received, "replies_sent": self.sent,
            "problems": self.problems,
        }  # fmt: skip


@dataclass(slots=True)
class Person:
    """Somebody at a terminal, and what the terminal told them was done."""

    name: str
    terminal: Terminal
    rng: Random
    notes: set[str] = field(default_factory=set)
    labels: set[str] = field(default_factory=set)
    replies: set[str] = field(default_factory=set)
    acts: Counter[str] = field(default_factory=Counter)
    answers_ms: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    _count: int = 0

    def work(self, until: float) -> None:
        """Acts until the monotonic clock says `until`."""
        acts: tuple[Callable[[], None], ...] = (
            self.take, self.label, self.note, self.reply, self.reply, self.reply, self.solve, self.undo, self.search,
        )  # fmt: skip
        try:
            self.terminal.wait("Soak")
            while time.monotonic() < until:
                self.terminal.type("g", "g", *["j"] * self.rng.randrange(12), quiet=0.02)
                act = self.rng.choice(acts)
                act()
                self.acts[act.__name__] += 1
                if alarm := _ALARM.search(self.terminal.text()):
                    self.problems.append(f"{self.name} read: {alarm.group()}: {self.terminal.text().splitlines()[-1]}")
                self.terminal.type("Esc", "Esc", "R", quiet=0.02)
        except (TimeoutError, OSError) as error:
            self.problems.append(f"{self.name}: {error}")

    def take(self) -> None:
        self._press("A", answer=rf"is yours|nothing to change|{LEAVING}")

    def label(self) -> None:
        word = self._word("label")
        self.terminal.type("l")
        self.terminal.wait("Labels")
        self.terminal.type(word)
        self._press("Enter", answer=rf"labels set|#{word}")
        self.labels.add(word)

    def note(self) -> None:
        word = self._word("note")
        self.terminal.type("c")
        self.terminal.wait(r"Note on #\d+")
        self.terminal.type(word, "Esc")
        self.terminal.wait("Keep this note")
        self._press("y", answer=rf"noted|^ {word}$")
        self.notes.add(word)

    def reply(self) -> None:
        """Sent, and now and then taken back at once. One that stops because mail came meanwhile is parked, and gone on
        with the next time."""
        word = self._word("reply")
        self.terminal.type("r")
        self.terminal.wait("Reply to")
        self.terminal.type(f" {word}", "Esc")
        self.terminal.wait("Send as")
        start = time.monotonic()
        self.terminal.write("y")
        self.terminal.until(lambda: "Send as" not in self.terminal.text(), PATIENCE_S)
        self.answers_ms.append((time.monotonic() - start) * 1000)
        if "Reply to" in self.terminal.text():  # still open: it says why
            self.terminal.wait("your text is kept")
            self.terminal.type("p", quiet=0.2)
            return
        self.replies.add(word)
        if self.rng.random() < 0.3:
            self._press("z", answer=UNDONE)

    def solve(self) -> None:
        self._press("e", answer=rf"solved|nothing to change|{LEAVING}")

    def undo(self) -> None:
        self._press("z", answer=UNDONE)

    def search(self) -> None:
        self.terminal.type("/")
        self.terminal.wait("^ ?Search")
        self.terminal.type("parcel", "Enter")
        self.terminal.wait(r"^ \S*parcel")
        self.terminal.type("Esc")
        self.terminal.wait(r"^ is:open ")

    def _word(self, kind: str) -> str:
        self._count += 1
        return f"{kind}-{self.name}-{self._count}"

    def _press(self, key: str, *, answer: str) -> None:
        start = time.monotonic()
        self.terminal.write({"Enter": "\r"}.get(key, key))
        self.terminal.wait(answer, PATIENCE_S)
        self.answers_ms.append((time.monotonic() - start) * 1000)


def run(seconds: float, folder: Path) -> Outcome:
    """Works for `seconds` on a new desk in `folder` and judges what is left."""
    outcome = Outcome(seconds)
    with MailStandIn(users={SHOP: "practice"}) as server:
        store = _desk(folder, server)
        for number in range(BUYERS):
            server.deliver(_mail(number))
        environ = {**os.environ, "DESKHAND_DESK": str(folder), "DESKHAND_CONFIG": str(folder / "config"), "TZ": "UTC",
                   "DESKHAND_SYNC": "off"}  # fmt: skip
        with (folder / "sync.log").open("wb") as log:
            sync = subprocess.Popen([DESKHAND, "sync", "--forever"], env=environ, stdin=subprocess.DEVNULL, stdout=log,
                                    stderr=log, start_new_session=True)  # fmt: skip
        try:
            _until(lambda: _count(store, "SELECT count(*) FROM ticket") == BUYERS, "the first mails")
            people = _work(folder, environ, server, time.monotonic() + seconds, outcome)
            done = "SELECT count(*) = 0 FROM outbox WHERE state IN ('held', 'claimed')"
            _until(lambda: _count(store, done) == 1, "the outbox to empty")
            total = f"SELECT count(*) = {len(server.mails())} FROM message WHERE direction = 'in'"
            _until(lambda: _count(store, total) == 1, "the last mails")
            if sync.poll() is not None:
                outcome.problems.append("sync ended by itself")
        except TimeoutError as error:
            outcome.problems.append(str(error))
            people = []
        finally:
            sync.send_signal(signal.SIGTERM)
            sync.wait(20)
        _judge(store, server, people, outcome)
        store.close()
    return outcome


def _work(
    folder: Path, environ: Mapping[str, str], server: MailStandIn, until: float, outcome: Outcome
) -> list[Person]:
    """Both people at their terminals, and buyers who write and answer."""
    rest = threading.Event()

    def buyers() -> None:
        rng, number = Random(1), BUYERS
        while not rest.wait(EVERY_S):
            answers = ""
            if server.sent and rng.random() < 0.5:
                answers = str(message_from_bytes(rng.choice(server.sent).raw)["Message-ID"]).strip("<>")
            server.deliver(_mail(number, answers))
            number += 1

    with _terminal("ana", environ) as ana, _terminal("ben", environ) as ben:
        people = [Person("ana", ana, Random("ana")), Person("ben", ben, Random("ben"))]
        threads = [threading.Thread(target=p.work, args=(until,), name=p.name) for p in people]
        feeder = threading.Thread(target=buyers, name="buyers")
        for thread in (*threads, feeder):
            thread.start()
        for thread in threads:
            thread.join()
        rest.set()
        feeder.join()
        outcome.problems += [f"{p.name}: the workstation ended" for p in people if not p.terminal.running()]
    for person in people:
        outcome.acts += person.acts
        outcome.answers_ms += person.answers_ms
        outcome.problems += person.problems
    return people


def _terminal(name: str, environ: Mapping[str, str]) -> Terminal:
    return Terminal((DESKHAND, "--as", name), 120, 40, environ)


def _judge(store: Store, server: MailStandIn, people: list[Person], outcome: Outcome) -> None:
    conn, problems = store.conn, outcome.problems
    problems += broken_chains(conn)
    problems += [text for text in [events.verify(conn).problem] if text]
    if (found := conn.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
        problems.append(f"integrity: {found}")
    notes = Counter(body for (body,) in conn.execute("SELECT body FROM message WHERE direction IN ('note', 'removed')"))
    labelled = "\n".join(text for (text,) in conn.execute("SELECT payload FROM event WHERE verb = 'tagged'"))
    rows = conn.execute("SELECT payload, key, state FROM outbox")
    queued = {json.loads(text)["text"]: (key, state) for text, key, state in rows}
    for person in people:
        problems += [f"lost: {word}" for word in person.notes if notes[word] != 1]
        problems += [f"lost: {word}" for word in person.labels if f'"{word}"' not in labelled]
        problems += [f"lost: {word}" for word in person.replies if not any(word in text.split() for text in queued)]
    left = Counter(str(message_from_bytes(e.raw)["Message-ID"]).strip("<>").partition("@")[0] for e in server.sent)
    for text, (key, state) in queued.items():
        if left[key] != (1 if state == "sent" else 0):
            problems.append(f"{text}: {state}, and it left {left[key]} times")
    problems += [f"log: {line}" for line in (store.folder / "sync.log").read_text().splitlines() if _ALARM.search(line)]
    outcome.received = _count(store, "SELECT count(*) FROM message WHERE direction = 'in'")
    outcome.sent = len(server.sent)


def _desk(folder: Path, server: MailStandIn) -> Store:
    store = Store.create(folder, clock=SystemClock(), ids=fresh_id, name="Soak")
    settings = {
        "imap_host": "127.0.0.1", "imap_port": server.imap_port, "imap_tls": "plain", "smtp_host": "127.0.0.1",
        "smtp_port": server.smtp_port, "smtp_tls": "plain", "user": SHOP, "poll_seconds": 5,
    }  # fmt: skip
    with store.write(SYSTEM) as unit:
        setup.furnish(unit, zone="UTC", people=[NewAgent(name, name.title()) for name in PEOPLE])
        channels.add(unit, "mail", platform="email", name="Mail", label="MAIL", settings=settings, since=0)
        unit.conn.execute("UPDATE channel SET hold_ms = ?", (HOLD_MS,))
        for name in PEOPLE:
            set_presence(unit, name, "on")
    Vault(folder).put("channel/mail/password", "practice")
    return store


def _mail(number: int, answers: str = "") -> bytes:
    buyer = number % BUYERS
    return (
        f"From: Buyer {buyer} <b{buyer}@buyer.example>\r\nTo: {SHOP}\r\nSubject: Where is my parcel {number}\r\n"
        f"Message-ID: <soak-{number}@buyer.example>\r\n" + (f"In-Reply-To: <{answers}>\r\n" if answers else "")
        + f"\r\nMy parcel {number} did not arrive.\r\n"
    ).encode()  # fmt: skip


def _count(store: Store, sql: str) -> int:
    found: int = store.conn.execute(sql).fetchone()[0]
    return found


def _until(done: Callable[[], bool], what: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} s in vain for {what}")
        time.sleep(0.05)


def main(arguments: list[str]) -> int:
    seconds = float(arguments[0]) if arguments else 120.0
    with tempfile.TemporaryDirectory(prefix="deskhand-soak-") as folder:
        outcome = run(seconds, Path(folder) / "desk")
    print(json.dumps(outcome.figures(), indent=2))
    return 1 if outcome.problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
