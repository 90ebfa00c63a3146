"""How long a whole hook call takes, as ratios to the floor: only parsing the request's JSON.

    python benchmarks/hook_call.py [RESOURCES ...]

The service runs in this process and is called over HTTP on one connection, as an EHR would with
everything prefetched. The record is a bundled patient, filled up with laboratory results that the
criteria do not use. Rounds of floor and call alternate, so that both see the same machine.
"""

from __future__ import annotations

import http.client
import io
import json
import statistics
import sys
import time
import uuid
from importlib.resources import files
from typing import Any

import orjson

from cdshooks import logs
from cdshooks.app import create_app, running
from cdshooks.demo import prefetched
from cdshooks.fhir.needs import prefetch_templates
from cdshooks.settings import Settings

ROUNDS, CALLS = 30, 10
SIZES = (50, 200, 1000, 4000)
PATIENT, SERVICE = "refractory", "tace-refractoriness"


def record(size: int) -> list[dict[str, Any]]:
    """``size`` resources: the patient's own, then unrelated laboratory results."""
    text = (files("cdshooks") / "demo_patients" / f"{PATIENT}.json").read_text(encoding="utf-8")
    own = [entry["resource"] for entry in json.loads(text)["entry"]]
    patient = next(r for r in own if r["resourceType"] == "Patient")
    own += [unrelated(number, patient["id"]) for number in range(size - len(own))]
    return own[:size]


def unrelated(number: int, patient_id: str) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": f"lab-{number}",
        "meta": {"versionId": "1", "lastUpdated": "2025-06-01T08:00:00+08:00"},
        "status": "final",
        "category": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                        "code": "imaging",
                        "display": "Imaging",
                    }
                ]
            }
        ],
        "code": {"coding": [{"system": "urn:oid:2.999.9", "code": f"code-{number % 40}"}]},
        "subject": {"reference": f"Patient/{patient_id}"},
        "encounter": {"reference": f"Encounter/e-{number % 20}"},
        "effectiveDateTime": f"2025-0{1 + number % 8}-1{number % 10}T08:00:00+08:00",
        "valueQuantity": {"value": 100 + number % 90, "unit": "U/L", "code": "U/L"},
        "referenceRange": [{"low": {"value": 40}, "high": {"value": 150}}],
    }


def request(resources: list[dict[str, Any]]) -> bytes:
    patient_id = resources[0]["id"]
    return orjson.dumps(
        {
            "hook": "patient-view",
            "hookInstance": str(uuid.uuid4()),
            "context": {"userId": "Practitioner/bench", "patientId": patient_id},
            "prefetch": {
                key: prefetched(query.replace("{{context.patientId}}", patient_id), resources)
                for key, query in prefetch_templates().items()
            },
        }
    )


def milliseconds(work: Any) -> float:
    start = time.perf_counter()
    for _ in range(CALLS):
        work()
    return (time.perf_counter() - start) * 1000 / CALLS


def measure(port: int, size: int) -> str:
    body = request(record(size))
    connection = http.client.HTTPConnection("127.0.0.1", port)

    def call() -> None:
        headers = {"Content-Type": "application/json"}
        connection.request("POST", f"/cds-services/{SERVICE}", body, headers)
        response = connection.getresponse()
        answer = response.read()
        assert response.status == 200 and b'"cards":[{' in answer, (response.status, answer[:200])

    call()
    floors, calls, ratios = [], [], []
    for _ in range(ROUNDS):
        floors.append(milliseconds(lambda: orjson.loads(body)))
        calls.append(milliseconds(call))
        ratios.append(calls[-1] / floors[-1])
    connection.close()
    return (
        f"{size:>9}  {len(body) / 1000:>7.0f} KB  {statistics.median(floors):>7.2f} ms"
        f"  {statistics.median(calls):>7.2f} ms  {statistics.median(ratios):>6.1f} x"
        f"  {max(calls):>7.2f} ms"
    )


def main() -> None:
    sizes = [int(text) for text in sys.argv[1:]] or list(SIZES)
    logs.configure(io.StringIO())
    print("resources     body    floor      call       ratio     slowest round")
    with running(create_app(Settings(), dev=True)) as port:
        for size in sizes:
            print(measure(port, size), flush=True)


if __name__ == "__main__":
    main()
