"""What is true of one patient, as far as the record says: the Chart.

Every fact carries the references of the FHIR resources it came from (``Procedure/t1``) and how sure
it is. Absence is a value: ``None`` means that the record does not say, never "no". Lengths are
millimetres as ``Decimal``, dates are calendar days in the site's time zone.

A fact whose date is imprecise ("2023-05") has ``date`` = the earliest and ``latest`` = the last
admissible day; an exact one has ``latest`` = None. Which of the admissible readings of a chart is
judged, and what follows when they disagree, is decided in
:mod:`cdshooks.clinical.record_readings`.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

References = tuple[str, ...]
NAMELESS = "#"
"""Begins the id by which a resource without one is told from others; no such reference is shown."""


def named(references: Iterable[str]) -> References:
    """In order, each once, and only those under which a resource can be found."""
    return tuple(sorted({r for r in references if f"/{NAMELESS}" not in r}))


ANY_DAY = (datetime.date(1900, 1, 1), datetime.date(2100, 12, 31))
"""First and last admissible day of an event whose date is absent or unreadable."""


class TreatmentKind(StrEnum):
    """Liver-directed treatments; the values are the codes of our ``locoregional-procedure``."""

    TACE = "tace"
    CTACE = "ctace"
    DEB_TACE = "deb-tace"
    TACE_HAIC = "tace-haic"
    TAE = "tae"
    HAIC = "haic"
    TARE = "tare"
    TILA_TACE = "tila-tace"
    ABLATION = "ablation"
    RESECTION = "resection"
    TRANSPLANTATION = "transplantation"
    EXTERNAL_BEAM_RADIOTHERAPY = "external-beam-radiotherapy"
    IODINE_125 = "iodine-125"

    @property
    def is_chemoembolisation(self) -> bool:
        return self in CHEMOEMBOLISATIONS

    @property
    def is_local_therapy(self) -> bool:
        """A local therapy that is not an embolisation session (CCI-F1.fb; AMB-08)."""
        return self not in CHEMOEMBOLISATIONS and self is not TreatmentKind.TAE


CHEMOEMBOLISATIONS = frozenset(
    {TreatmentKind.TACE, TreatmentKind.CTACE, TreatmentKind.DEB_TACE, TreatmentKind.TACE_HAIC}
)


class Scope(StrEnum):
    """What a local therapy was aimed at; the values are the codes of ``treated-lesion-scope``."""

    TARGET = "target"
    OTHER_LESION = "other-lesion"
    VASCULAR_OR_EXTRAHEPATIC = "vascular-or-extrahepatic"


class Intent(StrEnum):
    CURATIVE = "curative"
    PALLIATIVE = "palliative"


class Certainty(StrEnum):
    """How a fact came into the chart."""

    STATED = "stated"
    COMPUTED = "computed"
    INFERRED = "inferred"


@dataclass(frozen=True, slots=True)
class Treatment:
    """One performed liver-directed procedure (one *part* of a session), start and end inclusive."""

    kind: TreatmentKind
    start: datetime.date
    end: datetime.date
    references: References
    standardised: bool | None = None
    """Attested as standardised and refined (CCI-C7); ``None`` = nobody said."""
    group: str | None = None
    """The staged session that this part belongs to; ``None`` = not stated."""
    intent: Intent | None = None
    scope: Scope | None = None
    """Of a local therapy; ``None`` = not recorded: judged both ways."""
    confirmed: bool = True
    """False: it may be one (uncertain code or text, or left in progress): judged both ways."""
    latest: datetime.date | None = None
    """Of an imprecise date: the last admissible day of ``start`` (and ``end``)."""
    certainty: Certainty = Certainty.STATED

    @property
    def is_dated(self) -> bool:
        return (self.start, self.latest) != ANY_DAY

    @property
    def act(self) -> References:
        """Tells it from another treatment that the same procedure may have been instead."""
        return (*self.references, self.kind.value)


class Modality(StrEnum):
    CT = "CT"
    MR = "MR"
    OTHER = "other"


class Response(StrEnum):
    """Target lesion response by mRECIST."""

    CR = "CR"
    PR = "PR"
    SD = "SD"
    PD = "PD"
    NE = "NE"


class Comparator(StrEnum):
    BASELINE = "baseline"
    NADIR = "nadir"
    PREVIOUS = "previous"


@dataclass(frozen=True, slots=True)
class Measurement:
    """Viable (enhancing) diameter of one lesion on a scan; ``mm`` None = listed without a value."""

    lesion: str
    """Key of the lesion: see :attr:`Chart.lesions`."""
    mm: Decimal | None
    references: References
    certainty: Certainty = Certainty.STATED


class Vessel(StrEnum):
    """Where a tumour thrombus lies, as far as a reader says."""

    PORTAL_TRUNK = "portal-trunk"
    PORTAL_BRANCH = "portal-branch"
    PORTAL_VEIN = "portal-vein"
    """In the portal vein; trunk or branch is not said."""
    HEPATIC_VEIN = "hepatic-vein"
    """Hepatic vein or inferior vena cava."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A reader's yes or no about one scan."""

    answer: bool
    references: References
    vessels: tuple[Vessel, ...] = ()
    """Of vascular invasion: the vessels named; empty = not said."""


@dataclass(frozen=True, slots=True)
class StatedResponse:
    """Target response stated by a reader, method mRECIST; comparator ``None`` = not stated."""

    category: Response
    comparator: Comparator | None
    references: References


@dataclass(frozen=True, slots=True)
class Scan:
    """One imaging study with what was read on it."""

    date: datetime.date
    modality: Modality | None
    """``None`` = not recorded."""
    contrast: bool | None
    """Contrast-enhanced; ``None`` = not recorded."""
    references: References
    measurements: tuple[Measurement, ...] = ()
    new_intrahepatic_lesion: tuple[Statement, ...] = ()
    vascular_invasion: tuple[Statement, ...] = ()
    extrahepatic_spread: tuple[Statement, ...] = ()
    stated_responses: tuple[StatedResponse, ...] = ()
    residual_viability_percent: tuple[tuple[Decimal, References], ...] = ()
    """Reported residual viability of all initial lesions together."""
    residual_viability_of: tuple[tuple[str, Decimal, References], ...] = ()
    """The same of single lesions, by key."""
    viable_sum_mm: tuple[tuple[Decimal, References], ...] = ()
    """Reported sum of the viable diameters of all targets."""
    latest: datetime.date | None = None


class LesionRole(StrEnum):
    TARGET = "target"
    NON_TARGET = "non-target"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Lesion:
    key: str
    label: str
    """Safe to print: has passed the allow-list, or is a number of ours."""
    references: References
    role: LesionRole | None = None
    first_detected: datetime.date | None = None
    first_detected_latest: datetime.date | None = None


class Marker(StrEnum):
    AFP = "afp"
    PIVKA_II = "pivka-ii"


@dataclass(frozen=True, slots=True)
class MarkerValue:
    """One tumour-marker result. Values are compared only inside one ``series`` (code and unit)."""

    marker: Marker
    series: str
    date: datetime.date
    value: Decimal
    references: References
    upper_limit: Decimal | None = None
    """Upper limit of the value's own reference range, same unit."""
    default_limit_applies: bool = True
    """The unit is the one of the published limit (AFP ng/mL, PIVKA-II mAU/mL)."""
    latest: datetime.date | None = None


class AscitesGrade(StrEnum):
    NONE = "none"
    MILD = "mild"
    MODERATE_SEVERE = "moderate-severe"


@dataclass(frozen=True, slots=True)
class Laboratory:
    """Bilirubin, albumin or INR as reported; Child-Pugh compares in the reported unit."""

    value: Decimal
    unit: str
    """``umol/L``, ``mg/dL``, ``g/L``, ``g/dL`` or ``1`` (INR)."""
    date: datetime.date | None
    references: References


@dataclass(frozen=True, slots=True)
class Grade:
    """Ascites (points 1 to 3) or encephalopathy (grade 0 to 4), known at least as a range."""

    lowest: int
    highest: int
    date: datetime.date | None
    references: References
    expires: bool = True
    """False for an active Condition."""


@dataclass(frozen=True, slots=True)
class ChildPughStated:
    """A stated Child-Pugh score (5 to 15), or only the class as the range of its scores."""

    lowest: int
    highest: int
    date: datetime.date | None
    references: References


@dataclass(frozen=True, slots=True)
class Dated:
    """A whole number with its date (ECOG 0 to 4; lesion count; largest total diameter in mm)."""

    value: Decimal
    date: datetime.date | None
    references: References
    first: datetime.date | None = None
    """Of an imprecise date: the first admissible day; ``date`` is then the last."""
    at_least: bool = False
    """Of a count: ``value`` is only its lower limit ("more than 10")."""


class Staging(StrEnum):
    BCLC = "bclc"
    CNLC = "cnlc"


@dataclass(frozen=True, slots=True)
class Stage:
    """A recorded tumour stage; ``value`` is the code of its system (``B``, ``IIb``)."""

    system: Staging
    value: str
    date: datetime.date | None
    references: References


class Drug(StrEnum):
    """Antineoplastic of an arterial infusion, as far as a rule tells them apart (HAIC-R3)."""

    CISPLATIN = "cisplatin"
    FLUOROURACIL = "fluorouracil"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class PlannedInfusion:
    """The drugs of one hepatic arterial infusion that is ordered, not given."""

    antineoplastics: frozenset[Drug]
    unrecognised: bool
    """A further drug of the order is not known here: it may be an antineoplastic or not."""
    date: datetime.date | None
    """Day of the order, the latest of its parts; ``None`` = not recorded."""
    references: References


class Fact(StrEnum):
    """Yes-or-no facts; the values are the codes of ``tace-observation``."""

    HEPATIC_ARTERY_OCCLUSION = "hepatic-artery-occlusion"
    SEVERE_JAUNDICE = "severe-jaundice"
    REFRACTORY_ASCITES = "refractory-ascites"
    HEPATORENAL_SYNDROME = "hepatorenal-syndrome"
    DIFFUSE_HEPATIC_FISTULA = "diffuse-hepatic-fistula"
    IMMUNOTHERAPY_CONTRAINDICATION = "immunotherapy-contraindication"
    COMBINATION_INTOLERANCE = "combination-intolerance"


@dataclass(frozen=True, slots=True)
class StatedFact:
    fact: Fact
    answer: bool
    date: datetime.date | None
    references: References
    standing: bool = False
    """An active Condition: it holds until it is resolved, whatever its date."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A value that is recorded and cannot be used; see :mod:`cdshooks.clinical.unread`."""

    what: str
    """``ecog``, a Fact, or the name of a part of the liver function."""
    date: datetime.date | None
    references: References


@dataclass(frozen=True, slots=True)
class LiverFunction:
    bilirubin: tuple[Laboratory, ...] = ()
    albumin: tuple[Laboratory, ...] = ()
    inr: tuple[Laboratory, ...] = ()
    ascites: tuple[Grade, ...] = ()
    """Points 1 none, 2 mild, 3 moderate to severe."""
    encephalopathy: tuple[Grade, ...] = ()
    """Grades 0 to 4."""
    stated: tuple[ChildPughStated, ...] = ()


@dataclass(frozen=True, slots=True)
class ChartNote:
    """Something that was read but not used, or used with a caveat; ``code`` is of a closed list."""

    code: str
    references: References = ()
    detail: str = ""
    """Key of the explaining phrase; never free text of the record."""
    path: str = ""
    """FHIR element path, when one is concerned."""
    count: int | None = None
    mm: Decimal | None = None
    """Size that a report's text proposes."""
    day: datetime.date | None = None
    """Of a proposal: when the report holds; a later day of judgement than this may see it."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is known of a resource beside what it says."""

    version: str | None = None
    certainty: Certainty = Certainty.STATED
    """How what it says came into the chart."""


@dataclass(frozen=True, slots=True)
class Chart:
    """The patient's TACE course and all that is needed to judge it."""

    patient: str
    """``Patient/<id>``"""
    treatments: tuple[Treatment, ...] = ()
    scans: tuple[Scan, ...] = ()
    lesions: Mapping[str, Lesion] = field(default_factory=dict)
    markers: tuple[MarkerValue, ...] = ()
    liver: LiverFunction = LiverFunction()
    ecog: tuple[Dated, ...] = ()
    facts: tuple[StatedFact, ...] = ()
    largest_diameter: tuple[Dated, ...] = ()
    lesion_count: tuple[Dated, ...] = ()
    stages: tuple[Stage, ...] = ()
    planned_infusions: tuple[PlannedInfusion, ...] = ()
    notes: tuple[ChartNote, ...] = ()
    incomplete: tuple[str, ...] = ()
    """What could not be had whole: any of ``procedures``, ``imaging``, ``observations``, or a
    prefetch key.
    """
    observed_on: Mapping[str, datetime.date] = field(default_factory=dict)
    """Own day of what was read on a scan, or speaks for scans, by reference."""
    undated_sessions: References = ()
    """Completed TACE procedures without any date; of what tells of several, each as often."""
    diagnosis: References = ()
    """Conditions that are the hepatocellular carcinoma; no verdict rests on them."""
    in_progress: tuple[Treatment, ...] = ()
    """TACE procedures still in progress; begun more than two days ago, one may be a session."""
    sources: Mapping[str, Source] = field(default_factory=dict)
    """By reference; of one that is not here nothing but its plain statement is known."""
    unread: tuple[Unread, ...] = ()
