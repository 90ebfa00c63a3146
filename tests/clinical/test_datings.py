"""Imprecise dates: which days are tried for them, and what the chart is on a chosen day."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from cdshooks.clinical.chart import Chart
from cdshooks.clinical.datings import Datings, EventKind, dated, datings
from tests.consensus.charts import afp, after, chart, day, scan, tace, treatment

TODAY = "2023-06-30"
TOMORROW = after(TODAY, 1)
SESSION, THERAPY, SCAN, MARKER = (
    EventKind.SESSION,
    EventKind.THERAPY,
    EventKind.SCAN,
    EventKind.MARKER,
)
LIMITS = {
    frozenset((SESSION,)): (0, 14),
    frozenset((SESSION, SCAN)): (28,),
    frozenset((SESSION, MARKER)): (0,),
    frozenset((SCAN, EventKind.JUDGEMENT)): (28,),
}


def found(patient: Chart, limits=LIMITS) -> Datings:
    return datings(patient, day(TODAY), limits)


def tried(patient: Chart) -> list[list[datetime.date]]:
    return [[when for _, when in one.days] for one in found(patient).tried]


def days(*several: str) -> list[list[datetime.date]]:
    return [[day(when)] for when in several]


def test_exact_dates_leave_one_dating():
    assert tried(chart()) == [[]]
    assert found(chart()).complete


def test_one_day_is_tried_of_those_between_which_no_rule_sees_a_difference():
    """27, 28 or 29 days from the session on 10 March or from today, either way."""
    imprecise = replace(scan("2023-01-01", {}), latest=day("2023-06-15"))
    patient = chart((tace("2023-03-10"),), [imprecise])
    assert tried(patient) == days(
        "2023-01-01",
        "2023-02-10",
        "2023-02-11",
        "2023-04-07",
        "2023-04-08",
        "2023-06-02",
        "2023-06-03",
    )


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("marker", ["2023-03-01", "2023-03-10", "2023-03-11"]),
        ("session", ["2023-03-01", "2023-03-10", "2023-03-11", "2023-03-24", "2023-03-25"]),
    ],
)
def test_only_what_a_rule_asks_between_the_two_kinds(kind, expected):
    last = day("2023-03-31")
    exact = tace("2023-03-10")
    patient = {
        "marker": chart((exact,), (), markers=(afp("2023-03-01", 100, latest=last),)),
        "session": chart((exact, tace("2023-03-01", latest=last)), ()),
    }[kind]
    assert tried(patient) == days(*expected)


def test_a_period_counts_by_both_its_ends():
    session = tace("2023-03-05", "2023-03-07")
    marker = afp("2023-03-01", 100, latest=day("2023-03-31"))
    assert tried(chart((session,), (), markers=(marker,))) == days(
        "2023-03-01", "2023-03-05", "2023-03-06", "2023-03-07", "2023-03-08"
    )


def test_two_months_are_tried_together_and_each_case_once():
    parts = [
        tace("2023-01-01", latest=day("2023-01-31")),
        tace("2023-02-01", latest=day("2023-02-28")),
    ]
    apart = {(two - one).days for one, two in tried(chart(parts, ()))}
    assert len(tried(chart(parts, ()))) == 3
    assert {min(14, max(13, n)) if n < 15 else 15 for n in apart} == {13, 14, 15}
    assert tried(chart(parts, ()))[0] == [day("2023-01-01"), day("2023-02-01")]


def test_events_that_no_rule_compares_are_not_told_apart():
    ablations = [
        treatment("ablation", f"2023-0{month}-01", latest=day(f"2023-0{month}-28"))
        for month in range(1, 6)
    ]
    assert len(tried(chart(ablations, ()))) == 1


def test_of_too_many_only_the_ends_are_tried_and_that_is_said():
    imprecise = [tace(f"{2000 + n}-01-01", latest=day(f"{2000 + n}-12-31")) for n in range(20)]
    anywhere = {frozenset((SESSION,)): range(400)}
    few, complete = found(chart(imprecise, ()), anywhere)
    assert not complete
    assert len(few) == 1 + 1 + 20
    assert {when for _, when in few[0].days} == {day(f"{2000 + n}-01-01") for n in range(20)}
    assert {when for _, when in few[1].days} == {day(f"{2000 + n}-12-31") for n in range(20)}


def test_a_chosen_day_stands_for_the_imprecise_date():
    session = replace(tace("2023-05-01", latest=day("2023-07-31")), end=day("2023-07-31"))
    imaging = replace(scan("2023-05-02", {}), latest=day("2023-07-31"))
    marker = afp("2023-05-03", 100, latest=day("2023-07-31"))
    exact = (tace("2023-01-10"), scan("2023-01-05", {}), afp("2023-01-04", 50))
    patient = chart((exact[0], session), [exact[1], imaging], markers=(exact[2], marker))
    all_of_them = (session.references, imaging.references, marker.references)

    def on(when: str) -> Chart:
        (one, *_) = found(patient).tried
        chosen = replace(one, days=tuple((refs, day(when)) for refs in all_of_them))
        return dated(patient, chosen, day(TODAY))

    settled = on(TODAY)
    assert [(t.start, t.end, t.latest) for t in settled.treatments] == [
        (day("2023-01-10"), day("2023-01-10"), None),
        (day(TODAY), day(TODAY), None),
    ]
    assert [(s.date, s.latest) for s in settled.scans] == [
        (day("2023-01-05"), None),
        (day(TODAY), None),
    ]
    assert [(m.date, m.latest) for m in settled.markers] == [
        (day("2023-01-04"), None),
        (day(TODAY), None),
    ]
    later = on(TOMORROW)
    assert (later.treatments, later.scans, later.markers) == (
        (exact[0],),
        (exact[1],),
        (exact[2],),
    )
