"""Whether a reader calls an invasion or a spread new since the scan that he compared with.

No rule takes it: what is new follows from what each scan itself says (absent before, present now).
So it makes no answer surer; but it is never dropped in silence where it says something else.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import NamedTuple

from cdshooks.clinical.chart import Scan, Statement
from cdshooks.fhir.chart_desk import NOT_USABLE, Desk
from cdshooks.fhir.views import Observation

CONFLICT = "conflict"
_NEW = "new-since-comparator"
_PATH = "Observation.component"


class Newness(NamedTuple):
    statement: str
    """``vascular-invasion`` or the like."""
    is_new: bool
    day: datetime.date
    reference: str


def new_since(desk: Desk, view: Observation) -> bool | None:
    """What the component says; several that disagree say nothing."""
    answers = {
        component.value_boolean
        for component in view.component
        if component.value_boolean is not None
        and desk.terminology.find("component", component.code) == _NEW
    }
    return answers.pop() if len(answers) == 1 else None


def note_newness(desk: Desk, said: Iterable[Newness], scans: Iterable[Scan]) -> None:
    """``conflict`` where all earlier scans that say anything say otherwise.

    Else what is called present and not new is told: the scans may not say that it was there before.
    """
    in_order = list(scans)
    for one in said:
        earlier = [
            statement
            for scan in in_order
            if (scan.latest or scan.date) < one.day
            for statement in _statements(scan, one.statement)
        ]
        if earlier and all(statement.answer is one.is_new for statement in earlier):
            references = {ref for statement in earlier for ref in statement.references}
            desk.note(CONFLICT, *sorted(references | {one.reference}), detail="newness")
        elif not one.is_new:
            desk.note(NOT_USABLE, one.reference, detail="not-new", path=_PATH)


def _statements(scan: Scan, statement: str) -> tuple[Statement, ...]:
    found: tuple[Statement, ...] = getattr(scan, statement.replace("-", "_"))
    return found
