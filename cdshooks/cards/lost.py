"""What may be recorded and could not be read: nobody is told to order it anew.

A datum is then not missing from the record but from what could be had of it.
"""

from __future__ import annotations

from cdshooks.consensus import codes
from cdshooks.consensus.assessment import Assessment

GAPS = frozenset({"server-refused", "truncated"})
"""Notes that name a search, in ``detail``, that was not answered or not wholly."""
FILE = "bundle"
OWNER = "owner"
LABORATORY = frozenset({"labs"})
_FACTS = frozenset({"clinicalFacts"})
_SCANS = frozenset({"imagingStudies", "imagingReports", "imagingObservations"})
_MEASURED = frozenset({"imagingObservations", "responseObservations", "lesions"})
_STATED = frozenset({"imagingObservations", "imagingFacts"})
_HOLDS = {
    codes.IMAGING_BASELINE: _SCANS | _MEASURED,
    codes.IMAGING_IN_WINDOW: _SCANS,
    codes.IMAGING_PREVIOUS_SESSION: _SCANS | _MEASURED | _STATED,
    codes.TARGET_MEASUREMENT: _MEASURED,
    codes.CONTRAST_STATUS: _SCANS,
    codes.NEW_LESION_STATUS: _STATED,
    codes.VI_STATUS: _STATED | {"conditions"},
    codes.EHS_STATUS: _STATED | {"conditions"},
    codes.MARKERS: LABORATORY,
    codes.LIVER_FUNCTION: LABORATORY | _FACTS | {"responseObservations"},
    codes.ECOG: frozenset({"responseObservations"}),
    codes.DECOMPENSATION_STATUS: _FACTS | {"conditions"},
    codes.HEPATIC_ARTERY_PATENCY: _FACTS,
    codes.AV_FISTULA_STATUS: _FACTS,
    codes.ICI_CONTRAINDICATION_SCREEN: _FACTS,
    codes.COMBINATION_TOLERANCE: _FACTS,
}
"""The searches of which any would have held the datum."""
_BY_TYPE = {
    "Observation": LABORATORY | _FACTS | _MEASURED | _STATED,
    "ImagingStudy": frozenset({"imagingStudies"}),
    "DiagnosticReport": frozenset({"imagingReports"}),
    "BodyStructure": frozenset({"lesions"}),
    "Condition": frozenset({"conditions"}),
}
"""The searches that give a resource of which it cannot be told whose it is."""


def could_not_be_read(code: str, assessment: Assessment) -> bool:
    """Whether a missing datum may stand in what was lost of the record."""
    return is_lost(_HOLDS.get(code, frozenset()), assessment)


def is_lost(searches: frozenset[str], assessment: Assessment) -> bool:
    if not searches:
        return False
    lost: set[str] = set()
    for note in assessment.notes:
        if note.code in GAPS:
            lost.add(note.detail)
        elif note.detail == OWNER:
            lost |= _BY_TYPE.get(note.path.partition(".")[0], frozenset())
    return FILE in lost or not searches.isdisjoint(lost)
