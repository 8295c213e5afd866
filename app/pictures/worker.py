"""The process that opens a stranger's photo: no files to write, little memory, little time, nobody's secrets.

Started by `decoding`, never by hand. One JSON line and the file's bytes on stdin; one JSON line and the result on stdout.
"""

from __future__ import annotations

import io
import json
import sys
import warnings
from contextlib import suppress
from typing import Any

from PIL import Image, ImageFile, ImageOps

from app.pictures.sixel import sixels
from app.pictures.wanted import ANSI, BLOCKS, CUBE, FACTS, FORMATS, KITTY, MEMORY, PIXELS, View, Wanted

ANSI_COLOURS = (
    (0, 0, 0), (170, 0, 0), (0, 170, 0), (170, 85, 0), (0, 0, 170), (170, 0, 170), (0, 170, 170), (170, 170, 170),
    (85, 85, 85), (255, 85, 85), (85, 255, 85), (255, 255, 85), (85, 85, 255), (255, 85, 255), (85, 255, 255),
    (255, 255, 255),
)  # fmt: skip
"""The sixteen as most terminals mix them; a theme of the terminal's own may differ."""
_STEPS = (0, 95, 135, 175, 215, 255)
_GREYS = tuple(range(8, 248, 10))


class Unshowable(Exception):
    """Why there is nothing to show, one word of `app.pictures.decoding.REASONS`."""


def opened(data: bytes) -> Image.Image:
    """The first frame, not yet decoded. Raises Unshowable."""
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except Exception as exc:  # whatever a decoder says of strange bytes
        raise Unshowable("unknown") from exc
    width, height = image.size
    if width <= 0 or height <= 0:
        raise Unshowable("broken")
    if width * height > PIXELS:
        raise Unshowable("large")
    return image


def facts(image: Image.Image) -> dict[str, Any]:
    """What its head says; sides are swapped where the camera was held upright."""
    width, height = image.size
    if _turned(image):
        width, height = height, width
    return {"format": image.format or "", "full_width": width, "full_height": height, "frames": _frames(image)}


def _turned(image: Image.Image) -> bool:
    try:
        return bool(image.getexif().get(0x0112, 1) in (5, 6, 7, 8))
    except Exception:  # a broken tag turns nothing
        return False


def _frames(image: Image.Image) -> int:
    # Counting the frames of a GIF reads all of it; whether there is a second one is enough.
    return 2 if getattr(image, "is_animated", False) else 1


def decoded(image: Image.Image, wanted: Wanted) -> tuple[Image.Image, bool]:
    """The part that is wanted in the size that is wanted, as RGB without any of its metadata, and whether the file ended
    too soon. Raises Unshowable."""
    side = max(wanted.width, wanted.height) * wanted.view.zoom * 2
    image.draft("RGB", (side, side))
    cut_off = False
    try:
        image.load()
    except MemoryError as exc:
        raise Unshowable("large") from exc
    except Exception:
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        cut_off = True
        try:
            image.load()
        except Exception as again:
            raise Unshowable("broken") from again
    with suppress(Exception):  # a broken tag: shown as it lies
        image = ImageOps.exif_transpose(image)
    image = _cropped(image, wanted.view)
    image.thumbnail((max(1, wanted.width), max(1, wanted.height)), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return _plain(image), cut_off


def _cropped(image: Image.Image, view: View) -> Image.Image:
    if view.zoom <= 1:
        return image
    width, height = max(1, image.width // view.zoom), max(1, image.height // view.zoom)
    left = min(max(0, round(image.width * view.x - width / 2)), image.width - width)
    top = min(max(0, round(image.height * view.y - height / 2)), image.height - height)
    return image.crop((left, top, left + width, top + height))


def _plain(image: Image.Image) -> Image.Image:
    """RGB; what shows through lies on white."""
    if image.mode.startswith("I") or image.mode == "F":
        _low, high = image.convert("F").getextrema()
        scale = 255 / high if isinstance(high, float) and high > 255 else 1.0
        image = image.convert("F").point(lambda value: value * scale).convert("L")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        over = image.convert("RGBA")
        under = Image.new("RGBA", over.size, (255, 255, 255, 255))
        return Image.alpha_composite(under, over).convert("RGB")
    return image.convert("RGB")


def bytes_of(image: Image.Image, wanted: Wanted) -> bytes:
    """As the mode has it."""
    if wanted.mode == KITTY:
        out = io.BytesIO()
        # 256 colours with dithering look the same at this size and take a third of the line.
        image.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG).save(out, "PNG", compress_level=4)
        return out.getvalue()
    if wanted.mode == BLOCKS:
        if wanted.colours == ANSI:
            return image.quantize(palette=_palette(ANSI_COLOURS), dither=Image.Dither.FLOYDSTEINBERG).tobytes()
        if wanted.colours == CUBE:
            cube = [(r, g, b) for r in _STEPS for g in _STEPS for b in _STEPS] + [(g, g, g) for g in _GREYS]
            image = image.quantize(palette=_palette(cube), dither=Image.Dither.FLOYDSTEINBERG).convert("RGB")
        return image.tobytes()
    few = image.quantize(96, Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG)
    palette = few.getpalette() or []
    return sixels(few.tobytes(), few.width, few.height, palette)


def _palette(colours: Any) -> Image.Image:
    made = Image.new("P", (1, 1))
    flat = [part for colour in colours for part in colour]
    made.putpalette(flat + flat[:3] * (256 - len(flat) // 3))
    return made


def answer(wanted: Wanted, data: bytes) -> tuple[dict[str, Any], bytes]:
    """The head of the answer and what follows it."""
    try:
        image = opened(data)
        head = facts(image)
        if wanted.mode == FACTS:
            return {**head, "cut_off": False, "width": 0, "height": 0}, b""
        picture, cut_off = decoded(image, wanted)
        return {**head, "cut_off": cut_off, "width": picture.width, "height": picture.height}, bytes_of(picture, wanted)
    except Unshowable as exc:
        return {"reason": str(exc)}, b""
    except MemoryError:
        return {"reason": "large"}, b""


def main() -> None:
    _limit()
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None  # our own limit is asked first, and says so in words
    line = json.loads(sys.stdin.buffer.readline())
    wanted = Wanted(line["mode"], line["width"], line["height"], line["colours"], View(*line["view"]))
    head, data = answer(wanted, sys.stdin.buffer.read())
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + data)
    sys.stdout.buffer.flush()


def _limit() -> None:
    try:
        import resource
    except ImportError:  # not on this system; the deadline still holds
        return
    limits = {
        resource.RLIMIT_CORE: 0, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_DATA: MEMORY, resource.RLIMIT_CPU: 5,
        resource.RLIMIT_NOFILE: 32, resource.RLIMIT_NPROC: 0,
    }  # fmt: skip
    for what, value in limits.items():
        _soft, hard = resource.getrlimit(what)
        ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (ceiling, ceiling))
