"""The first desk: every table, the search index, and the tally kept by triggers."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_KEY = "NEW.status, coalesce(NEW.assignee_id, ''), NEW.channel_id"
_OLD = "status = OLD.status AND assignee_id = coalesce(OLD.assignee_id, '') AND channel_id = OLD.channel_id"
_PLUS = (
    f"INSERT INTO tally (status, assignee_id, channel_id, n) VALUES ({_KEY}, 1) "
    "ON CONFLICT (status, assignee_id, channel_id) DO UPDATE SET n = n + 1;"
)
_MINUS = f"UPDATE tally SET n = n - 1 WHERE {_OLD};"


def _sqlite_only() -> None:
    """FTS5 without a copy of the text (messages hold it); texts arrive split by `store.search.words`."""
    op.execute(
        "CREATE VIRTUAL TABLE message_fts USING fts5(subject, body, people, numbers, "
        "content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2')"
    )
    op.execute(f"CREATE TRIGGER ticket_tally_insert AFTER INSERT ON ticket BEGIN {_PLUS} END")
    op.execute(f"CREATE TRIGGER ticket_tally_delete AFTER DELETE ON ticket BEGIN {_MINUS} END")
    op.execute(
        "CREATE TRIGGER ticket_tally_update AFTER UPDATE OF status, assignee_id, channel_id ON ticket "
        "WHEN NEW.status IS NOT OLD.status OR NEW.assignee_id IS NOT OLD.assignee_id "
        f"OR NEW.channel_id IS NOT OLD.channel_id BEGIN {_MINUS} {_PLUS} END"
    )


def upgrade() -> None:
    op.create_table(
        "agent",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), server_default="", nullable=False),
        sa.Column("unix_user", sa.String(), server_default="", nullable=False),
        sa.Column("role", sa.String(), server_default="agent", nullable=False),
        sa.Column("languages", sa.String(), server_default="{}", nullable=False),
        sa.Column("skills", sa.String(), server_default="[]", nullable=False),
        sa.Column("zone", sa.String(), server_default="UTC", nullable=False),
        sa.Column("shifts", sa.String(), server_default="{}", nullable=False),
        sa.Column("capacity", sa.Integer(), server_default="0", nullable=False),
        sa.Column("active", sa.Integer(), server_default="1", nullable=False),
        sa.Column("state", sa.String(), server_default="auto", nullable=False),
        sa.Column("state_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("signature", sa.String(), server_default="", nullable=False),
        sa.Column("last_assigned_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "attachment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), server_default="", nullable=False),
        sa.Column("type", sa.String(), server_default="", nullable=False),
        sa.Column("size", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("sha256", sa.String(), server_default="", nullable=False),
        sa.Column("inline", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("attachment_message", "attachment", ["message_id"], unique=False)
    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("codec", sa.String(), server_default="", nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "channel",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("label", sa.String(), server_default="", nullable=False),
        sa.Column("kind", sa.String(), server_default="email", nullable=False),
        sa.Column("settings", sa.String(), server_default="{}", nullable=False),
        sa.Column("state", sa.String(), server_default="active", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("hold_ms", sa.BigInteger(), server_default="10000", nullable=False),
        sa.Column("since", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_good_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("fault", sa.String(), server_default="", nullable=False),
        sa.Column("fault_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "clock",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("cycle", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("policy_id", sa.String(), server_default="", nullable=False),
        sa.Column("state", sa.String(), server_default="running", nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), server_default="253402300799999", nullable=False),
        sa.Column("warn_at", sa.BigInteger(), server_default="253402300799999", nullable=False),
        sa.Column("target_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("stopped_at", sa.BigInteger(), nullable=True),
        sa.Column("breached_at", sa.BigInteger(), nullable=True),
        sa.Column("warned_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ticket_id", "kind", "cycle", name="clock_one"),
    )
    op.create_index("clock_due", "clock", ["state", "due_at", "ticket_id"], unique=False)
    op.create_table(
        "cursor",
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("value", sa.String(), server_default="", nullable=False),
        sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("channel_id", "stream"),
    )
    op.create_table(
        "customer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(), server_default="", nullable=False),
        sa.Column("email", sa.String(), server_default="", nullable=False),
        sa.Column("lang", sa.String(), server_default="", nullable=False),
        sa.Column("country", sa.String(), server_default="", nullable=False),
        sa.Column("tier", sa.String(), server_default="", nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("name_key", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("customer_name", "customer", ["name_key"], unique=False)
    op.create_table(
        "customer_key",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("customer_key_customer", "customer_key", ["customer_id"], unique=False)
    op.create_table(
        "draft",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), server_default="reply", nullable=False),
        sa.Column("body", sa.String(), server_default="", nullable=False),
        sa.Column("template_id", sa.String(), server_default="", nullable=False),
        sa.Column("base_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("ticket_id", "agent_id"),
    )
    op.create_table(
        "event",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("epoch", sa.Integer(), server_default="1", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", sa.String(), server_default="", nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("batch_id", sa.String(), server_default="", nullable=False),
        sa.Column("cause_seq", sa.BigInteger(), nullable=True),
        sa.Column("payload", sa.String(), nullable=True),
        sa.Column("salt", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("prev", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("event_actor", "event", ["actor_kind", "actor_id", "seq"], unique=False)
    op.create_index(
        "event_batch", "event", ["batch_id", "seq"], unique=False,
        sqlite_where=sa.text("batch_id <> ''"), postgresql_where=sa.text("batch_id <> ''"),
    )  # fmt: skip
    op.create_index("event_ticket", "event", ["ticket_id", "seq"], unique=False)
    op.create_table(
        "lease",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), server_default="", nullable=False),
        sa.Column("epoch", sa.Integer(), server_default="0", nullable=False),
        sa.Column("expires_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("version", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("author_id", sa.String(), server_default="", nullable=False),
        sa.Column("sender_name", sa.String(), server_default="", nullable=False),
        sa.Column("sender_address", sa.String(), server_default="", nullable=False),
        sa.Column("recipients", sa.String(), server_default="", nullable=False),
        sa.Column("subject", sa.String(), server_default="", nullable=False),
        sa.Column("body", sa.String(), server_default="", nullable=False),
        sa.Column("quoted", sa.String(), server_default="", nullable=False),
        sa.Column("lang", sa.String(), server_default="", nullable=False),
        sa.Column("automatic", sa.String(), server_default="", nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("remote_key", sa.String(), nullable=False),
        sa.Column("in_reply_to", sa.String(), server_default="", nullable=False),
        sa.Column("raw", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("message_remote", "message", ["remote_key"], unique=True)
    op.create_index("message_ticket", "message", ["ticket_id", "id"], unique=False)
    op.create_table(
        "message_ref",
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("ref", "message_id"),
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "order_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("sku", sa.String(), server_default="", nullable=False),
        sa.Column("title", sa.String(), server_default="", nullable=False),
        sa.Column("quantity", sa.Integer(), server_default="1", nullable=False),
        sa.Column("price_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("order_item_order", "order_item", ["order_id"], unique=False)
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("number_key", sa.String(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("placed_at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(), server_default="", nullable=False),
        sa.Column("total_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("currency", sa.String(), server_default="", nullable=False),
        sa.Column("country", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("orders_customer", "orders", ["customer_id", "placed_at"], unique=False)
    op.create_index("orders_key", "orders", ["number_key"], unique=False)
    op.create_index("orders_number", "orders", ["channel_id", "number_key"], unique=True)
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), server_default="reply", nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("agent_id", sa.String(), server_default="", nullable=False),
        sa.Column("state", sa.String(), server_default="held", nullable=False),
        sa.Column("hold_until", sa.BigInteger(), nullable=False),
        sa.Column("base_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("payload", sa.String(), server_default="{}", nullable=False),
        sa.Column("after", sa.String(), server_default="{}", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claimed_by", sa.String(), server_default="", nullable=False),
        sa.Column("claimed_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("handed_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_try_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("remote_id", sa.String(), server_default="", nullable=False),
        sa.Column("error", sa.String(), server_default="", nullable=False),
        sa.Column("warning", sa.String(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("outbox_key", "outbox", ["key"], unique=True)
    op.create_index("outbox_state", "outbox", ["state", "hold_until"], unique=False)
    op.create_index("outbox_ticket", "outbox", ["ticket_id"], unique=False)
    op.create_table(
        "calendar",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("body", sa.String(), server_default="{}", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "policy",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("body", sa.String(), server_default="{}", nullable=False),
        sa.Column("enabled", sa.Integer(), server_default="1", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "presence",
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("agent_id", sa.String(), server_default="", nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("writing", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("session"),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("raw", sa.String(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), server_default="held", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("quarantine_ref", "quarantine", ["channel_id", "ref"], unique=True)
    op.create_table(
        "read_mark",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", "ticket_id"),
    )
    op.create_table(
        "shipment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("courier", sa.String(), server_default="", nullable=False),
        sa.Column("tracking", sa.String(), server_default="", nullable=False),
        sa.Column("tracking_key", sa.String(), server_default="", nullable=False),
        sa.Column("status", sa.String(), server_default="", nullable=False),
        sa.Column("shipped_at", sa.BigInteger(), nullable=True),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("shipment_order", "shipment", ["order_id"], unique=False)
    op.create_index("shipment_tracking", "shipment", ["tracking_key"], unique=False)
    op.create_table(
        "tally",
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("assignee_id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("status", "assignee_id", "channel_id"),
    )
    op.create_table(
        "template",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", sa.String(), server_default="{}", nullable=False),
        sa.Column("types", sa.String(), server_default="[]", nullable=False),
        sa.Column("texts", sa.String(), server_default="{}", nullable=False),
        sa.Column("shipped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("used", sa.Integer(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "ticket",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.String(), server_default="", nullable=False),
        sa.Column("status", sa.String(), server_default="new", nullable=False),
        sa.Column(
            "is_open",
            sa.Integer(),
            sa.Computed("CASE WHEN status IN ('new','open','pending','on_hold') THEN 1 ELSE 0 END", persisted=True),
            nullable=True,
        ),
        sa.Column("priority", sa.Integer(), server_default="1", nullable=False),
        sa.Column("type", sa.String(), server_default="other", nullable=False),
        sa.Column("cause", sa.String(), server_default="", nullable=False),
        sa.Column("ask", sa.String(), server_default="", nullable=False),
        sa.Column("escalation", sa.Integer(), server_default="0", nullable=False),
        sa.Column("needs_review", sa.Integer(), server_default="0", nullable=False),
        sa.Column("automatic", sa.String(), server_default="", nullable=False),
        sa.Column("lang", sa.String(), server_default="", nullable=False),
        sa.Column("country", sa.String(), server_default="", nullable=False),
        sa.Column("order_number", sa.String(), server_default="", nullable=False),
        sa.Column("assignee_id", sa.String(), nullable=True),
        sa.Column("group_id", sa.String(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), server_default="253402300799999", nullable=False),
        sa.Column("due_kind", sa.String(), server_default="", nullable=False),
        sa.Column("warn_at", sa.BigInteger(), server_default="253402300799999", nullable=False),
        sa.Column("snoozed_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("first_buyer_at", sa.BigInteger(), nullable=True),
        sa.Column("waiting_since", sa.BigInteger(), nullable=True),
        sa.Column("first_reply_at", sa.BigInteger(), nullable=True),
        sa.Column("last_reply_at", sa.BigInteger(), nullable=True),
        sa.Column("answered_from", sa.BigInteger(), nullable=True),
        sa.Column("first_waived", sa.Integer(), server_default="0", nullable=False),
        sa.Column("status_since", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_message_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("message_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("thread_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ticket_assignee_due", "ticket", ["is_open", "assignee_id", "due_at", "id"], unique=False)
    op.create_index("ticket_channel_due", "ticket", ["is_open", "channel_id", "due_at", "id"], unique=False)
    op.create_index("ticket_customer", "ticket", ["customer_id", "id"], unique=False)
    op.create_index(
        "ticket_language_due", "ticket",
        ["is_open", sa.text("substr(lang, 1, instr(lang || '-', '-') - 1)"), "due_at", "id"], unique=False,
    )  # fmt: skip
    op.create_index("ticket_created", "ticket", ["created_at", "id"], unique=False)
    op.create_index(
        "ticket_waiting", "ticket", ["waiting_since", "id"], unique=False,
        sqlite_where=sa.text("waiting_since IS NOT NULL"), postgresql_where=sa.text("waiting_since IS NOT NULL"),
    )  # fmt: skip
    op.create_index("ticket_open_due", "ticket", ["is_open", "due_at", "id"], unique=False)
    op.create_index(
        "ticket_order_number",
        "ticket",
        ["order_number", "id"],
        unique=False,
        sqlite_where=sa.text("order_number <> ''"),
        postgresql_where=sa.text("order_number <> ''"),
    )
    op.create_index("ticket_platform_due", "ticket", ["is_open", "platform", "due_at", "id"], unique=False)
    op.create_index("ticket_priority_due", "ticket", ["is_open", "priority", "due_at", "id"], unique=False)
    op.create_index(
        "ticket_snoozed",
        "ticket",
        ["snoozed_until", "id"],
        unique=False,
        sqlite_where=sa.text("snoozed_until > 0"),
        postgresql_where=sa.text("snoozed_until > 0"),
    )
    op.create_index("ticket_status_due", "ticket", ["status", "due_at", "id"], unique=False)
    op.create_index("ticket_type_due", "ticket", ["is_open", "type", "due_at", "id"], unique=False)
    op.create_index("ticket_updated", "ticket", ["updated_at", "id"], unique=False)
    op.create_table(
        "ticket_order",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("ticket_id", "order_id"),
    )
    op.create_table(
        "ticket_tag",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("ticket_id", "tag"),
    )
    op.create_index("ticket_tag_tag", "ticket_tag", ["tag", "ticket_id"], unique=False)
    op.create_table(
        "view",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), server_default="", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    for name, column, empty in (
        ("automatic", "automatic", "''"),
        ("escalation", "escalation", "0"),
        ("review", "needs_review", "0"),
    ):
        where = sa.text(f"{column} <> {empty}")
        op.create_index(
            f"ticket_{name}_due",
            "ticket",
            ["is_open", "due_at", "id"],
            unique=False,
            sqlite_where=where,
            postgresql_where=where,
        )
    op.create_index("ticket_order_order", "ticket_order", ["order_id", "ticket_id"], unique=False)
    _sqlite_only()
