"""On which scan a value was read: never on one of another modality, and never by ids or order."""

from __future__ import annotations

import datetime
from itertools import permutations
from typing import Any

import pytest

from tests.support.fhir_writer import LOINC, Resource, concept
from tests.support.three_sessions import (
    CT,
    DAYS,
    LATER,
    MR,
    STABLE,
    cci,
    diameter,
    judged,
    lesion,
    notes,
    report,
    scans,
    statement,
    study,
)

MET, NOT_MET = ("met", "PD"), ("not-met", "SD")
UNMEASURED = ("indeterminate", "target-measurement")
OPEN = ("indeterminate", "contrast-status")
PLAIN_CT, ENHANCED_CT = concept(LOINC, "30611-8"), concept(LOINC, "24815-3")
PLAIN_MR = concept(LOINC, "30668-8")
LAST = DAYS[-1]


def _before_and_on_mr(value: Resource) -> list[Resource]:
    """A baseline, and on the last day an enhanced MRI on which nothing says that it was read."""
    before = [lesion("l1", "L1"), study("s0", DAYS[0]), diameter("d0", DAYS[0], 50, on="s0")]
    return [*before, study("s2", LAST), value]


REPORTS = [
    ({"text": "肝脏MRI增强"}, MET),
    ({"text": "肝脏MRI"}, MET),
    ({"text": "影像检查报告"}, MET),
    ({"text": "上腹部CT平扫"}, UNMEASURED),
    ({"text": "肝脏MRI平扫"}, UNMEASURED),
    ({"text": "肝脏超声造影(CEUS)"}, UNMEASURED),
    ({"text": "PET-CT"}, UNMEASURED),
    (PLAIN_CT, UNMEASURED),
    ({"text": "上腹部CT"}, OPEN),
]


@pytest.mark.parametrize(("code", "expected"), REPORTS, ids=str)
def test_report_goes_onto_a_study_of_its_day_only_when_it_can_be_of_it(
    code: Resource, expected: tuple[str, str]
) -> None:
    value = diameter("d2", LAST, 65)
    shown = judged(_before_and_on_mr(value), report("r", LAST, "", ["d2"], code=code))
    assert cci(shown) == expected
    told = ("value-not-usable", "Observation/d2") in notes(shown)
    assert told is (expected == UNMEASURED)


def test_invasion_seen_by_ultrasound_is_none_of_the_scan_of_that_day() -> None:
    said = [
        statement("v0", "vascular-invasion", False, DAYS[0]),
        statement("v2", "vascular-invasion", True, LAST),
    ]
    shown = judged(scans((50, 20, 20)), said, report("r", LAST, "腹部超声", ["v2"]))
    assert shown["definitions"]["jsh-lcsgj-2014"]["verdict"] == "indeterminate"
    assert shown["definitions"]["jsh-lcsgj-2014"]["criteria"]["vascular-or-extrahepatic"] is None
    assert ("value-not-usable", "Observation/v2") in notes(shown)


@pytest.mark.parametrize(("method", "expected"), [(MR, MET), (CT, OPEN), (None, MET)])
def test_method_of_a_value_and_the_study_of_its_day(
    method: Resource | None, expected: tuple[str, str]
) -> None:
    more = {"method": method} if method is not None else {}
    assert cci(judged(_before_and_on_mr(diameter("d2", LAST, 65, **more)))) == expected


ANOTHER = [
    ({"modality": "US", "enhanced": None}, {"method": MR}),
    ({"modality": "US", "enhanced": None}, {}),
    ({"modality": "CT", "enhanced": False}, {"method": MR}),
    ({"modality": None, "enhanced": None}, {}),
]


@pytest.mark.parametrize(("kind", "more"), ANOTHER, ids=str)
def test_value_of_a_day_with_only_a_study_of_another_kind_stays_open(
    kind: dict[str, Any], more: dict[str, Any]
) -> None:
    value = diameter("later", LATER, 80, **more)
    assert cci(judged(scans(STABLE), study("s9", LATER, **kind), value)) == OPEN


def test_value_of_a_treatment_day_is_not_of_its_angiography() -> None:
    made_in = {"procedureReference": {"reference": "Procedure/t1"}}
    xa = study("x", "2023-01-10", "XA", None, **made_in)
    first = diameter("d0", "2023-01-10", 50, method=MR)
    last = [study("s2", LAST), diameter("d2", LAST, 65, on="s2")]
    assert cci(judged(lesion("l1", "L1"), xa, first, last)) == OPEN


def _two_studies(a: str, b: str) -> list[Resource]:
    return [study(a, LATER, "CT", False), study(b, LATER, "MR", True)]


@pytest.mark.parametrize("ids", [("sa", "sb"), ("sb", "sa")])
@pytest.mark.parametrize("named", [True, False])
def test_value_of_one_of_two_unlike_studies_is_judged_both_ways(
    ids: tuple[str, str], named: bool
) -> None:
    value = diameter("later", LATER, 80, on=ids if named else None)
    shown = judged(scans(STABLE), _two_studies(*ids), value)
    assert cci(shown) == OPEN
    assert shown["response"]["category"] == "PD|SD"
    assert ("inferred", "Observation/later") in notes(shown)


@pytest.mark.parametrize(("method", "expected"), [(MR, MET), (CT, NOT_MET)])
@pytest.mark.parametrize("named", [True, False])
def test_method_chooses_among_studies_of_one_day(
    method: Resource, expected: tuple[str, str], named: bool
) -> None:
    on = ("sa", "sb") if named else None
    value = diameter("later", LATER, 80, on=on, method=method)
    assert cci(judged(scans(STABLE), _two_studies("sa", "sb"), value)) == expected


@pytest.mark.parametrize("ids", list(permutations(("ra", "rb"))))
def test_two_reports_of_one_study_whatever_their_ids(ids: tuple[str, str]) -> None:
    of_it = [study("s9", LATER, "CT", None), diameter("later", LATER, 80, on="s9")]
    plain = report(ids[0], LATER, "上腹部CT平扫", on="s9")
    enhanced = report(ids[1], LATER, "上腹部CT增强", on="s9")
    assert cci(judged(scans(STABLE), of_it, plain, enhanced)) == MET
    assert cci(judged(scans(STABLE), of_it, plain)) == NOT_MET


def test_two_reports_of_one_day_that_name_no_study_and_disagree() -> None:
    of_it = [study("s9", LATER, "CT", None), diameter("later", LATER, 80, on="s9")]
    told = [report("ra", LATER, "上腹部CT平扫"), report("rb", LATER, "上腹部CT增强")]
    assert cci(judged(scans(STABLE), of_it, told)) == OPEN


@pytest.mark.parametrize("ids", list(permutations(("ra", "rb"))))
def test_study_without_a_day_has_the_first_of_its_reports(ids: tuple[str, str]) -> None:
    undated = study("s9", LATER)
    del undated["started"]
    first = report(ids[0], LATER, "肝脏MRI", on="s9")
    second = report(ids[1], "2023-07-20", "会诊", on="s9")
    value = diameter("later", None, 80, on="s9")
    shown = judged(scans(STABLE), undated, value, first, second, as_of=datetime.date(2023, 8, 1))
    assert cci(shown) == MET
    assert shown["course"]["assessmentScan"]["date"] == LATER


@pytest.mark.parametrize("codes", list(permutations((PLAIN_CT, ENHANCED_CT))), ids=str)
def test_codes_of_a_study_in_any_order(codes: tuple[Resource, ...]) -> None:
    done = study("s9", LATER, "CT", None, procedureCode=list(codes))
    assert cci(judged(scans(STABLE), done, diameter("later", LATER, 80, on="s9"))) == MET


@pytest.mark.parametrize(
    "codes", list(permutations((PLAIN_CT, concept(LOINC, "30668-8")))), ids=str
)
def test_codes_of_two_kinds_of_imaging_say_neither(codes: tuple[Resource, ...]) -> None:
    done = study("s9", LATER, None, True, procedureCode=list(codes))
    assert cci(judged(scans(STABLE), done, diameter("later", LATER, 80, on="s9"))) == OPEN


def test_value_without_a_day_of_two_unlike_studies_without_one() -> None:
    undated = _two_studies("sa", "sb")
    for one in undated:
        del one["started"]
    shown = judged(scans(STABLE), undated, diameter("later", None, 80, on=("sa", "sb")))
    assert ("value-not-usable", "Observation/later") in notes(shown)


def test_report_whose_day_has_an_hour_without_a_zone() -> None:
    """It is of the study of that day all the same."""
    value = diameter("d2", f"{LAST}T09:00:00", 65)
    told = report("r", f"{LAST}T09:00:00", "肝脏MRI", ["d2"])
    assert cci(judged(_before_and_on_mr(value), told)) == MET


@pytest.mark.parametrize(("method", "expected"), [(MR, MET), (CT, OPEN)])
def test_result_of_another_kind_than_the_study_of_its_report(
    method: Resource, expected: tuple[str, str]
) -> None:
    """The report does not say what it is about; the study is that of its day."""
    value = diameter("d2", LAST, 65, method=method)
    told = report("r", LAST, "影像检查报告", ["d2"])
    assert cci(judged(_before_and_on_mr(value), told)) == expected
