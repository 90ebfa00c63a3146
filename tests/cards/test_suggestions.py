"""What the cards offer, as data: to whom, on which statements, and never a dose."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from cdshooks.cards.compose import cards
from cdshooks.cards.model import Card, Offer
from cdshooks.cards.override_reasons import offered
from cdshooks.cards.parts import Telling
from cdshooks.clinical.chart import ChartNote
from cdshooks.consensus.assessment import (
    Assessment,
    Due,
    Strategy,
    StrategyStatus,
    Therapy,
    Tier,
    Unsuitability,
)
from cdshooks.consensus.statements import statements
from tests.cards.assessments import (
    ALL,
    CRITERIA,
    day,
    effective,
    no_scan_in_window,
    refractory,
    two_sessions,
)

LANGS = ("en", "zh")
DUE = Due(day("2023-05-23"), day("2023-07-05"))


def told(assessment: Assessment, lang: str = "en") -> dict[str, Card]:
    return {card.kind: card for card in cards(assessment, Telling(lang, "2026.1"))}


def kinds(card: Card) -> list[str]:
    return [offer.kind for offer in card.offers]


def unsuitable(*names: str) -> Unsuitability:
    return Unsuitability(bool(names), {name: name in names for name in CRITERIA})


def every_offer(lang: str) -> Iterator[Offer]:
    for build, due in itertools.product(ALL.values(), (None, DUE)):
        base = replace(build(), due=due, missing=("imaging-in-window", "liver-function", "markers"))
        for tier in (Tier.R1, Tier.R2):
            assessment = replace(base, therapy=Therapy(tier))
            for card in told(assessment, lang).values():
                yield from card.offers


def test_a_refractory_patient() -> None:
    shown = told(refractory())
    assert kinds(shown["status"]) == []
    assert kinds(shown["next-step"]) == ["mdt-review", "haic", "systemic-therapy"]
    assert [offer.recommended for offer in shown["next-step"].offers] == [True, False, False]
    assert shown["next-step"].selection_behavior == "at-most-one"


def test_a_patient_whom_tace_helps_is_offered_nothing() -> None:
    for assessment in (effective(), effective("CR")):
        assert kinds(told(assessment)["next-step"]) == []


@pytest.mark.parametrize("tier", [Tier.NONE, Tier.NA, Tier.UNDETERMINED])
def test_without_a_tier_no_haic(tier: Tier) -> None:
    offers = kinds(told(refractory(therapy=Therapy(tier)))["next-step"])
    assert offers == ["mdt-review", "systemic-therapy"]


@pytest.mark.parametrize(
    ("criteria", "offered"),
    [
        ((), True),
        (("hepatic-artery-occlusion",), True),
        (("diffuse-hepatic-fistula",), True),
        (("hepatic-artery-occlusion", "child-pugh-c"), False),
        (("hepatic-encephalopathy",), False),
        (("ecog-above-2",), False),
    ],
)
def test_systemic_therapy_is_not_offered_to_who_is_too_ill(
    criteria: tuple[str, ...], offered: bool
) -> None:
    shown = told(refractory(unsuitable=unsuitable(*criteria)))["next-step"]
    assert ("systemic-therapy" in kinds(shown)) == offered
    for reason, allowed in (("child-pugh", False), ("ecog", False), ("artery", True)):
        none = refractory(therapy=Therapy(Tier.NONE, (), reason))
        assert ("systemic-therapy" in kinds(told(none)["next-step"])) == allowed


def test_an_unsuitable_patient_is_referred() -> None:
    overlaid = effective(
        unsuitable=unsuitable("child-pugh-c"),
        strategy=Strategy(("F1-1b",), StrategyStatus.DETERMINED, True),
    )
    assert kinds(told(overlaid)["next-step"]) == ["mdt-review"]


def test_what_is_missing_can_be_ordered() -> None:
    card = told(no_scan_in_window(due=DUE))["missing"]
    assert kinds(card) == ["imaging-ct", "imaging-mr", "afp", "liver-function"]
    assert card.selection_behavior == "any"
    for offer in card.offers[:2]:
        assert offer.proposals[0].period == (DUE.first, DUE.last)
        assert "2023-05-23" in offer.label and "2023-07-05" in offer.label
    assert [one.kind for one in card.offers[3].proposals] == ["bilirubin", "albumin", "inr"]


def test_a_scan_that_would_come_too_late_is_not_ordered() -> None:
    assert kinds(told(no_scan_in_window())["missing"]) == ["afp", "liver-function"]


def test_what_is_not_missing_is_not_ordered() -> None:
    assert kinds(told(two_sessions(due=DUE))["missing"]) == []
    assert kinds(told(refractory())["missing"]) == ["afp"]


LOST = [
    # the search, and what is still offered
    (ChartNote("server-refused", detail="labs"), ["imaging-ct", "imaging-mr"]),
    (ChartNote("truncated", detail="labs"), ["imaging-ct", "imaging-mr"]),
    (ChartNote("server-refused", detail="imagingStudies"), ["afp", "liver-function"]),
    (ChartNote("server-refused", detail="imagingReports"), ["afp", "liver-function"]),
    (
        ChartNote("server-refused", detail="clinicalFacts"),
        ["imaging-ct", "imaging-mr", "afp", "liver-function"],
    ),
    (
        ChartNote("server-refused", detail="medicationRequests"),
        ["imaging-ct", "imaging-mr", "afp", "liver-function"],
    ),
    (ChartNote("truncated", detail="bundle"), []),
    (
        ChartNote("unreadable-resource", ("ImagingStudy/x",), "owner", "ImagingStudy.subject"),
        ["afp", "liver-function"],
    ),
    (ChartNote("unreadable-resource", ("Observation/x",), "owner", "Observation.subject"), []),
    (
        ChartNote("unreadable-resource", ("Observation/x",), "", "Observation.value"),
        ["imaging-ct", "imaging-mr", "afp", "liver-function"],
    ),
]


@pytest.mark.parametrize(("note", "offered"), LOST, ids=str)
def test_what_may_be_recorded_and_could_not_be_read_is_not_offered(
    note: ChartNote, offered: list[str]
) -> None:
    assert kinds(told(no_scan_in_window(notes=(note,), due=DUE))["missing"]) == offered


@pytest.mark.parametrize(
    ("lang", "order", "unread"),
    [("en", "or order the marker now", "could not be read"), ("zh", "现予检测", "未能读取")],
)
def test_of_what_could_not_be_read_the_record_is_asked(lang: str, order: str, unread: str) -> None:
    whole = told(no_scan_in_window(), lang)["missing"].detail
    assert order in whole and unread not in whole
    lost = (ChartNote("server-refused", detail="labs"),)
    detail = told(no_scan_in_window(notes=lost), lang)["missing"].detail
    assert order not in detail
    assert len([line for line in detail.splitlines() if unread in line]) == 2


def test_each_refers_back_to_what_was_used() -> None:
    review, haic, plan = told(refractory())["next-step"].offers
    for offer in (review, haic, plan):
        (proposal,) = offer.proposals
        assert proposal.reasons == ("Observation/d0", "Observation/d1")
        assert {"ImagingStudy/s0", "ImagingStudy/s3", "Procedure/t3"} <= set(proposal.supporting)
        assert not set(proposal.reasons) & set(proposal.supporting)
    assert "HAIC-R1" in haic.proposals[0].statements
    assert [kind for kind, _ in plan.proposals[0].parts] == ["targeted-therapy", "immunotherapy"]


@pytest.mark.parametrize("lang", LANGS)
def test_labels_are_short_and_nothing_holds_a_dose(lang: str) -> None:
    found = list(every_offer(lang))
    assert {offer.kind for offer in found} == {
        "mdt-review",
        "haic",
        "systemic-therapy",
        "imaging-ct",
        "imaging-mr",
        "afp",
        "liver-function",
    }
    for offer in found:
        assert 0 < len(offer.label) <= 60
        assert offer.recommended == (offer.kind == "mdt-review")
        for proposal in offer.proposals:
            assert set(proposal.statements) <= set(statements())
            told = (proposal.action, proposal.text, proposal.note, *dict(proposal.parts).values())
            for text in told:
                assert text and not re.search(r"\bmg\b|mg/m|\d ?ml\b", text)
                assert bool(re.search("[\u4e00-\u9fff]", text)) == (lang == "zh")


def test_the_reasons_to_go_against_a_card() -> None:
    english, chinese = offered("en"), offered("zh")
    assert [one["code"] for one in english] == [one["code"] for one in chinese]
    assert [one["code"] for one in english][-2:] == [
        "response-under-review",
        "bridging-to-transplant",
    ]
    assert {one["system"] for one in english[:-2]} == {
        "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"
    }
    assert all(re.search("[\u4e00-\u9fff]", one["display"]) for one in chinese)
    assert all(one["display"].isascii() for one in english)
