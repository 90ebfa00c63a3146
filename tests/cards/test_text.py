"""The two plain texts: what a reader must be able to answer from them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from cdshooks.cards.catalogue import Catalogue
from cdshooks.cards.text import assessment_text, explain_text
from cdshooks.cards.wording import diameter
from cdshooks.clinical.chart import ChartNote
from cdshooks.consensus.readings import DEFAULT
from tests.cards.assessments import ALL, effective, no_scan_in_window, refractory


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", ALL)
def test_every_assessment_can_be_told(name: str, lang: str) -> None:
    for tell in (assessment_text, explain_text):
        text = tell(ALL[name](), lang)
        assert text.endswith("\n") and not text.endswith("\n\n")
        assert "\n\n\n" not in text
        assert "None" not in text and "{" not in text


def test_explain_answers_by_which_definitions_and_why() -> None:
    text = explain_text(effective(), "en")
    assert "CCI 2022: not met (target lesions SD)" in text
    assert "EPOIHCC (international expert panel): met (target lesions SD)" in text
    assert "disagrees with CCI 2022" in text
    assert "CCI-C7 (evidence quality" in text


def test_explain_answers_on_which_scan_compared_with_which() -> None:
    text = explain_text(refractory(), "en")
    assert (
        "the scan of 2023-05-16 (42 days after the last TACE) with the scan of 2023-01-05" in text
    )
    assert "used: Observation/d0, Observation/d1" in text


def test_explain_answers_what_is_missing_and_who_has_it() -> None:
    text = explain_text(no_scan_in_window(), "en")
    assert "between 2023-05-02 and 2023-07-05" in text
    assert "Who: the treating physician" in text
    chinese = explain_text(no_scan_in_window(), "zh")
    assert "由谁提供：主管医师" in chinese


def test_explain_answers_what_comes_next_and_with_which_grade() -> None:
    text = explain_text(refractory(), "en")
    assert "F1-R" in text and "switched to other therapy" in text
    assert "HAIC-R1: level of evidence 1B, HAIC review 2025" in text


def test_explain_names_every_reading_and_what_is_not_the_default() -> None:
    readings = replace(DEFAULT, pd_reference="nadir")
    text = explain_text(refractory(readings=readings), "en")
    assert "what PD is measured against (pd_reference): nadir, default pre_first_tace" in text
    assert "window_lo = 28" in text


def test_notes_are_told_with_their_references() -> None:
    note = ChartNote("after-as-of", ("Observation/o1",), count=2)
    assert "not used (2 entries): Observation/o1" in explain_text(refractory(notes=(note,)), "en")


def test_a_diameter_that_is_not_known_has_no_unit() -> None:
    say = Catalogue("en")
    assert diameter(None, say) == "not known"
    assert diameter(Decimal("12"), say) == "12.0 mm"
