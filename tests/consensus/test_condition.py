"""The patient's state: unsuitable for TACE, the tier of HAIC, and what is asked for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cdshooks.clinical.chart import (
    Chart,
    ChildPughStated,
    Dated,
    Fact,
    Grade,
    LiverFunction,
    StatedFact,
)
from cdshooks.consensus.unsuitable import condition, unsuitable
from tests.consensus.charts import AS_OF, after, chart, day, judge, scans

TODAY = day(AS_OF)
OCCLUDED, ICI, INTOLERANT = (
    Fact.HEPATIC_ARTERY_OCCLUSION,
    Fact.IMMUNOTHERAPY_CONTRAINDICATION,
    Fact.COMBINATION_INTOLERANCE,
)


def fact(which: Fact, answer: bool, date: str | None = AS_OF, standing: bool = False) -> StatedFact:
    when = None if date is None else day(date)
    return StatedFact(which, answer, when, (f"Observation/{which}-{date}-{answer}",), standing)


def ecog(*grades: int) -> tuple[Dated, ...]:
    return tuple(Dated(Decimal(g), TODAY, (f"Observation/ecog-{g}",)) for g in grades)


def child_pugh(lowest: int, highest: int | None = None) -> LiverFunction:
    stated = ChildPughStated(lowest, highest or lowest, TODAY, ("Observation/child-pugh",))
    return LiverFunction(stated=(stated,))


def grades(*ranges: tuple[int, int]) -> tuple[Grade, ...]:
    return tuple(Grade(low, high, TODAY, (f"Observation/grade-{low}",)) for low, high in ranges)


def criteria(patient: Chart) -> dict[str, bool | None]:
    return dict(unsuitable(condition(patient, TODAY)).criteria)


# --- unsuitable ---

ALL_SUITABLE: dict[str, Any] = {
    "liver": LiverFunction(
        stated=(ChildPughStated(5, 5, TODAY, ("Observation/child-pugh",)),),
        encephalopathy=grades((0, 0)),
    ),
    "ecog": ecog(1),
    "facts": tuple(
        fact(which, False)
        for which in (
            OCCLUDED,
            Fact.SEVERE_JAUNDICE,
            Fact.REFRACTORY_ASCITES,
            Fact.HEPATORENAL_SYNDROME,
            Fact.DIFFUSE_HEPATIC_FISTULA,
        )
    ),
}
ROWS = {
    "hepatic-artery-occlusion": ("CCI-C9.1", "hepatic-artery-patency"),
    "child-pugh-c": ("CCI-C9.2", "liver-function"),
    "severe-jaundice": ("CCI-C9.2", "decompensation-status"),
    "hepatic-encephalopathy": ("CCI-C9.2", "decompensation-status"),
    "refractory-ascites": ("CCI-C9.2", "decompensation-status"),
    "hepatorenal-syndrome": ("CCI-C9.2", "decompensation-status"),
    "ecog-above-2": ("CCI-C9.3", "ecog"),
    "diffuse-hepatic-fistula": ("CCI-C9.4", "av-fistula-status"),
}


def test_nothing_recorded_leaves_every_criterion_open_and_asks_for_it():
    found = judge(chart())
    assert found.unsuitable.verdict is None
    assert found.unsuitable.criteria == dict.fromkeys(ROWS)
    assert {
        one.label.removeprefix("finding."): (one.statement, *one.missing)
        for one in found.unsuitable.findings
    } == ROWS
    assert {code for _, code in ROWS.values()} <= set(found.missing)


def test_a_patient_in_whom_all_is_well_is_suitable_and_nothing_is_asked():
    found = judge(chart(**ALL_SUITABLE))
    assert found.unsuitable.verdict is False
    assert found.unsuitable.criteria == dict.fromkeys(ROWS, False)
    assert not {code for _, code in ROWS.values()} & set(found.missing)
    assert all(one.missing == () and one.used for one in found.unsuitable.findings)


ONE_OF_THEM = {
    "hepatic-artery-occlusion": {"facts": (fact(OCCLUDED, True),)},
    "child-pugh-c": {"liver": child_pugh(10)},
    "severe-jaundice": {"facts": (fact(Fact.SEVERE_JAUNDICE, True),)},
    "hepatic-encephalopathy": {"liver": LiverFunction(encephalopathy=grades((1, 1)))},
    "refractory-ascites": {"facts": (fact(Fact.REFRACTORY_ASCITES, True),)},
    "hepatorenal-syndrome": {"facts": (fact(Fact.HEPATORENAL_SYNDROME, True),)},
    "ecog-above-2": {"ecog": ecog(3)},
    "diffuse-hepatic-fistula": {"facts": (fact(Fact.DIFFUSE_HEPATIC_FISTULA, True),)},
}


@pytest.mark.parametrize("name", ROWS)
def test_any_one_of_the_list_is_enough(name):
    found = judge(chart(**ONE_OF_THEM[name])).unsuitable
    assert found.verdict is True
    assert [key for key, answer in found.criteria.items() if answer is not None] == [name]


@pytest.mark.parametrize(
    ("grades", "answer"),
    [((), None), ((2,), False), ((3,), True), ((2, 3), None), ((3, 2), None), ((0, 1), False)],
)
def test_performance_above_2(grades, answer):
    patient = chart(ecog=ecog(*grades))
    assert criteria(patient)["ecog-above-2"] is answer
    assert condition(patient, TODAY).ecog == (grades[0] if len(grades) == 1 else None)


@pytest.mark.parametrize(
    ("ranges", "answer"), [((), None), (((0, 0),), False), (((1, 1),), True), (((0, 1),), None)]
)
def test_any_grade_of_encephalopathy(ranges, answer):
    patient = chart(liver=LiverFunction(encephalopathy=grades(*ranges)))
    assert criteria(patient)["hepatic-encephalopathy"] is answer


STATED = {
    "the latest counts": ([fact(OCCLUDED, True, "2023-01-01"), fact(OCCLUDED, False)], False),
    "in any order": ([fact(OCCLUDED, False), fact(OCCLUDED, True, "2023-01-01")], False),
    "two of one day differ": ([fact(OCCLUDED, True), fact(OCCLUDED, False)], None),
    "undated stands beside": ([fact(OCCLUDED, True, None), fact(OCCLUDED, False)], None),
    "undated alone": ([fact(OCCLUDED, True, None)], True),
    "an active diagnosis stands beside": (
        [fact(OCCLUDED, True, "2020-01-01", standing=True), fact(OCCLUDED, False)],
        None,
    ),
    "an old one does not expire": ([fact(OCCLUDED, True, "2015-01-01")], True),
    "of another fact": ([fact(Fact.SEVERE_JAUNDICE, True)], None),
}


@pytest.mark.parametrize("case", STATED)
def test_stated_facts(case):
    facts, answer = STATED[case]
    patient = chart(facts=tuple(facts))
    assert criteria(patient)["hepatic-artery-occlusion"] is answer
    conflict = answer is None and len(facts) == 2
    assert any(note.code == "conflict" for note in judge(patient).notes) is conflict


@pytest.mark.parametrize(
    ("points", "stated", "answer", "conflict"),
    [
        ((1, 1), (), False, False),
        ((1, 2), (), None, False),
        ((2, 2), (), None, False),
        (None, (), None, False),
        ((1, 1), (True,), None, True),
        ((1, 1), (False,), False, False),
        ((3, 3), (True,), True, False),
        ((1, 1), (True, False), None, True),
    ],
)
def test_no_ascites_is_no_refractory_ascites(points, stated, answer, conflict):
    patient = chart(
        liver=LiverFunction(ascites=() if points is None else grades(points)),
        facts=tuple(fact(Fact.REFRACTORY_ASCITES, one) for one in stated),
    )
    known = condition(patient, TODAY).facts[Fact.REFRACTORY_ASCITES]
    assert (known.answer, known.conflict) == (answer, conflict)
    if points == (1, 1) and stated == (True,):
        assert len(known.references) == 2
    if stated == (False,):
        assert known.references == (f"Observation/refractory-ascites-{AS_OF}-False",)


def test_a_stated_class_that_contradicts_complete_parts_is_noted():
    low = child_pugh(5).stated
    worst = LiverFunction(ascites=grades((3, 3)), encephalopathy=grades((4, 4)), stated=low)
    found = judge(chart(liver=worst))
    assert found.unsuitable.criteria["child-pugh-c"] is None
    assert [note.code for note in found.notes] == ["conflict"]


@pytest.mark.parametrize(
    ("lowest", "highest", "asked"), [(5, 6, False), (6, 7, True), (9, 10, True), (10, 15, False)]
)
def test_liver_function_is_asked_for_until_the_class_is_known(lowest, highest, asked):
    found = judge(chart(liver=child_pugh(lowest, highest)))
    assert ("liver-function" in found.missing) is asked


# --- the tier ---

PATENT = fact(OCCLUDED, False)


def tier(**more: Any) -> tuple[str, tuple[str, ...], str]:
    found = judge(chart(**more)).therapy
    return found.tier.value, found.conditional_on, found.reason


def state(child: int, performance: int, *facts: StatedFact) -> dict[str, Any]:
    return {"liver": child_pugh(child), "ecog": ecog(performance), "facts": facts}


TIERS = {
    "no access": (state(5, 0, fact(OCCLUDED, True)), ("NONE", (), "artery")),
    "Child-Pugh C": (state(10, 0, PATENT), ("NONE", (), "child-pugh")),
    "Child-Pugh B9": (
        state(9, 0, PATENT, fact(ICI, False), fact(INTOLERANT, False)),
        ("HAIC-R1", (), ""),
    ),
    "performance 3": (state(5, 3, PATENT), ("NONE", (), "ecog")),
    "neither": (
        state(5, 1, PATENT, fact(ICI, False), fact(INTOLERANT, False)),
        ("HAIC-R1", (), ""),
    ),
    "contraindicated": (state(5, 2, PATENT, fact(ICI, True)), ("HAIC-R2", (), "")),
    "intolerant": (state(5, 0, PATENT, fact(INTOLERANT, True)), ("HAIC-R2", (), "")),
    "performance 2, neither": (
        state(5, 2, PATENT, fact(ICI, False), fact(INTOLERANT, False)),
        ("NONE", (), "ecog-2"),
    ),
    "artery not recorded": (
        state(5, 1, fact(ICI, False), fact(INTOLERANT, False)),
        ("HAIC-R1", ("hepatic-artery-patency",), ""),
    ),
    "both questions open": (
        state(5, 1, PATENT),
        ("UNDETERMINED", ("combination-tolerance", "ici-contraindication-screen"), ""),
    ),
    "one question open, artery too": (
        state(5, 1, fact(ICI, False)),
        ("UNDETERMINED", ("combination-tolerance", "hepatic-artery-patency"), ""),
    ),
    "liver unknown": (
        {"ecog": ecog(1), "facts": (PATENT, fact(ICI, True))},
        ("UNDETERMINED", ("liver-function",), ""),
    ),
    "performance unknown": (
        {"liver": child_pugh(5), "facts": (PATENT, fact(INTOLERANT, True))},
        ("UNDETERMINED", ("ecog",), ""),
    ),
    "performance 1 or 2": (
        {
            "liver": child_pugh(5),
            "ecog": ecog(1, 2),
            "facts": (PATENT, fact(ICI, False), fact(INTOLERANT, False)),
        },
        ("UNDETERMINED", ("ecog",), ""),
    ),
    "performance 0 or 1": (
        {
            "liver": child_pugh(5),
            "ecog": ecog(0, 1),
            "facts": (PATENT, fact(ICI, False), fact(INTOLERANT, False)),
        },
        ("HAIC-R1", (), ""),
    ),
    "Child-Pugh 9 or 10": (
        {"liver": child_pugh(9, 10), "ecog": ecog(1), "facts": (PATENT, fact(ICI, True))},
        ("UNDETERMINED", ("liver-function",), ""),
    ),
}


@pytest.mark.parametrize("case", TIERS)
def test_the_tier_of_a_refractory_patient(case):
    given, wanted = TIERS[case]
    assert tier(**given) == wanted


def test_performance_2_may_be_read_as_the_second_tier():
    patient = chart(**state(5, 2, PATENT, fact(ICI, False), fact(INTOLERANT, False)))
    assert judge(patient, tier_ecog2_to_r2=True).therapy.tier == "HAIC-R2"
    worse = chart(**state(5, 3, PATENT, fact(ICI, False), fact(INTOLERANT, False)))
    assert judge(worse, tier_ecog2_to_r2=True).therapy.tier == "NONE"


def test_no_tier_before_refractoriness():
    effective = scans(50, 50, 50, 50)
    assert judge(chart(imaging=effective)).therapy.tier == "NA"
    assert judge(chart(imaging=())).therapy.tier == "UNDETERMINED"
    assert judge(chart(imaging=())).therapy.conditional_on == ()


OPENED = [
    # sizes before and now, definition, whether it opens
    ((50, 65), "CCI", True),
    ((50, 50), "CCI", False),
    ((50, 50), "JSH", True),
    ((50, 50), "EPOIHCC", True),
    ((50, 50), "ANY", True),
    ((20, 20), "JSH", None),
    ((20, 20), "ANY", None),
    ((50, 50), "EUROPE", None),
]


@pytest.mark.parametrize(("sizes", "definition", "opens"), OPENED)
def test_the_tiers_are_opened_by_the_definition_that_is_read(sizes, definition, opens):
    patient = chart(imaging=scans(50, 50, *sizes), **TIERS["neither"][0])
    wanted = {True: "HAIC-R1", False: "NA", None: "UNDETERMINED"}[opens]
    assert judge(patient, tier_definition=definition).therapy.tier == wanted


ICI_CODE, TOLERANCE_CODE = "ici-contraindication-screen", "combination-tolerance"
QUESTIONS = {
    "nothing known": ({}, {ICI_CODE, TOLERANCE_CODE}),
    "not contraindicated": ({"facts": (fact(ICI, False),)}, {TOLERANCE_CODE}),
    "contraindicated": ({"facts": (fact(ICI, True),)}, set()),
    "tolerant": ({"facts": (fact(INTOLERANT, False),)}, {ICI_CODE}),
    "intolerant": ({"facts": (fact(INTOLERANT, True),)}, set()),
    "both known": ({"facts": (fact(ICI, False), fact(INTOLERANT, False))}, set()),
    "no access": ({"facts": (fact(OCCLUDED, True),)}, set()),
    "performance 3": (state(5, 3, PATENT), set()),
    "Child-Pugh C": (state(10, 1, PATENT), set()),
    "performance 2": (state(5, 2, PATENT), {ICI_CODE, TOLERANCE_CODE}),
}


@pytest.mark.parametrize("case", QUESTIONS)
def test_the_oncologist_is_asked_only_what_may_matter(case):
    given, wanted = QUESTIONS[case]
    assert {ICI_CODE, TOLERANCE_CODE} & set(judge(chart(**given)).missing) == wanted


@pytest.mark.parametrize("imaging", [scans(50, 50, 50, 50), ()])
def test_the_oncologist_is_asked_nothing_before_refractoriness(imaging):
    assert not {ICI_CODE, TOLERANCE_CODE} & set(judge(chart(imaging=imaging)).missing)


def test_values_older_than_thirty_days_are_not_todays():
    old = Dated(Decimal(3), day(after(AS_OF, -31)), ("Observation/ecog",))
    assert criteria(chart(ecog=(old,)))["ecog-above-2"] is None
