"""Every caveat: when it is said, and when it is not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cdshooks.clinical.chart import Chart, Dated, Fact, Modality, StatedFact
from tests.consensus.charts import (
    AS_OF,
    FIRST,
    SECOND,
    SESSIONS,
    THIRD,
    after,
    chart,
    day,
    judge,
    scan,
    scans,
    tace,
    treatment,
)

BASELINE = scan("2023-01-05", {"L1": 50})


def said(patient: Chart, flag: str, **readings: Any) -> bool:
    return flag in judge(patient, **readings).flags


def follow_up(days: int, mm: float | None = 55, **more: Any):
    return scan(after(THIRD, days), {"L1": mm}, **more)


# --- counting ---


COUNTING = {
    "nothing to say": (SESSIONS, set()),
    "two parts of a session": (
        (tace(FIRST), tace(after(FIRST, 7)), *SESSIONS[1:]),
        {"sessions-merged"},
    ),
    "below standard": (
        (*SESSIONS, tace(after(THIRD, 40), standardised=False)),
        {"nonstandard-session-excluded"},
    ),
    "with beads": ((*SESSIONS[:2], tace(THIRD, kind="deb-tace")), {"deb-tace-counted"}),
    "with HAIC": ((*SESSIONS[:2], tace(THIRD, kind="tace-haic")), {"combined-session"}),
    "HAIC of the session": ((*SESSIONS, treatment("haic", THIRD)), {"combined-session"}),
    "unattested": (
        (*SESSIONS[:2], tace(THIRD, standardised=None)),
        {"technique-unattested"},
    ),
    "a long pause": ((tace("2022-05-01"), *SESSIONS), {"series-break-gap"}),
    "an ablation of the target between": (
        (*SESSIONS, treatment("ablation", after(SECOND, 10), scope="target")),
        {"series-break-therapy"},
    ),
}


@pytest.mark.parametrize("case", COUNTING)
def test_how_the_sessions_were_counted(case):
    treatments, wanted = COUNTING[case]
    assert set(judge(chart(treatments, ())).flags) == wanted


def test_beads_that_are_not_counted_are_not_said_to_be():
    patient = chart((*SESSIONS, tace(after(THIRD, 40), kind="deb-tace")), ())
    assert said(patient, "deb-tace-counted")
    assert not said(patient, "deb-tace-counted", count_deb=False)


# --- timing ---


@pytest.mark.parametrize(
    ("days", "differs"), [(28, True), (29, True), (30, False), (90, False), (91, True), (92, True)]
)
def test_a_scan_that_a_window_of_30_to_90_days_would_leave_out(days, differs):
    found = judge(chart(imaging=(BASELINE, follow_up(days))), as_of=after(THIRD, 100))
    assert ("strict-window-differs" in found.flags) is differs


def test_a_late_scan_that_is_accepted_lies_outside_both_windows():
    patient = chart(imaging=(BASELINE, follow_up(93)))
    found = judge(patient, as_of=after(THIRD, 100), late_scan="accept")
    assert found.course.assessment_scan is not None
    assert "strict-window-differs" not in found.flags


@pytest.mark.parametrize(("age", "old"), [(92, False), (93, True)])
def test_an_old_assessment(age, old):
    patient = chart(imaging=(BASELINE, follow_up(40)))
    found = judge(patient, as_of=after(THIRD, 40 + age))
    assert ("assessment-old" in found.flags) is old


@pytest.mark.parametrize(
    ("days", "early", "late"),
    [
        ((0,), False, False),
        ((1,), True, False),
        ((27,), True, False),
        ((93,), False, True),
        ((27, 93), True, True),
        ((27, 40, 93), False, False),
    ],
)
def test_scans_outside_the_window_are_told_when_none_lies_in_it(days, early, late):
    patient = chart(imaging=(BASELINE, *(follow_up(d) for d in days)))
    found = judge(patient, as_of=after(THIRD, 100))
    assert ("early-scan-only" in found.flags) is early
    assert ("late-scan-available" in found.flags) is late


@pytest.mark.parametrize(("closing", "late"), [(92, False), (93, True), (94, True)])
def test_a_late_scan_after_the_next_treatment_is_none(closing, late):
    treatments = (*SESSIONS, treatment("tae", after(THIRD, closing)))
    found = judge(chart(treatments, (BASELINE, follow_up(93))), as_of=after(THIRD, 100))
    assert ("late-scan-available" in found.flags) is late


PLAIN: dict[str, Any] = {"contrast": False}


@pytest.mark.parametrize(
    ("days", "how", "closing", "told"),
    [
        (27, PLAIN, None, False),
        (28, PLAIN, None, True),
        (92, PLAIN, None, True),
        (93, PLAIN, None, False),
        (40, {"modality": Modality.OTHER}, None, True),
        (40, {"contrast": None}, None, False),
        (40, {}, None, False),
        (40, PLAIN, 40, True),
        (41, PLAIN, 40, False),
    ],
)
def test_a_scan_in_the_window_that_cannot_serve(days, how, closing, told):
    treatments = SESSIONS
    if closing is not None:
        treatments = (*SESSIONS, treatment("tae", after(THIRD, closing)))
    patient = chart(treatments, (BASELINE, follow_up(days, **how)))
    found = judge(patient, as_of=after(THIRD, 100))
    assert ("noncontrast-scan-in-window" in found.flags) is told


# --- sums ---


@pytest.mark.parametrize(
    ("before", "now", "near"),
    [
        (100, 64.9, False),
        (100, 65, True),
        (100, 75, True),
        (100, 75.1, False),
        (100, 114.9, False),
        (100, 115, True),
        (100, 125, True),
        (100, 125.1, False),
        (10, 8, True),
        (10, 8.1, False),
        (10, 10.9, False),
        (10, 11, True),
        (10, 12.9, True),
        (10, 13, False),
        (10, 1, True),
        (10, 1.1, False),
        (10, 0.5, True),
        (10, 0, False),
    ],
)
def test_near_a_limit(before, now, near):
    imaging = (scan("2023-01-05", {"L1": before}), follow_up(42, now))
    assert said(chart(imaging=imaging), "borderline") is near


def test_near_the_limit_of_the_reading_in_force():
    patient = chart(imaging=scans(20, 16, 10, 11))
    assert said(patient, "borderline", profile="mrecist-nadir")
    assert not said(patient, "borderline")


@pytest.mark.parametrize(
    ("sizes", "told"),
    [
        ((100, 60, 35, 62), True),
        ((100, 60, 35, 40), False),
        ((100, 60, 35, 130), False),
        ((100, 60, 0, 62), True),
        ((9, 60, 35, 62), False),
    ],
)
def test_regrowth_that_is_progression_against_the_nadir_only(sizes, told):
    patient = chart(imaging=scans(*sizes))
    assert said(patient, "pd-by-nadir-only") is told
    assert said(patient, "pd-by-nadir-only", profile="mrecist-nadir") is told


def test_late_entry_is_said_where_it_was_used():
    found = scan("2023-03-30", {"L1": 50, "N2": 15}, new=True)
    with_both = scan(after(THIRD, 42), {"L1": 50, "N2": 15})
    assert said(chart(imaging=(BASELINE, found, with_both)), "late-lesion-baseline")
    assert not said(chart(imaging=(BASELINE, found)), "late-lesion-baseline")
    assert not said(chart(), "late-lesion-baseline")


# --- the tier ---


def performance(ecog: int) -> tuple[Dated, ...]:
    return (Dated(Decimal(ecog), day(AS_OF), ("Observation/ecog",)),)


def stated(*facts: Fact) -> tuple[StatedFact, ...]:
    return tuple(StatedFact(f, True, day(AS_OF), (f"Observation/{f}",)) for f in facts)


@pytest.mark.parametrize(
    ("ecog", "facts", "gap"),
    [
        (1, (), False),
        (2, (), True),
        (3, (), False),
        (2, (Fact.IMMUNOTHERAPY_CONTRAINDICATION,), False),
        (2, (Fact.COMBINATION_INTOLERANCE,), False),
    ],
)
def test_performance_2_lies_between_the_tiers(ecog, facts, gap):
    patient = chart(ecog=performance(ecog), facts=stated(*facts))
    assert said(patient, "ecog2-gap") is gap
    assert not said(patient, "ecog2-gap", tier_ecog2_to_r2=True)


def test_caveats_of_the_tier_are_said_once_refractory():
    spread = (BASELINE, follow_up(42, 65, ehs=True))
    effective = (BASELINE, follow_up(42, 50, ehs=True))
    fistula = stated(Fact.DIFFUSE_HEPATIC_FISTULA)
    wanted = {"ehs-at-refractoriness", "haic-feasibility", "ecog2-gap"}
    refractory = chart(imaging=spread, facts=fistula, ecog=performance(2))
    assert wanted <= set(judge(refractory).flags)
    not_yet = chart(imaging=effective, facts=fistula, ecog=performance(2))
    assert not wanted & set(judge(not_yet).flags)
    assert not wanted & set(judge(chart()).flags)


def test_spread_on_a_scan_that_is_no_assessment_is_not_said_here():
    early = (BASELINE, follow_up(5, 50, ehs=True))
    found = judge(chart(imaging=early), tier_definition="JSH")
    assert found.therapy.tier != "NA"
    assert "ehs-at-refractoriness" not in found.flags


def test_without_a_response_nothing_is_near_a_limit():
    later = scan(after(THIRD, 60), {"L1": None, "N2": 20})
    assert said(chart(imaging=(BASELINE, follow_up(42, 61))), "borderline")
    assert not said(chart(imaging=(BASELINE, follow_up(42, 61), later)), "borderline")
