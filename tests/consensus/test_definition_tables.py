"""The four definitions row by row, judged from whole charts, and what they say side by side."""

from dataclasses import replace
from itertools import product

import pytest

from cdshooks.clinical.chart import Comparator, Intent, Response, StatedResponse
from tests.consensus.charts import (
    FIRST,
    SECOND,
    SESSIONS,
    THIRD,
    afp,
    after,
    chart,
    judge,
    scan,
    scans,
    tace,
    treatment,
)

BASELINE = scan("2023-01-05", {"L1": 50})
ASSESSED = after(THIRD, 42)
SIZES = {"CR": 0, "PR": 30, "SD": 50, "PD": 65, "NE": None}
UNATTESTED = (*SESSIONS[:2], tace(THIRD, standardised=None))


def last(response, **more):
    return scan(ASSESSED, {"L1": SIZES[response]}, **more)


# ---------------------------------------------------------------- CCI

ABLATION = treatment("ablation", after(SECOND, 10))
BEFORE_THE_FIRST = treatment("ablation", after(FIRST, -2))
AFTER_THE_LAST = treatment("ablation", after(THIRD, 20))
DAY_27, DAY_93 = (scan(after(THIRD, days), {"L1": 65}) for days in (27, 93))
STATED = StatedResponse(Response.SD, Comparator.BASELINE, ("Observation/stated",))
CCI_ROWS = {
    # treatments, scans, readings; verdict, reason, provisional; missing, flags among others
    "CCI row 1 fewer than three sessions": (
        (SESSIONS[1:], [BASELINE, last("PD")], {}),
        ("not-met", "insufficient-sessions", False),
        (set(), set()),
    ),
    "CCI row 1 fewer in every reading, one more therapy of unknown scope": (
        ((tace(SECOND), ABLATION, tace(THIRD)), [BASELINE, last("PD")], {}),
        ("not-met", "insufficient-sessions", False),
        ({"consecutiveness"}, set()),  # other answers differ
    ),
    "CCI row 1 two are enough when so read": (
        (SESSIONS[1:], [BASELINE, last("PD")], {"min_sessions": 2}),
        ("met", "PD", False),
        (set(), set()),
    ),
    "CCI row 2 the number of sessions differs": (
        ((*SESSIONS, ABLATION), [BASELINE, last("PD")], {}),
        ("indeterminate", "consecutiveness", False),
        ({"consecutiveness"}, set()),
    ),
    "CCI row 2 the baseline differs": (
        ((BEFORE_THE_FIRST, *SESSIONS), [BASELINE, last("PD")], {}),
        ("indeterminate", "consecutiveness", False),
        ({"consecutiveness"}, set()),
    ),
    "CCI row 2 the response differs": (
        ((*SESSIONS, AFTER_THE_LAST), [BASELINE, last("PD")], {}),
        ("indeterminate", "consecutiveness", False),
        ({"consecutiveness"}, set()),
    ),
    "CCI row 2 contrast not recorded": (
        (SESSIONS, [BASELINE, last("PD", contrast=None)], {}),
        ("indeterminate", "contrast-status", False),
        ({"contrast-status"}, set()),
    ),
    "CCI row 2 two values of one day": (
        (SESSIONS, [BASELINE, last("PD"), scan(ASSESSED, {"L1": 50}, name="b")], {}),
        ("indeterminate", "conflicting-data", False),
        ({"conflicting-data"}, set()),
    ),
    "CCI row 3 no baseline": (
        (SESSIONS, [last("PD")], {}),
        ("indeterminate", "imaging-baseline", False),
        ({"imaging-baseline"}, set()),
    ),
    "CCI row 4 no scan": (
        (SESSIONS, [BASELINE], {}),
        ("indeterminate", "imaging-in-window", False),
        ({"imaging-in-window"}, set()),
    ),
    "CCI row 4 too early": (
        (SESSIONS, [BASELINE, DAY_27], {}),
        ("indeterminate", "imaging-in-window", False),
        ({"imaging-in-window"}, {"early-scan-only"}),
    ),
    "CCI row 4 too late": (
        (SESSIONS, [BASELINE, DAY_93], {}),
        ("indeterminate", "imaging-in-window", False),
        ({"imaging-in-window"}, {"late-scan-available"}),
    ),
    "CCI row 4 without contrast": (
        (SESSIONS, [BASELINE, last("PD", contrast=False)], {}),
        ("indeterminate", "imaging-in-window", False),
        ({"imaging-in-window"}, {"noncontrast-scan-in-window"}),
    ),
    "CCI row 4 after the next treatment": (
        ((*SESSIONS, treatment("tae", after(THIRD, 20))), [BASELINE, last("PD")], {}),
        ("indeterminate", "imaging-in-window", False),
        ({"imaging-in-window"}, set()),
    ),
    "CCI row 5 a target not measured": (
        (SESSIONS, [BASELINE, last("NE")], {}),
        ("indeterminate", "target-measurement", False),
        ({"target-measurement"}, set()),
    ),
    "CCI row 5 no target at the baseline": (
        (SESSIONS, [scan("2023-01-05", {"L1": 9}), last("PD")], {}),
        ("indeterminate", "imaging-baseline", False),
        ({"imaging-baseline"}, set()),
    ),
    "CCI row 5 a stated response that differs": (
        (SESSIONS, [BASELINE, last("PD", stated=(STATED,))], {}),
        ("indeterminate", "conflicting-data", False),
        ({"conflicting-data"}, set()),
    ),
    "CCI row 6 PD all attested": (
        (SESSIONS, [BASELINE, last("PD")], {}),
        ("met", "PD", False),
        (set(), set()),
    ),
    "CCI row 7 PD one unattested": (
        (UNATTESTED, [BASELINE, last("PD")], {}),
        ("met", "PD", True),
        ({"tace-technique-attestation"}, {"technique-unattested"}),
    ),
    "CCI row 7 PD one unattested, attestation required": (
        (UNATTESTED, [BASELINE, last("PD")], {"technique_policy": "require"}),
        ("indeterminate", "technique-attestation", True),
        ({"tace-technique-attestation"}, {"technique-unattested"}),
    ),
    **{
        f"CCI row 8 {response}": (
            (SESSIONS, [BASELINE, last(response)], {}),
            ("not-met", response, False),
            (set(), set()),
        )
        for response in ("CR", "PR", "SD")
    },
    "CCI row 8 SD one unattested": (
        (UNATTESTED, [BASELINE, last("SD")], {}),
        ("not-met", "SD", True),
        ({"tace-technique-attestation"}, {"technique-unattested"}),
    ),
}
OF_THE_RESPONSE = {
    "consecutiveness",
    "contrast-status",
    "conflicting-data",
    "imaging-baseline",
    "imaging-in-window",
    "target-measurement",
    "tace-technique-attestation",
    "insufficient-sessions",
}


@pytest.mark.parametrize(("record", "answer", "named"), CCI_ROWS.values(), ids=CCI_ROWS)
def test_cci_row(record, answer, named):
    treatments, imaging, readings = record
    missing, flags = named
    found = judge(chart(treatments, imaging), after(THIRD, 100), **readings)
    cci = found.definitions["cci-2022"]
    assert (cci.verdict, cci.reason, cci.provisional) == answer
    assert missing <= set(found.missing)
    assert missing or not OF_THE_RESPONSE & set(found.missing)
    assert flags <= set(found.flags)


@pytest.mark.parametrize(("new", "vi", "ehs"), list(product((True, False, None), repeat=3)))
@pytest.mark.parametrize("response", ["PD", "SD"])
def test_new_lesions_invasion_spread_and_markers_are_no_part_of_cci(response, new, vi, ehs):
    for markers in (RISING, FALLING, ()):
        found = judge(
            chart(imaging=[BASELINE, last(response, new=new, vi=vi, ehs=ehs)], markers=markers)
        )
        cci = found.definitions["cci-2022"]
        assert (cci.verdict, cci.reason) == ("met" if response == "PD" else "not-met", response)


# ---------------------------------------------------------------- JSH-LCSGJ

RISING = (afp("2023-01-05", 20), afp("2023-03-30", 30), afp(ASSESSED, 40))
FALLING = (afp("2023-01-05", 40), afp("2023-03-30", 30), afp(ASSESSED, 20))
TWO_SCANS = {True: (40, 40), False: (40, 10), None: (None, 40)}
"""mm after the session before the last and after the last, of 50: more than half left twice."""
TWO_STATEMENTS = {True: (True, True), False: (True, False), None: (None, True)}
APPEARED = {True: (False, True), False: (False, False), None: (False, None)}
"""Vascular invasion before and now."""
MARKERS = {True: RISING, False: FALLING, None: ()}
LETTER = {"T": True, "F": False, "U": None}
JSH_ROWS = {
    "T***": "met",
    "*T**": "met",
    "**T*": "met",
    "***T": "met",
    "FFFF": "not-met",
}


def jsh_chart(viability, new, vascular, markers, treatments=SESSIONS):
    previous, now = TWO_SCANS[viability]
    new_before, new_now = TWO_STATEMENTS[new]
    vi_before, vi_now = APPEARED[vascular]
    imaging = [
        scan("2023-01-05", {"L1": 50}, vi=vi_before),
        scan("2023-03-30", {"L1": previous}, new=new_before, vi=vi_before),
        scan(ASSESSED, {"L1": now}, new=new_now, vi=vi_now),
    ]
    return chart(treatments, imaging, markers=MARKERS[markers])


def expanded(row):
    return ["".join(letters) for letters in product(*("TFU" if c == "*" else c for c in row))]


def judged_jsh(letters):
    return judge(jsh_chart(*(LETTER[c] for c in letters))).definitions["jsh-lcsgj-2014"]


@pytest.mark.parametrize(
    ("row", "verdict"), JSH_ROWS.items(), ids=[f"JSH {row} -> {v}" for row, v in JSH_ROWS.items()]
)
def test_jsh_row(row, verdict):
    """The criteria viability, new lesions, invasion or spread, markers; * = whatever."""
    for letters in expanded(row):
        found = judged_jsh(letters)
        assert list(found.criteria.values()) == [LETTER[c] for c in letters], letters
        assert found.verdict == verdict, letters


def test_jsh_none_true_and_one_unknown_is_indeterminate():
    open_rows = [letters for letters in expanded("****") if "T" not in letters and "U" in letters]
    assert len(open_rows) == 15
    for letters in open_rows:
        assert judged_jsh(letters).verdict == "indeterminate", letters


JSH_REASONS = {
    "TTTT": "viability",
    "FTTT": "new-lesions",
    "FUTT": "vascular-or-extrahepatic",
    "UUUT": "markers",
    "FFFF": "none",
    "UFFF": "imaging-previous-session",
    "FFUF": "vi-status",
    "FFFU": "markers",
}


@pytest.mark.parametrize(("letters", "reason"), JSH_REASONS.items())
def test_jsh_reason(letters, reason):
    assert judged_jsh(letters).reason == reason


@pytest.mark.parametrize(
    ("vascular", "verdict"), [(True, "met"), (False, "not-met"), (None, "indeterminate")]
)
def test_jsh_after_one_session_only_invasion_or_spread_counts(vascular, verdict):
    found = judge(jsh_chart(True, True, vascular, True, [tace(THIRD)])).definitions[
        "jsh-lcsgj-2014"
    ]
    assert list(found.criteria.values()) == [False, False, vascular, False]
    assert found.verdict == verdict


# ---------------------------------------------------------------- EPOIHCC

THREE_IN_MORE_THAN_SIX_MONTHS = (tace(after(THIRD, -184)), tace(SECOND), tace(THIRD))
EPOIHCC = {
    # whatever the count: response -> verdict
    "<3": dict.fromkeys(SIZES, "not-met"),
    ">=3": {
        "CR": "not-met",
        "PR": "not-met",
        "SD": "met",
        "PD": "met",
        "NE": "indeterminate",
    },
}
EPOIHCC_COURSES = {
    "<3": (SESSIONS[1:], THREE_IN_MORE_THAN_SIX_MONTHS),
    ">=3": (
        SESSIONS,
        (tace(after(THIRD, -183)), tace(SECOND), tace(THIRD)),
        (*SESSIONS, tace(after(THIRD, 28))),
    ),
}


@pytest.mark.parametrize(
    ("count", "response", "verdict"),
    [
        pytest.param(count, response, verdict, id=f"EPOIHCC {count} {response} -> {verdict}")
        for count, row in EPOIHCC.items()
        for response, verdict in row.items()
    ],
)
def test_epoihcc(count, response, verdict):
    for treatments in EPOIHCC_COURSES[count]:
        first, end = treatments[0].start, treatments[-1].start.isoformat()
        before = replace(BASELINE, date=first)
        imaging = [before, scan(after(end, 42), {"L1": SIZES[response]})]
        found = judge(chart(treatments, imaging), after(end, 60), min_sessions=4)
        assert found.definitions["epoihcc"].verdict == verdict


# ---------------------------------------------------------------- European

EUROPEAN = {
    Intent.PALLIATIVE: {"SD": "not-met", "PD": "met"},
    Intent.CURATIVE: {"SD": "met", "PD": "met"},
    None: {"SD": "indeterminate", "PD": "met"},
}
OTHERWISE = {"CR": "not-met", "PR": "not-met", "NE": "indeterminate"}


@pytest.mark.parametrize(
    ("intent", "response", "verdict"),
    [
        pytest.param(
            intent, response, verdict, id=f"European {intent or 'unknown'} {response} -> {verdict}"
        )
        for intent, row in EUROPEAN.items()
        for response, verdict in {**OTHERWISE, **row}.items()
    ],
)
def test_european(intent, response, verdict):
    for sessions in (SESSIONS, SESSIONS[2:]):
        treatments = [replace(session, intent=intent) for session in sessions]
        found = judge(chart(treatments, [BASELINE, last(response)]))
        european = found.definitions["european"]
        assert european.verdict == verdict
        assert ("tace-intent" in found.missing) is (intent is None)
        if (intent, response) == (None, "SD"):
            assert european.reason == "intent"


# ---------------------------------------------------------------- side by side

DEFINITIONS = ("cci-2022", "epoihcc", "palliative", "curative", "jsh-lcsgj-2014")
SIDE_BY_SIDE = {
    # viable mm after the second and after the third session, of 100; those that are met
    "CR": ((0, 0), ()),
    "PR, half or less viable": ((50, 50), ()),
    "PR, more than half viable twice": ((51, 70), ("jsh-lcsgj-2014",)),
    "SD": ((100, 100), ("epoihcc", "curative", "jsh-lcsgj-2014")),
    "PD": ((100, 120), DEFINITIONS),
}


@pytest.mark.parametrize(
    ("sizes", "met"),
    SIDE_BY_SIDE.values(),
    ids=[
        f"side by side: {row} -> {', '.join(m) or 'none'}" for row, (_, m) in SIDE_BY_SIDE.items()
    ],
)
def test_side_by_side(sizes, met):
    """Three sessions in six months, two scans in the window, no invasion, no spread, no rise."""
    verdicts = {}
    for intent in Intent:
        treatments = [replace(session, intent=intent) for session in SESSIONS]
        found = judge(chart(treatments, scans(100, 100, *sizes), markers=FALLING)).definitions
        verdicts |= {name: found[name].verdict for name in found}
        verdicts[str(intent)] = found["european"].verdict
    assert {name: verdicts[name] for name in DEFINITIONS} == {
        name: "met" if name in met else "not-met" for name in DEFINITIONS
    }


def test_three_sessions_in_more_than_six_months_are_cci_met_and_epoihcc_not():
    treatments = (tace(after(THIRD, -240)), tace(after(THIRD, -120)), tace(THIRD))
    before = scan(after(THIRD, -245), {"L1": 50})
    found = judge(chart(treatments, [before, last("PD")])).definitions
    assert (found["cci-2022"].verdict, found["epoihcc"].verdict) == ("met", "not-met")


def test_growth_confined_to_late_lesions_is_cci_met_and_jsh_not():
    """Viability is that of the lesions that were there before the first TACE."""
    imaging = [
        scan("2023-01-05", {"L1": 50}),
        scan("2023-02-16", {"L1": 25, "N1": 20}, new=True),
        scan("2023-03-30", {"L1": 20, "N1": 40}),
        scan(ASSESSED, {"L1": 20, "N1": 70}),
    ]
    found = judge(chart(imaging=imaging, markers=FALLING))
    assert found.response.category == "PD"
    assert found.definitions["cci-2022"].verdict == "met"
    assert found.definitions["jsh-lcsgj-2014"].verdict == "not-met"
