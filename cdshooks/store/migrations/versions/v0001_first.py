"""Tokens, evaluations, cards, suggestions, feedback, audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_AUDIT_ONLY_GROWS = {
    "sqlite": [
        f"CREATE TRIGGER audit_refuses_{what.lower()} BEFORE {what} ON audit "
        "BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END"
        for what in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit is append-only'; END $$",
        "CREATE TRIGGER audit_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()",
    ],
}


def upgrade() -> None:
    op.create_table(
        "token",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("client", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("admitted_at", sa.BigInteger, comment="none: refused for the client's rate"),
        sa.PrimaryKeyConstraint("digest", name="pk_token"),
        comment="tokens that were used; each is good for one request",
    )
    op.create_index("ix_token_client", "token", ["client", "admitted_at"])
    op.create_index("ix_token_expires_at", "token", ["expires_at"])
    op.create_table(
        "evaluation",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("client", sa.Text, nullable=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("hook", sa.Text, nullable=False),
        sa.Column("hook_instance", sa.String(36)),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("ms", sa.Integer, nullable=False),
        sa.Column("software", sa.Text, nullable=False),
        sa.Column("knowledge", sa.Text, nullable=False),
        sa.Column("readings", sa.Text, nullable=False),
        sa.Column("patient_hash", sa.String(64)),
        sa.Column("user_hash", sa.String(64)),
        sa.Column("as_of", sa.String(10)),
        sa.Column("verdict_hash", sa.String(64)),
        sa.Column("data_hash", sa.String(64)),
        sa.Column("unchanged_since", sa.String(10), comment="a repeat: its cards were softened"),
        sa.Column(
            "gaps",
            sa.JSON,
            nullable=False,
            comment="prefetch keys that could not be had whole",
        ),
        sa.Column(
            "told",
            sa.JSON,
            nullable=False,
            comment="words and codes of the judgement, no value",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_evaluation"),
        comment="one hook call of an authenticated client, answered or not",
    )
    op.create_index(
        "ix_evaluation_patient_hash", "evaluation", ["patient_hash", "client", "service"]
    )
    op.create_index("ix_evaluation_started_at", "evaluation", ["started_at"])
    op.create_table(
        "card",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("evaluation_id", sa.String(36), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("indicator", sa.Text, nullable=False),
        sa.Column("issued_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_card"),
        sa.ForeignKeyConstraint(
            ["evaluation_id"],
            ["evaluation.id"],
            name="fk_card_evaluation_id",
            ondelete="CASCADE",
        ),
        comment="a card that was issued",
    )
    op.create_index("ix_card_evaluation_id", "card", ["evaluation_id"])
    op.create_table(
        "suggestion",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("card_id", sa.String(36), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_suggestion"),
        sa.ForeignKeyConstraint(
            ["card_id"], ["card.id"], name="fk_suggestion_card_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_suggestion_card_id", "suggestion", ["card_id"])
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("card_id", sa.String(36), nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("accepted", sa.JSON, nullable=False, comment="ids of the accepted suggestions"),
        sa.Column("accepted_hash", sa.String(64), nullable=False),
        sa.Column("reason_system", sa.Text),
        sa.Column("reason_code", sa.Text),
        sa.Column("user_comment", sa.Text, comment="free text: personal data"),
        sa.Column("outcome_at", sa.BigInteger, nullable=False),
        sa.Column(
            "doubtful_time",
            sa.Boolean,
            nullable=False,
            comment="before the card, or in the future",
        ),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
        sa.ForeignKeyConstraint(
            ["card_id"], ["card.id"], name="fk_feedback_card_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("card_id", "outcome", "accepted_hash", name="uq_feedback_card_id"),
        comment="the same card, outcome and suggestions count once",
    )
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False, comment="JSON: ids and counts only"),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
        comment="append-only; each row is sealed with the hash of the one before it",
    )
    for statement in _AUDIT_ONLY_GROWS[op.get_context().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("evaluations and feedback would be lost: restore a copy instead")
