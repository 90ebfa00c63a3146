"""Sex, birth date and whatever else a Patient says of itself change nothing in any answer."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.interop.records import Case, cases
from tests.support.draft_orders import order
from tests.web.calls import PATH, patient_call
from tests.web.order_calls import SIGN, signing

RACE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race"
DEMOGRAPHICS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "a woman of 20": {"gender": "female", "birthDate": "2005-03-01"},
    "a man of 95": {"gender": "male", "birthDate": "1930-12-31"},
    "another sex, year alone": {"gender": "other", "birthDate": "1961"},
    "sex unknown, no birth date": {"gender": "unknown"},
    "race, language, address": {
        "extension": [{"url": RACE, "extension": [{"url": "text", "valueString": "Asian"}]}],
        "communication": [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "zh"}]}}],
        "address": [{"country": "CN", "city": "Guangzhou"}],
        "maritalStatus": {"text": "married"},
    },
}
DEMO = ("refractory", "unsuitable", "effective", "not-enough-data", "two-sessions")

everybody = pytest.mark.parametrize("who", DEMOGRAPHICS)


def as_somebody_else(patient: dict[str, Any], who: str) -> dict[str, Any]:
    """Nothing is left but the id, and what is said of that person."""
    assert patient["resourceType"] == "Patient"
    return {"resourceType": "Patient", "id": patient["id"], **DEMOGRAPHICS[who]}


def changed(case: Case, who: str) -> Case:
    resources = tuple(
        as_somebody_else(one, who) if one["resourceType"] == "Patient" else one
        for one in case.resources
    )
    assert len(resources) == len(case.resources)
    return replace(case, resources=resources)


@pytest.mark.parametrize("patient_id", cases())
def test_no_verdict_depends_on_who_it_is(patient_id: str) -> None:
    case = cases()[patient_id]
    for readings in case.readings:
        expected = case.judged(case.from_file(), readings)
        for who in DEMOGRAPHICS:
            assert changed(case, who).judged(changed(case, who).from_file(), readings) == expected


def lasting(cards: list[dict[str, Any]]) -> str:
    """Without what is new each time."""
    for card in cards:
        for one in [card, *card.get("suggestions", [])]:
            one.pop("uuid")
    return json.dumps(cards, ensure_ascii=False)


@everybody
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", DEMO)
def test_no_card_depends_on_who_it_is(client: Any, name: str, language: str, who: str) -> None:
    draft = order(patient=f"demo-{name}")
    for path, call in (
        (PATH, patient_call(client, name)),
        (SIGN, signing(client, name, draft)),
    ):
        said = []
        for patient in (
            call["prefetch"]["patient"],
            as_somebody_else(call["prefetch"]["patient"], who),
        ):
            call["prefetch"]["patient"] = patient
            answer = client.post(path, json=call, headers={"Accept-Language": language})
            assert answer.status_code == 200
            said.append(lasting(answer.get_json()["cards"]))
        assert said[0] == said[1]
