"""From the facts to baseline, targets, assessment scan and response, in each reading."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from cdshooks.clinical.chart import Chart, Comparator, Response, Scan, StatedResponse
from cdshooks.clinical.timepoints import is_adequate, time_points
from cdshooks.consensus.case import Case, Facts, late_cutoff, work_out
from cdshooks.consensus.readings import readings_from
from tests.consensus.charts import (
    AS_OF,
    FIRST,
    SECOND,
    SESSIONS,
    THIRD,
    after,
    cci,
    chart,
    day,
    judge,
    scan,
    scans,
    tace,
    treatment,
)

BASELINE = scan("2023-01-05", {"L1": 50})
BETWEEN = "2023-03-30"
LAST = after(THIRD, 42)


def case_of(patient: Chart, *, unseen: int = 0, **readings: Any) -> Case:
    """The one reading in which every local therapy of the chart was aimed at a target."""
    return work_out(
        Facts(
            day(AS_OF),
            patient.treatments,
            frozenset(t.references for t in patient.treatments if t.kind.is_local_therapy),
            patient.scans,
            time_points([s for s in patient.scans if is_adequate(s)]),
            patient.lesions,
            patient.markers,
            unseen,
        ),
        readings_from(readings),
    )


def seen(*imaging: Scan, **more: Any) -> Chart:
    return chart(imaging=imaging, **more)


def follow_up(days: int, mm: float | None, **more: Any) -> Scan:
    return scan(after(THIRD, days), {"L1": mm}, **more)


def assessed(case: Case) -> str | None:
    return None if case.assessment is None else case.assessment.date.isoformat()


# --- the course ---


@pytest.mark.parametrize(("wanted", "answer"), [(3, True), (4, None), (5, False)])
def test_an_undated_session_makes_the_number_unsure(wanted, answer):
    assert case_of(chart(), unseen=1).is_enough(wanted) is answer


def test_sessions_that_are_all_attested_are_not_provisional():
    case = case_of(chart())
    assert not case.unattested
    assert "technique-unattested" not in judge(chart()).flags
    assert cci(judge(chart(), technique_policy="require")) == "met"


def test_without_a_limit_a_long_pause_breaks_nothing():
    sessions = (tace(FIRST), tace(after(FIRST, 200)), tace(after(FIRST, 202), group="other"))
    assert len(case_of(chart(sessions, ()), max_gap_days=False).counted) == 2
    assert len(case_of(chart(sessions, ())).counted) == 1


def test_a_therapy_of_a_session_does_not_stand_beside_it():
    own, other = treatment("haic", after(SECOND, 2)), treatment("ablation", after(THIRD, 10))
    case = case_of(chart([*SESSIONS, own, other], ()))
    assert (case.combined, case.aimed) == (True, (other,))
    assert not case_of(chart([*SESSIONS, other], ())).combined


def test_the_days_from_the_last_session_to_the_assessment_scan_are_shown():
    shown = judge(chart()).course.assessment_scan
    assert shown is not None
    assert shown.days_after_last_session == 42


# --- the baseline ---


def baseline_of(*treatments: Any, imaging: tuple[Scan, ...]) -> str | None:
    case = case_of(chart([*SESSIONS, *treatments], imaging))
    return None if case.baseline is None else case.baseline.date.isoformat()


EARLY, NEXT_DAY = scan("2022-12-01", {"L1": 50}), scan("2022-12-02", {"L1": 50})


def test_the_latest_scan_before_the_first_session_is_the_baseline():
    assert baseline_of(imaging=(EARLY, NEXT_DAY, BASELINE)) == "2023-01-05"
    assert baseline_of(imaging=(EARLY, scan(after(FIRST, 1), {"L1": 50}))) == "2022-12-01"


def test_the_baseline_is_later_than_every_therapy_of_the_target_before():
    ablation = treatment("ablation", "2022-11-30", "2022-12-01", scope="target")
    older = treatment("ablation", "2022-11-01", scope="target")
    for therapies in ((ablation, older), (older, ablation)):
        assert baseline_of(*therapies, imaging=(EARLY,)) is None
        assert baseline_of(*therapies, imaging=(EARLY, NEXT_DAY)) == "2022-12-02"


@pytest.mark.parametrize("date", [FIRST, after(THIRD, 100)], ids=["that day", "afterwards"])
def test_a_therapy_that_does_not_come_before_leaves_the_baseline(date):
    assert baseline_of(treatment("transplantation", date), imaging=(BASELINE,)) == "2023-01-05"


def test_a_baseline_with_an_unmeasured_lesion_is_a_baseline():
    unmeasured = judge(seen(scan("2023-01-05", {"L1": None}), follow_up(42, 50)))
    assert "target-measurement" in unmeasured.missing
    assert "imaging-baseline" not in unmeasured.missing
    small = judge(seen(scan("2023-01-05", {"L1": 9}), follow_up(42, 50)))
    assert "imaging-baseline" in small.missing
    assert "target-measurement" not in small.missing


def test_a_response_stated_without_a_baseline_settles_nothing_for_the_consensus():
    reader = (StatedResponse(Response.SD, None, ("Observation/r",)),)
    shown = judge(seen(follow_up(42, 50, stated=reader)))
    assert (cci(shown), shown.definitions["cci-2022"].reason) == (
        "indeterminate",
        "imaging-baseline",
    )
    assert shown.course.assessment_scan is not None


# --- the assessment scan ---


@pytest.mark.parametrize(("days", "used"), [(0, False), (1, True), (2, True)])
def test_a_window_from_the_first_day_leaves_out_the_day_of_the_session(days, used):
    case = case_of(seen(BASELINE, follow_up(days, 50)), window_lo=0)
    assert (case.assessment is not None) is used


def test_every_scan_in_the_window_is_kept_with_or_without_a_baseline():
    imaging = (follow_up(30, 50), follow_up(60, 50), follow_up(93, 50))
    assert len(case_of(seen(*imaging)).window) == 2
    assert len(case_of(seen(BASELINE, *imaging)).window) == 2


LATE = [
    # days of the scans, day of the next bland TAE, day of the scan used
    ((93,), None, 93),
    ((93, 120), None, 93),
    ((60, 93), None, 60),
    ((93,), 93, 93),
    ((94,), 93, None),
    ((93,), 92, None),
]


@pytest.mark.parametrize(("days", "closing", "used"), LATE)
def test_the_first_scan_after_the_window_may_be_accepted(days, closing, used):
    more = () if closing is None else (treatment("tae", after(THIRD, closing)),)
    imaging = (BASELINE, *(follow_up(d, 50) for d in days))
    case = case_of(chart([*SESSIONS, *more], imaging), late_scan="accept")
    assert assessed(case) == (None if used is None else after(THIRD, used))


EXTREMES = [
    # sizes on days 30, 50 and 70; worst, best
    ((60, 50, 50), 30, 70),
    ((0, 50, 30), 50, 30),
    ((64, 66, 65), 50, 30),
    ((55, 55, 55), 70, 70),
    ((None, 50, 55), 70, 50),
    ((50, None, None), 30, 30),
    ((None, None, None), 70, 70),
]


@pytest.mark.parametrize(("sizes", "worst", "best"), EXTREMES, ids=str)
def test_worst_and_best_go_by_category_then_by_sum_then_the_latest(sizes, worst, best):
    days = (30, 50, 70)
    patient = seen(BASELINE, *(follow_up(d, mm) for d, mm in zip(days, sizes, strict=True)))
    for pick, wanted in (("worst", worst), ("best", best)):
        assert assessed(case_of(patient, window_pick=pick)) == after(THIRD, wanted)


def test_the_worst_category_goes_before_the_largest_sum():
    """Against the nadir 40 mm after 30 mm are a progression, 60 mm before it are not."""
    imaging = (scan("2023-01-05", {"L1": 100}), *(follow_up(d, mm) for d, mm in SHRUNK.items()))
    case = case_of(seen(*imaging), window_pick="worst", pd_reference="nadir")
    assert (assessed(case), case.response) == (after(THIRD, 70), "PD")


SHRUNK = {30: 60, 50: 30, 70: 40}


def test_where_no_response_can_be_told_the_latest_scan_with_all_targets_is_taken():
    unmeasured = scan("2023-01-05", {"L1": 50, "L2": None})
    patient = seen(unmeasured, follow_up(30, 55), follow_up(60, None))
    for pick in ("latest", "worst", "best"):
        assert assessed(case_of(patient, window_pick=pick)) == after(THIRD, 30)


def test_a_lesion_first_seen_after_the_assessment_scan_is_no_part_of_it():
    later = scan(after(THIRD, 80), {"L1": 50, "N2": 20}, new=True)
    patient = seen(BASELINE, follow_up(42, 50), later)
    shown = judge(patient, window_hi=60)
    assert (shown.response.category, [one.label for one in shown.response.lesions]) == (
        "SD",
        ["L1"],
    )
    assert "target-measurement" not in shown.missing


def test_without_a_scan_in_the_window_the_targets_are_those_known_today():
    early = scan(after(THIRD, 10), {"L1": 50, "N2": 20}, new=True)
    shown = judge(seen(BASELINE, early))
    assert [(one.label, one.role) for one in shown.response.lesions] == [
        ("L1", "initial"),
        ("N2", "new"),
    ]


def test_a_later_scan_with_an_unexplained_lesion_takes_the_response_by_nadir_too():
    later = scan(after(THIRD, 60), {"L1": None, "N2": 20})
    shown = judge(seen(BASELINE, follow_up(42, 65), later))
    assert (shown.response.category, shown.response.category_by_nadir) == ("NE", "NE")
    assert (shown.response.baseline_sum, shown.response.current_sum) == (None, None)


def test_scans_of_the_window_that_differ_are_said():
    imaging = (BASELINE, follow_up(30, 65), follow_up(80, 50))
    assert "window-scans-discordant" in judge(seen(*imaging)).flags
    unmeasured = (BASELINE, follow_up(30, None), follow_up(80, 50))
    assert "window-scans-discordant" not in judge(seen(*unmeasured)).flags


# --- the late cut-off ---

FOURTH = after(THIRD, 60)
FOUR = (*SESSIONS, tace(FOURTH))


def test_the_cut_off_of_late_entry():
    case = case_of(chart(FOUR, ()))
    assert late_cutoff(case, "before_last_tace") == day(FOURTH)
    assert late_cutoff(case, "literal_1_2") == day(THIRD)
    two = case_of(chart(SESSIONS[:2], ()))
    assert late_cutoff(two, "before_last_tace") == late_cutoff(two, "literal_1_2") == day(SECOND)


@pytest.mark.parametrize("reading", ["before_last_tace", "literal_1_2"])
@pytest.mark.parametrize(("found_on", "differs"), [(after(THIRD, 30), True), (BETWEEN, False)])
def test_a_lesion_found_between_the_two_cut_offs_is_said(reading, found_on, differs):
    imaging = (
        BASELINE,
        scan(found_on, {"L1": 50, "N2": 15}, new=True),
        scan(after(FOURTH, 26), {"L1": 50, "N2": 15}),
    )
    shown = judge(chart(FOUR, imaging), window_lo=20, late_cutoff=reading)
    assert shown.response.category == "SD"
    assert ("late-cutoff-differs" in shown.flags) is differs


# --- the response ---


def test_the_nadir_is_the_smallest_sum_from_the_baseline_to_before_the_assessment_scan():
    older = scan("2022-12-20", {"L1": 20})
    case = case_of(seen(older, *scans(50, 45, 40, 30)))
    assert case.measured.nadir == 40


def test_late_lesions_at_zero_count_with_nothing_before_their_detection():
    imaging = (
        BASELINE,
        scan("2023-02-16", {"L1": 20}),
        scan(BETWEEN, {"L1": 30, "N2": 15}, new=True),
        scan(LAST, {"L1": 40, "N2": 20}),
    )
    m = case_of(seen(*imaging), late_lesion="zero").measured
    assert (m.baseline_sum, m.current_sum, m.nadir) == (50, 60, 20)
    m = case_of(seen(*imaging)).measured
    assert (m.baseline_sum, m.current_sum, m.nadir) == (65, 60, 35)


def with_sums(one: Scan, *sums: int) -> Scan:
    return replace(one, viable_sum_mm=tuple((Decimal(s), (f"Observation/sum{s}",)) for s in sums))


SUMS = [
    # mm and reported sums at the baseline, the same at the assessment; category
    (None, (50,), None, (65,), "PD"),
    (None, (50,), None, (30,), "PR"),
    (50, (), None, (65,), "NE"),
    (None, (50,), 65, (), "NE"),
    (None, (50, 40), None, (65,), "NE"),
    (None, (50,), None, (65, 40), "NE"),
    (50, (50,), 50, (65,), "SD"),
    (50, (50,), None, (65,), "PD"),
    (None, (50,), 50, (65,), "PD"),
]


@pytest.mark.parametrize(("mm", "sums", "mm_now", "sums_now", "category"), SUMS)
def test_reported_sums_serve_where_single_values_are_missing(mm, sums, mm_now, sums_now, category):
    imaging = (
        with_sums(scan("2023-01-05", {"L1": mm}), *sums),
        with_sums(follow_up(42, mm_now), *sums_now),
    )
    case = case_of(seen(*imaging))
    assert case.response.value == category
    contradictory = max(len(sums), len(sums_now)) > 1
    assert case.measured.contradictory is contradictory
    if category == "PD":
        assert case.measured.baseline_sum == Fraction(50)
        assert case.measured.current_sum == Fraction(65)


def test_reported_sums_serve_where_a_lesion_is_unmeasured_at_the_baseline():
    base = with_sums(scan("2023-01-05", {"L1": 50, "L2": None}), 80)
    case = case_of(seen(base, with_sums(follow_up(42, 50), 100)))
    assert (case.response, case.measured.baseline_sum) == ("PD", 80)


STATEMENTS = [
    # size now, what readers state, response in force, conflict
    (50, ("SD",), "SD", False),
    (50, ("PR",), "NE", True),
    (50, ("SD", "PR"), "NE", True),
    (None, ("SD",), "SD", False),
    (None, ("SD", "SD"), "SD", False),
    (None, ("SD", "PR"), "NE", True),
    (None, (), "NE", False),
]


@pytest.mark.parametrize(("mm", "stated", "response", "conflict"), STATEMENTS)
def test_statements_beside_the_measurements_and_beside_each_other(mm, stated, response, conflict):
    readers = tuple(
        StatedResponse(Response(one), Comparator.BASELINE, (f"Observation/{n}",))
        for n, one in enumerate(stated)
    )
    case = case_of(seen(BASELINE, follow_up(42, mm, stated=readers)))
    assert (case.response, case.stated_conflict) == (response, conflict)
    assert case.response_stated is (mm is None and response != "NE")


@pytest.mark.parametrize(
    ("comparator", "literal", "nadir"),
    [
        (Comparator.BASELINE, "PD", "PD"),
        (Comparator.NADIR, "NE", "PD"),
        (None, "NE", "PD"),
        (Comparator.PREVIOUS, "NE", "NE"),
    ],
)
def test_a_stated_progression_says_against_what(comparator, literal, nadir):
    reader = (StatedResponse(Response.PD, comparator, ("Observation/r",)),)
    patient = seen(BASELINE, follow_up(42, None, stated=reader))
    assert case_of(patient).response == literal
    assert case_of(patient, pd_reference="nadir").response == nadir


# --- new lesions, invasion, spread at the assessment scan ---


def test_without_an_assessment_scan_nothing_is_known_of_it():
    for mode in ("present_any", "new_only"):
        case = case_of(seen(BASELINE), vi_ehs_mode=mode)
        assert case.days_after_last is None
        assert case.new_lesion is None
        assert (case.vascular_invasion, case.extrahepatic_spread) == (None, None)
        assert not case.is_status_missing("vascular_invasion")


@pytest.mark.parametrize(
    ("lesions", "new"),
    [
        ({"L1": 50, "N2": 15}, True),
        ({"L1": 50, "N2": 10}, True),
        ({"L1": 50, "N2": None}, True),
        ({"L1": 50, "N2": 9}, False),
        ({"L1": 50}, False),
    ],
    ids=["measured", "just measurable", "listed", "too small", "not listed"],
)
def test_a_lesion_called_new_is_new_while_it_is_seen_at_a_measurable_size(lesions, new):
    imaging = (BASELINE, scan(BETWEEN, {"L1": 50, "N2": 15}, new=True), scan(LAST, lesions))
    assert case_of(seen(*imaging), late_lesion="exclude").new_lesion is new


PRESENT = [
    # before, now; present and asked for under either mode
    (False, True, (True, False), (True, False)),
    (True, True, (True, False), (False, False)),
    (None, True, (True, False), (None, True)),
    (None, False, (False, False), (False, False)),
    (None, None, (None, True), (None, True)),
    (True, None, (None, True), (False, True)),
]


@pytest.mark.parametrize(("before", "now", "any_", "new_only"), PRESENT)
def test_invasion_is_present_or_newly_so(before, now, any_, new_only):
    patient = seen(scan("2023-01-05", {"L1": 50}, vi=before), follow_up(42, 50, vi=now))
    for mode, (present, asked) in (("present_any", any_), ("new_only", new_only)):
        case = case_of(patient, vi_ehs_mode=mode)
        assert case.vascular_invasion is present
        assert case.is_status_missing("vascular_invasion") is asked


def test_without_a_baseline_nobody_knows_what_is_new():
    reader = (StatedResponse(Response.SD, None, ("Observation/r",)),)
    case = case_of(seen(follow_up(42, 50, ehs=True, stated=reader)), vi_ehs_mode="new_only")
    assert case.extrahepatic_spread is None
    assert case.is_status_missing("extrahepatic_spread")


# --- the steps shown for the consensus ---


def test_the_steps_of_the_consensus_are_shown_in_order_with_their_answers():
    def steps(patient: Chart) -> list[tuple[str, bool | None]]:
        findings = judge(patient).definitions["cci-2022"].findings
        return [(one.label.removeprefix("finding."), one.answer) for one in findings]

    assert steps(chart()) == [
        ("sessions", True),
        ("technique", True),
        ("baseline-scan", True),
        ("assessment-scan", True),
        ("target-response", True),
    ]
    unattested = chart([tace(FIRST, standardised=None), *SESSIONS[1:]])
    assert ("technique", None) in steps(unattested)
