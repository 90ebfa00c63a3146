"""What a lesion is called: as the hospital calls it, and never by a label made up like its own."""

from __future__ import annotations

from typing import Any

from tests.support.fhir_writer import DICOM, SNOMED, Resource, concept
from tests.support.three_sessions import DAYS, diameter, judged, lesion, notes, scans, study


def _labels(*records: Resource, of: str | None = "x", **more: Any) -> list[str]:
    """Of L1 and a second lesion: those of the second's records, or how its sizes name it."""
    sizes = [diameter(f"x{n}", day, 30, of, f"s{n}", **more) for n, day in enumerate(DAYS)]
    shown = judged(scans((50, 50, 65)), list(records), sizes)
    found = [one["label"] for one in shown["response"]["lesions"]]
    return [label for label in found if label != "L1"]


def test_own_label() -> None:
    assert _labels(lesion("x", "S8-a")) == ["S8-a"]


def test_without_a_label_its_description_or_place_with_its_record() -> None:
    described = lesion("x", description="segment 6 lesion")
    assert _labels(described) == ["segment 6 lesion (BodyStructure/x)"]
    placed = lesion("x", location=concept(SNOMED, "277960005"))
    assert _labels(placed) == ["S6 (BodyStructure/x)"]
    assert _labels(lesion("x")) == ["BodyStructure/x"]


def test_description_that_may_not_be_shown() -> None:
    for text in ("<b>seg 6</b>", "see www.example.org", "x" * 61):
        assert _labels(lesion("x", description=text)) == ["BodyStructure/x"]


def test_measurement_without_a_record() -> None:
    tracked = [{"type": concept(DICOM, "112040"), "value": "1.2.9"}]
    assert _labels(of=None, identifier=tracked) == ["Observation/x0"]
    assert _labels(of=None, bodySite={"text": "S6"}) == ["S6"]
    assert _labels(of=None, bodySite={"text": "肝右叶"}) == ["肝右叶"]


def test_lesion_listed_with_and_without_a_value_on_one_day() -> None:
    sizes = [diameter(f"y{n}", day, 30, None, f"s{n}") for n, day in enumerate(DAYS)]
    tracked = {"identifier": [{"type": concept(DICOM, "112040"), "value": "1.2.9"}]}
    again = {**sizes[0], "id": "w", "dataAbsentReason": {"text": "?"}}
    del again["valueQuantity"]
    shown = judged(scans((50, 50, 65)), [one | tracked for one in (*sizes, again)])
    assert "Observation/w" in {one["label"] for one in shown["response"]["lesions"]}


def test_two_lesions_of_one_label_are_told_apart() -> None:
    shown = judged(
        scans((50, 50, 65)),
        lesion("x", "l1"),
        [diameter(f"x{n}", day, 30, "x", f"s{n}") for n, day in enumerate(DAYS)],
    )
    assert [one["label"] for one in shown["response"]["lesions"]] == [
        "L1 (BodyStructure/l1)",
        "l1 (BodyStructure/x)",
    ]


def test_lesion_whose_record_is_not_there_is_noted() -> None:
    sizes = [diameter(f"x{n}", day, 30, "gone", f"s{n}") for n, day in enumerate(DAYS)]
    shown = judged([study(f"s{n}", day) for n, day in enumerate(DAYS)], sizes)
    assert [one["label"] for one in shown["response"]["lesions"]] == ["BodyStructure/gone"]
    assert ("inferred", "BodyStructure/gone") in notes(shown)
