"""Responses that a reader states: of the targets, overall, of non-targets, and mere trends.

Only a response of the target lesions by mRECIST can stand for measurements. It is of the targets
when its code says so: the code of the Observation, or of the value (DICOM). What has no scope is
the overall response, which a new lesion makes PD: told in a note, not used; so are non-targets and
a clinician's trend.
"""

from __future__ import annotations

from collections.abc import Container

from cdshooks.clinical.chart import Comparator, Response, StatedResponse
from cdshooks.fhir.chart_desk import NOT_USABLE, TEXT_MATCHED, UNKNOWN_CODE, Desk
from cdshooks.fhir.texts import looked_up
from cdshooks.fhir.views import CodeableConcept, DiagnosticReport, Observation

TARGET, OVERALL, TREND = "target-response", "overall-response", "disease-trend"
OF_NON_TARGETS = "non-target-response"
RESPONSES = frozenset({TARGET, OVERALL, TREND, OF_NON_TARGETS})
_MRECIST = "mrecist"
_NON_TARGET = "non-target"
_CODE, _VALUE, _METHOD = "Observation.code", "Observation.value", "Observation.method"


def scope_of(desk: Desk, role: str, view: Observation) -> str:
    """``target-response`` when the value's own code says target; else what the code says."""
    if role == OVERALL:
        scopes = set(desk.terminology.roles("response-scope", view.value_codeable_concept))
        if scopes == {"target"}:
            return TARGET
    return role


def read_target_response(
    desk: Desk, view: Observation, reference: str, usable: Container[str]
) -> StatedResponse | None:
    """A reader's target response; only by mRECIST, only from the closed values.

    ``usable``: the observations that are still there; a response derived from one that is not is
    out of date.
    """
    if view.data_absent_reason is not None:
        return None
    sources = desk.references(view.derived_from, "Observation")
    if any(source not in usable for source in sources):
        desk.note(NOT_USABLE, reference, detail="stale-response", path="Observation.derivedFrom")
        return None
    if not _is_mrecist(desk, view, reference):
        desk.note(NOT_USABLE, reference, detail="method", path=_METHOD)
        return None
    category = _category(desk, view)
    if category is None:
        desk.note(NOT_USABLE, reference, path=_VALUE)
        return None
    if not desk.terminology.roles("response", view.value_codeable_concept):
        desk.note(TEXT_MATCHED, reference, path=_VALUE)
    kinds = {
        inner.value_code
        for extension in desk.extensions(view.extension, "response-comparator")
        for inner in extension.extension
        if inner.url == "kind"
    }
    comparator: Comparator | None = None
    if kinds:
        try:
            (kind,) = kinds
            comparator = Comparator(kind or "")
        except ValueError:
            desk.note(UNKNOWN_CODE, reference, path="Observation.extension")
            return None
    return StatedResponse(Response(category), comparator, (reference,))


def note_unused_response(desk: Desk, role: str, view: Observation, reference: str) -> None:
    """An overall or non-target response, or a trend: what it says, and that it is not used."""
    if role == TREND:
        desk.note(NOT_USABLE, reference, detail="disease-trend", path=_CODE)
        return
    if role == OF_NON_TARGETS:
        desk.note(NOT_USABLE, reference, detail=OF_NON_TARGETS, path=_CODE)
        return
    if desk.terminology.find("response-scope", view.value_codeable_concept) == _NON_TARGET:
        desk.note(NOT_USABLE, reference, detail=OF_NON_TARGETS, path=_VALUE)
        return
    category = _category(desk, view)
    if category is None:
        if view.data_absent_reason is None:
            desk.note(NOT_USABLE, reference, path=_VALUE)
        return
    desk.note(NOT_USABLE, reference, detail=f"overall-{category.lower()}", path=_CODE)


def note_conclusion_codes(desk: Desk, view: DiagnosticReport, reference: str) -> None:
    """A report's ``conclusionCode``: it never says by which criteria, so it is only told."""
    for concept in view.conclusion_code:
        scope = desk.terminology.find("response-scope", concept)
        category = desk.terminology.only("response", concept)
        if scope is None and category is None:
            continue
        detail = f"overall-{category.lower()}" if category is not None else ""
        if scope is not None:
            detail = OF_NON_TARGETS if scope == _NON_TARGET else "method"
        desk.note(NOT_USABLE, reference, detail=detail, path="DiagnosticReport.conclusionCode")


def _is_mrecist(desk: Desk, view: Observation, reference: str) -> bool:
    method = view.method
    if method is None:
        return False
    if desk.terminology.only("response-method", method) == _MRECIST:
        return True
    if desk.terminology.roles("response-method", method):
        return False
    table = desk.terminology.texts.response_method
    if looked_up(table, (method.text,)) != _MRECIST:
        return False
    desk.note(TEXT_MATCHED, reference, path=_METHOD)
    return True


def _category(desk: Desk, view: Observation) -> str | None:
    """Exactly one of the closed values; anything else, as "SD/PD", is unknown."""
    concept: CodeableConcept | None = view.value_codeable_concept
    if concept is not None:
        if desk.terminology.roles("response", concept):
            return desk.terminology.only("response", concept)
        return looked_up(desk.terminology.texts.response, (concept.text,))
    return looked_up(desk.terminology.texts.response, (view.value_string,))
