"""Four definitions of one response; their steps, what each rests on, and what each asks for."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cdshooks.clinical.chart import Chart, Comparator, Intent, Response, StatedResponse
from cdshooks.consensus.assessment import Finding
from tests.consensus.charts import (
    FIRST,
    SECOND,
    SESSIONS,
    THIRD,
    after,
    chart,
    judge,
    scan,
    scans,
    tace,
)

CCI, JSH, EPO, EUR = "cci-2022", "jsh-lcsgj-2014", "epoihcc", "european"
BASELINE = scan("2023-01-05", {"L1": 50})
LAST = after(THIRD, 42)


def aimed(intent: Intent | None, **more: Any) -> Chart:
    return chart([replace(session, intent=intent) for session in SESSIONS], **more)


def said(patient: Chart, name: str, **readings: Any) -> tuple[str, str]:
    found = judge(patient, **readings).definitions[name]
    return found.verdict.value, found.reason


ONE_RESPONSE = [
    # size now (of 50 mm): consensus, EPOIHCC, European by intent palliative, curative, unknown
    (0, "CR", "not-met", "not-met", "not-met", "not-met", "not-met"),
    (35, "PR", "not-met", "not-met", "not-met", "not-met", "not-met"),
    (50, "SD", "not-met", "met", "not-met", "met", "indeterminate"),
    (60, "PD", "met", "met", "met", "met", "met"),
]


@pytest.mark.parametrize(
    ("mm", "response", "cci", "epo", "palliative", "curative", "unknown"), ONE_RESPONSE
)
def test_one_response_and_its_verdicts(mm, response, cci, epo, palliative, curative, unknown):
    imaging = scans(50, 50, 50, mm)
    for intent, european in (
        (Intent.PALLIATIVE, palliative),
        (Intent.CURATIVE, curative),
        (None, unknown),
    ):
        patient = aimed(intent, imaging=imaging)
        assert said(patient, CCI) == (cci, response)
        assert said(patient, EPO) == (epo, response)
        reason = "intent" if european == "indeterminate" else response
        assert said(patient, EUR) == (european, reason)


NOT_EVALUABLE = {
    "no baseline": ((scan(LAST, {"L1": 50}),), "imaging-baseline"),
    "no assessment scan": ((BASELINE,), "imaging-in-window"),
    "baseline without a target": (
        (scan("2023-01-05", {"L1": 9}), scan(LAST, {"L1": 50})),
        "imaging-baseline",
    ),
    "unmeasured at the baseline": (
        (scan("2023-01-05", {"L1": None}), scan(LAST, {"L1": 50})),
        "target-measurement",
    ),
    "unmeasured at the assessment": ((BASELINE, scan(LAST, {"L1": None})), "target-measurement"),
    "a contradicting statement": (
        (
            BASELINE,
            scan(LAST, {"L1": 50}, stated=(StatedResponse(Response.CR, None, ("Observation/r",)),)),
        ),
        "conflicting-data",
    ),
}
IMAGING_CODES = {"imaging-baseline", "imaging-in-window", "target-measurement", "conflicting-data"}


@pytest.mark.parametrize("case", NOT_EVALUABLE)
def test_without_a_response_the_most_basic_cause_is_named(case):
    imaging, reason = NOT_EVALUABLE[case]
    patient = aimed(Intent.CURATIVE, imaging=imaging)
    for name in (CCI, EPO, EUR):
        assert said(patient, name) == ("indeterminate", reason)
    assert IMAGING_CODES & set(judge(patient).missing) == {reason}
    finding = steps(patient, EPO)["finding.epo-response"]
    assert (finding.answer, finding.missing) == (None, (reason,))


def test_both_scans_may_be_missing():
    assert {"imaging-baseline", "imaging-in-window"} <= set(judge(chart(imaging=())).missing)


def test_without_a_session_no_scan_is_asked_for():
    assert not IMAGING_CODES & set(judge(chart((), ())).missing)


# --- sessions ---


@pytest.mark.parametrize(("days", "verdict"), [(183, "met"), (184, "not-met"), (240, "not-met")])
def test_epoihcc_wants_three_sessions_in_six_months(days, verdict):
    sessions = (tace(FIRST), tace(after(FIRST, 100)), tace(after(FIRST, days)))
    patient = chart(sessions, (BASELINE, scan(after(FIRST, days + 40), {"L1": 50})))
    found = judge(patient, as_of=after(FIRST, 300)).definitions[EPO]
    assert found.verdict == verdict
    assert (found.reason == "insufficient-sessions") is (verdict == "not-met")


UNDATED = ("Procedure/x", "Procedure/y", "Procedure/z")


@pytest.mark.parametrize(
    ("sessions", "undated", "cci", "epo", "european"),
    [
        (3, 0, "met", "met", "met"),
        (2, 0, "not-met", "not-met", "met"),
        (2, 1, "indeterminate", "indeterminate", "met"),
        (1, 1, "not-met", "not-met", "met"),
        (1, 2, "indeterminate", "indeterminate", "met"),
        (0, 0, "not-met", "not-met", "not-met"),
        (0, 1, "not-met", "not-met", "indeterminate"),
        (0, 2, "not-met", "not-met", "indeterminate"),
        (0, 3, "indeterminate", "indeterminate", "indeterminate"),
    ],
)
def test_how_many_sessions_each_definition_wants(sessions, undated, cci, epo, european):
    treatments = [replace(s, intent=Intent.PALLIATIVE) for s in SESSIONS[:sessions]]
    last = treatments[-1].start.isoformat() if treatments else FIRST
    imaging = (BASELINE, scan(after(last, 42), {"L1": 65}))
    patient = chart(treatments, imaging, undated_sessions=UNDATED[:undated])
    found = judge(patient).definitions
    assert [found[name].verdict for name in (CCI, EPO, EUR)] == [cci, epo, european]
    for name in (CCI, EPO, EUR):
        if found[name].verdict == "not-met":
            assert found[name].reason == "insufficient-sessions"
        if found[name].verdict == "indeterminate":
            assert found[name].reason == "procedure-confirmation"


def test_an_undated_session_outside_the_six_months_is_not_asked_for():
    sessions = (tace(FIRST), tace(after(FIRST, 100)), tace(after(FIRST, 240)))
    imaging = (BASELINE, scan(after(FIRST, 280), {"L1": 50}))
    patient = chart(sessions, imaging, undated_sessions=("Procedure/x",))
    found = judge(patient, as_of=after(FIRST, 300)).definitions
    assert found[EPO].verdict == "indeterminate"
    assert found[CCI].verdict == "not-met"


# --- steps ---


def steps(patient: Chart, name: str, **readings: Any) -> dict[str, Finding]:
    return {one.label: one for one in judge(patient, **readings).definitions[name].findings}


def answers(patient: Chart, name: str) -> list[tuple[str, str, bool | None, tuple[str, ...]]]:
    return [
        (one.statement, one.label.removeprefix("finding."), one.answer, one.missing)
        for one in judge(patient).definitions[name].findings
    ]


def test_every_step_of_a_complete_record_is_answered():
    patient = aimed(Intent.CURATIVE, imaging=scans(50, 50, 50, 50))
    assert answers(patient, CCI) == [
        ("CCI-C1", "sessions", True, ()),
        ("CCI-C7", "technique", True, ()),
        ("CCI-C1", "baseline-scan", True, ()),
        ("CCI-C1", "assessment-scan", True, ()),
        ("CCI-C1", "target-response", False, ()),
    ]
    assert answers(patient, EPO) == [
        ("DEF-EPO", "epo-sessions", True, ()),
        ("DEF-EPO", "epo-response", True, ()),
    ]
    assert answers(patient, EUR) == [
        ("DEF-EUR.1", "european-intent", True, ()),
        ("DEF-EUR.2", "european-response", True, ()),
    ]


def test_every_step_of_an_empty_record_names_what_is_missing():
    patient = chart(
        [tace(FIRST, standardised=None), tace(SECOND)], (), undated_sessions=("Procedure/x",)
    )
    base, window, count = ("imaging-baseline",), ("imaging-in-window",), ("procedure-confirmation",)
    assert answers(patient, CCI) == [
        ("CCI-C1", "sessions", None, count),
        ("CCI-C7", "technique", None, ("tace-technique-attestation",)),
        ("CCI-C1", "baseline-scan", None, base),
        ("CCI-C1", "assessment-scan", None, window),
        ("CCI-C1", "target-response", None, base),
    ]
    assert answers(patient, EPO) == [
        ("DEF-EPO", "epo-sessions", None, count),
        ("DEF-EPO", "epo-response", None, base),
    ]
    assert answers(patient, EUR) == [
        ("DEF-EUR.1", "european-intent", None, ("tace-intent",)),
        ("DEF-EUR.1", "european-response", None, base),
    ]


def test_too_few_sessions_are_an_answer():
    (first, *_) = answers(chart(SESSIONS[:2], ()), CCI)
    assert first == ("CCI-C1", "sessions", False, ())


@pytest.mark.parametrize(
    ("intent", "statement", "answer"),
    [
        (Intent.PALLIATIVE, "DEF-EUR.1", False),
        (Intent.CURATIVE, "DEF-EUR.2", True),
        (None, "DEF-EUR.1", False),
    ],
)
def test_what_failure_is_depends_on_the_intent(intent, statement, answer):
    response = steps(aimed(intent, imaging=scans(50, 50, 50, 50)), EUR)["finding.european-response"]
    assert (response.statement, response.answer) == (statement, answer)


SCANS_USED = {"ImagingStudy/2023-01-05", f"ImagingStudy/{LAST}"}
SIZES_USED = {"Observation/2023-01-05-L1", f"Observation/{LAST}-L1"}


def test_each_step_rests_on_what_it_was_read_from():
    found = steps(chart(), CCI)
    sessions = {ref for one in SESSIONS for ref in one.references}
    assert set(found["finding.sessions"].used) == sessions
    assert set(found["finding.technique"].used) == sessions
    assert found["finding.baseline-scan"].used == ("ImagingStudy/2023-01-05",)
    assert found["finding.assessment-scan"].used == (f"ImagingStudy/{LAST}",)
    assert set(found["finding.target-response"].used) == SCANS_USED | SIZES_USED


def test_a_lesion_that_is_not_listed_there_cites_nothing_there():
    imaging = (BASELINE, scan(LAST, {}))
    used = steps(chart(imaging=imaging), CCI)["finding.target-response"].used
    assert set(used) == SCANS_USED | {"Observation/2023-01-05-L1"}
    alone = steps(chart(imaging=(scan(LAST, {"L1": 50}),)), CCI)["finding.target-response"].used
    assert set(alone) == {f"ImagingStudy/{LAST}"}


@pytest.mark.parametrize(("mm", "in_force"), [(None, True), (50, False)])
def test_a_statement_is_cited_where_it_is_in_force(mm, in_force):
    reader = (StatedResponse(Response.SD, Comparator.BASELINE, ("Observation/r",)),)
    imaging = (BASELINE, scan(LAST, {"L1": mm}, stated=reader))
    used = steps(chart(imaging=imaging), CCI)["finding.target-response"].used
    assert ("Observation/r" in used) is in_force


def test_different_reported_sums_are_a_conflict_whatever_is_measured_elsewhere():
    sums = tuple((Decimal(mm), (f"Observation/{mm}",)) for mm in (65, 40))
    read = replace(scan(LAST, {"L1": None}), viable_sum_mm=sums)
    base = replace(
        scan("2023-01-05", {"L1": None}), viable_sum_mm=((Decimal(50), ("Observation/50",)),)
    )
    assert said(chart(imaging=(base, read)), CCI) == ("indeterminate", "conflicting-data")
