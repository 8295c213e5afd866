"""What a service of notices offers: how a notice becomes one call, and what its answer means.

A service is a module with `LONGEST`, `request` and `judge`; all are pure, the call between them is made by `deliver`.
Trying again is the outbox's business, and it may: a notice that comes twice is read twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from connectors.answer import Answer
from connectors.api import Call
from connectors.contract import Permanent, SchemaSurprise, Secrets, Temporary, Throttled
from store.values import MINUTE, Instant, clean_line


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told: a short title, lines of text, the numbers of the tickets they are about. `key` names it for whoever
    sorts out repetitions."""

    title: str
    lines: tuple[str, ...]
    tickets: tuple[int, ...] = ()
    key: str = ""

    def text(self, longest: int) -> str:
        """The lines in at most `longest` bytes of UTF-8; where they do not fit, the last says how many are missing."""
        whole = "\n".join(self.lines)
        if len(whole.encode()) <= longest:
            return whole
        for kept in range(len(self.lines) - 1, 0, -1):
            text = "\n".join((*self.lines[:kept], f"… +{len(self.lines) - kept}"))
            if len(text.encode()) <= longest:
                return text
        return cut(self.lines[0], longest)


class Request(Protocol):
    """The call for a notice at an instant. Raises KeyError naming a secret there is not."""

    def __call__(self, settings: Mapping[str, str], secrets: Secrets, notice: Notice, now: Instant) -> Call: ...


class Judge(Protocol):
    """Returns where the service took the notice, else raises the fault its answer stands for."""

    def __call__(self, answer: Answer, now: Instant) -> None: ...


def cut(text: str, longest: int) -> str:
    """`text` in at most `longest` bytes of UTF-8, ending in … where it was cut."""
    raw = text.encode()
    if len(raw) <= longest:
        return text
    return raw[: longest - 3].decode("utf-8", "ignore") + "…"


def plain(text: str) -> str:
    """Text in which a service that reads markdown finds no link, mention or picture."""
    return text.translate(_PLAIN)


_PLAIN = str.maketrans({"<": "＜", ">": "＞", "[": "［", "]": "］", "`": "'", "*": "∗"})


def by_status(answer: Answer, now: Instant) -> None:
    """The judgement of services that say by the status of HTTP whether they took it."""
    if not answer.ok:
        raise refused(str(answer.status), answer.body[:400].decode("utf-8", "replace"))


def by_code(answer: Answer, now: Instant, key: str, said: str, busy: Mapping[int, int]) -> None:
    """The judgement of services that refuse inside HTTP 200: field `key` is 0 where it was taken. `busy` are codes that
    ask to wait, with milliseconds."""
    if not answer.ok:
        by_status(answer, now)
    body = answer.json()
    code = body.get(key) if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(code, int):
        raise SchemaSurprise("The service of notices answered in no known way.")
    if code in busy:
        raise Throttled(f"The service of notices asks to wait ({code}).", now + busy[code])
    if code == -1:
        raise Temporary("The service of notices is busy; it is tried again.")
    if code:
        raise refused(str(code), str(body.get(said, "")))


def refused(code: str, said: str) -> Permanent:
    """The fault of a notice that a service does not take."""
    words = clean_line(said)[:160]
    return Permanent(f"The service of notices refused it ({code}): {words}" if words
                     else f"The service of notices refused it ({code}).")  # fmt: skip


def optional(secrets: Secrets, name: str) -> str:
    """A secret, "" where there is none."""
    try:
        return secrets.get(name)
    except KeyError:
        return ""


BUSY_MS = MINUTE
