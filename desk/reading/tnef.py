"""winmail.dat: the files and the text an Outlook wrapped in TNEF. Source: MS-OXTNEF §2.1."""

from __future__ import annotations

import struct
from typing import NamedTuple

_SIGNATURE = 0x223E9F78
_BODY, _RENDER, _TITLE, _DATA, _PROPERTIES = 0x800C, 0x9002, 0x8010, 0x800F, 0x9005
_LONG_NAME = 0x3707
MAX_FILES = 200


class File(NamedTuple):
    name: bytes
    data: bytes


def unpack(data: bytes) -> tuple[bytes, list[File]]:
    """(plain text body or b"", the files). An unreadable wrapper yields (b"", []); a cut one what came before."""
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != _SIGNATURE:
        return b"", []
    position, body, files = 6, b"", list[File]()
    name, content = b"", b""
    while position + 9 <= len(data) and len(files) < MAX_FILES:
        _, attribute, _, length = struct.unpack_from("<BHHI", data, position)
        position += 9
        value = data[position : position + length]
        position += length + 2
        if attribute == _BODY:
            body = value.rstrip(b"\0")
        elif attribute == _RENDER:
            if content:
                files.append(File(name, content))
            name, content = b"", b""
        elif attribute == _TITLE:
            name = name or value.rstrip(b"\0")
        elif attribute == _DATA:
            content = value
        elif attribute == _PROPERTIES:
            name = _long_name(value) or name
    if content:
        files.append(File(name, content))
    return body, files


def _long_name(properties: bytes) -> bytes:
    """PR_ATTACH_LONG_FILENAME (8-bit or UTF-16) looked up by its tag, without walking every property."""
    for kind in (0x001E, 0x001F):
        found = properties.find(struct.pack("<HHI", kind, _LONG_NAME, 1))
        if found < 0 or found + 12 > len(properties):
            continue
        length = struct.unpack_from("<I", properties, found + 8)[0]
        value = properties[found + 12 : found + 12 + min(length, 520)]
        if kind == 0x001F:
            return value.decode("utf-16-le", "replace").rstrip("\0").encode()
        return value.rstrip(b"\0")
    return b""
