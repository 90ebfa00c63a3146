"""Which tier of HAIC the review's authors propose once TACE is refractory (HAIC-R1, HAIC-R2).

The tiers are a table (``tiers.toml``). Unknown inputs are tried with every value they may have: the
tier is known when all agree. One exception is the artery: an unknown one leaves the tier standing,
conditional.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from itertools import product

from cdshooks.clinical.chart import Fact, References
from cdshooks.clinical.logic import Tri, negate
from cdshooks.consensus import codes
from cdshooks.consensus.assessment import (
    CCI,
    EPOIHCC,
    EUROPEAN,
    JSH,
    DefinitionVerdict,
    Therapy,
    Tier,
    Verdict,
)
from cdshooks.consensus.readings import Readings
from cdshooks.consensus.unsuitable import ECOG_LIMIT, Condition

OPENING: Mapping[str, tuple[str, ...]] = {
    "CCI": (CCI,),
    "JSH": (JSH,),
    "EPOIHCC": (EPOIHCC,),
    "EUROPE": (EUROPEAN,),
    "ANY": (CCI, JSH, EPOIHCC, EUROPEAN),
}
ECOG_GROUPS: tuple[str, ...] = ("0-1", "2", "3-4")
INPUT_CODES = {
    "child-pugh": codes.LIVER_FUNCTION,
    "ecog": codes.ECOG,
    "ici-contraindicated": codes.ICI_CONTRAINDICATION_SCREEN,
    "intolerant": codes.COMBINATION_TOLERANCE,
}
ECOG2_REASON, ECOG2_READING = "ecog-2", "ecog-2-reading"
OUTSIDE_ELIGIBILITY = ("artery", "child-pugh", "ecog")

Row = tuple[tuple[bool | str, ...], Tier, str]


@cache
def rows() -> tuple[Row, ...]:
    table = tomllib.loads(files(__package__).joinpath("tiers.toml").read_text(encoding="utf-8"))
    return tuple((tuple(row[:5]), Tier(row[5]), row[6]) for row in table["rows"])


def opening(verdicts: Mapping[str, DefinitionVerdict], readings: Readings) -> Verdict:
    """Verdict of the definition that opens the tiers (AMB-49); of several: met if one is."""
    found = [verdicts[name].verdict for name in OPENING[readings.tier_definition]]
    for word in (Verdict.MET, Verdict.INDETERMINATE):
        if word in found:
            return word
    return Verdict.NOT_MET


def tier_of(values: tuple[bool | str, ...], ecog2_to_r2: bool) -> tuple[Tier, str]:
    """Tier and, where there is none, the reason, of five known inputs."""
    for pattern, tier, reason in rows():
        if all(want in ("*", value) for want, value in zip(pattern, values, strict=True)):
            if reason == ECOG2_REASON and ecog2_to_r2:
                return Tier.R2, ""
            return tier, reason
    raise LookupError("tiers.toml has no row for these inputs")


def _bool(value: Tri) -> tuple[bool, ...]:
    return (True, False) if value is None else (value,)


def _inputs(state: Condition) -> dict[str, tuple[bool | str, ...]]:
    """Every admissible value of each input but the artery."""
    is_c = state.child_pugh.is_c if state.child_pugh is not None else None
    if state.ecog_lowest is None or state.ecog_highest is None:
        ecog = ECOG_GROUPS
    else:
        span = range(state.ecog_lowest, state.ecog_highest + 1)
        ecog = tuple(dict.fromkeys(_ecog_group(value) for value in span))
    return {
        "child-pugh": tuple("C" if value else "A/B" for value in _bool(is_c)),
        "ecog": ecog,
        "ici-contraindicated": _bool(state.facts[Fact.IMMUNOTHERAPY_CONTRAINDICATION].answer),
        "intolerant": _bool(state.facts[Fact.COMBINATION_INTOLERANCE].answer),
    }


def _ecog_group(ecog: int) -> str:
    if ecog > ECOG_LIMIT:
        return "3-4"
    return "2" if ecog == ECOG_LIMIT else "0-1"


def therapy(state: Condition, opened: Verdict, readings: Readings) -> Therapy:
    if opened is Verdict.NOT_MET:
        return Therapy(Tier.NA)
    if opened is Verdict.INDETERMINATE:
        return Therapy(Tier.UNDETERMINED)
    artery = negate(state.facts[Fact.HEPATIC_ARTERY_OCCLUSION].answer)
    if artery is False:
        return Therapy(Tier.NONE, reason="artery")
    inputs = _inputs(state)
    found = {
        values: tier_of((True, *values), readings.tier_ecog2_to_r2)
        for values in product(*inputs.values())
    }
    tiers = {tier for tier, _ in found.values()}
    patency = (codes.HEPATIC_ARTERY_PATENCY,) if artery is None else ()
    if len(tiers) > 1:
        depends = {code for name, code in INPUT_CODES.items() if _matters(name, inputs, found)}
        return Therapy(Tier.UNDETERMINED, tuple(sorted({*depends, *patency})))
    tier = tiers.pop()
    if tier is Tier.NONE:
        return Therapy(tier, reason=next(iter(found.values()))[1])
    if tier is Tier.R2:
        because, used = _why_second(state)
        return Therapy(tier, patency, second_because=because, used=used)
    return Therapy(tier, patency)


def _why_second(state: Condition) -> tuple[str, References]:
    """Which of the two facts opens the second tier, and where it was read."""
    facts = {
        "contraindicated": state.facts[Fact.IMMUNOTHERAPY_CONTRAINDICATION],
        "intolerant": state.facts[Fact.COMBINATION_INTOLERANCE],
    }
    known = {name: fact.references for name, fact in facts.items() if fact.answer is True}
    if not known:
        return ECOG2_READING, state.ecog_references
    used = tuple(sorted({ref for references in known.values() for ref in references}))
    return ("both" if len(known) > 1 else next(iter(known))), used


def _matters(
    name: str,
    inputs: Mapping[str, tuple[bool | str, ...]],
    found: Mapping[tuple[bool | str, ...], tuple[Tier, str]],
) -> bool:
    """Whether another value of this input alone would change the tier."""
    position = list(inputs).index(name)
    by_others: dict[tuple[bool | str, ...], set[Tier]] = {}
    for values, (tier, _) in found.items():
        others = values[:position] + values[position + 1 :]
        by_others.setdefault(others, set()).add(tier)
    return any(len(tiers) > 1 for tiers in by_others.values())


def questions(state: Condition, opened: Verdict, judged: Therapy) -> set[str]:
    """The two questions to the oncologist, asked only where the answer may matter (AMB-44)."""
    if opened is not Verdict.MET:
        return set()
    if judged.reason in OUTSIDE_ELIGIBILITY:
        return set()
    contraindicated = state.facts[Fact.IMMUNOTHERAPY_CONTRAINDICATION].answer
    intolerant = state.facts[Fact.COMBINATION_INTOLERANCE].answer
    found = set()
    if contraindicated is None and intolerant is not True:
        found.add(codes.ICI_CONTRAINDICATION_SCREEN)
    if intolerant is None and contraindicated is not True:
        found.add(codes.COMBINATION_TOLERANCE)
    return found
