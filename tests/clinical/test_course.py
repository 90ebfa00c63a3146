"""Parts become sessions, sessions become a series, and the next treatment closes the follow-up."""

from __future__ import annotations

import datetime
from itertools import permutations

import pytest

from cdshooks.clinical.chart import Treatment, TreatmentKind
from cdshooks.clinical.course import (
    Series,
    Session,
    closing_day,
    current_series,
    performed_sessions,
    session_of,
)
from tests.consensus.charts import after, day, tace, treatment

START = "2023-01-10"


def on(days: int) -> str:
    return after(START, days)


def part(first: int, last: int | None = None, name: str = "", **more) -> Treatment:
    reference = name or f"{first}"
    end = on(first if last is None else last)
    return tace(on(first), end, references=(f"Procedure/{reference}",), **more)


def sessions(*parts: Treatment, **more) -> tuple[Session, ...]:
    return performed_sessions(parts, **{"merge_within_days": 14, "count_deb": True, **more})


def names(found: tuple[Session, ...]) -> list[list[str]]:
    return [[ref.removeprefix("Procedure/") for ref in one.references] for one in found]


# --- parts of one session ---


def test_a_session_has_the_kind_of_its_first_part_and_ends_with_its_last():
    (one,) = sessions(part(0), part(5, kind="deb-tace"), part(9, 12, kind="tace"))
    assert one.kind == "ctace"
    assert one.last_part_start == day(on(9))
    assert (one.start, one.end) == (day(on(0)), day(on(12)))


def test_a_part_on_any_day_of_a_session_belongs_to_it():
    """Also more than two weeks after its first part, and also on its last day."""
    assert names(sessions(part(0, 20), part(18))) == [["0", "18"]]
    assert names(sessions(part(0, 20), part(20, name="last"))) == [["0", "last"]]
    assert names(sessions(part(0, 20), part(21))) == [["0"], ["21"]]


def test_two_groups_that_begin_on_one_day_are_one_session():
    assert names(sessions(part(0, name="a", group="g"), part(0, name="b", group="h"))) == [
        ["a", "b"]
    ]


@pytest.mark.parametrize(
    ("first", "second", "count"), [(None, "h", 1), ("g", None, 1), ("g", "g", 1), ("g", "h", 2)]
)
def test_near_parts_stay_apart_only_when_both_are_grouped_differently(first, second, count):
    assert len(sessions(part(0, group=first), part(7, group=second))) == count


def test_a_part_joins_the_latest_of_the_sessions_near_it():
    found = sessions(part(0, group="g"), part(8, group="h"), part(12))
    assert names(found) == [["0"], ["12", "8"]]


def test_sessions_that_share_a_single_day_are_one_with_all_their_parts():
    found = sessions(part(0, group="g"), part(20, name="a"), part(20, name="b", group="g"))
    assert names(found) == [["0", "a", "b"]]


def test_a_session_before_the_parts_of_a_group_stays_one_of_its_own():
    found = sessions(part(0), part(40, group="g"), part(60, group="g"))
    assert names(found) == [["0"], ["40", "60"]]


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ((part(0, 10, "z"), part(3, 5, "a", kind="deb-tace")), "ctace"),
        ((part(0, 2, "z"), part(0, 6, "a", kind="deb-tace")), "ctace"),
        ((part(0, 0, "a"), part(0, 0, "z", kind="deb-tace")), "ctace"),
    ],
    ids=["begun first", "begun together, finished first", "of one day, by reference"],
)
def test_the_order_of_parts_is_that_of_the_treatment_not_of_the_record(parts, kind):
    for order in permutations(parts):
        (one,) = sessions(*order)
        assert one.kind == kind


def test_sessions_are_in_order_of_start_counted_or_not():
    found = sessions(part(0), part(30), treatment("tae", on(15), on(40)))
    assert [one.start for one in found] == [day(on(0)), day(on(15)), day(on(30))]
    assert [one.counted for one in found] == [True, False, True]


def test_beads_that_are_not_counted_are_sessions_of_their_own():
    parts = (part(0), part(5, kind="deb-tace"), treatment("ablation", on(40)))
    assert [one.counted for one in sessions(*parts)] == [True]
    assert [one.counted for one in sessions(*parts, count_deb=False)] == [True, False]


# --- local therapies of a session ---


def test_bland_embolisation_is_no_local_therapy_beside_tace():
    local = {kind for kind in TreatmentKind if kind.is_local_therapy}
    assert set(TreatmentKind) - local == {"tace", "ctace", "deb-tace", "tace-haic", "tae"}


@pytest.mark.parametrize(
    ("kind", "days", "belongs"),
    [
        ("haic", 0, True),
        ("haic", 1, True),
        ("haic", 3, True),
        ("haic", 4, False),
        ("haic", -1, False),
        ("ablation", 0, True),
        ("ablation", 1, False),
        ("transplantation", 0, False),
    ],
)
def test_which_local_therapy_belongs_to_a_session(kind, days, belongs):
    found = sessions(part(0))
    assert (session_of(treatment(kind, on(days)), found) is not None) is belongs


def test_a_local_therapy_belongs_to_a_counted_session_only():
    found = sessions(treatment("tae", on(0)), part(30))
    assert session_of(treatment("haic", on(0)), found) is None
    assert session_of(treatment("haic", on(30)), found) is found[1]


# --- series ---


def series(*parts: Treatment, aimed: tuple[Treatment, ...] = (), gap: int | None = 183) -> Series:
    return current_series(sessions(*parts), aimed, max_gap_days=gap)


@pytest.mark.parametrize(
    ("days", "left"), [(1, 2), (30, 2), (59, 2), (60, 3), (61, 1), (0, 3), (120, 3)]
)
def test_a_therapy_of_the_target_breaks_only_strictly_between_two_sessions(days, left):
    found = series(part(0), part(60), part(120), aimed=(treatment("transplantation", on(days)),))
    assert (len(found.sessions), found.broken_by_therapy) == (left, left < 3)


def test_a_gap_runs_from_the_latest_end_of_any_session_performed():
    """Bland TAE that went on after the session that began during it."""
    found = series(part(50), part(250), treatment("tae", on(40), on(70)))
    assert (len(found.sessions), found.broken_by_gap) == (2, False)
    apart = series(part(50), part(254), treatment("tae", on(40), on(70)))
    assert (len(apart.sessions), apart.broken_by_gap) == (1, True)


def test_without_a_limit_no_gap_breaks():
    assert len(series(part(0), part(1000), gap=None).sessions) == 2


# --- the end of the follow-up ---


def closing(*treatments: Treatment, aimed: tuple[int, ...] = ()) -> datetime.date | None:
    found = sessions(*treatments)
    return closing_day(found[0], found, [treatment("transplantation", on(d)) for d in aimed])


def test_the_next_treatment_closes_the_follow_up():
    assert closing(part(0)) is None
    assert closing(part(0), part(40), part(80)) == day(on(40))
    assert closing(part(0), treatment("tae", on(20))) == day(on(20))
    assert closing(part(0), part(40), aimed=(30,)) == day(on(30))


def test_what_was_done_on_the_day_of_the_session_is_not_the_next_treatment():
    found = (*sessions(part(0)), *sessions(treatment("tae", on(0))))
    assert closing_day(found[0], found, ()) is None
    assert closing(part(0), aimed=(0,)) is None
