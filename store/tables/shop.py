"""The shop: channels, orders, and what the team sets up (views, templates, policies)."""

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from store.tables.columns import NEVER_SQL, big, maybe_big, row_id, small, text


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
    remote_id: str = text()
    """What the platform's API calls it; '' where it is the number."""
    updated_at: int = big("0")
    ip_country: str = text()
    registration_country: str = text()
    campaign: str = text()
    __table_args__ = (
        Index("orders_remote", "channel_id", "remote_id", sqlite_where=sql("remote_id <> ''"),
              postgresql_where=sql("remote_id <> ''")),
        Index("orders_number", "channel_id", "number_key", unique=True),
        Index("orders_key", "number_key"),
        Index("orders_customer", "customer_id", "placed_at"),
        Index("orders_placed", "placed_at"),
        Index("orders_status", sql("lower(status)")),
        Index("orders_country", "country"),
        Index("orders_total", "currency", "total_minor"),
    )  # fmt: skip


class OrderItem(SQLModel, table=True):
    __tablename__ = "order_item"
    id: int | None = row_id()
    order_id: int = big()
    sku: str = text()
    title: str = text()
    quantity: int = small("1")
    price_minor: int = big("0")
    remote_id: str = text()
    __table_args__ = (
        Index("order_item_order", "order_id"),
        Index("order_item_sku", sql("lower(sku)"), "order_id"),
        Index("order_item_title", sql("lower(title)"), "order_id"),
    )


class ItemTitle(SQLModel, table=True):
    """Every title of an item in small letters, once; kept by triggers, so that a part of one is soon found."""

    __tablename__ = "item_title"
    title: str = Field(primary_key=True)


class Shipment(SQLModel, table=True):
    id: int | None = row_id()
    order_id: int = big()
    courier: str = text()
    tracking: str = text()
    tracking_key: str = text()
    status: str = text()
    shipped_at: int | None = maybe_big()
    delivered_at: int | None = maybe_big()
    eta: int | None = maybe_big()
    __table_args__ = (
        Index("shipment_order", "order_id"),
        Index("shipment_tracking", "tracking_key"),
        Index("shipment_courier", sql("lower(courier)"), "order_id"),
        Index("shipment_status", sql("lower(status)"), "order_id"),
        Index("shipment_shipped", "shipped_at", "order_id"),
        Index("shipment_delivered", "delivered_at", "order_id"),
    )


class ParcelNews(SQLModel, table=True):
    """What stands beside a shipment, by its order and `tracking_key`; `store.sql.parcels.News` tells what it means.
    `scans` is JSON: `[[at, text, place]]`."""

    __tablename__ = "parcel_news"
    order_id: int = Field(primary_key=True)
    tracking_key: str = Field(primary_key=True)
    at: int = big("0")
    source: str = text()
    scans: str = text("[]")
    over: int = small()
    note: str = text()


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
    about: str = text("{}")
    """JSON: `when` it is used, its `limits`, and of an imported one its `source` and `digest`."""


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


class CaseFile(SQLModel, table=True):
    """A return, cancellation or dispute as its platform has it. `state` and `reason` are the platform's words, `type`
    the house's for the reason; `is_open` says whether somebody still has to act, until `due_at`."""

    __tablename__ = "case_file"
    id: int | None = row_id()
    channel_id: str = text(None)
    remote_id: str = text(None)
    kind: str = text(None)
    order_id: int | None = maybe_big()
    order_number: str = text()
    ticket_id: int | None = maybe_big()
    customer_id: int | None = maybe_big()
    state: str = text()
    reason: str = text()
    type: str = text("other")
    is_open: int = small("1")
    amount_minor: int | None = maybe_big()
    currency: str = text()
    opened_at: int = big()
    updated_at: int = big()
    due_at: int = big(NEVER_SQL)
    note: str = text()
    """What the buyer wrote with it."""
    lines: str = text("[]")
    tracking: str = text()
    allowed: str = text("[]")
    __table_args__ = (
        Index("case_file_remote", "channel_id", "kind", "remote_id", unique=True),
        Index("case_file_due", "is_open", "due_at", "id"),
        Index("case_file_ticket", "ticket_id"),
        Index("case_file_order", "order_id"),
        Index("case_file_customer", "customer_id"),
    )


class Review(SQLModel, table=True):
    """A review or feedback; `rating` 0 where there is none. `verified`: its author bought the product; `product` is what
    that is called, `url` where it is shown."""

    id: int | None = row_id()
    channel_id: str = text(None)
    remote_id: str = text(None)
    order_id: int | None = maybe_big()
    ticket_id: int | None = maybe_big()
    customer_id: int | None = maybe_big()
    sku: str = text()
    rating: int = small()
    title: str = text()
    body: str = text()
    lang: str = text()
    author: str = text()
    at: int = big()
    reply: str = text()
    verified: int = small()
    product: str = text()
    url: str = text()
    __table_args__ = (
        Index("review_remote", "channel_id", "remote_id", unique=True),
        Index("review_at", "at", "id"),
        Index("review_sku", "sku", "at"),
    )


class Product(SQLModel, table=True):
    """What is known of a product; `specs` is JSON of the seller's own words."""

    id: int | None = row_id()
    channel_id: str = text()
    sku: str = text(None)
    title: str = text()
    specs: str = text("{}")
    sizes: str = text()
    updated_at: int = big("0")
    __table_args__ = (Index("product_sku", "channel_id", "sku", unique=True), Index("product_any", "sku"))
