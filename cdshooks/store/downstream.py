"""What happened within 90 days after a card, as far as what is stored can tell.

No clinical data is kept. So it is known whether a datum that was missing was there at a later call
about the same patient, and whether, after a warning, a TACE was selected or signed again and warned
of. Whether a TACE, a HAIC or a board took place is in the record alone, and is not told. A patient
about whom nobody asked again counts as one of whom nothing is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

DAYS = 90
_WINDOW = DAYS * 86_400_000

Row = Mapping[str, Any]
Patient = tuple[str, str]
"""Client and keyed hash."""


def downstream(
    answered: Sequence[Row], cards: Iterable[Row], cell: Callable[[int], int | None]
) -> dict[str, Any]:
    """``answered``: calls, the oldest first; ``cell`` hides a small count of a breakdown."""
    calls = _by_patient(answered)
    kinds: dict[str, set[str]] = {}
    for one in cards:
        kinds.setdefault(one["evaluation_id"], set()).add(_kind(one))
    return {
        "days": DAYS,
        "missing": _missing(calls, cell),
        "taceOrder": _ordered_again(calls, kinds),
    }


def _kind(one: Row) -> str:
    warns = one["kind"] == "status" and one["indicator"] == "warning"
    return "warning" if warns else str(one["kind"])


def _by_patient(answered: Iterable[Row]) -> list[list[Row]]:
    found: dict[Patient, list[Row]] = {}
    for call in answered:
        if call["patient_hash"]:
            found.setdefault((call["client"], call["patient_hash"]), []).append(call)
    return list(found.values())


def _later(calls: Sequence[Row], first: Row) -> list[Row]:
    end = first["started_at"] + _WINDOW
    return [one for one in calls if first["started_at"] < one["started_at"] <= end]


def _missing(calls: Iterable[Sequence[Row]], cell: Callable[[int], int | None]) -> dict[str, Any]:
    """By missing datum: of how many patients, and of how many it was there later."""
    counted: dict[str, dict[str, int]] = {}
    for of_patient in calls:
        judged = [call for call in of_patient if call["told"]]
        for code in sorted({code for call in judged for code in _codes(call)}):
            first = next(call for call in judged if code in _codes(call))
            later = _later(judged, first)
            row = counted.setdefault(code, {"patients": 0, "askedAgain": 0, "there": 0})
            row["patients"] += 1
            row["askedAgain"] += bool(later)
            row["there"] += any(code not in _codes(one) for one in later)
    return {
        code: {name: cell(count) for name, count in row.items()}
        for code, row in sorted(counted.items())
    }


def _codes(call: Row) -> Sequence[str]:
    codes: Sequence[str] = call["told"].get("missing", ())
    return codes


def _ordered_again(calls: Iterable[Sequence[Row]], kinds: Mapping[str, set[str]]) -> dict[str, int]:
    """Patients with a warning card, and those of whom an order was warned of later."""
    warned = guarded = 0
    for of_patient in calls:
        first = next((one for one in of_patient if "warning" in kinds.get(one["id"], ())), None)
        if first is not None:
            warned += 1
            later = _later(of_patient, first)
            guarded += any("guard" in kinds.get(one["id"], ()) for one in later)
    return {"patientsWarned": warned, "orderedAgain": guarded}
