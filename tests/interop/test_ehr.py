"""The whole conversation on a real FHIR server: order, warning, suggestion accepted, once more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.ehr.client import Ehr, cards_of, kinds, suggestion
from tests.interop.hook_service import HookService
from tests.interop.peers import Hapi
from tests.interop.records import Case, ask, cases, delete, store
from tests.support.draft_orders import Resource, drug, order

pytestmark = pytest.mark.interop

Json = dict[str, Any]
number = iter(range(1, 1_000))


@pytest.fixture
def ehr(empty_hapi: Hapi, service: HookService) -> Ehr:
    return Ehr(f"http://127.0.0.1:{service.port}", empty_hapi.base)


def admitted(ehr: Ehr, service: HookService, name: str) -> Case:
    """A patient of their own for each test, on the server, on the day of the case."""
    original = cases()[name]
    case = original.renamed(f"e{next(number)}-{name}")
    store(ehr.fhir, case.resources)
    service.today.day = case.as_of
    return case


def drafted(ehr: Ehr, *drafts: Resource) -> list[Resource]:
    """Drafts that the EHR keeps on its server until they are signed."""
    kept = [{k: v for k, v in one.items() if k != "category"} for one in drafts]
    store(ehr.fhir, kept)
    return kept


def codes(resources: list[Resource]) -> list[str]:
    return sorted(one["code"]["coding"][0]["code"] for one in resources if "code" in one)


def lasting(cards: list[Json]) -> list[Json]:
    return [{k: v for k, v in c.items() if k not in ("uuid", "suggestions")} for c in cards]


# The guard


def test_a_replacement_is_one_transaction(ehr: Ehr, service: HookService) -> None:
    case = admitted(ehr, service, "demo-refractory")
    patient = case.patient_id
    (tace,) = drafted(ehr, order(id=f"{patient}-tace", patient=patient))
    selected = cards_of(ehr.select(patient, [tace], [f"ServiceRequest/{tace['id']}"]))
    signed = cards_of(ehr.sign_orders(patient, ehr.drafts(patient)))
    assert kinds(selected) == kinds(signed) == ["guard"]
    assert signed[0]["indicator"] == "warning"

    replace = suggestion(signed, "Replace this TACE order")
    (created,) = ehr.accept(replace)
    assert ehr.read(f"ServiceRequest/{tace['id']}") is None
    haic = ehr.read(created)
    assert haic is not None and haic["intent"] == "proposal"
    assert haic["subject"] == {"reference": f"Patient/{patient}"}
    assert codes(ehr.drafts(patient)) == ["haic"]

    assert cards_of(ehr.sign_orders(patient, ehr.drafts(patient))) == []
    assert cards_of(ehr.select(patient, [haic], [created])) == []


def test_what_is_refused_by_the_server_changes_nothing(ehr: Ehr, service: HookService) -> None:
    """All or nothing: with one reference that does not exist, the TACE draft stays."""
    patient = admitted(ehr, service, "demo-refractory").patient_id
    (tace,) = drafted(ehr, order(id=f"{patient}-tace", patient=patient))
    replace = suggestion(cards_of(ehr.sign_orders(patient, [tace])), "Replace")
    replace["actions"][1]["resource"]["encounter"] = {"reference": "Encounter/nowhere"}
    with pytest.raises(AssertionError):
        ehr.accept(replace)
    assert codes(ehr.drafts(patient)) == ["ctace"]


def test_haic_with_one_drug_alone_is_guarded_until_another_is_added(
    ehr: Ehr, service: HookService
) -> None:
    patient = admitted(ehr, service, "demo-refractory").patient_id
    drafted(
        ehr,
        order("haic", f"{patient}-haic", patient),
        drug("cisplatin", f"{patient}-cisplatin", patient),
    )
    (card,) = cards_of(ehr.sign_orders(patient, ehr.drafts(patient)))
    assert "HAIC-R3" in str(card["extension"])
    assert [one["label"] for one in card["suggestions"]] == ["Refer to the tumour board (MDT)"]
    delete(ehr.fhir, f"MedicationRequest/{patient}-cisplatin")
    assert cards_of(ehr.sign_orders(patient, ehr.drafts(patient))) == []
    drafted(
        ehr,
        drug("oxaliplatin", f"{patient}-oxaliplatin", patient),
        drug("fluorouracil", f"{patient}-fluorouracil", patient),
    )
    assert cards_of(ehr.sign_orders(patient, ehr.drafts(patient))) == []


@pytest.mark.parametrize("name", ["demo-effective", "demo-two-sessions", "demo-not-enough-data"])
def test_a_tace_that_nothing_speaks_against(ehr: Ehr, service: HookService, name: str) -> None:
    patient = admitted(ehr, service, name).patient_id
    drafted(ehr, order(id=f"{patient}-tace", patient=patient))
    assert cards_of(ehr.sign_orders(patient, ehr.drafts(patient))) == []


def test_the_guard_is_silent_once_the_patient_is_no_longer_refractory(
    ehr: Ehr, service: HookService
) -> None:
    """The record is corrected: without the third session the definition does not apply."""
    case = admitted(ehr, service, "demo-refractory")
    patient = case.patient_id
    (tace,) = drafted(ehr, order(id=f"{patient}-tace", patient=patient))
    assert kinds(cards_of(ehr.sign_orders(patient, [tace]))) == ["guard"]
    sessions = [r for r in case.resources if r["resourceType"] == "Procedure"]
    last = max(sessions, key=lambda one: str(one.get("performedDateTime")))
    store(ehr.fhir, [last | {"status": "entered-in-error"}])
    assert cards_of(ehr.sign_orders(patient, [tace])) == []


# Other suggestions


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Refer to the tumour board", "Task"),
        ("Draft a HAIC", "ServiceRequest"),
        ("Draft a plan", "CarePlan"),
    ],
)
def test_what_the_next_step_offers_can_be_kept(
    ehr: Ehr, service: HookService, label: str, kind: str
) -> None:
    patient = admitted(ehr, service, "demo-refractory").patient_id
    before = cards_of(ehr.open_chart(patient))
    (created,) = ehr.accept(suggestion(before, label))
    kept = ehr.read(created)
    assert kept is not None and kept["resourceType"] == kind
    assert patient in str(kept.get("subject") or kept["for"])
    assert f"Condition/{patient}-hcc" in str(kept)
    assert lasting(cards_of(ehr.open_chart(patient))) == lasting(before)


def test_the_review_refers_to_the_order(ehr: Ehr, service: HookService) -> None:
    patient = admitted(ehr, service, "demo-unsuitable").patient_id
    (tace,) = drafted(ehr, order(id=f"{patient}-tace", patient=patient))
    (created,) = ehr.accept(suggestion(cards_of(ehr.sign_orders(patient, [tace])), "Refer"))
    task = ehr.read(created)
    assert task is not None
    assert task["focus"] == {"reference": f"ServiceRequest/{patient}-tace"}


def test_an_ordered_test_is_not_yet_a_result(ehr: Ehr, service: HookService) -> None:
    patient = admitted(ehr, service, "demo-not-enough-data").patient_id
    before = cards_of(ehr.open_chart(patient))
    offered = [one for card in before for one in card.get("suggestions", [])]
    assert offered
    for one in offered:
        assert ehr.accept(one)
    assert lasting(cards_of(ehr.open_chart(patient))) == lasting(before)


# Ways to the data


@pytest.fixture(params=["prefetch", "server", "both"])
def way(request: pytest.FixtureRequest) -> Iterator[str]:
    yield request.param


def test_the_guard_stands_by_prefetch_by_server_and_by_both(
    ehr: Ehr, service: HookService, way: str
) -> None:
    patient = admitted(ehr, service, "demo-refractory").patient_id
    ehr.with_prefetch, ehr.with_server = way != "server", way != "prefetch"
    tace = order(patient=patient)
    assert kinds(cards_of(ehr.sign_orders(patient, [tace]))) == ["guard"]


def test_with_a_token_only(empty_hapi: Hapi, service: HookService, ehr: Ehr) -> None:
    patient = admitted(ehr, service, "demo-refractory").patient_id
    gated = Ehr(ehr.cds, empty_hapi.gated, token=empty_hapi.token, with_prefetch=False)
    assert kinds(cards_of(gated.sign_orders(patient, [order(patient=patient)]))) == ["guard"]
    gated.token = None
    refused = gated.sign_orders(patient, [order(patient=patient)])
    assert refused.status_code == 412
    assert ask("GET", f"{empty_hapi.gated}/Patient/{patient}").status_code in (401, 403)
