"""The card about an order that the consensus or the review speaks against.

It stands beside the order while that can still be changed; it stops nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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

MOST_CARDS = 20
"""Orders with a card of their own; one more card tells of all others."""
MOST_LISTED = 50
"""Orders that the last card names one by one."""


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
    """One card for each order that something speaks against, as far as anybody reads so many.

    ``signed``: the order is being signed, so a repeat is not softened. ``foreign``: how many orders
    of other patients stood beside these.
    """
    if signed:
        telling = replace(telling, unchanged_since=None)
    guarded = [(order, reasons) for order in orders if (reasons := _reasons(assessment, order))]
    cards = [
        _card(assessment, order, reasons, telling, foreign)
        for order, reasons in guarded[:MOST_CARDS]
    ]
    if rest := guarded[MOST_CARDS:]:
        cards.append(_card_of_rest(assessment, rest, telling, foreign))
    return cards


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
    if order.kind.is_chemoembolisation:
        _tell_verdict(assessment, detail)
        if "refractory" in reasons:
            detail.block("title.therapy", options.therapy_lines(assessment, say))
    detail.block("title.discouraged", options.discouraged_lines(assessment, say))
    ids = _statements(assessment, order, reasons)
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


def _card_of_rest(
    assessment: Assessment,
    rest: Sequence[tuple[GuardedOrder, list[str]]],
    telling: Telling,
    foreign: int,
) -> Card:
    """What is said of each other order, with its id as far as there is room."""
    say = Catalogue(telling.lang)
    assessment = replace(assessment, discouraged=())
    detail, how_many = Detail(say), {"count": len(rest), "shown": MOST_CARDS}
    detail.add(say.say("guard.more", **how_many))
    if any(order.kind.is_chemoembolisation for order, _ in rest):
        for sentence in lead.sentences(assessment, say):
            detail.add(sentence)
    listed = [
        say.say(
            "guard.summary",
            kind=say.say(f"kind.{order.kind}"),
            order=say.bracketed(order.reference),
            why=say.join(_told(order, reasons, say), "word.semicolon"),
        )
        for order, reasons in rest[:MOST_LISTED]
    ]
    detail.block("title.guard", listed)
    if len(rest) > MOST_LISTED:
        detail.add(say.say("guard.unlisted", count=len(rest) - MOST_LISTED))
    alike = {(o.kind, o.discouraged, tuple(reasons)): (o, reasons) for o, reasons in rest}
    ids = evidence.unique(
        statement
        for order, reasons in alike.values()
        for statement in _statements(
            replace(assessment, discouraged=order.discouraged), order, reasons
        )
    )
    detail.block("title.evidence", evidence.lines(ids, assessment, say))
    if foreign:
        detail.add(say.say("guard.foreign", count=foreign))
    detail.add(say.say("line.decide"))
    return make_card(
        GUARD,
        assessment,
        telling,
        summary=say.say("guard.more-summary", **how_many),
        detail=detail,
        statements=ids,
        indicator=WARNING if telling.repeated is None else INFO,
        override_reasons=telling.override_reasons,
        offers=suggestions.of_guard(assessment, say, "", replaceable=False),
    )


def _statements(
    assessment: Assessment, order: GuardedOrder, reasons: Sequence[str]
) -> tuple[str, ...]:
    ids: tuple[str, ...] = ()
    if order.kind.is_chemoembolisation:
        ids = ("CCI-C1", *evidence.of_definition(assessment, CCI))
        if "unsuitable" in reasons:
            criteria = (f.statement for f in assessment.unsuitable.findings if f.answer)
            ids = (*ids, evidence.UNSUITABLE, *criteria)
        if "refractory" in reasons:
            ids = (*ids, *evidence.of_next_step(assessment))
    return evidence.unique((*ids, *evidence.of_discouraged(assessment)))


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
    kind, told = say.say(f"kind.{order.kind}"), _told(order, reasons, say)
    summary = "guard.summary" if order.certain else "guard.summary-uncertain"
    text = fit(
        [
            say.say(summary, kind=kind, order=shown, why=say.join(why, "word.semicolon"))
            for why in (told, told[:1])
            for shown in (say.bracketed(order.reference), "")
        ]
    )
    return Phrase(text[:1].upper() + text[1:])


def _told(order: GuardedOrder, reasons: Iterable[str], say: Catalogue) -> list[Phrase]:
    drugs = say.join(say.say(f"drug.{one.drug}") for one in order.discouraged)
    return [
        say.say("guard.single-agent", drug=drugs)
        if reason == "single-agent"
        else say.say(f"guard.{reason}")
        for reason in reasons
    ]
