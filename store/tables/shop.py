"""The shop: channels, orders, and what the team sets up (views, templates, policies)."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from store.tables.columns import big, maybe_big, row_id, small, text


class Channel(SQLModel, table=True):
    """One connected account. `settings` holds no secret; those live in the vault under `channel/<id>/<name>`."""

    id: str = Field(primary_key=True)
    platform: str = text(None)
    name: str = text(None)
    label: str = text()
    """At most four letters for the list."""
    kind: str = text("email")
    """email, chat or marketplace: what the clocks and the take-back time go by."""
    settings: str = text("{}")
    state: str = text("active")
    position: int = small()
    hold_ms: int = big("10000")
    """How long a reply can be taken back."""
    since: int = big("0")
    """History before this comes in closed."""
    last_good_at: int = big("0")
    fault: str = text()
    fault_at: int = big("0")


class Order(SQLModel, table=True):
    __tablename__ = "orders"
    id: int | None = row_id()
    channel_id: str = text(None)
    number: str = text(None)
    number_key: str = text(None)
    """The number without dashes and spaces, casefolded."""
    customer_id: int | None = maybe_big()
    placed_at: int = big()
    status: str = text()
    total_minor: int = big("0")
    currency: str = text()
    country: str = text()
    __table_args__ = (
        Index("orders_number", "channel_id", "number_key", unique=True),
        Index("orders_key", "number_key"),
        Index("orders_customer", "customer_id", "placed_at"),
    )


class OrderItem(SQLModel, table=True):
    __tablename__ = "order_item"
    id: int | None = row_id()
    order_id: int = big()
    sku: str = text()
    title: str = text()
    quantity: int = small("1")
    price_minor: int = big("0")
    __table_args__ = (Index("order_item_order", "order_id"),)


class Shipment(SQLModel, table=True):
    id: int | None = row_id()
    order_id: int = big()
    courier: str = text()
    tracking: str = text()
    tracking_key: str = text()
    status: str = text()
    shipped_at: int | None = maybe_big()
    delivered_at: int | None = maybe_big()
    __table_args__ = (Index("shipment_order", "order_id"), Index("shipment_tracking", "tracking_key"))


class View(SQLModel, table=True):
    """A saved query. `owner` is an agent, or '' for everybody."""

    id: str = Field(primary_key=True)
    name: str = text(None)
    query: str = text(None)
    owner: str = text()
    position: int = small()


class Template(SQLModel, table=True):
    """A reply with gaps. `texts` is JSON: language → text."""

    id: str = Field(primary_key=True)
    name: str = text(None)
    names: str = text("{}")
    """Its title by language of the face."""
    types: str = text("[]")
    texts: str = text("{}")
    shipped: int = small()
    used: int = small()
    updated_at: int = big("0")
    variants: str = text("[]")
    """JSON: texts for one country or platform, `[{language, country, platform, text}]`."""
    review_at: int = big("0")
    """When somebody should read it again; 0 never."""
    internal: int = small()
    """For notes of the team, never sent."""


class Calendar(SQLModel, table=True):
    """Working hours by name, JSON as `desk.clocks.calendars` reads it; `version` grows with every edit."""

    name: str = Field(primary_key=True)
    body: str = text("{}")
    version: int = small("1")


class Policy(SQLModel, table=True):
    """An SLA target of the shop. `body` is JSON as `desk.clocks.policies.policy_from` reads it; the strictest enabled
    policy whose scope holds wins."""

    id: str = Field(primary_key=True)
    name: str = text(None)
    body: str = text("{}")
    enabled: int = small("1")
    position: int = small()
