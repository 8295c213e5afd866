"""Pixels as sixels, the picture format of DEC's terminals: bands of six rows, each drawn colour by colour."""

from __future__ import annotations

import re
from collections.abc import Sequence

_RUN = re.compile(rb"(.)\1{3,}", re.DOTALL)


def sixels(pixels: bytes, width: int, height: int, palette: Sequence[int]) -> bytes:
    """`pixels` are `width` × `height` numbers of colours, `palette` red, green and blue (0 to 255) of each in turn."""
    out = [b'\x1bP0;1q"1;1;%d;%d' % (width, height)]
    for number in sorted(set(pixels)):
        red, green, blue = (round(part * 100 / 255) for part in palette[3 * number : 3 * number + 3])
        out.append(b"#%d;2;%d;%d;%d" % (number, red, green, blue))
    for top in range(0, height, 6):
        out.append(_band([pixels[y * width : (y + 1) * width] for y in range(top, min(top + 6, height))], width))
    return b"".join((*out, b"\x1b\\"))


def _band(rows: Sequence[bytes], width: int) -> bytes:
    """Up to six rows. A character of it says which of the six pixels of a column have the colour."""
    lines: dict[int, bytearray] = {}
    blank = bytes([0]) * width
    for bit, row in enumerate(rows):
        for x, number in enumerate(row):
            line = lines.get(number)
            if line is None:
                line = lines[number] = bytearray(blank)
            line[x] |= 1 << bit
    drawn = (b"#%d" % number + _packed(bytes(line).translate(_TO_TEXT)) for number, line in lines.items())
    return b"$".join(drawn) + b"-"


_TO_TEXT = bytes((63 + value) if value < 64 else 63 for value in range(256))


def _packed(line: bytes) -> bytes:
    """Runs told once; what ends a line blank need not be told."""
    return _RUN.sub(lambda run: b"!%d%s" % (len(run[0]), run[1]), line.rstrip(b"?"))
