"""The figures of the feedback: what was told, what was answered, what was missing.

Totals are plain numbers. In a breakdown a count from 1 to 4 is hidden, for it may point at one
person: it is None here, and ``<5`` in the text. No figure is by clinician.
"""

from __future__ import annotations

import datetime
import re
import statistics
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from cdshooks.store.database import Database
from cdshooks.store.downstream import downstream
from cdshooks.store.tables import card, evaluation, feedback, suggestion

SCHEMA = "tace-feedback-report/1"
SMALLEST_SHOWN = 5
REPEAT_DAYS = 30
OTHER = "other"
ACCEPTED, OVERRIDDEN, NOTHING = "accepted", "overridden", "no-feedback"

_WORD = re.compile(r"[a-z]\d+|[A-Z]?[a-z]+|\d+")

Row = Mapping[str, Any]
Table = dict[str, Any]


def report(
    database: Database,
    zone: datetime.tzinfo = datetime.UTC,
    *,
    reasons: Collection[tuple[str, str]] = frozenset(),
) -> dict[str, Any]:
    """All that is stored, in one look at one state of the database; days are those of ``zone``.

    ``reasons``: system and code of each that a card offers. A client may send any other text in
    their place; it is not shown, and counts as ``other``.
    """
    with database.reading() as connection:
        calls = _rows(connection, select(evaluation).order_by(evaluation.c.started_at))
        cards = _rows(connection, select(card))
        offered = _rows(connection, select(suggestion))
        heard = _rows(connection, select(feedback))
    answered = [call for call in calls if call["status"] == 200]
    of_card = {one["id"]: one for one in cards}
    of_call = {call["id"]: call for call in calls}
    outcomes = _outcomes(cards, heard)

    def day_of(call: Row) -> str:
        moment = datetime.datetime.fromtimestamp(call["started_at"] / 1000, zone)
        return moment.date().isoformat()

    def call_of(one: Row) -> Row:
        return of_call[one["evaluation_id"]]

    return {
        "schema": SCHEMA,
        "from": day_of(calls[0]) if calls else None,
        "to": day_of(calls[-1]) if calls else None,
        "volume": _volume(calls, answered, cards),
        "response": _response(cards, outcomes, heard),
        "responseBy": {
            name: _breakdown(cards, outcomes, by)
            for name, by in (
                ("service", lambda one: call_of(one)["service"]),
                ("client", lambda one: call_of(one)["client"]),
                ("knowledge", lambda one: call_of(one)["knowledge"]),
                ("month", lambda one: day_of(call_of(one))[:7]),
                ("card", lambda one: one["kind"]),
                ("definitionMet", lambda one: _met(call_of(one))),
            )
        },
        "suggestions": _suggestions(offered, heard),
        "overrideReasons": _counts(
            f"{one['reason_system']}|{one['reason_code']}"
            if (one["reason_system"], one["reason_code"]) in reasons
            else OTHER
            for one in heard
            if one["outcome"] == OVERRIDDEN and one["reason_code"]
        ),
        "comments": sum(one["user_comment"] is not None for one in heard),
        "secondsToResponse": _spread(
            (one["outcome_at"] - of_card[one["card_id"]]["issued_at"]) / 1000
            for one in heard
            if not one["doubtful_time"]
        ),
        "missing": _counts(code for call in answered for code in call["told"].get("missing", ())),
        "gaps": _counts(key for call in answered for key in call["gaps"]),
        "later": downstream(answered, cards, _cell),
    }


def _rows(connection: Connection, query: Any) -> list[Row]:
    return [dict(row) for row in connection.execute(query).mappings()]


def _volume(calls: Sequence[Row], answered: Sequence[Row], cards: Sequence[Row]) -> Table:
    with_cards = {one["evaluation_id"] for one in cards}
    patients = {(c["client"], c["patient_hash"]) for c in answered if c["patient_hash"]}
    return {
        "calls": len(calls),
        "answered": len(answered),
        "withCards": len(with_cards),
        "cards": len(cards),
        "cardsPer100Calls": _ratio(100 * len(cards), len(answered)),
        "patients": len(patients),
        "softenedRepeats": sum(call["unchanged_since"] is not None for call in answered),
        "callsPerPatientIn30Days": _per_patient(answered, with_cards),
        "ms": _spread(float(call["ms"]) for call in answered),
        "failures": _counts(str(call["status"]) for call in calls if call["status"] != 200),
    }


def _per_patient(answered: Iterable[Row], with_cards: set[str]) -> float | None:
    """Calls with cards for one patient, on average, in windows of 30 days."""
    window = REPEAT_DAYS * 86_400_000
    counted = Counter(
        (call["client"], call["patient_hash"], call["started_at"] // window)
        for call in answered
        if call["patient_hash"] and call["id"] in with_cards
    )
    return _ratio(sum(counted.values()), len(counted))


def _outcomes(cards: Sequence[Row], heard: Iterable[Row]) -> dict[str, str]:
    """The last outcome of each card; what is ignored is never reported by a client."""
    outcomes = {one["id"]: NOTHING for one in cards}
    for one in sorted(heard, key=lambda one: (one["outcome_at"], one["received_at"], one["id"])):
        outcomes[one["card_id"]] = one["outcome"]
    return outcomes


def _response(cards: Sequence[Row], outcomes: Mapping[str, str], heard: Sequence[Row]) -> Table:
    counted = Counter(outcomes.values())
    reasoned = {
        one["card_id"]
        for one in heard
        if one["outcome"] == OVERRIDDEN and (one["reason_code"] or one["user_comment"])
    }
    overridden = {name for name, outcome in outcomes.items() if outcome == OVERRIDDEN}
    return {
        "cards": len(cards),
        "accepted": counted[ACCEPTED],
        "overriddenWithReason": len(overridden & reasoned),
        "overriddenWithoutReason": len(overridden - reasoned),
        "noFeedback": counted[NOTHING],
        "items": len(heard),
    }


def _breakdown(
    cards: Iterable[Row], outcomes: Mapping[str, str], by: Callable[[Row], str]
) -> Table:
    counted: dict[str, Counter[str]] = {}
    for one in cards:
        counted.setdefault(by(one), Counter())[outcomes[one["id"]]] += 1
    return {
        name: {
            "cards": _cell(sum(counts.values())),
            "accepted": _cell(counts[ACCEPTED]),
            "overridden": _cell(counts[OVERRIDDEN]),
            "noFeedback": _cell(counts[NOTHING]),
        }
        for name, counts in sorted(counted.items())
    }


def _met(call: Row) -> str:
    """The definitions that were met when the card was issued."""
    definitions = call["told"].get("definitions", {})
    return ", ".join(n for n, found in definitions.items() if found["verdict"] == "met") or "none"


def _suggestions(offered: Iterable[Row], heard: Iterable[Row]) -> Table:
    accepted = {each for one in heard if one["outcome"] == ACCEPTED for each in one["accepted"]}
    kinds: dict[str, list[str]] = {}
    for one in offered:
        kinds.setdefault(one["kind"], []).append(one["id"])
    return {
        kind: {
            "offered": _cell(len(ids)),
            "accepted": _cell(sum(each in accepted for each in ids)),
        }
        for kind, ids in sorted(kinds.items())
    }


def _counts(names: Iterable[str]) -> dict[str, int | None]:
    """The commonest first."""
    counted = Counter(names)
    order = sorted(counted, key=lambda name: (-counted[name], name))
    return {name: _cell(counted[name]) for name in order}


def _cell(count: int) -> int | None:
    return None if 0 < count < SMALLEST_SHOWN else count


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 1) if whole else None


def _spread(values: Iterable[float]) -> Table:
    found = sorted(values)
    if not found:
        return {"count": 0, "median": None, "p95": None}
    p95 = found[min(len(found) - 1, int(0.95 * len(found)))]
    return {
        "count": len(found),
        "median": round(statistics.median(found), 1),
        "p95": round(p95, 1),
    }


def as_text(figures: Mapping[str, Any]) -> str:
    """The same for a person."""
    when = f"{figures['from']} to {figures['to']}" if figures["from"] else "nothing stored yet"
    lines = [f"Feedback report, {when}", "Counts from 1 to 4 are hidden in breakdowns (<5).", ""]
    for name in ("volume", "response"):
        lines.append(_title(name))
        for key, value in figures[name].items():
            lines += _lines(key, value, "  ")
        lines.append("")
    for name, table in figures["responseBy"].items():
        lines += [f"Response by {_words(name)}", *_lines_of(table), ""]
    for name in ("suggestions", "overrideReasons", "missing", "gaps"):
        lines += [_title(name), *_lines_of(figures[name]), ""]
    later = figures["later"]
    lines += [f"Within {later['days']} days after a card, of what was missing"]
    lines += [*_lines_of(later["missing"]), *_lines("taceOrder", later["taceOrder"], "")]
    lines += ["Whether a therapy took place is not told: no clinical data is kept.", ""]
    lines += _lines("comments", figures["comments"], "")
    lines += _lines("secondsToResponse", figures["secondsToResponse"], "")
    lines.append("What is ignored is never reported: no feedback is an upper bound of it.")
    return "\n".join(lines) + "\n"


def _lines_of(table: Mapping[str, Any]) -> list[str]:
    if not table:
        return ["  none"]
    return [line for key, value in table.items() for line in _lines(key, value, "  ", plain=True)]


def _lines(key: str, value: Any, indent: str, plain: bool = False) -> list[str]:
    name = key if plain else _words(key)
    if isinstance(value, Mapping):
        cells = ", ".join(f"{_words(k)} {_shown(v)}" for k, v in value.items())
        return [f"{indent}{name}: {cells or 'none'}"]
    return [f"{indent}{name}: {_shown(value, plain)}"]


def _shown(value: Any, hidden: bool = True) -> str:
    return ("<5" if hidden else "unknown") if value is None else str(value)


def _title(name: str) -> str:
    words = _words(name)
    return words[0].upper() + words[1:]


def _words(name: str) -> str:
    """``callsIn30Days`` as ``calls in 30 days``; codes stay as they are."""
    if not name.isalnum():
        return name
    return " ".join(_WORD.findall(name)).lower()
