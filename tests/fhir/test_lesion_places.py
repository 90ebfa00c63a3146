"""What is not in the liver is no target, nor is a tumour thrombus; a place is no lesion's name."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.fhir_writer import DICOM, EXTENSION, SNOMED, Resource, concept
from tests.support.three_sessions import (
    DAYS,
    cci,
    diameter,
    judged,
    lesion,
    notes,
    study,
)

MET, NOT_MET = ("met", "PD"), ("not-met", "SD")
UNMEASURED = ("indeterminate", "target-measurement")
SEGMENT_8 = concept(SNOMED, "277962002")
LUNG, NODE, PORTAL = (concept(SNOMED, code) for code in ("39607008", "59441001", "32764006"))
NO_TARGET = ("value-not-usable", "Observation/x0")


def _two(
    first: tuple[float, ...], second: tuple[float, ...], of: str | None = "x", **more: Any
) -> list[Resource]:
    """L1 in segment 8 and a second lesion, on all scans; ``more``: of the second's sizes."""
    found = [lesion("l1", "L1", location=SEGMENT_8)]
    for number, (day, a, b) in enumerate(zip(DAYS, first, second, strict=True)):
        found.append(study(f"s{number}", day))
        found.append(diameter(f"d{number}", day, a, on=f"s{number}"))
        found.append(diameter(f"x{number}", day, b, of, on=f"s{number}", **more))
    return found


STEADY, DOUBLED = (50, 50, 50), (30, 40, 60)
"""Together 80 to 110 mm; in the liver alone 50 to 50 mm."""

ELSEWHERE = [
    {"location": LUNG},
    {"location": NODE},
    {"location": PORTAL},
    {"location": {"text": "右肺下叶转移灶"}},
    {"location": {"text": "右肺S8"}},
    {"location": {"text": "肝门淋巴结"}},
    {"location": {"text": "左肾上腺"}},
    {"location": {"text": "Left adrenal gland"}},
    {"location": {"text": "Hepatic hilar lymph node"}},
    {"location": {"text": "门静脉右支"}},
    {"location": {"text": "Main portal vein"}},
    {"location": {"text": "门静脉及下腔静脉癌栓"}},
    {"location": {**SEGMENT_8, "text": "S8 门静脉癌栓"}},
    {"description": "portal vein tumour thrombus"},
    {"description": "第10胸椎"},
    {"morphology": {"text": "癌栓"}},
    *(
        {"description": words}
        for words in (
            "portal vein thrombus",
            "Thrombosis of the main portal vein",
            "IVC thrombus",
            "门静脉血栓",
            "门静脉右支内栓子",
            "PVT",
            "sternum",
            "portocaval node",
            "腹腔种植",
            "膈肌结节",
            "needle tract seeding",
            "outside the liver, near segment 6",
            "肝外结节",
            "Lymph node near segment 4",
            "肝右叶旁淋巴结",
            "Right adrenal mass abutting the liver",
            "右肾上腺结节，邻近肝右叶",
            "S6 of the right lung",
            "S1 vertebra",
            "partially necrotic lung mass",
        )
    ),
    {"location": {"text": "Right lung"}, "description": "S6 nodule"},
]
IN_THE_LIVER = [
    {},
    {"location": {"text": "肝S8近膈顶（肺底）"}},
    {"location": {"text": "右叶后段，邻近右肾上腺"}},
    {"location": {"text": "肝右叶，无癌栓"}},
    {"location": {"text": "segment 6 of the liver, adjacent to the adrenal"}},
    {"location": {"text": "右叶近门静脉"}},
    {"location": {"text": "caudate lobe"}},
    {"location": {"coding": [*SEGMENT_8["coding"], *LUNG["coding"]]}},
    {"description": "unclear"},
    {"description": "HCC, no extrahepatic spread"},
    {"description": "病灶最大者，未见肺转移"},
    {"description": "S6 lesion with lung metastases"},
    {"description": "肝右叶巨块，伴门静脉癌栓"},
    {"description": "S8 HCC with PVTT"},
    {"location": {"text": "S8肿块，侵犯门静脉并癌栓形成"}},
    *(
        {"description": words}
        for words in (
            "S2 lesion exophytic toward spleen",
            "肝S3病灶,部分突出肝外",
            "S3病灶，向肝外生长",
            "S3 lesion bulging outside the liver",
            "Segment 3, partly extrahepatic",
            "S6 lesion, abuts right adrenal",
            "S6 lesion touching the right adrenal gland",
            "S7 lesion under 10th rib",
            "S7 lesion close to peritoneum",
            "S7 lesion near the right lung base",
            "segment VI, spleen",
            "肝右叶近肝门淋巴结处病灶",
            "6段病灶，膈肌受压",
            "病灶突出肝外",
            "S8 nodule adjacent to the portal vein thrombus",
            "S8结节，紧邻门静脉血栓",
            "肝S8膈顶",
            "碘125粒子种植后病灶",
            "腹腔镜消融后病灶",
            "lesion after seed implant",
            "liver, near the portocaval node",
            "S8 HCC with PVT",
            "肝右叶，无门静脉血栓",
            "S8病灶，门静脉未见血栓",
            "S7 lesion, portal vein without thrombus",
            "patent portal vein, no thrombus, S6",
        )
    ),
    {"location": {"text": "S2"}, "description": "spleen side"},
]


@pytest.mark.parametrize("where", ELSEWHERE, ids=str)
def test_lesion_outside_the_liver_or_in_a_vessel_is_not_summed(where: Resource) -> None:
    shown = judged(_two(STEADY, DOUBLED), lesion("x", "X", **where))
    assert cci(shown) == NOT_MET
    assert shown["response"]["currentSum"] == 50.0
    assert {NO_TARGET, ("value-not-usable", "BodyStructure/x")} <= notes(shown)


@pytest.mark.parametrize("where", IN_THE_LIVER, ids=str)
def test_lesion_in_the_liver_or_nobody_says_where_is_summed(where: Resource) -> None:
    shown = judged(_two(STEADY, DOUBLED), lesion("x", "X", **where))
    assert cci(shown) == MET
    assert NO_TARGET not in notes(shown)


def test_a_shrinking_metastasis_rescues_nothing_even_where_a_reader_calls_it_a_target() -> None:
    marked = [{"url": f"{EXTENSION}/lesion-role", "valueCode": "target"}]
    grown = _two((50, 50, 65), (30, 20, 10))
    assert cci(judged(grown, lesion("x", "X", location=LUNG))) == MET
    assert cci(judged(grown, lesion("x", "X", location=LUNG, extension=marked))) == MET


SITES = [{**LUNG, "text": "右肺下叶"}, LUNG, {"text": "右肺S8"}, {"text": "右肺 L1"}]


@pytest.mark.parametrize("site", SITES, ids=str)
@pytest.mark.parametrize("of", [None, "x"])
def test_site_of_a_measurement_of_which_no_record_says_more(site: Resource, of: str | None) -> None:
    shown = judged(_two(STEADY, DOUBLED, of, bodySite=site), lesion("x", "X"))
    assert cci(shown) == NOT_MET
    assert NO_TARGET in notes(shown)


def test_record_of_a_lesion_goes_before_the_site_of_its_measurement() -> None:
    there = lesion("x", "X", location=concept(SNOMED, "277959000"))
    assert cci(judged(_two(STEADY, DOUBLED, bodySite=LUNG), there)) == MET


@pytest.mark.parametrize(
    ("label", "words", "expected"),
    [
        ("2", "Segment 2", UNMEASURED),
        ("8", "肝 8 段", UNMEASURED),
        ("8", "肝S8", UNMEASURED),
        ("2", "2", MET),
        ("2", "lesion 2", MET),
        ("2", "S5 2", MET),
        ("2", "liver, 2 foci of 3", UNMEASURED),
    ],
)
def test_number_of_a_segment_is_no_label(label: str, words: str, expected: tuple[str, str]) -> None:
    found = [lesion("l1", "1"), lesion("x", label)]
    for number, (day, a, b) in enumerate(zip(DAYS, STEADY, DOUBLED, strict=True)):
        found += [study(f"s{number}", day), diameter(f"d{number}", day, a, on=f"s{number}")]
        last = number == 2
        more = {"bodySite": {"text": words}} if last else {}
        found.append(diameter(f"x{number}", day, b, None if last else "x", f"s{number}", **more))
    assert cci(judged(found)) == expected


@pytest.mark.parametrize(
    ("note", "expected"),
    [("T1增强动脉期测量", MET), ("T1 weighted", MET), ("动脉期T1测量", MET), ("T1", UNMEASURED)],
)
def test_weighting_of_a_sequence_is_no_label(note: str, expected: tuple[str, str]) -> None:
    """Two scans say it in a note, the last one says nothing."""
    found = []
    for number, (day, size) in enumerate(zip(DAYS, (50, 55, 65), strict=True)):
        more = {"note": [{"text": note}]} if number < 2 else {}
        site = {"text": "S8"}
        found.append(study(f"s{number}", day))
        found.append(diameter(f"d{number}", day, size, None, f"s{number}", bodySite=site, **more))
    assert cci(judged(found)) == expected


def _tracked(uid: str) -> list[Resource]:
    return [{"type": concept(DICOM, "112040"), "value": uid}]


@pytest.mark.parametrize(
    ("copies", "expected", "noted"),
    [
        ((20, 25, 30), UNMEASURED, True),
        ((21, 24, 31), UNMEASURED, True),
        ((20, 25, 34), MET, False),
    ],
)
def test_tracked_lesion_with_the_sizes_of_a_recorded_one_is_not_added(
    copies: tuple[float, ...], expected: tuple[str, str], noted: bool
) -> None:
    """60 to 66 mm in the two recorded lesions; with the third 80 to 96 mm, or 100 mm."""
    found = [lesion("l1", "L1"), lesion("l2", "L2")]
    sizes = zip(DAYS, (20, 25, 30), (40, 40, 36), copies, strict=True)
    for number, (day, a, b, c) in enumerate(sizes):
        on = f"s{number}"
        found += [study(on, day), diameter(f"a{number}", day, a, on=on)]
        found.append(diameter(f"b{number}", day, b, "l2", on))
        found.append(diameter(f"c{number}", day, c, None, on, identifier=_tracked("1.2.9")))
    shown = judged(found)
    assert cci(shown) == expected
    assert (("value-not-usable", "Observation/c0") in notes(shown)) is noted


@pytest.mark.parametrize("ids", [("la", "lb"), ("lb", "la")])
def test_records_of_one_lesion_that_disagree_on_its_role_whatever_their_ids(
    ids: tuple[str, str],
) -> None:
    records = [
        lesion(
            one,
            identifier=[*_tracked("1.2.3"), {"value": "L1"}],
            extension=[{"url": f"{EXTENSION}/lesion-role", "valueCode": role}],
        )
        for one, role in zip(ids, ("target", "non-target"), strict=True)
    ]
    sizes = [
        part
        for number, (day, size) in enumerate(zip(DAYS, (50, 55, 65), strict=True))
        for part in (
            study(f"s{number}", day),
            diameter(f"d{number}", day, size, ids[0], f"s{number}"),
        )
    ]
    shown = judged(records, sizes)
    assert cci(shown) == MET
    assert ("conflict", "BodyStructure/la") in notes(shown)
