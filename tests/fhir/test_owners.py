"""Whose a resource is (this patient's, another's, nobody's who can be told), and its name.

Another patient's is left out. Of what names nobody it cannot be said that it is not this patient's:
it is not used either, but nothing is concluded from its absence.
"""

from __future__ import annotations

import copy
import json
from typing import Any

import msgspec
import pytest

from cdshooks.clinical.chart import ChartNote
from cdshooks.fhir.charting import chart_of
from cdshooks.fhir.record import Record
from cdshooks.fhir.views import READ_TYPES
from tests.fhir.test_bad_resources import LAST_SESSION, RECORD, answers, judged
from tests.support.fhir_writer import Resource

SESSIONS = [r["id"] for r in RECORD if r["resourceType"] == "Procedure"]
NOBODY: list[Any] = [
    None,
    {},
    {"identifier": {"system": "urn:oid:1.2.3", "value": "4711"}},
    {"display": "Wang"},
    {"reference": "#p"},
    {"reference": "urn:uuid:0b0e4f4a-3a5b-4c0e-9d4e-0f7c2f1f5a10"},
    {"reference": "Patient?identifier=4711"},
    {"reference": "Patient/../Patient/x"},
]
ANOTHER = [
    {"reference": "Patient/other"},
    {"reference": "Group/g1"},
    {"reference": "Patient/p/_history/1"},
]


def owned_by(subject: Any, *kinds: str) -> list[Resource]:
    """The record with every resource of these types said to be somebody's."""
    record = copy.deepcopy(RECORD)
    for resource in record:
        if resource["resourceType"] in kinds:
            name = "patient" if resource["resourceType"] == "BodyStructure" else "subject"
            resource[name] = subject
            if subject is None:
                del resource[name]
    return record


@pytest.mark.parametrize("subject", NOBODY, ids=str)
def test_sessions_of_nobody_are_not_used_and_are_no_reason_for_a_no(subject: Any) -> None:
    shown = judged(owned_by(subject, "Procedure"))
    assert shown["course"]["count"] == 0
    assert {one["verdict"] for one in shown["definitions"].values()} == {"indeterminate"}
    assert "record-incomplete" in shown["missing"]
    [note] = [note for note in shown["notes"] if note["references"]]
    assert (note["code"], len(note["references"])) == ("unreadable-resource", len(SESSIONS))
    assert "Procedure.subject" in note["text"]


@pytest.mark.parametrize("subject", ANOTHER, ids=str)
def test_sessions_of_another_are_his_own(subject: Any) -> None:
    shown = judged(owned_by(subject, "Procedure"))
    assert answers(shown)["cci-2022"] == "not-met"
    assert "record-incomplete" not in shown["missing"]
    assert {note["code"] for note in shown["notes"]} == {"foreign-patient", "no-tace"}


@pytest.mark.parametrize(
    "kind", ["Procedure", "ImagingStudy", "BodyStructure", "Observation", "Condition"]
)
def test_nothing_is_denied_for_want_of_what_is_nobodys(kind: str) -> None:
    """Whatever its type: no definition is not met, and nothing is known to be suitable."""
    shown = judged(owned_by({"display": "Wang"}, kind))
    assert "record-incomplete" in shown["missing"]
    assert shown["unsuitable"]["verdict"] != "no"
    if kind != "Condition":
        assert "not-met" not in {one["verdict"] for one in shown["definitions"].values()}


@pytest.mark.parametrize("kind", sorted(READ_TYPES))
def test_what_cannot_be_read_and_is_nobodys_is_only_noted(kind: str) -> None:
    """Of every type that is read, also of those that are nobody's by their nature."""
    odd = {"id": 5, "resourceType": kind, "meta": 5, "subject": {"reference": "#p"}}
    shown = judged([*RECORD, odd])
    assert "unreadable-resource" in {note["code"] for note in shown["notes"]}
    assert "not-met" not in {one["verdict"] for one in shown["definitions"].values()}


def test_an_absolute_reference_that_lies_under_no_base_names_nobody() -> None:
    """With bases given; a file knows none, and any will do."""
    session: Resource = {"resourceType": "Procedure", "id": "t1", "status": "completed"}
    session["subject"] = {"reference": "https://h/fhir/Patient/p-1"}
    record = Record("p-1", [msgspec.Raw(json.dumps(session).encode())])
    assert chart_of(record).incomplete == ()
    for bases in ((), ("https://other/fhir",)):
        record.bases = bases
        chart = chart_of(record)
        assert chart.incomplete == ("procedures",)
        note = ChartNote(
            "unreadable-resource", ("Procedure/t1",), "owner", "Procedure.subject", count=1
        )
        assert note in chart.notes
    record.bases = ("https://h/fhir",)
    assert chart_of(record).incomplete == ()


BAD_IDS = ["a/b0", "x" * 200, "..", "a b", "<b>", "病"]


@pytest.mark.parametrize("id", BAD_IDS)
def test_a_session_whose_id_is_not_one_is_a_session_without_a_name(id: str) -> None:
    record = copy.deepcopy(RECORD)
    session = next(one for one in record if one["id"] == LAST_SESSION)
    session["id"] = id
    shown = judged(record)
    assert (shown["course"]["count"], answers(shown)["cci-2022"]) == (len(SESSIONS), "met")
    assert id not in str(shown)
    assert {note["code"] for note in shown["notes"]} == {"unreadable-resource"}
    newer = {**copy.deepcopy(session), "status": "entered-in-error", "meta": {"versionId": "2"}}
    session["meta"] = {"versionId": "1"}
    assert judged([*record, newer])["course"]["count"] == len(SESSIONS) - 1


@pytest.mark.parametrize("id", BAD_IDS)
def test_two_contents_under_an_id_that_is_not_one_are_not_believed(id: str) -> None:
    record = copy.deepcopy(RECORD)
    session = next(one for one in record if one["id"] == LAST_SESSION)
    session["id"] = id
    other = {**copy.deepcopy(session), "performedDateTime": "2023-04-05"}
    shown = judged([*record, other])
    assert answers(shown)["cci-2022"] == "indeterminate"
    assert "procedure-confirmation" in shown["missing"]
    assert id not in str(shown)
