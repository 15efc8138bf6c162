"""The database: tables, mapping to domain models, unit of work, audit trail, backup.

Import the parts you need (`orderdesk.store.database`, `.work`): this package itself stays light,
because the first screen opens before SQLAlchemy is loaded.
"""
