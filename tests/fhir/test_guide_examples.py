"""The examples of the guide are read like any record, and the guide says what the service asks."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

import fhir_profiles
from tests.interop.guide import patient_by_hand
from tests.support.fhir_writer import Resource, bundled
from tests.support.pipeline import judged_bundle

GUIDE = Path(fhir_profiles.__file__).parent


def resources(folder: str) -> list[Resource]:
    return [json.loads(path.read_bytes()) for path in sorted((GUIDE / folder).glob("*.json"))]


@pytest.mark.parametrize(
    ("patient", "as_of", "verdicts", "category"),
    [
        (
            "a",
            datetime.date(2025, 6, 10),
            {
                "cci-2022": "met",
                "jsh-lcsgj-2014": "met",
                "epoihcc": "met",
                "european": "met",
            },
            "PD",
        ),
        (
            "b",
            datetime.date(2025, 7, 20),
            {
                "cci-2022": "not-met",
                "jsh-lcsgj-2014": "met",
                "epoihcc": "met",
                "european": "indeterminate",
            },
            "SD",
        ),
    ],
)
def test_an_example_patient_is_judged(
    patient: str, as_of: datetime.date, verdicts: dict[str, str], category: str
) -> None:
    record = [one for one in resources("examples") if one["id"].startswith(f"{patient}-")]
    shown = judged_bundle(bundled(record), as_of)
    assert {name: one["verdict"] for name, one in shown["definitions"].items()} == verdicts
    assert shown["response"]["category"] == category
    assert shown["notes"] == []


def test_the_patient_by_hand_is_judged() -> None:
    by_hand = patient_by_hand()
    profiles = {one["url"] for one in resources("profiles")}
    for entry in by_hand["entry"]:
        one = entry["resource"]
        assert entry["request"] == {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"}
        assert set(one.get("meta", {}).get("profile", ())) <= profiles
    shown = judged_bundle(by_hand, datetime.date(2023, 5, 23))
    assert shown["definitions"]["cci-2022"]["verdict"] == "met"
    assert shown["notes"] == [] and not shown["definitions"]["cci-2022"]["provisional"]


def test_what_no_search_fetches_is_what_the_guide_says() -> None:
    prefetch = json.loads((GUIDE / "prefetch.json").read_bytes())
    searched = {one["query"].partition("?")[0].partition("/")[0] for one in prefetch.values()}
    assert searched.isdisjoint({"Encounter", "DocumentReference", "Media", "Binary"})


def test_the_source_of_data_is_asked_for_every_search_of_the_prefetch() -> None:
    (statement,) = resources("capabilitystatements")
    offered: dict[str, dict[str, str]] = {
        one["type"]: {
            parameter["name"]: parameter["extension"][0]["valueCode"]
            for parameter in one.get("searchParam", ())
        }
        for one in statement["rest"][0]["resource"]
    }
    needed: dict[str, set[str]] = {kind: set() for kind in offered}
    prefetch = json.loads((GUIDE / "prefetch.json").read_bytes())
    for search in prefetch.values():
        address = urlsplit(search["query"])
        kind = address.path.partition("/")[0]
        wanted = {name for name, _ in parse_qsl(address.query) if not name.startswith("_")}
        assert wanted <= offered[kind].keys(), search["query"]
        if search["core"]:
            needed[kind] |= wanted
    for kind, parameters in offered.items():
        required = {name for name, strength in parameters.items() if strength == "SHALL"}
        assert required == needed[kind], kind
