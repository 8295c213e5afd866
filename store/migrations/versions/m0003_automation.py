"""What the team works by: rules, groups, leave, macros, own fields, checklists, tasks, links, incidents, notices; and what
a ticket, a reply, an agent and a template carry for them. The tally learns effort."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_KEY = "NEW.status, coalesce(NEW.assignee_id, ''), NEW.channel_id"
_OLD = "status = OLD.status AND assignee_id = coalesce(OLD.assignee_id, '') AND channel_id = OLD.channel_id"
_PLUS = (
    f"INSERT INTO tally (status, assignee_id, channel_id, n, effort) VALUES ({_KEY}, 1, NEW.effort) "
    "ON CONFLICT (status, assignee_id, channel_id) DO UPDATE SET n = n + 1, effort = effort + excluded.effort;"
)
_MINUS = f"UPDATE tally SET n = n - 1, effort = effort - OLD.effort WHERE {_OLD};"


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
