"""Photos opened in their own process: kind ones, strange ones, and those made to do harm."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from app import terminals
from app.pictures import decoding
from app.pictures.decoding import decode
from app.pictures.fitting import cells, closer, moved
from app.pictures.sixel import sixels
from app.pictures.wanted import ANSI, BLOCKS, FACTS, KITTY, SIXEL, View, Wanted
from store.errors import Unavailable
from tests.app.desks import TestDesk, desk_of, press, screen_text, until
from tests.media.kit import photo, png, with_files

SMALL = Wanted(BLOCKS, 20, 20)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "AVIF"])
async def test_every_usual_kind_is_shown(kind: str) -> None:
    picture = await decode(photo(64, 48, kind), SMALL)
    assert (picture.format, picture.full_width, picture.full_height) == (kind, 64, 48)
    assert (picture.width, picture.height) == (20, 15) and len(picture.data) == 20 * 15 * 3
    assert picture.data[0] > 150 and picture.data[3 * 19 + 2] > 150


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
async def test_every_way_of_colouring_becomes_colours(mode: str) -> None:
    made, out = photo(40, 40), io.BytesIO()
    image = Image.open(io.BytesIO(made))
    image = Image.frombytes("I;16", (40, 40), b"\xff\xff" * 1600) if mode == "I;16" else image.convert(mode)
    image.save(out, "TIFF" if mode in ("CMYK", "I;16") else "PNG")
    assert len((await decode(out.getvalue(), SMALL)).data) == 20 * 20 * 3


async def test_a_photo_held_upright_stands_upright_and_says_nothing_else_of_itself() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "secret place"
    picture = await decode(photo(64, 32, "JPEG", exif=exif), Wanted(KITTY, 64, 64))
    assert (picture.full_width, picture.full_height, picture.width, picture.height) == (32, 64, 32, 64)
    assert picture.data.startswith(b"\x89PNG") and b"secret" not in picture.data
    assert not Image.open(io.BytesIO(picture.data)).getexif()


async def test_of_a_moving_picture_the_first_frame_is_shown() -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "lime", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    picture = await decode(out.getvalue(), SMALL)
    assert picture.frames > 1 and picture.data[:3] == bytes((255, 0, 0))


async def test_a_file_that_ends_too_soon_shows_what_there_is() -> None:
    whole = photo(400, 400, "JPEG")
    assert (await decode(whole[: len(whole) // 2], SMALL)).cut_off
    assert not (await decode(whole, SMALL)).cut_off


HOSTILE = {
    "a bomb of pixels": png(50_000, 50_000),
    "pixels by the head, none in the body": png(4_000, 4_000),
    "a bomb that unpacks": png(9_000, 8_000, zlib.compress(bytes(40 << 20), 9)),
    "no size": png(0, 0),
    "nothing": b"",
    "noise": bytes(range(256)) * 40,
    "only a head": photo(64, 48, "JPEG")[:40],
    "a format nobody asked for": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(/etc/passwd) run showpage\n",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
    "an icon of many": b"\x00\x00\x01\x00\xff\xff" + bytes(2000),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_photo_costs_only_itself(name: str) -> None:
    try:
        picture = await decode(HOSTILE[name], SMALL)
    except Unavailable as error:
        assert str(error) or error.message
    else:
        assert picture.width <= 20 and picture.height <= 20


async def test_one_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "_START", "import time; time.sleep(60)")
    with pytest.raises(Unavailable, match="too long"):
        await decode(photo(), SMALL, seconds=0.3)


@pytest.mark.parametrize("start", ["import os; os._exit(3)", "print('{\"reason\": ', flush=True)", "print('[]')",
                                   "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"])  # fmt: skip
async def test_one_that_kills_its_process_is_said_in_words(monkeypatch: pytest.MonkeyPatch, start: str) -> None:
    monkeypatch.setattr(decoding, "_START", start)
    with pytest.raises(Unavailable, match="stopped"):
        await decode(photo(), SMALL)


async def test_a_file_too_large_is_not_even_tried() -> None:
    with pytest.raises(Unavailable, match="too large"):
        await decode(bytes(decoding.LARGEST + 1), SMALL)


async def test_the_process_has_nobodys_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKHAND_SECRET_DESK_KEY", "hidden")
    monkeypatch.setattr(decoding, "_START", "import os, json; print(json.dumps({'reason': 'unknown'} if "
                                            "not [k for k in os.environ if 'SECRET' in k] else []))")  # fmt: skip
    with pytest.raises(Unavailable, match="no photo"):
        await decode(photo(), SMALL)


async def test_sixteen_colours_come_as_their_numbers() -> None:
    picture = await decode(photo(40, 40), Wanted(BLOCKS, 10, 10, ANSI))
    assert len(picture.data) == 100 and max(picture.data) < 16


async def test_facts_are_told_without_decoding() -> None:
    picture = await decode(png(4_000, 3_000), Wanted(FACTS, 0, 0))
    assert (picture.full_width, picture.full_height, picture.data) == (4_000, 3_000, b"")


async def test_closer_shows_a_part_and_the_part_stays_inside() -> None:
    view = closer(View(), 1)
    left = moved(moved(moved(view, -1, 0), -1, 0), 0, 0)
    assert (view.zoom, left.x) == (2, 0.25)
    red = await decode(photo(64, 64), Wanted(BLOCKS, 8, 8, view=left))
    assert {red.data[i : i + 3] for i in range(0, len(red.data), 3)} == {bytes((220, 20, 20))}
    assert closer(View(8), 1) == View(8) and closer(View(), -1) == View()


async def test_a_sixel_picture_is_whole() -> None:
    picture = await decode(photo(30, 20), Wanted(SIXEL, 30, 20))
    assert picture.data.startswith(b'\x1bP0;1q"1;1;30;20') and picture.data.endswith(b"\x1b\\")
    assert drawn(picture.data, 30, 20) == {0: 15, 1: 15}


def drawn(data: bytes, width: int, height: int) -> dict[int, int]:
    """How many columns of the first row each colour fills, colours in the order of their first column."""
    text = re.sub(rb"#\d+;2;\d+;\d+;\d+", b"", data.split(b'"', 1)[1].split(b"\x1b")[0].split(b";%d" % height, 1)[1])
    band, counts = text.split(b"-")[0], {}
    for line in band.split(b"$"):
        colour, rest = re.match(rb"#(\d+)(.*)", line, re.DOTALL).groups()  # type: ignore[union-attr]
        plain = re.sub(rb"!(\d+)(.)", lambda run: run[2] * int(run[1]), rest, flags=re.DOTALL)
        columns = [x for x, byte in enumerate(plain) if (byte - 63) & 1]
        counts[int(colour)] = (columns[0] if columns else width, len(columns))
    return {n: count for n, (_first, count) in enumerate(sorted(v for v in counts.values() if v[1]))}


def test_sixels_of_few_pixels() -> None:
    assert sixels(bytes([0, 1, 1, 1, 1, 1]), 6, 1, [255, 0, 0, 0, 0, 255]) == (
        b'\x1bP0;1q"1;1;6;1#0;2;100;0;0#1;2;0;0;100#0@$#1?!5@-\x1b\\'
    )


async def test_a_picture_fits_the_cells_there_are() -> None:
    picture = await decode(photo(400, 100), Wanted(KITTY, 200, 200))
    assert cells(picture, 80, 24, (10, 20), grow=True) == (40, 5)
    assert cells(picture, 10, 24, (10, 20), grow=True) == (10, 1)


# In the workstation --------------------------------------------------------------------------------------


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestDesk]:
    monkeypatch.setenv("DESKHAND_DROP", str(tmp_path / "drop"))
    made = TestDesk(tmp_path)
    ticket = made.mail("Broken", "See https://track.example/a?b=1.")
    with_files(made, ticket, ("lamp.png", "image/png", photo(60, 40)), ("../../evil\x1b[31m.png", "image/png", photo(30, 30)),
               ("note.txt", "text/plain", b"one\n\x1b]52;c;AAAA\x07two"),
               ("bad.jpg", "image/jpeg", HOSTILE["noise"]))  # fmt: skip
    yield made
    made.store.close()


async def test_p_shows_the_photos_one_after_the_other(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await press(pilot, "P")
        await until(pilot, lambda: "▀" in screen_text(pilot))
        assert "1/3  lamp.png  60×40 PNG" in screen_text(pilot) and "Marie Dubois" in screen_text(pilot)
        await press(pilot, "n")
        await until(pilot, lambda: "2/3" in screen_text(pilot) and "30×30" in screen_text(pilot))
        assert "\x1b" not in screen_text(pilot)
        await press(pilot, "n")
        await until(pilot, lambda: "no photo of a kind" in screen_text(pilot))
        assert " ssh " in screen_text(pilot)
        await press(pilot, "escape")
        assert desk_of(pilot).sheet is None and "Broken" in screen_text(pilot)


async def test_closer_and_whole_again(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await press(pilot, "P")
        await until(pilot, lambda: "▀" in screen_text(pilot))
        await press(pilot, "plus")
        await until(pilot, lambda: "2×" in screen_text(pilot))
        await press(pilot, "h", "f")
        await until(pilot, lambda: "2×" not in screen_text(pilot).split("\n")[0])


async def test_files_are_listed_read_and_saved_under_safe_names(desk: TestDesk, tmp_path: Path) -> None:
    async with desk.workstation() as pilot:
        await press(pilot, "D")
        assert "Files of #1" in screen_text(pilot) and " ssh " in screen_text(pilot)
        await press(pilot, "S")
        assert "4 files saved" in screen_text(pilot)
        names = sorted(p.name for p in (tmp_path / "drop").iterdir())
        assert len(names) == 4 and not [n for n in names if "/" in n or "\x1b" in n or n.startswith(".")]
        assert [p for p in tmp_path.rglob("*evil*") if p.parent != tmp_path / "drop"] == []
        await press(pilot, "j", "j", "enter")
        assert "two" in screen_text(pilot) and "\x1b" not in screen_text(pilot) and "␛]52" in screen_text(pilot)


async def test_saving_again_keeps_one_copy_and_never_writes_over_another(desk: TestDesk, tmp_path: Path) -> None:
    (tmp_path / "drop").mkdir()
    (tmp_path / "drop" / "lamp.png").write_bytes(b"mine")
    async with desk.workstation() as pilot:
        await press(pilot, "D", "s", "s")
        assert (tmp_path / "drop" / "lamp.png").read_bytes() == b"mine"
        assert sorted(p.name for p in (tmp_path / "drop").iterdir()) == ["lamp-2.png", "lamp.png"]


async def test_links_show_where_they_lead_and_are_only_copied(desk: TestDesk) -> None:
    async with desk.workstation() as pilot:
        await press(pilot, "O")
        assert "leads to track.example" in screen_text(pilot) and "https://track.example/a?b=1 " in screen_text(pilot)
        await press(pilot, "y")
        assert "whether it took it" in screen_text(pilot)
        assert desk_of(pilot).clipboard == "https://track.example/a?b=1"


async def test_a_ticket_without_them_says_so(desk: TestDesk) -> None:
    desk.mail("Nothing", hours_ago=9)
    async with desk.workstation() as pilot:
        for key, words in (("P", "no photos"), ("D", "no files"), ("O", "no links")):
            await press(pilot, key)
            assert words in screen_text(pilot)


def test_placed_by_characters_every_row_has_its_mark() -> None:
    rows = {terminals.places(n, 3) for n in range(terminals.MOST_ROWS)}
    assert len(rows) == terminals.MOST_ROWS and all(len(row) == 4 for row in rows)
