"""Results that a report or a group holds in itself are read as if they stood beside it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.support.fhir_writer import DICOM, Resource, concept
from tests.support.three_sessions import (
    DAYS,
    LATER,
    STABLE,
    cci,
    diameter,
    judged,
    lesion,
    notes,
    observed,
    report,
    scans,
    study,
)

MET, NOT_MET = ("met", "PD"), ("not-met", "SD")


def _holding(*inner: Resource, results: tuple[str, ...] = ("o",), **more: Any) -> Resource:
    """A report of a later MRI that holds its results."""
    named = [{"reference": f"#{name}"} for name in results]
    return report("r", LATER, "MRI liver dynamic", result=named, contained=list(inner), **more)


def _without_owner(resource: Resource) -> Resource:
    return {k: v for k, v in resource.items() if k not in ("subject", "patient")}


GROWN = diameter("o", LATER, 80)


@pytest.mark.parametrize("inner", [GROWN, _without_owner(GROWN)], ids=["owner", "no owner"])
def test_size_in_a_report(inner: Resource) -> None:
    shown = judged(scans(STABLE), _holding(inner))
    assert cci(shown) == MET
    assert ("inferred", "DiagnosticReport/r") in notes(shown)
    assert "#" not in str([note["references"] for note in shown["notes"]])


def test_all_sizes_in_reports_of_which_each_calls_its_result_alike() -> None:
    held = [
        {**_holding(diameter("o", day, size), effectiveDateTime=day), "id": f"r{number}"}
        for number, (day, size) in enumerate(zip(DAYS, (50, 55, 65), strict=True))
    ]
    assert cci(judged(lesion("l1", "L1"), held)) == MET


@pytest.mark.parametrize(("enhanced", "expected"), [(True, MET), (False, NOT_MET)])
def test_study_in_a_report(enhanced: bool, expected: tuple[str, str]) -> None:
    size = diameter("o", LATER, 80, derivedFrom=[{"reference": "#s"}])
    done = study("s", LATER, enhanced=enhanced)
    assert cci(judged(scans(STABLE), _holding(size, done, code={"text": "?"}))) == expected


def test_lesion_in_a_report_is_a_lesion_of_its_own() -> None:
    size = diameter("o", LATER, 30, None, focus=[{"reference": "#l"}])
    shown = judged(scans((50, 55, 65)), _holding(size, lesion("l", "S6-b")))
    assert cci(shown) == ("indeterminate", "target-measurement")


def test_members_in_a_group() -> None:
    member = diameter("o", None, 80, None)
    group = observed(
        "g",
        concept(DICOM, "125007"),
        LATER,
        contained=[member],
        hasMember=[{"reference": "#o"}],
        focus=[{"reference": "BodyStructure/l1"}],
        derivedFrom=[{"reference": "ImagingStudy/s9"}],
    )
    assert cci(judged(scans(STABLE), study("s9", LATER), group)) == MET


def test_what_is_void_or_not_referred_to_is_not_read() -> None:
    for unused in (
        _holding(GROWN, status="entered-in-error"),
        _holding(GROWN, results=()),
        _holding(diameter("o", LATER, 80, status="entered-in-error")),
    ):
        assert cci(judged(scans(STABLE), unused)) == NOT_MET


def test_of_another_patient() -> None:
    other = {"subject": {"reference": "Patient/p-2"}}
    shown = judged(scans(STABLE), _holding(GROWN, **other))
    (note,) = [one for one in shown["notes"] if one["code"] == "foreign-patient"]
    assert note["references"] == ["DiagnosticReport/r"]
    held = judged(scans(STABLE), _holding({**copy.deepcopy(GROWN), **other}))
    assert cci(held) == NOT_MET
    assert "foreign-patient" in {one["code"] for one in held["notes"]}


def test_newest_version_of_a_report_holds_what_counts() -> None:
    first = _holding(GROWN, meta={"versionId": "1"})
    second = _holding(diameter("o", LATER, 52), meta={"versionId": "2"})
    for order in ([first, second], [second, first]):
        assert cci(judged(scans(STABLE), order)) == NOT_MET


def test_result_that_is_not_held_where_it_should_be() -> None:
    shown = judged(scans(STABLE), _holding(results=("gone",)))
    assert cci(shown) == ("indeterminate", "record-incomplete")
    assert ("truncated", "DiagnosticReport/r") in notes(shown)


def test_reference_made_up_from_outside_names_nothing() -> None:
    value = diameter("d9", LATER, 80, None, focus=[{"reference": "BodyStructure/#in0"}])
    assert cci(judged(scans(STABLE), value)) != MET
