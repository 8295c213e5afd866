"""News of a parcel as 17TRACK's stand-in tells it: its way, made from when it left and when it arrived."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from connectors.sandbox.market_records import MarketParcel
from store.values import DAY, HOUR, Instant

CARRIERS = {"DHL Express": 100001, "UPS": 100002, "GLS": 100005, "DPD": 100007, "Royal Mail": 11031, "EMS": 3013,
            "La Poste": 6051, "Japan Post": 10021, "Australia Post": 1151, "Canada Post": 3041, "PostNL": 14041}  # fmt: skip
_SILENCE = 30 * DAY
"""After so long without news 17TRACK gives a parcel up."""


class Event(NamedTuple):
    at: Instant
    stage: str
    status: str
    text: str
    place: str


def news(number: str, parcel: MarketParcel | None, now: Instant) -> dict[str, Any]:
    """One accepted number of `gettrackinfo`."""
    events = sorted((e for e in _way(parcel) if e.at <= now), reverse=True) if parcel else []
    last = events[0] if events else None
    status = last.status if last else "NotFound"
    if last and status != "Delivered" and now - last.at > _SILENCE:
        status = "Expired"
    name = parcel.courier if parcel else ""
    return {
        "number": number, "carrier": CARRIERS.get(name, 3011), "param": None, "tag": "",
        "track_info": {
            "latest_status": {"status": status, "sub_status": f"{status}_Other", "sub_status_descr": None},
            "latest_event": _event(last) if last else {},
            "time_metrics": {"estimated_delivery_date": {"source": None, "from": None, "to": None}},
            "milestone": [{"key_stage": stage, "time_iso": None, "time_utc": at} for stage, at in _milestones(events)],
            "tracking": {"providers_hash": 1, "providers": [
                {"provider": {"key": CARRIERS.get(name, 3011), "name": name, "country": None},
                 "latest_sync_status": "Success", "events": [_event(e) for e in events]},
            ] if parcel else []},
        },
    }  # fmt: skip


def _way(p: MarketParcel) -> Iterator[Event]:
    yield Event(p.shipped_at, "InfoReceived", "InfoReceived", "Shipping information received", "")
    yield Event(p.shipped_at + 3 * HOUR, "PickedUp", "InTransit", "Picked up from the sender", "Shenzhen")
    yield Event(p.shipped_at + DAY, "Departure", "InTransit", "Departed from the hub", "Shenzhen")
    if p.delivered_at is None or p.delivered_at > p.shipped_at + 3 * DAY:
        yield Event(p.shipped_at + 2 * DAY, "Arrival", "InTransit", "Arrived in the country of destination", "Leipzig")
    if p.delivered_at is not None:
        yield Event(p.delivered_at - 4 * HOUR, "OutForDelivery", "OutForDelivery", "Out for delivery", "")
        yield Event(p.delivered_at, "Delivered", "Delivered", "Delivered, signed by the recipient", "")


def _milestones(events: list[Event]) -> Iterator[tuple[str, str | None]]:
    reached = {e.stage: _iso(e.at) for e in events}
    for stage in ("InfoReceived", "PickedUp", "Departure", "Arrival", "AvailableForPickup", "OutForDelivery", "Delivered",
                  "Returning", "Returned"):  # fmt: skip
        yield stage, reached.get(stage)


def _event(e: Event) -> dict[str, Any]:
    return {"time_iso": _iso(e.at), "time_utc": _iso(e.at), "description": e.text, "location": e.place or None,
            "stage": e.stage, "sub_status": f"{e.status}_Other", "address": {}}  # fmt: skip


def _iso(at: Instant) -> str:
    return f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
