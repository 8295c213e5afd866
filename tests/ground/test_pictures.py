"""The pictures of the documentation show what the terminal showed."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

import pyte
import pytest

from app.setup.rooms import listed
from bench.picture import CELL, LINE, MARGIN, png, svg
from bench.shots import SCENES, Look, Scene, shoot
from bench.terminal import Terminal

SVG = "{http://www.w3.org/2000/svg}"


def draw(text: str) -> ElementTree.Element:
    screen = pyte.Screen(20, 2)
    pyte.Stream(screen).feed(text)
    return ElementTree.fromstring(svg(screen, "a & b"))


def words(drawing: ElementTree.Element) -> list[tuple[str, int, int]]:
    """`(text, column, cells)` of every word drawn."""
    return [
        (
            node.text or "",
            round((float(node.attrib["x"]) - MARGIN) / CELL),
            round(float(node.attrib["textLength"]) / CELL),
        )
        for node in drawing.iter(f"{SVG}text")
    ]


def test_every_word_stands_at_its_column_also_behind_wide_characters() -> None:
    assert words(draw("-42m! 退款 <b>")) == [("-42m!", 0, 5), ("退", 6, 2), ("款", 8, 2), ("<b>", 11, 3)]


def test_colours_weight_and_reverse_are_drawn() -> None:
    drawing = draw("\x1b[1;38;2;1;2;3mbold\x1b[0m\r\n\x1b[7;34mrev")
    bold, reversed_ = drawing.iter(f"{SVG}text")
    assert (bold.attrib["fill"], bold.attrib["font-weight"]) == ("#010203", "bold")
    ground = list(drawing.iter(f"{SVG}rect"))[1]
    assert float(ground.attrib["y"]) == pytest.approx(MARGIN + LINE, abs=0.1)
    assert reversed_.attrib["fill"] != ground.attrib["fill"]


def test_a_bitmap_comes_of_it() -> None:
    screen = pyte.Screen(4, 1)
    assert png(svg(screen)).startswith(b"\x89PNG")


ECHO = """
import os, sys, tty
tty.setraw(0)
size = os.get_terminal_size()
sys.stdout.write(f"\\x1b]0;title\\x07\\x1b[?2026$p\\x1b[>1u{size.columns}x{size.lines} ready\\r\\n")
sys.stdout.flush()
while True:
    sys.stdout.write(repr(os.read(0, 9).decode()))
    sys.stdout.flush()
"""


def test_a_terminal_types_keys_and_shows_no_control_sequence() -> None:
    with Terminal((sys.executable, "-c", ECHO), 40, 5) as terminal:
        terminal.wait("^40x5 ready$")
        terminal.type("Down", "^p", "退")
        terminal.wait(r"'\\x1b\[B''\\x10''退'")


def test_a_wait_in_vain_shows_the_screen() -> None:
    with Terminal(("echo", "over"), 40, 5) as terminal, pytest.raises(TimeoutError, match="over"):
        terminal.wait("never")


def test_a_scene_leaves_its_pictures(tmp_path: Path) -> None:
    look = Look((30, 4))
    scene = Scene("x", ("wait ready", "type a", "wait 'a'"), looks=(look,), bitmap=True)
    written = shoot((sys.executable, "-c", ECHO), look, [scene], tmp_path)
    assert [path.name for path in written] == ["x-30x4.svg", "x-30x4.png"]
    assert ("30x4", 0, 4) in words(ElementTree.parse(tmp_path / "x-30x4.svg").getroot())


def test_every_scene_enters_a_room_that_there_is() -> None:
    rooms = {step.split()[1] for scene in SCENES for step in scene.steps if step.startswith("room ")}
    assert rooms and rooms <= {ident for ident, _label in listed()}
