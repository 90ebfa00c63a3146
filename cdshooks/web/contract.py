"""The CDS Hooks contract, checked both ways: JSON Schemas beside this module, and invariants.

A message to the caller names the member and what it must be, never what was sent. What we answer
is checked again before it leaves; a card of ours that breaks a rule is not sent, and another card
says that something could not be shown.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from itertools import islice
from typing import Any, cast

from jsonschema import Draft202012Validator, ValidationError

from cdshooks.errors import BadRequest
from cdshooks.service import prefetch_keys
from cdshooks.web.invariants import broken, nothing_said

MOST_LOOKED_AT = 100
"""Mistakes of a message: of the first ones, one is told."""


class BrokenContract(Exception):
    """An answer of ours that is not a CDS Hooks response: our mistake, and never sent."""


def _schema(name: str) -> dict[str, Any]:
    text = (files(__package__) / "schemas" / name).read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def _contexts() -> dict[str, Draft202012Validator]:
    schema = _schema("contexts.json")
    return {
        hook: Draft202012Validator(context | {"$defs": schema["$defs"]})
        for hook, context in schema["hooks"].items()
    }


def _member_names(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from _member_names(part)


MEMBERS = prefetch_keys().union(
    *map(_member_names, map(_schema, ("request.json", "contexts.json", "feedback.json")))
)
"""Names that stand in a log: a caller may have made up any other."""

_request, _response, _discovery = (
    Draft202012Validator(_schema(name))
    for name in ("request.json", "response.json", "discovery.json")
)
_context = _contexts()


def check_request(request: dict[str, Any]) -> None:
    """Raises :class:`BadRequest` with the first member, by its path, that is not as it must be."""
    _check_given(_request, request)


def check_context(hook: str, context: Mapping[str, Any]) -> None:
    """As :func:`check_request`, for what this hook has in its context beside user and patient."""
    _check_given(_context[hook], dict(context), "context")


def check_response(response: dict[str, Any]) -> None:
    """Raises :class:`BrokenContract` with the first rule that is broken."""
    for problem in _problems(response):
        raise BrokenContract(problem)


def check_discovery(response: dict[str, Any]) -> None:
    for error in _discovery.iter_errors(response):
        raise BrokenContract(f"{_path(error)}: {error.validator}")
    for number, service in enumerate(response["services"]):
        if (place := nothing_said(service)) is not None:
            raise BrokenContract(f"services.{number}{place}: null or empty")


def mend(
    response: dict[str, Any], stand_in: Callable[[bool], dict[str, Any]]
) -> tuple[dict[str, Any], list[str]]:
    """The response without the cards that break a rule, and which rules they broke.

    One card stands in for them all; it is told whether one of them was a warning.
    """
    problems = _problems(response)
    if not problems:
        return response, []
    cards = response.get("cards")
    found = cards if isinstance(cards, list) else []
    good = [card for card in found if not _problems({"cards": [card]})]
    bad = [card for card in found if card not in good]
    kept = {"cards": [*good, stand_in(_warns(bad))]}
    if _problems(kept):  # cards that are good alone, but cannot stand together
        kept = {"cards": [stand_in(_warns(found))]}
    check_response(kept)
    return kept, problems


def _warns(cards: list[Any]) -> bool:
    return any(isinstance(card, dict) and card.get("indicator") == "warning" for card in cards)


def _problems(response: dict[str, Any]) -> list[str]:
    errors = [f"{_path(error)}: {error.validator}" for error in _response.iter_errors(response)]
    if errors:
        return errors
    found = [
        f"cards.{number}: {rule}"
        for number, card in enumerate(response["cards"])
        for rule in broken(card)
    ]
    uuids = [card["uuid"] for card in response["cards"]]
    return found if len(set(uuids)) == len(uuids) else [*found, "cards: uuids-differ"]


def _check_given(validator: Draft202012Validator, given: dict[str, Any], where: str = "") -> None:
    found = islice(validator.iter_errors(given), MOST_LOOKED_AT)
    errors = sorted(found, key=lambda error: [str(p) for p in error.path])
    if errors:
        raise BadRequest(complaint(errors[0], where), str(errors[0].validator))


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
