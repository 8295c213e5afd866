"""The grammar of IMAP (RFC 3501 §9) as far as a reader of mail needs it: values, quoted names, folder names, dates."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from store.values import DAY, Instant

Value = bytes | None | list["Value"]
"""A string or atom, NIL, or a list."""

MAX_NESTING = 40

_TOKEN = re.compile(rb' *(?:([()])|"((?:[^"\\]|\\.)*)"|((?:[^\s()"\[]|\[[^\]]*\])+))')


def parse(pieces: Sequence[bytes]) -> list[Value]:
    """The values of one response. `pieces` are text, literal, text, … text as they came off the wire.

    Raises ValueError if brackets do not match or nest too deeply, or something is no value.
    """
    top: list[Value] = []
    stack = [top]
    for number, piece in enumerate(pieces):
        if number % 2:
            stack[-1].append(piece)
            continue
        at, text = 0, piece.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise ValueError("not an IMAP value")
            at = match.end()
            bracket, quoted, atom = match.groups()
            if bracket == b"(":
                inner: list[Value] = []
                stack[-1].append(inner)
                stack.append(inner)
                if len(stack) > MAX_NESTING:
                    raise ValueError("nested too deeply")
            elif bracket == b")":
                if len(stack) == 1:
                    raise ValueError("unmatched bracket")
                stack.pop()
            elif quoted is not None:
                stack[-1].append(re.sub(rb"\\(.)", rb"\1", quoted))
            else:
                stack[-1].append(None if atom.upper() == b"NIL" else atom)
    if len(stack) > 1:
        raise ValueError("unmatched bracket")
    return top


def quote(text: str) -> bytes:
    """An ASCII string in quotes. Raises ValueError for what a quoted string cannot hold."""
    if not text.isascii() or re.search(r"[\x00\r\n]", text):
        raise ValueError("not quotable")
    return b'"' + text.replace("\\", "\\\\").replace('"', '\\"').encode() + b'"'


def folder_name(name: str) -> bytes:
    """A folder's name as it is sent: modified UTF-7 (RFC 3501 §5.1.3), quoted."""
    coded = re.sub(r"&|[^\x20-\x7e]+", _shift, name)
    return quote(coded)


def folder_text(name: bytes) -> str:
    """A folder's name as it was sent, for people. What is not proper modified UTF-7 stays as it is."""
    text = name.decode("utf-8", "replace")
    try:
        return re.sub(r"&([A-Za-z0-9+,]*)-", _unshift, text)
    except ValueError:
        return text


def _shift(match: re.Match[str]) -> str:
    if match[0] == "&":
        return "&-"
    return "&" + b64encode(match[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"


def _unshift(match: re.Match[str]) -> str:
    if not match[1]:
        return "&"
    coded = match[1].replace(",", "/")
    return b64decode(coded + "=" * (-len(coded) % 4)).decode("utf-16-be")


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(rb" ?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")


def date_time(text: bytes) -> Instant | None:
    """An INTERNALDATE as UTC milliseconds; None if it is none."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    day, month, year, hour, minute, second = match.groups()[:6]
    offset = timedelta(hours=int(match[8]), minutes=int(match[9])) * (-1 if match[7] == b"-" else 1)
    try:
        moment = datetime(
            int(year), _MONTHS.index(month.decode().title()) + 1, int(day), int(hour), int(minute), int(second), 0, UTC
        )
        return int((moment - offset).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def day_before(moment: Instant) -> bytes:
    """The date for SEARCH SINCE that surely includes `moment`: servers compare days in a zone of their own."""
    day = datetime.fromtimestamp(max(moment - DAY, 0) / 1000, UTC)
    return f"{day.day}-{_MONTHS[day.month - 1]}-{day.year:04d}".encode()


def stamp(moment: Instant) -> bytes:
    """A moment as APPEND wants it."""
    day = datetime.fromtimestamp(moment / 1000, UTC)
    return f'"{day.day:2d}-{_MONTHS[day.month - 1]}-{day.year:04d} {day:%H:%M:%S} +0000"'.encode()
