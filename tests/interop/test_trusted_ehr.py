"""The conversation of an authenticated EHR: call, override, accept, feedback, and once more.

The records are on a real FHIR server, what is kept is in SQLite or in PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cdshooks.app import running
from cdshooks.store.report import report
from tests.ehr.client import Ehr, accepted, cards_of, overridden, suggestion
from tests.interop.peers import Hapi
from tests.interop.records import PATIENCE, cases, store
from tests.web.trusted import HOSPITAL, Trusted

pytestmark = pytest.mark.interop

number = iter(range(1, 1_000))


@pytest.fixture
def site(tmp_path: Path, database_url: str, empty_hapi: Hapi) -> Iterator[Trusted]:
    hospital = replace(HOSPITAL, fhir=empty_hapi.base)
    seconds = PATIENCE.deadline_seconds
    site = Trusted(tmp_path, database=database_url, hospital=hospital, deadline_seconds=seconds)
    with closing(site):
        yield site


def test_call_override_accept_feedback_and_call_again(site: Trusted, empty_hapi: Hapi) -> None:
    case = cases()["demo-refractory"].renamed(f"t{next(number)}-refractory")
    store(empty_hapi.base, case.resources)

    def sign(address: str) -> str:
        return HOSPITAL.token(urlsplit(address).path, site.clock())

    with running(site.app) as port:
        ehr = Ehr(f"http://127.0.0.1:{port}", empty_hapi.base, sign=sign, clock=site.clock)
        first = cards_of(ehr.open_chart(case.patient_id))
        assert first[0]["indicator"] == "warning"
        reason = {"reason": {"code": "expert-contradicts", "system": "http://example.org"}}
        told = ehr.feedback("patient-view", overridden(first[0], **reason))
        assert told.status_code == 200
        again = cards_of(ehr.open_chart(case.patient_id))
        assert again[0]["indicator"] == "info"
        assert "Unchanged since 2025-09-10." in again[0]["detail"]

        haic = suggestion(again, "Draft a HAIC order")
        (created,) = ehr.accept(haic)
        assert ehr.read(created) is not None
        (card,) = [c for c in again if haic in c.get("suggestions", [])]
        for _ in range(2):
            assert ehr.feedback("patient-view", accepted(card, haic)).status_code == 200
        assert cards_of(ehr.open_chart(case.patient_id))
        assert cards_of(ehr.select(case.patient_id, [], [])) == []
    figures = report(site.store.database)
    assert figures["volume"]["calls"] == 4
    assert figures["volume"]["softenedRepeats"] >= 1
    assert (figures["response"]["items"], figures["response"]["accepted"]) == (2, 1)
