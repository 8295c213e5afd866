"""Where links lead, and where files go and come from."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import filing
from app.links import links
from store.errors import Unavailable


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("See https://a.example/x.", ["https://a.example/x"]),
        ("(https://a.example/w_(1)) and www.b.example,", ["https://a.example/w_(1)", "www.b.example"]),
        ("请看https://a.example/路。谢谢", ["https://a.example/路"]),
        ("mail mailto:x@y.example?subject=1 tel:+4912", ["mailto:x@y.example?subject=1", "tel:+4912"]),
        ("twice https://a.example https://a.example", ["https://a.example"]),
        ("javascript:alert(1) file:///etc/passwd", []),
    ],
)
def test_links_are_found_as_they_stand(text: str, targets: list[str]) -> None:
    assert [link.target for link in links([text])] == targets


@pytest.mark.parametrize(
    ("text", "host", "doubt"),
    [
        ("amazon.de <https://amaz0n.example/login>", "amaz0n.example", "elsewhere"),
        ("https://www.paypal.com@evil.example/", "evil.example", "login"),
        ("https://xn--80ak6aa92e.com/", "xn--80ak6aa92e.com", "letters"),
        ("https://аpple.com/", "аpple.com", "letters"),
        ("http://192.168.0.1/x", "192.168.0.1", "number"),
        ("http://shop.example/", "shop.example", "plain"),
        ("https://[::1", "", "number"),
    ],
)
def test_what_should_make_one_look_twice_is_said(text: str, host: str, doubt: str) -> None:
    (link,) = links([text])
    assert link.host == host and doubt in link.doubts


def test_a_link_whose_text_names_its_target_is_no_doubt() -> None:
    (link,) = links(["www.shop.example <https://shop.example/a>"])
    assert link.doubts == () and link.shown == "www.shop.example"


@given(st.text(max_size=300))
def test_any_text_is_looked_through(text: str) -> None:
    for link in links([text]):
        assert "\x1b" not in link.target and "\n" not in link.target


def test_a_long_line_is_looked_through_at_once() -> None:
    assert links(["a" * 500_000 + " " + "b <" * 50_000 + "https://x.example" + "(" * 100_000]) != []


# Files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../../x", "/etc/passwd", "a\x00b", "..", "con", "x" * 400, "\u202egpj.exe", "-rf"])
def test_whatever_a_file_is_called_it_lands_in_the_folder(tmp_path: Path, name: str) -> None:
    path = filing.save(tmp_path / "drop", name, "image/png", 1, b"data")
    assert path.parent == tmp_path / "drop" and path.read_bytes() == b"data"
    assert path.stat().st_mode & 0o077 == 0


def test_a_link_in_the_folder_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"mine")
    (tmp_path / "a.txt").symlink_to(tmp_path / "target")
    assert filing.save(tmp_path, "a.txt", "text/plain", 1, b"theirs").name == "a-2.txt"
    assert (tmp_path / "target").read_bytes() == b"mine"


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Unavailable):
        filing.save(tmp_path / "file" / "drop", "a", "", 1, b"x")


def test_the_line_that_fetches_a_file_is_one_a_shell_understands() -> None:
    environ = {"SSH_CONNECTION": "10.0.0.9 50000 10.0.0.5 2222"}
    line = filing.fetch_line(1042, 2, "it's $(me).jpg", desk=Path("/srv/our desk"), agent="ana", environ=environ)
    words = shlex.split(line)
    assert words[:3] == ["ssh", "-p", "2222"] and words[3].endswith("@10.0.0.5") and words[5] == ">"
    there = shlex.split(words[4])
    assert there[1:] == ["--desk", "/srv/our desk", "--as", "ana", "attachment", "get", "1042", "2", "--to", "-"]
    assert words[6] == "it's $(me).jpg"


def test_a_path_is_completed_in_the_drop_folder_and_beyond(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "lamp.jpg").touch()
    (tmp_path / "plan.pdf").touch()
    (tmp_path / ".hidden").touch()
    assert [w.text for w in filing.completions("p", 1, tmp_path)] == ["photos/", "plan.pdf"]
    assert [(w.text, w.start) for w in filing.completions("photos/l", 8, tmp_path)] == [("lamp.jpg", 7)]
    assert [w.text for w in filing.completions(f"{tmp_path}/.", len(f"{tmp_path}/."), Path("/"))] == [".hidden"]
    assert filing.completions("nowhere/x", 9, tmp_path) == [] and filing.completions("\0", 1, tmp_path) == []
    assert filing.path_of("~/x", tmp_path) == Path(os.path.expanduser("~/x"))
    assert filing.path_of("x.pdf", tmp_path) == tmp_path / "x.pdf"
