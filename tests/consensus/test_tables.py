"""Figure 1 and the HAIC tiers are total tables, and say what the papers say."""

from itertools import product

import pytest

from cdshooks.clinical.chart import Response
from cdshooks.consensus.assessment import Tier
from cdshooks.consensus.strategy import cells, contains_tace, in_order, statements_of
from cdshooks.consensus.therapies import ECOG_GROUPS, tier_of

CR, PR, SD, PD = Response.CR, Response.PR, Response.SD, Response.PD
FIGURE_1 = [
    (PD, False, False, "F1-R"),
    (PD, True, False, "F1-R"),
    (PD, False, True, "F1-R"),
    (PD, True, True, "F1-R"),
    (CR, False, False, "F1-1a"),
    (PR, False, False, "F1-1b"),
    (SD, False, False, "F1-1b"),
    (CR, True, False, "F1-2"),
    (PR, True, False, "F1-2"),
    (SD, True, False, "F1-2"),
    (CR, False, True, "F1-3a"),
    (PR, False, True, "F1-3b"),
    (SD, False, True, "F1-3b"),
    (CR, True, True, "F1-4"),
    (PR, True, True, "F1-4"),
    (SD, True, True, "F1-4"),
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
@pytest.mark.parametrize(("response", "new", "spread", "branch"), FIGURE_1)
def test_figure_1_cell(response, new, spread, branch):
    assert cells()[response, new, spread] == branch


@pytest.mark.statement("CCI-F1.0")
def test_figure_1_is_total():
    wanted = set(product((CR, PR, SD, PD), (False, True), (False, True)))
    assert set(cells()) == wanted
    assert set(in_order(set(cells().values()))) == set(cells().values())
    assert all(statements_of(branch) for branch in cells().values())


@pytest.mark.statement("CCI-C1.act")
def test_branches_that_contain_tace():
    with_tace = {branch for branch in cells().values() if contains_tace((branch,))}
    assert with_tace == {"F1-1b", "F1-2", "F1-3b", "F1-4"}


TIERS = [
    ((False, "A/B", "0-1", False, False), Tier.NONE, "artery"),
    ((True, "C", "0-1", False, False), Tier.NONE, "child-pugh"),
    ((True, "A/B", "3-4", True, True), Tier.NONE, "ecog"),
    ((True, "A/B", "0-1", False, False), Tier.R1, ""),
    ((True, "A/B", "0-1", True, False), Tier.R2, ""),
    ((True, "A/B", "0-1", False, True), Tier.R2, ""),
    ((True, "A/B", "2", True, False), Tier.R2, ""),
    ((True, "A/B", "2", False, True), Tier.R2, ""),
    ((True, "A/B", "2", False, False), Tier.NONE, "ecog-2"),
]


@pytest.mark.statement("HAIC-R0", "HAIC-R1", "HAIC-R2")
@pytest.mark.parametrize(("inputs", "tier", "reason"), TIERS)
def test_tier_row(inputs, tier, reason):
    assert tier_of(inputs, ecog2_to_r2=False) == (tier, reason)


def test_tiers_are_total():
    booleans = (False, True)
    for inputs in product(booleans, ("A/B", "C"), ECOG_GROUPS, booleans, booleans):
        assert tier_of(inputs, ecog2_to_r2=False)[0] in (Tier.R1, Tier.R2, Tier.NONE)


def test_ecog_2_reading_opens_the_second_tier():
    assert tier_of((True, "A/B", "2", False, False), ecog2_to_r2=True) == (Tier.R2, "")
