"""Writes a patient as a Chart at once, by another way than FHIR and its reading.

What both ways lead to must be judged alike. References are made up: only that they differ matters.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal

from cdshooks.clinical.chart import (
    Chart,
    Dated,
    Drug,
    Fact,
    Grade,
    Intent,
    Laboratory,
    Lesion,
    LiverFunction,
    Marker,
    MarkerValue,
    Measurement,
    Modality,
    PlannedInfusion,
    Scan,
    Scope,
    Stage,
    Staging,
    StatedFact,
    Statement,
    Treatment,
    TreatmentKind,
    Vessel,
)
from tests.support import patient as written

ASCITES_POINTS = {"none": 1, "mild": 2, "moderate-severe": 3}
DRUGS = {
    "cisplatin": Drug.CISPLATIN,
    "fluorouracil": Drug.FLUOROURACIL,
    "oxaliplatin": Drug.OTHER,
}
"""Leucovorin is none: it only strengthens fluorouracil."""
VESSELS = {
    "portal trunk": Vessel.PORTAL_TRUNK,
    "left portal branch": Vessel.PORTAL_BRANCH,
    "right portal branch": Vessel.PORTAL_BRANCH,
    "portal vein": Vessel.PORTAL_VEIN,
    "hepatic vein": Vessel.HEPATIC_VEIN,
}


def chart_of(patient: written.Patient) -> Chart:
    course = list(enumerate(patient.course, start=1))
    state = patient.state
    labels = sorted({lesion.label for scan in patient.scans for lesion in scan.lesions})
    burdens = [(n, event) for n, event in course if isinstance(event, written.Burden)]
    stages = ((Staging.BCLC, state.bclc), (Staging.CNLC, state.cnlc))
    return Chart(
        patient=f"Patient/{patient.id}",
        treatments=tuple(
            _treatment(event, n, state.intent)
            for n, event in course
            if isinstance(event, written.Treatment) and event.kind != written.SYSTEMIC
        ),
        scans=tuple(_scan(event, n) for n, event in course if isinstance(event, written.Scan)),
        lesions={label: Lesion(label, label, (f"BodyStructure/{label}",)) for label in labels},
        markers=tuple(
            _marker(event, n) for n, event in course if isinstance(event, written.MarkerValue)
        ),
        liver=_liver(state),
        ecog=() if state.ecog is None else (_dated(state.ecog.value, state.ecog.date, "ecog"),),
        facts=tuple(
            StatedFact(
                Fact(words.replace(" ", "-")), said.value, said.date, (f"Observation/{words}",)
            )
            for words, said in state.facts
        ),
        largest_diameter=tuple(_dated(one.largest, one.date, f"size{n}") for n, one in burdens),
        lesion_count=tuple(
            _dated(one.number, one.date, f"number{n}", at_least=one.at_least)
            for n, one in burdens
            if one.number is not None
        ),
        stages=tuple(
            Stage(system, stage.value, stage.date, (f"Observation/{system}",))
            for system, stage in stages
            if stage is not None
        ),
        planned_infusions=tuple(_planned(patient)),
    )


def _dated(value: int | Decimal, date: datetime.date, name: str, at_least: bool = False) -> Dated:
    return Dated(Decimal(value), date, (f"Observation/{name}",), at_least=at_least)


def _treatment(event: written.Treatment, n: int, intent: str | None) -> Treatment:
    return Treatment(
        kind=TreatmentKind(event.kind.lower().replace(" ", "-")),
        start=event.date,
        end=event.date,
        references=(f"Procedure/{n}",),
        standardised=event.standardised,
        group=event.group,
        intent=Intent(intent) if intent is not None and event.is_tace else None,
        scope=None if event.treated is None else Scope(event.treated.replace(" ", "-")),
    )


def _scan(scan: written.Scan, n: int) -> Scan:
    def said(
        name: str, answer: bool | None, vessels: tuple[str, ...] = ()
    ) -> tuple[Statement, ...]:
        if answer is None:
            return ()
        found = tuple(VESSELS[vessel] for vessel in vessels)
        return (Statement(answer, (f"Observation/{n}-{name}",), found),)

    return Scan(
        date=scan.date,
        modality=Modality(scan.modality),
        contrast=scan.contrast,
        references=(f"ImagingStudy/{n}",),
        measurements=tuple(
            Measurement(lesion.label, lesion.mm, (f"Observation/{n}-{lesion.label}",))
            for lesion in scan.lesions
        ),
        new_intrahepatic_lesion=said("new", scan.new_lesion),
        vascular_invasion=said("vi", scan.vascular_invasion, scan.vessels),
        extrahepatic_spread=said("ehs", scan.extrahepatic_spread),
    )


def _marker(event: written.MarkerValue, n: int) -> MarkerValue:
    return MarkerValue(
        marker=Marker(event.marker.lower()),
        series=f"{event.marker} {event.unit}",
        date=event.date,
        value=event.value,
        references=(f"Observation/marker{n}",),
    )


def _liver(state: written.State) -> LiverFunction:
    def laboratory(name: str, unit: str) -> tuple[Laboratory, ...]:
        found: written.Dated[Decimal] | None = getattr(state, name)
        if found is None:
            return ()
        return (Laboratory(found.value, unit, found.date, (f"Observation/{name}",)),)

    def grade(name: str, value: int, on: written.Dated[int] | written.Dated[str]) -> Grade:
        return Grade(value, value, on.date, (f"Observation/{name}",))

    ascites, encephalopathy = state.ascites, state.encephalopathy
    return LiverFunction(
        bilirubin=laboratory("bilirubin", "umol/L"),
        albumin=laboratory("albumin", "g/L"),
        inr=laboratory("inr", "1"),
        ascites=(
            () if ascites is None else (grade("ascites", ASCITES_POINTS[ascites.value], ascites),)
        ),
        encephalopathy=(
            ()
            if encephalopathy is None
            else (grade("encephalopathy", encephalopathy.value, encephalopathy),)
        ),
    )


def _planned(patient: written.Patient) -> Iterator[PlannedInfusion]:
    """Orders of one day are one infusion."""
    orders = [event for event in patient.course if isinstance(event, written.HaicOrder)]
    for day in sorted({order.date for order in orders}):
        drugs = {drug for order in orders if order.date == day for drug in order.drugs}
        yield PlannedInfusion(
            antineoplastics=frozenset(DRUGS[drug] for drug in drugs if drug in DRUGS),
            unrecognised=False,
            date=day,
            references=(f"ServiceRequest/{day}",),
        )
