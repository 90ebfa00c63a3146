"""The published object: keys in order, rounding, null rules, the schema, the language."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import jsonschema
import pytest

from cdshooks.cards.assessment_json import (
    assessment_json,
    assessment_object,
    assessment_schema,
)
from cdshooks.cards.numbers import one_decimal, two_decimals
from cdshooks.clinical.scores import ChildPugh
from cdshooks.consensus.assessment import Scores
from cdshooks.consensus.readings import PROFILES, Readings
from tests.cards.assessments import ALL, day, no_tace, refractory


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", ALL)
def test_every_assessment_fits_the_schema(name: str, lang: str) -> None:
    text = assessment_json(ALL[name](), lang)
    jsonschema.Draft202012Validator.check_schema(assessment_schema())
    jsonschema.Draft202012Validator(assessment_schema()).validate(json.loads(text))
    assert text.endswith("}\n") and not text.endswith("\n\n")
    assert "\\u" not in text


def test_keys_stand_in_the_published_order() -> None:
    shown = assessment_object(refractory(), "en")
    assert list(shown) == [
        "schema",
        "patient",
        "asOf",
        "readings",
        "course",
        "response",
        "definitions",
        "unsuitable",
        "strategy",
        "therapy",
        "scores",
        "missing",
        "flags",
        "notes",
    ]
    assert list(shown["course"]) == ["sessions", "count", "baselineScan", "assessmentScan"]
    assert list(shown["course"]["sessions"][0]) == [
        "start",
        "end",
        "kind",
        "standardised",
        "references",
    ]
    assert list(shown["response"]) == [
        "category",
        "baselineSum",
        "currentSum",
        "changePercent",
        "categoryByNadir",
        "lesions",
    ]
    definitions = shown["definitions"]
    assert list(definitions) == ["cci-2022", "jsh-lcsgj-2014", "epoihcc", "european"]
    for name, definition in definitions.items():
        expected = ["verdict", "provisional", "reason", "criteria", "findings"]
        if name != "jsh-lcsgj-2014":
            expected.remove("criteria")
        assert list(definition) == expected
    assert list(definitions["cci-2022"]["findings"][0]) == [
        "statement",
        "label",
        "answer",
        "used",
        "missing",
    ]
    assert list(shown["strategy"]) == ["branches", "status", "overlay", "text"]
    assert list(shown["therapy"]) == ["tier", "conditionalOn", "text"]
    assert list(shown["notes"][0]) == ["code", "text", "references"]


def test_the_values_of_the_refractory_patient() -> None:
    shown = assessment_object(refractory(), "en")
    assert shown["response"]["baselineSum"] == 50.0
    assert '"baselineSum": 50.0,' in assessment_json(refractory(), "en")
    assert shown["response"]["changePercent"] == 30.0
    assert shown["scores"] == {
        "child-pugh": {"score": 5, "class": "A"},
        "albi": {"value": -2.4, "grade": 2},
        "six-and-twelve": None,
        "up-to-seven": None,
    }
    assert shown["course"]["assessmentScan"] == {
        "date": "2023-05-16",
        "daysAfterLastSession": 42,
        "references": ["ImagingStudy/s3"],
    }
    assert shown["definitions"]["cci-2022"]["findings"][-1]["used"] == [
        "Observation/d0",
        "Observation/d1",
    ]


def test_unknown_is_null_and_nothing_is_an_empty_list() -> None:
    shown = assessment_object(no_tace(), "en")
    assert shown["course"] == {
        "sessions": [],
        "count": 0,
        "baselineScan": None,
        "assessmentScan": None,
    }
    assert shown["response"]["baselineSum"] is None
    assert shown["scores"]["child-pugh"] is None
    ranged = replace(refractory(), scores=Scores(ChildPugh(5, 7, ()), None))
    assert assessment_object(ranged, "en")["scores"]["child-pugh"] == {"score": None, "class": None}


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        (Fraction(30), 30.0),
        (Fraction(5, 100), 0.1),
        (Fraction(-5, 100), -0.1),
        (Fraction(-4, 100), 0.0),
        (Fraction(20, 3), 6.7),
        (Fraction(-3795, 100), -38.0),
        (Decimal("50.25"), 50.3),
        (Decimal("0"), 0.0),
        (None, None),
    ],
)
def test_one_decimal_half_up(exact: Any, shown: float | None) -> None:
    assert one_decimal(exact) == shown
    assert str(one_decimal(exact)) != "-0.0"


def test_albi_has_two_decimals() -> None:
    assert two_decimals(-2.6238) == -2.62
    assert two_decimals(-1.395) == -1.4
    assert str(two_decimals(-0.001)) == "0.0"


def test_only_label_and_text_follow_the_language() -> None:
    def without_words(shown: Any) -> Any:
        if isinstance(shown, dict):
            return {
                key: without_words(value)
                for key, value in shown.items()
                if key not in ("text",) and not (key == "label" and "statement" in shown)
            }
        return [without_words(item) for item in shown] if isinstance(shown, list) else shown

    for build in ALL.values():
        english, chinese = (assessment_object(build(), lang) for lang in ("en", "zh"))
        assert without_words(english) == without_words(chinese)
        assert english["strategy"]["text"] != chinese["strategy"]["text"]


def test_the_schema_knows_every_reading() -> None:
    properties = assessment_schema()["properties"]["readings"]["properties"]
    assert list(properties) == list(Readings().as_dict())
    for readings in PROFILES.values():
        shown = assessment_object(refractory(readings=readings), "en")
        jsonschema.Draft202012Validator(assessment_schema()).validate(shown)


def test_the_same_assessment_gives_the_same_bytes() -> None:
    assert assessment_json(refractory(), "zh") == assessment_json(refractory(), "zh")
    assert day("2023-05-23").isoformat() in assessment_json(refractory(), "zh")
