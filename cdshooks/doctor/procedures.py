"""Procedures that the service passes over because it does not know their codes.

A TACE among them is invisible until a site maps its code. System and code are shown, a text never.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cdshooks.clinical.chart import Chart, References, named
from cdshooks.fhir.codes import Terminology
from cdshooks.fhir.record import Record
from cdshooks.fhir.views import Coding, Procedure, decode

_PERFORMED = frozenset({"completed", "in-progress", "stopped", "unknown"})
_SYSTEM = re.compile(r"(https?://|urn:)[A-Za-z0-9._~:/?#&=%-]{1,200}")
_CODE = re.compile(r"[A-Za-z0-9._:/+-]{1,64}")
_EXAMPLES = 3
_SLOTS = ("procedure", "procedure-probable")
_LOOKED_AT = frozenset(
    {
        "text-matched",
        "candidate-code",
        "status-not-used",
        "unreadable-resource",
        "modifier-extension",
        "foreign-patient",
    }
)
"""Notes that tell what became of a procedure; each has its own advice."""


@dataclass(frozen=True, slots=True)
class UnknownProcedure:
    """One code, and how many procedures it stands on."""

    system: str | None
    """None: absent, or not of the form of a system."""
    code: str | None
    """None: absent (only a text says what it was), or not of the form of a code."""
    count: int
    references: References


def unknown_procedures(
    record: Record, chart: Chart, terminology: Terminology
) -> tuple[UnknownProcedure, ...]:
    """By code, the most frequent first; a procedure with several codings stands under each."""
    found: dict[tuple[str | None, str | None], set[str]] = {}
    for reference, view in _passed_over(record, chart, terminology):
        for coding in view.code.coding if view.code and view.code.coding else (Coding(),):
            key = (_formed(_SYSTEM, coding.system), _formed(_CODE, coding.code))
            found.setdefault(key, set()).add(reference)
    groups = [
        UnknownProcedure(system, code, len(references), named(sorted(references))[:_EXAMPLES])
        for (system, code), references in found.items()
    ]
    return tuple(sorted(groups, key=lambda g: (-g.count, g.system or "", g.code or "")))


def count_unknown(record: Record, chart: Chart, terminology: Terminology) -> int:
    """How many procedures were passed over."""
    return len(dict(_passed_over(record, chart, terminology)))


def _passed_over(
    record: Record, chart: Chart, terminology: Terminology
) -> Iterator[tuple[str, Procedure]]:
    """Performed procedures of this patient of unknown code, neither in the chart nor noted."""
    known = {
        *(reference for treatment in chart.treatments for reference in treatment.references),
        *(reference for treatment in chart.in_progress for reference in treatment.references),
        *chart.undated_sessions,
        *(r for note in chart.notes if note.code in _LOOKED_AT for r in note.references),
    }
    for raw in record.resources:
        view = decode(raw)
        if not isinstance(view, Procedure) or not view.id or view.status not in _PERFORMED:
            continue
        reference = f"Procedure/{view.id}"
        has_role = any(terminology.roles(slot, view.code) for slot in _SLOTS)
        if reference not in known and not has_role:
            yield reference, view


def _formed(form: re.Pattern[str], text: str | None) -> str | None:
    return text if text and form.fullmatch(text) else None
