"""What would change each verdict, in the smallest charts, and until when a scan is due."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cdshooks.clinical.chart import Chart, Comparator, Intent, Response, Scan, StatedResponse
from tests.consensus.charts import (
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

CCI, JSH, EPO, EUR = "cci-2022", "jsh-lcsgj-2014", "epoihcc", "european"
BASELINE = scan("2023-01-05", {"L1": 50})
LAST = after(THIRD, 42)


def told(patient: Chart, name: str, as_of: str = "2023-06-30", **readings: Any) -> list[tuple]:
    """Kind, verdict and what else is filled, per change of one definition."""
    found = []
    for change in judge(patient, as_of, **readings).outlook:
        if change.definition == name:
            rest = (change.mm, change.first, change.last, change.lesions, change.count)
            shown = tuple(str(value) for value in (*rest, change.subject) if value)
            found.append((change.kind.value, change.verdict and change.verdict.value, *shown))
    return found


def aimed(intent: Intent | None, *sizes: float | None, **more: Any) -> Chart:
    return chart([replace(s, intent=intent) for s in SESSIONS], scans(*sizes), **more)


# --- sums ---


@pytest.mark.parametrize(
    ("now", "cci", "epo"),
    [
        (65, ("sum-at-most", "not-met", "59.9", LAST), ("sum-at-most", "not-met", "35", LAST)),
        (50, ("sum-at-least", "met", "60", LAST), ("sum-at-most", "not-met", "35", LAST)),
        (30, ("sum-at-least", "met", "60", LAST), ("sum-at-least", "met", "35.1", LAST)),
        (0, ("sum-at-least", "met", "60", LAST), ("sum-at-least", "met", "35.1", LAST)),
    ],
)
def test_the_nearest_sum_with_the_contrary_verdict(now, cci, epo):
    patient = chart(imaging=scans(50, 50, 50, now))
    assert told(patient, CCI) == [cci]
    assert told(patient, EPO) == [epo]


def test_the_sum_follows_the_reading_in_force():
    patient = chart(imaging=scans(50, 50, 30, 31))
    assert told(patient, CCI)[0] == ("sum-at-least", "met", "60", LAST)
    assert told(patient, CCI, profile="mrecist-nadir")[0] == ("sum-at-least", "met", "36", LAST)
    small = chart(imaging=scans(20, 20, 20, 20))
    assert told(small, CCI, pd_min_abs_mm=5)[0] == ("sum-at-least", "met", "25", LAST)


def test_a_limit_between_tenths_is_reached_at_the_tenth_above():
    assert told(chart(imaging=scans(50.3, 50, 50, 50)), CCI)[0][2] == "60.4"


def test_a_stated_response_has_no_sum():
    reader = (StatedResponse(Response.SD, Comparator.BASELINE, ("Observation/r",)),)
    imaging = (BASELINE, scan(LAST, {"L1": None}, stated=reader))
    assert told(chart(imaging=imaging), CCI) == []


# --- intent, technique, sessions ---


@pytest.mark.parametrize(
    ("intent", "now", "wanted"),
    [
        (None, 50, [("intent", "met", "curative"), ("intent", "not-met", "palliative")]),
        (
            Intent.PALLIATIVE,
            50,
            [("sum-at-least", "met", "60", LAST), ("intent", "met", "curative")],
        ),
        (
            Intent.CURATIVE,
            50,
            [("sum-at-most", "not-met", "35", LAST), ("intent", "not-met", "palliative")],
        ),
        (Intent.CURATIVE, 65, [("sum-at-most", "not-met", "35", LAST)]),
        (Intent.PALLIATIVE, 65, [("sum-at-most", "not-met", "59.9", LAST)]),
    ],
)
def test_the_european_definition_changes_with_the_intent(intent, now, wanted):
    assert told(aimed(intent, 50, 50, 50, now), EUR) == wanted


def test_a_session_that_may_not_have_been_up_to_standard():
    sessions = [tace(FIRST, standardised=None), tace(SECOND, standardised=None), tace(THIRD)]
    found = told(chart(sessions), CCI)
    assert found == [
        ("sum-at-most", "not-met", "59.9", LAST),
        ("not-standardised", "not-met", SECOND),
    ]
    (change,) = [
        c
        for c in judge(chart(sessions)).outlook
        if c.kind == "not-standardised" and c.definition == CCI
    ]
    assert change.references == sessions[1].references
    assert not [one for one in told(chart(), CCI) if one[0] == "not-standardised"]


def test_where_attestation_is_required_all_of_it_settles():
    sessions = [tace(FIRST, standardised=None), tace(SECOND), tace(THIRD, standardised=None)]
    patient = chart(sessions)
    assert told(patient, CCI, technique_policy="require") == [("all-standardised", "met")]
    (change,) = [
        c for c in judge(patient, technique_policy="require").outlook if c.definition == CCI
    ]
    assert change.references == tuple(sorted({*sessions[0].references, *sessions[2].references}))


@pytest.mark.parametrize(
    ("days", "cci", "epo"),
    [((), "3", "3"), ((0,), "2", "2"), ((0, 60), "1", "1"), ((0, 170, 300), None, "1")],
)
def test_how_many_sessions_are_wanting(days, cci, epo):
    sessions = [tace(after(FIRST, d)) for d in days]
    last = after(FIRST, (*days, 0)[-1] if days else 0)
    patient = chart(sessions, (BASELINE, scan(after(last, 30), {"L1": 50})))
    counts = {
        name: [c for c in told(patient, name, after(FIRST, 340)) if c[0] == "sessions"]
        for name in (CCI, EPO, EUR)
    }
    assert counts[CCI] == ([] if cci is None else [("sessions", None, cci)])
    assert counts[EPO] == [("sessions", None, epo)]
    assert counts[EUR] == ([] if days else [("sessions", None, "1")])


# --- what is missing ---


def test_a_baseline_that_is_missing_is_asked_for_with_its_days():
    imaging = (scan(LAST, {"L1": 50}),)
    assert told(chart(imaging=imaging), CCI) == [("baseline", None, after(FIRST, -90), FIRST)]


WINDOW = (after(THIRD, 28), after(THIRD, 92))


@pytest.mark.parametrize(
    ("imaging", "readings", "mm"),
    [
        ((BASELINE,), {}, "60"),
        ((BASELINE, scan("2023-03-30", {"L1": 30})), {}, "60"),
        ((BASELINE, scan("2023-03-30", {"L1": 30})), {"profile": "mrecist-nadir"}, "36"),
        ((BASELINE, scan("2023-03-30", {"L1": None})), {"profile": "mrecist-nadir"}, "60"),
        (
            (scan("2022-12-20", {"L1": 20}), BASELINE),
            {"profile": "mrecist-nadir"},
            "60",
        ),
        ((BASELINE, scan("2023-03-30", {"L1": 50, "N2": 15}, new=True)), {}, "78"),
        (
            (BASELINE, scan("2023-03-30", {"L1": 50, "N2": 15}, new=True)),
            {"late_lesion": "zero"},
            "60",
        ),
        ((scan("2023-01-05", {"L1": 50.3}),), {}, "60.4"),
        ((scan("2023-01-05", {"L1": 20}),), {"pd_min_abs_mm": 5}, "25"),
        ((scan("2023-01-05", {"L1": 50, "L2": None}),), {}, None),
        ((scan("2023-01-05", {"L1": 9}),), {}, None),
    ],
)
def test_a_scan_that_is_missing_is_asked_for_with_its_days_and_the_sum_that_is_pd(
    imaging, readings, mm
):
    wanted = ("scan", None, *(() if mm is None else (mm,)), *WINDOW)
    assert told(chart(imaging=imaging), CCI, **readings) == [wanted]


@pytest.mark.parametrize(
    ("imaging", "lesions"),
    [
        ((BASELINE, scan(LAST, {"L1": None})), ("L1",)),
        ((scan("2023-01-05", {"L1": None}), scan(LAST, {"L1": 50})), ("L1",)),
        ((scan("2023-01-05", {"L1": 50, "L2": 30}), scan(LAST, {"L2": 30})), ("L1",)),
        ((BASELINE, scan("2023-03-30", {"L1": 50, "N2": 20}), scan(LAST, {"L1": 50})), ("N2",)),
        (
            (
                BASELINE,
                scan("2023-03-30", {"L1": 50, "N2": None}, new=True),
                scan(LAST, {"L1": 50, "N2": 20}),
            ),
            ("N2",),
        ),
        ((scan("2023-01-05", {"L1": 9}), scan(LAST, {"L1": 50})), ("L1",)),
    ],
)
def test_a_measurement_that_is_missing_is_asked_for_by_lesion(imaging, lesions):
    assert told(chart(imaging=imaging), CCI) == [("measurement", None, str(lesions))]


def test_a_lesion_without_a_record_of_its_own_is_named_by_its_key():
    patient = chart(imaging=(BASELINE, scan(LAST, {"L1": None})))
    assert told(replace(patient, lesions={}), CCI) == [("measurement", None, "('L1',)")]


def test_what_the_record_leaves_open_is_named():
    unsure = chart([*SESSIONS[:2], tace(THIRD, confirmed=False)])
    assert told(unsure, CCI) == [("open-point", None, "procedure-confirmation")]
    lost = chart(imaging=scans(50, 50, 50, 50), incomplete=("imaging",))
    assert told(lost, CCI) == [("open-point", None, "record-incomplete")]


# --- the Japanese definition ---


def falling() -> dict[str, Any]:
    dates = ("2023-01-05", "2023-03-30", LAST)
    return {"markers": tuple(afp(d, v) for d, v in zip(dates, (30, 20, 10), strict=True))}


INVASION = ("criterion", "met", "vascular-or-extrahepatic")


@pytest.mark.parametrize(
    ("before", "now", "wanted"),
    [
        (45, 45, [("initial-sum-at-most", "not-met", "25", LAST)]),
        (45, 20, [("initial-sum-at-least", "met", "25.1", LAST), INVASION]),
        (25, 20, [INVASION]),
        (20, 45, [INVASION]),
    ],
)
def test_half_of_the_initial_sum_is_the_limit_of_the_japanese_definition(before, now, wanted):
    patient = chart(imaging=scans(50, 50, before, now), **falling())
    assert told(patient, JSH) == wanted


def test_by_area_no_sum_is_named():
    patient = chart(imaging=scans(50, 50, 45, 20), **falling())
    assert told(patient, JSH, jsh_metric="area") == [INVASION]


def test_the_half_is_that_of_the_initial_lesions_only():
    imaging = (
        scan("2023-01-05", {"L1": 50.3, "L2": 20}),
        scan("2023-03-30", {"L1": 50, "L2": 20, "N3": 20}, new=True),
        scan(LAST, {"L1": 10, "L2": 5, "N3": 20}),
    )
    assert told(chart(imaging=imaging, **falling()), JSH)[0][:3] == (
        "initial-sum-at-least",
        "met",
        "35.2",
    )


def test_met_by_more_than_one_criterion_no_single_sum_changes_it():
    imaging = (BASELINE, scan("2023-03-30", {"L1": 45}), scan(LAST, {"L1": 45}, vi=True))
    assert told(chart(imaging=imaging, **falling()), JSH) == []
    unknown_markers = chart(imaging=scans(50, 50, 45, 45))
    assert told(unknown_markers, JSH) == []


def test_each_open_criterion_would_settle_it_and_a_single_one_either_way():
    one = chart(imaging=scans(50, 50, 20, 20))
    assert told(one, JSH) == [
        ("criterion", "met", "markers"),
        ("no-criterion", "not-met", "markers"),
    ]
    two = (BASELINE, scan("2023-03-30", {"L1": 20}), scan(LAST, {"L1": 20}, vi=None))
    assert told(chart(imaging=two), JSH) == [
        ("criterion", "met", "vascular-or-extrahepatic"),
        ("criterion", "met", "markers"),
    ]


def test_a_baseline_alone_settles_it_only_where_both_later_scans_are_there():
    wanted = ("baseline", None, after(FIRST, -90), FIRST)
    assert wanted in told(chart(imaging=scans(50, 50, 45, 45)[1:], **falling()), JSH)
    assert wanted not in told(chart(imaging=scans(50, 50, 45, 45)[3:], **falling()), JSH)


@pytest.mark.parametrize(("before", "mm"), [(45, "25.1"), (25, None)])
def test_the_last_scan_settles_it_only_after_enough_was_left_before(before, mm):
    found = told(chart(imaging=scans(50, 50, before, 45)[:3], **falling()), JSH)
    scan_wanted = [one for one in found if one[0] == "initial-scan"]
    assert scan_wanted == ([] if mm is None else [("initial-scan", None, mm, *WINDOW)])


def test_without_a_session_no_criterion_would_do():
    assert told(chart((), (BASELINE,)), JSH) == []


def test_a_session_below_standard_would_change_the_japanese_definition_too():
    sessions = [tace(SECOND), tace(THIRD, standardised=None)]
    imaging = (scan("2023-02-16", {"L1": 50}), *scans(50, 50, 45, 45)[2:])
    assert ("not-standardised", "not-met", THIRD) in told(
        chart(sessions, imaging, **falling()), JSH
    )


# --- several readings ---


def test_a_change_is_named_only_when_it_would_do_the_same_in_every_reading():
    second = scan(after(THIRD, 60), {"L1": 50}, contrast=None)
    patient = chart(imaging=(BASELINE, scan(LAST, {"L1": 50}), second))
    assert told(patient, CCI) == []
    same = scan("2023-03-30", {"L1": 50}, contrast=None)
    assert told(chart(imaging=(BASELINE, same, scan(LAST, {"L1": 50}))), CCI) == [
        ("sum-at-least", "met", "60", LAST)
    ]


# --- the scan that is due ---


@pytest.mark.parametrize(
    ("days", "first", "last"),
    [(0, 28, 92), (27, 28, 92), (28, 28, 92), (50, 50, 92), (92, 92, 92), (93, None, None)],
)
def test_a_scan_is_due_until_the_window_closes(days, first, last):
    found = judge(chart(imaging=(BASELINE,)), as_of=after(THIRD, days)).due
    if first is None:
        assert found is None
    else:
        assert found is not None
        assert (found.first, found.last) == (day(after(THIRD, first)), day(after(THIRD, last)))


def test_no_scan_is_due_after_one_or_after_the_next_treatment_or_without_a_session():
    today = after(THIRD, 50)
    assert judge(chart(), as_of=today).due is None
    closed = chart([*SESSIONS, treatment("tae", after(THIRD, 20))], (BASELINE,))
    assert judge(closed, as_of=today).due is None
    assert judge(chart((), (BASELINE,)), as_of=today).due is None


def test_a_scan_listed_but_not_measured_is_not_a_scan_to_come():
    unmeasured: Scan = scan(LAST, {"L1": None})
    assert judge(chart(imaging=(BASELINE, unmeasured))).due is None
    assert Decimal("60") in {
        change.mm for change in judge(chart(imaging=(BASELINE,))).outlook if change.mm
    }
