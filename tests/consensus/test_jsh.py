"""The Japanese definition: its four criteria on the last two sessions, and what is asked for."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cdshooks.clinical.chart import Chart, Marker, MarkerValue, Scan, Statement
from cdshooks.consensus.assessment import Assessment, DefinitionVerdict
from tests.consensus.charts import (
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
)

BASELINE = scan("2023-01-05", {"L1": 50})
LAST = after(THIRD, 42)
VIABILITY, NEW, APPEARED, MARKERS = (
    "viability",
    "new-lesions",
    "vascular-or-extrahepatic",
    "markers",
)


def jsh(assessment: Assessment) -> DefinitionVerdict:
    return assessment.definitions["jsh-lcsgj-2014"]


def criterion(patient: Chart, name: str, **readings: Any) -> bool | None:
    criteria = jsh(judge(patient, **readings)).criteria
    assert criteria is not None
    return criteria[name]


def missing_of(patient: Chart, name: str) -> tuple[str, ...]:
    (finding,) = [f for f in jsh(judge(patient)).findings if f.label == f"finding.jsh-{name}"]
    return finding.missing


def seen(*imaging: Scan, **more: Any) -> Chart:
    return chart(imaging=(BASELINE, *imaging), **more)


# --- residual viability ---


@pytest.mark.parametrize(
    ("before", "now", "diameter", "area"),
    [
        (26, 26, True, False),
        (25, 26, False, False),
        (26, 25, False, False),
        (35, 35, True, False),
        (36, 36, True, True),
        (36, None, None, None),
        (25, None, False, False),
        (26, None, None, False),
    ],
)
def test_more_than_half_left_on_both_scans(before, now, diameter, area):
    """Of 50 mm, half the diameter is 25 mm and half the area 35.4 mm."""
    patient = chart(imaging=scans(50, 50, before, now))
    assert criterion(patient, VIABILITY) is diameter
    assert criterion(patient, VIABILITY, jsh_metric="area") is area
    assert ("jsh-metric-sensitive" in judge(patient).flags) is (diameter is not area)


def test_initial_lesions_together_and_no_other():
    two = scan("2023-01-05", {"L1": 50, "L2": 30})
    imaging = (
        two,
        scan("2023-03-30", {"L1": 25, "L2": 15, "N3": 40}, new=True),
        scan(LAST, {"L1": 30, "L2": 20, "N3": 40}),
    )
    assert criterion(chart(imaging=imaging), VIABILITY) is False
    squares = (two, scan("2023-03-30", {"L1": 41, "L2": 10}), scan(LAST, {"L1": 41, "L2": 10}))
    assert criterion(chart(imaging=squares), VIABILITY, jsh_metric="area") is True


@pytest.mark.parametrize(
    ("percents", "answer"),
    [((51,), True), ((50,), False), ((60, 70), True), ((60, 40), None), ((), None)],
)
def test_reported_viability_where_no_diameter_serves(percents, answer):
    read = replace(
        scan(LAST, {"L1": None}),
        residual_viability_percent=tuple((Decimal(p), (f"Observation/{p}",)) for p in percents),
    )
    assert criterion(seen(scan("2023-03-30", {"L1": 45}), read), VIABILITY) is answer


def left(when, sizes, shares):
    """A scan with the share left of single lesions, in percent."""
    of = tuple(
        (lesion, Decimal(percent), (f"Observation/{lesion}-{percent}",))
        for lesion, percents in shares.items()
        for percent in percents
    )
    return replace(scan(when, sizes), residual_viability_of=of)


@pytest.mark.parametrize(
    ("sizes", "shares", "answer", "by_area"),
    [
        ({"L1": None, "L2": None}, {"L1": [51], "L2": [60]}, True, True),
        ({"L1": None, "L2": None}, {"L1": [50], "L2": [0]}, False, False),
        ({"L1": None, "L2": None}, {"L1": [51], "L2": [50]}, None, None),
        ({"L1": None, "L2": None}, {"L1": [60]}, None, None),
        ({"L1": None, "L2": None}, {"L1": [60, 40], "L2": [60]}, None, None),
        ({"L1": 26, "L2": None}, {"L2": [60]}, True, None),
        ({"L1": 20, "L2": None}, {"L2": [40]}, False, False),
        ({"L1": 20, "L2": None}, {"L2": [60]}, None, None),
        ({"L1": 40, "L2": 16}, {"L1": [10], "L2": [10]}, True, True),
    ],
)
def test_shares_of_single_lesions_where_all_lie_on_one_side(sizes, shares, answer, by_area):
    """Of 40 and 20 mm; a size is asked first, and of a measured lesion its own ratio counts."""
    two = scan("2023-01-05", {"L1": 40, "L2": 20})
    before = scan("2023-03-30", {"L1": 40, "L2": 20})
    patient = chart(imaging=(two, before, left(LAST, sizes, shares)))
    assert criterion(patient, VIABILITY) is answer
    assert criterion(patient, VIABILITY, jsh_metric="area") is by_area


def test_a_share_of_a_lesion_that_the_baseline_does_not_measure():
    unmeasured = scan("2023-01-05", {"L1": None})
    before = left("2023-03-30", {"L1": None}, {"L1": [70]})
    for percent, answer in ((60, True), (40, False)):
        after_last = left(LAST, {"L1": None}, {"L1": [percent]})
        patient = chart(imaging=(unmeasured, before, after_last))
        assert criterion(patient, VIABILITY) is answer
    with_another = scan("2023-01-05", {"L1": None, "L2": 20})
    patient = chart(imaging=(with_another, before, left(LAST, {"L1": None}, {"L1": [60]})))
    assert criterion(patient, VIABILITY) is None


def test_a_share_against_what_is_reported_of_all_is_open():
    read = replace(
        left(LAST, {"L1": None}, {"L1": [60]}),
        residual_viability_percent=((Decimal(40), ("Observation/all",)),),
    )
    assert criterion(seen(scan("2023-03-30", {"L1": 45}), read), VIABILITY) is None


def test_a_lesion_unmeasured_at_the_baseline_leaves_the_viability_open():
    unmeasured = scan("2023-01-05", {"L1": 50, "L2": None})
    imaging = (unmeasured, scan("2023-03-30", {"L1": 45}), scan(LAST, {"L1": 45}))
    assert criterion(chart(imaging=imaging), VIABILITY) is None


@pytest.mark.parametrize(
    ("earlier", "later", "answer"), [(45, 20, False), (20, 45, True), (45, None, True)]
)
def test_of_the_scans_after_the_session_before_the_latest_whole_one_counts(earlier, later, answer):
    sessions = (tace(FIRST), tace(SECOND), tace(after(SECOND, 70)))
    imaging = (
        BASELINE,
        scan(after(SECOND, 30), {"L1": earlier}),
        scan(after(SECOND, 60), {"L1": later}),
        scan(after(SECOND, 110), {"L1": 45}),
    )
    assert criterion(chart(sessions, imaging), VIABILITY) is answer


def test_one_session_has_no_pair():
    once = chart([tace(THIRD)], (scan("2023-03-30", {"L1": 50}), scan(LAST, {"L1": 50}, new=True)))
    for name in (VIABILITY, NEW, MARKERS):
        assert criterion(once, name) is False
    unsure = replace(once, undated_sessions=("Procedure/x",))
    for name in (VIABILITY, NEW, MARKERS):
        assert criterion(unsure, name) is None
        assert missing_of(unsure, name) == ("procedure-confirmation",)


def test_two_sessions_are_a_pair():
    sessions = (tace(SECOND), tace(THIRD))
    imaging = (scan("2023-02-16", {"L1": 50}), *scans(50, 50, 45, 45)[2:])
    assert criterion(chart(sessions, imaging), VIABILITY) is True


FOUR = (*SESSIONS, tace(after(THIRD, 50)))


@pytest.mark.parametrize(
    ("sizes", "new", "told"),
    [
        ((45, 45, 20), (False, False, False), True),
        ((45, 20, 45), (False, False, False), False),
        ((20, 45, 45), (False, False, False), False),
        ((20, 20, 20), (True, True, False), True),
        ((20, 20, 20), (False, True, True), False),
        ((20, 20, 20), (True, False, False), False),
    ],
)
def test_an_earlier_pair_is_said(sizes, new, told):
    dates = ("2023-03-30", after(THIRD, 42), after(THIRD, 92))
    imaging = [
        scan(date, {"L1": mm}, new=answer)
        for date, mm, answer in zip(dates, sizes, new, strict=True)
    ]
    found = judge(chart(FOUR, (BASELINE, *imaging)), as_of=after(THIRD, 100))
    assert ("jsh-previously-met" in found.flags) is told


# --- new lesions twice ---


@pytest.mark.parametrize(
    ("before", "now", "answer"),
    [
        (True, True, True),
        (True, False, False),
        (False, None, False),
        (True, None, None),
        (None, True, None),
    ],
)
def test_new_lesions_on_both_scans(before, now, answer):
    imaging = (scan("2023-03-30", {"L1": 20}, new=before), scan(LAST, {"L1": 20}, new=now))
    assert criterion(seen(*imaging), NEW) is answer


def test_a_scan_that_measures_nothing_still_says_whether_there_are_new_lesions():
    imaging = (scan("2023-03-30", {"L1": None}, new=True), scan(LAST, {"L1": 20}, new=True))
    assert criterion(seen(*imaging), NEW) is True


# --- invasion or spread ---


@pytest.mark.parametrize(
    ("answers", "appeared"),
    [
        ({42: True}, True),
        ({42: False}, False),
        ({42: None}, None),
        ({5: True}, True),
        ({0: True, 42: False}, False),
        ({0: True}, None),
        ({20: True, 42: None}, True),
        ({20: False, 42: None}, None),
        ({20: True, 42: False}, False),
        ({42: False, 80: True}, True),
        ({}, None),
    ],
    ids=str,
)
@pytest.mark.parametrize("what", ["vi", "ehs"])
def test_the_latest_scan_after_the_last_session_says_what_is_there_now(what, answers, appeared):
    imaging = [scan(after(THIRD, d), {"L1": 20}, **{what: said}) for d, said in answers.items()]
    assert criterion(seen(*imaging), APPEARED) is appeared


def test_without_any_session_nothing_appears_after_one():
    assert criterion(chart((), (BASELINE,)), APPEARED) is False
    unsure = chart((), (BASELINE,), undated_sessions=("Procedure/x",))
    assert criterion(unsure, APPEARED) is None
    assert missing_of(unsure, APPEARED) == ("procedure-confirmation",)


# --- markers ---


def value(date: str, number: float, marker: Marker = Marker.AFP, **more: Any) -> MarkerValue:
    return MarkerValue(
        marker,
        more.pop("series", f"{marker}|1"),
        day(date),
        Decimal(str(number)),
        (f"Observation/{marker}-{date}-{number}",),
        **more,
    )


V0, U1, U2 = "2023-01-05", "2023-03-30", "2023-05-16"


def rising(*markers: MarkerValue) -> bool | None:
    return criterion(seen(scan(LAST, {"L1": 20}), markers=markers), MARKERS)


@pytest.mark.parametrize(
    ("dates", "usable"),
    [
        ((V0, U1, U2), True),
        ((FIRST, U1, U2), True),
        ((after(FIRST, 1), U1, U2), False),
        ((after(FIRST, -90), U1, U2), True),
        ((after(FIRST, -91), U1, U2), False),
        ((V0, SECOND, U2), False),
        ((V0, after(SECOND, 1), U2), True),
        ((V0, THIRD, U2), True),
        ((V0, after(THIRD, 1), U2), False),
        ((V0, U1, THIRD), False),
        ((V0, U1, after(THIRD, 1)), True),
    ],
)
def test_when_the_three_values_were_taken(dates, usable):
    found = rising(*(value(date, n) for date, n in zip(dates, (100, 200, 300), strict=True)))
    assert found is (True if usable else None)


@pytest.mark.parametrize(
    ("numbers", "answer"),
    [
        ((10, 15, 21), True),
        ((10, 15, 20), False),
        ((100, 100, 200), False),
        ((100, 200, 200), False),
        ((100, 50, 200), False),
    ],
)
def test_each_value_is_above_the_one_before_and_the_last_above_the_limit(numbers, answer):
    dates = zip((V0, U1, U2), numbers, strict=True)
    assert rising(*(value(date, n) for date, n in dates)) is answer


def three(numbers: tuple[float, ...], marker: Marker = Marker.AFP, **last: Any):
    v0, u1, u2 = numbers
    return value(V0, v0, marker), value(U1, u1, marker), value(U2, u2, marker, **last)


def test_the_limit_is_that_of_the_value_itself_else_the_published_one():
    pivka = Marker.PIVKA_II
    assert rising(*three((10, 20, 30), pivka)) is False
    assert rising(*three((10, 20, 41), pivka)) is True
    assert rising(*three((10, 20, 30), pivka, upper_limit=Decimal(25))) is True
    assert rising(*three((10, 20, 30), upper_limit=Decimal(35))) is False
    assert rising(*three((10, 20, 30), default_limit_applies=False)) is None
    other_unit = {"default_limit_applies": False, "upper_limit": Decimal(25)}
    assert rising(*three((10, 20, 30), **other_unit)) is True


def test_one_marker_that_rises_is_enough_and_an_incomplete_one_is_left_out():
    falling, up = three((300, 200, 100)), three((100, 200, 300), Marker.PIVKA_II)
    assert rising(*falling, *up) is True
    assert rising(*falling, *up[:2]) is False
    assert rising(*up[:2], *falling) is False
    assert rising(*three((100, 200, 300))[:2], *up) is True


def test_the_last_value_of_each_time_counts_and_of_one_day_the_highest():
    base = (value("2023-01-01", 500), value(V0, 100))
    assert rising(*base, value(U1, 200), value(U2, 300)) is True
    assert rising(*base, value(U1, 200), value(U1, 400), value(U2, 300)) is False
    assert rising(*reversed(base), value(U1, 200), value(U2, 300)) is True


def test_values_of_another_code_or_unit_are_not_compared():
    other = value(U1, 200, series="afp|other")
    assert rising(value(V0, 100), other, value(U2, 300)) is None


# --- what is asked for, and the reason ---


def test_the_reason_is_the_first_criterion_that_is_met_else_what_is_missing_first():
    assert jsh(judge(chart(markers=three((100, 200, 300))))).reason == VIABILITY
    both_new = (scan("2023-03-30", {"L1": 20}, new=True), scan(LAST, {"L1": 20}, new=True))
    assert jsh(judge(seen(*both_new))).reason == NEW
    spread = (scan("2023-03-30", {"L1": 20}), scan(LAST, {"L1": 20}, ehs=True))
    assert jsh(judge(seen(*spread))).reason == APPEARED
    small = (scan("2023-03-30", {"L1": 20}), scan(LAST, {"L1": 20}))
    assert jsh(judge(seen(*small, markers=three((100, 200, 300))))).reason == MARKERS
    assert jsh(judge(seen(*small))).reason == "markers"
    assert jsh(judge(seen(*small))).verdict == "indeterminate"
    assert jsh(judge(seen(*small, markers=three((3, 2, 1))))).reason == "none"


def test_what_a_settled_criterion_lacks_is_no_reason():
    found = jsh(judge(seen(scan(LAST, {"L1": 20}))))
    assert (found.verdict, found.reason) == ("indeterminate", "markers")


MISSING = {
    "no baseline": (
        (scan("2023-03-30", {"L1": 50}), scan(LAST, {"L1": 50})),
        (("imaging-baseline",), (), ()),
    ),
    "no baseline, and invasion now": (
        (scan("2023-03-30", {"L1": 50}), scan(LAST, {"L1": 50}, vi=True)),
        (("imaging-baseline",), (), ("imaging-baseline", "vi-status")),
    ),
    "baseline without a target": (
        (scan("2023-01-05", {"L1": 5}), scan("2023-03-30", {"L1": 5}), scan(LAST, {"L1": 5})),
        (("imaging-baseline",), (), ()),
    ),
    "lesion unmeasured at the baseline": (
        (scan("2023-01-05", {"L1": None}), scan("2023-03-30", {"L1": 5}), scan(LAST, {"L1": 5})),
        (("target-measurement",), (), ()),
    ),
    "one of two lesions unmeasured at the baseline": (
        (
            scan("2023-01-05", {"L1": 50, "L2": None}),
            scan("2023-03-30", {"L1": 45}),
            scan(LAST, {"L1": 45}),
        ),
        (("target-measurement",), (), ()),
    ),
    "no scan after the last session": (
        (BASELINE, scan("2023-03-30", {"L1": 50}, new=True)),
        (("imaging-in-window",), ("imaging-in-window",), ("vi-status", "ehs-status")),
    ),
    "no scan after the session before": (
        (BASELINE, scan(LAST, {"L1": 50}, new=True)),
        (("imaging-previous-session",), ("imaging-previous-session",), ()),
    ),
    "unmeasured and unsaid on the last": (
        (BASELINE, scan("2023-03-30", {"L1": 50}, new=True), scan(LAST, {"L1": None}, new=None)),
        (("target-measurement",), ("new-lesion-status",), ()),
    ),
    "unmeasured and unsaid on the one before": (
        (BASELINE, scan("2023-03-30", {"L1": None}, new=None), scan(LAST, {"L1": 50}, new=True)),
        (("imaging-previous-session",), ("imaging-previous-session",), ()),
    ),
    "invasion not said at the baseline": (
        (
            scan("2023-01-05", {"L1": 50}, vi=None),
            scan("2023-03-30", {"L1": 20}),
            scan(LAST, {"L1": 20}, vi=True),
        ),
        ((), (), ("vi-status",)),
    ),
}


@pytest.mark.parametrize("case", MISSING)
def test_what_would_settle_each_criterion(case):
    imaging, wanted = MISSING[case]
    patient = chart(imaging=imaging)
    assert tuple(missing_of(patient, n) for n in (VIABILITY, NEW, APPEARED)) == wanted
    assert missing_of(patient, MARKERS) == ("markers",)


@pytest.mark.parametrize(
    ("previous", "asked"),
    [
        (scan("2023-03-30", {"L1": 20}), False),
        (scan("2023-03-30", {"L1": None}), True),
        (scan("2023-03-30", {"L1": 20}, new=None), True),
        (None, True),
    ],
)
def test_the_scan_after_the_session_before_is_asked_for_while_the_answer_is_open(previous, asked):
    imaging = (() if previous is None else (previous,)) + (scan(LAST, {"L1": 20}),)
    assert ("imaging-previous-session" in judge(seen(*imaging)).missing) is asked
    met = (*imaging[:-1], scan(LAST, {"L1": 20}, vi=True))
    assert "imaging-previous-session" not in judge(seen(*met)).missing


@pytest.mark.parametrize(("sessions", "asked"), [(1, False), (2, True), (3, True)])
def test_with_one_session_there_is_none_before_it(sessions, asked):
    patient = seen(scan(LAST, {"L1": 20}, vi=None))
    found = judge(replace(patient, treatments=SESSIONS[3 - sessions :]))
    assert jsh(found).verdict == "indeterminate"
    assert ("imaging-previous-session" in found.missing) is asked


def test_statements_are_cited_scan_by_scan():
    def saying(date: str, name: str) -> Scan:
        return replace(
            scan(date, {"L1": 20}, new=None),
            new_intrahepatic_lesion=(said(f"new{name}"),),
            vascular_invasion=(said(name),),
        )

    def said(name: str) -> Statement:
        return Statement(False, (f"Observation/{name}",))

    patient = chart(
        SESSIONS[1:],
        (
            BASELINE,
            saying("2023-03-30", "before"),
            saying(after(THIRD, 10), "early"),
            saying(LAST, "last"),
            saying(after(THIRD, 80), "now"),
        ),
        markers=three((100, 200, 300)),
    )
    findings = jsh(judge(patient, window_hi=60)).findings
    used = {one.label.removeprefix("finding.jsh-"): set(one.used) for one in findings}
    statements = {
        name: {ref.removeprefix("Observation/") for ref in used[name] if "-" not in ref} - {"said"}
        for name in (NEW, APPEARED)
    }
    assert statements == {NEW: {"newbefore", "newlast"}, APPEARED: {"now"}}
    assert len(used[MARKERS]) == 3


def test_each_criterion_names_its_statement():
    findings = jsh(judge(chart())).findings
    assert [(one.statement, one.label.removeprefix("finding.jsh-")) for one in findings] == [
        ("DEF-JSH.1", VIABILITY),
        ("DEF-JSH.2", NEW),
        ("DEF-JSH.3", APPEARED),
        ("DEF-JSH.4", MARKERS),
    ]


def test_each_criterion_cites_what_it_was_read_from():
    markers = three((100, 200, 300))
    used = {f.label: set(f.used) for f in jsh(judge(chart(markers=markers))).findings}
    before, now = "2023-03-30", LAST
    base = {"ImagingStudy/2023-01-05"}
    both = {f"ImagingStudy/{before}", f"ImagingStudy/{now}"}
    sizes = {f"Observation/{date}-L1" for date in ("2023-01-05", before, now)}
    assert used["finding.jsh-viability"] == base | both | sizes
    assert used["finding.jsh-new-lesions"] == both | {"Observation/said"}
    assert used["finding.jsh-vascular-or-extrahepatic"] == base | {
        f"ImagingStudy/{now}",
        "Observation/said",
    }
    assert used["finding.jsh-markers"] == {ref for one in markers for ref in one.references}
