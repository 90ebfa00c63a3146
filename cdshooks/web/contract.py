"""The CDS Hooks contract, checked both ways against the JSON Schemas beside this module.

A message to the caller names the member and what it must be, never what was sent.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, cast

from jsonschema import Draft202012Validator, ValidationError

from cdshooks.errors import BadRequest


class BrokenContract(Exception):
    """An answer of ours that is not a CDS Hooks response: our mistake, and never sent."""


def _validator(name: str) -> Draft202012Validator:
    schema = json.loads((files(__package__) / "schemas" / name).read_text(encoding="utf-8"))
    return Draft202012Validator(schema)


_request, _response, _discovery = map(
    _validator, ("request.json", "response.json", "discovery.json")
)


def check_request(request: dict[str, Any]) -> None:
    """Raises :class:`BadRequest` with the first member, by its path, that is not as it must be."""
    errors = sorted(_request.iter_errors(request), key=lambda error: [str(p) for p in error.path])
    if errors:
        raise BadRequest(complaint(errors[0]))


def check_response(response: dict[str, Any]) -> None:
    _check_own(_response, response)


def check_discovery(response: dict[str, Any]) -> None:
    _check_own(_discovery, response)


def _check_own(validator: Draft202012Validator, response: dict[str, Any]) -> None:
    for error in validator.iter_errors(response):
        raise BrokenContract(f"{_path(error)}: {error.validator}")
    for key, value in response.items():
        for item in value:
            if (place := _nothing_said(item)) is not None:
                raise BrokenContract(f"{key}{place}: null or empty")


def complaint(error: ValidationError, where: str = "") -> str:
    """Names the member, below ``where``, and what it must be."""
    path, schema = _path(error), cast(dict[str, Any], error.schema)
    path = ".".join(part for part in (where, path) if part)
    if error.validator == "required":
        given = cast(dict[str, Any], error.instance)
        name = next(name for name in cast(list[str], error.validator_value) if name not in given)
        return f"{path}.{name} is required." if path else f"{name} is required."
    if error.validator == "dependentRequired":
        return "fhirAuthorization needs fhirServer."
    return f"{path or 'The body'} must be {schema.get('description', 'an object')}."


def _path(error: ValidationError) -> str:
    return ".".join(str(part)[:64] for part in error.absolute_path)


def _nothing_said(value: Any) -> str | None:
    """Where a null, an empty text, list or object stands; None when it stands nowhere."""
    if isinstance(value, dict):
        parts: Any = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)
    else:
        return "" if value is None or value == "" else None
    if not value:
        return ""
    for key, part in parts:
        if (place := _nothing_said(part)) is not None:
            return f".{key}{place}"
    return None
