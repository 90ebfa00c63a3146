"""Laboratory results of the last months alone, where a site wants that: what is lost by it.

A result older than the window matters when a session is so old that the value before it, or at it,
lies outside. Then the record is not whole: as with a search that was cut off, no definition is
``not-met``.
"""

from __future__ import annotations

import datetime
from dataclasses import replace

from cdshooks.clinical.chart import Chart
from cdshooks.fhir.needs import LABS, LABS_DAYS
from cdshooks.fhir.record import Gap, GapKind, Record

BEFORE_A_SESSION = datetime.timedelta(days=90)
"""How old the tumour marker before a session may be (DEF-JSH.4); no other result may be older."""
_ZONES = datetime.timedelta(days=1)
"""The client's today and ours may differ."""


def labs_since(today: datetime.date) -> datetime.date:
    """The first day of the window, as ``today() - N days`` is for a client."""
    return today - datetime.timedelta(days=LABS_DAYS)


def with_what_is_lost(record: Record, chart: Chart, since: datetime.date) -> Record | None:
    """The record with the laboratory results as a gap; None when the window holds all of them."""
    first_needed = since + BEFORE_A_SESSION + _ZONES
    treatments = [*chart.treatments, *chart.in_progress]
    sessions = [one for one in treatments if one.kind.is_chemoembolisation]
    if not chart.undated_sessions and all(one.start >= first_needed for one in sessions):
        return None
    if any(gap.key == LABS for gap in record.gaps):
        return None
    return replace(record, gaps=[*record.gaps, Gap(LABS, GapKind.TRUNCATED, "window")])
