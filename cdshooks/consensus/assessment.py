"""The judgement of one chart: the one object between knowledge and everything that shows it.

Words and codes only, no sentence: cards, command line and chart page take their sentences for these
codes from one catalogue. The shape follows the published JSON object ``tace-assessment/1``.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from cdshooks.clinical.burden import TumourBurden
from cdshooks.clinical.chart import Chart, ChartNote, References, Source
from cdshooks.clinical.scores import Albi, ChildPugh
from cdshooks.consensus.events import Caveat, Event, OpenPoint
from cdshooks.consensus.readings import Readings


class Verdict(StrEnum):
    MET = "met"
    NOT_MET = "not-met"
    INDETERMINATE = "indeterminate"


class Tier(StrEnum):
    """R1, R2: what the HAIC review proposes; NONE: outside its eligibility; NA: not refractory."""

    R1 = "HAIC-R1"
    R2 = "HAIC-R2"
    NONE = "NONE"
    NA = "NA"
    UNDETERMINED = "UNDETERMINED"


class StrategyStatus(StrEnum):
    DETERMINED = "determined"
    SEVERAL = "several"
    UNDETERMINED = "undetermined"
    NOT_APPLICABLE = "not-applicable"


CCI, JSH, EPOIHCC, EUROPEAN = "cci-2022", "jsh-lcsgj-2014", "epoihcc", "european"
DEFINITIONS = (CCI, JSH, EPOIHCC, EUROPEAN)


@dataclass(frozen=True, slots=True)
class Finding:
    """One step of a judgement: what was asked, the answer, what it rests on, what was missing."""

    statement: str
    """Id of the statement asked, e.g. ``CCI-C1``."""
    label: str
    """Key of the catalogue phrase that names the question."""
    answer: bool | None
    used: References = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DefinitionVerdict:
    verdict: Verdict
    provisional: bool
    reason: str
    findings: tuple[Finding, ...] = ()
    criteria: Mapping[str, bool | None] | None = None
    """Only of JSH-LCSGJ: viability, new-lesions, vascular-or-extrahepatic, markers."""
    reasons: tuple[str, ...] = ()
    """Where the readings of the record give one verdict for different reasons: all of them."""


@dataclass(frozen=True, slots=True)
class SessionShown:
    start: datetime.date
    end: datetime.date
    kind: str
    standardised: bool | None
    references: References


class Part(StrEnum):
    """What a treatment that is no counted session of the series does in the course."""

    EARLIER_SERIES = "earlier-series"
    NOT_STANDARDISED = "not-standardised"
    NEVER_COUNTED = "never-counted"
    """Bland TAE, or DEB-TACE where the readings leave it out."""
    BREAKS_SERIES = "breaks-series"
    """A local therapy aimed at a target between counted sessions."""
    AIMED = "aimed"
    AIMED_ELSEWHERE = "aimed-elsewhere"
    AIM_UNKNOWN = "aim-unknown"
    WITH_SESSION = "with-session"


@dataclass(frozen=True, slots=True)
class TreatmentShown:
    part: Part
    event: Event


@dataclass(frozen=True, slots=True)
class ScanShown:
    date: datetime.date
    references: References
    days_after_last_session: int | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """``sessions``: the counted sessions of the current series."""

    sessions: tuple[SessionShown, ...] = ()
    baseline_scan: ScanShown | None = None
    assessment_scan: ScanShown | None = None
    previous_scan: ScanShown | None = None
    """Of JSH-LCSGJ: after the session before the last; not part of the JSON object."""
    beside: tuple[TreatmentShown, ...] = ()
    """Every other liver-directed treatment, by date; not part of the JSON object."""

    @property
    def count(self) -> int:
        return len(self.sessions)


@dataclass(frozen=True, slots=True)
class LesionShown:
    label: str
    role: str
    """``initial``, ``late-entry`` or ``new``."""
    baseline: Decimal | None
    current: Decimal | None
    since: datetime.date | None = None
    """Of a late entry: the day of its own first measurement, which is its baseline."""


@dataclass(frozen=True, slots=True)
class ResponseShown:
    """``category``: CR PR SD PD NE, or several joined by ``|`` when the readings of the record
    differ.
    """

    category: str
    baseline_sum: Decimal | None
    current_sum: Decimal | None
    change_percent: Fraction | None
    category_by_nadir: str
    lesions: tuple[LesionShown, ...] = ()
    nadir: Decimal | None = None
    """The smallest sum before the assessment scan."""
    nadir_on: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Unsuitability:
    """CCI-C9. ``verdict`` True = no longer suitable for TACE; criteria by their names."""

    verdict: bool | None
    criteria: Mapping[str, bool | None]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Strategy:
    """Figure 1: the branches still possible, in the figure's order."""

    branches: tuple[str, ...]
    status: StrategyStatus
    overlay: bool


@dataclass(frozen=True, slots=True)
class Therapy:
    tier: Tier
    conditional_on: tuple[str, ...] = ()
    """Missing-data codes on which the tier depends."""
    reason: str = ""
    """Why there is no tier: ``artery``, ``child-pugh``, ``ecog``, ``ecog-2``; else empty."""
    second_because: str = ""
    """Of the second tier: ``contraindicated``, ``intolerant``, ``both`` or ``ecog-2-reading``."""
    used: References = ()
    """Where that was read."""


@dataclass(frozen=True, slots=True)
class Population:
    """Whether the patient belongs to those of whom a published figure speaks, by condition."""

    outside: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def fits(self) -> bool | None:
        return False if self.outside else None if self.unknown else True


@dataclass(frozen=True, slots=True)
class Scores:
    child_pugh: ChildPugh | None = None
    albi: Albi | None = None
    burden: TumourBurden | None = None
    """Before the first TACE of the series: six-and-twelve and up-to-seven."""
    population: Population | None = None
    """Of the medians published for six-and-twelve; None where there is no stratum."""


@dataclass(frozen=True, slots=True)
class OtherTherapy:
    """What Figure 1 calls other therapy, as far as it depends on the patient (CCI-F1.fb)."""

    deb_given: bool = False
    """A counted session was DEB-TACE: it is left out of the list."""
    vascular_invasion: bool | None = None
    """On the assessment scan, new or not."""
    vessels: tuple[str, ...] = ()
    portal: tuple[str, ...] = ()
    """Statements with the options for a tumour thrombus of the portal vein, by its site."""
    conflicting: tuple[str, ...] = ()
    """Studies of what the consensus asks not to do: listed, never offered."""


@dataclass(frozen=True, slots=True)
class StageShown:
    value: str
    date: datetime.date | None
    references: References


@dataclass(frozen=True, slots=True)
class TumourStage:
    """Recorded stages, and whether CCI-B3 names TACE for them; no part of any verdict."""

    bclc: StageShown | None = None
    cnlc: StageShown | None = None
    standard: bool | None = None
    """BCLC: TACE is the standard."""
    indicated: bool | None = None
    """CNLC: TACE is indicated."""
    first_choice: bool | None = None
    """CNLC: TACE is the first choice."""


@dataclass(frozen=True, slots=True)
class DiscouragedRegimen:
    """A planned HAIC that the review does not recommend (HAIC-R3)."""

    drug: str
    """``cisplatin`` or ``fluorouracil``, alone."""
    certain: bool
    """False: the order holds a further drug that is not known here."""
    date: datetime.date | None
    references: References


@dataclass(frozen=True, slots=True)
class StatementShown:
    """What the reader said on the baseline scan and on the assessment scan."""

    name: str
    """``new-intrahepatic-lesion``, ``vascular-invasion`` or ``extrahepatic-spread``."""
    before: bool | None
    now: bool | None


@dataclass(frozen=True, slots=True)
class MarkerShown:
    """The three values that the marker criterion compares, with their days."""

    marker: str
    unit: str
    values: tuple[tuple[datetime.date, Decimal], ...]
    upper_limit: Decimal
    rising: bool


@dataclass(frozen=True, slots=True)
class JshShown:
    """What stands behind the answers of JSH-LCSGJ."""

    sessions: int = 0
    """Counted at most, in any reading of the record; below two, three of its criteria are answered
    no without any measurement.
    """
    spread_scan: ScanShown | None = None
    """Latest adequate scan after the last session: vascular invasion and extrahepatic spread are
    read there, in the window or not.
    """
    present_before: tuple[str, ...] = ()
    """``vascular-invasion``, ``extrahepatic-spread``: present now and on the baseline scan."""


@dataclass(frozen=True, slots=True)
class DataShown:
    """Values that a tumour board asks for; not part of the JSON object."""

    intent: str = ""
    ecog: tuple[tuple[int, datetime.date], ...] = ()
    statements: tuple[StatementShown, ...] = ()
    viability: tuple[tuple[datetime.date, Fraction], ...] = ()
    """Of JSH-LCSGJ: the initial lesions' sum on its two scans against the baseline."""
    markers: tuple[MarkerShown, ...] = ()
    jsh: JshShown | None = None


class ChangeKind(StrEnum):
    """Which single fact."""

    SCAN = "scan"
    """An adequate scan in a range of days that measures every target."""
    BASELINE = "baseline"
    MEASUREMENT = "measurement"
    """The viable diameters of the lesions named, on baseline or assessment scan."""
    SUM_AT_LEAST = "sum-at-least"
    SUM_AT_MOST = "sum-at-most"
    INITIAL_SUM_AT_LEAST = "initial-sum-at-least"
    """Of the initial lesions alone, as JSH-LCSGJ asks."""
    INITIAL_SUM_AT_MOST = "initial-sum-at-most"
    SESSIONS = "sessions"
    SEPARATE = "separate"
    """Parts that were counted as one staged session, taken as sessions of their own."""
    NOT_STANDARDISED = "not-standardised"
    """A counted session that nobody attested, attested as not standardised."""
    ALL_STANDARDISED = "all-standardised"
    INTENT = "intent"
    CRITERION = "criterion"
    """One of the JSH-LCSGJ criteria, answered yes."""
    NO_CRITERION = "no-criterion"
    """The one JSH-LCSGJ criterion that is open, answered no."""
    INITIAL_SCAN = "initial-scan"
    """As ``SCAN``, of the initial lesions alone: JSH-LCSGJ's viability."""
    COUNT_DEB = "count-deb"
    """The reading that leaves DEB-TACE out of the count (AMB-11)."""
    STRICT_WINDOW = "strict-window"
    """The reading of 1 to 3 months as day 30 to day 90 (AMB-14)."""
    OPEN_POINT = "open-point"
    """What the record leaves open, named by its missing-data code."""


@dataclass(frozen=True, slots=True)
class Then:
    """What a definition would rest on after a change."""

    count: int
    """Sessions that would count for it."""
    baseline: datetime.date | None = None
    assessment: datetime.date | None = None
    category: str = ""
    """Empty: too few sessions would be left, and no response is asked for."""


@dataclass(frozen=True, slots=True)
class Change:
    """One fact, and what the definition would say then; ``verdict`` None: it would be settled."""

    definition: str
    kind: ChangeKind
    verdict: Verdict | None = None
    mm: Decimal | None = None
    """Sum of viable diameters at the assessment scan (of ``SCAN``: the smallest that is PD)."""
    first: datetime.date | None = None
    """First of the days asked for, or the day of the scan or session that is concerned."""
    last: datetime.date | None = None
    lesions: tuple[str, ...] = ()
    count: int = 0
    """Of ``SESSIONS``: how many more."""
    subject: str = ""
    """Intent, criterion, or missing-data code."""
    references: References = ()
    alike: tuple[datetime.date, ...] = ()
    """Of ``NOT_STANDARDISED``: the other sessions of which each alone would do the same."""
    then: Then | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """The days left in which the assessment scan has to be made."""

    first: datetime.date
    last: datetime.date


@dataclass(frozen=True, slots=True)
class Assessment:
    patient: str
    as_of: datetime.date
    readings: Readings
    course: Course
    response: ResponseShown
    definitions: Mapping[str, DefinitionVerdict]
    unsuitable: Unsuitability
    strategy: Strategy
    therapy: Therapy
    scores: Scores
    missing: tuple[str, ...] = ()
    """Kebab-case codes, sorted."""
    flags: tuple[str, ...] = ()
    notes: tuple[ChartNote, ...] = ()
    data_as_of: datetime.date | None = field(default=None)
    """Day of the newest fact that was used; not part of the JSON object."""
    data: DataShown = DataShown()
    outlook: tuple[Change, ...] = ()
    """What would change each verdict; not part of the JSON object."""
    due: Due | None = None
    """The assessment scan that can still be made in time; not part of the JSON object."""
    other_therapy: OtherTherapy = OtherTherapy()
    """Like all below: for cards and texts, not part of the JSON object."""
    stage: TumourStage = TumourStage()
    discouraged: tuple[DiscouragedRegimen, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    """Version and certainty of what was read, by reference."""
    caveats: tuple[Caveat, ...] = ()
    """Of each flag what it is about, and whether it holds in every reading of the record."""
    open_points: tuple[OpenPoint, ...] = ()
    """What the record leaves open so that its readings differ."""
    chart: Chart | None = field(default=None, compare=False, repr=False)
    """The facts that were judged, as known on the day: for their provenance."""
