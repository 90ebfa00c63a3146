"""The same patients from a real HAPI FHIR R4 JPA server as from a file: the same judgement.

The server runs in another time zone than the site and than UTC, and keeps the cache of searches
that HAPI has by default.
"""

from __future__ import annotations

import datetime
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from cdshooks.fhir.needs import LABS, NEEDS, Need
from cdshooks.fhir.record import Record
from cdshooks.fhir.sources import load_source
from tests.interop.peers import Hapi
from tests.interop.records import (
    Case,
    ask,
    cases,
    delete,
    from_server,
    reference_to,
    store,
)

pytestmark = pytest.mark.interop

each_case = pytest.mark.parametrize("patient_id", cases())
SOME = ("demo-refractory", "demo-effective", "v16", "x02", "g001")


def assert_same(case: Case, record: Record) -> None:
    assert case.judged(record) == case.judged(case.from_file())


# Every synthetic patient


@each_case
def test_the_server_and_the_file_give_the_same_bytes(
    records: dict[str, Record], patient_id: str
) -> None:
    case = cases()[patient_id]
    in_file = case.from_file()
    for readings in case.readings:
        assert case.judged(records[patient_id], readings) == case.judged(in_file, readings)


@each_case
def test_the_searches_find_every_resource(records: dict[str, Record], patient_id: str) -> None:
    record = records[patient_id]
    found = [reference_to(msgspec.json.decode(raw)) for raw in record.resources]
    assert sorted(found) == sorted(map(reference_to, cases()[patient_id].resources))
    assert (record.gaps, record.notes) == ([], [])


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.key)
def test_each_search_works_as_it_is_sent(hapi: Hapi, need: Need) -> None:
    answer = ask(
        "GET", f"{hapi.base}/{need.expand('demo-refractory')}", Accept="application/fhir+json"
    )
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        200,
        "application/fhir+json;charset=utf-8",
    )
    found = answer.json()
    if need.key == "patient":
        assert (found["resourceType"], found["id"]) == ("Patient", "demo-refractory")
    else:
        assert (found["resourceType"], found["type"]) == ("Bundle", "searchset")
        assert {entry["search"]["mode"] for entry in found.get("entry", [])} <= {"match"}


def test_recent_laboratory_results_are_those_from_that_day_on(hapi: Hapi) -> None:
    (need,) = [need for need in NEEDS if need.key == LABS]

    def found(since: datetime.date | None) -> dict[str, str]:
        query = need.expand("demo-refractory", since)
        entries = ask("GET", f"{hapi.base}/{query}").json().get("entry", [])
        resources = [entry["resource"] for entry in entries]
        return {one["id"]: one["effectiveDateTime"][:10] for one in resources}

    everything = found(None)
    days = sorted({datetime.date.fromisoformat(day) for day in everything.values()})
    assert len(days) > 2
    for since in (days[0], days[1], days[-1], days[-1] + datetime.timedelta(days=2)):
        expected = {i for i, day in everything.items() if day >= since.isoformat()}
        kept = found(since).keys()
        # the server reads a day without zone in its own, so the day before may come too
        earlier = {i for i in kept if everything[i] < since.isoformat()}
        assert kept - earlier == expected
        assert all(day_before(everything[i]) >= day_before(since.isoformat(), 2) for i in earlier)


def day_before(day: str, days: int = 1) -> str:
    return (datetime.date.fromisoformat(day) - datetime.timedelta(days=days)).isoformat()


def test_what_the_server_exports_is_a_source_too(hapi: Hapi, tmp_path: Path) -> None:
    """Patient/$everything, saved as a file."""
    for patient_id in SOME:
        case = cases()[patient_id]
        everything = ask("GET", f"{hapi.base}/Patient/{patient_id}/$everything?_count=200").json()
        assert everything["type"] == "searchset"
        file = tmp_path / f"{patient_id}.json"
        file.write_text(json.dumps(everything), encoding="utf-8")
        arguments = ("evaluate", str(file), "--as-of", str(case.as_of), "--format", "json")
        assert command_line(*arguments) == (0, case.judged(case.from_file()), "")


# The command line


def command_line(*arguments: str, **environment: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "cdshooks", *arguments],
        capture_output=True,
        timeout=120,
        env={**os.environ, **environment},
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def evaluated(
    base: str, patient_id: str, case: Case, output: str = "json", **environment: str
) -> tuple[int, str, str]:
    options = ("--as-of", str(case.as_of), "--format", output)
    return command_line("evaluate", base, "--patient", patient_id, *options, **environment)


@pytest.mark.parametrize("patient_id", SOME)
def test_the_command_line_says_the_same_of_both(
    hapi: Hapi, tmp_path: Path, patient_id: str
) -> None:
    case = cases()[patient_id]
    file = str(case.written(tmp_path))
    status, text, complaint = evaluated(hapi.base, patient_id, case)
    assert (status, complaint) == (0, "")
    assert text == evaluated(file, patient_id, case)[1]
    assert evaluated(hapi.base + "/", f"Patient/{patient_id}", case)[1] == text


@pytest.mark.parametrize("output", ["text", "cards"])
def test_so_it_does_in_its_other_formats(hapi: Hapi, tmp_path: Path, output: str) -> None:
    case = cases()["demo-refractory"]
    file = str(case.written(tmp_path))
    from_both = [evaluated(base, case.patient_id, case, output) for base in (hapi.base, file)]
    assert [status for status, _, _ in from_both] == [0, 0]
    on_server, in_file = (re.sub(r'"uuid": "[^"]+"', "", text) for _, text, _ in from_both)
    assert on_server == in_file


def test_the_command_line_with_a_token(hapi: Hapi) -> None:
    case = cases()["v01"]
    with_token = evaluated(hapi.gated, "v01", case, CDSHOOKS_FHIR_TOKEN=hapi.token)
    assert with_token == (0, case.judged(case.from_file()), "")


@pytest.mark.parametrize("token", ["", "another-token"])
def test_the_command_line_without_the_token(hapi: Hapi, token: str) -> None:
    status, text, complaint = evaluated(
        hapi.gated, "v01", cases()["v01"], CDSHOOKS_FHIR_TOKEN=token
    )
    assert (status, text, complaint.count("\n")) == (2, "", 1)
    assert "401" in complaint
    assert "another-token" not in complaint


def test_an_unknown_patient_is_unusable_input(hapi: Hapi) -> None:
    status, text, complaint = evaluated(hapi.base, "nobody", cases()["v01"])
    assert (status, text, complaint.count("\n")) == (2, "", 1)
    assert "patient" in complaint


# What changes on the server


def test_a_value_written_after_a_search_is_seen(hapi: Hapi) -> None:
    """HAPI answers a repeated search from its cache for a minute, unless told not to."""
    course = cases()["demo-refractory"].renamed("cached")
    last = max(
        (r for r in course.resources if r["resourceType"] == "Observation" and "focus" in r),
        key=lambda r: r["effectiveDateTime"],
    )
    before = course.without(reference_to(last))
    store(hapi.base, before.resources)
    search = f"{hapi.base}/Observation?patient=cached&category=imaging&_count=200"
    seen = len(ask("GET", search).json()["entry"])
    assert_same(before, from_server(hapi.base, "cached"))

    store(hapi.base, [last])
    assert len(ask("GET", search).json()["entry"]) == seen  # the cache is on
    assert_same(course, from_server(hapi.base, "cached"))
    assert course.judged(course.from_file()) != before.judged(before.from_file())


def test_what_was_deleted_is_absent(hapi: Hapi) -> None:
    case = cases()["v01"].renamed("deleted")
    store(hapi.base, case.resources)
    assert_same(case, from_server(hapi.base, "deleted"))
    gone = [
        reference_to(resource)
        for kind in ("Procedure", "Observation")
        for resource in [next(r for r in case.resources if r["resourceType"] == kind)]
    ]
    for reference in gone:
        delete(hapi.base, reference)
        assert ask("GET", f"{hapi.base}/{reference}").status_code == 410
    rest = case.without(*gone)
    assert_same(rest, from_server(hapi.base, "deleted"))
    assert rest.judged(rest.from_file()) != case.judged(case.from_file())


def test_a_deleted_patient_is_unknown(hapi: Hapi) -> None:
    store(hapi.base, [{"resourceType": "Patient", "id": "gone"}])
    delete(hapi.base, "Patient/gone")
    assert ask("GET", f"{hapi.base}/Patient/gone").status_code == 410
    assert evaluated(hapi.base, "gone", cases()["v01"])[0] == 2


def test_a_corrected_value_replaces_the_first(hapi: Hapi) -> None:
    """The second version of a resource, under the same id."""
    case = cases()["v01"].renamed("corrected")
    store(hapi.base, case.resources)
    text = json.dumps(case.resources).replace('"value": 65', '"value": 45')
    corrected = replace(case, resources=tuple(json.loads(text)))
    store(hapi.base, corrected.resources)
    assert_same(corrected, from_server(hapi.base, "corrected"))
    assert corrected.judged(corrected.from_file()) != case.judged(case.from_file())


def test_a_history_is_a_source_too(hapi: Hapi, tmp_path: Path) -> None:
    """Every version of every resource, one of them corrected and one deleted, saved as a file."""
    case = cases()["v01"].renamed("historic")
    store(hapi.base, case.resources)
    text = json.dumps(case.resources).replace('"value": 65', '"value": 45')
    corrected = replace(case, resources=tuple(json.loads(text)))
    store(hapi.base, corrected.resources)
    last = [r for r in case.resources if r["resourceType"] == "Procedure"][-1]
    delete(hapi.base, reference_to(last))
    histories = [
        ask("GET", f"{hapi.base}/{reference_to(r)}/_history").json() for r in case.resources
    ]
    assert {history["type"] for history in histories} == {"history"}
    file = tmp_path / "history.json"
    entries = [entry for history in histories for entry in history["entry"]]
    assert len(entries) > len(case.resources)
    file.write_text(json.dumps({**histories[0], "entry": entries}), encoding="utf-8")
    today = corrected.without(reference_to(last))
    assert_same(today, load_source(str(file)))
    assert_same(today, from_server(hapi.base, "historic"))


# Forms in which the same is said


def test_times_do_not_move_with_the_zone_of_the_server(hapi: Hapi) -> None:
    """The start and the end of a day in Shanghai are other days in Los Angeles, or in UTC."""
    case = cases()["v01"].renamed("late")
    text = json.dumps(case.resources)
    for element, time in {
        "performedDateTime": "T00:30:00+08:00",
        "started": "T23:30:00",
        "effectiveDateTime": "T23:59:59.999+08:00",
    }.items():
        text, count = re.subn(rf'("{element}": "\d{{4}}-\d\d-\d\d)"', rf'\1{time}"', text)
        assert count
    late = replace(case, resources=tuple(json.loads(text)))
    store(hapi.base, late.resources)
    written = ask("GET", f"{hapi.base}/Patient/late").json()["meta"]["lastUpdated"]
    assert written.endswith(("-07:00", "-08:00"))  # the server is in Los Angeles
    record = from_server(hapi.base, "late")
    assert_same(late, record)
    shown, plain = (
        json.loads(text) for text in (late.judged(record), case.judged(case.from_file()))
    )
    assert {note["code"] for note in shown.pop("notes")} == {"inferred"}  # the zone of the scans
    assert plain.pop("notes") == []
    assert shown == plain


def test_what_was_entered_in_error_comes_along_and_does_not_count(hapi: Hapi) -> None:
    """The server filters no status, so it is for us to do."""
    case = cases()["v01"].renamed("mistaken")
    wrong = {"Procedure": "entered-in-error", "Observation": "preliminary"}
    resources = list(case.resources)
    for kind, status in wrong.items():
        last = max(i for i, r in enumerate(resources) if r["resourceType"] == kind)
        resources[last] = {**resources[last], "status": status}
    mistaken = replace(case, resources=tuple(resources))
    store(hapi.base, resources)
    record = from_server(hapi.base, "mistaken")
    assert_same(mistaken, record)
    assert len(record.resources) == len(resources)
    assert json.loads(case.judged(record))["course"]["count"] == 2


def test_absolute_references_are_the_patients(hapi: Hapi) -> None:
    case = cases()["v16"].renamed("absolute")
    text = re.sub(r'("reference": ")', rf"\1{hapi.base}/", json.dumps(case.resources))
    store(hapi.base, json.loads(text))
    assert_same(case, from_server(hapi.base, "absolute"))
