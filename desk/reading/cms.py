"""The content of a mail that was signed in one piece (S/MIME, `smime.p7m`; RFC 5652 §5). The signature is not checked."""

from __future__ import annotations

MAX_DEPTH = 16
MAX_ELEMENTS = 10_000
_SIGNED = bytes.fromhex("2a864886f70d010702")
_DATA = bytes.fromhex("2a864886f70d010701")


class _Bad(Exception):
    """It is no such structure."""


def content(data: bytes) -> bytes | None:
    """What was signed; None for an encrypted mail, a detached signature or anything else."""
    try:
        return _Reader(data).signed()
    except (_Bad, IndexError):
        return None


class _Reader:
    """Reads BER, with lengths given or left open."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._left = MAX_ELEMENTS

    def signed(self) -> bytes | None:
        info = self._children(*self._element(0)[1:])
        if len(info) < 2 or self._value(info[0]) != _SIGNED:
            return None
        body = self._children(*self._children(*info[1][1:])[0][1:])
        for tag, start, end in body:
            if tag != 0x30:
                continue
            inner = self._children(start, end)
            if len(inner) >= 2 and inner[0][0] == 0x06 and self._value(inner[0]) == _DATA:
                return b"".join(self._octets(e, 0) for e in self._children(*inner[1][1:]))
        return None

    def _octets(self, element: tuple[int, int, int], depth: int) -> bytes:
        tag, start, end = element
        if tag == 0x04:
            return self._data[start:end]
        if tag != 0x24 or depth > MAX_DEPTH:
            raise _Bad
        return b"".join(self._octets(e, depth + 1) for e in self._children(start, end))

    def _value(self, element: tuple[int, int, int]) -> bytes:
        return self._data[element[1] : element[2]]

    def _element(self, at: int, depth: int = 0) -> tuple[int, int, int]:
        """(tag, where its content starts, where it ends)."""
        self._left -= 1
        if self._left < 0 or depth > MAX_DEPTH:
            raise _Bad
        tag, first = self._data[at], self._data[at + 1]
        if tag & 0x1F == 0x1F:
            raise _Bad
        if first < 0x80:
            start, size = at + 2, first
        elif first == 0x80:
            return tag, at + 2, self._open_end(at + 2, depth)
        else:
            start = at + 2 + (first & 0x7F)
            if first & 0x7F > 4:
                raise _Bad
            size = int.from_bytes(self._data[at + 2 : start], "big")
        if start + size > len(self._data):
            raise _Bad
        return tag, start, start + size

    def _open_end(self, at: int, depth: int) -> int:
        while self._data[at : at + 2] != b"\0\0":
            at = self._after(at, depth + 1)
        return at

    def _after(self, at: int, depth: int) -> int:
        _, _, end = self._element(at, depth)
        return end + 2 if self._data[at + 1] == 0x80 else end

    def _children(self, start: int, end: int) -> list[tuple[int, int, int]]:
        found = []
        while start < end:
            found.append(self._element(start))
            start = self._after(start, 0)
        return found
