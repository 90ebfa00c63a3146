"""A stored evaluation as it is shown to its client: what was concluded, the cards, the feedback."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

SCHEMA = "tace-evaluation/1"


def shown(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON of ``GET /evaluations/{uuid}``; what is unknown is left out."""
    body = {
        "schema": SCHEMA,
        "id": stored["id"],
        "service": stored["service"],
        "hook": stored["hook"],
        "hookInstance": stored["hook_instance"],
        "time": instant(stored["started_at"]),
        "software": stored["software"],
        "knowledge": stored["knowledge"],
        "readings": stored["readings"],
        "unchangedSince": stored["unchanged_since"],
        "gaps": stored["gaps"],
        "assessment": stored["told"],
        "cards": [_card(card) for card in stored["cards"]],
    }
    return {name: value for name, value in body.items() if value not in (None, [], {})}


def _card(card: Mapping[str, Any]) -> dict[str, Any]:
    body = {
        "uuid": card["id"],
        "card": card["kind"],
        "indicator": card["indicator"],
        "suggestions": [
            {"uuid": one["id"], "suggestion": one["kind"]} for one in card["suggestions"]
        ],
        "feedback": [_heard(one) for one in card["feedback"]],
    }
    return {name: value for name, value in body.items() if value != []}


def _heard(one: Mapping[str, Any]) -> dict[str, Any]:
    body = {
        "outcome": one["outcome"],
        "acceptedSuggestions": [{"id": each} for each in one["accepted"]],
        "reason": {
            name: value
            for name, value in (("system", one["reason_system"]), ("code", one["reason_code"]))
            if value
        },
        "outcomeTimestamp": instant(one["outcome_at"]),
    }
    return {name: value for name, value in body.items() if value not in ([], {})}


def instant(milliseconds: int) -> str:
    """As FHIR writes it, in UTC."""
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    moment = epoch + datetime.timedelta(milliseconds=milliseconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
