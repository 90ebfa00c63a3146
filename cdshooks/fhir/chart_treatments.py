"""Performed liver-directed procedures: TACE parts and other local therapies.

Only a completed Procedure is a treatment. What may be a session but is not certain (an unspecific
code, a procedure that was stopped) is kept as unconfirmed, to be judged both ways; what has no
date cannot be placed, and is told apart so that a verdict that hangs on it is not given.
"""

from __future__ import annotations

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
    TEXT_MATCHED,
    UNKNOWN_CODE,
    UNREADABLE,
    Desk,
    Entry,
    texts_of,
)
from cdshooks.fhir.dates import Day
from cdshooks.fhir.texts import looked_up
from cdshooks.fhir.views import (
    CodeableConcept,
    MedicationAdministration,
    MedicationStatement,
    Procedure,
)

_EMBOLISATION = "embolisation"
_ARTERIAL_CHEMOTHERAPY = "arterial-chemotherapy"
_EXCLUDED = "excluded"
_KINDS = {kind.value: kind for kind in TreatmentKind}
_MOST_SPECIFIC = (
    TreatmentKind.TACE_HAIC,
    TreatmentKind.DEB_TACE,
    TreatmentKind.CTACE,
    TreatmentKind.TACE,
)


class _Recognised(NamedTuple):
    kind: TreatmentKind
    confirmed: bool = True
    certainty: Certainty = Certainty.STATED
    note: str = ""
    role: str = ""
    """``embolisation`` or ``arterial-chemotherapy``: one half of a TACE, coded alone."""
    probable: bool = False
    """Only by a code that is not beyond doubt."""


@dataclass(slots=True)
class Treatments:
    performed: tuple[Treatment, ...] = ()
    in_progress: tuple[Treatment, ...] = ()
    undated: tuple[str, ...] = ()
    chemoembolisations: frozenset[str] = frozenset()
    """References of every procedure that is a TACE, performed or not."""


_UNKNOWN_PROCEDURE = _Recognised(TreatmentKind.TACE, False, Certainty.INFERRED)
"""A procedure that does not say, or not readably, what it was: it may be a session."""


class _Part(NamedTuple):
    treatment: Treatment
    role: str
    probable: bool


def read_treatments(
    desk: Desk,
    procedures: list[Entry[Procedure]],
    administrations: list[Entry[MedicationAdministration]],
    statements: list[Entry[MedicationStatement]],
) -> Treatments:
    """Every liver-directed procedure of the record, in order of its day."""
    infused = _with_arterial_drug(desk, administrations, statements)
    recognised: dict[str, _Recognised] = {}
    for reference, view, whole in procedures:
        found = recognise(desk, view, with_arterial_drug=reference in infused)
        if found is not None:
            recognised[reference] = found
        elif _says_nothing(view):
            if whole:
                desk.note(UNREADABLE, reference, path="Procedure.code")
            recognised[reference] = _UNKNOWN_PROCEDURE
        else:
            desk.code_unknown(view.code, reference, "Procedure.code")
    groups = _staging_groups(desk, procedures, recognised)

    parts: list[_Part] = []
    running: list[Treatment] = []
    undated: list[str] = []
    for entry in procedures:
        reference, view, whole = entry
        if reference not in recognised:
            continue
        found = recognised[reference]
        status = view.status or ""
        stopped = status == "stopped" and found.kind.is_chemoembolisation
        if status != "completed" and not stopped:
            running_session = status == "in-progress" and found.kind.is_chemoembolisation
            word = "session-in-progress" if running_session else _status_word(status)
            desk.note(DROPPED, reference, detail=word, path="Procedure.status")
            if running_session:
                treatment = _treatment(desk, entry, found, groups)
                if treatment is not None:
                    running.append(replace(treatment, confirmed=False))
            continue
        if found.note:
            desk.note(found.note, reference, path="Procedure.code")
        if stopped:
            desk.note(DROPPED, reference, detail="stopped", path="Procedure.status")
            found = found._replace(confirmed=False)
        if not whole:
            found = found._replace(confirmed=False)
        treatment = _treatment(desk, entry, found, groups)
        if treatment is not None:
            parts.append(_Part(treatment, found.role, found.probable))
        elif found.kind.is_chemoembolisation:
            undated.append(reference)
    return Treatments(
        performed=tuple(sorted(_combined(parts), key=_order)),
        in_progress=tuple(sorted(running, key=_order)),
        undated=tuple(sorted(undated)),
        chemoembolisations=frozenset(
            r for r, found in recognised.items() if found.kind.is_chemoembolisation
        ),
    )


def _says_nothing(view: Procedure) -> bool:
    code = view.code
    return code is None or not (code.coding or code.text)


def recognise(
    desk: Desk, view: Procedure, *, with_arterial_drug: bool = False
) -> _Recognised | None:
    """What a procedure is by its codes, else by the closed table of texts.

    A code that is only probably right decides together with a text that says the same; alone, or
    against a text that says something else, it makes a candidate.
    """
    terminology = desk.terminology
    roles = terminology.roles("procedure", view.code)
    kinds = [_KINDS[role] for role in roles if role in _KINDS]
    if kinds:
        return _Recognised(_one_kind(kinds))
    if _EXCLUDED in roles:
        return None
    probable = terminology.roles("procedure-probable", view.code)
    said = terminology.procedure_texts.kind(texts_of(view.code), at_liver=_is_hepatic(desk, view))
    if said is not None:
        kind, sure = _KINDS[said[0]], said[1] and (not probable or _agrees(said[0], probable))
        if _EMBOLISATION not in roles or kind.is_chemoembolisation:
            note = TEXT_MATCHED if sure else CANDIDATE
            return _Recognised(kind, sure, Certainty.INFERRED, note)
    if _EMBOLISATION in roles:
        if with_arterial_drug:
            return _Recognised(TreatmentKind.TACE, certainty=Certainty.INFERRED)
        return _Recognised(TreatmentKind.TACE, False, Certainty.INFERRED, CANDIDATE, _EMBOLISATION)
    if _ARTERIAL_CHEMOTHERAPY in roles:
        return _Recognised(
            TreatmentKind.HAIC, True, Certainty.INFERRED, CANDIDATE, _ARTERIAL_CHEMOTHERAPY
        )
    if probable and not terminology.procedure_texts.of_another_organ(texts_of(view.code)):
        return _by_probable_code(probable)
    return None


_SAME = {
    _EMBOLISATION: frozenset(kind.value for kind in TreatmentKind if kind.is_chemoembolisation),
    _ARTERIAL_CHEMOTHERAPY: frozenset(
        kind.value
        for kind in TreatmentKind
        if kind.is_chemoembolisation or kind is TreatmentKind.HAIC
    ),
    TreatmentKind.TACE.value: frozenset(
        kind.value for kind in TreatmentKind if kind.is_chemoembolisation
    ),
}
"""Kinds that a text may name more exactly than such a code."""


def _agrees(kind: str, roles: list[str]) -> bool:
    return any(kind == role or kind in _SAME.get(role, ()) for role in roles)


def _by_probable_code(roles: list[str]) -> _Recognised | None:
    kinds = [_KINDS[role] for role in roles if role in _KINDS]
    if kinds:
        kind, role = _one_kind(kinds), ""
    elif _EMBOLISATION in roles:
        kind, role = TreatmentKind.TACE, _EMBOLISATION
    elif _ARTERIAL_CHEMOTHERAPY in roles:
        kind, role = TreatmentKind.HAIC, _ARTERIAL_CHEMOTHERAPY
    else:
        return None
    return _Recognised(kind, False, Certainty.INFERRED, CANDIDATE, role, probable=True)


def _is_hepatic(desk: Desk, view: Procedure) -> bool:
    """Whether the body site is the liver or its artery."""
    table = desk.terminology
    return any(
        table.find("site", site) or any(table.texts.says_hepatic.search(w) for w in texts_of(site))
        for site in view.body_site
    )


def _one_kind(kinds: list[TreatmentKind]) -> TreatmentKind:
    """TACE and HAIC in one procedure are one combined session; else the most specific TACE."""
    if TreatmentKind.HAIC in kinds and any(kind.is_chemoembolisation for kind in kinds):
        return TreatmentKind.TACE_HAIC
    for kind in _MOST_SPECIFIC:
        if kind in kinds:
            return kind
    return sorted(kinds)[0]


def _with_arterial_drug(
    desk: Desk,
    administrations: list[Entry[MedicationAdministration]],
    statements: list[Entry[MedicationStatement]],
) -> set[str]:
    """Procedures of which an intra-arterial antineoplastic is part."""
    found: set[str] = set()
    views: list[MedicationAdministration | MedicationStatement] = [
        *(entry.view for entry in administrations),
        *(entry.view for entry in statements),
    ]
    for view in views:
        dosages = view.dosage if isinstance(view, MedicationStatement) else (view.dosage,)
        routes = [dosage.route for dosage in dosages if dosage is not None]
        if (
            view.status == "completed"
            and any(desk.terminology.find("route", route) for route in routes)
            and _is_antineoplastic(desk, view.medication_codeable_concept)
        ):
            found.update(desk.references(view.part_of, "Procedure"))
    return found


def _is_antineoplastic(desk: Desk, drug: CodeableConcept | None) -> bool:
    if desk.terminology.find("hcc-antineoplastic", drug):
        return True
    return looked_up(desk.terminology.texts.drug, texts_of(drug)) not in (None, "folinate")


def _treatment(
    desk: Desk, entry: Entry[Procedure], found: _Recognised, groups: dict[str, str]
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
    desk: Desk, procedures: list[Entry[Procedure]], recognised: dict[str, _Recognised]
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


def _combined(parts: list[_Part]) -> list[Treatment]:
    """Embolisation and arterial chemotherapy coded apart on one day are one TACE.

    A candidate, when one of the two is only probably what its code says.
    """
    chemotherapy = {
        part.treatment.start: part
        for part in reversed(parts)
        if part.role == _ARTERIAL_CHEMOTHERAPY and part.treatment.latest is None
    }
    used: set[tuple[str, ...]] = set()
    out: list[Treatment] = []
    for treatment, role, probable in parts:
        other = chemotherapy.get(treatment.start) if role == _EMBOLISATION else None
        if other is not None and treatment.latest is None:
            used.add(other.treatment.references)
            treatment = replace(
                treatment,
                confirmed=not (probable or other.probable),
                references=tuple(sorted({*treatment.references, *other.treatment.references})),
            )
        out.append(treatment)
    return [treatment for treatment in out if treatment.references not in used]


def _order(treatment: Treatment) -> tuple[object, ...]:
    return (treatment.start, treatment.end, treatment.references)


def _status_word(status: str) -> str:
    known = {"preparation", "in-progress", "not-done", "on-hold", "entered-in-error", "unknown"}
    return status if status in known or status == "stopped" else "other"
