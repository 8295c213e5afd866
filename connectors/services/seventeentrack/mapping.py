"""What 17TRACK tells of a parcel → the contract's record. Pure."""

from __future__ import annotations

from connectors.contract import Followed, Parcel, Scan, ShipmentRecord
from connectors.fields import Data, Unreadable, data, ident, many, moment, part, text
from connectors.services.seventeentrack import guesses
from store.values import Instant

SCANS = 12
"""How many of its carrier's notes a parcel keeps, the newest."""
DONE = ("delivered", "returned", "expired")


def shipment(raw: Data, known: Followed) -> ShipmentRecord | None:
    """News of the parcel that the desk calls `known`; None where no carrier has any yet. Raises Unreadable."""
    info = part(raw, "track_info")
    latest = part(info, "latest_status")
    word = text(latest, "status")
    if word not in guesses.STATUS:
        raise Unreadable(f"status {word!r} is not known")
    status = guesses.STATUS[word]
    if text(latest, "sub_status") == guesses.RETURNED:
        status = "returned"
    if not status:
        return None
    passed = {text(m, "key_stage"): _time(m) for m in map(data, many(info, "milestone"))}
    event = part(info, "latest_event")
    at = _time(event) or max((t for t in passed.values() if t), default=0)
    eta = part(part(info, "time_metrics"), "estimated_delivery_date")
    providers = [data(p) for p in many(part(info, "tracking"), "providers")]
    parcel = Parcel(
        courier=known.courier or next((text(part(p, "provider"), "name") for p in providers), ""),
        tracking=known.tracking,
        status=status,
        shipped_at=passed.get("PickedUp"),
        delivered_at=(passed.get("Delivered") or at or None) if status == "delivered" else None,
        eta=_time(eta, "to") or _time(eta, "from"),
    )
    scans = [s for p in providers for s in map(_scan, many(p, "events")) if s is not None] or (
        [s] if (s := _scan(event)) else []
    )
    scans.sort(key=lambda s: -s.at)
    return ShipmentRecord("", parcel, at, tuple(scans[:SCANS]), over=status in DONE)


def number(raw: Data) -> str:
    """Raises Unreadable."""
    return ident(raw, "number")


def unknowable(known: Followed, note: str) -> ShipmentRecord:
    """The record of a parcel that 17TRACK cannot follow."""
    return ShipmentRecord("", Parcel(known.courier, known.tracking), 0, over=True, note=note)


def carrier(known: Followed) -> int | None:
    """17TRACK's number for its carrier."""
    return guesses.CARRIERS.get(" ".join(known.courier.casefold().split()))


def _scan(raw: object) -> Scan | None:
    """A carrier's note; None where it has no time or no words."""
    event = data(raw)
    at, words = _time(event), text(event, "description").strip()
    return Scan(at, words, text(event, "location").strip()) if at and words else None


def _time(raw: Data, key: str = "time_utc") -> Instant | None:
    return moment(raw, key) if raw.get(key) not in (None, "") else None
