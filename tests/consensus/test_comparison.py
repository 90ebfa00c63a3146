"""What all readings of a record share is known; what differs is not, and the cause is named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cdshooks.clinical.chart import (
    Chart,
    ChartNote,
    Comparator,
    Fact,
    Response,
    Scan,
    Stage,
    Staging,
    StatedFact,
    StatedResponse,
)
from cdshooks.consensus.assessment import Assessment
from cdshooks.consensus.strategy import contains_tace, statements_of
from tests.consensus.charts import (
    AS_OF,
    FIRST,
    SECOND,
    SESSIONS,
    THIRD,
    afp,
    after,
    chart,
    day,
    judge,
    scan,
    scans,
    tace,
    treatment,
)
from tests.consensus.test_condition import ALL_SUITABLE, ICI, INTOLERANT, fact

BASELINE = scan("2023-01-05", {"L1": 50})


def follow_up(days: int, mm: float | None, **more: Any) -> Scan:
    return scan(after(THIRD, days), {"L1": mm}, **more)


def seen(*imaging: Scan, **more: Any) -> Chart:
    return chart(imaging=(BASELINE, *imaging), **more)


def shown(found: Assessment) -> tuple[str, tuple[str, ...], str]:
    return found.response.category, found.strategy.branches, found.strategy.status.value


# --- two readings ---


def two_scans(first: Scan, second: Scan, **more: Any) -> Assessment:
    """The second scan's contrast is not recorded: it is the assessment scan, or is not used."""
    return judge(seen(first, replace(second, contrast=None), **more))


def test_figure_1_keeps_the_branches_of_every_reading():
    found = two_scans(follow_up(35, 30), follow_up(60, 50, new=True))
    assert shown(found) == ("PR|SD", ("F1-1b", "F1-2"), "several")
    assert found.missing.count("contrast-status") == 1
    response = found.response
    assert (response.baseline_sum, response.current_sum, response.change_percent) == (None,) * 3


def test_different_responses_may_share_a_branch():
    found = two_scans(follow_up(35, 30), follow_up(60, 50))
    assert shown(found) == ("PR|SD", ("F1-1b",), "determined")
    assert "contrast-status" in found.missing
    assert found.definitions["cci-2022"].verdict == "not-met"


def test_figure_1_is_open_where_one_reading_has_no_response():
    imaging = (follow_up(35, 50), scan(after(THIRD, 60), {"L1": 50, "N2": 20}, contrast=None))
    assert shown(judge(seen(*imaging))) == ("NE|SD", (), "undetermined")


def test_one_more_scan_that_says_the_same_is_not_asked_about():
    found = two_scans(follow_up(35, 50), follow_up(60, 50))
    assert shown(found) == ("SD", ("F1-1b",), "determined")
    assert "contrast-status" not in found.missing
    assert found.response.current_sum == 50


ONE_ANSWER = {
    "one definition": (scan("2023-03-30", {"L1": 45}, contrast=None), follow_up(42, 45)),
    "the response": (follow_up(35, 0, new=True), follow_up(60, 30, new=True, contrast=None)),
    "the branch": (follow_up(35, 50), follow_up(60, 50, new=True, contrast=None)),
}


@pytest.mark.parametrize("case", ONE_ANSWER)
def test_what_changes_a_single_answer_is_asked_about(case):
    assert "contrast-status" in judge(seen(*ONE_ANSWER[case])).missing


def test_codes_and_flags_are_those_of_the_first_judgement():
    found = two_scans(follow_up(35, 50), follow_up(91, 50, new=None))
    assert "strict-window-differs" not in found.flags
    assert "new-lesion-status" not in found.missing


def test_a_therapy_of_unknown_scope_adds_the_codes_and_flags_of_both_readings():
    """Between the second and third session: aimed at the target, it leaves one session."""
    patient = chart([*SESSIONS, treatment("ablation", after(SECOND, 10))], scans(50, 55, 60, 65))
    found = judge(patient)
    assert found.definitions["cci-2022"].verdict == "indeterminate"
    assert found.definitions["cci-2022"].reason == "consecutiveness"
    assert {"series-break-therapy"} <= set(found.flags)
    assert {"consecutiveness", "markers"} <= set(found.missing)
    assert found.course.count == 3
    assert shown(found) == ("PD|SD", (), "undetermined")
    assert found.therapy.tier == "UNDETERMINED"


def test_a_therapy_of_a_session_is_not_asked_about():
    on_the_day = treatment("ablation", SECOND)
    assert "consecutiveness" not in judge(chart([*SESSIONS, on_the_day])).missing


def test_tiers_that_differ_hang_on_what_any_of_them_hangs_on():
    """The contrast decides between refractory, with an unknown artery, and not."""
    facts = (fact(ICI, False), fact(INTOLERANT, False))
    more = {**ALL_SUITABLE, "facts": facts}
    found = two_scans(follow_up(35, 50), follow_up(60, 65), **more)
    assert found.therapy.tier == "UNDETERMINED"
    assert found.therapy.conditional_on == ("hepatic-artery-patency",)


def test_the_course_shows_the_reading_without_what_may_be_a_session():
    unsure = tace(THIRD, confirmed=False)
    assert judge(chart([*SESSIONS[:2], unsure])).course.count == 2


def test_a_procedure_that_may_be_a_session_makes_the_verdict_provisional():
    unsure = tace("2022-12-20", confirmed=False, standardised=None)
    found = judge(
        chart([unsure, *SESSIONS], (scan("2022-12-15", {"L1": 50}), *scans(50, 55, 60, 65)))
    )
    assert found.definitions["cci-2022"].verdict == "met"
    assert found.definitions["cci-2022"].provisional


def test_steps_on_which_the_readings_differ_are_open_and_rest_on_all_of_them():
    found = two_scans(follow_up(35, 50), follow_up(60, 65)).definitions["cci-2022"]
    step = {one.label: one for one in found.findings}
    response = step["finding.target-response"]
    assert response.answer is None
    assert {f"ImagingStudy/{after(THIRD, d)}" for d in (35, 60)} <= set(response.used)
    assert step["finding.sessions"].answer is True


def test_a_step_names_what_any_reading_lacks_only_while_it_is_open():
    later = scan(after(THIRD, 60), {"L1": None}, contrast=None)
    found = judge(chart(imaging=(BASELINE, later))).definitions["cci-2022"]
    response = {one.label: one for one in found.findings}["finding.target-response"]
    assert (response.answer, response.missing) == (
        None,
        ("imaging-in-window", "target-measurement"),
    )
    scan_step = {one.label: one for one in found.findings}["finding.assessment-scan"]
    assert scan_step.answer is None
    base = {one.label: one for one in found.findings}["finding.baseline-scan"]
    assert (base.answer, base.missing) == (True, ())


def test_criteria_on_which_the_readings_differ_are_open():
    found = two_scans(follow_up(35, 20), follow_up(60, 50)).definitions["jsh-lcsgj-2014"]
    assert found.criteria is not None
    assert (found.criteria["viability"], found.criteria["new-lesions"]) == (None, False)


def test_causes_that_matter_only_together_are_all_named():
    """Either scan alone changes nothing: one has no baseline, the other no follow-up."""
    base = scan("2023-01-05", {"L1": 50}, contrast=None)
    unsure = tace(THIRD, confirmed=False)
    patient = chart([tace(FIRST), tace(SECOND), unsure], (base, follow_up(42, 65)))
    found = judge(patient)
    assert found.definitions["cci-2022"].verdict == "indeterminate"
    assert {"contrast-status", "procedure-confirmation"} <= set(found.missing)


def test_each_definition_names_the_cause_by_which_it_differs():
    """A marker of some day in February concerns one definition, a scan's contrast another."""
    markers = (
        afp("2023-01-05", 100),
        afp("2023-02-01", 200, latest=day("2023-02-28")),
        afp(after(THIRD, 35), 300),
    )
    imaging = (scan("2023-03-30", {"L1": 20}), follow_up(35, 20), follow_up(60, 65, contrast=None))
    found = judge(seen(*imaging, markers=markers))
    reasons = {name: one.reason for name, one in found.definitions.items()}
    assert (reasons["cci-2022"], reasons["jsh-lcsgj-2014"]) == ("contrast-status", "event-date")
    assert {"contrast-status", "event-date"} <= set(found.missing)


# --- an incomplete record ---


@pytest.mark.parametrize(
    ("lost", "suitable"), [((), False), (("conditions",), None), (("imaging",), None)]
)
def test_a_part_that_is_lost_leaves_the_suitability_open(lost, suitable):
    patient = chart(**ALL_SUITABLE, incomplete=lost)
    found = judge(patient)
    assert found.unsuitable.verdict is suitable
    assert ("record-incomplete" in found.missing) is bool(lost)
    assert found.definitions["cci-2022"].provisional is (lost == ("imaging",))
    worse = replace(patient, facts=(StatedFact(Fact.SEVERE_JAUNDICE, True, day(AS_OF), ("O/j",)),))
    assert judge(worse).unsuitable.verdict is True


def test_refractoriness_stands_in_an_incomplete_record():
    found = judge(chart(incomplete=("imaging",)))
    assert shown(found) == ("PD", ("F1-R",), "determined")
    effective = judge(chart(imaging=scans(50, 50, 50, 50), incomplete=("imaging",)))
    assert shown(effective) == ("SD", (), "undetermined")
    assert effective.definitions["cci-2022"].reason == "record-incomplete"


# --- figure 1 ---

UNFIT = (StatedFact(Fact.HEPATORENAL_SYNDROME, True, day(AS_OF), ("Observation/hrs",)),)


@pytest.mark.parametrize(
    ("mm", "more", "facts", "overlay"),
    [
        (50, {}, UNFIT, True),
        (50, {"new": True}, UNFIT, True),
        (0, {}, UNFIT, False),
        (0, {"vi": True}, UNFIT, False),
        (0, {"vi": None}, UNFIT, False),
        (0, {"vi": True, "new": None}, UNFIT, True),
        (65, {}, UNFIT, False),
        (50, {}, (), False),
    ],
)
def test_a_branch_with_tace_is_overlaid_where_tace_is_unsuitable(mm, more, facts, overlay):
    found = judge(seen(follow_up(42, mm, **more), facts=facts))
    assert found.strategy.overlay is overlay
    assert ("tace-contraindicated-overlay" in found.flags) is overlay


def test_one_branch_with_tace_is_enough():
    assert contains_tace(("F1-3a", "F1-3b"))
    assert not contains_tace(("F1-3a", "F1-1a", "F1-R"))


def test_each_branch_has_its_own_statements():
    assert statements_of("F1-2") == ("CCI-F1.2", "CCI-C4")
    assert statements_of("F1-3b") == ("CCI-F1.3", "CCI-C5")


@pytest.mark.parametrize(
    ("sessions", "undated", "status"),
    [(2, 0, "not-applicable"), (2, 1, "undetermined"), (3, 0, "determined")],
)
def test_figure_1_begins_with_the_third_session(sessions, undated, status):
    patient = chart(
        SESSIONS[:sessions],
        (BASELINE, scan(after(SESSIONS[sessions - 1].start.isoformat(), 42), {"L1": 50})),
        undated_sessions=("Procedure/x",)[:undated],
    )
    found = judge(patient)
    assert found.strategy.status == status
    assert not found.strategy.overlay


# --- what is asked for, noted and shown ---


def test_each_status_is_asked_for_by_itself():
    codes = {"new": "new-lesion-status", "vi": "vi-status", "ehs": "ehs-status"}
    for silent, code in codes.items():
        found = judge(seen(follow_up(42, 50, **{silent: None})))
        assert {c for c in codes.values() if c in found.missing} == {code}
    assert not set(codes.values()) & set(judge(seen()).missing)


@pytest.mark.parametrize(("sessions", "asked"), [(0, False), (1, False), (2, True), (3, True)])
def test_markers_are_asked_for_from_the_second_session(sessions, asked):
    assert ("markers" in judge(chart(SESSIONS[:sessions], (BASELINE,))).missing) is asked


def test_complete_markers_are_not_asked_for():
    dates = ("2023-01-05", "2023-03-30", "2023-05-16")
    markers = tuple(afp(date, value) for date, value in zip(dates, (1, 2, 3), strict=True))
    assert "markers" not in judge(chart(markers=markers)).missing


def test_attestation_is_asked_for_where_there_is_none():
    assert "tace-technique-attestation" not in judge(chart()).missing


def test_notes_are_in_order_and_each_is_said_once():
    given = (
        ChartNote("b", ("R/2",)),
        ChartNote("b", ("R/1",), path="z"),
        ChartNote("b", ("R/1",), path="a", detail="2"),
        ChartNote("b", ("R/1",), path="a", detail="1"),
        ChartNote("a", ("R/9",)),
        ChartNote("a", ("R/9",)),
    )
    notes = judge(chart(notes=given)).notes
    assert [(n.code, n.references, n.path, n.detail) for n in notes] == [
        ("a", ("R/9",), "", ""),
        ("b", ("R/1",), "a", "1"),
        ("b", ("R/1",), "a", "2"),
        ("b", ("R/1",), "z", ""),
        ("b", ("R/2",), "", ""),
    ]


def test_values_in_conflict_on_an_adequate_scan_are_noted():
    both = (follow_up(42, 50), follow_up(42, 60, name="b"))
    assert [(n.code, n.detail) for n in judge(seen(*both)).notes] == [("conflict", "values")]
    plain = tuple(replace(one, contrast=False) for one in both)
    assert judge(seen(*plain)).notes == ()


def test_no_tace_is_noted_when_none_was_performed():
    assert [n.code for n in judge(chart((), ())).notes] == ["no-tace"]
    assert judge(chart([treatment("tae", FIRST)], ())).notes == ()


def test_the_newest_event_of_the_course():
    late = afp("2023-06-20", 5)
    assert judge(chart((), ())).data_as_of is None
    assert judge(chart()).data_as_of == day(after(THIRD, 42))
    assert judge(chart(imaging=())).data_as_of == day(THIRD)
    assert judge(chart(markers=(late,))).data_as_of == day("2023-06-20")


def test_a_scan_that_is_due_and_what_would_change_are_part_of_the_judgement():
    found = judge(chart(imaging=(BASELINE,)), as_of=after(THIRD, 10))
    assert found.due is not None
    assert (found.due.first, found.due.last) == (day(after(THIRD, 28)), day(after(THIRD, 92)))
    assert found.outlook


@pytest.mark.parametrize(
    ("mm", "category", "by_nadir"), [(None, "PR", "PR"), (50, "NE", "NE"), (30, "PR", "PR")]
)
def test_the_nadir_view_of_a_stated_response(mm, category, by_nadir):
    reader = (StatedResponse(Response.PR, Comparator.BASELINE, ("Observation/r",)),)
    found = judge(seen(follow_up(42, mm, stated=reader)))
    assert (found.response.category, found.response.category_by_nadir) == (category, by_nadir)


def test_lesions_are_shown_by_role_and_name_with_both_sizes():
    imaging = (
        scan("2023-01-05", {"L2": 30, "L1": 50, "X": None}),
        scan("2023-03-30", {"L2": 30, "L1": 50, "X": 20, "A3": 15}, new=True),
        scan(after(THIRD, 42), {"L2": 31, "L1": 51, "A3": 16, "A4": 12}, new=True),
    )
    patient = chart(imaging=imaging)
    nameless = {key: one for key, one in patient.lesions.items() if key != "L2"}
    lesions = judge(replace(patient, lesions=nameless)).response.lesions
    assert [(one.label, one.role, one.baseline, one.current) for one in lesions] == [
        ("L1", "initial", 50, 51),
        ("L2", "initial", 30, 31),
        ("X", "initial", None, None),
        ("A3", "late-entry", 15, 16),
        ("A4", "new", None, 12),
    ]
    assert judge(chart(imaging=(follow_up(42, 50),))).response.lesions == ()


def test_sums_are_shown_where_there_is_a_response():
    response = judge(chart()).response
    assert (response.baseline_sum, response.current_sum, response.change_percent) == (50, 65, 30)
    unknown = judge(seen(follow_up(42, None))).response
    assert (unknown.baseline_sum, unknown.current_sum, unknown.change_percent) == (None,) * 3
    assert [one.current for one in judge(seen()).response.lesions] == [None]


def test_tenths_of_a_millimetre_are_shown_as_they_are():
    response = judge(chart(imaging=scans(50.3, 50, 50, 60.4))).response
    assert (str(response.baseline_sum), str(response.current_sum)) == ("50.3", "60.4")


def test_a_stage_without_a_date_counts_while_there_is_no_other():
    undated = Stage(Staging.BCLC, "B", None, ("Observation/undated",))
    later = replace(undated, value="C", date=day(FIRST), references=("Observation/dated",))
    alone = judge(chart(stages=(undated,))).stage
    beside = judge(chart(stages=(undated, later))).stage
    assert alone.bclc is not None and beside.bclc is not None
    assert (alone.bclc.value, beside.bclc.value) == ("B", "C")
