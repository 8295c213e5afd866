"""How much a bulk writer does at a time, and whom it lets pass: small steps while somebody works on the desk, large ones
else, and a pause whenever somebody waits to write."""

from __future__ import annotations

import time

from store.sql import people
from store.unit import Store
from store.values import SECOND

BUSY_S, ALONE_S = 0.003, 0.050
"""How long one transaction may take records in, in seconds: beside somebody's open session, whose save has to wait that
long at most, and on a desk nobody looks at."""
MOST = 1_000
"""Records in one transaction."""
FIRST = 8
"""Records to begin with, where nobody knows yet what one takes."""
_KEEPS = 0.7
_GIVES_WAY_S = 0.030
_LOOK_S = 0.001
_PRESENT = 30 * SECOND
_TIDY_S = 1.0


class Pace:
    """Of one pull. In a transaction: `begin`, then `took` whatever fitted into `room` until it is `over`, then `done`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._cost = 0.0
        """Seconds a record took of late, its share of the commit included."""
        self._began = 0.0
        self._records = 0
        self._looked_at = self._tidied_at = -1.0
        self._somebody = False

    def begin(self) -> None:
        """The write lock was got."""
        self._began, self._records = time.monotonic(), 0

    @property
    def room(self) -> int:
        """How many more records there is time for; a few where nobody knows yet what one takes."""
        spent = time.monotonic() - self._began
        cost = self._cost or (spent / self._records if self._records else 0.0)
        return max(1, min(MOST, int((self._hold() - spent) / cost))) if cost else FIRST

    def took(self, records: int) -> None:
        self._records += records

    def over(self) -> bool:
        return time.monotonic() - self._began >= self._hold()

    def done(self) -> None:
        """The transaction is saved: learns what a record costs, and lets others write. Beside an open session the lock
        is free for longer than it was held: whoever saves then does not even wait."""
        spent = time.monotonic() - self._began
        if self._records:
            cost = spent / self._records
            self._cost = self._cost * _KEEPS + cost * (1 - _KEEPS) if self._cost else cost
        if self._watched():
            time.sleep(min(max(2 * BUSY_S, spent), _GIVES_WAY_S))
        self._give_way()
        if self._began - self._tidied_at > _TIDY_S:
            self._tidied_at = time.monotonic()
            self._store.tidy()

    def _give_way(self) -> None:
        end = time.monotonic() + _GIVES_WAY_S
        while self._store.asked() and time.monotonic() < end:
            time.sleep(_LOOK_S)

    def _hold(self) -> float:
        return BUSY_S if self._watched() else ALONE_S

    def _watched(self) -> bool:
        """Whether a session is open, looked up once a second."""
        now = time.monotonic()
        if now - self._looked_at > 1:
            self._looked_at = now
            self._somebody = bool(people.present(self._store.conn, self._store.clock.now() - _PRESENT))
        return self._somebody
