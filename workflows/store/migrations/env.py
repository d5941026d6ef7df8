"""Alembic's environment: the connection is handed in by workflows.store.schema."""

from alembic import context

from workflows.store import reply_tables
from workflows.store.tables import metadata

connection = context.config.attributes["connection"]
assert reply_tables.metadata is metadata  # noqa: S101 - imported so that its tables are known
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
connection.commit()
