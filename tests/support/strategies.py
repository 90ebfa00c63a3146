"""Hypothesis strategies: patients on the edges of the rules, beside those of the scenarios.

An edge case is a tidy course with a few defects. Without defects it is decided; a patient whose
every datum is chosen freely is nearly always undecided, and then losing one datum changes nothing.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.support.patient import (
    FACTS,
    SCOPES,
    Dated,
    LesionSeen,
    MarkerValue,
    Patient,
    Scan,
    State,
    Treatment,
)
from tests.support.scenario import load_scenario, scenario_files

FIRST_SESSION = datetime.date(2023, 1, 10)
Event = Treatment | Scan | MarkerValue


@dataclass(frozen=True)
class Case:
    """A patient and the day of judgement."""

    patient: Patient
    as_of: datetime.date


SCENARIO_CASES = tuple(
    Case(scenario.patient, scenario.as_of) for scenario in map(load_scenario, scenario_files())
)
scenario_cases = st.sampled_from(SCENARIO_CASES)


def diameters(*choices: str) -> st.SearchStrategy[Decimal]:
    return st.sampled_from([Decimal(choice) for choice in choices])


AT_BASELINE = diameters("50", "100", "10.5", "14", "10", "8")
SHARES = diameters("1.3", "1.3", "1.2", "1.2", "1.1", "1", "0.8", "0.7", "0.6", "0.5", "0.4", "0")
"""Of the baseline; all products with :data:`AT_BASELINE` lie within tenths and hundredths."""
LATE = diameters("12", "10", "30", "9.9")


@st.composite
def edge_cases(draw: st.DrawFn) -> Case:
    course = draw(_tidy_course())
    for defect in draw(st.lists(st.sampled_from(DEFECTS), max_size=3)):
        course = draw(defect(course))
    course.sort(key=lambda event: event.date)
    as_of = course[-1].date + datetime.timedelta(draw(st.sampled_from((3, 0, 30, 100))))
    state = draw(_state(as_of - datetime.timedelta(draw(st.sampled_from((3, 3, 0, 30, 31))))))
    return Case(Patient("edge", tuple(course), state), as_of)


cases = st.one_of(scenario_cases, edge_cases())


# ---------------------------------------------------------------- a tidy course


@st.composite
def _tidy_course(draw: st.DrawFn) -> list[Event]:
    """Sessions 42 days apart with a scan and a marker before the first and after each."""
    labels = ("L1", "L2")[: draw(st.integers(1, 2))]
    baseline = [draw(AT_BASELINE) for _ in labels]
    course: list[Event] = _visit(FIRST_SESSION - datetime.timedelta(5), labels, baseline, "20")
    late: str | None = None
    sessions = draw(st.sampled_from((3, 3, 3, 4, 2)))
    late_after = draw(st.sampled_from((None, None, 1, 2, 3)))
    invaded_after = draw(st.sampled_from((None, None, None, 2, 3)))
    for number in range(1, sessions + 1):
        day = FIRST_SESSION + datetime.timedelta(42 * (number - 1))
        course.append(Treatment(day, "cTACE", standardised=True))
        seen = [share * first for first, share in zip(baseline, _shares(draw, labels), strict=True)]
        names = labels
        first_seen = number == late_after
        late = "N1" if first_seen else late
        if late is not None:
            names, seen = (*labels, late), [*seen, draw(LATE)]
        marker = draw(st.sampled_from(("15", "20", "21", "100")))
        visit = _visit(day + datetime.timedelta(37), names, seen, marker)
        scan = visit[0]
        if isinstance(scan, Scan):
            visit[0] = replace(
                scan,
                new_lesion=first_seen,
                vascular_invasion=invaded_after is not None and number >= invaded_after,
            )
        course += visit
    return course


def _shares(draw: st.DrawFn, labels: tuple[str, ...]) -> list[Decimal]:
    return [draw(SHARES) for _ in labels]


def _visit(
    day: datetime.date, labels: tuple[str, ...], seen: list[Decimal], marker: str
) -> list[Event]:
    lesions = tuple(LesionSeen(label, mm) for label, mm in zip(labels, seen, strict=True))
    return [
        Scan(day, "MR", True, lesions, False, False, False),
        MarkerValue(day, "AFP", Decimal(marker), "ng/mL"),
    ]


STATE_DEFECTS: dict[str, tuple[Any, ...]] = {
    "ecog": (0, 2, 3, None),
    "bilirubin": (Decimal("34.1"), Decimal("34.2"), Decimal("51.4"), None),
    "albumin": (Decimal("35.1"), Decimal("35"), Decimal("27.9"), None),
    "inr": (Decimal("1.69"), Decimal("1.7"), Decimal("2.31"), None),
    "ascites": ("mild", "moderate-severe", None),
    "encephalopathy": (1, 3, None),
    **dict.fromkeys(FACTS, (True, None)),
}


@st.composite
def _state(draw: st.DrawFn, day: datetime.date) -> State:
    """Well but for at most three things."""
    values: dict[str, Any] = {
        "ecog": 1,
        "bilirubin": Decimal(18),
        "albumin": Decimal(38),
        "inr": Decimal("1.1"),
        "ascites": "none",
        "encephalopathy": 0,
        **dict.fromkeys(FACTS, False),
    }
    for name in draw(st.sets(st.sampled_from(sorted(STATE_DEFECTS)), max_size=3)):
        values[name] = draw(st.sampled_from(STATE_DEFECTS[name]))
    found = {name: Dated(value, day) for name, value in values.items() if value is not None}
    facts = tuple((fact, found.pop(fact)) for fact in FACTS if fact in found)
    intent = draw(st.sampled_from(("palliative", "curative", None)))
    return State(**found, facts=facts, intent=intent)


# ---------------------------------------------------------------- defects


def _changed(
    course: list[Event], kind: type[Any], change: Callable[[Any, st.DrawFn], Event]
) -> st.SearchStrategy[list[Event]]:
    """One event of that kind changed; the course as it is when there is none."""

    @st.composite
    def changed(draw: st.DrawFn) -> list[Event]:
        places = [index for index, event in enumerate(course) if isinstance(event, kind)]
        if not places:
            return course
        place = draw(st.sampled_from(places))
        return [
            change(event, draw) if index == place else event for index, event in enumerate(course)
        ]

    return changed()


def _scan_moved(course: list[Event]) -> st.SearchStrategy[list[Event]]:
    days = st.sampled_from((-10, -9, -8, 5, 23, 55, 56))
    return _changed(
        course,
        Scan,
        lambda scan, draw: replace(scan, date=scan.date + datetime.timedelta(draw(days))),
    )


def _contrast(course: list[Event]) -> st.SearchStrategy[list[Event]]:
    return _changed(
        course,
        Scan,
        lambda scan, draw: replace(scan, contrast=draw(st.sampled_from((None, False)))),
    )


def _statement(course: list[Event]) -> st.SearchStrategy[list[Event]]:
    names = st.sampled_from(("new_lesion", "vascular_invasion", "extrahepatic_spread"))
    answers = st.sampled_from((None, True, False))
    return _changed(course, Scan, lambda scan, draw: replace(scan, **{draw(names): draw(answers)}))


def _no_value(course: list[Event]) -> st.SearchStrategy[list[Event]]:
    def emptied(scan: Scan, draw: st.DrawFn) -> Scan:
        label = draw(st.sampled_from(("L1", "L2", "N1")))
        listed = draw(st.booleans())
        lesions = (
            lesion if lesion.label != label else replace(lesion, mm=None)
            for lesion in scan.lesions
            if listed or lesion.label != label
        )
        return replace(scan, lesions=tuple(lesions))

    return _changed(course, Scan, emptied)


def _technique(course: list[Event]) -> st.SearchStrategy[list[Event]]:
    return _changed(
        course,
        Treatment,
        lambda event, draw: (
            replace(event, standardised=draw(st.sampled_from((None, False))))
            if event.is_tace
            else event
        ),
    )


def _kind(course: list[Event]) -> st.SearchStrategy[list[Event]]:
    kinds = st.sampled_from(("DEB-TACE", "TACE-HAIC", "TACE"))
    return _changed(
        course,
        Treatment,
        lambda event, draw: replace(event, kind=draw(kinds)) if event.is_tace else event,
    )


@st.composite
def _other_therapy(draw: st.DrawFn, course: list[Event]) -> list[Event]:
    day = draw(st.sampled_from([event.date for event in course]))
    after = datetime.timedelta(draw(st.sampled_from((10, 1, 0, 30))))
    kind = draw(st.sampled_from(("ablation", "HAIC", "TARE", "TAE", "resection")))
    return [*course, Treatment(day + after, kind, treated=draw(st.sampled_from((None, *SCOPES))))]


@st.composite
def _another_part(draw: st.DrawFn, course: list[Event]) -> list[Event]:
    day = draw(st.sampled_from([event.date for event in course if isinstance(event, Treatment)]))
    after = datetime.timedelta(draw(st.sampled_from((14, 15, 7))))
    return [*course, Treatment(day + after, "cTACE", standardised=True)]


@st.composite
def _gap(draw: st.DrawFn, course: list[Event]) -> list[Event]:
    """Everything from one day on happens later."""
    day = draw(st.sampled_from([event.date for event in course]))
    later = datetime.timedelta(draw(st.sampled_from((141, 142, 20, 56))))
    return [replace(event, date=event.date + later * (event.date >= day)) for event in course]


@st.composite
def _lost(draw: st.DrawFn, course: list[Event]) -> list[Event]:
    index = draw(st.integers(0, len(course) - 1))
    rest = [*course[:index], *course[index + 1 :]]
    return rest if any(isinstance(event, Treatment) for event in rest) else course


Defect = Callable[[list[Event]], st.SearchStrategy[list[Event]]]
DEFECTS: tuple[Defect, ...] = (
    _scan_moved,
    _contrast,
    _statement,
    _no_value,
    _technique,
    _kind,
    _other_therapy,
    _another_part,
    _gap,
    _lost,
)
