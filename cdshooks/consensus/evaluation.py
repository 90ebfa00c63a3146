"""Steps that several definitions share: what the course and the target response answer, with
references.
"""

from __future__ import annotations

from cdshooks.clinical.chart import References, Response
from cdshooks.clinical.logic import Tri
from cdshooks.consensus import codes
from cdshooks.consensus.assessment import Finding, Verdict
from cdshooks.consensus.case import Case

INSUFFICIENT_SESSIONS = "insufficient-sessions"


def verdict_of(answer: bool | None) -> Verdict:
    if answer is None:
        return Verdict.INDETERMINATE
    return Verdict.MET if answer else Verdict.NOT_MET


def sessions_lacking(enough: Tri) -> tuple[Verdict, str]:
    """Verdict and reason where there are too few sessions, or enough only with undated ones."""
    if enough is None:
        return Verdict.INDETERMINATE, codes.PROCEDURE_CONFIRMATION
    return Verdict.NOT_MET, INSUFFICIENT_SESSIONS


def sessions_finding(statement: str, label: str, enough: Tri, used: References) -> Finding:
    missing = (codes.PROCEDURE_CONFIRMATION,) if enough is None else ()
    return Finding(statement, label, enough, used, missing)


def session_references(case: Case) -> References:
    return tuple(sorted({ref for session in case.counted for ref in session.references}))


def response_references(case: Case) -> References:
    """Scans and measurements that the target response rests on."""
    found: set[str] = set(case.stated_references if case.response_stated else ())
    for point in (case.baseline, case.assessment):
        if point is None:
            continue
        found.update(point.references)
        for lesion in case.targets.all:
            if lesion in point.values:
                found.update(point.values[lesion].references)
    return tuple(sorted(found))


def contradicting_references(case: Case) -> References:
    """Both sides of a response in conflict: what was stated, and what was measured (3a)."""
    if not case.stated_conflict:
        return ()
    measured = case.measured.contradictory or case.measured.category is not Response.NE
    return tuple(
        sorted({*case.stated_references, *(response_references(case) if measured else ())})
    )


def not_evaluable_reason(case: Case) -> str:
    """Why the response is NE: one word, the most basic cause first (CCI rows 3 to 5)."""
    if case.baseline is None:
        return codes.IMAGING_BASELINE
    if case.assessment is None:
        return codes.IMAGING_IN_WINDOW
    if case.stated_conflict:
        return codes.CONFLICTING_DATA
    return codes.IMAGING_BASELINE if case.baseline_without_target else codes.TARGET_MEASUREMENT


def response_missing(case: Case) -> tuple[str, ...]:
    """Imaging codes that hold for this reading with sessions, whatever the verdict."""
    found = []
    if case.assessment is None:
        found.append(codes.IMAGING_IN_WINDOW)
    if case.measured.category is Response.NE:
        if case.baseline_without_target:
            found.append(codes.IMAGING_BASELINE)
        elif case.assessment is not None:
            found.append(codes.TARGET_MEASUREMENT)
    if case.stated_conflict:
        found.append(codes.CONFLICTING_DATA)
    return tuple(found)


def response_finding(
    case: Case, statement: str, label: str, wanted: frozenset[Response]
) -> Finding:
    known = case.response is not Response.NE
    return Finding(
        statement,
        label,
        case.response in wanted if known else None,
        response_references(case),
        () if known else (not_evaluable_reason(case),),
    )


def scan_findings(case: Case, statement: str) -> tuple[Finding, Finding]:
    baseline, assessment = case.baseline, case.assessment
    return (
        Finding(
            statement,
            "finding.baseline-scan",
            True if baseline is not None else None,
            baseline.references if baseline is not None else (),
            () if baseline is not None else (codes.IMAGING_BASELINE,),
        ),
        Finding(
            statement,
            "finding.assessment-scan",
            True if assessment is not None else None,
            assessment.references if assessment is not None else (),
            () if assessment is not None else (codes.IMAGING_IN_WINDOW,),
        ),
    )
