"""Address lists as mail really has them: groups, comments, quoted names, missing brackets, flooded fields."""

from __future__ import annotations

import re

from desk.reading.headers import decode_words
from desk.reading.records import Address
from store.values import clean_line

MAX_ADDRESSES = 500
"""Mailboxes read from one field; a longer list is cut."""

_TOKEN = re.compile(
    r"""=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=|"((?:[^"\\]|\\.)*)("?)|<([^<>]*)>?|[,;:()]|[^\s"<>,;:()=]+|\s+|.""", re.S
)
_SIMPLE = re.compile(r'(?:([\w .\'-]+?) ?|"([^"\\]*)" ?)?<([\w.+-]+@[\w.-]+)>|([\w.+-]+@[\w.-]+)', re.A)


class _Mailbox:
    """Pieces of one list entry until its comma."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.comment: list[str] = []
        self.angle: str | None = None


def parse(text: str) -> tuple[Address, ...]:
    """Every mailbox of a From, To, Cc or Reply-To field, in order. A group's name is dropped, its members stay."""
    text = text.strip()
    if simple := _SIMPLE.fullmatch(text):
        return (Address(clean_line(simple[1] or simple[2] or ""), (simple[3] or simple[4]).lower()),)
    if (quoted := _unclosed(text)) >= 0:
        text = text[:quoted] + text[quoted:].replace('"', "")
    found: list[Address] = []
    box, depth, held = _Mailbox(), 0, ""
    for match in _TOKEN.finditer(text):
        token = match[0]
        if depth or token == "(":
            depth += (token == "(") - (token == ")")
            if token not in "()":
                box.comment.append(token)
        elif token == ")":
            continue
        elif match[3] is not None:
            if box.angle is None:
                box.angle = match[3]
            elif "@" in match[3]:
                box.words.append(box.angle)
                box.angle = match[3]
        elif token == ":" and box.angle is None and not any("@" in w for w in box.words):
            box = _Mailbox()
        elif token in ",;":
            held = _close(box, held, found, more=token == ",")
            box = _Mailbox()
        else:
            box.words.append(re.sub(r"\\(.)", r"\1", match[1]) if match[1] is not None else token)
        if len(found) >= MAX_ADDRESSES:
            return tuple(found)
    _close(box, held, found, more=False)
    return tuple(found)


def _unclosed(text: str) -> int:
    """Where a quotation mark opens that nothing closes; -1 when all close."""
    return next((m.start() for m in _TOKEN.finditer(text) if m[1] is not None and not m[2]), -1) if '"' in text else -1


def _bare(words: str) -> tuple[int, int] | None:
    """The first run in `words` that looks like an address without brackets."""
    position = 0
    for piece in re.split(r"([\s<>,;:\"()]+)", words):
        left, at, right = piece.partition("@")
        if at and left and right:
            return position, position + len(piece)
        position += len(piece)
    return None


def _close(box: _Mailbox, held: str, found: list[Address], more: bool) -> str:
    """Adds the entry, or holds back words that may be the first half of `Last, First <address>`."""
    words = decode_words("".join(box.words)).strip()
    if box.angle is None:
        if span := _bare(words):
            name = (words[: span[0]] + words[span[1] :]).strip() or decode_words("".join(box.comment))
            name = clean_line(f"{held}, {name}" if held and name else name).strip("'\"")
            found.append(Address(name, clean_line(words[span[0] : span[1]]).lower()))
            return ""
        if words and more:
            return f"{held}, {words}" if held else words
        if words or held:
            found.append(Address(clean_line(", ".join(w for w in (held, words) if w)).strip("'\""), ""))
        return ""
    address = box.angle.strip()
    if address.startswith("@") and ":" in address:  # RFC 822 source route
        address = address.rpartition(":")[2]
    address = "".join(clean_line(decode_words(address)).split()).strip("'\"").removeprefix("mailto:")
    name = f"{held}, {words}" if held and words else words or held or decode_words("".join(box.comment))
    name = clean_line(name).strip("'\"")
    if address or name:
        found.append(Address(name, address.lower()))
    return ""
