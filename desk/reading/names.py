"""File names that are safe to create in any folder of any system."""

from __future__ import annotations

import re
import unicodedata

from store.values import clean_line

MAX_BYTES = 200
"""UTF-8 bytes of a name; file systems stop at 255 and a suffix may be added."""

_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.I)
_BAD = re.compile(r'[<>:"|?*\x00-\x1f\u2400-\u2421]')
_SUFFIX = {
    "image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/heic": ".heic", "image/webp": ".webp",
    "application/pdf": ".pdf", "text/plain": ".txt", "text/html": ".html", "text/calendar": ".ics", "text/csv": ".csv",
    "message/rfc822": ".eml", "message/delivery-status": ".txt", "text/rfc822-headers": ".txt", "video/mp4": ".mp4",
    "application/pkcs7-mime": ".p7m", "application/pkcs7-signature": ".p7s", "application/x-pkcs7-signature": ".p7s",
    "application/pgp-signature": ".asc", "application/zip": ".zip", "application/ms-tnef": ".dat", "audio/mpeg": ".mp3",
}  # fmt: skip


def safe_name(name: str, type: str, number: int) -> str:
    """`name` without folders, control characters or words a system keeps for itself; `file-N.ext` when nothing is
    left of it."""
    name = clean_line(unicodedata.normalize("NFC", name))
    name = re.split(r"[/\\]", name)[-1]
    name = _BAD.sub("_", name).strip(" .")
    if not name.strip("_ "):
        return f"file-{number}{_SUFFIX.get(type, '')}"
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    return _shorten(name)


def _shorten(name: str) -> str:
    if len(name.encode("utf-8", "replace")) <= MAX_BYTES:
        return name
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix) > 12:
        stem, suffix = name, ""
    tail = f"{dot}{suffix}" if suffix else ""
    room = MAX_BYTES - len(tail.encode("utf-8", "replace"))
    return stem.encode("utf-8", "replace")[:room].decode("utf-8", "ignore") + tail
