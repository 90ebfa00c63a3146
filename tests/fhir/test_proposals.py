"""Proposed resources: valid, coded from the profiles, for the patient, drafts, without doses."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest

from cdshooks.fhir import proposals
from cdshooks.fhir.codes import standard_terminology
from cdshooks.fhir.proposals import InvalidProposal, Wanted, proposed, resource_types

KINDS = tuple(proposals._KINDS)
TEXT = "what it is"


def wanted(kind: str, **changes: Any) -> Wanted:
    parts = (("targeted-therapy", "T"), ("immunotherapy", "I")) if "systemic" in kind else ()
    full = {
        "diagnosis": ("Condition/c",),
        "reasons": ("Observation/o",),
        "supporting": ("Procedure/t", "ImagingStudy/s"),
        "encounter": "Encounter/e",
        "parts": parts,
        "papers": ("https://doi.org/10.1/x",),
    }
    day = datetime.date(2025, 9, 10)
    return Wanted(kind, "Patient/p", day, TEXT, "a note", **(full | changes))


def built(kind: str, *types: str, **changes: Any) -> dict[str, Any]:
    resource = proposed(wanted(kind, **changes), standard_terminology(), types or resource_types())
    assert resource is not None
    return resource


def walk(value: Any) -> Iterator[Any]:
    yield value
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in below:
        yield from walk(one)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind(kind: str) -> None:
    resource = built(kind)
    assert resource["intent"] == "proposal"
    assert resource["status"] == ("requested" if resource["resourceType"] == "Task" else "draft")
    subject = resource.get("subject") or resource["for"]
    assert subject == {"reference": "Patient/p"}
    assert resource["encounter"] == {"reference": "Encounter/e"}
    assert resource["note"] == [{"text": "a note"}]
    assert resource["meta"]["tag"][0]["code"] == "cds-proposed"
    assert "id" not in resource
    assert all(value not in (None, "", [], {}) for value in walk(resource))
    names = {name for value in walk(resource) if isinstance(value, dict) for name in value}
    assert not names & {"dosageInstruction", "doseAndRate", "quantityQuantity", "dailyAmount"}
    references = {value["reference"] for value in walk(resource) if "reference" in _keys(value)}
    assert {"Condition/c", "Observation/o", "Procedure/t", "ImagingStudy/s"} <= references


def _keys(value: Any) -> Any:
    return value.keys() if isinstance(value, dict) else ()


@pytest.mark.parametrize("kind", KINDS)
def test_every_code_is_one_of_the_profiles(kind: str) -> None:
    terminology = standard_terminology()
    known = {key for slot in _slots() for key in terminology.slot(slot)}
    found = [value for value in walk(built(kind)) if {"system", "code"} <= set(_keys(value))]
    assert len(found) >= 2
    for coding in found:
        assert (coding["system"], coding["code"]) in known
        assert coding["display"]


def _slots() -> tuple[str, ...]:
    return ("proposal", "procedure", "imaging", "observation", "service-category")


def test_the_code_says_what_is_ordered() -> None:
    haic = built("haic")
    assert haic["code"]["coding"][0]["code"] == "haic" and haic["code"]["text"] == TEXT
    assert haic["reasonReference"] == [{"reference": "Condition/c"}, {"reference": "Observation/o"}]
    assert (
        standard_terminology().slot("observation")[
            ("http://loinc.org", built("afp")["code"]["coding"][0]["code"])
        ]
        == "afp"
    )


def test_a_scan_has_its_range_of_days() -> None:
    days = (datetime.date(2025, 9, 10), datetime.date(2025, 10, 22))
    scan = built("imaging-ct", period=days)
    assert scan["occurrencePeriod"] == {"start": "2025-09-10", "end": "2025-10-22"}
    assert "occurrencePeriod" not in built("afp")


def test_a_review_is_a_task_or_else_a_service_request() -> None:
    task = built("mdt-review", focus="ServiceRequest/d", evaluation="e-1")
    assert task["resourceType"] == "Task"
    assert task["focus"] == {"reference": "ServiceRequest/d"}
    assert task["reasonReference"] == {"reference": "Condition/c"}
    assert task["input"][-1]["valueString"] == "e-1"
    request = built("mdt-review", "ServiceRequest", "CarePlan", focus="ServiceRequest/d")
    assert request["resourceType"] == "ServiceRequest"
    assert request["supportingInfo"][0] == {"reference": "ServiceRequest/d"}
    assert proposed(wanted("mdt-review"), standard_terminology(), ["CarePlan"]) is None


def test_a_plan_has_an_activity_for_each_part() -> None:
    plan = built("systemic-therapy")
    assert plan["addresses"] == [{"reference": "Condition/c"}]
    details = [activity["detail"] for activity in plan["activity"]]
    assert [one["code"]["coding"][0]["code"] for one in details] == [
        "targeted-therapy",
        "immunotherapy",
    ]
    assert {one["doNotPerform"] for one in details} == {False}
    assert {one["status"] for one in details} == {"not-started"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_that_can_create_nothing(kind: str) -> None:
    assert proposed(wanted(kind), standard_terminology(), ["MedicationRequest"]) is None


@pytest.mark.parametrize("kind", KINDS)
def test_without_anything_to_refer_to(kind: str) -> None:
    bare = built(kind, diagnosis=(), reasons=(), supporting=(), encounter="", papers=())
    assert "reasonReference" not in bare and "supportingInfo" not in bare
    assert all(value not in (None, "", [], {}) for value in walk(bare))


def test_what_is_no_resource_is_told_without_its_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        proposals._BUILDERS,  # type: ignore[arg-type]
        "Task",
        lambda *_: {"status": ["secret"], "intent": {"secret": 1}},
    )
    with pytest.raises(InvalidProposal) as error:
        built("mdt-review")
    assert "secret" not in str(error.value) and error.value.__cause__ is None
