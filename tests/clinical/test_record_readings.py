"""What a chart holds on a day, what it leaves open, and the ways to close it that are tried."""

from __future__ import annotations

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
from cdshooks.clinical.record_readings import as_known_on, combined, subsets
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
    assert combined(["ab", "cd"], 4) == (list(product("ab", "cd")), True)


def test_above_the_limit_each_cause_is_varied_alone():
    tried, complete = combined(["ab", "cde", "fg"], 11)
    assert tried == [
        ("a", "c", "f"),
        ("b", "c", "f"),
        ("a", "d", "f"),
        ("a", "e", "f"),
        ("a", "c", "g"),
    ]
    assert not complete


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
