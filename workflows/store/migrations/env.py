"""Alembic's environment: the connection is handed in by workflows.store.schema."""

from alembic import context

import workflows.store.reply_tables  # noqa: F401 - so that its tables are known
from workflows.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
connection.commit()
