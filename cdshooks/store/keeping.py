"""Looking after what is stored: it is personal data, so it can be listed, taken out and deleted."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, delete, func, select

from cdshooks.store import audit
from cdshooks.store.database import Database
from cdshooks.store.tables import audit as audit_table
from cdshooks.store.tables import card, evaluation, feedback, suggestion, token
from cdshooks.store.tokens import KEPT_AFTER_EXPIRY

EXPORTED = (evaluation, card, suggestion, feedback, audit_table)
"""Not the tokens: nobody wants them, and they are gone in minutes."""


def listed(database: Database, before: int | None) -> Iterator[dict[str, Any]]:
    """One line for each evaluation, the oldest first; times in ms."""
    cards = (
        select(func.count())
        .where(card.c.evaluation_id == evaluation.c.id)
        .correlate(evaluation)
        .scalar_subquery()
    )
    heard = (
        select(func.count())
        .select_from(feedback.join(card, feedback.c.card_id == card.c.id))
        .where(card.c.evaluation_id == evaluation.c.id)
        .correlate(evaluation)
        .scalar_subquery()
    )
    names = ("id", "started_at", "client", "service", "status")
    query = select(
        *(evaluation.c[name] for name in names), cards.label("cards"), heard.label("feedback")
    ).order_by(evaluation.c.started_at, evaluation.c.id)
    if before is not None:
        query = query.where(evaluation.c.started_at < before)
    with database.reading() as connection:
        for row in connection.execute(query).mappings():
            yield dict(row)


def exported(database: Database, before: int | None) -> Iterator[str]:
    """Every row as a line of JSON with its table; those of evaluations before that time."""
    with database.reading() as connection:
        chosen = select(evaluation.c.id)
        if before is not None:
            chosen = chosen.where(evaluation.c.started_at < before)
        cards = select(card.c.id).where(card.c.evaluation_id.in_(chosen))
        audited = select(audit_table).order_by(audit_table.c.seq)
        if before is not None:
            audited = audited.where(audit_table.c.at < before)
        for name, query in (
            ("evaluation", select(evaluation).where(evaluation.c.id.in_(chosen))),
            ("card", select(card).where(card.c.id.in_(cards))),
            ("suggestion", select(suggestion).where(suggestion.c.card_id.in_(cards))),
            ("feedback", select(feedback).where(feedback.c.card_id.in_(cards))),
            ("audit", audited),
        ):
            for row in connection.execute(query).mappings():
                yield json.dumps({"table": name, **row}, ensure_ascii=False)


def purge(database: Database, before: int, now: datetime.datetime) -> dict[str, int]:
    """Deletes evaluations before that time with their cards and feedback, in one transaction.

    The audit trail stays, and says that it was done.
    """
    old = select(evaluation.c.id).where(evaluation.c.started_at < before)
    cards = select(card.c.id).where(card.c.evaluation_id.in_(old))
    at = int(now.timestamp() * 1000)
    over = min(before, at - KEPT_AFTER_EXPIRY)
    with database.writing() as connection:
        counts = {
            "feedback": _delete(connection, delete(feedback).where(feedback.c.card_id.in_(cards))),
            "suggestions": _delete(
                connection, delete(suggestion).where(suggestion.c.card_id.in_(cards))
            ),
            "cards": _delete(connection, delete(card).where(card.c.evaluation_id.in_(old))),
            "evaluations": _delete(
                connection, delete(evaluation).where(evaluation.c.started_at < before)
            ),
        }
        connection.execute(delete(token).where(token.c.expires_at < over))
        audit.append(connection, at, "purge", before=before, **counts)
    return counts


def _delete(connection: Connection, statement: Any) -> int:
    return int(connection.execute(statement).rowcount)


def broken_audit_row(database: Database) -> int | None:
    """The first row of the audit trail that was tampered with; None: it is whole."""
    with database.reading() as connection:
        return audit.first_broken(connection)
