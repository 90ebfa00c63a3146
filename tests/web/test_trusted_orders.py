"""Order hooks and suggestions for authenticated clients: repeats, feedback, what each can apply."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest

from cdshooks.errors import ConfigurationError
from cdshooks.store.report import report
from tests.support.draft_orders import order
from tests.support.ehr import BASE, FEEDBACK
from tests.web.calls import patient_call
from tests.web.order_calls import SELECT, SIGN, selecting, signing
from tests.web.test_feedback import REASON, overridden
from tests.web.trusted import HOSPITAL, Trusted

EXTENSION = "org.tace-cds.assessment"
REFRACTORY = "demo-refractory"


@pytest.fixture
def trusted(tmp_path, database_url):
    with closing(Trusted(tmp_path, database=database_url)) as site:
        yield site


def cards(trusted, path, call):
    response = trusted.post(call, path=path)
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_json()["cards"]


def test_a_signed_order_is_never_softened(trusted):
    draft = order(patient=REFRACTORY)
    call = signing(trusted.client, "refractory", draft)
    for _ in range(3):
        (card,) = cards(trusted, SIGN, call)
        assert card["indicator"] == "warning"
        assert "Unchanged since" not in card["detail"]
        item = {"feedback": [overridden(card["uuid"], overrideReason=REASON)]}
        assert trusted.post(item, path=f"{SIGN}/feedback").status_code == 200


def test_a_selected_order_is_softened_when_it_is_the_same_order(trusted):
    first = selecting(trusted.client, "refractory", order(patient=REFRACTORY))
    (card,) = cards(trusted, SELECT, first)
    assert card["indicator"] == "warning"
    (again,) = cards(trusted, SELECT, first)
    assert (again["indicator"], again["summary"]) == ("info", card["summary"])
    assert "Unchanged since 2025-09-10." in again["detail"]
    another = order("ctace", "another", REFRACTORY)
    (other,) = cards(trusted, SELECT, selecting(trusted.client, "refractory", another))
    assert other["indicator"] == "warning"


def test_an_order_of_no_concern_is_kept_as_a_call_without_cards(trusted):
    call = signing(trusted.client, "refractory", order("haic", "h1", REFRACTORY))
    assert cards(trusted, SIGN, call) == []
    assert report(trusted.store.database)["volume"]["answered"] == 1


def test_accepting_a_suggestion(trusted):
    shown = cards(trusted, FEEDBACK.removesuffix("/feedback"), patient_call(trusted.client))
    card = next(card for card in shown if "suggestions" in card)
    chosen = card["suggestions"][0]["uuid"]
    item = {
        "card": card["uuid"],
        "outcome": "accepted",
        "acceptedSuggestions": [{"id": chosen}],
        "outcomeTimestamp": "2025-09-10T04:00:05Z",
    }
    assert trusted.post({"feedback": [item]}, path=FEEDBACK).status_code == 200
    assert trusted.post({"feedback": [item]}, path=f"{SIGN}/feedback").status_code == 400
    figures = report(trusted.store.database)
    assert figures["response"]["accepted"] == 1
    assert "create ServiceRequest haic" in figures["suggestions"]


def test_a_client_is_offered_what_it_can_apply(tmp_path):
    site = Trusted(tmp_path)
    text = site.file.read_text("utf-8").replace(
        'issuer = "https://clinic', 'suggestions = []\nissuer = "https://clinic'
    )
    site.file.write_text(text, encoding="utf-8")
    from cdshooks.app import create_app
    from cdshooks.settings import load_settings
    from tests.support.ehr import HASH_KEY
    from tests.web.trusted import CLINIC

    settings = load_settings(site.file, {"CDSHOOKS_HASH_KEY": HASH_KEY})
    site.client = create_app(settings, clock=site.clock).test_client()
    call = patient_call(site.client)
    assert any("suggestions" in card for card in site.post(call).get_json()["cards"])
    for card in site.post(call, ehr=CLINIC).get_json()["cards"]:
        assert "suggestions" not in card


CHART = "https://clinic.example.org/chart"


@pytest.mark.parametrize(
    ("more", "language", "expected"),
    [
        ("suggestions = []", "en", (f"{BASE}/about", "What this service rests on, and its limits")),
        ("suggestions = []", "zh", (f"{BASE}/about", "本服务的依据与局限")),
        (f'suggestions = []\nchart_url = "{CHART}"', "en", (CHART, "Open the chart")),
        (f'suggestion_resources = []\nchart_url = "{CHART}"', "zh", (CHART, "打开病历")),
        (f'chart_url = "{CHART}"', "en", None),
    ],
)
def test_a_link_stands_where_no_suggestion_can_be_applied(tmp_path, more, language, expected):
    """Its address is the configuration's; what can be applied needs no link."""
    hospital = replace(HOSPITAL, more=more)
    with closing(Trusted(tmp_path, hospital=hospital)) as site:
        headers = {"Accept-Language": language}
        call = patient_call(site.client)
        shown = site.post(call, headers=headers).get_json()["cards"]
        draft = order(patient=REFRACTORY)
        signed = signing(site.client, "refractory", draft)
        shown += site.post(signed, path=SIGN, headers=headers).get_json()["cards"]
    links = {card["extension"][EXTENSION]["card"]: card.get("links") for card in shown}
    assert links.pop("status") is None
    url, label = expected or ("", "")
    wanted = [{"label": label, "url": url, "type": "absolute"}] if expected else None
    assert links == dict.fromkeys(("next-step", "guard"), wanted)
    assert [bool(card.get("suggestions")) for card in shown[1:]] == [expected is None] * 2


def test_a_chart_on_this_machine_is_warned_of(tmp_path):
    hospital = replace(HOSPITAL, more='chart_url = "http://127.0.0.1:8000/chart"')
    with closing(Trusted(tmp_path, hospital=hospital)) as site:
        assert site.settings.unsafe_urls() == ["clients.general-hospital.chart_url"]


def test_a_chart_is_an_https_address(tmp_path):
    for url in ("http://clinic.example.org/chart", "javascript:alert(1)", "chart", ""):
        hospital = replace(HOSPITAL, more=f'chart_url = "{url}"')
        with pytest.raises(ConfigurationError, match=r"clients\.general-hospital\.chart_url"):
            Trusted(tmp_path, hospital=hospital)


def test_the_evaluation_stands_on_the_card_and_on_the_task(trusted):
    response = trusted.post(signing(trusted.client, "refractory", order(patient=REFRACTORY)), SIGN)
    (card,) = response.get_json()["cards"]
    evaluation = card["extension"]["org.tace-cds.assessment"]["evaluation"]
    (task,) = [action["resource"] for action in card["suggestions"][0]["actions"]]
    assert task["input"][-1]["valueString"] == evaluation
    assert trusted.get(f"/evaluations/{evaluation}").status_code == 200
