"""The published JSON object ``tace-assessment/1``: same assessment and language, same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from cdshooks.cards.catalogue import Catalogue, yes_no
from cdshooks.cards.numbers import exactly, one_decimal, two_decimals
from cdshooks.cards.wording import finding_label, note_text, strategy_text, therapy_text
from cdshooks.clinical.burden import TumourBurden
from cdshooks.clinical.chart import named
from cdshooks.clinical.scores import Albi, ChildPugh
from cdshooks.consensus.assessment import (
    DEFINITIONS,
    JSH,
    Assessment,
    Finding,
    LesionShown,
    ScanShown,
    SessionShown,
)

SCHEMA = "tace-assessment/1"
JSH_CRITERIA = ("viability", "new-lesions", "vascular-or-extrahepatic", "markers")
UNSUITABLE_CRITERIA = (
    "hepatic-artery-occlusion",
    "child-pugh-c",
    "severe-jaundice",
    "hepatic-encephalopathy",
    "refractory-ascites",
    "hepatorenal-syndrome",
    "ecog-above-2",
    "diffuse-hepatic-fistula",
)


def assessment_json(assessment: Assessment, lang: str) -> str:
    """The object as text: UTF-8 characters as they are, two spaces, one final newline."""
    shown = assessment_object(assessment, lang)
    return json.dumps(shown, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def assessment_object(assessment: Assessment, lang: str) -> dict[str, Any]:
    """The object, keys in the published order; ``label`` and ``text`` follow the language."""
    say = Catalogue(lang)
    response, therapy = assessment.response, assessment.therapy
    return {
        "schema": SCHEMA,
        "patient": assessment.patient,
        "asOf": assessment.as_of.isoformat(),
        "readings": assessment.readings.as_dict(),
        "course": {
            "sessions": [_session(session) for session in assessment.course.sessions],
            "count": assessment.course.count,
            "baselineScan": _baseline_scan(assessment.course.baseline_scan),
            "assessmentScan": _assessment_scan(assessment.course.assessment_scan),
        },
        "response": {
            "category": response.category,
            "baselineSum": one_decimal(response.baseline_sum),
            "currentSum": one_decimal(response.current_sum),
            "changePercent": one_decimal(response.change_percent),
            "categoryByNadir": response.category_by_nadir,
            "lesions": [_lesion(lesion) for lesion in response.lesions],
        },
        "definitions": {name: _definition(name, assessment, say) for name in DEFINITIONS},
        "unsuitable": {
            "verdict": yes_no(assessment.unsuitable.verdict),
            "criteria": _criteria(UNSUITABLE_CRITERIA, assessment.unsuitable.criteria),
        },
        "strategy": {
            "branches": list(assessment.strategy.branches),
            "status": str(assessment.strategy.status),
            "overlay": assessment.strategy.overlay,
            "text": strategy_text(assessment.strategy, assessment.readings, say),
        },
        "therapy": {
            "tier": str(therapy.tier),
            "conditionalOn": _codes(therapy.conditional_on),
            "text": therapy_text(assessment, say),
        },
        "scores": {
            "child-pugh": _child_pugh(assessment.scores.child_pugh),
            "albi": _albi(assessment.scores.albi),
            "six-and-twelve": _six_and_twelve(assessment.scores.burden),
            "up-to-seven": _up_to_seven(assessment.scores.burden),
        },
        "missing": _codes(assessment.missing),
        "flags": _codes(assessment.flags),
        "notes": [
            {
                "code": note.code,
                "text": note_text(note, say),
                "references": _references(note.references),
            }
            for note in assessment.notes
        ],
    }


@cache
def assessment_schema() -> dict[str, Any]:
    """The JSON Schema of the object, as published with the package."""
    file = resources.files("cdshooks.cards").joinpath("assessment.schema.json")
    schema: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return schema


def _session(session: SessionShown) -> dict[str, Any]:
    return {
        "start": session.start.isoformat(),
        "end": session.end.isoformat(),
        "kind": str(session.kind),
        "standardised": session.standardised,
        "references": _references(session.references),
    }


def _baseline_scan(scan: ScanShown | None) -> dict[str, Any] | None:
    if scan is None:
        return None
    return {"date": scan.date.isoformat(), "references": _references(scan.references)}


def _assessment_scan(scan: ScanShown | None) -> dict[str, Any] | None:
    if scan is None:
        return None
    return {
        "date": scan.date.isoformat(),
        "daysAfterLastSession": scan.days_after_last_session,
        "references": _references(scan.references),
    }


def _lesion(lesion: LesionShown) -> dict[str, Any]:
    return {
        "label": lesion.label,
        "role": lesion.role,
        "baseline": one_decimal(lesion.baseline),
        "current": one_decimal(lesion.current),
    }


def _definition(name: str, assessment: Assessment, say: Catalogue) -> dict[str, Any]:
    definition = assessment.definitions[name]
    shown: dict[str, Any] = {
        "verdict": str(definition.verdict),
        "provisional": definition.provisional,
        "reason": definition.reason,
    }
    if name == JSH:
        shown["criteria"] = _criteria(JSH_CRITERIA, definition.criteria or {})
    shown["findings"] = [_finding(finding, assessment, say) for finding in definition.findings]
    return shown


def _criteria(names: Iterable[str], answers: Mapping[str, bool | None]) -> dict[str, bool | None]:
    return {name: answers.get(name) for name in names}


def _finding(finding: Finding, assessment: Assessment, say: Catalogue) -> dict[str, Any]:
    return {
        "statement": finding.statement,
        "label": finding_label(finding, assessment.readings, say),
        "answer": yes_no(finding.answer),
        "used": _references(finding.used),
        "missing": _codes(finding.missing),
    }


def _child_pugh(child_pugh: ChildPugh | None) -> dict[str, Any] | None:
    if child_pugh is None:
        return None
    return {"score": child_pugh.score, "class": child_pugh.child_pugh_class}


def _albi(albi: Albi | None) -> dict[str, Any] | None:
    return None if albi is None else {"value": two_decimals(albi.value), "grade": albi.grade}


def _six_and_twelve(burden: TumourBurden | None) -> dict[str, Any] | None:
    """``value`` None: the number is a range, all of it in one stratum."""
    if burden is None or burden.stratum is None:
        return None
    return {"value": exactly(burden.value_cm), "stratum": burden.stratum}


def _up_to_seven(burden: TumourBurden | None) -> dict[str, Any] | None:
    if burden is None or burden.within_up_to_seven is None:
        return None
    return {"value": exactly(burden.value_cm), "within": burden.within_up_to_seven}


def _references(references: Iterable[str]) -> list[str]:
    return list(named(references))


def _codes(codes: Iterable[str]) -> list[str]:
    return sorted(set(codes))
