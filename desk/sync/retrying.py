"""When to try again what did not get through."""

from __future__ import annotations

from connectors.contract import AuthExpired, AuthRevoked, Fault, Permanent, Temporary, Throttled
from store.values import DAY, MINUTE, SECOND, Instant

TRIES = 12
_FIRST_WAIT, _LONGEST_WAIT = 5 * SECOND, 30 * MINUTE


def retry_at(fault: Fault, attempts: int, now: Instant) -> Instant | None:
    """When to try again after a fault in which surely nothing happened; None: a person must act."""
    if isinstance(fault, Throttled):
        until: Instant = fault.until
        return min(max(until, now + _FIRST_WAIT), now + DAY)
    if isinstance(fault, Permanent | AuthRevoked) or attempts >= TRIES:
        return None
    if isinstance(fault, Temporary | AuthExpired):
        return now + min(_LONGEST_WAIT, _FIRST_WAIT << min(attempts - 1, 10))
    return None
