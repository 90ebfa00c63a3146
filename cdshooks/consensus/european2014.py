"""European definition (Raoul): what failure is depends on the intent of TACE (DEF-EUR.1,
DEF-EUR.2).
"""

from __future__ import annotations

from cdshooks.clinical.chart import Intent, Response
from cdshooks.consensus import codes
from cdshooks.consensus.assessment import DefinitionVerdict, Finding, Verdict
from cdshooks.consensus.case import Case
from cdshooks.consensus.evaluation import (
    not_evaluable_reason,
    response_finding,
    session_references,
    sessions_lacking,
)

FAILURE = {
    Intent.PALLIATIVE: frozenset({Response.PD}),
    Intent.CURATIVE: frozenset({Response.SD, Response.PD}),
}
INTENT_REASON = "intent"


def failed_for_its_intent(case: Case) -> DefinitionVerdict:
    verdict, reason = _row(case)
    intent = case.intent
    findings = (
        Finding(
            "DEF-EUR.1",
            "finding.european-intent",
            True if intent is not None else None,
            session_references(case),
            () if intent is not None else (codes.TACE_INTENT,),
        ),
        response_finding(
            case,
            "DEF-EUR.2" if intent is Intent.CURATIVE else "DEF-EUR.1",
            "finding.european-response",
            FAILURE[intent or Intent.PALLIATIVE],
        ),
    )
    return DefinitionVerdict(verdict, case.unattested, reason, findings)


def _row(case: Case) -> tuple[Verdict, str]:
    enough = case.is_enough(case.readings.eu_min_sessions)
    if not enough:
        return sessions_lacking(enough)
    response = case.response
    if response is Response.NE:
        return Verdict.INDETERMINATE, not_evaluable_reason(case)
    if case.intent is None:
        answers = {response in failure for failure in FAILURE.values()}
        if len(answers) > 1:
            return Verdict.INDETERMINATE, INTENT_REASON
        failed = answers.pop()
    else:
        failed = response in FAILURE[case.intent]
    return (Verdict.MET if failed else Verdict.NOT_MET), response.value
