"""Every scenario three ways: as FHIR, as a chart, as a hook call; and the signatures under them.

What is expected is compared with the judgement of the record written as FHIR. The chart written at
once, and the cards of the whole service, must then say the same.
"""

from __future__ import annotations

from functools import cache

import pytest

from cdshooks.cards.model import EXTENSION
from cdshooks.consensus.readings import readings_from
from tests.support.hook_calls import desk
from tests.support.pipeline import Shown, cited, judged, judged_chart, unreferenced
from tests.support.scenario import (
    ANSWER_KEYS,
    DEFINITIONS,
    OtherReading,
    Scenario,
    ScenarioError,
    load_scenario,
    parse_scenario,
    scenario_files,
    sha256_of,
)

FILES = scenario_files()
SCENARIOS = {scenario.id: scenario for scenario in map(load_scenario, FILES)}
OTHER_READINGS = [
    pytest.param(scenario, other, id=f"{scenario.id}-{'-'.join(other.readings) or 'input'}")
    for scenario in SCENARIOS.values()
    for other in scenario.other_readings
]
CITATIONS = {"cards cite", "cards do not cite"}
each_scenario = pytest.mark.parametrize("scenario_id", SCENARIOS)
SAID = {True: "yes", False: "no", None: "unknown"}


@cache
def shown(scenario_id: str) -> Shown:
    scenario = SCENARIOS[scenario_id]
    return judged(scenario.patient, scenario.as_of)


def answers_of(assessment: Shown) -> dict[str, str]:
    """The answers in the words of a scenario."""
    strategy = assessment["strategy"]
    return {
        "response": " or ".join(assessment["response"]["category"].split("|")),
        **{name: assessment["definitions"][name]["verdict"] for name in DEFINITIONS},
        "strategy": ", ".join(strategy["branches"]) or strategy["status"],
        "unsuitable": assessment["unsuitable"]["verdict"],
        "tier": assessment["therapy"]["tier"],
    }


def computed_of(assessment: Shown) -> dict[str, str]:
    response, child_pugh = assessment["response"], assessment["scores"]["child-pugh"]
    jsh = assessment["definitions"]["jsh-lcsgj-2014"]["criteria"]
    return {
        "counted sessions": str(assessment["course"]["count"]),
        "baseline sum": f"{response['baselineSum']} mm",
        "current sum": f"{response['currentSum']} mm",
        "change": _signed(response["changePercent"]),
        "response by nadir": response["categoryByNadir"],
        "cci-2022 reason": assessment["definitions"]["cci-2022"]["reason"],
        **{f"jsh {criterion}": SAID[answer] for criterion, answer in jsh.items()},
        "Child-Pugh": f"{child_pugh['class']}{child_pugh['score']}" if child_pugh else "unknown",
        "six-and-twelve": _six_and_twelve(assessment["scores"]["six-and-twelve"]),
        "up-to-seven": _up_to_seven(assessment["scores"]["up-to-seven"]),
    }


def _six_and_twelve(score: Shown | None) -> str:
    if score is None:
        return "unknown"
    return f"{score['value'] or 'value unknown'}, stratum {score['stratum']}"


def _up_to_seven(score: Shown | None) -> str:
    if score is None:
        return "unknown"
    return f"{score['value'] or 'value unknown'}, {'within' if score['within'] else 'beyond'}"


def _signed(percent: float | None) -> str:
    return "unknown" if percent is None else f"{percent:+.1f} %".replace("-", "\N{MINUS SIGN}")


def test_the_scenarios_are_there() -> None:
    assert len(SCENARIOS) == len(FILES) > 100
    assert sum(len(scenario.other_readings) for scenario in SCENARIOS.values()) > 10


@each_scenario
def test_answers(scenario_id: str) -> None:
    scenario = SCENARIOS[scenario_id]
    found = answers_of(shown(scenario_id))
    assert {**found, "missing": tuple(shown(scenario_id)["missing"])} == {
        **scenario.answers,
        "missing": tuple(sorted(scenario.missing)),
    }


@each_scenario
def test_strategy_status_fits_its_branches(scenario_id: str) -> None:
    strategy = shown(scenario_id)["strategy"]
    branches = len(strategy["branches"])
    expected = {0: ("undetermined", "not-applicable"), 1: ("determined",)}.get(
        branches, ("several",)
    )
    assert strategy["status"] in expected


@each_scenario
def test_flags(scenario_id: str) -> None:
    assert set(SCENARIOS[scenario_id].flags) <= set(shown(scenario_id)["flags"])


@pytest.mark.parametrize(
    "scenario_id", [scenario.id for scenario in SCENARIOS.values() if scenario.computed]
)
def test_computed(scenario_id: str) -> None:
    expected = {k: v for k, v in SCENARIOS[scenario_id].computed.items() if k not in CITATIONS}
    found = computed_of(shown(scenario_id))
    assert {key: found[key] for key in expected} == expected


@pytest.mark.parametrize(
    "scenario_id", [s.id for s in SCENARIOS.values() if CITATIONS & s.computed.keys()]
)
def test_citations(scenario_id: str) -> None:
    scenario = SCENARIOS[scenario_id]
    found = cited(scenario.patient, scenario.as_of)
    named, unnamed = (
        set(filter(None, scenario.computed.get(key, "").split(", ")))
        for key in ("cards cite", "cards do not cite")
    )
    assert named <= found
    assert not unnamed & found


@pytest.mark.parametrize(("scenario", "other"), OTHER_READINGS)
def test_other_readings(scenario: Scenario, other: OtherReading) -> None:
    readings = readings_from(other.readings)
    found = answers_of(judged(other.patient, scenario.as_of, readings))
    assert {key: found[key] for key in other.answers} == other.answers


@each_scenario
def test_nothing_was_unreadable(scenario_id: str) -> None:
    """The canonical shapes leave no note about reading, only notes about what was recorded."""
    codes = {note["code"] for note in shown(scenario_id)["notes"]}
    assert codes <= {"conflict", "no-tace", "after-as-of", "implausible"}


# ---------------------------------------------------------------- the two other ways


@each_scenario
def test_a_chart_written_at_once_is_judged_alike(scenario_id: str) -> None:
    scenario = SCENARIOS[scenario_id]
    by_chart = judged_chart(scenario.patient, scenario.as_of)
    assert unreferenced(by_chart) == unreferenced(shown(scenario_id))


@pytest.mark.parametrize(("scenario", "other"), OTHER_READINGS)
def test_a_chart_is_judged_alike_under_other_readings(
    scenario: Scenario, other: OtherReading
) -> None:
    readings = readings_from(other.readings)
    by_chart = judged_chart(other.patient, scenario.as_of, readings)
    assert unreferenced(by_chart) == unreferenced(judged(other.patient, scenario.as_of, readings))


def told_by_card(assessment: Shown) -> dict[str, object]:
    """What the extension of a card must repeat; what is empty or unknown is left out there."""
    unsuitable = assessment["unsuitable"]["verdict"]
    told = {
        "asOf": assessment["asOf"],
        "definitions": {
            name: {key: found[key] for key in ("verdict", "provisional") if found[key]}
            for name, found in assessment["definitions"].items()
        },
        "unsuitable": None if unsuitable == "unknown" else unsuitable,
        "branches": assessment["strategy"]["branches"],
        "tier": assessment["therapy"]["tier"],
        "missing": assessment["missing"],
        "flags": assessment["flags"],
    }
    return {key: value for key, value in told.items() if value}


@each_scenario
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_service_puts_the_same_on_its_status_card(scenario_id: str, language: str) -> None:
    scenario = SCENARIOS[scenario_id]
    expected = told_by_card(shown(scenario_id))
    kinds = []
    for card in desk().cards(scenario.patient, scenario.as_of, language):
        told = card["extension"][EXTENSION]
        kinds.append(told["card"])
        compared = expected.keys() | {"unsuitable", "branches", "missing", "flags"}
        assert {key: told[key] for key in told if key in compared} == expected
    assert kinds[:1] == ["status"]


# ---------------------------------------------------------------- signatures


@each_scenario
def test_signatures_fit_the_text(scenario_id: str) -> None:
    outdated = SCENARIOS[scenario_id].outdated_reviews
    assert not outdated, f"{scenario_id}: the text changed after {outdated[0].reviewer} signed it"


def _text_of(name: str) -> str:
    (file,) = (file for file in FILES if file.name.startswith(name))
    return file.read_text(encoding="utf-8")


def _signed_by_one(text: str) -> str:
    return text + f"| AB | 2026-01-02 | agree | {sha256_of(text)} |\n"


def test_a_signature_holds_until_the_text_changes() -> None:
    signed = _signed_by_one(_text_of("v01"))
    assert parse_scenario(signed, "signed").reviews
    assert not parse_scenario(signed, "signed").outdated_reviews
    changed = signed.replace(" 50 mm", " 51 mm", 1)
    assert changed != signed
    assert parse_scenario(changed, "changed").outdated_reviews
    again = _signed_by_one(changed)
    assert len(parse_scenario(again, "again").outdated_reviews) == 1


# ---------------------------------------------------------------- the reader itself


MISREADINGS = {
    "unknown-event": ("| cTACE ", "| cTACA "),
    "unknown-answer": ("new lesion: no", "new lesion: nope"),
    "unknown-part": ("VI: no", "VI: no; PVTT: no"),
    "lesion-without-unit": ("L1 50 mm", "L1 50"),
    "wrong-unit": ("18 µmol/L", "18 mg/dL"),
    "unknown-verdict": ("| met ", "| mett "),
    "no-such-day": ("2023-01-10", "2023-02-30"),
    "no-date-of-judgement": ("as of 2023-05-23", "today"),
    "unknown-item": ("肝性脑病 encephalopathy", "脑病 encephalitis"),
}


@pytest.mark.parametrize(("old", "new"), MISREADINGS.values(), ids=MISREADINGS)
def test_a_row_that_cannot_be_read_is_an_error(old: str, new: str) -> None:
    text = _text_of("v01")
    assert old in text
    with pytest.raises(ScenarioError, match=r"v01\.md: "):
        parse_scenario(text.replace(old, new, 1), "v01.md")


def test_every_answer_is_expected_of_every_scenario() -> None:
    for scenario in SCENARIOS.values():
        assert tuple(scenario.answers) == ANSWER_KEYS
