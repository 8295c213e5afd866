"""The registry is whole: what it promises in one place holds in all others."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.act import GROUPS, PLACES, STATES
from app.actions import ACTIONS, BY_ID, HINTS, LEADERS, MOST_HINTS, available, hints, split
from app.bindings import defaults
from app.key_names import parse
from app.keys_page import page
from desk.vocabulary import PRIORITIES, STATUSES

BANNED = {"ctrl+b", "ctrl+a", "ctrl+h", "ctrl+i", "ctrl+j", "ctrl+m", "ctrl+@", "ctrl+space"}


def test_ids_are_unique_and_every_field_names_something_real() -> None:
    assert len(BY_ID) == len(ACTIONS) + len(LEADERS)
    for act in BY_ID.values():
        assert act.group in GROUPS and act.when in STATES and set(act.places) <= set(PLACES), act.id
        assert act.label and act.help.endswith("."), act.id


def test_no_act_sits_on_a_key_that_multiplexers_or_terminals_take() -> None:
    for act in ACTIONS:
        for written in act.keys:
            keys = parse(written.partition("@")[0] or written)
            assert not BANNED & set(keys) and not any(key.startswith("alt+") for key in keys), act.id


def test_what_stands_behind_a_leader_works_where_the_leader_does() -> None:
    leaders = {leader.id: leader for leader in LEADERS}
    for act in ACTIONS:
        if act.menu:
            leader = leaders[act.menu]
            assert any(key.startswith(f"{leader.key} ") for key in act.keys), act.id
            assert set(act.places) <= set(leader.places), act.id


def test_arguments_are_words_of_the_house() -> None:
    for act in ACTIONS:
        verb, argument = split(act.id)
        if verb == "ticket.status":
            assert argument in STATUSES
        if verb == "ticket.priority":
            assert argument in PRIORITIES


@pytest.mark.parametrize("place", sorted(PLACES))
def test_every_place_hints_at_a_few_keys_and_always_at_help(place: str) -> None:
    assert set(HINTS) == set(PLACES)
    for holds in (set(), {"ticket"}, set(STATES)):
        shown = hints(place, holds)
        assert len(shown) <= MOST_HINTS and shown[-1].id == "app.help"
        assert all(defaults().shown(act.id, place) for act in shown), [act.id for act in shown]
    assert len(hints(place, set(STATES))) >= 5


def test_an_act_that_makes_no_sense_now_is_not_offered() -> None:
    assert "edit.undo" not in {act.id for act in available("list", set())}
    assert "edit.undo" in {act.id for act in available("list", {"undo"})}
    assert "ticket.reply" not in {act.id for act in hints("list", set())}


def test_the_page_of_keys_in_the_docs_is_current(root: Path) -> None:
    assert (root / "docs" / "keys.md").read_text("utf-8") == page(), "run: python -m app.actions --docs > docs/keys.md"


def test_the_page_names_every_act(root: Path) -> None:
    run = subprocess.run([sys.executable, "-m", "app.actions", "--docs"], cwd=root, capture_output=True, text=True)
    assert run.returncode == 0
    assert all(f"`{id}`" in run.stdout for id in BY_ID)


@pytest.mark.parametrize("module", ["app.actions", "app.keys", "app.keys_page", "app.fuzzy", "themes.loading"])
def test_keys_and_acts_load_neither_textual_nor_the_desk(root: Path, module: str) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert not {"textual", "rich", "desk", "store.values", "sqlcipher3"} & set(run.stdout.split())
