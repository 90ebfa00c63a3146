"""Written patients as resources, and what is judged of them when they are told otherwise."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

from tests.support.fhir_writer import Resource, bundled, resources_of
from tests.support.pipeline import Shown, judged_bundle
from tests.support.scenario import SCENARIOS, Scenario, load_scenario
from tests.support.shapes import Resources, Rewrite, told

REFRACTORY = "v01"
COURSES = ("v01", "v06", "v13", "v16", "v28", "v29", "v31", "x08")
"""One lesion and several, a complete response, lesions that appear late, staged sessions."""

INFUSIONS = ("s11", "s12", "s13", "s14")
"""A HAIC is planned."""


@cache
def scenario(name: str) -> Scenario:
    (file,) = SCENARIOS.glob(f"*/{name}*.md")
    return load_scenario(file)


def record(name: str) -> Resources:
    return resources_of(scenario(name).patient)


def judge(name: str, resources: Resources) -> Shown:
    return judged_bundle(bundled(resources), scenario(name).as_of)


@cache
def canonical(name: str) -> Shown:
    return judge(name, record(name))


def assert_same(name: str, rewrite: Rewrite) -> Shown:
    before = record(name)
    rewritten = rewrite(copy.deepcopy(before))
    assert rewritten != before
    shown = judge(name, rewritten)
    assert told(shown) == told(canonical(name))
    return shown


def answers(shown: Shown) -> dict[str, Any]:
    found = {name: one["verdict"] for name, one in shown["definitions"].items()}
    return {
        **found,
        "response": shown["response"]["category"],
        "strategy": shown["strategy"]["branches"],
        "tier": shown["therapy"]["tier"],
        "unsuitable": shown["unsuitable"]["verdict"],
    }


def together(*concepts: Resource) -> Resource:
    """One concept with the codings of several."""
    return {"coding": [coding for one in concepts for coding in one["coding"]]}
