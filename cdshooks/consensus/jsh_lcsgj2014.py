"""JSH-LCSGJ 2014: any of four criteria (DEF-JSH.1 to DEF-JSH.4), on the last two consecutive
sessions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from cdshooks.clinical.chart import Marker, MarkerValue, References
from cdshooks.clinical.course import Session, days
from cdshooks.clinical.logic import Tri, all_of, any_of, negate
from cdshooks.clinical.timepoints import TimePoint
from cdshooks.consensus import codes
from cdshooks.consensus.assessment import DefinitionVerdict, Finding
from cdshooks.consensus.case import Case
from cdshooks.consensus.evaluation import not_evaluable_reason, verdict_of
from cdshooks.consensus.events import EarlierPair

RESIDUAL = Fraction(1, 2)
"""More than half of the viability before the first TACE remains (AMB-19: strictly more)."""
RESIDUAL_PERCENT = 50
MIN_SESSIONS = 2
MARKER_BASELINE_DAYS = 90
UPPER_LIMIT = {Marker.AFP: Decimal(20), Marker.PIVKA_II: Decimal(40)}
"""AFP ng/mL, PIVKA-II mAU/mL; a value's own reference range goes first."""

VIABILITY, NEW_LESIONS = "viability", "new-lesions"
VASCULAR_OR_EXTRAHEPATIC, MARKERS = "vascular-or-extrahepatic", "markers"
SPREAD = ("vascular_invasion", "extrahepatic_spread")


@dataclass(frozen=True, slots=True)
class JshScans:
    """The two scans that are compared: after the session before the last, and after the last."""

    previous: TimePoint | None
    last: TimePoint | None


def refractory(case: Case) -> DefinitionVerdict:
    scans = the_two_scans(case)
    criteria: Mapping[str, Tri] = {
        VIABILITY: residual_viability(case, scans, case.readings.jsh_metric),
        NEW_LESIONS: new_lesions(case, scans),
        VASCULAR_OR_EXTRAHEPATIC: appeared(case),
        MARKERS: rising_markers(case),
    }
    answer = any_of(criteria.values())
    missing = {name: _missing(case, scans, name) for name in criteria}
    if answer is True:
        reason = next(name for name, value in criteria.items() if value is True)
    elif answer is False:
        reason = "none"
    else:
        reason = next(
            code for name, value in criteria.items() if value is None for code in missing[name]
        )
    used = _used(case, scans)
    findings = tuple(
        Finding(
            f"DEF-JSH.{number}",
            f"finding.jsh-{name}",
            value,
            used[name],
            missing[name] if value is None else (),
        )
        for number, (name, value) in enumerate(criteria.items(), start=1)
    )
    return DefinitionVerdict(verdict_of(answer), case.unattested, reason, findings, criteria)


def the_two_scans(case: Case) -> JshScans:
    if len(case.counted) < MIN_SESSIONS:
        return JshScans(None, case.assessment)
    return JshScans(follow_up(case, case.counted[-2]), case.assessment)


def follow_up(case: Case, session: Session) -> TimePoint | None:
    """Latest adequate scan in a session's window, preferably with all initial lesions measured."""
    points = case.window_points(session)
    measured = tuple(point for point in points if point.measures(case.targets.initial))
    chosen = measured or points
    return chosen[-1] if chosen else None


def viability_ratio(case: Case, point: TimePoint | None, metric: str) -> Fraction | None:
    """Viability left at ``point`` of that before the first TACE; initial lesions only."""
    targets = case.targets
    if point is None or case.baseline is None or not targets.initial:
        return None
    if targets.unmeasured_at_baseline or not point.measures(targets.initial):
        return None
    power = 2 if metric == "area" else 1

    def amount(at: TimePoint) -> Fraction:
        return sum(
            (Fraction(mm) ** power for k in targets.initial if (mm := at.mm(k)) is not None),
            Fraction(0),
        )

    return amount(point) / amount(case.baseline)


def _insufficient(case: Case, point: TimePoint | None, metric: str) -> Tri:
    ratio = viability_ratio(case, point, metric)
    if ratio is not None:
        return ratio > RESIDUAL
    reported = set(point.residual_viability) if point is not None else set()
    answers = {value > RESIDUAL_PERCENT for value in reported}
    by_lesion = _insufficient_in_each(case, point, metric)
    if by_lesion is not None:
        answers.add(by_lesion)
    return answers.pop() if len(answers) == 1 else None


def _insufficient_in_each(case: Case, point: TimePoint | None, metric: str) -> Tri:
    """Where the share left of every initial lesion lies on one side, that of all does too.

    The share of all is a mean of theirs, whatever their weights: it lies between the smallest and
    the largest. A share is reported, or that of the lesion's own diameters. A lesion that may be
    an initial one, unmeasured at the baseline, is asked as well.
    """
    baseline, initial = case.baseline, case.targets.initial
    if point is None or baseline is None:
        return None
    power = 2 if metric == "area" else 1
    answers: set[bool] = set()
    for lesion in (*initial, *sorted(case.targets.unmeasured_at_baseline)):
        shares = [Fraction(percent) for percent in point.viability_of.get(lesion, ())]
        now, before = point.mm(lesion), baseline.mm(lesion)
        if not shares and now is not None and before:
            shares = [(Fraction(now) / Fraction(before)) ** power * 100]
        if not shares:
            return None
        answers.update(share > RESIDUAL_PERCENT for share in shares)
    return answers.pop() if len(answers) == 1 else None


def residual_viability(case: Case, scans: JshScans, metric: str) -> Tri:
    enough = case.is_enough(MIN_SESSIONS)
    if not enough:
        return enough
    return all_of(_insufficient(case, p, metric) for p in (scans.previous, scans.last))


def new_lesions(case: Case, scans: JshScans) -> Tri:
    enough = case.is_enough(MIN_SESSIONS)
    if not enough:
        return enough
    return all_of(_says_new(point) for point in (scans.previous, scans.last))


def _says_new(point: TimePoint | None) -> Tri:
    return None if point is None else point.new_intrahepatic_lesion


def appeared(case: Case) -> Tri:
    """Vascular invasion or extrahepatic spread now, and absent at the baseline."""
    if case.last is None:
        return case.is_enough(1)
    return any_of(all_of([_now(case, what), _absent_before(case, what)]) for what in SPREAD)


def _after_last(case: Case) -> list[TimePoint]:
    assert case.last is not None
    return [point for point in case.facts.points if point.date > case.last.end]


def _now(case: Case, what: str) -> Tri:
    """What the latest adequate scan after the last session says; silent: true if an earlier one
    did.
    """
    answers: list[Tri] = [getattr(point, what) for point in _after_last(case)]
    if not answers:
        return None
    if answers[-1] is not None:
        return answers[-1]
    return True if True in answers else None


def spread_scan(case: Case) -> TimePoint | None:
    """The scan on which the third criterion is read, whatever its window."""
    return _after_last(case)[-1] if case.last is not None and _after_last(case) else None


def present_before(case: Case) -> tuple[str, ...]:
    """What is there now and was on the baseline scan: no appearance."""
    if case.last is None:
        return ()
    return tuple(
        what.replace("_", "-")
        for what in SPREAD
        if _now(case, what) is True and _absent_before(case, what) is False
    )


def _absent_before(case: Case, what: str) -> Tri:
    return None if case.baseline is None else negate(getattr(case.baseline, what))


def _by_series(case: Case) -> Mapping[tuple[Marker, str], list[MarkerValue]]:
    found: dict[tuple[Marker, str], list[MarkerValue]] = {}
    for value in case.facts.markers:
        found.setdefault((value.marker, value.series), []).append(value)
    return found


def _last_between(values: Sequence[MarkerValue], within: Sequence[bool]) -> MarkerValue | None:
    """Last value of the chosen ones; several of one day: the highest."""
    chosen = [value for value, take in zip(values, within, strict=True) if take]
    return max(chosen, key=lambda value: (value.date, value.value), default=None)


def marker_triples(case: Case) -> list[tuple[MarkerValue, MarkerValue, MarkerValue, Decimal]]:
    """Markers with baseline, inter-session and post value, and the upper limit of the last."""
    if len(case.counted) < MIN_SESSIONS:
        return []
    first, before, last = case.counted[0], case.counted[-2], case.counted[-1]
    triples = []
    for (marker, _), values in sorted(_by_series(case).items()):
        v0 = _last_between(
            values, [0 <= days(v.date, first.start) <= MARKER_BASELINE_DAYS for v in values]
        )
        u1 = _last_between(values, [before.end < v.date <= last.start for v in values])
        u2 = _last_between(values, [v.date > last.end for v in values])
        if v0 is None or u1 is None or u2 is None:
            continue
        limit = u2.upper_limit
        if limit is None and u2.default_limit_applies:
            limit = UPPER_LIMIT[marker]
        if limit is not None:
            triples.append((v0, u1, u2, limit))
    return triples


def rising_markers(case: Case) -> Tri:
    enough = case.is_enough(MIN_SESSIONS)
    if not enough:
        return enough
    triples = marker_triples(case)
    if not triples:
        return None
    return any(v0.value < u1.value < u2.value and u2.value > limit for v0, u1, u2, limit in triples)


def earlier_pairs(case: Case) -> Iterator[EarlierPair]:
    """Earlier pairs of sessions that met the first or the second criterion (AMB-20)."""
    metric = case.readings.jsh_metric
    for before, session in pairwise(case.counted[:-1]):
        points = follow_up(case, before), follow_up(case, session)
        dates = tuple(point.date for point in points if point is not None)
        if len(dates) < MIN_SESSIONS:
            continue
        sessions = before.start, session.start
        if all_of(_insufficient(case, point, metric) for point in points) is True:
            ratios = (viability_ratio(case, point, metric) for point in points)
            known = tuple(ratio for ratio in ratios if ratio is not None)
            yield EarlierPair(sessions, (dates[0], dates[1]), VIABILITY, known)
        elif all_of(_says_new(point) for point in points) is True:
            yield EarlierPair(sessions, (dates[0], dates[1]), NEW_LESIONS)


def previously_met(case: Case) -> bool:
    return next(earlier_pairs(case), None) is not None


def metric_sensitive(case: Case) -> bool:
    """Diameter and area give different answers (AMB-19)."""
    scans = the_two_scans(case)
    return residual_viability(case, scans, "diameter") != residual_viability(case, scans, "area")


def previous_session_unassessed(case: Case) -> bool:
    """No adequate, measured scan with new-lesion status after the session before the last."""
    if len(case.counted) < MIN_SESSIONS:
        return False
    point = follow_up(case, case.counted[-2])
    return (
        point is None
        or not point.measures(case.targets.initial)
        or point.new_intrahepatic_lesion is None
    )


def _missing(case: Case, scans: JshScans, name: str) -> tuple[str, ...]:
    """What would settle a criterion that is unknown."""
    wanted = 1 if name == VASCULAR_OR_EXTRAHEPATIC else MIN_SESSIONS
    if case.is_enough(wanted) is None:
        return (codes.PROCEDURE_CONFIRMATION,)
    found: list[str] = []
    if name == VIABILITY:
        if not case.targets.initial or case.targets.unmeasured_at_baseline:
            found.append(not_evaluable_reason(case))
        if scans.last is None:
            found.append(codes.IMAGING_IN_WINDOW)
        elif not scans.last.measures(case.targets.initial):
            found.append(codes.TARGET_MEASUREMENT)
        if scans.previous is None or not scans.previous.measures(case.targets.initial):
            found.append(codes.IMAGING_PREVIOUS_SESSION)
    elif name == NEW_LESIONS:
        if scans.last is None:
            found.append(codes.IMAGING_IN_WINDOW)
        elif scans.last.new_intrahepatic_lesion is None:
            found.append(codes.NEW_LESION_STATUS)
        if scans.previous is None or scans.previous.new_intrahepatic_lesion is None:
            found.append(codes.IMAGING_PREVIOUS_SESSION)
    elif name == VASCULAR_OR_EXTRAHEPATIC:
        if case.baseline is None:
            found.append(codes.IMAGING_BASELINE)
        for what, code in (
            ("vascular_invasion", codes.VI_STATUS),
            ("extrahepatic_spread", codes.EHS_STATUS),
        ):
            if (
                case.last is not None
                and all_of([_now(case, what), _absent_before(case, what)]) is None
            ):
                found.append(code)
    else:
        found.append(codes.MARKERS)
    return tuple(dict.fromkeys(found))


def _used(case: Case, scans: JshScans) -> Mapping[str, References]:
    imaging = {
        ref
        for point in (scans.previous, scans.last)
        if point is not None
        for ref in point.references
    }
    base = set(case.baseline.references) if case.baseline is not None else set()
    measured = {
        ref
        for point in (case.baseline, scans.previous, scans.last)
        if point is not None
        for lesion in case.targets.initial
        if lesion in point.values
        for ref in point.values[lesion].references
    }
    said = {
        ref
        for point in (scans.previous, scans.last)
        if point is not None
        for ref in point.statements["new_intrahepatic_lesion"]
    }
    before_and_now = [] if case.baseline is None else [case.baseline]
    before_and_now += [now] if (now := spread_scan(case)) is not None else []
    spread = {
        ref
        for point in before_and_now
        for what in SPREAD
        for ref in (*point.references, *point.statements[what])
    }
    markers = (
        {ref for triple in marker_triples(case) for v in triple[:3] for ref in v.references}
        if len(case.counted) >= MIN_SESSIONS
        else set()
    )
    return {
        VIABILITY: tuple(sorted(imaging | base | measured)),
        NEW_LESIONS: tuple(sorted(imaging | said)),
        VASCULAR_OR_EXTRAHEPATIC: tuple(sorted(spread)),
        MARKERS: tuple(sorted(markers)),
    }
