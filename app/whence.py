"""Where an order comes from and goes to, in words."""

from __future__ import annotations

from app.words import _
from store.sql.rows import Order
from store.values import clean_line


def whence(order: Order) -> list[str]:
    """What is known of it: the country it is sent to, the one it was ordered from, the one the buyer is registered in, and the
    campaign that brought them."""
    parts = (
        (_("to {country}"), order.country),
        (_("ordered from {country}"), order.ip_country),
        (_("registered in {country}"), order.registration_country),
    )
    found = [text.format(country=clean_line(code)) for text, code in parts if code]
    if order.campaign:
        found.append(_("campaign {name}").format(name=clean_line(order.campaign)))
    return found


def elsewhere(order: Order) -> bool:
    """Whether it was ordered from a country that is neither where it goes nor where the buyer is registered."""
    return bool(order.ip_country) and order.ip_country not in (order.country, order.registration_country) and bool(order.country)
