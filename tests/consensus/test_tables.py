"""Figure 1 and the tiers of HAIC, cell by cell and row by row, judged from whole charts."""

from itertools import product

import pytest

from cdshooks.cards.compose import compose
from cdshooks.cards.model import EXTENSION
from cdshooks.clinical.chart import Response
from cdshooks.consensus.assessment import Tier
from cdshooks.consensus.strategy import cells, contains_tace, in_order, statements_of
from cdshooks.consensus.therapies import ECOG_GROUPS, tier_of
from tests.consensus.charts import SESSIONS, THIRD, after, chart, healthy, judge, patient, scan
from tests.consensus.printed_tables import BRANCH, FIGURE_1, ORDER, TIERS, WITH_TACE

SIZES = {"CR": 0, "PR": 30, "SD": 50, "PD": 65, "NE": None}
"""mm on the assessment scan, of 50 mm before the first session."""


def seen(response, new=False, vi=False, ehs=False):
    """A baseline and an assessment scan."""
    last = scan(after(THIRD, 42), {"L1": SIZES[response]}, new=new, vi=vi, ehs=ehs)
    return [scan("2023-01-05", {"L1": 50}), last]


# ---------------------------------------------------------------- Figure 1

SPREAD = {
    False: {"": (False, False)},
    True: {"/VI": (True, False), "/EHS": (False, True), "/VI/EHS": (True, True)},
}
CELLS = [
    pytest.param(
        (response, new, *spread),
        branch,
        statements.split(", "),
        id=f"F1 {response}{'/new' if new else ''}{name} -> {branch} ({statements})",
    )
    for response, new, present, branch, statements in FIGURE_1
    for name, spread in SPREAD[present].items()
]


@pytest.mark.statement(
    "CCI-F1.0",
    "CCI-F1.p1",
    "CCI-F1.p2",
    "CCI-F1.r",
    "CCI-F1.e",
    "CCI-F1.1",
    "CCI-F1.2",
    "CCI-F1.3",
    "CCI-F1.4",
    "CCI-C4",
    "CCI-C5",
)
@pytest.mark.parametrize(("situation", "branch", "statements"), CELLS)
def test_figure_1_cell(situation, branch, statements):
    found = judge(patient(seen(*situation)))
    assert found.response.category == situation[0]
    assert (found.strategy.branches, found.strategy.status) == ((branch,), "determined")
    assert set(statements) <= set(statements_of(branch))
    cards = {
        card["extension"][EXTENSION]["card"]: card for card in compose(found, "en", knowledge="x")
    }
    assert set(statements) <= set(cards["next-step"]["extension"][EXTENSION]["statements"])


@pytest.mark.statement("CCI-F1.0")
def test_figure_1_is_total():
    assert len(FIGURE_1) == 16
    assert cells() == {(Response(r), new, spread): b for (r, new, spread), b in BRANCH.items()}
    assert in_order(set(cells().values())) == ORDER


@pytest.mark.parametrize("branch", ORDER)
def test_a_branch_rests_on_the_statements_of_its_cells(branch):
    named = {s for *_, b, statements in FIGURE_1 if b == branch for s in statements.split(", ")}
    assert set(statements_of(branch)) == named


OPEN = {
    "SD, new lesion unknown": (("SD", None), "F1-1b F1-2"),
    "CR, new lesion unknown": (("CR", None), "F1-1a F1-2"),
    "PR, VI unknown": (("PR", False, None), "F1-1b F1-3b"),
    "CR, EHS unknown": (("CR", False, False, None), "F1-1a F1-3a"),
    "SD, VI, EHS unknown": (("SD", False, True, None), "F1-3b"),
    "SD, new lesion, EHS unknown": (("SD", True, False, None), "F1-2 F1-4"),
    "CR, nothing known": (("CR", None, None, None), "F1-1a F1-2 F1-3a F1-4"),
    "PD, nothing known": (("PD", None, None, None), "F1-R"),
}


@pytest.mark.parametrize(("situation", "branches"), OPEN.values(), ids=OPEN)
def test_every_branch_that_is_still_possible(situation, branches):
    strategy = judge(patient(seen(*situation))).strategy
    assert strategy.branches == tuple(branches.split())
    assert strategy.status == ("several" if " " in branches else "determined")


NO_BRANCH = {
    "response unknown": (seen("NE"), SESSIONS, {}, "undetermined"),
    "no assessment scan": (seen("SD")[:1], SESSIONS, {}, "undetermined"),
    "two sessions": (seen("SD"), SESSIONS[1:], {}, "not-applicable"),
    "two sessions, two are enough": (seen("SD"), SESSIONS[1:], {"min_sessions": 2}, "determined"),
    "four sessions wanted": (seen("PD"), SESSIONS, {"min_sessions": 4}, "not-applicable"),
    "no session": (seen("SD"), (), {}, "not-applicable"),
}


@pytest.mark.parametrize(
    ("imaging", "treatments", "readings", "status"), NO_BRANCH.values(), ids=NO_BRANCH
)
def test_figure_1_applies_after_three_sessions_with_a_known_response(
    imaging, treatments, readings, status
):
    found = judge(patient(imaging, treatments), **readings).strategy
    assert (found.status, bool(found.branches)) == (status, status == "determined")


@pytest.mark.statement("CCI-C1.act")
def test_branches_that_contain_tace():
    assert {branch for branch in ORDER if contains_tace((branch,))} == WITH_TACE


@pytest.mark.parametrize(("response", "new", "spread", "branch"), [row[:4] for row in FIGURE_1])
def test_a_branch_with_tace_is_overlaid_when_tace_is_unsuitable(response, new, spread, branch):
    imaging = seen(response, new, vi=spread)
    for fistula, overlay in ((True, branch in WITH_TACE), (False, False), (None, False)):
        found = judge(patient(imaging, diffuse_hepatic_fistula=fistula))
        assert found.strategy.overlay is overlay
        assert ("tace-contraindicated-overlay" in found.flags) is overlay


# ---------------------------------------------------------------- tiers

LIVER = {
    "A": healthy(),
    "B": healthy(bilirubin=38, albumin=33),
    "C": healthy(bilirubin=60, albumin=26, ascites=3),
    "?": healthy(bilirubin=None, albumin=None, inr=None),
}
"""By Child-Pugh class; "?" may be any of them."""


def refractory(artery=True, child_pugh="A", ecog=1, contraindicated=False, intolerant=False):
    """``None``, or "?", = not recorded."""
    return patient(
        seen("PD"),
        liver=LIVER[child_pugh],
        ecog=ecog,
        hepatic_artery_occlusion=None if artery is None else not artery,
        immunotherapy_contraindication=contraindicated,
        combination_intolerance=intolerant,
    )


@pytest.mark.statement("HAIC-R0", "HAIC-R1", "HAIC-R2")
@pytest.mark.parametrize(
    ("artery", "child_pugh", "ecog", "contraindicated", "intolerant", "tier", "reason"),
    TIERS.values(),
    ids=[f"{row} -> {columns[5]}" for row, columns in TIERS.items()],
)
def test_tier_row(artery, child_pugh, ecog, contraindicated, intolerant, tier, reason):
    """Every combination that the row speaks of."""
    for values in product(artery, child_pugh, map(int, ecog), contraindicated, intolerant):
        found = judge(refractory(*values)).therapy
        assert (found.tier, found.reason, found.conditional_on) == (tier, reason, ()), values


ASKED = {
    "Child-Pugh": "liver-function",
    "ECOG": "ecog",
    "contraindication": "ici-contraindication-screen",
    "tolerance": "combination-tolerance",
    "artery": "hepatic-artery-patency",
}
UNKNOWN = {
    "Child-Pugh": ({"child_pugh": "?"}, "UNDETERMINED"),
    "ECOG": ({"ecog": None}, "UNDETERMINED"),
    "contraindication": ({"contraindicated": None}, "UNDETERMINED"),
    "tolerance": ({"intolerant": None}, "UNDETERMINED"),
    "contraindication, tolerance": (
        {"contraindicated": None, "intolerant": None},
        "UNDETERMINED",
    ),
    "contraindication, ECOG": ({"contraindicated": None, "ecog": None}, "UNDETERMINED"),
    "contraindication; ECOG 2": ({"contraindicated": None, "ecog": 2}, "UNDETERMINED"),
    "ECOG; contraindicated": ({"ecog": None, "contraindicated": True}, "UNDETERMINED"),
    "nothing; contraindicated settles tolerance": (
        {"contraindicated": True, "intolerant": None},
        "HAIC-R2",
    ),
    "nothing; intolerance settles contraindication": (
        {"contraindicated": None, "intolerant": True},
        "HAIC-R2",
    ),
    "nothing; ECOG 3 settles Child-Pugh": ({"child_pugh": "?", "ecog": 3}, "NONE"),
    "nothing; Child-Pugh C settles ECOG": ({"child_pugh": "C", "ecog": None}, "NONE"),
    "nothing; no access settles all": (
        {"artery": False, "child_pugh": "?", "ecog": None, "contraindicated": None},
        "NONE",
    ),
    "artery": ({"artery": None}, "HAIC-R1"),
    "artery; contraindicated": ({"artery": None, "contraindicated": True}, "HAIC-R2"),
    "nothing; ECOG 3, artery unknown": ({"artery": None, "ecog": 3}, "NONE"),
    "artery, ECOG": ({"artery": None, "ecog": None}, "UNDETERMINED"),
}


@pytest.mark.parametrize(
    ("asked", "inputs", "tier"),
    [(asked, inputs, tier) for asked, (inputs, tier) in UNKNOWN.items()],
    ids=[f"tier-8 asks {asked} -> {tier}" for asked, (_, tier) in UNKNOWN.items()],
)
def test_an_unknown_that_matters_is_asked_for(asked, inputs, tier):
    """An unknown artery is the exception: the tier stands on the condition that it is open."""
    found = judge(refractory(**inputs)).therapy
    wanted = {code for name, code in ASKED.items() if name in asked.split(";")[0].split(", ")}
    assert (found.tier, set(found.conditional_on)) == (tier, wanted)


NOT_OPENED = {
    "CCI not met": (seen("SD"), SESSIONS, "NA"),
    "CCI not met, two sessions": (seen("PD"), SESSIONS[1:], "NA"),
    "CCI indeterminate": (seen("NE"), SESSIONS, "UNDETERMINED"),
}


@pytest.mark.parametrize(("imaging", "treatments", "tier"), NOT_OPENED.values(), ids=NOT_OPENED)
def test_tiers_are_opened_by_the_definition(imaging, treatments, tier):
    found = judge(patient(imaging, treatments))
    assert (found.therapy.tier, found.therapy.conditional_on) == (tier, ())
    unasked = patient(
        imaging,
        treatments,
        combination_intolerance=None,
        immunotherapy_contraindication=None,
    )
    assert judge(unasked).missing == found.missing


OPENED_BY = {
    # at SD, at PD: neither intent nor markers nor an earlier scan are recorded
    "CCI": ("NA", "HAIC-R1"),
    "EPOIHCC": ("HAIC-R1", "HAIC-R1"),
    "EUROPE": ("UNDETERMINED", "HAIC-R1"),
    "JSH": ("UNDETERMINED", "UNDETERMINED"),
    "ANY": ("HAIC-R1", "HAIC-R1"),
}


@pytest.mark.parametrize("definition", OPENED_BY)
def test_another_definition_may_open_the_tiers(definition):
    for response, tier in zip(("SD", "PD"), OPENED_BY[definition], strict=True):
        found = judge(patient(seen(response)), tier_definition=definition)
        assert found.therapy.tier == tier


def test_tiers_are_total():
    booleans = (False, True)
    for inputs in product(booleans, ("A/B", "C"), ECOG_GROUPS, booleans, booleans):
        assert tier_of(inputs, ecog2_to_r2=False)[0] in (Tier.R1, Tier.R2, Tier.NONE)


def test_ecog_2_reading_opens_the_second_tier():
    found = judge(refractory(ecog=2), tier_ecog2_to_r2=True)
    assert found.therapy.tier == Tier.R2
    assert judge(refractory(ecog=1), tier_ecog2_to_r2=True).therapy.tier == Tier.R1
    assert judge(refractory(ecog=3), tier_ecog2_to_r2=True).therapy.tier == Tier.NONE
    assert "ecog2-gap" in judge(refractory(ecog=2)).flags
    assert judge(refractory(ecog=2)).therapy.tier == Tier.NONE


def test_the_two_questions_stand_only_where_the_answer_may_matter():
    open_questions = {"contraindicated": None, "intolerant": None}
    asked = {ASKED["contraindication"], ASKED["tolerance"]}
    assert asked <= set(judge(refractory(**open_questions)).missing)
    for closed in ({"artery": False}, {"child_pugh": "C"}, {"ecog": 3}):
        assert not asked & set(judge(refractory(**closed, **open_questions)).missing)
    settled = refractory(contraindicated=True, intolerant=None)
    assert not asked & set(judge(settled).missing)
    bare = chart(imaging=seen("SD"))
    assert not asked & set(judge(bare).missing)
