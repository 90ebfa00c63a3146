"""Pages of any origin may call the sandbox; never with the browser's own credentials."""

from __future__ import annotations

import pytest

from tests.web.calls import PATH

SANDBOX = "https://sandbox.cds-hooks.org"
ORIGINS = [SANDBOX, "http://localhost:3000", "null"]


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("path", [PATH, "/cds-services/unknown", "/cds-services//" + PATH[14:]])
def test_a_preflight_needs_no_token_and_is_not_redirected(client, path, origin):
    response = client.options(
        path,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        },
    )
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == origin
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    allowed = response.headers["Access-Control-Allow-Headers"].lower()
    assert "authorization" in allowed and "content-type" in allowed
    assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize("path", ["/cds-services", "/cds-services/"])
def test_discovery_is_open_to_every_page(client, path):
    for method in ("GET", "OPTIONS"):
        response = client.open(path, method=method, headers={"Origin": SANDBOX})
        assert response.status_code == 200
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in response.headers


def test_answers_and_errors_alike_can_be_read_by_the_page(client, call):
    for body, status in ((call, 200), ({}, 400)):
        response = client.post(PATH, json=body, headers={"Origin": SANDBOX})
        assert response.status_code == status
        assert response.headers["Access-Control-Allow-Origin"] == SANDBOX
        assert "Origin" in response.headers["Vary"]


def test_without_an_origin_nothing_is_said(client, call):
    response = client.post(PATH, json=call)
    assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize("path", ["/healthz", "/about", "/unknown"])
def test_other_pages_are_not_shared(client, path):
    response = client.get(path, headers={"Origin": SANDBOX})
    assert "Access-Control-Allow-Origin" not in response.headers
