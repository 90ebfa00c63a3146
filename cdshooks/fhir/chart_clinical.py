"""Markers, liver function, performance status, tumour burden and stage, yes-or-no facts.

The unit decides what a laboratory value is, not its LOINC code. What is implausible, censored or
in an unknown unit is noted and left out: missing, never a guess.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple, TypeVar

from cdshooks.clinical.chart import (
    ChildPughStated,
    Dated,
    Fact,
    Grade,
    Laboratory,
    LiverFunction,
    Marker,
    MarkerValue,
    Stage,
    Staging,
    StatedFact,
)
from cdshooks.fhir.chart_desk import (
    CANDIDATE,
    DROPPED,
    FINAL,
    IMPLAUSIBLE,
    INFERRED,
    NOT_USABLE,
    TEXT_MATCHED,
    UNREADABLE,
    Desk,
    Entry,
    texts_of,
)
from cdshooks.fhir.chart_imaging import Finding
from cdshooks.fhir.chart_quantities import (
    UNIT_FROM_TEXT,
    UNIT_NOT_ACCEPTED,
    millimetres,
    number,
    unit,
)
from cdshooks.fhir.dates import Day
from cdshooks.fhir.views import CodeableConcept, Component, Condition, Observation, Quantity

_T = TypeVar("_T", Laboratory, Grade, ChildPughStated)
_VALUE = "Observation.valueQuantity"
_PUBLISHED_UNIT = {Marker.AFP: "ng/mL", Marker.PIVKA_II: "mAU/mL"}
_ASCITES_POINTS = {"none": 1, "mild": 2, "moderate-severe": 3}
_ENCEPHALOPATHY = {
    "none": (0, 0),
    "grade-1-2": (1, 2),
    "grade-3-4": (3, 4),
    "grade-1": (1, 1),
    "grade-2": (2, 2),
    "grade-3": (3, 3),
    "grade-4": (4, 4),
}
_AT_LEAST: dict[str | None, int] = {None: 0, ">=": 0, ">": 1}
"""Comparators of a number of tumours, and what they add to the least number."""
_CHILD_PUGH = {"A": (5, 6), "B": (7, 9), "C": (10, 15)}
_FACTS = {fact.value: fact for fact in Fact}
_STAGES = {f"{system.value}-stage": system for system in Staging}


class _Limits(NamedTuple):
    low: Decimal
    high: Decimal


_PLAUSIBLE: dict[str, dict[str, _Limits]] = {
    "bilirubin": {
        "umol/L": _Limits(Decimal("0.5"), Decimal(2000)),
        "mg/dL": _Limits(Decimal("0.03"), Decimal(120)),
    },
    "albumin": {
        "g/L": _Limits(Decimal(10), Decimal(60)),
        "g/dL": _Limits(Decimal(1), Decimal(6)),
    },
    "inr": {"1": _Limits(Decimal("0.5"), Decimal(20))},
}
"""Accepted units of each laboratory value, and what is believed in them."""

CLINICAL_ROLES = frozenset(
    {
        *(marker.value for marker in Marker),
        *_PLAUSIBLE,
        *_FACTS,
        "ascites",
        "encephalopathy",
        "child-pugh",
        "ecog",
        "lesion-count",
        "largest-diameter",
        "tumour-size",
        *_STAGES,
    }
)


@dataclass(slots=True)
class Clinical:
    markers: list[MarkerValue] = field(default_factory=list)
    bilirubin: list[Laboratory] = field(default_factory=list)
    albumin: list[Laboratory] = field(default_factory=list)
    inr: list[Laboratory] = field(default_factory=list)
    ascites: list[Grade] = field(default_factory=list)
    encephalopathy: list[Grade] = field(default_factory=list)
    stated: list[ChildPughStated] = field(default_factory=list)
    ecog: list[Dated] = field(default_factory=list)
    facts: list[StatedFact] = field(default_factory=list)
    largest_diameter: list[Dated] = field(default_factory=list)
    lesion_count: list[Dated] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)

    def liver(self) -> LiverFunction:
        return LiverFunction(
            bilirubin=_in_order(self.bilirubin),
            albumin=_in_order(self.albumin),
            inr=_in_order(self.inr),
            ascites=_in_order(self.ascites),
            encephalopathy=_in_order(self.encephalopathy),
            stated=_in_order(self.stated),
        )


class _Seen(NamedTuple):
    """One usable observation."""

    view: Observation
    reference: str
    role: str
    day: Day | None


def read_clinical(
    desk: Desk, observations: list[tuple[Entry[Observation], str]], sheet: Clinical
) -> None:
    """Everything about the patient that is not read on a scan."""
    for (reference, view, whole), role in observations:
        if role == "tumour-size" and not view.component:
            continue
        if view.status not in FINAL:
            desk.note(DROPPED, reference, path="Observation.status")
            continue
        if not whole:
            continue
        day = desk.effective(view, reference)
        stated = view.effective_date_time or view.effective_instant or view.effective_period
        if stated and day is None:
            continue
        if view.data_absent_reason is not None and role != "tumour-size":
            continue
        seen = _Seen(view, reference, role, day)
        if role in _PLAUSIBLE:
            _laboratory(desk, sheet, seen)
        elif role in _FACTS:
            _fact(desk, sheet, seen)
        elif role == "ascites":
            _ascites(desk, sheet, seen)
        elif role == "encephalopathy":
            _encephalopathy(desk, sheet, seen)
        elif role == "child-pugh":
            _child_pugh(desk, sheet, seen)
        elif role == "ecog":
            _ecog(desk, sheet, seen)
        elif role in _STAGES:
            _stage(desk, sheet, seen)
        elif role == "tumour-size":
            _burden_of_panel(desk, sheet, seen)
        elif role == "lesion-count":
            _count(desk, sheet, seen, view)
        elif role == "largest-diameter":
            if view.value_quantity is None:
                desk.note(NOT_USABLE, reference, path="Observation.value")
            else:
                _diameter(desk, sheet, seen, view.value_quantity, _VALUE)
        else:
            _marker(desk, sheet, seen)


# Tumour markers


def _marker(desk: Desk, sheet: Clinical, seen: _Seen) -> None:
    """One marker result. Mass and arbitrary units are never converted into each other."""
    view, reference, role, day = seen
    if day is None:
        desk.note(NOT_USABLE, reference, detail="no-date", path="Observation.effectiveDateTime")
        return
    quantity = view.value_quantity
    if quantity is None:
        desk.note(NOT_USABLE, reference, path="Observation.value")
        return
    value = number(desk, quantity, reference, _VALUE)
    spelt = _unit_of_marker(desk, quantity)
    if spelt is not None and "/" not in spelt[0]:  # no concentration
        spelt = None
    if spelt is None:
        desk.note(UNIT_NOT_ACCEPTED, reference, path=f"{_VALUE}.unit")
    if value is None or spelt is None:
        return
    name, from_text = spelt
    if from_text:
        desk.note(UNIT_FROM_TEXT, reference, path=f"{_VALUE}.unit")
    marker = Marker(role)
    sheet.markers.append(
        MarkerValue(
            marker=marker,
            series=f"{_code_of(desk, view, role)}|{name}",
            date=day.date,
            value=value,
            references=(reference,),
            upper_limit=_upper_limit(desk, view, name),
            default_limit_applies=name == _PUBLISHED_UNIT[marker],
            latest=day.latest,
        )
    )


def _unit_of_marker(desk: Desk, quantity: Quantity) -> tuple[str, bool] | None:
    """One spelling for units that mean the same; any other unit is a series of its own."""
    found = desk.terminology.unit(quantity)
    if found is not None:
        return found.name, found.from_text
    text = (quantity.code or "").strip()
    if text:
        said = desk.terminology.unit_of_text(quantity.unit or "")
        return None if said is not None else (text, False)
    text = (quantity.unit or "").strip()
    return (text, True) if text else None


def _code_of(desk: Desk, view: Observation, role: str) -> str:
    if view.code is not None:
        for coding in view.code.coding:
            if desk.terminology.role("observation", coding) == role:
                return coding.code or ""
    return ""


def _upper_limit(desk: Desk, view: Observation, name: str) -> Decimal | None:
    """The upper limit of the result's own reference range, in the same unit."""
    limits: set[Decimal] = set()
    for found in view.reference_range:
        high = found.high
        if high is not None and high.value is not None and high.comparator is None:
            spelt = _unit_of_marker(desk, high)
            if spelt is not None and spelt[0] == name:
                limits.add(Decimal(high.value))
    return limits.pop() if len(limits) == 1 else None


# Liver function and performance status


def _laboratory(desk: Desk, sheet: Clinical, seen: _Seen) -> None:
    view, reference, role, day = seen
    quantity = view.value_quantity
    if quantity is None:
        desk.note(NOT_USABLE, reference, path="Observation.value")
        return
    value = number(desk, quantity, reference, _VALUE)
    if value is None:
        return
    limits = _PLAUSIBLE[role]
    if role == "inr" and not quantity.unit and not quantity.code:
        name: str | None = "1"
    else:
        name = unit(desk, quantity, frozenset(limits), reference, _VALUE)
    if name is None:
        return
    if not limits[name].low <= value <= limits[name].high:
        desk.note(IMPLAUSIBLE, reference, path=_VALUE)
        return
    result = Laboratory(value, name, _exact(desk, day, reference), (reference,))
    {"bilirubin": sheet.bilirubin, "albumin": sheet.albumin, "inr": sheet.inr}[role].append(result)


def _ascites(desk: Desk, sheet: Clinical, seen: _Seen) -> None:
    view, reference, _, day = seen
    role = _value_role(desk, "ascites", view.value_codeable_concept, reference)
    if role is not None:
        points = _ASCITES_POINTS[role]
        date = _exact(desk, day, reference)
        sheet.ascites.append(Grade(points, points, date, (reference,)))


def _encephalopathy(desk: Desk, sheet: Clinical, seen: _Seen) -> None:
    view, reference, _, day = seen
    if view.value_integer is not None:
        if not 0 <= view.value_integer <= 4:
            desk.note(IMPLAUSIBLE, reference, path="Observation.valueInteger")
            return
        low = high = view.value_integer
    else:
        role = _value_role(desk, "encephalopathy", view.value_codeable_concept, reference)
        if role is None:
            return
        low, high = _ENCEPHALOPATHY[role]
    date = _exact(desk, day, reference)
    sheet.encephalopathy.append(Grade(low, high, date, (reference,)))


def _child_pugh(desk: Desk, sheet: Clinical, seen: _Seen) -> None:
    view, reference, _, day = seen
    score = view.value_integer
    if score is not None:
        if not 5 <= score <= 15:
            desk.note(IMPLAUSIBLE, reference, path="Observation.valueInteger")
            return
        low = high = score
    else:
        role = _value_role(desk, "child-pugh-class", view.value_codeable_concept, reference)
        if role is None:
            return
        low, high = _CHILD_PUGH[role]
    date = _exact(desk, day, reference)
    sheet.stated.append(ChildPughStated(low, high, date, (reference,)))


def _ecog(desk: Desk, sheet: Clinical, seen: _Seen) -> None:
    view, reference, _, day = seen
    grade: Decimal | None = None
    if view.value_integer is not None:
        grade = Decimal(view.value_integer)
    elif view.value_codeable_concept is not None:
        role = _value_role(desk, "ecog-grade", view.value_codeable_concept, reference)
        grade = Decimal(role) if role is not None else None
    elif view.value_quantity is not None:
        grade = number(desk, view.value_quantity, reference, _VALUE)
    else:
        desk.note(NOT_USABLE, reference, path="Observation.value")
    if grade is None:
        return
    if not 0 <= grade <= 4 or grade != grade.to_integral_value():
        desk.note(IMPLAUSIBLE, reference, path="Observation.value")
        return
    sheet.ecog.append(Dated(grade, _exact(desk, day, reference), (reference,)))


# Facts and tumour burden


def _fact(desk: Desk, sheet: Clinical, seen: _Seen) -> None:
    view, reference, role, day = seen
    if view.value_boolean is None:
        desk.note(NOT_USABLE, reference, path="Observation.value")
        return
    date = day.date if day is not None else None
    sheet.facts.append(StatedFact(_FACTS[role], view.value_boolean, date, (reference,)))


def _stage(desk: Desk, sheet: Clinical, seen: _Seen) -> None:
    view, reference, role, day = seen
    if view.value_string:
        value = desk.terminology.stage_texts[role].get(view.value_string.strip().casefold())
        code = NOT_USABLE if value is None else TEXT_MATCHED
        desk.note(code, reference, path="Observation.valueString")
    else:
        value = _value_role(desk, role, view.value_codeable_concept, reference)
    if value is not None:
        date = _exact(desk, day, reference)
        sheet.stages.append(Stage(_STAGES[role], value, date, (reference,)))


def _burden_of_panel(desk: Desk, sheet: Clinical, seen: _Seen) -> None:
    path = "Observation.component.valueQuantity"
    for component in seen.view.component:
        role = desk.terminology.find("observation", component.code)
        if component.data_absent_reason is not None:
            continue
        words = texts_of(component.code)
        if any(desk.terminology.says_viable.search(word) for word in words):
            continue
        if role == "largest-diameter" and component.value_quantity is not None:
            _diameter(desk, sheet, seen, component.value_quantity, path)
        elif role == "lesion-count":
            _count(desk, sheet, seen, component)


def _diameter(desk: Desk, sheet: Clinical, seen: _Seen, quantity: Quantity, path: str) -> None:
    mm = millimetres(desk, quantity, seen.reference, path)
    if mm is not None:
        sheet.largest_diameter.append(_dated(mm, seen))


def _count(desk: Desk, sheet: Clinical, seen: _Seen, view: Observation | Component) -> None:
    """Number of tumours; a quantity may say "more than"."""
    quantity = view.value_quantity
    if view.value_integer is not None:
        count, at_least = view.value_integer, False
    elif quantity is not None and _is_whole(quantity) and quantity.comparator in _AT_LEAST:
        count = int(quantity.value or 0) + _AT_LEAST[quantity.comparator]
        at_least = quantity.comparator is not None
    else:
        desk.note(NOT_USABLE, seen.reference, path="Observation.value")
        return
    if count < 0:
        desk.note(IMPLAUSIBLE, seen.reference, path="Observation.valueInteger")
    else:
        sheet.lesion_count.append(replace(_dated(Decimal(count), seen), at_least=at_least))


def _is_whole(quantity: Quantity) -> bool:
    value = quantity.value
    plain = value is not None and 0 <= value < 1000 and value == value.to_integral_value()
    return plain and (quantity.unit or quantity.code or "1") == "1"


def _dated(value: Decimal, seen: _Seen) -> Dated:
    day = seen.day
    first = day.date if day is not None and day.latest is not None else None
    return Dated(value, _last(day), (seen.reference,), first)


# Conditions


def read_conditions(
    desk: Desk, conditions: list[Entry[Condition]], sheet: Clinical
) -> list[Finding]:
    """Active Conditions that count; those that speak for scans are returned."""
    findings: list[Finding] = []
    for reference, view, _ in conditions:
        if view.code is None:
            desk.note(UNREADABLE, reference, path="Condition.code")
        role, sure = _diagnosis(desk, view)
        if role is None or (role == "hcc" and sure):
            continue
        if not _is_active(desk, view):
            desk.note(DROPPED, reference, path="Condition.clinicalStatus")
            continue
        if not sure:
            called = _is_called(desk, role, view.code)
            desk.note(TEXT_MATCHED if called else CANDIDATE, reference, path="Condition.code")
            if not called or role == "hcc":
                continue
        onset = desk.day(view.onset_date_time, reference, "Condition.onsetDateTime")
        if view.onset_date_time and onset is None:
            continue
        day = onset or desk.day(view.recorded_date, reference, "Condition.recordedDate")
        date = day.date if day is not None else None
        source = (reference,)
        if role == "hepatorenal-syndrome":
            sheet.facts.append(StatedFact(Fact.HEPATORENAL_SYNDROME, True, date, source, True))
        elif role == "encephalopathy":
            sheet.encephalopathy.append(Grade(1, 4, date, source, expires=False))
        elif role == "ascites":
            sheet.ascites.append(Grade(2, 3, date, source, expires=False))
        else:
            statement = _finding(desk, role, view, reference)
            if statement is None:
                continue
            if day is None:
                desk.note(NOT_USABLE, reference, detail="no-date", path="Condition.onsetDateTime")
                continue
            if onset is None:
                desk.note(INFERRED, reference, detail="recorded", path="Condition.recordedDate")
            findings.append(Finding(statement, day, reference))
    return sorted(findings, key=lambda finding: (finding.day.date, finding.reference))


def _diagnosis(desk: Desk, view: Condition) -> tuple[str | None, bool]:
    """What the code of a Condition means, and whether the code alone is enough."""
    role = desk.terminology.find("condition", view.code)
    if role is not None:
        return role, True
    return desk.terminology.find("condition-probable", view.code), False


def _is_active(desk: Desk, view: Condition) -> bool:
    table = desk.terminology
    if table.find("condition-verification", view.verification_status) == "rejected":
        return False
    return table.find("condition-status", view.clinical_status) == "active"


def _finding(desk: Desk, role: str, view: Condition, reference: str) -> str | None:
    """Portal vein thrombosis is invasion only when it is called a tumour thrombus (1.6)."""
    if role != "portal-vein-thrombosis":
        return role
    if not _is_called(desk, "vascular-invasion", view.code):
        return None
    desk.note(TEXT_MATCHED, reference, path="Condition.code")
    return "vascular-invasion"


def _is_called(desk: Desk, role: str, concept: CodeableConcept | None) -> bool:
    """Whether a diagnosis is called what its code probably says, and not denied."""
    words = " ; ".join(texts_of(concept))
    found = desk.terminology.condition_texts[role].search(words)
    return found is not None and not desk.terminology.denies_what_follows.search(
        words[: found.start()]
    )


# Shared


def _value_role(
    desk: Desk, slot: str, concept: CodeableConcept | None, reference: str
) -> str | None:
    if concept is None:
        desk.note(NOT_USABLE, reference, path="Observation.value")
        return None
    role = desk.terminology.only(slot, concept)
    if role is None:
        desk.note("unknown-code", reference, path="Observation.valueCodeableConcept")
    return role


def _exact(desk: Desk, day: Day | None, reference: str) -> datetime.date | None:
    """The day of a value that is only good for some weeks: an imprecise one counts as undated."""
    if day is None:
        desk.note(NOT_USABLE, reference, detail="no-date", path="Observation.effective")
        return None
    if day.latest is not None:
        desk.note(NOT_USABLE, reference, detail="imprecise-date", path="Observation.effective")
        return None
    return day.date


def _last(day: Day | None) -> datetime.date | None:
    """The last admissible day: surely not before it."""
    return day.last if day is not None else None


def _in_order(values: list[_T]) -> tuple[_T, ...]:
    return tuple(sorted(values, key=lambda v: (v.date or datetime.date.min, v.references)))
