"""Not recommended: HAIC with cisplatin or fluorouracil alone, for clinical research only (HAIC-R3).

It goes by the name of the regimen, whatever the verdict; nothing is computed from response or
survival (AMB-35).
"""

from __future__ import annotations

from collections.abc import Iterable

from cdshooks.clinical.chart import Drug, PlannedInfusion
from cdshooks.consensus.assessment import DiscouragedRegimen

STATEMENT = "HAIC-R3"
DISCOURAGED_ALONE = frozenset({Drug.CISPLATIN, Drug.FLUOROURACIL})


def single_agent(planned: Iterable[PlannedInfusion]) -> tuple[DiscouragedRegimen, ...]:
    """Every planned infusion with exactly one antineoplastic, cisplatin or fluorouracil."""
    found = []
    for infusion in planned:
        if len(infusion.antineoplastics) == 1 and infusion.antineoplastics <= DISCOURAGED_ALONE:
            (drug,) = infusion.antineoplastics
            found.append(
                DiscouragedRegimen(
                    drug.value, not infusion.unrecognised, infusion.date, infusion.references
                )
            )
    return tuple(found)
