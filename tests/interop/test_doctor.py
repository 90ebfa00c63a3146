"""``cdshooks doctor`` at a hospital with a HAPI server, and at one with Medplum's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.interop.medplum_peer import Medplum
from tests.interop.peers import Hapi
from tests.interop.records import cases
from tests.interop.test_hapi import command_line
from tests.interop.test_medplum import alone

pytestmark = pytest.mark.interop

SOME = ("demo-refractory", "v16", "x02")
PARTS = ("facts", "notes", "invalid")


def doctor(source: str, patient_id: str, **environment: str) -> dict[str, Any]:
    arguments = ("doctor", source, "--patient", patient_id, "--format", "json")
    status, text, complaint = command_line(*arguments, **environment)
    assert (status, complaint) == (0, "")
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.mark.parametrize("patient_id", SOME)
def test_hapi(hapi: Hapi, tmp_path: Path, patient_id: str) -> None:
    found = doctor(hapi.base, patient_id)
    assert found["server"] == {"metadata": "read", "fhirVersion": "4.0.1", "claimed": 14}
    assert {(one["outcome"], one["claimed"]) for one in found["searches"]} == {("complete", True)}
    of_file = doctor(str(cases()[patient_id].written(tmp_path)), patient_id)
    assert [found[part] for part in PARTS] == [of_file[part] for part in PARTS]


def test_hapi_with_small_pages(hapi: Hapi) -> None:
    found = doctor(hapi.small_pages, "demo-refractory")
    assert {one["outcome"] for one in found["searches"]} == {"complete"}
    assert max(one["pages"] for one in found["searches"]) > 1
    assert found["verdict"]["reasons"] in ([], ["too-slow"])


def test_hapi_without_its_token(hapi: Hapi) -> None:
    found = doctor(hapi.gated, "demo-refractory")
    assert {(one["reason"], one["http"]) for one in found["searches"]} == {("http", 401)}
    assert found["verdict"]["answer"] == "no"
    assert doctor(hapi.gated, "demo-refractory", CDSHOOKS_FHIR_TOKEN=hapi.token)["server"] == {
        "metadata": "read",
        "fhirVersion": "4.0.1",
        "claimed": 14,
    }


@pytest.mark.parametrize("patient_id", SOME)
def test_medplum(medplum: Medplum, tmp_path: Path, patient_id: str) -> None:
    case = alone(medplum, cases()[patient_id])
    found = doctor(medplum.base, patient_id)
    assert found["server"] == {"metadata": "absent", "fhirVersion": None, "claimed": None}
    assert {(one["outcome"], one["claimed"]) for one in found["searches"]} == {("complete", None)}
    of_file = doctor(str(case.written(tmp_path)), patient_id)
    assert [found[part] for part in PARTS] == [of_file[part] for part in PARTS]
