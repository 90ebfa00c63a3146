"""What a chart holds on a day, what it leaves open, and the ways to close it that are tried."""

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from cdshooks.clinical.chart import (
    ChildPughStated,
    Dated,
    Drug,
    Fact,
    Grade,
    Laboratory,
    Lesion,
    LiverFunction,
    Measurement,
    PlannedInfusion,
    Response,
    Stage,
    Staging,
    StatedFact,
    StatedResponse,
    Statement,
)
from cdshooks.clinical.record_readings import as_known_on, combined, dated, datings, subsets
from tests.consensus.charts import afp, after, chart, day, scan, tace

TODAY = "2023-06-30"
BEFORE, TOMORROW = after(TODAY, -1), after(TODAY, 1)


# --- combinations ---


def test_up_to_four_open_points_are_tried_in_every_combination():
    assert subsets("ab") == (frozenset(), frozenset("a"), frozenset("b"), frozenset("ab"))
    assert len(set(subsets("abcd"))) == 16


def test_beyond_four_none_all_and_each_alone():
    found = subsets("abcde")
    assert found[0] == frozenset()
    assert set(found) == {frozenset(), frozenset("abcde"), *map(frozenset, "abcde")}
    assert len(found) == 7


def test_causes_are_combined_up_to_the_limit():
    assert list(combined(["ab", "cd"], 4)) == list(product("ab", "cd"))


def test_above_the_limit_each_cause_is_varied_alone():
    assert list(combined(["ab", "cde", "fg"], 11)) == [
        ("a", "c", "f"),
        ("b", "c", "f"),
        ("a", "d", "f"),
        ("a", "e", "f"),
        ("a", "c", "g"),
    ]


# --- what is known on a day ---


def dated_facts(on: str | None) -> dict[str, Any]:
    """One item of each dated kind."""
    date = None if on is None else day(on)
    return {
        "bilirubin": Laboratory(Decimal(20), "umol/L", date, ("Observation/bilirubin",)),
        "albumin": Laboratory(Decimal(40), "g/L", date, ("Observation/albumin",)),
        "inr": Laboratory(Decimal(1), "1", date, ("Observation/inr",)),
        "ascites": Grade(1, 1, date, ("Observation/ascites",)),
        "encephalopathy": Grade(0, 0, date, ("Observation/encephalopathy",)),
        "stated": ChildPughStated(5, 5, date, ("Observation/stated",)),
        "ecog": Dated(Decimal(0), date, ("Observation/ecog",)),
        "facts": StatedFact(Fact.SEVERE_JAUNDICE, False, date, ("Observation/facts",)),
        "largest_diameter": Dated(Decimal(50), date, ("Observation/largest_diameter",)),
        "lesion_count": Dated(Decimal(2), date, ("Observation/lesion_count",)),
        "stages": Stage(Staging.BCLC, "B", date, ("Observation/stages",)),
        "planned_infusions": PlannedInfusion(
            frozenset({Drug.CISPLATIN}), False, date, ("Observation/planned_infusions",)
        ),
    }


LIVER = ("bilirubin", "albumin", "inr", "ascites", "encephalopathy", "stated")


@pytest.mark.parametrize("name", dated_facts(TODAY))
@pytest.mark.parametrize(
    ("on", "kept"), [(BEFORE, True), (TODAY, True), (TOMORROW, False), (None, True)]
)
def test_what_is_dated_later_is_left_out_with_a_note(name, on, kept):
    item = dated_facts(on)[name]
    if name in LIVER:
        known = as_known_on(chart(liver=LiverFunction(**{name: (item,)})), day(TODAY))
        held = getattr(known.liver, name)
    else:
        known = as_known_on(chart(**{name: (item,)}), day(TODAY))
        held = getattr(known, name)
    assert held == ((item,) if kept else ())
    noted = [(note.code, note.references) for note in known.notes]
    assert noted == ([] if kept else [("after-as-of", (f"Observation/{name}",))])


def test_an_imprecise_number_is_left_out_only_when_all_its_days_are_later():
    item = Dated(Decimal(50), day(TOMORROW), ("Observation/x",), first=day(TODAY))
    assert as_known_on(chart(ecog=(item,)), day(TODAY)).ecog == (item,)


def notes(known) -> set[str]:
    return {ref for note in known.notes if note.code == "after-as-of" for ref in note.references}


def test_a_treatment_counts_once_it_has_ended_and_an_imprecise_one_once_it_may_have_begun():
    ended, running = tace(BEFORE, TODAY), tace(BEFORE, TOMORROW)
    open_start = tace(TODAY, latest=day(after(TODAY, 20)))
    open_start = replace(open_start, end=day(after(TODAY, 20)))
    known = as_known_on(chart((ended, open_start), ()), day(TODAY))
    assert known.treatments == (ended, open_start)
    left = as_known_on(chart((running,), ()), day(TODAY))
    assert (left.treatments, notes(left)) == ((), set(running.references))


@pytest.mark.parametrize(("days", "may_be"), [(0, False), (2, False), (3, True)])
def test_a_session_left_in_progress_for_more_than_two_days_may_be_one(days, may_be):
    running = tace(after(TODAY, -days), confirmed=False)
    known = as_known_on(chart((tace(FAR),), (), in_progress=(running,)), day(TODAY))
    assert (running in known.treatments) is may_be
    assert tace(FAR) in known.treatments


FAR = "2023-01-10"


def test_a_later_scan_is_left_out_with_its_measurements():
    imaging = [scan(TODAY, {"L1": 50}), scan(TOMORROW, {"L1": 60})]
    known = as_known_on(chart((), imaging), day(TODAY))
    assert known.scans == (imaging[0],)
    assert notes(known) == {f"ImagingStudy/{TOMORROW}", f"Observation/{TOMORROW}-L1"}
    assert notes(as_known_on(chart((), imaging), day(TOMORROW))) == set()


@pytest.mark.parametrize(("on", "kept"), [(TODAY, True), (TOMORROW, False)])
def test_a_later_marker_is_left_out(on, kept):
    marker = afp(on, 100)
    known = as_known_on(chart((), (), markers=(marker,)), day(TODAY))
    assert (known.markers, notes(known)) == (
        ((marker,), set()) if kept else ((), set(marker.references))
    )


def test_what_was_read_later_on_an_earlier_scan_is_left_out():
    def at(name: str) -> tuple[str, ...]:
        return (f"Observation/{name}",)

    def read(name: str) -> dict[str, Any]:
        return {
            "measurements": (Measurement("L1", Decimal(50), at(f"m-{name}")),),
            "new_intrahepatic_lesion": (Statement(False, at(f"new-{name}")),),
            "vascular_invasion": (Statement(False, at(f"vi-{name}")),),
            "extrahepatic_spread": (Statement(False, at(f"ehs-{name}")),),
            "stated_responses": (StatedResponse(Response.SD, None, at(f"response-{name}")),),
            "residual_viability_percent": ((Decimal(40), at(f"viability-{name}")),),
            "residual_viability_of": (("L1", Decimal(40), at(f"share-{name}")),),
            "viable_sum_mm": ((Decimal(50), at(f"sum-{name}")),),
        }

    early, late = read("early"), read("late")
    seen = replace(scan(BEFORE, {}), **{key: early[key] + late[key] for key in early})
    days = {ref: day(TODAY) for item in early.values() for ref in _references(item[0])}
    later = {ref: day(TOMORROW) for item in late.values() for ref in _references(item[0])}
    known = as_known_on(chart((), [seen], observed_on={**days, **later}), day(TODAY))
    assert known.scans == (replace(seen, **early),)
    assert notes(known) == set(later)


def _references(item: Any) -> tuple[str, ...]:
    found: tuple[str, ...] = item[-1] if isinstance(item, tuple) else item.references
    return found


# --- imprecise dates ---


def tried(patient, distances=(28,), as_of=TODAY) -> list[list[datetime.date]]:
    return [[when for _, when in one.days] for one in datings(patient, day(as_of), distances)]


def test_exact_dates_leave_one_dating():
    assert tried(chart()) == [[]]


@pytest.mark.parametrize("kind", ["treatment", "scan", "marker"])
def test_every_day_of_a_month_is_tried(kind):
    last = day("2023-03-31")
    patient = {
        "treatment": chart((tace("2023-03-01", latest=last),), ()),
        "scan": chart((), [replace(scan("2023-03-01", {}), latest=last)]),
        "marker": chart((), (), markers=(afp("2023-03-01", 100, latest=last),)),
    }[kind]
    assert tried(patient) == [[day(after("2023-03-01", n))] for n in range(31)]


def test_of_a_longer_time_the_days_are_tried_on_which_a_distance_changes():
    """28 or 29 days from the session on 10 March or from today, the ends, and no other."""
    imprecise = replace(scan("2023-01-01", {}), latest=day("2023-06-15"))
    patient = chart((tace("2023-03-10"),), [imprecise])
    assert tried(patient) == [
        [day(when)]
        for when in (
            "2023-01-01",
            "2023-01-29",
            "2023-01-30",
            "2023-02-09",
            "2023-02-10",
            "2023-04-07",
            "2023-04-08",
            "2023-05-17",
            "2023-05-18",
            "2023-06-01",
            "2023-06-02",
            "2023-06-15",
        )
    ]


def test_a_day_more_than_a_month_is_longer():
    imprecise = replace(scan("2023-03-01", {}), latest=day("2023-04-01"))
    assert tried(chart((), [imprecise]), distances=(1000,)) == [
        [day("2023-03-01")],
        [day("2023-04-01")],
    ]


def test_the_ends_of_a_limit_are_tried_when_they_are_ends_of_the_time_itself():
    imprecise = replace(scan("2023-03-01", {}), latest=day("2023-06-02"))
    assert [day("2023-06-02")] in tried(chart((), [imprecise]))
    assert [day("2023-06-01")] in tried(chart((), [imprecise]))


def test_two_months_are_varied_one_at_a_time_and_both_at_their_last_day():
    parts = [
        tace("2023-01-01", latest=day("2023-01-31")),
        tace("2023-03-01", latest=day("2023-03-31")),
    ]
    found = tried(chart(parts, ()))
    first = [day("2023-01-01"), day("2023-03-01")]
    assert found[0] == first
    assert found[-1] == [day("2023-01-31"), day("2023-03-31")]
    assert len(found) == 1 + 30 + 30 + 1
    assert all(first[0] in one or first[1] in one for one in found[:-1])


@pytest.mark.parametrize(
    ("first", "last", "tried"),
    [
        ("2023-01-01", "2023-12-31", {"2023-01-01", "2023-01-06", "2023-02-17"}),
        ("2023-01-05", "2023-01-31", {"2023-01-05", "2023-01-06"}),
        ("2023-01-06", "2023-01-31", {"2023-01-06"}),
        ("2022-01-01", "2022-12-31", {"2022-01-01"}),
    ],
)
def test_a_first_detection_is_tried_on_both_sides_of_each_scan(first, last, tried):
    lesion = Lesion(
        key="L1",
        label="L1",
        references=("BodyStructure/l1",),
        first_detected=day(first),
        first_detected_latest=day(last),
    )
    patient = replace(
        chart(imaging=[scan("2023-01-05", {"L1": 20}), scan("2023-02-16", {"L1": 20})]),
        lesions={"L1": lesion},
    )
    found = [
        dated(patient, one, day(TODAY)).lesions["L1"] for one in datings(patient, day(TODAY), [])
    ]
    assert {one.first_detected for one in found} == {day(one) for one in tried}
    assert all(one.first_detected_latest is None for one in found)


def test_a_chosen_day_stands_for_the_imprecise_date():
    session = replace(tace("2023-05-01", latest=day("2023-07-31")), end=day("2023-07-31"))
    imaging = replace(scan("2023-05-02", {}), latest=day("2023-07-31"))
    marker = afp("2023-05-03", 100, latest=day("2023-07-31"))
    exact = (tace("2023-01-10"), scan("2023-01-05", {}), afp("2023-01-04", 50))
    patient = chart((exact[0], session), [exact[1], imaging], markers=(exact[2], marker))
    all_of_them = (session.references, imaging.references, marker.references)

    def on(when: str):
        (one, *_) = datings(patient, day(TODAY), (28,))
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
