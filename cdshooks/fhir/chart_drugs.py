"""Which antineoplastic drug a medication is, by its code, else by its name."""

from __future__ import annotations

from typing import NamedTuple

from cdshooks.clinical.chart import Drug
from cdshooks.fhir.chart_desk import CANDIDATE, TEXT_MATCHED, Desk, texts_of
from cdshooks.fhir.codes import PROBABLE
from cdshooks.fhir.texts import looked_up
from cdshooks.fhir.views import CodeableConcept

_DRUG, _ANY = "drug", "hcc-antineoplastic"
_ANTINEOPLASTIC = {drug.value: drug for drug in Drug}
"""Any other recognised drug (folinate, iodised oil) is none."""


class Medication(NamedTuple):
    antineoplastics: frozenset[Drug] = frozenset()
    known: bool = True
    note: str = ""


def medication(desk: Desk, concept: CodeableConcept | None) -> Medication:
    """The drug; unknown when its code is only probable and its name does not say the same."""
    terminology = desk.terminology
    roles = terminology.roles(_DRUG, concept)
    named = _antineoplastics(roles)
    if not named and terminology.find(_ANY, concept):
        named = frozenset({Drug.OTHER})
    if named or roles:
        return Medication(named)
    probable = set(terminology.roles(_DRUG + PROBABLE, concept))
    if terminology.find(_ANY + PROBABLE, concept):
        probable.add(Drug.OTHER)
    said = looked_up(terminology.texts.drug, texts_of(concept))
    if said is None or (probable and said not in probable):
        return Medication(known=False, note=CANDIDATE if probable else "")
    return Medication(_antineoplastics([said]), note=TEXT_MATCHED)


def _antineoplastics(names: list[str]) -> frozenset[Drug]:
    return frozenset(_ANTINEOPLASTIC[name] for name in names if name in _ANTINEOPLASTIC)
