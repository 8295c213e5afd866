"""What sync keeps for itself: cursors, leases, quarantine, and facts about the desk."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from store.tables.columns import big, row_id, small, text


class Meta(SQLModel, table=True):
    key: str = Field(primary_key=True)
    value: str = text(None)


class Cursor(SQLModel, table=True):
    """How far a stream of a channel was pulled; moves in the transaction that stores the page."""

    channel_id: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    value: str = text()
    updated_at: int = big("0")


class Lease(SQLModel, table=True):
    """Who may do a single-handed job (sync of the desk, a token refresh). `epoch` grows with every new holder."""

    name: str = Field(primary_key=True)
    holder: str = text()
    epoch: int = small()
    expires_at: int = big("0")
    version: str = text()


class Quarantine(SQLModel, table=True):
    """A record that could not be read: kept whole, shown, and tried again on request."""

    id: int | None = row_id()
    channel_id: str = text(None)
    ref: str = text(None)
    reason: str = text()
    raw: str = text()
    at: int = big()
    state: str = text("held")
    __table_args__ = (Index("quarantine_ref", "channel_id", "ref", unique=True),)


class Quota(SQLModel, table=True):
    """A token bucket of one account: `level` thousandths were there at `at`."""

    channel_id: str = Field(primary_key=True)
    bucket: str = Field(primary_key=True)
    level: int = big("0")
    at: int = big("0")
