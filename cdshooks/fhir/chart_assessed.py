"""Which session a reading says that it assessed: told when the dates say another.

What counts is the latest completed session before the scan; a statement about that changes no
answer (a reader may mean the last of a staged session, or have named the wrong one).
"""

from __future__ import annotations

from collections.abc import Iterable

from cdshooks.clinical.chart import Measurement, Scan, StatedResponse, Statement, Treatment
from cdshooks.clinical.course import performed_sessions
from cdshooks.fhir.chart_desk import Desk, Entry
from cdshooks.fhir.views import Observation

CONFLICT = "conflict"
_MERGE_WITHIN_DAYS = 14
"""Parts of a session so far apart are one, as by default."""


def note_other_sessions(
    desk: Desk,
    observations: Iterable[Entry[Observation]],
    scans: Iterable[Scan],
    treatments: Iterable[Treatment],
) -> None:
    """Notes readings whose ``assessed-procedure`` is not of the latest session before their scan.

    Where a day is not exact nothing is noted, nor of another treatment before the scan.
    """
    stated = {
        entry.reference: named
        for entry in observations
        for extension in desk.extensions(entry.view.extension, "assessed-procedure")
        if (named := desk.reference(extension.value_reference)) is not None
    }
    if not stated:
        return
    performed = list(treatments)
    tace = [one for one in performed if one.kind.is_chemoembolisation]
    if any(one.latest is not None for one in tace):
        return
    sessions = performed_sessions(tace, merge_within_days=_MERGE_WITHIN_DAYS, count_deb=True)
    others = {
        reference: one.start
        for one in performed
        if not one.kind.is_chemoembolisation
        for reference in one.references
    }
    for scan in scans:
        if scan.latest is not None:
            continue
        before = [session for session in sessions if session.end < scan.date]
        latest = before[-1].references if before else ()
        for reading in _read_on(scan) & stated.keys():
            named = stated[reading]
            if named not in latest and not (named in others and others[named] < scan.date):
                references = sorted({reading, named, *latest})
                desk.note(CONFLICT, *references, detail="assessed-procedure")


def _read_on(scan: Scan) -> set[str]:
    items: tuple[Measurement | Statement | StatedResponse, ...] = (
        *scan.measurements,
        *scan.new_intrahepatic_lesion,
        *scan.vascular_invasion,
        *scan.extrahepatic_spread,
        *scan.stated_responses,
    )
    found = {reference for item in items for reference in item.references}
    for _, references in (*scan.residual_viability_percent, *scan.viable_sum_mm):
        found.update(references)
    return found
