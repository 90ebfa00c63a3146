"""What depends on the patient's situation and decides nothing: scores, stages, options, drugs."""

from dataclasses import replace
from decimal import Decimal

import pytest

from cdshooks.clinical.chart import (
    ChildPughStated,
    Dated,
    Drug,
    LiverFunction,
    PlannedInfusion,
    Stage,
    Staging,
    Vessel,
)
from cdshooks.consensus.other_therapy import portal_options
from cdshooks.consensus.planned_haic import single_agent
from cdshooks.consensus.staging import tace_by_stage
from cdshooks.consensus.strategy import cells, strength_of
from tests.consensus.charts import (
    FIRST,
    SECOND,
    SESSIONS,
    THIRD,
    after,
    chart,
    day,
    judge,
    scan,
    scans,
    tace,
    treatment,
)

BRANCH, TRUNK = Vessel.PORTAL_BRANCH, Vessel.PORTAL_TRUNK
PORTAL, HEPATIC = Vessel.PORTAL_VEIN, Vessel.HEPATIC_VEIN


def dated(value, date, name="x"):
    return Dated(Decimal(str(value)), day(date), (f"Observation/{name}",))


def burdened(treatments=SESSIONS, imaging=None, size=50, date="2023-01-05", **more):
    return chart(
        treatments,
        imaging,
        largest_diameter=(dated(size, date, "size"),),
        lesion_count=(dated(2, date, "number"),),
        **more,
    )


FIT = {
    "ecog": (dated(0, "2023-01-08"),),
    "liver": LiverFunction(stated=(ChildPughStated(7, 7, day("2023-01-08"), ("Observation/cp",)),)),
}


# --- tumour burden


@pytest.mark.statement("CCI-C8")
def test_the_burden_is_that_before_the_first_counted_session():
    burden = judge(burdened()).scores.burden
    assert (burden.value_cm, burden.stratum, burden.within_up_to_seven) == (7, 2, True)
    assert burden.references == ("Observation/number", "Observation/size")
    assert judge(burdened(date=FIRST)).scores.burden is not None
    assert judge(burdened(date=after(FIRST, 1))).scores.burden is None
    assert judge(burdened(date=after(FIRST, -91))).scores.burden is None
    assert judge(burdened(date=after(FIRST, -91)), baseline_max_age=91).scores.burden is not None
    assert judge(burdened(treatments=())).scores.burden is None


def test_a_new_series_has_a_burden_of_its_own():
    late = after(SECOND, 200)
    course = (tace(FIRST), tace(SECOND), tace(late))
    assert judge(burdened(course), as_of=after(late, 60)).scores.burden is None
    own = burdened(course, date=after(late, -3))
    assert judge(own, as_of=after(late, 60)).scores.burden is not None


def test_what_is_dated_after_the_day_of_judgement_is_left_out_with_a_note():
    found = judge(burdened(), as_of="2023-01-04")
    assert found.scores.burden is None
    left_out = {
        ref for note in found.notes if note.code == "after-as-of" for ref in note.references
    }
    assert {"Observation/size", "Observation/number"} <= left_out


def test_readings_that_give_another_burden_leave_it_unknown():
    ablation = treatment("ablation", after(FIRST, -2), references=("Procedure/ablation",))
    assert judge(burdened((ablation, *SESSIONS))).scores.burden is None
    elsewhere = treatment("ablation", after(FIRST, -2), scope="other-lesion")
    assert judge(burdened((elsewhere, *SESSIONS))).scores.burden is not None


POPULATION = {
    "fits": ({}, (), ()),
    "child-pugh-b8": (
        {
            "liver": LiverFunction(
                stated=(ChildPughStated(8, 8, day("2023-01-08"), ("Observation/cp",)),)
            )
        },
        ("child-pugh",),
        (),
    ),
    "child-pugh-class-b-only": (
        {
            "liver": LiverFunction(
                stated=(ChildPughStated(7, 9, day("2023-01-08"), ("Observation/cp",)),)
            )
        },
        (),
        ("child-pugh",),
    ),
    "ecog-1": ({"ecog": (dated(1, "2023-01-08"),)}, ("ecog",), ()),
    "ecog-only-after-the-first-session": ({"ecog": (dated(0, THIRD),)}, (), ("ecog",)),
    "ecog-too-old": ({"ecog": (dated(0, "2022-12-10"),)}, (), ("ecog",)),
    "undated-session": ({"undated_sessions": ("Procedure/u",)}, (), ("untreated",)),
}


@pytest.mark.parametrize(("changes", "outside", "unknown"), POPULATION.values(), ids=POPULATION)
def test_the_population_of_the_medians_is_judged_before_the_first_session(
    changes, outside, unknown
):
    found = judge(burdened(**{**FIT, **changes})).scores.population
    assert (found.outside, found.unknown) == (outside, unknown)
    assert found.fits is (False if outside else None if unknown else True)


@pytest.mark.parametrize(
    ("vi", "ehs", "outside", "unknown"),
    [
        (True, False, ("vascular-invasion",), ()),
        (False, True, ("extrahepatic-spread",), ()),
        (None, False, (), ("vascular-invasion",)),
        (True, None, ("vascular-invasion",), ("extrahepatic-spread",)),
    ],
)
def test_spread_before_the_first_session_is_outside_the_population(vi, ehs, outside, unknown):
    imaging = (scan("2023-01-05", {"L1": 50}, vi=vi, ehs=ehs), *scans(50, 55, 60, 65)[1:])
    found = judge(burdened(imaging=imaging, **FIT)).scores.population
    assert (found.outside, found.unknown) == (outside, unknown)


def test_a_patient_treated_before_is_outside_the_population():
    earlier = treatment("resection", "2021-03-01", scope="target")
    assert judge(burdened((earlier, *SESSIONS), **FIT)).scores.population.outside == ("untreated",)


def test_without_a_stratum_there_is_no_population():
    patient = chart(largest_diameter=(dated(50, "2023-01-05"),))
    found = judge(patient).scores
    assert (found.burden.stratum, found.population) == (None, None)


# --- stages


def stage(system, value, date="2023-01-05", name="s"):
    when = None if date is None else day(date)
    return Stage(Staging(system), value, when, (f"Observation/{name}",))


@pytest.mark.statement("CCI-B3")
@pytest.mark.parametrize("value", ["0", "A", "B", "C", "D"])
def test_b3_bclc(value):
    found, _ = tace_by_stage([stage("bclc", value)])
    assert found.standard is (value == "B")
    assert (found.indicated, found.first_choice) == (None, None)


B3_CNLC = {
    "Ia": (False, False),
    "Ib": (True, False),
    "IIa": (True, False),
    "IIb": (True, True),
    "IIIa": (True, True),
    "IIIb": (True, False),
    "IV": (False, False),
}


@pytest.mark.statement("CCI-B3")
@pytest.mark.parametrize(("value", "answers"), B3_CNLC.items())
def test_b3_cnlc(value, answers):
    found, _ = tace_by_stage([stage("cnlc", value)])
    assert (found.indicated, found.first_choice) == answers
    assert found.standard is None


def test_a_stage_that_is_not_recorded_is_unknown():
    found, notes = tace_by_stage([])
    assert (found.standard, found.indicated, found.first_choice, notes) == (None, None, None, ())


def test_the_latest_stage_counts_and_two_of_one_day_are_a_conflict():
    old, new = stage("bclc", "B"), stage("bclc", "C", "2023-04-01")
    assert tace_by_stage([new, old, stage("bclc", "A", None)])[0].bclc.value == "C"
    found, notes = tace_by_stage([new, stage("bclc", "B", "2023-04-01", "t")])
    assert found.bclc is None
    assert [(note.code, note.references) for note in notes] == [
        ("conflict", ("Observation/s", "Observation/t"))
    ]


def test_a_stage_changes_no_answer():
    plain = judge(chart())
    staged = judge(chart(stages=(stage("bclc", "C"), stage("cnlc", "IV"))))
    assert staged.stage.indicated is False
    assert (staged.definitions, staged.strategy, staged.therapy, staged.missing) == (
        plain.definitions,
        plain.strategy,
        plain.therapy,
        plain.missing,
    )


# --- options by the site of a thrombus


C5 = {
    "branch": (True, {BRANCH}, ("CCI-C5.s3",)),
    "trunk": (True, {TRUNK}, ("CCI-C5.s4",)),
    "both": (True, {BRANCH, TRUNK}, ("CCI-C5.s3", "CCI-C5.s4")),
    "portal-vein-site-unknown": (True, {PORTAL}, ("CCI-C5.s3", "CCI-C5.s4")),
    "portal-vein-and-hepatic-vein": (True, {PORTAL, HEPATIC}, ("CCI-C5.s3", "CCI-C5.s4")),
    "trunk-beside-portal-vein": (True, {PORTAL, TRUNK}, ("CCI-C5.s4",)),
    "hepatic-vein": (True, {HEPATIC}, ()),
    "vessel-not-said": (True, (), ("CCI-C5.s3", "CCI-C5.s4")),
    "invasion-unknown": (None, (), ("CCI-C5.s3", "CCI-C5.s4")),
    "no-invasion": (False, (), ()),
}


@pytest.mark.statement("CCI-C5.s3", "CCI-C5.s4")
@pytest.mark.parametrize(("present", "vessels", "options"), C5.values(), ids=C5)
def test_c5_options(present, vessels, options):
    assert portal_options(present, vessels) == options


def with_vessels(vi, *vessels):
    last = scan(after(THIRD, 42), {"L1": 51}, vi=vi)
    said = tuple(replace(one, vessels=tuple(vessels)) for one in last.vascular_invasion)
    shown = replace(last, vascular_invasion=said)
    return judge(chart(imaging=(*scans(50, 50, 50, 50)[:3], shown)))


def test_the_vessel_is_that_of_the_assessment_scan():
    found = with_vessels(True, TRUNK)
    assert found.strategy.branches == ("F1-3b",)
    assert found.other_therapy.portal == ("CCI-C5.s4",)
    assert with_vessels(False, TRUNK).other_therapy.portal == ()
    assert with_vessels(True, HEPATIC).other_therapy.portal == ()


@pytest.mark.statement("CCI-F1.fb")
def test_deb_tace_in_any_part_of_a_counted_session_was_given():
    part = tace(after(THIRD, 7), kind="deb-tace")
    assert judge(chart((*SESSIONS, part))).other_therapy.deb_given
    assert not judge(chart()).other_therapy.deb_given
    assert not judge(chart((*SESSIONS, part)), count_deb=False).other_therapy.deb_given


def test_haic_with_tace_conflicts_only_once_refractory():
    assert judge(chart()).other_therapy.conflicting == ("EV-Hien2024",)
    assert judge(chart(imaging=scans(50, 50, 50, 50))).other_therapy.conflicting == ()


STRENGTH = {
    "F1-1a": "may",
    "F1-1b": "",
    "F1-2": "",
    "F1-3a": "may",
    "F1-3b": "should",
    "F1-4": "should",
    "F1-R": "must",
}


def test_the_strength_of_every_branch_is_the_printed_one():
    assert {branch: strength_of(branch) for branch in cells().values()} == STRENGTH


# --- planned drugs


CISPLATIN, FLUOROURACIL, OTHER = Drug.CISPLATIN, Drug.FLUOROURACIL, Drug.OTHER


def planned(*drugs, unrecognised=False):
    references = ("MedicationRequest/m",)
    return PlannedInfusion(frozenset(drugs), unrecognised, day("2023-05-20"), references)


R3 = {
    "cisplatin-alone": ((CISPLATIN,), ["cisplatin"]),
    "fluorouracil-alone": ((FLUOROURACIL,), ["fluorouracil"]),
    "folfox": ((FLUOROURACIL, OTHER), []),
    "cisplatin-and-fluorouracil": ((CISPLATIN, FLUOROURACIL), []),
    "another-drug-alone": ((OTHER,), []),
    "no-antineoplastic": ((), []),
}


@pytest.mark.statement("HAIC-R3")
@pytest.mark.parametrize(("drugs", "warned"), R3.values(), ids=R3)
def test_r3(drugs, warned):
    assert [regimen.drug for regimen in single_agent([planned(*drugs)])] == warned


def test_r3_beside_a_drug_that_is_not_known_is_not_certain():
    (found,) = single_agent([planned(CISPLATIN, unrecognised=True)])
    assert not found.certain
    assert single_agent([planned(OTHER, unrecognised=True)]) == ()


@pytest.mark.parametrize("imaging", [scans(50, 55, 60, 65), scans(50, 50, 50, 50), ()])
def test_r3_warns_whatever_the_verdict_and_changes_none(imaging):
    plain = judge(chart(imaging=imaging))
    found = judge(chart(imaging=imaging, planned_infusions=(planned(CISPLATIN),)))
    assert [regimen.drug for regimen in found.discouraged] == ["cisplatin"]
    assert (found.definitions, found.therapy, found.missing, found.flags) == (
        plain.definitions,
        plain.therapy,
        plain.missing,
        plain.flags,
    )
