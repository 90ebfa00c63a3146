"""On what a caveat hangs: closing the open point in the record bears the condition out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cdshooks.clinical.chart import Chart, Scan, Scope, Treatment
from cdshooks.consensus.events import Caveat
from tests.consensus.charts import (
    SECOND,
    SESSIONS,
    THIRD,
    after,
    chart,
    day,
    judge,
    scan,
    scans,
    tace,
    treatment,
)

TODAY = "2023-06-30"
BASELINE = scan("2023-01-05", {"L1": 50})
UNSCOPED = treatment("haic", after(SECOND, 15))
UNCONFIRMED = tace(after(THIRD, 20), kind="deb-tace", confirmed=False)
UNKNOWN_CONTRAST = scan(after(THIRD, 60), {"L1": 50}, contrast=None)


def scoped(target: bool) -> Chart:
    scope = Scope.TARGET if target else Scope.OTHER_LESION
    return chart((*SESSIONS, replace(UNSCOPED, scope=scope)))


def confirmed(done: bool) -> Chart:
    return chart((*SESSIONS, replace(UNCONFIRMED, confirmed=True)) if done else SESSIONS)


def enhanced(contrast: bool) -> Chart:
    return chart(
        imaging=(
            BASELINE,
            scan(after(THIRD, 42), {"L1": 59.5}),
            replace(UNKNOWN_CONTRAST, contrast=contrast),
        )
    )


OPEN: dict[str, tuple[Chart, Any]] = {
    "consecutiveness": (chart((*SESSIONS, UNSCOPED)), scoped),
    "contrast-status": (
        chart(imaging=(BASELINE, scan(after(THIRD, 42), {"L1": 59.5}), UNKNOWN_CONTRAST)),
        enhanced,
    ),
    "procedure-confirmation": (chart((*SESSIONS, UNCONFIRMED)), confirmed),
}


def flags(found: Chart) -> set[str]:
    return set(judge(found, TODAY).flags)


@pytest.mark.parametrize("code", OPEN)
def test_a_caveat_holds_exactly_where_its_condition_does(code):
    """And one without a condition holds either way."""
    found, closed = OPEN[code]
    caveats = judge(found, TODAY).caveats
    assert caveats
    for caveat in caveats:
        if not caveat.depends_on:
            assert caveat.flag in flags(closed(True)) & flags(closed(False)), caveat
            continue
        (on,) = caveat.depends_on
        assert on.code == code and on.holds is not None
        assert caveat.flag in flags(closed(on.holds)), caveat
        assert caveat.flag not in flags(closed(not on.holds)), caveat


@pytest.mark.parametrize("code", OPEN)
def test_the_verdicts_either_way_are_those_of_the_closed_record(code):
    found, closed = OPEN[code]
    for point in judge(found, TODAY).open_points:
        assert point.code == code
        for done, verdicts in ((True, point.if_so), (False, point.if_not)):
            judged = judge(closed(done), TODAY).definitions
            assert verdicts == {name: one.verdict.value for name, one in judged.items()}


def one(found: Chart, flag: str, **readings: Any) -> Caveat:
    (caveat,) = [c for c in judge(found, TODAY, **readings).caveats if c.flag == flag]
    return caveat


def test_a_caveat_of_a_closed_record_has_no_condition():
    assert one(scoped(True), "series-break-therapy").depends_on == ()


def test_of_several_open_points_only_what_matters_is_named():
    """The ablation long before the first session changes nothing."""
    before = treatment("ablation", "2022-01-01")
    caveat = one(chart((before, *SESSIONS, UNSCOPED)), "series-break-therapy")
    (on,) = caveat.depends_on
    assert [event.references for event in on.events] == [UNSCOPED.references]
    assert on.holds is True


def test_either_of_two_is_named_without_a_direction():
    other = treatment("ablation", after(SECOND, 20))
    (on,) = one(chart((*SESSIONS, UNSCOPED, other)), "series-break-therapy").depends_on
    assert [event.start for event in on.events] == [UNSCOPED.start, other.start]
    assert on.holds is None


def test_a_day_that_is_not_exact_is_named_with_its_limits():
    loose: Treatment = tace(THIRD, latest=day(after(THIRD, 20)))
    imaging = (*scans(50, 55, 60, 65)[:3], scan(after(THIRD, 110), {"L1": 65}))
    found = judge(chart((*SESSIONS[:2], loose), imaging), "2023-08-30")
    hanging = [c for c in found.caveats if c.depends_on]
    assert hanging
    for caveat in hanging:
        (on,) = caveat.depends_on
        (event,) = on.events
        assert (on.code, event.imprecise) == ("event-date", True)
        assert (event.start, event.end) == (day(THIRD), day(after(THIRD, 20)))


def test_values_in_conflict_are_named_by_lesion_and_day():
    last = after(THIRD, 42)
    two: tuple[Scan, ...] = (scan(last, {"L1": 50}), scan(last, {"L1": 61}, name="again"))
    found = judge(chart(imaging=(BASELINE, *two)), TODAY)
    (caveat,) = [c for c in found.caveats if c.flag == "borderline"]
    (on,) = caveat.depends_on
    assert on.code == "conflicting-data"
    (event,) = on.events
    assert (event.label, event.start, len(event.references)) == ("L1", day(last), 2)


def test_a_flag_of_a_sure_record_says_what_it_is_about():
    late = (
        BASELINE,
        scan("2023-03-30", {"L1": 50, "N2": 15}, new=True),
        scan(after(THIRD, 42), {"L1": 50, "N2": 15}),
    )
    (event,) = one(chart(imaging=late), "late-lesion-baseline").events
    assert (event.kind, event.label, event.references) == (
        "measurement",
        "N2",
        ("Observation/2023-03-30-N2",),
    )


# --- readings of the paper, tried out ---


def kinds(found: Chart, kind: str, **readings: Any) -> dict[str, str]:
    outlook = judge(found, TODAY, **readings).outlook
    return {c.definition: c.verdict.value for c in outlook if c.kind == kind and c.verdict}


BEADS = (*SESSIONS[:2], tace(THIRD, kind="deb-tace"))


@pytest.mark.parametrize(
    ("readings", "kind", "found"),
    [
        ({"count_deb": False}, "count-deb", chart(BEADS)),
        (
            {"window_lo": 30, "window_hi": 90},
            "strict-window",
            chart(imaging=(*scans(50, 55, 60, 65)[:3], scan(after(THIRD, 28), {"L1": 65}))),
        ),
    ],
)
def test_a_reading_tried_out_gives_what_it_gives_in_force(readings, kind, found):
    told = kinds(found, kind)
    now, then = judge(found, TODAY).definitions, judge(found, TODAY, **readings).definitions
    assert told == {
        name: then[name].verdict.value for name in now if then[name].verdict != now[name].verdict
    }
    assert told and kinds(found, kind, **readings) == {}
