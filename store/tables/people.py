"""Who: agents, customers, and what a session leaves behind (drafts, presence, read marks)."""

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from store.tables.columns import big, maybe_big, row_id, small, text


class Agent(SQLModel, table=True):
    """A person of the team. `state` is on, away or auto (the shifts decide); JSON columns hold lists and shifts."""

    id: str = Field(primary_key=True)
    name: str = text(None)
    email: str = text()
    unix_user: str = text()
    role: str = text("agent")
    languages: str = text("{}")
    """BCP 47 → level 1…5."""
    skills: str = text("[]")
    zone: str = text("UTC")
    shifts: str = text("{}")
    """Calendar as `desk.clocks.calendars` reads it; {} is always on."""
    capacity: int = small("0")
    """0 is no limit."""
    active: int = small("1")
    state: str = text("auto")
    state_until: int = big("0")
    signature: str = text()
    last_assigned_at: int = big("0")
    weight: int = small("100")
    """Share under weighted routing, in hundredths."""
    turn: int = big("0")
    """Running value of smooth weighted routing."""
    countries: str = text("[]")
    """ISO 3166 codes this agent looks after."""


class Group(SQLModel, table=True):
    """A department: who is in it and how its work is shared out. `body` is JSON as `desk.groups` reads it."""

    __tablename__ = "agent_group"
    id: str = Field(primary_key=True)
    name: str = text(None)
    body: str = text("{}")
    position: int = small()


class Leave(SQLModel, table=True):
    """An absence that was planned, half open."""

    id: int | None = row_id()
    agent_id: str = text(None)
    starts_at: int = big()
    ends_at: int = big()
    note: str = text()
    begun: int = small()
    """0 not yet, 1 its start was acted on, 2 its end was, too."""
    __table_args__ = (Index("leave_agent", "agent_id", "ends_at"),)


class Mention(SQLModel, table=True):
    """An agent named in a note (`@ana`); `seen_at` 0 until they looked."""

    agent_id: str = Field(primary_key=True)
    message_id: int = Field(primary_key=True)
    ticket_id: int = big()
    at: int = big()
    seen_at: int = big("0")
    __table_args__ = (
        Index("mention_ticket", "ticket_id", "agent_id"),
        Index("mention_new", "agent_id", "at", sqlite_where=sql("seen_at = 0"), postgresql_where=sql("seen_at = 0")),
    )


class Customer(SQLModel, table=True):
    id: int | None = row_id()
    name: str = text()
    email: str = text()
    lang: str = text()
    country: str = text()
    tier: str = text()
    note: str = text()
    created_at: int = big()
    name_key: str = text()
    order_count: int = small()
    """Orders of theirs, kept by triggers."""
    tags: str = text("[]")
    """JSON: what other programs call them by (`vip`, `wholesale`), as tags of tickets are written."""
    consent: str = text()
    """Whether they take marketing mail: yes, no, or '' where nobody told."""
    __table_args__ = (
        Index("customer_name", "name_key"),
        Index("customer_tier", sql("lower(tier)"), sqlite_where=sql("tier <> ''"), postgresql_where=sql("tier <> ''")),
        Index("customer_note", "id", sqlite_where=sql("note <> ''"), postgresql_where=sql("note <> ''")),
        Index("customer_orders", "order_count"),
    )


class CustomerKey(SQLModel, table=True):
    """Everything a customer is known by: `email:ana@example.org`, `ebay:ana_88`."""

    __tablename__ = "customer_key"
    key: str = Field(primary_key=True)
    customer_id: int = big()
    __table_args__ = (Index("customer_key_customer", "customer_id"),)


class BlockedSender(SQLModel, table=True):
    """Whose mail goes to the spam view: `email:win@prizes.example`, `ebay:seller_99`."""

    __tablename__ = "blocked_sender"
    key: str = Field(primary_key=True)
    agent_id: str = text()
    """The agent who blocked them."""
    at: int = big()


class Draft(SQLModel, table=True):
    """Unsent text of one agent on one ticket; survives a dropped line."""

    ticket_id: int = Field(primary_key=True)
    agent_id: str = Field(primary_key=True)
    kind: str = text("reply")
    body: str = text()
    template_id: str = text()
    base_seq: int = big("0")
    updated_at: int = big()


class Presence(SQLModel, table=True):
    """An open session, where its person is, and whether they are writing there."""

    session: str = Field(primary_key=True)
    agent_id: str = text()
    ticket_id: int | None = maybe_big()
    writing: int = small()
    seen_at: int = big()


class ReadMark(SQLModel, table=True):
    __tablename__ = "read_mark"
    agent_id: str = Field(primary_key=True)
    ticket_id: int = Field(primary_key=True)
    message_id: int = big()
