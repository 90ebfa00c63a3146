"""Scores, stages, options and planned drugs as they are told; the object keeps its keys."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import jsonschema
import pytest

from cdshooks.cards.assessment_json import assessment_json, assessment_object, assessment_schema
from cdshooks.cards.catalogue import phrases
from cdshooks.cards.compose import compose
from cdshooks.cards.model import EXTENSION
from cdshooks.cards.text import assessment_text, explain_text
from cdshooks.clinical.burden import TumourBurden
from cdshooks.consensus.assessment import (
    Assessment,
    DiscouragedRegimen,
    OtherTherapy,
    Population,
    StageShown,
    TumourStage,
)
from cdshooks.consensus.burden import (
    CHILD_PUGH,
    ECOG,
    EXTRAHEPATIC_SPREAD,
    UNTREATED,
    VASCULAR_INVASION,
)
from cdshooks.consensus.staging import CNLC_INDICATED
from tests.cards.assessments import day, effective, no_scan_in_window, refractory

LANGS = ("en", "zh")
CISPLATIN = DiscouragedRegimen("cisplatin", True, day("2023-05-20"), ("MedicationRequest/m",))
BOTH = ("CCI-C5.s3", "CCI-C5.s4")


def burden(largest: str, fewest: int, most: int | None) -> TumourBurden:
    return TumourBurden(Decimal(largest), fewest, most, day("2023-01-05"), ("Observation/b",))


def scored(
    found: TumourBurden | None, population: Population | None = None, **changes: Any
) -> Assessment:
    base = refractory(**changes)
    return replace(base, scores=replace(base.scores, burden=found, population=population))


def card(assessment: Assessment, kind: str, lang: str = "en") -> dict[str, Any]:
    cards = compose(assessment, lang, knowledge="x")
    return next(one for one in cards if one["extension"][EXTENSION]["card"] == kind)


def statements(shown: dict[str, Any]) -> list[str]:
    ids: list[str] = shown["extension"][EXTENSION]["statements"]
    return ids


# --- scores


@pytest.mark.parametrize(
    ("found", "six", "seven"),
    [
        (burden("67", 1, 1), {"value": 7.7, "stratum": 2}, {"value": 7.7, "within": False}),
        (burden("30", 3, 3), {"value": 6.0, "stratum": 1}, {"value": 6.0, "within": True}),
        (burden("30.5", 3, 3), {"value": 6.05, "stratum": 2}, {"value": 6.05, "within": True}),
        (burden("111", 1, None), {"value": None, "stratum": 3}, {"value": None, "within": False}),
        (burden("65", 1, None), None, {"value": None, "within": False}),
        (burden("30", 3, 4), None, {"value": None, "within": True}),
        (burden("30", 1, None), None, None),
        (None, None, None),
    ],
)
def test_the_scores_of_the_object(found, six, seven):
    shown = json.loads(assessment_json(scored(found), "en"))
    jsonschema.Draft202012Validator(assessment_schema()).validate(shown)
    assert shown["scores"]["six-and-twelve"] == six
    assert shown["scores"]["up-to-seven"] == seven


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("six-and-twelve", {"value": 7.7, "stratum": 4}),
        ("six-and-twelve", {"value": 7.7, "stratum": None}),
        ("six-and-twelve", {"value": 7.7}),
        ("up-to-seven", {"value": 7.7, "within": None}),
        ("up-to-seven", {"value": "7.7", "within": False}),
    ],
)
def test_the_schema_refuses_other_scores(key, value):
    shown = json.loads(assessment_json(scored(burden("67", 1, 1)), "en"))
    shown["scores"][key] = value
    assert not jsonschema.Draft202012Validator(assessment_schema()).is_valid(shown)


def test_what_is_only_told_is_not_in_the_object():
    plain, told = refractory(), refractory(
        other_therapy=OtherTherapy(True, True, ("portal-trunk",), BOTH[1:], ("EV-Hien2024",)),
        stage=TumourStage(StageShown("B", None, ()), standard=True),
        discouraged=(CISPLATIN,),
    )  # fmt: skip
    for lang in LANGS:
        assert assessment_object(plain, lang) == assessment_object(told, lang)


def test_the_card_tells_both_scores_in_one_line_six_and_twelve_first():
    shown = card(scored(burden("67", 1, 1), Population()), "next-step")
    (line,) = (line for line in shown["detail"].splitlines() if "up-to-seven" in line)
    assert line.startswith(
        "- Six-and-twelve 7.7, stratum 2 of 3 (published median overall survival of this stratum"
        " 32.0 months (Wang 2019)); up-to-seven 7.7, beyond."
    )
    assert line.endswith("(CCI-C8).")
    assert "CCI-C8" in statements(shown)
    without = card(refractory(), "next-step")
    assert "up-to-seven" not in without["detail"] and "CCI-C8" not in statements(without)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    ("population", "median"),
    [
        (Population(), True),
        (Population(outside=("ecog",)), False),
        (Population(unknown=("child-pugh", "untreated")), False),
        (Population(outside=("ecog",), unknown=("child-pugh",)), False),
    ],
)
def test_a_median_is_shown_only_where_its_population_fits(population, median, lang):
    text = explain_text(scored(burden("67", 1, 1), population), lang)
    assert ("32.0" in text) is median
    if population.outside:
        said = {
            "en": "outside derivation population: ECOG above 0",
            "zh": "建模人群：ECOG评分大于0分",
        }
        assert said[lang] in text


def test_every_condition_of_the_population_has_its_words():
    for name in (CHILD_PUGH, ECOG, VASCULAR_INVASION, EXTRAHEPATIC_SPREAD, UNTREATED):
        assert {f"population.{name}.outside", f"population.{name}.what"} <= set(phrases())


def test_explain_tells_what_a_score_rests_on_or_that_it_is_not_known():
    text = explain_text(scored(burden("65", 2, None)), "en")
    assert "largest tumour diameter 6.5 cm, number of tumours 2 or more (Observation/b)" in text
    assert "Six-and-twelve 8.5 or more, stratum not known" in text
    assert "up-to-seven 8.5 or more, beyond" in text
    assert "in the 90 days before the first TACE" in explain_text(refractory(), "en")
    ranged = explain_text(scored(burden("30", 4, 5)), "zh")
    assert "up-to-seven标准7.0~8.0，是否超出未知" in ranged


def test_explain_tells_the_modified_albi_grade():
    assert "ALBI -2.40, grade 2, mALBI 2a" in explain_text(refractory(), "en")
    assert "class not known" in explain_text(no_scan_in_window(), "en")


# --- stages


def test_a_stage_is_told_with_what_the_consensus_says_of_it():
    stage = TumourStage(
        StageShown("C", day("2023-01-03"), ("Observation/bclc",)),
        StageShown("IIb", None, ("Observation/cnlc",)),
        standard=False,
        indicated=True,
        first_choice=True,
    )
    text = explain_text(scored(burden("67", 1, 1), stage=stage), "en")
    assert "BCLC C (2023-01-03, Observation/bclc): not the intermediate stage" in text
    assert "CNLC IIb (Observation/cnlc): TACE is indicated" in text
    assert "The recorded stage is not BCLC B" in text
    assert "CNLC Ⅱb期" in explain_text(refractory(stage=stage), "zh")
    unknown = explain_text(refractory(), "en")
    assert "BCLC stage not recorded" in unknown and "CNLC stage not recorded" in unknown


def test_every_stage_has_its_words():
    assert {f"cnlc-stage.{stage}" for stage in (*CNLC_INDICATED, "Ia", "IV")} <= set(phrases())


# --- other therapy


PORTAL = [
    (OtherTherapy(False, True, ("portal-trunk",), BOTH[1:]), ("main portal trunk",), "branch may"),
    (OtherTherapy(False, True, ("portal-branch",), BOTH[:1]), ("branch may",), "main portal"),
    (OtherTherapy(False, True, (), BOTH), ("Which vessel", "branch may", "main portal"), "Only if"),
    (OtherTherapy(False, True, ("portal-vein",), BOTH), ("Whether the thrombus",), "Which vessel"),
    (OtherTherapy(False, None, (), BOTH), ("Only if there is tumour thrombus",), "Which vessel"),
    (OtherTherapy(False, False, (), ()), ("The consensus lists",), "thrombus"),
    (OtherTherapy(False, True, ("hepatic-vein",), ()), ("The consensus lists",), "thrombus"),
]


@pytest.mark.parametrize(("situation", "said", "unsaid"), PORTAL)
def test_options_for_a_thrombus_follow_its_site(situation, said, unsaid):
    shown = card(effective(other_therapy=situation), "next-step")
    assert all(words in shown["detail"] for words in said)
    assert unsaid not in shown["detail"]
    assert [id for id in statements(shown) if id in BOTH] == list(situation.portal)
    chinese = card(effective(other_therapy=situation), "next-step", "zh")["detail"]
    assert ("主干癌栓" in chinese) is ("CCI-C5.s4" in situation.portal)


def test_regular_follow_up_needs_no_other_therapy():
    shown = card(effective("CR", other_therapy=OtherTherapy(portal=BOTH)), "next-step")
    assert not set(BOTH) & set(statements(shown))
    assert "thrombus" not in shown["detail"]


def test_conflicting_evidence_is_listed_where_tace_is_to_be_stopped():
    shown = card(refractory(other_therapy=OtherTherapy(conflicting=("EV-Hien2024",))), "next-step")
    assert "Conflicting evidence: Hien 2024" in shown["detail"]
    assert "EV-Hien2024" in statements(shown)
    assert "Hien" not in card(effective(), "next-step")["detail"]


def test_the_printed_strength_stands_beside_the_branch():
    assert "(CCI-F1.r, no grade printed; verb as printed: needs to)" in explain_text(
        refractory(), "en"
    )
    assert "（CCI-F1.1，原文未标级别；原文用词：可）" in explain_text(effective("CR"), "zh")
    assert "verb as printed" not in explain_text(effective(), "en")


# --- planned drugs


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    ("build", "kind"),
    [(refractory, "next-step"), (effective, "next-step"), (no_scan_in_window, "status")],
)
def test_a_planned_single_agent_is_warned_of_on_one_card(build, kind, lang):
    assessment = build(discouraged=(CISPLATIN,))
    cards = compose(assessment, lang, knowledge="x")
    title = {"en": "**Planned HAIC**", "zh": "**计划中的HAIC**"}[lang]
    warned = [one for one in cards if title in one["detail"]]
    assert [one["extension"][EXTENSION]["card"] for one in warned] == [kind]
    for words in ("2023-05-20", "HAIC-R3", "2B", "MedicationRequest/m", "EV-Ikeda2013", "1.72"):
        assert words in warned[0]["detail"]
    assert {"HAIC-R3", "EV-PoolCis", "EV-Pool5FU"} <= set(statements(warned[0]))
    plain = compose(build(), lang, knowledge="x")
    assert [one["indicator"] for one in cards] == [one["indicator"] for one in plain]
    assert title.strip("*") in explain_text(assessment, lang)
    assert title.strip("*") in assessment_text(assessment, lang)
    assert title not in "".join(one["detail"] for one in plain)


def test_a_warning_that_is_not_certain_says_so():
    open_ = replace(CISPLATIN, certain=False, date=None)
    text = explain_text(effective(discouraged=(open_,)), "en")
    assert "HAIC planned with cisplatin alone is not recommended" in text
    assert "if it is an antineoplastic, the warning does not apply" in text
    assert "not recognised" not in explain_text(effective(discouraged=(CISPLATIN,)), "en")
