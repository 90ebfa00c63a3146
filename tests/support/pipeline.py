"""From a record to the published assessment object: through FHIR, or from a chart at once."""

from __future__ import annotations

import datetime
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cdshooks.cards.assessment_json import assessment_object
from cdshooks.cards.compose import compose
from cdshooks.cards.model import EXTENSION
from cdshooks.consensus.assessment import Assessment
from cdshooks.consensus.guide import guide
from cdshooks.consensus.readings import DEFAULT, Readings
from cdshooks.fhir.charting import chart_of
from cdshooks.fhir.sources import load_source
from tests.support import chart_writer
from tests.support.fhir_writer import Resource, bundle_of
from tests.support.patient import Patient

Shown = Mapping[str, Any]


def judged(patient: Patient, as_of: datetime.date, readings: Readings = DEFAULT) -> Shown:
    return judged_bundle(bundle_of(patient), as_of, readings)


def judged_bundle(bundle: Resource, as_of: datetime.date, readings: Readings = DEFAULT) -> Shown:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bundle.json"
        file.write_text(json.dumps(bundle, ensure_ascii=False), encoding="utf-8")
        return judged_source(file, as_of, readings)


def judged_source(source: Path, as_of: datetime.date, readings: Readings = DEFAULT) -> Shown:
    """``source``: a Bundle file or a folder of NDJSON."""
    chart = chart_of(load_source(str(source)))
    return assessment_object(guide(chart, as_of, readings), "en")


def judged_chart(patient: Patient, as_of: datetime.date, readings: Readings = DEFAULT) -> Shown:
    """Without FHIR and its reading."""
    return assessment_object(guide(chart_writer.chart_of(patient), as_of, readings), "en")


def assessed(patient: Patient, as_of: datetime.date, readings: Readings = DEFAULT) -> Assessment:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bundle.json"
        file.write_text(json.dumps(bundle_of(patient)), encoding="utf-8")
        chart = chart_of(load_source(str(file)))
    return guide(chart, as_of, readings)


def cited(patient: Patient, as_of: datetime.date, readings: Readings = DEFAULT) -> set[str]:
    """Ids of all statements that the patient-view cards name."""
    cards = compose(assessed(patient, as_of, readings), "en", knowledge="test")
    return {id for card in cards for id in card["extension"][EXTENSION]["statements"]}


def without(shown: Shown, *keys: str) -> dict[str, Any]:
    return {key: value for key, value in shown.items() if key not in keys}


def unreferenced(shown: Any) -> Any:
    """Without references, and without the notes: what depends on how the record was written."""
    if isinstance(shown, Mapping):
        left_out = ("references", "used", "notes")
        return {key: unreferenced(value) for key, value in shown.items() if key not in left_out}
    return [unreferenced(item) for item in shown] if isinstance(shown, list) else shown
