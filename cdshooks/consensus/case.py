"""One admissible reading of a chart, worked out from series to response: what CCI-C1 asks of it.

A chart may admit several readings (a local therapy of unknown scope, contrast not recorded, values
in conflict). Each becomes a Case, each Case is judged whole, and :mod:`cdshooks.consensus.guide`
compares.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from cdshooks.clinical.chart import (
    Comparator,
    Intent,
    Lesion,
    MarkerValue,
    References,
    Response,
    Scan,
    Treatment,
)
from cdshooks.clinical.course import (
    Series,
    Session,
    closing_day,
    current_series,
    days,
    performed_sessions,
    session_of,
)
from cdshooks.clinical.logic import Tri, all_of, negate
from cdshooks.clinical.mrecist import MEASURABLE_MM, target_response
from cdshooks.clinical.targets import Targets, find_targets
from cdshooks.clinical.timepoints import TimePoint
from cdshooks.consensus.readings import Readings

RESPONSE_ORDER = (Response.CR, Response.PR, Response.SD, Response.PD)


@dataclass(frozen=True, slots=True)
class Facts:
    """What one reading of the record takes as given, nothing later than ``as_of``."""

    as_of: datetime.date
    treatments: tuple[Treatment, ...]
    aimed: frozenset[References]
    """Local therapies of unknown scope that this reading takes as aimed at a target."""
    scans: tuple[Scan, ...]
    points: tuple[TimePoint, ...]
    """Time points of the scans that this reading takes as adequate."""
    lesions: Mapping[str, Lesion]
    markers: tuple[MarkerValue, ...]
    unseen_sessions: int = 0
    """Sessions without any date that this reading adds to the count."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Target response at one scan, from measurements; sums None where they cannot be formed."""

    category: Response
    by_nadir: Response
    baseline_sum: Fraction | None = None
    current_sum: Fraction | None = None
    nadir: Fraction | None = None
    contradictory: bool = False
    """Different sums are reported for one day."""


NO_TARGETS = Targets()
NOT_EVALUABLE = Measured(Response.NE, Response.NE)


@dataclass(frozen=True, slots=True)
class Case:
    facts: Facts
    readings: Readings
    sessions: tuple[Session, ...]
    """Every performed session, counted or not."""
    series: Series
    aimed: tuple[Treatment, ...]
    """Local therapies aimed at a target that belong to no session."""
    combined: bool
    """A local therapy belongs to a session of the series."""
    baseline: TimePoint | None = None
    assessment: TimePoint | None = None
    targets: Targets = NO_TARGETS
    measured: Measured = NOT_EVALUABLE
    response: Response = Response.NE
    """The category in force: measured, or stated where it may stand in."""
    response_stated: bool = False
    stated_conflict: bool = False
    """A usable statement differs from the measurements, or statements or reported sums differ."""
    window: tuple[TimePoint, ...] = ()
    """Adequate time points in the window of the last session."""
    window_categories: frozenset[Response] = frozenset()
    other_cutoff_differs: bool = False
    stated_references: References = field(default=())

    @property
    def counted(self) -> tuple[Session, ...]:
        return self.series.sessions

    @property
    def n(self) -> int:
        return len(self.series.sessions) + self.facts.unseen_sessions

    def is_enough(self, wanted: int) -> Tri:
        """Whether the series has so many sessions; unknown when only undated ones make it so.

        An undated session may be the first, and then the baseline is another.
        """
        if len(self.series.sessions) >= wanted:
            return True
        return None if self.n >= wanted else False

    @property
    def last(self) -> Session | None:
        return self.series.sessions[-1] if self.series.sessions else None

    @property
    def unattested(self) -> bool:
        return any(session.standardised is None for session in self.series.sessions)

    @property
    def intent(self) -> Intent | None:
        """That of the last counted session that states one; two different ones are none."""
        stated = {intent for session in self.series.sessions for intent in session.intents}
        return stated.pop() if len(stated) == 1 else None

    @property
    def baseline_without_target(self) -> bool:
        """No baseline, or one with no target, and no lesion that may be one unmeasured there."""
        return not (self.targets.initial or self.targets.unmeasured_at_baseline)

    @property
    def days_after_last(self) -> int | None:
        if self.assessment is None or self.last is None:
            return None
        return days(self.last.end, self.assessment.date)

    @property
    def new_lesion(self) -> Tri:
        """Figure 1 "new intrahepatic lesion" at the assessment scan."""
        point = self.assessment
        if point is None:
            return None
        for key in self.targets.new:
            mm = point.mm(key)
            if key in point.values and (mm is None or mm >= MEASURABLE_MM):
                return True
        return point.new_intrahepatic_lesion

    @property
    def vascular_invasion(self) -> Tri:
        return self._present("vascular_invasion")

    @property
    def extrahepatic_spread(self) -> Tri:
        return self._present("extrahepatic_spread")

    def _present(self, what: str) -> Tri:
        """At the assessment scan; under ``new_only`` also absent at the baseline (AMB-25)."""
        if self.assessment is None:
            return None
        now: Tri = getattr(self.assessment, what)
        if self.readings.vi_ehs_mode == "present_any":
            return now
        return all_of([now, self._absent_before(what)])

    def _absent_before(self, what: str) -> Tri:
        return None if self.baseline is None else negate(getattr(self.baseline, what))

    def is_status_missing(self, what: str) -> bool:
        """The assessment scan is silent; under ``new_only`` also: present now, before not said."""
        if self.assessment is None:
            return False
        now: Tri = getattr(self.assessment, what)
        if self.readings.vi_ehs_mode == "present_any" or now is not True:
            return now is None
        return self._absent_before(what) is None

    def window_points(self, session: Session) -> tuple[TimePoint, ...]:
        """Adequate time points in the window of any session, before it closes.

        One on the session's own day was taken before it, whatever the window.
        """
        closing = closing_day(session, self.sessions, self.aimed)
        return tuple(
            point
            for point in self.facts.points
            if max(self.readings.window_lo, 1)
            <= days(session.end, point.date)
            <= self.readings.window_hi
            and (closing is None or point.date <= closing)
        )


def breaking_therapies(case: Case) -> list[Treatment]:
    """Local therapies aimed at a target between two counted sessions."""
    counted = [session for session in case.sessions if session.counted]
    return [
        therapy
        for before, after in pairwise(counted)
        for therapy in case.aimed
        if before.end < therapy.start < after.start
    ]


def work_out(facts: Facts, readings: Readings) -> Case:
    sessions = performed_sessions(
        facts.treatments,
        merge_within_days=readings.merge_within_days,
        count_deb=readings.count_deb,
    )
    local = [t for t in facts.treatments if t.kind.is_local_therapy]
    belonging = {t.references: session_of(t, sessions) for t in local}
    aimed = tuple(
        t for t in local if belonging[t.references] is None and t.references in facts.aimed
    )
    gap = readings.max_gap_days
    series = current_series(sessions, aimed, max_gap_days=None if isinstance(gap, bool) else gap)
    combined = any(session in series.sessions for session in belonging.values())
    case = Case(facts, readings, sessions, series, aimed, combined)
    if not series.sessions:
        return case
    return _assessed(case, _baseline(case))


def _baseline(case: Case) -> TimePoint | None:
    """Latest adequate scan before the series, later than any local therapy aimed at a target."""
    first = case.counted[0].start
    floor = max((t.end for t in case.aimed if t.start < first), default=None)
    candidates = [
        point
        for point in case.facts.points
        if 0 <= days(point.date, first) <= case.readings.baseline_max_age
        and (floor is None or point.date > floor)
    ]
    whole = [point for point in candidates if point.measures_all_it_lists]
    chosen = whole or candidates
    return chosen[-1] if chosen else None


def late_cutoff(case: Case, reading: str) -> datetime.date:
    """Start of the last part of the last session, or of the first three (AMB-01)."""
    number = len(case.counted) if reading == "before_last_tace" else min(3, len(case.counted))
    return case.counted[number - 1].last_part_start


def _targets(case: Case, baseline: TimePoint, until: datetime.date, cutoff: str) -> Targets:
    later = [p for p in case.facts.points if baseline.date < p.date <= until]
    return find_targets(
        baseline,
        later,
        case.facts.scans,
        case.facts.lesions,
        late_cutoff=late_cutoff(case, cutoff),
        exclude_late=case.readings.late_lesion == "exclude",
    )


def _late_scan(case: Case, last: Session) -> tuple[TimePoint, ...]:
    """``late_scan = accept``: the first adequate scan after the window, before it closes."""
    closing = closing_day(last, case.sessions, case.aimed)
    later = [
        point
        for point in case.facts.points
        if days(last.end, point.date) > case.readings.window_hi
        and (closing is None or point.date <= closing)
    ]
    return tuple(later[:1])


def _assessed(case: Case, baseline: TimePoint | None) -> Case:
    last = case.counted[-1]
    readings = case.readings
    window = case.window_points(last)
    candidates = window or (_late_scan(case, last) if readings.late_scan == "accept" else ())
    if baseline is None:
        chosen = _pick(candidates, readings.window_pick)
        return _with_statement(
            replace(case, window=window, assessment=chosen), response=NOT_EVALUABLE
        )
    seen = {
        point.date: _targets(case, baseline, point.date, readings.late_cutoff)
        for point in candidates
    }
    results = {
        point.date: _measure(case, baseline, point, seen[point.date]) for point in candidates
    }
    measured = [p for p in candidates if seen[p.date].measured_at(p)]
    if readings.window_pick in ("worst", "best"):
        chosen = _extreme(measured, results, readings.window_pick) or _pick(
            measured or candidates, "latest"
        )
    else:
        chosen = _pick(measured or candidates, readings.window_pick)
    until = chosen.date if chosen is not None else case.facts.as_of
    targets = _targets(case, baseline, until, readings.late_cutoff)
    result = results[chosen.date] if chosen is not None else NOT_EVALUABLE
    if chosen is not None and any(
        point.date > chosen.date and seen[point.date].unexplained & set(point.values)
        for point in candidates
    ):
        result = replace(result, category=Response.NE, by_nadir=Response.NE)
    other = "literal_1_2" if readings.late_cutoff == "before_last_tace" else "before_last_tace"
    by_other = _targets(case, baseline, until, other)
    case = replace(
        case,
        baseline=baseline,
        assessment=chosen,
        targets=targets,
        window=window,
        window_categories=frozenset(
            results[p.date].category for p in window if results[p.date].category is not Response.NE
        ),
        other_cutoff_differs=by_other.late_entry.keys() != targets.late_entry.keys(),
    )
    return _with_statement(case, result)


def _pick(points: Sequence[TimePoint], how: str) -> TimePoint | None:
    if not points:
        return None
    return points[0] if how == "earliest" else points[-1]


def _extreme(
    points: Sequence[TimePoint], results: Mapping[datetime.date, Measured], how: str
) -> TimePoint | None:
    """Worst or best by category, then by sum, then the latest."""
    graded = [p for p in points if results[p.date].category is not Response.NE]
    if not graded:
        return None
    sign = 1 if how == "worst" else -1

    def rank(point: TimePoint) -> tuple[int, Fraction, datetime.date]:
        result = results[point.date]
        assert result.current_sum is not None
        by_category = RESPONSE_ORDER.index(result.category)
        return sign * by_category, sign * result.current_sum, point.date

    return max(graded, key=rank)


def _measure(case: Case, baseline: TimePoint, point: TimePoint, targets: Targets) -> Measured:
    zero = case.readings.late_lesion == "zero"
    stated = _stated_sums(baseline, point, targets)
    if stated == CONTRADICTORY:
        return replace(NOT_EVALUABLE, contradictory=True)
    if stated is not None:
        reference, current = stated
        return graded(case, reference, current, reference)
    if not targets.comparable or not targets.measured_at(point):
        return NOT_EVALUABLE
    reference = targets.baseline_sum(baseline, late_at_zero=zero)
    at_point = targets.sum_at(point)
    assert at_point is not None
    earlier = [
        total
        for p in case.facts.points
        if baseline.date <= p.date < point.date
        and (total := targets.sum_at(p, late_at_zero=zero)) is not None
    ]
    return graded(case, reference, at_point, min(earlier))


CONTRADICTORY: Literal["contradictory"] = "contradictory"


def _stated_sums(
    baseline: TimePoint, point: TimePoint, targets: Targets
) -> tuple[Fraction, Fraction] | Literal["contradictory"] | None:
    """Reported sums of all targets, used when single values are missing at either scan."""
    single = targets.comparable and targets.measured_at(point)
    sums = set(baseline.viable_sums), set(point.viable_sums)
    if single or not all(sums):
        return None
    if any(len(values) > 1 for values in sums):
        return CONTRADICTORY
    return Fraction(sums[0].pop()), Fraction(sums[1].pop())


def graded(case: Case, reference: Fraction, current: Fraction, nadir: Fraction) -> Measured:
    """The response to ``current`` as the readings in force grade it."""
    growth = case.readings.pd_min_abs_mm
    by_baseline = target_response(reference, current, reference, growth)
    by_nadir = target_response(reference, current, nadir, growth)
    in_force = by_nadir if case.readings.pd_reference == "nadir" else by_baseline
    return Measured(in_force, by_nadir, reference, current, nadir)


def _with_statement(case: Case, response: Measured) -> Case:
    """A reader's stated response stands in where the measurements give none."""
    point = case.assessment
    stated = (
        ()
        if point is None
        else tuple(
            s for s in point.stated_responses if _statement_usable(s.category, s.comparator, case)
        )
    )
    categories = {statement.category for statement in stated}
    references = tuple(sorted({ref for statement in stated for ref in statement.references}))
    measured = response.category
    case = replace(
        case,
        measured=response,
        response=measured,
        stated_references=references,
        stated_conflict=response.contradictory,
    )
    if not categories:
        return case
    if len(categories) > 1 or (measured is not Response.NE and measured not in categories):
        return replace(case, response=Response.NE, stated_conflict=True)
    if measured is Response.NE:
        return replace(case, response=categories.pop(), response_stated=True)
    return case


def _statement_usable(category: Response, comparator: Comparator | None, case: Case) -> bool:
    if category is Response.NE or comparator is Comparator.PREVIOUS:
        return False
    if category is not Response.PD:
        return True
    if case.readings.pd_reference == "nadir":
        return comparator in (Comparator.BASELINE, Comparator.NADIR, None)
    return comparator is Comparator.BASELINE
