"""What can go wrong, as types. A lost answer is `OutcomeUnknown`, never a guess."""

from __future__ import annotations

from store.values import Instant


class Fault(Exception):
    """A platform said no, or did not answer. The text is for people; it never holds a secret or buyer data."""


class AuthExpired(Fault):
    """The credential must be renewed and may then work."""


class AuthRevoked(Fault):
    """A person must sign in again (wrong password, consent withdrawn)."""


class Throttled(Fault):
    """Too many calls; `until` is when to try again."""

    def __init__(self, text: str, until: Instant) -> None:
        super().__init__(text)
        self.until = until


class Temporary(Fault):
    """Nothing happened there; the same call may work later."""


class Permanent(Fault):
    """The same call will never work."""


class OutcomeUnknown(Fault):
    """The request left and no answer came: it may or may not have happened."""


class SchemaSurprise(Fault):
    """The platform answered in a shape nobody knows."""
