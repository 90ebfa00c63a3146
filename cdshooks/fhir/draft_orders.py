"""Orders that are being written or signed: what a client's ``draftOrders`` Bundle asks for.

A draft is recognised by the same codes as a performed procedure, and what only may be a TACE is
told of as such; "planned" is no doubt in an order. Of the drugs that are ordered, all
that stand in the same Bundle are those of its liver infusion, but for those with another route
(CDS Hooks, order-select and order-sign). A Bundle needs no ``type``, and a signed order may be
revised, so the status need not be draft. What would be silently overlooked is refused instead: an
entry or a ServiceRequest that cannot be read, a subject who cannot be told, and the
shapes of other FHIR versions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from cdshooks.clinical.chart import ChartNote, PlannedInfusion, TreatmentKind
from cdshooks.errors import BadRequest
from cdshooks.fhir.bundles import Content, NotFhir, Resource, unpack
from cdshooks.fhir.chart_desk import Desk, Entry
from cdshooks.fhir.chart_medications import with_drugs
from cdshooks.fhir.chart_orders import OrderedDrugs, add_drug
from cdshooks.fhir.chart_procedures import Recognised, recognise
from cdshooks.fhir.codes import Terminology
from cdshooks.fhir.references import Bases, is_id, local_reference
from cdshooks.fhir.views import (
    CodeableConcept,
    Medication,
    MedicationRequest,
    Procedure,
    Reference,
    ServiceRequest,
    Unreadable,
    decode,
)

WHERE = "context.draftOrders"
_OVER = frozenset({"revoked", "completed", "entered-in-error", "cancelled", "stopped", "ended"})
"""Statuses of a request that will not be carried out any more."""
_INFUSIONS = frozenset({TreatmentKind.HAIC, TreatmentKind.TACE_HAIC})


@dataclass(frozen=True, slots=True)
class Draft:
    """An order of a TACE or of a liver infusion."""

    reference: str
    """``Type/id``; empty when the draft has no usable id."""
    kind: TreatmentKind
    infusion: PlannedInfusion | None = None
    """The drugs of a liver infusion, when any is ordered."""
    ambiguous: bool = False
    """Another resource of the Bundle, not the same, has this reference too."""
    name: str = ""
    """As the Bundle names it, and a selection: also by an id that is not usable, one of dots."""
    certain: bool = True
    """False: by its code or its text it may be one, and may be another."""


@dataclass(frozen=True, slots=True)
class DraftOrders:
    drafts: tuple[Draft, ...] = ()
    references: frozenset[str] = frozenset()
    """Everything that the Bundle holds."""
    notes: tuple[ChartNote, ...] = ()
    urns: Mapping[str, str] = field(default_factory=dict)
    """What an entry holds, by its ``urn:`` in lower case."""

    def selected(self, selections: list[str], bases: Bases = None) -> tuple[Draft, ...]:
        """The drafts that were just selected: by ``Type/id``, version, absolute URL or urn."""
        chosen = {self._named(one, bases) for one in selections}
        if not chosen <= self.references:
            raise BadRequest("context.selections must name orders that context.draftOrders holds.")
        return tuple(draft for draft in self.drafts if draft.name in chosen)

    def _named(self, selection: str, bases: Bases) -> str | None:
        if selection in self.references:
            return selection
        if name := self.urns.get(selection.lower()):
            return name
        return local_reference(Reference(reference=selection), bases)


class _OtherVersions(msgspec.Struct, rename="camel"):
    """Where R5 has moved what R4 says elsewhere."""

    code: msgspec.Raw = msgspec.Raw()
    medication: msgspec.Raw = msgspec.Raw()


def read_draft_orders(
    bundle: Mapping[str, Any],
    patient_id: str,
    terminology: Terminology,
    *,
    bases: Bases = None,
    site_timezone: str = "Asia/Shanghai",
) -> DraftOrders:
    """The TACE and liver-infusion orders of the patient; others' are left out, with a note.

    An order that does not say whose it is, is the patient's: it stands in a call about this
    patient. Raises :class:`BadRequest` for what cannot be read.
    """
    desk = Desk(f"Patient/{patient_id}", terminology, ZoneInfo(site_timezone), bases)
    services: list[Entry[ServiceRequest]] = []
    drugs, drug_references, foreign = OrderedDrugs(), set[str](), set[str]()
    is_infused = False
    content = _unpacked(bundle)
    known = _medications(content)
    for resource in content.resources:
        is_own = _is_of_patient(resource, desk)
        if is_own is False:
            foreign.add(resource.name or resource.type)
            continue
        view = _view(resource)
        if not _stands(view):
            continue
        if is_own is None:
            path = f"{WHERE} holds a {resource.type}.subject"
            raise BadRequest(f"{path} that is no Patient whom this service can tell.")
        reference = resource.name if resource.name and is_id(resource.id) else ""
        if isinstance(view, ServiceRequest):
            services.append(Entry(resource.name or "", view))
        elif isinstance(view, MedicationRequest):
            route = _is_arterial(desk, view)
            if route is not False:
                (entry,) = with_drugs(desk, [Entry(reference, view)], known)
                add_drug(desk, drugs, entry.view, reference)
                drug_references |= {reference} - {""}
                is_infused = is_infused or route is True
        else:
            drugs.unrecognised = True
    ambiguous = _ambiguous(content)
    drafts = _drafts(desk, services, drugs, drug_references, is_infused, ambiguous)
    if foreign:
        desk.notes.add(ChartNote("foreign-patient", tuple(sorted(foreign)), count=len(foreign)))
    names = frozenset(resource.name for resource in content.resources if resource.name)
    notes = sorted(desk.notes, key=lambda note: (note.code, note.references, note.path))
    return DraftOrders(drafts, names, tuple(notes), content.urns)


def _unpacked(bundle: Mapping[str, Any]) -> Content:
    try:
        content = unpack(json.dumps(bundle).encode())
    except NotFhir as problem:
        raise BadRequest(f"{WHERE} cannot be read: {problem}.") from None
    if content.unreadable:
        where = content.unreadable[0].removeprefix("Bundle.")
        raise BadRequest(f"{WHERE}.{where} must be a FHIR R4 resource.")
    return content


def _medications(content: Content) -> dict[str, CodeableConcept]:
    """What the Medications of the Bundle are, by reference."""
    views = {
        resource.name: decode(resource.raw)
        for resource in content.resources
        if resource.type == "Medication" and resource.name is not None
    }
    return {
        name: view.code
        for name, view in views.items()
        if isinstance(view, Medication) and view.code is not None
    }


def _ambiguous(content: Content) -> set[str]:
    """The names that several resources have which differ."""
    first: dict[str, bytes] = {}
    found = set()
    for resource in content.resources:
        raw = bytes(resource.raw)
        if resource.name and first.setdefault(resource.name, raw) != raw:
            found.add(resource.name)
    return found


def _is_of_patient(resource: Resource, desk: Desk) -> bool | None:
    """None: whose it is cannot be told from the reference that it has."""
    if resource.owner is None:
        return True
    owner = local_reference(Reference(reference=resource.owner), desk.bases)
    if owner is None or not owner.startswith("Patient/"):
        return None
    return owner == desk.patient


def _stands(view: object) -> bool:
    """Whether it is an order, or may be one, that is to be carried out."""
    if isinstance(view, ServiceRequest | MedicationRequest):
        return view.status not in _OVER and not view.do_not_perform
    return isinstance(view, Unreadable) and view.type == "MedicationRequest"


def _view(resource: Resource) -> object:
    view = decode(resource.raw)
    if isinstance(view, Unreadable) and view.type == "ServiceRequest":
        raise BadRequest(f"{WHERE} holds a {view.path} that is not as FHIR R4 has it.")
    if resource.type in ("ServiceRequest", "MedicationRequest"):
        other = msgspec.json.decode(resource.raw, type=_OtherVersions)
        if bytes(other.medication) or _has(other.code, "concept", "reference"):
            raise BadRequest(f"{WHERE} holds a {resource.type} that is not of FHIR R4.")
    return view


def _has(raw: msgspec.Raw, *names: str) -> bool:
    """Whether the raw value is an object with one of these members."""
    if not bytes(raw):
        return False
    try:
        return not msgspec.json.decode(raw, type=dict[str, msgspec.Raw]).keys().isdisjoint(names)
    except msgspec.ValidationError:
        return False


def _is_arterial(desk: Desk, view: MedicationRequest) -> bool | None:
    """By its route; ``None`` when none is stated."""
    routes = [dosage.route for dosage in view.dosage_instruction if dosage.route is not None]
    return any(desk.terminology.find("route", route) for route in routes) if routes else None


def _is_guarded(found: Recognised) -> bool:
    """Also what only may be one; half a TACE of any vessel is nothing without the other half."""
    kind = found.kind
    return not found.only_half and (kind.is_chemoembolisation or kind in _INFUSIONS)


def _drafts(
    desk: Desk,
    services: list[Entry[ServiceRequest]],
    drugs: OrderedDrugs,
    drug_references: set[str],
    is_infused: bool,
    ambiguous: set[str],
) -> tuple[Draft, ...]:
    """All of them; a draft that stands there twice and is the same is told once."""
    found: dict[Draft | int, Draft] = {}
    for number, (name, view, _) in enumerate(services):
        reference = name if is_id(name.partition("/")[2]) else ""
        every = recognise(
            desk,
            Procedure(code=view.code, body_site=view.body_site, reason_code=view.reason_code),
            with_arterial_drug=is_infused and bool(drugs.antineoplastics),
            ordered=True,
        )
        if not every:
            desk.code_unknown(view.code, reference, "ServiceRequest.code")
            continue
        guarded = [one for one in every if _is_guarded(one)]
        for one in guarded or every:
            if one.note:
                named = filter(None, [reference])
                desk.note(one.note, *named, detail=one.detail, path="ServiceRequest.code")
        if not guarded:
            continue
        kind = min(guarded, key=lambda one: not one.kind.is_chemoembolisation).kind
        infusion = None
        if any(one.kind in _INFUSIONS for one in guarded) and drugs.antineoplastics:
            day = desk.day(view.authored_on, reference, "ServiceRequest.authoredOn")
            infusion = PlannedInfusion(
                antineoplastics=frozenset(drugs.antineoplastics),
                unrecognised=drugs.unrecognised,
                date=day.date if day is not None else None,
                references=tuple(sorted(drug_references | ({reference} - {""}))),
            )
        draft = Draft(
            reference,
            kind,
            infusion,
            ambiguous=name in ambiguous,
            name=name,
            certain=all(one.confirmed for one in guarded),
        )
        found[draft if name else number] = draft
    return tuple(found.values())
