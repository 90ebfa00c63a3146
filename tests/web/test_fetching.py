"""What prefetch leaves out is fetched from the client's FHIR server, with the client's token."""

from __future__ import annotations

import json

import pytest

from tests.web.calls import DELETE, PATH, changed, outcome_text
from tests.web.fhir_server import fhir_server


def with_access(call, server, token="secret-token"):
    return changed(
        call,
        ("fhirServer", server.base),
        (
            "fhirAuthorization",
            {
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": 300,
                "scope": "patient/*.rs",
                "subject": "cds-service",
                "patient": "demo-refractory",
            },
        ),
    )


def said(response):
    assert response.status_code == 200, response.get_data(as_text=True)
    cards = response.get_json()["cards"]
    for one in [*cards, *(one for card in cards for one in card.get("suggestions", []))]:
        one.pop("uuid")
    return json.dumps(cards)


def test_prefetch_server_and_a_mix_of_both_say_the_same(client, call):
    with fhir_server(token="secret-token") as server:
        everything = with_access(call, server)
        nothing = changed(everything, ("prefetch", DELETE))
        half = changed(
            everything, *((f"prefetch.{k}", DELETE) for k in list(call["prefetch"])[::2])
        )
        from_prefetch = said(client.post(PATH, json=call))
        assert said(client.post(PATH, json=everything)) == from_prefetch
        assert server.asked == []
        assert said(client.post(PATH, json=nothing)) == from_prefetch
        assert len(server.asked) == 14
        assert said(client.post(PATH, json=half)) == from_prefetch
        assert len(server.asked) == 21


def test_a_server_may_be_open(client, call):
    with fhir_server() as server:
        bare = changed(call, ("prefetch", DELETE), ("fhirServer", server.base + "/"))
        assert said(client.post(PATH, json=bare)) == said(client.post(PATH, json=call))


def test_a_failed_search_of_the_client_is_asked_once_more(client, call):
    failed = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "x"}]}
    with fhir_server() as server:
        again = changed(call, ("fhirServer", server.base), ("prefetch.procedures", failed))
        assert said(client.post(PATH, json=again)) == said(client.post(PATH, json=call))
        assert len(server.asked) == 1


@pytest.mark.parametrize("kind", ["Patient", "Procedure"])
def test_a_refusal_of_what_is_needed_is_412(client, call, kind):
    with fhir_server() as server:
        server.refused.add(kind)
        bare = changed(call, ("prefetch", DELETE), ("fhirServer", server.base))
        assert f"{kind.lower()}" in outcome_text(client.post(PATH, json=bare), 412)


def test_a_wrong_token_is_412_and_is_not_repeated_to_the_caller(client, call):
    with fhir_server(token="secret-token") as server:
        bare = changed(with_access(call, server, token="wrong-token"), ("prefetch", DELETE))
        response = client.post(PATH, json=bare)
        outcome_text(response, 412)
        assert "wrong-token" not in response.get_data(as_text=True)


def test_nobody_listening_is_412(client, call):
    bare = changed(call, ("prefetch", DELETE), ("fhirServer", "http://127.0.0.1:9/fhir"))
    outcome_text(client.post(PATH, json=bare), 412)
