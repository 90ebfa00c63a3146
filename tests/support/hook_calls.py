"""A patient's record through the whole service, as an EHR calls it on the day of judgement."""

from __future__ import annotations

import datetime
from functools import cache
from typing import Any

from cdshooks.app import create_app
from cdshooks.demo import prefetched
from cdshooks.settings import Settings
from cdshooks.web.contract import check_response
from tests.support.fhir_writer import resources_of
from tests.support.patient import Patient

PATH = "/cds-services/tace-refractoriness"


class Desk:
    """The service with a clock that can be set, and a client of it."""

    def __init__(self) -> None:
        self.today = datetime.date(2023, 5, 23)
        self.client = create_app(Settings(), dev=True, clock=self._morning).test_client()
        services = self.client.get("/cds-services").get_json()["services"]
        self.prefetch: dict[str, str] = services[0]["prefetch"]

    def _morning(self) -> datetime.datetime:
        return datetime.datetime.combine(self.today, datetime.time(4), datetime.UTC)

    def cards(self, patient: Patient, as_of: datetime.date, language: str) -> list[dict[str, Any]]:
        self.today = as_of
        resources = resources_of(patient)
        call = {
            "hook": "patient-view",
            "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
            "context": {"userId": "Practitioner/p1", "patientId": patient.id},
            "prefetch": {
                key: prefetched(template.replace("{{context.patientId}}", patient.id), resources)
                for key, template in self.prefetch.items()
            },
        }
        response = self.client.post(PATH, json=call, headers={"Accept-Language": language})
        assert response.status_code == 200, response.get_data(as_text=True)
        check_response(response.get_json())
        cards: list[dict[str, Any]] = response.get_json()["cards"]
        return cards


@cache
def desk() -> Desk:
    return Desk()
