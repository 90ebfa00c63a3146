"""A small EHR: it discovers, fills prefetch, calls hooks, applies suggestions and gives feedback.

It is played over HTTP against the service as it is served, with any FHIR server behind it. Each way
to misbehave is a switch (:mod:`tests.ehr.misbehaviour`). Who signs its tokens is handed in
(:mod:`tests.ehr.keys`).
"""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import requests

from tests.interop.records import ask
from tests.support.draft_orders import Resource, bundle

Json = dict[str, Any]
Signer = Callable[[str], str | None]
"""A token for the address that is called; None: none is sent."""
Change = Callable[[Json], Json]

JSON_TYPE = "application/json"
USER_TOKENS = {
    "userPractitionerId": "Practitioner",
    "userPractitionerRoleId": "PractitionerRole",
    "userPatientId": "Patient",
    "userRelatedPersonId": "RelatedPerson",
}
"""Prefetch tokens for the id of the user, of one kind each (CDS Hooks, Prefetch tokens)."""
EXTENSION = "org.tace-cds.assessment"


def unsigned(_address: str) -> str | None:
    return None


def as_it_is(call: Json) -> Json:
    return call


def utc_now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


class UnknownToken(Exception):
    """A prefetch template asks for what CDS Hooks does not have."""


def resolved(
    template: str, context: Mapping[str, Any], today: datetime.date | None = None
) -> str | None:
    """A prefetch query; None when this call has no value for one of its tokens.

    ``today``: of a client that knows the relative dates of CDS Hooks 3.0; one of 2.0.1 does not.
    Raises :class:`UnknownToken`, also for a member of the context that is not a plain value.
    """
    lacking = False

    def value(match: re.Match[str]) -> str:
        nonlocal lacking
        found = _relative_day(match[1].strip(), today) or _value(match[1].strip(), context)
        lacking = lacking or found is None
        return quote(found or "", "/")

    query = re.sub(r"\{\{(.*?)\}\}", value, template)
    if "{{" in query or "}}" in query:
        raise UnknownToken(template)
    return None if lacking else query


def _relative_day(token: str, today: datetime.date | None) -> str | None:
    match = re.fullmatch(r"today\(\)(?: ([+-]) (\d+) days)?", token)
    if match is None or today is None:
        return None
    days = int(match[2] or 0) * (-1 if match[1] == "-" else 1)
    return (today + datetime.timedelta(days=days)).isoformat()


def _value(token: str, context: Mapping[str, Any]) -> str | None:
    if token in USER_TOKENS:
        kind, _, identity = str(context["userId"]).partition("/")
        return identity if kind == USER_TOKENS[token] else None
    name = token.removeprefix("context.")
    if name == token or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", name):
        raise UnknownToken(token)
    found = context.get(name)
    if isinstance(found, bool):
        return str(found).lower()
    if found is None or isinstance(found, str | int | float):
        return None if found is None else str(found)
    raise UnknownToken(token)


@dataclass
class Ehr:
    cds: str
    """Base of the CDS service, without ``/cds-services``."""
    fhir: str
    """Base of the FHIR server that holds the records."""
    token: str | None = None
    """For the FHIR server, handed on to the service."""
    sign: Signer = unsigned
    language: str = "en"
    with_prefetch: bool = True
    with_server: bool = True
    misbehave: Change = as_it_is
    misreport: Change = as_it_is
    """The same for the body of feedback."""
    content_type: str = JSON_TYPE
    clock: Callable[[], datetime.datetime] = utc_now
    user: str = "Practitioner/p1"
    knows_today: bool = False
    """Resolves ``today()`` (CDS Hooks 3.0); else such a key is left out."""
    calls: list[Json] = field(default_factory=list)

    # Hooks

    def services(self) -> dict[str, Json]:
        """What discovery offers, by hook."""
        answer = self._ask("GET", f"{self.cds}/cds-services")
        assert answer.status_code == 200, answer.text
        return {service["hook"]: service for service in answer.json()["services"]}

    def open_chart(self, patient_id: str) -> requests.Response:
        return self.call("patient-view", patient_id)

    def select(
        self, patient_id: str, drafts: Iterable[Resource], selected: Iterable[str]
    ) -> requests.Response:
        context = {"draftOrders": bundle(*drafts), "selections": list(selected)}
        return self.call("order-select", patient_id, **context)

    def sign_orders(self, patient_id: str, drafts: Iterable[Resource]) -> requests.Response:
        return self.call("order-sign", patient_id, draftOrders=bundle(*drafts))

    def start_encounter(self, patient_id: str, encounter_id: str) -> requests.Response:
        """Only where the service is configured to offer it, as booking."""
        return self.call("encounter-start", patient_id, encounterId=encounter_id)

    def book(self, patient_id: str, appointments: Iterable[Resource]) -> requests.Response:
        return self.call("appointment-book", patient_id, appointments=bundle(*appointments))

    def call(self, hook: str, patient_id: str, **more: Any) -> requests.Response:
        """``more``: what the context of this hook has beside user and patient."""
        service = self.services()[hook]
        context = {"userId": self.user, "patientId": patient_id, **more}
        call: Json = {"hook": hook, "hookInstance": str(uuid.uuid4()), "context": context}
        if self.with_prefetch and "prefetch" in service:
            call["prefetch"] = self._prefetch(service["prefetch"], context)
        if self.with_server:
            call["fhirServer"] = self.fhir
        if self.token is not None:
            call["fhirAuthorization"] = {
                "access_token": self.token,
                "token_type": "Bearer",
                "expires_in": 300,
                "scope": "patient/*.rs",
                "subject": "cds-service",
                "patient": patient_id,
            }
        call = self.misbehave(call)
        self.calls.append(call)
        return self._ask("POST", f"{self.cds}/cds-services/{service['id']}", call)

    def feedback(self, hook: str, *items: Json) -> requests.Response:
        """What became of cards of this hook: :func:`overridden` and :func:`accepted`."""
        time = self.clock().astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")
        body = {"feedback": [{"outcomeTimestamp": time, **item} for item in items]}
        address = f"{self.cds}/cds-services/{self.services()[hook]['id']}/feedback"
        return self._ask("POST", address, self.misreport(body))

    def _prefetch(self, templates: dict[str, str], context: Mapping[str, Any]) -> Json:
        """What the server answers; nothing found is ``null``, what cannot be had is left out."""
        today = self.clock().date() if self.knows_today else None
        known = {k: t for k, t in templates.items() if self.knows_today or "{{today()" not in t}
        queries = {key: resolved(template, context, today) for key, template in known.items()}
        found: Json = {}
        for key, query in queries.items():
            if query is None:
                continue
            answer = self._server("GET", query)
            if answer.status_code == 200:
                found[key] = answer.json()
            elif answer.status_code in (404, 410):
                found[key] = None
        return found

    # The record

    def drafts(self, patient_id: str) -> list[Resource]:
        """Every order of the patient that is not signed yet, not as a search found it earlier."""
        found: list[Resource] = []
        for kind in ("ServiceRequest", "MedicationRequest"):
            query = f"{kind}?subject=Patient/{patient_id}&status=draft&_count=200"
            answer = self._server("GET", query, **{"Cache-Control": "no-cache"})
            assert answer.status_code == 200, answer.text
            found += [entry["resource"] for entry in answer.json().get("entry", [])]
        return found

    def accept(self, suggestion: Json) -> list[str]:
        """Applies all actions of a suggestion at once; the references of what was created."""
        answer = self._server("POST", "", transaction(suggestion["actions"]))
        assert answer.status_code == 200, answer.text
        responses = [entry["response"] for entry in answer.json()["entry"]]
        assert all(one["status"][:1] == "2" for one in responses)
        created = [
            response["location"]
            for response, action in zip(responses, suggestion["actions"], strict=True)
            if action["type"] == "create"
        ]
        return ["/".join(one.split("/_history")[0].split("/")[-2:]) for one in created]

    def read(self, reference: str) -> Resource | None:
        answer = self._server("GET", reference)
        return answer.json() if answer.status_code == 200 else None

    def _server(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> requests.Response:
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return ask(method, f"{self.fhir}/{path}".rstrip("/"), body, **headers)

    def _ask(self, method: str, address: str, body: Any = None) -> requests.Response:
        token = self.sign(address)
        headers = {"Accept-Language": self.language}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if body is not None:
            headers["Content-Type"] = self.content_type
        return ask(method, address, body, **headers)


def transaction(actions: Iterable[Json]) -> Json:
    """Deletes first, then creates, then updates: in a FHIR transaction the server sees to it."""
    entries: list[Json] = []
    for action in actions:
        if action["type"] == "delete":
            entries.append({"request": {"method": "DELETE", "url": action["resourceId"]}})
            continue
        resource = action["resource"]
        kind = resource["resourceType"]
        request = {"method": "POST", "url": kind}
        if action["type"] == "update":
            request = {"method": "PUT", "url": f"{kind}/{resource['id']}"}
        entries.append({"resource": resource, "request": request})
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def overridden(card: Json, **reason: Any) -> Json:
    """``reason``: the members of ``overrideReason``."""
    item = {"card": card["uuid"], "outcome": "overridden"}
    return item | ({"overrideReason": reason} if reason else {})


def accepted(card: Json, *suggestions: Json) -> Json:
    item = {"card": card["uuid"], "outcome": "accepted"}
    return item | {"acceptedSuggestions": [{"id": one["uuid"]} for one in suggestions]}


def cards_of(answer: requests.Response) -> list[Json]:
    assert answer.status_code == 200, answer.text
    cards: list[Json] = answer.json()["cards"]
    return cards


def kinds(cards: Iterable[Json]) -> list[str]:
    return [card["extension"][EXTENSION]["card"] for card in cards]


def suggestion(cards: Iterable[Json], label: str) -> Json:
    """The one suggestion whose label begins so."""
    found = [one for card in cards for one in card.get("suggestions", [])]
    (one,) = [one for one in found if one["label"].startswith(label)]
    return one
