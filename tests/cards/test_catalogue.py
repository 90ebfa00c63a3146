"""Every sentence in both languages, every code with its sentence, and the gate for values."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdshooks.cards.catalogue import Catalogue, Phrase, UnsafeValue, phrases, places, safe
from cdshooks.clinical.chart import TreatmentKind
from cdshooks.consensus import codes
from cdshooks.consensus.assessment import DEFINITIONS, StrategyStatus, Tier, Verdict
from cdshooks.consensus.readings import CHOICES, Readings
from tests.cards.assessments import CRITERIA

NOTES = [
    "unreadable-resource",
    "unknown-code",
    "unit-not-accepted",
    "unit-from-text",
    "status-not-used",
    "foreign-patient",
    "after-as-of",
    "text-matched",
    "candidate-code",
    "duplicate",
    "conflict",
    "implausible",
    "server-refused",
    "truncated",
    "inferred",
    "no-tace",
    "value-not-usable",
    "modifier-extension",
    "text-proposal",
]
BRANCHES = ("F1-1a", "F1-1b", "F1-2", "F1-3a", "F1-3b", "F1-4", "F1-R")
FINDINGS = (
    "sessions",
    "technique",
    "baseline-scan",
    "assessment-scan",
    "target-response",
    "jsh-viability",
    "jsh-new-lesions",
    "jsh-vascular-or-extrahepatic",
    "jsh-markers",
    "epo-sessions",
    "epo-response",
    "european-intent",
    "european-response",
    *CRITERIA,
    "tier-definition",
    "hepatic-artery",
    "child-pugh",
    "ecog",
    "immunotherapy-contraindication",
    "combination-intolerance",
    "other",
)
REASONS = [
    "insufficient-sessions",
    "technique-attestation",
    "intent",
    "CR",
    "PR",
    "SD",
    "PD",
    "none",
    "viability",
    "new-lesions",
    "vascular-or-extrahepatic",
    "markers",
]
EXPECTED = [
    *(
        f"missing.{code}.{part}"
        for code in codes.MISSING
        for part in ("short", "what", "who", "do")
    ),
    *(f"flag.{flag}" for flag in codes.FLAGS),
    *(f"note.{note}" for note in NOTES),
    *(f"definition.{name}" for name in DEFINITIONS),
    *(f"short-definition.{name}" for name in DEFINITIONS),
    *(f"verdict.{verdict}" for verdict in Verdict),
    *(f"kind.{kind}" for kind in TreatmentKind),
    *(f"branch.{branch}" for branch in BRANCHES),
    *(f"action.{branch}" for branch in BRANCHES),
    *(f"strategy.{status}" for status in StrategyStatus if status is not StrategyStatus.DETERMINED),
    *(f"tier.{tier}" for tier in Tier),
    *(f"tier.NONE-{reason}" for reason in ("artery", "child-pugh", "ecog", "ecog-2")),
    *(f"tier-definition.{name}" for name in CHOICES["tier_definition"]),
    *(f"finding.{name}" for name in FINDINGS),
    *(f"unsuitable-criterion.{name}" for name in CRITERIA),
    *(f"reason.{reason}" for reason in REASONS),
    *(f"reading.{key}" for key in Readings().as_dict()),
]


@pytest.mark.parametrize("key", EXPECTED)
def test_every_code_has_its_sentence(key: str) -> None:
    assert key in phrases()


@pytest.mark.parametrize("key", phrases())
def test_both_languages_with_the_same_places(key: str) -> None:
    phrase = phrases()[key]
    assert set(phrase) == {"en", "zh"}
    assert places(phrase["en"]) == places(phrase["zh"])
    for text in phrase.values():
        assert text or key == "word.space"
        assert not re.search(r"[<>&`\[\]!@|*#]|://|www\.", text), "plain text only"
    assert not re.search(r"[\u4e00-\u9fff]", phrase["en"]), "Chinese in the English phrase"


def test_no_finding_label_of_the_code_is_missing() -> None:
    folder = Path(codes.__file__).parent
    source = "\n".join(file.read_text(encoding="utf-8") for file in folder.glob("*.py"))
    labels = set(re.findall(r'"(finding\.[a-z0-9-]+)"', source))
    assert labels and labels <= set(phrases())


@pytest.mark.parametrize(
    "value",
    [
        "Procedure/t1",
        "Observation/a.b-c/_history/2",
        "S7, 右叶 (L1)",
        "+30.0",
        "-38.0",
        12,
        Decimal("1.5"),
        datetime.date(2024, 2, 29),
        "",
    ],
)
def test_values_that_pass(value: object) -> None:
    assert safe(value) is not None
    assert Catalogue("en").show(value) == str(value)


@pytest.mark.parametrize(
    "value",
    [
        "<b>x</b>",
        "a & b",
        "`x`",
        "[x](y)",
        "![x](y)",
        "https://evil.example",
        "www.evil.example",
        "WWW.evil.example",
        "a@b.example",
        "a|b",
        "a\nb",
        "a\u202eb",
        "a\u0000b",
        "a\u200bb",
        "*x*",
        "~~x~~",
        "# x",
        "\\x",
        "x" * 201,
        True,
        1.5,
        None,
        ["x"],
        b"x",
    ],
)
def test_values_that_do_not_pass(value: object) -> None:
    with pytest.raises(UnsafeValue) as error:
        safe(value)
    assert str(value) not in str(error.value) or value is None or value == ["x"]
    assert Catalogue("zh").show(value) == "（不显示）"


@given(st.text())
def test_nothing_that_markdown_or_html_reads_gets_through(value: str) -> None:
    shown = Catalogue("en").show(value)
    assert not re.search(
        r"[<>&`\[\]!@|*#~\\\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", shown
    )
    assert "://" not in shown and "www." not in shown.lower()


def test_a_phrase_of_ours_is_put_in_as_it_is() -> None:
    say = Catalogue("en")
    assert say.say("line.because", text=Phrase("a [b]")) == "a [b]"
    assert say.say("line.because", text="a [b]") == "(not shown)"


def test_every_detail_of_a_note_has_its_sentence() -> None:
    package = Path(codes.__file__).parent.parent
    files = [file for room in ("fhir", "clinical") for file in (package / room).glob("*.py")]
    source = "\n".join(file.read_text(encoding="utf-8") for file in files)
    details = set(re.findall(r'detail="([a-z0-9-]+)"', source))
    assert {f"note-detail.{detail}" for detail in details} <= set(phrases())


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="language"):
        Catalogue("de")


def test_no_chinese_in_the_code() -> None:
    folder = Path(str(__import__("cdshooks.cards").cards.__file__)).parent
    for file in folder.glob("*.py"):
        assert not re.search(r"[\u3000-\u303f\u4e00-\u9fff]", file.read_text(encoding="utf-8")), (
            file
        )
