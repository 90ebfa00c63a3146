"""The tables over every combination of what they ask, each known or not: total and monotone.

Every combination is judged by the rules themselves: Figure 1 and the definitions from a case of
each, unsuitability and tiers from a condition of each. A sample of whole charts confirms that the
judgement as a whole says the same.

Monotone: adding knowledge never turns a known answer into an unknown one. An answer is the set of
answers that are still possible; knowing more may only make it smaller. The one exception is the
hepatic artery: while it is unknown the tier stands on the condition that it is open.
"""

import random
from dataclasses import replace
from functools import cache
from itertools import product

import pytest

from cdshooks.clinical.chart import Intent
from cdshooks.clinical.logic import any_of
from cdshooks.clinical.timepoints import time_points
from cdshooks.consensus.assessment import CCI, DEFINITIONS, Verdict
from cdshooks.consensus.case import Facts, work_out
from cdshooks.consensus.definitions import RULES
from cdshooks.consensus.readings import readings_from
from cdshooks.consensus.strategy import strategy
from cdshooks.consensus.therapies import questions, therapy
from cdshooks.consensus.unsuitable import condition, unsuitable
from tests.consensus.charts import (
    AS_OF,
    SESSIONS,
    THIRD,
    afp,
    after,
    day,
    healthy,
    judge,
    patient,
    scan,
)
from tests.consensus.printed_tables import BRANCH, ORDER, WITH_TACE, tier

TRI = (True, False, None)
SIZES = {"CR": 0, "PR": 30, "SD": 50, "PD": 65, None: None}
"""mm after the third session, of 50; response ``None``: not measured."""
LIVER = {
    "A": healthy(),
    "B": healthy(bilirubin=38, albumin=33),
    "C": healthy(bilirubin=60, albumin=26, inr=1.9),
    None: healthy(bilirubin=None, albumin=None, inr=None),
}
SEEN = {
    "response": tuple(SIZES),
    "new lesion": TRI,
    "vascular invasion": TRI,
    "extrahepatic spread": TRI,
}
STATE = {
    "artery occluded": TRI,
    "diffuse fistula": TRI,
    "Child-Pugh": tuple(LIVER),
    "ECOG": (0, 1, 2, 3, 4, None),
    "contraindication": TRI,
    "intolerance": TRI,
}
"""Beside the artery, Child-Pugh and ECOG, the fistula stands for all that makes TACE unsuitable."""
MARKERS = (afp("2023-01-05", 40), afp("2023-03-30", 30), afp(after(THIRD, 42), 20))
SEEN_COMBINATIONS = list(product(*SEEN.values()))
STATE_COMBINATIONS = list(product(*STATE.values()))
DEFAULT = readings_from({})
ARTERY = "hepatic-artery-patency"
CODES = {
    "Child-Pugh": "liver-function",
    "ECOG": "ecog",
    "contraindication": "ici-contraindication-screen",
    "intolerance": "combination-tolerance",
}


def chart_of(seen, state):
    response, new, vi, ehs = seen
    occluded, fistula, child_pugh, ecog, contraindicated, intolerant = state
    imaging = [
        scan("2023-01-05", {"L1": 50}),
        scan("2023-03-30", {"L1": 50}),
        scan(after(THIRD, 42), {"L1": SIZES[response]}, new=new, vi=vi, ehs=ehs),
    ]
    return patient(
        imaging,
        liver=LIVER[child_pugh],
        ecog=ecog,
        hepatic_artery_occlusion=occluded,
        diffuse_hepatic_fistula=fistula,
        immunotherapy_contraindication=contraindicated,
        combination_intolerance=intolerant,
        markers=MARKERS,
    )


@cache
def case_of(seen):
    chart = chart_of(seen, STATE_COMBINATIONS[0])
    facts = Facts(
        as_of=day(AS_OF),
        treatments=SESSIONS,
        aimed=frozenset(),
        scans=chart.scans,
        points=time_points(chart.scans),
        lesions=chart.lesions,
        markers=chart.markers,
    )
    return work_out(facts, DEFAULT)


@cache
def condition_of(state):
    return condition(chart_of(SEEN_COMBINATIONS[0], state), day(AS_OF))


@cache
def verdicts_of(seen):
    return {name: RULES[name](case_of(seen)).verdict for name in DEFINITIONS}


@cache
def strategy_of(seen):
    return strategy(case_of(seen), verdicts_of(seen)[CCI])


@cache
def unsuitable_of(state):
    return unsuitable(condition_of(state)).verdict


@cache
def therapy_of(state, opened):
    return therapy(condition_of(state), opened, DEFAULT)


def completions(dimensions, combination):
    """Every combination of known values that this one may turn out to be."""
    return product(
        *(
            [known for known in values if known is not None] if value is None else [value]
            for values, value in zip(dimensions.values(), combination, strict=True)
        )
    )


def one_more_known(dimensions, combination):
    """The name of each unknown, and the combination with that one known."""
    for place, (name, values) in enumerate(dimensions.items()):
        if combination[place] is None:
            for known in values:
                if known is not None:
                    yield name, (*combination[:place], known, *combination[place + 1 :])


# ---------------------------------------------------------------- Figure 1 and the definitions


def branches(seen):
    """Those still possible; all of them while the response is unknown."""
    found = strategy_of(seen)
    return set(ORDER) if found.status == "undetermined" else set(found.branches)


def verdicts(seen, name):
    found = verdicts_of(seen)[name]
    return {"met", "not-met"} if found == "indeterminate" else {str(found)}


def test_figure_1_gives_just_the_branches_that_are_possible():
    for seen in SEEN_COMBINATIONS:
        possible = {
            BRANCH[response, new, vi or ehs] for response, new, vi, ehs in completions(SEEN, seen)
        }
        found = strategy_of(seen)
        assert branches(seen) >= possible, seen
        if seen[0] is None:
            assert (found.branches, found.status) == ((), "undetermined"), seen
        else:
            assert found.branches == tuple(b for b in ORDER if b in possible), seen
            assert found.status == ("several" if len(possible) > 1 else "determined"), seen


def test_figure_1_and_the_definitions_are_monotone():
    for seen in SEEN_COMBINATIONS:
        for name, more in one_more_known(SEEN, seen):
            assert branches(more) <= branches(seen), (seen, name)
            for definition in DEFINITIONS:
                assert verdicts(more, definition) <= verdicts(seen, definition), (seen, name)


def test_cci_asks_for_nothing_but_the_response():
    for seen in SEEN_COMBINATIONS:
        response = seen[0]
        expected = "indeterminate" if response is None else "met" if response == "PD" else "not-met"
        assert verdicts_of(seen)[CCI] == expected, seen


# ---------------------------------------------------------------- unsuitability and tiers


def tiers_possible(state):
    """With an artery that is open unless it is known to be occluded."""
    occluded, _, *others = state
    without = {name: values for name, values in STATE.items() if name != "diffuse fistula"}
    return {
        tier(not known[0], *known[1:])
        for known in completions(without, (occluded is True, *others))
    }


def tiers(state):
    found = therapy_of(state, Verdict.MET).tier
    return {"HAIC-R1", "HAIC-R2", "NONE"} if found == "UNDETERMINED" else {str(found)}


def test_unsuitable_when_any_item_holds():
    for state in STATE_COMBINATIONS:
        occluded, fistula, child_pugh, ecog, *_ = state
        items = (
            occluded,
            fistula,
            None if child_pugh is None else child_pugh == "C",
            None if ecog is None else ecog > 2,
        )
        assert unsuitable_of(state) is any_of(items), state


def test_unsuitability_is_monotone():
    for state in STATE_COMBINATIONS:
        if unsuitable_of(state) is not None:
            for name, more in one_more_known(STATE, state):
                assert unsuitable_of(more) is unsuitable_of(state), (state, name)


def test_a_tier_is_known_just_when_every_possibility_gives_it():
    for state in STATE_COMBINATIONS:
        found = therapy_of(state, Verdict.MET)
        possible = {name for name, _ in tiers_possible(state)}
        assert found.tier == (possible.pop() if len(possible) == 1 else "UNDETERMINED"), state


def test_no_tier_says_why():
    for state in STATE_COMBINATIONS:
        found = therapy_of(state, Verdict.MET)
        reasons = {reason for _, reason in tiers_possible(state)}
        if found.tier == "NONE":
            assert found.reason in reasons, state
        else:
            assert found.reason == "", state


def test_tiers_are_monotone_but_for_the_artery():
    exceptions = set()
    for state in STATE_COMBINATIONS:
        for name, more in one_more_known(STATE, state):
            if not tiers(more) <= tiers(state):
                assert name == "artery occluded", (state, name)
                assert ARTERY in therapy_of(state, Verdict.MET).conditional_on, state
                exceptions.add((tuple(tiers(state)), tuple(tiers(more))))
    assert exceptions == {(("HAIC-R1",), ("NONE",)), (("HAIC-R2",), ("NONE",))}


def test_what_a_tier_does_not_depend_on_does_not_change_it():
    """And what it does depend on is not known."""
    for state in STATE_COMBINATIONS:
        found = therapy_of(state, Verdict.MET)
        unknown = {CODES[name] for name, _ in one_more_known(STATE, state) if name in CODES}
        assert set(found.conditional_on) <= unknown | ({ARTERY} if state[0] is None else set())
        for name, more in one_more_known(STATE, state):
            if name in CODES and CODES[name] not in found.conditional_on:
                assert tiers(more) == tiers(state), (state, name)


def test_a_question_to_the_oncologist_is_asked_whenever_the_tier_depends_on_it():
    for state in STATE_COMBINATIONS:
        found = therapy_of(state, Verdict.MET)
        asked = questions(condition_of(state), Verdict.MET, found)
        depends = set(found.conditional_on) & {CODES["contraindication"], CODES["intolerance"]}
        assert depends <= asked, state


def test_while_the_definition_is_not_met_nothing_else_matters():
    for state in STATE_COMBINATIONS:
        for opened, tier_then in ((Verdict.NOT_MET, "NA"), (Verdict.INDETERMINATE, "UNDETERMINED")):
            found = therapy_of(state, opened)
            assert (found.tier, found.conditional_on, found.reason) == (tier_then, (), "")


# ---------------------------------------------------------------- everything at once


def answer(seen, state):
    """Of the rules, put together as a whole judgement must put them together."""
    found, no_tace = strategy_of(seen), unsuitable_of(state)
    overlay = no_tace is True and not WITH_TACE.isdisjoint(found.branches)
    judged = therapy_of(state, verdicts_of(seen)[CCI])
    return {
        "definitions": verdicts_of(seen),
        "branches": (found.branches, found.status, overlay),
        "unsuitable": no_tace,
        "tier": (judged.tier, judged.conditional_on, judged.reason),
    }


def judged_whole(seen, state):
    found = judge(chart_of(seen, state))
    return {
        "definitions": {name: found.definitions[name].verdict for name in DEFINITIONS},
        "branches": (found.strategy.branches, found.strategy.status, found.strategy.overlay),
        "unsuitable": found.unsuitable.verdict,
        "tier": (found.therapy.tier, found.therapy.conditional_on, found.therapy.reason),
    }


def test_every_combination_has_an_answer():
    for seen, state in product(SEEN_COMBINATIONS, STATE_COMBINATIONS):
        found = answer(seen, state)
        assert found["branches"][1] in ("determined", "several", "undetermined")
        assert (found["tier"][0] == "NA") is (found["definitions"][CCI] == "not-met")


@pytest.mark.parametrize("seed", range(8))
def test_whole_charts_say_the_same(seed):
    chance = random.Random(seed)
    for _ in range(150):
        seen, state = chance.choice(SEEN_COMBINATIONS), chance.choice(STATE_COMBINATIONS)
        assert judged_whole(seen, state) == answer(seen, state), (seen, state)


def test_the_same_chart_is_judged_the_same():
    chance = random.Random(1)
    for _ in range(50):
        seen, state = chance.choice(SEEN_COMBINATIONS), chance.choice(STATE_COMBINATIONS)
        assert judge(chart_of(seen, state)) == judge(chart_of(seen, state))


def test_the_intent_only_makes_the_european_definition_surer():
    for seen in SEEN_COMBINATIONS:
        open_case = case_of(seen)
        for intent in Intent:
            stated = tuple(replace(session, intent=intent) for session in SESSIONS)
            known = work_out(replace(open_case.facts, treatments=stated), DEFAULT)
            for name in DEFINITIONS:
                before, now = verdicts_of(seen)[name], RULES[name](known).verdict
                settles = name == "european" and before == "indeterminate"
                assert now == before or settles, (seen, intent, name)
