"""The burden before the first session, and whether the published medians speak of the patient."""

from __future__ import annotations

import pytest

from cdshooks.clinical.chart import ChildPughStated, LiverFunction
from tests.consensus.charts import FIRST, SESSIONS, THIRD, after, chart, day, judge, scan, treatment
from tests.consensus.test_situations import FIT, burdened, dated


def sized(*treatments, on: str):
    size = (dated(50, on),)
    return judge(chart((*SESSIONS, *treatments), largest_diameter=size)).scores.burden


def test_a_size_counts_from_the_day_after_every_therapy_of_the_target():
    older = treatment("ablation", "2022-11-01", scope="target")
    later = treatment("ablation", "2022-11-30", "2022-12-01", scope="target")
    for therapies in ((older, later), (later, older)):
        assert sized(*therapies, on="2022-12-01") is None
        assert sized(*therapies, on="2022-12-02") is not None


@pytest.mark.parametrize("date", [FIRST, after(THIRD, 100)])
def test_a_therapy_that_does_not_come_before_leaves_the_burden(date):
    assert sized(treatment("transplantation", date), on="2023-01-05") is not None


UNKNOWN = {
    "two grades of performance": (
        {"ecog": (dated(0, "2023-01-08"), dated(1, "2023-01-08"))},
        ("ecog",),
    ),
    "the same in the other order": (
        {"ecog": (dated(1, "2023-01-08"), dated(0, "2023-01-08"))},
        ("ecog",),
    ),
    "no liver function": ({"liver": LiverFunction()}, ("child-pugh",)),
    "stated scores on both sides of B7": (
        {
            "liver": LiverFunction(
                stated=(
                    ChildPughStated(6, 6, day("2023-01-08"), ("Observation/a",)),
                    ChildPughStated(8, 8, day("2023-01-08"), ("Observation/b",)),
                )
            )
        },
        ("child-pugh",),
    ),
    "no baseline scan": (
        {"imaging": (scan(after(THIRD, 42), {"L1": 50}),)},
        ("vascular-invasion", "extrahepatic-spread"),
    ),
    "procedures not read whole": ({"incomplete": ("procedures",)}, ("untreated",)),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_what_was_not_known_before_the_first_session_leaves_the_fit_open(case):
    changes, unknown = UNKNOWN[case]
    found = judge(burdened(**{**FIT, **changes})).scores.population
    assert found is not None
    assert (found.outside, found.unknown, found.fits) == ((), unknown, None)
