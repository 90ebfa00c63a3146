"""The synthetic patients of the scenarios and of the demo, in a file and on a FHIR server."""

from __future__ import annotations

import datetime
import json
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import requests

from cdshooks.cards.assessment_json import assessment_json
from cdshooks.consensus.guide import guide
from cdshooks.consensus.readings import DEFAULT, Readings, readings_from
from cdshooks.demo import PATIENTS, TODAY
from cdshooks.fhir.charting import chart_of
from cdshooks.fhir.gather import gather_from_server
from cdshooks.fhir.record import Record
from cdshooks.fhir.sources import load_source
from cdshooks.settings import Limits
from tests.support.fhir_writer import Resource, bundled, resources_of
from tests.support.scenario import load_scenario, scenario_files
from tests.support.shift import shifted

PATIENCE = Limits(deadline_seconds=60)
"""As on the command line: how fast the machine is, is not under test."""


@dataclass(frozen=True)
class Case:
    """A patient, the day on which the course is judged, and how sentences are read."""

    patient_id: str
    as_of: datetime.date
    resources: tuple[Resource, ...]
    readings: tuple[Readings, ...] = (DEFAULT,)

    def written(self, folder: Path) -> Path:
        file = folder / f"{self.patient_id}.json"
        text = json.dumps(bundled(list(self.resources)), ensure_ascii=False)
        file.write_text(text, encoding="utf-8")
        return file

    def from_file(self) -> Record:
        with tempfile.TemporaryDirectory() as folder:
            return load_source(str(self.written(Path(folder))))

    def renamed(self, patient_id: str) -> Case:
        """The same course of another patient; every id begins with the patient's."""
        text = json.dumps(self.resources).replace(self.patient_id, patient_id)
        return replace(self, patient_id=patient_id, resources=tuple(json.loads(text)))

    def on(self, day: datetime.date) -> Case:
        """The same course, judged that day."""
        moved = shifted(self.resources, (day - self.as_of).days)
        return replace(self, as_of=day, resources=tuple(moved))

    def without(self, *references: str) -> Case:
        kept = tuple(r for r in self.resources if reference_to(r) not in references)
        assert len(kept) == len(self.resources) - len(references)
        return replace(self, resources=kept)

    def judged(self, record: Record, readings: Readings = DEFAULT) -> str:
        """The assessment as the command line prints it."""
        return assessment_json(guide(chart_of(record), self.as_of, readings), "en")


def reference_to(resource: Resource) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


@cache
def cases() -> Mapping[str, Case]:
    """By patient's id."""
    everyone = [_of_scenario(file) for file in scenario_files()]
    everyone += [_of_demo(name) for name, _ in PATIENTS]
    return {case.patient_id: case for case in everyone}


def _of_scenario(file: Path) -> Case:
    scenario = load_scenario(file)
    readings = [
        readings_from(other.readings)
        for other in scenario.other_readings
        if other.patient == scenario.patient
    ]
    patient = scenario.patient
    return Case(patient.id, scenario.as_of, tuple(resources_of(patient)), (DEFAULT, *readings))


def _of_demo(name: str) -> Case:
    text = (files("cdshooks") / "demo_patients" / f"{name}.json").read_text(encoding="utf-8")
    resources = tuple(entry["resource"] for entry in json.loads(text)["entry"])
    (patient_id,) = (r["id"] for r in resources if r["resourceType"] == "Patient")
    return Case(patient_id, TODAY, resources)


# On a server


def from_server(base: str, patient_id: str, token: str | None = None) -> Record:
    """The record as ``cdshooks evaluate BASE --patient ID`` has it."""
    return gather_from_server(base, patient_id, token, limits=PATIENCE)


def ask(method: str, address: str, body: Any = None, **headers: str) -> requests.Response:
    """A request of somebody else than the service, say of the EHR."""
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, address, json=body, headers=headers, timeout=60)


def store(base: str, resources: Iterable[Resource]) -> None:
    """One transaction, each resource under the id that it has."""
    answer = ask("POST", base, bundled(list(resources), "transaction"))
    assert answer.status_code == 200, answer.text
    statuses = {entry["response"]["status"][:3] for entry in answer.json()["entry"]}
    assert statuses <= {"200", "201"}, statuses


def delete(base: str, reference: str) -> None:
    answer = ask("DELETE", f"{base}/{reference}")
    assert answer.status_code == 200, answer.text
