"""One bad resource in a good record: a note names it, it counts as absent, and never as "no"."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.fhir_writer import Resource, bundled, resources_of
from tests.support.pipeline import Shown, judged_bundle
from tests.support.scenario import SCENARIOS, load_scenario

REFRACTORY = load_scenario(SCENARIOS / "cci-2022" / "v01-canonical-refractory.md")
RECORD = resources_of(REFRACTORY.patient)
UNKNOWN = ("indeterminate", "undetermined", "UNDETERMINED", "unknown", "NE")
Change = Callable[[Resource], None]


def named(kind: str, *parts: str) -> str:
    """The id of the last resource of a kind whose id has all the parts."""
    found = [r["id"] for r in RECORD if r["resourceType"] == kind]
    return [id for id in found if all(part in id for part in parts)][-1]


LAST_DIAMETER = named("Observation", "scan", "-L1")
LAST_SESSION = named("Procedure", "treatment")
LAST_STUDY = named("ImagingStudy", "scan")


def judged(resources: list[Resource]) -> Shown:
    return judged_bundle(bundled(resources), REFRACTORY.as_of)


def changed(id: str, change: Change) -> Shown:
    record = copy.deepcopy(RECORD)
    change(next(resource for resource in record if resource["id"] == id))
    return judged(record)


def put(path: str, value: Any) -> Change:
    """Sets an element, by its path, of any resource."""

    def change(resource: Resource) -> None:
        *above, last = path.split(".")
        for name in above:
            resource = resource[name]
        resource[last] = value

    change.__name__ = f"{path} = {value}"
    return change


def answers(shown: Shown) -> dict[str, str]:
    found = {name: one["verdict"] for name, one in shown["definitions"].items()}
    found["response"] = shown["response"]["category"]
    found["unsuitable"] = shown["unsuitable"]["verdict"]
    found["strategy"] = "+".join(shown["strategy"]["branches"]) or shown["strategy"]["status"]
    found["tier"] = shown["therapy"]["tier"]
    return found


def notes(shown: Shown, reference: str) -> set[str]:
    return {note["code"] for note in shown["notes"] if reference in note["references"]}


def test_the_record_is_whole() -> None:
    shown = judged(RECORD)
    assert answers(shown)["cci-2022"] == "met"
    assert shown["missing"] == shown["notes"] == []


SIZE = "valueQuantity"
BAD = [
    (LAST_DIAMETER, put(f"{SIZE}.value", -65), "value-not-usable", "target-measurement"),
    (LAST_DIAMETER, put(f"{SIZE}.comparator", "<"), "value-not-usable", "target-measurement"),
    (LAST_DIAMETER, put(f"{SIZE}.code", "kg"), "unit-not-accepted", "target-measurement"),
    (LAST_DIAMETER, put(SIZE, {"value": 65}), "unit-not-accepted", "target-measurement"),
    (LAST_DIAMETER, put(f"{SIZE}.value", 350), "implausible", "target-measurement"),
    (LAST_DIAMETER, put(f"{SIZE}.value", "65"), "unreadable-resource", "target-measurement"),
    (LAST_DIAMETER, put(SIZE, [1]), "unreadable-resource", "target-measurement"),
    (LAST_DIAMETER, put("status", "preliminary"), "status-not-used", "target-measurement"),
    (LAST_DIAMETER, put("status", "entered-in-error"), "status-not-used", "target-measurement"),
    (LAST_DIAMETER, put("status", "cancelled"), "status-not-used", "target-measurement"),
    (
        LAST_DIAMETER,
        put("effectiveDateTime", "2023-02-30"),
        "unreadable-resource",
        "target-measurement",
    ),
    (
        LAST_DIAMETER,
        put("modifierExtension", [{"url": "http://x", "valueBoolean": True}]),
        "modifier-extension",
        "target-measurement",
    ),
    (LAST_SESSION, put("performedDateTime", "2023-02-30"), "unreadable-resource", None),
    (LAST_SESSION, put("performedDateTime", 20230404), "unreadable-resource", None),
    (LAST_SESSION, put("performedDateTime", None), "value-not-usable", None),
    (LAST_SESSION, put("code", "ctace"), "unreadable-resource", None),
    (LAST_SESSION, put("status", "not-done"), "status-not-used", None),
    (LAST_SESSION, put("status", "entered-in-error"), "status-not-used", None),
    (LAST_SESSION, put("status", "unknown"), "status-not-used", None),
    (LAST_STUDY, put("started", "2023-02-30"), "unreadable-resource", None),
    (LAST_STUDY, put("modality", "CT"), "unreadable-resource", None),
    (LAST_STUDY, put("status", "entered-in-error"), "status-not-used", None),
    (LAST_STUDY, put("status", "cancelled"), "status-not-used", None),
    (LAST_STUDY, put("subject", {"reference": "Patient/other"}), "foreign-patient", None),
]


@pytest.mark.parametrize(
    ("id", "change", "note", "missing"),
    BAD,
    ids=[f"{id.split('-', 1)[1]}: {change.__name__}" for id, change, *_ in BAD],
)
def test_a_note_names_it_and_nothing_is_concluded(
    id: str, change: Change, note: str, missing: str | None
) -> None:
    shown = changed(id, change)
    kind = next(r["resourceType"] for r in RECORD if r["id"] == id)
    assert note in notes(shown, f"{kind}/{id}")
    if missing is not None:
        assert answers(shown)["cci-2022"] == "indeterminate"
        assert missing in shown["missing"]


def test_a_resource_of_an_older_fhir_costs_only_itself() -> None:
    """A DSTU2 study: ``patient`` for ``subject``, ``modalityList``, no status."""

    def older(resource: Resource) -> None:
        resource["patient"] = resource.pop("subject")
        resource["modalityList"] = resource.pop("modality")
        del resource["status"]

    shown = changed(LAST_STUDY, older)
    assert notes(shown, f"ImagingStudy/{LAST_STUDY}")
    assert answers(shown)["cci-2022"] != "not-met"


def _no_code(resource: Resource) -> None:
    if "code" in resource:
        resource["code"] = 7


def _no_such_day(resource: Resource) -> None:
    for name in ("performedDateTime", "effectiveDateTime", "started"):
        if name in resource:
            resource[name] = "2023-02-30"


NO_MATTER = ("Patient", "BodyStructure", "Condition")
GENERIC: list[Change] = [
    put("status", "entered-in-error"),
    put("modifierExtension", [{"url": "http://x", "valueBoolean": True}]),
    put("implicitRules", "http://x"),
    _no_code,
    put("subject", {"reference": "Patient/other"}),
    put("status", 5),
    _no_such_day,
]


@pytest.mark.parametrize("change", GENERIC, ids=lambda change: change.__name__)
def test_what_cannot_be_used_is_at_most_absent(change: Change) -> None:
    """Each answer is that without the resource, or not known."""
    for place, resource in enumerate(RECORD):
        record = copy.deepcopy(RECORD)
        change(record[place])
        if resource["resourceType"] in NO_MATTER or record[place] == resource:
            continue
        with_bad = answers(judged(record))
        without = answers(judged(RECORD[:place] + RECORD[place + 1 :]))
        for name, answer in with_bad.items():
            settled = answer not in UNKNOWN and "|" not in answer
            assert not settled or answer == without[name], (resource["id"], name)


RUNNING = [(2, "met", []), (3, "indeterminate", ["procedure-confirmation"])]


@pytest.mark.parametrize(("days", "verdict", "missing"), RUNNING)
def test_a_session_left_in_progress(days: int, verdict: str, missing: list[str]) -> None:
    """Up to two days it is just going on; later it may be a session that nobody closed."""
    started = REFRACTORY.as_of - datetime.timedelta(days)
    record = copy.deepcopy(RECORD)
    running = next(copy.deepcopy(r) for r in record if r["id"] == LAST_SESSION)
    running |= {"id": "running", "status": "in-progress", "performedDateTime": started.isoformat()}
    before = copy.deepcopy(record)
    shown = judged([*before, running])
    assert notes(shown, "Procedure/running") == {"status-not-used"}
    assert answers(shown)["cci-2022"] == verdict
    assert [code for code in shown["missing"] if code == "procedure-confirmation"] == missing
