"""The parts of a mail. One pass per level over the bytes, under limits that hold before anything is decoded."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from desk.reading import headers
from desk.reading.errors import Unreadable

MAX_SIZE = 60 * 1024 * 1024
"""Bytes of a whole mail; larger than any mail service accepts (Gmail 50 MB, Exchange Online 150 MB at the most)."""
MAX_PARTS = 500
MAX_DEPTH = 20


@dataclass(slots=True)
class Part:
    """One MIME entity: its fields, and the slice of the mail that is its body."""

    fields: headers.Fields
    type: str
    params: dict[str, str]
    raw: bytes = field(repr=False)
    start: int
    end: int
    parent: str = ""
    children: list[Part] = field(default_factory=list)
    head: int = 0

    def body(self) -> bytes:
        """The body with its transfer encoding undone."""
        return decode_body(self.raw[self.start : self.end], headers.last(self.fields, "content-transfer-encoding"))

    def walk(self) -> Iterator[Part]:
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(slots=True)
class Tree:
    root: Part
    warnings: list[str] = field(default_factory=list)
    count: int = 1


def read(raw: bytes) -> Tree:
    """The tree of a mail. Raises `Unreadable` for what no limit can tame."""
    if len(raw) > MAX_SIZE:
        raise Unreadable(f"The mail is larger than {MAX_SIZE // 1024 // 1024} MB.")
    if not raw.strip():
        raise Unreadable("The mail is empty.")
    if b"\n" not in raw and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")
    if raw[:3] == b"\xef\xbb\xbf":
        raw = raw[3:]
    tree = Tree(Part({}, "", {}, raw, 0, 0))
    tree.root = _part(tree, raw, 0, len(raw), "", 0)
    return tree


def _part(tree: Tree, raw: bytes, start: int, end: int, parent: str, depth: int) -> Part:
    fields, body, cut = headers.split(raw, start, end)
    if cut:
        _warn(tree, "A header block was too long; its end was not read.")
    default = "message/rfc822" if parent == "multipart/digest" else "text/plain"
    kind = default
    params: dict[str, str] = {}
    if "content-type" in fields:
        kind, params = headers.parameters(headers.last(fields, "content-type"))
        kind = _TYPE_SPACE.sub("", kind)
        if not _TYPE.fullmatch(kind):
            kind = {"text": "text/plain", "html": "text/html"}.get(
                kind, default if not kind else "application/octet-stream"
            )
            kind = "text/plain" if params.get("charset") and kind == "application/octet-stream" else kind
    part = Part(fields, kind, params, raw, body, end, parent, head=start)
    if kind.startswith("multipart/"):
        boundary = params.get("boundary", "").rstrip()
        if depth >= MAX_DEPTH:
            _warn(tree, "Parts are nested too deep; the innermost were kept as one file.")
        elif boundary:
            _split(tree, part, boundary.encode("utf-8", "surrogateescape"), depth)
    return part


_TYPE = re.compile(r"[\w!#$&^.+-]{1,80}/[\w!#$&^.+-]{1,120}")
_TYPE_SPACE = re.compile(r"\s+(?=/)|(?<=/)\s+|\s.*", re.S)


def _split(tree: Tree, part: Part, boundary: bytes, depth: int) -> None:
    line = re.compile(rb"(?:^|\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r?(?=\n)|\r?\Z)")
    raw, begin, stop = part.raw, -1, part.end
    position = part.start - 1 if part.start else 0
    while match := line.search(raw, position, part.end):
        edge = match.start()
        if match[1] is not None and begin >= 0 and _of_child(raw, begin, part.end, match[0].strip()):
            position = match.end()  # our end is spelt like the beginning of a part inside the last one
            continue
        if begin >= 0 and not _child(tree, part, begin, edge, depth):
            return
        begin = min(match.end() + 1, part.end)
        position = match.end()
        if match[1] is not None:
            return
    if begin >= 0 and begin < stop:
        _child(tree, part, begin, stop, depth)


def _of_child(raw: bytes, begin: int, end: int, line: bytes) -> bool:
    """Whether `line` delimits the parts of the part that begins at `begin`."""
    fields, _, _ = headers.split(raw, begin, end)
    if "content-type" not in fields:
        return False
    kind, params = headers.parameters(headers.last(fields, "content-type"))
    boundary = params.get("boundary", "").rstrip().encode("utf-8", "surrogateescape")
    return kind.startswith("multipart/") and bool(boundary) and line in (b"--" + boundary, b"--" + boundary + b"--")


def _child(tree: Tree, part: Part, begin: int, edge: int, depth: int) -> bool:
    if edge > begin and part.raw[edge - 1 : edge] == b"\r":
        edge -= 1
    tree.count += 1
    if tree.count > MAX_PARTS:
        _warn(tree, f"Only the first {MAX_PARTS} parts were read.")
        return False
    part.children.append(_part(tree, part.raw, begin, max(edge, begin), part.type, depth + 1))
    return True


def _warn(tree: Tree, text: str) -> None:
    if text not in tree.warnings:
        tree.warnings.append(text)


def decode_body(data: bytes, encoding: str) -> bytes:
    """Undoes a Content-Transfer-Encoding; what the label gets wrong stays as it came."""
    name = encoding.strip().strip(";\"'").split(";")[0].strip().lower()
    if name.startswith("base64") or name == "b":
        return data if _not_base64(data) else headers.base64_bytes(data)
    if name.replace(" ", "").replace("_", "-").startswith(("quoted-print", "quotedprint")) or name == "q":
        return binascii.a2b_qp(data)
    if name in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _uudecode(data)
    return data


_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n \t"


def _not_base64(data: bytes) -> bool:
    """Whether the label is plainly wrong: one byte in ten could not stand in base64."""
    sample = data[:2000]
    return len(sample.translate(None, _ALPHABET)) * 10 > len(sample.translate(None, b"\r\n \t"))


def _uudecode(data: bytes) -> bytes:
    out = bytearray()
    lines = data.splitlines()
    begun = next((n for n, line in enumerate(lines) if line.startswith(b"begin ")), -1)
    if begun < 0:
        return data
    for line in lines[begun + 1 :]:
        if line.strip() in (b"end", b"`", b""):
            break
        try:
            out += binascii.a2b_uu(line)
        except binascii.Error:
            # Some encoders pad the last group wrongly: keep the bytes the length octet announces.
            wanted = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                out += binascii.a2b_uu(line[:wanted])
            except binascii.Error:
                break
    return bytes(out)
