"""The rulings on sessions, scans and lesions, each with a patient that tells it apart."""

import dataclasses
from dataclasses import replace
from decimal import Decimal
from itertools import permutations

import pytest

from cdshooks.clinical.chart import Comparator, Modality, Response, StatedResponse
from tests.consensus.charts import (
    FIRST,
    SECOND,
    SESSIONS,
    THIRD,
    afp,
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
GROWN = scan(after(THIRD, 42), {"L1": 65})


def test_the_plain_patient_is_refractory():
    found = judge(chart())
    assert (cci(found), found.response.category, found.course.count) == ("met", "PD", 3)
    assert found.strategy.branches == ("F1-R",)


# --- sessions ---


@pytest.mark.parametrize(("days", "count"), [(14, 3), (15, 4)])
def test_parts_up_to_fourteen_days_apart_are_one_session(days, count):
    assert judge(chart([*SESSIONS, tace(after(THIRD, days))])).course.count == count


def test_the_distance_is_from_the_first_part():
    parts = [tace(after(FIRST, days)) for days in (0, 10, 20)]
    assert judge(chart(parts)).course.count == 2


def test_a_stated_group_joins_at_any_distance_and_keeps_groups_apart():
    joined = [tace(FIRST, group="a"), tace(after(FIRST, 40), group="a")]
    assert judge(chart(joined)).course.count == 1
    apart = [tace(FIRST, group="a"), tace(after(FIRST, 5), group="b")]
    assert judge(chart(apart)).course.count == 2


def test_one_part_without_standard_makes_the_session_so():
    found = judge(chart([*SESSIONS, tace(after(THIRD, 3), standardised=False)]))
    assert found.course.count == 2
    assert "nonstandard-session-excluded" in found.flags


@pytest.mark.parametrize(("gap", "count"), [(183, 4), (184, 1)])
def test_a_gap_above_183_days_breaks_the_series(gap, count):
    found = judge(chart([*SESSIONS, tace(after(THIRD, gap))]), after(THIRD, gap))
    assert found.course.count == count
    assert ("series-break-gap" in found.flags) is (count == 1)


def test_a_skipped_session_bridges_the_gap():
    bridge = treatment("tae", after(THIRD, 100))
    found = judge(chart([*SESSIONS, bridge, tace(after(THIRD, 250))]), after(THIRD, 250))
    assert found.course.count == 4


SCOPES = [("target", 1), ("other-lesion", 3), ("vascular-or-extrahepatic", 3)]


@pytest.mark.parametrize(("scope", "count"), SCOPES)
def test_a_local_therapy_breaks_the_series_when_aimed_at_a_target(scope, count):
    between = treatment("ablation", after(SECOND, 10), scope=scope)
    assert judge(chart([*SESSIONS, between])).course.count == count


def test_unknown_scope_is_judged_both_ways():
    found = judge(chart([*SESSIONS, treatment("ablation", after(SECOND, 10))]))
    assert cci(found) == "indeterminate"
    assert found.definitions["cci-2022"].reason == "consecutiveness"
    assert "consecutiveness" in found.missing
    assert found.course.count == 3
    assert found.strategy.status == "undetermined"
    assert found.therapy.tier == "UNDETERMINED"


@pytest.mark.parametrize(("days", "belongs"), [(0, True), (3, True), (4, False)])
def test_haic_within_three_days_belongs_to_the_session(days, belongs):
    found = judge(chart([*SESSIONS, treatment("haic", after(SECOND, days), scope="target")]))
    assert found.course.count == (3 if belongs else 1)
    assert ("combined-session" in found.flags) is belongs


def test_transplantation_never_belongs_and_always_aims_at_the_target():
    found = judge(chart([*SESSIONS, treatment("transplantation", after(SECOND, 10))]))
    assert found.course.count == 1


def test_no_session_at_all():
    found = judge(chart([]))
    verdicts = {one.verdict.value for one in found.definitions.values()}
    assert (verdicts, found.response.category) == ({"not-met"}, "NE")
    assert (found.strategy.status, found.therapy.tier) == ("not-applicable", "NA")
    assert "no-tace" in {note.code for note in found.notes}
    assert not {"imaging-baseline", "imaging-in-window", "markers", "tace-intent"} & set(
        found.missing
    )


def test_a_treatment_still_running_does_not_count():
    running = tace(THIRD, "2023-07-15")
    found = judge(chart([tace(FIRST), tace(SECOND), running]))
    assert found.course.count == 2
    assert ("after-as-of", running.references) in {(n.code, n.references) for n in found.notes}


# --- scans ---


@pytest.mark.parametrize(("days", "used"), [(27, False), (28, True), (92, True), (93, False)])
def test_the_window_of_the_assessment_scan(days, used):
    found = judge(
        chart(imaging=[BASELINE, scan(after(THIRD, days), {"L1": 65})]), after(THIRD, 120)
    )
    assert (found.course.assessment_scan is not None) is used
    assert cci(found) == ("met" if used else "indeterminate")
    if not used:
        assert found.definitions["cci-2022"].reason == "imaging-in-window"
        assert ("early-scan-only" if days < 28 else "late-scan-available") in found.flags


def test_a_late_scan_can_be_accepted():
    late = chart(imaging=[BASELINE, scan(after(THIRD, 100), {"L1": 65})])
    found = judge(late, after(THIRD, 120), late_scan="accept")
    assert cci(found) == "met"
    assert "imaging-in-window" not in found.missing


@pytest.mark.parametrize(("days", "used"), [(90, True), (91, False)])
def test_the_age_of_the_baseline(days, used):
    early = scan(after(FIRST, -days), {"L1": 50})
    assert (judge(chart(imaging=[early, GROWN])).course.baseline_scan is not None) is used


def test_a_baseline_that_measures_all_it_lists_goes_first():
    half = scan("2023-01-08", {"L1": 55, "L2": None})
    assert judge(chart(imaging=[BASELINE, half, GROWN])).course.baseline_scan.date == BASELINE.date


def test_a_scan_of_the_day_of_treatment_was_taken_before_it():
    same_day = scan(FIRST, {"L1": 50})
    found = judge(chart(imaging=[same_day, GROWN]))
    assert found.course.baseline_scan.date == same_day.date


@pytest.mark.parametrize(("kind", "more"), [("tae", {}), ("ablation", {"scope": "target"})])
def test_the_window_closes_at_the_next_treatment(kind, more):
    closing = treatment(kind, after(THIRD, 41), **more)
    assert cci(judge(chart([*SESSIONS, closing]))) == "indeterminate"
    same_day = treatment(kind, after(THIRD, 42), **more)
    assert cci(judge(chart([*SESSIONS, same_day]))) == "met"


@pytest.mark.parametrize("scope", ["other-lesion", "vascular-or-extrahepatic"])
def test_a_therapy_of_something_else_leaves_the_window_open(scope):
    other = treatment("external-beam-radiotherapy", after(THIRD, 20), scope=scope)
    assert cci(judge(chart([*SESSIONS, other]))) == "met"


PICKS = [("latest", "SD"), ("earliest", "PD"), ("worst", "PD"), ("best", "PR")]


@pytest.mark.parametrize(("pick", "category"), PICKS)
def test_several_scans_in_the_window(pick, category):
    sizes = ((30, 65), (50, 30), (80, 55))
    window = [scan(after(THIRD, days), {"L1": mm}) for days, mm in sizes]
    found = judge(chart(imaging=[BASELINE, *window]), window_pick=pick)
    assert found.response.category == category
    assert "window-scans-discordant" in found.flags


def test_a_scan_that_misses_a_target_gives_way_to_an_earlier_whole_one():
    baseline = scan("2023-01-05", {"L1": 50, "L2": 20})
    whole = scan(after(THIRD, 35), {"L1": 65, "L2": 25})
    half = scan(after(THIRD, 60), {"L1": 65})
    found = judge(chart(imaging=[baseline, whole, half]))
    assert found.course.assessment_scan.date == whole.date
    assert found.response.category == "PD"


def test_an_unexplained_lesion_on_the_later_scan_is_not_passed_over():
    baseline = scan("2023-01-05", {"L1": 50, "L2": 20})
    whole = scan(after(THIRD, 35), {"L1": 65, "L2": 25})
    half = scan(after(THIRD, 60), {"L1": 65, "L3": 30})
    found = judge(chart(imaging=[baseline, whole, half]))
    assert found.course.assessment_scan.date == whole.date
    assert (found.response.category, cci(found)) == ("NE", "indeterminate")
    assert "target-measurement" in found.missing


@pytest.mark.parametrize(
    ("contrast", "modality"), [(None, Modality.MR), (True, None), (None, None)]
)
def test_unrecorded_contrast_or_modality_is_judged_both_ways(contrast, modality):
    unsure = scan(after(THIRD, 42), {"L1": 65}, contrast=contrast, modality=modality)
    found = judge(chart(imaging=[BASELINE, unsure]))
    assert (cci(found), found.response.category) == ("indeterminate", "NE|PD")
    assert found.definitions["cci-2022"].reason == "contrast-status"
    assert "contrast-status" in found.missing


def test_contrast_that_changes_nothing_is_not_asked():
    unsure = scan(after(THIRD, 20), {"L1": 65}, contrast=None)
    found = judge(chart(imaging=[BASELINE, unsure, GROWN]))
    assert cci(found) == "met"
    assert "contrast-status" not in found.missing


@pytest.mark.parametrize(("contrast", "modality"), [(False, Modality.CT), (True, Modality.OTHER)])
def test_an_inadequate_scan_is_never_used(contrast, modality):
    plain = scan(after(THIRD, 42), {"L1": 65}, contrast=contrast, modality=modality)
    found = judge(chart(imaging=[BASELINE, plain]))
    assert cci(found) == "indeterminate"
    assert "noncontrast-scan-in-window" in found.flags


CLOSE = [(60, 62, "PD", ()), (60, 59, "PD", ()), (60, 55, "PD|SD", ("conflicting-data",))]


@pytest.mark.parametrize(("one", "other", "category", "missing"), CLOSE)
def test_two_values_of_one_day(one, other, category, missing):
    pair = [
        scan(after(THIRD, 42), {"L1": mm}, name=name) for name, mm in (("a", one), ("b", other))
    ]
    found = judge(chart(imaging=[BASELINE, *pair]))
    assert found.response.category == category
    assert set(missing) <= set(found.missing)
    assert ("conflicting-data" in found.missing) is bool(missing)


# --- lesions ---


def test_a_lesion_below_ten_millimetres_is_no_target():
    found = judge(chart(imaging=[scan("2023-01-05", {"L1": 9.9}), GROWN]))
    assert (found.response.category, "imaging-baseline" in found.missing) == ("NE", True)
    assert cci(judge(chart(imaging=[scan("2023-01-05", {"L1": 10}), GROWN]))) == "met"


def test_a_lesion_listed_without_value_at_the_baseline_is_unmeasured():
    found = judge(chart(imaging=[scan("2023-01-05", {"L1": 50, "L2": None}), GROWN]))
    assert (found.response.category, cci(found)) == ("NE", "indeterminate")
    assert "target-measurement" in found.missing
    assert "imaging-baseline" not in found.missing


def test_marked_targets_are_the_only_ones():
    imaging = [scan("2023-01-05", {"L1": 50, "L2": 20}), scan(after(THIRD, 42), {"L1": 65})]
    assert judge(chart(imaging=imaging)).response.category == "NE"
    assert judge(chart(imaging=imaging, roles={"L1": "target"})).response.category == "PD"
    assert judge(chart(imaging=imaging, roles={"L2": "non-target"})).response.category == "PD"


def late(called_new, *, first=15, now=20, last_size=50):
    return [
        BASELINE,
        scan("2023-02-16", {"L1": 50, "N2": first}, new=called_new),
        scan(after(THIRD, 42), {"L1": last_size, "N2": now}),
    ]


def test_a_lesion_nobody_called_new_may_have_been_there():
    found = judge(chart(imaging=late(False)))
    assert (found.response.category, "target-measurement" in found.missing) == ("NE", True)


@pytest.mark.statement("CCI-F1.fa")
def test_a_late_entry_is_compared_with_its_own_first_size():
    found = judge(chart(imaging=late(True)))
    assert found.response.category == "SD"
    assert float(found.response.baseline_sum) == 65
    assert "late-lesion-baseline" in found.flags
    assert {(one.label, one.role) for one in found.response.lesions} == {
        ("L1", "initial"),
        ("N2", "late-entry"),
    }


@pytest.mark.parametrize(("reading", "category"), [("exclude", "SD"), ("zero", "PD")])
def test_other_readings_of_late_entry(reading, category):
    imaging = late(True, first=15, now=15)
    assert judge(chart(imaging=imaging), late_lesion=reading).response.category == category


def test_a_late_entry_first_listed_without_value_has_no_baseline():
    imaging = late(True, first=None)
    assert judge(chart(imaging=imaging)).response.category == "NE"


def test_a_lesion_first_seen_after_the_last_session_is_new_and_never_a_target():
    imaging = [BASELINE, scan(after(THIRD, 42), {"L1": 50, "N2": 30}, new=True)]
    found = judge(chart(imaging=imaging))
    assert (found.response.category, found.strategy.branches) == ("SD", ("F1-2",))


def test_a_lesion_its_record_calls_new_is_explained():
    patient = chart(imaging=late(False), roles={"N2": "new"})
    assert judge(patient).response.category == "SD"
    first = dataclasses.replace(
        patient.lesions["N2"], role=None, first_detected=scan("2023-02-16", {}).date
    )
    dated = dataclasses.replace(patient, lesions={**patient.lesions, "N2": first})
    assert judge(dated).response.category == "SD"


def test_every_target_vanished_is_complete_response():
    assert judge(chart(imaging=scans(50, 55, 60, 0))).response.category == "CR"


def test_missing_is_never_zero():
    assert judge(chart(imaging=scans(50, 55, 60, None))).response.category == "NE"


def test_regrowth_from_the_nadir_is_said_and_not_used():
    found = judge(chart(imaging=scans(100, 60, 35, 62)))
    assert (found.response.category, found.response.category_by_nadir) == ("PR", "PD")
    assert "pd-by-nadir-only" in found.flags
    assert cci(judge(chart(imaging=scans(100, 60, 35, 62)), profile="mrecist-nadir")) == "met"


# --- a reader's stated response ---


def stated(category, comparator=None):
    return (StatedResponse(Response(category), comparator, ("Observation/stated",)),)


STATED = [
    ("SD", None, "SD"),
    ("SD", Comparator.NADIR, "SD"),
    ("SD", Comparator.PREVIOUS, "NE"),
    ("PD", Comparator.BASELINE, "PD"),
    ("PD", None, "NE"),
    ("PD", Comparator.NADIR, "NE"),
    ("NE", None, "NE"),
]


@pytest.mark.parametrize(("category", "comparator", "used"), STATED)
def test_a_stated_response_stands_in_where_measurements_give_none(category, comparator, used):
    unmeasured = scan(after(THIRD, 42), {"L1": None}, stated=stated(category, comparator))
    found = judge(chart(imaging=[BASELINE, unmeasured]))
    assert found.response.category == used
    assert ("response-stated" in found.flags) is (used != "NE")


def test_a_stated_response_that_contradicts_the_measurements():
    both = scan(after(THIRD, 42), {"L1": 65}, stated=stated("SD"))
    found = judge(chart(imaging=[BASELINE, both]))
    assert (found.response.category, cci(found)) == ("NE", "indeterminate")
    assert found.definitions["cci-2022"].reason == "conflicting-data"
    assert "conflicting-data" in found.missing
    assert "target-measurement" not in found.missing


# --- technique, figure 1 ---


@pytest.mark.statement("CCI-C7")
def test_an_unattested_session_makes_every_verdict_provisional():
    found = judge(chart([tace(FIRST, standardised=None), *SESSIONS[1:]]))
    assert cci(found) == "met"
    assert all(one.provisional for one in found.definitions.values())
    assert "tace-technique-attestation" in found.missing
    required = judge(
        chart([tace(FIRST, standardised=None), *SESSIONS[1:]]), technique_policy="require"
    )
    assert (cci(required), required.strategy.status) == ("indeterminate", "undetermined")


@pytest.mark.statement("CCI-F1.tri")
@pytest.mark.parametrize(
    ("new", "vi", "ehs", "branches"),
    [
        (None, False, False, ("F1-1b", "F1-2")),
        (False, None, False, ("F1-1b", "F1-3b")),
        (None, None, None, ("F1-1b", "F1-2", "F1-3b", "F1-4")),
        (False, None, True, ("F1-3b",)),
    ],
)
def test_unknown_dimensions_keep_every_possible_branch(new, vi, ehs, branches):
    imaging = [BASELINE, scan(after(THIRD, 42), {"L1": 50}, new=new, vi=vi, ehs=ehs)]
    found = judge(chart(imaging=imaging))
    assert found.strategy.branches == branches
    assert found.strategy.status == ("several" if len(branches) > 1 else "determined")


def test_unknown_dimensions_do_not_matter_once_refractory():
    imaging = [BASELINE, scan(after(THIRD, 42), {"L1": 65}, new=None, vi=None, ehs=None)]
    found = judge(chart(imaging=imaging))
    assert found.strategy.branches == ("F1-R",)
    assert {"new-lesion-status", "vi-status", "ehs-status"} <= set(found.missing)


# --- the Japanese definition ---


def jsh(assessment):
    return assessment.definitions["jsh-lcsgj-2014"]


@pytest.mark.statement("DEF-JSH.1", "HAIC-D1")
def test_half_of_the_viability_left_is_not_more_than_half():
    assert jsh(judge(chart(imaging=scans(50, 60, 25, 60)))).criteria["viability"] is False
    assert jsh(judge(chart(imaging=scans(50, 60, 25.1, 60)))).criteria["viability"] is True


def test_one_scan_with_little_viability_settles_the_criterion_alone():
    imaging = [BASELINE, scan("2023-03-30", {"L1": 20})]
    assert jsh(judge(chart(imaging=imaging))).criteria["viability"] is False


MARKERS = [((100, 200, 300), True), ((100, 90, 300), False), ((5, 10, 20), False)]


@pytest.mark.statement("DEF-JSH.4", "HAIC-D1")
@pytest.mark.parametrize(("values", "rising"), MARKERS)
def test_markers_rise_through_three_values_above_the_limit(values, rising):
    dates = ("2023-01-05", "2023-03-30", after(THIRD, 30))
    markers = tuple(afp(date, value) for date, value in zip(dates, values, strict=True))
    assert jsh(judge(chart(markers=markers))).criteria["markers"] is rising


def test_a_marker_without_its_middle_value_is_unknown():
    markers = (afp("2023-01-05", 100), afp(after(THIRD, 30), 300))
    found = judge(chart(markers=markers))
    assert jsh(found).criteria["markers"] is None
    assert "markers" in found.missing


# --- an incomplete record ---


@pytest.mark.parametrize("part", ["procedures", "imaging", "observations"])
def test_an_incomplete_record_never_says_no(part):
    effective = judge(chart(imaging=scans(50, 50, 50, 50), incomplete=(part,)))
    assert all(one.verdict.value != "not-met" for one in effective.definitions.values())
    assert effective.strategy.status == "undetermined"
    assert effective.therapy.tier == "UNDETERMINED"
    assert effective.response.category == "SD"
    assert "record-incomplete" in effective.missing
    refractory = judge(chart(incomplete=(part,)))
    assert cci(refractory) == "met"
    assert refractory.definitions["cci-2022"].provisional


# --- what may be a session, and dates that are not exact ---


def test_a_procedure_that_may_be_a_session_is_judged_both_ways():
    candidate = tace(THIRD, confirmed=False)
    found = judge(chart([tace(FIRST), tace(SECOND), candidate]))
    assert cci(found) == "indeterminate"
    assert found.definitions["cci-2022"].reason == "procedure-confirmation"
    assert "procedure-confirmation" in found.missing


def test_a_session_without_a_date_is_asked_for_when_it_would_count():
    found = judge(chart([tace(FIRST), tace(SECOND)], undated_sessions=("Procedure/x",)))
    assert "procedure-confirmation" in found.missing
    assert cci(found) == "indeterminate"


def test_an_imprecise_date_decides_only_when_every_day_agrees():
    month = tace("2023-04-01", latest=scan("2023-04-30", {}).date)
    sure = judge(
        chart([tace(FIRST), tace(SECOND), month], [BASELINE, scan("2023-06-10", {"L1": 65})])
    )
    assert cci(sure) == "met"
    unsure = judge(
        chart([tace(FIRST), tace(SECOND), month], [BASELINE, scan("2023-05-16", {"L1": 65})])
    )
    assert cci(unsure) == "indeterminate"
    assert unsure.definitions["cci-2022"].reason == "event-date"
    assert "event-date" in unsure.missing


def test_the_order_of_facts_never_matters():
    imaging = scans(50, 55, 60, 65)
    wanted = judge(chart(imaging=imaging))
    for order in permutations(range(3)):
        shuffled = chart([SESSIONS[i] for i in order], [imaging[i] for i in (3, *order)])
        assert judge(shuffled) == wanted


def test_a_scan_of_the_last_sessions_day_never_follows_it_up():
    course = (scan("2023-01-05", {"L1": 50}), scan(THIRD, {"L1": 65}))
    shown = judge(chart(imaging=course), window_lo=0)
    assert shown.course.assessment_scan is None
    assert "imaging-in-window" in shown.missing


@pytest.mark.parametrize(
    ("new", "branches"), [(True, ("F1-2",)), (False, ("F1-1b",)), (None, ("F1-1b", "F1-2"))]
)
def test_a_new_lesion_that_is_marked_no_target_still_is_a_new_lesion(new, branches):
    """Called new on the scan that finds it; the last reader's "no" does not outweigh that."""
    course = (
        scan("2023-01-05", {"L1": 50}),
        scan("2023-03-30", {"L1": 50, "N": 20}, new=new),
        scan(after(THIRD, 42), {"L1": 50, "N": 22}, new=None if new is None else False),
    )
    shown = judge(chart(imaging=course, roles={"N": "non-target"}))
    assert shown.response.category == "SD"
    assert shown.strategy.branches == branches


# --- found by an evaluator written independently ---


def on(day_of_course: int) -> str:
    return after(FIRST, day_of_course)


def test_a_session_keeps_every_group_of_its_parts():
    parts = [
        tace(on(0), group="g0"),
        tace(on(0), group="g1", references=("Procedure/z",)),
        tace(on(42), group="g1"),
        tace(on(79)),
    ]
    assert judge(chart(parts, ())).course.count == 2
    not_refined = [
        tace(on(0), group="g1"),
        tace(on(0), group="g2", references=("Procedure/z",)),
        tace(on(75), group="g2", standardised=False),
    ]
    assert judge(chart(not_refined, ())).course.count == 0


def test_sessions_that_come_to_overlap_are_one_from_then_on():
    """The joined session began on day 35, so day 65 is too far from its first part."""
    parts = [
        tace(on(0)),
        tace(on(35), group="g1"),
        tace(on(51)),
        tace(on(55), group="g1"),
        tace(on(65)),
    ]
    shown = judge(chart(parts, ()))
    assert [(s.start, s.end) for s in shown.course.sessions] == [
        (day(on(0)), day(on(0))),
        (day(on(35)), day(on(55))),
        (day(on(65)), day(on(65))),
    ]


def test_a_new_lesion_that_is_only_derived_leaves_the_readers_statement_missing():
    course = (
        scan("2023-01-05", {"L1": 50}),
        scan("2023-02-16", {"L1": 20}),
        scan("2023-03-30", {"L1": 20}, new=True),
        scan("2023-05-05", {"L1": 20, "N2": 12}, new=True),
        scan("2023-05-16", {"L1": 20, "N2": 15}, new=None),
    )
    shown = judge(chart(imaging=course))
    assert shown.strategy.branches == ("F1-2",)
    assert "new-lesion-status" in shown.missing


def test_a_lesion_called_new_and_measured_only_after_the_last_session_is_new():
    """Listed without a value before: no target, but new on the assessment scan all the same."""
    stated = StatedResponse(Response.PR, Comparator.BASELINE, ("Observation/r",))
    course = (
        scan(on(0), {}),
        scan(on(97), {"N1": None}, new=True),
        scan(on(147), {"N1": 30}, stated=(stated,)),
    )
    sessions = [tace(on(0)), tace(on(70)), tace(on(112))]
    assert judge(chart(sessions, course)).strategy.branches == ("F1-2",)


def test_a_cause_is_named_when_it_matters_only_with_the_smaller_of_two_values():
    course = (
        scan(on(0), {"L2": 9.9}),
        scan(on(0), {"L2": 12.0}, name="b"),
        scan(on(88), {"L2": 11.8}),
        scan(on(310), {"L2": 10.9}),
    )
    sessions = [tace(on(d)) for d in (0, 88, 118, 218)]
    haic = treatment("haic", on(65))
    shown = judge(chart([*sessions, haic], course), as_of=on(320))
    assert {"conflicting-data", "consecutiveness"} <= set(shown.missing)
    open_scan = (
        scan(on(-1), {"L2": 10.5}),
        scan(on(175), {"L2": 11.6}),
        scan(on(175), {"L2": 20.6}, name="b"),
        scan(on(200), {"L2": 13.0}, modality=None),
    )
    shown = judge(chart([tace(on(0)), tace(on(140))], open_scan), as_of=on(210))
    assert "contrast-status" in shown.missing


def test_the_reason_of_a_verdict_is_among_what_is_missing():
    sessions = [tace(on(d)) for d in (0, 15, 50)]
    course = (scan(on(-1), {"L1": 20}, contrast=None), scan(on(92), {"L1": 0}))
    shown = judge(chart([*sessions, treatment("haic", on(70))], course), as_of=on(230))
    reason = shown.definitions["cci-2022"].reason
    assert shown.definitions["cci-2022"].verdict.value == "indeterminate"
    assert reason in shown.missing


@pytest.mark.statement("CCI-F1.p2", "CCI-C5")
@pytest.mark.parametrize(
    ("before", "now", "branches", "asked"),
    [
        (True, None, ("F1-1b",), True),
        (True, True, ("F1-1b",), False),
        (False, True, ("F1-3b",), False),
        (None, True, ("F1-1b", "F1-3b"), True),
        (None, False, ("F1-1b",), False),
        (False, None, ("F1-1b", "F1-3b"), True),
    ],
)
def test_new_only_asks_what_was_there_before(before, now, branches, asked):
    course = (
        scan("2023-01-05", {"L1": 50}, ehs=before),
        scan(after(THIRD, 42), {"L1": 50}, ehs=now),
    )
    shown = judge(chart(imaging=course), vi_ehs_mode="new_only")
    assert shown.strategy.branches == branches
    assert ("ehs-status" in shown.missing) is asked


def test_old_spread_at_refractoriness_is_said_whatever_new_means():
    course = (
        scan("2023-01-05", {"L1": 50}, ehs=True),
        scan(after(THIRD, 42), {"L1": 65}, ehs=True),
    )
    for mode in ("present_any", "new_only"):
        assert "ehs-at-refractoriness" in judge(chart(imaging=course), vi_ehs_mode=mode).flags


def test_two_different_stated_sums_of_one_day_are_a_conflict():
    def with_sums(date, *sums):
        seen = scan(date, {"L1": None})
        return replace(
            seen, viable_sum_mm=tuple((Decimal(s), (f"Observation/sum{s}",)) for s in sums)
        )

    course = (with_sums("2023-01-05", 50), with_sums(after(THIRD, 42), 65, 40))
    shown = judge(chart(imaging=course))
    assert shown.response.category == "NE"
    assert "conflicting-data" in shown.missing
