"""Placeholders of other helpdesks, said in our names. What has no counterpart stays visible and keeps a reply back."""

from __future__ import annotations

import re
from typing import NamedTuple

from desk.automation.variables import VARIABLES

_ORDER = "ticket.customer.integrations.shopify.orders"
KNOWN = {
    **dict.fromkeys(("ticket.id", "ticket.number", "conversation.number", "conversation.id"), "ticket.id"),
    **dict.fromkeys(("ticket.title", "ticket.subject", "conversation.subject"), "ticket.subject"),
    **dict.fromkeys(
        ("ticket.requester.firstname", "ticket.customer.firstname", "customer.firstname", "customer.first",
         "requester.firstname", "contact.firstname"),
        "customer.first_name",
    ),
    **dict.fromkeys(
        ("ticket.requester.name", "ticket.requester.fullname", "ticket.customer.name", "ticket.customer.fullname",
         "customer.name", "customer.fullname", "requester.name", "contact.name"),
        "customer.name",
    ),
    **dict.fromkeys(
        ("currentuser.name", "currentuser.firstname", "currentuser.fullname", "agent.name", "agent.firstname",
         "ticket.assignee.name", "ticket.assignee.firstname", "ticket.assigneeuser.firstname", "ticket.agent.name",
         "ticket.agent.firstname", "user.name", "user.fullname", "user.firstname"),
        "agent.name",
    ),
    **dict.fromkeys(
        ("ticket.account", "ticket.brand.name", "ticket.portalname", "mailbox.name", "shop.name", "store.name",
         "helpdeskname"),
        "shop.name",
    ),
    **dict.fromkeys(("mailbox.email", "ticket.account.email"), "shop.email"),
    **dict.fromkeys(
        ("order.name", "order.number", "order.id", "ticket.ordernumber", f"{_ORDER}.name", f"{_ORDER}.ordernumber",
         "ticket.customer.integrations.shopify.lastorder.name"),
        "order.number",
    ),
    **dict.fromkeys(("order.total", f"{_ORDER}.totalprice"), "order.total"),
    **dict.fromkeys(("order.date", "order.createdat", f"{_ORDER}.createdat"), "order.date"),
    **dict.fromkeys(("order.status", f"{_ORDER}.fulfillmentstatus"), "order.status"),
    **dict.fromkeys(("product.name", "order.productname", f"{_ORDER}.lineitems.title"), "product.name"),
    **dict.fromkeys(("product.sku", f"{_ORDER}.lineitems.sku"), "product.sku"),
    **dict.fromkeys(
        ("order.trackingnumber", "shipment.trackingnumber", f"{_ORDER}.fulfillments.trackingnumber",
         f"{_ORDER}.fulfillments.trackingnumbers"),
        "shipment.tracking",
    ),
    **dict.fromkeys(
        ("order.carrier", "shipment.carrier", f"{_ORDER}.fulfillments.trackingcompany"), "shipment.carrier"
    ),
}  # fmt: skip
"""Their names, without case, underscores and indexes, as Zendesk, Gorgias, Freshdesk and Help Scout write them."""

_FILTERS = {"upcase": "upper", "downcase": "lower", "upper": "upper", "lower": "lower"}
_PLACE = re.compile(r"\{\{([^{}]{1,300})\}\}")
_LOGIC = re.compile(r"\{%([^{}%]{0,300})%\}")
_HELP_SCOUT = re.compile(r"\s*([\w.]+)\s*(?:,\s*fallback=([^%]*))?")
_DEFAULT = re.compile(r"""default\s*:\s*(?:"([^"]*)"|'([^'"]*)')""")


class Mapped(NamedTuple):
    """A text in our names, and the placeholders of it that have no counterpart, once each."""

    text: str
    unknown: tuple[str, ...]


def ours(text: str) -> Mapped:
    """A text of another helpdesk with its placeholders turned into ours. Logic (`{% if … %}`) cannot be: it is left in
    double braces, which no filling ever takes for complete."""
    unknown: dict[str, None] = {}

    def logic(found: re.Match[str]) -> str:
        if (simple := _HELP_SCOUT.fullmatch(found[1])) and (name := _known(simple[1])):
            return _written(name, (simple[2] or "").strip(), ())
        unknown[found[0]] = None
        return "{{% " + found[1].strip() + " %}}"

    def place(found: re.Match[str]) -> str:
        path, *filters = (part.strip() for part in found[1].split("|"))
        name = _known(path)
        if name is None:
            unknown[path] = None
            return found[0]
        fallback, kept = "", []
        for part in filters:
            if default := _DEFAULT.fullmatch(part):
                fallback = default[1] or default[2] or ""
            elif part in _FILTERS:
                kept.append(_FILTERS[part])
            elif part.startswith("or:"):
                fallback = part[3:].strip().strip('"')
            else:
                unknown[f"{path} | {part}"] = None
        return _written(name, fallback, kept)

    text = _PLACE.sub(place, text)
    return Mapped(_LOGIC.sub(logic, text), tuple(unknown))


def _known(path: str) -> str | None:
    if path in VARIABLES:
        return path
    return KNOWN.get(re.sub(r"\[\d*\]|_", "", path.casefold()))


def _written(name: str, fallback: str, filters: tuple[str, ...] | list[str]) -> str:
    safe = fallback.replace('"', "").replace("{", "").replace("}", "")
    return "{{" + "|".join([name, *filters, *([f'or:"{safe}"'] if safe else [])]) + "}}"
