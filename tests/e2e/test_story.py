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


def test_every_step_holds(tmp_path: Path) -> None:
    told = list(story.play(tmp_path / "desk"))
    assert [t.step for t in told] == list(STEPS)
    assert all(t.ok for t in told), told[-1]
    facts = {t.step: t.facts for t in told}
    assert facts["owner"]["owner"] and facts["owner"]["why"]
    assert facts["sent"]["in_reply_to"] == facts["mail"]["message_id"]
    assert facts["answered"]["ticket"] == facts["pulled"]["ticket"]
    assert facts["dispatched"]["rule"] == "dispatch.quality" and facts["dispatched"]["group"] == "after_sales"
    assert facts["rule_replies"]["sent"] == 2 and facts["rule_replies"]["held_back"] == 1
    assert facts["incident"]["answered"] == facts["incident"]["tickets"]


def test_the_command_plays_it(root: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "demo", "--headless", "--json"],
        cwd=root, env={**os.environ, "HOME": str(tmp_path)}, capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    document = json.loads(done.stdout)
    assert document["schema"] == "deskhand/demo/1"
    assert document["ok"] is True
    assert [step["step"] for step in document["steps"]] == list(STEPS)


def test_a_step_that_does_not_hold_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(scene: Scene) -> str:
        raise Failed("the mail server is a teapot")

    monkeypatch.setitem(STEPS, "mail", broken)
    from app.cli import main

    assert main(["demo", "--headless"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("ok")
    assert lines[1:] == ["FAILED the mail server is a teapot"]


def test_without_a_terminal_it_says_what_works_there(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "demo"],
        cwd=root, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "deskhand demo --headless" in done.stderr
    assert done.stderr.count("\n") == 1
