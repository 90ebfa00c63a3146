"""Performed liver-directed procedures: TACE parts and other local therapies.

Only a completed Procedure is a treatment. What may be a session but is not certain (an unspecific
code, a procedure that was stopped) is kept as unconfirmed, to be judged both ways; what has no
date cannot be placed, and is told apart so that a verdict that hangs on it is not given.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from cdshooks.clinical.chart import (
    ANY_DAY,
    Certainty,
    Intent,
    Scope,
    Treatment,
    TreatmentKind,
)
from cdshooks.fhir.chart_desk import (
    CANDIDATE,
    DROPPED,
    NOT_USABLE,
    UNKNOWN_CODE,
    UNREADABLE,
    Desk,
    Entry,
)
from cdshooks.fhir.chart_drugs import medication
from cdshooks.fhir.chart_procedures import (
    LEFT_OUT,
    RADIOEMBOLISATION,
    Recognised,
    is_left_out,
    recognise,
)
from cdshooks.fhir.dates import Day
from cdshooks.fhir.procedure_texts import ARTERIAL_CHEMOTHERAPY, EMBOLISATION
from cdshooks.fhir.views import (
    MedicationAdministration,
    MedicationStatement,
    Procedure,
)


@dataclass(slots=True)
class Treatments:
    performed: tuple[Treatment, ...] = ()
    in_progress: tuple[Treatment, ...] = ()
    undated: tuple[str, ...] = ()
    chemoembolisations: frozenset[str] = frozenset()
    """References of every procedure that is a TACE, performed or not."""


_OTHER = "other"
"""A status that FHIR does not have: it may mean anything."""
_MAY_COUNT = frozenset({"completed", "stopped", None})
_UNKNOWN_PROCEDURE = Recognised(TreatmentKind.TACE, False, Certainty.INFERRED)
"""A procedure that does not say, or not readably, what it was: it may be a session."""


_OTHER_HALF = {
    EMBOLISATION: {ARTERIAL_CHEMOTHERAPY, RADIOEMBOLISATION},
    ARTERIAL_CHEMOTHERAPY: {EMBOLISATION},
}


class _Part(NamedTuple):
    treatment: Treatment
    found: Recognised

    def is_half(self, role: str) -> bool:
        return self.found.role == role

    def may_overlap(self, other: _Part) -> bool:
        one, two = self.treatment, other.treatment
        last, other_last = one.latest or one.start, two.latest or two.start
        return one.start <= other_last and two.start <= last


def read_treatments(
    desk: Desk,
    procedures: list[Entry[Procedure]],
    administrations: list[Entry[MedicationAdministration]],
    statements: list[Entry[MedicationStatement]],
    carcinomas: frozenset[str] = frozenset(),
) -> Treatments:
    """Every liver-directed procedure of the record, in order of its day.

    ``carcinomas``: the Conditions that are a cancer of the liver.
    """
    infused = _with_arterial_drug(desk, administrations, statements)
    recognised: dict[str, tuple[Recognised, ...]] = {}
    for reference, view, whole in procedures:
        reasons = desk.references(view.reason_reference, "Condition")
        acts = recognise(
            desk,
            view,
            with_arterial_drug=reference in infused,
            for_carcinoma=not carcinomas.isdisjoint(reasons),
        )
        if acts:
            recognised[reference] = acts
        elif _says_nothing(view):
            if whole:
                desk.note(UNREADABLE, reference, path="Procedure.code")
            recognised[reference] = (_UNKNOWN_PROCEDURE,)
        else:
            desk.code_unknown(view.code, reference, "Procedure.code")
            if view.status in _MAY_COUNT and is_left_out(desk, view):
                desk.note(CANDIDATE, reference, detail=LEFT_OUT, path="Procedure.code")
    recognised = _without_idle_halves(recognised)
    groups = _staging_groups(desk, procedures, recognised)

    parts: list[_Part] = []
    running: list[Treatment] = []
    undated: set[str] = set()
    for entry in procedures:
        for found in recognised.get(entry.reference, ()):
            _place(desk, entry, found, groups, parts, running, undated)
    performed = _combined(desk, parts)
    paired = {reference for one in performed for reference in one.references}
    return Treatments(
        performed=tuple(sorted(performed, key=_order)),
        in_progress=tuple(sorted(running, key=_order)),
        undated=tuple(sorted(undated)),
        chemoembolisations=frozenset(
            reference
            for reference, every in recognised.items()
            for found in every
            if found.kind.is_chemoembolisation and (reference in paired or not found.only_half)
        ),
    )


def _place(
    desk: Desk,
    entry: Entry[Procedure],
    found: Recognised,
    groups: dict[str, str],
    parts: list[_Part],
    running: list[Treatment],
    undated: set[str],
) -> None:
    """Puts a procedure where it belongs by its status and its date."""
    reference, view, whole = entry
    status = view.status or ""
    stopped = status == "stopped" and found.kind.is_chemoembolisation
    unread = (not whole and view.status is None) or (status and _status_word(status) == _OTHER)
    if found.only_half and status != "completed" and not stopped:
        return
    if status != "completed" and not stopped and not unread:
        running_session = status == "in-progress" and found.kind.is_chemoembolisation
        word = "session-in-progress" if running_session else _status_word(status)
        desk.note(DROPPED, reference, detail=word, path="Procedure.status")
        if running_session:
            treatment = _treatment(desk, entry, found, groups)
            if treatment is not None:
                running.append(replace(treatment, confirmed=False))
        return
    if found.note:
        desk.note(found.note, reference, detail=found.detail, path="Procedure.code")
    if (stopped or status != "completed") and status and not found.only_half:
        desk.note(DROPPED, reference, detail=_status_word(status), path="Procedure.status")
    if stopped or unread or not whole:
        found = found._replace(confirmed=False, sure=False)
    treatment = _treatment(desk, entry, found, groups)
    if treatment is not None:
        parts.append(_Part(treatment, found))
    elif found.kind.is_chemoembolisation and not found.only_half:
        undated.add(reference)


def _without_idle_halves(
    recognised: dict[str, tuple[Recognised, ...]],
) -> dict[str, tuple[Recognised, ...]]:
    """Without what is nothing by itself, where no procedure of the record is its other half."""
    roles = {found.role for every in recognised.values() for found in every}
    kept = {
        reference: tuple(
            found for found in every if not found.only_half or roles & _OTHER_HALF[found.role]
        )
        for reference, every in recognised.items()
    }
    return {reference: every for reference, every in kept.items() if every}


def _says_nothing(view: Procedure) -> bool:
    code = view.code
    return code is None or not (code.text or any(c.code or c.display for c in code.coding))


def _with_arterial_drug(
    desk: Desk,
    administrations: list[Entry[MedicationAdministration]],
    statements: list[Entry[MedicationStatement]],
) -> set[str]:
    """Procedures of which an intra-arterial antineoplastic is part."""
    found: set[str] = set()
    entries: list[Entry[MedicationAdministration] | Entry[MedicationStatement]] = [
        *administrations,
        *statements,
    ]
    for reference, view, _ in entries:
        dosages = view.dosage if isinstance(view, MedicationStatement) else (view.dosage,)
        routes = [dosage.route for dosage in dosages if dosage is not None]
        if view.status == "completed" and any(
            desk.terminology.find("route", route) for route in routes
        ):
            drug = medication(desk, view.medication_codeable_concept)
            if drug.note:
                path = f"{type(view).__name__}.medicationCodeableConcept"
                desk.note(drug.note, reference, path=path)
            if drug.antineoplastics:
                found.update(desk.references(view.part_of, "Procedure"))
    return found


def _treatment(
    desk: Desk, entry: Entry[Procedure], found: Recognised, groups: dict[str, str]
) -> Treatment | None:
    """``None`` for a session without a day; another treatment without one may be of any day."""
    reference, view, _ = entry
    days = _performed(desk, view, reference)
    if days is None and found.kind.is_chemoembolisation:
        return None
    start, end = days or (Day(*ANY_DAY), Day(*ANY_DAY))
    last = max(start.last, end.last)
    return Treatment(
        kind=found.kind,
        start=start.date,
        end=end.date,
        references=(reference,),
        standardised=_standardised(desk, view) if found.kind.is_chemoembolisation else None,
        group=groups.get(reference),
        intent=_intent(desk, view, reference),
        scope=_scope(desk, view, reference) if found.kind.is_local_therapy else None,
        confirmed=found.confirmed,
        latest=last if start.latest is not None or end.latest is not None else None,
        certainty=found.certainty,
    )


def _performed(desk: Desk, view: Procedure, reference: str) -> tuple[Day, Day] | None:
    """First and last day of a procedure; without one it cannot be placed, and that is noted."""
    period = view.performed_period
    if view.performed_date_time:
        day = desk.day(view.performed_date_time, reference, "Procedure.performedDateTime")
        return (day, day) if day is not None else None
    if period is not None and (period.start or period.end):
        start = desk.day(period.start, reference, "Procedure.performedPeriod.start")
        end = desk.day(period.end, reference, "Procedure.performedPeriod.end")
        if (period.start and start is None) or (period.end and end is None):
            return None
        first, last = start or end, end or start
        if first is not None and last is not None and first.date <= last.last:
            return first, last
        desk.note("implausible", reference, path="Procedure.performedPeriod")
        return None
    said = desk.day_in_words(view.performed_string, reference, "Procedure.performedString")
    if said is not None:
        return said, said
    desk.note(NOT_USABLE, reference, detail="no-date", path="Procedure.performed")
    return None


def _standardised(desk: Desk, view: Procedure) -> bool | None:
    """Attestation of technique (CCI-C7): said twice, it must be said yes twice."""
    answers = [
        extension.value_boolean
        for extension in desk.extensions(view.extension, "tace-standardized")
        if extension.value_boolean is not None
    ]
    return all(answers) if answers else None


def _intent(desk: Desk, view: Procedure, reference: str) -> Intent | None:
    found: set[str] = set()
    names = ("procedure-intent", "procedure-intention")
    for extension in (e for name in names for e in desk.extensions(view.extension, name)):
        role = desk.terminology.only("intent", extension.value_codeable_concept)
        if role is None:
            desk.note(UNKNOWN_CODE, reference, path="Procedure.extension")
        else:
            found.add(role)
    return Intent(found.pop()) if len(found) == 1 else None


def _scope(desk: Desk, view: Procedure, reference: str) -> Scope | None:
    """What a local therapy treated; of several things, the target decides."""
    found: set[Scope] = set()
    for extension in desk.extensions(view.extension, "treated-lesion-scope"):
        try:
            found.add(Scope(extension.value_code or ""))
        except ValueError:
            desk.note(UNKNOWN_CODE, reference, path="Procedure.extension")
            return None
    if Scope.TARGET in found:
        return Scope.TARGET
    return min(found) if found else None


def _staging_groups(
    desk: Desk, procedures: list[Entry[Procedure]], recognised: Collection[str]
) -> dict[str, str]:
    """The staged session of each part: its ``tace-session``, else the root of its ``partOf``."""
    views = {entry.reference: entry.view for entry in procedures}
    groups: dict[str, str] = {}
    for reference in recognised:
        stated = _stated_group(desk, views[reference])
        if stated is not None:
            groups[reference] = stated
            continue
        root, seen = reference, {reference}
        while True:
            view = views.get(root)
            above = desk.references(view.part_of, "Procedure") if view is not None else ()
            if not above or above[0] in seen:
                break
            root = above[0]
            seen.add(root)
        if root != reference:
            head = views.get(root)
            of_root = _stated_group(desk, head) if head is not None else None
            groups[reference] = of_root or root
            if root in recognised:
                groups[root] = of_root or root
    return groups


def _stated_group(desk: Desk, view: Procedure) -> str | None:
    found = {
        f"{extension.value_identifier.system or ''}|{extension.value_identifier.value}"
        for extension in desk.extensions(view.extension, "tace-session")
        if extension.value_identifier is not None and extension.value_identifier.value
    }
    return min(found) if found else None


def _combined(desk: Desk, parts: list[_Part]) -> list[Treatment]:
    """Embolisation and arterial chemotherapy coded apart on one day are one TACE.

    With a radioactive source instead it is a radioembolisation. A candidate, when one of the two
    is only probably what its code says. A half that is nothing alone and has no other is left out.
    """
    days: dict[datetime.date, list[_Part]] = {}
    for part in parts:
        if part.found.role and part.treatment.latest is None:
            days.setdefault(part.treatment.start, []).append(part)
    whole: list[Treatment] = []
    used: set[tuple[str, ...]] = set()
    for halves in days.values():
        whole += _joined_halves(desk, halves, used)
    left = [part for part in parts if part.treatment.references not in used]
    chemotherapy = [part for part in left if part.is_half(ARTERIAL_CHEMOTHERAPY)]
    for part in left:
        if part.found.only_half:
            if not part.is_half(EMBOLISATION) or not any(map(part.may_overlap, chemotherapy)):
                continue
            desk.note(CANDIDATE, *part.treatment.references, path="Procedure.code")
        whole.append(part.treatment)
    return whole


def _joined_halves(
    desk: Desk, halves: list[_Part], used: set[tuple[str, ...]]
) -> Iterator[Treatment]:
    """The treatments that the halves of one day make; ``used`` gets what they are made of."""
    embolisation = [part for part in halves if part.is_half(EMBOLISATION)]
    chemotherapy = [part for part in halves if part.is_half(ARTERIAL_CHEMOTHERAPY)]
    source = [part for part in halves if part.is_half(RADIOEMBOLISATION) and part.found.sure]
    if embolisation and chemotherapy:
        made, others = embolisation, chemotherapy
    elif source and any(part.found.sure for part in embolisation):
        made, others = source, embolisation
    else:
        return
    together = {reference for part in others for reference in part.treatment.references}
    is_sure = any(part.found.sure for part in others)
    for part in (*made, *others):
        used.add(part.treatment.references)
        if part.found.only_half:
            desk.note(CANDIDATE, *part.treatment.references, path="Procedure.code")
    for part in made:
        yield replace(
            part.treatment,
            confirmed=part.found.sure and is_sure,
            references=tuple(sorted({*part.treatment.references, *together})),
        )


def _order(treatment: Treatment) -> tuple[object, ...]:
    return (treatment.start, treatment.end, treatment.references)


def _status_word(status: str) -> str:
    known = {"preparation", "in-progress", "not-done", "on-hold", "entered-in-error", "unknown"}
    return status if status in known or status in ("stopped", "completed") else _OTHER
