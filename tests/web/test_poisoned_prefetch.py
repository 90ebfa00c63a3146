"""Prefetch in which something is not the patient's: not used, said, and no verdict surer for it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.web.calls import PATH, changed, outcome_text, patient_call

EXTENSION = "org.tace-cds.assessment"
MINE = "demo-refractory"
OTHERS: dict[str, Any] = {
    "another": {"reference": "Patient/other"},
    "another, by the way of this one": {"reference": f"Patient/{MINE}/../other"},
    "dots": {"reference": "Patient/../Patient/other"},
    "dots to this one": {"reference": f"Patient/other/../{MINE}"},
    "contained": {"reference": f"#{MINE}"},
    "lower case": {"reference": f"patient/{MINE}"},
    "a blank": {"reference": f"Patient/{MINE} "},
    "a query": {"reference": f"Patient/{MINE}?x=1"},
    "a fragment": {"reference": f"Patient/{MINE}#x"},
    "another type": {"reference": f"Group/{MINE}"},
    "the id alone": {"reference": MINE},
    "a condition": {"reference": f"Patient?_id={MINE}"},
    "an urn": {"reference": "urn:uuid:0b6e0d4c-0f5e-4a52-9f6d-6a3c0a4b7a11"},
    "a name alone": {"display": "the patient of this chart"},
    "an identifier alone": {"identifier": {"value": MINE}},
    "nothing": {},
    "null": None,
}


def everywhere(call: dict[str, Any], key: str, change: Any) -> dict[str, Any]:
    """The last resource of a key changed, under each key that holds it; None takes it out."""
    copy: dict[str, Any] = json.loads(json.dumps(call))
    chosen = copy["prefetch"][key]["entry"][-1]["resource"]["id"]
    for bundle in copy["prefetch"].values():
        if bundle["resourceType"] != "Bundle":
            continue
        entries = []
        for entry in bundle["entry"]:
            if entry["resource"]["id"] == chosen:
                entry = change and {**entry, "resource": {**entry["resource"], **change}}
            entries += [entry] if entry else []
        bundle |= {"entry": entries, "total": len(entries)}
    return copy


def answered(client: Any, call: dict[str, Any]) -> tuple[dict[str, str], str]:
    """Verdicts, and all that the cards say."""
    cards = client.post(PATH, json=call).get_json()["cards"]
    definitions = cards[0]["extension"][EXTENSION]["definitions"] if cards else {}
    told = "\n".join(card["detail"] for card in cards)
    return {name: found["verdict"] for name, found in definitions.items()}, told


@pytest.mark.parametrize("why", OTHERS)
@pytest.mark.parametrize("key", ["procedures", "imagingObservations", "imagingStudies"])
def test_what_is_not_the_patients_is_not_used(client: Any, key: str, why: str) -> None:
    call = patient_call(client)
    contained = [{"resourceType": "Patient", "id": MINE}]
    poisoned = everywhere(call, key, {"subject": OTHERS[why], "contained": contained})
    verdicts, told = answered(client, poisoned)
    expected, _ = answered(client, everywhere(call, key, None))
    for name, verdict in verdicts.items():
        assert verdict in (expected[name], "indeterminate")
    assert "another patient" in told or "not be read" in told


@pytest.mark.parametrize(
    "patient",
    [
        {"resourceType": "Patient", "id": "other"},
        {"resourceType": "Patient", "id": MINE + " "},
        {"resourceType": "Patient", "id": MINE.upper()},
        {"resourceType": "Patient"},
        {"resourceType": "Person", "id": MINE},
        {
            "resourceType": "Bundle",
            "entry": [
                {"resource": {"resourceType": "Patient", "id": MINE}},
                {"resource": {"resourceType": "Patient", "id": "other"}},
            ],
        },
    ],
)
def test_another_patient_in_the_patients_place_is_refused(client: Any, patient: Any) -> None:
    call = changed(patient_call(client), ("prefetch.patient", patient))
    assert "prefetch.patient" in outcome_text(client.post(PATH, json=call), 400)
