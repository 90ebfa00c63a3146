"""Six-and-twelve and up-to-seven: every worked number, exact limits, numbers known as a range."""

import datetime
from decimal import Decimal

import pytest

from cdshooks.clinical.burden import MEDIAN_SURVIVAL_MONTHS, burden_before
from cdshooks.clinical.chart import Dated

FIRST = datetime.date(2023, 1, 10)


def before(days, value, **more):
    date = None if days is None else FIRST - datetime.timedelta(days)
    return Dated(Decimal(str(value)), date, (f"Observation/{value}-{days}",), **more)


def burden(sizes, numbers=(), **more):
    return burden_before(sizes, numbers, FIRST, **{"max_age_days": 90, **more})


def of(largest_cm, number):
    return burden([before(5, Decimal(largest_cm) * 10)], [before(5, number)])


SIX_AND_TWELVE = {
    "six-and-twelve-1 3.0 cm, 3": ("3.0", 3, "6.0", 1, "49.1"),
    "six-and-twelve-2 3.1 cm, 3": ("3.1", 3, "6.1", 2, "32.0"),
    "six-and-twelve-3 5.0 cm, 1": ("5.0", 1, "6.0", 1, "49.1"),
    "six-and-twelve-4 6.0 cm, 6": ("6.0", 6, "12.0", 2, "32.0"),
    "six-and-twelve-5 6.1 cm, 6": ("6.1", 6, "12.1", 3, "15.8"),
    "six-and-twelve-6 9.4 cm, 3": ("9.4", 3, "12.4", 3, "15.8"),
    "six-and-twelve-7 2.0 cm, 10": ("2.0", 10, "12.0", 2, "32.0"),
    "six-and-twelve-8 5.4 cm, 1": ("5.4", 1, "6.4", 2, "32.0"),
    "six-and-twelve-9 13.0 cm, 1": ("13.0", 1, "14.0", 3, "15.8"),
}


@pytest.mark.statement("CCI-C8")
@pytest.mark.parametrize(
    ("largest", "number", "total", "stratum", "months"),
    SIX_AND_TWELVE.values(),
    ids=SIX_AND_TWELVE,
)
def test_six_and_twelve(largest, number, total, stratum, months):
    found = of(largest, number)
    assert (found.value_cm, found.stratum) == (Decimal(total), stratum)
    assert MEDIAN_SURVIVAL_MONTHS[found.stratum] == months


UP_TO_SEVEN = {
    "up-to-seven-1 4.0 cm, 3": ("4.0", 3, "7.0", True),
    "up-to-seven-2 4.1 cm, 3": ("4.1", 3, "7.1", False),
    "up-to-seven-3 6.0 cm, 1": ("6.0", 1, "7.0", True),
    "up-to-seven-4 6.5 cm, 1": ("6.5", 1, "7.5", False),
    "up-to-seven-5 2.0 cm, 5": ("2.0", 5, "7.0", True),
    "up-to-seven-6 2.1 cm, 5": ("2.1", 5, "7.1", False),
    "up-to-seven-7 3.0 cm, 4": ("3.0", 4, "7.0", True),
    "up-to-seven-8 6.7 cm, 1": ("6.7", 1, "7.7", False),
}


@pytest.mark.parametrize(
    ("largest", "number", "total", "within"), UP_TO_SEVEN.values(), ids=UP_TO_SEVEN
)
def test_up_to_seven(largest, number, total, within):
    found = of(largest, number)
    assert (found.value_cm, found.within_up_to_seven) == (Decimal(total), within)


def test_example_8_is_in_stratum_2_though_beyond_seven():
    assert of("6.7", 1).stratum == 2


def test_a_hundredth_above_the_limit_is_above_it():
    assert of("3.001", 3).stratum == 2
    assert of("4.0001", 3).within_up_to_seven is False


@pytest.mark.parametrize(
    ("largest", "numbers", "stratum", "within"),
    [
        ("5.0", [], None, None),  # not recorded: at least one
        ("6.1", [], None, False),
        ("11.0", [], None, False),
        ("11.1", [], 3, False),
        ("1.0", [before(5, 10, at_least=True)], None, False),
        ("1.1", [before(5, 11, at_least=True)], 3, False),
        ("2.0", [before(5, 2), before(5, 3)], 1, True),
        ("3.0", [before(5, 3), before(5, 4)], None, True),
        ("3.0", [before(5, 4), before(5, 5)], 2, None),
        ("2.0", [before(5, 2), before(5, 2, at_least=True)], None, None),
    ],
)
def test_a_number_known_as_a_range(largest, numbers, stratum, within):
    found = burden([before(5, Decimal(largest) * 10)], numbers)
    assert (found.stratum, found.within_up_to_seven) == (stratum, within)


def test_without_a_size_there_is_no_burden():
    assert burden([], [before(5, 13)]) is None
    assert burden([before(5, 0)], [before(5, 2)]) is None


@pytest.mark.parametrize(
    ("days", "usable"), [(-1, False), (0, True), (90, True), (91, False), (None, False)]
)
def test_from_the_first_session_back_to_ninety_days(days, usable):
    assert (burden([before(days, 50)]) is not None) is usable


def test_a_size_before_a_therapy_aimed_at_a_target_is_not_used():
    treated = FIRST - datetime.timedelta(30)
    assert burden([before(30, 50)], later_than=treated) is None
    assert burden([before(29, 50)], later_than=treated) is not None


def test_all_days_of_an_imprecise_date_must_lie_in_the_window():
    first_of_year = datetime.date(2022, 1, 1)
    assert burden([before(10, 50, first=first_of_year)]) is None
    assert burden([before(10, 50, first=datetime.date(2022, 12, 1))]) is not None


def test_the_latest_day_with_size_and_number_counts():
    found = burden([before(5, 60), before(20, 50)], [before(20, 2)])
    assert (found.largest_mm, found.fewest, found.date) == (50, 2, FIRST - datetime.timedelta(20))
    apart = burden([before(5, 60)], [before(20, 2), before(30, 3)])
    assert (apart.largest_mm, apart.fewest, apart.most) == (60, 2, 2)


def test_of_several_sizes_of_one_day_the_largest_counts():
    found = burden([before(5, 30), before(5, 45)], [before(5, 2)])
    assert found.largest_mm == 45
    assert found.references == ("Observation/2-5", "Observation/30-5", "Observation/45-5")


def test_without_a_usable_number_there_is_at_least_one_tumour():
    size = [before(5, 50)]
    for number in (before(5, 0), before(91, 3), before(-1, 3), before(None, 3)):
        found = burden(size, [number])
        assert (found.fewest, found.most, found.value_cm) == (1, None, None)
    assert burden([before(5, 1)]).largest_mm == 1


def test_of_several_whole_days_the_latest_counts():
    found = burden([before(20, 50), before(5, 30)], [before(20, 2), before(5, 1)])
    assert (found.largest_mm, found.value_cm) == (30, 4)


def test_the_number_is_that_of_the_day_of_the_size():
    found = burden([before(20, 50)], [before(20, 2), before(5, 3)])
    assert (found.fewest, found.most) == (2, 2)
