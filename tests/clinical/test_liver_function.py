"""Parts of Child-Pugh that are several, missing, stated or a diagnosis; limits of the grades."""

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest

from cdshooks.clinical.chart import ChildPughStated, Grade, Laboratory
from cdshooks.clinical.scores import (
    Albi,
    ChildPugh,
    albi,
    ascites_points,
    child_pugh,
    encephalopathy_grades,
    latest_of,
    usable,
)
from tests.clinical.test_scores import DAY, grade, lab, liver
from tests.consensus.charts import day

GOOD = liver(18, 38, 1.1, 1, 0)
"""Child-Pugh A5."""


OF_OLD = day("2020-01-01")


def condition(lowest: int, highest: int, date: datetime.date) -> tuple[Grade, ...]:
    """An active diagnosis: it does not expire."""
    return (Grade(lowest, highest, date, ("Condition/c",), expires=False),)


def stated(lowest: int, highest: int, reference: str = "s") -> ChildPughStated:
    return ChildPughStated(lowest, highest, DAY, (f"Observation/{reference}",))


@pytest.mark.parametrize(
    ("lowest", "highest", "score", "letter", "is_c"),
    [
        (5, 5, 5, "A", False),
        (6, 7, None, None, False),
        (7, 9, None, "B", False),
        (9, 9, 9, "B", False),
        (9, 10, None, None, None),
        (10, 10, 10, "C", True),
        (10, 15, None, "C", True),
    ],
)
def test_class_and_score_are_known_when_both_bounds_agree(lowest, highest, score, letter, is_c):
    found = ChildPugh(lowest, highest, ())
    assert (found.score, found.child_pugh_class, found.is_c) == (score, letter, is_c)


def test_in_conflict_neither_score_nor_class_is_known():
    found = ChildPugh(10, 10, (), conflict=True)
    assert (found.score, found.child_pugh_class, found.is_c) == (None, None, None)


@pytest.mark.parametrize(
    ("value", "grade", "modified"),
    [
        (-2.60, 1, "1"),
        (-2.599, 2, "2a"),
        (-2.27, 2, "2a"),
        (-2.269, 2, "2b"),
        (-1.39, 2, "2b"),
        (-1.389, 3, "3"),
    ],
)
def test_the_limits_of_the_albi_grades_belong_to_the_better_grade(value, grade, modified):
    found = Albi(value, ())
    assert (found.grade, found.modified_grade) == (grade, modified)


def test_undated_is_missing():
    assert not usable(None, DAY)


def test_only_the_latest_day_that_has_any_counts():
    old = lab(60, "umol/L", DAY.replace(day=1))
    undated = lab(60, "umol/L", None)
    assert latest_of((*old, *undated, *lab(18, "umol/L")), DAY) == lab(18, "umol/L")
    assert latest_of((*lab(18, "umol/L"), *old), DAY) == lab(18, "umol/L")
    assert latest_of(undated, DAY) == ()


def test_two_values_of_one_day_give_bounds():
    two = replace(GOOD, bilirubin=lab(60, "umol/L") + lab(18, "umol/L"))
    found = child_pugh(two, DAY)
    assert found is not None
    assert (found.lowest, found.highest) == (5, 7)


@pytest.mark.parametrize("name", ["bilirubin", "albumin", "inr", "ascites", "encephalopathy"])
def test_each_missing_part_is_one_to_three_points(name):
    found = child_pugh(replace(GOOD, **{name: ()}), DAY)
    assert found is not None
    assert (found.lowest, found.highest) == (5, 7)


@pytest.mark.parametrize(
    ("grades", "conditions", "wanted"),
    [
        ((), (), None),
        ((0,), (), (0, 0)),
        ((0, 2), (), (0, 2)),
        ((2, 0), (), (0, 2)),
        ((), ((1, 4),), (1, 4)),
        ((0,), ((1, 4),), (1, 4)),
        ((1,), ((1, 4),), (1, 1)),
        ((0, 2), ((1, 4),), (0, 2)),
    ],
)
@pytest.mark.parametrize("since", [OF_OLD, DAY])
def test_an_active_encephalopathy_outweighs_a_recorded_zero(grades, conditions, wanted, since):
    recorded = tuple(g for value in grades for g in grade(value))
    active = tuple(c for low, high in conditions for c in condition(low, high, since))
    found = encephalopathy_grades(replace(GOOD, encephalopathy=recorded + active), DAY)
    assert (found and (found.lowest, found.highest)) == wanted


@pytest.mark.parametrize(
    ("points", "conditions", "wanted"),
    [
        ((), (), None),
        ((1,), (), (1, 1)),
        ((1, 3), (), (1, 3)),
        ((3, 1), (), (1, 3)),
        ((), ((2, 3),), (2, 3)),
        ((1,), ((2, 3),), (1, 3)),
        ((2,), ((2, 3),), (2, 2)),
        ((1, 2), ((2, 3),), (1, 2)),
    ],
)
@pytest.mark.parametrize("since", [OF_OLD, DAY])
def test_an_active_ascites_makes_none_doubtful(points, conditions, wanted, since):
    recorded = tuple(g for value in points for g in grade(value))
    active = tuple(c for low, high in conditions for c in condition(low, high, since))
    found = ascites_points(replace(GOOD, ascites=recorded + active), DAY)
    assert (found and (found.lowest, found.highest)) == wanted


@pytest.mark.parametrize(
    ("missing", "whole", "bounds", "conflict"),
    [
        ((), (stated(5, 6),), (5, 5), False),
        ((), (stated(7, 9),), (5, 5), True),
        (("inr",), (stated(5, 6),), (5, 6), False),
        (("inr",), (stated(5, 5),), (5, 5), False),
        (("inr",), (stated(6, 6),), (6, 6), False),
        (("inr",), (stated(7, 9),), (7, 7), False),
        (("inr",), (stated(8, 8),), (5, 8), True),
        (("inr",), (stated(10, 15),), (5, 15), True),
        (("inr",), (stated(6, 6), stated(7, 7, "t")), (6, 7), False),
    ],
)
def test_a_stated_whole_beside_the_parts(missing, whole, bounds, conflict):
    parts = replace(GOOD, **dict.fromkeys(missing, ()), stated=whole)
    found = child_pugh(parts, DAY)
    assert found is not None
    assert (found.lowest, found.highest, found.conflict) == (*bounds, conflict)
    assert {"Observation/x", "Observation/g", "Observation/s"} <= set(found.references)


def test_a_stated_whole_below_all_that_the_parts_allow_is_a_conflict():
    found = child_pugh(replace(liver(60, 26, 1.9, 3, None), stated=(stated(7, 7),)), DAY)
    assert found is not None
    assert (found.lowest, found.highest, found.conflict) == (7, 14, True)


def test_every_part_is_cited():
    names = ("bilirubin", "albumin", "inr", "ascites", "encephalopathy")
    cited = replace(
        GOOD,
        **{
            n: tuple(replace(i, references=(f"Observation/{n}",)) for i in getattr(GOOD, n))
            for n in names
        },
    )
    found = child_pugh(cited, DAY)
    assert found is not None
    assert set(found.references) == {f"Observation/{n}" for n in names}


def milligrams(value: str) -> tuple[Laboratory, ...]:
    return (Laboratory(Decimal(value), "mg/dL", DAY, ("Observation/b",)),)


def test_albi_converts_to_the_units_of_its_formula():
    worked = albi(liver(Decimal("17.104"), 40, None, None, None), DAY)
    converted = albi(replace(liver(None, 40, None, None, None), bilirubin=milligrams("1")), DAY)
    assert worked is not None and converted is not None
    assert converted.value == pytest.approx(worked.value)
    assert albi(replace(GOOD, bilirubin=milligrams("0")), DAY) is None


def test_albi_needs_one_value_of_each():
    assert albi(replace(GOOD, albumin=lab(38, "g/L") + lab(30, "g/L")), DAY) is None
    assert albi(replace(GOOD, bilirubin=lab(18, "umol/L") + lab(30, "umol/L")), DAY) is None
    assert albi(replace(GOOD, albumin=()), DAY) is None
    assert albi(replace(GOOD, albumin=lab(38, "g/L") + lab("3.8", "g/dL")), DAY) is not None
    assert albi(liver(1, 40, None, None, None), DAY) is not None


@pytest.mark.parametrize("name", ["bilirubin", "albumin", "inr", "ascites", "encephalopathy"])
def test_parts_are_complete_only_when_none_is_missing(name):
    found = child_pugh(replace(GOOD, **{name: ()}, stated=(stated(10, 15),)), DAY)
    assert found is not None
    assert (found.lowest, found.highest, found.conflict) == (5, 15, True)


def test_albi_cites_both_values():
    found = albi(replace(GOOD, bilirubin=milligrams("1")), DAY)
    assert found is not None
    assert found.references == ("Observation/b", "Observation/x")
