"""What users made of the cards: kept once, and only for a card that this client was given.

One call is one transaction. An item is bad by itself: the others are kept.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from sqlalchemy import Connection, case, select
from sqlalchemy.dialects import postgresql, sqlite

from cdshooks.store import audit
from cdshooks.store.database import Database
from cdshooks.store.tables import card, evaluation, feedback, suggestion

EARLY, LATE = 5 * 60_000, 5 * 60_000
"""How much before the card, or in the future, a client's clock may say that it happened."""
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ONCE = ("card_id", "outcome", "accepted_hash")
_COMPLETED_WITHOUT = {
    "reason_system": "reason_code",
    "reason_code": "reason_code",
    "user_comment": "user_comment",
}
"""What a repetition may still bring, and without which column; a system never without its code."""


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
    unchanged: Sequence[bool]
    """Of each item, in order: kept before, and nothing of it is new."""


class _Fate(Enum):
    """What became of an item that is kept."""

    NEW = auto()
    COMPLETED = auto()
    """It brought the reason or the comment that the first left out."""
    UNCHANGED = auto()


class FeedbackBox:
    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, client: str, service: str, items: Sequence[Heard], now: int) -> Taken:
        problems: list[UnknownCard | UnknownSuggestion | None] = []
        fates: list[_Fate | None] = []
        with self._database.writing() as connection:
            for item in items:
                try:
                    fates.append(_keep(connection, client, service, item, now))
                    problems.append(None)
                except (UnknownCard, UnknownSuggestion) as problem:
                    fates.append(None)
                    problems.append(problem)
            new = fates.count(_Fate.NEW)
            is_trailed = not self._database.is_in_memory  # an audit trail would prove nothing
            if is_trailed and any(problem is None for problem in problems):
                kept = sorted({i.card for i, p in zip(items, problems, strict=True) if p is None})
                audit.append(
                    connection, now, "feedback", client=client, service=service, cards=kept, new=new
                )
        return Taken(problems, new, [fate is _Fate.UNCHANGED for fate in fates])


def _keep(connection: Connection, client: str, service: str, item: Heard, now: int) -> _Fate:
    """The first reason and the first comment stay; a repetition may bring what was left out."""
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
    before = connection.execute(
        select(feedback.c.reason_code, feedback.c.user_comment).where(*same)
    ).first()
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(feedback).values(row)
    completed = {
        name: case((feedback.c[key].is_(None), statement.excluded[name]), else_=feedback.c[name])
        for name, key in _COMPLETED_WITHOUT.items()
    }
    connection.execute(statement.on_conflict_do_update(index_elements=list(_ONCE), set_=completed))
    return _fate(before, item)


def _fate(before: Any, item: Heard) -> _Fate:
    if before is None:
        return _Fate.NEW
    brings_reason = before.reason_code is None and item.reason_code is not None
    brings_comment = before.user_comment is None and item.user_comment is not None
    return _Fate.COMPLETED if brings_reason or brings_comment else _Fate.UNCHANGED
