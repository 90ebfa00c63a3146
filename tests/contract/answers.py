"""Answers of every service, for the checks that hold for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from cdshooks.app import create_app
from cdshooks.demo import PATIENTS
from cdshooks.settings import Service, Settings
from tests.support.draft_orders import bundle, concept, drug, order
from tests.web.calls import changed, morning, patient_call

ALL_HOOKS = ("patient-view", "order-select", "order-sign", "encounter-start", "appointment-book")
BASE = "/cds-services"


class Exchange(NamedTuple):
    service: dict[str, Any]
    request: dict[str, Any]
    language: str
    status: int
    body: dict[str, Any]


@cache
def client() -> Any:
    settings = Settings(service=Service(hooks=ALL_HOOKS))
    return create_app(settings, dev=True, clock=morning).test_client()


@cache
def services() -> tuple[dict[str, Any], ...]:
    return tuple(client().get(BASE).get_json()["services"])


def requests_of(hook: str) -> Iterator[dict[str, Any]]:
    """Calls as a client makes them, every synthetic patient in each."""
    for name, _ in PATIENTS:
        call = changed(patient_call(client(), name), ("hook", hook))
        patient = f"demo-{name}"
        tace, haic = order(patient=patient), order("haic", "h1", patient)
        infused = drug("cisplatin", patient=patient)
        if hook == "encounter-start":
            yield changed(call, ("context.encounterId", "e1"))
        elif hook == "appointment-book":
            booked = {"resourceType": "Appointment", "id": "a1", "status": "proposed"}
            booked |= {"serviceType": [concept("tace")]}
            yield changed(call, ("context.appointments", bundle(booked)))
        elif hook == "order-sign":
            yield changed(call, ("context.draftOrders", bundle(tace, haic, infused)))
            yield changed(call, ("context.draftOrders", bundle(order("ablation", patient=patient))))
        elif hook == "order-select":
            drafts = ("context.draftOrders", bundle(tace, haic, infused))
            chosen = ["ServiceRequest/d1", "ServiceRequest/h1"]
            yield changed(call, drafts, ("context.selections", chosen))
        else:
            yield call


@cache
def exchanges() -> tuple[Exchange, ...]:
    found = []
    for service in services():
        for request in requests_of(service["hook"]):
            for language in ("en", "zh"):
                response = client().post(
                    f"{BASE}/{service['id']}", json=request, headers={"Accept-Language": language}
                )
                found.append(
                    Exchange(service, request, language, response.status_code, response.get_json())
                )
    return tuple(found)


def cards() -> list[dict[str, Any]]:
    return [card for exchange in exchanges() for card in exchange.body["cards"]]


def suggestions() -> list[dict[str, Any]]:
    return [one for card in cards() for one in card.get("suggestions", [])]


def actions() -> list[dict[str, Any]]:
    return [action for one in suggestions() for action in one["actions"]]


def walk(value: Any) -> Iterator[Any]:
    yield value
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in below:
        yield from walk(one)
