"""Why a user may go against a card: the reasons that a status or guard card offers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources


@cache
def offered(lang: str) -> tuple[Mapping[str, str], ...]:
    """Codings, each with its display in the language; the list is a published ValueSet."""
    folder = resources.files("fhir_profiles").joinpath("valuesets")
    file = folder.joinpath("override-reason.json")
    value_set = json.loads(file.read_text(encoding="utf-8"))
    return tuple(
        {
            "code": concept["code"],
            "system": include["system"],
            "display": _display(concept, lang),
        }
        for include in value_set["compose"]["include"]
        for concept in include["concept"]
    )


def _display(concept: Mapping[str, object], lang: str) -> str:
    designations = concept.get("designation", ())
    assert isinstance(designations, list | tuple)
    chinese = [str(one["value"]) for one in designations if lang == "zh"]
    return chinese[0] if chinese else str(concept["display"])
