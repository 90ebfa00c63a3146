"""OperationOutcome: the body of every answer that is not a success."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Response

MEDIA_TYPE = "application/fhir+json"


def operation_outcome(code: str, text: str, diagnostics: str = "") -> dict[str, Any]:
    issue: dict[str, Any] = {"severity": "error", "code": code, "details": {"text": text}}
    if diagnostics:
        issue["diagnostics"] = diagnostics
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def outcome_response(status: int, code: str, text: str, diagnostics: str = "") -> Response:
    """``code`` is a FHIR issue type; the text is for a person."""
    body = msgspec.json.encode(operation_outcome(code, text, diagnostics))
    return Response(body, status=status, mimetype=MEDIA_TYPE)
