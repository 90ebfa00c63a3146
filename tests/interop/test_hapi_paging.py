"""Pages smaller than the data, and pages that die half-way."""

from __future__ import annotations

import json
import math
import uuid
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import pytest

from cdshooks.fhir.record import GapKind, Record
from tests.interop.hook_service import HookService, kinds, verdicts
from tests.interop.peers import SMALL_PAGE, Hapi
from tests.interop.proxy import watched
from tests.interop.records import Case, ask, cases, from_server

pytestmark = pytest.mark.interop

SOME = (
    "demo-refractory",
    "demo-not-enough-data",
    "v01",
    "v16",
    "v36",
    "x02",
    "x08",
    "g001",
    "g047",
)
NOT_MET = ("demo-effective", "demo-unsuitable", "demo-two-sessions", "v03", "v06", "v12", "v13")
SEARCH = "Observation?patient=demo-effective&category=imaging&_count=200"


def shown(case: Case, record: Record) -> dict[str, Any]:
    assessment: dict[str, Any] = json.loads(case.judged(record))
    return assessment


def next_link(bundle: dict[str, Any]) -> str:
    (link,) = (link["url"] for link in bundle["link"] if link["relation"] == "next")
    return str(link)


def test_the_pages_are_small_and_linked_as_hapi_does(hapi: Hapi) -> None:
    first = ask("GET", f"{hapi.small_pages}/{SEARCH}").json()
    assert len(first["entry"]) == SMALL_PAGE
    assert urlsplit(next_link(first)).path == urlsplit(hapi.small_pages).path


def test_a_page_that_is_no_more_is_gone(hapi: Hapi) -> None:
    answer = ask("GET", f"{hapi.small_pages}?_getpages={uuid.uuid4()}&_getpagesoffset=5&_count=5")
    assert answer.status_code == 410
    assert answer.json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("patient_id", SOME)
def test_small_pages_give_the_same_bytes(hapi: Hapi, patient_id: str) -> None:
    case = cases()[patient_id]
    with watched(hapi.small_pages) as seen:
        record = from_server(seen.base, patient_id)
    assert seen.pages
    assert case.judged(record) == case.judged(case.from_file())


def test_a_page_lost_once_costs_one_more_search(hapi: Hapi) -> None:
    case = cases()["demo-effective"]
    with watched(hapi.small_pages, pages_to_lose=1) as seen:
        record = from_server(seen.base, case.patient_id)
    assert case.judged(record) == case.judged(case.from_file())
    assert sorted(Counter(seen.searches).values()) == [1] * 12 + [2]


@pytest.mark.parametrize("patient_id", NOT_MET)
def test_pages_lost_for_good_are_never_taken_for_nothing(hapi: Hapi, patient_id: str) -> None:
    case = cases()[patient_id]
    whole = shown(case, case.from_file())
    assert whole["definitions"]["cci-2022"]["verdict"] == "not-met"
    with watched(hapi.small_pages, pages_to_lose=math.inf) as seen:
        record = from_server(seen.base, patient_id)
    cut_short = shown(case, record)
    assert "not-met" not in {d["verdict"] for d in cut_short["definitions"].values()}
    assert "record-incomplete" in cut_short["missing"]
    asked = Counter(seen.searches)
    assert set(asked.values()) == {1, 2}
    assert {gap.kind for gap in record.gaps} == {GapKind.TRUNCATED}
    assert len(record.gaps) == sum(count == 2 for count in asked.values())
    assert "truncated" in {note["code"] for note in cut_short["notes"]}


# Through the service


@pytest.mark.parametrize("patient_id", NOT_MET)
def test_a_prefetch_of_first_pages_is_read_to_its_end(
    hapi: Hapi, service: HookService, patient_id: str
) -> None:
    case = cases()[patient_id]
    whole = service.cards(case, prefetch=service.prefetch_of(case))
    with watched(hapi.small_pages) as seen:
        first_pages = service.prefetch_from(seen.base, patient_id)
        assert seen.pages == []
        assert service.cards(case, prefetch=first_pages, server=seen.base) == whole
        assert len(seen.pages) > 1
        assert service.cards(case, server=seen.base) == whole


@pytest.mark.parametrize("patient_id", NOT_MET)
def test_first_pages_alone_and_lost_pages_say_what_is_missing(
    hapi: Hapi, service: HookService, patient_id: str
) -> None:
    case = cases()[patient_id]
    first_pages = service.prefetch_from(hapi.small_pages, patient_id)
    with watched(hapi.small_pages, pages_to_lose=math.inf) as seen:
        for cards in (
            service.cards(case, prefetch=first_pages),
            service.cards(case, server=seen.base),
        ):
            assert "not-met" not in verdicts(cards)
            assert "missing" in kinds(cards)
            assert "not refractory" not in str(cards).lower()
