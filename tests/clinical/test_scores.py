"""Child-Pugh and ALBI: worked numbers, limits in the reported unit, missing parts as bounds."""

import datetime
from decimal import Decimal

import pytest

from cdshooks.clinical.chart import ChildPughStated, Grade, Laboratory, LiverFunction
from cdshooks.clinical.scores import albi, child_pugh

DAY = datetime.date(2023, 5, 20)
NONE, SLIGHT, SEVERE = 1, 2, 3


def lab(value, unit, day=DAY):
    return (
        () if value is None else (Laboratory(Decimal(str(value)), unit, day, ("Observation/x",)),)
    )


def grade(value, day=DAY):
    return () if value is None else (Grade(value, value, day, ("Observation/g",)),)


def liver(bilirubin, albumin, inr, ascites, encephalopathy, day=DAY, **more):
    return LiverFunction(
        lab(bilirubin, "umol/L", day),
        lab(albumin, "g/L", day),
        lab(inr, "1", day),
        grade(ascites, day),
        grade(encephalopathy, day),
        **more,
    )


CHILD_PUGH = [
    ((18, 38, 1.1, NONE, 0), 5, "A"),
    ((34.1, 35.1, 1.69, NONE, 0), 5, "A"),
    ((34.2, 35, 1.7, SLIGHT, 0), 9, "B"),
    ((38, 33, 1.3, NONE, 0), 7, "B"),
    ((51.3, 28, 2.3, SLIGHT, 2), 10, "C"),
    ((51.4, 27.9, 2.31, SEVERE, 3), 15, "C"),
    ((60, 26, 1.9, SEVERE, 0), 12, "C"),
]


def numbered(rows, name):
    return [f"3f-{name}-{number}" for number in range(1, len(rows) + 1)]


@pytest.mark.parametrize(
    ("parts", "score", "letter"), CHILD_PUGH, ids=numbered(CHILD_PUGH, "child-pugh")
)
def test_child_pugh_worked(parts, score, letter):
    found = child_pugh(liver(*parts), DAY)
    assert (found.score, found.child_pugh_class) == (score, letter)


def test_a_missing_part_gives_bounds_3f_child_pugh_8():
    found = child_pugh(liver(20, 36, 1.2, NONE, None), DAY)
    assert (found.lowest, found.highest, found.child_pugh_class) == (5, 7, None)
    assert found.is_c is False


@pytest.mark.parametrize(("bilirubin", "points"), [("1.99", 1), ("2", 2), ("3", 2), ("3.01", 3)])
def test_bilirubin_is_compared_in_its_own_unit(bilirubin, points):
    parts = liver(None, 38, 1.1, NONE, 0)
    found = child_pugh(
        LiverFunction(
            lab(bilirubin, "mg/dL"), parts.albumin, parts.inr, parts.ascites, parts.encephalopathy
        ),
        DAY,
    )
    assert found.score == 4 + points


@pytest.mark.parametrize(("age", "usable"), [(-1, False), (0, True), (30, True), (31, False)])
def test_parts_are_usable_up_to_thirty_days(age, usable):
    found = child_pugh(liver(18, 38, 1.1, NONE, 0, DAY - datetime.timedelta(days=age)), DAY)
    assert (found is not None) is usable


def whole(low, high):
    return {"stated": (ChildPughStated(low, high, DAY, ("Observation/cp",)),)}


def test_complete_parts_win_and_a_differing_class_is_unknown():
    assert child_pugh(liver(18, 38, 1.1, NONE, 0, **whole(5, 6)), DAY).score == 5
    differing = child_pugh(liver(18, 38, 1.1, NONE, 0, **whole(7, 9)), DAY)
    assert (differing.child_pugh_class, differing.is_c, differing.conflict) == (None, None, True)


def test_a_stated_class_serves_while_a_part_is_missing():
    assert child_pugh(liver(18, 38, 1.1, NONE, None, **whole(5, 6)), DAY).child_pugh_class == "A"


ALBI = [
    (45, 10, -3.1650, 1, "1"),
    (40, 15, -2.6238, 1, "1"),
    (40, 22.6, -2.5063, 2, "2a"),
    (38, 18, -2.4015, 2, "2a"),
    (35, 25, -2.0524, 2, "2b"),
    (33, 38, -1.7623, 2, "2b"),
    (30, 34.2, -1.5375, 2, "2b"),
    (28, 50, -1.2587, 3, "3"),
    (26, 60, -1.0364, 3, "3"),
    (25, 13.0, -1.3898, 3, "3"),
]


@pytest.mark.parametrize(
    ("albumin", "bilirubin", "value", "grade_", "modified"), ALBI, ids=numbered(ALBI, "albi")
)
def test_albi_worked(albumin, bilirubin, value, grade_, modified):
    found = albi(liver(bilirubin, albumin, None, None, None), DAY)
    assert round(found.value, 4) == value
    assert (found.grade, found.modified_grade) == (grade_, modified)


def test_albi_does_not_depend_on_the_unit():
    grams = albi(LiverFunction(lab(18, "umol/L"), lab(38, "g/L")), DAY)
    decilitre = albi(LiverFunction(lab(18, "umol/L"), lab("3.8", "g/dL")), DAY)
    assert grams.value == decilitre.value
