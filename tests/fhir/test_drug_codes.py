"""Drugs of an infusion, by code: which decide, which only with their name, which are none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cdshooks.clinical.chart import Chart, Drug, TreatmentKind
from tests.fhir.test_open_procedures import HCPCS, arterial_drug, coded
from tests.fhir.test_probable_codes import (
    CANDIDATE,
    GENERIC_EMBOLISATION,
    MATCHED,
    OF,
    charted,
    kinds,
    notes,
    of_site,
    performed,
)
from tests.support.fhir_writer import SNOMED, concept

JSON = dict[str, Any]
ATC = "http://www.whocc.no/atc"
NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ROUTE = "http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration"
BY_ARTERY = concept(SNOMED, "58100008")


def ordered(drug: JSON, identity: str = "m-1", route: JSON = BY_ARTERY) -> JSON:
    return {
        "resourceType": "MedicationRequest",
        "id": identity,
        "status": "active",
        "intent": "order",
        "authoredOn": "2023-05-01",
        "medicationCodeableConcept": drug,
        "dosageInstruction": [{"route": route}],
        **OF,
    }


def infusion(chart: Chart) -> tuple[set[Drug], bool] | None:
    found = [(set(one.antineoplastics), one.unrecognised) for one in chart.planned_infusions]
    assert len(found) <= 1
    return found[0] if found else None


CISPLATIN, FLUOROURACIL, OTHER = ({Drug.CISPLATIN}, {Drug.FLUOROURACIL}, {Drug.OTHER})


@pytest.mark.parametrize(
    ("system", "code", "drugs"),
    [
        (HCPCS, "J9060", CISPLATIN),
        (HCPCS, "J9190", FLUOROURACIL),
        (HCPCS, "J9263", OTHER),
        (HCPCS, "J9000", OTHER),
        (NCIT, "C61948", OTHER),
        (NCIT, "C172098", OTHER),
    ],
)
def test_a_published_code_decides(system: str, code: str, drugs: set[Drug]) -> None:
    chart = charted(ordered(coded(system, code)))
    assert infusion(chart) == (drugs, False)
    assert notes(chart, "MedicationRequest/m-1") == set()


@pytest.mark.parametrize(
    "other",
    [coded(HCPCS, "J0640"), coded(ATC, "V08AD01"), {"text": "碘化油"}, {"text": "Lipiodol"}],
    ids=str,
)
def test_what_is_no_antineoplastic_leaves_a_drug_alone(other: JSON) -> None:
    chart = charted(ordered(coded(ATC, "L01XA01")), ordered(other, "m-2"))
    assert infusion(chart) == (CISPLATIN, False)
    assert infusion(charted(ordered(other))) is None


@pytest.mark.parametrize("route", ["IAINJP", "IAINJSP"])
def test_every_arterial_route_is_known(route: str) -> None:
    chart = charted(ordered(coded(ATC, "L01XA01"), route=concept(ROUTE, route)))
    assert infusion(chart) == (CISPLATIN, False)


PROBABLE = [
    (NCIT, "C376", "顺铂", CISPLATIN),
    (NCIT, "C505", "5-FU", FLUOROURACIL),
    (NCIT, "C1181", "oxaliplatin", OTHER),
    (NCIT, "C52200", "卡博替尼", OTHER),
    (RXNORM, "632", "丝裂霉素", OTHER),
    (SNOMED, "395814003", "奥沙利铂", OTHER),
]


@pytest.mark.parametrize(("system", "code", "name", "drugs"), PROBABLE)
def test_a_probable_code_decides_only_with_its_name(
    system: str, code: str, name: str, drugs: set[Drug]
) -> None:
    fluorouracil = ordered(coded(ATC, "L01BC02"), "m-0")
    alone = charted(fluorouracil, ordered(coded(system, code)))
    assert infusion(alone) == (FLUOROURACIL, True), "another drug is in it, it is not sure which"
    assert notes(alone, "MedicationRequest/m-1") == {CANDIDATE}
    stated = charted(ordered(coded(system, code, name)))
    assert infusion(stated) == (drugs, False)
    assert notes(stated, "MedicationRequest/m-1") == {MATCHED}


def test_a_name_that_contradicts_a_probable_code_does_not_decide() -> None:
    chart = charted(ordered(coded(ATC, "L01XA01"), "m-0"), ordered(coded(NCIT, "C505", "顺铂")))
    assert infusion(chart) == (CISPLATIN, True)
    assert notes(chart, "MedicationRequest/m-1") == {CANDIDATE}


def test_folinate_by_a_probable_code() -> None:
    alone = charted(ordered(coded(ATC, "L01BC02"), "m-0"), ordered(coded(RXNORM, "6313")))
    assert infusion(alone) == (FLUOROURACIL, True)
    named = coded(RXNORM, "6313", "亚叶酸钙")
    assert infusion(charted(ordered(coded(ATC, "L01BC02"), "m-0"), ordered(named))) == (
        FLUOROURACIL,
        False,
    )


def test_a_site_may_promote_a_drug(tmp_path: Path) -> None:
    terminology = of_site(tmp_path, "drug.cisplatin", NCIT, "C376")
    chart = charted(ordered(coded(NCIT, "C376")), terminology=terminology)
    assert infusion(chart) == (CISPLATIN, False)
    assert notes(chart, "MedicationRequest/m-1") == set()


@pytest.mark.parametrize(
    ("drug", "is_session", "noted"),
    [
        (coded(HCPCS, "J9000"), True, set()),
        (coded(NCIT, "C172098"), True, set()),
        (coded(NCIT, "C456"), False, {CANDIDATE}),
        (coded(NCIT, "C456", "多柔比星"), True, {MATCHED}),
        ({"text": "表柔比星"}, True, {MATCHED}),
        (coded(ATC, "V08AD01"), False, set()),
    ],
    ids=str,
)
def test_the_drug_that_is_part_of_an_embolisation(
    drug: JSON, is_session: bool, noted: set[str]
) -> None:
    given = {**arterial_drug(), "medicationCodeableConcept": drug}
    chart = charted(performed(GENERIC_EMBOLISATION), given)
    assert kinds(chart) == [(TreatmentKind.TACE, is_session)]
    assert notes(chart, "MedicationAdministration/m-1") == noted
