"""What explain says can be followed: the right resources, grades and scans behind each step."""

from __future__ import annotations

import datetime
from importlib.resources import files

import pytest

from cdshooks.cards.assessment_json import assessment_object
from cdshooks.cards.text import explain_text
from cdshooks.consensus.assessment import Assessment
from cdshooks.consensus.guide import guide
from cdshooks.consensus.readings import DEFAULT
from cdshooks.fhir.charting import chart_of
from cdshooks.fhir.sources import load_source

AS_OF = datetime.date(2025, 9, 10)


def demo(name: str) -> Assessment:
    file = files("cdshooks") / "demo_patients" / f"{name}.json"
    return guide(chart_of(load_source(str(file))), AS_OF, DEFAULT)


@pytest.fixture(scope="module")
def effective() -> Assessment:
    return demo("effective")


def used(assessment: Assessment, statement: str) -> set[str]:
    findings = assessment.definitions["jsh-lcsgj-2014"].findings
    (found,) = [finding.used for finding in findings if finding.statement == statement]
    return {reference.removeprefix("Observation/demo-effective-") for reference in found}


def test_each_criterion_rests_on_its_own_statements(effective: Assessment) -> None:
    new = {name for name in used(effective, "DEF-JSH.2") if not name.startswith("Imaging")}
    assert new == {"s2-new-intrahepatic", "s3-new-intrahepatic"}
    spread = {name for name in used(effective, "DEF-JSH.3") if not name.startswith("Imaging")}
    assert spread == {"s0-vi", "s0-ehs", "s3-vi", "s3-ehs"}


def test_an_item_of_a_graded_list_has_the_grade_of_the_list(effective: Assessment) -> None:
    text = explain_text(effective, "en")
    line = next(line for line in text.splitlines() if "CCI-C9.2" in line and "jaundice" in line)
    assert "evidence quality Ⅱb, strength of recommendation A" in line
    assert "CCI-F1.4 (no grade printed)" not in text


def test_the_scan_after_the_session_before_the_last_is_dated(effective: Assessment) -> None:
    assert "for JSH-LCSGJ: 2025-07-09 (ImagingStudy/demo-effective-s2)" in explain_text(
        effective, "en"
    )
    assert set(assessment_object(effective, "en")["course"]) == {
        "sessions",
        "count",
        "baselineScan",
        "assessmentScan",
    }


def test_a_definition_that_no_single_fact_changes_is_named() -> None:
    """Two criteria of JSH-LCSGJ are met: viability and markers."""
    for lang, words in (
        ("en", "JSH-LCSGJ 2014: no single fact would change the verdict."),
        ("zh", "JSH-LCSGJ 2014：无单一事项可改变结论。"),
    ):
        assert words in explain_text(demo("refractory"), lang)


def test_the_one_criterion_that_is_met_would_change_the_verdict(effective: Assessment) -> None:
    assert (
        "JSH-LCSGJ 2014 would be not met if this were not confirmed: vascular invasion or"
        in explain_text(effective, "en")
    )


def test_the_data_that_a_tumour_board_asks_for(effective: Assessment) -> None:
    text = explain_text(effective, "en")
    for line in (
        "New intrahepatic lesion, as the reader said: before the first TACE no, now yes",
        "Vascular invasion: before the first TACE no, now yes",
        "Extrahepatic spread: before the first TACE no, now no",
        "Intent of TACE: palliative",
        "ECOG 0 (2025-09-07)",
    ):
        assert f"\n  {line}\n" in text


def test_an_unsuitable_patient_is_told_so_first() -> None:
    for lang, first in (("en", "Do not give further TACE: "), ("zh", "不应再行TACE：")):
        _title, leading, *_ = explain_text(demo("unsuitable"), lang).splitlines()
        assert leading.startswith(first)


def test_too_few_sessions_are_no_advice_to_treat_again() -> None:
    text = explain_text(demo("two-sessions"), "en")
    assert "is no advice to give more TACE" in text
    assert "This is no advice to give another TACE." in text
