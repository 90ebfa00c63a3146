"""What users made of the cards: kept once, and only for a card that this client was given.

One call is one transaction. An item is bad by itself: the others are kept.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from cdshooks.store import audit
from cdshooks.store.database import Database
from cdshooks.store.tables import card, evaluation, feedback, suggestion

EARLY, LATE = 5 * 60_000, 5 * 60_000
"""How much before the card, or in the future, a client's clock may say that it happened."""
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ONCE = ("card_id", "outcome", "accepted_hash")


@dataclass(frozen=True, slots=True)
class Heard:
    """One item of a feedback call, of the contract's shape."""

    card: str
    outcome: str
    accepted: Sequence[str]
    outcome_at: int
    reason_system: str | None = None
    reason_code: str | None = None
    user_comment: str | None = None


class UnknownCard(Exception):
    """Not a card that this service gave to this client."""


class UnknownSuggestion(Exception):
    """Not a suggestion of that card."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Of each item, in order: None when it is kept (now or before), else why not."""

    problems: Sequence[UnknownCard | UnknownSuggestion | None]
    new: int


class FeedbackBox:
    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, client: str, service: str, items: Sequence[Heard], now: int) -> Taken:
        problems: list[UnknownCard | UnknownSuggestion | None] = []
        new = 0
        with self._database.writing() as connection:
            for item in items:
                try:
                    new += _keep(connection, client, service, item, now)
                    problems.append(None)
                except (UnknownCard, UnknownSuggestion) as problem:
                    problems.append(problem)
            is_trailed = not self._database.is_in_memory  # an audit trail would prove nothing
            if is_trailed and any(problem is None for problem in problems):
                kept = sorted({i.card for i, p in zip(items, problems, strict=True) if p is None})
                audit.append(
                    connection, now, "feedback", client=client, service=service, cards=kept, new=new
                )
        return Taken(problems, new)


def _keep(connection: Connection, client: str, service: str, item: Heard, now: int) -> int:
    """1 when it is new; a repetition may bring the reason that the first left out."""
    if not _UUID.fullmatch(item.card):  # PostgreSQL cannot even be asked for every text
        raise UnknownCard
    issued_at = connection.execute(
        select(card.c.issued_at)
        .join(evaluation, evaluation.c.id == card.c.evaluation_id)
        .where(
            card.c.id == item.card,
            evaluation.c.client == client,
            evaluation.c.service == service,
        )
    ).scalar()
    if issued_at is None:
        raise UnknownCard
    accepted = sorted(set(item.accepted))
    offered = set(
        connection.execute(
            select(suggestion.c.id).where(suggestion.c.card_id == item.card)
        ).scalars()
    )
    if not offered.issuperset(accepted):
        raise UnknownSuggestion
    row = {
        "card_id": item.card,
        "outcome": item.outcome,
        "accepted": accepted,
        "accepted_hash": hashlib.sha256(json.dumps(accepted).encode()).hexdigest(),
        "reason_system": item.reason_system,
        "reason_code": item.reason_code,
        "user_comment": item.user_comment,
        "outcome_at": item.outcome_at,
        "doubtful_time": not issued_at - EARLY <= item.outcome_at <= now + LATE,
        "received_at": now,
    }
    same = [feedback.c[name] == row[name] for name in _ONCE]
    known_before = connection.execute(select(feedback.c.id).where(*same)).first() is not None
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(feedback).values(row)
    completed = {
        name: func.coalesce(feedback.c[name], statement.excluded[name])
        for name in ("reason_system", "reason_code", "user_comment")
    }
    connection.execute(statement.on_conflict_do_update(index_elements=list(_ONCE), set_=completed))
    return 0 if known_before else 1
