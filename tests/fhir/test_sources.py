"""Records from files: what is read, what is noted, and the one line for what cannot be used."""

from __future__ import annotations

import json
import time
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from cdshooks.clinical.chart import ChartNote
from cdshooks.errors import UnusableInput
from cdshooks.fhir.record import Gap, GapKind, Record
from cdshooks.fhir.sources import load_source

JSON = dict[str, Any]


def patient(identity: str = "p-1", **more: Any) -> JSON:
    return {"resourceType": "Patient", "id": identity, **more}


def procedure(identity: str | None, of: str = "p-1", **more: Any) -> JSON:
    named = {"id": identity} if identity else {}
    subject = {"reference": of if ":" in of else f"Patient/{of}"}
    return {"resourceType": "Procedure", **named, "subject": subject, **more}


def bundle(*resources: Any, kind: str | None = "collection", **more: Any) -> JSON:
    entries = [{"resource": resource} for resource in resources]
    return {"resourceType": "Bundle", "entry": entries, **({"type": kind} if kind else {}), **more}


def written(folder: Path, content: Any) -> str:
    file = folder / "source.json"
    file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return str(file)


def loaded(folder: Path, content: Any, who: str | None = None) -> Record:
    return load_source(written(folder, content), who)


def names(record: Record) -> list[str]:
    resources = [json.loads(bytes(raw)) for raw in record.resources]
    return sorted(f"{one['resourceType']}/{one.get('id', '')}" for one in resources)


def one(record: Record, name: str) -> JSON:
    resources: list[JSON] = [json.loads(bytes(raw)) for raw in record.resources]
    [found] = [r for r in resources if f"{r['resourceType']}/{r.get('id')}" == name]
    return found


def complaint(source: str, who: str | None = None) -> str:
    with pytest.raises(UnusableInput) as caught:
        load_source(source, who)
    text = str(caught.value)
    assert "\n" not in text
    for secret in ("p-2", "p-9", "Wang"):
        assert secret not in text.removeprefix(source)
    return text.removeprefix(f"{source}: ")


# Bundles


@pytest.mark.parametrize(
    "kind", [None, "searchset", "transaction", "collection", "batch", "document", "history"]
)
def test_any_type_of_bundle(tmp_path: Path, kind: str | None) -> None:
    record = loaded(tmp_path, bundle(patient(), procedure("t1"), kind=kind))
    assert (record.patient_id, names(record)) == ("p-1", ["Patient/p-1", "Procedure/t1"])
    assert (record.gaps, record.notes, record.bases) == ([], [], None)


def test_one_resource(tmp_path: Path) -> None:
    assert loaded(tmp_path, procedure("t1")).patient_id == "p-1"


def test_a_byte_order_mark_is_no_harm(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbf" + json.dumps(bundle(patient())).encode()
    assert loaded(tmp_path, text).patient_id == "p-1"


def test_bundles_in_bundles(tmp_path: Path) -> None:
    inner = bundle(procedure("t1"), bundle(procedure("t2")), kind="searchset", total=2)
    record = loaded(tmp_path, bundle(patient(), inner))
    assert names(record) == ["Patient/p-1", "Procedure/t1", "Procedure/t2"]
    assert record.gaps == []


def test_bundles_without_end(tmp_path: Path) -> None:
    nested = bundle(patient())
    for _ in range(60):
        nested = bundle(patient(), nested)
    record = loaded(tmp_path, nested)
    assert [note.code for note in record.notes] == ["unreadable-resource"]


@pytest.mark.parametrize(
    ("content", "gaps"),
    [
        (bundle(patient(), link=[{"relation": "next", "url": "x"}]), [GapKind.TRUNCATED]),
        (bundle(patient(), link=[{"relation": "self", "url": "x"}]), []),
        (bundle(patient(), link="next"), []),
        (bundle(patient(), bundle(link=[{"relation": "next", "url": "x"}])), [GapKind.TRUNCATED]),
        (bundle(patient(), kind="searchset", total=2), [GapKind.TRUNCATED]),
        (bundle(patient(), bundle(kind="searchset", total=2)), [GapKind.TRUNCATED]),
        (bundle(patient(), kind="searchset", total=1), []),
        (bundle(patient(), kind="searchset", total="2"), []),
        (bundle(patient(), kind="history", total=9), []),
    ],
)
def test_more_than_the_file_holds(tmp_path: Path, content: JSON, gaps: list[GapKind]) -> None:
    assert loaded(tmp_path, content).gaps == [Gap("bundle", kind) for kind in gaps]


@pytest.mark.parametrize(
    ("severity", "failed"),
    [("information", False), ("warning", False), ("error", True), ("fatal", True), (None, True)],
)
def test_outcomes(tmp_path: Path, severity: str | None, failed: bool) -> None:
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": severity}]}
    record = loaded(tmp_path, bundle(patient(), outcome))
    assert record.gaps == ([Gap("bundle", GapKind.REFUSED)] if failed else [])
    assert record.notes == []


def test_a_search_of_a_batch_that_failed(tmp_path: Path) -> None:
    entries = [{"resource": patient()}, {"response": {"status": "403 Forbidden"}}]
    batch = {"resourceType": "Bundle", "type": "batch-response", "entry": entries}
    assert loaded(tmp_path, batch).gaps == [Gap("bundle", GapKind.REFUSED)]


@pytest.mark.parametrize(
    "entry", [{"resource": {"id": "x"}}, {"resource": "x"}, {"resource": ["x"]}, "x", 7]
)
def test_an_entry_that_is_no_resource(tmp_path: Path, entry: Any) -> None:
    content = bundle(patient(), procedure("t1"))
    content["entry"].insert(1, entry)
    record = loaded(tmp_path, content)
    assert names(record) == ["Patient/p-1", "Procedure/t1"]
    [note] = record.notes
    assert (note.code, note.path[:15]) == ("unreadable-resource", "Bundle.entry[1]")
    assert record.gaps == [Gap("bundle", GapKind.TRUNCATED)]


@pytest.mark.parametrize("entry", [{}, {"resource": None}, {"request": {"method": "DELETE"}}])
def test_an_entry_without_a_resource(tmp_path: Path, entry: JSON) -> None:
    content = bundle(patient())
    content["entry"].append(entry)
    assert loaded(tmp_path, content).notes == []


def test_members_of_a_wrong_type_cost_only_themselves(tmp_path: Path) -> None:
    """The chart says what is wrong with a resource; here it is only handed on."""
    odd = {**procedure("t1"), "meta": "x", "type": {"text": "?"}, "total": {"value": 1}, "link": 1}
    record = loaded(tmp_path, bundle(patient(), odd, total=None, link=[7, {"url": 1}]))
    assert one(record, "Procedure/t1") == odd


def test_numbers_stay_as_written(tmp_path: Path) -> None:
    text = json.dumps(bundle(patient(), procedure("t1", x=0))).replace('"x": 0', '"x": 35.00')
    record = loaded(tmp_path, text.encode())
    assert any(b'"x": 35.00' in bytes(raw) for raw in record.resources)


# Who


def test_the_patient_may_be_named_either_way(tmp_path: Path) -> None:
    content = bundle(patient(), patient("p-2"), procedure("t1"), procedure("t2", of="p-2"))
    for who in ("p-2", "Patient/p-2"):
        record = loaded(tmp_path, content, who)
        assert record.patient_id == "p-2"
        assert len(record.resources) == 4  # the chart counts those of others


def test_without_patient_resource_the_subjects_tell(tmp_path: Path) -> None:
    lesion = {"resourceType": "BodyStructure", "id": "l1", "patient": {"reference": "Patient/p-1"}}
    absolute = procedure("t1", of="https://ehr.example.org/fhir/Patient/p-1")
    assert loaded(tmp_path, bundle(absolute, lesion)).patient_id == "p-1"
    content = bundle(procedure("t1"), procedure("t2", of="p-2"))
    assert complaint(written(tmp_path, content)) == "2 patients; choose one with --patient"
    assert loaded(tmp_path, content, "p-2").patient_id == "p-2"


def test_a_stray_resource_does_not_make_two_patients(tmp_path: Path) -> None:
    record = loaded(tmp_path, bundle(patient(), procedure("t1", of="p-2")))
    assert (record.patient_id, len(record.resources)) == ("p-1", 2)


# References by urn


URN = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"


def test_urns_lead_to_the_resources(tmp_path: Path) -> None:
    entries = [
        {"fullUrl": URN, "resource": patient()},
        {"resource": procedure("t1", of=URN.upper().replace("URN:UUID", "urn:uuid"))},
    ]
    record = loaded(tmp_path, {"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert record.patient_id == "p-1"
    assert one(record, "Procedure/t1")["subject"] == {"reference": "Patient/p-1"}


@pytest.mark.parametrize("identity", [{}, {"id": None}])
def test_a_urn_stands_for_a_missing_id(tmp_path: Path, identity: JSON) -> None:
    person = {"resourceType": "Patient", "identifier": [{"value": URN}], **identity}
    entries = [{"fullUrl": URN, "resource": person}, {"resource": procedure("t1", of=URN)}]
    record = loaded(tmp_path, {"resourceType": "Bundle", "type": "transaction", "entry": entries})
    uuid = URN.rpartition(":")[2]
    assert record.patient_id == uuid
    assert one(record, f"Patient/{uuid}")["identifier"] == [{"value": URN}]  # no reference
    assert one(record, "Procedure/t1")["subject"] == {"reference": f"Patient/{uuid}"}


def test_a_urn_of_nothing_stays(tmp_path: Path) -> None:
    part = procedure("t1", partOf=[{"reference": "urn:uuid:1"}])
    entries = [{"fullUrl": URN, "resource": patient()}, {"resource": part}]
    record = loaded(tmp_path, {"resourceType": "Bundle", "entry": entries})
    assert one(record, "Procedure/t1")["partOf"] == [{"reference": "urn:uuid:1"}]


# Versions


def version(number: Any = None, changed: str | None = None, **more: Any) -> JSON:
    meta = {"versionId": number, "lastUpdated": changed}
    return procedure("t1", meta={k: v for k, v in meta.items() if v is not None}, **more)


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (version("2", status="a"), version("10", status="b"), "b"),
        (version("10", status="a"), version("2", status="b"), "a"),
        (
            version("2", "2025-01-01T00:00:00Z", status="a"),
            version("1", "2025-02-01T00:00:00Z"),
            "a",
        ),
        (
            version(changed="2025-01-01T09:00:00+08:00", status="a"),
            version(changed="2025-01-01T02:00:00Z", status="b"),
            "b",
        ),
        (
            version("x9", "2025-02-01T00:00:00Z", status="a"),
            version("x1", "2025-01-01T00:00:00Z"),
            "a",
        ),
        (version("1", status="a"), version(status="b"), "a"),
        (version(status="a"), version("1", status="b"), "b"),
    ],
)
def test_the_highest_version_is_kept(tmp_path: Path, first: JSON, second: JSON, kept: str) -> None:
    record = loaded(tmp_path, bundle(patient(), first, second))
    assert one(record, "Procedure/t1")["status"] == kept
    assert record.notes == [ChartNote("duplicate", ("Procedure/t1",))]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (version(status="a"), version(status="b")),
        (version("9" * 5000, status="a"), version(status="b")),
        (version("3", status="a"), version("3", status="b")),
        (version("x", status="a"), version("y", status="b")),
        (version("2", status="a"), version(changed="2025-02-01T00:00:00Z", status="b")),
        (
            version(changed="2025-02-01T00:00:00Z", status="a"),
            version(changed="2025-02-01T08:00:00+08:00", status="b"),
        ),
    ],
)
def test_two_versions_of_which_none_is_newer(tmp_path: Path, first: JSON, second: JSON) -> None:
    for one_way in ([first, second], [second, first], [first, second, first]):
        record = loaded(tmp_path, bundle(patient(), *one_way))
        assert record.contested == {"Procedure/t1"}
        assert names(record) == ["Patient/p-1", "Procedure/t1", "Procedure/t1"]
        assert record.notes == [ChartNote("conflict", ("Procedure/t1",), "versions")]


def test_a_newer_version_settles_it(tmp_path: Path) -> None:
    versions = [version("1", status="a"), version("1", status="b"), version("2", status="c")]
    for order in permutations(versions):
        record = loaded(tmp_path, bundle(patient(), *order))
        assert record.contested == frozenset()
        assert one(record, "Procedure/t1")["status"] == "c"


def test_versions_of_which_each_is_older_than_another(tmp_path: Path) -> None:
    """By number, by time and by time: nothing is lost, and nothing is believed."""
    versions = [
        version("2", "2025-01-01T00:00:00Z", status="a"),
        version("1", "2025-01-03T00:00:00Z", status="b"),
        version(changed="2025-01-02T00:00:00Z", status="c"),
    ]
    for order in permutations(versions):
        record = loaded(tmp_path, bundle(patient(), *order))
        assert record.contested == {"Procedure/t1"}
        assert names(record).count("Procedure/t1") == 3


def test_a_current_content_beside_an_older_one_of_a_history(tmp_path: Path) -> None:
    """Only what is current now can differ: a history explains what it replaced."""
    history = {"resourceType": "Bundle", "type": "history"}
    history["entry"] = [{"resource": version("1", status="a")}, {"resource": version("2")}]
    for order in permutations([patient(), history, version("2")]):
        assert loaded(tmp_path, bundle(*order)).notes == []
    found = loaded(tmp_path, bundle(patient(), history, version("2", status="b")))
    assert found.notes == [ChartNote("conflict", ("Procedure/t1",), "versions")]


def test_thousands_of_contents_under_one_name_take_no_longer_than_under_many(
    tmp_path: Path,
) -> None:
    """They are not compared one with every other."""
    contents = [version("1", status=str(number)) for number in range(3_000)]
    started = time.perf_counter()
    record = loaded(tmp_path, bundle(patient(), *contents))
    assert time.perf_counter() - started < 2
    assert record.contested == {"Procedure/t1"}
    assert record.notes == [ChartNote("conflict", ("Procedure/t1",), "versions")]


@pytest.mark.parametrize("number", ["35", "35.0", "3.5e1"])
def test_one_number_in_two_spellings_is_no_difference(tmp_path: Path, number: str) -> None:
    twice = [version("1", sum=35), version("2", sum=36)]
    text = json.dumps(bundle(patient(), *twice)).replace("36", number)
    (tmp_path / "b.json").write_text(text, encoding="utf-8")
    assert load_source(str(tmp_path / "b.json")).notes == []


def test_a_name_that_is_not_printed_leaves_a_note_without_it(tmp_path: Path) -> None:
    versions = [procedure("a/<b>", status=status) for status in ("completed", "unknown")]
    record = loaded(tmp_path, bundle(patient(), *versions))
    assert record.notes == [ChartNote("conflict", (), "versions")]


def test_the_same_twice_is_no_news(tmp_path: Path) -> None:
    resources = [version("1", status="a"), version("2", status="a"), version("1", status="a")]
    record = loaded(tmp_path, bundle(patient(), *resources, procedure(None), procedure(None)))
    assert names(record) == ["Patient/p-1", "Procedure/", "Procedure/t1"]
    assert record.notes == []


def test_a_history(tmp_path: Path) -> None:
    entries: list[JSON] = [
        {
            "request": {"method": "DELETE", "url": "Procedure/t2"},
            "response": {"status": "204", "etag": 'W/"2"'},
        },
        {"resource": version("2", status="entered-in-error")},
        {"resource": version("1", status="completed")},
        {"resource": procedure("t2", meta={"versionId": "1"})},
        {"resource": patient()},
        {
            "request": {"method": "DELETE", "url": "Procedure/t3"},
            "response": {"status": "204", "etag": 'W/"2"'},
        },
        {"resource": procedure("t3", meta={"versionId": "3"})},
    ]
    record = loaded(tmp_path, {"resourceType": "Bundle", "type": "history", "entry": entries})
    assert names(record) == ["Patient/p-1", "Procedure/t1", "Procedure/t3"]
    assert one(record, "Procedure/t1")["status"] == "entered-in-error"
    assert record.notes == []


# NDJSON


def folder_of(folder: Path, **files: list[Any]) -> str:
    for name, lines in files.items():
        text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
        (folder / f"{name.replace('_', '.')}.ndjson").write_text(text + "\n", encoding="utf-8")
    return str(folder)


def test_a_folder_of_one_patient(tmp_path: Path) -> None:
    """Bulk export numbers its files; a line of somebody else is a mix-up that stays visible."""
    source = folder_of(
        tmp_path,
        _1_Procedure=[procedure("t1"), "", procedure("t9", of="p-9")],
        _2_Procedure=[procedure("t2")],
        Patient=[patient()],
        OperationOutcome=[
            {"resourceType": "OperationOutcome", "issue": [{"severity": "information"}]}
        ],
    )
    (tmp_path / "manifest.json").write_text("{", encoding="utf-8")
    record = load_source(source)
    assert names(record) == ["Patient/p-1", "Procedure/t1", "Procedure/t2", "Procedure/t9"]
    assert (record.gaps, record.notes) == ([], [])


def test_one_patient_of_a_cohort(tmp_path: Path) -> None:
    drug = {"resourceType": "Medication", "id": "m1"}
    source = folder_of(
        tmp_path,
        Patient=[patient(), patient("p-2"), patient("p-3")],
        Procedure=[procedure("t1"), procedure("t2", of="p-2"), procedure("t9", of="p-9")],
        Medication=[drug],
    )
    assert complaint(source) == "3 patients; choose one with --patient"
    assert complaint(source, "p-4") == "the patient given with --patient is not in it"
    record = load_source(source, "Patient/p-2")
    assert names(record) == ["Medication/m1", "Patient/p-2", "Procedure/t2"]


def test_a_line_that_cannot_be_read(tmp_path: Path) -> None:
    cut = json.dumps(procedure("t2"))[:-9]
    source = folder_of(tmp_path, Patient=[patient()], Procedure=[procedure("t1"), cut, '{"a": 1}'])
    record = load_source(source)
    assert names(record) == ["Patient/p-1", "Procedure/t1"]
    assert record.notes == [
        ChartNote("unreadable-resource", path=f"Procedure.ndjson:{line}") for line in (2, 3)
    ]
    assert record.gaps == [Gap("bundle", GapKind.TRUNCATED)]


def test_a_single_ndjson_file(tmp_path: Path) -> None:
    folder_of(tmp_path, all=[patient(), procedure("t1")])
    assert len(load_source(str(tmp_path / "all.ndjson")).resources) == 2


def test_an_export_that_says_it_failed(tmp_path: Path) -> None:
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}
    source = folder_of(tmp_path, Patient=[patient()], errors=[outcome])
    assert load_source(source).gaps == [Gap("bundle", GapKind.REFUSED)]


# What cannot be used


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        (b"<Bundle/>", "not JSON"),
        (b'{"resourceType": "Bundle", "entry": [', "not JSON"),
        (b'{"name": "Wang"}', "not FHIR: there is no resourceType"),
        (b'{"resourceType": 7}', "not FHIR: there is no resourceType"),
        (b"[]", "not FHIR: there is no JSON object"),
        (b"[" * 100_000, "not FHIR: there is no JSON object"),
        (b'"Wang"', "not FHIR: there is no JSON object"),
        (b'{"a":' * 100_000, "the JSON is nested too deeply"),
        (b"\xff\xfe{\x00}\x00", "not UTF-8 text"),
        (bundle(), "holds no resource"),
        (bundle(kind="searchset", total=0), "holds no resource"),
        ({"resourceType": "Bundle", "entry": "x"}, "no entry can be read"),
        (bundle({"id": "p-1"}), "no entry can be read"),
        ({"resourceType": "OperationOutcome"}, "holds an OperationOutcome and no data"),
        (bundle({"resourceType": "Procedure", "id": "t1"}), "names no patient"),
        (bundle(patient("../p-1")), "names no patient"),
        (bundle(patient(), patient("p-2")), "2 patients; choose one with --patient"),
    ],
)
def test_an_unusable_file(tmp_path: Path, content: Any, text: str) -> None:
    assert complaint(written(tmp_path, content)) == text


def test_an_unknown_patient(tmp_path: Path) -> None:
    source = written(tmp_path, bundle(patient(), procedure("t1", of="p-2")))
    assert complaint(source, "p-2") == "the patient given with --patient is not in it"


@pytest.mark.parametrize("who", ["", "Patient/", "a/b", "Patient/p-1/_history/2", "..", "p 1"])
def test_an_id_that_is_none(tmp_path: Path, who: str) -> None:
    source = written(tmp_path, bundle(patient()))
    assert complaint(source, who).startswith("--patient must be a patient's id")


def test_a_source_that_is_not_there(tmp_path: Path) -> None:
    assert complaint(str(tmp_path / "none.json")) == "no such file or folder"
    assert complaint(str(tmp_path / "none.ndjson")) == "no such file or folder"
    assert complaint("\0") == "cannot be read: not a usable path"
    assert complaint(str(tmp_path)) == "holds no .ndjson file"


def test_a_folder_of_nothing_readable(tmp_path: Path) -> None:
    source = folder_of(tmp_path, Procedure=["{", '{"a": 1}'], empty=[])
    assert complaint(source) == "no line can be read as a FHIR resource"
