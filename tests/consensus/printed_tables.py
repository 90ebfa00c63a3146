"""Figure 1 and the tiers of HAIC as the papers print them, written out once more for the tests."""

FIGURE_1 = [
    # response, new lesion, VI or EHS, branch, statements
    ("PD", False, False, "F1-R", "CCI-C1, CCI-F1.r, CCI-F1.fb"),
    ("PD", True, False, "F1-R", "CCI-C1, CCI-C4, CCI-F1.r"),
    ("PD", False, True, "F1-R", "CCI-C1, CCI-C5, CCI-F1.r"),
    ("PD", True, True, "F1-R", "CCI-C1, CCI-C4, CCI-C5, CCI-F1.r"),
    ("CR", False, False, "F1-1a", "CCI-F1.e, CCI-F1.1"),
    ("PR", False, False, "F1-1b", "CCI-F1.e, CCI-F1.1"),
    ("SD", False, False, "F1-1b", "CCI-F1.e, CCI-F1.1"),
    ("CR", True, False, "F1-2", "CCI-F1.2, CCI-C4"),
    ("PR", True, False, "F1-2", "CCI-F1.2, CCI-C4"),
    ("SD", True, False, "F1-2", "CCI-F1.2, CCI-C4"),
    ("CR", False, True, "F1-3a", "CCI-F1.3, CCI-C5"),
    ("PR", False, True, "F1-3b", "CCI-F1.3, CCI-C5"),
    ("SD", False, True, "F1-3b", "CCI-F1.3, CCI-C5"),
    ("CR", True, True, "F1-4", "CCI-F1.4, CCI-C4, CCI-C5"),
    ("PR", True, True, "F1-4", "CCI-F1.4, CCI-C4, CCI-C5"),
    ("SD", True, True, "F1-4", "CCI-F1.4, CCI-C4, CCI-C5"),
]
BRANCH = {(response, new, spread): branch for response, new, spread, branch, _ in FIGURE_1}
ORDER = ("F1-1a", "F1-1b", "F1-2", "F1-3a", "F1-3b", "F1-4", "F1-R")
WITH_TACE = {"F1-1b", "F1-2", "F1-3b", "F1-4"}

YES, NO, ANY = (True,), (False,), (True, False)
TIERS = {
    # artery usable, Child-Pugh, ECOG, immunotherapy contraindicated, combination not tolerated;
    # then the tier, and why there is none
    "tier-1 no access": (NO, "ABC", "01234", ANY, ANY, "NONE", "artery"),
    "tier-2 Child-Pugh C": (YES, "C", "01234", ANY, ANY, "NONE", "child-pugh"),
    "tier-3 ECOG 3-4": (YES, "AB", "34", ANY, ANY, "NONE", "ecog"),
    "tier-4 A or B, ECOG 0-1, combination possible": (YES, "AB", "01", NO, NO, "HAIC-R1", ""),
    "tier-5 immunotherapy contraindicated": (YES, "AB", "012", YES, ANY, "HAIC-R2", ""),
    "tier-6 combination not tolerated": (YES, "AB", "012", ANY, YES, "HAIC-R2", ""),
    "tier-7 ECOG 2, combination possible": (YES, "AB", "2", NO, NO, "NONE", "ecog-2"),
}


def tier(
    artery: bool, child_pugh: str, ecog: int, contraindicated: bool, intolerant: bool
) -> tuple[str, str]:
    """The first row that holds: tier and reason."""
    known = (artery, child_pugh, str(ecog), contraindicated, intolerant)
    for *columns, found, reason in TIERS.values():
        if all(value in column for value, column in zip(known, columns, strict=True)):
            return found, reason
    raise LookupError(known)
