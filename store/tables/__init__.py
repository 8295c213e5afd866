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
from store.tables.people import (
    Agent,
    BlockedSender,
    Customer,
    CustomerKey,
    Draft,
    Group,
    Leave,
    Mention,
    Presence,
    ReadMark,
)
from store.tables.shop import (
    Calendar,
    CaseFile,
    Channel,
    Order,
    OrderItem,
    ParcelNews,
    Policy,
    Product,
    Review,
    Shipment,
    Template,
    View,
)
from store.tables.sync import Cursor, Lease, Meta, Quarantine, Quota
from store.tables.work import (
    CheckItem,
    Checklist,
    CustomField,
    FieldValue,
    Incident,
    IncidentTicket,
    Macro,
    NoticeTarget,
    Rule,
    Task,
    TicketLink,
)

metadata = SQLModel.metadata

__all__ = [
    "Agent", "Attachment", "Blob", "BlockedSender", "Calendar", "CaseFile", "Channel", "CheckItem", "Checklist",
    "ClockRow", "Cursor", "CustomField", "Customer", "CustomerKey", "Draft", "Event", "FieldValue", "Group",
    "Incident", "IncidentTicket", "Lease", "Leave", "Macro", "Mention", "Message", "MessageRef", "Meta",
    "NoticeTarget", "Order", "OrderItem", "Outbox", "ParcelNews", "Policy", "Presence", "Product", "Quarantine", "Quota",
    "ReadMark", "Review", "Rule", "Shipment", "Tally", "Task", "Template", "Ticket", "TicketLink", "TicketOrder",
    "TicketTag", "View", "metadata",
]  # fmt: skip
