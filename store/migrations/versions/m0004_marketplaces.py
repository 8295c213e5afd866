"""What marketplaces bring besides messages: cases, reviews, products; quotas; and what an API calls an order or thread."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "case_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("remote_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("order_number", sa.String(), server_default="", nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(), server_default="", nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("type", sa.String(), server_default="other", nullable=False),
        sa.Column("is_open", sa.Integer(), server_default="1", nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), server_default="", nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), server_default="253402300799999", nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("lines", sa.String(), server_default="[]", nullable=False),
        sa.Column("tracking", sa.String(), server_default="", nullable=False),
        sa.Column("allowed", sa.String(), server_default="[]", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("case_file_customer", "case_file", ["customer_id"], unique=False)
    op.create_index("case_file_due", "case_file", ["is_open", "due_at", "id"], unique=False)
    op.create_index("case_file_order", "case_file", ["order_id"], unique=False)
    op.create_index("case_file_remote", "case_file", ["channel_id", "kind", "remote_id"], unique=True)
    op.create_index("case_file_ticket", "case_file", ["ticket_id"], unique=False)
    op.create_table(
        "product",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel_id", sa.String(), server_default="", nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("title", sa.String(), server_default="", nullable=False),
        sa.Column("specs", sa.String(), server_default="{}", nullable=False),
        sa.Column("sizes", sa.String(), server_default="", nullable=False),
        sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("product_any", "product", ["sku"], unique=False)
    op.create_index("product_sku", "product", ["channel_id", "sku"], unique=True)
    op.create_table(
        "quota",
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("bucket", sa.String(), nullable=False),
        sa.Column("level", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("channel_id", "bucket"),
    )
    op.create_table(
        "review",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("remote_id", sa.String(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("sku", sa.String(), server_default="", nullable=False),
        sa.Column("rating", sa.Integer(), server_default="0", nullable=False),
        sa.Column("title", sa.String(), server_default="", nullable=False),
        sa.Column("body", sa.String(), server_default="", nullable=False),
        sa.Column("lang", sa.String(), server_default="", nullable=False),
        sa.Column("author", sa.String(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reply", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("review_at", "review", ["at", "id"], unique=False)
    op.create_index("review_remote", "review", ["channel_id", "remote_id"], unique=True)
    op.create_index("review_sku", "review", ["sku", "at"], unique=False)
    op.add_column("message", sa.Column("thread_id", sa.String(), server_default="", nullable=False))
    op.add_column("message", sa.Column("reply_to", sa.String(), server_default="", nullable=False))
    op.add_column("order_item", sa.Column("remote_id", sa.String(), server_default="", nullable=False))
    op.add_column("orders", sa.Column("remote_id", sa.String(), server_default="", nullable=False))
    op.add_column("orders", sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("orders", sa.Column("ip_country", sa.String(), server_default="", nullable=False))
    op.add_column("orders", sa.Column("registration_country", sa.String(), server_default="", nullable=False))
    op.add_column("orders", sa.Column("campaign", sa.String(), server_default="", nullable=False))
    op.create_index(
        "orders_remote",
        "orders",
        ["channel_id", "remote_id"],
        unique=False,
        sqlite_where=sa.text("remote_id <> ''"),
        postgresql_where=sa.text("remote_id <> ''"),
    )
    op.add_column("shipment", sa.Column("eta", sa.BigInteger(), nullable=True))
