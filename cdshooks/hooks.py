"""What each hook is answered with: cards from the judgement, suggestions as far as a client can.

patient-view shows the whole judgement. The order hooks speak only of an order that something
speaks against, so the record is not even asked for when there is none. encounter-start shows what
is missing, appointment-book what to consider before a further TACE.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from cdshooks.cards import compose, evidence, override_reasons
from cdshooks.cards.guard import GuardedOrder, guard_cards
from cdshooks.cards.model import NEXT_STEP, STATUS, Card, Offer, Proposal
from cdshooks.cards.parts import Telling, link
from cdshooks.cards.suggestions import is_refractory
from cdshooks.clinical.chart import Chart
from cdshooks.consensus.assessment import Assessment
from cdshooks.consensus.planned_haic import single_agent
from cdshooks.fhir.appointments import has_tace_appointment
from cdshooks.fhir.codes import Terminology
from cdshooks.fhir.draft_orders import Draft, DraftOrders, read_draft_orders
from cdshooks.fhir.proposals import InvalidProposal, Wanted, proposed, resource_types
from cdshooks.fhir.references import Bases, is_id
from cdshooks.settings import Client

PATIENT_VIEW, ORDER_SELECT, ORDER_SIGN = "patient-view", "order-select", "order-sign"
ENCOUNTER_START, APPOINTMENT_BOOK = "encounter-start", "appointment-book"
ORDER_HOOKS = frozenset({ORDER_SELECT, ORDER_SIGN})
HOOK_VERSIONS = {
    PATIENT_VIEW: "1.0",
    ORDER_SELECT: "1.0",
    ORDER_SIGN: "1.0",
    ENCOUNTER_START: "1.0",
    APPOINTMENT_BOOK: "1.0",
}
"""``hookVersion`` in the table at the head of each published hook (CDS Hooks, Discovery).

The change logs further down say 1.0.2 of order-select and 1.1.0 of order-sign: the table counts.
"""
_PROFESSIONALS = ("Practitioner/", "PractitionerRole/")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a client can apply of a suggestion."""

    actions: frozenset[str]
    resources: frozenset[str]
    fallback: tuple[str, str] | None = None
    """Kind (``chart``, ``about``) and URL of the link on a card of which nothing can be applied."""


EVERYTHING = Capabilities(frozenset({"create", "update", "delete"}), resource_types())
NOTHING = Capabilities(frozenset(), frozenset())


def capabilities(client: Client | None, *, dev: bool, base: str = "") -> Capabilities:
    """As configured for the client; in the sandbox everything is offered.

    ``base``: of this service, as configured. A link leads to the client's chart, where one is
    configured, else to what this service says about itself; never to anything that was sent.
    """
    if dev:
        return EVERYTHING
    if client is None:
        return NOTHING
    fallback = ("about", f"{base.rstrip('/')}/about") if base else None
    if client.chart_url:
        fallback = ("chart", client.chart_url)
    actions, kinds = frozenset(client.suggestions), frozenset(client.suggestion_resources)
    return Capabilities(actions, kinds, fallback)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a call asks about, beside the patient."""

    hook: str
    drafts: tuple[Draft, ...] = ()
    orders: DraftOrders = field(default_factory=DraftOrders)
    concerned: bool = True
    """False: there is nothing to be said, whatever the record holds."""
    encounter: str = ""
    """``Encounter/id``"""


def read_context(
    hook: str,
    context: Mapping[str, Any],
    terminology: Terminology,
    *,
    bases: Bases = None,
    site_timezone: str = "Asia/Shanghai",
) -> Asked:
    """What the context is about; raises BadRequest for orders that cannot be read."""
    if hook in ORDER_HOOKS:
        orders = read_draft_orders(
            context["draftOrders"],
            context["patientId"],
            terminology,
            bases=bases,
            site_timezone=site_timezone,
        )
        drafts = orders.drafts
        if hook == ORDER_SELECT:
            drafts = orders.selected(context["selections"], bases)
        return Asked(hook, drafts, orders, bool(drafts), _encounter(context))
    if hook == APPOINTMENT_BOOK:
        booked = context["userId"].startswith(_PROFESSIONALS) and has_tace_appointment(
            context["appointments"], context["patientId"], terminology, bases
        )
        return Asked(hook, concerned=booked, encounter=_encounter(context))
    return Asked(hook, encounter=_encounter(context))


def example_context(hook: str, patient_id: str, terminology: Terminology) -> dict[str, Any]:
    """A context about a TACE, so that a first call finds everything imported and read."""
    tace = terminology.coding("procedure", "tace")
    code = {"coding": [{"system": tace.system, "code": tace.code}]}
    order = {
        "resourceType": "ServiceRequest",
        "id": "example",
        "status": "draft",
        "intent": "order",
        "code": code,
        "subject": {"reference": f"Patient/{patient_id}"},
    }
    appointment = {"resourceType": "Appointment", "status": "proposed", "serviceType": [code]}
    user = {"userId": "Practitioner/example", "patientId": patient_id}
    of_hook: dict[str, dict[str, Any]] = {
        ORDER_SELECT: {"selections": ["ServiceRequest/example"], "draftOrders": _bundled(order)},
        ORDER_SIGN: {"draftOrders": _bundled(order)},
        ENCOUNTER_START: {"encounterId": "example"},
        APPOINTMENT_BOOK: {"appointments": _bundled(appointment)},
    }
    return user | of_hook.get(hook, {})


def _bundled(resource: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": resource}]}


def _encounter(context: Mapping[str, Any]) -> str:
    encounter = context.get("encounterId")
    return f"Encounter/{encounter}" if isinstance(encounter, str) and is_id(encounter) else ""


def told(
    asked: Asked,
    chart: Chart,
    assessment: Assessment,
    telling: Telling,
    terminology: Terminology,
    can: Capabilities,
) -> list[dict[str, Any]]:
    """The cards of one call as JSON, with the suggestions that the client can apply."""
    if asked.orders.notes:
        assessment = replace(assessment, notes=(*assessment.notes, *asked.orders.notes))
    author = Author(
        chart, assessment, terminology, can, asked.encounter, telling.evaluation, telling.lang
    )
    shown = cards_for(asked, assessment, telling)
    return [author.with_suggestions(card).as_dict() for card in shown]


def cards_for(asked: Asked, assessment: Assessment, telling: Telling) -> list[Card]:
    """The cards of one hook, in their order."""
    if not telling.override_reasons:
        telling = replace(telling, override_reasons=override_reasons.offered(telling.lang))
    if asked.hook in ORDER_HOOKS:
        orders = [_guarded(draft) for draft in asked.drafts]
        foreign = sum(n.count or 0 for n in asked.orders.notes if n.code == compose.FOREIGN)
        signed = asked.hook == ORDER_SIGN
        return guard_cards(assessment, orders, telling, signed=signed, foreign=foreign)
    if asked.hook == ENCOUNTER_START:
        concerned = compose.is_concerned(assessment) and compose.has_missing(assessment)
        return [compose.missing_card(assessment, telling)] if concerned else []
    if asked.hook == APPOINTMENT_BOOK:
        return _before_another_tace(assessment, telling)
    return compose.cards(assessment, telling)


def _guarded(draft: Draft) -> GuardedOrder:
    planned = () if draft.infusion is None else (draft.infusion,)
    return GuardedOrder(
        draft.reference,
        draft.kind,
        single_agent(planned),
        ambiguous=draft.ambiguous,
        certain=draft.certain,
    )


def _before_another_tace(assessment: Assessment, telling: Telling) -> list[Card]:
    """The next step, or the status where none is known, when TACE is advised against."""
    if not (is_refractory(assessment) or assessment.unsuitable.verdict):
        return []
    wanted = NEXT_STEP if compose.has_next_step(assessment) else STATUS
    return [card for card in compose.cards(assessment, telling) if card.kind == wanted]


# Suggestions


@dataclass(frozen=True, slots=True)
class Author:
    """Turns what cards offer into suggestions that this client can apply."""

    chart: Chart
    assessment: Assessment
    terminology: Terminology
    can: Capabilities
    encounter: str = ""
    evaluation: str = ""
    lang: str = "en"
    new_uuid: Callable[[], uuid.UUID] = uuid.uuid4

    def with_suggestions(self, card: Card) -> Card:
        found = [self._suggestion(offer) for offer in card.offers]
        suggestions = tuple(one for one in found if one is not None)
        if card.offers and not suggestions and self.can.fallback is not None:
            card = replace(card, links=(*card.links, link(*self.can.fallback, self.lang)))
        return replace(card, suggestions=suggestions)

    def _suggestion(self, offer: Offer) -> dict[str, Any] | None:
        """None when the client cannot apply the whole of it."""
        actions: list[dict[str, Any]] = []
        if offer.delete:
            if "delete" not in self.can.actions:
                return None
            actions.append(
                {
                    "type": "delete",
                    "description": offer.delete_action,
                    "resourceId": offer.delete,
                }
            )
        for proposal in offer.proposals:
            resource = self._resource(proposal)
            if resource is None:
                return None
            actions.append({"type": "create", "description": proposal.action, "resource": resource})
        suggestion: dict[str, Any] = {"label": offer.label, "uuid": str(self.new_uuid())}
        if offer.recommended:
            suggestion["isRecommended"] = True
        return suggestion | {"actions": actions}

    def _resource(self, proposal: Proposal) -> dict[str, Any] | None:
        if "create" not in self.can.actions:
            return None
        wanted = Wanted(
            kind=proposal.kind,
            patient=self.assessment.patient,
            on=self.assessment.as_of,
            text=str(proposal.text),
            note=str(proposal.note),
            diagnosis=self.chart.diagnosis,
            reasons=proposal.reasons,
            supporting=proposal.supporting,
            focus=proposal.focus,
            encounter=self.encounter,
            period=proposal.period,
            parts=proposal.parts,
            papers=evidence.papers(proposal.statements),
            evaluation=self.evaluation,
        )
        try:
            return proposed(wanted, self.terminology, self.can.resources)
        except InvalidProposal as problem:
            log.error("invalid-proposal", problem=str(problem), where=proposal.kind)
            return None
