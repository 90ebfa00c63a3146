"""The register of statements: complete, verbatim, graded only where the paper prints a grade."""

from __future__ import annotations

import importlib.util
import os
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cdshooks.consensus.statements import (
    ANNOTATED,
    PUBLISHED_ABSTRACT,
    SUPPRESSED,
    Statement,
    load,
    statement,
    statements,
)
from cdshooks.consensus.strict_tables import SourceError

IDS = """
CCI-M 1 2 3 4
CCI-A 1 2 3
CCI-B 1 2 3 4 5 6 7 8 9
DEF- JSH JSH.1 JSH.2 JSH.3 JSH.4 EPO EUR.1 EUR.2
CCI-S 1 2 3 4 5 6 7 8 9
CCI-C 1 1.act 2 2.s1 2.s2 2.s3 3 3.s 4 4.s1 4.s2 5 5.s1 5.s2 5.s3 5.s4 6 6.s1 6.s2 6.s3
CCI-C 7 7.s1 7.s2 8 8.s1 8.s2 8.s3 9 9.1 9.2 9.3 9.4
CCI-F1. 0 p1 p2 r e 1 2 3 4 fa fb tri
HAIC- M1 A1 B1 B2 B3 B4 B5 B6 D0 D1 D2 D3 D4 D5 D6 D7 T1.jsh T1.epo T1.eur T1.cci
EV- SEARCH Iwasa2011 Ikeda2013 PoolCis Hatooka2016 Kirikoshi2012 Kodama2018 Pool5FU
EV- FOLFOX.0 Hsu2021 COMB.0 Wu2022 Hien2024 Lin2023 Diao2024 COMB.HR COMB.Z
HAIC- R0 R1 R2 R3 Z0 Z1 Z2 Z3
"""
PRINTED_GRADES = {
    "CCI-C2": ("Ⅱb", "B"),
    "CCI-C3": ("Ⅱb", "B"),
    "CCI-C4": ("Ⅰb", "A"),
    "CCI-C5": ("Ⅱb", "B"),
    "CCI-C6": ("Ⅱb", "B"),
    "CCI-C7": ("Ⅱb", "A"),
    "CCI-C8": ("Ⅱb", "B"),
    "CCI-C9": ("Ⅱb", "A"),
    "HAIC-R1": ("1B",),
    "HAIC-R2": ("2A",),
    "HAIC-R3": ("2B",),
}
NEVER_SHOWN = {"HAIC-D6", "HAIC-T1.jsh", "EV-COMB.HR"}
ANNOTATED_STUDIES = {
    *("EV-SEARCH", "EV-PoolCis", "EV-Pool5FU", "EV-Hatooka2016", "EV-FOLFOX.0"),
    *("EV-Hsu2021", "EV-Wu2022", "EV-Hien2024", "EV-Lin2023"),
}
REFERENCES = {"cci-2022": 46, "haic-2025": 24}

EVERY = list(statements().values())
each_statement = pytest.mark.parametrize("item", EVERY, ids=lambda item: item.id)


def expected_ids() -> list[str]:
    lines = [line.split() for line in IDS.strip().splitlines()]
    return [prefix + name for prefix, *names in lines for name in names]


def without_space(text: str) -> str:
    return re.sub(r"\s+", "", text)


@cache
def paper_text(paper: str) -> str:
    """Text of a paper without white space, from the folder that CDSHOOKS_PAPERS names."""
    folder = os.environ.get("CDSHOOKS_PAPERS")
    if not folder:
        pytest.skip("CDSHOOKS_PAPERS does not name a folder with the papers' text")
    found = sorted(Path(folder).glob(f"{paper}*.txt"))
    assert len(found) == 1, f"{folder}: one file {paper}*.txt is needed"
    return without_space(found[0].read_text(encoding="utf-8"))


def test_every_statement_of_the_papers_is_there() -> None:
    assert len(expected_ids()) == 122
    assert sorted(statements()) == sorted(expected_ids())


@each_statement
def test_says_what_where_and_whether_implemented(item: Statement) -> None:
    assert item.en.isascii() or re.fullmatch(r"[\x00-\x7fⅠⅡⅢ“”…]+", item.en)
    assert item.zh and item.locator and item.paper.title_zh and item.paper.title_en
    assert bool(item.implemented_by) != bool(item.not_implemented_because)


@each_statement
def test_what_implements_it_exists(item: Statement) -> None:
    for dotted in item.implemented_by:
        assert found_by_name(dotted) is not None, f"{item.id}: there is no {dotted}"


def found_by_name(dotted: str) -> Any:
    """A module, or a name in one; a module that is missing or broken raises."""
    above, _, name = dotted.rpartition(".")
    if importlib.util.find_spec(above) is None:
        raise ModuleNotFoundError(above)
    module = importlib.import_module(above)
    if hasattr(module, name):
        return getattr(module, name)
    return importlib.import_module(dotted)


def test_grades_stand_only_where_one_is_printed() -> None:
    graded = {item.id: item.grade for item in EVERY if item.grade is not None}
    shown = {
        id: (grade.level,) if grade.level else (grade.quality, grade.strength)
        for id, grade in graded.items()
    }
    assert shown == PRINTED_GRADES
    assert all(grade.scheme.startswith("as printed; ") for grade in graded.values())


def test_grades_are_those_of_the_papers_text() -> None:
    """The text prints Roman numerals in Latin letters; that is the only difference allowed."""
    for number, part in re.findall(r"共识(\d)(.*?)(?=共识\d|$)", paper_text("cci-2022")):
        printed = re.findall(r"\(证据质量(\w+),推荐强度(\w)\)", part)
        grade = PRINTED_GRADES.get(f"CCI-C{number}")
        assert printed == ([(unicodedata.normalize("NFKC", grade[0]), grade[1])] if grade else [])
    levels = re.findall(r"证据等级(\w+)", paper_text("haic-2025"))
    assert levels == [PRINTED_GRADES[f"HAIC-R{tier}"][0] for tier in (1, 2, 3)]


@each_statement
def test_quotations_are_verbatim(item: Statement) -> None:
    text = paper_text(item.paper.id)
    adverse = item.study.adverse_events_zh if item.study else ""
    for quoted in (*item.zh, *item.withheld_zh, adverse):
        assert without_space(quoted) in text, quoted
    if item.en_origin == PUBLISHED_ABSTRACT:
        assert all(without_space(piece) in text for piece in item.en.split(" … "))


@each_statement
def test_figures_stand_in_the_quotation(item: Statement) -> None:
    quoted = without_space(item.quotation)
    if item.share is not None:
        assert item.share.percent in quoted and str(item.share.count) in quoted
        assert abs(100 * item.share.count / item.share.of - float(item.share.percent[:-1])) < 0.05
    study = item.study
    if study is None:
        return
    numbers = [study.n, *(arm.n for arm in study.arms)]
    figures = [str(number) for number in numbers if number is not None]
    for outcome in study.outcomes:
        figures += [*outcome.values, *outcome.ci]
        if outcome.p:
            figures.append("P" + outcome.p)
    assert all(without_space(figure) in quoted for figure in figures), figures


def test_no_citation_is_lost() -> None:
    for paper, last in REFERENCES.items():
        cited = {number for item in EVERY if item.paper.id == paper for number in item.cites}
        assert cited == set(range(1, last + 1))


def test_what_is_not_reproducible_is_annotated_or_suppressed() -> None:
    assert {item.id for item in EVERY if item.display == SUPPRESSED} == NEVER_SHOWN
    studies = {item.id for item in EVERY if item.kind == "evidence" and item.display == ANNOTATED}
    assert studies == ANNOTATED_STUDIES
    assert all(item.study for item in EVERY if item.kind == "evidence")
    assert all(not statement(id).implemented_by for id in NEVER_SHOWN)
    for name in ("jsh", "epo", "eur", "cci"):
        item = statement(f"HAIC-T1.{name}")
        assert item.withheld_zh
        assert not any("人群" in piece for piece in item.zh)


@pytest.mark.statement("CCI-A3")
def test_definition_governs_over_its_english_abstract() -> None:
    assert "before the first TACE" in statement("CCI-C1").en
    assert "preoperative state" in statement("CCI-A3").en


GOOD = """
[paper]
id = "p"
title_zh = "题"
title_en = "title"
authors_zh = "甲"
authors_en = "A"
published_in = "J 2022"
doi = ""
year = 2022
licence = "none"

["X-1"]
kind = "evidence"
paper = "p"
locator = "1"
zh = "句"
en = "sentence"
en_origin = "project translation"
implemented_by = ["a.b"]
last_checked_on = 2026-11-24

["X-1".study]
design_en = "cohort"
design_zh = "队列"
arms = [{ id = "a", en = "a", zh = "甲" }]
outcomes = [{ name = "mOS", arms = ["a"], values = ["1.0"] }]
"""


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('kind = "evidence"', 'kind = "rumour"', "X-1.kind"),
        ('en = "sentence"', "", "'en'"),
        ('en = "sentence"', 'en = ""', "X-1.en"),
        ('zh = "句"', "zh = 1", "X-1.zh"),
        ('zh = "句"', "zh = []", "X-1.zh"),
        ('locator = "1"', 'locator = "1"\nlocater = "1"', "X-1.locater"),
        ('paper = "p"', 'paper = "q"', "X-1.paper"),
        ('implemented_by = ["a.b"]', "", "X-1.implemented_by"),
        ('implemented_by = ["a.b"]', 'implemented_by = "a"\ndisplay = "hidden"', "X-1.display"),
        ('implemented_by = ["a.b"]', 'implemented_by = "a"\nannotation_en = "x"', "annotation_en"),
        ('implemented_by = ["a.b"]', 'implemented_by = "a"\nreadings = ["R1"]', "X-1.readings"),
        ('locator = "1"', 'locator = "1"\ngrade = { scheme = "x", quality = "y" }', "X-1.grade"),
        ("2026-11-24", '"2026-11-24"', "X-1.last_checked_on"),
        ("year = 2022", 'year = "2022"', "paper.year"),
        ('arms = ["a"]', 'arms = ["b"]', "study.outcomes (mOS)"),
        ('values = ["1.0"]', 'values = ["1", "2"]', "study.outcomes (mOS)"),
        ('values = ["1.0"]', 'values = ["1"], ci = ["1", "2"]', "study.outcomes (mOS)"),
        ("year = 2022", "year = ", "not TOML"),
    ],
)
def test_malformed_source_names_file_and_key(old: str, new: str, named: str) -> None:
    assert list(load({"good.toml": GOOD})) == ["X-1"]
    assert old in GOOD
    with pytest.raises(SourceError) as caught:
        load({"bad.toml": GOOD.replace(old, new, 1)})
    assert str(caught.value).startswith("bad.toml: ")
    assert named in str(caught.value)


def test_an_id_stands_once() -> None:
    with pytest.raises(SourceError, match=r"b\.toml: X-1"):
        load({"a.toml": GOOD, "b.toml": GOOD})


def test_unknown_id_is_named() -> None:
    with pytest.raises(KeyError, match="CCI-C99"):
        statement("CCI-C99")
