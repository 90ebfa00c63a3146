"""The service's own description, made from the schemas that its requests are checked against."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from cdshooks.service import Service
from cdshooks.settings import Settings

JSON, FHIR_JSON = "application/json", "application/fhir+json"
_OUTCOME = {"$ref": "#/components/schemas/OperationOutcome"}
_ERRORS = {
    "400": "The request breaks the contract; the text names the member.",
    "401": "Not authenticated. Why is not told.",
    "404": "Nothing at this address, or nothing of this client.",
    "405": "No such method here.",
    "412": "Data without which nothing can be said; the text names the prefetch keys.",
    "413": "Too large.",
    "415": "Not application/json, or with a Content-Encoding.",
    "429": "Too many requests of this client; Retry-After says when to ask again.",
    "500": "The service failed; the reference id stands in its log.",
    "503": "The database cannot be asked; Retry-After says when to ask again.",
}


def openapi(services: Sequence[Service], version: str, settings: Settings) -> dict[str, Any]:
    ids = [service.id for service in services]
    path = {"name": "id", "in": "path", "required": True, "schema": {"enum": ids}}
    base = settings.service.audience_base
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "cdshooks: TACE refractoriness",
            "version": version,
            "description": "A CDS Hooks 2.0.1 service.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": base.rstrip("/") if base else "/"}],
        "paths": {
            "/cds-services": {
                "get": {
                    "operationId": "discover",
                    "summary": "Which services there are",
                    "security": [],
                    "responses": _responses(_content(JSON, _ref("Discovery")), "405", "500"),
                }
            },
            "/cds-services/{id}": {
                "post": {
                    "operationId": "call",
                    "summary": "A hook call",
                    "parameters": [path],
                    "requestBody": {"required": True, "content": {JSON: {"schema": _ref("Call")}}},
                    "responses": _responses(_content(JSON, _ref("Cards")), *_ERRORS),
                }
            },
            "/cds-services/{id}/feedback": {
                "post": {
                    "operationId": "giveFeedback",
                    "summary": "What users made of cards",
                    "parameters": [path],
                    "requestBody": {
                        "required": True,
                        "content": {JSON: {"schema": _ref("Feedback")}},
                    },
                    "responses": _responses(
                        _content(FHIR_JSON, _OUTCOME), *(set(_ERRORS) - {"412"})
                    ),
                }
            },
            "/evaluations/{uuid}": {
                "get": {
                    "operationId": "readEvaluation",
                    "summary": "What was concluded; only for the client that was told it",
                    "parameters": [
                        {
                            "name": "uuid",
                            "in": "path",
                            "required": True,
                            "schema": {"type": "string", "format": "uuid"},
                        }
                    ],
                    "responses": _responses(
                        {
                            **_content(JSON, {"type": "object"}),
                            **_content(FHIR_JSON, _resource("Bundle")),
                        },
                        *("401", "404", "405", "429", "500", "503"),
                    ),
                }
            },
            **{
                address: {
                    "get": {
                        "operationId": name,
                        "summary": summary,
                        "security": [],
                        "responses": _responses(content, "405", "500", "503"),
                    }
                }
                for address, name, summary, content in (
                    ("/healthz", "isUp", "Is it up", _content(JSON, {"type": "object"})),
                    ("/readyz", "isReady", "Can it answer", _content(JSON, {"type": "object"})),
                    ("/metrics", "count", "Counters", _content("text/plain", {"type": "string"})),
                    (
                        "/about",
                        "sayAbout",
                        "What it is for",
                        {
                            **_content(JSON, {"type": "object"}),
                            **_content("text/html", {"type": "string"}),
                        },
                    ),
                    ("/openapi.json", "describe", "This", _content(JSON, {"type": "object"})),
                )
            },
        },
        "security": [{"token": []}] if settings.clients else [],
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "Signed by the client; aud is the URL that is called.",
                }
            },
            "schemas": {
                "Call": _schema("request.json"),
                "Cards": _schema("response.json"),
                "Discovery": _schema("discovery.json"),
                "Feedback": _schema("feedback.json", "#/components/schemas/Feedback"),
                "OperationOutcome": _resource("OperationOutcome"),
            },
        },
    }


def _schema(name: str, place: str = "") -> dict[str, Any]:
    """A schema by itself; ``place``: where its own references then begin."""
    text = (files(__package__) / "schemas" / name).read_text("utf-8")
    schema: dict[str, Any] = json.loads(text.replace('"#/', f'"{place}/') if place else text)
    del schema["$schema"]
    return schema


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _resource(kind: str) -> dict[str, Any]:
    properties = {"resourceType": {"const": kind}}
    return {"type": "object", "required": ["resourceType"], "properties": properties}


def _content(media_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {media_type: {"schema": schema}}


def _responses(content: dict[str, Any], *errors: str) -> dict[str, Any]:
    responses: dict[str, Any] = {"200": {"description": "Answered.", "content": content}}
    for status in sorted(errors):
        responses[status] = {
            "description": _ERRORS[status],
            "content": _content(FHIR_JSON, _OUTCOME),
        }
    return responses
