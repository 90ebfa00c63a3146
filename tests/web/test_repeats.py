"""A repeat is softened, not silenced; what changed, or is signed, never is."""

from __future__ import annotations

import json
from contextlib import closing

import pytest

from tests.support.ehr import FEEDBACK, SERVICE
from tests.web.calls import changed, patient_call
from tests.web.test_feedback import REASON, overridden
from tests.web.trusted import CLINIC, HOSPITAL, Trusted


@pytest.fixture
def trusted(tmp_path, database_url):
    with closing(Trusted(tmp_path, database=database_url)) as site:
        site.call = patient_call(site.client)
        yield site


def told(trusted, call=None, ehr=HOSPITAL, path=SERVICE):
    response = trusted.post(call or trusted.call, ehr=ehr, path=path)
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_json()["cards"]


def softened(cards):
    status = cards[0]
    assert ("Unchanged since" in status["detail"]) == (status["indicator"] == "info")
    return status["indicator"] == "info"


def test_a_repeat_is_the_same_but_softened(trusted):
    first = told(trusted)
    trusted.clock.later(days=3)
    again = told(trusted)
    assert not softened(first)
    assert softened(again)
    assert "Unchanged since 2025-09-10." in again[0]["detail"]
    assert [card["summary"] for card in again] == [card["summary"] for card in first]
    assert {card["uuid"] for card in first}.isdisjoint(card["uuid"] for card in again)
    metrics = trusted.client.get("/metrics").get_data(as_text=True)
    assert (
        'cdshooks_repeats_total{client="general-hospital",service="tace-refractoriness"} 1.0'
        in metrics
    )


def test_the_warning_comes_back_after_the_days(trusted):
    assert not softened(told(trusted))
    for days in (7, 7):
        trusted.clock.later(days=days)
        assert softened(told(trusted))
    trusted.clock.later(days=1)
    assert not softened(told(trusted))
    trusted.clock.later(days=1)
    assert "Unchanged since 2025-09-25." in told(trusted)[0]["detail"]


def test_another_client_patient_or_datum_is_no_repeat(trusted):
    told(trusted)
    assert not softened(told(trusted, ehr=CLINIC))
    text = json.dumps(trusted.call)
    assert not softened(told(trusted, json.loads(text.replace("demo-refractory", "p-2"))))
    text = text.replace('"value": 58', '"value": 59')
    assert text != json.dumps(trusted.call)
    assert not softened(told(trusted, json.loads(text)))
    assert softened(told(trusted))


def test_the_order_and_spelling_of_the_same_data_count_for_nothing(trusted):
    told(trusted)
    other = json.loads(json.dumps(trusted.call))
    for bundle in other["prefetch"].values():
        if bundle["resourceType"] == "Bundle":
            bundle["entry"].reverse()
    assert softened(told(trusted, other))


def test_another_user_or_language_is_a_repeat(trusted):
    told(trusted)
    assert softened(told(trusted, changed(trusted.call, ("context.userId", "Practitioner/p2"))))


def test_what_was_overridden_with_a_reason_stays_softened(trusted):
    card = told(trusted)[0]["uuid"]
    item = {"feedback": [overridden(card, overrideReason=REASON)]}
    assert trusted.post(item, path=FEEDBACK).status_code == 200
    trusted.clock.later(days=18)
    again = told(trusted)
    assert softened(again)
    assert "Unchanged since 2025-09-10." in again[0]["detail"]


def test_overridden_without_a_reason_is_no_answer(trusted):
    card = told(trusted)[0]["uuid"]
    assert trusted.post({"feedback": [overridden(card)]}, path=FEEDBACK).status_code == 200
    trusted.clock.later(days=18)
    assert not softened(told(trusted))


def test_no_repeat_days_means_no_repeat(tmp_path):
    site = Trusted(tmp_path, more="[alerts]\nrepeat_days = 0")
    call = patient_call(site.client)
    for _ in range(3):
        assert not softened(told(site, call))


def test_nothing_is_softened_in_the_sandbox(client, call):
    for _ in range(3):
        assert client.post(SERVICE, json=call).get_json()["cards"][0]["indicator"] == "warning"


def test_about_says_the_rule(trusted):
    facts = trusted.client.get("/about", headers={"Accept": "application/json"}).get_json()
    assert "within 14 days" in facts["repeats"]
    assert "same service" in facts["repeats"]
    assert facts["mode"] == "production"
