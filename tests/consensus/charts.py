"""A small patient in few words: three sessions, four scans, one lesion.

:func:`chart` says nothing of the patient's condition, :func:`patient` says that all is well.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal

from cdshooks.clinical.chart import (
    Chart,
    Dated,
    Fact,
    Grade,
    Laboratory,
    Lesion,
    LesionRole,
    LiverFunction,
    Marker,
    MarkerValue,
    Measurement,
    Modality,
    Scan,
    Scope,
    StatedFact,
    StatedResponse,
    Statement,
    Treatment,
    TreatmentKind,
)
from cdshooks.consensus.assessment import Assessment
from cdshooks.consensus.guide import guide
from cdshooks.consensus.readings import readings_from

FIRST, SECOND, THIRD = "2023-01-10", "2023-02-21", "2023-04-04"
AS_OF = "2023-06-30"


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def after(text: str, days: int) -> str:
    return (day(text) + datetime.timedelta(days=days)).isoformat()


def treatment(kind: str, start: str, end: str | None = None, **more) -> Treatment:
    scope = more.pop("scope", None)
    return Treatment(
        TreatmentKind(kind),
        day(start),
        day(end or start),
        more.pop("references", (f"Procedure/{kind}-{start}",)),
        scope=Scope(scope) if scope else None,
        **more,
    )


def tace(start: str, end: str | None = None, kind: str = "ctace", **more) -> Treatment:
    return treatment(kind, start, end, **{"standardised": True, **more})


def said(answer: bool | None) -> tuple[Statement, ...]:
    return () if answer is None else (Statement(answer, ("Observation/said",)),)


def scan(
    date: str,
    lesions: Mapping[str, float | None],
    *,
    new: bool | None = False,
    vi: bool | None = False,
    ehs: bool | None = False,
    contrast: bool | None = True,
    modality: Modality | None = Modality.MR,
    stated: tuple[StatedResponse, ...] = (),
    name: str = "",
) -> Scan:
    measurements = tuple(
        Measurement(
            key, None if mm is None else Decimal(str(mm)), (f"Observation/{date}{name}-{key}",)
        )
        for key, mm in lesions.items()
    )
    return Scan(
        day(date),
        modality,
        contrast,
        (f"ImagingStudy/{date}{name}",),
        measurements,
        said(new),
        said(vi),
        said(ehs),
        stated,
    )


def afp(date: str, value: float, **more) -> MarkerValue:
    return MarkerValue(
        Marker.AFP,
        "afp|ng/mL",
        day(date),
        Decimal(str(value)),
        (f"Observation/afp-{date}",),
        **more,
    )


SESSIONS = (tace(FIRST), tace(SECOND), tace(THIRD))


def scans(*sizes: float | None) -> tuple[Scan, ...]:
    """Baseline, two scans between the sessions, and one 42 days after the last."""
    dates = ("2023-01-05", "2023-02-16", "2023-03-30", after(THIRD, 42))
    return tuple(scan(date, {"L1": mm}) for date, mm in zip(dates, sizes, strict=True))


def chart(treatments=SESSIONS, imaging=None, **more) -> Chart:
    imaging = scans(50, 55, 60, 65) if imaging is None else tuple(imaging)
    roles = more.pop("roles", {})
    keys = {m.lesion for one in imaging for m in one.measurements}
    lesions = {
        key: Lesion(
            key,
            key,
            (f"BodyStructure/{key}",),
            LesionRole(roles[key]) if key in roles else None,
        )
        for key in sorted(keys)
    }
    return Chart("Patient/p-1", tuple(treatments), imaging, lesions, **more)


def lab(value: float | None, unit: str) -> tuple[Laboratory, ...]:
    if value is None:
        return ()
    return (Laboratory(Decimal(str(value)), unit, day(AS_OF), (f"Observation/{unit}",)),)


def grade(value: int | None) -> tuple[Grade, ...]:
    return () if value is None else (Grade(value, value, day(AS_OF), (f"Observation/g{value}",)),)


def healthy(
    *,
    bilirubin: float | None = 18,
    albumin: float | None = 38,
    inr: float | None = 1.1,
    ascites: int | None = 1,
    encephalopathy: int | None = 0,
) -> LiverFunction:
    """Child-Pugh A5 but for what is said; ``None`` = not recorded."""
    return LiverFunction(
        lab(bilirubin, "umol/L"),
        lab(albumin, "g/L"),
        lab(inr, "1"),
        grade(ascites),
        grade(encephalopathy),
    )


def patient(
    imaging=None, treatments=SESSIONS, *, ecog: int | None = 1, liver=None, without=(), **more
) -> Chart:
    """A chart with ECOG 1, good liver function and every fact denied that is not said otherwise.

    A fact by its name in lower case: True, False, or ``None`` = not recorded.
    """
    answers = {fact: more.pop(fact.name.lower(), False) for fact in Fact}
    facts = tuple(
        StatedFact(fact, answer, day(AS_OF), (f"Observation/{fact.value}",))
        for fact, answer in answers.items()
        if fact not in without and answer is not None
    )
    performance = () if ecog is None else (Decimal(ecog),)
    return chart(
        treatments,
        imaging,
        liver=liver or healthy(),
        ecog=tuple(Dated(value, day(AS_OF), ("Observation/ecog",)) for value in performance),
        facts=facts,
        **more,
    )


def judge(patient: Chart, as_of: str = AS_OF, **readings) -> Assessment:
    return guide(patient, day(as_of), readings_from(readings))


def cci(assessment: Assessment) -> str:
    return assessment.definitions["cci-2022"].verdict.value
