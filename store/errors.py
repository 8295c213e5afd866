"""The five ways a request can fail. Each says what happened, to which item, and what to do next.

Texts are message ids of the gettext catalogue (marked with `N_`) with `{named}` gaps; only `app` translates and
renders them, so that no room below it knows a language.
"""

from __future__ import annotations


def N_(text: str) -> str:
    """Marks a message id for extraction without translating it here."""
    return text


class DeskError(Exception):
    """Base of the errors a person may see: `what` happened, to `item`, `next` step; `gaps` fill both texts."""

    def __init__(self, what: str, *, item: str = "", next: str = "", **gaps: object) -> None:
        self.what, self.item, self.next, self.gaps = what, item, next, gaps
        super().__init__(self.english())

    def english(self) -> str:
        """The sentence untranslated, for logs and tests."""
        text = self.what.format(item=self.item, **self.gaps)
        return f"{text} {self.next.format(item=self.item, **self.gaps)}".strip()


class Invalid(DeskError):
    """What was asked is not well formed."""


class NotFound(DeskError):
    """The named thing does not exist."""


class Refused(DeskError):
    """Well formed, but a guard or a right forbids it."""


class Conflict(DeskError):
    """Somebody changed the thing meanwhile."""


class Unavailable(DeskError):
    """Something outside (disk, network, another process) stands in the way; nothing was lost."""
