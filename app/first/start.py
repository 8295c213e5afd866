"""Opens the first hour in the terminal and says what came of it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from app.bindings import load
from app.first import keeping
from app.first.acts import OPEN
from app.first.making import Plan
from app.first.review import plan
from app.first.wizard import Wizard
from app.look import choose
from app.place import config_folder, theme_folder
from app.wire import SystemClock
from themes.loading import load as load_theme


class Ended(NamedTuple):
    """The desk that was made, None for none; whether the workstation is to open now, and the acts it begins with."""

    made: Plan | None
    opens: bool
    begin: tuple[str, ...]


def ask(desk: Path, theme: str | None) -> Ended:
    """Asks step by step; `desk` is the folder that is proposed. Raises the errors of keys.toml and of themes."""
    config = config_folder()
    look = load_theme(choose(theme, os.environ), theme_folder(config))
    wizard = Wizard(desk, load(config / "keys.toml"), keeping.place(), SystemClock().now(), look, theme or "")
    ended = wizard.run()
    if wizard.made is None:
        return Ended(None, False, ())
    answers = wizard.state.answers
    return Ended(plan(answers), ended == OPEN, tuple(first_acts(answers)))


def first_acts(answers: keeping.Answers) -> Iterable[str]:
    """What the workstation begins with."""
    return ("go.setup:channels", "setup.new") if answers["channel"]["when"] == "now" else ()
