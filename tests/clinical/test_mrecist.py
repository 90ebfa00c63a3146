"""Target response: the worked sums, and that arithmetic is exact at both limits."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdshooks.clinical.chart import Response
from cdshooks.clinical.mrecist import change_percent, progression_limit, target_response

CR, PR, SD, PD, NE = Response.CR, Response.PR, Response.SD, Response.PD, Response.NE

WORKED = {
    # baseline, current, nadir; against baseline, against nadir, with the 5 mm rule
    "mrecist-1": (50, 65, 50, PD, PD, PD),
    "mrecist-2 exactly +20 %": (50, 60, 50, PD, PD, PD),
    "mrecist-3": (101, 121, 101, SD, SD, SD),
    "mrecist-4 exactly -30 %": (100, 70, 100, PR, PR, PR),
    "mrecist-5": (101, 71, 101, SD, SD, SD),
    "mrecist-6 all gone": (50, 0, 50, CR, CR, CR),
    "mrecist-7 baseline 0": (0, 12, 0, NE, NE, NE),
    "mrecist-8 nadir 35": (100, 62, 35, PR, PD, PR),
    "mrecist-9 grows 4 mm": (20, 24, 20, PD, PD, SD),
    "mrecist-10 grows 2 mm": (10, 12, 10, PD, PD, SD),
    "mrecist-11 late entry": (60, 79, 60, PD, PD, PD),
    "mrecist-12 late entry": (70, 94, 70, PD, PD, PD),
    "mrecist-13 late entry, nadir 55": (65, 66, 55, SD, PD, SD),
    "nadir 0": (100, 5, 0, PR, PD, PR),
    "90 -> 63, which floating point misses": (90, 63, 90, PR, PR, PR),
    "170 -> 119, which floating point misses": (170, 119, 170, PR, PR, PR),
    "180 -> 126, which floating point misses": (180, 126, 180, PR, PR, PR),
    "10.5 -> 12.6, which floating point misses": ("10.5", "12.6", "10.5", PD, PD, SD),
    "11 -> 13.2, which floating point misses": (11, "13.2", 11, PD, PD, SD),
    "13 -> 15.6, which floating point misses": (13, "15.6", 13, PD, PD, SD),
    "14 -> 9.8, which floating point misses": (14, "9.8", 14, PR, PR, PR),
}


@pytest.mark.parametrize(
    ("b", "c", "nadir", "plain", "by_nadir", "five_mm"), WORKED.values(), ids=WORKED
)
def test_worked_sums(b, c, nadir, plain, by_nadir, five_mm):
    b, c, nadir = Fraction(b), Fraction(c), Fraction(nadir)
    assert target_response(b, c, b) is plain
    assert target_response(b, c, nadir) is by_nadir
    assert target_response(b, c, b, 5) is five_mm


def test_any_growth_from_nothing_is_progression_in_the_nadir_view():
    assert target_response(Fraction(100), Fraction(3), Fraction(0), 5) is PD


@given(tenths=st.integers(min_value=50, max_value=5000))
def test_exactly_twenty_percent_more_is_progression(tenths):
    b = Fraction(tenths, 10)
    assert target_response(b, b * Fraction(6, 5), b) is PD
    assert target_response(b, b * Fraction(6, 5) - Fraction(1, 1000), b) is SD


@given(tenths=st.integers(min_value=50, max_value=5000))
def test_exactly_thirty_percent_less_is_partial_response(tenths):
    b = Fraction(tenths, 10)
    assert target_response(b, b * Fraction(7, 10), b) is PR
    assert target_response(b, b * Fraction(7, 10) + Fraction(1, 1000), b) is SD


def test_change_is_exact_and_undefined_from_nothing():
    assert change_percent(Fraction(101), Fraction(121)) == Fraction(2000, 101)
    assert change_percent(Fraction(0), Fraction(12)) is None


@pytest.mark.parametrize("rule_mm", [0, 5])
def test_after_nothing_the_smallest_growth_is_progression(rule_mm):
    assert progression_limit(Fraction(0), rule_mm) == 0
    assert target_response(Fraction(50), Fraction(1, 2), Fraction(0), rule_mm) is PD


def test_below_one_millimetre_there_still_is_a_response():
    assert target_response(Fraction(1, 2), Fraction(1, 2), Fraction(1, 2)) is SD
    assert change_percent(Fraction(1, 2), Fraction(1, 4)) == -50
