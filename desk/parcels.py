"""What is held to be true of a parcel of which several tell: its shop's platform, its carrier. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from store.values import Instant

FINAL = ("delivered", "returned")
"""Nothing comes after these, except that what was delivered may come back."""


@dataclass(frozen=True, slots=True)
class State:
    """A parcel as one of them tells it, or as it is known. `at` is when it came to its status, 0 where nobody says;
    `source` the channel that said so."""

    status: str = ""
    at: Instant = 0
    source: str = ""
    courier: str = ""
    shipped_at: Instant | None = None
    delivered_at: Instant | None = None
    eta: Instant | None = None


def time_of(status: str, at: Instant, shipped_at: Instant | None, delivered_at: Instant | None) -> Instant:
    """When a parcel came to a status, told at `at`: platforms tell that one has left or arrived with every change of the
    order, so that of these only their own times count."""
    if status == "delivered":
        return delivered_at or 0
    if status == "shipped":
        return shipped_at or 0
    return at


def merged(known: State, told: State) -> State:
    """What is known after somebody told: facts that only one of them knows are kept, whoever it is."""
    head = told if wins(known, told) else known
    return replace(
        head,
        courier=told.courier or known.courier,
        shipped_at=told.shipped_at or known.shipped_at,
        delivered_at=told.delivered_at or known.delivered_at,
        eta=told.eta or known.eta,
    )


def wins(known: State, told: State) -> bool:
    """Whether the status told replaces the one that is known: the first to say that it arrived is believed; else the same
    source is believed about its own, and of two the one whose event is later."""
    if not told.status or known.status == "returned":
        return False
    if not known.status:
        return True
    if known.status == "delivered":
        return told.status == "returned" and told.at > known.at
    if told.status in FINAL or told.source == known.source:
        return True
    return told.at > known.at
