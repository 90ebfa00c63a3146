"""A feedback call: the envelope is refused as a whole, an item that is not as it must be alone."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator

from cdshooks.errors import BadRequest
from cdshooks.service import Heard, Taken, UnknownCard
from cdshooks.web.contract import complaint

_schema = json.loads((files(__package__) / "schemas" / "feedback.json").read_text("utf-8"))
_envelope = Draft202012Validator(
    {**_schema, "properties": {"feedback": {**_schema["properties"]["feedback"], "items": True}}}
)
_item = Draft202012Validator(_schema["$defs"]["item"])


def read_items(body: Mapping[str, Any]) -> list[Heard | BadRequest]:
    """Each item, or what is wrong with it. Raises :class:`BadRequest` for the envelope."""
    for error in _envelope.iter_errors(body):
        raise BadRequest(complaint(error), str(error.validator))
    return [_read(place, item) for place, item in enumerate(body["feedback"])]


def _read(place: int, item: Any) -> Heard | BadRequest:
    where = f"feedback.{place}"
    for error in _item.iter_errors(item):
        return BadRequest(complaint(error, where), str(error.validator))
    at = _milliseconds(item["outcomeTimestamp"])
    if at is None:
        what = f"{where}.outcomeTimestamp must be a time as 2021-12-11T10:05:31Z."
        return BadRequest(what, "time")
    accepted = item.get("acceptedSuggestions", []) if item["outcome"] == "accepted" else []
    override = item.get("overrideReason", {}) if item["outcome"] == "overridden" else {}
    reason = override.get("reason", {})
    return Heard(
        card=item["card"].lower(),
        outcome=item["outcome"],
        accepted=[one["id"].lower() for one in accepted],
        outcome_at=at,
        reason_system=reason.get("system"),
        reason_code=reason.get("code"),
        user_comment=_without_nul(override.get("userComment", "")) or None,
    )


def _milliseconds(text: str) -> int | None:
    """RFC 3339; a leap second is the second before it."""
    text = text[:17] + text[17:19].replace("60", "59") + text[19:]
    head, zone = (text[:-1], "+00:00") if text[-1] in "Zz" else (text[:-6], text[-6:])
    seconds, _, fraction = head.partition(".")
    try:
        moment = datetime.datetime.fromisoformat(f"{seconds}.{fraction[:6]:0<6}{zone}".upper())
        return int(moment.astimezone(datetime.UTC).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def _without_nul(text: str) -> str:
    """PostgreSQL takes every other character."""
    return text.replace("\0", "\ufffd").strip()


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one item."""

    problem: str | None = None
    """Why it is not kept."""
    check: str | None = None
    """The same in a word for the log."""
    unchanged: bool = False
    """It was kept before, and brought nothing new."""


def fates(items: Sequence[Heard | BadRequest], taken: Taken) -> list[Fate]:
    """``taken``: of those items that are as they must be, in order."""
    kept = iter(zip(taken.problems, taken.unchanged, strict=True))
    return [
        Fate(str(item), item.check) if isinstance(item, BadRequest) else _fate(place, *next(kept))
        for place, item in enumerate(items)
    ]


def _fate(place: int, problem: Exception | None, unchanged: bool) -> Fate:
    where = f"feedback.{place}"
    if problem is None:
        return Fate(unchanged=unchanged)
    if isinstance(problem, UnknownCard):
        what = f"{where}.card is not a card that this service gave to this client."
        return Fate(what, "unknown-card")
    what = f"{where}.acceptedSuggestions holds what is not a suggestion of the card."
    return Fate(what, "unknown-suggestion")


def outcome(found: Sequence[Fate]) -> dict[str, Any]:
    """What became of the items, as an OperationOutcome."""
    problems = [fate.problem for fate in found if fate.problem is not None]
    kept = len(found) - len(problems)
    told = [f"{kept} of {len(found)} items are kept."] if kept else []
    told += [
        f"feedback.{place} was known already and is not changed: the same card, outcome and "
        "suggestions count once."
        for place, fate in enumerate(found)
        if fate.unchanged
    ]
    issues = [_issue("information", "informational", text) for text in told]
    issues += [_issue("error", "invalid", text) for text in problems]
    return {"resourceType": "OperationOutcome", "issue": issues}


def _issue(severity: str, code: str, text: str) -> dict[str, Any]:
    return {"severity": severity, "code": code, "details": {"text": text}}
