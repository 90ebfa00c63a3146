"""The register of readings: complete, pinned by patients whose answer changes, and rendered."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest

import cdshooks.consensus
from cdshooks.consensus.readings import (
    CHOICES,
    DEFAULT,
    FIXED,
    Readings,
    ReadingsError,
    readings_from,
)
from cdshooks.consensus.register import (
    Entry,
    Key,
    entries,
    entry_of_key,
    frame,
    load,
    render,
)
from cdshooks.consensus.statements import Statement, statements
from cdshooks.consensus.strict_tables import SourceError, Value
from tests.support.pipeline import Shown, judged
from tests.support.scenario import Scenario, load_scenario, scenario_files

ROOT = Path(__file__).parents[2]
PAPERS_OPEN_POINTS = [f"AMB-{number:02}" for number in range(1, 53)]
RULINGS = """
DATES SESSIONS-1 SESSIONS-2 SESSIONS-3 SESSIONS-4 SESSIONS-5 CONTRAST BASELINE ASSESSMENT
LESIONS-6 LESIONS-7 LESIONS-8 LESIONS-9 LESIONS-10 LESIONS-11 JSH EUROPEAN UNSUITABLE TIER FIGURE-1
PROVISIONAL REASON-CCI REASON-CAUSE MONOTONE MISSING FURTHER INCOMPLETE FLAGS
"""
NAMES_THE_OTHERS = "profile"
"""The one field of the readings that is no reading: the name of a set of them."""

EVERY = list(entries().values())
each_entry = pytest.mark.parametrize("entry", EVERY, ids=lambda entry: entry.id)
BUILT = [(entry, key) for entry in EVERY for key in entry.keys if key.other]
OTHER_VALUES = [
    pytest.param(entry, key, value, id=f"{entry.id}-{key.name}-{value}")
    for entry, key in BUILT
    for value in key.other
]


def scenario_of(stem: str) -> Scenario:
    (file,) = (file for file in scenario_files() if file.stem == stem)
    return load_scenario(file)


def answer(stem: str, readings: Readings) -> str:
    """What is answered, without flags and references: a change of these alone pins nothing."""
    scenario = scenario_of(stem)
    shown: Shown = judged(scenario.patient, scenario.as_of, readings)
    verdicts = {name: found["verdict"] for name, found in shown["definitions"].items()}
    told = {
        "response": shown["response"]["category"],
        "strategy": shown["strategy"],
        "tier": shown["therapy"]["tier"],
    }
    return json.dumps({**verdicts, **told}, sort_keys=True)


@cache
def default_answer(stem: str) -> str:
    return answer(stem, DEFAULT)


@cache
def names_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


# ---------------------------------------------------------------- complete


def test_every_open_point_and_every_ruling_is_there() -> None:
    rulings = [f"RUL-{name}" for name in RULINGS.split()]
    assert list(entries()) == PAPERS_OPEN_POINTS + rulings


@pytest.mark.parametrize("item", statements().values(), ids=lambda item: item.id)
def test_a_statement_and_its_readings_name_each_other(item: Statement) -> None:
    for id in item.readings:
        assert item.id in entries()[id].statements, id


@each_entry
def test_its_statements_exist(entry: Entry) -> None:
    assert set(entry.statements) <= set(statements())
    assert len(set(entry.statements)) == len(entry.statements)


def test_every_key_belongs_to_one_entry_and_the_other_way_round() -> None:
    named = [key.name for entry in EVERY for key in entry.keys]
    built = {field.name for field in fields(Readings)} - {NAMES_THE_OTHERS}
    assert sorted(named) == sorted(built | set(FIXED))
    assert entry_of_key("pd_reference").id == "AMB-02"
    with pytest.raises(KeyError):
        entry_of_key(NAMES_THE_OTHERS)


@each_entry
def test_the_defaults_it_names_are_those_of_the_code(entry: Entry) -> None:
    in_force = {**DEFAULT.as_dict(), **FIXED}
    for key in entry.keys:
        assert key.default == in_force[key.name]
        assert type(key.default) is type(in_force[key.name])


@pytest.mark.parametrize(("entry", "key"), BUILT, ids=lambda one: getattr(one, "name", ""))
def test_every_choice_of_a_key_is_named(entry: Entry, key: Key) -> None:
    if key.name in CHOICES:
        assert {key.default, *key.other} == set(CHOICES[key.name])
    assert key.default not in key.other


@each_entry
def test_a_key_without_another_value_is_refused_one(entry: Entry) -> None:
    for key in entry.keys:
        if key.name in FIXED:
            assert not key.other
            with pytest.raises(ReadingsError, match=key.name):
                readings_from({key.name: "another"})
        else:
            assert key.other


# ---------------------------------------------------------------- pinned


@each_entry
def test_the_scenarios_it_names_exist(entry: Entry) -> None:
    assert set(entry.scenarios) <= {file.stem for file in scenario_files()}
    assert len(set(entry.scenarios)) == len(entry.scenarios)


@each_entry
def test_the_tests_it_names_exist(entry: Entry) -> None:
    assert len(set(entry.tests)) == len(entry.tests)
    for named in entry.tests:
        file, _, function = named.partition("::")
        assert function in names_in(file), named


@pytest.mark.parametrize(("entry", "key", "value"), OTHER_VALUES)
def test_another_value_changes_a_scenario_that_pins_it(
    entry: Entry, key: Key, value: Value
) -> None:
    other = readings_from({key.name: value})
    assert any(answer(stem, other) != default_answer(stem) for stem in entry.scenarios)


def test_only_one_entry_cannot_be_pinned() -> None:
    assert [entry.id for entry in EVERY if entry.not_pinned_because_en] == ["AMB-37"]


# ---------------------------------------------------------------- told


def test_the_committed_file_is_what_is_rendered() -> None:
    committed = Path(str(cdshooks.consensus.__file__)).with_name("READINGS.md")
    assert committed.read_text(encoding="utf-8") == render(), (
        "python -m cdshooks.consensus.register > cdshooks/consensus/READINGS.md"
    )


def test_every_entry_is_told_once_and_every_link_leads_somewhere() -> None:
    told = render()
    headings = re.findall(r"^### (\S+)$", told, re.MULTILINE)
    assert sorted(headings) == sorted(entries())
    anchors = {id.lower() for id in headings} | {subject.id for subject in frame().subjects}
    assert set(re.findall(r"\]\(#([^)]+)\)", told)) <= anchors


CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


@each_entry
def test_both_languages_are_what_they_say(entry: Entry) -> None:
    texts = [(option.en, option.zh) for option in entry.options]
    texts += [
        (getattr(entry, f"{name}_en"), getattr(entry, f"{name}_zh"))
        for name in ("sentence", "question", "default", "traded_away", "not_pinned_because")
    ]
    for en, zh in texts:
        assert not CHINESE.search(en), en
        assert CHINESE.search(zh) or not zh, zh
        assert bool(en) == bool(zh)


# ---------------------------------------------------------------- strict

GOOD = """
["AMB-01"]
subject = "time"
statements = ["X-1"]
sentence_en = "sentence"
sentence_zh = "句"
question_en = "question"
question_zh = "问"
options = [{ en = "a", zh = "甲" }, { en = "b", zh = "乙" }]
default_en = "a"
default_zh = "甲"
keys = [{ name = "window_lo", default = 28, other = [30] }]
scenarios = ["v01-canonical"]
tests = ["tests/test_x.py::test_y"]
traded_away_en = "c"
traded_away_zh = "丙"
decided_on = 2026-11-24

["AMB-02"]
subject = "time"
statements = ["X-1"]
sentence_en = "sentence"
sentence_zh = "句"
question_en = "question"
question_zh = "问"
options = [{ en = "a", zh = "甲" }, { en = "b", zh = "乙" }]
default_en = "a"
default_zh = "甲"
not_pinned_because_en = "d"
not_pinned_because_zh = "丁"
traded_away_en = "c"
traded_away_zh = "丙"
see = ["AMB-01"]
decided_on = 2026-11-24
"""


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('sentence_en = "sentence"', "", "'sentence_en'"),
        ('sentence_en = "sentence"', 'sentence_en = ""', "AMB-01.sentence_en"),
        ('sentence_en = "sentence"', 'sentence_en = "x"\nsentence_de = "x"', "AMB-01.sentence_de"),
        ('subject = "time"', 'subject = "space"', "AMB-01.subject"),
        ('statements = ["X-1"]', "statements = []", "AMB-01.statements"),
        (', { en = "b", zh = "乙" }', "", "AMB-01.options"),
        ('zh = "甲" }', 'zh = "甲", de = "a" }', "AMB-01.options.de"),
        ('{ name = "window_lo", ', "{ ", "AMB-01.keys"),
        ("default = 28", "default = 28.5", "AMB-01.keys.default"),
        ('scenarios = ["v01-canonical"]', "", "AMB-01.scenarios"),
        ('"v01-canonical"', '"v01.md"', "AMB-01.scenarios"),
        ("test_x.py::test_y", "test_x.py", "AMB-01.tests"),
        ('not_pinned_because_en = "d"', "", "AMB-02.not_pinned_because_en"),
        ('not_pinned_because_zh = "丁"', "", "AMB-02.not_pinned_because_zh"),
        ('see = ["AMB-01"]', 'see = ["AMB-03"]', "AMB-02.see"),
        ('see = ["AMB-01"]', 'see = ["AMB-02"]', "AMB-02.see"),
        ('["AMB-02"]', '["RUL-02"]', "RUL-02.id"),
        ("2026-11-24", '"2026-11-24"', "AMB-01.decided_on"),
        ("2026-11-24", "", "not TOML"),
    ],
)
def test_a_malformed_entry_names_file_and_key(old: str, new: str, named: str) -> None:
    assert list(load({"readings.toml": GOOD}, ["time"])) == ["AMB-01", "AMB-02"]
    assert old in GOOD
    with pytest.raises(SourceError) as caught:
        load({"readings.toml": GOOD.replace(old, new, 1)}, ["time"])
    assert str(caught.value).startswith("readings.toml: ")
    assert named in str(caught.value)


def test_a_key_belongs_to_one_entry() -> None:
    twice = GOOD.replace(
        'not_pinned_because_en = "d"\nnot_pinned_because_zh = "丁"',
        'scenarios = ["v01-canonical"]\nkeys = [{ name = "window_lo", default = 28, other = 1 }]',
    )
    with pytest.raises(SourceError, match=r"readings\.toml: AMB-02\.keys: window_lo"):
        load({"readings.toml": twice}, ["time"])
