"""The service's own description holds: Schemathesis makes calls from it and checks the answers."""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from jsonschema import Draft202012Validator
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.web.trusted import CLINIC, HOSPITAL, Trusted

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
SITE = Trusted(Path(mkdtemp(prefix="cdshooks-test-")), requests_per_minute=1_000_000)
SCHEMA = schemathesis.openapi.from_wsgi("/openapi.json", app=SITE.app)
SOME = settings(
    max_examples=15,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


def signed(case):
    return {"Authorization": f"Bearer {HOSPITAL.token(case.formatted_path, SITE.clock())}"}


@SCHEMA.parametrize()
@SOME
def test_what_it_describes_is_what_it_does(case):
    case.call_and_validate(headers=signed(case), checks=CHECKS)


@SCHEMA.parametrize()
@SOME
def test_without_a_token_it_is_open_or_401(case):
    response = case.call()
    if case.method.upper() not in ("GET", "POST"):
        return
    is_open = case.operation.definition.raw.get("security") == []
    expected = {200, 405} if is_open else {401, 404, 405, 413, 415}
    assert response.status_code in expected, response.text


def test_every_route_is_described():
    described = set(SITE.client.get("/openapi.json").get_json()["paths"])
    rules = {
        rule.rule.replace("<service_id>", "{id}").replace("<evaluation_id>", "{uuid}")
        for rule in SITE.app.url_map.iter_rules()
    }
    assert described == rules


def test_it_is_served_for_what_is_configured(client):
    sandbox = client.get("/openapi.json").get_json()
    trusted = SITE.client.get("/openapi.json").get_json()
    assert (sandbox["servers"], sandbox["security"]) == ([{"url": "/"}], [])
    assert trusted["servers"] == [{"url": "https://cds.example.org"}]
    assert trusted["security"] == [{"token": []}]
    for schema in trusted["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("ehr", [HOSPITAL, CLINIC])
def test_no_client_is_named(ehr):
    assert ehr.name not in SITE.client.get("/openapi.json").get_data(as_text=True)
