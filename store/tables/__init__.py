"""The one schema, as SQLModel tables: what migrations are made from, and how slow nouns are edited.

Importing this package costs about 0.4 s (SQLAlchemy); triage never does. Flow nouns are read and written through
`store.sql`. Times are UTC ms, money is minor units + ISO 4217 code, JSON columns are TEXT.
"""

from sqlmodel import SQLModel

from store.tables.flow import (
    Attachment,
    Blob,
    ClockRow,
    Event,
    Message,
    MessageRef,
    Outbox,
    Tally,
    Ticket,
    TicketOrder,
    TicketTag,
)
from store.tables.people import Agent, BlockedSender, Customer, CustomerKey, Draft, Presence, ReadMark
from store.tables.shop import Calendar, Channel, Order, OrderItem, Policy, Shipment, Template, View
from store.tables.sync import Cursor, Lease, Meta, Quarantine

metadata = SQLModel.metadata

__all__ = [
    "Agent", "Attachment", "Blob", "BlockedSender", "Calendar", "Channel", "ClockRow", "Cursor", "Customer",
    "CustomerKey", "Draft", "Event", "Lease", "Message", "MessageRef", "Meta", "Order", "OrderItem", "Outbox", "Policy",
    "Presence", "Quarantine",
    "ReadMark", "Shipment", "Tally", "Template", "Ticket", "TicketOrder", "TicketTag", "View", "metadata",
]  # fmt: skip
