"""How alembic runs our migrations: on the connection that `store.database.upgrade` hands it."""

from alembic import context
from sqlmodel import SQLModel

from orderdesk.store import tables

assert tables.APPEND_ONLY  # importing the tables registers them
connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata)
with context.begin_transaction():
    context.run_migrations()
