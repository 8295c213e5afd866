"""The first hour: a desk made step by step, nothing before the end, nothing lost on the way."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from app import words
from app.bindings import defaults
from app.first import always_on, guess, keeping
from app.first.acts import OPEN, SHELL
from app.first.choosing import bar_of, offered, policy_meaning, shipped_policies, told, writes
from app.first.review import plan
from app.first.start import first_acts
from app.first.steps import GO
from app.first.wizard import Wizard
from app.safe import width_of
from app.wire import open_desk
from desk.automation.packs import shipped_packs, standing
from desk.clocks import keep_setup
from store.events import verify
from store.sql import shop
from tests.app.desks import NOON, screen_text, until, write
from themes.loading import load


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, in English."""
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "DESKHAND_DESK", "DESKHAND_LANG", "DESKHAND_THEME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TZ", "Europe/Berlin")
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    words.use("en")
    return tmp_path


@asynccontextmanager
async def wizard(home: Path, size: tuple[int, int] = (80, 24), theme: str = "") -> AsyncIterator[Pilot[str]]:
    app = Wizard(home / "desk", defaults(), home / "state" / "new-desk.json", NOON, load(theme or "dark"), theme)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: "Deskhand" in screen_text(pilot).split("\n")[0])
        yield pilot
    words.use("en")


def app_of(pilot: Pilot[str]) -> Wizard:
    assert isinstance(pilot.app, Wizard)
    return pilot.app


async def settled(pilot: Pilot[str]) -> None:
    await pilot.pause()


async def press(pilot: Pilot[str], *keys: str) -> None:
    await pilot.press(*keys)
    await settled(pilot)


async def typed(pilot: Pilot[str], text: str) -> None:
    await write(pilot, text)
    await settled(pilot)


async def to_the(pilot: Pilot[str], step: str) -> None:
    """Through the steps, with the least one has to say."""
    app = app_of(pilot)
    while app.state.step.id != step:
        if app.place == "field" and app.state.step.id == "desk":
            await typed(pilot, "Nordlicht")
        if app.place == "field" and app.state.step.id == "team":
            await typed(pilot, "Ana Ruiz")
        at = app.state.at
        await press(pilot, "ctrl+s")
        assert app.state.at == at + 1, screen_text(pilot)


async def confirm(pilot: Pilot[str]) -> None:
    await to_the(pilot, "review")
    await press(pilot, "enter")
    await until(pilot, lambda: app_of(pilot).made is not None)
    await settled(pilot)


async def test_nine_steps_and_a_desk(home: Path) -> None:
    async with wizard(home) as pilot:
        await confirm(pilot)
        assert "The desk is made." in screen_text(pilot) and "Sync does not run yet" in screen_text(pilot)
        await press(pilot, "enter")
    assert pilot.app.return_value == OPEN
    wired = open_desk(home / "desk")
    conn = wired.store.conn
    assert wired.store.meta("name") == "Nordlicht" and not verify(conn).problem
    (agent,) = shop.agents(conn)
    assert (agent.name, agent.role, agent.zone) == ("Ana Ruiz", "admin", "Europe/Berlin")
    assert {p.id: p.enabled for p, _table in keep_setup.policy_rows(conn)} == {
        t["id"]: t.get("enabled", True) for t in shipped_policies()
    }
    assert all(not standing(conn, pack).state for pack in shipped_packs())
    wired.store.close()
    assert not (home / "state" / "new-desk.json").exists()


async def test_nothing_is_made_before_the_last_step_is_confirmed(home: Path) -> None:
    async with wizard(home) as pilot:
        await to_the(pilot, "review")
        assert "Nothing is made yet" in screen_text(pilot)
        assert [path.name for path in home.iterdir()] == ["state"]
        await press(pilot, "escape", "d")
    assert pilot.app.return_value == "" and not list((home / "state").iterdir())


async def test_esc_explains_and_what_was_filled_in_comes_back(home: Path) -> None:
    async with wizard(home) as pilot:
        await to_the(pilot, "hours")
        await press(pilot, "escape")
        assert "It holds no secret" in screen_text(pilot)
        await press(pilot, "l")
    assert not (home / "desk").exists()
    async with wizard(home) as pilot:
        await until(pilot, lambda: "what you had filled in is back" in screen_text(pilot))
        assert app_of(pilot).state.step.id == "hours"
        await press(pilot, "p")
        assert "Ana Ruiz" in screen_text(pilot)


async def test_a_line_that_drops_in_the_middle_of_a_word_takes_nothing_away(home: Path) -> None:
    async with wizard(home) as pilot:
        await press(pilot, "n")
        await typed(pilot, "Nordl")
        app_of(pilot).last_words()
    async with wizard(home) as pilot:
        assert app_of(pilot).state.root.form.raw["name"] == "Nordl"


async def test_every_step_goes_back_with_what_was_there_even_what_is_wrong(home: Path) -> None:
    async with wizard(home) as pilot:
        await to_the(pilot, "team")
        state = app_of(pilot).state
        state.root.form.put("id", "No Id")
        await press(pilot, "ctrl+s")
        assert state.step.id == "team" and "▲" in screen_text(pilot)
        await press(pilot, "escape", "p")
        assert state.step.id == "desk"
        await press(pilot, "n")
        assert state.root.form.raw["id"] == "No Id"


async def test_colleagues_hours_clocks_and_rules_are_as_chosen(home: Path) -> None:
    async with wizard(home, (120, 40)) as pilot:
        await to_the(pilot, "team")
        state = app_of(pilot).state
        await typed(pilot, "Ana Ruiz")
        await press(pilot, "escape")
        state.root.form.put("id", "ana")
        state.root.form.put("languages", "en:5, de:4")
        state.root.to("others")
        await press(pilot, "enter")
        await typed(pilot, "Wei")
        await press(pilot, "enter")
        await typed(pilot, "wei")
        await press(pilot, "escape", "escape")
        assert "1. Wei · wei · agent" in screen_text(pilot)
        await press(pilot, "n", "space")
        assert "54 hours a week" in screen_text(pilot)
        state.root.form.put("off", "2026-12-25")
        await press(pilot, "n", "space")
        assert state.root.form.raw["shop.urgent"] is False
        await press(pilot, "n")
        state.root.form.put("acknowledge", "shadow")
        state.root.form.put("dispatch-language", "on")
        await confirm(pilot)
        await press(pilot, "q")
    assert pilot.app.return_value == SHELL
    wired = open_desk(home / "desk")
    conn = wired.store.conn
    assert [(a.id, a.role) for a in shop.agents(conn)] == [("ana", "admin"), ("wei", "agent")]
    assert json.loads(shop.agent(conn, "ana").languages) == {"en": 5, "de": 4}  # type: ignore[union-attr]
    table = keep_setup.calendar_table(conn, "shop")
    assert table["week"] == {"mon-sat": "09:00-18:00"} and table["dates"]["off"] == ["2026-12-25"]
    assert not keep_setup.policy_table(conn, "shop.urgent")["enabled"]
    assert (standing(conn, "acknowledge").state, standing(conn, "dispatch-language").state) == ("shadow", "on")
    wired.store.close()


async def test_two_people_of_one_name_are_told_apart_before_anything_is_made(home: Path) -> None:
    async with wizard(home) as pilot:
        await to_the(pilot, "team")
        await typed(pilot, "Ana")
        state = app_of(pilot).state
        state.root.form.put("id", "ana")
        part = state.root.form.add_part("others", 0)
        part.put("name", "Anna")
        part.put("id", "ana")
        await press(pilot, "ctrl+s")
        assert state.step.id == "team" and "Two people are called ana" in screen_text(pilot)


async def test_the_language_turns_at_once_and_stays_with_the_person(home: Path) -> None:
    async with wizard(home) as pilot:
        await press(pilot, "space")
        await settled(pilot)
        assert words.language() == "zh_CN"
        await confirm(pilot)
    wired = open_desk(home / "desk")
    from app import habits

    assert habits.chosen(wired.store.conn, "lang", shop.agents(wired.store.conn)[0].id) == "zh_CN"
    wired.store.close()


async def test_colours_turn_at_once(home: Path) -> None:
    async with wizard(home) as pilot:
        await press(pilot, "j", "j", "space")
        assert app_of(pilot).look.theme.name == "light"


async def test_a_folder_that_holds_a_desk_is_refused_beside_its_line(home: Path) -> None:
    (home / "desk").mkdir()
    (home / "desk" / "desk.db").write_text("")
    async with wizard(home) as pilot:
        await press(pilot, "n")
        await typed(pilot, "Nordlicht")
        await press(pilot, "ctrl+s")
        assert "There is already a desk in" in screen_text(pilot) and app_of(pilot).state.step.id == "desk"


async def test_a_desk_that_cannot_be_made_says_so_and_leaves_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from store.errors import N_, Unavailable

    def broken(_plan: object) -> str:
        raise Unavailable(N_("{item} cannot be written."), item="it")

    monkeypatch.setattr("app.first.wizard.make", broken)
    async with wizard(home) as pilot:
        await to_the(pilot, "review")
        await press(pilot, "enter")
        await until(pilot, lambda: "it cannot be written" in screen_text(pilot))
        assert app_of(pilot).made is None and app_of(pilot).state.step.id == "review"


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_every_step_fits_every_screen_in_both_languages(home: Path, size: tuple[int, int], language: str) -> None:
    words.use(language)
    async with wizard(home, size) as pilot:
        state = app_of(pilot).state
        for step in [one.id for one in state.steps]:
            await to_the(pilot, step)
            assert all(width_of(line) <= size[0] for line in screen_text(pilot).split("\n")), step
            if app_of(pilot).place == "field":
                await press(pilot, "escape")
            await press(pilot, "G")
            assert state.root.spot[0] == GO and "→" in screen_text(pilot), step
            state.root.at = 0
            if step in ("desk", "team"):
                await press(pilot, "enter")


async def test_a_click_chooses_and_a_second_one_opens(home: Path) -> None:
    async with wizard(home, (120, 40)) as pilot:
        await to_the(pilot, "hours")
        await pilot.click("#steps", offset=(4, 2))
        assert app_of(pilot).state.step.id == "place"


def test_the_unit_says_what_the_guide_says(home: Path) -> None:
    text = always_on.unit(home / "my desk")
    assert "ExecStart=" in text and f'--desk "{home}/my desk" sync --forever' in text
    assert "--desk" not in always_on.unit(None)


def test_a_unit_of_somebody_else_is_never_overwritten(home: Path) -> None:
    from store.errors import Conflict

    path = always_on.write_unit(None)
    assert path == always_on.write_unit(None) and path.read_text() == always_on.unit(None)
    path.write_text("[Unit]\n")
    with pytest.raises(Conflict):
        always_on.write_unit(None)
    assert path.read_text() == "[Unit]\n"


def test_nothing_but_what_is_there_is_offered_to_run_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert always_on.here({}) == ["later"]


def test_a_kept_file_that_does_not_read_is_no_kept_file(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    for text in ("", "{", "[]", '{"answers": 1, "step": "a"}'):
        path.write_text(text)
        assert keeping.kept(path) is None
    keeping.keep(path, keeping.Kept({"place": {"zone": "UTC"}}, "desk"))
    assert path.stat().st_mode & 0o777 == 0o600 and keeping.kept(path) == keeping.Kept({"place": {"zone": "UTC"}}, "desk")


def test_what_writes_to_buyers_is_never_offered_at_once() -> None:
    assert {p.id for p in offered() if writes(p)} == {"where-is-my-order", "small-refund", "acknowledge"}
    assert told(shipped_packs()["dispatch-senior"], "ana") is None
    assert told(shipped_packs()["stuck"], "ana") == {"lead": "ana"}


def test_every_shipped_policy_is_told_in_a_line() -> None:
    said = [policy_meaning(table) for table in shipped_policies()]
    assert len(set(said)) > 8 and all(text.endswith(".") and "  " not in text and ": ;" not in text for text in said)


def test_guesses_name_what_told_them(tmp_path: Path) -> None:
    assert guess.zone({"TZ": "Asia/Shanghai"}, tmp_path) == ("Asia/Shanghai", "your terminal says {source}", "TZ=Asia/Shanghai")
    (tmp_path / "timezone").write_text("Europe/Berlin\n")
    assert guess.zone({}, tmp_path).value == "Europe/Berlin"
    assert guess.zone({"TZ": "Mars/Phobos"}, tmp_path / "none") == ("UTC", "this machine names no time zone", "")
    assert guess.language(None, {"LANG": "zh_CN.UTF-8"}).source == "LANG=zh_CN.UTF-8"
    assert guess.zones_like("shangh") == ["Asia/Shanghai"] and guess.zones_like("new york")[0] == "America/New_York"


def test_hours_are_drawn_an_hour_a_cell() -> None:
    assert bar_of("09:00-18:00") == "·········█████████······"
    assert bar_of("22:00-06:00") == "██████················██"
    assert bar_of("00:00-24:00") == "█" * 24


def test_the_channel_form_opens_only_when_it_was_wanted() -> None:
    assert list(first_acts({"channel": {"when": "later"}})) == []
    assert next(iter(first_acts({"channel": {"when": "now"}}))) == "go.setup:channels"


async def test_the_colours_that_were_asked_for_stay(home: Path) -> None:
    async with wizard(home, theme="light") as pilot:
        app = app_of(pilot)
        await to_the(pilot, "hours")
        assert app.look.theme.name == "light" and app.state.answers["place"]["theme"] == "light"
        app.last_words()
    async with wizard(home) as pilot:  # they are back with the rest
        app = app_of(pilot)
        await until(pilot, lambda: app.look.theme.name == "light")
        assert app.state.step.id == "hours"
        app.last_words()
    async with wizard(home, theme="mono") as pilot:  # what is asked for now stands above it
        app = app_of(pilot)
        assert app.look.theme.name == "mono" and app.state.answers["place"]["theme"] == "mono"
        await to_the(pilot, "review")
        assert plan(app.state.answers).habits["theme"] == "mono"
        app.exit("")


async def test_no_window_is_too_small_for_a_step(home: Path) -> None:
    async with wizard(home) as pilot:
        await pilot.press("n")
        for size in ((20, 5), (20, 3), (40, 8), (10, 1), (80, 24)):
            await pilot.resize_terminal(*size)
            await settled(pilot)
        assert "Name of the shop" in screen_text(pilot)
