"""The demo: it runs by itself, ends, and shows each synthetic patient with the cards."""

from __future__ import annotations

import re

import pytest

from cdshooks.demo import PATIENTS, prefetched, run_demo
from cdshooks.settings import Service, Settings


@pytest.fixture(scope="module")
def shown() -> str:
    parts: list[str] = []
    run_demo(Settings(), parts.append)
    return "".join(parts)


def test_it_ends_with_what_to_type_next(shown):
    end = shown[shown.index("The demo is over") :]
    activated = end.index("  . .venv/bin/activate\n")
    assert activated < end.index("  python -m cdshooks evaluate") < end.index("serve --dev")


def test_it_says_that_its_clock_is_set(shown):
    assert "clock is set to 2025-09-10" in shown
    assert "sandbox mode" in shown


def test_every_patient_is_told_with_a_timeline_and_cards(shown):
    stories = re.split(r"\nPatient \d of 5 ", shown)[1:]
    assert len(stories) == len(PATIENTS)
    for story in stories:
        assert re.search(r"Who: Patient [A-E], a (man|woman) of \d\d ", story)
        assert re.search(r"\d{4}-\d\d-\d\d  (cTACE|DEB-TACE)", story)
        assert re.search(r"  \[(info|warning)\] ", story)


def test_only_the_first_is_shown_in_chinese_too(shown):
    stories = re.split(r"\nPatient \d of 5 ", shown)[1:]
    assert [bool(re.search("[\u4e00-\u9fff]", story)) for story in stories] == [
        True,
        False,
        False,
        False,
        False,
    ]


def test_the_first_patients_next_tace_is_guarded(shown):
    stories = re.split(r"\nPatient \d of 5 ", shown)[1:]
    assert ["(hook order-sign)" in story for story in stories] == [True, *[False] * 4]
    assert "Replace this TACE order by a HAIC draft: delete ServiceRequest/" in stories[0]


def test_a_service_that_is_not_asked_about_orders():
    parts: list[str] = []
    run_demo(Settings(service=Service(hooks=("patient-view",))), parts.append)
    assert "order-sign" not in "".join(parts)


def test_a_prefetch_query_is_answered_as_a_server_would():
    about = {"subject": {"reference": "Patient/a"}}
    coded = {"coding": [{"system": "http://s", "code": "c"}]}
    patient = {"resourceType": "Patient", "id": "a"}
    one = {"resourceType": "Observation", "id": "1", "code": coded, "category": [coded], **about}
    other = {"resourceType": "Observation", "id": "2", "subject": {"reference": "Patient/b"}}
    record = [patient, one, other]

    def ids(query: str) -> list[str]:
        found = prefetched(query, record)
        assert found is not None
        return [entry["resource"]["id"] for entry in found["entry"]]

    assert prefetched("Patient/a", record) == patient
    assert prefetched("Patient/b", record) is None
    assert ids("Observation?patient=a&_count=200") == ["1"]
    assert ids("Observation?patient=a&code=http://x|y,http://s|c") == ["1"]
    assert ids("Observation?patient=a&category=c") == ["1"]
    assert ids("Observation?patient=a&code=http://x|c") == []
    assert ids("Procedure?patient=a") == []
