"""What the team works by: rules, groups, leave, macros, own fields, checklists, tasks, links, incidents, notices; and what
a ticket, a reply, an agent and a template carry for them. The tally learns effort."""

import sqlalchemy as sa
from alembic import op

from store.search import words

revision = "0003"
down_revision = "0002"

_KEY = "NEW.status, coalesce(NEW.assignee_id, ''), NEW.channel_id"
_OLD = "status = OLD.status AND assignee_id = coalesce(OLD.assignee_id, '') AND channel_id = OLD.channel_id"
_PLUS = (
    f"INSERT INTO tally (status, assignee_id, channel_id, n, effort) VALUES ({_KEY}, 1, NEW.effort) "
    "ON CONFLICT (status, assignee_id, channel_id) DO UPDATE SET n = n + 1, effort = effort + excluded.effort;"
)
_MINUS = f"UPDATE tally SET n = n - 1, effort = effort - OLD.effort WHERE {_OLD};"


_NEVER = 253_402_300_799_999
_INDEXES = (
    "ticket_open_due ON ticket (is_open, due_at, id, customer_id, snoozed_until)",
    "ticket_assignee_due ON ticket (is_open, assignee_id, due_at, id, snoozed_until)",
    "ticket_status_due ON ticket (status, due_at, id, snoozed_until)",
    "ticket_country_due ON ticket (is_open, country, due_at, id)",
    "ticket_cause_due ON ticket (is_open, cause, due_at, id)",
    "ticket_ask_due ON ticket (is_open, ask, due_at, id)",
    "ticket_group_due ON ticket (is_open, group_id, due_at, id)",
    "ticket_kind_due ON ticket (is_open, due_kind, due_at, id) WHERE due_kind <> ''",
    "ticket_flagged_due ON ticket (is_open, due_at, id) WHERE flagged <> 0",
    "ticket_region ON ticket (lang, id) WHERE instr(lang, '-') > 0",
    "ticket_priority ON ticket (priority, id)",
    "ticket_messages ON ticket (message_count, id)",
    "ticket_effort ON ticket (effort, id)",
    "ticket_status_since ON ticket (status_since, id)",
    f"ticket_warn ON ticket (warn_at, id) WHERE warn_at < {_NEVER}",
    "ticket_first_reply ON ticket (first_reply_at, id) WHERE first_reply_at IS NOT NULL",
    "ticket_last_reply ON ticket (last_reply_at, id) WHERE last_reply_at IS NOT NULL",
    "message_sent ON message (sent_at, ticket_id)",
    "message_author ON message (author_id, ticket_id) WHERE author_id <> ''",
    "message_note ON message (ticket_id) WHERE direction = 'note'",
    "clock_breached ON clock (breached_at, ticket_id) WHERE breached_at IS NOT NULL",
    "customer_tier ON customer (lower(tier)) WHERE tier <> ''",
    "customer_note ON customer (id) WHERE note <> ''",
    "customer_orders ON customer (order_count)",
    "mention_ticket ON mention (ticket_id, agent_id)",
    "orders_placed ON orders (placed_at)",
    "orders_status ON orders (lower(status))",
    "orders_country ON orders (country)",
    "orders_total ON orders (currency, total_minor)",
    "order_item_sku ON order_item (lower(sku), order_id)",
    "order_item_title ON order_item (lower(title), order_id)",
    "shipment_courier ON shipment (lower(courier), order_id)",
    "shipment_status ON shipment (lower(status), order_id)",
    "shipment_shipped ON shipment (shipped_at, order_id)",
    "shipment_delivered ON shipment (delivered_at, order_id)",
    "task_state ON task (state, ticket_id)",
    "ticket_link_kind ON ticket_link (kind, ticket_id)",
)
_ONE_MORE = "UPDATE customer SET order_count = order_count + 1 WHERE id = NEW.customer_id;"
_ONE_LESS = "UPDATE customer SET order_count = order_count - 1 WHERE id = OLD.customer_id;"


def _for_queries() -> None:
    """An index for everything a query may ask; customers count their orders; quotes, files and notes have columns of
    their own in the full text."""
    op.add_column("customer", sa.Column("order_count", sa.Integer(), server_default="0", nullable=False))
    op.execute(
        "UPDATE customer SET order_count = (SELECT count(*) FROM orders o WHERE o.customer_id = customer.id) "
        "WHERE EXISTS (SELECT 1 FROM orders)"
    )
    op.execute(f"CREATE TRIGGER customer_orders_insert AFTER INSERT ON orders BEGIN {_ONE_MORE} END")
    op.execute(f"CREATE TRIGGER customer_orders_delete AFTER DELETE ON orders BEGIN {_ONE_LESS} END")
    op.execute(
        "CREATE TRIGGER customer_orders_update AFTER UPDATE OF customer_id ON orders "
        f"WHEN NEW.customer_id IS NOT OLD.customer_id BEGIN {_ONE_LESS} {_ONE_MORE} END"
    )
    op.create_table("item_title", sa.Column("title", sa.String(), nullable=False), sa.PrimaryKeyConstraint("title"))
    op.execute("INSERT INTO item_title (title) SELECT DISTINCT lower(title) FROM order_item")
    for verb in ("INSERT", "UPDATE OF title"):
        op.execute(
            f"CREATE TRIGGER item_title_{verb[:6].lower()} AFTER {verb} ON order_item BEGIN "
            "INSERT OR IGNORE INTO item_title (title) VALUES (lower(NEW.title)); END"
        )
    for old in ("open", "assignee", "status"):
        op.execute(f"DROP INDEX ticket_{old}_due")
    for index in _INDEXES:
        op.execute(f"CREATE INDEX {index}")
    op.execute(
        "CREATE VIRTUAL TABLE message_fts_aside USING fts5(files, quoted, note, "
        "content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2')"
    )
    _index_aside()


def _index_aside() -> None:
    """What the desk has of quotes, notes and names of files; the contents of files are found in `message_fts` only."""
    conn = op.get_bind()
    rows = conn.exec_driver_sql(
        "SELECT m.id, coalesce((SELECT group_concat(a.name, char(10)) FROM attachment a WHERE a.message_id = m.id), ''), "
        "m.quoted, CASE WHEN m.direction = 'note' THEN m.body ELSE '' END FROM message m "
        "WHERE m.quoted <> '' OR m.direction = 'note' OR EXISTS (SELECT 1 FROM attachment a WHERE a.message_id = m.id)"
    )
    while found := rows.fetchmany(500):
        put = "INSERT INTO message_fts_aside (rowid, files, quoted, note) VALUES (?, ?, ?, ?)"
        for message_id, *texts in found:
            conn.exec_driver_sql(put, (message_id, *map(words, texts)))


def _tally_of_effort() -> None:
    for verb in ("insert", "delete", "update"):
        op.execute(f"DROP TRIGGER ticket_tally_{verb}")
    op.execute(f"CREATE TRIGGER ticket_tally_insert AFTER INSERT ON ticket BEGIN {_PLUS} END")
    op.execute(f"CREATE TRIGGER ticket_tally_delete AFTER DELETE ON ticket BEGIN {_MINUS} END")
    op.execute(
        "CREATE TRIGGER ticket_tally_update AFTER UPDATE OF status, assignee_id, channel_id, effort ON ticket "
        "WHEN NEW.status IS NOT OLD.status OR NEW.assignee_id IS NOT OLD.assignee_id "
        f"OR NEW.channel_id IS NOT OLD.channel_id OR NEW.effort IS NOT OLD.effort BEGIN {_MINUS} {_PLUS} END"
    )
    op.execute("UPDATE tally SET effort = n")


def upgrade() -> None:
    op.create_table(
        "agent_group",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("body", sa.String(), server_default="{}", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "check_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("checklist_id", sa.String(), server_default="", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("title", sa.String(), server_default="", nullable=False),
        sa.Column("done_by", sa.String(), server_default="", nullable=False),
        sa.Column("done_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("check_item_ticket", "check_item", ["ticket_id", "checklist_id", "position"], unique=False)
    op.create_table(
        "checklist",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", sa.String(), server_default="{}", nullable=False),
        sa.Column("items", sa.String(), server_default="[]", nullable=False),
        sa.Column("shipped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    unwarned = "state = 'running' AND warned_at IS NULL AND breached_at IS NULL"
    op.create_index(
        "clock_unwarned",
        "clock",
        ["warn_at"],
        unique=False,
        sqlite_where=sa.text(unwarned),
        postgresql_where=sa.text(unwarned),
    )
    op.create_table(
        "custom_field",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", sa.String(), server_default="{}", nullable=False),
        sa.Column("kind", sa.String(), server_default="word", nullable=False),
        sa.Column("options", sa.String(), server_default="[]", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("shipped", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "field_value",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("field_id", sa.String(), nullable=False),
        sa.Column("word", sa.String(), server_default="", nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.String(), server_default="", nullable=False),
        sa.Column("shown", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("ticket_id", "field_id"),
    )
    op.create_index("field_value_number", "field_value", ["field_id", "number", "ticket_id"], unique=False)
    op.create_index("field_value_text", "field_value", ["field_id", "word", "ticket_id"], unique=False)
    op.create_table(
        "incident",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("state", sa.String(), server_default="open", nullable=False),
        sa.Column("template_id", sa.String(), server_default="", nullable=False),
        sa.Column("created_by", sa.String(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "incident_ticket",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "ticket_id"),
    )
    op.create_index("incident_ticket_ticket", "incident_ticket", ["ticket_id", "incident_id"], unique=False)
    op.create_table(
        "leave",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("begun", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("leave_agent", "leave", ["agent_id", "ends_at"], unique=False)
    op.create_table(
        "macro",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("body", sa.String(), server_default="{}", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("used", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "mention",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("agent_id", "message_id"),
    )
    op.create_index(
        "mention_new",
        "mention",
        ["agent_id", "at"],
        unique=False,
        sqlite_where=sa.text("seen_at = 0"),
        postgresql_where=sa.text("seen_at = 0"),
    )
    op.create_table(
        "notice_target",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("settings", sa.String(), server_default="{}", nullable=False),
        sa.Column("state", sa.String(), server_default="active", nullable=False),
        sa.Column("fault", sa.String(), server_default="", nullable=False),
        sa.Column("sent_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "rule",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("state", sa.String(), server_default="off", nullable=False),
        sa.Column("body", sa.String(), server_default="{}", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "task",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("state", sa.String(), server_default="open", nullable=False),
        sa.Column("assignee_id", sa.String(), server_default="", nullable=False),
        sa.Column("group_id", sa.String(), server_default="", nullable=False),
        sa.Column("due_at", sa.BigInteger(), server_default="253402300799999", nullable=False),
        sa.Column("created_by", sa.String(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "task_open",
        "task",
        ["assignee_id", "due_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('open', 'doing')"),
        postgresql_where=sa.text("state IN ('open', 'doing')"),
    )
    op.create_index("task_ticket", "task", ["ticket_id", "id"], unique=False)
    op.create_table(
        "ticket_link",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("ticket_id", "other_id", "kind"),
    )
    op.create_index("ticket_link_other", "ticket_link", ["other_id", "ticket_id"], unique=False)
    op.add_column("agent", sa.Column("weight", sa.Integer(), server_default="100", nullable=False))
    op.add_column("agent", sa.Column("turn", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("agent", sa.Column("countries", sa.String(), server_default="[]", nullable=False))
    op.add_column("clock", sa.Column("warned", sa.Integer(), server_default="0", nullable=False))
    op.add_column("outbox", sa.Column("recipient", sa.String(), server_default="", nullable=False))
    op.add_column("outbox", sa.Column("automatic", sa.Integer(), server_default="0", nullable=False))
    op.add_column("outbox", sa.Column("template_id", sa.String(), server_default="", nullable=False))
    op.add_column("outbox", sa.Column("rule_id", sa.String(), server_default="", nullable=False))
    op.create_index(
        "outbox_recipient",
        "outbox",
        ["recipient", "created_at"],
        unique=False,
        sqlite_where=sa.text("automatic <> 0"),
        postgresql_where=sa.text("automatic <> 0"),
    )
    op.create_index(
        "outbox_template",
        "outbox",
        ["template_id", "created_at"],
        unique=False,
        sqlite_where=sa.text("template_id <> ''"),
        postgresql_where=sa.text("template_id <> ''"),
    )
    op.add_column("tally", sa.Column("effort", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("template", sa.Column("variants", sa.String(), server_default="[]", nullable=False))
    op.add_column("template", sa.Column("review_at", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("template", sa.Column("internal", sa.Integer(), server_default="0", nullable=False))
    op.add_column("template", sa.Column("about", sa.String(), server_default="{}", nullable=False))
    op.add_column("ticket", sa.Column("wake_on", sa.String(), server_default="", nullable=False))
    op.add_column("ticket", sa.Column("flagged", sa.Integer(), server_default="0", nullable=False))
    op.add_column("ticket", sa.Column("effort", sa.Integer(), server_default="1", nullable=False))
    _tally_of_effort()
    _for_queries()
