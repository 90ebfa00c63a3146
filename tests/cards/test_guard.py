"""The guard card: for which order, which patient, what it says."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
from typing import Any

import pytest

from cdshooks.cards.guard import GuardedOrder, guard_cards
from cdshooks.cards.model import Card
from cdshooks.cards.parts import Telling
from cdshooks.clinical.chart import CHEMOEMBOLISATIONS, TreatmentKind
from cdshooks.consensus.assessment import (
    CCI,
    EPOIHCC,
    Assessment,
    DiscouragedRegimen,
    Therapy,
    Tier,
    Unsuitability,
    Verdict,
)
from tests.cards.assessments import CRITERIA, effective, no_scan_in_window, refractory

LANGS = ("en", "zh")
CISPLATIN = DiscouragedRegimen("cisplatin", True, None, ("MedicationRequest/m1",))
TACE = GuardedOrder("ServiceRequest/d1", TreatmentKind.CTACE)
HAIC = GuardedOrder("ServiceRequest/h1", TreatmentKind.HAIC)
HAIC_CISPLATIN = replace(HAIC, discouraged=(CISPLATIN,))
LONG_ID = "ServiceRequest/" + "x" * 128


def unsuitable(*names: str) -> Unsuitability:
    return Unsuitability(True, {name: name in names for name in CRITERIA})


def told(assessment: Assessment, *orders: GuardedOrder, lang: str = "en", **how: Any) -> list[Card]:
    more = {name: how.pop(name) for name in ("unchanged_since", "dev") if name in how}
    return guard_cards(assessment, orders, Telling(lang, "2026.1", **more), **how)


@pytest.mark.parametrize("kind", sorted(CHEMOEMBOLISATIONS))
def test_every_kind_of_tace_is_guarded_for_a_refractory_patient(kind: TreatmentKind) -> None:
    (card,) = told(refractory(), GuardedOrder("ServiceRequest/d1", kind))
    assert (card.kind, card.indicator) == ("guard", "warning")
    assert "TACE-refractory by CCI 2022" in card.summary
    assert "ServiceRequest/d1" in card.summary and "ServiceRequest/d1" in card.detail


def test_a_provisional_verdict_guards_as_well() -> None:
    base = refractory()
    cci = replace(base.definitions[CCI], provisional=True)
    definitions = {**base.definitions, CCI: cci}
    unattested = replace(base, definitions=definitions, flags=("technique-unattested",))
    (card,) = told(unattested, TACE)
    assert card.indicator == "warning" and "rovisional" in card.detail
    assert card.extension["definitions"][CCI]["provisional"] is True


def test_an_unsuitable_patient_is_guarded_whatever_the_verdict() -> None:
    for base in (effective(), no_scan_in_window()):
        (card,) = told(replace(base, unsuitable=unsuitable("child-pugh-c")), TACE)
        assert card.indicator == "warning" and "CCI-C9" in card.summary
        assert "Child-Pugh class C" in card.detail
        assert "TACE-refractory by" not in card.summary
        assert "CCI-C9" in card.extension["statements"]


@pytest.mark.parametrize(
    ("lang", "perhaps", "check"),
    [("en", "Perhaps TACE ordered", "not certain"), ("zh", "可能拟开TACE", "不能确定该医嘱为TACE")],
)
def test_an_order_that_only_may_be_a_tace_is_told_as_such(
    lang: str, perhaps: str, check: str
) -> None:
    (card,) = told(
        refractory(), replace(TACE, kind=TreatmentKind.TACE, certain=False), lang=lang, signed=True
    )
    assert card.indicator == "warning"
    assert card.summary.startswith(perhaps) and check in card.detail
    assert not any(offer.delete for offer in card.offers), "it may be something else"
    (sure,) = told(refractory(), TACE, lang=lang)
    assert perhaps not in sure.summary and check not in sure.detail
    assert any(offer.delete for offer in sure.offers)


def test_nobody_else_is_guarded() -> None:
    assert effective().definitions[EPOIHCC].verdict is Verdict.MET
    unknown = Unsuitability(None, dict.fromkeys(CRITERIA, None))
    for assessment in (effective(), no_scan_in_window(), effective(unsuitable=unknown)):
        assert told(assessment, TACE, HAIC, signed=True) == []


def test_haic_is_guarded_only_for_its_drug() -> None:
    assert told(refractory(), HAIC) == []
    assert told(effective(unsuitable=unsuitable("ecog-above-2")), HAIC) == []
    (card,) = told(effective(), HAIC_CISPLATIN)
    assert card.indicator == "warning" and "cisplatin alone" in card.summary
    assert "HAIC-R3" in card.extension["statements"]
    assert re.search(r"HAIC-R3.*2B", card.detail) and "MedicationRequest/m1" in card.detail
    assert "CCI 2022 definition" not in card.detail


def test_what_the_card_rests_on() -> None:
    (card,) = told(refractory(), TACE)
    for part in ("+30.0 %", "2023-05-16", "Procedure/t3", "CCI-C1", "FOLFOX-HAIC", "59.9 mm"):
        assert part in card.detail
    assert card.extension["card"] == "guard" and card.extension["tier"] == "HAIC-R1"
    assert not re.search(r"mg/m|mg/kg|\bmg\b", card.detail)


def test_one_card_for_each_order_and_orders_of_others_are_told() -> None:
    other = replace(TACE, reference="ServiceRequest/d2")
    cards = told(refractory(), TACE, HAIC, other, foreign=2)
    assert [re.findall(r"ServiceRequest/\w+", card.summary) for card in cards] == [
        ["ServiceRequest/d1"],
        ["ServiceRequest/d2"],
    ]
    assert all("not checked: 2" in card.detail for card in cards)


@pytest.mark.parametrize("lang", LANGS)
def test_every_summary_is_short_enough(lang: str) -> None:
    ill = refractory(unsuitable=unsuitable(*CRITERIA))
    both = (CISPLATIN, DiscouragedRegimen("fluorouracil", False, None, ()))
    for kind in (*CHEMOEMBOLISATIONS, TreatmentKind.HAIC):
        for reference in ("", "ServiceRequest/d1", LONG_ID):
            for discouraged in ((), both[:1], both):
                for card in told(ill, GuardedOrder(reference, kind, discouraged), lang=lang):
                    assert 0 < len(card.summary) < 140
                    assert not re.search(r"[<>&`\[\]!@|]|://", card.detail + card.summary)


def test_a_repeat_is_softened_when_selected_and_never_when_signed() -> None:
    since = datetime.date(2023, 5, 20)
    (selected,) = told(refractory(), TACE, unchanged_since=since)
    assert selected.indicator == "info" and "Unchanged since 2023-05-20." in selected.detail
    (signed,) = told(refractory(), TACE, unchanged_since=since, signed=True)
    assert signed.indicator == "warning" and "Unchanged" not in signed.detail
    (sandbox,) = told(refractory(), TACE, unchanged_since=since, dev=True)
    assert sandbox.indicator == "warning"


# What it offers


def offers(card: Card) -> list[tuple[str, str, bool]]:
    return [(offer.kind, offer.delete, offer.recommended) for offer in card.offers]


def test_review_and_replacement_are_offered() -> None:
    (card,) = told(refractory(), TACE)
    assert offers(card) == [
        ("mdt-review", "", True),
        ("replace-by-haic", "ServiceRequest/d1", False),
    ]
    assert card.selection_behavior == "at-most-one"
    assert card.offers[0].proposals[0].focus == "ServiceRequest/d1"


def test_nothing_is_replaced_without_a_tier_or_an_id() -> None:
    for tier in (Tier.NONE, Tier.UNDETERMINED):
        (card,) = told(refractory(therapy=Therapy(tier)), TACE)
        assert offers(card) == [("mdt-review", "", True)]
    (card,) = told(refractory(), replace(TACE, reference=""))
    assert offers(card) == [("mdt-review", "", True)]
    (card,) = told(refractory(), HAIC_CISPLATIN)
    assert offers(card) == [("mdt-review", "", True)]
