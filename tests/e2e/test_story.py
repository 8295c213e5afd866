"""The story: a mail comes in by IMAP, is sorted, owned and answered once by SMTP, and the buyer's answer comes back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import story
from app.story_scene import Failed, Scene
from app.story_steps import STEPS
from connectors.sandbox.world import World, make_world


def test_the_command_plays_it_and_every_step_holds(root: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "demo", "--headless", "--json"],
        cwd=root, env={**os.environ, "HOME": str(tmp_path)}, capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    document = json.loads(done.stdout)
    assert document["schema"] == "deskhand/demo/1" and document["ok"] is True
    assert [step["step"] for step in document["steps"] if step["ok"]] == list(STEPS)
    facts = {step["step"]: step["facts"] for step in document["steps"]}
    assert facts["owner"]["owner"] and facts["owner"]["why"]
    assert facts["sent"]["in_reply_to"] == facts["mail"]["message_id"]
    assert facts["answered"]["ticket"] == facts["pulled"]["ticket"]
    assert facts["dispatched"]["rule"] == "dispatch.quality" and facts["dispatched"]["group"] == "after_sales"
    assert facts["rule_replies"]["sent"] == 2 and facts["rule_replies"]["held_back"] == 1
    assert facts["incident"]["answered"] == facts["incident"]["tickets"]


def test_a_step_that_does_not_hold_ends_it(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def small(seed: int, now: int) -> World:
        return make_world(seed, now, conversations=60)

    def broken(scene: Scene) -> str:
        raise Failed("the mail server is a teapot")

    monkeypatch.setattr(story, "make_world", small)
    monkeypatch.setattr(story, "STEPS", {"desk": lambda scene: "a desk", "mail": broken, "sent": lambda scene: "never"})
    from app.cli import main

    assert main(["demo", "--headless"]) == 1
    assert capsys.readouterr().out.splitlines() == ["ok     a desk", "FAILED the mail server is a teapot"]


def test_without_a_terminal_it_says_what_works_there(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "demo"],
        cwd=root, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "deskhand demo --headless" in done.stderr
    assert done.stderr.count("\n") == 1
