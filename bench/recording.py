"""A screen recording as text, of somebody triaging twenty tickets on the practice desk: `python -m bench.recording`.

Writes docs/triage.cast (asciicast version 2: a JSON header, then `[seconds, "o", text]` a line). A step is one ticket:
keys with the pauses a person makes, and what the screen must show before they go on, so that a recording in which
something went wrong is not written.
"""

from __future__ import annotations

import codecs
import json
import sys
import time
from collections.abc import Mapping, Sequence
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bench.shots import DESKHAND, DOCS, WIDE
from bench.terminal import KEYS, Terminal

OUT = DOCS / "triage.cast"
LOOK, KEY, TYPED, READ = 1.6, 0.35, 0.04, 0.9
"""Seconds a person takes: to read a ticket, between two keys, between two letters, to see what came of it."""


class Recorder(Terminal):
    """A terminal that notes when each piece came, in seconds since it was opened."""

    def __init__(self, command: Sequence[str], columns: int, lines: int, environ: Mapping[str, str]) -> None:
        self.pieces: list[tuple[float, str]] = []
        self._text = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._began = time.monotonic()
        super().__init__(command, columns, lines, environ)

    def took(self, data: bytes) -> None:
        super().took(data)
        if text := self._text(data):
            self.pieces.append((time.monotonic() - self._began, text))

    def pause(self, seconds: float) -> None:
        """Goes on showing for so long, as while somebody reads."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.settle(left, left)


class Step(NamedTuple):
    """What is done to one ticket, or to `tickets` at once: keys as `bench.terminal.Terminal.type` takes them, and what the
    screen shows then (a regular expression)."""

    about: str
    keys: tuple[str, ...]
    shows: str
    tickets: int = 1


LEAVES = r"leaves in \d+ s"


def _reply(template: str, *gaps: str) -> tuple[str, ...]:
    """A template chosen by its name, its gaps filled, sent, and the ticket waits for the buyer."""
    filled = [key for gap in gaps for key in (gap, "Tab")][:-1]
    return ("t", template, "Enter", *filled, *(("Esc",) if gaps else ()), "w")


TRIAGE = (
    Step("asks for an invoice: told when we come back", ("Enter", *_reply("ack", "Monday")), LEAVES),
    Step("broken: photos please, in Italian", _reply("photo"), LEAVES),
    Step("broken: photos please, in German", _reply("photo"), LEAVES),
    Step("third complaint about one jacket: a note, and back tomorrow",
         ("c", "Third complaint about this jacket: ask the supplier.", "Esc", "y", "b", "t"), "snoozed"),
    Step("too large: measures, in Spanish", _reply("size", "S 48, M 50, L 53 cm", "M y L"), LEAVES),
    Step("where is it: the carrier's news", _reply("in_transit"), LEAVES),
    Step("poor quality: sorry, and what can we do", _reply("apology"), LEAVES),
    Step("too small: measures, in Japanese", _reply("size", "M 48、L 51、XL 54 cm", "LとXL"), LEAVES),
    Step("warranty, in Italian", _reply("warranty", "24 mesi dalla consegna"), LEAVES),
    Step("cannot pair it, in German", _reply("defect", "Taste fünf Sekunden halten, dann im Telefon koppeln."), LEAVES),
    Step("smoke: urgent, and do not use it", ("p", "u", *_reply("safety")), LEAVES),
    Step("wants money back: for the senior group", ("a", "/", "senior", "Enter", "J"), "Customs"),
    Step("customs, in Spanish", _reply("customs", "los derechos se pagan al recibir"), LEAVES),
    Step("tight shoes: measures", _reply("size", "42: 26.5 cm, 43: 27.2 cm", "43 and 44"), LEAVES),
    Step("refund not there yet: finance looks", ("c", "Asked finance for the bank's reference.", "Esc", "y", "s", "h", "J"),
         "Wrong item"),
    Step("wrong colour: photos please, in Chinese", _reply("photo"), LEAVES),
    Step("three that lack parts: a label in one go", ("q", "Space", "Space", "Space", "l", "parts-check", "Enter"),
         "3 tickets changed", 3),
    Step("the label was wrong: undone; the next one is done", ("z", "e"), "solved"),
)  # fmt: skip


def cast(recorder: Recorder, size: tuple[int, int]) -> str:
    """The recording as it is written: long silences cut to two seconds."""
    header = {"version": 2, "width": size[0], "height": size[1], "title": "Deskhand: twenty tickets"}
    lines = [json.dumps(header)]
    at = last = 0.0
    for when, text in recorder.pieces:
        at += min(when - last, 2.0)
        last = when
        lines.append(json.dumps([round(at, 3), "o", text], ensure_ascii=False))
    return "\n".join(lines) + "\n"


def record(steps: Sequence[Step] = TRIAGE) -> str:
    """Plays it. Raises TimeoutError with the screen where it does not show what it must."""
    with TemporaryDirectory(prefix="deskhand-cast-") as place:
        ours = {f"XDG_{name}_HOME": f"{place}/{name.lower()}" for name in ("CACHE", "CONFIG", "DATA", "STATE")}
        with Recorder((DESKHAND, "--lang", "en", "demo", "--fresh"), *WIDE, ours) as terminal:
            terminal.wait(r"\d+ open", 90)
            terminal.pause(LOOK)
            for step in steps:
                terminal.pause(LOOK)
                for key in step.keys:
                    _press(terminal, key)
                terminal.wait(step.shows)
                terminal.pause(READ)
            return cast(terminal, WIDE)


def _press(terminal: Recorder, key: str) -> None:
    """A key as a person presses it, a text as they type it."""
    if key in KEYS or len(key) == 1:
        terminal.type(key)
        terminal.pause(KEY)
        return
    for character in key:
        terminal.type(character, quiet=0.02)
        terminal.pause(TYPED)
    terminal.pause(KEY)


def main() -> int:
    OUT.write_text(record(), "utf-8")
    print(f"{OUT.name}: {OUT.stat().st_size // 1000} kB, {sum(step.tickets for step in TRIAGE)} tickets")
    return 0


if __name__ == "__main__":
    sys.exit(main())
