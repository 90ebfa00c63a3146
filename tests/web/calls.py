"""What an EHR sends: hook calls with a synthetic patient's record as prefetch."""

from __future__ import annotations

import copy
import datetime
import json
from importlib.resources import files
from typing import Any

from cdshooks.demo import TODAY, prefetched

PATH = "/cds-services/tace-refractoriness"
DELETE = object()


def morning() -> datetime.datetime:
    """The day on which the synthetic patients are seen."""
    return datetime.datetime.combine(TODAY, datetime.time(4), datetime.UTC)


def bundle(name: str) -> dict[str, Any]:
    text = (files("cdshooks") / "demo_patients" / f"{name}.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def patient_call(client: Any, name: str = "refractory") -> dict[str, Any]:
    """A whole, well-formed call, every advertised prefetch key answered."""
    service = client.get("/cds-services").get_json()["services"][0]
    resources = [entry["resource"] for entry in bundle(name)["entry"]]
    patient_id = f"demo-{name}"
    return {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/p1", "patientId": patient_id},
        "prefetch": {
            key: prefetched(template.replace("{{context.patientId}}", patient_id), resources)
            for key, template in service["prefetch"].items()
        },
    }


def changed(call: dict[str, Any], *changes: tuple[str, Any]) -> dict[str, Any]:
    """A copy with members set, or taken out with ``DELETE``, by their dotted paths."""
    result = copy.deepcopy(call)
    for path, value in changes:
        *parents, last = path.split(".")
        place = result
        for name in parents:
            place = place.setdefault(name, {})
        if value is DELETE:
            place.pop(last, None)
        else:
            place[last] = value
    return result


def outcome_text(response: Any, status: int) -> str:
    """The text of a well-formed OperationOutcome; its whole body must be nothing else."""
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.mimetype == "application/fhir+json"
    body = response.get_json()
    assert body.keys() == {"resourceType", "issue"}
    assert body["resourceType"] == "OperationOutcome"
    (issue,) = body["issue"]
    assert issue.keys() <= {"severity", "code", "details", "diagnostics"}
    assert issue["severity"] == "error"
    assert "Traceback" not in response.get_data(as_text=True)
    return str(issue["details"]["text"]) + " " + str(issue.get("diagnostics", ""))
