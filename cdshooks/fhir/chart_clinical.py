"""Markers, liver function, performance status, tumour burden and stage, yes-or-no facts.

The unit decides what a laboratory value is, not its LOINC code. What is implausible, censored or
in an unknown unit is noted and left out: missing, never a guess.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple, TypeVar

import msgspec

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
    DROPPED,
    FINAL,
    IMPLAUSIBLE,
    NOT_USABLE,
    TEXT_MATCHED,
    Desk,
    Entry,
)
from cdshooks.fhir.chart_imaging import called_viable, observation_role
from cdshooks.fhir.chart_quantities import (
    UNIT_FROM_TEXT,
    UNIT_NOT_ACCEPTED,
    millimetres,
    number,
    unit,
)
from cdshooks.fhir.dates import Day
from cdshooks.fhir.texts import looked_up
from cdshooks.fhir.views import CodeableConcept, Component, Observation, Quantity

ECOG, KARNOFSKY = "ecog", "karnofsky"
NO_RULE = "no-rule"
"""A result that is asked for and that no rule takes: prothrombin time, which is no INR."""
_WITH_COMPONENTS = frozenset({"tumour-size", "child-pugh"})
"""What is said in components, so that its own value may be absent."""
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
        ECOG,
        KARNOFSKY,
        "lesion-count",
        "largest-diameter",
        "tumour-size",
        *_STAGES,
    }
)


@dataclass(slots=True)
class Clinical:
    diagnosis: list[str] = field(default_factory=list)
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
    no_rule: list[_Seen] = []
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
        if view.data_absent_reason is not None and role not in _WITH_COMPONENTS:
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
        elif role == NO_RULE:
            no_rule.append(seen)
        elif role == KARNOFSKY:
            desk.note(NOT_USABLE, reference, detail="karnofsky", path="Observation.code")
        elif role == ECOG:
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
    _note_missing_limits(desk, sheet.markers)
    for seen in no_rule:
        if not _has_inr_since(sheet, seen.day):
            desk.note(NOT_USABLE, seen.reference, detail="only-inr", path="Observation.code")


def _has_inr_since(sheet: Clinical, day: Day | None) -> bool:
    """Whether a prothrombin time says nothing more beside an INR of its day or later."""
    dates = [one.date for one in sheet.inr if one.date is not None]
    return bool(dates) and (day is None or max(dates) >= day.date)


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
    upper_limit = _upper_limit(desk, view, name)
    sheet.markers.append(
        MarkerValue(
            marker=marker,
            series=f"{_code_of(desk, view, role)}|{name}",
            date=day.date,
            value=value,
            references=(reference,),
            upper_limit=upper_limit,
            default_limit_applies=name == _PUBLISHED_UNIT[marker],
            latest=day.latest,
        )
    )


def _note_missing_limits(desk: Desk, values: list[MarkerValue]) -> None:
    """Values of which none can be called raised; the limit is asked of the last of a series."""
    limited: dict[tuple[Marker, str], datetime.date] = {}
    for one in values:
        if one.upper_limit is not None:
            key = one.marker, one.series
            limited[key] = max(one.date, limited.get(key, one.date))
    for one in values:
        if one.upper_limit is not None or one.default_limit_applies:
            continue
        latest = limited.get((one.marker, one.series))
        if latest is None or latest < one.date:
            path = "Observation.referenceRange"
            desk.note(NOT_USABLE, *one.references, detail="no-upper-limit", path=path)


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
    """The score, or only the class; its parts as components are read like parts of their own."""
    view, reference, _, day = seen
    found = _score_or_class(desk, view, reference)
    for component in view.component:
        role = desk.terminology.find("observation", component.code)
        part = seen._replace(role=role or "", view=on_its_own(view, component))
        if role == "ascites":
            _ascites(desk, sheet, part)
        elif role == "encephalopathy":
            _encephalopathy(desk, sheet, part)
        elif role == "child-pugh":
            inner = _score_or_class(desk, part.view, reference)
            found = _narrower(found, inner)
    if found is None:
        if not view.component and view.data_absent_reason is None:
            desk.note(NOT_USABLE, reference, path="Observation.value")
        return
    sheet.stated.append(ChildPughStated(*found, _exact(desk, day, reference), (reference,)))


def on_its_own(view: Observation, component: Component) -> Observation:
    """A component as an observation of its own, with the status and the day of the whole."""
    return msgspec.structs.replace(
        view,
        code=component.code,
        value_quantity=component.value_quantity,
        value_codeable_concept=component.value_codeable_concept,
        value_string=component.value_string,
        value_boolean=None,
        value_integer=component.value_integer,
        data_absent_reason=component.data_absent_reason,
        interpretation=(),
        component=(),
    )


def _score_or_class(desk: Desk, view: Observation, reference: str) -> tuple[int, int] | None:
    score: Decimal | None = None
    if view.value_integer is not None:
        score = Decimal(view.value_integer)
    elif view.value_quantity is not None:
        score = number(desk, view.value_quantity, reference, _VALUE)
    if score is not None:
        if not 5 <= score <= 15 or score != score.to_integral_value():
            desk.note(IMPLAUSIBLE, reference, path="Observation.value")
            return None
        return int(score), int(score)
    role: str | None = None
    if view.value_codeable_concept is not None:
        role = _value_role(desk, "child-pugh-class", view.value_codeable_concept, reference)
    elif view.value_string:
        role = _in_words(desk, desk.terminology.texts.child_pugh_class, view, reference)
    return _CHILD_PUGH[role] if role is not None else None


def _narrower(one: tuple[int, int] | None, other: tuple[int, int] | None) -> tuple[int, int] | None:
    """A score beside its class: the score; a score beside another class: neither is believed."""
    if one is None or other is None:
        return one or other
    low, high = max(one[0], other[0]), min(one[1], other[1])
    return (low, high) if low <= high else (min(one[0], other[0]), max(one[1], other[1]))


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
    elif view.value_string:
        role = _in_words(desk, desk.terminology.texts.ecog, view, reference)
        grade = Decimal(role) if role is not None else None
    elif view.interpretation:
        roles = {
            role
            for concept in view.interpretation
            for role in desk.terminology.roles("ecog-grade", concept)
        }
        if len(roles) == 1:
            grade = Decimal(roles.pop())
        else:
            desk.note(NOT_USABLE, reference, path="Observation.interpretation")
    else:
        desk.note(NOT_USABLE, reference, path="Observation.value")
    if grade is None:
        return
    if not 0 <= grade <= 4 or grade != grade.to_integral_value():
        desk.note(IMPLAUSIBLE, reference, path="Observation.value")
        return
    sheet.ecog.append(Dated(grade, _exact(desk, day, reference), (reference,)))


def _in_words(
    desk: Desk, table: Mapping[str, str], view: Observation, reference: str
) -> str | None:
    """A value that a whole text has by a closed table; noted either way."""
    value = looked_up(table, (view.value_string,))
    code = NOT_USABLE if value is None else TEXT_MATCHED
    desk.note(code, reference, path="Observation.valueString")
    return value


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
        value = _in_words(desk, desk.terminology.stage_texts[role], view, reference)
    else:
        value = _value_role(desk, role, view.value_codeable_concept, reference)
    if value is not None:
        date = _exact(desk, day, reference)
        sheet.stages.append(Stage(_STAGES[role], value, date, (reference,)))


def _burden_of_panel(desk: Desk, sheet: Clinical, seen: _Seen) -> None:
    path = "Observation.component.valueQuantity"
    all_viable = called_viable(desk, seen.view)
    for component in seen.view.component:
        role = observation_role(desk, component.code)
        if component.data_absent_reason is not None:
            continue
        if all_viable or called_viable(desk, component):
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
