"""EPOIHCC: three or more TACE within six months, and the targets are SD or PD (DEF-EPO)."""

from __future__ import annotations

from cdshooks.clinical.chart import Response
from cdshooks.clinical.course import days
from cdshooks.clinical.logic import Tri
from cdshooks.consensus.assessment import DefinitionVerdict, Verdict
from cdshooks.consensus.case import Case
from cdshooks.consensus.evaluation import (
    not_evaluable_reason,
    response_finding,
    session_references,
    sessions_finding,
    sessions_lacking,
)

MIN_SESSIONS = 3
INEFFECTIVE = frozenset({Response.SD, Response.PD})


def sessions_in_window(case: Case) -> int:
    """Counted sessions of the series that start within six months before the end of the last."""
    if case.last is None:
        return 0
    end = case.last.end
    within = [s for s in case.counted if days(s.start, end) <= case.readings.epo_window_days]
    return len(within)


def _is_enough(case: Case) -> Tri:
    """Unknown when only undated sessions, which may lie in the six months, make it so."""
    within = sessions_in_window(case)
    if within >= MIN_SESSIONS:
        return True
    return None if within + case.facts.unseen_sessions >= MIN_SESSIONS else False


def ineffective_within_six_months(case: Case) -> DefinitionVerdict:
    enough = _is_enough(case)
    findings = (
        sessions_finding("DEF-EPO", "finding.epo-sessions", enough, session_references(case)),
        response_finding(case, "DEF-EPO", "finding.epo-response", INEFFECTIVE),
    )
    if not enough:
        verdict, reason = sessions_lacking(enough)
    elif case.response is Response.NE:
        verdict, reason = Verdict.INDETERMINATE, not_evaluable_reason(case)
    else:
        verdict = Verdict.MET if case.response in INEFFECTIVE else Verdict.NOT_MET
        reason = case.response.value
    return DefinitionVerdict(verdict, case.unattested, reason, findings)
