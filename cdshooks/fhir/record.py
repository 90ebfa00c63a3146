"""The outside record of one patient as it was gathered: raw resources and what could not be had.

Between where data comes from (a file, prefetch, a FHIR server) and :mod:`cdshooks.fhir.charting`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from cdshooks.clinical.chart import ChartNote
from cdshooks.fhir.references import Bases


class GapKind(StrEnum):
    """Why a part of the record is not there, or not whole."""

    REFUSED = "refused"
    """The server answered 4xx/5xx, or an OperationOutcome of severity error or fatal."""
    TIMED_OUT = "timed-out"
    TRUNCATED = "truncated"
    """More pages exist than could be followed; ``total`` above the entries; limits reached."""
    NOT_FETCHABLE = "not-fetchable"
    """Absent from prefetch, and no server to ask."""


@dataclass(frozen=True, slots=True)
class Gap:
    """``key``: the prefetch key (see :mod:`cdshooks.fhir.needs`), or ``bundle`` for a file."""

    key: str
    kind: GapKind
    cause: str = field(default="", compare=False)
    """In a word for the log and the counters."""


@dataclass(slots=True)
class Record:
    """Every resource once, as raw JSON, in no particular order; a contested one more than once."""

    patient_id: str
    """Logical id, without ``Patient/``."""
    resources: list[msgspec.Raw] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    notes: list[ChartNote] = field(default_factory=list)
    bases: Bases = None
    contested: frozenset[str] = frozenset()
    """``Type/id`` of resources that stand here in several contents, none of them newer."""
