"""What the consensus says of TACE by tumour stage (CCI-B3), for a stage that is recorded.

No stage is computed, and none is part of a verdict.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from cdshooks.clinical.chart import ChartNote, Stage, Staging
from cdshooks.clinical.logic import Tri
from cdshooks.consensus.assessment import StageShown, TumourStage

BCLC_STANDARD = frozenset({"B"})
"""The BCLC guideline has TACE as the standard of the intermediate stage (CCI-B3)."""
CNLC_INDICATED = frozenset({"Ib", "IIa", "IIb", "IIIa", "IIIb"})
CNLC_FIRST_CHOICE = frozenset({"IIb", "IIIa"})
"""The Chinese guideline of 2022, as the consensus cites it (CCI-B3)."""


def tace_by_stage(stages: Iterable[Stage]) -> tuple[TumourStage, tuple[ChartNote, ...]]:
    """The latest stage of each system; two of one day that differ are unknown, and noted."""
    recorded = list(stages)
    bclc, notes = _latest(recorded, Staging.BCLC)
    cnlc, more = _latest(recorded, Staging.CNLC)
    return (
        TumourStage(
            bclc,
            cnlc,
            standard=_among(bclc, BCLC_STANDARD),
            indicated=_among(cnlc, CNLC_INDICATED),
            first_choice=_among(cnlc, CNLC_FIRST_CHOICE),
        ),
        notes + more,
    )


def _latest(
    stages: list[Stage], system: Staging
) -> tuple[StageShown | None, tuple[ChartNote, ...]]:
    of_system = [stage for stage in stages if stage.system is system]
    if not of_system:
        return None, ()
    last = max(stage.date or datetime.date.min for stage in of_system)
    latest = [stage for stage in of_system if (stage.date or datetime.date.min) == last]
    references = tuple(sorted({ref for stage in latest for ref in stage.references}))
    values = {stage.value for stage in latest}
    if len(values) > 1:
        return None, (ChartNote("conflict", references),)
    return StageShown(values.pop(), latest[0].date, references), ()


def _among(stage: StageShown | None, stages: frozenset[str]) -> Tri:
    return None if stage is None else stage.value in stages
