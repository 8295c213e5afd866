"""The line to the terminal: it drops, hangs, is put aside, grows and shrinks, and answers; the program lives or ends by it."""

from __future__ import annotations

import itertools
import os
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.terminal import KEYS, Terminal
from tests.app.desks import TestDesk
from tests.e2e.stage import DESKHAND, environ, eventually, workstation
from tests.media.kit import photo, with_files


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[TestDesk]:
    made = TestDesk(tmp_path)
    ticket = made.mail("The lamp is broken", "It came in three parts.", hours_ago=3)
    with_files(made, ticket, ("lamp.png", "image/png", photo(640, 480)))
    yield made
    made.store.close()


def seconds_of_cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_terminal_that_takes_nothing_more_cannot_keep_the_program_alive(desk: TestDesk) -> None:
    """Nobody reads what it writes, so that it waits in a write; then it is told to go."""
    with workstation(desk.store.folder) as terminal:
        terminal.wait("The lamp is broken")
        for _ in range(60):
            terminal.write("?\x1b[27u")
        os.kill(terminal.pid, signal.SIGTERM)
        eventually(lambda: not terminal.running(), what="the program to end")


def test_a_line_that_drops_in_the_middle_of_a_frame_ends_it(desk: TestDesk) -> None:
    with workstation(desk.store.folder) as terminal:
        terminal.wait("The lamp is broken")
        for _ in range(60):
            terminal.write("?\x1b[27u")
        terminal.hang_up()
        eventually(lambda: not terminal.running(), what="the program to end")


DEAF = """
import os, signal, sys
signal.signal(signal.SIGHUP, signal.SIG_IGN)
pid = os.fork()
if pid == 0:
    os.setsid()
    os.execv(sys.argv[1], [sys.argv[1], "--as", "ana"])
open(sys.argv[2], "w").write(str(pid))
os.waitpid(pid, 0)
"""


def test_the_end_of_input_ends_it_though_no_signal_comes_and_it_never_spins(desk: TestDesk, tmp_path: Path) -> None:
    place = tmp_path / "pid"
    with Terminal((sys.executable, "-c", DEAF, DESKHAND, str(place)), 100, 30, environ(desk.store.folder)) as terminal:
        terminal.wait("The lamp is broken")
        pid = int(place.read_text())
        before = seconds_of_cpu(pid)
        terminal.hang_up()
        used = before

        def gone() -> bool:
            nonlocal used
            try:
                state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
                used = max(used, seconds_of_cpu(pid))
            except OSError:
                return True
            return state == "Z"

        eventually(gone, what="the orphan to end")
        assert used - before < 2, "it ended, but busily"


def shell(desk: TestDesk) -> Terminal:
    """An interactive shell, as people come from."""
    return Terminal(("/bin/bash", "--norc", "--noprofile", "-i"), 100, 30, {**environ(desk.store.folder), "PS1": "shell> "})


def whole(terminal: Terminal) -> None:
    """Until every part of the first screen is there: head, views, list, keys."""
    for part in ("^ Nordlicht", "^ Inbox", "^ Notices", "The lamp is broken", r"\? keys$"):
        terminal.wait(part)


def test_it_can_be_put_aside_and_comes_back_whole(desk: TestDesk) -> None:
    with shell(desk) as terminal:
        terminal.wait("shell>")
        terminal.type(f"{shlex.quote(DESKHAND)} --as ana\r")
        whole(terminal)
        for _ in range(3):
            terminal.raw.clear()
            terminal.type("^z")
            terminal.until(lambda: b"Stopped" in bytes(terminal.raw))
            assert b"\x1b[?1049l" in bytes(terminal.raw) and b"\x1b[?25h" in bytes(terminal.raw)
            terminal.screen.reset()
            terminal.type("fg\r")
            whole(terminal)
        terminal.type("Enter")
        terminal.wait("three parts")


def test_a_line_that_drops_while_it_is_put_aside_ends_it(desk: TestDesk) -> None:
    with shell(desk) as terminal:
        terminal.wait("shell>")
        terminal.type(f"{shlex.quote(DESKHAND)} --as ana & fg\r")
        terminal.wait("The lamp is broken")
        pid = int(re.findall(rb"\[1\] (\d+)", bytes(terminal.raw))[0])
        at = len(terminal.raw)
        terminal.type("^z")
        terminal.until(lambda: b"Stopped" in bytes(terminal.raw[at:]))
        terminal.hang_up()

        def gone() -> bool:
            try:
                return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
            except OSError:
                return True

        eventually(gone, what="the program to end")


def test_a_storm_of_sizes_leaves_a_whole_picture(desk: TestDesk) -> None:
    rng, escape = random.Random(1), KEYS["Esc"]
    keys = itertools.cycle(("j", "\r", escape, "?", escape, "P", escape, "D", escape, ":", escape))
    with workstation(desk.store.folder) as terminal:
        terminal.wait("The lamp is broken")
        for n in range(150):
            terminal.resize(rng.randrange(1, 220), rng.randrange(1, 70))
            if n % 10 == 0:
                terminal.write(next(keys))
            terminal.settle(0.002, 0.01)
        terminal.resize(120, 40)
        terminal.write(escape * 5)  # back to the list from wherever that led
        whole(terminal)
        assert "Traceback" not in terminal.text()


# What it asks and is answered ----------------------------------------------------------------------------


def asked(terminal: Terminal, answer: str, drawn: bytes) -> bytes:
    """Opens the photos; answers the question that comes, in two pieces. Returns what was sent for the photo once `drawn`
    is among it."""
    at = len(terminal.raw)
    terminal.type("P")
    terminal.until(lambda: b"\x1b[c" in bytes(terminal.raw[at:]))
    half = len(answer) // 2
    terminal.write(answer[:half])
    time.sleep(0.02)  # two packets on the line
    terminal.write(answer[half:])
    terminal.wait("640×480 PNG")
    terminal.until(lambda: drawn in bytes(terminal.raw[at:]))
    return bytes(terminal.raw[at:])


def test_a_terminal_that_draws_kittys_pictures_gets_one_and_forgets_it(desk: TestDesk) -> None:
    with workstation(desk.store.folder) as terminal:
        terminal.wait("The lamp is broken")
        sent = asked(terminal, "\x1b_Gi=31;OK\x1b\\\x1bP>|kitty(0.40)\x1b\\\x1b[6;20;10t\x1b[?62;c", b"\x1b_Ga=p,")
        assert sent.count(b"\x1b_Ga=t,t=d,f=100,") == 1 and b"C=1" in sent
        assert "▀".encode() not in sent
        at = len(terminal.raw)
        terminal.type("Esc")
        terminal.until(lambda: b"\x1b_Ga=d,d=I," in bytes(terminal.raw[at:]))
        terminal.wait("The lamp is broken")


def test_a_terminal_with_sixels_gets_sixels_and_nothing_it_answers_is_taken_for_keys(desk: TestDesk) -> None:
    with workstation(desk.store.folder) as terminal:
        terminal.wait("The lamp is broken")
        sent = asked(terminal, "\x1bP>|foot(1.20)\x1b\\\x1b[6;20;10t\x1b[?62;4;22c", b'\x1bP0;1q"1;1;640;480')
        assert "▀".encode() not in sent
        terminal.type("Esc")
        terminal.wait(r"\? keys")
        assert "Deskhand" not in terminal.text() and "macro" not in terminal.text().lower().splitlines()[-3:]
        at = len(terminal.raw)
        terminal.type("P")
        terminal.wait("640×480")
        assert b"\x1b[c" not in bytes(terminal.raw[at:]), "it is asked once"


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_in_tmux_a_picture_is_placed_by_characters_and_goes_through_to_the_terminal(desk: TestDesk, tmp_path: Path) -> None:
    config, name = tmp_path / "tmux.conf", f"deskhand-{os.getpid()}"
    config.write_text("set -g allow-passthrough on\nset -g default-terminal tmux-256color\n"
                      "set -ga terminal-features ',*:RGB'\n")  # fmt: skip
    around = environ(desk.store.folder)
    command = ("tmux", "-L", name, "-f", str(config), "new-session", DESKHAND, "--as", "ana")
    try:
        with Terminal(command, 120, 40, around) as terminal:
            terminal.until(lambda: b"\x1b[>q" in bytes(terminal.raw))
            terminal.write("\x1bP>|kitty(0.40.0)\x1b\\")
            terminal.wait("The lamp is broken")
            terminal.type("P")
            terminal.until(lambda: "\U0010eeee".encode() in bytes(terminal.raw))
            terminal.until(lambda: re.search(rb"\x1b_Ga=p,[^\x1b]*U=1", bytes(terminal.raw)) is not None)
            assert bytes(terminal.raw).count(b"\x1b_Ga=t,t=d,f=100,") == 1 and b"Ptmux" not in bytes(terminal.raw)
            terminal.type("Esc")
            terminal.until(lambda: b"a=d,d=I" in bytes(terminal.raw))
    finally:
        subprocess.run(("tmux", "-L", name, "kill-server"), capture_output=True, timeout=10)


def test_a_terminal_that_answers_nothing_gets_half_blocks_soon(desk: TestDesk) -> None:
    with workstation(desk.store.folder) as terminal:
        terminal.wait("The lamp is broken")
        terminal.type("P")
        terminal.wait("▀▀▀▀")


@pytest.mark.parametrize("term", ["dumb", "linux"])
def test_a_terminal_that_would_print_the_question_is_not_asked(desk: TestDesk, term: str) -> None:
    with workstation(desk.store.folder, more={"TERM": term, "COLORTERM": ""}) as terminal:
        terminal.wait("The lamp is broken")
        at = len(terminal.raw)
        terminal.type("P")
        terminal.wait("640×480|colours")
        terminal.type("Esc")
        terminal.wait(r"\? keys")
        sent = bytes(terminal.raw[at:])
        assert b"\x1b_G" not in sent and b"\x1b[c" not in sent and b"\x1b[>q" not in sent


def test_without_colours_it_says_how_to_have_the_photo_elsewhere(desk: TestDesk) -> None:
    with workstation(desk.store.folder, more={"NO_COLOR": "1"}) as terminal:
        terminal.wait("The lamp is broken")
        at = len(terminal.raw)
        terminal.type("P")
        terminal.wait("attachment get 1 1 --to -")
        assert "640×480 PNG" in terminal.text() and "lamp.png" in terminal.text()
        assert not re.search(rb"\x1b\[[0-9;]*[34]8;[25];", bytes(terminal.raw[at:]))


def test_sixteen_colours_are_enough_for_half_blocks(desk: TestDesk) -> None:
    with workstation(desk.store.folder, more={"TERM": "xterm", "COLORTERM": ""}) as terminal:
        terminal.wait("The lamp is broken")
        at = len(terminal.raw)
        terminal.type("P")
        terminal.wait("▀▀▀")
        sent = bytes(terminal.raw[at:])
        assert b"38;2;" not in sent and b"38;5;" not in sent
        colours = {(c.fg, c.bg) for row in terminal.screen.buffer.values() for c in row.values() if c.data == "▀"}
        assert len(colours) >= 2


def test_the_window_is_called_by_its_count_and_gets_its_name_back(desk: TestDesk) -> None:
    with workstation(desk.store.folder) as terminal:
        terminal.wait("The lamp is broken")
        # whether it is urgent by now depends on the hour at which this runs
        called = re.compile("\x1b]2;(1 urgent · )?1 open · Nordlicht\x07".encode())
        terminal.until(lambda: called.search(bytes(terminal.raw)) is not None)
        terminal.type("q")
        terminal.ended()
        assert bytes(terminal.raw).count(b"\x1b[22;2t") == 1
        assert bytes(terminal.raw).rstrip().endswith(b"\x1b[23;2t")
