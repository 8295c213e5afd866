"""Keys become acts: sequences, counts, leaders, twins of a Chinese input method, and a person's own keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.keys import _character_to_key

from app.act import PLACES, TYPING
from app.actions import ACTIONS, BY_ID
from app.bindings import Bindings, defaults, load
from app.key_names import parse, printable, show, token
from app.keys import Act, Engine, Nothing, Pending, Result
from app.keys_page import page
from store.errors import Invalid


@pytest.fixture
def engine() -> Engine:
    return Engine(defaults().keymap("list"))


def press(engine: Engine, *keys: str) -> Result:
    result: Result = Nothing()
    for key in keys:
        result = engine.feed(key)
    return result


def test_one_key_is_one_act(engine: Engine) -> None:
    assert press(engine, "e") == Act("ticket.done")
    assert press(engine, "ctrl+d") == Act("move.half_down")
    assert press(engine, "slash") == Act("search.open")


def test_a_sequence_waits_for_its_end_and_shows_what_may_follow(engine: Engine) -> None:
    waiting = press(engine, "g")
    assert isinstance(waiting, Pending)
    assert (waiting.prefix, waiting.leader) == ("g", "app.go")
    assert ("i", "go.view:inbox") in [(option.key, option.id) for option in waiting.options]
    assert press(engine, "i") == Act("go.view:inbox")
    assert engine.pending == ""


def test_a_count_repeats_a_motion(engine: Engine) -> None:
    assert press(engine, "1", "0", "j") == Act("move.down", 10)
    assert press(engine, "1", "2", "g", "g") == Act("move.top", 12)
    assert press(engine, "j") == Act("move.down", 0)


def test_a_count_repeats_nothing_else(engine: Engine) -> None:
    assert press(engine, "5", "e") == Act("ticket.done", 0)


def test_the_pending_keys_are_shown_as_typed(engine: Engine) -> None:
    assert press(engine, "5") == Pending("5")
    assert press(engine, "g").prefix == "5 g"  # type: ignore[union-attr]
    assert engine.pending == "5 g"


def test_escape_lets_go_of_what_is_pending_and_is_an_act_otherwise(engine: Engine) -> None:
    assert press(engine, "3", "g", "escape") == Nothing()
    assert press(engine, "j") == Act("move.down", 0)
    assert press(engine, "escape") == Act("list.unwind")


def test_keys_without_meaning_say_so_and_leave_nothing_pending(engine: Engine) -> None:
    assert press(engine, "g", "x") == Nothing("g x")
    assert engine.pending == ""


TWINS = {
    "？": "app.help",
    "：": "app.palette",
    "／": "search.open",
    "。": "edit.repeat",
    "ｅ": "ticket.done",
    "Ｇ": "move.bottom",
}


@pytest.mark.parametrize(("typed", "act"), TWINS.items())
def test_full_width_keys_are_their_ascii_twins(engine: Engine, typed: str, act: str) -> None:
    assert press(engine, _character_to_key(typed)) == Act(act)


def test_full_width_digits_count(engine: Engine) -> None:
    assert press(engine, "５", "ｊ") == Act("move.down", 5)


@given(st.characters(min_codepoint=0x21, max_codepoint=0x7E))
def test_every_printable_key_is_named_by_its_character(char: str) -> None:
    assert token(_character_to_key(char)) == char
    assert token(_character_to_key(chr(ord(char) + 0xFEE0))) == char


SOME = "j k g G a b l s e n 0 5 9 escape enter asterisk space ctrl+d question_mark fullwidth_colon f10 ü 王 shift+tab"
KEY = st.sampled_from(SOME.split())


@given(st.lists(KEY, max_size=12), st.sampled_from(sorted(PLACES)))
def test_whatever_is_typed_escape_brings_the_beginning_back(keys: list[str], place: str) -> None:
    engine, fresh = Engine(defaults().keymap(place)), Engine(defaults().keymap(place))
    press(engine, *keys)
    if engine.pending:
        assert engine.feed("escape") == Nothing()
    assert engine.pending == ""
    for key in ("j", "e", "f1"):
        assert engine.feed(key) == fresh.feed(key)


@given(st.lists(KEY, max_size=20))
def test_only_known_acts_come_out_and_only_motions_carry_a_count(keys: list[str]) -> None:
    engine = Engine(defaults().keymap("list"))
    for key in keys:
        result = engine.feed(key)
        if isinstance(result, Act):
            assert "list" in BY_ID[result.id].places
            assert not result.count or getattr(BY_ID[result.id], "motion", False)
        assert bool(engine.pending) == isinstance(result, Pending)


@pytest.mark.parametrize("place", sorted(PLACES))
def test_every_shown_key_does_what_it_says(place: str) -> None:
    for act in ACTIONS:
        for keys in defaults().all_shown(act.id, place):
            assert press(Engine(defaults().keymap(place)), *parse(keys)) == Act(act.id), f"{keys} {place}"


@given(st.lists(st.sampled_from(["g", "G", "?", "*", "ctrl+d", "space", "escape", "f10", "shift+tab", "pageup"]),
                min_size=1))  # fmt: skip
def test_keys_read_back_as_they_are_written(keys: list[str]) -> None:
    assert parse(show(keys)) == tuple(keys)


@pytest.mark.parametrize("place", TYPING)
def test_where_one_types_a_letter_is_a_letter(place: str) -> None:
    assert not [key for key in defaults().keymap(place).root.below if printable(key)]


def test_a_leader_can_be_opened_without_its_key(engine: Engine) -> None:
    opened = engine.begin("ticket.snooze")
    assert isinstance(opened, Pending) and opened.prefix == "b"
    assert press(engine, "t") == Act("ticket.snooze:tomorrow")


def test_a_colleague_gets_a_free_letter_of_the_name() -> None:
    team = [("ticket.assign:ana", "ana"), ("ticket.assign:anna", "anna"), ("ticket.assign:王伟", "王伟")]
    keymap = defaults().keymap("list").with_choices("ticket.assign", team)
    rows = {option.id: option.key for option in keymap.options("ticket.assign")}
    assert rows["ticket.take"] == "m"
    assert [rows[id] for id, _name in team] == ["a", "1", "2"]
    assert press(Engine(keymap), "a", "a") == Act("ticket.assign:ana")
    assert len(defaults().keymap("list").options("ticket.assign")) == 4


# A person's own keys --------------------------------------------------------------------------------


def own(tmp_path: Path, text: str) -> Bindings:
    (tmp_path / "keys.toml").write_text(text, "utf-8")
    return load(tmp_path / "keys.toml")


def test_without_a_file_the_keys_are_the_usual_ones(tmp_path: Path) -> None:
    assert load(tmp_path / "keys.toml") is defaults()
    assert load(None) is defaults()


def test_an_act_gets_other_keys(tmp_path: Path) -> None:
    keys = own(tmp_path, '"ticket.done" = ["X", "g x"]\n"ticket.reopen" = []')
    engine = Engine(keys.keymap("list"))
    assert press(engine, "X") == press(engine, "g", "x") == Act("ticket.done")
    assert press(engine, "e") == Nothing("e")
    assert keys.shown("ticket.done") == "X"
    assert keys.shown("ticket.reopen") == ""


def test_the_example_of_the_key_page_starts(tmp_path: Path) -> None:
    example = page().partition("```toml\n")[2].partition("```")[0]
    assert own(tmp_path, example).shown("ticket.done") == "X"


def test_moving_a_leader_moves_what_follows_it(tmp_path: Path) -> None:
    engine = Engine(own(tmp_path, '"app.go" = ","').keymap("list"))
    assert press(engine, "comma", "i") == Act("go.view:inbox")
    assert press(engine, "g") == Nothing("g")


def test_a_key_can_be_kept_to_one_place(tmp_path: Path) -> None:
    keys = own(tmp_path, '"ticket.note" = "X@ticket"')
    assert press(Engine(keys.keymap("ticket")), "X") == Act("ticket.note")
    assert press(Engine(keys.keymap("list")), "X") == Nothing("X")


REFUSED = [
    ('"ticket.done" = "r"', ["r", "ticket.done", "ticket.reply"]),
    ('"ticket.done" = "g"', ["g", "ticket.done", "app.go"]),
    ('"ticket.done" = "g i"', ["g i", "ticket.done", "go.view:inbox"]),
    ('"ticket.done" = "j x"', ["j", "ticket.done", "move.down"]),
    ('"app.go" = "j"', ["j", "move.down", "app.go"]),
    ('"ticket.dona" = "x"', ["ticket.dona", "ticket.done"]),
    ('"ticket.done" = "^b"', ["^b", "ticket.done", "multiplexers"]),
    ('"ticket.done" = "alt+x"', ["alt+x", "ticket.done"]),
    ('"ticket.done" = "Hyper"', ["Hyper", "ticket.done", "F5"]),
    ('"ticket.done" = ""', ["ticket.done"]),
    ('"ticket.done" = 5', ["ticket.done"]),
    ('"app.go" = ["x", ","]', ["app.go"]),
    ('"composer.editor" = "o"', ["composer.editor", "text"]),
    ('"ticket.done" = "x', ["keys.toml"]),
]


@pytest.mark.parametrize(("text", "named"), REFUSED, ids=[text for text, _named in REFUSED])
def test_a_mistake_is_named_with_file_key_and_acts(tmp_path: Path, text: str, named: list[str]) -> None:
    with pytest.raises(Invalid) as caught:
        own(tmp_path, text)
    said = caught.value.english()
    assert all(word in said for word in [*named, "keys.toml"]), said
