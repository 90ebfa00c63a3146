"""The record from prefetch and from a server: what may stand under a key, and what follows."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
import pytest
import requests
import responses

from cdshooks.clinical.chart import ChartNote
from cdshooks.errors import BadRequest, PreconditionFailed, UnusableInput
from cdshooks.fhir.client import FhirClient, Found
from cdshooks.fhir.gather import gather, gather_from_server
from cdshooks.fhir.named import IDS_PER_SEARCH, MOST_IDS
from cdshooks.fhir.needs import NEEDS, PREFETCH, REQUIRED, prefetch_templates
from cdshooks.fhir.record import Gap, GapKind, Record
from cdshooks.settings import Limits

JSON = dict[str, Any]
BASE = "https://ehr.example.org/fhir"
ABSENT = object()


def patient(identity: str = "p-1") -> JSON:
    return {"resourceType": "Patient", "id": identity}


def procedure(identity: str, **more: Any) -> JSON:
    subject = {"reference": "Patient/p-1"}
    return {"resourceType": "Procedure", "id": identity, "subject": subject, **more}


def bundle(*resources: JSON, following: str | None = None, **more: Any) -> JSON:
    entries = {"entry": [{"resource": resource} for resource in resources]} if resources else {}
    link = {"link": [{"relation": "next", "url": following}]} if following else {}
    return {"resourceType": "Bundle", "type": "searchset", **entries, **link, **more}


def outcome(severity: str = "error") -> JSON:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity}]}


def prefetch(**changes: Any) -> dict[str, msgspec.Raw | None]:
    """Every key answered; by default an empty Bundle, one Patient and one Procedure."""
    values: JSON = {key: bundle() for key in PREFETCH}
    values |= {"patient": patient(), "procedures": bundle(procedure("t1"))} | changes
    return {key: raw(value) for key, value in values.items() if value is not ABSENT}


def raw(value: Any) -> msgspec.Raw | None:
    return None if value is None else msgspec.Raw(json.dumps(value).encode())


def names(record: Record) -> list[str]:
    resources = [json.loads(bytes(one)) for one in record.resources]
    return sorted(f"{one['resourceType']}/{one['id']}" for one in resources)


def client(**limits: Any) -> FhirClient:
    return FhirClient(BASE, "token", limits=Limits(**limits))


class Server:
    """Answers every search with an empty Bundle, but for what a test says of one type."""

    def __init__(self, mock: responses.RequestsMock) -> None:
        self.mock = mock
        self.answers: dict[str, Any] = {"Patient": patient()}
        self.asked: list[str] = []
        mock.add_callback(responses.GET, re.compile(re.escape(BASE) + ".*"), self.answer)

    def answer(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        assert request.url is not None
        assert request.headers["Authorization"] == "Bearer token"
        relative = request.url.removeprefix(BASE).lstrip("/")
        self.asked.append(relative)
        kind = re.split(r"[/?]", relative)[0]
        found = self.answers.get(relative, self.answers.get(kind, bundle()))
        if isinstance(found, Exception):
            raise found
        status, body = found if isinstance(found, tuple) else (200, found)
        return status, {"Content-Type": "application/fhir+json"}, json.dumps(body)


@pytest.fixture
def server() -> Iterator[Server]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield Server(mock)


# The needs


def test_there_are_fourteen_keys() -> None:
    assert len(NEEDS) == 14
    assert prefetch_templates() == PREFETCH
    assert [need.key for need in NEEDS if need.required] == list(REQUIRED)
    core = {need.key for need in NEEDS if need.core}
    assert core == {"patient", "procedures", "imagingReports", "imagingObservations"}


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.key)
def test_a_template_keeps_to_what_every_client_supports(need: Any) -> None:
    """CDS Hooks, Prefetch query restrictions; one token, codes with their system, few of them."""
    assert need.why
    assert re.findall(r"\{\{.*?\}\}", need.query) == ["{{context.patientId}}"]
    parameters = parse_qs(urlsplit(need.query).query, strict_parsing="?" in need.query)
    allowed = {"patient", "category", "code", "intent", "status", "_count"}
    assert parameters.keys() <= allowed
    for code in ",".join(parameters.get("code", [])).split(","):
        assert not code or re.fullmatch(r"https?://[^|]+\|[A-Za-z0-9-]+", code)
    assert len(parameters.get("code", [""])[0].split(",")) <= 10


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.key)
def test_an_expanded_query_is_percent_encoded(need: Any) -> None:
    expanded = need.expand("p.1-a")
    assert unquote(expanded) == need.query.replace("{{context.patientId}}", "p.1-a")
    assert not set(expanded) & set('|{}" ')
    assert need.expand("a/../b?c").count("..") == 1
    assert "a%2F..%2Fb%3Fc" in need.expand("a/../b?c")


# Prefetch alone


def test_a_whole_prefetch() -> None:
    record = gather("p-1", prefetch(), None)
    assert (record.patient_id, names(record)) == ("p-1", ["Patient/p-1", "Procedure/t1"])
    assert (record.gaps, record.notes, record.bases) == ([], [], None)


HELD = GapKind.NOT_FETCHABLE
TRUNCATED = GapKind.TRUNCATED
REFUSED = GapKind.REFUSED
LAB = {"resourceType": "Observation", "id": "o1", "subject": {"reference": "Patient/p-1"}}


def asked_as(patient: str) -> dict[str, Any]:
    """An empty searchset that tells what was asked for."""
    url = f"https://ehr.example.org/fhir/Procedure?subject=Patient/{patient}"
    return {"resourceType": "Bundle", "link": [{"relation": "self", "url": url}]}


STATES = [
    # under the key, without a server: gap, found; with a server: asked?
    ("absent", ABSENT, HELD, False, True),
    ("null", None, None, False, False),
    ("empty Bundle", bundle(), None, False, False),
    ("empty Bundle, entry []", {"resourceType": "Bundle", "entry": []}, None, False, False),
    ("Bundle without type", {"resourceType": "Bundle"}, None, False, False),
    ("empty Bundle of the patient", asked_as("p-1"), None, False, False),
    ("of a template", asked_as("{{context.patientId}}"), REFUSED, False, True),
    ("of an encoded one", asked_as("%7b%7Bcontext.patientId%7D%7D"), REFUSED, False, True),
    ("Bundle", bundle(LAB), None, True, False),
    ("Bundle, total", bundle(LAB, total=1), None, True, False),
    ("resource", LAB, None, True, False),
    ("OperationOutcome", outcome(), REFUSED, False, True),
    ("OperationOutcome, warning", outcome("warning"), REFUSED, False, True),
    ("Bundle of an error", bundle(outcome()), REFUSED, False, True),
    ("Bundle with an error", bundle(LAB, outcome("fatal")), REFUSED, True, True),
    ("Bundle with a remark", bundle(LAB, outcome("information")), None, True, False),
    ("Bundle of a remark", bundle(outcome("warning")), None, False, False),
    ("more pages", bundle(LAB, following=f"{BASE}?page=2"), TRUNCATED, True, True),
    ("more pages, none here", bundle(following=f"{BASE}?page=2"), TRUNCATED, False, True),
    ("total above entries", bundle(LAB, total=120), TRUNCATED, True, True),
    ("total, no entries", bundle(total=1), TRUNCATED, False, True),
    ("entry that is none", bundle(LAB, {"id": "x"}), TRUNCATED, True, True),
    ("not FHIR", {"id": "x"}, REFUSED, False, True),
    ("text", "x", REFUSED, False, True),
    ("list", [], REFUSED, False, True),
]


@pytest.mark.parametrize(
    ("value", "gap", "found"), [row[1:4] for row in STATES], ids=[row[0] for row in STATES]
)
def test_states_of_a_key(value: Any, gap: GapKind | None, found: bool) -> None:
    record = gather("p-1", prefetch(labs=value), None)
    assert record.gaps == ([Gap("labs", gap)] if gap else [])
    assert ("Observation/o1" in names(record)) is found


@pytest.mark.parametrize(
    ("value", "gap", "found"), [row[1:4] for row in STATES], ids=[row[0] for row in STATES]
)
def test_states_of_procedures(value: Any, gap: GapKind | None, found: bool) -> None:
    """A part of them is a gap; nothing of them is a 412; known to be empty is an answer."""
    if gap is None or found:
        assert gather("p-1", prefetch(procedures=value), None).gaps == (
            [Gap("procedures", gap)] if gap else []
        )
    else:
        with pytest.raises(PreconditionFailed) as caught:
            gather("p-1", prefetch(procedures=value), None)
        assert caught.value.keys == ("procedures",)


@pytest.mark.parametrize(
    ("value", "asked"), [(row[1], row[4]) for row in STATES], ids=[row[0] for row in STATES]
)
def test_states_with_a_server(server: Server, value: Any, asked: bool) -> None:
    server.answers["Procedure"] = bundle(procedure("t2"))
    server.answers["?page=2"] = bundle(procedure("t2"))
    record = gather("p-1", prefetch(procedures=value), client())
    assert record.gaps == []
    assert ("Procedure/t2" in names(record)) is asked
    assert len(server.asked) == asked


@pytest.mark.parametrize("value", [{"id": "x"}, "x", []])
def test_what_is_not_fhir_is_noted(value: Any) -> None:
    record = gather("p-1", prefetch(labs=value), None)
    assert record.notes == [ChartNote("unreadable-resource", path="prefetch.labs")]


def test_an_entry_that_is_no_resource_is_noted() -> None:
    record = gather("p-1", prefetch(labs=bundle(LAB, {"id": "x"})), None)
    assert record.notes == [ChartNote("unreadable-resource", path="labs.Bundle.entry[1].resource")]


@pytest.mark.parametrize("given", [None, {}])
def test_no_prefetch_and_no_server(given: Any) -> None:
    with pytest.raises(PreconditionFailed) as caught:
        gather("p-1", given, None)
    assert caught.value.keys == ("patient", "procedures")
    assert "p-1" not in str(caught.value)


def test_keys_that_were_not_asked_for_are_ignored() -> None:
    record = gather("p-1", prefetch(other=bundle(LAB)), None)
    assert "Observation/o1" not in names(record)


def test_overlapping_keys_are_merged_by_version() -> None:
    old = {**LAB, "meta": {"versionId": "1"}, "status": "preliminary"}
    new = {**LAB, "meta": {"versionId": "2"}, "status": "final"}
    record = gather("p-1", prefetch(labs=bundle(new), imagingObservations=bundle(old)), None)
    [kept] = [one for one in record.resources if b"Observation" in bytes(one)]
    assert json.loads(bytes(kept))["status"] == "final"
    assert record.notes == [ChartNote("duplicate", ("Observation/o1",))]


def test_bases_say_which_absolute_references_are_the_patients(server: Server) -> None:
    assert gather("p-1", prefetch(), client()).bases == (BASE,)
    both = (BASE, "https://old.example.org/fhir")
    assert gather("p-1", prefetch(), client(), bases=both).bases == both


# The patient


@pytest.mark.parametrize(
    "value",
    [
        patient("p-2"),
        {"resourceType": "Patient"},
        bundle(patient(), patient("p-2")),
        procedure("p-1"),
        bundle(patient("P-1")),
    ],
)
def test_another_patient_breaks_the_contract(server: Server, value: JSON) -> None:
    with pytest.raises(BadRequest) as caught:
        gather("p-1", prefetch(patient=value), client())
    assert "p-2" not in str(caught.value)
    assert server.asked == []


@pytest.mark.parametrize("value", [None, bundle(), bundle(outcome("information"))])
def test_a_patient_known_to_be_absent(server: Server, value: Any) -> None:
    with pytest.raises(PreconditionFailed) as caught:
        gather("p-1", prefetch(patient=value), client())
    assert (caught.value.keys, server.asked) == (("patient",), [])


def test_a_patient_in_a_bundle() -> None:
    assert gather("p-1", prefetch(patient=bundle(patient())), None).gaps == []


@pytest.mark.parametrize("identity", ["", "..", "../p-1", "a b", "p-1/_history/1", "x" * 200])
def test_an_id_that_is_none(server: Server, identity: str) -> None:
    with pytest.raises(BadRequest):
        gather(identity, {}, client())
    assert server.asked == []


# The server


def test_everything_from_the_server(server: Server) -> None:
    server.answers["Procedure"] = bundle(procedure("t1"))
    record = gather("p-1", None, client())
    assert names(record) == ["Patient/p-1", "Procedure/t1"]
    assert (record.gaps, record.notes) == ([], [])
    assert sorted(server.asked) == sorted(need.expand("p-1") for need in NEEDS)
    assert all("|" not in asked for asked in server.asked)


def test_only_what_is_missing_is_asked_for(server: Server) -> None:
    gather("p-1", prefetch(labs=ABSENT, lesions=None), client())
    assert [asked.partition("?")[0] for asked in server.asked] == ["Observation"]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((401, outcome()), REFUSED),
        ((403, outcome()), REFUSED),
        ((404, outcome()), REFUSED),
        ((400, outcome()), REFUSED),
        ((503, {}), REFUSED),
        (outcome("information"), REFUSED),
        (bundle(outcome()), REFUSED),
        ({"id": "x"}, REFUSED),
        (requests.ConnectionError(), REFUSED),
        (requests.ReadTimeout(), GapKind.TIMED_OUT),
        (requests.ConnectTimeout(), GapKind.TIMED_OUT),
        (bundle(LAB, following="https://evil.example.org/fhir?page=2"), TRUNCATED),
        (bundle(LAB, outcome()), TRUNCATED),
        (bundle(LAB, {"id": "x"}), TRUNCATED),
    ],
)
def test_a_key_that_the_server_does_not_give(server: Server, answer: Any, kind: GapKind) -> None:
    """A gap; and when it is the procedures, without any of which nothing can be said, a 412."""
    server.answers["Condition"] = answer
    record = gather("p-1", prefetch(conditions=ABSENT), client())
    assert record.gaps == [Gap("conditions", kind)]
    server.answers["Procedure"] = answer
    if kind is TRUNCATED:
        assert gather("p-1", prefetch(procedures=ABSENT), client()).gaps == [
            Gap("procedures", kind)
        ]
    else:
        with pytest.raises(PreconditionFailed) as caught:
            gather("p-1", prefetch(procedures=ABSENT), client())
        assert caught.value.keys == ("procedures",)


def test_an_answer_too_large_is_a_truncation(server: Server) -> None:
    server.answers["Condition"] = bundle({"resourceType": "Condition", "id": "c" * 100})
    record = gather("p-1", prefetch(conditions=ABSENT), client(response_bytes=100))
    assert record.gaps == [Gap("conditions", TRUNCATED)]


def test_the_deadline_leaves_a_gap_and_what_prefetch_held(server: Server) -> None:
    times = iter([0.0])
    late = FhirClient(BASE, "token", clock=lambda: next(times, 9.0))
    record = gather("p-1", prefetch(labs=ABSENT), late)
    assert (record.gaps, server.asked) == ([Gap("labs", GapKind.TIMED_OUT)], [])
    assert names(record) == ["Patient/p-1", "Procedure/t1"]


def test_a_search_that_hangs_is_left_behind() -> None:
    """As in a name lookup, which no timeout of ours reaches."""
    released = threading.Event()

    class Hanging(FhirClient):
        def search(self, query: str, start: str | None = None) -> Found:
            released.wait()
            return Found()

    try:
        hanging = Hanging(BASE, limits=Limits(deadline_seconds=0.01))
        record = gather("p-1", prefetch(labs=ABSENT), hanging)
    finally:
        released.set()
    assert record.gaps == [Gap("labs", GapKind.TIMED_OUT)]


def test_what_prefetch_held_stays_when_the_server_fails(server: Server) -> None:
    server.answers["Procedure"] = (500, {})
    begun = bundle(procedure("t1"), following="https://elsewhere.example.org/?page=2")
    record = gather("p-1", prefetch(procedures=begun), client())
    assert (names(record), record.gaps) == (
        ["Patient/p-1", "Procedure/t1"],
        [Gap("procedures", TRUNCATED)],
    )


HIDES = [
    {"id": "x"},
    5,
    {"resourceType": "Bundle", "link": [{"relation": "next", "url": "x"}]},
    {"resourceType": "Bundle", "total": 3},
]


@pytest.mark.parametrize("hidden", HIDES)
def test_the_next_page_does_not_make_up_for_what_the_first_one_hides(
    server: Server, hidden: Any
) -> None:
    """Only the whole search does, asked again."""
    query = next(need for need in NEEDS if need.key == "procedures").expand("p-1")
    first = bundle(procedure("t1"), hidden, following=f"{BASE}/Procedure?page=2", total=9)
    server.answers |= {query: first, "Procedure?page=2": bundle(procedure("t2"))}
    record = gather("p-1", prefetch(procedures=first), client())
    assert (names(record)[-2:], record.gaps) == (
        ["Procedure/t1", "Procedure/t2"],
        [Gap("procedures", TRUNCATED)],
    )
    server.answers[query] = bundle(procedure("t1"), procedure("t2"), procedure("t3"))
    record = gather("p-1", prefetch(procedures=first), client())
    assert (names(record)[-1], record.gaps) == ("Procedure/t3", [])


@pytest.mark.parametrize("status", [404, 410, 401, 500])
def test_a_patient_whom_the_server_does_not_give(server: Server, status: int) -> None:
    server.answers["Patient"] = (status, outcome())
    with pytest.raises(PreconditionFailed) as caught:
        gather("p-1", prefetch(patient=ABSENT), client())
    assert caught.value.keys == ("patient",)


def test_a_server_that_answers_with_somebody_else(server: Server) -> None:
    server.answers["Patient"] = patient("p-2")
    with pytest.raises(PreconditionFailed) as caught:
        gather("p-1", prefetch(patient=ABSENT), client())
    assert caught.value.keys == ("patient",)


# What the record names and does not hold


def report(*results: str, **more: Any) -> JSON:
    named = [{"reference": one} for one in results]
    subject = {"reference": "Patient/p-1"}
    return {
        "resourceType": "DiagnosticReport",
        "id": "r",
        "status": "final",
        "subject": subject,
        "result": named,
        **more,
    }


def observation(identity: str, *members: str, owner: str = "p-1") -> JSON:
    found: JSON = {"resourceType": "Observation", "id": identity, "status": "final"}
    found["subject"] = {"reference": f"Patient/{owner}"}
    if members:
        found["hasMember"] = [{"reference": one} for one in members]
    return found


def by_id(server: Server) -> list[str]:
    return [asked for asked in server.asked if "_id=" in asked]


def test_results_and_members_that_are_not_there_are_asked_for_by_id(server: Server) -> None:
    """A report names a group, the group its measurements; what is there is not asked for again."""
    server.answers["Observation?_id=b,g"] = bundle(
        observation("g", f"{BASE}/Observation/m"), observation("b")
    )
    server.answers["Observation?_id=m"] = bundle(observation("m"))
    found = gather(
        "p-1",
        prefetch(
            imagingReports=bundle(report("Observation/g", "Observation/a", "Observation/b")),
            imagingObservations=bundle(observation("a")),
        ),
        client(),
    )
    assert by_id(server) == ["Observation?_id=b,g", "Observation?_id=m"]
    assert {f"Observation/{one}" for one in "abgm"} <= set(names(found))
    assert found.gaps == []


def test_a_drug_that_is_not_there_is_asked_for_by_id(server: Server) -> None:
    order = {"resourceType": "MedicationRequest", "id": "o", "status": "active"}
    order |= {"subject": {"reference": "Patient/p-1"}}
    order["medicationReference"] = {"reference": "Medication/d"}
    server.answers["Medication?_id=d"] = bundle({"resourceType": "Medication", "id": "d"})
    found = gather("p-1", prefetch(medicationRequests=bundle(order)), client())
    assert "Medication/d" in names(found)


@pytest.mark.parametrize("status", ["preliminary", "entered-in-error", "cancelled"])
def test_of_a_report_that_does_not_count_nothing_is_asked(server: Server, status: str) -> None:
    gather("p-1", prefetch(imagingReports=bundle(report("Observation/x", status=status))), client())
    assert by_id(server) == []


@pytest.mark.parametrize(
    "name",
    ["#x", "Observation/a b", "https://elsewhere.example/fhir/Observation/x", "ImagingStudy/x", ""],
)
def test_what_cannot_be_an_id_here_is_not_asked_for(server: Server, name: str) -> None:
    gather("p-1", prefetch(imagingReports=bundle(report(name))), client())
    assert by_id(server) == []


def test_a_server_that_gives_no_named_result_is_asked_once(server: Server) -> None:
    server.answers["Observation?_id=x"] = (404, outcome())
    gather("p-1", prefetch(imagingReports=bundle(report("Observation/x"))), client())
    assert by_id(server) == ["Observation?_id=x"]


def test_named_results_are_asked_for_within_limits(server: Server) -> None:
    many = [f"Observation/x{n:03}" for n in range(MOST_IDS + 1)]
    gather("p-1", prefetch(imagingReports=bundle(report(*many))), client())
    asked = by_id(server)
    assert {len(one.partition("=")[2].split(",")) for one in asked} == {IDS_PER_SEARCH}
    assert len(asked) == MOST_IDS // IDS_PER_SEARCH


def test_without_a_server_or_time_nothing_more_is_asked(server: Server) -> None:
    given = prefetch(imagingReports=bundle(report("Observation/x")))
    gather("p-1", given, None)
    gather("p-1", given, client(deadline_seconds=0.000001))
    assert server.asked == []


def test_a_failed_prefetch_is_asked_for_once(server: Server) -> None:
    server.answers["Condition"] = (500, outcome())
    record = gather("p-1", prefetch(conditions=outcome()), client())
    assert (record.gaps, len(server.asked)) == ([Gap("conditions", REFUSED)], 1)


# For the command line


def test_a_record_from_a_server(server: Server) -> None:
    server.answers["Procedure"] = bundle(procedure("t1"))
    record = gather_from_server(BASE + "/", "Patient/p-1", "token")
    assert (record.patient_id, names(record)) == ("p-1", ["Patient/p-1", "Procedure/t1"])
    assert record.bases == (BASE,)


@pytest.mark.parametrize(
    ("answers", "text"),
    [
        ({"Patient": (404, {})}, "did not give patient: it knows no such patient"),
        ({"Patient": (401, {})}, "did not give patient: the server answered HTTP 401"),
        ({"Procedure": (403, {})}, "did not give procedures: the server answered HTTP 403"),
        (
            {"Patient": (404, {}), "Procedure": (404, {})},
            "did not give patient and procedures: the server answered HTTP 404",
        ),
        ({"Patient": patient("p-2")}, "did not give patient: it answered with something else"),
    ],
)
def test_a_server_that_is_no_use(server: Server, answers: JSON, text: str) -> None:
    server.answers |= answers
    with pytest.raises(UnusableInput) as caught:
        gather_from_server(BASE, "p-1", "token")
    assert str(caught.value) == f"the FHIR server {text}"


@pytest.mark.parametrize(
    ("url", "who", "token"),
    [
        ("ftp://ehr.example.org/fhir", "p-1", None),
        ("https://ehr.example.org/fhir?x=1", "p-1", None),
        ("https://user:pw@ehr.example.org/fhir", "p-1", None),
        ("http://ehr.example.org/fhir", "p-1", "token"),
        (BASE, "../p-1", None),
        (BASE, "", None),
    ],
)
def test_what_is_not_even_asked(server: Server, url: str, who: str, token: str | None) -> None:
    with pytest.raises(UnusableInput):
        gather_from_server(url, who, token)
    assert server.asked == []
