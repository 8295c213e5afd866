"""Settings: each is explained, tells who says so, and is changed in one place; none is read that the list does not know."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from app import habits, notify, words
from app.settings.environment import FOR_TESTS, UNTOLD, VARIABLES
from app.settings.reading import Place, every, options, present, put
from app.settings.registry import GROUPS, INNER, SETTINGS, STORED
from desk import template_book
from desk.automation.library import template_from
from store.errors import DeskError, Invalid, NotFound, Refused
from store.sql import shop
from store.values import Actor
from tests.app.desks import TestDesk, desk_of, press, screen_text, until, write

ROOT = Path(__file__).parents[2]
CODE = [path for room in ("app", "desk", "store", "connectors", "themes") for path in (ROOT / room).rglob("*.py")]
ANA = Actor("agent", "ana")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestDesk]:
    monkeypatch.delenv("DESKHAND_THEME", raising=False)
    monkeypatch.delenv("DESKHAND_LANG", raising=False)
    monkeypatch.setenv("DESKHAND_CONFIG", str(tmp_path / "config"))
    made = TestDesk(tmp_path)
    yield made
    made.store.close()


def place(desk: TestDesk, **environ: str) -> Place:
    return Place(desk.store.conn, "ana", desk.store.folder, environ)


def set_to(desk: TestDesk, key: str, value: str) -> None:
    with desk.store.write(ANA) as unit:
        put(unit, place(desk), key, value)


# The list is whole ------------------------------------------------------------------------------------


def variables_read(path: Path) -> set[str]:
    """Names of variables of the environment that a module reads, however it spells it."""
    text = path.read_text("utf-8")
    if path.parent.name == "settings" or ("environ" not in text and "getenv" not in text):
        return set()
    found = set(re.findall(r"environ(?:\.get\(|\.pop\(|\[)\s*\"([A-Z_]+)\"", text))
    found |= set(re.findall(r"\"([A-Z_]+)\" (?:not )?in (?:os\.)?environ", text))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            named = re.fullmatch(r"(?:DESKHAND|XDG|LC)_[A-Z_]*[A-Z]", node.value) or node.value in VARIABLES
            found |= {node.value} if named else set()
    return {name for name in found if not name.startswith("DESKHAND_SECRET_")}


def test_every_variable_that_is_read_is_in_the_list() -> None:
    read = {name: path for path in CODE for name in variables_read(path)}
    assert not {name: path.name for name, path in read.items() if name not in VARIABLES and name not in FOR_TESTS}
    assert set(VARIABLES) - {"DESKHAND_SECRET_"} <= set(read)


def kept_keys(path: Path) -> set[str]:
    """Keys of the table `meta` that a module names: in its statements, or as a text that begins one."""
    text = path.read_text("utf-8")
    if not re.search(r"\bmeta\b", text):
        return set()
    found = set(re.findall(r"meta WHERE key = '([a-z_]+)'", text)) | set(re.findall(r"\.meta\(\"([a-z_]+)\"\)", text))
    found |= set(re.findall(r"meta \(key, value\) VALUES \('([a-z_]+)'", text))
    found |= set(re.findall(r"f\"([a-z_]+)[:/]\{[a-z_]+\}", text)) if "FROM meta" in text or "INTO meta" in text else set()
    for line in re.findall(r"^_[A-Z_, ]+ = [\"(].*$", text, re.M) if "INTO meta" in text else []:
        found |= set(re.findall(r"\"([a-z_]{5,})\"", line))
    return found


def test_every_key_that_is_kept_is_a_setting_or_a_note_of_the_programs_own() -> None:
    read = {key: path for path in CODE for key in kept_keys(path)}
    known = {*SETTINGS, *INNER, *STORED, "class"}  # the last is no key but the name of views
    assert not {key: str(path) for key, path in read.items() if key not in known}
    assert {"name", "uuid", "timer", "seen", "learner_choice", "clocks_stale_after"} <= set(read)


def test_every_habit_is_a_setting() -> None:
    assert set(habits.HABITS) <= set(SETTINGS)
    assert {f"notify.{kind}" for kind in notify.KINDS} <= set(SETTINGS)


def test_every_setting_is_explained_in_a_sentence(desk: TestDesk) -> None:
    for one in every(place(desk)):
        assert one.setting.about.endswith(".") and one.setting.group in GROUPS and one.setting.default, one.setting.key
        assert one.said and one.where, one.setting.key


# What one is, and who says so --------------------------------------------------------------------------


def test_a_choice_of_a_person_stands_under_the_environment(desk: TestDesk) -> None:
    assert present(place(desk), "theme").source == "default"
    set_to(desk, "theme", "light")
    assert present(place(desk), "theme")[1:4] == ("light", "light", "person")
    above = present(place(desk, DESKHAND_THEME="mono"), "theme")
    assert (above.value, above.where, above.chosen) == ("mono", "said by the environment: DESKHAND_THEME", "light")
    set_to(desk, "theme", "")
    assert present(place(desk), "theme").source == "default"


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("lang", "zh_CN", "简体中文"), ("mouse", "off", "switched off"), ("after", "list", "back to the list"),
        ("zone", "Asia/Shanghai", "Asia/Shanghai"), ("signature", "Ana\nCare", "Ana\nCare"), ("first", "done", "put away"),
        ("notify.assigned", "toast,bell", "toast, bell"), ("notify.mention", "", "not at all"),
        ("quiet", "22:00-07:00", "22:00-07:00"),
        ("name", "Südlicht", "Südlicht"), ("learning", "off", "switched off"), ("hold.mail", "30", "30 s"),
    ],
)  # fmt: skip
def test_each_is_set_and_goes_back(desk: TestDesk, key: str, value: str, said: str) -> None:
    before = present(place(desk), key)
    set_to(desk, key, value)
    now = present(place(desk), key)
    assert now.source in ("person", "desk") and now.said.split() == said.split()
    set_to(desk, key, {"hold.mail": "10", "notify.assigned": "default", "notify.mention": "default"}.get(key, ""))
    back = present(place(desk), key)
    assert back.said == before.said or key == "name"


def test_what_cannot_be_is_refused_with_what_can(desk: TestDesk) -> None:
    for key, value in (("theme", "pink"), ("mouse", "maybe"), ("quiet", "soon"), ("zone", "Mars"), ("learning", "x"),
                       ("hold.mail", "long"), ("hold.mail", "999"), ("notify.mention", "loud"), ("lang", "de")):  # fmt: skip
        with pytest.raises(Invalid):
            set_to(desk, key, value)
    for key in ("folder", "encrypted", "keys", "TERM", "hours"):
        with pytest.raises(Refused):
            set_to(desk, key, "x")
    with pytest.raises(NotFound):
        set_to(desk, "nothing", "x")
    with pytest.raises(NotFound):
        set_to(desk, "hold.none", "1")


def test_a_secret_is_never_shown(desk: TestDesk) -> None:
    told = place(desk, DESKHAND_VAULT_PASSPHRASE="hush", DESKHAND_SECRET_MAIL_PASSWORD="hush")
    assert all("hush" not in f"{one.value}{one.said}" for one in every(told))
    assert all(present(told, name).said == "set" for name in UNTOLD)


def test_without_a_person_only_what_is_nobodys(desk: TestDesk) -> None:
    nobody = Place(desk.store.conn, "", desk.store.folder, {})
    assert {one.setting.keeper for one in every(nobody)} == {"desk", "environment", "file"}
    with pytest.raises(DeskError):
        present(nobody, "theme")


def test_options_begin_with_as_it_comes(desk: TestDesk) -> None:
    found = options(place(desk), SETTINGS["theme"])
    assert found[0] == ("", "as it comes: what the terminal can show") and ("light", "light") in found


# In the set-up --------------------------------------------------------------------------------------------


async def test_a_theme_saved_in_the_form_is_worn_at_once_and_z_takes_it_back(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        desk_of(pilot).perform("go.setup:settings/looks#theme")
        await until(pilot, lambda: desk_of(pilot).place == "form" and "Unless chosen" in screen_text(pilot))
        page = desk_of(pilot).acts.setting_up.state.root  # type: ignore[union-attr]
        assert page is not None and page.spot == ("theme", -1)
        page.form.put("theme", "light")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: desk_of(pilot).look.theme.name == "light")
        assert habits.chosen(desk.store.conn, "theme", "ana") == "light" and not habits.chosen(desk.store.conn, "theme", "wei")
        await press(pilot, "z")
        await until(pilot, lambda: not habits.chosen(desk.store.conn, "theme", "ana"))
        assert desk_of(pilot).look.theme.name != "light"


async def test_only_what_was_changed_is_kept(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        desk_of(pilot).perform("go.setup:settings/notices")
        await until(pilot, lambda: desk_of(pilot).place == "form")
        page = desk_of(pilot).acts.setting_up.state.root  # type: ignore[union-attr]
        assert page is not None
        page.form.put("notify.mention", ("bell",))
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "saved" in screen_text(pilot))
        assert notify.of_agent(desk.store.conn, "ana").kinds == {**notify.DEFAULT, "mention": ("bell",)}


async def test_the_palette_finds_a_setting_by_its_name(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await press(pilot, ":")
        await write(pilot, "quiet")
        await until(pilot, lambda: "setting: Quiet hours" in screen_text(pilot))
        await press(pilot, "enter")
        await until(pilot, lambda: desk_of(pilot).place == "form")
        page = desk_of(pilot).acts.setting_up.state.root  # type: ignore[union-attr]
        assert page is not None and page.spot[0] == "quiet"


async def test_a_theme_chosen_by_name_is_there_the_next_time(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        desk_of(pilot).perform("app.theme:light")
        await until(pilot, lambda: habits.chosen(desk.store.conn, "theme", "ana") == "light")
        assert desk_of(pilot).look.theme.name == "light"


def test_take_back_is_told_for_every_channel(desk: TestDesk) -> None:
    (one,) = [p for p in every(place(desk)) if p.setting.group == "sending"]
    assert (one.setting.key, one.setting.label) == ("hold.mail", "Nordlicht mail")
    assert shop.channel(desk.store.conn, "mail") is not None


def test_the_page_of_settings_in_the_docs_is_current(root: Path) -> None:
    from app.settings.page import page

    assert (root / "docs" / "settings.md").read_text("utf-8") == page(), "run: python -m app.settings > docs/settings.md"


async def saved(pilot: Pilot[int], key: str, value: str, group: str = "looks") -> None:
    """A setting chosen in its form, as a person would."""
    desk_of(pilot).perform(f"go.setup:settings/{group}#{key}")
    await until(pilot, lambda: desk_of(pilot).place == "form")
    page = desk_of(pilot).acts.setting_up.state.root  # type: ignore[union-attr]
    assert page is not None
    page.form.put(key, value)
    await press(pilot, "ctrl+s")
    await until(pilot, lambda: page is not desk_of(pilot).acts.setting_up.state.root)  # type: ignore[union-attr]


async def test_another_language_is_spoken_at_once_and_z_goes_back(desk: TestDesk) -> None:
    desk.mail("Where is my parcel?")
    words.use("en")
    async with desk.workstation() as pilot:
        await until(pilot, lambda: "Inbox" in screen_text(pilot))
        await saved(pilot, "lang", "zh_CN")
        await until(pilot, lambda: "设置" in screen_text(pilot) and "语言" in screen_text(pilot))
        assert "Settings" not in screen_text(pilot) and "Language" not in screen_text(pilot)
        await press(pilot, "g", "i")
        await until(pilot, lambda: "收件箱" in screen_text(pilot))
        assert not {"Inbox", "open", "reply", "Shipping"} & set(screen_text(pilot).split())
        await press(pilot, "r")
        await until(pilot, lambda: "回复" in screen_text(pilot) and "Reply" not in screen_text(pilot))
        await press(pilot, "escape", "escape")
        await until(pilot, lambda: desk_of(pilot).composer is None)
        desk_of(pilot).perform("go.setup:settings/looks")
        await until(pilot, lambda: desk_of(pilot).place == "form")
        await press(pilot, "z")
        await until(pilot, lambda: words.language() == "en" and "Settings" in screen_text(pilot))


async def test_the_language_of_the_environment_stands_above_it(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKHAND_LANG", "en")
    words.use("en")
    async with desk.workstation() as pilot:
        await saved(pilot, "lang", "zh_CN")
        assert words.language() == "en"


async def test_the_mouse_goes_and_comes_at_once(desk: TestDesk) -> None:
    told: list[bool] = []
    async with desk.workstation() as pilot:
        pilot.app._driver.heed_mouse = told.append  # type: ignore[union-attr]
        await saved(pilot, "mouse", "off")
        await saved(pilot, "mouse", "on")
    assert told == [False, True]


async def test_times_are_told_in_another_zone_at_once(desk: TestDesk) -> None:
    desk.mail("Where is my parcel?")
    async with desk.workstation() as pilot:
        await saved(pilot, "zone", "Asia/Tokyo", "work")
        assert str(desk_of(pilot).session.zone) == "Asia/Tokyo"
        assert desk_of(pilot).desk_screen.clocks.zone is desk_of(pilot).session.zone


async def test_a_theme_of_ones_own_is_worn_anew_when_its_file_is_saved(
    desk: TestDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.own_theme._LOOK_S", 0.02)
    folder = tmp_path / "config" / "themes"
    folder.mkdir(parents=True)
    file = folder / "mine.toml"

    def save(colour: str) -> None:
        before = file.stat().st_mtime_ns if file.exists() else 0
        file.write_text(f'extends = "dark"\n[roles]\ndanger = {{ fg = "{colour}" }}')
        os.utime(file, ns=(before + 1, before + 1))

    save("#aa0000")
    async with desk.workstation() as pilot:
        app = desk_of(pilot)
        app.perform("app.theme:mine")
        await until(pilot, lambda: app.look.theme.roles["danger"].fg == "#aa0000")
        save("#bb0000")
        await until(pilot, lambda: app.look.theme.roles["danger"].fg == "#bb0000")
        save("reddish")
        await until(pilot, lambda: "reddish" in screen_text(pilot))
        assert app.look.theme.roles["danger"].fg == "#bb0000"
        save("#cc0000")
        await until(pilot, lambda: app.look.theme.roles["danger"].fg == "#cc0000")


def test_the_next_start_speaks_the_language_that_was_chosen(desk: TestDesk) -> None:
    words.use("en")
    set_to(desk, "lang", "zh_CN")
    habits.speak(desk.store.conn, "ana", "en")
    assert words.language() == "en", "another one was asked for"
    habits.speak(desk.store.conn, "wei", None)
    assert words.language() == "en", "it is that of a colleague"
    habits.speak(desk.store.conn, "ana", None)
    assert words.language() == "zh_CN"


async def test_a_signature_stands_in_the_next_template(desk: TestDesk) -> None:
    desk.mail("Where is my parcel?")
    with desk.store.write(ANA) as unit:
        template_book.save(unit, template_from({"id": "bye", "names": {"en": "Bye"}, "text": {"en": "Bye\n{{agent.signature}}"}}))
    async with desk.workstation() as pilot:
        await saved(pilot, "signature", "Ana, at your service", "work")
        await press(pilot, "g", "i", "t")
        await write(pilot, "bye")
        await until(pilot, lambda: "Ana, at your service" in screen_text(pilot))
