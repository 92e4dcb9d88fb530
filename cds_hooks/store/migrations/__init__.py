"""The steps from each version of the store to the next, by Alembic; the newest is the schema."""
