"""A caveat names its event; one that holds only in some readings of the record says when."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cdshooks.cards import caveats, changes
from cdshooks.cards.catalogue import Catalogue
from cdshooks.cards.compose import compose
from cdshooks.cards.text import explain_text
from cdshooks.clinical.chart import Chart, Response, StatedResponse
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
HAIC_DAY, LAST = after(SECOND, 15), after(THIRD, 42)


def told(patient: Chart, lang: str = "en", **readings: Any) -> list[str]:
    return caveats.lines(judge(patient, "2023-05-30", **readings), Catalogue(lang))


def open_haic(incomplete: tuple[str, ...] = (), **more: Any) -> Chart:
    return chart((*SESSIONS, treatment("haic", HAIC_DAY, **more)), incomplete=incomplete)


HAIC = f"Procedure/haic-{HAIC_DAY}"
NOT_KNOWN = {
    "en": (
        f"If the HAIC of {HAIC_DAY} ({HAIC}) was aimed at a target",
        "Not counted: the sessions of 2023-01-10, 2023-02-21.",
    ),
    "zh": (f"若{HAIC_DAY} HAIC（{HAIC}）针对靶病灶：", "未计入：2023-01-10、2023-02-21的TACE。"),
}


@pytest.mark.parametrize("lang", NOT_KNOWN)
def test_a_break_of_the_series_that_is_not_known_is_a_condition(lang):
    condition, dropped = NOT_KNOWN[lang]
    (line,) = [one for one in told(open_haic(), lang) if dropped in one]
    assert line.startswith(condition)
    assert line.count(f"haic-{HAIC_DAY}") == 1


def test_what_holds_only_without_it_says_so():
    (line,) = [one for one in told(open_haic()) if "JSH-LCSGJ" in one]
    assert line.startswith(f"If the HAIC of {HAIC_DAY} (Procedure/haic-{HAIC_DAY}) was not aimed")


def test_a_break_that_is_recorded_is_a_fact():
    (line,) = [one for one in told(open_haic(scope="target")) if "new series" in one]
    assert line.startswith("A local therapy aimed at a target between sessions")
    assert f"This concerns: HAIC of {HAIC_DAY} (Procedure/haic-{HAIC_DAY})." in line


@pytest.mark.parametrize(
    ("lang", "condition"),
    [("en", "If the scan of 2023-06-03 (ImagingStudy/"), ("zh", "若2023-06-03影像（ImagingStudy/")],
)
def test_a_caveat_that_hangs_on_contrast_names_the_scan(lang, condition):
    """With the later scan the response is taken from it, and it is not near a limit."""
    later = scan(after(THIRD, 60), {"L1": 50}, contrast=None)
    patient = chart(imaging=(BASELINE, scan(after(THIRD, 42), {"L1": 59.5}), later))
    assessment = judge(patient, "2023-06-30")
    (caveat,) = [one for one in assessment.caveats if one.flag == "borderline"]
    assert [(one.code, one.holds) for one in caveat.depends_on] == [("contrast-status", False)]
    assert any(one.startswith(condition) for one in caveats.lines(assessment, Catalogue(lang)))


def test_two_open_points_are_named_as_what_it_depends_on():
    both = (treatment("haic", HAIC_DAY), treatment("ablation", after(SECOND, 20)))
    (line,) = [one for one in told(chart((*SESSIONS, *both))) if "new series" in one]
    assert line.startswith("Depending on what a local therapy was aimed at (HAIC of ")
    assert f"ablation of {after(SECOND, 20)} (Procedure/ablation-{after(SECOND, 20)})): " in line


EVENTS = {
    "deb-tace-counted": (
        chart((*SESSIONS[:2], tace(THIRD, kind="deb-tace"))),
        f"DEB-TACE of {THIRD} (Procedure/deb-tace-{THIRD})",
    ),
    "sessions-merged": (
        chart((tace(FIRST), tace(after(FIRST, 7)), *SESSIONS[1:])),
        f"conventional TACE of {FIRST} (Procedure/ctace-{FIRST}), conventional TACE of "
        f"{after(FIRST, 7)} (Procedure/ctace-{after(FIRST, 7)})",
    ),
    "nonstandard-session-excluded": (
        chart((*SESSIONS, tace(after(THIRD, 30), standardised=False))),
        f"conventional TACE of {after(THIRD, 30)}",
    ),
    "series-break-gap": (
        chart((tace("2022-05-01"), *SESSIONS)),
        "conventional TACE of 2022-05-01 (Procedure/ctace-2022-05-01), conventional TACE of "
        f"{FIRST} (Procedure/ctace-{FIRST})",
    ),
    "combined-session": (
        chart((*SESSIONS, treatment("haic", THIRD))),
        f"HAIC of {THIRD} (Procedure/haic-{THIRD})",
    ),
    "early-scan-only": (
        chart(imaging=(BASELINE, scan(after(THIRD, 27), {"L1": 60}))),
        f"scan of {after(THIRD, 27)}, 27 days after the last TACE "
        f"(ImagingStudy/{after(THIRD, 27)})",
    ),
    "strict-window-differs": (
        chart(imaging=(BASELINE, scan(after(THIRD, 28), {"L1": 60}))),
        f"scan of {after(THIRD, 28)}, 28 days after the last TACE",
    ),
    "noncontrast-scan-in-window": (
        chart(imaging=(BASELINE, scan(after(THIRD, 40), {"L1": 60}, contrast=False))),
        f"scan of {after(THIRD, 40)}, 40 days after the last TACE",
    ),
    "window-scans-discordant": (
        chart(
            imaging=(
                BASELINE,
                scan(after(THIRD, 30), {"L1": 65}),
                scan(after(THIRD, 50), {"L1": 50}),
            )
        ),
        f"scan of {after(THIRD, 30)}, 30 days after the last TACE (ImagingStudy/"
        f"{after(THIRD, 30)}), scan of {after(THIRD, 50)}",
    ),
    "response-stated": (
        chart(
            imaging=(
                BASELINE,
                scan(
                    after(THIRD, 42),
                    {"L1": None},
                    stated=(StatedResponse(Response.SD, None, ("Observation/stated",)),),
                ),
            )
        ),
        f"response stated for the scan of {after(THIRD, 42)} (Observation/stated)",
    ),
    "jsh-metric-sensitive": (
        chart(imaging=scans(50, 50, 40, 30)),
        f"scan of 2023-03-30 (ImagingStudy/2023-03-30), scan of {after(THIRD, 42)}",
    ),
    "late-lesion-baseline": (
        chart(
            imaging=(
                BASELINE,
                scan("2023-03-30", {"L1": 50, "N2": 15}, new=True),
                scan(after(THIRD, 42), {"L1": 50, "N2": 15}),
            )
        ),
        "N2 on 2023-03-30 (Observation/2023-03-30-N2)",
    ),
}


@pytest.mark.parametrize("flag", EVENTS)
def test_each_caveat_names_kind_day_and_reference(flag):
    patient, words = EVENTS[flag]
    assessment = judge(patient, "2023-05-30")
    assert flag in assessment.flags
    (line,) = [
        line
        for line, shown in zip(
            caveats.lines(assessment, Catalogue("en")), assessment.caveats, strict=True
        )
        if shown.flag == flag
    ]
    assert f"This concerns: {words}" in line


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "en",
            "The sessions of 2023-01-10 and 2023-02-21: 110.0 % of the viability before the first "
            "TACE on 2023-02-16, 120.0 % on 2023-03-30.",
        ),
        (
            "zh",
            "2023-01-10与2023-02-21两次TACE：2023-02-16为首次TACE前存活量的110.0%，2023-03-30为120.0%。",
        ),
    ],
)
def test_the_earlier_pair_that_met_the_japanese_definition_is_shown(lang, words):
    (line,) = [one for one in told(chart(), lang) if "JSH-LCSGJ" in one]
    assert line.endswith(words)


def test_an_earlier_pair_with_new_lesions_is_shown():
    imaging = (
        BASELINE,
        scan("2023-02-16", {"L1": 10}, new=True),
        scan("2023-03-30", {"L1": 10}, new=True),
        scan(after(THIRD, 42), {"L1": 10}),
    )
    (line,) = [one for one in told(chart(imaging=imaging)) if "JSH-LCSGJ" in one]
    assert line.endswith("new intrahepatic lesions on 2023-02-16 and again on 2023-03-30.")


# --- what would change it ---


def change_lines(patient: Chart, lang: str = "en") -> list[str]:
    return changes.lines(judge(patient, "2023-05-30"), Catalogue(lang))


@pytest.mark.parametrize(
    ("lang", "aimed", "elsewhere"),
    [
        (
            "en",
            "was aimed at a target lesion: CCI 2022 not met,",
            "was not aimed at a target lesion: CCI 2022 met,",
        ),
        ("zh", "针对靶病灶：CCI 2022 不符合、", "并非针对靶病灶：CCI 2022 符合、"),
    ],
)
def test_an_open_point_is_told_once_with_the_verdicts_either_way(lang, aimed, elsewhere):
    lines = change_lines(open_haic(), lang)
    settled = {"en": "whether a local therapy before", "zh": "的局部治疗是否针对靶病灶"}[lang]
    assert "".join(lines).count(settled) == 1
    assert [one for one in lines if aimed in one] and [one for one in lines if elsewhere in one]


def test_no_verdict_is_foretold_while_a_part_of_the_record_is_lost():
    """Nothing is "not met" then, whichever way the open point is closed."""
    assessment = judge(open_haic(incomplete=("imaging",)), "2023-05-30")
    assert [(one.if_so, one.if_not) for one in assessment.open_points] == [({}, {})]
    text = explain_text(assessment, "en")
    assert "was aimed at a target lesion: CCI 2022" not in text and "2022 not met" not in text


def test_the_missing_item_names_the_therapy():
    assessment = judge(open_haic(), "2023-05-30")
    card = compose(assessment, "en", knowledge="1")[-1]
    assert f"HAIC of {HAIC_DAY} (Procedure/haic-{HAIC_DAY})" in card["detail"]


def test_no_sentence_of_the_card_states_what_is_not_known():
    assessment = judge(open_haic(), "2023-05-30")
    for text in (
        compose(assessment, "en", knowledge="1")[0]["detail"],
        explain_text(assessment, "en"),
    ):
        assert not [
            line
            for line in text.splitlines()
            if line.lstrip("- ").startswith("A local therapy aimed at a target")
        ]


def test_a_count_without_beads_is_tried_out():
    patient = chart((*SESSIONS[:2], tace(THIRD, kind="deb-tace")))
    (line,) = [one for one in change_lines(patient) if "count_deb" in one]
    assert line.startswith("CCI 2022, EPOIHCC would be not met")
    assert "only 2 sessions would be left" in line


@pytest.mark.parametrize(("days", "there"), [(28, True), (30, False), (90, False), (92, True)])
def test_the_window_of_30_to_90_days_is_tried_out(days, there):
    patient = chart(imaging=(BASELINE, scan(after(THIRD, days), {"L1": 65})))
    found = changes.lines(judge(patient, "2023-07-30"), Catalogue("en"))
    lines = [one for one in found if "day 30 to day 90" in one]
    assert bool(lines) is there
    assert all(
        one.startswith("CCI 2022, EPOIHCC, European definition could not be judged")
        for one in lines
    )


def test_which_session_below_standard_would_flip_the_verdict_and_why():
    sessions = [tace(day, standardised=None) for day in (FIRST, SECOND, THIRD)]
    (line,) = [
        one
        for one in change_lines(chart(sessions))
        if "attested as not standardised" in one and one.startswith("CCI 2022")
    ]
    assert f"the session of {FIRST} or {SECOND} or {THIRD} were attested" in line
    assert "only 2 sessions would be left that count" in line


def test_without_a_baseline_the_japanese_definition_asks_for_it_too():
    imaging = scans(50, 55, 60, 65)[1:]
    assert any(
        line.startswith("CCI 2022, JSH-LCSGJ 2014, EPOIHCC, European definition can be judged")
        for line in change_lines(chart(imaging=imaging))
    )


def test_without_the_last_scan_the_japanese_definition_names_its_limit():
    line = next(
        one
        for one in change_lines(chart(imaging=scans(50, 55, 60, 65)[:3]))
        if one.startswith("JSH-LCSGJ 2014")
    )
    assert "between 2023-05-02 and 2023-07-05" in line and "25.1 mm" in line


def test_invasion_that_was_there_before_is_not_named_as_what_would_change_it():
    imaging = (scan("2023-01-05", {"L1": 50}, vi=True), *scans(50, 20, 20, 20)[1:3])
    now = scan(after(THIRD, 42), {"L1": 20}, vi=True)
    markers = tuple(afp(day, mm) for day, mm in (("2023-01-05", 9), ("2023-03-30", 8), (LAST, 7)))
    (line,) = [
        one
        for one in change_lines(chart(imaging=(*imaging, now), markers=markers))
        if one.startswith("JSH-LCSGJ 2014 would be met if") and "extrahepatic" in one
    ]
    assert "vascular invasion or" not in line


# --- one verdict for different reasons ---


def test_a_verdict_that_readings_reach_by_different_ways_names_them_all():
    """Aimed at the target, one session is left; else three, and the targets are PR."""
    found = chart((*SESSIONS, treatment("haic", HAIC_DAY)), scans(50, 40, 30, 20))
    assessment = judge(found, "2023-05-30")
    for lang, words in (
        ("en", "not met: target lesions PR or fewer counted TACE sessions than the definition"),
        ("zh", "靶病灶PR或计入的TACE次数未达定义要求"),
    ):
        card = compose(assessment, lang, knowledge="1")[0]
        assert words in card["detail"]
        assert "PR" not in card["summary"] and "3" not in card["summary"]
    assert "is no advice to give more TACE" in explain_text(assessment, "en")


def test_verdicts_that_are_the_same_either_way_are_not_told_twice():
    assessment = judge(open_haic(), "2023-05-30")
    (point,) = assessment.open_points
    alike = replace(assessment, open_points=(replace(point, if_so=point.if_not),))
    told_apart = changes.lines(assessment, Catalogue("en"))
    assert len(told_apart) - len(changes.lines(alike, Catalogue("en"))) == 2


def test_beads_in_a_staged_session_are_named_themselves():
    staged = (*SESSIONS[:2], tace(THIRD), tace(after(THIRD, 7), kind="deb-tace"))
    (line,) = [one for one in told(chart(staged)) if one.startswith("DEB-TACE was counted")]
    assert line.endswith(
        f"This concerns: DEB-TACE of {after(THIRD, 7)} (Procedure/deb-tace-2023-04-11)."
    )
