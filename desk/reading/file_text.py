"""What the search index reads of an attached file: plain text, CSV, JSON and HTML of a decent size, nothing else."""

from __future__ import annotations

from desk.reading.charsets import decode
from desk.reading.html import to_text
from store.values import clean

LARGEST = 200_000
"""Bytes; of a larger file only the name is found."""
_PLAIN = {"text/plain", "text/csv", "text/tab-separated-values", "application/json", "application/csv", "text/json"}
_HTML = {"text/html", "application/xhtml+xml"}
_BY_NAME = {"txt": "text/plain", "csv": "text/csv", "tsv": "text/csv", "json": "application/json", "htm": "text/html",
            "html": "text/html"}  # fmt: skip
_UNSAID = {"", "application/octet-stream", "binary/octet-stream"}


def text_of(name: str, type: str, data: bytes, charset: str = "") -> str:
    """The file's text, "" where there is none to find. Where its type is not said, its name says it."""
    kind = type.casefold()
    if kind in _UNSAID:
        kind = _BY_NAME.get(name.casefold().rpartition(".")[2], "")
    if len(data) > LARGEST or kind not in _PLAIN | _HTML or _binary(data):
        return ""
    text, _held = decode(data, charset)
    return clean(to_text(text) if kind in _HTML else text)


def _binary(data: bytes) -> bool:
    return b"\0" in data[:1000] and data[:2] not in (b"\xff\xfe", b"\xfe\xff")
