"""Hook calls end to end: the EHR, the service and the FHIR server, each on a port of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from cdshooks.fhir.needs import REQUIRED
from tests.interop.hook_service import HookService, kinds, verdicts
from tests.interop.peers import Hapi
from tests.interop.records import cases, store

pytestmark = pytest.mark.interop

SOME = (
    "demo-refractory",
    "demo-effective",
    "demo-not-enough-data",
    "demo-unsuitable",
    "demo-two-sessions",
    "v16",
    "v36",
    "x02",
    "x08",
    "g001",
    "g047",
)
each_of_some = pytest.mark.parametrize("patient_id", SOME)
NOT_MET = ("demo-effective", "demo-unsuitable", "demo-two-sessions")


@each_of_some
def test_prefetch_server_and_a_mix_of_both_say_the_same(
    hapi: Hapi, service: HookService, patient_id: str
) -> None:
    case = cases()[patient_id]
    from_file = service.cards(case, prefetch=service.prefetch_of(case))
    assert from_file
    whole = service.prefetch_from(hapi.base, patient_id)
    half = {key: whole[key] for key in list(whole)[::2]}
    other_half = {key: whole[key] for key in list(whole)[1::2]}
    assert service.cards(case, prefetch=whole) == from_file
    assert service.cards(case, prefetch=whole, server=hapi.base) == from_file
    assert service.cards(case, prefetch=half, server=hapi.base) == from_file
    assert service.cards(case, prefetch=other_half, server=hapi.base) == from_file
    assert service.cards(case, server=hapi.base) == from_file
    assert service.cards(case, server=hapi.base + "/", prefetch={}) == from_file


def test_many_calls_at_once(hapi: Hapi, service: HookService) -> None:
    seen_today = [case for case in cases().values() if case.patient_id.startswith("demo-")]
    alone = [service.cards(case, server=hapi.base) for case in seen_today]
    with ThreadPoolExecutor(8) as pool:
        at_once = pool.map(lambda case: service.cards(case, server=hapi.base), seen_today * 4)
        assert list(at_once) == alone * 4


def test_a_patient_without_procedures_gets_no_card(hapi: Hapi, service: HookService) -> None:
    store(hapi.base, [{"resourceType": "Patient", "id": "new-here"}])
    case = cases()["v01"].renamed("new-here")
    assert service.cards(case, server=hapi.base) == []


def test_an_unknown_patient_is_412(hapi: Hapi, service: HookService) -> None:
    answer = service.call(cases()["v01"].renamed("nobody"), server=hapi.base)
    assert answer.status_code == 412
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert "patient" in answer.json()["issue"][0]["diagnostics"]


# With a token


@each_of_some
def test_the_token_opens_the_server(hapi: Hapi, service: HookService, patient_id: str) -> None:
    case = cases()[patient_id]
    with_token = service.cards(case, server=hapi.gated, token=hapi.token)
    assert with_token == service.cards(case, server=hapi.base)


@pytest.mark.parametrize("token", [None, "another-token"])
@pytest.mark.parametrize("patient_id", NOT_MET)
def test_without_the_token_nothing_is_said(
    hapi: Hapi, service: HookService, patient_id: str, token: str | None
) -> None:
    answer = service.call(cases()[patient_id], server=hapi.gated, token=token)
    assert answer.status_code == 412
    outcome = answer.json()
    assert outcome["resourceType"] == "OperationOutcome"
    for key in REQUIRED:
        assert key in outcome["issue"][0]["diagnostics"]
    assert "another-token" not in answer.text
    assert "refractory" not in answer.text.replace(patient_id, "")


@pytest.mark.parametrize("token", [None, "another-token"])
@pytest.mark.parametrize("patient_id", NOT_MET)
def test_what_is_refused_is_never_taken_for_nothing(
    hapi: Hapi, service: HookService, patient_id: str, token: str | None
) -> None:
    """Patient and procedures from prefetch, everything else refused."""
    case = cases()[patient_id]
    assert "not-met" in verdicts(service.cards(case, server=hapi.base))
    prefetch = service.prefetch_from(hapi.base, patient_id, REQUIRED)
    cards = service.cards(case, prefetch=prefetch, server=hapi.gated, token=token)
    assert verdicts(cards) == {"indeterminate"}
    assert "missing" in kinds(cards)
    assert "not refractory" not in str(cards).lower()
