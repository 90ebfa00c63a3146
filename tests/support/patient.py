"""A patient as a clinician writes one down: the course day by day, and the state on the last day.

Independent of the package under test: plain words, and ``None`` for "not recorded".
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

Value = TypeVar("Value")

TACE_KINDS = ("TACE", "cTACE", "DEB-TACE", "TACE-HAIC")
OTHER_KINDS = (
    "TAE",
    "HAIC",
    "TARE",
    "TILA-TACE",
    "ablation",
    "resection",
    "transplantation",
    "external beam radiotherapy",
    "iodine-125",
)
SYSTEMIC = "systemic therapy"
SCOPES = ("target", "other lesion", "vascular or extrahepatic")
FACTS = (
    "hepatic artery occlusion",
    "severe jaundice",
    "refractory ascites",
    "hepatorenal syndrome",
    "diffuse hepatic fistula",
    "immunotherapy contraindication",
    "combination intolerance",
)
"""Yes-or-no facts of the state; the same words with hyphens are their FHIR codes."""


@dataclass(frozen=True)
class Treatment:
    """One performed procedure; of a staged session, one part."""

    date: datetime.date
    kind: str
    standardised: bool | None = None
    """Of a TACE: attested as standardised and refined."""
    group: str | None = None
    """Of a TACE: the staged session it belongs to."""
    treated: str | None = None
    """Of another local therapy: one of :data:`SCOPES`."""

    @property
    def is_tace(self) -> bool:
        return self.kind in TACE_KINDS


@dataclass(frozen=True)
class LesionSeen:
    label: str
    mm: Decimal | None
    """Viable diameter; ``None`` = listed, not measured."""


VESSELS = (
    "portal trunk",
    "left portal branch",
    "right portal branch",
    "portal vein",
    "hepatic vein",
)


@dataclass(frozen=True)
class Scan:
    date: datetime.date
    modality: str
    contrast: bool | None
    lesions: tuple[LesionSeen, ...] = ()
    new_lesion: bool | None = None
    vascular_invasion: bool | None = None
    extrahepatic_spread: bool | None = None
    vessels: tuple[str, ...] = ()
    """Of vascular invasion: some of :data:`VESSELS`; empty = not said."""


@dataclass(frozen=True)
class Burden:
    """Total size and number of the tumours, not only what is viable."""

    date: datetime.date
    largest: Decimal
    """mm"""
    number: int | None
    at_least: bool = False
    """There may be more than ``number``."""


DRUGS = ("cisplatin", "fluorouracil", "oxaliplatin", "leucovorin")


@dataclass(frozen=True)
class HaicOrder:
    """An intra-arterial infusion that is ordered, not given: drugs of :data:`DRUGS`."""

    date: datetime.date
    drugs: tuple[str, ...]
    status: str
    """``draft`` or ``active``"""


@dataclass(frozen=True)
class MarkerValue:
    date: datetime.date
    marker: str
    """``AFP`` or ``PIVKA-II``"""
    value: Decimal
    unit: str


@dataclass(frozen=True)
class Dated(Generic[Value]):
    value: Value
    date: datetime.date


@dataclass(frozen=True)
class State:
    """Performance, liver function and stated facts; what is absent was not recorded."""

    ecog: Dated[int] | None = None
    bilirubin: Dated[Decimal] | None = None
    """µmol/L"""
    albumin: Dated[Decimal] | None = None
    """g/L"""
    inr: Dated[Decimal] | None = None
    ascites: Dated[str] | None = None
    """``none``, ``mild`` or ``moderate-severe``"""
    encephalopathy: Dated[int] | None = None
    """Grade 0 to 4."""
    facts: tuple[tuple[str, Dated[bool]], ...] = ()
    intent: str | None = None
    """Of the TACE sessions: ``palliative`` or ``curative``."""
    bclc: Dated[str] | None = None
    cnlc: Dated[str] | None = None


Event = Treatment | Scan | MarkerValue | Burden | HaicOrder


@dataclass(frozen=True)
class Patient:
    id: str
    course: tuple[Event, ...]
    """In order of date; on one day as written."""
    state: State

    @property
    def treatments(self) -> tuple[Treatment, ...]:
        return tuple(event for event in self.course if isinstance(event, Treatment))

    @property
    def scans(self) -> tuple[Scan, ...]:
        return tuple(event for event in self.course if isinstance(event, Scan))

    @property
    def markers(self) -> tuple[MarkerValue, ...]:
        return tuple(event for event in self.course if isinstance(event, MarkerValue))
