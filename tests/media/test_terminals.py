"""What terminals are known to do, and that no string for one can be ended by what it carries."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import terminals
from app.terminals import BLOCKS, KITTY, SIXEL, Answers, Terminal

TRUE = {"TERM": "xterm-256color"}


@pytest.mark.parametrize(
    ("environ", "name", "kind"),
    [
        ({"TERM": "xterm-kitty"}, "kitty", "99"),
        ({"TERM": "xterm-ghostty"}, "ghostty", "777"),
        ({"TERM": "foot"}, "foot", "777"),
        ({"TERM": "rxvt-unicode-256color"}, "rxvt", "777"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "iterm.app", "9"),
        ({"TERM": "xterm-256color", "LC_TERMINAL": "iTerm2"}, "iterm2", "9"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, "wezterm", "777"),
        ({"TERM": "xterm-256color"}, "", ""),
        ({"TERM": "dumb", "TERM_PROGRAM": "WezTerm"}, "wezterm", ""),
    ],
)
def test_the_environment_tells_which_notices_it_shows(environ: Mapping[str, str], name: str, kind: str) -> None:
    found = terminals.guess(environ)
    assert found.name == name and terminals.notifier(found, environ) == kind and found.graphics == BLOCKS


def test_what_was_asked_for_decides() -> None:
    assert terminals.notifier(Terminal("kitty"), {"DESKHAND_NOTIFIER": "osc9"}) == "9"
    assert terminals.notifier(Terminal("kitty"), {"DESKHAND_NOTIFIER": "none"}) == ""
    assert terminals.guess({"TERM": "xterm", "DESKHAND_GRAPHICS": "sixel"}).graphics == SIXEL


@pytest.mark.parametrize(
    ("answers", "graphics", "cell"),
    [
        ("\x1b_Gi=31;OK\x1b\\\x1b[6;18;9t\x1b[?62;c", KITTY, (9, 18)),
        ("\x1b_Gi=31;ENOTSUP:no\x1b\\\x1b[?62;4;22c", SIXEL, (0, 0)),
        ("\x1b[?1;2c", BLOCKS, (0, 0)),
        ("\x1b[?64;14;44c", BLOCKS, (0, 0)),
        ("", BLOCKS, (0, 0)),
    ],
)
def test_what_it_answers_decides_how_photos_are_drawn(answers: str, graphics: str, cell: tuple[int, int]) -> None:
    found = terminals.learned(terminals.guess(TRUE), answers, TRUE)
    assert (found.graphics, found.cell) == (graphics, cell)


@pytest.mark.parametrize(
    ("told", "graphics"),
    [
        ("kitty(0.40)\ton\txterm-kitty\t10\t20\tRGB,clipboard\n", KITTY),
        ("kitty(0.40)\toff\txterm-kitty\t10\t20\tRGB\n", BLOCKS),
        ("WezTerm 2024\ton\txterm-256color\t10\t20\t256\n", BLOCKS),
        ("foot(1.20)\toff\tfoot\t10\t20\tsixel,RGB\n", SIXEL),
        ("\t\t\t\t\t\n", BLOCKS),
        ("", BLOCKS),
    ],
)
def test_in_tmux_tmux_knows(told: str, graphics: str) -> None:
    environ = {"TERM": "tmux-256color", "TMUX": "/tmp/x,1,0"}
    guessed = terminals.guess(environ)
    assert not terminals.worth_asking(guessed)
    assert terminals.learned_from_tmux(guessed, told, environ).graphics == graphics


KEYS = ("j", "\x1b[A", "\x1b[6~", "\x1b", "\x1b[27u", "é", "王", "\x1b[5;3R", "\x1b[?2026;2$y", "\x1b[I", "\x1b[<0;3;4M")
ANSWERS = ("\x1b_Gi=31;OK\x1b\\", "\x1bP>|kitty(0.4)\x1b\\", "\x1b[6;18;9t", "\x1b[?62;4c")


@given(st.lists(st.sampled_from(KEYS + ANSWERS), max_size=12), st.lists(st.integers(0, 90), max_size=8))
def test_answers_are_taken_out_of_what_is_typed_however_it_is_cut(parts: list[str], cuts: list[int]) -> None:
    text = "".join(parts)
    at = sorted({c for c in cuts if c < len(text)} | {0, len(text)})
    taker, typed, answered = Answers(), "", ""
    for start, end in itertools.pairwise(at):
        one, other = taker.take(text[start:end], quiet=False, expecting=True)
        typed, answered = typed + one, answered + other
    one, other = taker.take("", quiet=True)
    assert (typed + one, answered + other) == Answers().take(text, quiet=True)
    assert answered + other == "".join(p for p in parts if p in ANSWERS)


def test_a_lone_esc_never_waits_for_an_answer_nobody_asked_for() -> None:
    assert Answers().take("\x1b", quiet=False) == ("\x1b", "")


ANY = st.text(st.characters(exclude_categories=()), max_size=80)
_END = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@given(ANY, ANY, st.sampled_from(("9", "777", "99")), st.sampled_from(("", "tmux")))
def test_no_text_ends_the_string_it_stands_in(title: str, body: str, kind: str, around: str) -> None:
    sent = terminals.notice(Terminal(around=around), kind, title, body)
    if around:
        assert sent.startswith("\x1bPtmux;") and sent.endswith("\x1b\\")
        sent = sent.removeprefix("\x1bPtmux;").removesuffix("\x1b\\").replace("\x1b\x1b", "\x1b")
    for inner in re.split(r"\x1b\](?:9|777|99);|\x07|\x1b\\", sent):
        assert not _END.search(inner)
    assert not _END.search(terminals.title(title)[4:-1])


def test_the_clipboard_gets_what_was_meant_past_tmux_too() -> None:
    plain = terminals.copying(Terminal(), "https://a.example/ä")
    assert plain == "\x1b]52;c;aHR0cHM6Ly9hLmV4YW1wbGUvw6Q=\x07"
    assert terminals.copying(Terminal(around="tmux"), "https://a.example/ä") == (
        plain + "\x1bPtmux;" + plain.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    )
    assert terminals.copying(Terminal(deaf=True), "x") == ""
    assert terminals.copying(Terminal(), "x" * 80_000) == ""


def test_a_picture_goes_in_pieces_and_only_the_first_says_what_it_is() -> None:
    sent = list(terminals.sending(Terminal(), bytes(10_000)))
    assert len(sent) == 4 and [("a=t" in s) for s in sent] == [True, False, False, False]
    assert [re.search(r"m=(\d)", s)[1] for s in sent] == ["1", "1", "1", "0"]  # type: ignore[index]
    assert all(len(s) < 4_200 for s in sent)
