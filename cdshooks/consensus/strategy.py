"""Figure 1 of the CCI consensus: what to do next after three or more consecutive TACE (CCI-F1.0).

The figure is a table and stays one (``figure1.toml``); an unknown dimension keeps every branch that
is still possible.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from cdshooks.clinical.chart import Response
from cdshooks.clinical.logic import Tri, any_of
from cdshooks.consensus.assessment import Strategy, StrategyStatus, Verdict
from cdshooks.consensus.case import Case

Cell = tuple[Response, bool, bool]


@cache
def _figure() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("figure1.toml").read_text(encoding="utf-8"))


@cache
def cells() -> Mapping[Cell, str]:
    """Branch by response, new intrahepatic lesion, vascular invasion or extrahepatic spread."""
    return {
        (Response(response), new, spread): branch
        for response, new, spread, branch, _ in _figure()["cells"]
    }


def statements_of(branch: str) -> tuple[str, ...]:
    """Ids of the statements behind a branch, in the figure's order."""
    found = [s for *_, name, ids in _figure()["cells"] if name == branch for s in ids]
    return tuple(dict.fromkeys(found))


def strength_of(branch: str) -> str:
    """``may``, ``should`` or ``must``, as the figure words it (AMB-26); empty where it has none."""
    strength: Mapping[str, str] = _figure()["strength"]
    return strength.get(branch, "")


def in_order(branches: set[str]) -> tuple[str, ...]:
    return tuple(branch for branch in _figure()["order"] if branch in branches)


def contains_tace(branches: tuple[str, ...]) -> bool:
    return any(branch in _figure()["contains_tace"] for branch in branches)


def strategy(case: Case, cci: Verdict) -> Strategy:
    """Branches for one reading of the record; the overlay is added when all are compared."""
    enough = case.is_enough(case.readings.min_sessions)
    if enough is False:
        return Strategy((), StrategyStatus.NOT_APPLICABLE, False)
    if enough is None:
        return Strategy((), StrategyStatus.UNDETERMINED, False)
    response = case.response
    if response is Response.NE or (response is Response.PD and cci is not Verdict.MET):
        return Strategy((), StrategyStatus.UNDETERMINED, False)
    spread = any_of([case.vascular_invasion, case.extrahepatic_spread])
    branches = in_order(
        {
            cells()[response, new, present]
            for new in _possible(case.new_lesion)
            for present in _possible(spread)
        }
    )
    several = len(branches) > 1
    return Strategy(
        branches, StrategyStatus.SEVERAL if several else StrategyStatus.DETERMINED, False
    )


def _possible(value: Tri) -> tuple[bool, ...]:
    return (False, True) if value is None else (value,)
