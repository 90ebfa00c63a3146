"""What would change a verdict is true: the fact is put into the record, and the verdict changes."""

from __future__ import annotations

import datetime
import tempfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import orjson
import pytest

from cdshooks.cards.compose import compose
from cdshooks.cards.text import explain_text
from cdshooks.consensus.assessment import Assessment, Change, ChangeKind, Verdict
from cdshooks.consensus.guide import guide
from cdshooks.consensus.readings import DEFAULT, PROFILES, Readings, readings_from
from cdshooks.fhir.charting import chart_of
from cdshooks.fhir.sources import load_source
from tests.support.fhir_writer import bundle_of
from tests.support.patient import SYSTEMIC, LesionSeen, Patient, Scan, State, Treatment
from tests.support.scenario import load_scenario, scenario_files
from tests.test_boundaries import on, patient, scan, state, tace, three_sessions

SCENARIOS = [load_scenario(file) for file in scenario_files()]
TENTH, LARGEST = Decimal("0.1"), Decimal(300)


def assessed(person: Patient, as_of: datetime.date, readings: Readings = DEFAULT) -> Assessment:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bundle.json"
        file.write_bytes(orjson.dumps(bundle_of(person), default=str))
        return guide(chart_of(load_source(str(file))), as_of, readings)


def changes(assessment: Assessment, *kinds: ChangeKind) -> list[Change]:
    return [change for change in assessment.outlook if change.kind in kinds]


def with_sum(person: Patient, day: datetime.date, roles: dict[str, str], mm: Decimal) -> Patient:
    """The scan of that day with the sum on as few targets as can hold it, the others at 0."""
    sizes = {}
    for label in (label for label, role in roles.items() if role in ("initial", "late-entry")):
        sizes[label] = min(mm, LARGEST)
        mm -= sizes[label]

    def lesion(seen: LesionSeen) -> LesionSeen:
        return replace(seen, mm=sizes.get(seen.label, seen.mm))

    course = tuple(
        replace(event, lesions=tuple(map(lesion, event.lesions)))
        if isinstance(event, Scan) and event.date == day
        else event
        for event in person.course
    )
    return replace(person, course=course)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.patient.id)
def test_a_sum_changes_the_verdict_and_a_tenth_less_does_not(scenario, profile: str) -> None:
    readings = PROFILES[profile]
    person, as_of = scenario.patient, scenario.as_of
    before = assessed(person, as_of, readings)
    roles = {lesion.label: lesion.role for lesion in before.response.lesions}
    for change in changes(before, ChangeKind.SUM_AT_LEAST, ChangeKind.SUM_AT_MOST):
        assert before.course.assessment_scan is not None
        assert change.mm is not None
        day = before.course.assessment_scan.date
        if sum(e.date == day for e in person.course if isinstance(e, Scan)) != 1:
            continue
        step = -TENTH if change.kind is ChangeKind.SUM_AT_LEAST else TENTH
        for mm, verdict in (
            (change.mm, change.verdict),
            (change.mm + step, before.definitions[change.definition].verdict),
        ):
            after = assessed(with_sum(person, day, roles, mm), as_of, readings)
            assert after.definitions[change.definition].verdict is verdict, (change, mm)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.patient.id)
def test_intent_and_attestation_change_the_verdict(scenario) -> None:
    person, as_of = scenario.patient, scenario.as_of
    before = assessed(person, as_of)
    for change in changes(before, ChangeKind.INTENT, ChangeKind.NOT_STANDARDISED):
        if change.kind is ChangeKind.INTENT:
            other = replace(person, state=replace(person.state, intent=change.subject))
        else:
            dropped = {reference.rpartition("treatment")[2] for reference in change.references}
            course = tuple(
                replace(event, standardised=False)
                if isinstance(event, Treatment) and str(place) in dropped
                else event
                for place, event in enumerate(person.course, start=1)
            )
            other = replace(person, course=course)
        after = assessed(other, as_of)
        assert after.definitions[change.definition].verdict is change.verdict, change


def test_every_known_verdict_says_what_would_change_it_or_that_nothing_single_would() -> None:
    """None: a JSH-LCSGJ met by several criteria, a stated response, a record read several ways."""
    for scenario in SCENARIOS:
        shown = assessed(scenario.patient, scenario.as_of)
        told = {change.definition for change in shown.outlook}
        for name, definition in shown.definitions.items():
            several = name == "jsh-lcsgj-2014" and definition.verdict is Verdict.MET
            stated = "response-stated" in shown.flags
            assert name in told or several or stated or is_open(scenario.patient), name


def is_open(person: Patient) -> bool:
    """Whether the record may be read in several ways."""
    local = [t for t in person.treatments if not t.is_tace and t.kind not in ("TAE", SYSTEMIC)]
    return any(t.treated is None for t in local) or any(s.contrast is None for s in person.scans)


# ---------------------------------------------------------------- the scan that is due

DUE = [
    # days after the last session, range of days or None
    (0, (28, 92)),
    (27, (28, 92)),
    (40, (40, 92)),
    (92, (92, 92)),
    (93, None),
]


@pytest.mark.parametrize(("days", "wanted"), DUE)
def test_a_scan_is_due_while_the_window_is_open(days: int, wanted: tuple[int, int] | None) -> None:
    last = 84
    person = patient(scan(-5, {"L1": "50"}), *map(tace, (0, 42, last)), state_of=state(last))
    shown = assessed(person, on(last + days))
    if wanted is None:
        assert shown.due is None
        return
    first, end = (on(last + day) for day in wanted)
    assert shown.due is not None
    assert (shown.due.first, shown.due.last) == (first, end)
    for lang, words in (("en", f"due between {first} and {end}"), ("zh", f"应于{first}至{end}")):
        card = compose(shown, lang, knowledge="1")[0]
        assert words in card["detail"]
        assert words in explain_text(shown, lang)


def test_no_scan_is_due_once_there_is_one_or_another_treatment_closed_the_window() -> None:
    there = three_sessions({"L1": "50"}, {"L1": "50"}, days_after=30)
    assert assessed(there, on(84 + 31)).due is None
    tare = Treatment(on(90), "TARE", treated="target")
    closed = patient(scan(-5, {"L1": "50"}), *map(tace, (0, 42, 84)), tare, state_of=state(90))
    assert assessed(closed, on(95)).due is None


def test_a_scan_to_come_names_the_sum_that_would_be_pd() -> None:
    person = patient(scan(-5, {"L1": "50.3"}), *map(tace, (0, 42, 84)), state_of=state(90))
    wanted = changes(assessed(person, on(90)), ChangeKind.SCAN)
    assert [change.mm for change in wanted] == [Decimal("60.4")] * 3  # 60.36 and above
    assert (wanted[0].first, wanted[0].last) == (on(84 + 28), on(84 + 92))


def test_nothing_is_due_without_a_session() -> None:
    person = patient(scan(-5, {"L1": "50"}), state_of=State())
    shown = assessed(person, on(0))
    assert (shown.due, shown.course.count) == (None, 0)


def test_a_staged_session_that_was_two_would_change_the_verdict() -> None:
    """Three procedures counted as two sessions; apart they are three, and the targets are PD."""
    scenario = next(one for one in SCENARIOS if one.id == "V28")
    before = assessed(scenario.patient, scenario.as_of)
    (told,) = [
        change for change in changes(before, ChangeKind.SEPARATE) if change.definition == "cci-2022"
    ]
    assert told.verdict is Verdict.MET
    apart = tuple(
        replace(event, group=None) if isinstance(event, Treatment) else event
        for event in scenario.patient.course
    )
    person = replace(scenario.patient, course=apart)
    after = assessed(person, scenario.as_of, readings_from({"merge_within_days": 0}))
    assert after.definitions["cci-2022"].verdict is Verdict.MET
    assert f"to {told.last}, counted as one staged session" in explain_text(before, "en")
