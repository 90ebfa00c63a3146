"""What several scans of one day say together, and when two values of a lesion are one."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from cdshooks.clinical.chart import Statement, Vessel
from cdshooks.clinical.timepoints import TimePoint, conflicts, time_points
from tests.consensus.charts import scan

DAY = "2023-05-16"


def point(*scans) -> TimePoint:
    (one,) = time_points(scans)
    return one


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (10, 12, False),
        (10, 12.1, True),
        (8.5, 10, False),
        (95, 100, False),
        (96, 100, False),
        (94.95, 100, True),
        (94, 100, True),
        (12, 12, False),
        (12, None, False),
    ],
    ids=str,
)
def test_values_up_to_2_mm_or_5_percent_apart_are_one(one, other, apart):
    scans = (scan(DAY, {"L1": one}), scan(DAY, {"L1": other}, name="b"))
    assert bool(conflicts(scans)) is apart
    assert point(*scans).mm("L1") == Decimal(str(max(one, other or 0)))


def test_a_lesion_that_is_only_listed_has_no_value_and_no_conflict():
    scans = (scan(DAY, {"L1": None}), scan(DAY, {"L1": None}, name="b"))
    assert conflicts(scans) == ()
    assert point(*scans).mm("L1") is None


@pytest.mark.parametrize(
    ("lesions", "complete"), [({}, False), ({"L1": None}, False), ({"L1": 0}, True)]
)
def test_a_scan_that_lists_nothing_measures_nothing(lesions, complete):
    assert point(scan(DAY, lesions)).measures_all_it_lists is complete


def statements(*answers: bool) -> tuple[Statement, ...]:
    return tuple(Statement(answer, (f"Observation/{i}",)) for i, answer in enumerate(answers))


def test_one_yes_on_a_scan_is_a_yes():
    both = replace(scan(DAY, {}), vascular_invasion=statements(False, True))
    assert point(both).vascular_invasion is True


@pytest.mark.parametrize(
    ("answers", "together"),
    [((True, False), True), ((True, None), True), ((False, None), None), ((False, False), False)],
)
def test_scans_of_one_day_answer_together(answers, together):
    scans = [scan(DAY, {}, ehs=answer, name=str(i)) for i, answer in enumerate(answers)]
    assert point(*scans).extrahepatic_spread is together


def test_only_a_vessel_that_is_invaded_is_named():
    trunk = Statement(False, ("Observation/a",), (Vessel.PORTAL_TRUNK,))
    branch = Statement(True, ("Observation/b",), (Vessel.PORTAL_BRANCH,))
    assert point(replace(scan(DAY, {}), vascular_invasion=(trunk, branch))).vessels == {
        Vessel.PORTAL_BRANCH
    }


def test_every_statement_of_the_day_is_cited():
    seen = replace(
        scan(DAY, {}),
        new_intrahepatic_lesion=(Statement(False, ("Observation/new",)),),
        vascular_invasion=(Statement(False, ("Observation/vi",)),),
        extrahepatic_spread=(Statement(False, ("Observation/ehs",)),),
    )
    assert tuple(point(seen).statements.values()) == (
        ("Observation/new",),
        ("Observation/vi",),
        ("Observation/ehs",),
    )
