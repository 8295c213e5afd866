"""Alembic's entry: runs the versions on the connection it is handed, inside the caller's transaction."""

from alembic import context

from store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,  # the caller holds one BEGIN IMMEDIATE around all steps
    include_object=lambda obj, name, kind, reflected, against: (
        not (kind == "table" and (name or "").startswith("message_fts"))
    ),
)
context.run_migrations()
