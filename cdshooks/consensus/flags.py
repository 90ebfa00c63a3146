"""Caveats of one reading of the record: nothing here changes a verdict."""

from __future__ import annotations

import datetime
from fractions import Fraction

from cdshooks.clinical.chart import Fact, Response, Scan, TreatmentKind
from cdshooks.clinical.course import closing_day, days
from cdshooks.clinical.mrecist import change_percent, target_response
from cdshooks.clinical.timepoints import TimePoint, is_adequate
from cdshooks.consensus import codes
from cdshooks.consensus.assessment import Verdict
from cdshooks.consensus.case import Case
from cdshooks.consensus.jsh_lcsgj2014 import metric_sensitive, previously_met
from cdshooks.consensus.readings import Readings
from cdshooks.consensus.unsuitable import ECOG_LIMIT, Condition

STRICT_WINDOW = (30, 90)
BORDERLINE_POINTS = 5
BORDERLINE_AT = (-30, 20)
OLD_AFTER_DAYS = 92


def flags(case: Case, state: Condition, opened: Verdict) -> set[str]:
    return _counting(case) | _imaging(case) | _tier(case, state, case.readings, opened)


def _counting(case: Case) -> set[str]:
    kinds = {kind for s in case.sessions if not s.skippable_kind for kind in s.kinds}
    conditions = {
        codes.SESSIONS_MERGED: any(len(session.parts) > 1 for session in case.sessions),
        codes.NONSTANDARD_SESSION_EXCLUDED: any(s.standardised is False for s in case.sessions),
        codes.DEB_TACE_COUNTED: TreatmentKind.DEB_TACE in kinds,
        codes.SERIES_BREAK_GAP: case.series.broken_by_gap,
        codes.SERIES_BREAK_THERAPY: case.series.broken_by_therapy,
        codes.TECHNIQUE_UNATTESTED: case.unattested,
        codes.COMBINED_SESSION: case.combined
        or any(TreatmentKind.TACE_HAIC in session.kinds for session in case.counted),
    }
    return {code for code, holds in conditions.items() if holds}


def _imaging(case: Case) -> set[str]:
    if case.last is None:
        return set()
    found = _timing(case)
    conditions = {
        codes.PD_BY_NADIR_ONLY: case.measured.by_nadir is Response.PD
        and _against_baseline(case) is not Response.PD,
        codes.LATE_LESION_BASELINE: case.assessment is not None and bool(case.targets.late_entry),
        codes.LATE_CUTOFF_DIFFERS: case.other_cutoff_differs,
        codes.WINDOW_SCANS_DISCORDANT: len(case.window_categories) > 1,
        codes.RESPONSE_STATED: case.response_stated,
        codes.BORDERLINE: _borderline(case),
        codes.JSH_METRIC_SENSITIVE: metric_sensitive(case),
        codes.JSH_PREVIOUSLY_MET: previously_met(case),
    }
    return found | {code for code, holds in conditions.items() if holds}


def _against_baseline(case: Case) -> Response:
    m = case.measured
    assert m.baseline_sum is not None and m.current_sum is not None
    return target_response(
        m.baseline_sum, m.current_sum, m.baseline_sum, case.readings.pd_min_abs_mm
    )


def _timing(case: Case) -> set[str]:
    found = set()
    lo, hi = case.readings.window_lo, case.readings.window_hi
    if inadequate_in_window(case):
        found.add(codes.NONCONTRAST_SCAN_IN_WINDOW)
    if case.assessment is not None:
        after = case.days_after_last
        assert after is not None
        if not STRICT_WINDOW[0] <= after <= STRICT_WINDOW[1] and lo <= after <= hi:
            found.add(codes.STRICT_WINDOW_DIFFERS)
        if days(case.assessment.date, case.facts.as_of) > OLD_AFTER_DAYS:
            found.add(codes.ASSESSMENT_OLD)
        return found
    if too_early(case):
        found.add(codes.EARLY_SCAN_ONLY)
    if too_late(case):
        found.add(codes.LATE_SCAN_AVAILABLE)
    return found


def inadequate_in_window(case: Case) -> list[Scan]:
    """Scans of the window that were no contrast-enhanced CT or MRI, before it closes."""
    assert case.last is not None
    lo, hi, closing = case.readings.window_lo, case.readings.window_hi, _closing(case)
    return [
        scan
        for scan in case.facts.scans
        if is_adequate(scan) is False
        and lo <= days(case.last.end, scan.date) <= hi
        and (closing is None or scan.date <= closing)
    ]


def too_early(case: Case) -> list[TimePoint]:
    assert case.last is not None
    return [p for p in _followed(case) if days(case.last.end, p.date) < case.readings.window_lo]


def too_late(case: Case) -> list[TimePoint]:
    assert case.last is not None
    return [p for p in _followed(case) if days(case.last.end, p.date) > case.readings.window_hi]


def _followed(case: Case) -> list[TimePoint]:
    """Adequate scans after the last session, before its follow-up closes."""
    assert case.last is not None
    end, closing = case.last.end, _closing(case)
    return [
        point
        for point in case.facts.points
        if point.date > end and (closing is None or point.date <= closing)
    ]


def _closing(case: Case) -> datetime.date | None:
    assert case.last is not None
    return closing_day(case.last, case.sessions, case.aimed)


def _borderline(case: Case) -> bool:
    """Within 5 points of a limit, or one millimetre on the sum would change the category."""
    m = case.measured
    if m.category is Response.NE:
        return False
    assert m.baseline_sum is not None and m.current_sum is not None
    if m.current_sum <= 0:
        return False
    percent = change_percent(m.baseline_sum, m.current_sum)
    assert percent is not None
    if any(abs(percent - at) <= BORDERLINE_POINTS for at in BORDERLINE_AT):
        return True
    reference = m.nadir if case.readings.pd_reference == "nadir" else m.baseline_sum
    assert reference is not None
    return any(
        target_response(
            m.baseline_sum,
            max(m.current_sum + step, Fraction(0)),
            reference,
            case.readings.pd_min_abs_mm,
        )
        is not m.category
        for step in (-1, 1)
    )


def _tier(case: Case, state: Condition, readings: Readings, opened: Verdict) -> set[str]:
    if opened is not Verdict.MET:
        return set()
    facts = state.facts
    settled = (
        facts[Fact.IMMUNOTHERAPY_CONTRAINDICATION].answer is True
        or facts[Fact.COMBINATION_INTOLERANCE].answer is True
        or readings.tier_ecog2_to_r2
    )
    conditions = {
        codes.ECOG2_GAP: state.ecog == ECOG_LIMIT and not settled,
        codes.EHS_AT_REFRACTORINESS: case.assessment is not None
        and case.assessment.extrahepatic_spread is True,
        codes.HAIC_FEASIBILITY: facts[Fact.DIFFUSE_HEPATIC_FISTULA].answer is True,
    }
    return {code for code, holds in conditions.items() if holds}
