"""Figure 1's "other therapy" for this patient's situation (CCI-F1.fb, CCI-C5.s3, CCI-C5.s4).

The list is the paper's own, open at its end, and nothing here chooses from it: DEB-TACE is left out
where it was given (AMB-11), and a tumour thrombus of the portal vein adds the options for its site.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cdshooks.clinical.chart import TreatmentKind, Vessel
from cdshooks.clinical.logic import Tri, agreed
from cdshooks.consensus.assessment import OtherTherapy, Verdict
from cdshooks.consensus.case import Case
from cdshooks.consensus.evidence import CONFLICTING

IN_BRANCH, IN_TRUNK = "CCI-C5.s3", "CCI-C5.s4"
SITES = {Vessel.PORTAL_BRANCH: IN_BRANCH, Vessel.PORTAL_TRUNK: IN_TRUNK}


def portal_options(present: Tri, vessels: Collection[Vessel]) -> tuple[str, ...]:
    """Statements with the options for the site; an unknown site has both groups."""
    if present is False:
        return ()
    sites = tuple(statement for vessel, statement in SITES.items() if vessel in vessels)
    if sites:
        return sites
    elsewhere = bool(vessels) and Vessel.PORTAL_VEIN not in vessels
    return () if elsewhere else (IN_BRANCH, IN_TRUNK)


def other_therapy(cases: Sequence[Case], cci: Verdict) -> OtherTherapy:
    """As all readings of the record have it; what they do not agree on is unknown.

    Once refractory by CCI 2022, what contains TACE is not offered: a study of it is listed as
    conflicting evidence (AMB-27).
    """
    points = [case.assessment for case in cases]
    present = agreed(None if point is None else point.vascular_invasion for point in points)
    vessels = {vessel for point in points if point is not None for vessel in point.vessels}
    return OtherTherapy(
        deb_given=any(
            TreatmentKind.DEB_TACE in session.kinds for case in cases for session in case.counted
        ),
        vascular_invasion=present,
        vessels=tuple(sorted(vessels)),
        portal=portal_options(present, vessels),
        conflicting=CONFLICTING if cci is Verdict.MET else (),
    )
