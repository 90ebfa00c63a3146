"""What a public conformance kit for coverage requirements discovery asks of any service, ported.

Its checks by their numbers there: 1 (TLS) is the proxy's; 5 and 6 look at the tester's own request;
9 asks for an empty ``systemActions``, which CDS Hooks forbids, so it is never sent; 15 is optional.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

from tests.contract.answers import BASE, actions, cards, client, exchanges, services, suggestions

TYPES = {"Practitioner", "PractitionerRole", "Patient", "RelatedPerson"}
PLAIN_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
REFERENCE = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}")


def texts(where: dict[str, Any], *names: str) -> None:
    for name in names:
        assert isinstance(where[name], str) and where[name].strip(), name


def test_discovery_is_200_and_json() -> None:
    """2"""
    response = client().get(BASE, headers={"Accept": "application/json"})
    assert response.status_code == 200 and response.mimetype == "application/json"
    json.loads(response.get_data())


def test_each_service_says_hook_description_and_id() -> None:
    """3"""
    assert len(services()) == 5
    for service in services():
        texts(service, "hook", "description", "id")
        if "title" in service:
            texts(service, "title")
        for key, template in service.get("prefetch", {}).items():
            assert key and isinstance(template, str) and template
    assert len({service["id"] for service in services()}) == len(services())


def test_every_call_is_200_and_json() -> None:
    """4; in the sandbox whatever stands in the Authorization header"""
    assert len(exchanges()) >= 60
    assert {exchange.status for exchange in exchanges()} == {200}
    response = client().post(
        f"{BASE}/{exchanges()[0].service['id']}",
        json=exchanges()[0].request,
        headers={"Authorization": "Bearer a.b.c"},
    )
    assert response.status_code == 200


def test_the_requests_are_as_a_client_sends_them() -> None:
    """5 and 6: what these ports send is what they would demand"""
    for exchange in exchanges():
        request, context = exchange.request, exchange.request["context"]
        assert request["hook"] == exchange.service["hook"]
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", request["hookInstance"])
        assert context["userId"].split("/")[0] in TYPES and REFERENCE.fullmatch(context["userId"])
        assert PLAIN_ID.fullmatch(context["patientId"])
        drafts = context.get("draftOrders", {}).get("entry", [])
        named = {f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in drafts}
        assert set(context.get("selections", [])) <= named


def test_cards_is_an_array() -> None:
    """7"""
    for exchange in exchanges():
        assert isinstance(exchange.body["cards"], list)


def test_every_card_has_its_required_fields() -> None:
    """8"""
    assert len(cards()) >= 30
    for card in cards():
        texts(card, "summary", "indicator")
        assert len(card["summary"]) < 140
        assert card["indicator"] in ("info", "warning", "critical")
        texts(card["source"], "label")
        texts(card["source"]["topic"], "code", "system")


def test_no_system_actions() -> None:
    """9, which is not applicable: an empty list may not be sent, and nothing is done unasked"""
    assert {key for exchange in exchanges() for key in exchange.body} == {"cards"}


def test_the_optional_fields_are_typed_and_not_empty() -> None:
    """10"""
    for card in cards():
        for name, kind in (("uuid", str), ("detail", str), ("suggestions", list)):
            assert isinstance(card.get(name, kind(" ")), kind) and card.get(name, True)
        for name in ("overrideReasons", "links"):
            assert card.get(name, True) and isinstance(card.get(name, []), list)


def test_suggestions_have_label_actions_and_a_selection_behaviour() -> None:
    """11"""
    assert len(suggestions()) >= 20
    for card in cards():
        if "suggestions" in card:
            assert card["selectionBehavior"] in ("at-most-one", "any")
        for one in card.get("suggestions", []):
            texts(one, "label")
            assert isinstance(one["actions"], list) and one["actions"]


def test_every_action_has_what_its_type_needs() -> None:
    """12"""
    assert {action["type"] for action in actions()} == {"create", "delete"}
    for action in actions():
        texts(action, "type", "description")
        if action["type"] == "delete":
            assert REFERENCE.fullmatch(action["resourceId"]) and "resource" not in action
        else:
            texts(action["resource"], "resourceType")


def test_override_reasons_are_whole_codings() -> None:
    """13"""
    found = [one for card in cards() for one in card.get("overrideReasons", [])]
    assert found
    for one in found:
        texts(one, "code", "system", "display")


def test_links_are_absolute() -> None:
    """14"""
    for card in cards():
        for link in card.get("links", []):
            texts(link, "label", "type", "url")
            parts = urlsplit(link["url"])
            assert parts.scheme in ("http", "https") and parts.netloc
            assert link["type"] in ("absolute", "smart")
            assert link["type"] == "smart" or "appContext" not in link
