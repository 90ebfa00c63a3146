"""Liver function, performance status, tumour burden and stage, yes-or-no facts; not read on scans.

The unit decides what a laboratory value is, not its LOINC code. What is implausible, censored or
in an unknown unit is noted and left out: missing, never a guess.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

import msgspec

from cdshooks.clinical.chart import (
    ChildPughStated,
    Dated,
    Grade,
    Laboratory,
    Marker,
    Stage,
    Staging,
    StatedFact,
    Unread,
)
from cdshooks.fhir.chart_desk import (
    DROPPED,
    FINAL,
    IMPLAUSIBLE,
    NOT_USABLE,
    TEXT_MATCHED,
    Desk,
    Entry,
    texts_of,
)
from cdshooks.fhir.chart_imaging import called_viable, observation_role
from cdshooks.fhir.chart_markers import join_series, read_marker
from cdshooks.fhir.chart_quantities import (
    millimetres,
    number,
    unit,
)
from cdshooks.fhir.chart_sheet import FACTS, VALUE, Clinical, Seen
from cdshooks.fhir.dates import Day
from cdshooks.fhir.texts import looked_up
from cdshooks.fhir.views import CodeableConcept, Component, Observation, Quantity

ECOG, KARNOFSKY = "ecog", "karnofsky"
NO_RULE = "no-rule"
"""A result that is asked for and that no rule takes: prothrombin time, which is no INR."""
_WITH_COMPONENTS = frozenset({"tumour-size", "child-pugh"})
"""What is said in components, so that its own value may be absent."""
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

_BY_LAST = {
    **{name: name for name in (*_PLAUSIBLE, *FACTS, "ascites", "encephalopathy", ECOG)},
    "child-pugh": "stated",
}
"""What the last value decides, by the role of an observation."""

CLINICAL_ROLES = frozenset(
    {
        *(marker.value for marker in Marker),
        *_PLAUSIBLE,
        *FACTS,
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


def read_clinical(
    desk: Desk, observations: list[tuple[Entry[Observation], str]], sheet: Clinical
) -> None:
    """Everything about the patient that is not read on a scan."""
    no_rule: list[Seen] = []
    for (reference, view, whole), role in observations:
        if role == "tumour-size" and not view.component:
            continue
        if view.status not in FINAL and (whole or view.status is not None):
            desk.note(DROPPED, reference, path="Observation.status")
            continue
        day = desk.effective(view, reference)
        seen = Seen(view, reference, role, day)
        stated = view.effective_date_time or view.effective_instant or view.effective_period
        if not whole or (stated and day is None):
            _unread(sheet, seen)
            continue
        if view.data_absent_reason is not None and role not in _WITH_COMPONENTS:
            continue
        if role in _BY_LAST:
            _read_by_last(desk, sheet, seen)
        elif role == NO_RULE:
            no_rule.append(seen)
        elif role == KARNOFSKY:
            desk.note(NOT_USABLE, reference, detail="karnofsky", path="Observation.code")
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
                _diameter(desk, sheet, seen, view.value_quantity, VALUE)
        else:
            read_marker(desk, sheet, seen)
    join_series(desk, sheet)
    for seen in no_rule:
        if not _has_inr_since(sheet, seen.day):
            desk.note(NOT_USABLE, seen.reference, detail="only-inr", path="Observation.code")


def _has_inr_since(sheet: Clinical, day: Day | None) -> bool:
    """Whether a prothrombin time says nothing more beside an INR of its day or later."""
    dates = [one.date for one in sheet.inr if one.date is not None]
    return bool(dates) and (day is None or max(dates) >= day.date)


# Of what the last value decides: one that cannot be used is remembered


def _read_by_last(desk: Desk, sheet: Clinical, seen: Seen) -> None:
    before = sheet.taken(_BY_LAST[seen.role])
    if seen.role in _PLAUSIBLE:
        _laboratory(desk, sheet, seen)
    elif seen.role in FACTS:
        _fact(desk, sheet, seen)
    elif seen.role == "ascites":
        _ascites(desk, sheet, seen)
    elif seen.role == "encephalopathy":
        _encephalopathy(desk, sheet, seen)
    elif seen.role == "child-pugh":
        _child_pugh(desk, sheet, seen)
    else:
        _ecog(desk, sheet, seen)
    if sheet.taken(_BY_LAST[seen.role]) == before and _has_value(desk, seen):
        _unread(sheet, seen)


def _has_value(desk: Desk, seen: Seen) -> bool:
    """Whether it says something itself; the whole of Child-Pugh may stand in its parts alone."""
    view = seen.view
    if view.data_absent_reason is not None:
        return False
    if seen.role != "child-pugh" or not view.component:
        return True
    values = (view.value_integer, view.value_quantity, view.value_codeable_concept)
    wholes = [
        one
        for one in view.component
        if one.data_absent_reason is None
        and desk.terminology.find("observation", one.code) == "child-pugh"
    ]
    return bool(wholes) or bool(view.value_string) or any(one is not None for one in values)


def _unread(sheet: Clinical, seen: Seen) -> None:
    """An imprecise day counts as none."""
    if seen.role in _BY_LAST:
        day = seen.day.date if seen.day is not None and seen.day.latest is None else None
        sheet.unread.append(Unread(_BY_LAST[seen.role], day, (seen.reference,)))


# Liver function and performance status


def _laboratory(desk: Desk, sheet: Clinical, seen: Seen) -> None:
    view, reference, role, day = seen
    quantity = view.value_quantity
    if quantity is None:
        desk.note(NOT_USABLE, reference, path="Observation.value")
        return
    value = number(desk, quantity, reference, VALUE)
    if value is None:
        return
    limits = _PLAUSIBLE[role]
    if role == "inr" and not quantity.unit and not quantity.code:
        name: str | None = "1"
    else:
        name = unit(desk, quantity, frozenset(limits), reference, VALUE)
    if name is None:
        return
    if not limits[name].low <= value <= limits[name].high:
        desk.note(IMPLAUSIBLE, reference, path=VALUE)
        return
    result = Laboratory(value, name, _exact(desk, day, reference), (reference,))
    {"bilirubin": sheet.bilirubin, "albumin": sheet.albumin, "inr": sheet.inr}[role].append(result)


def _ascites(desk: Desk, sheet: Clinical, seen: Seen) -> None:
    view, reference, _, day = seen
    role = _value_role(desk, "ascites", view.value_codeable_concept, reference)
    if role is not None:
        points = _ASCITES_POINTS[role]
        date = _exact(desk, day, reference)
        sheet.ascites.append(Grade(points, points, date, (reference,)))


def _encephalopathy(desk: Desk, sheet: Clinical, seen: Seen) -> None:
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


def _child_pugh(desk: Desk, sheet: Clinical, seen: Seen) -> None:
    """The score, or only the class; its parts as components are read like parts of their own."""
    view, reference, _, day = seen
    found = _score_or_class(desk, view, reference)
    for component in view.component:
        role = desk.terminology.find("observation", component.code)
        part = seen._replace(role=role or "", view=on_its_own(view, component))
        if role in ("ascites", "encephalopathy"):
            _read_by_last(desk, sheet, part)
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
        score = number(desk, view.value_quantity, reference, VALUE)
    if score is not None:
        if not 5 <= score <= 15 or score != score.to_integral_value():
            desk.note(IMPLAUSIBLE, reference, path="Observation.value")
            return None
        return int(score), int(score)
    role: str | None = None
    if view.value_codeable_concept is not None:
        words = desk.terminology.texts.child_pugh_class
        role = _value_role(desk, "child-pugh-class", view.value_codeable_concept, reference, words)
    elif view.value_string:
        role = _in_words(desk, desk.terminology.texts.child_pugh_class, view, reference)
    return _CHILD_PUGH[role] if role is not None else None


def _narrower(one: tuple[int, int] | None, other: tuple[int, int] | None) -> tuple[int, int] | None:
    """A score beside its class: the score; a score beside another class: neither is believed."""
    if one is None or other is None:
        return one or other
    low, high = max(one[0], other[0]), min(one[1], other[1])
    return (low, high) if low <= high else (min(one[0], other[0]), max(one[1], other[1]))


def _ecog(desk: Desk, sheet: Clinical, seen: Seen) -> None:
    view, reference, _, day = seen
    grade: Decimal | None = None
    if view.value_integer is not None:
        grade = Decimal(view.value_integer)
    elif view.value_codeable_concept is not None:
        words = desk.terminology.texts.ecog
        role = _value_role(desk, "ecog-grade", view.value_codeable_concept, reference, words)
        grade = Decimal(role) if role is not None else None
    elif view.value_quantity is not None:
        grade = number(desk, view.value_quantity, reference, VALUE)
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


def _fact(desk: Desk, sheet: Clinical, seen: Seen) -> None:
    view, reference, role, day = seen
    if view.value_boolean is None:
        desk.note(NOT_USABLE, reference, path="Observation.value")
        return
    date = day.date if day is not None else None
    sheet.facts.append(StatedFact(FACTS[role], view.value_boolean, date, (reference,)))


def _stage(desk: Desk, sheet: Clinical, seen: Seen) -> None:
    view, reference, role, day = seen
    if view.value_string:
        value = _in_words(desk, desk.terminology.stage_texts[role], view, reference)
    else:
        value = _value_role(desk, role, view.value_codeable_concept, reference)
    if value is not None:
        date = _exact(desk, day, reference)
        sheet.stages.append(Stage(_STAGES[role], value, date, (reference,)))


def _burden_of_panel(desk: Desk, sheet: Clinical, seen: Seen) -> None:
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


def _diameter(desk: Desk, sheet: Clinical, seen: Seen, quantity: Quantity, path: str) -> None:
    mm = millimetres(desk, quantity, seen.reference, path)
    if mm is not None:
        sheet.largest_diameter.append(_dated(mm, seen))


def _count(desk: Desk, sheet: Clinical, seen: Seen, view: Observation | Component) -> None:
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


def _dated(value: Decimal, seen: Seen) -> Dated:
    day = seen.day
    first = day.date if day is not None and day.latest is not None else None
    return Dated(value, _last(day), (seen.reference,), first)


# Shared


def _value_role(
    desk: Desk,
    slot: str,
    concept: CodeableConcept | None,
    reference: str,
    words: Mapping[str, str] | None = None,
) -> str | None:
    """By its codes; one without any, by its whole text in the closed table ``words``."""
    if concept is None:
        desk.note(NOT_USABLE, reference, path="Observation.value")
        return None
    role = desk.terminology.only(slot, concept)
    if role is None and words is not None and not any(coding.code for coding in concept.coding):
        role = looked_up(words, texts_of(concept))
        if role is not None:
            desk.note(TEXT_MATCHED, reference, path="Observation.valueCodeableConcept")
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
