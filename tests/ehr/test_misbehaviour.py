"""An EHR that gets one thing wrong: tolerated and the guard stands, or refused, never silence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cdshooks.app import create_app, running
from cdshooks.settings import Limits, Settings
from tests.ehr.client import Ehr, cards_of, kinds
from tests.ehr.misbehaviour import SWITCHES, TOLERATED, Misbehaviour
from tests.support.draft_orders import order
from tests.web.calls import morning
from tests.web.fhir_server import fhir_server

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
