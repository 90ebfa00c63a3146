"""The service under test, called over HTTP as an EHR calls it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import requests

from cdshooks.demo import TODAY, prefetched
from tests.interop.records import Case, ask

ID = "tace-refractoriness"
PATIENT_TOKEN = "{{context.patientId}}"
EXTENSION = "org.tace-cds.assessment"

Cards = list[dict[str, Any]]
Prefetch = dict[str, Any]


class Today:
    """A clock that stands at four in the morning (UTC) of a day that a test chooses."""

    def __init__(self) -> None:
        self.day = TODAY

    def __call__(self) -> datetime.datetime:
        return datetime.datetime.combine(self.day, datetime.time(4), datetime.UTC)


@dataclass(frozen=True)
class HookService:
    port: int
    today: Today

    def templates(self, patient_id: str) -> dict[str, str]:
        """The advertised prefetch queries for one patient."""
        (service,) = (s for s in self._ask("GET").json()["services"] if s["id"] == ID)
        return {
            key: query.replace(PATIENT_TOKEN, patient_id)
            for key, query in service["prefetch"].items()
        }

    def prefetch_from(
        self, base: str, patient_id: str, keys: Iterable[str] | None = None
    ) -> Prefetch:
        """What an EHR gets from its FHIR server for the advertised queries (or some of them)."""
        queries = self.templates(patient_id)
        answers = {key: ask("GET", f"{base}/{queries[key]}") for key in keys or queries}
        assert {answer.status_code for answer in answers.values()} == {200}
        return {key: answer.json() for key, answer in answers.items()}

    def prefetch_of(self, case: Case) -> Prefetch:
        """The same without a server."""
        queries = self.templates(case.patient_id)
        return {key: prefetched(query, list(case.resources)) for key, query in queries.items()}

    def call(
        self,
        case: Case,
        *,
        prefetch: Prefetch | None = None,
        server: str | None = None,
        token: str | None = None,
    ) -> requests.Response:
        """One patient-view call on the day of the case."""
        self.today.day = case.as_of
        body: dict[str, Any] = {
            "hook": "patient-view",
            "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
            "context": {"userId": "Practitioner/p1", "patientId": case.patient_id},
        }
        if prefetch is not None:
            body["prefetch"] = prefetch
        if server is not None:
            body["fhirServer"] = server
        if token is not None:
            body["fhirAuthorization"] = {
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": 300,
                "scope": "patient/*.rs",
                "subject": "cds-service",
                "patient": case.patient_id,
            }
        return self._ask("POST", f"/{ID}", body)

    def cards(self, case: Case, **how: Any) -> Cards:
        """The cards of such a call, without what is new each time."""
        answer = self.call(case, **how)
        assert answer.status_code == 200, answer.text
        cards: Cards = _lasting(answer.json()["cards"])
        return cards

    def _ask(self, method: str, path: str = "", body: Any = None) -> requests.Response:
        return ask(method, f"http://127.0.0.1:{self.port}/cds-services{path}", body)


def verdicts(cards: Cards) -> set[str]:
    """Of every definition on every card."""
    found: set[str] = set()
    for card in cards:
        definitions = card["extension"][EXTENSION].get("definitions", {})
        found |= {judged["verdict"] for judged in definitions.values()}
    return found


def kinds(cards: Cards) -> list[str]:
    return [card["extension"][EXTENSION]["card"] for card in cards]


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _lasting(v) for k, v in value.items() if k not in ("uuid", "evaluation")}
    return [_lasting(item) for item in value] if isinstance(value, list) else value
