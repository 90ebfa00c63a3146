"""What a reader must not have to guess: days of a sum, sessions left out, answers without data."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from cdshooks.cards.catalogue import phrases
from cdshooks.cards.compose import compose
from cdshooks.cards.text import assessment_text, explain_text
from cdshooks.clinical.chart import Chart, ChildPughStated
from cdshooks.consensus.assessment import Assessment
from cdshooks.consensus.readings import Readings
from tests.consensus.charts import (
    AS_OF,
    FIRST,
    SECOND,
    SESSIONS,
    THIRD,
    afp,
    after,
    chart,
    day,
    healthy,
    judge,
    patient,
    scan,
    scans,
    tace,
    treatment,
)

BASELINE = scan("2023-01-05", {"L1": 50})
LAST = after(THIRD, 42)
HAIC_DAY = after(SECOND, 15)


def told(found: Chart, lang: str = "en", as_of: str = AS_OF, **readings: Any) -> str:
    return explain_text(judge(found, as_of, **readings), lang)


def status(found: Chart, lang: str = "en", as_of: str = AS_OF) -> str:
    return compose(judge(found, as_of), lang, knowledge="1")[0]["detail"]


def falling() -> dict[str, Any]:
    dates = ("2023-01-05", "2023-03-30", LAST)
    return {"markers": tuple(afp(d, v) for d, v in zip(dates, (30, 20, 10), strict=True))}


# --- response: dates and limits ---


def late(now: float = 30) -> Chart:
    return chart(
        imaging=(
            BASELINE,
            scan("2023-03-30", {"L1": 40, "N2": 15}, new=True),
            scan(LAST, {"L1": 36, "N2": now}),
        )
    )


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        (
            "en",
            (
                f"Compared: the scan of {LAST} (42 days after the last TACE) with each lesion's "
                "own first measurement: the initial targets on the scan of 2023-01-05 (before the "
                "first TACE); N2 on 2023-03-30",
                "Sum of these first measurements 65.0 mm (initial targets 50.0 mm, later ones "
                "15.0 mm), now 66.0 mm (+1.5 %): SD (stable disease)",
                f"L1 (initial target): 50.0 mm on 2023-01-05, 36.0 mm on {LAST}",
            ),
        ),
        (
            "zh",
            (
                f"比较：{LAST}影像（末次TACE后42天）与各病灶自身的首次测量：初始靶病灶为2023-01-05影像"
                "（首次TACE前）；2023-03-30 N2",
                "各首次测量值之和65.0 mm（初始靶病灶50.0 mm，后纳入15.0 mm），现为66.0 mm"
                "（+1.5%）：SD（疾病稳定）",
                f"L1（初始靶病灶）：2023-01-05为50.0 mm，{LAST}为36.0 mm",
            ),
        ),
    ],
)
def test_a_sum_of_several_days_is_not_laid_to_one_scan(lang, lines):
    text = told(late(), lang)
    for line in lines:
        assert f"\n  {line}\n" in text


def test_a_late_lesion_that_counts_from_zero_is_said_to():
    text = told(late(), late_lesion="zero")
    assert (
        "Sum of these first measurements 50.0 mm (initial targets 50.0 mm, later ones 0.0" in text
    )


def test_without_a_late_lesion_the_one_scan_is_named():
    assert f"scan of {LAST} (42 days after the last TACE) with the scan of 2023-01-05" in told(
        chart()
    )


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "but PD against the smallest sum since, 55.0 mm on 2023-03-30: re-growth"),
        ("zh", "与治疗以来最小总和（2023-03-30，55.0 mm）相比则为PD"),
    ],
)
def test_pd_by_nadir_alone_is_said_beside_the_response(lang, words):
    detail = status(late(), lang)
    first = detail.split("**")[0]
    assert words in first
    assert detail.count(phrases()["flag.pd-by-nadir-only"][lang]) == 0


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        (
            (101, 101, 101, 121),
            "Target lesions SD: a change of +19.8 % is near the limit of PD (+20 %)",
        ),
        ((100, 100, 100, 72), "-28.0 % is near the limit of PR (-30 %)"),
        ((10, 10, 10, 12.9), "one millimetre more or less would give another category"),
    ],
)
def test_a_change_near_a_limit_is_said_beside_the_response(sizes, words):
    assert words in status(chart(imaging=scans(*sizes))).split("**")[0]


def test_a_change_far_from_a_limit_is_not():
    assert "near the limit" not in status(chart(imaging=scans(100, 100, 100, 150)))


# --- the course ---


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        (
            "en",
            (
                "Counted TACE sessions: 1",
                f"conventional TACE of {FIRST} (Procedure/ctace-{FIRST}): of an earlier series, "
                "not counted",
                f"HAIC of {HAIC_DAY} (Procedure/haic-{HAIC_DAY}): aimed at a target lesion, "
                "starts a new series",
            ),
        ),
        (
            "zh",
            (
                "计入的TACE：1次",
                f"{FIRST} 常规TACE（cTACE）（Procedure/ctace-{FIRST}）：属此前疗程，未计入",
                f"{HAIC_DAY} HAIC（Procedure/haic-{HAIC_DAY}）：针对靶病灶，其后为新的疗程",
            ),
        ),
    ],
)
def test_every_treatment_is_listed_and_why_it_is_not_counted(lang, lines):
    haic = treatment("haic", HAIC_DAY, scope="target")
    for text in (told(chart((*SESSIONS, haic)), lang), status(chart((*SESSIONS, haic)), lang)):
        for line in lines:
            assert line in text


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", f"The first TACE is here that of the current series, {THIRD}"),
        ("zh", f"此处“首次TACE”指本疗程的首次（{THIRD}）"),
    ],
)
def test_the_first_tace_of_a_later_series_is_named(lang, words):
    haic = treatment("haic", HAIC_DAY, scope="target")
    assert words in told(chart((*SESSIONS, haic)), lang)
    assert words not in told(chart(), lang)


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        (tace(after(THIRD, 30), standardised=False), "attested as not standardised, not counted"),
        (treatment("tae", after(THIRD, 30)), "never counted as a TACE session"),
        (treatment("ablation", after(THIRD, 50), scope="target"), "aimed at a target lesion"),
        (treatment("ablation", after(THIRD, 50), scope="other-lesion"), "not aimed at a target"),
        (treatment("ablation", after(THIRD, 50)), "what it was aimed at is not recorded"),
        (treatment("haic", THIRD), "belongs to a TACE session"),
    ],
)
def test_what_each_other_treatment_does(extra, words):
    line = next(
        line
        for line in told(chart((*SESSIONS, extra))).splitlines()
        if extra.references[0] in line and words in line
    )
    assert line.startswith("  ")


def test_a_local_therapy_after_the_last_session_starts_no_series():
    extra = treatment("ablation", after(THIRD, 50), scope="target")
    assert "starts a new series" not in told(chart((*SESSIONS, extra)))


# --- the Japanese definition ---


def remark(text: str, statement: str) -> str:
    lines = text.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith(f"  {statement} "))
    return next(
        (line for line in lines[at + 1 : at + 3] if "      " in line and "used" not in line), ""
    )


@pytest.mark.parametrize("statement", ["DEF-JSH.1", "DEF-JSH.2", "DEF-JSH.4"])
@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "not measured: 1 counted session, and this asks for two"),
        ("zh", "未作比较：仅计入1次TACE，此项要求连续2次"),
    ],
)
def test_a_no_for_want_of_two_sessions_is_no_measured_no(statement, lang, words):
    one = told(chart(SESSIONS[2:]), lang)
    assert words in remark(one, statement)
    after_it = one.splitlines()[one.splitlines().index(remark(one, statement)) + 1]
    assert not after_it.startswith("      ")
    assert words not in told(chart(**falling()), lang)


def test_a_session_that_may_be_one_makes_it_a_question_that_was_asked():
    unsure = (tace(SECOND, confirmed=False), SESSIONS[2])
    assert "not measured" not in told(chart(unsure))


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "JSH-LCSGJ 2014: not met (fewer than two counted sessions; no vascular invasion or"),
        ("zh", "不符合（计入的TACE不足2次；未出现血管侵犯或肝外转移）"),
    ],
)
def test_its_verdict_says_so_too(lang, words):
    one = chart(SESSIONS[2:])
    assert words in told(one, lang) and words in status(one, lang)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "en",
            "ascular invasion is there now and was there before the first TACE (scan of 2023-",
        ),
        ("zh", "血管侵犯：目前存在，但首次TACE前（2023-01-05影像）即已存在，不属“出现”"),
    ],
)
def test_invasion_that_was_there_before_is_no_appearance(lang, words):
    imaging = (scan("2023-01-05", {"L1": 50}, vi=True), *scans(50, 20, 20, 20)[1:3])
    found = chart(imaging=(*imaging, scan(LAST, {"L1": 20}, vi=True)), **falling())
    assert words in remark(told(found, lang), "DEF-JSH.3")
    assert words in status(found, lang)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (20, "read on the scan of {day}, 20 days after the last TACE: too early for the response"),
        (93, "read on the scan of {day}, 93 days after the last TACE: too late for the response"),
        (42, None),
    ],
)
def test_the_scan_on_which_an_appearance_is_read_is_named(days, words):
    day = after(THIRD, days)
    found = chart(imaging=(*scans(50, 20, 20, 20)[:3], scan(day, {"L1": 20})), **falling())
    text = told(found, as_of=after(THIRD, 100))
    if words is None:
        assert "for the response" not in text
    else:
        assert words.format(day=day) in remark(text, "DEF-JSH.3")


# --- unsuitable ---


@pytest.mark.parametrize(
    ("state", "lang", "words"),
    [
        ({"ecog": 3}, "en", "TACE would no longer be unsuitable (CCI-C9) with: ECOG 0 to 2."),
        ({"ecog": 3}, "zh", "具备下列情况后，不再属于“TACE不适合”（CCI-C9）：ECOG评分0~2分。"),
        (
            {"liver": healthy(bilirubin=60, albumin=26, inr=1.9, ascites=3)},
            "en",
            "with: Child-Pugh A or B.",
        ),
        (
            {"ecog": 3, "hepatorenal_syndrome": True},
            "en",
            "with: no hepatorenal syndrome; ECOG 0 to 2.",
        ),
        (
            {"ecog": 3, "severe_jaundice": None},
            "en",
            "with: ECOG 0 to 2. Not recorded and to be checked then: severe jaundice.",
        ),
    ],
)
def test_what_would_reverse_unsuitable_is_named(state, lang, words):
    found = patient(scans(50, 50, 50, 50), **state)
    assert words in told(found, lang) and words in status(found, lang)


def test_a_lost_part_of_the_record_may_hold_another_reason():
    text = told(patient(ecog=3, incomplete=("conditions",)))
    assert (
        "with: ECOG 0 to 2. Not recorded and to be checked then: a part of the record that" in text
    )


def test_a_suitable_patient_has_nothing_to_reverse():
    assert "no longer be unsuitable" not in told(patient())


# --- what is missing, and for what ---


def missing(found: Chart, lang: str = "en") -> str:
    return compose(judge(found), lang, knowledge="1")[-1]["detail"]


@pytest.mark.parametrize(
    ("lang", "words", "absent"),
    [
        ("en", "Whether there is hepatic encephalopathy.", "refractory ascites"),
        ("zh", "有无肝性脑病。", "难治性"),
    ],
)
def test_only_the_sign_that_is_missing_is_named(lang, words, absent):
    liver = replace(healthy(), encephalopathy=())
    text = missing(patient(liver=liver), lang)
    line = next(line for line in text.splitlines() if words in line)
    assert absent not in line


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "not recorded in the last 30 days: albumin, encephalopathy"),
        ("zh", "近30天内未记录：白蛋白、肝性脑病"),
    ],
)
def test_only_the_parts_of_the_score_that_are_missing_are_named(lang, words):
    liver = replace(healthy(), encephalopathy=(), albumin=())
    assert words in missing(patient(liver=liver), lang)


def test_parts_that_contradict_a_stated_class_are_no_missing_parts():
    """All five are there, and the whole is in conflict with them."""
    stated = (ChildPughStated(10, 15, day(AS_OF), ("Observation/cp",)),)
    text = missing(patient(liver=replace(healthy(), stated=stated)))
    assert "Child-Pugh" in text and "not recorded in the last 30 days" not in text


def needed(found: Assessment, what: str) -> str:
    detail = compose(found, "en", knowledge="1")[-1]["detail"]
    line = next(line for line in detail.splitlines() if what in line)
    return line.partition("Needed for: ")[2].partition(".")[0]


OPEN_INVASION = "Figure 1, options for a tumour thrombus (CCI-C5)"


def test_a_datum_is_not_asked_for_by_a_verdict_that_is_known():
    silent = (*scans(60, 56, 56, 60)[:3], scan(LAST, {"L1": 55}, vi=None))
    assert needed(judge(patient(silent)), "vascular invasion") == OPEN_INVASION
    low = (*scans(60, 20, 20, 60)[:3], scan(LAST, {"L1": 20}, vi=None))
    assert needed(judge(patient(low, **falling())), "vascular invasion") == (
        f"JSH-LCSGJ 2014, {OPEN_INVASION}"
    )


def test_what_no_answer_hangs_on_is_said_to():
    silent = (*scans(50, 60, 60, 60)[:3], scan(LAST, {"L1": 65}, new=None))
    assert needed(judge(patient(silent)), "new intrahepatic lesion") == "no answer as it stands"


# --- tier, grades, readings ---


@pytest.mark.parametrize(
    ("facts", "lang", "words"),
    [
        (
            {"immunotherapy_contraindication": True},
            "en",
            "Second line because a contraindication to immunotherapy is recorded "
            "(Observation/immunotherapy-contraindication).",
        ),
        ({"combination_intolerance": True}, "en", "because combination therapy is recorded as not"),
        ({"immunotherapy_contraindication": True}, "zh", "因记录存在免疫治疗禁忌，故为二线推荐"),
        ({"combination_intolerance": True}, "zh", "因记录不能耐受联合治疗，故为二线推荐"),
    ],
)
def test_why_the_second_tier(facts, lang, words):
    found = judge(patient(**facts))
    assert words in explain_text(found, lang)
    assert words in compose(found, lang, knowledge="1")[1]["detail"]


def test_the_arm_without_a_tier_has_its_size():
    text = told(patient(immunotherapy_contraindication=True))
    assert (
        "the arm of Lin 2023 without PD-1 inhibitor (n = 75 as printed, 74 in the source)" in text
    )


def test_no_grade_of_a_statement_that_says_nothing_here():
    text = told(patient())
    assert "CCI-B3" not in text.partition("Evidence, grades")[2]
    assert "CCI-C8" not in text.partition("Evidence, grades")[2]


def next_step(found: Chart) -> str:
    return compose(judge(found), "en", knowledge="1")[1]["detail"].partition("Evidence, grades")[2]


@pytest.mark.parametrize(
    ("new", "invasion", "wanted"),
    [
        (False, False, set()),
        (True, False, {"CCI-C4"}),
        (False, True, {"CCI-C5"}),
        (None, None, {"CCI-C4", "CCI-C5"}),
    ],
)
def test_no_grade_of_what_did_not_happen(new, invasion, wanted):
    """CCI-C4 speaks of a new lesion, CCI-C5 of vascular invasion and extrahepatic spread."""
    last = scan(LAST, {"L1": 65}, new=new, vi=invasion)
    text = next_step(patient((*scans(50, 55, 60, 65)[:3], last)))
    found = set(re.findall(r"CCI-C[45](?![.\d])", text))
    assert found == wanted


def test_a_recommendation_whose_conditions_are_not_met_lends_no_grade():
    failing = healthy(bilirubin=60, albumin=26, inr=1.9, ascites=3)
    text = next_step(patient(liver=failing))
    assert "HAIC-R1, HAIC-R2: conditions not met here, HAIC review 2025" in text
    assert "level of evidence" not in text
    assert "HAIC-R1" in next_step(patient()) and "1B" in next_step(patient())


@pytest.mark.parametrize("key", [key for key in Readings().as_dict() if key != "profile"])
def test_every_reading_has_its_chinese_name_beside_its_key(key):
    name = phrases()[f"reading.{key}"]["zh"]
    assert f"\n  {name}（{key}）= " in told(chart(), "zh")
    english = phrases()[f"reading.{key}"]["en"]
    assert f"\n  {key} = " in told(chart()) and f": {english}\n" in told(chart())


def test_more_than_half_is_more_than_half_in_chinese():
    """The paper's own words for the criterion stay as they are; ours say what the rule is."""
    for key in ("jsh-criterion.viability", "reason.viability"):
        assert "超过50%" in phrases()[key]["zh"] and "50%以上" not in phrases()[key]["zh"]
    assert "50%以上残存活性" in phrases()["finding.jsh-viability"]["zh"]


def test_the_short_text_keeps_to_a_screen():
    assert len(assessment_text(judge(late()), "en").splitlines()) <= 40


# --- a label is a text, and no Markdown ---


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("- item", r"- \- item ("),
        ("1) S8", r"- 1\) S8 ("),
        ("12. left", r"- 12\. left ("),
        ("+ x", r"- \+ x ("),
        ("    code", "- code ("),
        ("__b__", r"- \_\_b\_\_ ("),
        ("_x", r"- \_x ("),
        ("S8_L1", "- S8_L1 ("),
        ("S8 - L1", "- S8 - L1 ("),
        ("-5", "- -5 ("),
        ("1.5", "- 1.5 ("),
    ],
)
def test_a_label_is_shown_as_it_is(label: str, shown: str) -> None:
    """On a card every mark that Markdown would take for its own is escaped; in a text none is."""
    found = chart(imaging=(scan("2023-01-05", {label: 50}), scan(LAST, {label: 65})))
    assert shown in status(found)
    assert f"  {label} (" in told(found)
