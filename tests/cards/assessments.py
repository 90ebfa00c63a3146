"""Assessments built by hand: one refractory patient, and what differs from it."""

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from cdshooks.clinical.chart import ChartNote
from cdshooks.clinical.scores import Albi, ChildPugh
from cdshooks.consensus.assessment import (
    CCI,
    EPOIHCC,
    EUROPEAN,
    JSH,
    Assessment,
    Change,
    ChangeKind,
    Course,
    DefinitionVerdict,
    Finding,
    LesionShown,
    ResponseShown,
    ScanShown,
    Scores,
    SessionShown,
    Strategy,
    StrategyStatus,
    Therapy,
    Tier,
    Unsuitability,
    Verdict,
)
from cdshooks.consensus.readings import DEFAULT

CRITERIA = (
    "hepatic-artery-occlusion",
    "child-pugh-c",
    "severe-jaundice",
    "hepatic-encephalopathy",
    "refractory-ascites",
    "hepatorenal-syndrome",
    "ecog-above-2",
    "diffuse-hepatic-fistula",
)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def session(date: str, reference: str, standardised: bool | None = True) -> SessionShown:
    return SessionShown(day(date), day(date), "ctace", standardised, (reference,))


def verdict(
    verdict: Verdict, reason: str, *findings: Finding, provisional: bool = False, **more: Any
) -> DefinitionVerdict:
    return DefinitionVerdict(verdict, provisional, reason, findings, **more)


def cci_findings() -> tuple[Finding, ...]:
    return (
        Finding("CCI-C1", "finding.sessions", True, ("Procedure/t1", "Procedure/t2")),
        Finding("CCI-C7", "finding.technique", True, ("Procedure/t1",)),
        Finding("CCI-C1", "finding.baseline-scan", True, ("ImagingStudy/s0",)),
        Finding("CCI-C1", "finding.assessment-scan", True, ("ImagingStudy/s3",)),
        Finding("CCI-C1", "finding.target-response", True, ("Observation/d1", "Observation/d0")),
    )


def jsh_criteria(**changes: bool | None) -> dict[str, bool | None]:
    names = ("viability", "new-lesions", "vascular-or-extrahepatic", "markers")
    return {name: changes.get(name.replace("-", "_"), False) for name in names}


def refractory(**changes: Any) -> Assessment:
    """Three attested sessions, PD of +30 % against the baseline, Child-Pugh A, ECOG 0."""
    assessment = Assessment(
        patient="Patient/p-1",
        as_of=day("2023-05-23"),
        readings=DEFAULT,
        course=Course(
            sessions=(
                session("2023-01-10", "Procedure/t1"),
                session("2023-02-20", "Procedure/t2"),
                session("2023-04-04", "Procedure/t3"),
            ),
            baseline_scan=ScanShown(day("2023-01-05"), ("ImagingStudy/s0",)),
            assessment_scan=ScanShown(day("2023-05-16"), ("ImagingStudy/s3",), 42),
        ),
        response=ResponseShown(
            "PD",
            Decimal("50"),
            Decimal("65"),
            Fraction(30),
            "PD",
            (LesionShown("L1", "initial", Decimal("50"), Decimal("65")),),
        ),
        definitions={
            CCI: verdict(Verdict.MET, "PD", *cci_findings()),
            JSH: verdict(
                Verdict.MET,
                "viability",
                Finding("DEF-JSH.1", "finding.jsh-viability", True, ("ImagingStudy/s3",)),
                Finding("DEF-JSH.4", "finding.jsh-markers", None, (), ("markers",)),
                criteria=jsh_criteria(viability=True, markers=None),
            ),
            EPOIHCC: verdict(
                Verdict.MET,
                "PD",
                Finding("DEF-EPO", "finding.epo-sessions", True, ("Procedure/t1",)),
                Finding("DEF-EPO", "finding.epo-response", True, ("ImagingStudy/s3",)),
            ),
            EUROPEAN: verdict(
                Verdict.MET,
                "PD",
                Finding("DEF-EUR.1", "finding.european-intent", None, (), ("tace-intent",)),
                Finding("DEF-EUR.1", "finding.european-response", True, ("ImagingStudy/s3",)),
            ),
        },
        unsuitable=Unsuitability(
            False,
            dict.fromkeys(CRITERIA, False),
            tuple(Finding("CCI-C9", f"finding.{name}", False) for name in CRITERIA),
        ),
        strategy=Strategy(("F1-R",), StrategyStatus.DETERMINED, False),
        therapy=Therapy(Tier.R1),
        scores=Scores(ChildPugh(5, 5, ("Observation/cp",)), Albi(-2.4015, ("Observation/alb",))),
        missing=("markers", "tace-intent"),
        flags=("late-lesion-baseline",),
        notes=(ChartNote("unit-not-accepted", ("Observation/o9",), path="valueQuantity.unit"),),
        data_as_of=day("2023-05-16"),
        outlook=tuple(
            Change(
                name,
                ChangeKind.SUM_AT_MOST,
                Verdict.NOT_MET,
                mm=Decimal("59.9"),
                first=day("2023-05-16"),
            )
            for name in (CCI, EUROPEAN)
        ),
    )
    return replace(assessment, **changes)


def effective(category: str = "SD", **changes: Any) -> Assessment:
    """CCI not met: stable disease, no new lesion, no spread; EPOIHCC disagrees."""
    base = refractory()
    current, percent = {"CR": (0, -100), "PR": (30, -40), "SD": (51, 2)}[category]
    failed = Finding("CCI-C1", "finding.target-response", False, ("Observation/d1",))
    assessment = replace(
        base,
        response=ResponseShown(
            category,
            Decimal(50),
            Decimal(current),
            Fraction(percent),
            category,
            (LesionShown("L1", "initial", Decimal(50), Decimal(current)),),
        ),
        definitions={
            CCI: verdict(Verdict.NOT_MET, category, *cci_findings()[:-1], failed),
            JSH: verdict(Verdict.NOT_MET, "none", criteria=jsh_criteria()),
            EPOIHCC: verdict(Verdict.MET if category == "SD" else Verdict.NOT_MET, category),
            EUROPEAN: verdict(Verdict.INDETERMINATE, "intent"),
        },
        strategy=Strategy(
            ("F1-1a" if category == "CR" else "F1-1b",), StrategyStatus.DETERMINED, False
        ),
        therapy=Therapy(Tier.NA),
        missing=("tace-intent",),
        flags=(),
        notes=(),
    )
    return replace(assessment, **changes)


def two_sessions(**changes: Any) -> Assessment:
    base = effective()
    few = verdict(
        Verdict.NOT_MET,
        "insufficient-sessions",
        Finding("CCI-C1", "finding.sessions", False, ("Procedure/t1", "Procedure/t2")),
    )
    assessment = replace(
        base,
        course=replace(base.course, sessions=base.course.sessions[:2]),
        definitions={**base.definitions, CCI: few, EPOIHCC: few},
        strategy=Strategy((), StrategyStatus.NOT_APPLICABLE, False),
    )
    return replace(assessment, **changes)


def no_scan_in_window(**changes: Any) -> Assessment:
    """Indeterminate: no scan in the window; much else is missing too."""
    base = refractory()
    gap = ("imaging-in-window",)
    open_ = verdict(
        Verdict.INDETERMINATE,
        "imaging-in-window",
        Finding("CCI-C1", "finding.sessions", True, ("Procedure/t1",)),
        Finding("CCI-C1", "finding.assessment-scan", None, (), gap),
    )
    assessment = replace(
        base,
        course=replace(base.course, assessment_scan=None),
        response=ResponseShown("NE", None, None, None, "NE"),
        definitions={
            CCI: open_,
            JSH: verdict(Verdict.INDETERMINATE, "markers", criteria=jsh_criteria(markers=None)),
            EPOIHCC: open_,
            EUROPEAN: open_,
        },
        unsuitable=Unsuitability(None, dict.fromkeys(CRITERIA, None)),
        strategy=Strategy((), StrategyStatus.UNDETERMINED, False),
        therapy=Therapy(Tier.UNDETERMINED, gap),
        scores=Scores(ChildPugh(5, 7, ()), None),
        missing=("ecog", "imaging-in-window", "liver-function", "markers"),
        flags=("early-scan-only",),
        notes=(),
    )
    return replace(assessment, **changes)


def no_tace(**changes: Any) -> Assessment:
    base = two_sessions()
    never = verdict(Verdict.NOT_MET, "insufficient-sessions")
    assessment = replace(
        base,
        course=Course(),
        response=ResponseShown("NE", None, None, None, "NE"),
        definitions={
            CCI: never,
            JSH: verdict(Verdict.NOT_MET, "none", criteria=jsh_criteria()),
            EPOIHCC: never,
            EUROPEAN: never,
        },
        scores=Scores(),
        missing=("ecog",),
        notes=(ChartNote("no-tace"),),
        data_as_of=None,
    )
    return replace(assessment, **changes)


def record_incomplete(**changes: Any) -> Assessment:
    """Nothing could be read whole: no definition is not met."""
    base = no_tace()
    open_ = verdict(Verdict.INDETERMINATE, "record-incomplete")
    assessment = replace(
        base,
        definitions={
            CCI: open_,
            JSH: verdict(Verdict.INDETERMINATE, "record-incomplete", criteria=dict(jsh_criteria())),
            EPOIHCC: open_,
            EUROPEAN: open_,
        },
        unsuitable=Unsuitability(None, dict.fromkeys(CRITERIA, None)),
        strategy=Strategy((), StrategyStatus.UNDETERMINED, False),
        therapy=Therapy(Tier.UNDETERMINED, ("record-incomplete",)),
        missing=("record-incomplete",),
        notes=(ChartNote("no-tace"), ChartNote("server-refused", count=2)),
    )
    return replace(assessment, **changes)


ALL = {
    "refractory": refractory,
    "effective-sd": effective,
    "effective-cr": lambda: effective("CR"),
    "two-sessions": two_sessions,
    "no-scan-in-window": no_scan_in_window,
    "no-tace": no_tace,
    "record-incomplete": record_incomplete,
}
