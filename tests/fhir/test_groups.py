"""What a measurement has from the groups that it is a member of, and what codes it may carry."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from tests.support.courses import together
from tests.support.fhir_writer import DICOM, LOINC, OBSERVATION, Resource, concept
from tests.support.three_sessions import (
    DAYS,
    LATER,
    STABLE,
    cci,
    diameter,
    judged,
    notes,
    observed,
    scans,
    study,
)

MET, NOT_MET = ("met", "PD"), ("not-met", "SD")
UID, LABEL = concept(DICOM, "112040"), concept(DICOM, "112039")
VIABLE, SIZE = concept(OBSERVATION, "viable-diameter"), concept(LOINC, "33728-7")


def _group(id: str, day: str | None, *members: str, **more: Any) -> Resource:
    named = [{"reference": f"Observation/{member}"} for member in members]
    return observed(id, concept(DICOM, "125007"), day, hasMember=named, **more)


def _on(number: int) -> list[Resource]:
    return [{"reference": f"ImagingStudy/s{number}"}]


def _tracked(number: int, **more: Any) -> dict[str, Any]:
    components = [{"code": UID, "valueString": "1.2.9"}, {"code": LABEL, "valueString": "T 1"}]
    return {"component": components, "partOf": _on(number), **more}


def _measured(*of_each: Any) -> list[Resource]:
    """A size on each scan that says nothing but itself; ``of_each``: its groups, by number."""
    found = []
    for number, (day, size) in enumerate(zip(DAYS, (50, 55, 65), strict=True)):
        found += [study(f"s{number}", day), diameter(f"m{number}", None, size, None)]
        found += [make(number, day) for make in of_each]
    return found


def _of_lesion(number: int, day: str) -> Resource:
    return _group(f"g{number}", day, f"m{number}", **_tracked(number))


def _list(number: int, day: str) -> Resource:
    return _group(f"a{number}", day, f"g{number}", f"m{number}", derivedFrom=_on(number))


def _of_another_lesion(number: int, day: str) -> Resource:
    other = [{"code": UID, "valueString": "1.2.7"}]
    return _group(f"h{number}", day, f"m{number}", component=other, partOf=_on(number))


def test_tracking_id_as_a_component_of_the_group() -> None:
    shown = judged(_measured(_of_lesion))
    assert cci(shown) == MET
    assert [one["label"] for one in shown["response"]["lesions"]] == ["T1"]


@pytest.mark.parametrize("groups", list(permutations((_of_lesion, _list))))
def test_member_of_a_lesions_group_and_of_a_list(groups: Any) -> None:
    assert cci(judged(_measured(*groups))) == MET


def test_member_of_the_groups_of_two_lesions_is_of_neither() -> None:
    shown = judged(_measured(_of_lesion, _of_another_lesion))
    assert shown["response"]["category"] == "NE"
    assert ("value-not-usable", "Observation/m0") in notes(shown)


@pytest.mark.parametrize("codes", list(permutations((VIABLE, SIZE))), ids=str)
def test_codes_of_a_size_in_any_order(codes: tuple[Resource, ...]) -> None:
    done = [study("s9", LATER), diameter("later", LATER, 80, on="s9", code=together(*codes))]
    assert cci(judged(scans(STABLE), done)) == MET


@pytest.mark.parametrize("codes", list(permutations((VIABLE, SIZE))), ids=str)
def test_codes_of_a_component_in_any_order(codes: tuple[Resource, ...]) -> None:
    later = diameter("later", LATER, 80, on="s9", code=concept(LOINC, "21889-1"))
    later["component"] = [{"code": together(*codes), "valueQuantity": later.pop("valueQuantity")}]
    shown = judged(scans(STABLE), study("s9", LATER), later)
    assert cci(shown) == MET
    count = observed("n", concept(OBSERVATION, "lesion-count"), "2023-01-02", valueInteger=1)
    before = [study("s9", "2023-01-02"), {**later, "effectiveDateTime": "2023-01-02"}, count]
    assert judged(scans(STABLE), before)["scores"]["six-and-twelve"] is None


@pytest.mark.parametrize(
    ("text", "expected", "noted"),
    [("Viable tumor size, arterial phase", MET, True), ("Tumor size", NOT_MET, False)],
)
def test_tumour_size_with_a_value_of_its_own(
    text: str, expected: tuple[str, str], noted: bool
) -> None:
    code = {**concept(LOINC, "21889-1"), "text": text}
    shown = judged(
        scans(STABLE), study("s9", LATER), diameter("later", LATER, 80, on="s9", code=code)
    )
    assert cci(shown) == expected
    assert (("text-matched", "Observation/later") in notes(shown)) is noted
