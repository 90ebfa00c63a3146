"""Cards: order, indicator, length, nothing empty, what each must say."""

from __future__ import annotations

import datetime
import itertools
import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from cdshooks.cards.compose import compose
from cdshooks.cards.model import EXTENSION, Card, Source
from cdshooks.clinical.chart import ChartNote
from cdshooks.consensus import codes
from cdshooks.consensus.assessment import (
    CCI,
    EPOIHCC,
    JSH,
    Assessment,
    LesionShown,
    OtherTherapy,
    Strategy,
    StrategyStatus,
    Therapy,
    Tier,
    Unsuitability,
    Verdict,
)
from cdshooks.consensus.readings import DEFAULT, PROFILES
from tests.cards.assessments import (
    ALL,
    CRITERIA,
    day,
    effective,
    no_scan_in_window,
    no_tace,
    record_incomplete,
    refractory,
    two_sessions,
    verdict,
)

LANGS = ("en", "zh")
NOT_REFRACTORY = re.compile(r"not (tace-)?refractory|不属于TACE抵抗|非TACE抵抗", re.IGNORECASE)


def unsuitable(**criteria: bool | None) -> Unsuitability:
    named = {name: criteria.get(name.replace("-", "_"), False) for name in CRITERIA}
    answers = set(named.values())
    return Unsuitability(True if True in answers else None if None in answers else False, named)


def variants() -> Iterator[Assessment]:
    """Every hand-built assessment, in the worst forms that a card can meet."""
    suitabilities = [
        unsuitable(),
        Unsuitability(True, dict.fromkeys(CRITERIA, True)),
        Unsuitability(None, dict.fromkeys(CRITERIA, None)),
        Unsuitability(None, dict.fromkeys(CRITERIA, False)),
    ]
    tiers = [
        Therapy(Tier.R1, (codes.HEPATIC_ARTERY_PATENCY,)),
        Therapy(Tier.R2),
        *(Therapy(Tier.NONE, (), reason) for reason in ("artery", "child-pugh", "ecog", "ecog-2")),
        Therapy(Tier.UNDETERMINED, (codes.ECOG, codes.LIVER_FUNCTION)),
        Therapy(Tier.NA),
    ]
    branches = ("F1-1a", "F1-1b", "F1-2", "F1-3a", "F1-3b", "F1-4", "F1-R")
    strategies = [
        *(Strategy((one,), StrategyStatus.DETERMINED, one in branches[1:6]) for one in branches),
        Strategy(branches[1:6], StrategyStatus.SEVERAL, True),
        Strategy(("F1-1b", "F1-2"), StrategyStatus.SEVERAL, False),
        Strategy((), StrategyStatus.UNDETERMINED, False),
        Strategy((), StrategyStatus.NOT_APPLICABLE, False),
    ]
    for build in ALL.values():
        base = build()
        yield base
        yield replace(base, missing=tuple(sorted(codes.MISSING)), flags=tuple(sorted(codes.FLAGS)))
        for suitability, tier, strategy in itertools.product(suitabilities, tiers, strategies):
            yield replace(base, unsuitable=suitability, therapy=tier, strategy=strategy)
        for reason in (*codes.MISSING, "technique-attestation", "intent"):
            provisional = verdict(Verdict.INDETERMINATE, reason, provisional=True)
            yield replace(
                base,
                definitions={**base.definitions, CCI: provisional},
                unsuitable=suitabilities[1],
                missing=tuple(sorted(codes.MISSING)),
            )


def told(assessment: Assessment, lang: str = "en", **more: Any) -> list[dict[str, Any]]:
    return compose(assessment, lang, knowledge="2026.1", **more)


def kinds(shown: list[dict[str, Any]]) -> list[str]:
    return [card["extension"][EXTENSION]["card"] for card in shown]


def walk(value: Any) -> Iterator[Any]:
    yield value
    if isinstance(value, dict):
        for below in value.values():
            yield from walk(below)
    elif isinstance(value, list):
        for below in value:
            yield from walk(below)


@pytest.mark.parametrize("lang", LANGS)
def test_every_card_keeps_the_invariants(lang: str) -> None:
    seen: set[str] = set()
    for assessment in variants():
        cci = assessment.definitions[CCI].verdict
        for card in told(assessment, lang, dev=True):
            for value in walk(card):
                assert value is not None and value not in ("", [], {})
            assert len(card["summary"]) < 140
            assert "\n" not in card["summary"]
            warns = cci is Verdict.MET or assessment.unsuitable.verdict is True
            status = card["extension"][EXTENSION]["card"] == "status"
            assert card["indicator"] == ("warning" if warns and status else "info")
            assert {"system", "code", "display"} == set(card["source"]["topic"])
            assert card["source"]["label"]
            assert not re.search(r"[<>&`\[\]!@|]|://|www\.", card["detail"] + card["summary"])
            assert str(uuid.UUID(card["uuid"])) == card["uuid"] and card["uuid"] not in seen
            seen.add(card["uuid"])
            if cci is not Verdict.NOT_MET:
                assert not NOT_REFRACTORY.search(card["detail"] + card["summary"])
            assert ("Sandbox mode" if lang == "en" else "沙盒模式") in card["detail"]
            assert "selectionBehavior" not in card and "suggestions" not in card


@pytest.mark.parametrize("lang", LANGS)
def test_the_cards_in_their_order(lang: str) -> None:
    assert kinds(told(refractory(), lang)) == ["status", "next-step", "missing"]
    assert kinds(told(refractory(missing=(), notes=()), lang)) == ["status", "next-step"]
    assert kinds(told(two_sessions(), lang)) == ["status", "missing"]
    assert kinds(told(no_scan_in_window(), lang)) == ["status", "missing"]
    assert told(no_tace(), lang) == []
    assert kinds(told(record_incomplete(), lang)) == ["status", "missing"]


def test_a_lost_part_of_the_record_makes_a_missing_card_of_its_own() -> None:
    for code in ("server-refused", "truncated", "foreign-patient"):
        shown = told(refractory(missing=(), notes=(ChartNote(code, count=3),)))
        assert kinds(shown)[-1] == "missing"
        assert "3 entries" in shown[-1]["detail"]


def test_of_very_many_resources_of_a_note_the_first_are_named() -> None:
    for count in (20, 21, 3000):
        references = tuple(f"Procedure/x{number:04}" for number in range(count))
        note = ChartNote("foreign-patient", references, count=count)
        detail = told(refractory(missing=(), notes=(note,)))[-1]["detail"]
        assert detail.count("Procedure/x") == 20
        assert ("and 1 more" in detail) is (count == 21)
        assert ("and 2980 more" in detail) is (count == 3000)


def test_the_status_card_says_on_what_it_rests() -> None:
    status = told(refractory())[0]
    for part in ("2023-05-16", "42 days", "2023-01-05", "50.0 mm", "65.0 mm", "+30.0 %"):
        assert part in status["detail"]
    for part in ("Procedure/t3", "ImagingStudy/s0", "59.9 mm or less", "Readings: default"):
        assert part in status["detail"]
    assert re.search(r"CCI-C1.*no grade printed, CCI consensus 2022", status["detail"])


def test_it_says_provisional() -> None:
    base = refractory()
    cci = replace(base.definitions[CCI], provisional=True)
    shown = replace(
        base,
        definitions={**base.definitions, CCI: cci},
        flags=("technique-unattested",),
        missing=("record-incomplete",),
    )
    status = told(shown)[0]
    assert "provisional" in status["summary"]
    assert "Provisional: standardised and refined technique" in status["detail"]
    assert "Provisional: a part of the record could not be read" in status["detail"]
    assert status["extension"][EXTENSION]["definitions"][CCI] == {
        "verdict": "met",
        "provisional": True,
    }


def test_another_definition_that_disagrees_is_told_in_one_line() -> None:
    lines = told(effective())[0]["detail"].splitlines()
    said = [line for line in lines if "disagrees with CCI 2022" in line]
    assert len(said) == 1 and "EPOIHCC met" in said[0] and "EPOIHCC only" in said[0]
    agreed = told(refractory())[0]["detail"]
    assert "disagrees" not in agreed
    base = no_scan_in_window()
    met = {**base.definitions, JSH: replace(base.definitions[JSH], verdict=Verdict.MET)}
    assert (
        "cannot be judged: JSH-LCSGJ 2014 met" in told(replace(base, definitions=met))[0]["detail"]
    )


def test_only_cci_met_or_unsuitable_warns() -> None:
    assert [card["indicator"] for card in told(refractory())] == ["warning", "info", "info"]
    assert effective().definitions[EPOIHCC].verdict is Verdict.MET
    assert {card["indicator"] for card in told(effective())} == {"info"}
    poor = unsuitable(child_pugh_c=True)
    shown = told(effective(unsuitable=poor))
    assert shown[0]["indicator"] == "warning"
    assert "Child-Pugh class C" in shown[0]["detail"]
    assert shown[0]["summary"].startswith("No longer suitable for TACE (CCI-C9); ")
    assert shown[0]["detail"].startswith("Do not give further TACE: Child-Pugh class C")


def test_the_extension_leaves_out_what_is_empty_or_unknown() -> None:
    shown = told(no_scan_in_window(flags=(), missing=("ecog",)), evaluation="e-1")[0]
    extension = shown["extension"][EXTENSION]
    assert extension["schema"] == "tace-card/1"
    assert extension["knowledge"] == "2026.1" and extension["readings"] == "default"
    assert extension["asOf"] == "2023-05-23" and extension["dataAsOf"] == "2023-05-16"
    assert not {"unsuitable", "branches", "flags"} & set(extension)
    assert extension["evaluation"] == "e-1"
    assert extension["tier"] == "UNDETERMINED"
    assert set(extension["definitions"]) == {CCI, JSH, EPOIHCC, "european"}


def test_a_changed_reading_is_named() -> None:
    readings = replace(DEFAULT, window_lo=30, max_gap_days=False)
    shown = told(refractory(readings=readings))[0]
    assert shown["extension"][EXTENSION]["readings"] == "default window_lo=30 max_gap_days=false"
    assert "(window_lo): 30, default 28" in shown["detail"]
    literal = told(refractory(readings=PROFILES["literal-cci"]))[0]
    assert literal["extension"][EXTENSION]["readings"] == "literal-cci"
    assert "(count_deb): false, default true" in literal["detail"]


def test_the_next_step_carries_the_tier_with_its_printed_level() -> None:
    detail = told(refractory())[1]["detail"]
    assert "FOLFOX-HAIC combined with targeted and immunotherapy" in detail
    assert re.search(r"HAIC-R1: .*1B, HAIC review 2025", detail)
    assert "not a society guideline" in detail
    assert not re.search(r"mg/m|mg/kg|\bmg\b", detail)


def test_deb_tace_that_was_given_is_not_offered_again() -> None:
    given = refractory(other_therapy=OtherTherapy(deb_given=True))
    shown = told(given)[1]["detail"]
    assert "such as HAIC, TARE" in shown and "such as DEB-TACE" not in shown


def test_branches_that_agree_are_said_to_agree() -> None:
    open_ = Strategy(("F1-1b", "F1-2"), StrategyStatus.SEVERAL, False)
    shown = told(effective(strategy=open_, missing=("new-lesion-status",)))[1]
    assert "on-demand TACE, or combination" in shown["summary"]
    assert "All branches still possible agree" in shown["detail"]
    assert "What would decide: new intrahepatic lesion" in shown["detail"]
    apart = Strategy(("F1-1a", "F1-2"), StrategyStatus.SEVERAL, False)
    assert "depends on" in told(effective(strategy=apart))[1]["summary"]


def test_an_unsuitable_patient_gets_the_overlay() -> None:
    overlaid = effective(
        unsuitable=unsuitable(ecog_above_2=True),
        strategy=Strategy(("F1-1b",), StrategyStatus.DETERMINED, True),
    )
    shown = told(overlaid)[1]
    assert "TACE itself not suitable" in shown["summary"]
    assert "not suitable for this patient (CCI-C9)" in shown["detail"]
    assert "F1-1b, were TACE suitable: " in shown["detail"]
    assert "F1-1b（仅限TACE仍适合者，不适用于本患者）：" in told(overlaid, "zh")[1]["detail"]
    assert "were TACE suitable" not in told(effective())[1]["detail"]
    unknown = effective(unsuitable=unsuitable(ecog_above_2=None))
    assert "Conditional on checking" in told(unknown)[1]["detail"]


def test_the_missing_card_names_the_dates_of_the_window() -> None:
    shown = told(no_scan_in_window())[-1]["detail"]
    assert "between 2023-05-02 and 2023-07-05" in shown
    assert "Who:" in shown and "What to do:" in shown and "Needed for: CCI 2022" in shown
    late = told(no_scan_in_window(), today=day("2023-08-01"))[-1]["detail"]
    assert "2023-05-02 to 2023-07-05 has passed" in late
    assert shown.index("contrast-enhanced CT/MRI") < shown.index("ECOG")


def test_a_repeat_is_softened_but_not_in_the_sandbox() -> None:
    since = datetime.date(2023, 5, 20)
    shown = told(refractory(), unchanged_since=since)
    assert {card["indicator"] for card in shown} == {"info"}
    assert all("Unchanged since 2023-05-20." in card["detail"] for card in shown)
    chinese = told(refractory(), "zh", unchanged_since=since)
    assert all("自 2023-05-20 起无变化" in card["detail"] for card in chinese)
    sandbox = told(refractory(), unchanged_since=since, dev=True)
    assert sandbox[0]["indicator"] == "warning" and "Unchanged" not in sandbox[0]["detail"]


def test_what_the_record_holds_cannot_write_into_a_card() -> None:
    base = refractory()
    evil = "<img src=x> [a](http://evil.example)"
    lesion = LesionShown(evil, "initial", None, None)
    note = ChartNote("value-not-usable", (f"Observation/{evil}",), detail=evil, path=evil)
    course = replace(
        base.course, baseline_scan=replace(base.course.baseline_scan, references=(evil,))
    )
    assessment = replace(
        base, response=replace(base.response, lesions=(lesion,)), notes=(note,), course=course
    )
    for card in told(assessment):
        assert "evil" not in card["detail"] and "<" not in card["detail"]
    assert "(not shown)" in told(assessment)[0]["detail"]


def test_override_reasons_and_suggestions_have_their_seam() -> None:
    reason = {"system": "urn:x", "code": "patient-refuses", "display": "Patient refuses"}
    shown = told(refractory(), override_reasons=[reason])
    assert shown[0]["overrideReasons"] == [reason]
    assert all("overrideReasons" not in card for card in shown[1:])
    card = Card("status", "s", "d", "info", Source("l", {"code": "c"}), {"schema": "x"})
    with_one = replace(card, suggestions=({"label": "Do it"},)).as_dict()
    assert with_one["selectionBehavior"] == "at-most-one"
    with pytest.raises(ValueError, match="140"):
        replace(card, summary="x" * 140)
    with pytest.raises(ValueError, match="info or warning"):
        replace(card, indicator="critical")
