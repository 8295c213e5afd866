"""Every theme is complete, readable, and right for the terminal it is shown on."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from rich.color import Color, ColorSystem
from rich.color_triplet import ColorTriplet

from app.look import Look, choose, depth
from store.errors import Invalid, NotFound
from tests.app.stage import Stage, bytes_sent, picture
from themes.loading import BUILT_IN, load, names
from themes.roles import ROLES, Theme

BARS = ("accent_text", "selection", "selection_away", "match", "panel")


def luminance(colour: ColorTriplet) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [value / 255 for value in colour]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: ColorTriplet, other: ColorTriplet) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def seen(colour: Color | None, system: ColorSystem) -> ColorTriplet:
    assert colour is not None
    return colour.downgrade(system).get_truecolor()


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_theme_fills_every_role(name: str) -> None:
    theme = load(name)
    assert list(theme.roles) == list(ROLES)
    look = Look(theme)
    for role in ROLES:
        assert look.style(role) is not None


@pytest.mark.parametrize("system", [ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT], ids=["true", "256"])
@pytest.mark.parametrize(("name", "least"), [("dark", 4.5), ("light", 4.5), ("high_contrast", 7.0)])
def test_text_can_be_read_on_every_ground(name: str, least: float, system: ColorSystem) -> None:
    look = Look(load(name))
    pairs = [(role, ground) for role in ROLES for ground in ("background", "panel") if role not in ("rule", *BARS)]
    pairs += [(role, bar) for role in ROLES for bar in BARS]
    for role, ground in pairs:
        if role in ("rule", *BARS) and ground == "panel":
            continue
        style = look.on(role, ground)
        ratio = contrast(seen(style.color, system), seen(style.bgcolor, system))
        assert ratio >= least, f"{role} on {ground}: {ratio:.2f}"


@pytest.mark.parametrize("name", ["dark", "light", "high_contrast"])
def test_the_row_under_the_cursor_stands_out(name: str) -> None:
    roles = load(name).roles
    ground, bar = roles["background"].bg, roles["selection"].bg
    assert ground and bar
    assert contrast(Color.parse(ground).get_truecolor(), Color.parse(bar).get_truecolor()) >= 2


@pytest.mark.parametrize("name", BUILT_IN)
def test_what_warns_differs_from_plain_text_by_weight_too(name: str) -> None:
    roles = load(name).roles
    for role in ("danger", "warning", "key", "mark", "strong"):
        assert roles[role].attributes - roles["text"].attributes, role


def test_mono_has_no_colour_and_still_tells_the_cursor_from_the_rest() -> None:
    theme = load("mono")
    assert theme.colourless and theme.ansi
    assert "reverse" in theme.roles["selection"].attributes
    assert theme.roles["danger"].attributes != theme.roles["warning"].attributes
    assert not any(load(name).colourless for name in BUILT_IN if name != "mono")


def test_ansi16_leaves_the_colours_to_the_terminal() -> None:
    theme = load("ansi16")
    assert theme.ansi and not theme.colourless


@pytest.mark.parametrize(
    ("environ", "colours", "theme"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "true", "dark"),
        ({"TERM": "tmux-256color"}, "256", "dark"),
        ({"TERM": "xterm-kitty"}, "256", "dark"),
        ({"TERM": "screen"}, "16", "ansi16"),
        ({"TERM": "linux"}, "16", "ansi16"),
        ({"TERM": "dumb"}, "none", "mono"),
        ({}, "none", "mono"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, "none", "mono"),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, "256", "dark"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1", "DESKHAND_THEME": "light"}, "none", "light"),
    ],
)
def test_the_terminal_decides_unless_the_person_does(environ: dict[str, str], colours: str, theme: str) -> None:
    assert depth(environ) == colours
    assert choose(None, environ) == theme
    assert choose("high_contrast", environ) == "high_contrast"


# A person's own themes ------------------------------------------------------------------------------


def own(folder: Path, text: str) -> Theme:
    (folder / "mine.toml").write_text(text, "utf-8")
    return load("mine", folder)


def test_a_theme_of_ones_own_takes_from_another_what_it_does_not_say(tmp_path: Path) -> None:
    theme = own(tmp_path, 'extends = "light"\ndark = false\n[roles]\ndanger = { fg = "#aa0000", bold = true }')
    assert theme.roles["danger"].fg == "#aa0000"
    assert theme.roles["text"] == load("light").roles["text"]
    assert names(tmp_path) == [*BUILT_IN, "mine"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[roles]\ntext = {}", "lacks"),
        ('extends = "dark"\n[roles]\ndangr = {}', "danger"),
        ('extends = "dark"\n[roles]\ndanger = { fg = "reddish" }', "reddish"),
        ('extends = "dark"\n[roles]\ndanger = { color = "#ffffff" }', "fg"),
        ('extends = "dark"\n[roles]\ndanger = { fg = "red" }', "mixes"),
        ('extends = "mine"\n[roles]', "itself"),
        ('extends = "dark"', "[roles]"),
        ("[roles", "cannot be read"),
    ],
)
def test_a_faulty_theme_is_named_with_its_fault(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(Invalid) as caught:
        own(tmp_path, text)
    assert said in caught.value.english() and "mine.toml" in caught.value.english()


def test_a_theme_that_is_not_there_lists_those_that_are(tmp_path: Path) -> None:
    for name in ("sepia", "../dark"):
        with pytest.raises(NotFound, match="high_contrast"):
            load(name, tmp_path)


# On the screen --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BUILT_IN)
async def test_an_app_wears_each_theme(name: str) -> None:
    app = Stage(name, text="hello")
    async with app.run_test(size=(80, 24)) as pilot:
        assert "hello" in picture(app)[0]
        app.wear(load("light" if name == "dark" else "dark"))
        await pilot.pause()
        assert "hello" in picture(app)[0]


async def test_mono_sends_no_colour_even_where_a_widget_brings_one() -> None:
    app = Stage("mono")
    async with app.run_test(size=(80, 24)):
        app.screen.styles.background = "#102030"
        strips = app.screen._compositor.render_strips()
        styles = [segment.style for strip in strips for segment in strip if segment.style]
        colours = {colour for style in styles for colour in (style.color, style.bgcolor)}
        assert all(colour is None or colour.is_default for colour in colours)


SGR = re.compile(rb"\x1b\[([0-9;]*)m")


def colours_of(sent: bytes) -> set[str]:
    """The colours asked for, by what names them: "ansi", "256" or "true"; a default asks for none."""
    found = set()
    for sequence in SGR.findall(sent):
        codes = sequence.decode().split(";")
        if "38" in codes or "48" in codes:
            at = codes.index("38") if "38" in codes else codes.index("48")
            found.add({"5": "256", "2": "true"}[codes[at + 1]])
        elif {int(code or 0) for code in codes} & {*range(30, 38), *range(40, 48), *range(90, 98), *range(100, 108)}:
            found.add("ansi")
    return found


@pytest.mark.parametrize(
    ("theme", "environ", "colours"),
    [
        ("mono", {"NO_COLOR": "1"}, set()),
        ("mono", {}, set()),
        ("ansi16", {"TERM": "screen", "COLORTERM": ""}, {"ansi"}),
        ("ansi16", {}, {"ansi"}),
        ("dark", {"COLORTERM": ""}, {"256"}),
        ("dark", {}, {"true"}),
        ("light", {"NO_COLOR": "1"}, {"true"}),
    ],
)
def test_a_real_terminal_gets_the_colours_it_has(theme: str, environ: dict[str, str], colours: set[str]) -> None:
    assert colours_of(bytes_sent(theme, "hello", **environ)) == colours


def test_no_color_is_left_in_the_environment_for_those_we_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = Stage("mono")
    assert os.environ["NO_COLOR"] == "1"
    assert app.native_ansi_color
