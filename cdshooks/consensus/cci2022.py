"""CCI 2022 consensus: the definition of TACE refractoriness (CCI-C1).

After three or more consecutive standardised TACE sessions, contrast CT or MRI one to three months
after the last, by mRECIST: targets still PD compared with before the first TACE. New lesions
(CCI-C4), vascular invasion and extrahepatic spread (CCI-C5) and markers (CCI-C6) are no inputs.
"""

from __future__ import annotations

from cdshooks.clinical.chart import Response
from cdshooks.consensus import codes
from cdshooks.consensus.assessment import DefinitionVerdict, Finding, Verdict
from cdshooks.consensus.case import Case
from cdshooks.consensus.evaluation import (
    not_evaluable_reason,
    response_finding,
    scan_findings,
    session_references,
    sessions_finding,
    sessions_lacking,
)

TECHNIQUE_ATTESTATION = "technique-attestation"


def tace_refractory(case: Case) -> DefinitionVerdict:
    """The rows of the definition, top down; the first that applies gives verdict and reason."""
    verdict, reason = _row(case)
    return DefinitionVerdict(verdict, case.unattested, reason, _findings(case))


def _row(case: Case) -> tuple[Verdict, str]:
    enough = case.is_enough(case.readings.min_sessions)
    if not enough:
        return sessions_lacking(enough)
    if case.baseline is None or case.response is Response.NE:
        return Verdict.INDETERMINATE, not_evaluable_reason(case)
    if case.response is not Response.PD:
        return Verdict.NOT_MET, case.response.value
    if case.unattested and case.readings.technique_policy == "require":
        return Verdict.INDETERMINATE, TECHNIQUE_ATTESTATION
    return Verdict.MET, case.response.value


def _findings(case: Case) -> tuple[Finding, ...]:
    used = session_references(case)
    attested = not case.unattested
    return (
        sessions_finding(
            "CCI-C1", "finding.sessions", case.is_enough(case.readings.min_sessions), used
        ),
        Finding(
            "CCI-C7",
            "finding.technique",
            True if attested else None,
            used,
            () if attested else (codes.TACE_TECHNIQUE_ATTESTATION,),
        ),
        *scan_findings(case, "CCI-C1"),
        response_finding(case, "CCI-C1", "finding.target-response", frozenset({Response.PD})),
    )
