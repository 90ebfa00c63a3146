"""The days that are tried for imprecise dates leave out no answer that another day would give."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from cdshooks.clinical.chart import Chart
from cdshooks.clinical.datings import Dating, dated
from cdshooks.consensus.admissible import admissible
from cdshooks.consensus.flags import flags
from cdshooks.consensus.guide import _judge
from cdshooks.consensus.readings import Readings, readings_from
from cdshooks.consensus.unsuitable import condition
from tests.consensus.charts import (
    afp,
    after,
    chart,
    day,
    judge,
    patient,
    scan,
    scans,
    tace,
    treatment,
)

AS_OF = day("2023-07-20")
START = "2023-01-10"
OTHER_READINGS: list[dict[str, Any]] = [
    {},
    {"profile": "literal-cci"},
    {"window_lo": 30, "window_hi": 60, "baseline_max_age": 40},
    {"merge_within_days": 20, "max_gap_days": 60, "epo_window_days": 100},
]


def course(seed: int) -> Chart:
    """Three sessions or four, their scans and markers, perhaps another therapy."""
    chance = random.Random(seed)
    days = [0]
    for _ in range(chance.choice([2, 2, 3])):
        days.append(days[-1] + chance.choice([12, 15, 30, 45, 60, 100]))
    sessions = [tace(after(START, n)) for n in days]
    seen = sorted({chance.randrange(-100, days[-1] + 110) for _ in range(6)})
    sizes = [chance.choice([0, 8, 30, 50, 55, 66, 80]) for _ in seen]
    scans = [scan(after(START, n), {"L1": mm}) for n, mm in zip(seen, sizes, strict=True)]
    markers = [afp(after(START, n), 20 * place + 30) for place, n in enumerate(seen[:4])]
    kind = chance.choice(["haic", "ablation", "tae"])
    others = [treatment(kind, after(START, chance.randrange(-20, days[-1] + 60)), scope="target")]
    return patient(
        scans,
        (*sessions, *(others if chance.random() < 0.4 else [])),
        markers=tuple(markers),
    )


def imprecise(patient: Chart, seed: int, many: int) -> Chart:
    """With so many events of which only some three weeks are known, in which the day lies."""
    chance = random.Random(seed)
    treatments, scans, markers = map(list, (patient.treatments, patient.scans, patient.markers))
    places = [(part, n) for part in (treatments, scans, markers) for n in range(len(part))]
    for part, n in chance.sample(places, many):
        before, length = chance.randrange(20), 21
        name = "start" if part is treatments else "date"
        first = min(getattr(part[n], name), AS_OF) - datetime.timedelta(days=before)
        last = min(first + datetime.timedelta(days=length), AS_OF)
        changed: dict[str, Any] = {name: first, "latest": last}
        part[n] = replace(part[n], **changed | ({"end": last} if part is treatments else {}))
    return replace(
        patient, treatments=tuple(treatments), scans=tuple(scans), markers=tuple(markers)
    )


def every_day(patient: Chart) -> Iterator[Dating]:
    events = [(t.references, t.start, t.latest) for t in patient.treatments]
    events += [(s.references, s.date, s.latest) for s in patient.scans]
    events += [(m.references, m.date, m.latest) for m in patient.markers]
    options = [
        [(references, first + datetime.timedelta(days=n)) for n in range((latest - first).days + 1)]
        for references, first, latest in events
        if latest is not None
    ]
    return (Dating(tuple(days)) for days in product(*options))


def answers(patient: Chart, readings: Readings) -> set[object]:
    state = condition(patient, AS_OF)
    found = admissible(patient, AS_OF, readings)
    assert not found.untried
    judged = (_judge(facts, readings, state) for _, facts in found.readings)
    return {
        (
            one.outcome,
            frozenset(flags(one.case, state, one.opened)),
            one.case.days_after_last is None,
        )
        for one in judged
    }


@pytest.mark.parametrize("settings", OTHER_READINGS, ids=str)
@pytest.mark.parametrize(
    ("seed", "many"), [*((n, 1) for n in range(40)), *((n, 2) for n in range(40, 46))]
)
def test_every_answer_of_any_day_is_found(seed: int, many: int, settings: dict[str, Any]) -> None:
    readings = readings_from(settings)
    open_ = imprecise(course(seed), seed, many)
    of_any_day: set[object] = set()
    for dating in every_day(open_):
        of_any_day |= answers(dated(open_, dating, AS_OF), readings)
    assert answers(open_, readings) == of_any_day


def test_several_months_are_judged_together() -> None:
    """Each session alone leaves two within 14 days of each other only by its own month."""
    months = [
        tace("2023-01-20", latest=day("2023-02-05")),
        tace("2023-02-10", latest=day("2023-02-20")),
        tace("2023-04-04"),
    ]
    months = [replace(one, end=one.latest or one.end) for one in months]
    assert any("merged" in str(answer) for answer in answers(chart(months), readings_from({})))


NEAR_A_LIMIT: list[Chart] = [
    chart(
        (tace(START), tace(after(START, 40)), tace(after(START, 80)), near),
        markers=(afp(after(START, -3), 50), afp(after(START, 50), 60), afp(after(START, 90), 90)),
    )
    for near in (
        treatment("haic", after(START, 42), after(START, 46), latest=day(after(START, 46))),
        treatment("ablation", after(START, 78), after(START, 83), latest=day(after(START, 83))),
    )
]
NEAR_A_LIMIT += [
    chart(
        (tace(START), tace(after(START, 40))),
        scans(50, 20, 20, 20),
        markers=(
            afp(after(START, -95), 50, latest=day(after(START, -85))),
            afp(after(START, 30), 60),
            afp(after(START, 60), 90),
        ),
    )
]


@pytest.mark.parametrize("open_", NEAR_A_LIMIT, ids=["haic", "ablation", "marker"])
def test_days_around_a_limit(open_: Chart) -> None:
    readings = readings_from({})
    of_any_day = [answers(dated(open_, one, AS_OF), readings) for one in every_day(open_)]
    assert len(set().union(*of_any_day)) > 1
    assert answers(open_, readings) == set().union(*of_any_day)


def test_two_months_and_four_scans_of_unknown_contrast_are_tried_together() -> None:
    """Too few sessions in every reading: what is open changes nothing of that."""
    sessions = [
        tace("2023-01-01", "2023-01-31", latest=day("2023-01-31")),
        tace("2023-02-01", "2023-02-28", latest=day("2023-02-28")),
    ]
    dates = ("2022-12-20", "2023-02-10", "2023-03-20", "2023-04-10")
    imaging = [scan(date, {"L1": 50}, contrast=None) for date in dates]
    shown = judge(chart(sessions, imaging), "2023-05-23").definitions
    assert {shown[name].verdict.value for name in ("cci-2022", "epoihcc")} == {"not-met"}


def test_of_what_is_too_much_to_try_nothing_is_concluded() -> None:
    """Though every reading that is tried says the same."""
    anywhere = [
        replace(scan("2022-06-01", {"L1": 50}, name=f"-{n}"), latest=day("2023-04-30"))
        for n in range(12)
    ]
    sessions = (tace("2023-01-10"), tace("2023-02-21"))
    sure = judge(chart(sessions, [scan("2023-01-05", {"L1": 50})]), "2023-05-23")
    assert sure.definitions["cci-2022"].verdict.value == "not-met"
    shown = judge(chart(sessions, [scan("2023-01-05", {"L1": 50}), *anywhere]), "2023-05-23")
    assert {one.verdict.value for one in shown.definitions.values()} == {"indeterminate"}
    assert {shown.definitions[name].reason for name in ("cci-2022", "epoihcc")} == {"event-date"}
    assert "event-date" in shown.missing
    assert "NE" in shown.response.category.split("|")
    assert (shown.strategy.branches, shown.therapy.tier.value) == ((), "UNDETERMINED")
