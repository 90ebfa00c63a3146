"""The studies behind a recommendation of the HAIC review, and the survey behind the consensus.

Figures are shown as printed, with their annotation where one is due; nothing is computed from them
and none is compared across papers (AMB-30 to AMB-36).
"""

from __future__ import annotations

from cdshooks.consensus.statements import SUPPRESSED, Statement, statement, statements

STUDIES = {
    "HAIC-R1": ("EV-Diao2024", "EV-Lin2023", "EV-Wu2022"),
    "HAIC-R2": ("EV-Hsu2021",),
    "HAIC-R3": (
        "EV-Iwasa2011",
        "EV-Ikeda2013",
        "EV-PoolCis",
        "EV-Hatooka2016",
        "EV-Kirikoshi2012",
        "EV-Kodama2018",
        "EV-Pool5FU",
    ),
}
"""Rows of the review's evidence by the recommendation that rests on them."""
CONFLICTING = ("EV-Hien2024",)
"""Studies of what the consensus asks not to do (AMB-27): listed, never offered."""


def studies_behind(recommendation: str) -> tuple[Statement, ...]:
    """The studies a recommendation rests on, in the order they are shown; of others none."""
    return tuple(statement(id) for id in STUDIES.get(recommendation, ()))


def survey() -> tuple[Statement, ...]:
    """The physician survey, each figure with its own denominator (CCI-S1 to CCI-S9)."""
    return tuple(one for one in statements().values() if one.kind == "survey")


def table() -> tuple[Statement, ...]:
    """Every study and pooled figure that may be shown, in the paper's order."""
    return tuple(
        one for one in statements().values() if one.kind == "evidence" and one.display != SUPPRESSED
    )
