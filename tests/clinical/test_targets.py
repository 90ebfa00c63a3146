"""Which lesions are targets, which are new, and with what each is compared."""

from __future__ import annotations

import datetime
from fractions import Fraction

import pytest

from cdshooks.clinical.chart import Lesion, LesionRole, Scan
from cdshooks.clinical.targets import Targets, find_targets
from cdshooks.clinical.timepoints import is_adequate, time_points
from tests.consensus.charts import day, scan

BASELINE, SECOND, THIRD, CUTOFF, LAST = (
    "2023-01-05",
    "2023-02-16",
    "2023-03-30",
    "2023-04-04",
    "2023-05-16",
)
BEFORE = scan(BASELINE, {"L1": 50})


def found(*later: Scan, lesions: dict[str, Lesion] | None = None, **more) -> Targets:
    """Targets of a baseline with one lesion of 50 mm and the scans after it."""
    scans = (more.pop("baseline", BEFORE), *later)
    points = time_points([s for s in scans if is_adequate(s)])
    baseline = next(p for p in points if p.date == day(BASELINE))
    return find_targets(
        baseline,
        [p for p in points if p.date > baseline.date],
        [*more.pop("earlier", ()), *scans],
        {} if lesions is None else lesions,
        late_cutoff=day(CUTOFF),
        exclude_late=more.pop("exclude_late", False),
    )


def recorded(role: LesionRole | None = None, first: str | None = None) -> dict[str, Lesion]:
    detected = None if first is None else day(first)
    return {"N2": Lesion("N2", "N2", ("BodyStructure/N2",), role, detected)}


def late(targets: Targets) -> dict[str, tuple[datetime.date, Fraction]]:
    return {key: (one.date, Fraction(one.mm)) for key, one in targets.late_entry.items()}


# --- from its first sizes: late-entry target, new, or without a baseline ---

SIZES = [
    # on the second scan, on the third, on the day of the cut-off, on the last
    ((12, 14, 15, 16), "late from 2023-02-16"),
    ((6, 12, 15, 16), "late from 2023-03-30"),
    ((12, None, 15, 16), "late from 2023-02-16"),
    ((6, 6, 10, 16), "late from 2023-04-04"),
    ((6, 6, 6, 16), "new"),
    ((6, 6, 6, None), "new"),
    ((6, 6, 6, 6), "none"),
    ((None, 12, 15, 16), "no baseline"),
    ((6, None, 15, 16), "no baseline"),
    ((6, 6, None, 16), "no baseline, new"),
    ((None, None, None, None), "no baseline, new"),
    ((None, 6, 10, 16), "no baseline"),
]


@pytest.mark.parametrize(("sizes", "wanted"), SIZES, ids=[str(sizes) for sizes, _ in SIZES])
def test_a_lesion_called_new_is_judged_by_its_first_measurable_size(sizes, wanted):
    dates = (SECOND, THIRD, CUTOFF, LAST)
    later = [scan(d, {"L1": 50, "N2": mm}, new=True) for d, mm in zip(dates, sizes, strict=True)]
    targets = found(*later)
    words = [f"late from {one.date}" for one in targets.late_entry.values()]
    words += ["no baseline"] if targets.without_baseline else []
    words += ["new"] if targets.new else []
    assert (", ".join(words) or "none") == wanted
    assert not targets.unexplained
    assert targets.comparable is ("no baseline" not in wanted)


def test_a_lesion_listed_without_a_size_only_after_the_cut_off_is_new():
    targets = found(scan("2023-04-20", {"N2": None}, new=True), scan(LAST, {"N2": 15}))
    assert targets.new == {"N2"}
    assert not targets.without_baseline


def test_left_out_late_lesions_are_new_lesions():
    later = scan(SECOND, {"L1": 50, "N2": 15}, new=True)
    assert found(later, exclude_late=True).new == {"N2"}
    assert late(found(later)) == {"N2": (day(SECOND), Fraction(15))}


# --- who calls a lesion new ---


def second_and_last(new_then: bool, new_last: bool, then: dict[str, float] | None = None):
    lesions = {"L1": 50, "N2": 15} if then is None else then
    return scan(SECOND, lesions, new=new_then), scan(LAST, {"L1": 50, "N2": 16}, new=new_last)


def test_nobody_called_it_new():
    assert found(*second_and_last(False, False)).unexplained == {"N2"}


def test_called_new_only_after_it_was_first_listed():
    assert found(*second_and_last(False, True)).unexplained == {"N2"}


def test_a_scan_that_calls_another_lesion_new_explains_nothing():
    other = (scan(SECOND, {"L1": 50}, new=True), scan(LAST, {"L1": 50, "N2": 16}))
    assert found(*other).unexplained == {"N2"}


def test_another_scan_of_the_day_calls_it_new():
    same_day = (scan(SECOND, {"N2": 15}), scan(SECOND, {"L1": 50}, new=True, name="b"))
    assert late(found(*same_day)) == {"N2": (day(SECOND), Fraction(15))}


@pytest.mark.parametrize("date", ["2023-02-01", SECOND], ids=["before", "that day"])
def test_a_scan_without_contrast_that_lists_it_may_call_it_new(date):
    plain = scan(date, {"L1": 50, "N2": 14}, new=True, contrast=False, name="plain")
    assert late(found(plain, *second_and_last(False, False))) == {"N2": (day(SECOND), Fraction(15))}


@pytest.mark.parametrize("date", ["2022-11-01", BASELINE])
def test_called_new_up_to_the_baseline_is_not_new_since(date):
    plain = scan(date, {"N2": 14}, new=True, contrast=False, name="plain")
    targets = found(*second_and_last(False, False), earlier=(plain,))
    assert targets.unexplained == {"N2"}


@pytest.mark.parametrize(
    ("lesions", "explained"),
    [
        (recorded(), False),
        (recorded(LesionRole.NEW), True),
        (recorded(first=BASELINE), False),
        (recorded(first="2023-01-06"), True),
    ],
    ids=["says nothing", "new", "seen at the baseline", "seen the day after"],
)
def test_the_record_of_the_lesion_itself(lesions, explained):
    targets = found(*second_and_last(False, False), lesions=lesions)
    assert (not targets.unexplained) is explained


def test_each_lesion_is_judged_by_itself():
    later = (
        scan(SECOND, {"L1": 50, "A1": 6}),
        scan(SECOND, {"L1": 50, "A2": 20}, name="b"),
        scan(THIRD, {"L1": 50, "N3": 12}, new=True),
    )
    targets = found(*later)
    assert targets.unexplained == {"A2"}
    assert late(targets) == {"N3": (day(THIRD), Fraction(12))}


def test_a_lesion_that_just_is_measurable_may_be_a_target():
    assert found(scan(LAST, {"L1": 50, "N2": 10})).unexplained == {"N2"}
    assert not found(scan(LAST, {"L1": 50, "N2": 9.9})).unexplained


def test_without_an_initial_target_nothing_is_comparable():
    small = scan(BASELINE, {"L1": 9})
    targets = found(scan(SECOND, {"L1": 9, "N2": 15}, new=True), baseline=small)
    assert late(targets) == {"N2": (day(SECOND), Fraction(15))}
    assert not targets.comparable


# --- sums ---


def test_a_sum_needs_every_target():
    two = scan(BASELINE, {"L1": 50, "L2": 30})
    later = (
        scan(SECOND, {"L1": 40, "L2": 20, "N2": 15}, new=True),
        scan(THIRD, {"L1": 10, "N2": 15}),
        scan(CUTOFF, {"L1": 40, "L2": 20}),
    )
    targets = found(*later, baseline=two)
    sums = [targets.sum_at(p) for p in time_points([two, *later])]
    assert sums == [95, 75, None, None]


def test_before_its_detection_a_late_lesion_counts_with_its_first_size_or_with_nothing():
    later = (scan(SECOND, {"L1": 40}), scan(THIRD, {"L1": 45, "N2": 12}, new=True))
    targets = found(*later)
    points = time_points([BEFORE, *later])
    assert [targets.sum_at(p) for p in points] == [62, 52, 57]
    assert [targets.sum_at(p, late_at_zero=True) for p in points] == [50, 40, 57]
    assert targets.baseline_sum(points[0]) == 62
    assert targets.baseline_sum(points[0], late_at_zero=True) == 50
