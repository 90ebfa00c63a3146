"""The book: complete, linked, self-contained, in both languages."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

import cdshooks
from cdshooks.book import render
from cdshooks.book.last_run import Exercised, LastRun
from cdshooks.book.links import linker
from cdshooks.book.render import anchors, book
from cdshooks.book.scenarios import blocks, scenarios, source_tree
from cdshooks.book.words import told, words
from cdshooks.consensus.evidence import survey, table
from cdshooks.consensus.register import entries, frame
from cdshooks.consensus.statements import SUPPRESSED, Statement, statement, statements
from tests.book.pages import Page, squeezed
from tests.support.scenario import load_scenario, scenario_files, sha256_of

ROOT = source_tree(Path(cdshooks.__file__).parent)
EVERY = list(statements().values())
each_statement = pytest.mark.parametrize("one", EVERY, ids=lambda one: one.id)


@cache
def page() -> Page:
    return Page(book(ROOT))


@cache
def page_alone() -> Page:
    return Page(book(None))


@pytest.mark.parametrize("shown", [page, page_alone])
def test_nothing_is_fetched_and_nothing_runs(shown) -> None:
    found = shown()
    assert not found.tags & {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
    assert not {name for name in found.attributes if name.startswith("on") or name == "src"}
    assert not re.search(r"https?:|url\(|@import|@font-face", found.source)


@pytest.mark.parametrize("shown", [page, page_alone])
def test_every_link_leads_to_the_one_entry_of_its_name(shown) -> None:
    found = shown()
    assert len(found.ids) == len(set(found.ids))
    assert {href.removeprefix("#") for href in found.hrefs} <= set(found.ids)
    assert all(href.startswith("#") for href in found.hrefs)


def test_every_entry_is_there() -> None:
    ids = set(page().ids)
    assert statements().keys() | entries().keys() | {"F1-1a", "F1-R"} <= ids
    assert {load_scenario(file).id for file in scenario_files()} <= ids
    assert {f"evidence-{one.id}" for one in table()} <= ids
    assert set(render.CHAPTERS) <= ids


def test_every_id_that_is_mentioned_is_a_link() -> None:
    names = anchors(scenarios(ROOT) if ROOT else None)
    mention = re.compile(
        rf"(?<![A-Za-z0-9_.-])({'|'.join(sorted(map(re.escape, names), key=len, reverse=True))})"
        r"(?![A-Za-z0-9_-]|\.[A-Za-z0-9])"
    )
    own = {"id", "trace", "how"}
    loose = {
        text.strip()
        for text, inside in page().texts
        if mention.search(text)
        and not any(element.tag in ("a", "style") for element in inside)
        and not any(own & set(element.classes) for element in inside)
        and not any(element.id.startswith("key-") for element in inside)
    }
    assert not loose


def test_the_same_input_gives_the_same_bytes() -> None:
    assert book(ROOT) == page().source


# ---------------------------------------------------------------- statements


@each_statement
def test_a_statement_is_shown_in_full_or_only_with_the_reason(one: Statement) -> None:
    shown = page().text(one.id)
    assert squeezed(one.locator) in shown
    if one.display == SUPPRESSED:
        assert not any(squeezed(piece) in page().text() for piece in (*one.zh, one.en))
    else:
        assert squeezed(one.quotation) in shown and squeezed(one.en) in shown
    assert squeezed(one.annotation_en) in shown and squeezed(one.annotation_zh) in shown
    assert not any(squeezed(piece) in shown for piece in one.withheld_zh)
    assert all(name in shown for name in (*one.implemented_by, *one.readings))
    if one.not_implemented_because:
        because = told("because", one.not_implemented_because)
        assert squeezed(because.en) in shown and squeezed(because.zh) in shown
    if one.grade is not None:
        scheme = told("scheme", one.grade.scheme)
        assert squeezed(scheme.zh) in shown
        printed = (one.grade.quality, one.grade.strength, one.grade.level)
        assert all(part in shown for part in printed)


@pytest.mark.statement(
    *("CCI-S1", "CCI-S2", "CCI-S3", "CCI-S4", "CCI-S5", "CCI-S6", "CCI-S7", "CCI-S8")
)
def test_the_survey_is_shown_with_its_denominators() -> None:
    shown = page().text("survey")
    assert [one.id for one in survey()] == [f"CCI-S{number}" for number in range(1, 10)]
    for one in survey():
        assert one.id in shown and squeezed(one.quotation) in shown and squeezed(one.en) in shown
        if one.share is not None:
            assert f"{one.id}{one.share.percent}{one.share.count}{one.share.of}" in shown


@pytest.mark.statement(
    *("EV-SEARCH", "EV-Iwasa2011", "EV-Ikeda2013", "EV-PoolCis", "EV-Hatooka2016"),
    *("EV-Kirikoshi2012", "EV-Kodama2018", "EV-Pool5FU", "EV-FOLFOX.0", "EV-Hsu2021"),
    *("EV-COMB.0", "EV-Wu2022", "EV-Hien2024", "EV-Lin2023", "EV-Diao2024", "EV-COMB.Z"),
)
def test_the_evidence_is_shown_with_every_figure_and_annotation() -> None:
    assert len(table()) == 16
    for one in table():
        shown, study = page().text(f"evidence-{one.id}"), one.study
        assert study is not None
        told_in_both = [study.design_en, study.design_zh, one.annotation_en, one.annotation_zh]
        told_in_both += [study.definition_used_en, study.definition_used_zh]
        told_in_both += [study.adverse_events_en, study.adverse_events_zh]
        figures = [f"n = {study.n}"] if study.n is not None else []
        for arm in study.arms:
            told_in_both += [arm.en, arm.zh]
        for outcome in study.outcomes:
            figures += [outcome.name, outcome.p, *outcome.values]
            figures += [f"({interval})" for interval in outcome.ci]
        assert all(squeezed(text) in shown for text in (*told_in_both, *figures)), one.id


def test_a_ratio_spans_its_arms_and_no_figure_stands_under_another_arm() -> None:
    from cdshooks.book.chapters import evidence_tables

    for study in evidence_tables():
        assert study.statement.study is not None
        arms = [arm.id for arm in study.statement.study.arms]
        for row in study.rows:
            assert sum(figure.span for figure in row.figures) == len(arms)
            under, column = [], 0
            for figure in row.figures:
                covered = arms[column : column + figure.span]
                under += covered if figure.text else []
                column += figure.span
            assert tuple(under) == row.outcome.arms


# ---------------------------------------------------------------- words


@pytest.mark.parametrize("key", words())
def test_both_languages_are_what_they_say(key: str) -> None:
    text = words()[key]
    assert text.en and text.zh
    assert not re.search(r"[\u4e00-\u9fff]", text.en)
    same = key.startswith(("tiers.", "title.doi"))
    assert re.search(r"[\u4e00-\u9fff]", text.zh) or same


@each_statement
def test_every_reason_has_both_languages(one: Statement) -> None:
    if one.not_implemented_because:
        assert told("because", one.not_implemented_because).zh


def test_only_the_paragraph_about_the_markdown_file_is_left_out() -> None:
    last = squeezed(frame().intro[-1].en.replace("`", ""))
    assert "cdshooks.consensus.register" in last
    shown = page().text("readings")
    assert last not in shown
    assert all(squeezed(text.zh.replace("`", "")) in shown for text in frame().intro[:-1])


def test_a_link_is_the_longest_name_and_markup_in_a_text_is_only_text() -> None:
    linked = linker({"CCI-C1": "CCI-C1", "CCI-C1.act": "CCI-C1.act", "v01": "V01"})
    assert linked("见CCI-C1.act。") == '见<a href="#CCI-C1.act">CCI-C1.act</a>。'
    assert linked("CCI-C1.") == '<a href="#CCI-C1">CCI-C1</a>.'
    assert linked("CCI-C12, xCCI-C1") == "CCI-C12, xCCI-C1"
    assert linked("`v01` **<b>**") == '<code><a href="#V01">v01</a></code> <b>&lt;b&gt;</b>'


# ---------------------------------------------------------------- scenarios


def test_every_scenario_is_shown_with_a_place_to_sign() -> None:
    for file in scenario_files():
        text = file.read_text(encoding="utf-8")
        shown = page().text(load_scenario(file).id)
        rows = [line for line in text.splitlines() if line.startswith("| ")]
        cells = [cell for row in rows for cell in row.strip("|").split("|")]
        assert all(squeezed(cell) in shown for cell in cells), file.name
        assert sha256_of(text) in shown


def test_without_a_source_tree_the_book_says_what_is_left_out(tmp_path: Path) -> None:
    assert source_tree(tmp_path / "cdshooks") is None
    shown = page_alone()
    assert "scenariosareleftout" in shown.text("scenarios")
    assert "V01" not in shown.ids
    assert "testsandresultsareleftout" in shown.text("traceability")


def test_markdown_that_scenarios_use() -> None:
    text = "# 题 Title\n\nOne\ntwo.\n\n- a\n  b\n- c\n\n| x | y |\n|---|---|\n| 1 | 2 |\n"
    found = [(block.kind, block.text or block.rows) for block in blocks(text)]
    assert found == [
        ("h1", "题 Title"),
        ("p", "One two."),
        ("li", "a b"),
        ("li", "c"),
        ("table", (("x", "y"), ("1", "2"))),
    ]


# ---------------------------------------------------------------- traceability


def test_results_of_the_last_run_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"CCI-C1": Exercised(("V01",), ("tests/test_x.py::test_y",), "failed")}
    run = LastRun("0.1", "2026.1", "2026-11-25", "another digest", found)
    monkeypatch.setattr(render, "last_run", lambda root: run)
    shown = Page(book(ROOT)).text("traceability")
    assert "2026-11-25" in shown and "havechangedsince" in shown
    assert "V01test_x:test_y未通过FAILED" in shown


def test_every_statement_stands_in_the_table_with_code_or_reason() -> None:
    shown = page().text("traceability")
    for one in EVERY:
        assert one.id in shown
        assert all(name.removeprefix("cdshooks.") in shown for name in one.implemented_by)
    assert squeezed(told("because", statement("CCI-M1").not_implemented_because).zh) in shown
