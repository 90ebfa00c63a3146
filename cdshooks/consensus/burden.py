"""The burden before the first TACE of the series, and whom the published medians describe (CCI-C8).

Six-and-twelve was built on untreated patients of Child-Pugh A5 to B7 and performance status 0,
without vascular invasion or extrahepatic spread. So it is the state before the first TACE that must
fit, not today's; a condition that was not recorded then leaves the fit unknown.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from cdshooks.clinical.burden import TumourBurden, burden_before
from cdshooks.clinical.chart import Chart
from cdshooks.clinical.logic import Tri, agreed, negate
from cdshooks.clinical.record_readings import as_known_on
from cdshooks.clinical.scores import child_pugh, latest_of
from cdshooks.consensus.assessment import Population
from cdshooks.consensus.case import Case

CHILD_PUGH_HIGHEST = 7
"""B7."""
ECOG_HIGHEST = 0
CHILD_PUGH, ECOG, UNTREATED = "child-pugh", "ecog", "untreated"
VASCULAR_INVASION, EXTRAHEPATIC_SPREAD = "vascular-invasion", "extrahepatic-spread"


def tumour_burden(chart: Chart, cases: Sequence[Case]) -> TumourBurden | None:
    """The burden on which all readings of the record agree, else None.

    The window is that of the baseline scan: 0 to ``baseline_max_age`` days before the first counted
    session of the series, later than any local therapy aimed at a target before it.
    """
    found = {_before_series(chart, case) for case in cases}
    return found.pop() if len(found) == 1 else None


def _before_series(chart: Chart, case: Case) -> TumourBurden | None:
    if not case.counted:
        return None
    first = case.counted[0].start
    return burden_before(
        chart.largest_diameter,
        chart.lesion_count,
        first,
        max_age_days=case.readings.baseline_max_age,
        later_than=max((t.end for t in case.aimed if t.start < first), default=None),
    )


def population(chart: Chart, cases: Sequence[Case]) -> Population:
    """Whether the patient, before the first TACE, was one of those of the published medians."""
    answers: dict[str, list[Tri]] = {}
    liver_and_ecog: dict[datetime.date, dict[str, Tri]] = {}
    for case in cases:
        first = case.counted[0].start
        if first not in liver_and_ecog:
            liver_and_ecog[first] = _state_on(chart, first)
        for name, answer in {**liver_and_ecog[first], **_course_of(chart, case, first)}.items():
            answers.setdefault(name, []).append(answer)
    fits = {name: agreed(of_all) for name, of_all in answers.items()}
    return Population(
        outside=tuple(name for name, fit in fits.items() if fit is False),
        unknown=tuple(name for name, fit in fits.items() if fit is None),
    )


def _state_on(chart: Chart, first: datetime.date) -> dict[str, Tri]:
    known = as_known_on(chart, first)
    score, ecog = child_pugh(known.liver, first), latest_of(known.ecog, first)
    function: Tri = None
    if score is not None and not score.conflict:
        function = _at_most(score.lowest, score.highest, CHILD_PUGH_HIGHEST)
    performance: Tri = None
    if ecog:
        grades = [int(item.value) for item in ecog]
        performance = _at_most(min(grades), max(grades), ECOG_HIGHEST)
    return {CHILD_PUGH: function, ECOG: performance}


def _at_most(lowest: int, highest: int, limit: int) -> Tri:
    if lowest > limit:
        return False
    return True if highest <= limit else None


def _course_of(chart: Chart, case: Case, first: datetime.date) -> dict[str, Tri]:
    unread = bool(chart.undated_sessions) or "procedures" in chart.incomplete
    earlier = any(treatment.start < first for treatment in case.facts.treatments)
    untreated: Tri = False if earlier else None if unread else True
    baseline = case.baseline
    return {
        VASCULAR_INVASION: negate(baseline.vascular_invasion if baseline else None),
        EXTRAHEPATIC_SPREAD: negate(baseline.extrahepatic_spread if baseline else None),
        UNTREATED: untreated,
    }
