"""Ordered hepatic arterial infusions (HAIC) with their drugs.

The record does not say which drugs make one order. Those that share a requisition are one order;
without a requisition, those that were written on one day.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from cdshooks.clinical.chart import Drug, PlannedInfusion, TreatmentKind
from cdshooks.fhir.chart_desk import Desk, Entry
from cdshooks.fhir.chart_drugs import medication
from cdshooks.fhir.chart_procedures import recognise
from cdshooks.fhir.dates import Day
from cdshooks.fhir.views import Identifier, MedicationRequest, Procedure, ServiceRequest

OPEN = frozenset({"active", "draft", "on-hold"})
"""Statuses of a request that is still to be carried out."""
_SERVICES = frozenset({"active", "draft"})
_ORDER = "order"
_HAIC = frozenset({TreatmentKind.HAIC.value, TreatmentKind.TACE_HAIC.value})
_TACE = frozenset({TreatmentKind.TACE.value, TreatmentKind.CTACE.value, TreatmentKind.DEB_TACE})

_Key = tuple[str, str] | Day | None
"""A requisition (system and value), else a day; None: neither is recorded."""


@dataclass(slots=True)
class OrderedDrugs:
    """The intra-arterial drugs of one order."""

    antineoplastics: set[Drug] = field(default_factory=set)
    unrecognised: bool = False
    days: list[datetime.date] = field(default_factory=list)
    references: set[str] = field(default_factory=set)


def read_planned_infusions(
    desk: Desk,
    services: list[Entry[ServiceRequest]],
    medications: list[Entry[MedicationRequest]],
) -> tuple[PlannedInfusion, ...]:
    """Every infusion that is ordered and not carried out; the drugs of a planned TACE are none."""
    ordered = [
        entry
        for entry in medications
        if entry.view.status in OPEN
        and entry.view.intent == _ORDER
        and not entry.view.do_not_perform
    ]
    if not ordered:
        return ()
    haic, tace = _planned(desk, services)
    groups: dict[_Key, OrderedDrugs] = {}
    for reference, view, _ in ordered:
        if not _is_arterial(desk, view, haic):
            continue
        day = desk.day(view.authored_on, reference, "MedicationRequest.authoredOn")
        group = groups.setdefault(_key(view.group_identifier, day), OrderedDrugs())
        add_drug(desk, group, view, reference)
        group.references.add(reference)
        if day is not None:
            group.days.append(day.date)
    found = []
    for key, group in groups.items():
        if group.antineoplastics and (key in haic or key not in tace):
            found.append(
                PlannedInfusion(
                    antineoplastics=frozenset(group.antineoplastics),
                    unrecognised=group.unrecognised,
                    date=max(group.days, default=None),
                    references=tuple(sorted(group.references | haic.get(key, set()))),
                )
            )
    return tuple(sorted(found, key=lambda one: (one.date or datetime.date.min, one.references)))


def _planned(
    desk: Desk, services: Iterable[Entry[ServiceRequest]]
) -> tuple[dict[_Key, set[str]], set[_Key]]:
    """Keys of the planned HAIC, each with its orders; and keys of the planned TACE."""
    haic: dict[_Key, set[str]] = {}
    tace: set[_Key] = set()
    for reference, view, _ in services:
        if view.status not in _SERVICES or view.do_not_perform:
            continue
        asked = Procedure(code=view.code, body_site=view.body_site, reason_code=view.reason_code)
        every = recognise(desk, asked, ordered=True)
        sure = [found for found in every if found.confirmed]
        kinds = {found.kind.value for found in sure}
        if not kinds & (_HAIC | _TACE):
            continue
        for found in sure:
            if found.note:
                desk.note(found.note, reference, path="ServiceRequest.code")
        day = desk.day(view.authored_on, reference, "ServiceRequest.authoredOn")
        for key in {_key(view.requisition, day), _key(None, day)} - {None}:
            if kinds & _HAIC:
                haic.setdefault(key, set()).add(reference)
            else:
                tace.add(key)
    return haic, tace


def _key(identifier: Identifier | None, day: Day | None) -> _Key:
    if identifier is not None and identifier.value:
        return identifier.system or "", identifier.value
    return Day(day.date, day.latest) if day is not None else None


def _is_arterial(desk: Desk, view: MedicationRequest, haic: dict[_Key, set[str]]) -> bool:
    """By its route; without any route, as part of the requisition of a planned HAIC."""
    routes = [dosage.route for dosage in view.dosage_instruction if dosage.route is not None]
    if routes:
        return any(desk.terminology.find("route", route) for route in routes)
    identifier = view.group_identifier
    return identifier is not None and bool(identifier.value) and _key(identifier, None) in haic


def add_drug(desk: Desk, group: OrderedDrugs, view: MedicationRequest, reference: str) -> None:
    found = medication(desk, view.medication_codeable_concept)
    group.antineoplastics |= found.antineoplastics
    group.unrecognised |= not found.known
    if found.note:
        path = "MedicationRequest.medicationCodeableConcept"
        desk.note(found.note, *filter(None, [reference]), path=path)
