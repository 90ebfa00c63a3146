"""An EHR that gets one thing wrong: tolerated and the guard stands, or refused, never silence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cdshooks.app import create_app, running
from cdshooks.settings import Limits, Settings
from cdshooks.store.report import report
from tests.ehr.client import Ehr, as_it_is, cards_of, kinds, overridden
from tests.ehr.keys import Rotating
from tests.ehr.misbehaviour import (
    LOST,
    OF_FEEDBACK,
    ON_THE_WAY,
    SWITCHES,
    TOLERATED,
    UNKNOWN,
    Misbehaviour,
    OfFeedback,
    OnTheWay,
    next_page,
)
from tests.support.draft_orders import order
from tests.web.calls import morning
from tests.web.fhir_server import fhir_server
from tests.web.trusted import CLINIC, Trusted

PATIENT = "demo-refractory"


@pytest.fixture(scope="module")
def ehr() -> Iterator[Ehr]:
    app = create_app(Settings(limits=Limits(deadline_seconds=60)), dev=True, clock=morning)
    with running(app) as port, fhir_server() as server:
        yield Ehr(f"http://127.0.0.1:{port}", server.base)


def signed(ehr: Ehr, switch: Misbehaviour) -> Any:
    ehr.misbehave = switch.change
    return ehr.sign_orders(PATIENT, [order(patient=PATIENT)])


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: switch.name)
def test_each_way_to_misbehave(ehr: Ehr, switch: Misbehaviour) -> None:
    answer = signed(ehr, switch)
    assert answer.status_code == switch.status, answer.text
    if switch.status == TOLERATED:
        assert kinds(cards_of(answer)) == (["guard"] if switch.guards else [])
    else:
        assert answer.json()["resourceType"] == "OperationOutcome"
        assert "cards" not in answer.json()


def test_a_draft_without_an_id_cannot_be_replaced(ehr: Ehr) -> None:
    (switch,) = [one for one in SWITCHES if one.name == "drafts without ids"]
    (card,) = cards_of(signed(ehr, switch))
    assert [action["type"] for one in card["suggestions"] for action in one["actions"]] == [
        "create"
    ]


def test_a_token_is_asked_of_the_signer_for_each_address(ehr: Ehr) -> None:
    asked: list[str] = []
    signing = Ehr(ehr.cds, ehr.fhir, sign=lambda address: asked.append(address) or "a.b.c")
    assert cards_of(signing.open_chart(PATIENT))
    assert asked == [f"{ehr.cds}/cds-services", f"{ehr.cds}/cds-services/tace-refractoriness"]


# Data that is lost


def test_a_next_page_on_another_host_is_not_asked_for(ehr: Ehr) -> None:
    with fhir_server() as other:
        ehr.misbehave = next_page(f"{other.base}/Procedure?page=2", entry=[])
        (card,) = cards_of(ehr.sign_orders(PATIENT, [order(patient=PATIENT)]))
    assert kinds([card]) == ["guard"]
    assert other.asked == []


@pytest.fixture(
    scope="module",
    params=["refractory", "effective", "not-enough-data", "unsuitable", "two-sessions"],
)
def alone(request: pytest.FixtureRequest, ehr: Ehr) -> Iterator[tuple[Ehr, str]]:
    """An EHR that lets nobody ask its server, and the patient there."""
    with fhir_server(request.param) as server:
        yield replace(ehr, fhir=server.base, with_server=False), f"demo-{request.param}"


@pytest.mark.parametrize("switch", LOST, ids=lambda switch: switch.name)
def test_what_is_lost_makes_no_verdict_surer(alone: tuple[Ehr, str], switch: Misbehaviour) -> None:
    honest, patient = replace(alone[0], misbehave=as_it_is), alone[1]
    expected = definitions(cards_of(honest.open_chart(patient)))
    answer = replace(honest, misbehave=switch.change).open_chart(patient)
    assert answer.status_code == switch.status, answer.text
    if switch.status != TOLERATED:
        assert answer.json()["resourceType"] == "OperationOutcome"
        return
    for definition, verdict in definitions(cards_of(answer)).items():
        assert verdict in (expected[definition], "indeterminate"), definition


def definitions(cards: list[dict[str, Any]]) -> dict[str, str]:
    """Verdict by definition."""
    found: dict[str, str] = {}
    for card in cards:
        judged = card["extension"]["org.tace-cds.assessment"].get("definitions", {})
        found |= {name: one["verdict"] for name, one in judged.items()}
    assert found
    return found


# On the way, and feedback


@pytest.fixture
def trusted(tmp_path: Path) -> Iterator[tuple[Trusted, Ehr]]:
    """A service that knows its clients, and one of them."""
    with fhir_server() as server:
        hospital = Rotating(fhir=server.base)
        site = Trusted(tmp_path, hospital=hospital, deadline_seconds=60)
        with closing(site), running(site.app) as port:
            sign = hospital.signer(site.clock)
            yield site, Ehr(f"http://127.0.0.1:{port}", server.base, sign=sign, clock=site.clock)


@pytest.mark.parametrize("switch", ON_THE_WAY, ids=lambda switch: switch.name)
def test_each_way_to_send_wrongly(trusted: tuple[Trusted, Ehr], switch: OnTheWay) -> None:
    _, ehr = trusted
    switch.spoil(ehr)
    for status in switch.statuses:
        answer = ehr.sign_orders(PATIENT, [order(patient=PATIENT)])
        assert answer.status_code == status, answer.text
        if status == TOLERATED:
            assert kinds(cards_of(answer)) == ["guard"]
            continue
        assert answer.json()["resourceType"] == "OperationOutcome"
        assert "cards" not in answer.json()
        assert ("WWW-Authenticate" in answer.headers) == (status == UNKNOWN)


@pytest.mark.parametrize("switch", OF_FEEDBACK, ids=lambda switch: switch.name)
def test_each_way_to_give_feedback_wrongly(
    trusted: tuple[Trusted, Ehr], switch: OfFeedback
) -> None:
    """Sent once and once more: the second time is answered as the first, and counts nothing."""
    site, ehr = trusted
    (card, *_) = cards_of(ehr.open_chart(PATIENT))
    ehr.misreport = switch.change
    for _ in range(2):
        answer = ehr.feedback("patient-view", overridden(card, userComment="no"))
        assert answer.status_code == switch.status, answer.text
        assert answer.json()["resourceType"] == "OperationOutcome"
        assert report(site.store.database)["response"]["items"] == switch.kept


def test_a_card_of_another_hook_or_of_another_client_is_foreign(
    trusted: tuple[Trusted, Ehr],
) -> None:
    site, ehr = trusted
    (card, *_) = cards_of(ehr.open_chart(PATIENT))
    clinic = replace(
        ehr, sign=lambda address: CLINIC.token(address.removeprefix(ehr.cds), site.clock())
    )
    for answer in (
        ehr.feedback("order-sign", overridden(card)),
        clinic.feedback("patient-view", overridden(card)),
        ehr.feedback("patient-view", overridden({"uuid": "no-uuid"})),
    ):
        assert answer.status_code == 400
        assert answer.json()["resourceType"] == "OperationOutcome"
    assert report(site.store.database)["response"]["items"] == 0
