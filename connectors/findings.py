"""What a test of an account finds, line by line, and whether this machine's clock is that of the platform."""

from __future__ import annotations

from connectors.contract import Health
from store.values import MINUTE, Instant, clean_line

SKEW = 2 * MINUTE
"""A clock off by more than this makes deadlines and tokens wrong."""


class Findings:
    """Good and bad lines in the order they are found."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._wrong: list[str] = []

    def good(self, line: str) -> None:
        self._lines.append(clean_line(line))

    def bad(self, line: str) -> None:
        """A line that names what is wrong and its cure."""
        self.good(line)
        self._wrong.append(self._lines[-1])

    def clock(self, ahead: Instant | None) -> None:
        """`ahead` is how much this machine's clock is ahead of the platform's (milliseconds), None where nobody knows."""
        if ahead is not None and abs(ahead) > SKEW:
            way = "fast" if ahead > 0 else "slow"
            self.bad(f"Wrong clock: This machine's clock is {abs(ahead) // MINUTE} minutes {way}; set its time.")

    def health(self) -> Health:
        return Health(not self._wrong, tuple(self._lines), tuple(self._wrong))
