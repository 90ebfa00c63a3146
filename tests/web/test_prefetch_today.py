"""``prefetch_today``: of laboratory results the last 24 months alone, and what is lost by it."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest

from cdshooks.app import create_app, running
from cdshooks.demo import TODAY
from cdshooks.fhir.needs import prefetch_templates
from cdshooks.settings import Limits, Service, Settings
from tests.ehr.client import Ehr, cards_of
from tests.support.shift import shifted
from tests.web.calls import DELETE, PATH, bundle, changed, morning, patient_call
from tests.web.fhir_server import fhir_server

EXTENSION = "org.tace-cds.assessment"
DATED = Settings(service=Service(prefetch_today=True), limits=Limits(deadline_seconds=60))
SINCE = TODAY - datetime.timedelta(days=730)


@pytest.fixture(scope="module")
def dated() -> Any:
    return create_app(DATED, dev=True, clock=morning).test_client()


def templates(client: Any) -> dict[str, str]:
    (found,) = {
        json.dumps(service["prefetch"])
        for service in client.get("/cds-services").get_json()["services"]
    }
    read: dict[str, str] = json.loads(found)
    return read


def verdicts(cards: list[dict[str, Any]]) -> dict[str, str]:
    definitions = cards[0]["extension"][EXTENSION]["definitions"]
    return {name: judged["verdict"] for name, judged in definitions.items()}


def resources_of(name: str, days_earlier: int = 0) -> list[dict[str, Any]]:
    """A demo patient, whose whole history may lie further back."""
    resources = [entry["resource"] for entry in bundle(name)["entry"]]
    moved: list[dict[str, Any]] = shifted(resources, -days_earlier)
    return moved


def test_only_the_laboratory_key_is_dated_and_only_where_it_is_configured(
    client: Any, dated: Any
) -> None:
    plain, changed_ones = templates(client), templates(dated)
    assert plain == prefetch_templates()
    assert not any("today()" in template for template in plain.values())
    assert plain.keys() == changed_ones.keys()
    differing = {key for key in plain if plain[key] != changed_ones[key]}
    assert differing == {"labs"}
    assert changed_ones["labs"] == plain["labs"] + "&date=ge{{today() - 730 days}}"


@pytest.mark.parametrize("knows_today", [True, False])
def test_the_client_and_the_service_ask_for_the_same_days(knows_today: bool) -> None:
    """One of 2.0.1 leaves the key out; the service then asks by itself."""
    with fhir_server() as server, running(create_app(DATED, dev=True, clock=morning)) as port:
        ehr = Ehr(f"http://127.0.0.1:{port}", server.base, clock=morning, knows_today=knows_today)
        assert verdicts(cards_of(ehr.open_chart("demo-refractory")))["cci-2022"] == "met"
        (labs,) = [query for query in server.asked if "1834-1" in query]
        assert labs.endswith(f"&date=ge{SINCE.isoformat()}")
        assert sum("date=" in query for query in server.asked) == 1
        assert ("labs" in ehr.calls[0]["prefetch"]) == knows_today


@pytest.mark.parametrize("name", ["refractory", "effective", "two-sessions", "unsuitable"])
def test_a_course_within_the_window_is_judged_as_without_it(
    client: Any, dated: Any, name: str
) -> None:
    said = []
    for one in (client, dated):
        cards = one.post(PATH, json=patient_call(client, name)).get_json()["cards"]
        for card in cards:
            for part in [card, *card.get("suggestions", [])]:
                part.pop("uuid")
        said.append(cards)
    assert said[0] == said[1]


@pytest.mark.parametrize(("first", "whole"), [(92, True), (91, True), (90, False), (-400, False)])
def test_a_course_that_began_before_it_is_never_not_met(first: int, whole: bool) -> None:
    """``first``: days from the window's first day to the first session; its marker may be older."""
    sessions = [
        datetime.date.fromisoformat(resource["performedDateTime"][:10])
        for resource in resources_of("effective")
        if resource["resourceType"] == "Procedure"
    ]
    days = (min(sessions) - SINCE).days - first
    answers = []
    for settings in (Settings(limits=DATED.limits), DATED):
        with (
            fhir_server(resources=resources_of("effective", days)) as server,
            running(create_app(settings, dev=True, clock=morning)) as port,
        ):
            ehr = Ehr(f"http://127.0.0.1:{port}", server.base, with_prefetch=False)
            answers.append(cards_of(ehr.open_chart("demo-effective")))
    without, windowed = (verdicts(cards) for cards in answers)
    assert "not-met" in without.values()
    if whole:
        assert windowed == without
        return
    assert "not-met" not in windowed.values()
    for definition, verdict in windowed.items():
        assert verdict in (without[definition], "indeterminate")
    (missing,) = [c for c in answers[1] if c["extension"][EXTENSION]["card"] == "missing"]
    assert "A search result was cut off (laboratory results)" in missing["detail"]


def test_a_client_that_sends_older_results_too_is_not_taken_for_complete(
    client: Any, dated: Any
) -> None:
    """It was not asked for them: there may be more, so the older course stays unsure."""
    call = patient_call(client, "effective")
    older = shifted(call, -730)
    assert "not-met" in verdicts(client.post(PATH, json=older).get_json()["cards"]).values()
    for one, is_sure in ((call, True), (older, False)):
        told = verdicts(dated.post(PATH, json=one).get_json()["cards"])
        assert ("not-met" in told.values()) == is_sure


def test_without_the_key_and_without_a_server_it_is_a_gap_as_ever(client: Any, dated: Any) -> None:
    call = changed(patient_call(client, "effective"), ("prefetch.labs", DELETE))
    for one in (client, dated):
        cards = one.post(PATH, json=call).get_json()["cards"]
        assert "not-met" not in verdicts(cards).values()
