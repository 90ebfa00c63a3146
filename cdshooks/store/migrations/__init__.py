"""The schema's history, for Alembic; :mod:`cdshooks.store.schema` runs it."""
