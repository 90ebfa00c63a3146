"""Readings without a key: each with a patient whose answer would differ under the other reading."""

import dataclasses
from decimal import Decimal

import pytest

from cdshooks.clinical.chart import (
    Comparator,
    Fact,
    Intent,
    Response,
    StatedResponse,
)
from cdshooks.consensus.assessment import Tier
from cdshooks.consensus.evidence import CONFLICTING, STUDIES
from cdshooks.consensus.strategy import contains_tace
from tests.consensus.charts import (
    FIRST,
    SECOND,
    SESSIONS,
    THIRD,
    afp,
    after,
    cci,
    chart,
    healthy,
    judge,
    patient,
    scan,
    scans,
    tace,
    treatment,
)

BASELINE = scan("2023-01-05", {"L1": 50})
FOURTH = after(THIRD, 56)
LATER = after(FOURTH, 60)


# --- counting ---


@pytest.mark.statement("CCI-C1", "CCI-A3", "HAIC-D4")
def test_four_sessions_are_compared_with_before_the_first():
    """62 of 50 mm is PD; of the 55 mm before the last three it would be SD."""
    imaging = [*scans(50, 55, 60, 58), scan(after(FOURTH, 40), {"L1": 62})]
    found = judge(chart([*SESSIONS, tace(FOURTH)], imaging), LATER)
    assert (found.course.count, found.response.category, cci(found)) == (4, "PD", "met")


def test_the_evaluation_after_the_latest_session_counts():
    """PD after the third, no longer after the fourth."""
    imaging = [*scans(50, 55, 60, 65), scan(after(FOURTH, 40), {"L1": 58})]
    assert cci(judge(chart([*SESSIONS, tace(FOURTH)], imaging), LATER)) == "not-met"


@pytest.mark.parametrize(("standardised", "count"), [(True, 4), (False, 3)])
def test_a_session_below_standard_is_skipped_and_does_not_restart(standardised, count):
    sessions = [SESSIONS[0], tace(SECOND, standardised=standardised), SESSIONS[2], tace(FOURTH)]
    imaging = [*scans(50, 55, 60, 60), scan(after(FOURTH, 40), {"L1": 62})]
    found = judge(chart(sessions, imaging), LATER)
    assert (found.course.count, cci(found)) == (count, "met")


def test_a_progression_before_the_last_session_is_not_required():
    assert cci(judge(chart(imaging=scans(50, 50, 50, 60)))) == "met"
    assert cci(judge(chart(imaging=scans(50, 60, 60, 59)))) == "not-met"


@pytest.mark.parametrize("kind", ["tare", "haic", "tae", "tila-tace"])
def test_other_transarterial_treatment_is_no_session(kind):
    other = treatment(kind, THIRD, scope="other-lesion")
    assert judge(chart([*SESSIONS[:2], other])).course.count == 2


def test_tace_with_haic_is_a_session_and_is_said():
    found = judge(chart([*SESSIONS[:2], tace(THIRD, kind="tace-haic")]))
    assert found.course.count == 3
    assert "combined-session" in found.flags


# --- lesions ---


def test_a_target_and_a_new_lesion_are_two_things():
    """Any new lesion is PD by overall response; the target response leaves it out."""
    imaging = [BASELINE, scan(after(THIRD, 42), {"L1": 50, "N2": 30}, new=True)]
    found = judge(chart(imaging=imaging))
    assert (found.response.category, cci(found)) == ("SD", "not-met")


def test_a_lesion_called_new_outweighs_a_no_on_the_assessment_scan():
    imaging = [
        BASELINE,
        scan(after(THIRD, 30), {"L1": 50, "N2": 15}, new=True),
        scan(after(THIRD, 60), {"L1": 50, "N2": 20}, new=False),
    ]
    assert judge(chart(imaging=imaging)).strategy.branches == ("F1-2",)


def test_before_its_detection_a_late_entry_counts_in_the_nadir_with_its_first_size():
    """50 mm is 11 % above 30 + 15 mm; above 30 mm alone it would be PD."""
    imaging = [
        BASELINE,
        scan("2023-02-16", {"L1": 30}),
        scan("2023-03-30", {"L1": 32, "N2": 15}, new=True),
        scan(after(THIRD, 42), {"L1": 30, "N2": 20}),
    ]
    assert judge(chart(imaging=imaging)).response.category_by_nadir == "SD"


def test_regrowth_from_nothing_is_progression_in_the_nadir_view():
    found = judge(chart(imaging=scans(50, 0, 0, 3)))
    assert (found.response.category, found.response.category_by_nadir) == ("PR", "PD")


# --- the other definitions ---


def jsh(assessment):
    return assessment.definitions["jsh-lcsgj-2014"]


@pytest.mark.statement("DEF-JSH.2", "HAIC-D1")
@pytest.mark.parametrize(("before", "last", "answer"), [(True, True, True), (False, True, False)])
def test_new_lesions_count_only_twice_in_a_row(before, last, answer):
    imaging = [
        BASELINE,
        scan("2023-03-30", {"L1": 20}, new=before),
        scan(after(THIRD, 42), {"L1": 20}, new=last),
    ]
    found = jsh(judge(chart(imaging=imaging)))
    assert found.criteria["new-lesions"] is answer
    assert (found.verdict.value == "met") is answer


def test_an_earlier_pair_of_sessions_no_longer_decides():
    found = judge(chart(imaging=scans(50, 45, 45, 20)))
    assert jsh(found).criteria["viability"] is False
    assert "jsh-previously-met" in found.flags


@pytest.mark.statement("DEF-JSH.3", "HAIC-D1")
@pytest.mark.parametrize(("before", "answer"), [(False, True), (True, False), (None, None)])
def test_invasion_appears_when_it_was_absent_at_the_baseline(before, answer):
    imaging = [
        scan("2023-01-05", {"L1": 50}, vi=before),
        scan(after(THIRD, 42), {"L1": 20}, vi=True),
    ]
    found = jsh(judge(chart(imaging=imaging)))
    assert found.criteria["vascular-or-extrahepatic"] is answer


def test_a_reported_viability_serves_where_the_diameters_give_none():
    def reported(percent):
        half = dataclasses.replace(
            scan(after(THIRD, 42), {"L1": None}),
            residual_viability_percent=((Decimal(percent), ("Observation/viability",)),),
        )
        imaging = [BASELINE, scan("2023-03-30", {"L1": 45}), half]
        return jsh(judge(chart(imaging=imaging))).criteria["viability"]

    assert (reported(60), reported(50)) == (True, False)
    measured = dataclasses.replace(
        scan(after(THIRD, 42), {"L1": 45}),
        residual_viability_percent=((Decimal(10), ("Observation/viability",)),),
    )
    imaging = [BASELINE, scan("2023-03-30", {"L1": 45}), measured]
    assert jsh(judge(chart(imaging=imaging))).criteria["viability"] is True


INTENTS = [
    ((None, None, Intent.CURATIVE), "met"),
    ((None, None, Intent.PALLIATIVE), "not-met"),
    ((Intent.CURATIVE, None, None), "met"),
    ((Intent.CURATIVE, None, Intent.PALLIATIVE), "indeterminate"),
    ((None, None, None), "indeterminate"),
]


@pytest.mark.statement("DEF-EUR.1", "DEF-EUR.2", "HAIC-D3")
@pytest.mark.parametrize(("intents", "verdict"), INTENTS)
def test_intent_is_stated_or_unknown_and_two_are_none(intents, verdict):
    """With SD the intent decides."""
    dates = (FIRST, SECOND, THIRD)
    sessions = [tace(date, intent=one) for date, one in zip(dates, intents, strict=True)]
    found = judge(chart(sessions, scans(50, 50, 50, 50)))
    assert found.definitions["european"].verdict.value == verdict
    assert ("tace-intent" in found.missing) is (verdict == "indeterminate")


# --- what opens the tiers, what is no input ---


@pytest.mark.statement("CCI-C6", "CCI-C6.s2")
@pytest.mark.parametrize(
    ("sizes", "values", "verdict"),
    [((50, 50, 50, 50), (100, 200, 300), "not-met"), ((50, 55, 60, 65), (300, 200, 100), "met")],
)
def test_markers_neither_make_nor_unmake_the_consensus_definition(sizes, values, verdict):
    dates = ("2023-01-05", "2023-03-30", after(THIRD, 30))
    markers = tuple(afp(date, value) for date, value in zip(dates, values, strict=True))
    assert cci(judge(chart(imaging=scans(*sizes), markers=markers))) == verdict
    assert cci(judge(chart(imaging=scans(*sizes)))) == verdict


@pytest.mark.statement("CCI-C1.act", "CCI-B6", "CCI-F1.0", "CCI-F1.r", "CCI-F1.e")
@pytest.mark.parametrize(("last", "stops"), [(65, True), (59, False), (50, False), (20, False)])
def test_after_three_sessions_it_is_refractory_and_stops_or_it_is_effective(last, stops):
    found = judge(chart(imaging=scans(50, 50, 50, last)))
    assert (cci(found) == "met") is (found.strategy.branches == ("F1-R",)) is stops
    assert contains_tace(found.strategy.branches) is not stops


@pytest.mark.statement("DEF-JSH", "CCI-B7", "HAIC-D1")
@pytest.mark.parametrize("criterion", ["viability", "new-lesions", "vascular-or-extrahepatic"])
def test_any_one_criterion_of_jsh_is_enough(criterion):
    size = 45 if criterion == "viability" else 20
    new, vi = criterion == "new-lesions", criterion == "vascular-or-extrahepatic"
    imaging = [
        BASELINE,
        scan("2023-02-16", {"L1": 20}),
        scan("2023-03-30", {"L1": size}, new=new),
        scan(after(THIRD, 42), {"L1": size}, new=new, vi=vi),
    ]
    found = jsh(judge(chart(imaging=imaging)))
    assert found.verdict.value == "met"
    assert [name for name, answer in found.criteria.items() if answer] == [criterion]


@pytest.mark.statement("CCI-C3.s", "HAIC-D7", "HAIC-Z3", "HAIC-B6", "HAIC-R0")
def test_a_foreign_definition_opens_the_tiers_only_when_it_is_chosen():
    """SD and curative: refractory by the European definition alone."""
    curative = [tace(date, intent=Intent.CURATIVE) for date in (FIRST, SECOND, THIRD)]
    stable = patient(scans(50, 50, 50, 50), treatments=curative)
    assert judge(stable).therapy.tier is Tier.NA
    assert judge(stable, tier_definition="EUROPE").therapy.tier is Tier.R1
    assert judge(patient()).therapy.tier is Tier.R1


# --- suitability and tier ---


def test_bilirubin_alone_is_no_severe_jaundice():
    yellow = patient(liver=healthy(bilirubin=200), without=(Fact.SEVERE_JAUNDICE,))
    found = judge(yellow)
    assert found.unsuitable.criteria["severe-jaundice"] is None
    assert "decompensation-status" in found.missing


ASCITES = [(1, None, False), (1, True, None), (2, None, None), (2, True, True)]


@pytest.mark.parametrize(("points", "stated", "answer"), ASCITES)
def test_no_ascites_settles_refractory_ascites(points, stated, answer):
    without = (Fact.REFRACTORY_ASCITES,) if stated is None else ()
    found = judge(
        patient(liver=healthy(ascites=points), without=without, refractory_ascites=bool(stated))
    )
    assert found.unsuitable.criteria["refractory-ascites"] is answer
    assert ("conflict" in {note.code for note in found.notes}) is (stated is True and points == 1)


@pytest.mark.statement("CCI-C9", "CCI-C9.2")
def test_two_verdicts_stand_beside_each_other():
    found = judge(patient(hepatorenal_syndrome=True))
    assert (cci(found), found.unsuitable.verdict, found.therapy.tier) == ("met", True, Tier.R1)


TIERS = [
    ("hepatic_artery_occlusion", Tier.NONE, None),
    ("diffuse_hepatic_fistula", Tier.R1, "haic-feasibility"),
    ("combination_intolerance", Tier.R2, None),
    ("immunotherapy_contraindication", Tier.R2, None),
]


@pytest.mark.statement("HAIC-R1", "HAIC-R2")
@pytest.mark.parametrize(("fact", "tier", "flag"), TIERS)
def test_a_stated_fact_and_the_tier(fact, tier, flag):
    found = judge(patient(**{fact: True}))
    assert found.therapy.tier is tier
    assert flag is None or flag in found.flags


def test_spread_keeps_the_tier_and_is_said():
    imaging = [BASELINE, scan(after(THIRD, 42), {"L1": 65}, ehs=True)]
    found = judge(patient(imaging))
    assert (found.therapy.tier, "ehs-at-refractoriness" in found.flags) == (Tier.R1, True)


def test_an_artery_not_recorded_leaves_the_tier_conditional():
    found = judge(patient(without=(Fact.HEPATIC_ARTERY_OCCLUSION,)))
    assert found.therapy.tier is Tier.R1
    assert found.therapy.conditional_on == ("hepatic-artery-patency",)
    other = judge(patient(without=(Fact.COMBINATION_INTOLERANCE,)))
    assert other.therapy.tier is Tier.UNDETERMINED


@pytest.mark.statement("CCI-C1.act", "CCI-B6", "EV-Hien2024")
def test_tace_is_not_offered_once_refractory_and_the_study_is_only_listed():
    branches = judge(chart()).strategy.branches
    assert branches == ("F1-R",) and not contains_tace(branches)
    assert CONFLICTING == ("EV-Hien2024",)
    assert not {id for ids in STUDIES.values() for id in ids} & set(CONFLICTING)


# --- reasons and flags ---


def test_what_differs_goes_before_the_reason_of_the_reading_shown():
    """An ablation of unknown scope, and a stated response that the measurements contradict."""
    said = StatedResponse(Response.SD, Comparator.BASELINE, ("Observation/stated",))
    imaging = [BASELINE, scan(after(THIRD, 42), {"L1": 65}, stated=(said,))]
    plain = judge(chart(imaging=imaging))
    assert plain.definitions["cci-2022"].reason == "conflicting-data"
    unsure = [*SESSIONS, treatment("ablation", after(SECOND, 10))]
    found = judge(chart(unsure, imaging)).definitions["cci-2022"]
    assert (found.verdict.value, found.reason) == ("indeterminate", "consecutiveness")


BORDERLINE = [(57.5, True), (57.4, False), (62.5, True), (62.6, False)]
BORDERLINE += [(37.5, True), (37.6, False), (32.5, True), (32.4, False)]


@pytest.mark.parametrize(("mm", "near"), BORDERLINE)
def test_within_five_points_of_a_limit_is_said(mm, near):
    """Of 50 mm: 57.5 is +15 %, 62.5 is +25 %, 37.5 is -25 %, 32.5 is -35 %."""
    assert ("borderline" in judge(chart(imaging=scans(50, 50, 50, mm))).flags) is near


def test_one_millimetre_that_would_change_the_category_is_said():
    """+10 % of 10 mm: one millimetre more is PD."""
    assert "borderline" in judge(chart(imaging=scans(10, 10, 10, 11))).flags
    assert "borderline" not in judge(chart(imaging=scans(100, 100, 100, 110))).flags
