"""What reading says when nothing can be read."""

from __future__ import annotations


class Unreadable(Exception):
    """This mail cannot be read at all; `reason` is one English sentence for the quarantine list."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
