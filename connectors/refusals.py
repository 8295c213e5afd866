"""How a platform says no, as far as what follows from it is the same on all: to one thing, to this account, to the clock;
and that it broke down in the middle."""

from __future__ import annotations

from collections.abc import Mapping

from connectors import registry
from connectors.contract import (
    AnswerReview,
    Command,
    Decide,
    MarkRead,
    Permanent,
    Receipt,
    Refund,
    SendReply,
    Ship,
    Temporary,
)
from store.values import Instant


def ended(text: str) -> str:
    """With a full stop, which what platforms say often lacks: our own words may follow."""
    return text if text.endswith((".", "!", "?", ")", "…", "。")) else text + "."


class Refusal(Permanent):
    """No to this one thing; `code` is the platform's own word for why, `status` HTTP's (0 where it says nothing)."""

    def __init__(self, text: str, code: str = "", status: int = 0) -> None:
        super().__init__(ended(text))
        self.code, self.status = code, status


class NotAllowed(Permanent):
    """The app or the account may not make this call at all; a person must change that at the platform."""


class ClockWrong(Permanent):
    """The time of this machine is not the platform's."""


class Broke(Temporary):
    """The platform broke down inside: a call that was to take effect may have done so."""


_TAKES: Mapping[type, str] = {
    SendReply: "reply", Decide: "returns", Refund: "refunds", Ship: "tracking", AnswerReview: "reviews",
    MarkRead: "messages_in",
}  # fmt: skip
"""Command → the capability it takes."""


def why_not(platform: str, command: Command, **instead: str) -> str:
    """Why a platform cannot do a thing: what its manifest says of the capability, or, by capability, what is said
    `instead` of one it has in part."""
    wanted = _TAKES[type(command)]
    return instead.get(wanted) or registry.manifest(platform).capabilities.notes[wanted]


def settled(as_wanted: bool, name: str, at: Instant) -> Receipt:
    """A case that is no longer open went one way or the other: the receipt. Raises Permanent for the other."""
    if not as_wanted:
        raise Permanent("It was settled otherwise meanwhile; look at the case.")
    return Receipt(name, at)
