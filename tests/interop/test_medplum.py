"""The same patients from a second, different server: no links to pages, nothing validated."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from cdshooks.fhir.needs import NEEDS
from cdshooks.fhir.record import Record
from tests.interop.hook_service import HookService
from tests.interop.medplum_peer import Medplum
from tests.interop.records import Case, ask, cases, from_server, reference_to, store
from tests.interop.test_hapi import command_line, evaluated

pytestmark = pytest.mark.interop

SOME = ("demo-refractory", "demo-effective", "demo-not-enough-data", "v16", "x02", "g001")
SPREAD = sorted({*SOME, *list(cases())[::4]})
"""Every fourth patient: a search of this server is slow."""


def alone(medplum: Medplum, case: Case) -> Case:
    """On the server, and nobody else beside."""
    assert ask("DELETE", medplum.base).status_code == 200
    store(medplum.base, case.resources)
    return case


def assert_same(case: Case, record: Record) -> None:
    assert case.judged(record) == case.judged(case.from_file())


@pytest.mark.parametrize("patient_id", SPREAD)
def test_the_server_and_the_file_give_the_same_bytes(medplum: Medplum, patient_id: str) -> None:
    case = alone(medplum, cases()[patient_id])
    record = from_server(medplum.base, patient_id)
    found = [reference_to(msgspec.json.decode(raw)) for raw in record.resources]
    assert sorted(found) == sorted(map(reference_to, case.resources))
    assert (record.gaps, record.notes) == ([], [])
    in_file = case.from_file()
    for readings in case.readings:
        assert case.judged(record, readings) == case.judged(in_file, readings)


@pytest.mark.parametrize("patient_id", SOME)
def test_the_hook_service_says_the_same_of_both(
    medplum: Medplum, service: HookService, patient_id: str
) -> None:
    case = alone(medplum, cases()[patient_id])
    from_file = service.cards(case, prefetch=service.prefetch_of(case))
    assert service.cards(case, server=medplum.base) == from_file
    whole = service.prefetch_from(medplum.base, patient_id)
    assert service.cards(case, prefetch=whole) == from_file


def test_the_command_line_says_the_same_of_both(medplum: Medplum) -> None:
    case = alone(medplum, cases()["demo-refractory"])
    answer = evaluated(medplum.base, case.patient_id, case)
    assert answer == (0, case.judged(case.from_file()), "")


def test_an_unknown_patient_is_unusable_input(medplum: Medplum) -> None:
    status, text, complaint = command_line("evaluate", medplum.base, "--patient", "nobody")
    assert (status, text, complaint.count("\n")) == (2, "", 1)
    assert "patient" in complaint


# Where it differs from the first


def test_it_has_neither_links_nor_a_statement_of_what_it_can(medplum: Medplum) -> None:
    """What it is used for: nothing here leans on either."""
    alone(medplum, cases()["demo-refractory"])
    for need in NEEDS:
        answer = ask("GET", f"{medplum.base}/{need.expand('demo-refractory')}")
        assert answer.status_code == 200
        assert not answer.json().get("link")
    assert ask("GET", f"{medplum.base}/metadata").json()["resourceType"] != "CapabilityStatement"
    assert "entry" not in ask("GET", f"{medplum.base}/NoSuchType?patient=p-1").json()


def test_what_was_deleted_is_absent(medplum: Medplum) -> None:
    case = cases()["v01"].renamed("deleted")
    alone(medplum, case)
    gone = next(reference_to(r) for r in case.resources if r["resourceType"] == "Procedure")
    assert ask("DELETE", f"{medplum.base}/{gone}").status_code == 200
    assert ask("GET", f"{medplum.base}/{gone}").status_code == 404
    rest = case.without(gone)
    assert_same(rest, from_server(medplum.base, "deleted"))
    assert rest.judged(rest.from_file()) != case.judged(case.from_file())


def test_a_status_that_does_not_exist_is_stored_and_does_not_count(medplum: Medplum) -> None:
    """Nothing is validated here, so it is for us to do."""
    case = cases()["v01"].renamed("nonsense")
    last = max(i for i, r in enumerate(case.resources) if r["resourceType"] == "Procedure")
    resources = list(case.resources)
    resources[last] = {**resources[last], "status": "nonsense"}
    nonsense = alone(medplum, replace(case, resources=tuple(resources)))
    record = from_server(medplum.base, "nonsense")
    assert_same(nonsense, record)
    assert nonsense.judged(record) != case.judged(case.from_file())
