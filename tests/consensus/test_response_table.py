"""Target response by mRECIST, judged from whole charts: every row, every worked sum."""

import pytest

from tests.consensus.charts import SESSIONS, THIRD, after, chart, judge, scan

BEFORE, FIRST_SEEN, BETWEEN = "2023-01-05", "2023-02-16", "2023-03-30"
ASSESSED = after(THIRD, 42)


def judged(*seen, **readings):
    """Scans before the first session, after it, after the second, after the third."""
    days = (BEFORE, FIRST_SEEN, BETWEEN, ASSESSED)
    imaging = [
        scan(date, lesions, new="N1" in lesions and date == FIRST_SEEN)
        for date, lesions in zip(days, seen, strict=True)
    ]
    return judge(chart(SESSIONS, imaging), **readings).response


def one(before, now, nadir=None):
    between = before if nadir is None else nadir
    return ({"L1": before}, {"L1": between}, {"L1": between}, {"L1": now})


def late(before, first_seen, between, now):
    """A second lesion, new after the first session: its first size is its baseline."""
    return (
        {"L1": before},
        {"L1": between, "N1": first_seen},
        {"L1": between, "N1": first_seen},
        {"L1": now - first_seen, "N1": first_seen},
    )


WORKED = {
    # scans; change shown; against the baseline, against the nadir, with the 5 mm rule
    "mrecist-1 50 -> 65": (one(50, 65), 30, "PD PD PD"),
    "mrecist-2 50 -> 60 is 20 %": (one(50, 60), 20, "PD PD PD"),
    "mrecist-3 101 -> 121 is less": (one(101, 121), 19.8, "SD SD SD"),
    "mrecist-4 100 -> 70 is -30 %": (one(100, 70), -30, "PR PR PR"),
    "mrecist-5 101 -> 71 is less": (one(101, 71), -29.7, "SD SD SD"),
    "mrecist-6 50 -> 0": (one(50, 0), -100, "CR CR CR"),
    "mrecist-7 baseline 0": (one(0, 12), None, "NE NE NE"),
    "mrecist-8 100 -> 62, nadir 35": (one(100, 62, 35), -38, "PR PD PR"),
    "mrecist-9 20 -> 24 grows 4 mm": (one(20, 24), 20, "PD PD SD"),
    "mrecist-10 10 -> 12 grows 2 mm": (one(10, 12), 20, "PD PD SD"),
    "mrecist-11 60 (40 and 20 late) -> 79": (late(40, 20, 40, 79), 31.67, "PD PD PD"),
    "mrecist-12 70 (50 and 20 late) -> 94": (late(50, 20, 50, 94), 34.29, "PD PD PD"),
    "mrecist-13 65 (50 and 15 late) -> 66, nadir 55": (late(50, 15, 40, 66), 1.54, "SD PD SD"),
}


@pytest.mark.parametrize(("seen", "change", "categories"), WORKED.values(), ids=WORKED)
def test_worked_sum(seen, change, categories):
    plain, by_nadir, five_mm = categories.split()
    shown = judged(*seen)
    assert (shown.category, shown.category_by_nadir) == (plain, by_nadir)
    assert judged(*seen, pd_reference="nadir").category == by_nadir
    assert judged(*seen, pd_min_abs_mm=5).category == five_mm
    if change is None:
        assert shown.change_percent is None
    else:
        assert round(float(shown.change_percent), 2) == change


ROWS = {
    # before and now; category; what is asked for
    "mrecist row 1 a target not measured now": (
        ({"L1": 50, "L2": 20}, {"L1": 65, "L2": None}),
        "NE",
        "target-measurement",
    ),
    "mrecist row 1 a target not listed now": (
        ({"L1": 50, "L2": 20}, {"L1": 65}),
        "NE",
        "target-measurement",
    ),
    "mrecist row 1 a lesion not measured before": (
        ({"L1": 50, "L2": None}, {"L1": 65, "L2": 20}),
        "NE",
        "target-measurement",
    ),
    "mrecist row 2 no target before": (({"L1": 9}, {"L1": 65}), "NE", "imaging-baseline"),
    "mrecist row 2 nothing measured before": (({}, {"L1": 9}), "NE", "imaging-baseline"),
    "mrecist row 3 all gone": (({"L1": 50, "L2": 20}, {"L1": 0, "L2": 0}), "CR", ""),
    "mrecist row 4 a fifth more": (({"L1": 50, "L2": 20}, {"L1": 84, "L2": 0}), "PD", ""),
    "mrecist row 5 three tenths less": (({"L1": 50, "L2": 20}, {"L1": 49, "L2": 0}), "PR", ""),
    "mrecist row 6 just less than a fifth more": (
        ({"L1": 50, "L2": 20}, {"L1": 83.9, "L2": 0}),
        "SD",
        "",
    ),
    "mrecist row 6 just less than three tenths less": (
        ({"L1": 50, "L2": 20}, {"L1": 49.1, "L2": 0}),
        "SD",
        "",
    ),
}


@pytest.mark.parametrize(("seen", "category", "asked"), ROWS.values(), ids=ROWS)
def test_row(seen, category, asked):
    before, now = seen
    found = judge(chart(SESSIONS, [scan(BEFORE, before), scan(ASSESSED, now)]))
    assert found.response.category == category
    named = {"target-measurement", "imaging-baseline"} & set(found.missing)
    assert named == ({asked} if asked else set())
