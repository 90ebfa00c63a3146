"""TACE-unsuitable (CCI-C9): no longer suitable for further TACE if any one of the list holds.

Another concept under the same words (beyond up-to-7, JSH 2021) is not merged with it (AMB-28).
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from cdshooks.clinical.chart import Chart, ChartNote, Fact, References
from cdshooks.clinical.logic import Tri, any_of
from cdshooks.clinical.scores import (
    ChildPugh,
    ascites_points,
    child_pugh,
    encephalopathy_grades,
    latest_of,
)
from cdshooks.consensus import codes
from cdshooks.consensus.assessment import Finding, Unsuitability

ECOG_LIMIT = 2
"""Above this: unsuitable; 2 itself is not."""
CHILD_PUGH_C, SEVERE_JAUNDICE = "child-pugh-c", "severe-jaundice"
HEPATIC_ENCEPHALOPATHY, REFRACTORY_ASCITES = "hepatic-encephalopathy", "refractory-ascites"
HEPATORENAL_SYNDROME, ECOG_ABOVE_2 = "hepatorenal-syndrome", "ecog-above-2"
HEPATIC_ARTERY_OCCLUSION, DIFFUSE_FISTULA = "hepatic-artery-occlusion", "diffuse-hepatic-fistula"


@dataclass(frozen=True, slots=True)
class Known:
    """A yes-or-no fact as the record stands; the references say where it was read."""

    answer: Tri
    references: References = ()
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """The patient's state at the date asked for, as far as unsuitability and the tiers need it."""

    child_pugh: ChildPugh | None
    ecog_lowest: int | None
    ecog_highest: int | None
    ecog_references: References
    encephalopathy: Known
    facts: Mapping[Fact, Known]
    notes: tuple[ChartNote, ...] = ()

    @property
    def ecog(self) -> int | None:
        return self.ecog_lowest if self.ecog_lowest == self.ecog_highest else None

    @property
    def ecog_above_limit(self) -> Tri:
        if self.ecog_lowest is None or self.ecog_highest is None:
            return None
        if self.ecog_lowest > ECOG_LIMIT:
            return True
        return False if self.ecog_highest <= ECOG_LIMIT else None


def condition(chart: Chart, as_of: datetime.date) -> Condition:
    ecog = latest_of(chart.ecog, as_of)
    notes: list[ChartNote] = []
    grades = encephalopathy_grades(chart.liver, as_of)
    if grades is None:
        encephalopathy = Known(None)
    else:
        present: Tri = True if grades.lowest >= 1 else False if grades.highest == 0 else None
        encephalopathy = Known(present, grades.references)
    facts = {fact: _fact(chart, fact) for fact in Fact}
    facts[Fact.REFRACTORY_ASCITES] = _refractory_ascites(chart, as_of, facts)
    score = child_pugh(chart.liver, as_of)
    for known in facts.values():
        if known.conflict:
            notes.append(ChartNote("conflict", known.references))
    if score is not None and score.conflict:
        notes.append(ChartNote("conflict", score.references))
    return Condition(
        child_pugh=score,
        ecog_lowest=min((int(item.value) for item in ecog), default=None),
        ecog_highest=max((int(item.value) for item in ecog), default=None),
        ecog_references=tuple(sorted({ref for item in ecog for ref in item.references})),
        encephalopathy=encephalopathy,
        facts=facts,
        notes=tuple(notes),
    )


def _fact(chart: Chart, fact: Fact) -> Known:
    """The latest statement; others of its day, undated ones and active Conditions stand beside it.

    Where those differ it is unknown. Stated facts do not expire.
    """
    stated = [item for item in chart.facts if item.fact is fact]
    if not stated:
        return Known(None)
    last = max((item.date for item in stated if item.date is not None), default=None)
    latest = [item for item in stated if item.standing or item.date in (None, last)]
    references = tuple(sorted({ref for item in latest for ref in item.references}))
    answers = {item.answer for item in latest}
    if len(answers) > 1:
        return Known(None, references, conflict=True)
    return Known(answers.pop(), references)


def _refractory_ascites(chart: Chart, as_of: datetime.date, facts: Mapping[Fact, Known]) -> Known:
    """No ascites settles an unstated refractory ascites; beside a stated one it is a conflict.

    A statement that cannot be read may have been either.
    """
    stated = facts[Fact.REFRACTORY_ASCITES]
    unread = any(one.what == Fact.REFRACTORY_ASCITES for one in chart.unread)
    if unread and stated.answer is None:
        return stated
    ascites = ascites_points(chart.liver, as_of)
    if ascites is None or ascites.highest > 1 or stated.answer is False:
        return stated
    references = tuple(sorted({*stated.references, *ascites.references}))
    if stated.answer is True:
        return Known(None, references, conflict=True)
    return stated if stated.conflict else Known(False, references)


def unsuitable(state: Condition) -> Unsuitability:
    score = state.child_pugh
    rows: tuple[tuple[str, str, Known, str], ...] = (
        (
            HEPATIC_ARTERY_OCCLUSION,
            "CCI-C9.1",
            state.facts[Fact.HEPATIC_ARTERY_OCCLUSION],
            codes.HEPATIC_ARTERY_PATENCY,
        ),
        (
            CHILD_PUGH_C,
            "CCI-C9.2",
            Known(score.is_c, score.references) if score is not None else Known(None),
            codes.LIVER_FUNCTION,
        ),
        (
            SEVERE_JAUNDICE,
            "CCI-C9.2",
            state.facts[Fact.SEVERE_JAUNDICE],
            codes.DECOMPENSATION_STATUS,
        ),
        (
            HEPATIC_ENCEPHALOPATHY,
            "CCI-C9.2",
            state.encephalopathy,
            codes.DECOMPENSATION_STATUS,
        ),
        (
            REFRACTORY_ASCITES,
            "CCI-C9.2",
            state.facts[Fact.REFRACTORY_ASCITES],
            codes.DECOMPENSATION_STATUS,
        ),
        (
            HEPATORENAL_SYNDROME,
            "CCI-C9.2",
            state.facts[Fact.HEPATORENAL_SYNDROME],
            codes.DECOMPENSATION_STATUS,
        ),
        (
            ECOG_ABOVE_2,
            "CCI-C9.3",
            Known(state.ecog_above_limit, state.ecog_references),
            codes.ECOG,
        ),
        (
            DIFFUSE_FISTULA,
            "CCI-C9.4",
            state.facts[Fact.DIFFUSE_HEPATIC_FISTULA],
            codes.AV_FISTULA_STATUS,
        ),
    )
    return Unsuitability(
        verdict=any_of(known.answer for _, _, known, _ in rows),
        criteria={name: known.answer for name, _, known, _ in rows},
        findings=tuple(
            Finding(
                statement,
                f"finding.{name}",
                known.answer,
                known.references,
                (code,) if known.answer is None else (),
            )
            for name, statement, known, code in rows
        ),
    )


def missing(state: Condition, judged: Unsuitability) -> set[str]:
    """Codes of what is not recorded, whatever the verdict."""
    found = {code for finding in judged.findings for code in finding.missing}
    if state.child_pugh is None or state.child_pugh.child_pugh_class is None:
        found.add(codes.LIVER_FUNCTION)
    return found
