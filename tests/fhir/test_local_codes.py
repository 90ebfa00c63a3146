"""A site's own ValueSets and ConceptMaps: what they add, and what stops the start."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cdshooks.errors import ConfigurationError
from cdshooks.fhir.charting import chart_of
from cdshooks.fhir.codes import Terminology, site_terminology
from cdshooks.fhir.record import Record
from cdshooks.fhir.views import Coding
from cdshooks.settings import load_settings
from tests.support.fhir_writer import BASE, OBSERVATION, PROCEDURE, concept, quantity

JSON = dict[str, Any]
LOCAL = "https://hospital.example.org/procedures"


def value_set(name: str = "procedure.tace", **include: Any) -> JSON:
    one = {"system": LOCAL, "concept": [{"code": "T1"}], **include}
    return {
        "resourceType": "ValueSet",
        "url": f"{BASE}/ValueSet/{name}",
        "compose": {"include": [one]},
    }


def concept_map(code: str = "T2", target: str = "deb-tace", **members: Any) -> JSON:
    meaning = {"code": target, "equivalence": "equivalent", **members}
    element = {"code": code, "target": [meaning]}
    return {
        "resourceType": "ConceptMap",
        "group": [{"source": LOCAL, "target": PROCEDURE, "element": [element]}],
    }


def with_filter_alone() -> JSON:
    one = {"system": LOCAL, "filter": [{"property": "concept", "op": "is-a", "value": "1"}]}
    return {**value_set(), "compose": {"include": [one]}}


def without_target() -> JSON:
    found = concept_map()
    del found["group"][0]["element"][0]["target"]
    return found


def of(folder: Path, *contents: Any) -> Terminology:
    for number, content in enumerate(contents):
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / f"{number}.json").write_text(text, encoding="utf-8")
    return Terminology([folder])


def role(terminology: Terminology, code: str) -> str | None:
    return terminology.role("procedure", Coding(system=LOCAL, code=code))


def test_a_value_set_adds_to_ours(tmp_path: Path) -> None:
    terminology = of(tmp_path, value_set())
    assert role(terminology, "T1") == "tace"
    assert role(terminology, "T2") is None
    assert terminology.coding("procedure", "tace").system == PROCEDURE, "ours is written"


def test_a_concept_map_names_the_code_of_ours(tmp_path: Path) -> None:
    assert role(of(tmp_path, concept_map()), "T2") == "deb-tace"


@pytest.mark.parametrize(
    ("name", "modality", "contrast"),
    [("imaging.enhanced-mr", "MR", True), ("imaging.plain-ct", "CT", False)],
)
def test_a_site_says_what_a_local_code_of_imaging_means(
    tmp_path: Path, name: str, modality: str, contrast: bool
) -> None:
    study = {
        "resourceType": "ImagingStudy",
        "id": "s",
        "status": "available",
        "subject": {"reference": "Patient/p-1"},
        "started": "2023-01-05",
        "procedureCode": [concept(LOCAL, "T1")],
    }
    patient = {"resourceType": "Patient", "id": "p-1"}
    record = Record("p-1", [msgspec.Raw(json.dumps(one).encode()) for one in (patient, study)])
    (found,) = chart_of(record, terminology=of(tmp_path, value_set(name))).scans
    assert (str(found.modality), found.contrast) == (modality, contrast)
    (unknown,) = chart_of(record).scans
    assert (unknown.modality, unknown.contrast) == (None, None)


OWN_URL = "https://pacs.example.org/fhir/tumor-key"


@pytest.mark.parametrize(
    ("url", "known", "labels"),
    [
        (OWN_URL, [OWN_URL], {"A7"}),
        (OWN_URL, [], {"Observation/o"}),
        (OWN_URL + "/2", [OWN_URL], {"Observation/o"}),
        ("https://pacs.example.org/fhir/lesion-id", [OWN_URL], {"A7"}),
    ],
)
@pytest.mark.parametrize("value", [{"valueString": "A7"}, {"valueIdentifier": {"value": "A7"}}])
def test_a_site_names_the_extensions_that_hold_a_lesions_id(
    tmp_path: Path, url: str, known: list[str], labels: set[str], value: JSON
) -> None:
    file = tmp_path / "site.toml"
    file.write_text(f"[terminology]\nlesion_identifiers = {json.dumps(known)}\n", encoding="utf-8")
    measured = {
        "resourceType": "Observation",
        "id": "o",
        "status": "final",
        "code": concept(OBSERVATION, "viable-diameter"),
        "subject": {"reference": "Patient/p-1"},
        "effectiveDateTime": "2023-01-05",
        "valueQuantity": quantity(Decimal(20), "mm", "mm"),
        "extension": [{"url": url, **value}],
    }
    patient = {"resourceType": "Patient", "id": "p-1"}
    record = Record("p-1", [msgspec.Raw(json.dumps(one).encode()) for one in (patient, measured)])
    terminology = site_terminology(load_settings(file, {}))
    chart = chart_of(record, terminology=terminology)
    assert {lesion.label for lesion in chart.lesions.values()} == labels
    unnamed = any(note.detail == "no-lesion" for note in chart.notes)
    assert unnamed is (labels == {"Observation/o"})


def test_a_file_with_a_byte_order_mark(tmp_path: Path) -> None:
    assert role(of(tmp_path, "\ufeff" + json.dumps(value_set())), "T1") == "tace"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (
            '{"resourceType": "ValueSet",\n "url": }',
            "0.json: line 2, column 9: is not readable JSON",
        ),
        ("[]", "0.json: resourceType: must be ValueSet or ConceptMap"),
        ({"resourceType": "CodeSystem"}, "0.json: resourceType: must be ValueSet or ConceptMap"),
        (value_set("procedure.unknown"), "0.json: url: is not a ValueSet of this service"),
        (value_set("tace-procedure-vs"), "0.json: url: is not a ValueSet of this service"),
        (value_set(system=""), "0.json: compose.include[0].system: is not a usable str"),
        (value_set(concept=[{}]), "0.json: compose.include[0].concept[0].code: is missing"),
        (
            {**value_set(), "compose": {"include": [{"system": LOCAL}]}},
            "0.json: compose.include[0].concept: is missing (list the codes)",
        ),
        (
            value_set(system=PROCEDURE, concept=[{"code": "haic"}]),
            "0.json: compose.include[0].concept[0]: the code is already 'procedure.haic'",
        ),
        (concept_map(target="surgery"), "0.json: group[0].element[0].target[0]: target is not"),
        (concept_map(code=""), "0.json: group[0].element[0].code: is not a usable str"),
        (
            value_set(filter=[{"property": "concept", "op": "is-a", "value": "1"}]),
            "0.json: compose.include[0].filter: is not supported (list the codes)",
        ),
        (
            {**value_set(), "compose": {"include": [{"valueSet": [f"{BASE}/ValueSet/x"]}]}},
            "0.json: compose.include[0].valueSet: is not supported (list the codes)",
        ),
        (
            value_set(valueSet=["https://hospital.example.org/ValueSet/x"]),
            "0.json: compose.include[0].valueSet: is not supported (list the codes)",
        ),
        (
            with_filter_alone(),
            "0.json: compose.include[0].filter: is not supported (list the codes)",
        ),
        (
            value_set(concept=[{"code": "T1"}, {"code": " T2"}]),
            "0.json: compose.include[0].concept[1].code: has spaces that no code has",
        ),
        (
            value_set(system=f"{LOCAL} "),
            "0.json: compose.include[0].system: has spaces that no code has",
        ),
        ({**value_set(), "status": "retired"}, "0.json: status: is retired (take the file out"),
        ({**concept_map(), "status": "retired"}, "0.json: status: is retired (take the file out"),
        ({**value_set(), "status": "aktiv"}, "0.json: status: must be one of draft, active"),
        (
            concept_map(equivalence="narrower"),
            "0.json: group[0].element[0].target[0].equivalence: must be one of equal, equivalent, "
            "wider, subsumes, unmatched, disjoint",
        ),
        (
            concept_map(equivalence="same"),
            "0.json: group[0].element[0].target[0].equivalence: must be one of equal",
        ),
        (
            concept_map(equivalence=None),
            "0.json: group[0].element[0].target[0].equivalence: is not a usable str",
        ),
        (
            concept_map(dependsOn=[{"property": "site", "value": "liver"}]),
            "0.json: group[0].element[0].target[0].dependsOn: is not supported",
        ),
        (without_target(), "0.json: group[0].element[0].target: is missing"),
        (
            {**concept_map(), "group": [{**concept_map()["group"][0], "unmapped": {"mode": "x"}}]},
            "0.json: group[0].unmapped: is not supported",
        ),
        (
            json.dumps(value_set())[:-1] + ', "compose": {"include": []}}',
            "0.json: compose: stands twice in one object",
        ),
        ('{"resourceType": "ValueSet", "url": "x", "compose": ' + "[" * 100_000, "0.json: "),
    ],
)
def test_a_wrong_file_stops_the_start(tmp_path: Path, content: Any, complaint: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        of(tmp_path, content)
    assert complaint in str(raised.value)
    assert str(raised.value).startswith(str(tmp_path))


def test_an_element_that_maps_to_nothing_is_read(tmp_path: Path) -> None:
    both = concept_map()
    for equivalence in ("unmatched", "disjoint"):
        other = {"code": equivalence, "target": [{"equivalence": equivalence}]}
        both["group"][0]["element"].append(other)
    terminology = of(tmp_path, both)
    assert role(terminology, "T2") == "deb-tace"
    assert role(terminology, "unmatched") is None


@pytest.mark.parametrize("status", ["draft", "active", "unknown", None])
def test_a_file_in_use(tmp_path: Path, status: str | None) -> None:
    content = {**value_set(), "status": status} if status else value_set()
    assert role(of(tmp_path, content), "T1") == "tace"


@pytest.mark.parametrize("name", ["a.JSON", "a.Json", "deep/er/a.json"])
def test_a_file_in_another_spelling_or_a_folder_below_is_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value_set()), encoding="utf-8")
    assert role(Terminology([tmp_path]), "T1") == "tace"
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="resourceType") as raised:
        Terminology([tmp_path])
    assert str(raised.value).startswith(str(path))


def test_what_is_no_json_or_hidden_is_passed_over(tmp_path: Path) -> None:
    for name in ("README.txt", "codes.json.bak", ".old.json", ".git/a.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("nothing", encoding="utf-8")
    assert role(Terminology([tmp_path]), "T1") is None


def test_a_folder_may_be_hidden_itself(tmp_path: Path) -> None:
    folder = tmp_path / ".codes"
    folder.mkdir()
    assert role(of(folder, value_set()), "T1") == "tace"


def test_a_file_that_is_not_utf_8_is_named_with_its_line(tmp_path: Path) -> None:
    content = json.dumps(value_set(), indent=1).replace("T1", "化疗", 1)
    (tmp_path / "a.json").write_bytes(content.encode("gb18030"))
    with pytest.raises(ConfigurationError, match=r"a\.json: line \d+: is not UTF-8") as raised:
        Terminology([tmp_path])
    line = int(str(raised.value).partition("line ")[2].partition(":")[0])
    assert "化疗" in content.splitlines()[line - 1]


def test_a_file_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "a.json").symlink_to(tmp_path / "nowhere.json")
    with pytest.raises(ConfigurationError, match=r"a\.json: cannot be read"):
        Terminology([tmp_path])
