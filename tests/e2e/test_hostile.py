"""Whatever a buyer, a server or a colleague writes into any field, the terminal only ever gets text to show."""

from __future__ import annotations

import json
from collections.abc import Iterator
from email.message import EmailMessage
from functools import partial
from pathlib import Path

import pytest

from app.cli import main
from bench.terminal import Terminal
from connectors.sandbox.mail import MailStandIn
from desk import outbox as box
from desk.changes import require
from store.unit import Store
from store.values import clean
from tests.e2e import furnished
from tests.e2e.nasty import ESC, PAYLOADS, SURROGATES, faults, shapes, strings
from tests.e2e.stage import environ, find, pull, workstation
from tests.faults.kit import USER, make_desk, on_duty

MARKUP = [p for p in PAYLOADS if p.startswith("[") and p.isascii()]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The escape sequences of a walk over a harmless desk: what the program says to a terminal by itself."""
    folder = tmp_path_factory.mktemp("harmless")
    with MailStandIn() as server:
        store = furnished.harmless(folder / "desk", server)
        furnished.add_tickets(store, [f"More {n}" for n in range(60)])
        store.close()
        found: set[str] = set()
        for columns, lines in ((120, 40), (80, 24)):
            with workstation(folder / "desk", columns=columns, lines=lines) as terminal:
                walk(terminal)
                quit_it(terminal)
                found |= shapes(bytes(terminal.raw))
    return found


def walk(terminal: Terminal) -> None:
    """Through every surface there is. Esc goes back from anywhere and does no harm in the list."""
    terminal.until(lambda: len(terminal.text()) > 400)
    press = partial(terminal.type, quiet=0.03)
    press("PageDown", "PageDown", "G", "g", "g")
    for _ticket in range(furnished.COUNT):  # every conversation, its quotes, to its end
        press("Enter", "Space", "v", "G", "Esc", "j")
    press("g", "g", "Enter", "J", "J", "K", "r")
    press("some text [/] {{x}}", "Esc", "?", "Esc", "p", "Esc")
    press("c", "a note", "Esc", "n", "Esc")
    press("t", *["Down"] * 5, "x", "Backspace", "^l", "^e")
    press("Esc", "n", "Esc", "Esc")
    press("y", "l", "Esc", "a", "Esc", "a", "/", "Esc", "T", "Esc", "Esc")
    press("g", "o", *["j"] * 5, "x", "Esc", "Esc")
    press("C", "g", "c", "j", "j", "Esc", "C")
    press("Tab", "j", "j", "Tab", "Esc")
    press(":", "t", "Down", "Down", "Esc", ":", "[/]", "Esc", ":", "question", "Esc", "g", "v", "Down", "Esc")
    press("/", "[/] [@click=app.quit]", "Enter", "Esc", "Esc")
    press("f", "order:[/b] is:bogus", "Enter", "Esc", "Esc")
    press("l", "[bold]x -y", "Esc")
    press("?", "PageDown", "Esc", "F10", "Down", "Right", "Esc", "Esc", "Esc")
    terminal.settle(0.3)
    assert terminal.running(), terminal.text()


def quit_it(terminal: Terminal) -> None:
    """It still does as it is told."""
    assert terminal.running(), terminal.text()
    terminal.type("Esc", "Esc", "^q")
    terminal.ended()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Store]:
    with MailStandIn() as server:
        store = furnished.harmless(tmp_path / "desk", server)
        yield store
        store.close()


def bundles(shared: Path | None = None) -> list[str]:
    """Payloads packed so that each surface shows several."""
    found = [p for p in (strings(shared) if shared else PAYLOADS) if 0 < len(p) < 200]
    return [" ".join(found[i : i + 3]) for i in range(0, len(found), 3)]


@pytest.mark.parametrize(("size", "share"), [((120, 40), 0), ((80, 24), 1)], ids=["120x40", "80x24"])
def test_no_field_of_the_desk_reaches_the_terminal_as_more_than_text(
    desk: Store, said: set[str], size: tuple[int, int], share: int
) -> None:
    """The fields are written behind the back of every check at the door, so this is the last gate alone."""
    packs = iter(bundles()[share::2] * 2_000)
    furnished.overwrite(desk, lambda harmless: next(packs))
    furnished.add_tickets(desk, PAYLOADS)
    with workstation(desk.folder, columns=size[0], lines=size[1]) as terminal:
        walk(terminal)
        quit_it(terminal)
        assert faults(bytes(terminal.raw), said) == []


def test_every_naughty_string_reads_as_text_in_list_and_conversation(desk: Store, said: set[str], shared: Path) -> None:
    naughty = [text for text in strings(shared) if len(text) < 500]
    furnished.add_tickets(desk, naughty)
    with desk.write(furnished.ANA) as unit:
        text = "\n".join(naughty)
        unit.conn.execute("UPDATE message SET body = ?, quoted = ? WHERE id = 1", (text, text))
    with workstation(desk.folder) as terminal:
        terminal.until(lambda: len(terminal.text()) > 400)
        for _page in range(len(naughty) // 35 + 2):
            terminal.type("PageDown", quiet=0.03)
        terminal.type("g", "g")
        find(terminal, "Question 0")
        terminal.type("v")
        for _page in range(2 * len(naughty) // 30 + 5):
            terminal.type("Space", quiet=0.03)
        quit_it(terminal)
        assert faults(bytes(terminal.raw), said) == []


def test_markup_is_shown_as_it_was_written(desk: Store) -> None:
    """In the list, in the head of the ticket, in the conversation, in the composer's head, and nothing acts on it."""
    with desk.write(furnished.ANA) as unit:
        for ticket, payload in enumerate(MARKUP[: furnished.COUNT], 1):
            unit.conn.execute("UPDATE ticket SET subject = ? WHERE id = ?", (payload, ticket))
            sql = "UPDATE message SET body = ?, subject = ?, sender_name = ? WHERE ticket_id = ? AND direction = 'in'"
            unit.conn.execute(sql, (f"body {payload}", payload, f"name {payload}", ticket))
    with workstation(desk.folder) as terminal:
        for payload in MARKUP[: furnished.COUNT]:
            terminal.until(lambda p=payload: p[:14] in terminal.text())
        for payload in MARKUP[: furnished.COUNT]:
            terminal.type("Enter")
            for before in ("body ", "name ", "\n "):
                terminal.until(lambda words=before + payload: words in terminal.text())
            terminal.type("r")
            terminal.until(lambda p=payload: f"Re: {p}" in terminal.text())
            terminal.type("Esc", "p", "Esc", "Esc", "j")  # a draft is parked, without one the composer is gone by now
        quit_it(terminal)


# Through the door ------------------------------------------------------------------------------------


def hostile_mails() -> list[bytes]:
    """Each payload in every header and part that a person is shown, as bytes no library would let through."""
    found = []
    for number, payload in enumerate([*PAYLOADS, *SURROGATES]):
        raw = payload.encode("utf-8", "surrogatepass")
        line = raw.replace(b"\r", b" ").replace(b"\n", b" ").replace(b"\0", b"\\0")[:800]
        found.append(
            b'From: "'
            + line.replace(b'"', b"")
            + b'" <b%d@buyer.example>\r\n' % number
            + b"To: "
            + USER.encode()
            + b"\r\nSubject: "
            + line
            + b"\r\nMessage-ID: <h%d@buyer.example>\r\n" % number
            + b"Date: Wed, 18 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"
            + b'Content-Type: multipart/mixed; boundary="b0"\r\n\r\n'
            + b"--b0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
            + b"body "
            + raw
            + b"\r\n\r\nOn Monday Shop wrote:\r\n> "
            + line
            + b"\r\n--b0\r\n"
            + b'Content-Type: image/png; name="'
            + line.replace(b'"', b"")
            + b'"\r\nContent-Disposition: attachment\r\n\r\nx\r\n--b0--\r\n'
        )
        if payload.strip() and payload.isprintable():
            coded = EmailMessage()
            coded["From"], coded["To"], coded["Subject"] = f"c{number}@buyer.example", USER, payload[:200]
            coded["Message-ID"] = f"<c{number}@buyer.example>"
            coded.set_content(f"<p>{payload[:500]}</p>", subtype="html")
            found.append(coded.as_bytes())
    return found


def dirty(store: Store) -> list[str]:
    """Every text in the desk that is not as `clean` leaves it."""
    found = []
    sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE TABLE%'"
    for (table,) in store.conn.execute(sql).fetchall():
        if table.startswith(("sqlite_", "blob", "message_fts", "search", "event")):
            continue
        for row in store.conn.execute(f"SELECT * FROM {table}"):
            found += [f"{table}: {value[:80]!r}" for value in row if isinstance(value, str) and clean(value) != value]
    return found


def test_what_comes_by_mail_is_clean_before_it_is_stored_and_shown(tmp_path: Path, said: set[str]) -> None:
    """What buyers write, and what a mail server answers when it refuses a reply."""
    with MailStandIn() as server:
        store = make_desk(tmp_path / "desk", server)
        on_duty(store, "ana", "ben")
        mails = hostile_mails()
        for raw in mails:
            server.deliver(raw)
        pull(store)
        assert store.conn.execute("SELECT fault FROM channel").fetchone()[0] == ""
        assert store.conn.execute("SELECT count(*) FROM message").fetchone()[0] >= len(mails) - 4
        with store.write(furnished.ANA) as unit:
            unit.conn.execute("UPDATE channel SET hold_ms = 0")
            box.queue(unit, box.Reply(1, "Hello", ("a@buyer.example",), "Re: x", require(unit, 1).thread_seq))
        server.faults.rcpt_reply = f"550 5.1.1 {ESC}]52;c;UFdO\x07 [/] \x9b31m \u202eno"
        pull(store)
        assert store.conn.execute("SELECT state FROM outbox").fetchone()[0] == "failed"
        assert dirty(store) == []
        with workstation(store.folder) as terminal:
            walk(terminal)
            quit_it(terminal)
            assert faults(bytes(terminal.raw), said) == []
        store.close()


# The command line ------------------------------------------------------------------------------------


COMMANDS = (
    ("list",),
    ("list", "--format", "plain"),
    ("list", "--format", "csv"),
    ("list", "--format", "html"),
    ("list", "--format", "tmux"),
    ("list", "--json"),
    ("list", "--format", "jsonl"),
    ("show", "1"),
    ("show", "2", "--quoted"),
    ("show", "3", "--json"),
    ("log", "1"),
    ("log", "2", "--json"),
    ("outbox", "list"),
    ("outbox", "list", "--format", "csv"),
    ("outbox", "show", "1"),
    ("channel", "list"),
    ("agent", "list"),
    ("template", "list"),
    ("view", "list"),
    ("quarantine", "list"),
    ("customer", "show", "1"),
    ("order", "show", "114"),
    ("status",),
    ("attachment", "list", "1"),
    ("explain", "1"),
    ("count", "is:open"),
    ("list", "bogus:\x1b[31m"),
    ("show", "99999"),
)


def test_the_command_line_prints_text_only(
    desk: Store, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    packs = iter(bundles() * 2_000)
    furnished.overwrite(desk, lambda harmless: next(packs))
    furnished.add_tickets(desk, PAYLOADS)
    for name, value in environ(desk.folder).items():
        monkeypatch.setenv(name, value)
    said_wrong = {}
    for argv in COMMANDS:
        code = main(["--as", "ana", *argv])
        out, err = capfd.readouterr()
        wrong = [*faults(out.encode("utf-8", "surrogateescape")), *faults(err.encode("utf-8", "surrogateescape"))]
        if wrong or "Traceback" in err or code not in (0, 1, 2):
            said_wrong[" ".join(argv)] = wrong[:3]
    assert not said_wrong, "\n".join(f"{command}: {wrong}" for command, wrong in said_wrong.items())


def test_json_keeps_what_was_written_and_escapes_what_a_terminal_would_obey(
    desk: Store, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with desk.write(furnished.ANA) as unit:
        unit.conn.execute("UPDATE ticket SET subject = ? WHERE id = 1", ("[/] [@click=app.quit]x[/]",))
    for name, value in environ(desk.folder).items():
        monkeypatch.setenv(name, value)
    assert main(["--as", "ana", "show", "1", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["subject"] == "[/] [@click=app.quit]x[/]"
