"""What flows: tickets, messages, clocks, the outbox and the event log."""

from sqlalchemy import Column, Computed, Index, Integer, LargeBinary, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from store.tables.columns import ID, NEVER_SQL, big, maybe_big, row_id, small, text

LANGUAGE_SQL = "substr(lang, 1, instr(lang || '-', '-') - 1)"
"""The language without its region: what `lang:zh` compares."""

OPEN_STATUSES = ("new", "open", "pending", "on_hold")


class Ticket(SQLModel, table=True):
    """One conversation about one matter. `due_at` is the earliest running clock's due time (NEVER if none)."""

    id: int | None = row_id()
    channel_id: str = text(None)
    platform: str = text(None)
    customer_id: int | None = maybe_big()
    subject: str = text()
    status: str = text("new")
    is_open: int = Field(
        default=None,
        sa_column=Column(
            Integer,
            Computed("CASE WHEN status IN ('new','open','pending','on_hold') THEN 1 ELSE 0 END", persisted=True),
        ),
    )
    priority: int = small("1")
    """0 low, 1 normal, 2 high, 3 urgent."""
    type: str = text("other")
    cause: str = text()
    ask: str = text()
    escalation: int = small()
    needs_review: int = small()
    automatic: str = text()
    lang: str = text()
    country: str = text()
    order_number: str = text()
    assignee_id: str | None = Field(default=None)
    group_id: str | None = Field(default=None)
    due_at: int = big(NEVER_SQL)
    due_kind: str = text()
    warn_at: int = big(NEVER_SQL)
    """When that clock begins to warn."""
    snoozed_until: int = big("0")
    """0 awake, NEVER until the buyer replies, else the instant it wakes."""
    wake_on: str = text()
    """What wakes it besides: '' (a reply), or the word of an event (delivered, task_done …)."""
    flagged: int = small()
    effort: int = small("1")
    """How much of an agent's capacity it takes."""
    created_at: int = big()
    updated_at: int = big()
    first_buyer_at: int | None = maybe_big()
    waiting_since: int | None = maybe_big()
    """Oldest buyer message nobody has answered yet."""
    first_reply_at: int | None = maybe_big()
    last_reply_at: int | None = maybe_big()
    answered_from: int | None = maybe_big()
    """The buyer message which the last reply answered."""
    first_waived: int = small()
    """The first message was said to need no reply."""
    status_since: int = big("0")
    last_message_id: int = big("0")
    message_count: int = small()
    thread_seq: int = big("0")
    """Seq of the newest event a writer must have seen: messages in and out."""
    version: int = small("1")

    # Each shipped view and each indexed field has its own order, so that a page costs the same on any desk. What stands
    # behind the id is looked at on the way, without the ticket.
    __table_args__ = (
        Index("ticket_open_due", "is_open", "due_at", "id", "customer_id", "snoozed_until"),
        Index("ticket_assignee_due", "is_open", "assignee_id", "due_at", "id", "snoozed_until"),
        Index("ticket_channel_due", "is_open", "channel_id", "due_at", "id"),
        Index("ticket_platform_due", "is_open", "platform", "due_at", "id"),
        Index("ticket_status_due", "status", "due_at", "id", "snoozed_until"),
        Index("ticket_type_due", "is_open", "type", "due_at", "id"),
        Index("ticket_priority_due", "is_open", "priority", "due_at", "id"),
        Index("ticket_language_due", "is_open", sql(LANGUAGE_SQL), "due_at", "id"),
        Index("ticket_country_due", "is_open", "country", "due_at", "id"),
        Index("ticket_cause_due", "is_open", "cause", "due_at", "id"),
        Index("ticket_ask_due", "is_open", "ask", "due_at", "id"),
        Index("ticket_group_due", "is_open", "group_id", "due_at", "id"),
        Index("ticket_kind_due", "is_open", "due_kind", "due_at", "id", sqlite_where=sql("due_kind <> ''"),
              postgresql_where=sql("due_kind <> ''")),
        Index("ticket_flagged_due", "is_open", "due_at", "id", sqlite_where=sql("flagged <> 0"),
              postgresql_where=sql("flagged <> 0")),
        Index("ticket_automatic_due", "is_open", "due_at", "id", sqlite_where=sql("automatic <> ''"),
              postgresql_where=sql("automatic <> ''")),
        Index("ticket_escalation_due", "is_open", "due_at", "id", sqlite_where=sql("escalation <> 0"),
              postgresql_where=sql("escalation <> 0")),
        Index("ticket_review_due", "is_open", "due_at", "id", sqlite_where=sql("needs_review <> 0"),
              postgresql_where=sql("needs_review <> 0")),
        Index("ticket_updated", "updated_at", "id"),
        Index("ticket_created", "created_at", "id"),
        Index("ticket_waiting", "waiting_since", "id", sqlite_where=sql("waiting_since IS NOT NULL"),
              postgresql_where=sql("waiting_since IS NOT NULL")),
        Index("ticket_region", "lang", "id", sqlite_where=sql("instr(lang, '-') > 0"),
              postgresql_where=sql("position('-' in lang) > 0")),
        Index("ticket_priority", "priority", "id"),
        Index("ticket_messages", "message_count", "id"),
        Index("ticket_effort", "effort", "id"),
        Index("ticket_status_since", "status_since", "id"),
        Index("ticket_warn", "warn_at", "id", sqlite_where=sql(f"warn_at < {NEVER_SQL}"),
              postgresql_where=sql(f"warn_at < {NEVER_SQL}")),
        Index("ticket_first_reply", "first_reply_at", "id", sqlite_where=sql("first_reply_at IS NOT NULL"),
              postgresql_where=sql("first_reply_at IS NOT NULL")),
        Index("ticket_last_reply", "last_reply_at", "id", sqlite_where=sql("last_reply_at IS NOT NULL"),
              postgresql_where=sql("last_reply_at IS NOT NULL")),
        Index("ticket_customer", "customer_id", "id"),
        Index("ticket_snoozed", "snoozed_until", "id", sqlite_where=sql("snoozed_until > 0"),
              postgresql_where=sql("snoozed_until > 0")),
        Index("ticket_order_number", "order_number", "id", sqlite_where=sql("order_number <> ''"),
              postgresql_where=sql("order_number <> ''")),
    )  # fmt: skip


class TicketTag(SQLModel, table=True):
    __tablename__ = "ticket_tag"
    ticket_id: int = Field(primary_key=True)
    tag: str = Field(primary_key=True)
    __table_args__ = (Index("ticket_tag_tag", "tag", "ticket_id"),)


class TicketOrder(SQLModel, table=True):
    """Which orders a ticket is about."""

    __tablename__ = "ticket_order"
    ticket_id: int = Field(primary_key=True)
    order_id: int = Field(primary_key=True)
    __table_args__ = (Index("ticket_order_order", "order_id", "ticket_id"),)


class Tally(SQLModel, table=True):
    """Tickets per (status, assignee, channel), kept by triggers: counts never scan the desk."""

    status: str = Field(primary_key=True)
    assignee_id: str = Field(primary_key=True)
    """'' when nobody has it."""
    channel_id: str = Field(primary_key=True)
    n: int = small()
    effort: int = big("0")


class Message(SQLModel, table=True):
    """One message or note. `direction` is in, out or note. `remote_key` is unique over the desk: one mail that reached
    two mailboxes, or our own reply coming back, is one message."""

    id: int | None = row_id()
    ticket_id: int = big()
    channel_id: str = text(None)
    direction: str = text(None)
    author_id: str = text()
    """Agent of a reply or note; '' for a buyer."""
    sender_name: str = text()
    sender_address: str = text()
    recipients: str = text()
    subject: str = text()
    body: str = text()
    quoted: str = text()
    lang: str = text()
    automatic: str = text()
    sent_at: int = big()
    received_at: int = big()
    remote_key: str = text(None)
    in_reply_to: str = text()
    raw: str = text()
    """sha256 of the raw mail in `blob`, '' where there is none."""
    thread_id: str = text()
    """The conversation's name at a platform that has one."""
    reply_to: str = text()
    """What a reply must name there, besides the thread."""
    __table_args__ = (
        Index("message_ticket", "ticket_id", "id"),
        Index("message_remote", "remote_key", unique=True),
        Index("message_sent", "sent_at", "ticket_id"),
        Index("message_author", "author_id", "ticket_id", sqlite_where=sql("author_id <> ''"),
              postgresql_where=sql("author_id <> ''")),
        Index("message_note", "ticket_id", sqlite_where=sql("direction = 'note'"),
              postgresql_where=sql("direction = 'note'")),
    )  # fmt: skip


class MessageRef(SQLModel, table=True):
    """Message-IDs a message points at, so that a parent arriving after its answer still finds the thread."""

    __tablename__ = "message_ref"
    ref: str = Field(primary_key=True)
    message_id: int = Field(primary_key=True)


class Attachment(SQLModel, table=True):
    id: int | None = row_id()
    message_id: int = big()
    name: str = text()
    type: str = text()
    size: int = big("0")
    sha256: str = text()
    inline: int = small()
    __table_args__ = (Index("attachment_message", "message_id"),)


class Blob(SQLModel, table=True):
    """Bytes stored once by hash; `codec` is '' or zlib."""

    sha256: str = Field(primary_key=True)
    size: int = big()
    codec: str = text()
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


UNWARNED = "state = 'running' AND warned_at IS NULL AND breached_at IS NULL"


class ClockRow(SQLModel, table=True):
    """One clock of one ticket. `state` is running, paused, met or breached-and-met (`late`)."""

    __tablename__ = "clock"
    id: int | None = row_id()
    ticket_id: int = big()
    kind: str = text(None)
    cycle: int = big("0")
    """What started it (message id); a new buyer message after a reply is a new cycle."""
    policy_id: str = text()
    state: str = text("running")
    started_at: int = big()
    due_at: int = big(NEVER_SQL)
    warn_at: int = big(NEVER_SQL)
    target_ms: int = big("0")
    stopped_at: int | None = maybe_big()
    breached_at: int | None = maybe_big()
    warned_at: int | None = maybe_big()
    """When it gave its last warning; before, `warn_at` says when the next one is."""
    warned: int = small()
    """Percent of the time that were used when it last warned."""
    reason: str = text()
    __table_args__ = (
        UniqueConstraint("ticket_id", "kind", "cycle", name="clock_one"),
        Index("clock_due", "state", "due_at", "ticket_id"),
        Index("clock_unwarned", "warn_at", sqlite_where=sql(UNWARNED), postgresql_where=sql(UNWARNED)),
        Index("clock_breached", "breached_at", "ticket_id", sqlite_where=sql("breached_at IS NOT NULL"),
              postgresql_where=sql("breached_at IS NOT NULL")),
    )  # fmt: skip


class Outbox(SQLModel, table=True):
    """What leaves. held → claimed → sent | failed | unknown | cancelled, each step compare-and-set."""

    id: int | None = row_id()
    key: str = text(None)
    """Idempotency key; for mail also our Message-ID's local part."""
    kind: str = text("reply")
    ticket_id: int = big()
    channel_id: str = text(None)
    message_id: int = big()
    agent_id: str = text()
    state: str = text("held")
    hold_until: int = big()
    base_seq: int = big("0")
    """`thread_seq` the writer had seen; a newer one stops the sending."""
    payload: str = text("{}")
    after: str = text("{}")
    """Changes to the ticket once it is sent (status)."""
    attempts: int = small()
    claimed_by: str = text()
    claimed_at: int = big("0")
    handed_at: int = big("0")
    """When the first byte went out that could take effect; 0 means a crash left nothing behind."""
    next_try_at: int = big("0")
    remote_id: str = text()
    error: str = text()
    warning: str = text()
    created_at: int = big()
    updated_at: int = big()
    recipient: str = text()
    """Folded first address, for the caps on automatic mail."""
    automatic: int = small()
    template_id: str = text()
    rule_id: str = text()
    """The rule that wrote it, '' for a person."""
    __table_args__ = (
        Index("outbox_key", "key", unique=True),
        Index("outbox_state", "state", "hold_until"),
        Index("outbox_ticket", "ticket_id"),
        Index("outbox_recipient", "recipient", "created_at", sqlite_where=sql("automatic <> 0"),
              postgresql_where=sql("automatic <> 0")),
        Index("outbox_template", "template_id", "created_at", sqlite_where=sql("template_id <> ''"),
              postgresql_where=sql("template_id <> ''")),
    )  # fmt: skip


class Event(SQLModel, table=True):
    """One append-only row per verb per ticket: timeline, audit trail, change feed and undo log in one.
    digest = SHA-256(salt ‖ payload); hash covers every header column, digest and prev."""

    seq: int = Field(primary_key=True, sa_type=ID)
    epoch: int = small("1")
    at: int = big()
    actor_kind: str = text(None)
    actor_id: str = text()
    verb: str = text(None)
    version: int = small("1")
    ticket_id: int | None = maybe_big()
    batch_id: str = text()
    cause_seq: int | None = maybe_big()
    payload: str | None = Field(default=None)
    salt: str | None = Field(default=None)
    digest: str = text(None)
    prev: str = text(None)
    hash: str = text(None)
    __table_args__ = (
        Index("event_ticket", "ticket_id", "seq"),
        Index("event_actor", "actor_kind", "actor_id", "seq"),
        Index(
            "event_batch", "batch_id", "seq", sqlite_where=sql("batch_id <> ''"), postgresql_where=sql("batch_id <> ''")
        ),
    )
