"""A person in a terminal answers mail that really arrived, by mail that really leaves: once and threaded, or never."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

from bench.terminal import KEYS, Terminal
from connectors.sandbox.mail import MailStandIn
from store.sql.sync import lease
from store.unit import Store
from store.values import HOUR, SYSTEM
from tests.connectors.conftest import PASSWORD as DOVECOT_PASSWORD
from tests.connectors.conftest import Dovecot
from tests.e2e.stage import DESKHAND, environ, eventually, find, pull, syncing, workstation
from tests.faults.kit import USER, mail, make_desk, on_duty

HOLD_MS = 1_500
"""Shorter than the ten seconds a shop has; nothing else differs."""


@dataclass(frozen=True)
class Post:
    """A mail account somebody else serves, and what it takes to be connected to it."""

    desk: Path
    store: Store
    address: str
    smtp: MailStandIn
    deliver: Callable[[bytes], object]
    filed: Callable[[], list[bytes]]
    """The copies in its Sent folder."""


def hold(store: Store, milliseconds: int) -> None:
    with store.write(SYSTEM) as unit:
        unit.conn.execute("UPDATE channel SET hold_ms = ? WHERE id = 'mail'", (milliseconds,))


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[Post]:
    with MailStandIn() as server:
        store = make_desk(tmp_path / "desk", server, poll_seconds=5)
        on_duty(store, "ana")
        hold(store, HOLD_MS)
        yield Post(tmp_path / "desk", store, USER, server, server.deliver, lambda: server.mails("Sent"))
        store.close()


@pytest.fixture
def real(tmp_path: Path, dovecot: Dovecot) -> Iterator[Post]:
    """Dovecot has the mailbox; our stand-in takes what is submitted, as it is the stricter of the two."""
    with MailStandIn(users={dovecot.user: DOVECOT_PASSWORD}) as smtp:
        store = make_desk(
            tmp_path / "desk", smtp, password=DOVECOT_PASSWORD, poll_seconds=5, imap_port=dovecot.imap_port,
            imap_tls="starttls", ca_file=str(dovecot.ca), user=dovecot.user, from_address=dovecot.user,
        )  # fmt: skip
        on_duty(store, "ana")
        hold(store, HOLD_MS)
        names = iter(range(100))

        def filed() -> list[bytes]:
            folder = dovecot.maildir / ".Gesendet"
            return [p.read_bytes() for part in ("new", "cur") for p in folder.glob(f"{part}/*")]

        yield Post(tmp_path / "desk", store, dovecot.user, smtp,
                   lambda raw: dovecot.deliver(raw, f"17{next(names)}.M1P1.host"), filed)  # fmt: skip
        store.close()


@pytest.fixture(params=["stand_in", "real"])
def post(request: pytest.FixtureRequest) -> Post:
    found: Post = request.getfixturevalue(request.param)
    return found


def sent(post: Post) -> list[Message]:
    return [message_from_bytes(e.raw) for e in post.smtp.sent]


def one_line(value: str | None) -> str:
    return re.sub(r"\s+", " ", value or "")


def messages(store: Store) -> list[tuple[int, str, str]]:
    return list(store.conn.execute("SELECT ticket_id, direction, trim(body) FROM message ORDER BY id"))


def test_a_mail_is_answered_once_and_the_thread_goes_on(post: Post) -> None:
    with syncing(post.desk), workstation(post.desk) as terminal:
        terminal.wait("Nordlicht Shop")
        post.deliver(mail("one", subject="The lamp is broken", to=post.address, body="It came in three parts."))
        terminal.wait("The lamp is broken")
        terminal.type("Enter")
        terminal.wait("It came in three parts")
        terminal.type("r")
        terminal.wait("Reply to anna@buyer.example")
        terminal.type("A new one leaves today.", "Esc")
        terminal.wait("Send as Nordlicht mail")
        terminal.type("w")
        eventually(lambda: post.smtp.sent, what="the reply to leave")
        answer = sent(post)[0]
        assert post.smtp.sent[0].recipients == ("anna@buyer.example",)
        assert answer["In-Reply-To"] == "<buyer-one@buyer.example>"
        assert one_line(answer["References"]) == "<buyer-one@buyer.example>"
        assert answer["Subject"] == "Re: The lamp is broken"
        assert post.address in answer["From"]
        assert b"A new one leaves today." in answer.get_payload(decode=True)  # type: ignore[operator]
        eventually(lambda: len(post.filed()) == 1, what="the copy in Sent")
        assert message_from_bytes(post.filed()[0])["Message-ID"] == answer["Message-ID"]
        terminal.until(lambda: "leaves in" not in terminal.text())

        # The copy in Sent comes back, and then the buyer's answer to it.
        own = answer["Message-ID"].strip("<>")
        post.deliver(mail("two", to=post.address, answers=own, body="Thank you so much!"))
        terminal.wait("Thank you so much!")
        eventually(lambda: len(messages(post.store)) == 3, what="the buyer's answer")
        stream = post.store.conn.execute("SELECT value FROM cursor WHERE stream != 'INBOX'").fetchone()

        def looked_again() -> bool:
            found = post.store.conn.execute("SELECT value, updated_at FROM cursor WHERE stream != 'INBOX'").fetchone()
            return found is not None and '"uid":1' in found[0]

        eventually(looked_again, what=f"Sent to be read (it stood at {stream})")
        assert messages(post.store) == [
            (1, "in", "It came in three parts."),
            (1, "out", "A new one leaves today."),
            (1, "in", "Thank you so much!"),
        ]
        assert post.store.conn.execute("SELECT count(*), min(status) FROM ticket").fetchone() == (1, "open")
    assert len(post.smtp.sent) == 1


def test_what_is_taken_back_never_leaves(stand_in: Post) -> None:
    hold(stand_in.store, HOUR)
    for n in ("one", "two"):
        stand_in.deliver(mail(n, subject=f"Question {n}", address=f"{n}@buyer.example"))
    pull(stand_in.store)  # both are there when the list is opened: one that comes later waits behind the bar
    with syncing(stand_in.desk), workstation(stand_in.desk) as terminal:
        terminal.wait("Question two")
        reply(terminal, "Question one", "Sent too early")
        terminal.wait("leaves in")
        terminal.type("z")
        terminal.wait("taken back")
        eventually(lambda: states(stand_in.store) == ["cancelled"])
        terminal.type("q")
        with stand_in.store.write(SYSTEM) as unit:
            unit.conn.execute("UPDATE outbox SET hold_until = 1")  # the first would have left before the second
        hold(stand_in.store, HOLD_MS)
        reply(terminal, "Question two", "This one may go")
        eventually(lambda: stand_in.smtp.sent, what="the second reply to leave")
        assert [e.recipients for e in stand_in.smtp.sent] == [("two@buyer.example",)]
        assert states(stand_in.store)[0] == "cancelled"
        # What was taken back is a draft again.
        terminal.type("q")
        find(terminal, "Question one")
        terminal.type("r")
        terminal.wait("Sent too early")


def states(store: Store) -> list[str]:
    return [state for (state,) in store.conn.execute("SELECT state FROM outbox ORDER BY id")]


def reply(terminal: Terminal, subject: str, text: str) -> None:
    find(terminal, subject)
    terminal.type("r")
    terminal.wait("Reply to")
    terminal.type(text, "Esc")
    terminal.wait("Send as")
    terminal.type("y")


def drafts(store: Store) -> list[str]:
    return [body for (body,) in store.conn.execute("SELECT body FROM draft")]


def one_mail(post: Post) -> None:
    """A ticket to write in, without a sync process."""
    post.deliver(mail("one", subject="The lamp is broken"))
    pull(post.store)


@pytest.mark.parametrize("how", [signal.SIGHUP, signal.SIGTERM])
def test_a_draft_survives_the_end_of_the_terminal(stand_in: Post, how: signal.Signals) -> None:
    one_mail(stand_in)
    with workstation(stand_in.desk) as terminal:
        terminal.wait("The lamp is broken")
        terminal.type("r")
        terminal.wait("Reply to")
        terminal.write("Half a sent")
        terminal.wait("Half a sent")
        os.kill(terminal.pid, how)
        eventually(lambda: terminal.running() is False, what="the program to end")
    assert drafts(stand_in.store) == ["Half a sent"]
    with workstation(stand_in.desk) as terminal:
        terminal.wait("The lamp is broken")
        terminal.type("r")
        terminal.wait("Half a sent")
        terminal.type("ence.")
        terminal.wait(r"Half a sentence\.")


def test_a_quick_hand_loses_no_letter_sends_once_and_never_gets_stuck(stand_in: Post) -> None:
    """Keys typed before the composer is drawn are its first letters; a key waits until the act before it is done."""
    escape = KEYS["Esc"]
    one_mail(stand_in)
    with workstation(stand_in.desk) as terminal:
        terminal.wait("The lamp is broken")
        terminal.write("rDear Anna, it leaves today")
        terminal.wait("Dear Anna, it leaves today")
        terminal.write(f"{escape}pr{escape}pc{escape}c{escape}r{escape}nt{escape}t{escape}")
        terminal.write("rOnce more")
        terminal.wait("Once more")
        terminal.write(f"{escape}yyy")
        terminal.wait("leaves in")
        terminal.write("\x11")
        terminal.ended()
    assert states(stand_in.store) == ["held"], "three times y is one reply"


def test_a_draft_is_on_disk_though_nobody_saved_it(stand_in: Post) -> None:
    one_mail(stand_in)
    with workstation(stand_in.desk) as terminal:
        terminal.wait("The lamp is broken")
        terminal.type("r")
        terminal.wait("Reply to")
        terminal.write("Nobody saved this")
        eventually(lambda: terminal.settle(0.05) or drafts(stand_in.store) == ["Nobody saved this"], what="the draft")
        os.kill(terminal.pid, signal.SIGKILL)
        eventually(lambda: terminal.running() is False)
    assert drafts(stand_in.store) == ["Nobody saved this"]


def test_a_workstation_opened_where_nobody_fetches_begins_to(stand_in: Post) -> None:
    stand_in.deliver(mail("one", subject="The lamp is broken"))
    try:
        with workstation(stand_in.desk, more={"DESKHAND_SYNC": ""}) as terminal:
            terminal.wait("The lamp is broken")
            terminal.wait("sync ok")
        assert (stand_in.desk / "log" / "sync.jsonl").is_file()
    finally:  # it would stay a minute for whoever comes back
        held = lease(stand_in.store.conn, "sync")
        assert held is not None
        os.kill(int(held.holder.split("/")[2]), signal.SIGTERM)


ORPHAN = """
import os, sys
pid = os.fork()
if pid == 0:
    os.setsid()
    os.execv(sys.argv[1], [sys.argv[1], "--as", "ana"])
open(sys.argv[2], "w").write(str(pid))
os.waitpid(pid, 0)
"""
"""The program in a session of its own: no signal tells it that the terminal is gone."""


def test_a_dead_terminal_ends_the_process_though_no_signal_comes(stand_in: Post, tmp_path: Path) -> None:
    one_mail(stand_in)
    place = tmp_path / "pid"
    with Terminal((sys.executable, "-c", ORPHAN, DESKHAND, str(place)), 120, 40, environ(stand_in.desk)) as terminal:
        terminal.wait("The lamp is broken")
        pid = int(place.read_text())
        terminal.type("r")
        terminal.wait("Reply to")
        terminal.write("Still here")
        terminal.wait("Still here")
        terminal.hang_up()
        eventually(lambda: not alive(pid), what="the orphan to end")
    assert drafts(stand_in.store) == ["Still here"]


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
