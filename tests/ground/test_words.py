"""The person reads their own language; English costs nothing."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from app import words
from app.locale import usage
from desk.reason import Reason
from store.errors import N_, Invalid, NotFound


@pytest.mark.parametrize(
    ("asked", "environ", "spoken"),
    [
        (None, {}, "en"),
        (None, {"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        (None, {"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
        (None, {"LC_ALL": "", "LC_MESSAGES": "zh_CN", "LANG": "de_DE.UTF-8"}, "zh_CN"),
        (None, {"LANG": "de_DE.UTF-8"}, "en"),
        (None, {"DESKHAND_LANG": "zh", "LC_ALL": "en_GB.UTF-8"}, "zh_CN"),
        ("en", {"DESKHAND_LANG": "zh"}, "en"),
        ("zh-Hans", {}, "zh_CN"),
    ],
)
def test_the_nearest_wish_wins(asked: str | None, environ: dict[str, str], spoken: str) -> None:
    words.use(asked, environ)
    assert words.language() == spoken


def test_asking_for_a_language_nobody_translated_is_refused_by_name() -> None:
    with pytest.raises(Invalid) as caught:
        words.use("tlh", {})
    assert words.render_error(caught.value) == "There is no translation into tlh. Use en, zh_CN."


def test_plurals_and_empty_text() -> None:
    assert words.ngettext("{n} ticket", "{n} tickets", 1) == "{n} ticket"
    assert words.ngettext("{n} ticket", "{n} tickets", 0) == "{n} tickets"
    words.use("zh", {})
    assert words._("") == ""
    assert words.ngettext("a text nobody ever wrote", "texts nobody ever wrote", 2) == "texts nobody ever wrote"


def test_an_error_is_one_sentence_after_the_other_in_the_persons_language() -> None:
    error = NotFound(N_("There is no translation into {item}."), item="tlh", next=N_("Use {known}."), known="en")
    assert words.render_error(error) == "There is no translation into tlh. Use en."
    words.use("zh", {})
    assert words.render_error(error) == "没有 tlh 的译文。可用\N{FULLWIDTH COLON}en。"


def test_an_error_shows_outside_text_harmlessly() -> None:
    error = NotFound(N_("There is no translation into {item}."), item="\x1b]52;c;aGk=\x07{next}\n[/]")
    assert words.render_error(error) == "There is no translation into ␛]52;c;aGk=␇{next} [/]."


def test_argparse_answers_in_chinese() -> None:
    words.use("zh", {})
    usage.install()
    parser = argparse.ArgumentParser("deskhand")
    assert parser.format_usage().startswith("用法")
    assert "显示此帮助后退出" in parser.format_help()


def test_english_loads_no_catalogue(root: Path) -> None:
    code = "import sys, app.words as w; w.use(None, {}); w._('options'); print('gettext' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_what_connectors_said_is_translated_inside_a_sentence_too() -> None:
    said = "imap.shop.example asks to wait."
    error = NotFound(N_("Port {item} cannot be used: {reason}"), item="open", reason=said)
    told = NotFound(N_("Port {item} cannot be used: {reason}"), item="8080", reason=Reason(said))
    assert words.render_error(error) == f"Port open cannot be used: {said}"
    words.use("zh", {})
    assert words.render_error(error) == "端口 open 无法使用\N{FULLWIDTH COLON}imap.shop.example 要求稍候。"
    assert words.render_error(told) == "端口 8080 无法使用\N{FULLWIDTH COLON}imap.shop.example 要求稍候。"
