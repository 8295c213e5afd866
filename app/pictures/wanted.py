"""What is asked of the process that opens photos, and what it answers. No Pillow here, no Textual."""

from __future__ import annotations

from typing import NamedTuple

BLOCKS, KITTY, SIXEL, FACTS = "blocks", "kitty", "sixel", "facts"
"""As the bytes come back: RGB rows, a PNG, a sixel string, or nothing but what is known of it."""

FULL, CUBE, ANSI = "true", "256", "16"
"""Colours a terminal has; blocks of `ANSI` come as one colour number a pixel, others as red, green and blue."""

LARGEST = 30 << 20
"""Bytes of a file that is opened at all."""
PIXELS = 80_000_000
"""Pixels of one that is decoded: a phone's largest setting; a JPEG is read at a fraction of it."""
SECONDS = 4.0
"""Longest it may take."""
MEMORY = 512 << 20

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF")
"""Decoders that are let near a stranger's bytes; Pillow knows many more."""


class View(NamedTuple):
    """Which part is wanted: `zoom` 1 is all of it, 2 half of its width and height; `x` and `y` are the middle, 0 to 1."""

    zoom: int = 1
    x: float = 0.5
    y: float = 0.5


class Wanted(NamedTuple):
    """`width` and `height` are pixels it must fit into."""

    mode: str
    width: int
    height: int
    colours: str = FULL
    view: View = View()


class Picture(NamedTuple):
    """`full_width` and `full_height` are the photo's own as one looks at it, turned the right way up; `width` and `height`
    those of `data`."""

    format: str
    full_width: int
    full_height: int
    frames: int
    cut_off: bool
    """Whether the file ends before the photo does."""
    width: int
    height: int
    data: bytes
