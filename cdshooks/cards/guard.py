"""The card about an order that the consensus or the review speaks against.

It stands beside the order while that can still be changed; it stops nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from cdshooks.cards import (
    caveats,
    changes,
    compose,
    course,
    evidence,
    lead,
    options,
    suggestions,
    wording,
)
from cdshooks.cards.catalogue import Catalogue, Phrase
from cdshooks.cards.model import GUARD, INFO, WARNING, Card
from cdshooks.cards.parts import Detail, Telling, fit, make_card
from cdshooks.clinical.chart import TreatmentKind
from cdshooks.consensus.assessment import CCI, Assessment, DiscouragedRegimen


@dataclass(frozen=True, slots=True)
class GuardedOrder:
    """An order of a TACE or a liver infusion that is being written or signed."""

    reference: str
    """``Type/id``; empty when it has no id yet."""
    kind: TreatmentKind
    discouraged: tuple[DiscouragedRegimen, ...] = ()
    """Its drugs, when the review advises against them alone (HAIC-R3)."""
    ambiguous: bool = False
    """Another order has this reference too, so that it cannot be deleted by it."""
    certain: bool = True
    """False: its code or text leaves open whether it is one."""


def guard_cards(
    assessment: Assessment,
    orders: Iterable[GuardedOrder],
    telling: Telling,
    *,
    signed: bool = False,
    foreign: int = 0,
) -> list[Card]:
    """One card for each order that something speaks against.

    ``signed``: the order is being signed, so a repeat is not softened. ``foreign``: how many orders
    of other patients stood beside these.
    """
    if signed:
        telling = replace(telling, unchanged_since=None)
    return [
        _card(assessment, order, reasons, telling, foreign)
        for order in orders
        if (reasons := _reasons(assessment, order))
    ]


def _reasons(assessment: Assessment, order: GuardedOrder) -> list[str]:
    found = []
    if order.kind.is_chemoembolisation:
        if suggestions.is_refractory(assessment):
            found.append("refractory")
        if assessment.unsuitable.verdict is True:
            found.append("unsuitable")
    if order.discouraged:
        found.append("single-agent")
    return found


def _card(
    assessment: Assessment,
    order: GuardedOrder,
    reasons: list[str],
    telling: Telling,
    foreign: int,
) -> Card:
    say = Catalogue(telling.lang)
    assessment = replace(assessment, discouraged=order.discouraged)
    detail, kind = Detail(say), say.say(f"kind.{order.kind}")
    shown = say.bracketed(order.reference)
    detail.add(say.say("guard.draft", kind=kind, order=shown))
    if not order.certain:
        detail.add(say.say("guard.uncertain", kind=kind))
    ids: tuple[str, ...] = ()
    if order.kind.is_chemoembolisation:
        _tell_verdict(assessment, detail)
        ids = evidence.unique(("CCI-C1", *evidence.of_definition(assessment, CCI)))
        if "unsuitable" in reasons:
            criteria = (f.statement for f in assessment.unsuitable.findings if f.answer)
            ids = evidence.unique((*ids, evidence.UNSUITABLE, *criteria))
        if "refractory" in reasons:
            detail.block("title.therapy", options.therapy_lines(assessment, say))
            ids = evidence.unique((*ids, *evidence.of_next_step(assessment)))
    detail.block("title.discouraged", options.discouraged_lines(assessment, say))
    ids = evidence.unique((*ids, *evidence.of_discouraged(assessment)))
    detail.block(
        "title.flags", caveats.lines(assessment, say, lead=order.kind.is_chemoembolisation)
    )
    if order.kind.is_chemoembolisation:
        detail.block("title.change", changes.lines(assessment, say))
    detail.block("title.readings", wording.reading_lines(assessment.readings, say))
    detail.block("title.evidence", evidence.lines(ids, assessment, say))
    if foreign:
        detail.add(say.say("guard.foreign", count=foreign))
    detail.add(say.say("guard.keep"))
    detail.add(say.say("line.decide"))
    return make_card(
        GUARD,
        assessment,
        telling,
        summary=_summary(order, reasons, say),
        detail=detail,
        statements=ids,
        indicator=WARNING if telling.repeated is None else INFO,
        override_reasons=telling.override_reasons,
        offers=suggestions.of_guard(
            assessment,
            say,
            order.reference,
            replaceable=order.kind.is_chemoembolisation and order.certain and not order.ambiguous,
        ),
    )


def _tell_verdict(assessment: Assessment, detail: Detail) -> None:
    say = detail.say
    for sentence in lead.sentences(assessment, say):
        detail.add(sentence)
    detail.block("title.response", compose.response_lines(assessment, say))
    detail.block("title.data", course.data(assessment, say))
    detail.block("title.course", compose.course_lines(assessment, say))
    detail.add(lead.disagreement(assessment, say))


def _summary(order: GuardedOrder, reasons: list[str], say: Catalogue) -> Phrase:
    """With the order's id and every reason, as far as there is room."""
    kind = say.say(f"kind.{order.kind}")
    drugs = say.join(say.say(f"drug.{one.drug}") for one in order.discouraged)
    told = [
        say.say("guard.single-agent", drug=drugs)
        if reason == "single-agent"
        else say.say(f"guard.{reason}")
        for reason in reasons
    ]
    summary = "guard.summary" if order.certain else "guard.summary-uncertain"
    text = fit(
        [
            say.say(summary, kind=kind, order=shown, why=say.join(why, "word.semicolon"))
            for why in (told, told[:1])
            for shown in (say.bracketed(order.reference), "")
        ]
    )
    return Phrase(text[:1].upper() + text[1:])
