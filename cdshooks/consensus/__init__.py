"""What the papers say, as code beside its quotation. Imports :mod:`cdshooks.clinical` only."""

KNOWLEDGE_VERSION = "2026.1"
