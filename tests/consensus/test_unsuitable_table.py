"""TACE-unsuitable item by item, each yes, no and not known, and beside the definition."""

import pytest

from tests.consensus.charts import SESSIONS, THIRD, after, healthy, judge, patient, scan

SAID = {True: "true", False: "false", None: "unknown"}
B9 = healthy(bilirubin=60, albumin=26, inr=1.1, ascites=1)
BETWEEN_B_AND_C = healthy(bilirubin=60, albumin=26, inr=None, ascites=1)
"""3 + 3 + 1 to 3 + 1 + 1 points."""
ITEMS = {
    # statement and item: (criterion, code when not known, {answer: what is recorded})
    "CCI-C9.1 hepatic artery occluded": (
        "hepatic-artery-occlusion",
        "hepatic-artery-patency",
        {answer: {"hepatic_artery_occlusion": answer} for answer in SAID},
    ),
    "CCI-C9.2 Child-Pugh C": (
        "child-pugh-c",
        "liver-function",
        {
            True: {"liver": healthy(bilirubin=60, albumin=26, inr=1.9)},
            False: {"liver": B9},
            None: {"liver": BETWEEN_B_AND_C},
        },
    ),
    "CCI-C9.2 severe jaundice": (
        "severe-jaundice",
        "decompensation-status",
        {answer: {"severe_jaundice": answer} for answer in SAID},
    ),
    "CCI-C9.2 hepatic encephalopathy": (
        "hepatic-encephalopathy",
        "decompensation-status",
        {
            True: {"liver": healthy(encephalopathy=1)},
            False: {"liver": healthy(encephalopathy=0)},
            None: {"liver": healthy(encephalopathy=None)},
        },
    ),
    "CCI-C9.2 refractory ascites": (
        "refractory-ascites",
        "decompensation-status",
        {answer: {"refractory_ascites": answer, "liver": healthy(ascites=2)} for answer in SAID},
    ),
    "CCI-C9.2 hepatorenal syndrome": (
        "hepatorenal-syndrome",
        "decompensation-status",
        {answer: {"hepatorenal_syndrome": answer} for answer in SAID},
    ),
    "CCI-C9.3 ECOG above 2": (
        "ecog-above-2",
        "ecog",
        {True: {"ecog": 3}, False: {"ecog": 2}, None: {"ecog": None}},
    ),
    "CCI-C9.4 diffuse fistula": (
        "diffuse-hepatic-fistula",
        "av-fistula-status",
        {answer: {"diffuse_hepatic_fistula": answer} for answer in SAID},
    ),
}
EACH = [
    pytest.param(criterion, code, answer, recorded[answer], id=f"{item} {SAID[answer]}")
    for item, (criterion, code, recorded) in ITEMS.items()
    for answer in SAID
]


@pytest.mark.parametrize(("criterion", "code", "answer", "recorded"), EACH)
def test_item(criterion, code, answer, recorded):
    """All other items are denied, so that the verdict is the answer of this one."""
    found = judge(patient(**recorded))
    assert found.unsuitable.criteria == {
        name: answer if name == criterion else False for name in found.unsuitable.criteria
    }
    assert found.unsuitable.verdict is answer
    assert (code in found.missing) is (answer is None)


def test_the_items_are_all_there():
    assert {criterion for criterion, *_ in ITEMS.values()} == set(
        judge(patient()).unsuitable.criteria
    )


@pytest.mark.parametrize(("criterion", "code", "answer", "recorded"), EACH)
def test_one_yes_is_enough_and_one_unknown_prevents_a_no(criterion, code, answer, recorded):
    other = {"hepatorenal_syndrome": True} | recorded
    if criterion != "hepatorenal-syndrome":
        assert judge(patient(**other)).unsuitable.verdict is True
    unknown = {"diffuse_hepatic_fistula": None} | recorded
    if criterion != "diffuse-hepatic-fistula":
        assert judge(patient(**unknown)).unsuitable.verdict is (True if answer else None)


@pytest.mark.parametrize("ecog", range(5))
def test_ecog(ecog):
    assert judge(patient(ecog=ecog)).unsuitable.verdict is (ecog > 2)


@pytest.mark.parametrize("grade", range(5))
def test_encephalopathy_of_any_grade(grade):
    found = judge(patient(liver=healthy(encephalopathy=grade)))
    assert found.unsuitable.verdict is (grade >= 1)


def seen(mm):
    return [scan("2023-01-05", {"L1": 50}), scan(after(THIRD, 42), {"L1": mm})]


BESIDE = {
    # size now of 50 mm, unsuitable; verdict, branches, overlay, tier
    "met, suitable": (65, False, ("met", ("F1-R",), False, "HAIC-R1")),
    "met, unsuitable for its fistula": (65, True, ("met", ("F1-R",), False, "HAIC-R1")),
    "met, not known": (65, None, ("met", ("F1-R",), False, "HAIC-R1")),
    "not met, suitable": (50, False, ("not-met", ("F1-1b",), False, "NA")),
    "not met, unsuitable": (50, True, ("not-met", ("F1-1b",), True, "NA")),
    "not met and no TACE advised, unsuitable": (0, True, ("not-met", ("F1-1a",), False, "NA")),
    "not met, not known": (50, None, ("not-met", ("F1-1b",), False, "NA")),
    "indeterminate, unsuitable": (None, True, ("indeterminate", (), False, "UNDETERMINED")),
    "indeterminate, not known": (None, None, ("indeterminate", (), False, "UNDETERMINED")),
}


@pytest.mark.parametrize(("mm", "fistula", "answers"), BESIDE.values(), ids=BESIDE)
def test_beside_the_definition(mm, fistula, answers):
    """Two verdicts that stand beside each other; a diffuse fistula bars no tier."""
    found = judge(patient(seen(mm), SESSIONS, diffuse_hepatic_fistula=fistula))
    strategy = found.strategy
    assert found.unsuitable.verdict is fistula
    assert (
        found.definitions["cci-2022"].verdict,
        strategy.branches,
        strategy.overlay,
        found.therapy.tier,
    ) == answers


@pytest.mark.parametrize(
    ("recorded", "reason"),
    [
        ({"hepatic_artery_occlusion": True}, "artery"),
        ({"liver": healthy(bilirubin=60, albumin=26, inr=1.9)}, "child-pugh"),
        ({"ecog": 3}, "ecog"),
    ],
)
def test_what_makes_tace_unsuitable_may_bar_the_tiers_too(recorded, reason):
    found = judge(patient(seen(65), **recorded))
    assert found.unsuitable.verdict is True
    assert (found.therapy.tier, found.therapy.reason) == ("NONE", reason)
