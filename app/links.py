"""Links in what people write: where each really leads, and what about it should make one look twice. Never followed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from store.errors import N_
from store.values import clean_line

_URL = re.compile(
    r"(?:https?://|www\.)[^\s<>\"'`{}|\\^\u3000-\u3002\uff01-\uff0f\uff1a-\uff20]+|mailto:[^\s<>\"']+|tel:[+\d().-]+", re.I
)
_TARGET = re.compile(r"\s<([^<>\s]+)>")
_SHOWN = re.compile(r"(?<!\S)(?:(?!https?:|www\.)[^\s<>]+ ){0,7}[^\s<>]+\Z")
"""The words before a target, as reading writes a link; where its own text begins nobody knows any more."""
_WORDS = 1_000
"""Characters before a target in which they are looked for."""
_HOST = re.compile(r"(?:https?://)?((?:[\w-]+\.)+[a-z]{2,})(?:[/?#:]\S*)?$", re.I)

DOUBTS = {
    "elsewhere": N_("the text names another place"),
    "letters": N_("letters of other alphabets in the name of the place"),
    "login": N_("what stands before @ is no place but a name"),
    "number": N_("a bare number instead of a name"),
    "plain": N_("not encrypted"),
}
"""Why to look twice."""


class Link(NamedTuple):
    """`target` as it stands there, `host` where it leads; `doubts` of `DOUBTS`."""

    target: str
    host: str
    shown: str = ""
    doubts: tuple[str, ...] = ()


def links(texts: Iterable[str]) -> list[Link]:
    """Every link once, in order."""
    found: dict[str, Link] = {}
    for text in texts:
        shown = dict(_named(text))
        for match in _URL.finditer(text):
            if text[match.end() : match.end() + 2] == " <" and any(text.startswith(t, match.end() + 2) for t in shown):
                continue  # the text of a link, which leads where its target says
            link = _link(_trimmed(match[0]), shown.get(match[0], ""))
            if link.target not in found or (link.shown and not found[link.target].shown):
                found[link.target] = link
    return list(found.values())


def _named(text: str) -> Iterator[tuple[str, str]]:
    """Targets in angle brackets, and the words before each. Only what stands before one is looked at: a text may be half
    a million characters long."""
    done = 0
    for target in _TARGET.finditer(text):
        words = _SHOWN.search(text, max(done, target.start() - _WORDS), target.start())
        if words is not None:
            yield target[1], words[0].strip()
            done = target.end()


def _trimmed(url: str) -> str:
    """Without the full stop of the sentence, and without a bracket that was not opened in it."""
    while url and (url[-1] in ".,;:!?…*_" or (url[-1] in ")]" and url.count(url[-1]) > url.count("(["[url[-1] == "]"]))):
        url = url[:-1]
    return url


def _link(url: str, shown: str) -> Link:
    target = clean_line(url)
    scheme, _colon, rest = target.partition(":")
    if scheme.lower() in ("mailto", "tel"):
        return Link(target, rest.partition("?")[0], shown)
    try:
        parts = urlsplit(target if "://" in target else f"https://{target}")
        host = parts.hostname or ""
    except ValueError:
        return Link(target, "", shown, ("number",))
    doubts = []
    named = _HOST.search(shown.split()[-1]) if shown.split() else None
    if named and _core(named[1].lower()) != _core(host):
        doubts.append("elsewhere")
    if not host.isascii() or "xn--" in host:
        doubts.append("letters")
    if parts.username:
        doubts.append("login")
    if host.replace(".", "").isdigit() or ":" in host:
        doubts.append("number")
    if parts.scheme == "http":
        doubts.append("plain")
    return Link(target, host, shown, tuple(doubts))


def _core(host: str) -> str:
    return host.removeprefix("www.")
