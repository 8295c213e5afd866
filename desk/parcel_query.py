"""`eta:` in queries, and what templates may say of a parcel that is late. Importing this registers them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from desk.automation import variables
from desk.query.making import moments
from desk.query.names import NAMES
from store.errors import N_
from store.filter import Condition, Linked, Rows
from store.related import ranged

if TYPE_CHECKING:
    from desk.thread import Thread


def _due(low: int | None, high: int | None) -> Condition:
    """Tickets about an order with a parcel whose expected day lies there. No index has it, so no list begins here."""
    test, params = ranged("s.eta", low, high)
    return Linked("t.id", (Rows("shipment s", "x.ticket_id", f"s.delivered_at IS NULL AND {test}", params,
                                via="ticket_order x", on="x.order_id = s.order_id", seeks=False),))  # fmt: skip


def last_scan(thread: Thread) -> str:
    """The last that is known of the parcel: the day it left, until a room that follows parcels knows more."""
    parcel = thread.shipments[0] if thread.shipments else None
    at = parcel.shipped_at if parcel else None
    return datetime.fromtimestamp(at / 1000, UTC).date().isoformat() if at else ""


def next_date(thread: Thread) -> str:
    """By when we write again: what the clock that runs holds us to."""
    from desk.thread import reply_by

    return reply_by(thread.clocks)


NAMES.add(moments("eta", N_("when a parcel that has not arrived is expected: eta:now.., eta:..-3d"), _due, "parcel"))
variables.register("shipment.last_scan", N_("last scan of the parcel"), last_scan)
variables.register("promise.next_date", N_("date of the next update"), next_date)
