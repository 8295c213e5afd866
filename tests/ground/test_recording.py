"""The recording in the documentation plays, and shows what it says."""

from __future__ import annotations

import json
from pathlib import Path

import pyte

from bench.recording import TRIAGE, Recorder, cast


def test_the_recording_is_of_twenty_tickets_and_of_nobodys_machine(root: Path) -> None:
    text = (root / "docs" / "triage.cast").read_text("utf-8")
    head, *lines = [json.loads(line) for line in text.splitlines()]
    assert head["version"] == 2 and (head["width"], head["height"]) == (120, 40)
    times = [at for at, kind, _said in lines if kind == "o"]
    assert len(times) == len(lines) and times == sorted(times) and 60 < times[-1] < 600
    screen = pyte.Screen(head["width"], head["height"])
    pyte.Stream(screen).feed("".join(said for _at, _kind, said in lines))
    assert any("solved" in line for line in screen.display)
    assert not any(place in text for place in ("/home/", "/root", "/tmp/", "/work"))
    assert sum(step.tickets for step in TRIAGE) == 20


def test_long_silences_are_cut() -> None:
    recorder = object.__new__(Recorder)
    recorder.pieces = [(0.5, "a"), (60.0, "b"), (61.0, "c")]
    _head, *lines = [json.loads(line) for line in cast(recorder, (80, 24)).splitlines()]
    assert lines == [[0.5, "o", "a"], [2.5, "o", "b"], [3.5, "o", "c"]]
