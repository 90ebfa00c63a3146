"""Evaluations and the cards issued by them; whether a judgement was told before.

A repeat: the same service told the same client of the same patient, with the same verdicts from the
same data, not longer ago than ``repeat_days`` or until somebody overrode its card with a reason.
The days count from cards that were not softened themselves, so a warning comes back after them.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, insert, or_, select, text

from cdshooks.consensus.assessment import Assessment
from cdshooks.store import audit, fingerprints
from cdshooks.store.database import Database
from cdshooks.store.tables import card, evaluation, feedback, suggestion

WARNING_CARDS = ("status", "guard")
"""Cards that may warn; overriding one with a reason is an answer to the warning."""

MOST_IN_MEMORY = 1_000
"""Calls that a sandbox without a database remembers: some 3 MB."""

_AS_IT_IS = (
    "id",
    "client",
    "service",
    "hook",
    "hook_instance",
    "status",
    "started_at",
    "ms",
    "software",
    "knowledge",
    "readings",
)


@dataclass(frozen=True, slots=True)
class Marks:
    """Keyed hashes of one judgement; none in the sandbox mode, and of a call that failed."""

    patient: str | None = None
    user: str | None = None
    verdicts: str | None = None
    data: str | None = None


NO_MARKS = Marks()


@dataclass(frozen=True, slots=True)
class Told:
    """One hook call, as it is kept."""

    id: str
    client: str
    service: str
    hook: str
    hook_instance: str | None
    """Only a UUID."""
    status: int
    started_at: int
    ms: int
    software: str
    knowledge: str
    readings: str
    marks: Marks = NO_MARKS
    as_of: datetime.date | None = None
    unchanged_since: datetime.date | None = None
    gaps: Sequence[str] = ()
    told: Mapping[str, Any] = field(default_factory=dict)
    cards: Sequence[Mapping[str, Any]] = ()
    """As they are sent."""


class Trail:
    def __init__(self, database: Database, *, hash_key: bytes, repeat_days: int) -> None:
        self._database = database
        self._key = hash_key
        self._repeat_days = repeat_days

    def marks(
        self, client: str, patient_id: str, user_id: str, data: object, assessment: Assessment
    ) -> Marks:
        """``data``: all that was read, of the record and of what the call is about."""
        return Marks(
            patient=fingerprints.keyed(self._key, "patient", client, patient_id),
            user=fingerprints.keyed(self._key, "user", client, user_id),
            verdicts=fingerprints.of_verdicts(self._key, assessment),
            data=fingerprints.of_data(self._key, data),
        )

    def unchanged_since(
        self, client: str, service: str, marks: Marks, today: datetime.date
    ) -> datetime.date | None:
        """The day on which the same was told, when telling it now is a repeat."""
        answered = exists().where(
            card.c.evaluation_id == evaluation.c.id,
            card.c.kind.in_(WARNING_CARDS),
            feedback.c.card_id == card.c.id,
            feedback.c.outcome == "overridden",
            or_(feedback.c.reason_code.is_not(None), feedback.c.user_comment.is_not(None)),
        )
        oldest = (today - datetime.timedelta(days=self._repeat_days)).isoformat()
        lately = and_(evaluation.c.unchanged_since.is_(None), evaluation.c.as_of >= oldest)
        query = select(evaluation.c.as_of).where(
            evaluation.c.client == client,
            evaluation.c.service == service,
            evaluation.c.patient_hash == marks.patient,
            evaluation.c.verdict_hash == marks.verdicts,
            evaluation.c.data_hash == marks.data,
            evaluation.c.as_of <= today.isoformat(),
            exists().where(card.c.evaluation_id == evaluation.c.id),
            or_(answered, lately) if self._repeat_days else answered,
        )
        with self._database.reading() as connection:
            days = connection.execute(query.order_by(evaluation.c.as_of).limit(1)).scalar()
        return datetime.date.fromisoformat(days) if days else None

    def keep(self, told: Told) -> None:
        """In one transaction, before the cards are sent: feedback finds every card it names."""
        with self._database.writing() as connection:
            connection.execute(insert(evaluation).values(_row(told)))
            _keep_cards(connection, told)
            if self._database.is_in_memory:
                _forget_oldest(connection)
            else:  # in memory an audit trail would prove nothing
                audit.append(
                    connection,
                    told.started_at + told.ms,
                    "evaluation",
                    evaluation=told.id,
                    client=told.client,
                    service=told.service,
                    status=told.status,
                    cards=len(told.cards),
                )

    def read(self, client: str, evaluation_id: str) -> dict[str, Any] | None:
        """An answered evaluation of that client's, with its cards and their feedback."""
        with self._database.reading() as connection:
            found = connection.execute(
                select(evaluation).where(
                    evaluation.c.id == evaluation_id,
                    evaluation.c.client == client,
                    evaluation.c.status == 200,
                )
            ).first()
            if found is None:
                return None
            return _shown(connection, dict(found._mapping))


def _forget_oldest(connection: Connection) -> None:
    """Beyond the newest; their cards, suggestions and feedback go with them."""
    newest_first = (evaluation.c.started_at.desc(), text("rowid DESC"))
    old = select(evaluation.c.id).order_by(*newest_first).limit(-1).offset(MOST_IN_MEMORY)
    connection.execute(delete(evaluation).where(evaluation.c.id.in_(old)))


def _row(told: Told) -> dict[str, Any]:
    row = {name: getattr(told, name) for name in _AS_IT_IS}
    return row | {
        "patient_hash": told.marks.patient,
        "user_hash": told.marks.user,
        "verdict_hash": told.marks.verdicts,
        "data_hash": told.marks.data,
        "as_of": told.as_of and told.as_of.isoformat(),
        "unchanged_since": told.unchanged_since and told.unchanged_since.isoformat(),
        "gaps": list(told.gaps),
        "told": dict(told.told),
    }


def _keep_cards(connection: Connection, told: Told) -> None:
    if not told.cards:
        return
    at = told.started_at + told.ms
    connection.execute(
        insert(card),
        [
            {
                "id": one["uuid"],
                "evaluation_id": told.id,
                "position": place,
                "kind": _kind(one),
                "indicator": one["indicator"],
                "issued_at": at,
            }
            for place, one in enumerate(told.cards)
        ],
    )
    offered = [
        {"id": one["uuid"], "card_id": of["uuid"], "position": place, "kind": suggestion_kind(one)}
        for of in told.cards
        for place, one in enumerate(of.get("suggestions", ()))
    ]
    if offered:
        connection.execute(insert(suggestion), offered)


def _kind(one: Mapping[str, Any]) -> str:
    extension: Mapping[str, Any] = next(iter(one.get("extension", {}).values()), {})
    return str(extension.get("card", ""))


def suggestion_kind(one: Mapping[str, Any]) -> str:
    """What it does, as ``delete ServiceRequest, create ServiceRequest haic``: words and codes."""
    return ", ".join(map(_done, one.get("actions", ())))


def _done(action: Mapping[str, Any]) -> str:
    resource: Mapping[str, Any] = action.get("resource", {})
    kind = resource.get("resourceType") or action["resourceId"].partition("/")[0]
    concepts = [resource.get("code", {}), *resource.get("category", ())]
    codes = [coding["code"] for each in concepts for coding in each.get("coding", ())]
    return " ".join([action["type"], kind, *codes[:1]])


def _shown(connection: Connection, found: dict[str, Any]) -> dict[str, Any]:
    cards = connection.execute(
        select(card).where(card.c.evaluation_id == found["id"]).order_by(card.c.position)
    ).all()
    ids = [one.id for one in cards]
    suggestions = connection.execute(
        select(suggestion).where(suggestion.c.card_id.in_(ids)).order_by(suggestion.c.position)
    ).all()
    heard = connection.execute(
        select(feedback).where(feedback.c.card_id.in_(ids)).order_by(feedback.c.id)
    ).all()
    return {
        **{name: value for name, value in found.items() if not name.endswith("_hash")},
        "cards": [
            {
                "id": one.id,
                "kind": one.kind,
                "indicator": one.indicator,
                "suggestions": [
                    {"id": each.id, "kind": each.kind}
                    for each in suggestions
                    if each.card_id == one.id
                ],
                "feedback": [
                    {
                        "outcome": each.outcome,
                        "accepted": each.accepted,
                        "reason_system": each.reason_system,
                        "reason_code": each.reason_code,
                        "outcome_at": each.outcome_at,
                    }
                    for each in heard
                    if each.card_id == one.id
                ],
            }
            for one in cards
        ],
    }
