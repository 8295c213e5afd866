"""Photos made on the spot, kind and hostile, and a ticket that has them."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image

from store.sql import messages
from store.values import SYSTEM
from tests.app.desks import TestDesk


def photo(width: int = 64, height: int = 48, kind: str = "PNG", mode: str = "RGB", **more: object) -> bytes:
    """Left half red, right half blue."""
    image = Image.new("RGB", (width, height), (220, 20, 20))
    image.paste((20, 20, 220), (width // 2, 0, width, height))
    out = io.BytesIO()
    image.convert(mode).save(out, kind, **more)
    return out.getvalue()


def png(width: int, height: int, rows: bytes = b"") -> bytes:
    """A PNG whose head may say anything."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def with_files(desk: TestDesk, ticket: int, *files: tuple[str, str, bytes]) -> None:
    """Hangs files on the newest message of a ticket."""
    with desk.store.write(SYSTEM) as unit:
        message = messages.of_ticket(unit.conn, ticket)[-1].id
        for name, kind, data in files:
            sha = messages.put_blob(unit.conn, data)
            messages.attach(unit.conn, message, name=name, type=kind, sha256=sha, size=len(data), inline=False)
