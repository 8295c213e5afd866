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
    """The last that is known of the parcel: what its carrier noted and on which day; else the day it left."""
    parcel = thread.shipments[0] if thread.shipments else None
    news = thread.news.get((parcel.order_id, parcel.tracking)) if parcel else None
    noted = news.last if news else None
    at = noted.at if noted else parcel.shipped_at if parcel else None
    day = datetime.fromtimestamp(at / 1000, UTC).date().isoformat() if at else ""
    return f"{day} {noted.text}{f' ({noted.place})' if noted.place else ''}" if noted else day


def next_date(thread: Thread) -> str:
    """By when we write again: what the clock that runs holds us to."""
    from desk.thread import reply_by

    return reply_by(thread.clocks)


NAMES.add(moments("eta", N_("when a parcel that has not arrived is expected: eta:now.., eta:..-3d"), _due, "parcel"))
variables.register("shipment.last_scan", N_("last scan of the parcel"), last_scan)
variables.register("promise.next_date", N_("date of the next update"), next_date)
