"""The tables. Times are milliseconds since 1970 (UTC), days are ``YYYY-MM-DD`` of the site.

A migration changes them (``migrations/versions``); a test holds the two together.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

token = Table(
    "token",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("client", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("admitted_at", BigInteger, comment="none: refused for the client's rate"),
    Index("ix_token_client", "client", "admitted_at"),
    Index("ix_token_expires_at", "expires_at"),
    comment="tokens that were used; each is good for one request",
)

evaluation = Table(
    "evaluation",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("client", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("hook", Text, nullable=False),
    Column("hook_instance", String(36)),
    Column("status", Integer, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("ms", Integer, nullable=False),
    Column("software", Text, nullable=False),
    Column("knowledge", Text, nullable=False),
    Column("readings", Text, nullable=False),
    Column("patient_hash", String(64)),
    Column("user_hash", String(64)),
    Column("as_of", String(10)),
    Column("verdict_hash", String(64)),
    Column("data_hash", String(64)),
    Column("unchanged_since", String(10), comment="a repeat: its cards were softened"),
    Column("gaps", JSON, nullable=False, comment="prefetch keys that could not be had whole"),
    Column("told", JSON, nullable=False, comment="words and codes of the judgement, no value"),
    Index("ix_evaluation_patient_hash", "patient_hash", "client", "service"),
    Index("ix_evaluation_started_at", "started_at"),
    comment="one hook call of an authenticated client, answered or not",
)

card = Table(
    "card",
    metadata,
    Column("id", String(36), primary_key=True),
    Column(
        "evaluation_id",
        String(36),
        ForeignKey("evaluation.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("position", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("indicator", Text, nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    comment="a card that was issued",
)

suggestion = Table(
    "suggestion",
    metadata,
    Column("id", String(36), primary_key=True),
    Column(
        "card_id",
        String(36),
        ForeignKey("card.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("position", Integer, nullable=False),
    Column("kind", Text, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("card_id", String(36), ForeignKey("card.id", ondelete="CASCADE"), nullable=False),
    Column("outcome", Text, nullable=False),
    Column("accepted", JSON, nullable=False, comment="ids of the accepted suggestions"),
    Column("accepted_hash", String(64), nullable=False),
    Column("reason_system", Text),
    Column("reason_code", Text),
    Column("user_comment", Text, comment="free text: personal data"),
    Column("outcome_at", BigInteger, nullable=False),
    Column("doubtful_time", Boolean, nullable=False, comment="before the card, or in the future"),
    Column("received_at", BigInteger, nullable=False),
    UniqueConstraint("card_id", "outcome", "accepted_hash"),
    comment="the same card, outcome and suggestions count once",
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("event", Text, nullable=False),
    Column("detail", Text, nullable=False, comment="JSON: ids and counts only"),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    comment="append-only; each row is sealed with the hash of the one before it",
)
